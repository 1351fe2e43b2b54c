"""The formats of other tools, each read back by the tool's own library, or held to its own rules."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx
import openpyxl
import pyarrow.parquet
import pytest
import stix2
from django.core.management import CommandError, call_command

from claims.exchange.argdown import escaped, in_yaml
from claims.exchange.registry import FORMATS
from claims.exchange.selection import Selection
from claims.exchange.workbook import CELL
from claims.models import Link
from sources.models import Dossier, Role
from tests.claims.exchange.files import bring_in, claim, dossier_line, link, review, source, speaker
from tests.claims.exchange.test_formats import judged, seen_by, written

__all__ = ["judged"]

Json = Any
BINARY = {"xlsx", "hf"}


def read(format_: str, chosen: Selection) -> Json:
    return json.loads(written(format_, chosen))


def sheets(chosen: Selection) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", chosen)), read_only=True)
    found = {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
    book.close()
    return found


def parquet(chosen: Selection) -> list[dict[str, Any]]:
    packed = zipfile.ZipFile(io.BytesIO(written("hf", chosen)))
    (data,) = [name for name in packed.namelist() if name.endswith(".parquet")]
    rows: list[dict[str, Any]] = pyarrow.parquet.read_table(io.BytesIO(packed.read(data))).to_pylist()
    return rows


def graph(chosen: Selection) -> Any:
    return networkx.read_graphml(io.BytesIO(written("graphml", chosen)))


def anno(chosen: Selection) -> list[Json]:
    items: list[Json] = read("webannotation", chosen)["first"]["items"]
    return items


def links_in(format_: str, chosen: Selection) -> list[str]:
    """The numbers of the links in a file, in its order."""
    match format_:
        case "xlsx":
            return [row[0] for row in sheets(chosen)["pairs"][1:]]
        case "hf":
            return [row["id"] for row in parquet(chosen)]
        case "webannotation":
            return [one["gainsay:number"] for one in anno(chosen) if one["motivation"] == "linking"]
        case "aif":
            nodes = [one["nodeID"] for one in read("aif", chosen)["nodes"]]
            return [one for one in nodes if one.startswith("L-") and not one.endswith("-back")]
        case "argdown":
            lines = written("argdown", chosen).decode().splitlines()
            return [line.split()[1] for line in lines if line.startswith("// ")]
        case "stix":
            objects = [one for one in read("stix", chosen)["objects"] if one["type"] == "relationship"]
            return list(dict.fromkeys(one["external_references"][0]["external_id"] for one in objects))
        case "label-studio":
            return [task["data"]["number"] for task in read("label-studio", chosen)]
        case "graphml":
            root = ElementTree.fromstring(written("graphml", chosen))
            return [str(one.get("id")) for one in root.iter("{http://graphml.graphdrawing.org/xmlns}edge")]
        case "claimreview":
            return [one["identifier"] for one in read("claimreview", chosen)["@graph"]]
        case "report":
            found = written("report", chosen).decode().split('<article class="pair" id="')[1:]
            return [one.split('"')[0] for one in found]
        case "csv":
            return [row[0] for row in csv.reader(io.StringIO(written("csv", chosen).decode()))][1:]
    records: list[Json] = [json.loads(line) for line in written(format_, chosen).splitlines()]
    return [one.get("number") or one["id"] for one in records if one.get("type", "link") == "link"]


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_writes_the_same_links_in_order_of_their_numbers(judged: Dossier, name: str) -> None:
    for chosen in (
        Selection.of(judged), Selection.of(judged, kind="supports"), Selection.of(judged, state="proposed"),
        Selection.of(judged, kind="contradicts", state="settled"),
    ):  # fmt: skip
        assert links_in(name, chosen) == [one.cited for one in chosen.links.order_by("number")]


@pytest.mark.parametrize("name", list(FORMATS))
def test_the_same_set_makes_the_same_file(judged: Dossier, name: str, time_machine: Any) -> None:
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)
    first = written(name, Selection.of(judged))
    time_machine.move_to("2026-03-01T12:00:05Z", tick=False)
    if name != "gainsay":  # whose first line says when it was written
        assert written(name, Selection.of(judged)) == first


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in BINARY])
def test_a_reader_who_must_still_judge_finds_no_trace_of_others(judged: Dossier, name: str) -> None:
    Link.objects.filter(dossier=judged, number__gt=1).update(rationale="As one reads it.")
    newcomer = seen_by(judged, "newcomer", Role.REVIEWER)
    assert links_in(name, newcomer) == ["L-1", "L-2", "L-3", "L-4"]
    told = written(name, newcomer).decode()
    assert '"disputed' not in told.replace('"external_id":"disputed"', "")
    if name != "gainsay":  # whose lines name external ids, and reviewers as makers
        # Of the settled link, which nobody is blind to.
        assert told.count("mira") == written(name, Selection.of(judged, state="settled")).decode().count(
            "mira"
        )


def test_packed_formats_are_as_blind(judged: Dossier) -> None:
    newcomer = seen_by(judged, "newcomer", Role.REVIEWER)
    blind = ["settled", "in review", "in review", "in review"]
    assert [row[2] for row in sheets(newcomer)["pairs"][1:]] == blind
    assert [row["state"] for row in parquet(newcomer)] == blind
    assert [len(row["annotator_labels"]) for row in parquet(newcomer)] == [2, 0, 0, 0]


# ---- one by one


def test_a_workbook_has_pairs_and_claims_and_no_formula(judged: Dossier) -> None:
    found = sheets(Selection.of(judged))
    assert list(found) == ["pairs", "claims"]
    assert found["pairs"][1][:4] == ["L-1", "supports", "settled", "C-1"]
    assert found["pairs"][1][6] == "'=A report"
    assert [row[0] for row in found["claims"]] == ["number", "C-1", "C-2", "C-3", "C-4", "C-5"]
    packed = zipfile.ZipFile(io.BytesIO(written("xlsx", Selection.of(judged))))
    assert not any(b"<f>" in packed.read(name) for name in packed.namelist())


def test_a_cell_that_is_too_long_says_that_it_was_cut(dossier: Dossier) -> None:
    words = "a" * (CELL + 1)
    bring_in(dossier, source(text=words), claim("1", words, text=words), claim("2", "a", text=words), link())
    quote = sheets(Selection.of(dossier))["pairs"][1][5]
    assert len(quote) == CELL
    assert quote.endswith("(cut: a cell holds 32,767 characters)")


def test_a_web_annotation_names_the_words_and_their_place_in_code_points(dossier: Dossier) -> None:
    text = "𝔗𝔯𝔞𝔡𝔢 𝔣𝔢𝔩𝔩 in March, and nobody at the ministry would say by how much it had fallen; officials were silent."
    bring_in(
        dossier, source(text=text, url="https://example.org/a", title="A report", language="en"),
        claim("1", "officials", text=text, topics=["b", "a"]), claim("2", "in March", text=text),
        link(rationale="Not both.", kind="supports", mutual=True),
    )  # fmt: skip
    first, second, pair = anno(Selection.of(dossier))
    quote, place = first["target"]["selector"]
    assert (quote["exact"], len(quote["prefix"]), quote["suffix"]) == ("officials", 32, " were silent.")
    assert text[place["start"] : place["end"]] == "officials"
    assert text[place["start"] - 32 : place["start"]] == quote["prefix"]
    assert second["target"]["selector"][0]["prefix"] == "𝔗𝔯𝔞𝔡𝔢 𝔣𝔢𝔩𝔩 "
    assert [one["value"] for one in first["body"] if one["purpose"] == "tagging"] == ["a", "b"]
    assert first["target"]["source"]["via"] == "https://example.org/a"
    assert pair["target"] == [first["id"], second["id"]] == [pair["gainsay:from"], pair["gainsay:to"]]
    assert [one["value"] for one in pair["body"]] == ["supports", "Not both."]
    assert pair["gainsay:mutual"] is True


def test_web_annotations_keep_to_the_model(judged: Dossier, shared: Path) -> None:
    """The musts of the W3C's model, in the words of its own examples: the terms that they use are those used here."""
    examples = [
        json.loads(path.read_text())
        for path in sorted((shared / "data/interop/w3c_web_annotation").glob("*.json"))
    ]

    def keys(value: Json) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {key for inner in value.values() for key in keys(inner)}
        return {key for inner in value for key in keys(inner)} if isinstance(value, list) else set()

    whole = read("webannotation", Selection.of(judged))
    own = {key for key in keys(whole) if key.startswith("gainsay")}
    assert keys(whole) - own - {"via", "startIndex", "first"} <= keys(examples)
    assert whole["@context"][0] == examples[0]["@context"]
    assert (whole["type"], whole["first"]["type"]) == ("AnnotationCollection", "AnnotationPage")
    items = whole["first"]["items"]
    assert whole["total"] == len(items) == 9
    assert len({one["id"] for one in items}) == 9
    for one in items:
        assert one["type"] == "Annotation"
        assert one["target"]
        assert one["id"].startswith("urn:uuid:")


