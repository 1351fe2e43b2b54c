"""A new version of a source carries the claims whose words survived, lists the rest, shifts none; and can go again."""

import random
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError

from claims.actions.bin import delete_for_good, put_in_bin, restore, undo_version
from claims.actions.claim import edit_claim, mark
from claims.actions.version import (
    carry_over,
    create_version,
    keep_orphan,
    place_orphan,
    preview,
    undo_decision,
)
from claims.models import Anchoring, Claim, Link
from sources.actions.source import HereAlready, bring_in_source
from sources.models import Dossier, Membership, Origin, Source
from tests.claims.edits import make_case
from tests.conftest import (
    TEXT,
    entered,
    make_claim,
    make_link,
    make_member,
    make_pair,
    make_review,
    make_source,
)

FIGURE = "a rise of nine per cent"
KEPT = "trade had never been better"
REVISED = "Correction of 3 May. " + TEXT.replace("nine per cent", "ten per cent")


@pytest.fixture
def source(dossier: Dossier, analyst: Membership) -> Source:
    return make_source(dossier, by=analyst, outlet="Xinhua", reliability="C", url="https://example.org/a")


@pytest.fixture
def claims(source: Source, analyst: Membership) -> list[Claim]:
    """Words that survive, and words that do not."""
    return [make_claim(source, words, by=analyst) for words in (KEPT, FIGURE)]


def version(source: Source, by: Membership, text: str = REVISED, **fields: Any) -> Source:
    return create_version(source=source, by=by, text=text, **fields)[0]


def place(claim: Claim) -> tuple[int, str]:
    now = Claim.objects.select_related("source").get(pk=claim.pk)
    assert now.source.text[now.start : now.end] == now.quote
    return now.source.number, now.quote


def test_claims_whose_words_survived_go_on_and_the_others_wait(
    source: Source, analyst: Membership, claims: list[Claim]
) -> None:
    new, report = create_version(source=source, by=analyst, text=REVISED)
    assert (report.exact, report.fuzzy, report.orphans) == ([claims[0]], [], [claims[1]])
    assert str(report) == "1 claim carried over; 1 could not be and waits for you to decide."
    assert [place(claim) for claim in claims] == [(2, KEPT), (1, FIGURE)]
    rows = Anchoring.objects.order_by("start")
    assert [(row.claim_id, row.method, row.quote, row.start, row.by) for row in rows] == [
        (claims[0].pk, "exact", KEPT, claims[0].start, analyst),
        (claims[1].pk, "orphan", FIGURE, claims[1].start, analyst),
    ]
    assert [row.claim for row in Anchoring.objects.left(source)] == [claims[0]]
    assert [row.claim for row in Anchoring.objects.open()] == [claims[1]]
    assert new.replaces == source


def test_a_version_with_30_edits_carries_every_quote_whose_words_survived_orphans_the_rest_and_shifts_none(
    dossier: Dossier, analyst: Membership
) -> None:
    carried = left = 0
    for seed in range(3):
        case = make_case(seed, edits=30, quotes=60, decoys=False)
        old = make_source(dossier, case.old, by=analyst)
        made = {
            quote: mark(source=old, by=analyst, start=quote[0], end=quote[1], statement="It is so.")
            for quote in dict.fromkeys(case.quotes)
        }
        new, _ = create_version(source=old, by=analyst, text=case.new)
        for quote, truth, company in zip(case.quotes, case.truth, case.company, strict=True):
            now = Claim.objects.get(pk=made[quote].pk)
            stands = (now.source_id, now.start, now.end)
            # Where most words around it are gone too, a person may be asked.
            asked = truth is None or (company < 0.5 and now.source_id == old.pk)
            assert stands == ((old.pk, *quote) if asked else (new.pk, *truth))  # type: ignore[misc]
            assert (case.old if asked else case.new)[now.start : now.end] == now.quote
            carried, left = carried + (not asked), left + asked
    assert carried > 40
    assert left > 40


