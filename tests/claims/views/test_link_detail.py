"""The page of a link: both sides in their context, what may be known of its reviews, its history."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.actions.bin import put_in_bin
from claims.actions.claim import edit_claim
from claims.actions.link import adjudicate, confirm_editorial, edit_link, send_back
from claims.models import Claim, Disclosure, Link
from sources.models import Dossier, Membership, User
from tests.conftest import (
    TEXT,
    entered,
    make_claim,
    make_dossier,
    make_link,
    make_member,
    make_pair,
    make_review,
    make_source,
    versions_now,
)

SignIn = Callable[..., Client]


def _page(client: Client, number: int = 1) -> str:
    response = client.get(reverse("claims:link-detail", args=["china-russia", number]))
    assert response.status_code == 200
    return response.content.decode()


def _edit(claim: Claim, by: Membership, **changes: str) -> None:
    claim.refresh_from_db()
    edit_claim(claim, by=by, changes=changes, version=claim.version, speaker="", topics=[])


def test_it_works(dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn) -> None:
    one = make_claim(
        make_source(dossier, by=analyst),
        "trade had never been better",
        by=analyst,
        speaker="Wang Yi",
        via="Tass",
    )
    other = make_claim(make_source(dossier, by=analyst), "denied any change of policy", by=analyst)
    make_link(
        one, other, by=analyst, contradiction_type="numeric", strength="strong", rationale="Because it is so."
    )
    page = _page(sign_in(viewer))
    assert "C-1 contradicts C-2" in page
    assert "Officials said that <mark>trade had never been better</mark>. A customs" in page
    assert "The ministry <mark>denied any change of policy</mark>." in page
    for shown in ("Wang Yi", "via Tass", "numeric", "strong", "Because it is so.", "analyst", "proposed"):
        assert shown in page


def test_a_long_text_is_shown_around_the_quote_only(
    dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    text = f"START {'padding words ' * 100}{TEXT}{' more padding' * 100} END"
    one = make_claim(make_source(dossier, text, by=analyst), by=analyst)
    other = make_claim(make_source(dossier, by=analyst), by=analyst)
    make_link(one, other, by=analyst)
    page = _page(sign_in(viewer))
    assert "<mark>trade had never been better</mark>" in page
    assert "START" not in page
    assert "END" not in page
    assert "… words padding" in page or "… padding words" in page


def test_the_next_and_the_previous_link_are_a_key_away(
    dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    links = [make_pair(dossier, by=analyst) for _ in range(4)]
    assert analyst.user
    put_in_bin(links[2], access=entered(analyst.user, dossier))
    page = _page(sign_in(viewer), 2)
    assert 'href="/d/china-russia/links/4/" rel="prev"' in page
    assert 'href="/d/china-russia/links/1/" rel="next"' in page


def test_only_who_may_is_offered_to_change_it(
    dossier: Dossier, analyst: Membership, viewer: Membership, lead: Membership, sign_in: SignIn
) -> None:
    make_pair(dossier, by=analyst)
    colleague = make_member(dossier, "colleague", "analyst")
    edit, to_bin = (reverse(f"claims:link-{name}", args=[dossier.slug, 1]) for name in ("edit", "bin"))
    for person, may_edit, may_bin in (
        (viewer, False, False), (colleague, True, False), (analyst, True, True), (lead, True, True),
    ):  # fmt: skip
        page = _page(sign_in(person))
        assert ((edit in page), (to_bin in page)) == (may_edit, may_bin)


@pytest.fixture
def link(dossier: Dossier, analyst: Membership) -> Link:
    """A link with two verdicts that differ."""
    link = make_pair(dossier, by=analyst)
    make_review(link, by=make_member(dossier, "mira", "reviewer"), verdict="contradicts", note="Plainly so.")
    make_review(link, by=make_member(dossier, "tomas", "reviewer"), verdict="supports", confidence=4)
    return link


class TestReviews:
    def test_a_viewer_sees_them(self, link: Link, viewer: Membership, sign_in: SignIn) -> None:
        page = _page(sign_in(viewer))
        for shown in ("disputed", "mira", "tomas", "Plainly so.", "4 of 5"):
            assert shown in page

    def test_an_adjudication_is_shown(
        self, link: Link, lead: Membership, reviewer: Membership, sign_in: SignIn
    ) -> None:
        adjudicate(link, by=lead, verdict="neither", note="Different years.")
        page = _page(sign_in(reviewer))
        assert "C-1 and C-2: neither" in page
        assert "proposed as contradicts" in page
        assert "Different years." in page
        assert "settled" in page

    def test_whoever_sees_others_verdicts_keeps_her_own(
        self, link: Link, dossier: Dossier, sign_in: SignIn
    ) -> None:
        mira = dossier.people.get(name="mira")
        assert "tomas" in _page(sign_in(mira))
        assert Disclosure.objects.filter(link=link, person=mira).exists()

    def test_seeing_ones_own_verdict_alone_discloses_nothing(
        self, dossier: Dossier, analyst: Membership, reviewer: Membership, sign_in: SignIn
    ) -> None:
        make_review(make_pair(dossier, by=analyst), by=reviewer, note="Mine.")
        assert "Mine." in _page(sign_in(reviewer))
        assert not Disclosure.objects.exists()


class TestBlind:
    TRACES = (
        "mira",
        "tomas",
        "disputed",
        "Plainly so.",
        "4 of 5",
        "judged:",
        "changed since",
        "2 of 2",
        "settled",
    )

    @pytest.mark.parametrize("role", ["reviewer", "analyst", "lead"])
    def test_whoever_may_judge_and_has_not_finds_no_trace(
        self, role: str, link: Link, analyst: Membership, request: pytest.FixtureRequest, sign_in: SignIn
    ) -> None:
        _edit(link.from_claim, analyst, statement="New words.")
        page = _page(sign_in(request.getfixturevalue(role))).split("<main")[1].split("</main>")[0]
        for trace in self.TRACES:
            assert trace not in page
        assert "in review" in page

    def test_the_page_is_the_same_before_and_after_others_judge(
        self, dossier: Dossier, analyst: Membership, reviewer: Membership, sign_in: SignIn
    ) -> None:
        link = make_pair(dossier, by=analyst)
        client = sign_in(reviewer)
        before = self._told(client)
        make_review(link, by=make_member(dossier, "mira", "reviewer"))
        assert self._told(client) == before
        make_review(link, by=make_member(dossier, "tomas", "reviewer"), verdict="neither")
        assert self._told(client) == before

    @staticmethod
    def _told(client: Client) -> str:
        """The page, but for the token of its forms, which is another each time."""
        return re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", _page(client).split("<main")[1])

    def test_a_new_round_is_blind_again(
        self, link: Link, analyst: Membership, lead: Membership, dossier: Dossier, sign_in: SignIn
    ) -> None:
        """The verdicts of the old round stay as history, which a reviewer of the new one does not see."""
        _edit(link.from_claim, analyst, statement="New words.")
        send_back(link, versions=versions_now(link))
        mira = dossier.people.get(name="mira")
        page = _page(sign_in(mira)).split("<main")[1].split("</main>")[0]
        for trace in ("tomas", "Plainly so.", "sent back", "taken back", "judged"):
            assert trace not in page.replace("judged on", "")


class TestChangedWords:
    def test_what_changed_is_shown(
        self, link: Link, analyst: Membership, viewer: Membership, sign_in: SignIn
    ) -> None:
        _edit(link.from_claim, analyst, statement="It is said that trade rose.", about="2023")
        page = _page(sign_in(viewer))
        assert "changed since review" in page
        assert "<del>" in page
        assert "rose</ins>" in page
        assert "A lead decides whether the verdicts stand." in page

    def test_the_words_judged_are_those_before_all_edits(
        self, link: Link, analyst: Membership, viewer: Membership, sign_in: SignIn
    ) -> None:
        was = link.from_claim.statement
        _edit(link.from_claim, analyst, statement="Second.")
        _edit(link.from_claim, analyst, statement="Third.")
        page = _page(sign_in(viewer)).split("As judged")[1].split("As it stands")[0]
        assert "sharply" in page
        assert "sharply" in was
        assert "Second" not in page

    def test_words_changed_after_an_adjudication_alone_are_shown_too(
        self,
        transactional_db: None,
        dossier: Dossier,
        analyst: Membership,
        lead: Membership,
        viewer: Membership,
        sign_in: SignIn,
    ) -> None:
        link = make_pair(dossier, by=analyst)
        Link.objects.filter(pk=link.pk).update(
            adjudication_verdict="neither", adjudicated_by=lead, adjudicated_at=timezone.now()
        )
        _edit(link.to_claim, analyst, about="2023")
        assert "C-2: about" in _page(sign_in(viewer))

    def test_a_lead_who_may_decide_is_offered_to(
        self, link: Link, analyst: Membership, lead: Membership, viewer: Membership, sign_in: SignIn
    ) -> None:
        adjudicate(link, by=lead, verdict="neither")
        _edit(link.from_claim, analyst, statement="New words.")
        for person, offered in ((viewer, False), (analyst, False), (lead, True)):
            page = _page(sign_in(person))
            for name in ("link-send-back", "link-confirm"):
                assert (reverse(f"claims:{name}", args=["china-russia", 1]) in page) == offered


class TestHistory:
    def test_it_says_who_changed_what(
        self, link: Link, analyst: Membership, lead: Membership, viewer: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(lead)
        client.post(
            reverse("claims:link-edit", args=["china-russia", 1]),
            {"kind": "contradicts", "strength": "weak", "rationale": "Since then.", "version": "1"},
        )
        adjudicate(link, by=lead, verdict="neither", note="Different years.")
        _edit(link.from_claim, analyst, statement="New words.")
        confirm_editorial(link, versions=versions_now(link))
        page = _page(sign_in(viewer)).split('id="history"')[1]
        for shown in (
            "edited",
            "strength",
            "weak",
            "Since then.",
            "lead",
            "adjudicated as",
            "editorial",
            "judged",
        ):
            assert shown in page

    def test_it_ends_somewhere(
        self, dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
    ) -> None:
        link = make_pair(dossier, by=analyst)
        for n in range(40):
            edit_link(link, changes={"rationale": f"Version {n}."}, version=n + 1)
        page = _page(sign_in(viewer)).split('id="history"')[1]
        assert page.count("edited") == 30
        assert "Version 8." not in page
        assert "Version <ins>10</ins>." in page


class TestTheDoor:
    def test_outsider_gets_404(self, link: Link, outsider: User, sign_in: SignIn) -> None:
        assert (
            sign_in(outsider).get(reverse("claims:link-detail", args=["china-russia", 1])).status_code == 404
        )

    def test_a_link_of_another_dossier_gets_404(
        self, link: Link, viewer: Membership, sign_in: SignIn
    ) -> None:
        other = make_dossier("other")
        someone = make_member(other, "someone", "analyst")
        make_pair(other, by=someone)
        make_pair(other, by=someone)
        assert sign_in(viewer).get(reverse("claims:link-detail", args=["china-russia", 2])).status_code == 404
        assert sign_in(viewer).get(reverse("claims:link-detail", args=["other", 2])).status_code == 404

    def test_a_binned_link_gets_404(
        self, link: Link, dossier: Dossier, lead: Membership, sign_in: SignIn
    ) -> None:
        assert lead.user
        put_in_bin(link, access=entered(lead.user, dossier))
        assert sign_in(lead).get(reverse("claims:link-detail", args=["china-russia", 1])).status_code == 404

    def test_post_is_405(self, link: Link, lead: Membership, sign_in: SignIn) -> None:
        assert sign_in(lead).post(reverse("claims:link-detail", args=["china-russia", 1])).status_code == 405