def test_a_contradiction_is_two_conflicts_and_support_one_inference(judged: Dossier) -> None:
    found = read("aif", Selection.of(judged))
    nodes = {one["nodeID"]: one for one in found["nodes"]}
    assert len(nodes) == len(found["nodes"])
    ends = [(one["fromID"], one["toID"]) for one in found["edges"]]
    assert all(one in nodes and other in nodes for one, other in ends)
    assert {("C-3", "L-2"), ("L-2", "C-1"), ("C-1", "L-2-back"), ("L-2-back", "C-3")} <= set(ends)
    types = {name: one["type"] for name, one in nodes.items()}
    assert (types["L-2"], types["L-2-back"], types["L-1"], types["L-4"]) == ("CA", "CA", "RA", "")
    assert "L-1-back" not in nodes
    assert {("C-1", "L-3"), ("C-4", "L-3-back")} <= set(ends), "support that is mutual goes both ways"
    assert {("C-1-said", "C-1-says"), ("C-1-says", "C-1")} <= set(ends)
    assert [(one["nodeID"], one["personID"], one["timestamp"]) for one in found["locutions"]] == [
        ("C-1-said", "The ministry", "2023-04")
    ]
    assert [one["participantID"] for one in found["participants"]] == ["The ministry"]


def test_argdown_escapes_what_it_would_read_otherwise(dossier: Dossier) -> None:
    text = "Trade fell."
    hard = "*Bold* [C-9]: <a> #tag @[b] {x: 1} :heart: // no /* one */ \\ ===\ny: 1\n===  end"
    bring_in(
        dossier, source(text=text), claim("1", text=text, statement=hard), claim("2", "fell", text=text),
        claim("3", "Trade", text=text), link("a"), link("b", "1", "3", "supports", mutual=True),
        link("c", "2", "3", "neither"),
    )  # fmt: skip
    lines = written("argdown", Selection.of(dossier)).decode().splitlines()
    told = next(line for line in lines if line.startswith("[C-1]:"))
    assert told.startswith(
        r"[C-1]: \*Bold\* \[C-9\]: \<a\> \#tag \@\[b\] \{x: 1\} \:heart: \// no \/\* one \*/ \\ \=\=="
    )
    assert in_yaml(hard) in told
    assert lines[-10:] == [
        "// L-1 contradicts proposed", "[C-1]", "  >< [C-2]",
        "", "// L-2 supports proposed", "[C-1]", "  +> [C-3]", "  + [C-3]",
        "", "// L-3 neither proposed C-2 C-3",
    ]  # fmt: skip
    assert escaped("3.5 per cent. Now") == r"3\.5 per cent. Now"


