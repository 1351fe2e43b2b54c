"""Making a dossier."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from sources.models import Dossier, Membership, User
from tests.conftest import make_dossier

SignIn = Callable[..., Client]
URL = "/d/new/"
GIVEN = {
    "name": "Grain",
    "slug": "",
    "question": "Who broke the deal?",
    "language": "en",
    "reviews_needed": "2",
}


def test_it_works(outsider: User, sign_in: SignIn) -> None:
    client = sign_in(outsider)
    assertContains(client.get(URL), "New dossier")
    response = client.post(URL, GIVEN)
    dossier = Dossier.objects.get()
    assertRedirects(response, reverse("claims:front", args=["grain"]), fetch_redirect_response=False)
    assert (dossier.name, dossier.slug, dossier.question) == ("Grain", "grain", "Who broke the deal?")
    person = Membership.objects.get()
    assert (person.user, person.role, dossier.by) == (outsider, "lead", person)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("China and Russia", "china-and-russia"),
        ("Ураган", "dossier"),
        ("New", "new-2"),
        ("  São_Paulo -- 2024!  ", "sao-paulo-2024"),
        ("x" * 300, "x" * 80),
    ],
)
def test_an_address_left_empty_is_made_of_the_name(
    name: str, slug: str, outsider: User, sign_in: SignIn
) -> None:
    sign_in(outsider).post(URL, {**GIVEN, "name": name})
    assert Dossier.objects.get().slug == slug


def test_a_made_address_avoids_those_taken(dossier: Dossier, outsider: User, sign_in: SignIn) -> None:
    make_dossier("grain")
    make_dossier("grain-2")
    response = sign_in(outsider).post(URL, GIVEN)
    assert response.headers["Location"] == "/d/grain-3/"


def test_a_taken_address_is_refused_and_says_no_more(outsider: User, sign_in: SignIn) -> None:
    make_dossier("secret-plan", name="What nobody may know")
    response = sign_in(outsider).post(URL, {**GIVEN, "slug": "secret-plan"})
    assertContains(response, "This address is taken", status_code=422)
    assertNotContains(response, "What nobody may know", status_code=422)
    assert Dossier.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "new"),
        ("slug", "Grain"),
        ("slug", "a--b"),
        ("slug", "a/b"),
        ("name", ""),
        ("name", "x" * 301),
        ("language", "English"),
        ("reviews_needed", "0"),
        ("reviews_needed", "6"),
        ("reviews_needed", ""),
        ("question", "half\0"),
    ],
)
def test_a_wrong_field_is_refused(field: str, value: str, outsider: User, sign_in: SignIn) -> None:
    response = sign_in(outsider).post(URL, {**GIVEN, field: value})
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {field}
    assertContains(response, "Who broke the deal?" if field != "question" else "Grain", status_code=422)
    assert not Dossier.objects.exists()


def test_an_empty_form_is_refused(outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).post(URL).status_code == 422


def test_htmx_is_sent_on(outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider, htmx=True).post(URL, GIVEN).headers["HX-Redirect"] == "/d/grain/"
