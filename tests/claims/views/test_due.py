"""What is due of a pair: set, come back on its day, decided as kept, broken or moved, taken back."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from claims.models import Due, Link
from sources.models import Dossier, Membership, User
from tests.claims.views.test_link_resolve import undo_of
from tests.conftest import make_pair

SignIn = Callable[..., Client]
PAGE = "/d/china-russia/links/1/"
DUE, DECIDE = f"{PAGE}due/", f"{PAGE}due/decide/"
SET = {"day": "2026-06-30", "expectation": "They withdraw."}


@pytest.fixture
def link(dossier: Dossier, analyst: Membership) -> Link:
    return make_pair(dossier, by=analyst)


def test_on_its_day_it_comes_back_on_both_pages(
    link: Link, analyst: Membership, viewer: Membership, sign_in: SignIn, time_machine: Any
) -> None:
    sign_in(analyst).post(DUE, SET)
    for day, shown in ((date(2026, 6, 29), False), (date(2026, 6, 30), True), (date(2026, 8, 1), True)):
        time_machine.move_to(day)
        client = sign_in(viewer)
        for page in ("/d/china-russia/", "/d/china-russia/contradictions/"):
            assert ("They withdraw." in client.get(page).content.decode()) == shown, (day, page)


@pytest.mark.parametrize("outcome", ["kept", "broken"])
def test_it_is_decided_and_that_is_taken_back(
    link: Link, analyst: Membership, sign_in: SignIn, outcome: str
) -> None:
    client = sign_in(analyst)
    client.post(DUE, SET)
    page = client.post(DECIDE, {"outcome": outcome, "note": "The column left."}, follow=True).content.decode()
    due = Due.objects.get()
    assert (due.outcome, due.decided_by, due.note) == (outcome, analyst, "The column left.")
    client.post(undo_of(page))
    assert Due.objects.get().outcome == ""


def test_moved_it_is_due_on_the_new_day(link: Link, analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    client.post(DUE, SET)
    assert client.post(DECIDE, {"outcome": "moved"}).status_code == 422
    assert client.post(DECIDE, {"outcome": "moved", "moved_to": "2026-06-01"}).status_code == 422
    assert client.post(DECIDE, {"outcome": "kept", "moved_to": "2026-09-01"}).status_code == 422
    page = client.post(DECIDE, {"outcome": "moved", "moved_to": "2026-09-01"}, follow=True).content.decode()
    new = Due.objects.get(outcome="")
    assert (str(new.day), new.expectation, new.follows) == (
        "2026-09-01",
        SET["expectation"],
        Due.objects.get(outcome="moved"),
    )
    client.post(undo_of(page))
    assert str(Due.objects.get().day) == "2026-06-30"


def test_what_was_decided_again_since_is_not_taken_back(
    link: Link, analyst: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    client.post(DUE, SET)
    page = client.post(DECIDE, {"outcome": "moved", "moved_to": "2026-09-01"}, follow=True).content.decode()
    client.post(DECIDE, {"outcome": "broken"})
    assert "More was decided" in client.post(undo_of(page), follow=True).content.decode()
    assert Due.objects.count() == 2


def test_one_is_pending_a_pair(link: Link, analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    page = client.post(DUE, SET, follow=True).content.decode()
    answer = client.post(DUE, SET)
    assert answer.status_code == 422
    assert "decide that one first" in answer.content.decode()
    assert client.post(DUE, {"day": "soon", "expectation": ""}).status_code == 422
    client.post(undo_of(page))
    assert not Due.objects.exists()
    assert client.get(DECIDE).status_code == 404


def test_analysts_set_and_decide_and_others_read(
    link: Link, analyst: Membership, reviewer: Membership, outsider: User, sign_in: SignIn
) -> None:
    sign_in(analyst).post(DUE, SET | {"day": str(timezone.now().date() - timedelta(days=1))})
    for address in (DUE, DECIDE):
        assert sign_in(reviewer).post(address, SET).status_code == 403
        assert sign_in(outsider).post(address, SET).status_code == 404
        assert sign_in(analyst).put(address).status_code == 405
    page = sign_in(reviewer).get(PAGE).content.decode()
    assert "They withdraw." in page
    assert not re.search(r">Decide<", page)
