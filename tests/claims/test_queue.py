"""In which order pairs are handed out, to whom, and for how long."""

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.actions.review import skip, take_next
from claims.models import ClaimTopic, Lease, Link, Topic
from claims.queue import session_of, start_of
from sources.models import Dossier, Membership, ReviewOrder, Role
from tests.around import refused, run
from tests.conftest import make_member, make_pair, make_review

SignIn = Callable[..., Client]
DESK = "/d/china-russia/review/"


def handed(dossier: Dossier, person: Membership, *, most: int = 9) -> list[int]:
    """The numbers of the pairs that she is handed one after another, judging each."""
    numbers: list[int] = []
    while len(numbers) < most and (link := take_next(dossier=dossier, person=person)):
        numbers.append(link.number)
        make_review(Link.objects.select_related("from_claim", "to_claim").get(pk=link.pk), by=person)
    return numbers


@pytest.fixture
def mixed(dossier: Dossier, analyst: Membership) -> list[Link]:
    """Links that differ in what was proposed."""
    proposed: list[dict[str, Any]] = [
        {"kind": "supports", "strength": "strong"},
        {"kind": "contradicts", "strength": "weak"},
        {"kind": "contradicts"},
        {"kind": "contradicts", "likelihood": 0.97},
        {"kind": "supports", "likelihood": 0.55},
    ]
    return [make_pair(dossier, by=analyst, **fields) for fields in proposed]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (ReviewOrder.OLDEST, [1, 2, 3, 4, 5]),
        (ReviewOrder.CONTRADICTION, [4, 3, 2, 5, 1]),
        (ReviewOrder.UNCERTAIN, [2, 5, 3, 1, 4]),
    ],
)
def test_pairs_come_in_the_order_that_the_lead_set(
    dossier: Dossier, reviewer: Membership, mixed: list[Link], order: str, expected: list[int]
) -> None:
    dossier.review_order = order
    assert handed(dossier, reviewer) == expected


def test_at_random_each_person_has_an_order_of_her_own_that_stays(
    dossier: Dossier, analyst: Membership
) -> None:
    for _ in range(8):
        make_pair(dossier, by=analyst)
    dossier.review_order = ReviewOrder.RANDOM
    people = [make_member(dossier, f"person {n}", Role.REVIEWER) for n in range(4)]
    Dossier.objects.update(reviews_needed=5)
    dossier.reviews_needed = 5
    ring = sorted(Link.objects.values_list("place_random", "number"))
    starts = [start_of("random", dossier.pk, person.pk) for person in people]
    assert len(set(starts)) == 4
    for person, start in zip(people, starts, strict=True):
        first = bisect_left(ring, (start, 0))
        assert handed(dossier, person) == [number for _, number in ring[first:] + ring[:first]]


def test_a_likelier_pair_that_comes_later_is_first_in_the_next_session(
    dossier: Dossier, analyst: Membership, reviewer: Membership, mixed: list[Link]
) -> None:
    dossier.review_order = ReviewOrder.CONTRADICTION
    assert handed(dossier, reviewer, most=2) == [4, 3]
    make_pair(dossier, by=analyst, likelihood=0.99)
    assert handed(dossier, reviewer, most=1) == [2], "a session goes on from where it is"
    Lease.objects.update(expires_at=F("expires_at") - timedelta(hours=1))
    assert handed(dossier, reviewer, most=1) == [6]


def test_the_database_refuses_what_no_lead_may_set(dossier: Dossier) -> None:
    for column, value in (("reviews_needed", 6), ("lease_minutes", 0), ("review_order", "'best'")):
        with refused("violates check constraint"):
            run(f"UPDATE sources_dossier SET {column} = {value}")


def test_nobody_is_handed_what_she_proposed_unless_the_lead_lets_her(
    dossier: Dossier, analyst: Membership, reviewer: Membership
) -> None:
    Dossier.objects.update(own_proposals=False)
    dossier.refresh_from_db()
    own, others = make_pair(dossier, by=analyst), make_pair(dossier, by=reviewer)
    assert handed(dossier, analyst) == [others.number]
    with pytest.raises(ValidationError, match="You proposed L-1 yourself"):
        make_review(own, by=analyst)
    Dossier.objects.update(own_proposals=True)
    dossier.refresh_from_db()
    assert handed(dossier, analyst) == [own.number]


