"""Where support is counted, the independent origins behind it are told."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim
from sources.models import Dossier, Membership, Origin, Source
from tests.conftest import make_claim, make_link, make_source

pytestmark = pytest.mark.django_db

SignIn = Callable[..., Client]
SAID = "5 sources, 2 origins (1 not established)"


@pytest.fixture
def first(dossier: Dossier, analyst: Membership) -> Claim:
    """A claim that four others support: five sources, four of them of one origin; and one that contradicts it."""
    sources = [make_source(dossier, by=analyst) for _ in range(6)]
    claims = [make_claim(source, by=analyst) for source in sources]
    origin = Origin.objects.create(dossier=dossier, number=1, state="confirmed")
    Source.objects.filter(pk__in=[source.pk for source in sources[:4]]).update(origin=origin)
    for other in claims[1:5]:
        make_link(other, claims[0], by=analyst, kind="supports")
    make_link(claims[0], claims[5], by=analyst, kind="contradicts")
    return claims[0]


def _numbers(page: str) -> list[int]:
    return [int(part.split('"')[0]) for part in page.split('data-claim="')[1:]]


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("claims:claim-list", []),
        ("claims:claim-detail", [1]),
        ("claims:source-detail", [1]),
        ("claims:link-detail", [5]),
        ("claims:link-list", []),
        ("claims:front", []),
    ],
)
def test_it_is_told_on(
    dossier: Dossier, viewer: Membership, first: Claim, sign_in: SignIn, name: str, args: list[int]
) -> None:
    assert SAID in sign_in(viewer).get(reverse(name, args=[dossier.slug, *args])).text


def test_a_claim_of_one_source_tells_that_its_origin_is_not_established(
    dossier: Dossier, viewer: Membership, first: Claim, sign_in: SignIn
) -> None:
    page = sign_in(viewer).get(reverse("claims:claim-detail", args=[dossier.slug, 6])).text
    assert "1 source, its origin not established" in page


def test_claims_are_narrowed_to_those_with_enough_origins(
    dossier: Dossier, viewer: Membership, first: Claim, sign_in: SignIn
) -> None:
    address = reverse("claims:claim-list", args=[dossier.slug])
    assert _numbers(sign_in(viewer).get(f"{address}?origins=2").text) == [1]
    assert "No claim fits" in sign_in(viewer).get(f"{address}?origins=3").text


def test_claims_are_sorted_by_origins(
    dossier: Dossier, viewer: Membership, first: Claim, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = reverse("claims:claim-list", args=[dossier.slug]) + "?sort=origins"
    assert _numbers(sign_in(viewer).get(address).text) == [1, 6, 5, 4, 3, 2]
    monkeypatch.setattr(
        "claims.filters.claim.FEW", 3
    )  # more than a few: by the index, as far as they are ranked
    assert _numbers(sign_in(viewer).get(address).text) == [1, 6, 5]


def test_sources_are_narrowed_by_their_origin(
    dossier: Dossier, viewer: Membership, first: Claim, sign_in: SignIn
) -> None:
    address = reverse("sources:source-list", args=[dossier.slug])
    client = sign_in(viewer)

    def cited(query: str) -> set[str]:
        page = client.get(address + query).text
        return {f"S-{n}" for n in range(1, 7) if f">S-{n}<" in page}

    assert cited("?origin=none") == {"S-5", "S-6"}
    assert cited("?origin=confirmed") == {"S-1", "S-2", "S-3", "S-4"}
    assert cited("?same_as=S-2") == {"S-1", "S-2", "S-3", "S-4"}
    assert cited("?same_as=6") == {"S-6"}
    assert client.get(address + "?same_as=x").status_code == 422
