"""The contradictions of a dossier: open ones first, filtered, sorted, leafed through, as of a day."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import chain

import pytest
from django.db import models
from django.test import Client
from django.utils import timezone

from claims.actions.resolution import reopen, resolve
from claims.filters.contradiction import ContradictionFilter
from claims.models import Contradiction, Disclosure, Link, Review
from sources.models import Dossier, Membership, User
from tests.conftest import make_claim, make_link, make_member, make_pair, make_review, make_source

SignIn = Callable[..., Client]
LIST = "/d/china-russia/contradictions/"
PROOF = {"first": "2023", "second": "2024"}


def make_contradictions(dossier: Dossier, by: Membership, count: int) -> list[Link]:
    """So many settled contradictions of one claim with others, one settled a day later than the one before."""
    judge = make_member(dossier, f"judge {Link.objects.count()}")
    source = make_source(dossier, by=by)
    hub = make_claim(source, by=by)
    links = [
        make_link(hub, make_claim(source, by=by, statement=f"Statement {n}."), by=by) for n in range(count)
    ]
    Link.objects.filter(pk__in=[link.pk for link in links]).update(
        adjudication_verdict="contradicts", adjudicated_by=judge
    )
    for n, link in enumerate(links):
        Link.objects.filter(pk=link.pk).update(adjudicated_at=datetime(2026, 1, 1 + n % 28, tzinfo=UTC))
    return links


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


@pytest.mark.parametrize("sort", ["", "age", "activity", "origins"])
def test_pages_hold_every_one_once(
    dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn, sort: str
) -> None:
    links = make_contradictions(dossier, analyst, 120)
    for link in links[::3]:
        resolve(link, by=lead, kind="time", proof=PROOF, versions=(1, 1))
    client = sign_in(analyst)
    address, seen, back = f"{LIST}?sort={sort}", [], ""
    while address:
        page = client.get(address).content.decode()
        seen.append(numbers(page))
        to = re.search(r'href="([^"]+)" rel="next"', page)
        back = re.search(r'href="([^"]+)" rel="prev"', page)[1] if len(seen) > 1 else ""  # type: ignore[index]
        address = LIST + to[1].replace("&amp;", "&").removeprefix(LIST) if to else ""
    assert [len(page) for page in seen] == [50, 50, 20]
    found = list(chain(*seen))
    assert sorted(found) == sorted(link.number for link in links)
    columns = ContradictionFilter({"sort": sort}, Contradiction.objects.all(), access=None)  # type: ignore[arg-type]
    columns.is_valid()
    order = Contradiction.objects.order_by(*(f"-{name}" for name in columns.columns))
    assert found == list(order.values_list("number", flat=True))
    assert numbers(client.get(back.replace("&amp;", "&")).content.decode()) == seen[1]


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
    today = {"as_of": str(timezone.now().date())}
    shown = numbers(sign_in(reviewer).get(LIST, today).content.decode())
    assert shown == [3, 1]
    history = Contradiction._meta.get_field("events").related_model
    for event in history._default_manager.filter(number=1):  # type: ignore[union-attr]
        event.pgh_id, event.pgh_created_at = None, datetime(2020, 1, 1, tzinfo=UTC)
        event.save(force_insert=True)
    Link.objects.filter(number=1).update(adjudication_verdict="", adjudicated_by=None, adjudicated_at=None)
    assert not Review.objects.exists()
    then = {"as_of": "2020-01-02"}
    assert numbers(sign_in(viewer).get(LIST, then).content.decode()) == [1]
    page = sign_in(reviewer).get(LIST, then).content.decode()
    assert numbers(page) == []
    assert "Pairs that you may still judge are left out" in page
    assert numbers(sign_in(viewer).get(LIST, {"as_of": "2019-12-31"}).content.decode()) == []
