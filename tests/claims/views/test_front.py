"""The front page of a dossier: its question, its contradictions, how far the work is, what to do next."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.actions.bin import put_in_bin
from claims.actions.link import adjudicate
from claims.models import Disclosure, Link
from claims.views.front import Count
from sources.models import Dossier, Membership, User
from tests.conftest import (
    entered,
    make_claim,
    make_dossier,
    make_member,
    make_pair,
    make_review,
    make_source,
)

SignIn = Callable[..., Client]
ADDRESS = "/d/china-russia/"


def _main(client: Client) -> str:
    response = client.get(ADDRESS)
    assert response.status_code == 200
    return response.content.decode().split("<main")[1].split("</main>")[0]


def test_it_works(dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn) -> None:
    link = make_pair(dossier, by=analyst, contradiction_type="numeric")
    page = _main(sign_in(viewer))
    assert "<h1>Closer, or further apart?</h1>" in page
    assert link.from_claim.statement in page
    assert link.to_claim.quote in page
    assert "numeric" in page
    for count in ("2 sources", "2 claims", "1 link"):
        assert count in page


def test_contradictions_are_what_stands_as_one(
    dossier: Dossier, analyst: Membership, lead: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    made = [make_pair(dossier, by=analyst, kind=kind) for kind in ("contradicts", "supports", "contradicts")]
    for link, verdict in ((made[0], "neither"), (made[1], "contradicts")):
        make_review(link, by=analyst, verdict="supports")
        make_review(link, by=make_member(dossier, f"third {link}", "reviewer"), verdict="neither")
        adjudicate(link, by=lead, verdict=verdict)
    page = _main(sign_in(viewer))
    assert "L-3" in page
    assert "L-2" in page
    assert "L-1" not in page


def test_the_latest_twelve_are_shown(
    dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    links = [make_pair(dossier, by=analyst) for _ in range(14)]
    assert analyst.user
    put_in_bin(links[-1], access=entered(analyst.user, dossier))
    page = _main(sign_in(viewer))
    assert [number for number in range(1, 15) if f"/links/{number}/" in page] == list(range(2, 14))


class TestProgress:
    @pytest.fixture
    def links(self, dossier: Dossier, analyst: Membership) -> list[Link]:
        """One settled, one disputed, one proposed; judged by Mira and Tomas."""
        made = [make_pair(dossier, by=analyst) for _ in range(3)]
        mira, tomas = (make_member(dossier, name, "reviewer") for name in ("mira", "tomas"))
        for link, verdict in ((made[0], "contradicts"), (made[1], "neither")):
            make_review(link, by=mira)
            make_review(link, by=tomas, verdict=verdict)
        return made

    def test_a_viewer_sees_all_states(self, links: list[Link], viewer: Membership, sign_in: SignIn) -> None:
        page = _main(sign_in(viewer))
        for count in ("1 settled", "1 disputed", "1 proposed"):
            assert count in page

    @pytest.mark.parametrize("role", ["reviewer", "analyst", "lead"])
    def test_whoever_may_review_is_not_told_which_are_disputed(
        self, role: str, links: list[Link], request: pytest.FixtureRequest, sign_in: SignIn
    ) -> None:
        page = _main(sign_in(request.getfixturevalue(role)))
        assert "1 settled" in page
        assert "2 in review" in page
        assert "1 disputed" not in page
        assert 'data-state="disputed"' not in page

    def test_what_is_shown_to_whoever_judged_is_recorded(
        self, links: list[Link], dossier: Dossier, sign_in: SignIn
    ) -> None:
        mira = dossier.people.get(name="mira")
        assert 'data-state="disputed"' in _main(sign_in(mira))
        shown = Disclosure.objects.filter(person=mira).values_list("link__number", flat=True)
        assert sorted(shown) == [1, 2]

    def test_a_contradiction_that_is_missing_tells_as_much(
        self, links: list[Link], lead: Membership, dossier: Dossier, sign_in: SignIn
    ) -> None:
        adjudicate(links[1], by=lead, verdict="neither")
        mira = dossier.people.get(name="mira")
        assert "/links/2/" not in _main(sign_in(mira))
        assert Disclosure.objects.filter(person=mira, link=links[1]).exists()

    def test_too_many_are_not_counted(
        self, links: list[Link], viewer: Membership, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("claims.views.front.COUNTED", 1)
        page = _main(sign_in(viewer))
        for count in ("about 6 sources", "3 links", "1 settled"):
            assert count in page
        assert "about 3 links" not in page
        assert "progress-bar" in page
        monkeypatch.setattr("claims.views.front.COUNTED", 0)
        page = _main(sign_in(viewer))
        for count in ("about 6 sources", "about 6 claims", "about 3 links", "0+ settled"):
            assert count in page
        assert "progress-bar" not in page


@pytest.mark.parametrize(("number", "said"), [(5_001, "5,000"), (12_019, "12,000"), (1_449_999, "1,400,000")])
def test_about_how_many(number: int, said: str) -> None:
    assert str(Count(number, about=True)) == f"about {said}"


class TestWhatNext:
    def test_an_empty_dossier(
        self, dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
    ) -> None:
        page = _main(sign_in(analyst))
        assert "No sources yet" in page
        assert reverse("claims:import", args=[dossier.slug]) in page
        page = _main(sign_in(viewer))
        assert "No sources yet" in page
        assert reverse("claims:import", args=[dossier.slug]) not in page

    def test_sources_without_claims(self, dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
        make_source(dossier, by=analyst)
        assert "No claims yet" in _main(sign_in(analyst))

    def test_claims_without_links(
        self, dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
    ) -> None:
        make_claim(make_source(dossier, by=analyst), by=analyst)
        page = _main(sign_in(analyst))
        assert "No links yet" in page
        assert reverse("claims:pair", args=[dossier.slug]) in page
        assert reverse("claims:pair", args=[dossier.slug]) not in _main(sign_in(viewer))

    def test_links_without_a_contradiction(
        self, dossier: Dossier, analyst: Membership, sign_in: SignIn
    ) -> None:
        make_pair(dossier, by=analyst, kind="supports")
        assert "No contradiction found" in _main(sign_in(analyst))

    @pytest.mark.parametrize(
        ("role", "offered", "not_offered"),
        [
            ("viewer", ["sources:source-list"], ["claims:review", "claims:pair", "claims:disputed"]),
            ("reviewer", ["claims:review"], ["claims:pair", "claims:import", "claims:disputed"]),
            (
                "analyst",
                ["claims:review", "claims:pair", "claims:import"],
                ["claims:disputed", "sources:members"],
            ),
            ("lead", ["claims:review", "claims:pair", "claims:disputed", "sources:members"], []),
        ],
    )
    def test_each_role_is_offered_what_it_may_do(
        self,
        role: str,
        offered: list[str],
        not_offered: list[str],
        dossier: Dossier,
        analyst: Membership,
        request: pytest.FixtureRequest,
        sign_in: SignIn,
    ) -> None:
        make_pair(dossier, by=analyst)
        page = _main(sign_in(request.getfixturevalue(role)))
        for name in offered:
            assert f'href="{reverse(name, args=[dossier.slug])}"' in page
        for name in not_offered:
            assert f'href="{reverse(name, args=[dossier.slug])}"' not in page


def test_the_queries_do_not_grow_with_the_rows(
    dossier: Dossier, analyst: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            _main(client)
        return len(captured)

    make_pair(dossier, by=analyst)
    few = queries()
    for _ in range(8):
        make_pair(dossier, by=analyst)
    assert few == queries() <= 20


def test_outsider_gets_404(dossier: Dossier, outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).get(ADDRESS).status_code == 404


def test_another_dossier_stays_out(dossier: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    other = make_dossier("other")
    make_pair(other, by=make_member(other, "someone", "analyst"))
    assert "No sources yet" in _main(sign_in(viewer))


def test_post_is_405(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    assert sign_in(lead).post(ADDRESS).status_code == 405
