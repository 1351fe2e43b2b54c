"""The disputed page and its links: what a lead sees before and after she opens one, settles, and takes it back."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from claims.actions.bin import put_in_bin
from claims.actions.claim import edit_claim
from claims.actions.link import adjudicate, withdraw_adjudication
from claims.actions.review import take_next
from claims.models import Disclosure, Link, Review
from sources.models import Dossier, Membership, Role, User
from tests.conftest import entered, make_dossier, make_member, make_pair, make_review

SignIn = Callable[..., Client]
LIST = "/d/china-russia/review/disputed/"
NOTES = ("Different months, it seems to me.", "One and the same month.")


def dispute(dossier: Dossier, analyst: Membership, **fields: Any) -> Link:
    """A link whose two reviewers, mira and tomas, disagree."""
    link = make_pair(dossier, by=analyst, **fields)
    verdicts = ("contradicts", "supports")
    for name, verdict, note in zip(("mira", "tomas"), verdicts, NOTES, strict=True):
        person = Membership.objects.filter(dossier=dossier, name=name).first() or make_member(dossier, name)
        make_review(link, by=person, verdict=verdict, note=note, confidence=4)
    link.refresh_from_db()
    assert link.state == "disputed"
    return link


@pytest.fixture
def link(dossier: Dossier, analyst: Membership) -> Link:
    return dispute(dossier, analyst, rationale="because the tables say so")


def traces(text: str) -> list[str]:
    """What of the reviews stands in a page's main part."""
    main = text[text.index('<main class="page') : text.index("</main>")]
    return [word for word in (*NOTES, "mira", "tomas", "contradicts", "supports", "4 of 5") if word in main]


def _undo(link: Link) -> str:
    assert link.adjudicated_at
    return f"{LIST}{link.number}/undo/?{urlencode({'given_at': link.adjudicated_at.isoformat()})}"


def opened(client: Client, link: Link) -> str:
    return client.post(f"{LIST}{link.number}/", follow=True).content.decode()


def test_the_list_names_the_links_without_their_verdicts(
    sign_in: SignIn, dossier: Dossier, analyst: Membership, lead: Membership, link: Link
) -> None:
    settled, other = make_pair(dossier, by=analyst), dispute(dossier, analyst)
    Dossier.objects.update(reviews_needed=1)
    make_review(settled, by=analyst)
    response = sign_in(lead).get(LIST)
    text = response.content.decode()
    assert response.status_code == 200
    assert [f'data-link="{one.number}"' in text for one in (link, other, settled)] == [True, True, False]
    assert text.index(f'data-link="{other.number}"') < text.index(f'data-link="{link.number}"')
    assert traces(text) == []
    assert "can no longer review it yourself" in text
    assert not Disclosure.objects.exists()


def test_the_list_goes_on_from_page_to_page(
    sign_in: SignIn, dossier: Dossier, analyst: Membership, lead: Membership, link: Link
) -> None:
    other = dispute(dossier, analyst)
    text = sign_in(lead).get(LIST, {"before": other.number}).content.decode()
    assert f'data-link="{link.number}"' in text
    assert f'data-link="{other.number}"' not in text


def test_an_empty_list_says_what_to_do_next(sign_in: SignIn, lead: Membership) -> None:
    assert "Nothing is disputed" in sign_in(lead).get(LIST).content.decode()


def test_looking_at_a_link_shows_no_verdict_and_forfeits_nothing(
    sign_in: SignIn, lead: Membership, link: Link
) -> None:
    text = sign_in(lead).get(f"{LIST}{link.number}/").content.decode()
    assert "<mark>trade had never been better</mark>" in text
    assert "can no longer review it yourself" in text
    assert "Open the verdicts" in text
    assert traces(text) == []
    assert "because the tables say so" not in text
    assert not Disclosure.objects.exists()


def test_opening_shows_every_verdict_and_forfeits_her_own(
    sign_in: SignIn, lead: Membership, dossier: Dossier, link: Link
) -> None:
    text = opened(sign_in(lead), link)
    assert traces(text) == [*NOTES, "mira", "tomas", "contradicts", "supports", "4 of 5"]
    assert "because the tables say so" in text
    assert Disclosure.objects.get().person == lead
    Dossier.objects.update(reviews_needed=3)
    link.refresh_from_db()
    assert link.state == "proposed"
    assert take_next(dossier=dossier, person=lead) is None
    assert take_next(dossier=dossier, person=make_member(dossier, "third", Role.REVIEWER)) == link


