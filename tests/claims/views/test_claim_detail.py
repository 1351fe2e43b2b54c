"""One claim: its words in their place, what stands for and against it, nothing that a blind reviewer may not know."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from claims.actions.bin import put_in_bin
from claims.actions.link import adjudicate
from claims.models import Link
from sources.models import Dossier, Membership, User
from tests.conftest import (
    entered,
    make_claim,
    make_dossier,
    make_link,
    make_member,
    make_pair,
    make_review,
    make_source,
)

type SignIn = Callable[..., Client]


def address(number: int = 1, slug: str = "china-russia") -> str:
    return reverse("claims:claim-detail", args=[slug, number])


@pytest.fixture
def link(dossier: Dossier, analyst: Membership) -> Link:
    return make_pair(dossier, by=analyst, contradiction_type="numeric")


def test_it_works(link: Link, viewer: Membership, sign_in: SignIn) -> None:
    page = sign_in(viewer).get(address())
    assert page.status_code == 200
    for said in (
        link.from_claim.statement,
        link.to_claim.statement,
        "<mark>Trade between the two countries fell sharply</mark>",
        "C-2",
        "L-1",
        "Contradicted by",
        "proposed",
        "numeric",
    ):
        assert said in page.content.decode()


@pytest.mark.parametrize("role", ["viewer", "reviewer", "analyst", "lead"])
def test_every_role_reads_it_and_writers_act(link: Link, role: str, sign_in: SignIn) -> None:
    person = make_member(link.dossier, f"a {role}", role)
    page = sign_in(person).get(address()).content.decode()
    assert (reverse("claims:claim-edit", args=["china-russia", 1]) in page) == (role in ("analyst", "lead"))


def test_outsider_and_foreign_number_get_404(
    link: Link, outsider: User, lead: Membership, sign_in: SignIn
) -> None:
    assert sign_in(outsider).get(address()).status_code == 404
    assert sign_in(lead).get(address(99)).status_code == 404
    other = make_dossier("other", leads=[lead.user])  # type: ignore[list-item]
    assert sign_in(lead).get(address(slug=other.slug)).status_code == 404


def test_a_binned_claim_is_gone(link: Link, lead: Membership, sign_in: SignIn) -> None:
    assert lead.user
    put_in_bin(link.from_claim, access=entered(lead.user, link.dossier))
    assert sign_in(lead).get(address()).status_code == 404
    before, history = sign_in(lead).get(address(2)).content.decode().split('id="history"')
    assert link.cited not in before
    assert f"{link.cited} with C-1 put in the bin" in history


def test_support_says_which_way_it_runs(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    make_pair(dossier, by=analyst, kind="supports")
    assert "C-1 supports it" in sign_in(analyst).get(address(1)).content.decode()
    assert "it supports C-2" in sign_in(analyst).get(address(2)).content.decode()


def test_a_link_stands_where_its_verdict_put_it(
    link: Link, analyst: Membership, reviewer: Membership, lead: Membership, sign_in: SignIn
) -> None:
    make_review(link, by=analyst)
    make_review(link, by=reviewer, verdict="neither")
    before = sign_in(lead).get(address()).content.decode()
    assert "Contradicted by" in before
    assert "disputed" not in before.split("<main")[1]
    adjudicate(link, by=lead, verdict="neither")
    after = sign_in(lead).get(address()).content.decode()
    assert "Contradicted by" not in after
    assert "settled" in after


def test_its_history_tells_who_changed_what(link: Link, analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    claim = link.from_claim
    fields = {"words": claim.quote, "statement": "Trade shrank.", "version": claim.version, "topics": "trade"}
    assert client.post(reverse("claims:claim-edit", args=["china-russia", 1]), fields).status_code == 302
    page = client.get(address()).content.decode()
    history = page[page.index('id="history"') :]
    assert "<ins>shrank" in history
    assert claim.statement in history.replace("<del>", "").replace("</del>", "")
    assert "put under “trade”" in history
    assert "analyst" in history


def test_neighbours_in_the_text(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    source = make_source(dossier, by=analyst)
    for words in ("The ministry denied", "Officials said", "Trade between"):
        make_claim(source, words, by=analyst)
    page = sign_in(analyst).get(address(2)).content.decode()
    assert 'rel="prev" data-key="["' in page
    assert f'href="{address(3)}" rel="prev"' in page
    assert f'href="{address(1)}" rel="next"' in page


def test_a_hub_shows_fifty_and_says_so(
    dossier: Dossier,
    analyst: Membership,
    sign_in: SignIn,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    source = make_source(dossier, by=analyst)
    hub = make_claim(source, by=analyst)
    for _ in range(51):
        make_link(hub, make_claim(source, "Officials said", by=analyst), by=analyst)
    client = sign_in(analyst)
    with django_assert_max_num_queries(25):  # type: ignore[attr-defined]
        page = client.get(address()).content.decode()
    assert "The newest 50 are shown" in page


def test_of_many_links_every_kind_has_its_newest(
    dossier: Dossier,
    analyst: Membership,
    viewer: Membership,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("claims.views.claim_detail.LINKS_SHOWN", 1)
    source = make_source(dossier, by=analyst)
    claim = make_claim(source, by=analyst)
    for kind in ("supports", "contradicts", "contradicts", "contradicts"):
        make_link(claim, make_claim(source, by=analyst), by=analyst, kind=kind)
    page = sign_in(viewer).get(address(claim.number)).content.decode().split('id="history"')[0]
    assert [cited for cited in ("L-1", "L-2", "L-3", "L-4") if f">{cited}<" in page] == ["L-1", "L-4"]
    assert "The newest 1 are shown" in page
