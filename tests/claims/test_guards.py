"""What the database holds of claims, links and reviews, whoever writes and however."""

import unicodedata
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.models import (
    Anchoring,
    Claim,
    ClaimTopic,
    Disclosure,
    Kind,
    Lease,
    Link,
    Review,
    Skip,
    Speaker,
    State,
    Topic,
)
from sources.models import Counter, Dossier, Letter, Membership, Source
from tests.around import (
    FOREIGN_KEY,
    RESTRICT,
    UNIQUE,
    Insert,
    Update,
    empty,
    every_insert,
    every_update,
    refused,
    run,
)
from tests.conftest import (
    make_claim,
    make_dossier,
    make_link,
    make_member,
    make_pair,
    make_review,
    make_source,
)

NOT_THERE = "is not its source's text at those positions"
# Emoji of several code points, combining marks, words that run to the left, a letter beyond the first plane.
STRANGE = "Он сказал: 👩‍👩‍👧‍👦 ne\u0301e Zu\u0308rich — «وقال المتحدث» שלום 𝔊 🇨🇳🇷🇺 конец."


def claim_of(text: Source, start: int, end: int, quote: str | None = None, **fields: Any) -> Claim:
    """A claim to be written as it is, with the next number."""
    last = Counter.objects.get(dossier=text.dossier_id, letter=Letter.CLAIM).last
    return Claim(
        **{
            "dossier": text.dossier,
            "number": last + 1,
            "source": text,
            "start": start,
            "end": end,
            "quote": text.text[start:end] if quote is None else quote,
            "statement": "It states something.",
            "config": "simple",
            **fields,
        }
    )


def link_of(one: Claim, other: Claim, **fields: Any) -> Link:
    last = Counter.objects.get(dossier=one.dossier_id, letter=Letter.LINK).last
    values = {"dossier": one.dossier, "number": last + 1, "from_claim": one, "to_claim": other}
    return Link(**{**values, "kind": Kind.CONTRADICTS, **fields})


def review_of(link: Link, reviewer: Membership, verdict: str = "contradicts", **fields: Any) -> Review:
    values = {"dossier_id": link.dossier_id, "link": link, "reviewer": reviewer, "verdict": verdict}
    return Review(**{**values, "from_version": 1, "to_version": 1, **fields})


def state_of(link: Link) -> tuple[str, str]:
    link.refresh_from_db()
    assert link.standing == (link.verdict or link.kind)
    return link.state, link.verdict


@pytest.fixture
def claims(dossier: Dossier, analyst: Membership) -> list[Claim]:
    source = make_source(dossier, by=analyst)
    words = ("Officials said", "A customs table", "The ministry denied")
    return [make_claim(source, quote, by=analyst) for quote in words]


@pytest.fixture
def link(dossier: Dossier, analyst: Membership) -> Link:
    return make_pair(dossier, by=analyst)


@pytest.fixture
def people(dossier: Dossier) -> list[Membership]:
    return [make_member(dossier, name) for name in ("mira", "tomas", "ulla")]


# 1. A claim's quote is its source's text at those positions.


@every_insert
def test_a_quote_is_its_sources_text_at_those_positions(dossier: Dossier, insert: Insert) -> None:
    source = make_source(dossier, STRANGE)
    length = len(source.text)
    wrong = [
        claim_of(source, 3, 10, source.text[3:10] + "x"),
        claim_of(source, 3, 10, source.text[3:9]),
        claim_of(source, 3, 10, source.text[4:11]),
        claim_of(source, 3, 10, source.text[3:10].upper()),
        claim_of(source, 3, 10, source.text[3:9] + " "),
        claim_of(source, length - 3, length + 1, source.text[-3:]),
        claim_of(source, length + 5, length + 8, "abc"),
        claim_of(source, length, length + 1, ""),
    ]
    for claim in wrong:
        with refused(NOT_THERE):
            insert(claim)
    combining = source.text.index("ne\u0301e")
    with refused(NOT_THERE):
        insert(claim_of(source, combining, combining + 4, unicodedata.normalize("NFC", "ne\u0301e")))
    assert not Claim.objects.exists()


