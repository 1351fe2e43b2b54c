"""What a lead does with a link whose words changed after review: send it back, or confirm that they mean the same."""

from collections.abc import Callable

import pytest
from django.test import Client

from claims.actions.claim import edit_claim
from claims.actions.link import adjudicate
from claims.models import Link, Review
from sources.models import Dossier, Membership, User
from tests.conftest import make_member, make_pair, make_review

SignIn = Callable[..., Client]
SEND_BACK = "/d/china-russia/links/1/send-back/"
CONFIRM = "/d/china-russia/links/1/confirm/"
PAGE = "/d/china-russia/links/1/"


def _edit(link: Link, by: Membership) -> None:
    claim = link.from_claim
    claim.refresh_from_db()
    edit_claim(
        claim, by=by, changes={"statement": "New words."}, version=claim.version, speaker="", topics=[]
    )


@pytest.fixture
def link(dossier: Dossier, analyst: Membership) -> Link:
    """A settled link whose words changed."""
    link = make_pair(dossier, by=analyst)
    for name in ("mira", "tomas"):
        make_review(link, by=make_member(dossier, name, "reviewer"))
    _edit(link, analyst)
    link.refresh_from_db()
    assert (link.state, link.changed) == ("settled", True)
    return link


def test_sent_back_it_is_judged_anew(link: Link, lead: Membership, sign_in: SignIn) -> None:
    client = sign_in(lead)
    answer = client.post(SEND_BACK, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "L-1 sent back to review" in answer.content.decode()
    link.refresh_from_db()
    assert (link.state, link.changed, link.round) == ("proposed", False, 2)
    assert not Review.objects.exists()


def test_confirmed_the_verdicts_stand(link: Link, lead: Membership, sign_in: SignIn) -> None:
    answer = sign_in(lead).post(CONFIRM, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    link.refresh_from_db()
    assert (link.state, link.changed, link.round) == ("settled", False, 1)
    assert Review.objects.count() == 2


@pytest.mark.parametrize("address", [SEND_BACK, CONFIRM])
class TestRefusals:
    def test_done_already_it_says_so(
        self, address: str, link: Link, lead: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(lead)
        client.post(CONFIRM)
        answer = client.post(address, follow=True)
        assert answer.redirect_chain == [(PAGE, 302)]
        assert "have not changed since review" in answer.content.decode()
        assert Review.objects.count() == 2

    def test_a_lead_who_must_judge_it_blind_gets_403(
        self, address: str, dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        """Refused whether words changed or not: the answer tells nothing of the reviews."""
        link = make_pair(dossier, by=analyst)
        client = sign_in(lead)
        assert client.post(address).status_code == 403
        make_review(link, by=make_member(dossier, "mira", "reviewer"))
        _edit(link, analyst)
        assert client.post(address).status_code == 403
        link.refresh_from_db()
        assert link.changed
        adjudicated = Link.objects.filter(pk=link.pk)
        adjudicated.update(adjudication_verdict="neither", adjudicated_by=lead)
        assert client.post(address).status_code == 302

    def test_lesser_roles_get_403_and_an_outsider_404(
        self,
        address: str,
        link: Link,
        analyst: Membership,
        reviewer: Membership,
        viewer: Membership,
        outsider: User,
        sign_in: SignIn,
    ) -> None:
        for person, status in ((analyst, 403), (reviewer, 403), (viewer, 403), (outsider, 404)):
            assert sign_in(person).post(address).status_code == status
        link.refresh_from_db()
        assert link.changed

    def test_get_is_405(self, address: str, link: Link, lead: Membership, sign_in: SignIn) -> None:
        assert sign_in(lead).get(address).status_code == 405


def test_an_adjudication_that_is_sent_back_is_gone(
    link: Link, lead: Membership, analyst: Membership, dossier: Dossier, sign_in: SignIn
) -> None:
    other = make_pair(dossier, by=analyst)
    make_review(other, by=make_member(dossier, "third", "reviewer"))
    make_review(other, by=make_member(dossier, "fourth", "reviewer"), verdict="neither")
    adjudicate(other, by=lead, verdict="neither", note="Different years.")
    _edit(other, analyst)
    sign_in(lead).post("/d/china-russia/links/2/send-back/")
    other.refresh_from_db()
    assert (other.state, other.adjudication_verdict, other.adjudication_note) == ("proposed", "", "")
