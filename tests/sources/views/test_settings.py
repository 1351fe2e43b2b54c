"""The settings of a dossier."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from claims.models import Claim
from sources.models import Dossier, Membership, User
from tests.conftest import make_claim, make_pair, make_review, make_source

SignIn = Callable[..., Client]
URL = "/d/china-russia/settings/"


@pytest.fixture
def given(dossier: Dossier) -> dict[str, str]:
    return {
        "name": dossier.name,
        "question": dossier.question,
        "language": dossier.language,
        "reviews_needed": "2",
        "review_order": dossier.review_order,
        "lease_minutes": str(dossier.lease_minutes),
        "own_proposals": "on",
        "version": str(dossier.version),
    }


def test_it_works(dossier: Dossier, lead: Membership, sign_in: SignIn, given: dict[str, str]) -> None:
    client = sign_in(lead)
    assertContains(client.get(URL), dossier.question)
    response = client.post(URL, given | {"name": "Two powers", "reviews_needed": "3"})
    assertRedirects(response, URL)
    dossier.refresh_from_db()
    assert (dossier.name, dossier.reviews_needed, dossier.question) == (
        "Two powers",
        3,
        "Closer, or further apart?",
    )


def test_only_leads(analyst: Membership, sign_in: SignIn, given: dict[str, str]) -> None:
    client = sign_in(analyst)
    assertContains(client.get(URL), "role lead", status_code=403)
    assert client.post(URL, given | {"name": "Mine"}).status_code == 403
    assert Dossier.objects.get().name == "China and Russia"


def test_outsider_gets_404(dossier: Dossier, outsider: User, sign_in: SignIn, given: dict[str, str]) -> None:
    client = sign_in(outsider)
    assert client.get(URL).status_code == client.post(URL, given).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("reviews_needed", "6"), ("language", "a language"), ("version", "x")]
)
def test_a_wrong_field_is_refused(
    field: str, value: str, lead: Membership, sign_in: SignIn, given: dict[str, str]
) -> None:
    response = sign_in(lead).post(URL, given | {field: value})
    assert response.status_code == 422
    assertContains(response, "China and Russia</a>", status_code=422)  # the page's own head stays as it is
    assert Dossier.objects.get().version == 1


def test_an_edit_on_stale_ground_shows_both(
    dossier: Dossier, lead: Membership, sign_in: SignIn, given: dict[str, str]
) -> None:
    client = sign_in(lead)
    client.post(URL, given | {"name": "Theirs"})
    response = client.post(URL, given | {"name": "Yours", "question": "New?"})
    assert response.status_code == 409
    assert response.context["differing"] == [
        {"label": "Name", "yours": "Yours", "theirs": "Theirs"},
        {"label": "Question", "yours": "New?", "theirs": "Closer, or further apart?"},
    ]
    dossier.refresh_from_db()
    assert dossier.name == "Theirs"
    again = {field.html_name: field.value() for field in response.context["form"]}
    assertRedirects(client.post(URL, again), URL)
    dossier.refresh_from_db()
    assert (dossier.name, dossier.question) == ("Yours", "New?")


def test_saving_what_stands_is_no_conflict(
    dossier: Dossier, lead: Membership, sign_in: SignIn, given: dict[str, str]
) -> None:
    assert sign_in(lead).post(URL, given).status_code == 302
    dossier.refresh_from_db()
    assert dossier.version == 1


def test_an_odd_language_that_came_with_a_file_may_stay(
    dossier: Dossier, lead: Membership, sign_in: SignIn, given: dict[str, str]
) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(language="Old Norse")
    dossier.refresh_from_db()
    changed = given | {"language": "Old Norse", "name": "Sagas", "version": str(dossier.version)}
    assert sign_in(lead).post(URL, changed).status_code == 302


def test_claims_are_searched_in_the_new_language(
    dossier: Dossier, lead: Membership, sign_in: SignIn, given: dict[str, str]
) -> None:
    claim = make_claim(make_source(dossier, language="fr"), by=lead)
    client = sign_in(lead)
    assert claim.config == "english"
    client.post(URL, given | {"language": "de"})
    assert Claim.objects.get().config == "german"
    client.post(URL, given | {"language": "", "version": "2"})
    assert Claim.objects.get().config == "french"
    client.post(URL, given | {"language": "zh", "version": "3"})
    assert Claim.objects.get().config == "simple"
    assert Claim.objects.get().version == 1


def test_fewer_reviews_needed_settle_what_has_enough(
    dossier: Dossier, lead: Membership, analyst: Membership, sign_in: SignIn, given: dict[str, str]
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=analyst)
    sign_in(lead).post(URL, given | {"reviews_needed": "1"})
    link.refresh_from_db()
    assert link.state == "settled"