@every_insert
def test_one_wrong_quote_refuses_them_all(dossier: Dossier, insert: Insert) -> None:
    source = make_source(dossier)
    first = claim_of(source, 0, 5)
    with refused(f"the quote of C-2 {NOT_THERE}"):
        insert(first, claim_of(source, 0, 5, "Trad?", number=2), claim_of(source, 6, 9, number=3))
    assert not Claim.objects.exists()


@every_insert
@pytest.mark.parametrize("words", ["👩‍👩‍👧‍👦", "e\u0301e Zu\u0308", "المتحدث» שלום", "𝔊 🇨🇳", STRANGE])
def test_offsets_count_code_points(dossier: Dossier, insert: Insert, words: str) -> None:
    source = make_source(dossier, STRANGE)
    start = STRANGE.index(words)
    insert(claim_of(source, start, start + len(words)))
    assert Claim.objects.get().quote == words
    in_utf_16 = len(STRANGE[:start].encode("utf-16-le")) // 2
    if in_utf_16 != start:
        with refused(NOT_THERE):
            insert(claim_of(source, in_utf_16, in_utf_16 + len(words), words))


@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40),
    start=st.integers(0, 41),
    length=st.integers(1, 41),
    quote=st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=3),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_and_python_agree_on_what_stands_where(
    dossier: Dossier, text: str, start: int, length: int, quote: str | None
) -> None:
    source = Source(dossier=dossier, number=Source.objects.count() + 1, text=text, config="simple")
    source.save()
    claim = claim_of(source, start, start + length, quote)
    stands = claim.quote == text[start : start + length] and len(claim.quote) == length
    if stands:
        Claim.objects.bulk_create([claim])
    else:
        with refused(NOT_THERE):
            Claim.objects.bulk_create([claim])


@every_update
def test_a_quote_cannot_be_moved_to_where_it_does_not_stand(
    dossier: Dossier, claims: list[Claim], update: Update
) -> None:
    claim = claims[0]
    other = make_source(dossier, "Officials said nothing. " + STRANGE)
    for changes in (
        {"quote": "Officials say"},
        {"start": claim.start + 1},
        {"end": claim.end - 1},
        {"start": 0, "end": claim.end - claim.start},
        {"source": other},
    ):
        with refused(NOT_THERE):
            update(claim, **changes)
        claim.refresh_from_db()
    update(claim, source=other, start=0, end=14)
    update(claim, quote="Officials", end=9)
    claim.refresh_from_db()
    assert (claim.source_id, claim.quote) == (other.pk, "Officials")


@every_update
def test_a_quote_is_moved_within_long_texts_only_to_where_it_stands(
    dossier: Dossier, analyst: Membership, update: Update
) -> None:
    text = STRANGE + "x" * 30_000
    source, other = make_source(dossier, text + "ab"), make_source(dossier, "y" + text + "cd")
    claim = make_claim(source, "xab", by=analyst)
    length = len(text)
    for changes in (
        {"start": length - 2, "end": length + 1},
        {"source": other},
        {"source": other, "start": length, "end": length + 3, "quote": "xab"},
        {"source": other, "start": length, "end": length + 9, "quote": "xcd"},
    ):
        with refused(NOT_THERE):
            update(claim, **changes)
        claim.refresh_from_db()
    update(claim, source=other, quote="xcd", start=length, end=length + 3)


def test_many_quotes_are_moved_at_once_or_none(dossier: Dossier, analyst: Membership) -> None:
    text = "z" * 20_000 + "".join(f" {number:05}" for number in range(60))
    source, other = make_source(dossier, text), make_source(dossier, "." + text)
    claims = [make_claim(source, f"{number:05}", by=analyst) for number in range(60)]
    shift = (
        'UPDATE claims_claim SET source_id = %s, start = start + %s, "end" = "end" + %s WHERE number <= %s'
    )
    with refused(f"the quote of C-[0-9]+ {NOT_THERE}"):
        run(shift, other.pk, 2, 2, 60)
    with refused(f"the quote of C-60 {NOT_THERE}"):
        run(shift.replace("start + %s", "start + CASE number WHEN 60 THEN 2 ELSE %s END"), other.pk, 1, 1, 60)
    assert not Claim.objects.filter(source=other).exists()
    run(shift, other.pk, 1, 1, 60)
    assert Claim.objects.filter(source=other).count() == len(claims)


