"""What programs read: pages by cursor, the filters of the pages, and nothing that their owner must judge blind."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.actions.resolution import resolve
from claims.models import Disclosure
from sources.models import Dossier, Membership
from tests.claims.conftest import Programs
from tests.conftest import make_claim, make_pair, make_review, make_source

HERE = "dossiers/china-russia"


def test_lists_go_on_where_the_page_before_ended(
    dossier: Dossier, analyst: Membership, viewer: Membership, program: Programs
) -> None:
    for _ in range(5):
        make_claim(make_source(dossier, by=analyst), by=analyst)
    one = program(viewer)
    for what in ("sources", "claims"):
        seen: list[int] = []
        cursor: str | None = ""
        for size in (2, 2, 1):
            found = one.get(f"{HERE}/{what}", limit=2, cursor=cursor)
            assert len(found["items"]) == size
            seen += [row["number"] for row in found["items"]]
            cursor = found["next"]
        assert cursor is None
        assert seen == [1, 2, 3, 4, 5]
    assert one.get(f"{HERE}/sources/1")["text"] is None
    assert one.get(f"{HERE}/sources/1", text=True)["text"].startswith("Trade")


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("sources", {"limit": 0}),
        ("sources", {"limit": 1000}),
        ("claims", {"cursor": "nonsense"}),
        ("claims", {"cursor": "\0ä"}),
        ("claims", {"source": "no number"}),
        ("claims", {"q": "\0"}),
        ("links", {"state": "open"}),
        ("links", {"period": "2023/2022"}),
        ("sources", {"since": "soon"}),
        ("sets", {"cursor": "YWZ0ZXI6LTE="}),
        ("export", {"format": "word"}),
        ("export", {"as_of": "yesterday"}),
        ("links", {"knd": "contradicts"}),
    ],
)
def test_what_is_not_understood_is_named(
    what: str, query: dict[str, Any], viewer: Membership, program: Programs
) -> None:
    answer = program(viewer).ask(f"{HERE}/{what}", **query)
    assert answer.status_code == 422
    assert set(json.loads(answer.content)["errors"]) == set(query)


def test_a_reviewer_reads_nothing_of_what_she_must_judge(
    dossier: Dossier, analyst: Membership, lead: Membership, reviewer: Membership, program: Programs
) -> None:
    one = program(reviewer)
    link = make_pair(dossier, by=analyst)
    paths = ("links", "links/1", "claims", "export", "links?state=in+review", "links?state=proposed")
    before = [_read(one.ask(f"{HERE}/{path}")) for path in paths]
    make_review(link, by=lead, verdict="neither", note="zanzibar")
    make_review(link, by=analyst, verdict="contradicts", note="zanzibar")
    after = [_read(one.ask(f"{HERE}/{path}")) for path in paths]
    assert before == after
    found = one.get(f"{HERE}/links/1")
    assert found["state"] == "in review"
    assert [found[name] for name in ("verdict", "changed", "adjudication", "resolution", "reviews")] == [
        None
    ] * 5
    assert not Disclosure.objects.exists()


def _read(answer: object) -> str:
    """What it says, without the first line of an export, which says when it was written."""
    said = getattr(answer, "text_of", "").partition("\n")[2]
    return said or answer.content.decode()  # type: ignore[attr-defined]


def test_what_was_settled_is_told_and_that_is_recorded(
    dossier: Dossier, analyst: Membership, lead: Membership, reviewer: Membership, program: Programs
) -> None:
    link = make_pair(dossier, by=analyst)
    for person in (analyst, lead):
        make_review(link, by=person, note="It says so.")
    resolve(link, by=lead, kind="time", proof={"first": "2023", "second": "2024"}, versions=(1, 1))
    found = program(reviewer).get(f"{HERE}/links/1")
    assert (found["state"], found["verdict"], found["resolution"]["kind"]) == (
        "settled",
        "contradicts",
        "time",
    )
    assert {one["reviewer"] for one in found["reviews"]} == {"analyst", "lead"}
    assert Disclosure.objects.filter(person=reviewer, link=link).exists()


def test_names_are_masked_where_the_page_masks_them(
    dossier: Dossier, analyst: Membership, lead: Membership, viewer: Membership, program: Programs
) -> None:
    type(dossier).objects.update(names_masked=True)
    link = make_pair(dossier, by=analyst)
    make_review(link, by=lead, verdict="neither")
    make_review(link, by=analyst)
    found = program(viewer).get(f"{HERE}/links/1")
    assert found["state"] == "disputed"
    assert [one["reviewer"] for one in found["reviews"]] == ["Reviewer A", "Reviewer B"]


QUERIES = {"dossiers": 3, "sources": 6, "claims": 6, "links": 7, "sets": 5}
"""So many at most: the token with its owner, that it is used, dossier, membership; then the list."""


@pytest.mark.parametrize("what", QUERIES)
def test_more_rows_take_no_more_queries(
    what: str, dossier: Dossier, analyst: Membership, reviewer: Membership, program: Programs
) -> None:
    one = program(reviewer)
    path = what if what == "dossiers" else f"{HERE}/{what}"
    counts = []
    for _ in range(2):
        for _ in range(3):
            make_pair(dossier, by=analyst)
        one.get(path)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            one.get(path)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= QUERIES[what], [query["sql"][:90] for query in captured]


def test_an_import_is_all_or_nothing_and_names_the_lines(
    dossier: Dossier, analyst: Membership, program: Programs
) -> None:
    one = program(analyst, scope="import")
    good = b'{"type":"source","id":"x","text":"Words."}\n'
    checked = one.ask(f"{HERE}/import", "POST", good, dry_run=True)
    assert json.loads(checked.content)["brought"]["source"] == 1
    assert not dossier.sources.exists()
    bad = one.ask(f"{HERE}/import", "POST", good + b'{"type":"claim","id":"c"}\nnothing\n')
    assert bad.status_code == 422
    assert {line["line"] for line in json.loads(bad.content)["lines"]} == {2, 3}
    assert not dossier.sources.exists()
    verdict = b'{"type":"review","link":"L-1","reviewer":"x","verdict":"neither"}\n'
    refused = one.ask(f"{HERE}/import", "POST", good + verdict)
    assert refused.status_code == 422
    assert one.ask(f"{HERE}/import", "POST", good).status_code == 200
    source = dossier.sources.get()
    assert source.by == analyst
    again = one.ask(f"{HERE}/import", "POST", good)
    assert json.loads(again.content)["here"] == 1


def test_a_job_writes_what_is_asked_for(dossier: Dossier, analyst: Membership, program: Programs) -> None:
    make_pair(dossier, by=analyst)
    one = program(analyst)
    assert one.ask(f"{HERE}/exports", "POST", b'{"format": "nli"}').status_code == 422
    answer = one.ask(f"{HERE}/exports", "POST", format="nli", kind="contradicts")
    assert answer.status_code == 202
    begun = json.loads(answer.content)
    assert (begun["state"], begun["links"]) == ("waiting", 1)
    assert one.get(begun["address"].removeprefix("/api/v1/"))["uid"] == begun["uid"]
    assert one.ask(f"{HERE}/exports/{begun['uid']}/file").status_code == 404