def test_what_is_known_of_a_source_and_its_origin_are_inherited(
    dossier: Dossier, source: Source, analyst: Membership
) -> None:
    origin = Origin.objects.create(dossier=dossier, number=1, state="confirmed", by=analyst)
    Source.objects.filter(pk=source.pk).update(origin=origin)
    new = version(source, analyst, title="A report, corrected", published="2024-05-03")
    new.refresh_from_db()
    assert (new.title, new.published, new.outlet, new.reliability, new.url) == (
        "A report, corrected",
        "2024-05-03",
        "Xinhua",
        "C",
        "https://example.org/a",
    )
    assert new.origin == origin


def test_the_same_text_is_no_new_version(source: Source, analyst: Membership) -> None:
    with pytest.raises(HereAlready):
        create_version(source=source, by=analyst, text=TEXT)
    assert Source.objects.count() == 1


def test_a_source_is_replaced_once(source: Source, analyst: Membership) -> None:
    version(source, analyst)
    with pytest.raises(ValidationError, match="newer version already"):
        create_version(source=source, by=analyst, text="Something else.")


def test_a_source_in_the_bin_gets_no_version(
    dossier: Dossier, source: Source, analyst: Membership, lead: Membership
) -> None:
    put_in_bin(source, access=entered(lead.user, dossier))  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="bin"):
        create_version(source=source, by=analyst, text=REVISED)


def test_words_carried_word_for_word_have_not_changed_and_others_have(
    dossier: Dossier, analyst: Membership, lead: Membership, reviewer: Membership
) -> None:
    text = "He said: “It never happened.” They left at noon. Nobody came to the door that day."
    source = make_source(dossier, text, by=analyst)
    exact = make_claim(source, "They left at noon", by=analyst)
    fuzzy = make_claim(source, "“It never happened.”", by=analyst)
    other = make_claim(make_source(dossier, by=analyst), by=analyst)
    links = [make_link(claim, other, by=analyst) for claim in (exact, fuzzy)]
    for link in links:
        make_review(link, by=reviewer)
    _, report = create_version(
        source=source,
        by=analyst,
        text=text.replace("“", '"').replace("”", '"').replace("Nobody", "Then nobody"),
    )
    assert (report.exact, report.fuzzy) == ([exact], [fuzzy])
    assert [Link.objects.get(pk=link.pk).changed for link in links] == [False, True]


def test_claims_in_the_bin_are_carried_with_the_rest(
    dossier: Dossier, source: Source, analyst: Membership, claims: list[Claim]
) -> None:
    access = entered(analyst.user, dossier)  # type: ignore[arg-type]
    put_in_bin(claims[0], access=access)
    put_in_bin(claims[1], access=access)
    _, report = create_version(source=source, by=analyst, text=REVISED)
    assert (report.carried, report.orphans) == (0, [])
    assert not Anchoring.objects.open()
    for claim in claims:
        restore(claim, access=access)
    assert [place(claim) for claim in claims] == [(2, KEPT), (1, FIGURE)]
    assert [row.claim for row in Anchoring.objects.open()] == [claims[1]]


def test_orphans_stay_where_they_are_when_the_next_version_comes(
    source: Source, analyst: Membership, claims: list[Claim]
) -> None:
    second = version(source, analyst)
    third = version(second, analyst, text=REVISED + " It will publish more.")
    assert [place(claim) for claim in claims] == [(third.number, KEPT), (1, FIGURE)]
    rows = Anchoring.objects.filter(claim=claims[0]).order_by("pk")
    assert [(row.source, row.to_source) for row in rows] == [(source, second), (second, third)]


# What a person decides.


@pytest.fixture
def orphan(source: Source, analyst: Membership, claims: list[Claim]) -> Anchoring:
    version(source, analyst)
    return Anchoring.objects.open().get()


def words(text: str, quote: str) -> dict[str, int]:
    return {"start": text.index(quote), "end": text.index(quote) + len(quote)}


