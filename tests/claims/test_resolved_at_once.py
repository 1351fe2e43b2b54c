"""Two at the same moment, one of whom resolves: nothing rests on ground that has given way unseen."""

import pytest
from django.core.exceptions import ValidationError

from claims.actions.bin import put_in_bin
from claims.actions.claim import edit_claim
from claims.actions.resolution import resolve
from claims.actions.review import WordsChanged
from claims.models import Contradiction, Link, Resolution, Review
from sources.actions.retraction import retract_source
from sources.models import Dossier, Membership, Source
from tests.claims.test_two_at_once import all_at_once, while_open
from tests.conftest import entered, make_pair, make_review, make_source

pytestmark = pytest.mark.django_db(transaction=True)
PROOF = {"first": "2023", "second": "2024"}


@pytest.fixture
def settled(dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership) -> Link:
    link = make_pair(dossier, by=analyst)
    for person in (reviewer, lead):
        make_review(link, by=person)
    return Link.objects.select_related("from_claim").get(pk=link.pk)


def test_whoever_gives_way_and_whoever_resolves_wait_for_each_other(
    settled: Link, dossier: Dossier, analyst: Membership, lead: Membership
) -> None:
    ground = make_source(dossier, "The deciding text.", by=analyst)
    claim = settled.from_claim

    def given() -> Resolution:
        now = Link.objects.get(pk=settled.pk)
        claim.refresh_from_db()
        versions = (claim.version, 1)
        return resolve(now, by=lead, kind="time", proof=PROOF, versions=versions, rests_on=[ground])

    def reword() -> None:
        edit_claim(claim, by=analyst, changes={"statement": "New."}, version=1, speaker="", topics=[])

    def standing() -> Resolution:
        return Resolution.objects.get(link=settled)

    # The resolution is first: the edit waits, and reopens it.
    _, outcome = while_open(given, reword)
    assert outcome is None
    assert standing().reason == "C-1 was changed: its statement."
    Resolution.objects.all().delete()
    # The retraction is first: the resolution waits, and rests on what is marked so already.
    _, outcome = while_open(lambda: retract_source(ground, by=analyst, reason="Made up."), given)
    assert isinstance(outcome, Resolution)
    Resolution.objects.all().delete()
    # A verdict taken back is first: there is nothing to resolve any more.
    _, outcome = while_open(lambda: Review.objects.filter(link=settled, reviewer=lead).delete(), given)
    assert isinstance(outcome, ValidationError)
    assert not Contradiction.objects.exists()


def test_an_edit_under_way_is_not_resolved_unread(
    settled: Link, analyst: Membership, lead: Membership
) -> None:
    def reword() -> None:
        edit_claim(
            settled.from_claim, by=analyst, changes={"statement": "New."}, version=1, speaker="", topics=[]
        )

    def given() -> Resolution:
        return resolve(settled, by=lead, kind="time", proof=PROOF, versions=(1, 1))

    _, outcome = while_open(reword, given)
    assert isinstance(outcome, WordsChanged)


def test_two_leads_resolve_once_and_the_bin_leaves_no_row(
    settled: Link, dossier: Dossier, lead: Membership
) -> None:
    def given() -> Resolution:
        return resolve(settled, by=lead, kind="time", proof=PROOF, versions=(1, 1))

    outcomes = all_at_once(given, given)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Resolution", "ValidationError"]
    assert lead.user
    access = entered(lead.user, dossier)
    source = Source.objects.get(number=1)
    while_open(
        lambda: put_in_bin(source, access=access), lambda: retract_source(source, by=lead, reason="No.")
    )
    assert not Contradiction.objects.exists()
    assert Resolution.objects.get().cause == "binned"
