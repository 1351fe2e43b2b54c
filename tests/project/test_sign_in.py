"""Signing in and out, and passwords."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from sources.models import User
from tests.conftest import make_user

SignIn = Callable[..., Client]
URL = "/accounts/login/"
RIGHT = {"username": "outsider", "password": "correct horse"}
WRONG = {"username": "outsider", "password": "wrong"}


def test_it_works(client: Client, outsider: User) -> None:
    page = client.get(URL)
    assertContains(page, 'name="username"')
    assertContains(page, 'name="password"')
    assertRedirects(client.post(URL, RIGHT), "/")
    assertContains(client.get("/"), "My dossiers")


@pytest.mark.parametrize(
    "given", [WRONG, {"username": "nobody", "password": "correct horse"}, {"username": "outsider"}, {}]
)
def test_whoever_is_wrong_stays_out(given: dict[str, str], client: Client, outsider: User) -> None:
    response = client.post(URL, given)
    assert response.status_code == 422
    assert client.get("/").status_code == 302


def test_an_unknown_user_name_reads_as_a_wrong_password(client: Client, outsider: User) -> None:
    texts = {
        str(client.post(URL, given).context["form"].errors)
        for given in (WRONG, {"username": "nobody", "password": "wrong"})
    }
    assert len(texts) == 1


def test_a_closed_account_stays_out_and_its_session_ends(client: Client, outsider: User) -> None:
    client.post(URL, RIGHT)
    outsider.delete()
    assert client.get("/").status_code == 302
    assert client.post(URL, RIGHT).status_code == 422
    assert User.objects.filter(username="outsider", is_active=False).exists()


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ("/accounts/profile/", "/accounts/profile/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_next_stays_in_the_house(asked: str, goes: str, client: Client, outsider: User) -> None:
    assert client.post(URL, RIGHT | {"next": asked}).headers["Location"] == goes


def test_next_goes_from_the_guarded_page_to_the_form_and_back(client: Client, outsider: User) -> None:
    sent = client.get("/accounts/profile/?a=1&b=2")
    assert sent.headers["Location"] == "/accounts/login/?next=/accounts/profile/%3Fa%3D1%26b%3D2"
    assertContains(client.get(sent.headers["Location"]), 'value="/accounts/profile/?a=1&amp;b=2"')


def test_whoever_is_in_is_sent_on(sign_in: SignIn, outsider: User) -> None:
    assertRedirects(sign_in(outsider).get(f"{URL}?next=/accounts/profile/"), "/accounts/profile/")


def test_htmx_takes_the_whole_browser_to_the_form(client: Client, db: None) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/d/china-russia/claims/?q=a"}
    response = client.get(URL, headers=headers)
    assert response.headers["HX-Redirect"] == f"{URL}?next=%2Fd%2Fchina-russia%2Fclaims%2F%3Fq%3Da"


def test_the_session_changes_at_sign_in(client: Client, outsider: User) -> None:
    client.session["seen"] = True
    client.get(URL)
    before = client.session.session_key
    client.post(URL, RIGHT)
    assert client.session.session_key != before


def test_signing_out(sign_in: SignIn, outsider: User) -> None:
    client = sign_in(outsider)
    assert client.get("/accounts/logout/").status_code == 405
    assertContains(client.post("/accounts/logout/", follow=True), "You are signed out.")
    assert client.get("/").status_code == 302


def test_a_form_from_elsewhere_is_refused(outsider: User) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(URL, RIGHT)
    assertContains(response, "The page was too old", status_code=403)


# Too many tries


def test_many_tries_have_to_wait(client: Client, outsider: User) -> None:
    make_user("other")
    answers = [client.post(URL, WRONG).status_code for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert answers == [422] * (settings.AXES_FAILURE_LIMIT - 1) + [429]
    locked = client.post(URL, RIGHT)
    assertContains(locked, "waits for 15 minutes", status_code=429)
    assert client.get("/").status_code == 302
    # Neither someone else here nor the same person elsewhere has to.
    assert Client().post(URL, {"username": "other", "password": "correct horse"}).status_code == 302
    assert Client(REMOTE_ADDR="192.0.2.7").post(URL, RIGHT).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert client.post(URL, RIGHT).status_code == 302


def test_the_right_password_starts_the_count_anew(client: Client, outsider: User) -> None:
    for _ in range(2):
        for _ in range(settings.AXES_FAILURE_LIMIT - 1):
            client.post(URL, WRONG)
        assert client.post(URL, RIGHT).status_code == 302
        client.post("/accounts/logout/")


# Changing the password

CHANGE = {
    "old_password": "correct horse",
    "new_password1": "battery staple",
    "new_password2": "battery staple",
}


def test_changing_the_password(sign_in: SignIn, outsider: User) -> None:
    client, elsewhere = sign_in(outsider), sign_in(outsider)
    assertContains(client.get("/accounts/password/"), "Change the password")
    assertContains(client.post("/accounts/password/", CHANGE, follow=True), "Your password is changed")
    outsider.refresh_from_db()
    assert outsider.check_password("battery staple")
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"old_password": "wrong"},
        {"new_password2": "another"},
        {"new_password1": "password", "new_password2": "password"},
        {"new_password1": "12345678", "new_password2": "12345678"},
    ],
)
def test_a_wrong_change_is_refused(wrong: dict[str, str], sign_in: SignIn, outsider: User) -> None:
    assert sign_in(outsider).post("/accounts/password/", CHANGE | wrong).status_code == 422
    outsider.refresh_from_db()
    assert outsider.check_password("correct horse")


# Resetting it


def test_resetting_a_forgotten_password(db: None, client: Client, mailoutbox: list[EmailMessage]) -> None:
    user = make_user("forgetful", email="me@example.org")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post(URL, {"username": "forgetful", "password": "guess"})
    sent = client.post("/accounts/reset/", {"email": "me@example.org"})
    (mail,) = mailoutbox
    assertRedirects(sent, "/accounts/reset/sent/")
    assert mail.subject == "A new password for Gainsay"
    assert "forgetful" in str(mail.body)
    found = re.search(r"http://testserver(/accounts/reset/\S+)", str(mail.body))
    assert found
    form = client.get(found[1], follow=True)
    assertContains(form, "New password")
    assertNotContains(form, found[1].split("/")[-2])  # the token left the address
    there = form.redirect_chain[-1][0]
    assert client.post(there, {"new_password1": "a", "new_password2": "b"}).status_code == 422
    given = {"new_password1": "battery staple", "new_password2": "battery staple"}
    assertContains(client.post(there, given, follow=True), "The password is set")
    user.refresh_from_db()
    assert user.check_password("battery staple")
    # She who had tried too often need not wait now.
    assert client.post(URL, {"username": "forgetful", "password": "battery staple"}).status_code == 302
    assertContains(Client().get(found[1]), "This link does not work")


def test_an_unknown_address_reads_the_same(db: None, client: Client, mailoutbox: list[EmailMessage]) -> None:
    make_user("closed", email="closed@example.org").delete()
    sent = [client.post("/accounts/reset/", {"email": f"{who}@example.org"}) for who in ("nobody", "closed")]
    assert mailoutbox == []
    for answer in sent:
        assertRedirects(answer, "/accounts/reset/sent/")
    assertContains(client.get("/accounts/reset/sent/"), "If an account has that address")


def test_no_address_is_refused(client: Client, db: None) -> None:
    assert client.post("/accounts/reset/", {"email": "none"}).status_code == 422


@pytest.mark.parametrize("link", ["MQ/wrong-token", "%00/x", "zz/set-password"])
def test_a_wrong_link_says_so(link: str, client: Client, outsider: User) -> None:
    assertContains(client.get(f"/accounts/reset/{link}/"), "This link does not work")