def test_an_orphan_is_placed_by_hand_and_taken_back(
    orphan: Anchoring, lead: Membership, claims: list[Claim]
) -> None:
    claim = place_orphan(orphan, **words(REVISED, "a rise of ten per cent"), by=lead)
    assert place(claim) == (2, "a rise of ten per cent")
    orphan.refresh_from_db()
    assert (orphan.decision, orphan.by) == ("placed", lead)
    assert not Anchoring.objects.open()
    with pytest.raises(ValidationError, match="placed meanwhile: it stands in S-2"):
        place_orphan(orphan, **words(REVISED, "ten"), by=lead)
    undo_decision(orphan, by=lead, version=claim.version)
    assert place(claim) == (1, FIGURE)
    assert Anchoring.objects.open().get() == orphan


def test_placing_other_words_marks_the_reviewed_links_as_changed(
    dossier: Dossier, orphan: Anchoring, analyst: Membership, reviewer: Membership
) -> None:
    link = make_link(orphan.claim, make_claim(make_source(dossier, by=analyst), by=analyst), by=analyst)
    make_review(link, by=reviewer)
    place_orphan(orphan, **words(REVISED, "a rise of ten per cent"), by=analyst)
    assert Link.objects.get(pk=link.pk).changed


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 3), (-1, 4), (0, 10_000), (10, 11)])
def test_a_place_without_words_is_refused(orphan: Anchoring, lead: Membership, start: int, end: int) -> None:
    assert REVISED[10] == " "
    with pytest.raises(ValidationError, match="no words"):
        place_orphan(orphan, start=start, end=end, by=lead)
    assert place(orphan.claim) == (1, FIGURE)


def test_an_orphan_is_kept_and_taken_back(orphan: Anchoring, lead: Membership) -> None:
    keep_orphan(orphan, by=lead)
    assert not Anchoring.objects.open()
    assert place(orphan.claim) == (1, FIGURE)
    with pytest.raises(ValidationError, match="stays there already"):
        keep_orphan(orphan, by=lead)
    undo_decision(orphan, by=lead, version=0)
    assert Anchoring.objects.open().get() == orphan
    with pytest.raises(ValidationError, match="waits already"):
        undo_decision(orphan, by=lead, version=0)


def test_one_that_was_kept_can_still_be_placed(orphan: Anchoring, lead: Membership) -> None:
    keep_orphan(orphan, by=lead)
    claim = place_orphan(orphan, **words(REVISED, "ten per cent"), by=lead)
    assert place(claim) == (2, "ten per cent")


def test_what_was_changed_since_it_was_placed_stays(orphan: Anchoring, lead: Membership) -> None:
    claim = place_orphan(orphan, **words(REVISED, "ten per cent"), by=lead)
    edit_claim(claim, by=lead, changes={"statement": "Ten."}, version=claim.version, speaker="", topics=[])
    with pytest.raises(ValidationError, match="was changed since"):
        undo_decision(orphan, by=lead, version=claim.version)
    assert place(claim) == (2, "ten per cent")


def test_an_orphan_placed_in_a_version_goes_on_to_the_newest(
    source: Source, orphan: Anchoring, lead: Membership
) -> None:
    third = version(orphan.to_source, lead, text="Once more. " + REVISED)
    claim = place_orphan(orphan, **words(REVISED, "a rise of ten per cent"), by=lead)
    assert place(claim) == (third.number, "a rise of ten per cent")
    claim.refresh_from_db()
    undo_decision(orphan, by=lead, version=claim.version)
    assert place(claim) == (1, FIGURE)
    assert Anchoring.objects.filter(claim=claim).count() == 1


# An old version can still be marked.


def test_words_marked_in_an_old_version_rest_on_the_newest_that_has_them(
    source: Source, analyst: Membership
) -> None:
    second = version(source, analyst)
    third = version(second, analyst, text="Once more. " + REVISED)
    start = TEXT.index("The ministry denied")
    claim = mark(source=source, by=analyst, start=start, end=start + 19, statement="Denied.")
    assert place(claim) == (third.number, "The ministry denied")
    assert [row.source.number for row in Anchoring.objects.filter(claim=claim).order_by("pk")] == [1, 2]


