"""My account."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from sources.models import User
from tests.conftest import make_user

SignIn = Callable[..., Client]
URL = "/accounts/profile/"
GIVEN = {"first_name": "Ana", "last_name": "Lind", "email": "", "password": ""}


def test_it_works(outsider: User, sign_in: SignIn) -> None:
    client = sign_in(outsider)
    assertContains(client.get(URL), "outsider")
    assertRedirects(client.post(URL, GIVEN), URL)
    outsider.refresh_from_db()
    assert outsider.get_full_name() == "Ana Lind"
    assertContains(client.get(URL), "Ana</summary>")


def test_another_address_for_mail_needs_the_password(outsider: User, sign_in: SignIn) -> None:
    client = sign_in(outsider)
    given = GIVEN | {"email": "me@example.org"}
    for password in ("", "wrong"):
        response = client.post(URL, given | {"password": password})
        assertContains(response, "Give your present password", status_code=422)
    outsider.refresh_from_db()
    assert (outsider.email, outsider.first_name) == ("", "")
    assertRedirects(client.post(URL, given | {"password": "correct horse"}), URL)
    outsider.refresh_from_db()
    assert outsider.email == "me@example.org"


@pytest.mark.parametrize(
    ("field", "value"), [("email", "nowhere"), ("first_name", "x" * 151), ("last_name", "\0")]
)
def test_a_wrong_field_is_refused(field: str, value: str, outsider: User, sign_in: SignIn) -> None:
    response = sign_in(outsider).post(URL, GIVEN | {field: value})
    assert response.status_code == 422
    assert field in response.context["form"].errors


def test_nobody_elses_account_is_touched(outsider: User, sign_in: SignIn) -> None:
    other = make_user("other")
    sign_in(outsider).post(URL, GIVEN | {"id": str(other.pk), "username": "other", "is_superuser": "1"})
    other.refresh_from_db()
    outsider.refresh_from_db()
    assert (other.first_name, outsider.username, outsider.is_superuser) == ("", "outsider", False)


def test_wrong_method(outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).delete(URL).status_code == 405