# An anchoring keeps the words of the old version as they stand there.


def anchoring_of(claim: Claim, to: Source, **fields: Any) -> Anchoring:
    place = {"source": claim.source, "start": claim.start, "end": claim.end, "quote": claim.quote}
    row = {"dossier": claim.dossier, "claim": claim, "to_source": to, "method": "exact", "at": timezone.now()}
    return Anchoring(**{**row, **place, **fields})


@every_insert
@pytest.mark.parametrize("length", [0, 30_000], ids=["short", "long"])
def test_an_anchoring_keeps_words_that_stand_there(
    dossier: Dossier, analyst: Membership, insert: Insert, length: int
) -> None:
    text = "x" * length + STRANGE
    source, to = make_source(dossier, text), make_source(dossier, "Something else.")
    claim = make_claim(source, "конец", by=analyst)
    for changes in (
        {"quote": "Конец"},
        {"start": claim.start - 1},
        {"end": claim.end + 1},
        {"source": to},
        {"start": length + 500, "end": length + 505},
    ):
        with refused(f"the quote of an anchoring of C-1 {NOT_THERE}"):
            insert(anchoring_of(claim, to, **changes))
    insert(anchoring_of(claim, to))
    with refused("anchoring_once_a_version", UNIQUE):
        insert(anchoring_of(claim, to))
    assert Anchoring.objects.get().quote == "конец"


@every_update
def test_an_anchoring_is_not_moved_off_its_words(
    dossier: Dossier, claims: list[Claim], update: Update
) -> None:
    row = anchoring_of(claims[0], make_source(dossier, STRANGE), method="orphan")
    row.save()
    for changes in ({"quote": "Officials"}, {"start": row.start + 1}, {"source": row.to_source}):
        with refused(NOT_THERE):
            update(row, **changes)
        row.refresh_from_db()
    update(row, decision="kept")
    with refused("anchoring_decision_is_of_an_orphan"):
        update(row, method="exact")


@every_insert
def test_an_anchoring_stays_within_its_dossier(dossier: Dossier, claims: list[Claim], insert: Insert) -> None:
    elsewhere = make_source(make_dossier("elsewhere"), STRANGE)
    with refused("in_dossier", FOREIGN_KEY):
        insert(anchoring_of(claims[0], elsewhere))


@every_insert
def test_a_quote_has_words_and_a_claim_a_statement(dossier: Dossier, insert: Insert) -> None:
    source = make_source(dossier)
    for start, end in ((5, 5), (9, 4)):
        with refused("claim_quote_is_not_empty"):
            insert(claim_of(source, start, end, ""))
    with refused("claim_states_something"):
        insert(claim_of(source, 0, 5, statement=""))


@every_insert
def test_times_are_real_and_their_periods_the_databases(dossier: Dossier, insert: Insert) -> None:
    source = make_source(dossier)
    for wrong in (
        "2023-02-30",
        "2023-05/2023-04",
        "2023/2022",
        "../..",
        "2023/2024/2025",
        "next year",
        "0001",
    ):
        with refused(
            "is no date|is no time|ends before it starts|out of range|value too long", "22007|22008|22001"
        ):
            insert(claim_of(source, 0, 5, about=wrong))
    insert(claim_of(source, 0, 5, about="2022-02/2023-01", asserted="2023"))
    claim = Claim.objects.get()
    assert (str(claim.about_period.lower), str(claim.about_period.upper)) == ("2022-02-01", "2023-02-01")
    with refused("can only be updated to DEFAULT", "428C9"):
        run("UPDATE claims_claim SET about_period = NULL")


