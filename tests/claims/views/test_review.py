"""The review desk: what it hands out, what it hides, what it refuses, and what it keeps of what was typed."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from claims.actions.bin import put_in_bin
from claims.actions.claim import edit_claim
from claims.actions.review import disclose, take_next
from claims.models import Lease, Link, Review, Skip
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
LEASE = timedelta(minutes=30)
DESK = "/d/china-russia/review/"
SECRET = "because the customs tables say so"


def shown_number(response: Any) -> int:
    """The number of the pair on the desk."""
    found = re.search(r'id="id_number"[^>]*|[^>]*id="id_number"', response.content.decode())
    assert found
    value = re.search(r'value="(\d+)"', found[0])
    assert value
    return int(value[1])


def verdict_on(link: Link, verdict: str = "neither", **more: Any) -> dict[str, Any]:
    """What the desk sends for a verdict on this pair as it stands."""
    link = Link.objects.select_related("from_claim", "to_claim").get(pk=link.pk)
    claims = sorted((link.from_claim, link.to_claim), key=lambda claim: claim.number)
    versions = "-".join(str(claim.version) for claim in claims)
    return {"number": link.number, "versions": versions, "verdict": verdict, **more}


@pytest.fixture
def pair(dossier: Dossier, analyst: Membership) -> Link:
    return make_pair(
        dossier,
        by=analyst,
        kind="supports",
        rationale=SECRET,
        strength="strong",
    )


def test_the_next_pair_is_shown_with_its_words_in_their_place(
    sign_in: SignIn, reviewer: Membership, pair: Link
) -> None:
    response = sign_in(reviewer).get(DESK)
    text = response.content.decode()
    assert response.status_code == 200
    assert shown_number(response) == pair.number
    assert "<mark>Trade between the two countries fell sharply</mark> in March." in text
    assert "Officials said that <mark>trade had never been better</mark>." in text
    assert "0 done today, about 1 left" in text
    assert Lease.objects.get(person=reviewer).link == pair


def test_it_tells_nothing_of_what_was_proposed(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, analyst: Membership
) -> None:
    source = make_source(dossier, by=analyst)
    lower, higher = (
        make_claim(source, words, by=analyst) for words in ("Officials said", "The ministry denied")
    )
    kinds: list[dict[str, Any]] = [
        {"kind": "supports", "mutual": True, "strength": "weak", "rationale": SECRET},
        {"kind": "contradicts", "contradiction_type": "numeric", "rationale": SECRET},
        {"kind": "neither"},
    ]
    seen = set()
    for sides in ((lower, higher), (higher, lower)):
        for kind in kinds:
            link = make_link(*sides, by=analyst, **kind)
            text = sign_in(reviewer).get(DESK).content.decode()
            main = text[text.index('<main class="page') : text.index("</main>")]
            main = re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", main)
            seen.add(main.replace(link.cited, "L-N").replace(f'number" value="{link.number}"', ""))
            Link.objects.filter(pk=link.pk).delete()
    assert len(seen) == 1, "the page differs with kind, direction, type, strength or rationale"
    assert SECRET not in seen.pop()


@pytest.mark.parametrize("htmx", [False, True])
def test_a_verdict_is_recorded_and_the_next_pair_comes(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, analyst: Membership, pair: Link, htmx: bool
) -> None:
    other = make_pair(dossier, by=analyst)
    client = sign_in(reviewer, htmx=htmx)
    sent = verdict_on(pair, "contradicts", confidence="4", note="Not the same month.")
    response = client.post(DESK, sent)
    if not htmx:
        assert (response.status_code, response.headers["Location"]) == (302, DESK)
        response = client.get(DESK)
    review = Review.objects.get()
    assert (review.link, review.reviewer, review.by) == (pair, reviewer, reviewer)
    assert (review.verdict, review.confidence, review.note) == ("contradicts", 4, "Not the same month.")
    assert shown_number(response) == other.number
    text = response.content.decode()
    assert ("<html" in text) is not htmx
    assert "1 done today, about 1 left" in text
    assert "Undo L-1, contradicts" in text
    assert "Not the same month." not in text


def test_versions_are_those_read_whichever_way_round_the_link_runs(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, analyst: Membership
) -> None:
    source = make_source(dossier, by=analyst)
    lower, higher = (
        make_claim(source, words, by=analyst) for words in ("Officials said", "The ministry denied")
    )
    link = make_link(higher, lower, by=analyst)
    _edit(lower, by=analyst, via="a wire")
    assert sign_in(reviewer).post(DESK, verdict_on(link)).status_code == 302
    review = Review.objects.get()
    assert (review.from_version, review.to_version) == (1, 2)


def _edit(claim: Any, *, by: Membership, **changes: str) -> None:
    claim.refresh_from_db()
    edit_claim(claim, by=by, changes=changes, version=claim.version, speaker="", topics=[])


def test_words_changed_meanwhile_are_shown_anew_and_the_note_is_kept(
    sign_in: SignIn, reviewer: Membership, analyst: Membership, pair: Link
) -> None:
    client = sign_in(reviewer)
    client.get(DESK)
    sent = verdict_on(pair, note="A note of some length.", confidence="2")
    _edit(pair.to_claim, by=analyst, statement="Quite another statement.")
    response = client.post(DESK, sent)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Your verdict was not recorded" in text
    assert "changed while you were reading" in text
    assert "Quite another statement." in text
    assert "A note of some length.</textarea>" in text
    assert re.search(r'name="confidence" value="2"[^>]*checked', text)
    assert not Review.objects.exists()
    assert client.post(DESK, verdict_on(pair, note="A note of some length.")).status_code == 302


def test_a_double_click_gives_one_verdict_and_never_judges_the_next_pair(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, analyst: Membership, pair: Link
) -> None:
    other = make_pair(dossier, by=analyst)
    client = sign_in(reviewer)
    sent = verdict_on(pair)
    assert [client.post(DESK, sent).status_code for _ in range(3)] == [302, 302, 302]
    assert Review.objects.get().link == pair
    assert shown_number(client.get(DESK)) == other.number


def test_a_second_verdict_that_differs_is_refused_with_its_note(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, analyst: Membership, pair: Link
) -> None:
    make_pair(dossier, by=analyst)
    client = sign_in(reviewer)
    client.post(DESK, verdict_on(pair, "contradicts"))
    response = client.post(DESK, verdict_on(pair, "supports", note="On second thoughts."))
    text = response.content.decode()
    assert response.status_code == 409
    assert "You have reviewed L-1 already." in text
    assert "<p>On second thoughts.</p>" in text, "to be copied: it belongs to no pair on the desk"
    assert "On second thoughts.</textarea>" not in text
    assert Review.objects.get().verdict == "contradicts"


def test_a_pair_whose_slots_others_hold_is_refused_with_its_note(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, analyst: Membership, pair: Link
) -> None:
    for name in ("one", "two"):
        assert take_next(dossier=dossier, person=make_member(dossier, name, "reviewer")) == pair
    response = sign_in(reviewer).post(DESK, verdict_on(pair, note="Came too late."))
    assert response.status_code == 409
    assert "L-1 is not yours to review at the moment" in response.content.decode()
    assert "Came too late." in response.content.decode()


def test_a_pair_put_in_the_bin_meanwhile_is_refused_saying_by_whom(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, lead: Membership, pair: Link
) -> None:
    client = sign_in(reviewer)
    client.get(DESK)
    sent = verdict_on(pair, note="Lost otherwise.")
    assert lead.user
    put_in_bin(pair, access=entered(lead.user, dossier))
    response = client.post(DESK, sent)
    assert response.status_code == 409
    assert "L-1 was put in the bin by lead" in response.content.decode()
    assert "Lost otherwise." in response.content.decode()


def test_a_pair_that_is_gone_is_refused_with_its_note(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, pair: Link
) -> None:
    sent = verdict_on(pair, note="Lost otherwise.") | {"number": 99}
    response = sign_in(reviewer).post(DESK, sent)
    assert response.status_code == 409
    assert "There is no L-99 here any more." in response.content.decode()
    assert "Lost otherwise." in response.content.decode()


def test_a_link_of_another_dossier_cannot_be_judged_here(
    sign_in: SignIn, reviewer: Membership, lead: Membership, pair: Link
) -> None:
    assert lead.user
    foreign = make_dossier("elsewhere", leads=[lead.user])
    by = Membership.objects.get(dossier=foreign)
    for _ in range(3):
        make_pair(foreign, by=by)
    assert sign_in(reviewer).post(DESK, verdict_on(pair) | {"number": 3}).status_code == 409
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": ""},
        {"verdict": "perhaps"},
        {"confidence": "9"},
        {"note": "a\0b"},
        {"note": "x" * 20_001},
        {"number": ""},
        {"number": "0"},
        {"number": "99999999999999"},
        {"versions": "1"},
        {"versions": "-1--1"},
    ],
    ids=lambda wrong: " ".join(f"{name}={value[:9]!r}" for name, value in wrong.items()),
)
def test_a_wrong_form_is_shown_again_with_the_note(
    sign_in: SignIn, reviewer: Membership, pair: Link, wrong: dict[str, str]
) -> None:
    sent = verdict_on(pair, note="Worth keeping.") | wrong
    response = sign_in(reviewer).post(DESK, sent)
    assert response.status_code == 422
    assert shown_number(response) == pair.number
    assert "Your verdict was not recorded" in response.content.decode()
    assert not Review.objects.exists()
    if "note" not in wrong:
        assert "Worth keeping." in response.content.decode()
    if "versions" in wrong:
        assert 'name="versions" value="1-1"' in response.content.decode(), "the next try must not fail by it"


def test_the_pair_at_hand_stays_and_its_time_starts_anew_at_each_look(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, analyst: Membership, pair: Link
) -> None:
    make_pair(dossier, by=analyst)
    client = sign_in(reviewer)
    client.get(DESK)
    Lease.objects.update(expires_at=F("expires_at") - LEASE + timedelta(minutes=1))
    before = Lease.objects.get().expires_at
    assert shown_number(client.get(DESK)) == pair.number
    assert Lease.objects.get().expires_at > before + timedelta(minutes=20)


def test_a_pair_left_too_long_goes_to_another(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, analyst: Membership, pair: Link
) -> None:
    Dossier.objects.update(reviews_needed=1)
    colleague = make_member(dossier, "colleague", "reviewer")
    client, other = sign_in(reviewer), sign_in(colleague)
    assert shown_number(client.get(DESK)) == pair.number
    assert "No pair waits for you" in other.get(DESK).content.decode()
    Lease.objects.filter(person=reviewer).update(expires_at=F("expires_at") - LEASE)
    assert shown_number(other.get(DESK)) == pair.number
    response = client.post(DESK, verdict_on(pair, note="Late."))
    assert response.status_code == 409
    assert "is not yours to review" in response.content.decode()


@pytest.mark.parametrize("htmx", [False, True])
def test_skipping_brings_the_next_and_the_skipped_last(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, analyst: Membership, pair: Link, htmx: bool
) -> None:
    other = make_pair(dossier, by=analyst)
    client = sign_in(reviewer, htmx=htmx)
    client.get(DESK)
    response = client.post(DESK + "skip/", {"number": pair.number})
    if not htmx:
        assert response.status_code == 302
        response = client.get(DESK)
    assert shown_number(response) == other.number
    response = client.post(DESK + "skip/", {"number": other.number})
    assert shown_number(response if htmx else client.get(DESK)) == pair.number
    assert Skip.objects.filter(person=reviewer).count() == 2


def test_skipping_the_only_pair_says_so(sign_in: SignIn, reviewer: Membership, pair: Link) -> None:
    client = sign_in(reviewer)
    client.get(DESK)
    response = client.post(DESK + "skip/", {"number": pair.number}, follow=True)
    assert "No other pair waits for you: L-1 comes again." in response.content.decode()


@pytest.mark.parametrize("htmx", [False, True])
def test_undo_brings_the_pair_back_with_note_and_confidence(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, analyst: Membership, pair: Link, htmx: bool
) -> None:
    make_pair(dossier, by=analyst)
    client = sign_in(reviewer, htmx=htmx)
    client.post(DESK, verdict_on(pair, "contradicts", note="Said in haste.", confidence="5"))
    response = client.post(DESK + "undo/", {"number": pair.number})
    if not htmx:
        assert response.status_code == 302
        response = client.get(DESK)
    text = response.content.decode()
    assert not Review.objects.exists()
    assert shown_number(response) == pair.number
    assert "Said in haste.</textarea>" in text
    assert re.search(r'name="confidence" value="5"[^>]*checked', text)
    assert "Your verdict on L-1 (contradicts) is taken back." in text
    client.post(DESK, verdict_on(pair))
    assert "Said in haste." not in client.get(DESK).content.decode()


def test_undo_is_neither_offered_nor_done_once_others_verdicts_were_shown(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, analyst: Membership, pair: Link
) -> None:
    client = sign_in(reviewer)
    client.post(DESK, verdict_on(pair, "contradicts"))
    make_review(pair, by=analyst, verdict="neither")
    assert "Undo L-1" in client.get(DESK).content.decode()
    assert reviewer.user
    disclose(entered(reviewer.user, dossier), [pair])
    assert "Undo L-1" not in client.get(DESK).content.decode()
    response = client.post(DESK + "undo/", {"number": pair.number}, follow=True)
    assert "only adjudication changes it now" in response.content.decode()
    assert Review.objects.filter(reviewer=reviewer).exists()


def test_nothing_to_undo_is_said(sign_in: SignIn, reviewer: Membership, pair: Link) -> None:
    response = sign_in(reviewer).post(DESK + "undo/", {"number": pair.number}, follow=True)
    assert "You have no verdict on L-1 to take back." in response.content.decode()


@pytest.mark.parametrize("number", ["", "x", "99", "٣"])
@pytest.mark.parametrize("what", ["skip/", "undo/"])
def test_no_such_pair_is_404(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, number: str, what: str
) -> None:
    assert sign_in(reviewer).post(DESK + what, {"number": number}).status_code == 404


def test_an_empty_desk_says_what_to_do_next(
    sign_in: SignIn, dossier: Dossier, lead: Membership, reviewer: Membership
) -> None:
    for person, offered in ((lead, True), (reviewer, False)):
        text = sign_in(person).get(DESK).content.decode()
        assert "No pair waits for you" in text
        assert ("Settle what is disputed" in text) is offered
        assert ("Pair claims" in text) is offered
        assert "Read the links" in text


def test_her_own_proposals_are_hers_to_review_too(sign_in: SignIn, analyst: Membership, pair: Link) -> None:
    assert shown_number(sign_in(analyst).get(DESK)) == pair.number


def test_words_are_escaped_and_written_in_their_own_direction(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, analyst: Membership
) -> None:
    source = make_source(
        dossier, "<b>قال</b> المتحدث 👩‍👩‍👧 إن التجارة تنمو & تزدهر.", by=analyst, language="ar"
    )
    one = make_claim(source, "<b>قال</b> المتحدث 👩‍👩‍👧", by=analyst, statement="<script>alert(1)</script>")
    make_link(one, make_claim(source, "تنمو & تزدهر", by=analyst), by=analyst)
    text = sign_in(reviewer).get(DESK).content.decode()
    assert "<mark>&lt;b&gt;قال&lt;/b&gt; المتحدث 👩‍👩‍👧</mark> إن" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert 'lang="ar" dir="auto"' in text


def test_a_long_text_is_shown_around_the_quote_alone(
    sign_in: SignIn, reviewer: Membership, dossier: Dossier, analyst: Membership
) -> None:
    text = "Far before. " + "word " * 400 + "The exact words. " + "more " * 400 + "Far after."
    source = make_source(dossier, text, by=analyst)
    make_link(
        make_claim(source, "The exact words.", by=analyst),
        make_claim(source, "Far before.", by=analyst),
        by=analyst,
    )
    shown = sign_in(reviewer).get(DESK).content.decode()
    assert "word <mark>The exact words.</mark> more" in shown
    assert "… word" in shown
    assert "more …" in shown
    assert "<mark>Far before.</mark> word" in shown
    assert "Far after." not in shown


@pytest.mark.parametrize("what", ["", "skip/", "undo/"])
def test_a_viewer_gets_403_and_an_outsider_404(
    sign_in: SignIn, viewer: Membership, outsider: User, pair: Link, what: str
) -> None:
    sent = verdict_on(pair)
    assert sign_in(viewer).post(DESK + what, sent).status_code == 403
    assert sign_in(outsider).post(DESK + what, sent).status_code == 404
    if not what:
        assert sign_in(viewer).get(DESK).status_code == 403
        assert sign_in(outsider).get(DESK).status_code == 404
    assert not Review.objects.exists()


@pytest.mark.parametrize("who", ["reviewer", "analyst", "lead"])
def test_each_role_from_reviewer_up_may_judge(
    request: pytest.FixtureRequest, sign_in: SignIn, pair: Link, who: str
) -> None:
    person = request.getfixturevalue(who)
    assert sign_in(person).post(DESK, verdict_on(pair)).status_code == 302
    assert Review.objects.get().reviewer == person


def test_a_superuser_who_is_no_member_signs_with_a_name_of_her_own(
    sign_in: SignIn, pair: Link, outsider: User
) -> None:
    User.objects.filter(pk=outsider.pk).update(is_superuser=True)
    outsider.refresh_from_db()
    assert sign_in(outsider).post(DESK, verdict_on(pair)).status_code == 302
    assert Review.objects.get().reviewer.name == "outsider"


def test_wrong_methods_get_405(sign_in: SignIn, reviewer: Membership, pair: Link) -> None:
    client = sign_in(reviewer)
    assert client.put(DESK).status_code == 405
    assert client.head(DESK).status_code == 405
    assert client.get(DESK + "skip/").status_code == 405
    assert client.get(DESK + "undo/").status_code == 405
    assert not Lease.objects.exists()


def test_the_desk_asks_as_many_questions_of_many_links_as_of_few(
    sign_in: SignIn,
    reviewer: Membership,
    dossier: Dossier,
    analyst: Membership,
    pair: Link,
    django_assert_max_num_queries: Any,
) -> None:
    client = sign_in(reviewer)
    client.get(DESK)
    for _ in range(12):
        make_pair(dossier, by=analyst)
    with django_assert_max_num_queries(20):
        client.get(DESK)
