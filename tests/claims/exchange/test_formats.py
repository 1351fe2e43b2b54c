"""The other formats, and what of every format a reader may not know."""

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.exchange.nli import rows as nli_rows
from claims.exchange.registry import FORMATS
from claims.exchange.selection import Selection
from claims.exchange.table import COLUMNS, as_it_was, harmless
from claims.exchange.table import rows as table_rows
from claims.models import Claim, Link, Speaker
from sources.models import Dossier, Membership, Role, Source
from tests.claims.exchange.files import (
    TEXT,
    bring_in,
    claim,
    dossier_line,
    lines_of,
    link,
    review,
    source,
    speaker,
)
from tests.conftest import entered, make_dossier, make_member

Row = dict[str, Any]


def written(format_: str, selection: Selection) -> bytes:
    return b"".join(FORMATS[format_].write(selection))


def nli(selection: Selection) -> list[Row]:
    return [json.loads(line) for line in written("nli", selection).splitlines()]


def table(selection: Selection) -> list[Row]:
    return list(csv.DictReader(io.StringIO(written("csv", selection).decode(), newline="")))


@pytest.fixture
def judged(dossier: Dossier) -> Dossier:
    """Four links: settled, disputed, proposed with one review, proposed without; reviewed by mira and tom."""
    bring_in(
        dossier, dossier_line(reviews_needed=2), speaker("The ministry"),
        source(title="=A report", outlet="Wire"),
        claim("1", speaker="The ministry", via="Reuters", asserted="2023-04"),
        claim("2", "March"), claim("3", "Officials"), claim("4", "table"), claim("5", "nine"),
        link("settled", "1", "2"), link("disputed", "3", "1"), link("judged", "1", "4", "supports", mutual=True),
        link("open", "1", "5", "neither"),
        review("settled", "mira", "supports"), review("settled", "tom", "supports"),
        review("disputed", "tom", "neither"), review("disputed", "mira"),
        review("judged", "mira", "supports"),
    )  # fmt: skip
    return dossier


def seen_by(dossier: Dossier, name: str, role: Role) -> Selection:
    """The whole dossier for this person, who has the reviews that came in under her name."""
    member = Membership.objects.filter(dossier=dossier, name=name).first()
    if member:
        member.user = make_member(make_dossier("elsewhere"), name, Role.VIEWER).user
        member.role = role
        member.save()
    else:
        member = make_member(dossier, name, role)
    assert member.user
    access = entered(member.user, dossier)
    return Selection(dossier=dossier, links=Selection.of(dossier).links, access=access)


def test_nli_lines(judged: Dossier) -> None:
    first, second, third, fourth = nli(Selection.of(judged))
    assert first == {
        "id": "L-1", "premise": "It is said: Trade fell.", "hypothesis": "It is said: March.",
        "label": "entailment", "annotator_labels": ["entailment", "entailment"], "state": "settled",
        "kind": "supports", "premise_id": "C-1", "premise_source": "S-1", "premise_speaker": "The ministry",
        "premise_quote": "Trade fell", "hypothesis_id": "C-2", "hypothesis_source": "S-1",
        "hypothesis_speaker": None, "hypothesis_quote": "March",
    }  # fmt: skip
    assert (second["label"], second["annotator_labels"], second["state"]) == (
        "-",
        ["contradiction", "neutral"],
        "disputed",
    )
    assert (second["premise_id"], second["hypothesis_id"]) == ("C-3", "C-1")
    assert (third["label"], third["annotator_labels"], third["kind"]) == ("-", ["entailment"], "supports")
    assert (fourth["label"], fourth["annotator_labels"], fourth["state"]) == ("-", [], "proposed")


def test_csv_rows(judged: Dossier) -> None:
    assert written("csv", Selection.of(judged)).startswith(
        ",".join(COLUMNS).encode() + b"\r\nL-1,supports,settled,"
    )
    first, second, *_ = table(Selection.of(judged))
    assert first == {
        "number": "L-1", "kind": "supports", "state": "settled",
        "from_number": "C-1", "from_statement": "It is said: Trade fell.", "from_quote": "Trade fell",
        "from_source_title": "'=A report", "from_outlet": "Wire", "from_speaker": "The ministry", "from_via": "Reuters",
        "from_asserted": "2023-04",
        "to_number": "C-2", "to_statement": "It is said: March.", "to_quote": "March", "to_source_title": "'=A report",
        "to_outlet": "Wire", "to_speaker": "", "to_via": "", "to_asserted": "",
    }  # fmt: skip
    assert (second["number"], second["kind"], second["state"]) == ("L-2", "contradicts", "disputed")


@pytest.mark.parametrize(
    ("cell", "out"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"),
        ("'=1", "''=1"), ("''@", "'''@"), ("'quoted'", "'quoted'"), ("a=1", "a=1"), ("", ""), ("'", "'"),
        (" =1", " =1"),
    ],
)  # fmt: skip
def test_a_cell_that_a_spreadsheet_could_run_is_made_harmless(cell: str, out: str) -> None:
    assert harmless(cell) == out


@given(st.text(st.sampled_from("'=+-@\t\r a\n"), max_size=6))
def test_an_import_takes_exactly_one_apostrophe_off(cell: str) -> None:
    assert as_it_was(harmless(cell)) == cell
    assert harmless(cell)[:1] not in ("=", "+", "-", "@", "\t", "\r")


def test_cells_hold_line_ends_and_quotation_marks(dossier: Dossier) -> None:
    words = 'Trade fell, "they said",\nin March; 贸易 ↓'
    bring_in(
        dossier, source(text=words), claim("1", words, text=words), claim("2", "March", text=words), link()
    )
    assert table(Selection.of(dossier))[0]["from_quote"] == words