# 3. A link's two claims differ and belong to its dossier; so do a claim's source and speaker, and all else.


@every_insert
def test_a_claim_is_not_linked_to_itself(claims: list[Claim], insert: Insert) -> None:
    with refused("link_joins_two_claims"):
        insert(link_of(claims[0], claims[0]))


@every_update
def test_a_link_keeps_its_pair(claims: list[Claim], link: Link, update: Update) -> None:
    for changes in (
        {"to_claim": claims[0]},
        {"from_claim": claims[0], "to_claim": claims[1]},
        {"to_claim": link.from_claim},
    ):
        with refused("a link keeps its pair of claims"):
            update(link, **changes)
        link.refresh_from_db()


@pytest.fixture
def foreign(db: None) -> Claim:
    """A claim of another dossier, by another person, of another speaker."""
    dossier = make_dossier("elsewhere")
    by = make_member(dossier, "stranger")
    return make_claim(make_source(dossier, by=by), by=by, speaker="A stranger", topics=["Elsewhere"])


@every_insert
def test_nothing_reaches_into_another_dossier(
    claims: list[Claim], link: Link, foreign: Claim, analyst: Membership, insert: Insert
) -> None:
    source, stranger, dossier = claims[0].source, foreign.by, claims[0].dossier
    assert stranger
    topic, elsewhere = Topic.objects.create(dossier=dossier, name="Here"), Topic.objects.get(name="Elsewhere")
    foreign_link = make_link(
        foreign,
        make_claim(foreign.source, "Officials", by=stranger),
        by=stranger,
    )
    at = timezone.now()
    crossing = {
        "claims_link_to_claim_id": link_of(claims[0], foreign),
        "claims_link_from_claim_id": link_of(foreign, claims[0], dossier=dossier, number=9),
        "claims_link_by_id": link_of(claims[0], claims[1], by=stranger),
        "claims_link_adjudicated_by_id": link_of(
            claims[0], claims[1], adjudication_verdict="neither", adjudicated_by=stranger
        ),
        "claims_claim_source_id": claim_of(source, 0, 5, foreign.source.text[:5], source=foreign.source),
        "claims_claim_speaker_id": claim_of(source, 0, 5, speaker=foreign.speaker),
        "claims_claim_by_id": claim_of(source, 0, 5, by=stranger),
        "claims_speaker_by_id": Speaker(dossier=dossier, name="New", by=stranger),
        "claims_claimtopic_topic_id": ClaimTopic(dossier=dossier, claim=claims[0], topic=elsewhere),
        "claims_claimtopic_claim_id": ClaimTopic(dossier=dossier, claim=foreign, topic=topic),
        "claims_review_reviewer_id": review_of(link, stranger),
        "claims_review_link_id": review_of(foreign_link, analyst, dossier=dossier, dossier_id=dossier.pk),
        "claims_disclosure_person_id": Disclosure(dossier=dossier, link=link, person=stranger, round=1),
        "claims_lease_link_id": Lease(dossier=dossier, link=foreign_link, person=analyst, expires_at=at),
        "claims_skip_link_id": Skip(dossier=dossier, link=foreign_link, person=analyst),
    }
    for key, row in crossing.items():
        with refused(f"{key}_in_dossier", FOREIGN_KEY):
            insert(row)


def test_what_something_rests_on_cannot_be_removed_under_it(link: Link, people: list[Membership]) -> None:
    make_review(link, by=people[0])
    for statement in (
        "DELETE FROM claims_claim",
        "DELETE FROM sources_source",
        "DELETE FROM claims_link",
        "DELETE FROM sources_membership WHERE name = 'mira'",
    ):
        with refused("RESTRICT setting of foreign key constraint", RESTRICT):
            run(statement)


# 4. One link for an unordered pair.