def test_a_bundle_is_read_by_the_library_of_stix(judged: Dossier) -> None:
    whole = written("stix", Selection.of(judged)).decode()
    bundle = stix2.parse(whole)
    kinds = [one.type for one in bundle.objects]
    assert kinds == [
        "identity", "report", *["note"] * 5, "relationship", "opinion", "opinion", "relationship", "opinion",
        "opinion", "relationship", "relationship", "opinion", "relationship",
    ]  # fmt: skip
    ids = {one.id for one in bundle.objects}
    assert len(ids) == len(kinds)
    for one in bundle.objects:
        refs = [*one.get("object_refs", []), *filter(None, (one.get("source_ref"), one.get("target_ref")))]
        assert set(refs) <= ids
    relations = [one for one in bundle.objects if one.type == "relationship"]
    assert [one.relationship_type for one in relations] == [
        "supports", "contradicts", "supports", "supports", "related-to",
    ]  # fmt: skip
    opinions = [(one.authors, one.opinion, one.labels) for one in bundle.objects if one.type == "opinion"]
    assert opinions[2:4] == [(["mira"], "agree", ["contradicts"]), (["tom"], "disagree", ["neither"])]
    again = stix2.parse(written("stix", Selection.of(judged)).decode())
    assert [one.id for one in again.objects] == [one.id for one in bundle.objects], "ids stay the same"


def test_a_dossier_without_times_is_a_bundle_too(dossier: Dossier) -> None:
    bring_in(
        dossier, dossier_line(at=None), source(by=None, at=None, published="2023"), claim("1", by=None, at=None),
        claim("2", "March", at="0999-03-01T00:00:00Z"), link(at=None), review(at=None),
    )  # fmt: skip
    bundle = stix2.parse(written("stix", Selection.of(dossier)).decode())
    assert str(next(one for one in bundle.objects if one.type == "report").published).startswith("2023-01-01")


def test_label_studio_tasks_have_what_their_interface_shows(judged: Dossier) -> None:
    first, *_, last = read("label-studio", Selection.of(judged))
    assert (first["data"]["from_statement"], first["data"]["to_statement"]) == (
        "It is said: Trade fell.", "It is said: March.",
    )  # fmt: skip
    results = [one["result"] for one in first["annotations"]]
    assert [one[0]["value"] for one in results] == [{"choices": ["supports"]}] * 2
    assert {(one[0]["from_name"], one[0]["to_name"], one[0]["type"]) for one in results} == {
        ("verdict", "other", "choices")
    }
    assert first["data"]["reviewers"] == ["mira", "tom"]
    assert last["annotations"] == []


