"""Out and back in: the same dossier, and the same bytes but for the first line."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.actions.bin import put_in_bin
from claims.actions.claim import edit_claim
from claims.actions.link import adjudicate, send_back
from claims.exchange.gainsay import GAINSAY
from claims.exchange.selection import Selection
from claims.models import Claim, Link, Review
from sources.intake.text import as_kept
from sources.models import Dossier, Membership
from tests.claims.exchange.files import (
    Line,
    bring_in,
    claim,
    dossier_line,
    exported,
    lines_of,
    link,
    review,
    source,
    speaker,
    whole,
    without_first,
)
from tests.conftest import entered, make_dossier, make_link, make_pair, make_review, versions_now

DEMO = django_settings.BASE_DIR / "claims" / "demo" / "china-russia.jsonl"


def there_and_back(file: bytes) -> bytes:
    """What an empty dossier exports that this file was brought into."""
    again = make_dossier(f"again-{Dossier.objects.count()}", language="", question="")
    bring_in(again, file)
    return exported(again)


@pytest.fixture
def gold(shared: Path) -> bytes:
    return (shared / "gold" / "three-articles.jsonl").read_bytes()


def test_the_gold_set_comes_in_whole(dossier: Dossier, gold: bytes) -> None:
    report = bring_in(dossier, gold)
    assert report.brought == {"source": 3, "speaker": 23, "claim": 78, "link": 179, "review": 358}
    links = Link.objects.filter(dossier=dossier)
    assert Counter(links.values_list("state", flat=True)) == {"settled": 172, "disputed": 7}
    settled = Counter(links.filter(state="settled").values_list("verdict", flat=True))
    assert settled == {"contradicts": 55, "supports": 104, "neither": 13}
    for one in Claim.objects.filter(dossier=dossier).select_related("source"):
        assert one.source.text[one.start : one.end] == one.quote


def test_the_gold_set_goes_out_and_back_as_the_same_bytes(dossier: Dossier, gold: bytes) -> None:
    bring_in(dossier, gold)
    file = exported(dossier)
    assert without_first(there_and_back(file)) == without_first(file)


def test_the_gold_set_a_second_time_changes_nothing(dossier: Dossier, gold: bytes) -> None:
    bring_in(dossier, gold)
    file = exported(dossier)
    for again in (gold, file):
        report = bring_in(dossier, again)
        assert (set(report.brought.values()), report.here, report.gone) == ({0}, 641, 0)
    assert without_first(exported(dossier)) == without_first(file)


def test_the_demonstration_dossier_is_written_as_it_is_exported(dossier: Dossier, lead: Membership) -> None:
    bring_in(dossier, DEMO.read_bytes())
    assert without_first(exported(dossier)) == without_first(DEMO.read_bytes())


def test_the_first_line_says_what_the_dossier_is(dossier: Dossier, lead: Membership) -> None:
    dossier.own_proposals = False
    dossier.save()
    bring_in(dossier, *whole())
    line = lines_of(exported(dossier))[0]
    assert list(line) == [
        "type", "format", "slug", "name", "question", "language", "reviews_needed", "last", "uid", "exported",
        "generator", "counts", "by", "at",
    ]  # fmt: skip
    assert line["uid"] == str(dossier.uid)
    assert line["last"] == {"S": 1, "C": 2, "L": 1}
    assert line["counts"] == {"sources": 1, "speakers": 1, "claims": 2, "links": 1, "reviews": 1}


def test_every_line_has_its_keys_in_their_order(dossier: Dossier) -> None:
    bring_in(
        dossier,
        dossier_line(by="ana", at="2026-01-01T00:00:00Z"),
        source("a", external_id="e", origin="wire", by=None, at=None),
        speaker("The ministry", external_id="e", more=1),
        claim("1", speaker="The ministry", external_id="e", more=1),
        claim("2", "March"),
        claim("3", "table"),
        link("L-1", mutual=True, kind="supports", strength="weak", external_id="e", more=1),
        link("L-2", "1", "3", contradiction_type="numeric", adjudication={"verdict": "neither", "note": "n"}),
        link("L-3", "2", "3", kind="neither"),
        review("L-1", "mira", "supports", confidence=3, note="n", external_id="e", more=1),
        review("L-1", "tom", "supports"),
    )
    keys = [list(line) for line in lines_of(exported(dossier))][1:]
    end = ["external_id", "extra", "by", "at"]
    a_source = [
        "type",
        "id",
        "title",
        "outlet",
        "author",
        "url",
        "published",
        "language",
        "reliability",
        "text",
    ]
    a_claim = ["type", "id", "source", "quote", "start", "end", "statement", "speaker", "via", "asserted", "about",
               "modality", "credibility", "topics"]  # fmt: skip
    a_link = ["type", "id", "from", "to", "kind", "rationale"]
    a_review = ["type", "link", "reviewer", "verdict"]
    assert keys == [
        [*a_source, *end],
        ["type", "name", "affiliation", *end],
        [*a_claim, *end],
        [*a_claim, "external_id", "by", "at"],
        [*a_claim, "external_id", "by", "at"],
        [*a_link, "mutual", "strength", *end],
        [*a_link, "contradiction_type", "adjudication", "by", "at"],
        [*a_link, "by", "at"],
        [*a_review, "confidence", "note", *end],
        [*a_review, "by", "at"],
    ]


def test_empty_values_are_null_or_nothing_as_the_format_says(dossier: Dossier) -> None:
    bring_in(dossier, source(), claim())
    _, a_source, a_claim = lines_of(exported(dossier))
    assert (a_source["title"], a_source["published"], a_source["reliability"]) == ("", None, "")
    nothing = {
        key: a_claim[key]
        for key in ("speaker", "via", "asserted", "about", "modality", "credibility", "topics")
    }
    assert nothing == {"speaker": None, "via": "", "asserted": None, "about": None, "modality": "",
                       "credibility": None, "topics": []}  # fmt: skip


def test_lines_stand_in_order(dossier: Dossier) -> None:
    claims = [claim(f"C-{n}", "March") for n in range(12, 0, -1)]
    links = [link(f"L-{n}", "C-1", f"C-{n}") for n in range(12, 1, -1)]
    reviews = [review(f"L-{n}", who) for n in (2, 10) for who in ("б", "z", "Z")]
    bring_in(dossier, *reviews, *links, speaker("b"), speaker("B"), speaker("ä"), *claims, source())
    named = [
        line.get("id") or line.get("name") or (line["link"], line["reviewer"])
        for line in lines_of(exported(dossier))
    ]
    assert named[1:] == [
        "S-1", "B", "b", "ä", *(f"C-{n}" for n in range(1, 13)), *(f"L-{n}" for n in range(2, 13)),
        ("L-2", "Z"), ("L-2", "z"), ("L-2", "б"), ("L-10", "Z"), ("L-10", "z"), ("L-10", "б"),
    ]  # fmt: skip


def test_the_bin_stays_here(dossier: Dossier, lead: Membership) -> None:
    made = make_pair(dossier, by=lead)
    make_review(make_pair(dossier, by=lead), by=lead)
    put_in_bin(made.from_claim.source, access=entered(lead.user, dossier))  # type: ignore[arg-type]
    ids = [line.get("id") for line in lines_of(exported(dossier))[1:]]
    assert ids == ["S-2", "S-3", "S-4", "C-2", "C-3", "C-4", "L-2", None]
    file = exported(dossier)
    assert without_first(there_and_back(file)) == without_first(file)


def test_words_changed_since_review_and_rounds_survive(dossier: Dossier, lead: Membership) -> None:
    made = make_pair(dossier, by=lead)

    def edit(statement: str) -> None:
        one = Claim.objects.get(pk=made.from_claim_id)
        edit_claim(one, by=lead, changes={"statement": statement}, version=one.version, speaker="", topics=[])

    make_review(made, by=lead)
    edit("New words.")
    send_back(made, versions=versions_now(made))
    connection.check_constraints()  # as a commit would: a round starts without reviews
    made = Link.objects.select_related("from_claim", "to_claim").get(pk=made.pk)
    make_review(made, by=lead)
    edit("Newer words.")
    file = exported(dossier)
    assert next(line for line in lines_of(file) if line["type"] == "link")["extra"] == {
        "changed_since_review": True, "review_round": 2,
    }  # fmt: skip
    assert without_first(there_and_back(file)) == without_first(file)
    again = Link.objects.exclude(dossier=dossier).get()
    assert (again.changed, again.round, again.extra) == (True, 2, "{}")


def test_moments_before_the_year_1000_survive(dossier: Dossier) -> None:
    at = "0999-03-01T00:00:00.000000Z"
    bring_in(dossier, dossier_line(at=at), source(at=at))
    file = exported(dossier)
    assert [line["at"] for line in lines_of(file)] == [at, at]
    assert without_first(there_and_back(file)) == without_first(file)


def test_a_text_behind_byte_order_marks_survives(dossier: Dossier) -> None:
    text = "\ufeff\ufeffTrade fell.\r\nIt rose."
    bring_in(dossier, source(text=text), claim("1", text=text), claim("2", "It rose", text=text))
    file = exported(dossier)
    assert [line.get("text") for line in lines_of(file)][1] == "Trade fell.\nIt rose."
    assert [line["start"] for line in lines_of(file) if line["type"] == "claim"] == [0, 12]
    assert without_first(there_and_back(file)) == without_first(file)


def test_an_adjudication_survives(dossier: Dossier, lead: Membership, reviewer: Membership) -> None:
    made = make_pair(dossier, by=lead)
    make_review(made, by=lead, confidence=2, note="“No.”")
    make_review(made, by=reviewer, verdict="supports")
    adjudicate(link=Link.objects.get(), by=lead, verdict="neither", note="Both\nright.")
    file = exported(dossier)
    assert without_first(there_and_back(file)) == without_first(file)
    again = Link.objects.exclude(dossier=dossier).get()
    assert (again.state, again.verdict, again.adjudication_note) == ("settled", "neither", "Both\nright.")


def test_a_filter_takes_the_links_with_what_they_rest_on(dossier: Dossier, lead: Membership) -> None:
    bring_in(
        dossier,
        source("a"), source("b"), source("c"), speaker("A"), speaker("B"),
        claim("1", speaker="A"), claim("2", "March", on="b"), claim("3", "table", on="c", speaker="B"),
        link("L-1"), link("L-2", "1", "3", "supports"), review("L-1", "mira"), review("L-2", "mira", "supports"),
    )  # fmt: skip
    file = b"".join(GAINSAY.write(Selection.of(dossier, kind="contradicts")))
    told = [line.get("id") or line.get("name") or line["link"] for line in lines_of(file)[1:]]
    assert told == ["S-1", "S-2", "A", "C-1", "C-2", "L-1", "L-1"]
    counts = lines_of(file)[0]["counts"]
    assert counts == {"sources": 2, "speakers": 1, "claims": 2, "links": 1, "reviews": 1}
    assert without_first(there_and_back(file)) == without_first(file)


def test_a_filter_by_state_goes_by_the_state(dossier: Dossier, lead: Membership) -> None:
    bring_in(dossier, dossier_line(reviews_needed=1), *whole()[:-1])
    assert len(lines_of(b"".join(GAINSAY.write(Selection.of(dossier, state="settled"))))) == 7
    assert len(lines_of(b"".join(GAINSAY.write(Selection.of(dossier, state="disputed"))))) == 1


def test_a_filter_by_kind_goes_by_the_verdict(dossier: Dossier, lead: Membership) -> None:
    make_link(
        *(make_pair(dossier, by=lead, kind=kind).from_claim for kind in ("contradicts", "neither")), by=lead
    )
    bring_in(
        dossier,
        dossier_line(uid=str(dossier.uid)),
        review("L-1", "mira", "supports"),
        review("L-1", "tom", "supports"),
    )
    kinds = {
        kind: Selection.of(dossier, kind=kind).links.count()
        for kind in ("contradicts", "supports", "neither")
    }
    assert kinds == {"contradicts": 1, "supports": 1, "neither": 1}


# ---- any dossier


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
names = texts.filter(bool)
kinds = st.sampled_from(["contradicts", "supports", "neither"])
times = st.sampled_from(["2023", "2023-01", "2024-02-29", "1000"])
abouts = times | st.sampled_from(["2022-02/2023-01", "2023-01/..", "../2022-02"])
people = st.none() | st.sampled_from(["ana", "лев", "ana (2)", " "])
moments = st.none() | st.sampled_from(["2023-01-01T00:00:00Z", "1999-12-31T23:59:59.000001+05:30"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
ends: dict[str, Any] = {
    "external_id": texts,
    "extra": st.dictionaries(names.map("x{}".format), json_values, max_size=3),
    "by": people,
    "at": moments,
}


def lines_with(**keys: Any) -> st.SearchStrategy[Line]:
    return st.fixed_dictionaries({}, optional={**keys, **ends})


@st.composite
def dossiers(draw: st.DrawFn) -> list[Line]:
    """The lines of a file: what refers and what is referred to, in any order, with all that may stand on them."""
    sources = []
    for n in range(draw(st.integers(0, 3))):
        text = draw(texts.filter(lambda one: bool(as_kept(one))))
        more = draw(
            lines_with(
                title=texts, outlet=texts, url=texts, published=times, reliability=st.sampled_from("ABCDEF")
            )
        )
        sources.append({**source(draw(names) + str(n), text), **more})
    speakers = [
        {**speaker(name), **draw(lines_with(affiliation=texts))} for name in draw(st.sets(names, max_size=3))
    ]
    claims = []
    for n in range(draw(st.integers(0, 5)) if sources else 0):
        on = draw(st.sampled_from(sources))
        kept = as_kept(on["text"])
        start = draw(st.integers(0, len(kept) - 1))
        end = draw(st.integers(start + 1, len(kept)))
        more = draw(lines_with(
            via=texts, asserted=times, about=abouts, credibility=st.integers(1, 6), topics=st.lists(names, max_size=3),
            speaker=st.sampled_from([one["name"] for one in speakers]) if speakers else st.none(),
        ))  # fmt: skip
        claims.append({
            "type": "claim", "id": draw(st.sampled_from(["C-{}", "c{}"])).format(n + 1), "source": on["id"],
            "quote": kept[start:end], "start": start, "end": end, "statement": draw(names), **more,
        })  # fmt: skip
    links, reviews = [], []
    for a in range(len(claims)):
        for b in range(a):
            if draw(st.booleans()):
                one = link(f"{draw(texts)}{a},{b}", claims[a]["id"], claims[b]["id"], draw(kinds))
                judged = st.fixed_dictionaries(
                    {"verdict": kinds}, optional={"note": texts, "by": people, "at": moments}
                )
                more = draw(
                    lines_with(
                        rationale=texts, strength=st.sampled_from(["strong", "weak"]), adjudication=judged
                    )
                )
                if one["kind"] == "supports":
                    more["mutual"] = draw(st.booleans())
                links.append({**one, **more})
                for who in draw(st.sets(names, max_size=2)):
                    given = draw(lines_with(confidence=st.integers(1, 5), note=texts))
                    reviews.append({**review(one["id"], who, draw(kinds)), **given})
    head = {
        **dossier_line(),
        **draw(st.fixed_dictionaries({}, optional={"question": texts, "reviews_needed": st.integers(1, 5)})),
    }
    return draw(st.permutations([head, *sources, *speakers, *claims, *links, *reviews]))


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=dossiers())
def test_any_dossier_goes_out_and_back_as_the_same_bytes(lines: list[Line]) -> None:
    with transaction.atomic():
        dossier = make_dossier("there", language="", question="")
        bring_in(dossier, *(json.dumps(line) for line in lines))
        file = exported(dossier)
        assert Counter(line["type"] for line in lines_of(file)) == Counter(line["type"] for line in lines)
        statements = {line["statement"] for line in lines_of(file) if line["type"] == "claim"}
        assert statements == {line["statement"] for line in lines if line["type"] == "claim"}
        assert without_first(there_and_back(file)) == without_first(file)
        before = Review.objects.count()
        assert set(bring_in(dossier, file).brought.values()) == {0}
        assert Review.objects.count() == before
        canonical = [json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines_of(file)]
        assert "".join(f"{line}\n" for line in canonical).encode() == file
        transaction.set_rollback(True)