@every_insert
def test_two_claims_have_one_link_whichever_way_round(claims: list[Claim], insert: Insert) -> None:
    one, other, third = claims
    insert(link_of(one, other))
    for sides in ((one, other), (other, one)):
        with refused("link_once_a_pair", UNIQUE):
            insert(link_of(*sides, kind=Kind.SUPPORTS))
    with refused("link_once_a_pair", UNIQUE):
        insert(link_of(one, third), link_of(third, one, number=3))
    Link.objects.update(binned_at=timezone.now())
    with refused("link_once_a_pair", UNIQUE):
        insert(link_of(other, one))


@every_insert
def test_type_strength_and_mutual_fit_the_kind(claims: list[Claim], insert: Insert) -> None:
    for name, wrong in (
        ("link_kind_known", {"kind": "refutes"}),
        ("link_mutual_is_of_supports", {"mutual": True}),
        ("link_type_is_of_contradicts", {"kind": "supports", "contradiction_type": "numeric"}),
        ("link_type_is_of_contradicts", {"contradiction_type": "vague"}),
        ("link_strength_known", {"strength": "some"}),
        ("link_adjudication_known", {"adjudication_verdict": "perhaps"}),
        ("link_adjudication_has_a_verdict", {"adjudication_note": "A note to nothing."}),
    ):
        with refused(name):
            insert(link_of(claims[0], claims[1], **wrong))


# 5. One review for a link and reviewer.


@every_insert
def test_a_reviewer_has_one_review_of_a_link(link: Link, people: list[Membership], insert: Insert) -> None:
    insert(review_of(link, people[0]))
    with refused("review_once_a_reviewer", UNIQUE):
        insert(review_of(link, people[0], "neither"))
    with refused("review_once_a_reviewer", UNIQUE):
        insert(review_of(link, people[1]), review_of(link, people[1]))
    assert Review.objects.count() == 1


@every_insert
def test_a_review_says_one_of_three_things_with_confidence_one_to_five(
    link: Link, people: list[Membership], insert: Insert
) -> None:
    for verdict in ("", "perhaps"):
        with refused("review_verdict_known"):
            insert(review_of(link, people[0], verdict))
    for confidence in (0, 6):
        with refused("review_confidence_1_to_5"):
            insert(review_of(link, people[0], confidence=confidence))


# 6. A number is given once per dossier.


@every_insert
def test_numbers_of_claims_and_links_are_never_given_again(
    claims: list[Claim], link: Link, insert: Insert
) -> None:
    number, last = link.number, link.to_claim.number
    Link.objects.all().delete()
    run("DELETE FROM claims_claim WHERE number > 3")
    with refused(f"the number L-{number} was given before", UNIQUE):
        insert(link_of(claims[0], claims[1], number=number))
    with refused(f"the number C-{last} was given before", UNIQUE):
        insert(claim_of(claims[0].source, 0, 5, number=last))
    for row in (*Claim.objects.all(), make_link(claims[0], claims[1], by=claims[0].by)):  # type: ignore[arg-type]
        with refused("a number is given once, in one dossier"):
            type(row).objects.filter(pk=row.pk).update(number=row.number + 50)


# State and verdict follow from reviews, adjudication and the reviews needed; nothing else sets them.


@every_insert
def test_the_state_follows_from_the_reviews(link: Link, people: list[Membership], insert: Insert) -> None:
    assert state_of(link) == ("proposed", "")
    insert(review_of(link, people[0], "supports"))
    assert state_of(link) == ("proposed", "")
    insert(review_of(link, people[1], "supports"))
    assert state_of(link) == ("settled", "supports")
    run("UPDATE claims_review SET verdict = 'neither' WHERE reviewer_id = %s", people[1].pk)
    assert state_of(link) == ("disputed", "")
    run("DELETE FROM claims_review WHERE reviewer_id = %s", people[0].pk)
    assert state_of(link) == ("proposed", "")
    run("DELETE FROM claims_review")
    assert state_of(link) == ("proposed", "")


