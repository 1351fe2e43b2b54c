"""Giving verdicts: slots, blindness, undo, words that change."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from claims.actions.claim import edit_claim
from claims.actions.link import adjudicate, confirm_editorial, send_back
from claims.actions.review import (
    WordsChanged,
    disclose,
    give_verdict,
    open_dispute,
    skip,
    take_next,
    undo_verdict,
)
from claims.models import Claim, Disclosure, Lease, Link, Review
from sources.models import Dossier, Membership
from tests.conftest import entered, make_member, make_pair, make_review, versions_now


def test_two_agreeing_reviews_settle(dossier: Dossier, analyst: Membership, reviewer: Membership) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=analyst)
    link.refresh_from_db()
    assert (link.state, link.verdict) == ("proposed", "")
    make_review(link, by=reviewer)
    link.refresh_from_db()
    assert (link.state, link.verdict, link.standing) == ("settled", "contradicts", "contradicts")


def test_two_differing_reviews_dispute_and_a_lead_settles(
    dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=analyst)
    make_review(link, by=reviewer, verdict="neither")
    link.refresh_from_db()
    assert (link.state, link.verdict, link.standing) == ("disputed", "", "contradicts")
    link = adjudicate(link, by=lead, verdict="neither", note="Different years.")
    assert (link.state, link.verdict, link.standing) == ("settled", "neither", "neither")


def test_nobody_is_handed_a_pair_she_judged(
    dossier: Dossier, analyst: Membership, reviewer: Membership
) -> None:
    first, second = make_pair(dossier, by=analyst), make_pair(dossier, by=analyst)
    assert take_next(dossier=dossier, person=reviewer) == first
    assert take_next(dossier=dossier, person=reviewer) == first
    make_review(first, by=reviewer)
    assert take_next(dossier=dossier, person=reviewer) == second
    make_review(second, by=reviewer)
    assert take_next(dossier=dossier, person=reviewer) is None


def test_slots_that_others_hold_are_not_handed_out(
    dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    assert take_next(dossier=dossier, person=reviewer) == link
    assert take_next(dossier=dossier, person=analyst) == link
    assert take_next(dossier=dossier, person=lead) is None
    with pytest.raises(ValidationError, match="is not yours to review"):
        make_review(link, by=lead)


def test_a_skipped_pair_comes_back_last(dossier: Dossier, analyst: Membership, reviewer: Membership) -> None:
    first, second = make_pair(dossier, by=analyst), make_pair(dossier, by=analyst)
    take_next(dossier=dossier, person=reviewer)
    skip(link=first, by=reviewer)
    assert take_next(dossier=dossier, person=reviewer) == second
    make_review(second, by=reviewer)
    assert take_next(dossier=dossier, person=reviewer) == first


def test_the_search_goes_on_from_where_she_was_and_then_starts_anew(
    dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership
) -> None:
    links = [make_pair(dossier, by=analyst) for _ in range(4)]
    for held in (analyst, lead):
        assert take_next(dossier=dossier, person=held) == links[0]
    seen = []
    for _ in range(3):
        link = take_next(dossier=dossier, person=reviewer)
        assert link
        seen.append(link)
        make_review(link, by=reviewer)
    assert seen == links[1:], "the first is held by two others"
    assert take_next(dossier=dossier, person=reviewer) is None
    skip(link=links[0], by=lead)
    assert take_next(dossier=dossier, person=reviewer) == links[0], "a slot of it is free again"


def test_a_lease_that_ended_holds_no_slot(
    dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    Dossier.objects.update(reviews_needed=1)
    assert take_next(dossier=dossier, person=reviewer) == link
    assert take_next(dossier=dossier, person=lead) is None
    Lease.objects.filter(person=reviewer).update(expires_at=timezone.now())
    assert take_next(dossier=dossier, person=lead) == link
    assert take_next(dossier=dossier, person=reviewer) is None


def test_what_was_skipped_comes_back_in_the_order_it_was_skipped(
    dossier: Dossier, analyst: Membership, reviewer: Membership
) -> None:
    links = [make_pair(dossier, by=analyst) for _ in range(3)]
    for link in (links[1], links[0], links[2], links[1]):
        skip(link=link, by=reviewer)
    handed = []
    for _ in range(4):
        taken = take_next(dossier=dossier, person=reviewer)
        assert taken
        assert taken == take_next(dossier=dossier, person=reviewer), (
            "handed out anew, it is held as any other"
        )
        handed.append(taken)
        skip(link=taken, by=reviewer)
    assert handed == [links[0], links[2], links[1], links[0]]


def test_a_new_link_comes_before_what_was_skipped(
    dossier: Dossier, analyst: Membership, reviewer: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    assert take_next(dossier=dossier, person=reviewer) == link
    skip(link=link, by=reviewer)
    new = make_pair(dossier, by=analyst)
    assert take_next(dossier=dossier, person=reviewer) == new


def test_a_dispute_alone_can_be_opened(
    dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=analyst)
    assert lead.user
    access = entered(lead.user, dossier)
    with pytest.raises(ValidationError, match="is not disputed any more"):
        open_dispute(access, link)
    make_review(link, by=reviewer, verdict="neither")
    open_dispute(access, link)
    open_dispute(access, link)
    assert Disclosure.objects.get().person == lead
    with pytest.raises(ValidationError, match="would not be blind"):
        make_review(link, by=lead)


def test_an_undone_verdict_brings_the_pair_back(
    dossier: Dossier, analyst: Membership, reviewer: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    make_pair(dossier, by=analyst)
    make_review(link, by=reviewer)
    undo_verdict(link=link, by=reviewer)
    assert take_next(dossier=dossier, person=reviewer) == link


def test_a_verdict_stays_once_its_giver_was_shown_others(
    dossier: Dossier, analyst: Membership, reviewer: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=reviewer)
    make_review(link, by=analyst, verdict="neither")
    assert reviewer.user
    disclose(entered(reviewer.user, dossier), [link])
    with pytest.raises(ValidationError, match="only adjudication"):
        undo_verdict(link=link, by=reviewer)


def test_the_state_reads_in_review_to_whoever_has_not_judged(
    dossier: Dossier, analyst: Membership, reviewer: Membership, viewer: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=analyst)
    make_review(link, by=make_member(dossier, "third", "reviewer"), verdict="supports")

    def shown(person: Membership) -> str:
        assert person.user
        return Link.objects.with_shown_state(entered(person.user, dossier)).get().shown_state  # type: ignore[attr-defined,no-any-return]

    assert (shown(reviewer), shown(analyst), shown(viewer)) == ("in review", "disputed", "disputed")


def _edit(claim: Claim, by: Membership, **changes: str) -> Claim:
    claim.refresh_from_db()
    return edit_claim(claim, by=by, changes=changes, version=claim.version, speaker="", topics=[])


def test_words_changed_after_review_mark_the_link(
    dossier: Dossier, analyst: Membership, lead: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=analyst)
    _edit(link.from_claim, analyst, via="a wire")
    assert not Link.objects.get().changed
    _edit(link.from_claim, analyst, statement="Something else.")
    assert Link.objects.get().changed
    link = confirm_editorial(link, versions=versions_now(link))
    assert not link.changed
    _edit(link.from_claim, analyst, about="2023")
    again = send_back(link, versions=versions_now(link))
    assert (again.changed, again.round, again.state) == (False, 2, "proposed")
    assert not Review.objects.exists()
    assert take_next(dossier=dossier, person=analyst) == link


def test_a_verdict_on_words_that_changed_meanwhile_is_refused(dossier: Dossier, analyst: Membership) -> None:
    link = make_pair(dossier, by=analyst)
    versions = (link.from_claim.version, link.to_claim.version)
    _edit(link.to_claim, analyst, statement="Something else.")
    with pytest.raises(WordsChanged):
        give_verdict(link=link, by=analyst, verdict="neither", versions=versions)