def test_words_that_only_an_old_version_has_stay_with_it(source: Source, analyst: Membership) -> None:
    version(source, analyst)
    start = TEXT.index(FIGURE)
    claim = mark(source=source, by=analyst, start=start, end=start + len(FIGURE), statement="Nine.")
    assert place(claim) == (1, FIGURE)
    assert Anchoring.objects.get().decision == "kept"
    assert not Anchoring.objects.open()


# A version goes, and comes back.


def test_a_version_is_taken_back_with_nothing_lost(
    dossier: Dossier, source: Source, analyst: Membership, claims: list[Claim]
) -> None:
    new = version(source, analyst)
    undo_version(new, access=entered(analyst.user, dossier))  # type: ignore[arg-type]
    new.refresh_from_db()
    assert new.is_binned
    assert [place(claim) for claim in claims] == [(1, KEPT), (1, FIGURE)]
    assert not Claim.objects.binned()
    assert not Anchoring.objects.in_force()


def test_others_work_that_was_carried_does_not_hold_a_version(
    dossier: Dossier, source: Source, analyst: Membership, lead: Membership
) -> None:
    claim = make_claim(source, KEPT, by=lead)
    new = version(source, analyst)
    undo_version(new, access=entered(analyst.user, dossier))  # type: ignore[arg-type]
    assert place(claim) == (1, KEPT)


def test_a_version_in_which_claims_were_made_is_not_undone_but_binned_with_them(
    dossier: Dossier, source: Source, analyst: Membership, claims: list[Claim]
) -> None:
    new = version(source, analyst)
    own = make_claim(new, "Correction of 3 May", by=analyst)
    access = entered(analyst.user, dossier)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="A claim was made in S-2 since"):
        undo_version(new, access=access)
    put_in_bin(new, access=access)
    assert [place(claim) for claim in claims] == [(1, KEPT), (1, FIGURE)]
    assert list(Claim.objects.binned()) == [own]


def test_others_claims_and_decisions_hold_a_version(
    dossier: Dossier, orphan: Anchoring, analyst: Membership, lead: Membership
) -> None:
    new, access = orphan.to_source, entered(analyst.user, dossier)  # type: ignore[arg-type]
    keep_orphan(orphan, by=lead)
    with pytest.raises(PermissionDenied):
        put_in_bin(new, access=access)
    undo_decision(orphan, by=lead, version=0)
    make_claim(new, "Correction of 3 May", by=lead)
    with pytest.raises(PermissionDenied):
        put_in_bin(new, access=access)
    assert place(orphan.claim) == (1, FIGURE)
    assert place(Claim.objects.get(number=1)) == (2, KEPT)


def test_a_version_that_comes_back_has_all_that_it_had(
    dossier: Dossier, source: Source, orphan: Anchoring, lead: Membership, claims: list[Claim]
) -> None:
    new, access = orphan.to_source, entered(lead.user, dossier)  # type: ignore[arg-type]
    placed = place_orphan(orphan, **words(REVISED, "a rise of ten per cent"), by=lead)
    own = make_claim(new, "Correction of 3 May", by=lead)
    moved = Claim.objects.get(pk=claims[0].pk)
    edit_claim(
        moved,
        by=lead,
        changes={"quote": "never been better", **words(REVISED, "never been better")},
        version=moved.version,
        speaker="",
        topics=[],
    )
    put_in_bin(new, access=access)
    assert [place(claim) for claim in (*claims, placed)] == [(1, KEPT), (1, FIGURE), (1, FIGURE)]
    late = make_claim(source, "Officials said", by=lead)
    restore(new, access=access)
    assert [place(claim) for claim in (moved, placed, own, late)] == [
        (2, "never been better"),
        (2, "a rise of ten per cent"),
        (2, "Correction of 3 May"),
        (2, "Officials said"),
    ]
    assert Anchoring.objects.get(pk=orphan.pk).decision == "placed"
    assert not Claim.objects.binned()