@every_insert
def test_many_reviews_of_many_links_in_one_statement(
    dossier: Dossier, analyst: Membership, people: list[Membership], insert: Insert
) -> None:
    links = [make_pair(dossier, by=analyst) for _ in range(4)]
    given = [("contradicts",), ("neither", "neither"), ("supports", "neither"), ("supports",) * 3]
    insert(
        *(
            review_of(link, person, verdict)
            for link, verdicts in zip(links, given, strict=True)
            for person, verdict in zip(people, verdicts, strict=False)
        )
    )
    assert [state_of(link) for link in links] == [
        ("proposed", ""),
        ("settled", "neither"),
        ("disputed", ""),
        ("settled", "supports"),
    ]


@every_update
def test_raising_and_lowering_the_reviews_needed_computes_states_anew(
    dossier: Dossier, analyst: Membership, people: list[Membership], update: Update
) -> None:
    agreed, differing, judged = (make_pair(dossier, by=analyst) for _ in range(3))
    untouched = make_pair(make_dossier("other"), by=make_member(Dossier.objects.get(slug="other"), "x"))
    for person in people[:2]:
        make_review(agreed, by=person, verdict="neither")
        make_review(differing, by=person, verdict="neither" if person == people[0] else "supports")
    make_review(judged, by=people[0])
    states = {}
    for needed in (3, 2, 1, 5):
        update(dossier, reviews_needed=needed)
        states[needed] = [state_of(link) for link in (agreed, differing, judged, untouched)]
    proposed, settled, disputed = ("proposed", ""), ("settled", "neither"), ("disputed", "")
    assert states == {
        3: [proposed, proposed, proposed, proposed],
        2: [settled, disputed, proposed, proposed],
        1: [settled, disputed, ("settled", "contradicts"), proposed],
        5: [proposed, proposed, proposed, proposed],
    }


@every_update
def test_an_adjudication_settles_and_its_withdrawal_unsettles(
    dossier: Dossier, link: Link, people: list[Membership], update: Update
) -> None:
    make_review(link, by=people[0], verdict="supports")
    make_review(link, by=people[1], verdict="neither")
    assert state_of(link) == ("disputed", "")
    update(link, adjudication_verdict="contradicts")
    assert state_of(link) == ("settled", "contradicts")
    run("UPDATE sources_dossier SET reviews_needed = 5")
    run("UPDATE claims_review SET verdict = 'supports'")
    assert state_of(link) == ("settled", "contradicts")
    update(link, adjudication_verdict="")
    assert state_of(link) == ("proposed", "")


@every_update
def test_writing_state_or_verdict_has_no_effect(link: Link, people: list[Membership], update: Update) -> None:
    for person in people[:2]:
        make_review(link, by=person, verdict="supports")
    for state in State.values:
        for verdict in ("", *Kind.values):
            update(link, state=state, verdict=verdict)
            assert state_of(link) == ("settled", "supports")
    update(link, state="disputed", rationale="Said together with something else.")
    assert state_of(link) == ("settled", "supports")
    with refused("can only be updated to DEFAULT", "428C9"):
        run("UPDATE claims_link SET standing = 'neither'")


@every_insert
def test_a_new_link_is_proposed_whatever_it_claims_to_be(claims: list[Claim], insert: Insert) -> None:
    insert(link_of(claims[0], claims[1], state="settled", verdict="neither"))
    assert state_of(Link.objects.get()) == ("proposed", "")
    insert(link_of(claims[1], claims[2], state="disputed", adjudication_verdict="supports"))
    assert state_of(Link.objects.get(number=2)) == ("settled", "supports")


# Words judged are words kept.


WORDS: list[dict[str, Any]] = [
    {"statement": "Quite another."},
    {"quote": "Trade between", "end": 13},
    {"asserted": "2023"},
    {"about": "2023-01/.."},
]