def test_a_lead_who_judged_it_herself_sees_it_and_can_no_longer_undo(
    sign_in: SignIn, lead: Membership, dossier: Dossier, analyst: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=lead, verdict="neither")
    make_review(link, by=analyst, verdict="supports", note=NOTES[0])
    client = sign_in(lead)
    assert NOTES[0] in client.get(f"{LIST}{link.number}/").content.decode()
    client.post("/d/china-russia/review/undo/", {"number": link.number})
    assert Review.objects.filter(reviewer=lead).exists()


@pytest.mark.parametrize("verdict", ["contradicts", "supports", "neither"])
def test_one_answer_settles_and_the_next_follows(
    sign_in: SignIn, lead: Membership, dossier: Dossier, analyst: Membership, link: Link, verdict: str
) -> None:
    other = dispute(dossier, analyst)
    client = sign_in(lead)
    opened(client, other)
    response = client.post(f"{LIST}{other.number}/settle/", {"verdict": verdict, "note": "Read again."})
    other.refresh_from_db()
    assert (other.state, other.verdict, other.adjudicated_by) == ("settled", verdict, lead)
    assert other.adjudication_note == "Read again."
    assert response.headers["Location"] == f"{LIST}{link.number}/"
    text = client.get(f"{LIST}{link.number}/").content.decode()
    assert f"{other.cited} settled: {verdict}." in text
    assert f'action="{_undo(other)}"' in text
    last = client.post(f"{LIST}{link.number}/settle/", {"verdict": verdict})
    assert last.headers["Location"] == LIST


def test_undo_makes_it_disputed_again_and_shows_it(sign_in: SignIn, lead: Membership, link: Link) -> None:
    client = sign_in(lead)
    client.post(f"{LIST}{link.number}/settle/", {"verdict": "neither"})
    link.refresh_from_db()
    page = client.get(f"{LIST}{link.number}/").content.decode()
    assert page.count(f'action="{_undo(link)}"') == 2, "beside the message, and on the page"
    text = client.post(_undo(link), follow=True).content.decode()
    link.refresh_from_db()
    assert (link.state, link.verdict, link.adjudicated_by) == ("disputed", "", None)
    assert f"{link.cited} is disputed again." in text
    assert NOTES[0] in text


def test_undo_takes_back_no_verdict_that_another_lead_gave_since(
    sign_in: SignIn, lead: Membership, dossier: Dossier, link: Link
) -> None:
    colleague = make_member(dossier, "colleague", Role.LEAD)
    first = adjudicate(link, by=lead, verdict="neither")
    adjudicate(link, by=colleague, verdict="supports", instead_of=first.adjudicated_at)
    client = sign_in(lead)
    for address in (_undo(first), f"{LIST}{link.number}/undo/", f"{LIST}{link.number}/undo/?given_at=x"):
        text = client.post(address, follow=True).content.decode()
        assert f"{link.cited} was settled meanwhile by colleague: supports. That verdict stands." in text
    link.refresh_from_db()
    assert (link.verdict, link.adjudicated_by) == ("supports", colleague)
    client.post(_undo(link))
    assert "taken back meanwhile" in client.post(_undo(link), follow=True).content.decode()


def test_settling_unopened_opens_it(sign_in: SignIn, lead: Membership, link: Link) -> None:
    sign_in(lead).post(f"{LIST}{link.number}/settle/", {"verdict": "neither"})
    assert Disclosure.objects.get().person == lead


def test_what_another_lead_settled_meanwhile_is_not_replaced_unseen(
    sign_in: SignIn, lead: Membership, dossier: Dossier, link: Link
) -> None:
    colleague = make_member(dossier, "colleague", Role.LEAD)
    client = sign_in(lead)
    opened(client, link)
    adjudicate(link, by=colleague, verdict="neither", note="Mine came first.")
    response = client.post(f"{LIST}{link.number}/settle/", {"verdict": "supports", "note": "Kept for her."})
    text = response.content.decode()
    assert response.status_code == 409
    assert "was settled meanwhile by colleague: neither" in text
    assert "Mine came first." in text
    assert "Kept for her.</textarea>" in text
    link.refresh_from_db()
    assert link.verdict == "neither"
    seen = link.adjudicated_at
    assert seen
    sent = {"verdict": "supports", "note": "Kept for her.", "instead_of": seen.isoformat()}
    assert client.post(f"{LIST}{link.number}/settle/", sent).status_code == 302
    link.refresh_from_db()
    assert (link.verdict, link.adjudicated_by) == ("supports", lead)


def test_a_double_click_settles_once(sign_in: SignIn, lead: Membership, link: Link) -> None:
    client = sign_in(lead)
    sent = {"verdict": "neither", "note": "Once."}
    answers = [client.post(f"{LIST}{link.number}/settle/", sent).status_code for _ in range(2)]
    assert answers == [302, 302]
    link.refresh_from_db()
    assert (link.verdict, link.adjudication_note) == ("neither", "Once.")


