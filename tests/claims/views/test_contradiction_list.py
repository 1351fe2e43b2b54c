"""The contradictions of a dossier: open ones first, filtered, sorted, leafed through, as of a day."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import chain

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from claims.actions.resolution import reopen, resolve
from claims.filters.contradiction import SORTS, ContradictionFilter
from claims.models import Claim, Contradiction, Disclosure, Link, Resolution
from sources.models import Dossier, Membership, User
from tests.conftest import make_claim, make_member, make_pair, make_review, make_source

SignIn = Callable[..., Client]
LIST = "/d/china-russia/contradictions/"
PROOF = {"first": "2023", "second": "2024"}


def make_contradictions(dossier: Dossier, by: Membership, count: int) -> list[Link]:
    """So many settled contradictions of one claim with others, each settled a day after the one before."""
    hub = make_claim(make_source(dossier, by=by), by=by)
    place = {name: getattr(hub, name) for name in ("source", "quote", "start", "end", "config")}
    made = {"dossier": dossier, "by": by, "at": timezone.now()}
    first = hub.number + 1
    others = Claim.objects.bulk_create(
        [Claim(number=first + n, statement=f"Statement {n}.", **place, **made) for n in range(count)]
    )
    first = Link.objects.filter(dossier=dossier).count() + 1
    settled = {"kind": "contradicts", "adjudication_verdict": "contradicts", **made}
    return Link.objects.bulk_create(
        [
            Link(
                number=first + n,
                from_claim=hub,
                to_claim=other,
                adjudicated_at=datetime(2026, 1, 1 + n % 28, tzinfo=UTC),
                **settled,
            )
            for n, other in enumerate(others)
        ]
    )


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<span class="num">L-(\d+)</span>', page)]


@pytest.fixture
def three(dossier: Dossier, analyst: Membership, lead: Membership) -> list[Link]:
    """An open one, one that is resolved, one that was reopened; and a pair that is no contradiction."""
    links = make_contradictions(dossier, analyst, 3)
    for link in links[1:]:
        resolve(link, by=lead, kind="time", proof=PROOF, versions=(1, 1))
    reopen(links[2], by=lead, reason="Not so.")
    make_pair(dossier, by=analyst)
    return links


def test_open_ones_come_first(three: list[Link], viewer: Membership, sign_in: SignIn) -> None:
    page = sign_in(viewer).get(LIST).content.decode()
    assert numbers(page) == [3, 1, 2]
    assert re.findall(r'class="standing" data-standing="(\w+)"', page) == ["reopened", "open", "resolved"]
    assert "C-1 speaks of 2023, C-3 of 2024." in page
    assert "1 source, its origin not established" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "unresolved"}, [3, 1]),
        ({"status": "open"}, [1]),
        ({"status": "reopened"}, [3]),
        ({"status": "resolved"}, [2]),
        ({"status": "due"}, []),
        ({"kind": "time"}, [2]),
        ({"kind": "scope"}, []),
        ({"strength": "weak"}, []),
        ({"origins": "2"}, []),
        ({"topic": "trade"}, []),
        ({"speaker": "Nobody"}, []),
        ({"source": "S-1"}, [3, 1, 2]),
        ({"source": "S-2"}, []),
        ({"q": "statement 1"}, [2]),
        ({"sort": "age"}, [1, 3, 2]),
        ({"sort": "activity"}, [3, 1, 2]),
        ({"sort": "origins"}, [3, 1, 2]),
    ],
)
def test_filters_and_orders(
    three: list[Link], viewer: Membership, sign_in: SignIn, query: dict[str, str], found: list[int]
) -> None:
    assert numbers(sign_in(viewer).get(LIST, query).content.decode()) == found


def test_pages_hold_every_one_once_in_every_order(
    dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    links = make_contradictions(dossier, analyst, 120)
    explained = {"dossier": dossier, "kind": "time", "proof": PROOF, "at": timezone.now()}
    Resolution.objects.bulk_create([Resolution(link=link, **explained) for link in links[::3]])
    client = sign_in(viewer)
    for sort, columns in SORTS.items():
        address, seen, back = f"{LIST}?sort={sort}", [], ""
        while address:
            page = client.get(address).content.decode()
            seen.append(numbers(page))
            to = dict(re.findall(r'href="([^"]+)" rel="(next|prev)"', page))
            ways = {way: place.replace("&amp;", "&") for place, way in to.items()}
            address, back = ways.get("next", ""), ways.get("prev", "")
        assert [len(page) for page in seen] == [50, 50, 20], sort
        order = Contradiction.objects.order_by("-is_open", *(f"-{name}" for name in columns))
        assert list(chain(*seen)) == list(order.values_list("number", flat=True)), sort
        assert numbers(client.get(back).content.decode()) == seen[1], sort


def test_bad_filters_and_places(
    three: list[Link], viewer: Membership, outsider: User, sign_in: SignIn
) -> None:
    client = sign_in(viewer)
    for query in ({"status": "magic"}, {"source": "x"}, {"as_of": "soon"}, {"sort": "up"}):
        assert client.get(LIST, query).status_code == 422
    for place in ("x", "True~1~2", "True~z", "~"):
        assert client.get(LIST, {"before": place}).status_code == 404, place
    assert client.post(LIST).status_code == 405
    assert sign_in(outsider).get(LIST).status_code == 404


def test_without_any_it_says_what_comes_here(dossier: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    assert "No settled contradiction" in sign_in(viewer).get(LIST).content.decode()


def test_what_it_shows_is_recorded_as_shown(
    three: list[Link], dossier: Dossier, analyst: Membership, reviewer: Membership, sign_in: SignIn
) -> None:
    other = make_pair(dossier, by=analyst)
    make_review(other, by=reviewer)
    make_review(other, by=make_member(dossier, "mira"), verdict="contradicts")
    Link.objects.filter(pk=other.pk).update(adjudication_verdict="neither")
    sign_in(reviewer).get(LIST)
    assert Disclosure.objects.filter(person=reviewer, link=other).exists(), "its absence tells too"
    assert Disclosure.objects.filter(person=reviewer).count() == 4


def test_every_field_has_a_filter_or_a_reason() -> None:
    named = {name for names in ContradictionFilter.NOT_FILTERED for name in names.split()}
    fields = {field.name for field in Contradiction._meta.get_fields() if isinstance(field, models.Field)}
    assert fields - named - set(ContradictionFilter.base_filters) == set()


def test_as_of_a_day_hides_what_must_be_judged_blind_today(
    three: list[Link], reviewer: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    """It was settled once, and was sent back to review since: whoever may review it learns nothing of then."""
    another = make_member(reviewer.dossier, "mira", "reviewer")
    today = {"as_of": str(timezone.now().date())}
    assert numbers(sign_in(another).get(LIST, today).content.decode()) == [3, 1]
    events = apps.get_model("claims", "ContradictionEvent")
    names = {field.column for field in events._meta.concrete_fields} - {"pgh_id", "pgh_created_at"}
    columns = ", ".join(sorted(names))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO claims_contradictionevent (pgh_created_at, {columns}) "
            f"SELECT '2020-01-01T00:00Z', {columns} FROM claims_contradictionevent WHERE number = 1"
        )
    Link.objects.filter(number=1).update(adjudication_verdict="", adjudicated_by=None, adjudicated_at=None)
    then = {"as_of": "2020-01-02"}
    assert numbers(sign_in(viewer).get(LIST, then).content.decode()) == [1]
    page = sign_in(reviewer).get(LIST, then).content.decode()
    assert numbers(page) == []
    assert "Pairs that you may still judge are left out" in page
    assert numbers(sign_in(viewer).get(LIST, {"as_of": "2019-12-31"}).content.decode()) == []
