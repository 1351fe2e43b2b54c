"""My dossiers."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from sources.models import Dossier, Membership, User
from tests.conftest import make_dossier, make_member, make_pair, make_user

SignIn = Callable[..., Client]
URL = "/"


def test_it_works(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    make_pair(dossier, by=analyst)
    response = sign_in(analyst).get(URL)
    assertContains(response, dossier.question)
    assertContains(response, "You are analyst")
    assertContains(response, reverse("claims:front", args=[dossier.slug]))
    assert [row["figures"] for row in response.context["rows"]] == [
        [("Sources", 2), ("Claims", 2), ("Links", 1)]
    ]


def test_others_dossiers_are_not_there(dossier: Dossier, outsider: User, sign_in: SignIn) -> None:
    response = sign_in(outsider).get(URL)
    assertNotContains(response, dossier.name)
    assertContains(response, "No dossier yet")
    assertContains(response, reverse("sources:dossier-create"))
    assertContains(response, "outsider")


def test_a_dossier_that_one_has_left_is_not_there(dossier: Dossier, sign_in: SignIn) -> None:
    person = make_member(dossier, "gone", "viewer")
    Membership.objects.filter(pk=person.pk).update(role="")
    assertNotContains(sign_in(person).get(URL), dossier.name)


def test_a_superuser_sees_all(dossier: Dossier, sign_in: SignIn) -> None:
    response = sign_in(make_user("root", is_superuser=True)).get(URL)
    assertContains(response, dossier.name)
    assertContains(response, "You are lead")


def test_pages_follow_one_another_by_name(monkeypatch: pytest.MonkeyPatch, sign_in: SignIn, db: None) -> None:
    monkeypatch.setattr("sources.views.home.PAGE", 2)
    me = make_user("me")
    for slug, name in (("c", "Same"), ("a", "Same"), ("b", "Earlier"), ("d", "Zuletzt")):
        make_dossier(slug, name=name, leads=[me])
    client = sign_in(me)
    first = client.get(URL)
    assert [row["dossier"].slug for row in first.context["rows"]] == ["b", "c"]
    second = client.get(URL + first.context["next"])
    assert [row["dossier"].slug for row in second.context["rows"]] == ["a", "d"]
    assert second.context["next"] == ""
    assertContains(second, 'href="/"')


@pytest.mark.parametrize("after", ["nothing-here", "a%00b"])
def test_a_page_after_nothing_is_the_first(
    after: str, dossier: Dossier, viewer: Membership, sign_in: SignIn
) -> None:
    assertContains(sign_in(viewer).get(f"{URL}?after={after}"), dossier.name)


def test_anonymous_is_sent_to_sign_in(client: Client, db: None) -> None:
    assert client.get(URL).headers["Location"] == "/accounts/login/?next=/"


def test_wrong_method(viewer: Membership, sign_in: SignIn) -> None:
    assert sign_in(viewer).post(URL).status_code == 405
