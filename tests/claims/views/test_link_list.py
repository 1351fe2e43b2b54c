"""The list of links: its filters, its pages, and what it tells to whom."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.actions.bin import put_in_bin
from claims.actions.claim import edit_claim
from claims.actions.link import adjudicate
from claims.filters.link import LinkFilter
from claims.models import Claim, Disclosure, Link, Speaker, SpeakerAlias
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

SignIn = Callable[..., Client]
ADDRESS = "/d/china-russia/links/"


def _shown(client: Client, query: str = "") -> list[int]:
    """The numbers of the links on the page, in their order."""
    response = client.get(f"{ADDRESS}?{query}")
    assert response.status_code == 200, response.content
    return [int(part.split('"')[0]) for part in response.content.decode().split('data-link="')[1:]]


def test_it_works(dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn) -> None:
    link = make_pair(dossier, by=analyst)
    page = sign_in(viewer).get(ADDRESS).content.decode()
    assert link.from_claim.statement in page
    assert link.to_claim.statement in page
    assert reverse("claims:link-detail", args=[dossier.slug, 1]) in page
    assert "proposed" in page


def test_the_latest_come_first_and_the_binned_not_at_all(
    dossier: Dossier, analyst: Membership, sign_in: SignIn
) -> None:
    links = [make_pair(dossier, by=analyst) for _ in range(3)]
    assert analyst.user
    put_in_bin(links[1], access=entered(analyst.user, dossier))
    assert _shown(sign_in(analyst)) == [3, 1]


def test_an_empty_list_says_what_to_do(
    dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    assert reverse("claims:pair", args=[dossier.slug]) in sign_in(analyst).get(ADDRESS).content.decode()
    assert "No links yet" in sign_in(viewer).get(ADDRESS).content.decode()
    assert "No link fits" in sign_in(viewer).get(f"{ADDRESS}?kind=supports").content.decode()


class TestFilters:
    @pytest.fixture
    def links(self, dossier: Dossier, analyst: Membership, reviewer: Membership) -> list[Link]:
        """Five links: 1 settled against what was proposed, 2 disputed, 3 to 5 proposed."""
        one = make_source(dossier, by=analyst)
        other = make_source(dossier, by=analyst)
        claims = [
            make_claim(one, "fell sharply in March", by=analyst, speaker="Wang Yi", about="2021"),
            make_claim(one, "trade had never been better", by=analyst, topics=["trade"], about="2022-02/.."),
            make_claim(other, "rise of nine per cent", by=analyst, topics=["customs"]),
            make_claim(other, "denied any change of policy", by=analyst, speaker="Ministry"),
        ]
        made = [
            make_link(claims[0], claims[1], by=analyst, kind="contradicts", contradiction_type="numeric"),
            make_link(claims[0], claims[2], by=analyst, kind="supports", strength="weak"),
            make_link(claims[3], claims[1], by=analyst, kind="contradicts", strength="strong"),
            make_link(claims[2], claims[3], by=analyst, kind="neither"),
            make_link(claims[0], claims[3], by=analyst, kind="supports"),
        ]
        third = make_member(dossier, "third", "reviewer")
        make_review(made[0], by=reviewer, verdict="neither")
        make_review(made[0], by=third, verdict="neither")
        make_review(made[1], by=reviewer, verdict="neither")
        make_review(made[1], by=third, verdict="supports")
        return made

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("kind=contradicts", [3]),
            ("kind=neither", [4, 1]),
            ("state=settled", [1]),
            ("state=disputed", [2]),
            ("state=proposed", [5, 4, 3]),
            ("type=numeric", [1]),
            ("strength=weak", [2]),
            ("topic=trade", [3, 1]),
            ("topic=elsewhere", []),
            ("source=S-2", [5, 4, 3, 2]),
            ("source=2", [5, 4, 3, 2]),
            ("speaker=Wang+Yi", [5, 2, 1]),
            ("period=2021-06", [5, 2, 1]),
            ("period=2030", [3, 1]),
            ("period=2021-12/2022-03", [5, 3, 2, 1]),
            ("kind=supports&speaker=Ministry", [5]),
        ],
    )
    def test_each_finds_its_links(
        self, query: str, found: list[int], links: list[Link], viewer: Membership, sign_in: SignIn
    ) -> None:
        assert _shown(sign_in(viewer), query) == found

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("topic=trade", [3, 1]),
            ("source=2", [5, 4, 3, 2]),
            ("speaker=Wang+Yi", [5, 2, 1]),
            ("period=2021", [5, 2, 1]),
        ],
    )
    def test_many_claims_find_the_same_links_as_few(
        self,
        query: str,
        found: list[int],
        links: list[Link],
        viewer: Membership,
        sign_in: SignIn,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("claims.querysets.link.FEW", 0)
        assert _shown(sign_in(viewer), query) == found

    @pytest.mark.parametrize(
        "query",
        [
            "kind=confuses",
            "state=in+review",
            "type=x",
            "strength=x",
            "source=banana",
            "period=soon",
            "period=../..",
        ],
    )
    def test_a_wrong_value_gets_422(
        self, query: str, links: list[Link], viewer: Membership, sign_in: SignIn
    ) -> None:
        response = sign_in(viewer).get(f"{ADDRESS}?{query}")
        assert response.status_code == 422
        assert "errorlist" in response.content.decode()

    def test_words_changed_since_review_are_found(
        self, links: list[Link], analyst: Membership, viewer: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(viewer)
        assert _shown(client, "changed=on") == []
        claim = links[0].to_claim
        claim.refresh_from_db()
        edit_claim(
            claim, by=analyst, changes={"statement": "New."}, version=claim.version, speaker="", topics=[]
        )
        assert _shown(client, "changed=on") == [1]

    def test_a_filter_stays_in_the_address_and_can_be_taken_off(
        self, links: list[Link], viewer: Membership, sign_in: SignIn
    ) -> None:
        page = sign_in(viewer).get(f"{ADDRESS}?kind=neither&topic=trade").content.decode()
        assert f'href="{ADDRESS}?topic=trade"' in page
        assert f'href="{ADDRESS}?kind=neither"' in page


def test_a_speaker_is_found_by_another_name(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    claim = make_pair(dossier, by=analyst).from_claim
    speaker = Speaker.objects.create(dossier=dossier, name="Wang Yi")
    SpeakerAlias.objects.create(dossier=dossier, speaker=speaker, name="Foreign Minister Wang")
    Claim.objects.filter(pk=claim.pk).update(speaker=speaker)
    page = sign_in(analyst).get("/d/china-russia/links/", {"speaker": "Foreign Minister Wang"})
    assert [link.number for link in page.context["page"].rows] == [1]


def test_htmx_gets_the_names_that_the_filters_offer(
    dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    make_claim(make_source(dossier, by=analyst), by=analyst, speaker="Wang Yi", topics=["arms & trade"])
    names = sign_in(viewer, htmx=True).get(ADDRESS).content.decode()
    assert '<option value="Wang Yi">' in names
    assert '<option value="arms &amp; trade">' in names
    assert "<html" not in names


class TestPages:
    def test_they_run_by_number_and_back(
        self,
        dossier: Dossier,
        analyst: Membership,
        sign_in: SignIn,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("sources.pages.ROWS", 2)
        for _ in range(5):
            make_pair(dossier, by=analyst, kind="supports")
        client = sign_in(analyst)
        assert _shown(client, "kind=supports") == [5, 4]
        first = client.get(f"{ADDRESS}?kind=supports").content.decode()
        assert f'href="{ADDRESS}?kind=supports&amp;before=4" rel="next"' in first
        assert 'rel="prev"' not in first
        second = client.get(f"{ADDRESS}?kind=supports&before=4").content.decode()
        assert f'href="{ADDRESS}?kind=supports&amp;before=2" rel="next"' in second
        assert f'href="{ADDRESS}?kind=supports&amp;before=6" rel="prev"' in second
        assert _shown(client, "kind=supports&before=6") == [5, 4]
        assert _shown(client, "kind=supports&before=2") == [1]
        assert "5 links" in second

    @pytest.mark.parametrize("before", ["x", "-3", "9" * 40])
    def test_a_wrong_page_gets_404(
        self, before: str, dossier: Dossier, viewer: Membership, sign_in: SignIn
    ) -> None:
        assert sign_in(viewer).get(f"{ADDRESS}?before={before}").status_code == 404

    def test_the_queries_do_not_grow_with_the_rows(
        self, dossier: Dossier, analyst: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        make_pair(dossier, by=analyst)
        few = _count_queries(client)
        for _ in range(9):
            make_pair(dossier, by=analyst)
        assert few == _count_queries(client) <= 12


def _count_queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        _shown(client)
    return len(queries)


class TestBlind:
    """A reviewer who has not judged learns nothing, by no filter; one who has, loses the undo by what she is shown."""

    @pytest.fixture
    def disputed(self, dossier: Dossier, analyst: Membership) -> Link:
        link = make_pair(dossier, by=analyst)
        make_review(link, by=make_member(dossier, "mira", "reviewer"), verdict="contradicts")
        make_review(link, by=make_member(dossier, "tomas", "reviewer"), verdict="supports")
        return link

    @pytest.mark.parametrize("role", ["reviewer", "analyst", "lead"])
    def test_whoever_may_review_reads_in_review(
        self, role: str, disputed: Link, request: pytest.FixtureRequest, sign_in: SignIn
    ) -> None:
        client = sign_in(request.getfixturevalue(role))
        page = client.get(ADDRESS).content.decode()
        rows = page.split('<ol class="rows">')[1].split("</ol>")[0]
        assert "in review" in rows
        for trace in ("disputed", "mira", "tomas"):
            assert trace not in rows
        assert _shown(client, "state=in+review") == [1]
        assert _shown(client, "state=disputed") == []
        assert _shown(client, "state=proposed") == []

    def test_a_link_nobody_judged_reads_the_same(
        self, dossier: Dossier, analyst: Membership, reviewer: Membership, sign_in: SignIn
    ) -> None:
        make_pair(dossier, by=analyst)
        assert _shown(sign_in(reviewer), "state=in+review") == [1]
        assert _shown(sign_in(reviewer), "state=proposed") == []

    def test_changed_since_review_tells_nothing(
        self, disputed: Link, analyst: Membership, lead: Membership, viewer: Membership, sign_in: SignIn
    ) -> None:
        claim = disputed.from_claim
        claim.refresh_from_db()
        edit_claim(
            claim, by=analyst, changes={"statement": "New."}, version=claim.version, speaker="", topics=[]
        )
        for person in (analyst, lead):
            assert _shown(sign_in(person), "changed=on") == []
            page = sign_in(person).get(ADDRESS).content.decode()
            assert "badge-warn" not in page
        assert _shown(sign_in(viewer), "changed=on") == [1]

    def test_a_reviewer_who_judged_sees_the_state_and_that_is_recorded(
        self, disputed: Link, dossier: Dossier, sign_in: SignIn
    ) -> None:
        mira = dossier.people.get(name="mira")
        assert _shown(sign_in(mira), "state=disputed") == [1]
        assert Disclosure.objects.filter(link=disputed, person=mira).exists()

    @pytest.mark.parametrize("query", ["state=settled", "state=proposed", "kind=neither", "changed=on"])
    def test_what_a_filter_leaves_out_is_recorded_too(
        self, query: str, disputed: Link, dossier: Dossier, sign_in: SignIn
    ) -> None:
        mira = dossier.people.get(name="mira")
        assert _shown(sign_in(mira), query) == []
        assert Disclosure.objects.filter(link=disputed, person=mira).exists()

    def test_other_filters_record_nothing_of_what_they_leave_out(
        self, disputed: Link, dossier: Dossier, sign_in: SignIn
    ) -> None:
        mira = dossier.people.get(name="mira")
        assert _shown(sign_in(mira), "topic=elsewhere") == []
        assert _shown(sign_in(mira), "topic=elsewhere&state=settled") == []
        assert not Disclosure.objects.exists()

    def test_a_settled_link_is_settled_to_everyone(
        self, disputed: Link, lead: Membership, reviewer: Membership, sign_in: SignIn
    ) -> None:
        adjudicate(disputed, by=lead, verdict="neither")
        assert _shown(sign_in(reviewer), "kind=neither&state=settled") == [1]


def test_every_field_of_a_link_can_be_asked_for_or_is_named() -> None:
    named = {name for names in LinkFilter.NOT_FILTERED for name in names.split()}
    fields = {field.name for field in Link._meta.get_fields()} - {"id", "events"}
    assert fields - set(LinkFilter.base_filters) == named


def test_outsider_gets_404(dossier: Dossier, outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).get(ADDRESS).status_code == 404


def test_another_dossier_stays_out(dossier: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    other = make_dossier("other")
    make_pair(other, by=make_member(other, "someone", "analyst"))
    assert _shown(sign_in(viewer)) == []
    assert _shown(sign_in(viewer), "source=S-1") == []


def test_post_is_405(dossier: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    assert sign_in(viewer).post(ADDRESS).status_code == 405
