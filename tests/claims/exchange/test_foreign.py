"""Reading what other tools wrote: their own files, what becomes of them, and what is left out."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from claims.exchange.foreign.bringing import Outcome, bring_in, look, scope_of
from claims.exchange.foreign.records import Given, NotRead, Parsed
from claims.exchange.foreign.registry import READERS
from claims.models import Claim, Link, Review
from sources.models import Dossier, Source

ROWS = [
    {"sentence1": "Trade fell.", "sentence2": "Trade rose.", "gold_label": "contradiction", "pairID": "a"},
    {"sentence1": "Trade fell.", "sentence2": "It rained.", "gold_label": "neutral", "pairID": "b"},
    {"sentence1": "Trade fell.", "sentence2": "", "gold_label": "entailment", "pairID": "c"},
    {"sentence1": "Trade fell.", "sentence2": "Less was traded.", "gold_label": "-", "pairID": "d"},
]


def lines(*rows: Any) -> bytes:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows).encode()


def read(name: str, data: bytes, page: str = "", columns: dict[str, str] | None = None) -> Parsed:
    return READERS[name].read(data, Given("file", page, columns or {}))


def brought(dossier: Dossier, name: str, data: bytes, *, leave_out: bool = True, **how: Any) -> Outcome:
    how = {"by": None, "as_lead": True, "votes": True, **how}
    page = how.pop("page", "")
    return bring_in(dossier, read(name, data, page), scope=scope_of(data), leave_out=leave_out, **how)


def left_out(name: str, outcome: Outcome, data: bytes) -> bytes:
    told = [(one, "; ".join(f"{field}: {reason}" for field, reason in why)) for one, why in outcome.bad]
    return READERS[name].write_left_out(told, data)


def interop(shared: Path, path: str) -> bytes:
    return (shared / "data/interop" / path).read_bytes()


# ---- tables


def test_good_rows_come_in_and_bad_rows_go_out_with_their_reasons(dossier: Dossier) -> None:
    data = lines(*ROWS, "{", "[1]")
    outcome = brought(dossier, "nli", data)
    assert [(one.place, why) for one, why in outcome.bad] == [
        (3, [("sentence2", "is empty")]),
        (4, [("gold_label", "“-” does not say how the two stand: contradiction, entailment, neutral")]),
        (5, [("", "is no JSON object")]),
        (6, [("", "is no JSON object")]),
    ]
    assert outcome.report
    assert outcome.report.brought == {"source": 1, "speaker": 0, "claim": 4, "link": 2, "review": 0}
    assert list(Link.objects.order_by("number").values_list("kind", "from_claim__statement", "external_id")) == [
        ("contradicts", "Trade fell.", "a"), ("neither", "Trade fell.", "b"),
    ]  # fmt: skip
    (made,) = Source.objects.all()
    assert made.title == "file"
    for one in Claim.objects.all():
        assert made.text[one.start : one.end] == one.quote == one.statement
    bad = [json.loads(line) for line in left_out("nli", outcome, data).splitlines()]
    assert bad[0] == {**ROWS[2], "reason": "sentence2: is empty"}
    assert bad[2] == {"line": "{", "reason": ": is no JSON object"}


def test_a_bad_row_keeps_everything_out_unless_it_is_left_out(dossier: Dossier) -> None:
    outcome = brought(dossier, "nli", lines(*ROWS), leave_out=False)
    assert outcome.report is None
    assert not Source.objects.exists()


def test_a_look_brings_nothing_in_and_says_what_would(dossier: Dossier) -> None:
    data = lines(*ROWS[:2])
    outcome = look(dossier, read("nli", data), scope=scope_of(data), by=None, as_lead=True, votes=True)
    assert outcome.report
    assert outcome.report.brought["link"] == 2
    assert "in a source made of the statements" in outcome.parsed.notes[0]
    assert not Source.objects.exists()


def test_a_file_that_comes_in_twice_changes_nothing(dossier: Dossier) -> None:
    data = lines(*ROWS)
    brought(dossier, "nli", data)
    again = brought(dossier, "nli", data)
    assert again.report
    assert (set(again.report.brought.values()), again.report.here) == ({0}, 7)
    assert Link.objects.count() == 2


def test_what_the_dossier_refuses_is_told_by_the_files_own_fields(dossier: Dossier) -> None:
    text = "from_statement;to_statement;kind;from_asserted\nTrade fell.;It rose.;contradicts;soon\nA;B;supports;2023\n"
    outcome = brought(dossier, "csv", text.encode())
    ((record, why),) = outcome.bad
    assert (record.place, why[0][0]) == (2, "from_asserted")
    assert "is no date" in why[0][1]
    assert Link.objects.get().kind == "supports"


def test_columns_are_matched_by_hand_where_names_say_nothing(dossier: Dossier) -> None:
    data = b"x,y,z\n'=1+1,It rose.,CONTRADICTION\n"
    parsed = read("csv", data)
    assert parsed.columns == ["x", "y", "z"]
    assert {name for one in parsed.records for name, _ in one.reasons} == {
        "from_statement",
        "to_statement",
        "label",
    }
    parsed = read("csv", data, columns={"from_statement": "x", "to_statement": "y", "label": "z"})
    (record,) = parsed.records
    assert record.claims[0].statement == "=1+1", "the apostrophe that made it harmless is taken off"


def test_a_table_of_what_was_left_out_is_a_table_again(dossier: Dossier) -> None:
    data = b'premise,hypothesis,label,reason\nA,B,perhaps,old\n"A, too",C,neutral,\nA,B,C,D,E\n'
    outcome = brought(dossier, "csv", data)
    rows = list(csv.reader(io.StringIO(left_out("csv", outcome, data).decode())))
    assert rows[0] == ["premise", "hypothesis", "label", "reason"]
    assert [row[0] for row in rows[1:]] == ["A", "A"]
    assert rows[1][3].startswith("label: “perhaps” does not say")


def test_votes_come_in_with_a_lead_alone(dossier: Dossier) -> None:
    data = lines({**ROWS[0], "annotator_labels": ["contradiction", "neutral"]})
    brought(dossier, "nli", data, as_lead=False)
    assert not Review.objects.exists()
    other = lines({**ROWS[0], "pairID": "z", "annotator_labels": ["contradiction", "neutral"]})
    brought(dossier, "nli", other)
    assert list(Review.objects.order_by("reviewer__name").values_list("reviewer__name", "verdict")) == [
        ("annotator 1", "contradicts"), ("annotator 2", "neither"),
    ]  # fmt: skip


def test_one_name_is_one_claim(dossier: Dossier) -> None:
    row = {"premise": "A", "hypothesis": "B", "label": "neutral", "premise_id": "1", "hypothesis_id": "2"}
    outcome = brought(
        dossier, "nli", lines(row, {**row, "premise": "Z", "hypothesis": "C", "hypothesis_id": "3"})
    )
    assert outcome.bad[0][1] == [("premise_id", "“1” read differently at 1: one name is one claim")]
    assert Link.objects.count() == 1


@pytest.mark.parametrize("name", list(READERS))
@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00\xd8", b"[", b"{}", b"[[[]]]", b"null", b'"a"', b'{"nodes": 1}']
)
def test_no_file_breaks_a_reader(name: str, data: bytes) -> None:
    try:
        records = read(name, data).records
    except NotRead:
        return
    assert all(one.reasons or one.claims or one.links for one in records)


# ---- files of their own tools


def test_a_public_set_comes_in(dossier: Dossier, shared: Path) -> None:
    (path,) = (shared / "data/fever_symmetric").glob("*.jsonl")
    parsed = read("nli", path.read_bytes())
    assert Counter(link.kind for one in parsed.records for link in one.links) == {
        "contradicts": 354,
        "supports": 354,
    }


def test_highlights_are_found_in_their_page(dossier: Dossier, shared: Path) -> None:
    data = interop(shared, "hypothesis/wikipedia-regression-testing.json")
    page = interop(shared, "hypothesis/wikipedia-regression-testing.html").decode()
    outcome = brought(dossier, "hypothesis", data, page=page)
    assert outcome.bad == []
    (made,) = Source.objects.all()
    assert made.title == "Regression testing - Wikipedia"
    found = {one.statement: made.text[one.start : one.end] for one in Claim.objects.all()}
    assert found["Footer"] == "11 November 2016"
    assert len(found) == 5


def test_a_highlight_that_is_not_in_the_page_is_left_out(dossier: Dossier, shared: Path) -> None:
    data = interop(shared, "hypothesis/minimal.json")
    outcome = brought(dossier, "hypothesis", data, page="<body>Four Five</body>")
    assert outcome.bad[0][1] == [("target.selector", "does not stand in the text, or more than once")]
    assert json.loads(left_out("hypothesis", outcome, data))["rows"][0]["id"] == "test"
    assert brought(dossier, "hypothesis", data, page="<p>One <b>Two</b> Three").bad == []


def test_the_examples_of_the_w3c_are_read(shared: Path) -> None:
    counted: Counter[str] = Counter()
    for path in (shared / "data/interop/w3c_web_annotation").glob("*.json"):
        for one in read("webannotation", path.read_bytes()).records:
            counted["claims"] += len(one.claims)
            assert one.claims or one.reasons
    assert counted["claims"] == 4


def test_argument_maps_are_read_as_argdown_reads_them(shared: Path) -> None:
    words = {
        "support": "supports",
        "attack": "contradicts",
        "contradictory": "contradicts",
        "contrary": "contradicts",
    }
    for path in (shared / "data/interop/argdown").glob("*.argdown"):
        if path.name.startswith("Populism"):
            continue  # its JSON leaves out relations within arguments, which stand in the text
        official = json.loads(path.with_suffix(".json").read_text())
        expected = Counter(words.get(one["relationType"]) for one in official["relations"])
        expected.pop(None, None)  # undercuts, which bear on an inference
        found = read("argdown", path.read_bytes())
        assert Counter(str(link.kind) for one in found.records for link in one.links) == expected, path.name


def test_spans_of_label_studio_and_doccano_are_claims(dossier: Dossier, shared: Path) -> None:
    outcome = brought(dossier, "label-studio", interop(shared, "label_studio/completion_348_old_format.json"))
    assert outcome.report
    assert outcome.report.brought["claim"] == 38
    data = interop(shared, "doccano/data_import_relation_extraction_example.jsonl")
    bad = brought(dossier, "doccano", data)
    assert "“foundedAt” does not say how the two stand" in bad.bad[0][1][0][1]
    mended = data.replace(b"foundedAt", b"supports").replace(b"foundedBy", b"contradicts")
    assert brought(dossier, "doccano", mended).bad == []
    assert Link.objects.filter(dossier=dossier).count() == 3
    relation = {"type": "relation", "from_id": "a", "to_id": "b", "direction": "left", "labels": ["supports"]}
    spans = [
        {
            "id": name,
            "type": "labels",
            "value": {"start": start, "end": end, "text": text, "labels": ["claim"]},
        }
        for name, start, end, text in (("a", 0, 11, "Trade fell."), ("b", 12, 20, "It rose."))
    ]
    task = {"data": {"text": "Trade fell. It rose."}, "annotations": [{"result": [*spans, relation]}]}
    assert brought(dossier, "label-studio", json.dumps([task]).encode()).bad == []
    made = Link.objects.select_related("from_claim").latest("number")
    assert (made.kind, made.from_claim.quote) == ("supports", "It rose.")


def test_conflicts_both_ways_are_one_contradiction(dossier: Dossier) -> None:
    nodes = [
        {"nodeID": n, "text": text, "type": type_}
        for n, text, type_ in (
            (1, "A", "I"), (2, "B", "I"), (3, "Conflict", "CA"), (4, "Conflict", "CA"), (5, "Rephrase", "MA"),
            (6, "Inference", "RA"), (7, "X: A", "L"), (8, "Asserting", "YA"), (9, "Undercut", "CA"),
        )
    ]  # fmt: skip
    ends = [(1, 3), (3, 2), (2, 4), (4, 1), (7, 8), (8, 1), (1, 9), (9, 6), (1, 6)]
    graph = {
        "nodes": nodes,
        "edges": [{"edgeID": n, "fromID": one, "toID": other} for n, (one, other) in enumerate(ends)],
        "locutions": [{"nodeID": 7, "personID": 1, "timestamp": "2023-04-05 10:00:00"}],
        "participants": [{"participantID": 1, "firstname": "Xu", "surname": "Lan"}],
    }
    outcome = brought(dossier, "aif", json.dumps(graph).encode())
    assert [(one.label, why[0][0]) for one, why in outcome.bad] == [("6", "edges"), ("9", "edges")]
    assert Link.objects.get().kind == "contradicts"
    one = Claim.objects.select_related("speaker").get(statement="A")
    assert (str(one.speaker), one.asserted) == ("Xu Lan", "2023-04-05")
    assert "1 nodes of the type MA" in outcome.parsed.notes[1]