def test_the_empty_desk_says_that_her_own_wait_for_others(
    dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    Dossier.objects.update(own_proposals=False)
    make_pair(dossier, by=analyst)
    text = sign_in(analyst).get(DESK).content.decode()
    assert "1 pair that you proposed yourself waits for others" in text
    assert "a lead can let people judge their own" in text


def test_a_pair_is_kept_for_as_long_as_the_lead_says(
    dossier: Dossier, analyst: Membership, reviewer: Membership
) -> None:
    make_pair(dossier, by=analyst)
    dossier.lease_minutes = 5
    take_next(dossier=dossier, person=reviewer)
    left = Lease.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=4) < left <= timedelta(minutes=5)


@pytest.mark.parametrize("asked", ["topic=trade", "source=S-3"])
def test_the_desk_hands_out_what_its_address_asks_for_and_keeps_asking(
    dossier: Dossier, analyst: Membership, reviewer: Membership, sign_in: SignIn, asked: str
) -> None:
    make_pair(dossier, by=analyst)
    wanted = make_pair(dossier, by=analyst)
    topic = Topic.objects.create(dossier=dossier, name="trade")
    ClaimTopic.objects.create(dossier=dossier, claim=wanted.from_claim, topic=topic)
    client = sign_in(reviewer)
    assert "L-1" in client.get(DESK).content.decode()
    page = client.get(f"{DESK}?{asked}").content.decode()
    assert "L-2: how do these two claims stand?" in page
    assert f'action="{DESK}?{asked.replace("&", "&amp;")}"' in page
    sent = {"number": 2, "versions": "1-1", "verdict": "neither"}
    answer = client.post(f"{DESK}?{asked}", sent)
    assert answer.headers["Location"] == f"{DESK}?{asked}"
    assert "No pair waits for you under these filters" in client.get(f"{DESK}?{asked}").content.decode()
    assert "L-1: how do" in client.get(DESK).content.decode()


def test_a_filter_that_cannot_be_read_is_said_and_hands_out_all(
    dossier: Dossier, analyst: Membership, reviewer: Membership, sign_in: SignIn
) -> None:
    make_pair(dossier, by=analyst)
    answer = sign_in(reviewer).get(f"{DESK}?source=x")
    assert answer.status_code == 422
    assert "“x” is no source" in answer.content.decode()
    assert "L-1: how do" in answer.content.decode()


def test_pace_and_what_is_left_are_told(
    dossier: Dossier, analyst: Membership, reviewer: Membership, sign_in: SignIn, time_machine: Any
) -> None:
    start = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    time_machine.move_to(start, tick=False)
    links = [make_pair(dossier, by=analyst) for _ in range(6)]
    for n, link in enumerate(links[:4]):
        time_machine.move_to(start + timedelta(seconds=30 * n), tick=False)
        make_review(link, by=reviewer)
    text = sign_in(reviewer).get(DESK).content.decode()
    assert "4 in this session, 30 s each" in text
    assert "about 2 left, some 1 min" in text


def test_a_session_ends_with_a_pause() -> None:
    now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    given = [now - timedelta(minutes=minutes) for minutes in (1, 2, 3, 60, 61)]
    assert session_of(given, now).given == 3
    assert session_of(given, now).seconds == 60
    assert session_of(given, now + timedelta(hours=1)).given == 0
    assert session_of([], now).pace is None


@pytest.mark.parametrize("order", ReviewOrder.values)
def test_every_order_takes_rows_by_an_index_and_passes_over_locked_ones(
    dossier: Dossier, analyst: Membership, reviewer: Membership, order: str
) -> None:
    for _ in range(3):
        make_pair(dossier, by=analyst)
    skip(link=Link.objects.earliest("number"), by=reviewer)
    dossier.review_order = order
    with CaptureQueriesContext(connection) as captured:
        take_next(dossier=dossier, person=reviewer)
    (taking,) = [query["sql"] for query in captured if "SKIP LOCKED" in query["sql"]]
    run("SET LOCAL enable_seqscan = off")
    run("SET LOCAL enable_sort = off")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {taking}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using link_" in plan
    assert "Sort" not in plan, "its index gives the order"
