"""The pair tray: two slots that go with a person from page to page."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from claims.actions.bin import put_in_bin
from claims.models import Claim
from sources.models import Dossier, Membership, User
from tests.conftest import entered, make_claim, make_dossier, make_member, make_source

SignIn = Callable[..., Client]


@pytest.fixture
def claims(dossier: Dossier, analyst: Membership) -> list[Claim]:
    source = make_source(dossier, by=analyst)
    quotes = ["fell sharply in March", "trade had never been better", "denied any change of policy"]
    return [make_claim(source, quote, by=analyst) for quote in quotes]


def _put(client: Client, claim: Claim, **more: str) -> str:
    address = reverse("claims:tray-put", args=[claim.dossier.slug])
    response = client.post(address, {"number": claim.number, **more})
    assert response.status_code == 302, response.content
    return response["Location"]


def _tray(client: Client, dossier: Dossier) -> list[str]:
    """The claims that a page of the dossier shows in the tray."""
    page = client.get(reverse("claims:link-list", args=[dossier.slug])).content.decode()
    return [part.split('"')[0] for part in page.split('data-slot="')[1:]]


def test_it_works(dossier: Dossier, analyst: Membership, claims: list[Claim], sign_in: SignIn) -> None:
    client = sign_in(analyst)
    assert _tray(client, dossier) == []
    _put(client, claims[0])
    assert _tray(client, dossier) == ["1"]
    _put(client, claims[0])
    _put(client, claims[1])
    assert _tray(client, dossier) == ["1", "2"]
    client.post(reverse("claims:tray-swap", args=[dossier.slug]))
    assert _tray(client, dossier) == ["2", "1"]
    client.post(reverse("claims:tray-empty", args=[dossier.slug]))
    assert _tray(client, dossier) == []


def test_a_third_claim_takes_the_place_of_the_second(
    dossier: Dossier, analyst: Membership, claims: list[Claim], sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    for claim in claims:
        _put(client, claim)
    assert _tray(client, dossier) == ["1", "3"]


def test_one_claim_is_taken_out_and_its_slot_filled_again(
    dossier: Dossier, analyst: Membership, claims: list[Claim], sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    _put(client, claims[0])
    _put(client, claims[1])
    client.post(reverse("claims:tray-empty", args=[dossier.slug]), {"number": "1"})
    assert _tray(client, dossier) == ["2"]
    _put(client, claims[2])
    assert _tray(client, dossier) == ["3", "2"]


def test_htmx_gets_the_tray_alone(analyst: Membership, claims: list[Claim], sign_in: SignIn) -> None:
    client = sign_in(analyst, htmx=True)
    response = client.post(reverse("claims:tray-put", args=["china-russia"]), {"number": 1})
    page = response.content.decode()
    assert response.status_code == 200
    assert 'id="tray"' in page
    assert 'data-slot="1"' in page
    assert "<html" not in page
    assert "script" not in page


@pytest.mark.parametrize(
    ("asked", "gone_to"),
    [
        ("/d/china-russia/claims/?topic=arms", "/d/china-russia/claims/?topic=arms"),
        ("https://elsewhere.example/", "/d/china-russia/pair/"),
        ("//elsewhere.example/", "/d/china-russia/pair/"),
        ("javascript:alert(1)", "/d/china-russia/pair/"),
        ("", "/d/china-russia/pair/"),
    ],
)
def test_it_goes_back_to_a_page_of_this_site_only(
    asked: str, gone_to: str, analyst: Membership, claims: list[Claim], sign_in: SignIn
) -> None:
    assert _put(sign_in(analyst), claims[0], next=asked) == gone_to


def test_a_binned_claim_leaves_the_tray(
    dossier: Dossier, analyst: Membership, claims: list[Claim], sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    _put(client, claims[0])
    _put(client, claims[1])
    assert analyst.user
    put_in_bin(claims[0], access=entered(analyst.user, dossier))
    assert _tray(client, dossier) == ["2"]
    _put(client, claims[2])
    assert _tray(client, dossier) == ["3", "2"]


def test_each_dossier_has_its_own(
    dossier: Dossier, analyst: Membership, claims: list[Claim], sign_in: SignIn
) -> None:
    assert analyst.user
    other = make_dossier("other")
    member = make_member(other, "analyst", "analyst")
    client = sign_in(analyst)
    _put(client, claims[0])
    assert _tray(client, other) == []
    elsewhere = make_claim(make_source(other, by=member), by=member)
    _put(client, elsewhere)
    client.post(reverse("claims:tray-empty", args=[other.slug]))
    assert _tray(client, dossier) == ["1"]


@pytest.mark.parametrize(
    ("number", "status"), [("1", 404), ("99", 404), ("one", 404), ("", 404), ("9" * 30, 404)]
)
def test_what_is_no_live_claim_here_gets_404(
    number: str,
    status: int,
    dossier: Dossier,
    analyst: Membership,
    lead: Membership,
    claims: list[Claim],
    sign_in: SignIn,
) -> None:
    assert lead.user
    put_in_bin(claims[0], access=entered(lead.user, dossier))
    response = sign_in(analyst).post(reverse("claims:tray-put", args=[dossier.slug]), {"number": number})
    assert response.status_code == status


@pytest.mark.parametrize("name", ["tray-put", "tray-swap", "tray-empty"])
class TestTheDoor:
    def test_lesser_roles_get_403(
        self, name: str, dossier: Dossier, reviewer: Membership, viewer: Membership, sign_in: SignIn
    ) -> None:
        for person in (reviewer, viewer):
            assert sign_in(person).post(reverse(f"claims:{name}", args=[dossier.slug])).status_code == 403

    def test_outsider_gets_404(self, name: str, dossier: Dossier, outsider: User, sign_in: SignIn) -> None:
        assert sign_in(outsider).post(reverse(f"claims:{name}", args=[dossier.slug])).status_code == 404

    def test_get_is_405(self, name: str, dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
        assert sign_in(analyst).get(reverse(f"claims:{name}", args=[dossier.slug])).status_code == 405


def test_reviewers_and_viewers_see_no_tray(
    dossier: Dossier, reviewer: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    for person in (reviewer, viewer):
        page = sign_in(person).get(reverse("claims:link-list", args=[dossier.slug])).content.decode()
        assert 'id="tray"' not in page
