"""Two people at the same moment, each on a connection of her own: nothing is doubled, lost, or left between."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from claims.actions.bin import put_in_bin
from claims.actions.claim import create_claim, edit_claim
from claims.actions.intake import bin_intake
from claims.actions.link import AlreadyLinked, adjudicate, create_link
from claims.actions.resolution import reopen, resolve, withdraw_reopening
from claims.actions.review import WordsChanged, give_verdict, take_next, undo_verdict
from claims.exchange.freezing import Description, freeze
from claims.models import Claim, Lease, Link, Review
from sources.actions.dossier import edit_dossier
from sources.actions.origin import join_sources, propose_origins, split_off, take_back, tell_apart
from sources.actions.records import Stale
from sources.actions.source import create_source
from sources.models import Dossier, Draft, Intake, Membership, Origin, Role, Source
from tests.around import run
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

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[..., Client]
PATIENCE = 20


class Other(threading.Thread):
    """Does something on a connection of its own; ``outcome`` is what came of it, an exception included."""

    def __init__(self, do: Callable[[], Any], *, after: threading.Barrier | None = None) -> None:
        super().__init__(daemon=True)
        self.do, self.after = do, after
        self.outcome: Any = None
        self.backend = 0

    def run(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                [self.backend] = cursor.fetchone()
            if self.after:
                self.after.wait(PATIENCE)
            self.outcome = self.do()
        except Exception as error:
            self.outcome = error
        finally:
            connection.close()


def while_open(
    first: Callable[[], Any], second: Callable[[], Any], *, then: Callable[[], Any] = lambda: None
) -> tuple[Any, Any]:
    """Do ``first`` in a transaction that stays open until ``second``, on another connection, waits for it or is done.

    ``then`` is done in that transaction too, before it ends. What came of the first and the second; an exception of the
    second is its outcome.
    """
    other = Other(second)
    with transaction.atomic():
        outcome = first()
        other.start()
        until = time.monotonic() + PATIENCE
        while other.is_alive() and not _waits(other.backend):
            assert time.monotonic() < until, "the second neither ended nor waited"
            time.sleep(0.005)
        then()
    other.join(PATIENCE)
    assert not other.is_alive()
    return outcome, other.outcome


def _waits(backend: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [backend])
        [waits] = cursor.fetchone()
    return bool(waits)


def all_at_once(*doings: Callable[[], Any]) -> list[Any]:
    """Do all of these at the same moment, each on a connection of its own; what came of each."""
    barrier = threading.Barrier(len(doings))
    others = [Other(do, after=barrier) for do in doings]
    for other in others:
        other.start()
    for other in others:
        other.join(PATIENCE * 2)
        assert not other.is_alive()
    return [other.outcome for other in others]


def verdict(link: Link, person: Membership, said: str = "contradicts") -> Callable[[], Review]:
    return lambda: give_verdict(link=link, by=person, verdict=said, versions=(1, 1))


def edit(claim: Claim, by: Membership, statement: str) -> Callable[[], Claim]:
    changes = {"statement": statement}
    return lambda: edit_claim(claim, by=by, changes=changes, version=1, speaker="", topics=[])


@pytest.fixture
def claims(dossier: Dossier, analyst: Membership) -> list[Claim]:
    source = make_source(dossier, by=analyst)
    return [make_claim(source, words, by=analyst) for words in ("Officials said", "The ministry denied")]


@pytest.fixture
def link(dossier: Dossier, analyst: Membership) -> Link:
    return make_pair(dossier, by=analyst)


# The same pair linked twice.


@pytest.mark.parametrize("turned", [False, True])
def test_the_same_pair_linked_twice_is_one_link_and_the_second_is_told_which(
    dossier: Dossier, analyst: Membership, lead: Membership, claims: list[Claim], turned: bool
) -> None:
    one, other = claims
    sides = (other, one) if turned else (one, other)
    first, second = while_open(
        lambda: create_link(from_claim=one, to_claim=other, by=analyst, kind="contradicts"),
        lambda: create_link(from_claim=sides[0], to_claim=sides[1], by=lead, kind="supports"),
    )
    assert isinstance(second, AlreadyLinked)
    assert second.link == first == Link.objects.get()
    assert "linked already, as L-1" in second.messages[0]


def test_many_link_the_same_pair(dossier: Dossier, analyst: Membership, claims: list[Claim]) -> None:
    one, other = claims
    outcomes = all_at_once(
        *[
            lambda sides=sides: create_link(
                from_claim=sides[0], to_claim=sides[1], by=analyst, kind="neither"
            )
            for sides in [(one, other), (other, one)] * 3
        ]
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyLinked"] * 5 + ["Link"]
    assert Link.objects.get().number == 1


# The same claim edited twice.


def test_the_second_edit_of_a_claim_sees_both_versions(
    dossier: Dossier, analyst: Membership, lead: Membership, claims: list[Claim], sign_in: SignIn
) -> None:
    _, stale = while_open(
        edit(claims[0], analyst, "What the first wrote."), edit(claims[0], lead, "What the second wrote.")
    )
    assert isinstance(stale, Stale)
    assert isinstance(stale.current, Claim)
    assert (stale.current.statement, stale.current.version) == ("What the first wrote.", 2)

    client = sign_in(lead)
    typed = {
        "words": claims[1].quote,
        "start": claims[1].start,
        "statement": "What the second wrote.",
        "version": 1,
    }
    address = f"/d/china-russia/claims/{claims[1].number}/edit/"
    _, answer = while_open(
        edit(claims[1], analyst, "What the first wrote."), lambda: client.post(address, typed)
    )
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "What the first wrote." in page
    assert "What the second wrote." in page
    claims[1].refresh_from_db()
    assert claims[1].statement == "What the first wrote."


# The same review slot taken twice.


def test_eight_at_once_get_the_two_slots_of_a_link_and_no_more(
    dossier: Dossier, analyst: Membership, link: Link
) -> None:
    people = [make_member(dossier, f"person {n}", Role.REVIEWER) for n in range(8)]
    handed = all_at_once(
        *[lambda person=person: take_next(dossier=dossier, person=person) for person in people]
    )
    assert sorted(handed, key=bool) == [None] * 6 + [link, link]
    assert Lease.objects.filter(expires_at__gt=timezone.now()).count() == 2
    outcomes = all_at_once(*[verdict(link, person) for person in people])
    given = [outcome for outcome in outcomes if isinstance(outcome, Review)]
    assert len(given) == Review.objects.count() == 2
    assert {review.reviewer for review in given} == {
        person for person, got in zip(people, handed, strict=True) if got
    }
    assert all(isinstance(outcome, (Review, ValidationError)) for outcome in outcomes)
    link.refresh_from_db()
    assert link.state == "settled"


def test_eight_at_once_share_many_links_without_one_too_many(dossier: Dossier, analyst: Membership) -> None:
    links = [make_pair(dossier, by=analyst) for _ in range(3)]
    people = [make_member(dossier, f"person {n}", Role.REVIEWER) for n in range(8)]
    handed = all_at_once(
        *[lambda person=person: take_next(dossier=dossier, person=person) for person in people]
    )
    assert not [outcome for outcome in handed if isinstance(outcome, Exception)]
    assert [handed.count(link) <= 2 for link in links] == [True] * 3
    again = [take_next(dossier=dossier, person=person) for person in people]
    assert sorted(link.number for link in again if link) == [1, 1, 2, 2, 3, 3]


def test_one_person_in_two_windows_holds_one_pair(
    dossier: Dossier, analyst: Membership, reviewer: Membership
) -> None:
    for _ in range(3):
        make_pair(dossier, by=analyst)
    handed = all_at_once(*[lambda: take_next(dossier=dossier, person=reviewer)] * 4)
    assert Lease.objects.get().link in handed
    assert not [outcome for outcome in handed if isinstance(outcome, Exception)]


def test_nobody_waits_for_a_pair_that_is_being_judged(
    dossier: Dossier, analyst: Membership, reviewer: Membership, link: Link
) -> None:
    other = make_pair(dossier, by=analyst)
    _, handed = while_open(verdict(link, analyst), lambda: take_next(dossier=dossier, person=reviewer))
    assert handed == other


def test_one_person_judging_twice_at_once_gives_one_verdict(link: Link, reviewer: Membership) -> None:
    first, second = while_open(verdict(link, reviewer, "supports"), verdict(link, reviewer, "neither"))
    assert isinstance(second, ValidationError)
    assert Review.objects.get() == first


# Two reviews given at once.


@pytest.mark.parametrize("said", ["contradicts", "neither"])
def test_two_reviews_given_at_once_both_count(
    link: Link, analyst: Membership, reviewer: Membership, said: str
) -> None:
    _, second = while_open(verdict(link, analyst), verdict(link, reviewer, said))
    assert isinstance(second, Review)
    link.refresh_from_db()
    assert (link.state, link.verdict) == (
        ("settled", "contradicts") if said == "contradicts" else ("disputed", "")
    )


def test_two_reviews_written_at_once_by_sql_both_count(
    dossier: Dossier, link: Link, analyst: Membership, reviewer: Membership
) -> None:
    def write(person: Membership) -> Callable[[], None]:
        return lambda: run(
            "INSERT INTO claims_review (dossier_id, link_id, reviewer_id, verdict, note, from_version, to_version, "
            "external_id, extra) VALUES (%s, %s, %s, 'supports', '', 1, 1, '', '{}')",
            dossier.pk,
            link.pk,
            person.pk,
        )

    assert while_open(write(analyst), write(reviewer)) == (None, None)
    link.refresh_from_db()
    assert (link.state, link.verdict) == ("settled", "supports")


def test_a_verdict_taken_back_while_another_is_given(
    link: Link, dossier: Dossier, analyst: Membership, reviewer: Membership
) -> None:
    make_review(link, by=analyst)
    _, given = while_open(lambda: undo_verdict(link=link, by=analyst), verdict(link, reviewer))
    assert isinstance(given, Review)
    link.refresh_from_db()
    assert (link.state, Review.objects.count()) == ("proposed", 1)


@pytest.mark.parametrize("raised_first", [True, False])
def test_the_reviews_needed_are_raised_while_the_last_is_given(
    link: Link, dossier: Dossier, analyst: Membership, reviewer: Membership, raised_first: bool
) -> None:
    make_review(link, by=analyst)
    doings = [
        lambda: edit_dossier(dossier, changes={"reviews_needed": 3}, version=dossier.version),
        verdict(link, reviewer),
    ]
    dossier.refresh_from_db()
    outcomes = while_open(*(doings if raised_first else reversed(doings)))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    link.refresh_from_db()
    assert (link.state, Review.objects.count()) == ("proposed", 2)


# A review given while a claim is edited: refused, or marked as changed; never neither.


def test_a_verdict_given_while_a_claim_is_edited_is_refused(
    link: Link, analyst: Membership, reviewer: Membership
) -> None:
    _, refusal = while_open(edit(link.to_claim, analyst, "Edited."), verdict(link, reviewer))
    assert isinstance(refusal, WordsChanged)
    assert not Review.objects.exists()


def test_an_edit_while_a_verdict_is_given_marks_the_link(
    link: Link, analyst: Membership, reviewer: Membership
) -> None:
    _, edited = while_open(verdict(link, reviewer), edit(link.to_claim, analyst, "Edited."))
    assert isinstance(edited, Claim)
    link.refresh_from_db()
    assert link.changed
    assert Review.objects.get().to_version == 1


def test_the_same_by_sql_alone(dossier: Dossier, link: Link, reviewer: Membership) -> None:
    def write() -> None:
        run(
            "INSERT INTO claims_review (dossier_id, link_id, reviewer_id, verdict, note, from_version, to_version, "
            "external_id, extra) VALUES (%s, %s, %s, 'supports', '', 1, 1, '', '{}')",
            dossier.pk,
            link.pk,
            reviewer.pk,
        )

    def rewrite() -> None:
        run("UPDATE claims_claim SET about = '2023' WHERE id = %s", link.from_claim_id)

    _, refusal = while_open(rewrite, write)
    assert "are not in the version that this review judged" in str(refusal)
    run("UPDATE claims_review SET note = note")
    link = make_pair(dossier, by=reviewer)
    assert while_open(write, rewrite) == (None, None)
    link.refresh_from_db()
    assert link.changed


def test_verdicts_and_edits_in_any_order_end_and_leave_nothing_between(
    dossier: Dossier, analyst: Membership
) -> None:
    for n in range(6):
        link = make_pair(dossier, by=analyst)
        people = [make_member(dossier, f"person {n} {m}", Role.REVIEWER) for m in range(2)]
        outcomes = all_at_once(
            verdict(link, people[0]),
            edit(link.from_claim, analyst, "Edited."),
            verdict(link, people[1]),
            edit(link.to_claim, analyst, "Edited."),
        )
        assert not [outcome for outcome in outcomes if not isinstance(outcome, (Review, Claim, WordsChanged))]
        link.refresh_from_db()
        kept = Review.objects.filter(link=link)
        assert kept.count() == sum(isinstance(outcome, Review) for outcome in outcomes)
        assert link.changed is kept.exclude(from_version=2, to_version=2).exists()


# What is binned, and what rests on it.


def test_words_marked_while_the_source_is_binned_are_refused_naming_who_binned_it(
    dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    source = make_source(dossier, by=analyst)
    client = sign_in(analyst)
    typed = {"words": "Officials said", "statement": "What she had typed already.", "speaker": "Officials"}
    assert lead.user
    access = entered(lead.user, dossier)
    _, answer = while_open(
        lambda: put_in_bin(source, access=access),
        lambda: client.post(f"/d/china-russia/sources/{source.number}/claims/", typed),
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "was put in the bin by lead" in page
    assert "What she had typed already." in page
    assert "Officials" in page
    assert not Claim.objects.exists()


def test_a_source_binned_while_words_are_marked_takes_the_claim_along(
    dossier: Dossier, analyst: Membership, lead: Membership
) -> None:
    source = make_source(dossier, by=analyst)
    assert lead.user
    access = entered(lead.user, dossier)
    claim, binned = while_open(
        lambda: create_claim(
            source=source, by=analyst, start=0, end=5, quote=TEXT[:5], statement="It states something."
        ),
        lambda: put_in_bin(source, access=access),
    )
    assert isinstance(binned, Source)
    claim.refresh_from_db()
    assert (claim.is_binned, claim.binned_at) == (True, binned.binned_at)


def test_a_pair_linked_while_a_claim_is_binned_is_refused_naming_who_binned_it(
    dossier: Dossier, analyst: Membership, lead: Membership, claims: list[Claim]
) -> None:
    assert lead.user
    access = entered(lead.user, dossier)
    _, refusal = while_open(
        lambda: put_in_bin(claims[1], access=access),
        lambda: create_link(from_claim=claims[0], to_claim=claims[1], by=analyst, kind="supports"),
    )
    assert isinstance(refusal, ValidationError)
    assert "C-2 was put in the bin by lead" in refusal.messages[0]
    assert not Link.objects.exists()


def test_a_claim_binned_while_it_is_linked_takes_the_link_along(
    dossier: Dossier, analyst: Membership, lead: Membership, claims: list[Claim]
) -> None:
    assert lead.user
    access = entered(lead.user, dossier)
    link, _ = while_open(
        lambda: create_link(from_claim=claims[0], to_claim=claims[1], by=analyst, kind="supports"),
        lambda: put_in_bin(claims[1], access=access),
    )
    link.refresh_from_db()
    assert link.is_binned


def test_a_pair_binned_while_it_is_judged(
    dossier: Dossier, link: Link, lead: Membership, reviewer: Membership
) -> None:
    assert lead.user
    access = entered(lead.user, dossier)
    _, refusal = while_open(lambda: put_in_bin(link.from_claim, access=access), verdict(link, reviewer))
    assert isinstance(refusal, ValidationError)
    assert "was put in the bin by lead" in refusal.messages[0]
    assert not Review.objects.exists()


# Numbers, and two leads.


def test_numbers_given_at_once_differ(dossier: Dossier, analyst: Membership) -> None:
    made = all_at_once(
        *[lambda n=n: create_source(dossier=dossier, by=analyst, text=f"Text {n}.") for n in range(6)]
    )
    assert sorted(source.number for source in made) == [1, 2, 3, 4, 5, 6]


def test_two_leads_settling_at_once_do_not_replace_each_other_unseen(
    dossier: Dossier, link: Link, lead: Membership, analyst: Membership, reviewer: Membership
) -> None:
    make_review(link, by=analyst, verdict="supports")
    make_review(link, by=reviewer, verdict="neither")
    colleague = make_member(dossier, "colleague", Role.LEAD)
    _, refusal = while_open(
        lambda: adjudicate(link, by=lead, verdict="supports"),
        lambda: adjudicate(link, by=colleague, verdict="neither"),
    )
    assert isinstance(refusal, ValidationError)
    assert "settled meanwhile by lead" in refusal.messages[0]
    link.refresh_from_db()
    assert (link.verdict, link.adjudicated_by) == ("supports", lead)


def test_two_sets_frozen_at_once_are_numbered_one_after_the_other(link: Link, lead: Membership) -> None:
    assert lead.user
    access = entered(lead.user, link.dossier)

    def freezing() -> int:
        said = Description(name="Pairs", purpose="To see.", licence="CC0-1.0", authors="Lea")
        return freeze(access, Link.objects.filter(dossier=link.dossier), said).number

    assert sorted(all_at_once(freezing, freezing, freezing)) == [1, 2, 3]


def test_claim_made_while_an_intake_is_taken_back_keeps_its_source(
    dossier: Dossier, analyst: Membership, lead: Membership
) -> None:
    source = make_source(dossier, by=analyst)
    intake = Intake.objects.create(dossier=dossier, by=analyst, state=Intake.State.DONE)
    Draft.objects.create(
        dossier=dossier, by=analyst, intake=intake, position=1, state=Draft.State.STORED, source=source
    )
    owner = analyst.user
    assert owner is not None
    claim, refused = while_open(
        lambda: make_claim(source, by=lead),
        lambda: bin_intake(intake, access=entered(owner, dossier)),
    )
    assert isinstance(refused, PermissionDenied)
    claim.source.refresh_from_db()
    assert not claim.source.is_binned


class TestWhoHoldsWhatAnotherNeeds:
    """Each locks in the same order, so that of two who come together one waits, and neither is turned away."""

    @staticmethod
    def hold_the_claims() -> list[Claim]:
        return list(Claim.objects.select_for_update(no_key=True).order_by("pk"))

    @pytest.mark.parametrize("kind", ["contradicts", "supports"])
    def test_a_pair_is_made_while_one_of_its_sources_goes_into_the_bin(
        self, dossier: Dossier, analyst: Membership, lead: Membership, claims: list[Claim], kind: str
    ) -> None:
        assert lead.user
        access = entered(lead.user, dossier)
        _, binned = while_open(
            self.hold_the_claims,
            lambda: put_in_bin(claims[0].source, access=access),
            then=lambda: make_link(*claims, by=analyst, kind=kind),
        )
        assert isinstance(binned, Source)
        assert Link.objects.get().is_binned

    @pytest.mark.parametrize("how", ["split off", "told apart", "taken back", "proposed anew"])
    def test_a_claim_is_marked_while_its_source_is_regrouped(
        self, dossier: Dossier, analyst: Membership, lead: Membership, how: str
    ) -> None:
        first, second, third = (make_source(dossier, TEXT + str(n), by=analyst) for n in range(3))
        joined = join_sources([first, second], by=lead)
        origin = Origin.objects.get()
        joining = Origin.objects.create(dossier=dossier, number=2, joins=origin, reasons=["Alike."])
        Source.objects.filter(pk=third.pk).update(origin=joining)
        regroup, source = {
            "split off": (lambda: split_off(first, by=lead), first),
            "told apart": (lambda: tell_apart(joining, by=lead), third),
            "taken back": (lambda: take_back(joined, by=lead), first),
            "proposed anew": (lambda: propose_origins(dossier), third),
        }[how]
        for one in (first, second, third):
            make_claim(one, "Officials said", by=analyst)
        _, regrouped = while_open(
            lambda: list(Source.objects.select_for_update(no_key=True).filter(pk=source.pk)),
            regroup,
            then=lambda: make_claim(source, by=analyst),
        )
        assert not isinstance(regrouped, Exception), regrouped

    def test_a_reopening_is_taken_back_while_one_of_its_claims_is_edited(
        self, analyst: Membership, lead: Membership, link: Link
    ) -> None:
        for person in (analyst, lead):
            make_review(link, by=person)
        resolve(link, by=lead, kind="time", proof={"first": "2023", "second": "2024"}, versions=(1, 1))
        reopened = reopen(link, by=lead, reason="I doubt it.")
        _, taken_back = while_open(
            self.hold_the_claims,
            lambda: withdraw_reopening(link, reopened_at=reopened.reopened_at),
            then=edit(link.from_claim, analyst, "It is said otherwise."),
        )
        assert isinstance(taken_back, ValidationError), "the words changed: it stays open"
