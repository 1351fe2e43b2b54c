"""A reviewer's own verdicts: where a lead went against her, and nobody else's reviews."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from claims.actions.link import adjudicate
from claims.actions.review import undo_verdict
from claims.models import Disclosure, Link
from sources.models import Dossier, Membership, User
from tests.conftest import make_member, make_pair, make_review

SignIn = Callable[..., Client]
PAGE = "/d/china-russia/review/mine/"


@pytest.fixture
def judged(dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership) -> list[Link]:
    """Of four links she and another judged: one where a lead overruled her, one upheld, one disputed, one agreed."""
    Dossier.objects.update(reviews_needed=2)
    other = make_member(dossier, "Odo Marchetti")
    links = [make_pair(dossier, by=analyst) for _ in range(4)]
    for link, theirs in zip(links, ("supports", "neither", "supports", "contradicts"), strict=True):
        make_review(link, by=reviewer, verdict="contradicts", note="mine alone")
        make_review(link, by=other, verdict=theirs, note="wolfram")
    adjudicate(links[0], by=lead, verdict="supports", note="Read the second sentence.")
    adjudicate(links[1], by=lead, verdict="contradicts", note="She is right.")
    return links


def test_she_sees_where_she_was_overruled_and_only_that(
    judged: list[Link], reviewer: Membership, sign_in: SignIn
) -> None:
    page = sign_in(reviewer).get(PAGE)
    text = page.content.decode()
    assert [link.pk for link, _ in page.context["rows"]] == [judged[0].pk]
    assert [page.context[name] for name in ("given", "adjudicated", "upheld", "overruled")] == [4, 2, 1, 1]
    assert "Read the second sentence." in text
    assert "wolfram" not in text
    assert "Odo Marchetti" not in text


def test_all_she_gave_are_listed_without_how_they_stand(
    judged: list[Link], reviewer: Membership, sign_in: SignIn
) -> None:
    page = sign_in(reviewer).get(PAGE, {"show": "given"})
    assert [link.pk for link, _ in page.context["rows"]] == [link.pk for link in reversed(judged)]
    text = page.content.decode()
    assert text.count("mine alone") == 4
    for word in ("disputed</span>", "settled</span>", "Read the second sentence.", "wolfram"):
        assert word not in text


def test_what_it_tells_is_recorded_and_nothing_else(
    judged: list[Link], reviewer: Membership, sign_in: SignIn
) -> None:
    sign_in(reviewer).get(PAGE)
    shown = Disclosure.objects.filter(person=reviewer).values_list("link", flat=True)
    assert sorted(shown) == sorted(link.pk for link in judged[:2])
    with pytest.raises(ValidationError, match="only adjudication"):
        undo_verdict(link=judged[0], by=reviewer)
    undo_verdict(link=judged[3], by=reviewer)


def test_someone_else_is_overruled_elsewhere(judged: list[Link], lead: Membership, sign_in: SignIn) -> None:
    page = sign_in(lead).get(PAGE)
    assert page.context["rows"] == []
    assert "You were not overruled" in page.content.decode()
    assert "No verdicts yet" in sign_in(lead).get(PAGE, {"show": "given"}).content.decode()


def test_who_may_enter(
    dossier: Dossier, viewer: Membership, reviewer: Membership, outsider: User, sign_in: SignIn
) -> None:
    assert sign_in(viewer).get(PAGE).status_code == 403
    assert sign_in(outsider).get(PAGE).status_code == 404
    assert sign_in(reviewer).post(PAGE).status_code == 405
