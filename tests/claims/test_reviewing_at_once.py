"""Two at the same moment on the way of reviewing: the queue in each order, guidelines, rules."""

import pytest
from django.core.exceptions import ValidationError

from claims.actions.guideline import write_guidelines
from claims.actions.presettle import presettle
from claims.actions.review import take_next, undo_verdict
from claims.models import Guideline, Lease, Link, Review, Revision
from claims.rules import MAJORITY, Rule
from sources.actions.dossier import edit_dossier
from sources.actions.records import Stale
from sources.models import Dossier, Membership, ReviewOrder, Role
from tests.claims.test_two_at_once import all_at_once, verdict, while_open
from tests.conftest import entered, make_member, make_pair, make_review

pytestmark = pytest.mark.django_db(transaction=True)

RULE = Rule(MAJORITY, 3, 66)


@pytest.mark.parametrize("order", [ReviewOrder.CONTRADICTION, ReviewOrder.RANDOM])
def test_in_every_order_no_slot_is_handed_to_two(dossier: Dossier, analyst: Membership, order: str) -> None:
    for _ in range(3):
        make_pair(dossier, by=analyst)
    edit_dossier(dossier, changes={"review_order": order}, version=1)
    dossier.refresh_from_db()
    people = [make_member(dossier, f"person {n}", Role.REVIEWER) for n in range(8)]
    handed = all_at_once(*[lambda one=one: take_next(dossier=dossier, person=one) for one in people])
    assert not [outcome for outcome in handed if isinstance(outcome, Exception)]
    assert sorted(link.number for link in handed if link) == [1, 1, 2, 2, 3, 3]
    assert Lease.objects.count() == 6


def test_own_proposals_are_forbidden_while_one_is_judged(dossier: Dossier, analyst: Membership) -> None:
    """Whichever is first, the verdict is given by the rule that stood when its row was locked."""
    link = make_pair(dossier, by=analyst)
    outcome, given = while_open(
        lambda: edit_dossier(dossier, changes={"own_proposals": False}, version=1), verdict(link, analyst)
    )
    assert isinstance(outcome, Dossier)
    assert isinstance(given, Review | ValidationError)
    assert Review.objects.count() == isinstance(given, Review)


def test_two_leads_writing_guidelines_at_once_do_not_replace_each_other_unseen(
    dossier: Dossier, lead: Membership
) -> None:
    colleague = make_member(dossier, "colleague", Role.LEAD)
    first, second = while_open(
        lambda: write_guidelines(dossier=dossier, by=lead, text="Hers.", version=0),
        lambda: write_guidelines(dossier=dossier, by=colleague, text="Mine.", version=0),
    )
    assert isinstance(first, Guideline)
    assert isinstance(second, Stale)
    assert Guideline.objects.get().text == "Hers."


def test_a_verdict_does_not_wait_for_guidelines_and_carries_those_in_force(
    dossier: Dossier, lead: Membership, reviewer: Membership, analyst: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    write_guidelines(dossier=dossier, by=lead, text="The first.", version=0)
    _, given = while_open(
        lambda: write_guidelines(dossier=dossier, by=lead, text="The second.", version=1),
        verdict(link, reviewer),
    )
    assert isinstance(given, Review)
    assert given.guidelines == 1


def _majority(dossier: Dossier, analyst: Membership) -> tuple[Link, list[Membership]]:
    Dossier.objects.update(reviews_needed=3)
    people = [make_member(dossier, f"person {n}", Role.REVIEWER) for n in range(3)]
    link = make_pair(dossier, by=analyst)
    for person, said in zip(people, ("neither", "neither", "supports"), strict=True):
        make_review(link, by=person, verdict=said)
    return link, people


def test_a_verdict_taken_back_while_the_rule_is_applied_counts(
    dossier: Dossier, analyst: Membership, lead: Membership
) -> None:
    link, people = _majority(dossier, analyst)
    assert lead.user
    access = entered(lead.user, dossier)
    _, refusal = while_open(
        lambda: undo_verdict(link=link, by=people[0]), lambda: presettle(access=access, rule=RULE)
    )
    assert isinstance(refusal, ValidationError)
    link.refresh_from_db()
    assert (link.state, link.adjudication_verdict) == ("proposed", "")


def test_two_leads_applying_a_rule_at_once_settle_each_link_once(
    dossier: Dossier, analyst: Membership, lead: Membership
) -> None:
    link, _ = _majority(dossier, analyst)
    colleague = make_member(dossier, "colleague", Role.LEAD)
    assert lead.user
    assert colleague.user
    accesses = [entered(person.user, dossier) for person in (lead, colleague) if person.user]
    first, refusal = while_open(*[lambda one=one: presettle(access=one, rule=RULE) for one in accesses])
    assert isinstance(first, Revision)
    assert isinstance(refusal, ValidationError)
    link.refresh_from_db()
    assert (link.verdict, link.adjudicated_by) == ("neither", lead)