def test_an_answer_on_a_verdict_taken_back_meanwhile_is_refused(
    sign_in: SignIn, lead: Membership, link: Link
) -> None:
    seen = adjudicate(link, by=lead, verdict="neither").adjudicated_at
    assert seen
    withdraw_adjudication(link, given_at=seen)
    sent = {"verdict": "supports", "instead_of": seen.isoformat()}
    response = sign_in(lead).post(f"{LIST}{link.number}/settle/", sent)
    assert response.status_code == 409
    assert "taken back meanwhile" in response.content.decode()


@pytest.mark.parametrize("sent", [{}, {"verdict": "perhaps"}, {"verdict": "neither", "note": "\0"}], ids=str)
def test_a_wrong_form_is_shown_again(
    sign_in: SignIn, lead: Membership, link: Link, sent: dict[str, str]
) -> None:
    client = sign_in(lead)
    opened(client, link)
    response = client.post(f"{LIST}{link.number}/settle/", {"note": "Worth keeping."} | sent)
    assert response.status_code == 422
    assert 'class="errorlist"' in response.content.decode()
    assert ("Worth keeping." in response.content.decode()) is ("note" not in sent)
    link.refresh_from_db()
    assert link.state == "disputed"


def test_a_link_in_review_can_be_neither_opened_nor_settled_here(
    sign_in: SignIn, lead: Membership, dossier: Dossier, analyst: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=analyst, verdict="contradicts", note=NOTES[0])
    client = sign_in(lead)
    address = f"{LIST}{link.number}/"
    for response in (client.get(address, follow=True), client.post(address, follow=True)):
        assert response.redirect_chain == [(LIST, 302)]
        assert "is not disputed any more" in response.content.decode()
        assert NOTES[0] not in response.content.decode()
    response = client.post(address + "settle/", {"verdict": "neither", "note": "Typed in vain."})
    assert response.status_code == 409
    assert "is not disputed any more" in response.content.decode()
    assert "Typed in vain." in response.content.decode()
    assert traces(response.content.decode()) == []
    assert not Disclosure.objects.exists()


def test_words_changed_since_review_are_named(
    sign_in: SignIn, lead: Membership, analyst: Membership, link: Link
) -> None:
    claim = link.from_claim
    edit_claim(
        claim,
        by=analyst,
        changes={"statement": "Quite another."},
        version=claim.version,
        speaker="",
        topics=[],
    )
    text = opened(sign_in(lead), link)
    assert "changed since review" in text
    assert "send it back or confirm" in text


def test_what_is_not_here_is_404(
    sign_in: SignIn, lead: Membership, dossier: Dossier, analyst: Membership, link: Link
) -> None:
    client = sign_in(lead)
    assert lead.user
    foreign = make_dossier("elsewhere", leads=[lead.user])
    maker = Membership.objects.get(dossier=foreign)
    numbers = [make_pair(foreign, by=maker).number for _ in range(2)]
    put_in_bin(link, access=entered(lead.user, dossier))
    for number in (link.number, *numbers, 99):
        for what in ("", "settle/", "undo/"):
            assert client.post(f"{LIST}{number}/{what}", {"verdict": "neither"}).status_code == 404
        assert client.get(f"{LIST}{number}/").status_code == 404


@pytest.mark.parametrize("who", ["viewer", "reviewer", "analyst"])
def test_only_a_lead_enters(
    request: pytest.FixtureRequest, sign_in: SignIn, link: Link, outsider: User, who: str
) -> None:
    client, stranger = sign_in(request.getfixturevalue(who)), sign_in(outsider)
    for address in (LIST, f"{LIST}{link.number}/"):
        assert client.get(address).status_code == 403
        assert stranger.get(address).status_code == 404
    for what in ("", "settle/", "undo/"):
        assert client.post(f"{LIST}{link.number}/{what}", {"verdict": "neither"}).status_code == 403
        assert stranger.post(f"{LIST}{link.number}/{what}", {"verdict": "neither"}).status_code == 404
    link.refresh_from_db()
    assert link.state == "disputed"


def test_wrong_methods_get_405(sign_in: SignIn, lead: Membership, link: Link) -> None:
    client = sign_in(lead)
    assert client.post(LIST).status_code == 405
    assert client.get(f"{LIST}{link.number}/settle/").status_code == 405
    assert client.get(f"{LIST}{link.number}/undo/").status_code == 405


def test_the_list_leads_to_the_claims(sign_in: SignIn, lead: Membership, link: Link) -> None:
    page = sign_in(lead).get(LIST).content.decode()
    for claim in (link.from_claim, link.to_claim):
        assert f'href="/d/china-russia/claims/{claim.number}/"' in page