def test_doccano_spans_are_the_statements(judged: Dossier) -> None:
    lines = [json.loads(line) for line in written("doccano", Selection.of(judged)).splitlines()]
    for line in lines:
        spans = [line["text"][one["start_offset"] : one["end_offset"]] for one in line["entities"]]
        assert spans[0].startswith("It is said: ")
        assert "\n".join(spans) == line["text"]
        assert line.keys() == lines[0].keys(), "doccano makes of a key that a line lacks what it cannot store"
        assert [one["id"] for one in line["entities"]] == [
            line["relations"][0]["from_id"], line["relations"][0]["to_id"],
        ]  # fmt: skip
    assert [line["relations"][0]["type"] for line in lines] == [
        "supports",
        "contradicts",
        "supports",
        "neither",
    ]


def test_a_graph_is_read_by_networkx(judged: Dossier) -> None:
    found = graph(Selection.of(judged))
    assert sorted(found.nodes) == ["C-1", "C-2", "C-3", "C-4", "C-5"]
    assert found.nodes["C-1"]["statement"] == "It is said: Trade fell."
    assert found.edges["C-3", "C-1"]["kind"] == "contradicts"
    assert found.edges["C-1", "C-4"]["mutual"] is True


def test_a_graph_holds_what_xml_may_not(dossier: Dossier) -> None:
    text = "\x01 < & > \r \" ' ]]> \ufffe"
    bring_in(dossier, source(text=text), claim("1", "<", text=text, statement="\x01<&>]]>\ufffe\"'"))
    assert graph(Selection.of(dossier)).nodes["C-1"]["statement"] == "\ufffd<&>]]>\ufffd\"'"


def test_a_claim_review_has_what_search_engines_ask_for(judged: Dossier) -> None:
    found = read("claimreview", Selection.of(judged))
    assert found["@context"] == "https://schema.org"
    second = found["@graph"][1]
    assert second["@type"] == "ClaimReview"
    assert second["claimReviewed"] == second["itemReviewed"]["text"] == "It is said: Trade fell."
    assert second["reviewRating"] == {"@type": "Rating", "alternateName": "Contradicted (disputed)"}
    assert second["itemReviewed"]["author"] == {"@type": "Person", "name": "The ministry"}
    assert second["isBasedOn"]["appearance"]["publisher"] == {"@type": "Organization", "name": "Wire"}


def test_a_report_runs_nothing_and_names_every_link_and_source(dossier: Dossier) -> None:
    words = "<script>alert(1)</script>"
    bring_in(
        dossier, source(text=words, title=words, url="javascript:alert(1)", language='"><script>'), speaker(words),
        claim("1", words, text=words, statement=words, speaker=words, via=words), claim("2", "alert", text=words),
        link(rationale=words), review(note=words),
    )  # fmt: skip
    page = written("report", Selection.of(dossier)).decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="javascript' not in page
    assert 'id="L-1"' in page
    assert 'href="#S-1"' in page
    assert 'id="S-1"' in page


def test_an_empty_selection_is_a_valid_file_in_every_format(dossier: Dossier) -> None:
    bring_in(dossier, source(), claim("1"), claim("2", "March"), link())
    for none in (Selection.of(dossier, kind="neither"), Selection.of(dossier, state="settled")):
        for name in FORMATS:
            assert links_in(name, none) == []
        assert [len(rows) for rows in sheets(none).values()] == [1, 1]
        assert [one.type for one in stix2.parse(written("stix", none).decode()).objects] == ["identity"]
        assert len(graph(none)) == 0
        assert read("aif", none) == {"nodes": [], "edges": [], "locutions": [], "participants": []}


# ---- Hugging Face


def test_a_dataset_folder_has_parquet_and_its_card(judged: Dossier, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    call_command("export_set", "china-russia", "--format", "hf", "--output", str(folder))
    assert sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()) == [
        "README.md", "data/train-00000-of-00001.parquet",
    ]  # fmt: skip
    table = pyarrow.parquet.read_table(folder / "data/train-00000-of-00001.parquet").to_pylist()
    assert [row["label"] for row in table] == [0, -1, -1, -1]
    assert table[0]["annotator_labels"] == ["entailment", "entailment"]
    card = (folder / "README.md").read_text()
    assert card.startswith('---\npretty_name: "Elsewhere"\n')
    assert "num_examples: 4" in card
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_set", "china-russia", "--format", "hf", "--output", str(folder))


def test_without_pyarrow_it_says_so_in_one_line(judged: Dossier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CommandError, match=r"^The hf format needs pyarrow, .* uv sync --extra parquet\.$"):
        call_command("export_set", "china-russia", "--format", "hf")