@pytest.fixture
def readers(judged: Dossier) -> list[Selection]:
    """The whole, for the operator, and for a reviewer who has yet to judge some of it."""
    return [Selection.of(judged), seen_by(judged, "tom", Role.REVIEWER)]


ODD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.text(
    st.sampled_from("'=+-@\t\r\n\",\\ \x01\x02\x1f\x7f\u2028a"), max_size=8
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ODD, min_size=4, max_size=4), st.sampled_from(["", "train", "elsewhere", 1]))
def test_the_database_writes_what_the_rows_hold(
    readers: list[Selection], odd: list[str], split: str | int
) -> None:
    statement, via, title, said = odd
    Claim.objects.update(statement=f"{statement}.", via=via)
    Source.objects.update(title=title)
    Speaker.objects.update(name=f"{said}.")
    Link.objects.update(extra=json.dumps({"split": split} if split else {"of": "no split"}))
    for selection in readers:
        lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in nli_rows(selection)]
        assert written("nli", selection).decode().removesuffix("\n").split("\n") == lines
        text = io.StringIO(written("csv", selection).decode(), newline="")
        assert list(csv.reader(text)) == list(table_rows(selection))


def test_they_are_written_where_queries_are_recorded_too(judged: Dossier) -> None:
    """As with DEBUG=1."""
    with CaptureQueriesContext(connection):
        assert {len(written(name, Selection.of(judged))) > 0 for name in ("gainsay", "nli", "csv")} == {True}


def test_every_format_writes_the_same_links_in_the_same_order(judged: Dossier) -> None:
    for chosen in (
        Selection.of(judged), Selection.of(judged, kind="supports"), Selection.of(judged, state="proposed"),
        Selection.of(judged, kind="contradicts", state="settled"),
    ):  # fmt: skip
        numbers = [one.cited for one in chosen.links.order_by("number")]
        assert [row["id"] for row in nli(chosen)] == numbers
        assert [row["number"] for row in table(chosen)] == numbers
        assert [row["id"] for row in lines_of(written("gainsay", chosen)) if row["type"] == "link"] == numbers


def test_numbers_not_ids_make_the_order(dossier: Dossier) -> None:
    claims = [claim(str(n), "March") for n in range(1, 13)]
    bring_in(dossier, source(), *claims, *(link(f"L-{n}", "1", str(n)) for n in range(12, 1, -1)))
    assert [row["id"] for row in nli(Selection.of(dossier))] == [f"L-{n}" for n in range(2, 13)]


def test_an_empty_dossier_makes_empty_files(dossier: Dossier) -> None:
    assert nli(Selection.of(dossier)) == []
    assert table(Selection.of(dossier)) == []
    assert len(lines_of(written("gainsay", Selection.of(dossier)))) == 1


def test_a_speaker_of_no_claim_is_in_the_whole_dossier_alone(dossier: Dossier) -> None:
    bring_in(dossier, speaker("Nobody's"))
    assert len(lines_of(written("gainsay", Selection.of(dossier)))) == 2
    assert len(lines_of(written("gainsay", Selection.of(dossier, kind="neither")))) == 1


# ---- blind


def states(rows: list[Row]) -> list[str]:
    return [row["state"] for row in rows]


def test_a_reviewer_who_has_not_judged_finds_no_trace_of_others(judged: Dossier) -> None:
    mine = seen_by(judged, "newcomer", Role.REVIEWER)
    assert states(nli(mine)) == states(table(mine)) == ["settled", "in review", "in review", "in review"]
    assert [row["annotator_labels"] for row in nli(mine)] == [["entailment"] * 2, [], [], []]
    assert {row["label"] for row in nli(mine)[1:]} == {"-"}
    lines = lines_of(written("gainsay", mine))
    assert [row["link"] for row in lines if row["type"] == "review"] == ["L-1", "L-1"]
    assert lines[0]["counts"]["reviews"] == 2


def test_a_lead_who_has_not_judged_is_as_blind(judged: Dossier) -> None:
    assert states(nli(seen_by(judged, "boss", Role.LEAD))) == [
        "settled",
        "in review",
        "in review",
        "in review",
    ]


def test_a_reviewer_sees_what_she_judged(judged: Dossier) -> None:
    tom = seen_by(judged, "tom", Role.REVIEWER)
    assert states(nli(tom)) == ["settled", "disputed", "in review", "in review"]
    reviews = [row["link"] for row in lines_of(written("gainsay", tom)) if row["type"] == "review"]
    assert reviews == ["L-1", "L-1", "L-2", "L-2"]


def test_a_viewer_who_judges_nothing_sees_all(judged: Dossier) -> None:
    viewer = seen_by(judged, "reader", Role.VIEWER)
    assert states(table(viewer)) == ["settled", "disputed", "proposed", "proposed"]
    assert lines_of(written("gainsay", viewer))[0]["counts"]["reviews"] == 5


def test_marks_that_tell_of_reviews_are_hidden_with_them(judged: Dossier) -> None:
    Link.objects.filter(dossier=judged).update(changed=True)
    newcomer = lines_of(written("gainsay", seen_by(judged, "newcomer", Role.REVIEWER)))
    marks = {"changed_since_review": True}
    assert [row.get("extra") for row in newcomer if row["type"] == "link"] == [marks, None, None, None]
    operator = lines_of(written("gainsay", Selection.of(judged)))
    assert [row.get("extra") for row in operator if row["type"] == "link"] == [marks] * 4


def test_the_text_is_the_one_that_the_quotes_are_in(judged: Dossier) -> None:
    lines = lines_of(written("gainsay", Selection.of(judged)))
    assert [row["text"] for row in lines if row["type"] == "source"] == [TEXT]
    for row in lines:
        if row["type"] == "claim":
            assert TEXT[row["start"] : row["end"]] == row["quote"]
