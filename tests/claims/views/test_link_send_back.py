"""What a lead does with a link whose words changed after review: send it back, or confirm that they mean the same."""

from collections.abc import Callable

import pytest
from django.test import Client

from claims.actions.claim import edit_claim
from claims.actions.link import adjudicate
from claims.models import Link, Review
from sources.models import Dossier, Membership, User
from tests.conftest import make_link, make_member, make_pair, make_review, versions_now

SignIn = Callable[..., Client]
SEND_BACK = "/d/china-russia/links/1/send-back/"
CONFIRM = "/d/china-russia/links/1/confirm/"
PAGE = "/d/china-russia/links/1/"


def _edit(link: Link, by: Membership, statement: str = "New words.") -> None:
    claim = link.from_claim
    claim.refresh_from_db()
    edit_claim(claim, by=by, changes={"statement": statement}, version=claim.version, speaker="", topics=[])


def _read(link: Link) -> dict[str, str]:
    """What the form says of the words as they stand."""
    return {"versions": "{}-{}".format(*versions_now(link))}


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
    answer = client.post(SEND_BACK, _read(link), follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "L-1 sent back to review" in answer.content.decode()
    link.refresh_from_db()
    assert (link.state, link.changed, link.round) == ("proposed", False, 2)
    assert not Review.objects.exists()


def test_confirmed_the_verdicts_stand(link: Link, lead: Membership, sign_in: SignIn) -> None:
    answer = sign_in(lead).post(CONFIRM, _read(link), follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    link.refresh_from_db()
    assert (link.state, link.changed, link.round) == ("settled", False, 1)
    assert Review.objects.count() == 2


@pytest.mark.parametrize("address", [SEND_BACK, CONFIRM])
class TestRefusals:
    def test_words_that_changed_again_are_not_decided_on_unread(
        self, address: str, link: Link, analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(lead)
        read = client.get(PAGE).content.decode().split('name="versions" value="')[1].split('"')[0]
        assert _read(link) == {"versions": read}
        _edit(link, analyst, "Newer words still.")
        answer = client.post(address, {"versions": read}, follow=True)
        assert answer.redirect_chain == [(PAGE, 302)]
        page = answer.content.decode()
        assert "The words of L-1 changed again while you were reading, so nothing was decided." in page
        assert "Newer words still." in page
        link.refresh_from_db()
        assert (link.state, link.changed, link.round) == ("settled", True, 1)
        client.post(address, _read(link))
        link.refresh_from_db()
        assert not link.changed

    def test_the_versions_stand_in_the_order_of_the_claims_numbers(
        self, address: str, dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        pair = make_pair(dossier, by=analyst)
        one, other = pair.from_claim, pair.to_claim
        pair.delete()
        link = make_link(other, one, by=analyst)
        assert link.number == 2
        make_review(link, by=lead)
        make_review(link, by=analyst)
        _edit(link, analyst)
        client = sign_in(lead)
        page = client.get("/d/china-russia/links/2/").content.decode()
        assert 'name="versions" value="1-2"' in page
        client.post(address.replace("/1/", "/2/"), {"versions": "1-2"})
        link.refresh_from_db()
        assert not link.changed

    @pytest.mark.parametrize("sent", [{}, {"versions": "2"}, {"versions": "-1-2"}], ids=str)
    def test_it_must_be_said_which_words_were_read(
        self, address: str, sent: dict[str, str], link: Link, lead: Membership, sign_in: SignIn
    ) -> None:
        answer = sign_in(lead).post(address, sent, follow=True)
        assert answer.redirect_chain == [(PAGE, 302)]
        assert "the form did not say which words you read" in answer.content.decode()
        link.refresh_from_db()
        assert link.changed

    def test_done_already_it_says_so(
        self, address: str, link: Link, lead: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(lead)
        client.post(CONFIRM, _read(link))
        answer = client.post(address, _read(link), follow=True)
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
    sign_in(lead).post("/d/china-russia/links/2/send-back/", _read(other))
    other.refresh_from_db()
    assert (other.state, other.adjudication_verdict, other.adjudication_note) == ("proposed", "", "")