def test_the_newest_version_goes_first(dossier: Dossier, source: Source, lead: Membership) -> None:
    access = entered(lead.user, dossier)  # type: ignore[arg-type]
    second = version(source, lead)
    third = version(second, lead, text="Once more. " + REVISED)
    for old, newer in ((source, "S-2"), (second, "S-3")):
        with pytest.raises(ValidationError, match=f"put {newer} in the bin first"):
            put_in_bin(old, access=access)
    for one in (third, second, source):
        put_in_bin(one, access=access)
    with pytest.raises(ValidationError, match="restore S-1 first"):
        restore(second, access=access)
    with pytest.raises(ValidationError, match="delete S-2 first"):
        delete_for_good(source)


def test_a_version_does_not_come_back_beside_another(
    dossier: Dossier, source: Source, lead: Membership
) -> None:
    access = entered(lead.user, dossier)  # type: ignore[arg-type]
    second = version(source, lead)
    put_in_bin(second, access=access)
    third = version(source, lead, text="Another. " + REVISED)
    with pytest.raises(ValidationError, match="S-3 is the new version of S-1 now"):
        restore(second, access=access)
    put_in_bin(third, access=access)
    restore(second, access=access)


def test_a_version_deleted_for_good_leaves_the_claims_with_the_old_one(
    dossier: Dossier, source: Source, lead: Membership, claims: list[Claim]
) -> None:
    access = entered(lead.user, dossier)  # type: ignore[arg-type]
    new = version(source, lead)
    put_in_bin(new, access=access)
    delete_for_good(new)
    assert [place(claim) for claim in claims] == [(1, KEPT), (1, FIGURE)]
    assert not Anchoring.objects.exists()
    put_in_bin(claims[0], access=access)
    delete_for_good(claims[0])


def test_a_carried_claim_can_be_deleted_for_good(
    dossier: Dossier, source: Source, lead: Membership, claims: list[Claim]
) -> None:
    access = entered(lead.user, dossier)  # type: ignore[arg-type]
    version(source, lead)
    put_in_bin(claims[0], access=access)
    delete_for_good(claims[0])
    assert Anchoring.objects.get().claim == claims[1]


# History, and what is looked at before.


def test_history_tells_who_carried_what(source: Source, analyst: Membership, claims: list[Claim]) -> None:
    new = version(source, analyst)
    events = apps.get_model("claims", "ClaimEvent")._default_manager.filter(pgh_obj=claims[0].pk)
    assert list(events.order_by("pgh_id").values_list("source_id", "start")) == [
        (source.pk, TEXT.index(KEPT)),
        (new.pk, REVISED.index(KEPT)),
    ]
    rows = apps.get_model("claims", "AnchoringEvent")._default_manager.order_by("start")
    assert list(rows.values_list("method", "by_id")) == [("exact", analyst.pk), ("orphan", analyst.pk)]


def test_looking_beforehand_changes_nothing(source: Source, claims: list[Claim]) -> None:
    found = preview(source, REVISED)
    assert [(claim, one.method) for claim, one in found] == [(claims[0], "exact"), (claims[1], "orphan")]
    candidate = found[1][1].candidate
    assert candidate
    assert REVISED[slice(*candidate)] == "a rise of ten per cent"
    assert not Anchoring.objects.exists()


def test_many_claims_are_carried_in_few_statements(
    source: Source, analyst: Membership, django_assert_max_num_queries: Any
) -> None:
    chance = random.Random(2)
    for number in range(60):
        start = chance.randrange(len(TEXT) - 20)
        mark(source=source, by=analyst, start=start, end=start + 15, statement=f"No. {number}")
    new = bring_in_source(dossier=source.dossier, by=analyst, text=REVISED, replaces=source)
    with django_assert_max_num_queries(12):
        carry_over(source=new, by=analyst)


def test_blind_review_is_none_the_wiser(dossier: Dossier, analyst: Membership, reviewer: Membership) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=make_member(dossier, "other", "reviewer"))
    link.from_claim.source.refresh_from_db()
    _, report = create_version(source=link.from_claim.source, by=analyst, text=REVISED)
    assert report.carried == 1
    assert link in Link.objects.hidden_from(entered(reviewer.user, dossier))  # type: ignore[arg-type]
    make_review(Link.objects.get(pk=link.pk), by=reviewer)