@pytest.mark.parametrize("changes", WORDS, ids=lambda changes: next(iter(changes)))
def test_words_that_change_after_review_mark_the_link(
    dossier: Dossier, analyst: Membership, people: list[Membership], changes: dict[str, Any]
) -> None:
    judged, adjudicated, unjudged = links = [make_pair(dossier, by=analyst) for _ in range(3)]
    make_review(judged, by=people[0])
    run("UPDATE claims_link SET adjudication_verdict = 'neither' WHERE id = %s", adjudicated.pk)
    Claim.objects.filter(pk__in=[link.from_claim_id for link in links]).update(**changes)
    for link in links:
        link.refresh_from_db()
        link.from_claim.refresh_from_db()
    assert [link.changed for link in (judged, adjudicated, unjudged)] == [True, True, False]
    assert [link.from_claim.version for link in links] == [2, 2, 2]


@every_update
def test_on_either_side_and_however_they_are_written(
    link: Link, people: list[Membership], update: Update
) -> None:
    make_review(link, by=people[0])
    update(link.to_claim, statement=link.to_claim.statement)
    link.refresh_from_db()
    assert not link.changed, "the same words again are no change"
    for side in (link.from_claim, link.to_claim):
        run("UPDATE claims_link SET changed = false")
        update(side, statement="Quite another.")
        assert Link.objects.get().changed


@every_update
def test_other_changes_do_not(link: Link, people: list[Membership], update: Update) -> None:
    make_review(link, by=people[0])
    for changes in (
        {"via": "a wire"},
        {"modality": "fact"},
        {"credibility": 2},
        {"binned_at": timezone.now()},
        {"external_id": "x"},
    ):
        update(link.from_claim, **changes)
    assert not Link.objects.get().changed


@every_update
def test_a_version_counts_edits_and_nothing_else(claims: list[Claim], link: Link, update: Update) -> None:
    for row, words in ((claims[0], {"statement": "New."}), (link, {"rationale": "New."})):
        update(row, version=40)
        row.refresh_from_db()
        assert row.version == 2
        update(row, **words, version=1)
        row.refresh_from_db()
        assert row.version == 3


@every_insert
def test_a_review_judges_the_words_as_they_stand(
    link: Link, people: list[Membership], insert: Insert
) -> None:
    Claim.objects.filter(pk=link.to_claim_id).update(statement="Quite another.")
    for versions in ((1, 1), (2, 1), (2, 2), (1, 3)):
        with refused("are not in the version that this review judged"):
            insert(review_of(link, people[0], from_version=versions[0], to_version=versions[1]))
    insert(review_of(link, people[0], from_version=1, to_version=2))


@every_update
def test_a_review_keeps_the_versions_it_judged_and_its_link_its_direction(
    link: Link, people: list[Membership], update: Update
) -> None:
    update(link, from_claim=link.to_claim, to_claim=link.from_claim)
    link.refresh_from_db()
    review = make_review(link, by=people[0])
    for changes in ({"from_version": 2}, {"to_version": 7}):
        with refused("a review keeps the versions that it judged"):
            update(review, **changes)
        review.refresh_from_db()
    with refused("keeps its direction"):
        update(link, from_claim=link.to_claim, to_claim=link.from_claim)


# Blind review.


BLIND = "this reviewer was shown others' verdicts on"


@pytest.fixture
def shown(link: Link, people: list[Membership]) -> Link:
    """A link judged by mira and tomas; mira and ulla, who has not judged it, were shown its verdicts."""
    make_review(link, by=people[0], verdict="supports")
    make_review(link, by=people[1], verdict="neither")
    for person in (people[0], people[2]):
        Disclosure.objects.create(dossier_id=link.dossier_id, link=link, person=person, round=link.round)
    return link


@every_insert
def test_whoever_was_shown_verdicts_cannot_judge(
    shown: Link, people: list[Membership], insert: Insert, dossier: Dossier
) -> None:
    with refused(BLIND):
        insert(review_of(shown, people[2]))
    insert(review_of(shown, make_member(dossier, "fresh")))


