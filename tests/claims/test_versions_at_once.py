"""Two people at the same moment, one of whom brings in a new version: nothing is lost or shifted."""

import pytest
from django.core.exceptions import ValidationError

from claims.actions.bin import put_in_bin
from claims.actions.claim import edit_claim, mark
from claims.actions.version import create_version, place_orphan
from claims.models import Anchoring, Claim
from sources.actions.records import Stale
from sources.models import Dossier, Membership, Source
from tests.claims.test_two_at_once import while_open
from tests.conftest import TEXT, entered, make_claim, make_source

pytestmark = pytest.mark.django_db(transaction=True)

REVISED = "Correction of 3 May. " + TEXT.replace("nine per cent", "ten per cent")
KEPT = "trade had never been better"


@pytest.fixture
def source(dossier: Dossier, analyst: Membership) -> Source:
    return make_source(dossier, by=analyst)


def stands(claim: Claim) -> tuple[int, str]:
    now = Claim.objects.select_related("source").get(pk=claim.pk)
    assert now.source.text[now.start : now.end] == now.quote
    return now.source.number, now.quote


def marking(source: Source, by: Membership) -> Claim:
    start = TEXT.index(KEPT)
    return mark(source=source, by=by, start=start, end=start + len(KEPT), statement="It was never better.")


def test_what_is_marked_just_before_is_carried(source: Source, analyst: Membership, lead: Membership) -> None:
    claim, (_, report) = while_open(
        lambda: marking(source, lead), lambda: create_version(source=source, by=analyst, text=REVISED)
    )
    assert report.exact == [claim]
    assert stands(claim) == (2, KEPT)


def test_what_is_marked_just_after_goes_on(source: Source, analyst: Membership, lead: Membership) -> None:
    _, claim = while_open(
        lambda: create_version(source=source, by=analyst, text=REVISED), lambda: marking(source, lead)
    )
    assert stands(claim) == (2, KEPT)
    assert Anchoring.objects.get().claim == claim


def test_an_edit_just_before_is_carried_as_edited(
    source: Source, analyst: Membership, lead: Membership
) -> None:
    claim = make_claim(source, KEPT, by=analyst)
    start = TEXT.index("never been")
    changes = {"quote": "never been", "start": start, "end": start + 10}
    while_open(
        lambda: edit_claim(claim, by=lead, changes=changes, version=1, speaker="", topics=[]),
        lambda: create_version(source=source, by=analyst, text=REVISED),
    )
    assert stands(claim) == (2, "never been")


def test_an_edit_just_after_is_on_stale_ground(source: Source, analyst: Membership, lead: Membership) -> None:
    claim = make_claim(source, KEPT, by=analyst)
    _, stale = while_open(
        lambda: create_version(source=source, by=analyst, text=REVISED),
        lambda: edit_claim(claim, by=lead, changes={"statement": "So."}, version=1, speaker="", topics=[]),
    )
    assert isinstance(stale, Stale)
    assert stands(claim) == (2, KEPT)


def test_of_two_new_versions_one_is_made(source: Source, analyst: Membership, lead: Membership) -> None:
    claim = make_claim(source, KEPT, by=analyst)
    (new, _), refused = while_open(
        lambda: create_version(source=source, by=analyst, text=REVISED),
        lambda: create_version(source=source, by=lead, text="Another. " + REVISED),
    )
    assert isinstance(refused, ValidationError)
    assert "newer version already" in refused.messages[0]
    assert stands(claim) == (new.number, KEPT)


def test_an_orphan_is_placed_once(source: Source, analyst: Membership, lead: Membership) -> None:
    claim = make_claim(source, "a rise of nine per cent", by=analyst)
    create_version(source=source, by=analyst, text=REVISED)
    row = Anchoring.objects.select_related("claim").get()
    start = REVISED.index("ten per cent")
    _, refused = while_open(
        lambda: place_orphan(row, start=start, end=start + 12, by=analyst),
        lambda: place_orphan(row, start=start, end=start + 3, by=lead),
    )
    assert isinstance(refused, ValidationError)
    assert "was placed meanwhile" in refused.messages[0]
    assert stands(claim) == (2, "ten per cent")


def test_a_version_that_goes_into_the_bin_meanwhile_takes_no_orphan(
    dossier: Dossier, source: Source, analyst: Membership
) -> None:
    claim = make_claim(source, "a rise of nine per cent", by=analyst)
    new, _ = create_version(source=source, by=analyst, text=REVISED)
    row = Anchoring.objects.select_related("claim").get()
    assert analyst.user
    access = entered(analyst.user, dossier)
    start = REVISED.index("ten per cent")
    while_open(
        lambda: put_in_bin(new, access=access),
        lambda: place_orphan(row, start=start, end=start + 12, by=analyst),
    )
    assert stands(claim) == (1, "a rise of nine per cent")
