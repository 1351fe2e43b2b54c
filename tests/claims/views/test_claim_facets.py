"""The counts beside the list of claims."""

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client

from claims.filters import claim as filters
from claims.models import Claim, Disclosure
from sources.models import Dossier, Membership, User
from tests.claims.views.test_claim_list import claims  # noqa: F401  the same claims
from tests.conftest import make_pair, make_review

SignIn = Callable[..., Client]
FACETS = "/d/china-russia/claims/facets/"


def facets(page: str) -> dict[str, dict[str, int]]:
    """Each facet's values with their counts."""
    return {
        name: {
            html.unescape(value): int(count)
            for value, count in re.findall(r'<span>([^<]*)</span> <span class="count">(\d+)</span>', body)
        }
        for name, body in re.findall(r'aria-labelledby="facet-(\w+)">(.*?)</nav>', page, re.DOTALL)
    }


ALL = {
    "topic": {"trade": 2, "praise": 1},
    "speaker": {"Wang Yi": 2, "Officials": 1},
    "outlet": {"Die Zeit": 2, "The Gazette": 2},
    "modality": {"fact": 2, "denial": 1, "opinion": 1},
}


def test_it_works_as_part_and_as_page(claims: list[Claim], viewer: Membership, sign_in: SignIn) -> None:  # noqa: F811
    part = sign_in(viewer, htmx=True).get(FACETS).content.decode()
    page = sign_in(viewer).get(FACETS).content.decode()
    assert facets(part) == facets(page) == ALL
    assert "<html" not in part
    assert "<html" in page


def test_the_list_asks_for_them(claims: list[Claim], viewer: Membership, sign_in: SignIn) -> None:  # noqa: F811
    page = html.unescape(sign_in(viewer).get("/d/china-russia/claims/?topic=trade&before=3").content.decode())
    assert f'href="{FACETS}?topic=trade" hx-get="{FACETS}?topic=trade" hx-trigger="load"' in page


@pytest.mark.parametrize("few", [filters.FEW, 1])
def test_they_count_what_the_list_shows(
    claims: list[Claim],  # noqa: F811
    viewer: Membership,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    few: int,
) -> None:
    client = sign_in(viewer, htmx=True)
    assert facets(client.get(FACETS, {"speaker": "Wang Yi"}).content.decode()) == {
        "topic": {"trade": 1},
        "speaker": {"Wang Yi": 2},
        "outlet": {"Die Zeit": 1, "The Gazette": 1},
        "modality": {"fact": 2},
    }
    assert facets(client.get(FACETS, {"q": "collapsed"}).content.decode())["topic"] == {"trade": 1}
    assert facets(client.get(FACETS, {"contradicted": "yes"}).content.decode())["topic"] == {
        "trade": 2,
        "praise": 1,
    }
    assert "Nothing to count" in client.get(FACETS, {"topic": "war"}).content.decode()


def test_a_value_leads_to_the_list_with_it_and_back(
    claims: list[Claim],  # noqa: F811
    viewer: Membership,
    sign_in: SignIn,
) -> None:
    page = html.unescape(
        sign_in(viewer, htmx=True).get(FACETS, {"modality": "fact", "q": "trade"}).content.decode()
    )
    assert 'href="/d/china-russia/claims/?modality=fact&q=trade&topic=trade"' in page
    assert 'href="/d/china-russia/claims/?q=trade" aria-current="true"' in page


def test_what_was_not_counted_is_said(
    claims: list[Claim],  # noqa: F811
    viewer: Membership,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = sign_in(viewer, htmx=True)
    assert "Counted over" not in client.get(FACETS).content.decode()
    monkeypatch.setattr(filters, "FEW", 1)
    monkeypatch.setattr(filters, "COUNTED", 3)
    page = client.get(FACETS).content.decode()
    assert "Counted over 3 of the claims." in page
    assert sum(facets(page)["modality"].values()) == 3


def test_outsider_gets_404(dossier: Dossier, outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).get(FACETS).status_code == 404


def test_bad_input_is_left_out(claims: list[Claim], viewer: Membership, sign_in: SignIn) -> None:  # noqa: F811
    assert facets(sign_in(viewer, htmx=True).get(FACETS, {"about": "2023-13"}).content.decode()) == ALL


def test_what_the_counts_tell_of_a_link_she_judged_is_recorded(
    dossier: Dossier,
    analyst: Membership,
    reviewer: Membership,
    lead: Membership,
    sign_in: SignIn,
) -> None:
    links = [make_pair(dossier, by=analyst) for _ in range(3)]
    for person in (reviewer, lead):
        make_review(links[1], by=person)
    client = sign_in(reviewer, htmx=True)
    client.get(FACETS)
    assert not Disclosure.objects.exists(), "topics, speakers, outlets and modalities tell nothing of links"
    client.get(FACETS, {"contradicted": "yes"})
    assert [one.link_id for one in Disclosure.objects.filter(person=reviewer)] == [links[1].pk]
