"""Giving verdicts: slots, blindness, undo, words that change."""

import pytest
from django.core.exceptions import ValidationError

from claims.actions.claim import edit_claim
from claims.actions.link import adjudicate, confirm_editorial, send_back
from claims.actions.review import WordsChanged, disclose, give_verdict, skip, take_next, undo_verdict
from claims.models import Claim, Link, Review
from sources.models import Dossier, Membership
from tests.conftest import entered, make_member, make_pair, make_review


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
    with pytest.raises(ValidationError, match="takes no more reviews"):
        make_review(link, by=lead)


def test_a_skipped_pair_comes_back_last(dossier: Dossier, analyst: Membership, reviewer: Membership) -> None:
    first, second = make_pair(dossier, by=analyst), make_pair(dossier, by=analyst)
    take_next(dossier=dossier, person=reviewer)
    skip(link=first, by=reviewer)
    assert take_next(dossier=dossier, person=reviewer) == second
    make_review(second, by=reviewer)
    assert take_next(dossier=dossier, person=reviewer) == first


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
    link.refresh_from_db()
    assert not link.changed
    _edit(link.from_claim, analyst, statement="Something else.")
    link.refresh_from_db()
    assert link.changed
    assert not confirm_editorial(link).changed
    _edit(link.from_claim, analyst, about="2023")
    again = send_back(link)
    assert (again.changed, again.round, again.state) == (False, 2, "proposed")
    assert not Review.objects.exists()
    assert take_next(dossier=dossier, person=analyst) == link


def test_a_verdict_on_words_that_changed_meanwhile_is_refused(dossier: Dossier, analyst: Membership) -> None:
    link = make_pair(dossier, by=analyst)
    versions = (link.from_claim.version, link.to_claim.version)
    _edit(link.to_claim, analyst, statement="Something else.")
    with pytest.raises(WordsChanged):
        give_verdict(link=link, by=analyst, verdict="neither", versions=versions)
