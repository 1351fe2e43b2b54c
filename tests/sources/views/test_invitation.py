"""Accepting an invitation."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from sources.actions.member import accept_invitation, create_invitation, remove_member
from sources.models import Dossier, Invitation, Membership, User
from tests.conftest import entered, make_dossier, make_member, make_user

SignIn = Callable[..., Client]
ACCOUNT = {
    "username": "nova",
    "email": "",
    "password": "correct horse battery",
    "password_again": "correct horse battery",
}


@pytest.fixture
def token(dossier: Dossier, lead: Membership) -> str:
    return create_invitation(dossier=dossier, role="analyst", by=lead)[1]


@pytest.fixture
def url(token: str) -> str:
    return f"/invitations/{token}/"


def test_it_works_for_an_account(url: str, outsider: User, sign_in: SignIn, dossier: Dossier) -> None:
    client = sign_in(outsider)
    page = client.get(url)
    assertContains(page, "lead invites you as analyst")
    assertContains(page, "Accept as outsider")
    assert not Membership.objects.filter(user=outsider).exists()
    assertRedirects(client.post(url), "/d/china-russia/")
    person = Membership.objects.get(user=outsider)
    assert (person.role, person.name) == ("analyst", "outsider")
    assert Invitation.objects.get().used_by == person


def test_it_works_for_a_newcomer(url: str, client: Client) -> None:
    assertContains(client.get(url), "make an account")
    assertRedirects(client.post(url, ACCOUNT), "/d/china-russia/")
    user = User.objects.get(username="nova")
    assert user.check_password("correct horse battery")
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert Membership.objects.get(user=user).role == "analyst"
    assertContains(client.get("/"), "China and Russia")


def test_whoever_has_an_account_signs_in_and_comes_back(url: str, client: Client, outsider: User) -> None:
    assertContains(client.get(url), f"/accounts/login/?next={url}")
    given = {"username": "outsider", "password": "correct horse", "next": url}
    assertRedirects(client.post("/accounts/login/", given), url)


def test_it_works_once(url: str, outsider: User, sign_in: SignIn, client: Client) -> None:
    sign_in(outsider).post(url)
    late = sign_in(make_user("late"))
    for answer in (late.get(url), late.post(url), client.get(url), client.post(url, ACCOUNT)):
        assertContains(answer, "This invitation does not work", status_code=404)
        assertNotContains(answer, "China", status_code=404)
    assert not Membership.objects.filter(name="late").exists()
    assert not User.objects.filter(username="nova").exists()


def test_expired_and_unknown_ones_read_the_same(url: str, client: Client) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        expired = client.get(url)
    unknown = client.get("/invitations/nothing/")
    assert expired.status_code == unknown.status_code == 404
    assertContains(unknown, "This invitation does not work", status_code=404)


def test_one_made_by_a_lead_who_left_does_not_work(
    dossier: Dossier, lead: Membership, url: str, client: Client
) -> None:
    make_member(dossier, "other", "lead")
    assert lead.user
    remove_member(lead, access=entered(lead.user, dossier))
    assert client.get(url).status_code == 404


def test_a_members_role_is_raised_and_never_lowered(
    dossier: Dossier, viewer: Membership, lead: Membership, url: str, sign_in: SignIn
) -> None:
    refused = sign_in(lead).post(url)
    assertContains(refused, "You are a member already, as lead.", status_code=422)
    assert Invitation.objects.get().used_at is None
    sign_in(viewer).post(url)
    viewer.refresh_from_db()
    assert viewer.role == "analyst"


def test_a_member_who_left_comes_back(
    dossier: Dossier, viewer: Membership, url: str, sign_in: SignIn
) -> None:
    Membership.objects.filter(pk=viewer.pk).update(role="")
    sign_in(viewer).post(url)
    viewer.refresh_from_db()
    assert viewer.role == "analyst"


def test_a_stranger_does_not_take_over_an_imported_name(
    dossier: Dossier, url: str, outsider: User, client: Client, sign_in: SignIn
) -> None:
    for name in ("outsider", "nova"):
        make_member(dossier, name)
    assertContains(sign_in(outsider).post(url), "came into this dossier with a file", status_code=422)
    refused = client.post(url, ACCOUNT)
    assert refused.status_code == 422
    assert refused.context["form"].errors.keys() == {"username"}
    assert not User.objects.filter(username="nova").exists()
    assert not Membership.objects.filter(user__isnull=False, name__in=["outsider", "nova"]).exists()
    assert Invitation.objects.get().used_at is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", ""),
        ("username", "OUTSIDER"),
        ("username", "two words"),
        ("username", "x" * 151),
        ("email", "no address"),
        ("password", ""),
        ("password_again", "another"),
    ],
)
def test_a_wrong_account_is_refused(field: str, value: str, url: str, outsider: User, client: Client) -> None:
    response = client.post(url, ACCOUNT | {field: value})
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert User.objects.count() == 2


def test_a_weak_password_is_refused(url: str, client: Client) -> None:
    response = client.post(url, ACCOUNT | {"password": "password", "password_again": "password"})
    assertContains(response, "too common", status_code=422)


def test_wrong_method(url: str, client: Client) -> None:
    assert client.put(url).status_code == 405


def test_no_cache_keeps_it(url: str, client: Client) -> None:
    assert "no-store" in client.get(url).headers["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_gets_in() -> None:
    dossier = make_dossier(leads=[make_user("lead")])
    token = create_invitation(dossier=dossier, role="analyst", by=dossier.people.get())[1]
    both = [make_user("one"), make_user("two")]
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def accept(user: User) -> None:
        start.wait()
        try:
            outcomes.append(accept_invitation(token=token, user=user).name)
        except Exception as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=[user]) for user in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) in (["Gone", "one"], ["Gone", "two"])
    assert dossier.people.filter(role="analyst").count() == 1