@every_update
def test_whoever_was_shown_verdicts_cannot_change_hers(
    shown: Link, people: list[Membership], update: Update
) -> None:
    review = Review.objects.get(reviewer=people[0])
    for changes in ({"verdict": "neither"}, {"reviewer": people[2]}):
        with refused(BLIND):
            update(review, **changes)
        review.refresh_from_db()
    update(Review.objects.get(reviewer=people[1]), verdict="supports")
    assert state_of(shown) == ("settled", "supports")


def take_back_by_sql(review: Review) -> None:
    run("DELETE FROM claims_review WHERE id = %s", review.pk)


def take_back_by_instance(review: Review) -> None:
    review.delete()


def take_back_by_queryset(review: Review) -> None:
    Review.objects.filter(pk=review.pk).delete()


@pytest.mark.parametrize("take_back", [take_back_by_sql, take_back_by_instance, take_back_by_queryset])
def test_whoever_was_shown_verdicts_cannot_take_hers_back(
    shown: Link, people: list[Membership], take_back: Callable[[Review], None]
) -> None:
    with refused(BLIND):
        take_back(Review.objects.get(reviewer=people[0]))
    take_back(Review.objects.get(reviewer=people[1]))
    assert state_of(shown) == ("proposed", "")


@every_update
def test_what_a_person_was_shown_stays_known_to_her(
    shown: Link, people: list[Membership], update: Update
) -> None:
    disclosure = Disclosure.objects.filter(person=people[0]).get()
    known = "what a person was shown stays known to her"
    for changes in ({"round": 2}, {"person": people[1]}):
        with refused(known):
            update(disclosure, **changes)
        disclosure.refresh_from_db()
    with refused(known):
        Disclosure.objects.all().delete()
    with refused(known):
        run("DELETE FROM claims_disclosure WHERE id = %s", disclosure.pk)
    with refused(known):
        empty("claims_disclosure")


def test_the_bin_is_no_way_round(shown: Link, people: list[Membership]) -> None:
    Link.objects.update(binned_at=timezone.now())
    with refused(BLIND):
        run("DELETE FROM claims_review WHERE reviewer_id = %s", people[0].pk)
    with refused(BLIND):
        run("UPDATE claims_review SET verdict = 'neither' WHERE reviewer_id = %s", people[0].pk)
    with refused("stays known to her"):
        run("DELETE FROM claims_disclosure")


def test_nor_is_a_new_round_with_old_reviews(shown: Link, people: list[Membership]) -> None:
    wrong = "is not the next, or starts with reviews of the last"
    with refused(wrong):
        run("UPDATE claims_link SET round = 2")
    run("DELETE FROM claims_review WHERE reviewer_id = %s", people[1].pk)
    with refused(wrong):
        run("UPDATE claims_link SET round = 2")
    for round_ in (0, 3):
        with refused(wrong):
            run("UPDATE claims_link SET round = %s", round_)
            run("DELETE FROM claims_review")


def test_a_link_deleted_for_good_takes_its_reviews_and_disclosures(shown: Link) -> None:
    Disclosure.objects.all().delete()
    Review.objects.all().delete()
    shown.delete()
    run("SET CONSTRAINTS ALL IMMEDIATE")
    assert not Review.objects.exists()


@every_insert
def test_a_person_holds_one_pair_and_skips_a_pair_once(
    dossier: Dossier, link: Link, analyst: Membership, insert: Insert
) -> None:
    other = make_pair(dossier, by=analyst)
    at = timezone.now() + timedelta(minutes=5)
    insert(Lease(dossier=dossier, link=link, person=analyst, expires_at=at))
    with refused("claims_lease_person_id_key", UNIQUE):
        insert(Lease(dossier=dossier, link=other, person=analyst, expires_at=at))
    insert(Skip(dossier=dossier, link=link, person=analyst))
    with refused("skip_once_a_person", UNIQUE):
        insert(Skip(dossier=dossier, link=link, person=analyst))


@pytest.mark.parametrize("table", ["speaker", "topic", "claim", "claimtopic", "link", "review"])
def test_tables_cannot_be_emptied_past_the_history(link: Link, table: str) -> None:
    with refused("its rows would go without a trace in the history"):
        empty(f"claims_{table}")
