"""Whatever tells how others judged is recorded, or withheld from whoever must still judge blind."""

from collections.abc import Callable, Generator
from dataclasses import replace

import pytest
from django.test import Client

from claims.actions.bin import put_in_bin
from claims.actions.review import open_dispute, take_next
from claims.exchange.exporting import begin_export, write_export
from claims.exchange.freezing import Description, freeze
from claims.exchange.registry import FORMATS
from claims.exchange.selection import Selection
from claims.models import AnnotatedSet, Disclosure, Link
from claims.survey import Survey
from claims.tasks import selection_of
from sources.actions.member import add_member, change_role, remove_member
from sources.models import Dossier, Membership, Role
from tests.claims.conftest import Programs
from tests.conftest import (
    entered,
    make_claim,
    make_member,
    make_pair,
    make_review,
    make_source,
    make_suggested,
)

SignIn = Callable[..., Client]
ROOT = "/d/china-russia/"
NLI = FORMATS["nli"]


@pytest.fixture
def others(dossier: Dossier) -> list[Membership]:
    return [make_member(dossier, name, Role.REVIEWER) for name in ("anna", "ben", "cleo")]


@pytest.fixture
def settled(analyst: Membership, others: list[Membership]) -> Link:
    """A link that two of the others settled."""
    link = make_pair(analyst.dossier, by=analyst)
    for person in others[:2]:
        make_review(link, by=person)
    link.refresh_from_db()
    assert link.state == "settled"
    return link


def raise_reviews_needed(dossier: Dossier) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(reviews_needed=3)
    dossier.refresh_from_db()


def is_told(link: Link, person: Membership) -> bool:
    return Disclosure.objects.filter(link=link, person=person).exists()


def freeze_settled(lead: Membership) -> AnnotatedSet:
    assert lead.user
    said = Description(
        name="Pairs",
        purpose="To see.",
        licence="CC0-1.0",
        authors="Lea",
        query="kind=contradicts",
        filter=[("Kind", "contradicts")],
    )
    return freeze(entered(lead.user, lead.dossier), Link.objects.filter(state="settled"), said)


def export_by_job(person: Membership, write: Callable[[Selection], Generator[bytes]]) -> None:
    """What a job does with an export that this person asked for, written in this way."""
    assert person.user
    export = begin_export(entered(person.user, person.dossier), NLI, links=1, query="", words=[])
    write_export(export.pk, chosen=replace(NLI, write=write), selection=selection_of)
    export.refresh_from_db()
    assert export.state == "ready"


class TestViewersHaveSeen:
    """A viewer reads every verdict."""

    def test_of_what_was_judged_by_then_she_judges_nothing(
        self,
        analyst: Membership,
        lead: Membership,
        viewer: Membership,
        settled: Link,
        others: list[Membership],
    ) -> None:
        judged, bare = (make_pair(analyst.dossier, by=analyst) for _ in range(2))
        make_review(judged, by=others[2])
        raise_reviews_needed(analyst.dossier)
        assert lead.user
        change_role(viewer, role=Role.REVIEWER, access=entered(lead.user, lead.dossier))
        assert {link.number for link in (settled, judged) if is_told(link, viewer)} == {
            settled.number,
            judged.number,
        }
        handed = take_next(dossier=analyst.dossier, person=viewer)
        assert handed
        assert handed.number == bare.number

    def test_also_when_she_left_and_came_back(
        self, lead: Membership, viewer: Membership, settled: Link
    ) -> None:
        assert lead.user
        assert viewer.user
        remove_member(viewer, access=entered(lead.user, lead.dossier))
        add_member(dossier=lead.dossier, user=viewer.user, role=Role.REVIEWER)
        raise_reviews_needed(lead.dossier)
        assert take_next(dossier=lead.dossier, person=viewer) is None

    def test_who_saw_nothing_yet_is_told_nothing(
        self, lead: Membership, reviewer: Membership, settled: Link
    ) -> None:
        assert lead.user
        change_role(reviewer, role=Role.ANALYST, access=entered(lead.user, lead.dossier))
        assert not is_told(settled, reviewer)


class TestPagesRecord:
    @pytest.mark.parametrize("page", ["pair/?from={one}&to={other}", "pair/?from={one}&q=trade"])
    def test_the_pairing_desk(self, page: str, dossier: Dossier, settled: Link, sign_in: SignIn) -> None:
        cara = make_member(dossier, "cara", Role.ANALYST)
        one, other = settled.from_claim.number, settled.to_claim.number
        sign_in(cara).get(ROOT + page.format(one=one, other=other))
        assert is_told(settled, cara)

    def test_a_verdict_given_before_the_file_is_written(
        self, analyst: Membership, others: list[Membership], sign_in: SignIn
    ) -> None:
        link = make_pair(analyst.dossier, by=analyst)
        make_review(link, by=others[0])
        answer = sign_in(analyst).get(f"{ROOT}sets/export/?format=nli")
        make_review(link, by=others[1])
        assert b"contradiction" in answer.getvalue()
        assert is_told(link, analyst)

    def test_a_verdict_given_before_a_job_has_written_the_file(
        self, analyst: Membership, others: list[Membership]
    ) -> None:
        link = make_pair(analyst.dossier, by=analyst)
        make_review(link, by=others[0])

        def late(selection: Selection) -> Generator[bytes]:
            make_review(link, by=others[1])
            yield from NLI.write(selection)

        export_by_job(analyst, late)
        assert is_told(link, analyst)

    def test_a_verdict_that_is_none_any_more_once_a_job_has_written_the_file(
        self, analyst: Membership, settled: Link
    ) -> None:
        def late(selection: Selection) -> Generator[bytes]:
            yield from NLI.write(selection)
            raise_reviews_needed(analyst.dossier)

        export_by_job(analyst, late)
        settled.refresh_from_db()
        assert (settled.state, is_told(settled, analyst)) == ("proposed", True)

    def test_the_bin(self, lead: Membership, settled: Link, sign_in: SignIn) -> None:
        assert lead.user
        put_in_bin(settled, access=entered(lead.user, lead.dossier))
        assert not is_told(settled, lead)
        sign_in(lead).get(f"{ROOT}bin/")
        assert is_told(settled, lead)

    def test_what_a_suggestion_rests_on(
        self, dossier: Dossier, analyst: Membership, settled: Link, sign_in: SignIn
    ) -> None:
        cara = make_member(dossier, "cara", Role.ANALYST)
        source = make_source(dossier, by=analyst)
        near, far = (make_claim(source, words, by=analyst) for words in ("Officials said", "The ministry"))
        # “C-1, which is near to C-3, contradicts C-2”: the link is of the first and the last.
        via = [settled.from_claim_id, near.pk, settled.to_claim_id]
        make_suggested(near, far, by_links=True, via=via)
        sign_in(cara).get(f"{ROOT}pair/suggestions/")
        assert is_told(settled, cara)

    @pytest.mark.parametrize(("sort", "told"), [("", False), ("age", True)])
    def test_what_is_missing_among_the_contradictions(
        self,
        sort: str,
        told: bool,
        analyst: Membership,
        others: list[Membership],
        settled: Link,
        sign_in: SignIn,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Sorted by number a page tells of the numbers on it alone."""
        Dossier.objects.update(reviews_needed=2)
        missing = make_pair(analyst.dossier, by=analyst)
        for person in others[1:]:
            make_review(missing, by=person, verdict="supports")
        for pair in [make_pair(analyst.dossier, by=analyst) for _ in range(2)]:
            for person in others[:2]:
                make_review(pair, by=person)
        monkeypatch.setattr("sources.keyset.ROWS", 1)
        sign_in(others[2]).get(f"{ROOT}contradictions/?sort={sort}")
        assert is_told(missing, others[2]) is told

    @pytest.mark.parametrize("page", ["sets/freeze/", "sets/1/"])
    def test_sets(
        self, page: str, lead: Membership, reviewer: Membership, settled: Link, sign_in: SignIn
    ) -> None:
        freeze_settled(lead)
        person = lead if "freeze" in page else reviewer
        sign_in(person).get(ROOT + page)
        assert is_told(settled, person)


class TestSetsWithhold:
    """A set whose link came back to review tells whoever must judge it nothing of how it stood."""

    @pytest.fixture(autouse=True)
    def back_in_review(self, lead: Membership, settled: Link) -> None:
        freeze_settled(lead)
        raise_reviews_needed(lead.dossier)

    def test_on_its_page(self, reviewer: Membership, viewer: Membership, sign_in: SignIn) -> None:
        pages = [sign_in(person).get(f"{ROOT}sets/1/").content.decode() for person in (viewer, reviewer)]
        assert ["Chosen by" in page for page in pages] == [True, False]
        assert ["kind=contradicts" in page for page in pages] == [True, False]

    def test_in_the_api(
        self, reviewer: Membership, viewer: Membership, settled: Link, program: Programs
    ) -> None:
        for path in ("dossiers/china-russia/sets/1", "dossiers/china-russia/sets"):
            shown, withheld = (program(person).get(path) for person in (viewer, reviewer))
            if "items" in shown:
                [shown], [withheld] = shown["items"], withheld["items"]
            assert shown["balance"]["contradicts"] == 1
            assert shown["filter"] == [["Kind", "contradicts"]]
            assert [withheld[name] for name in ("filter", "balance", "agreement")] == [None] * 3
        assert not is_told(settled, reviewer)


def test_what_an_analyst_made_goes_into_the_bin_though_others_judged_it_unseen(
    dossier: Dossier, analyst: Membership, others: list[Membership]
) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(own_proposals=True)
    source = make_source(dossier, by=analyst)
    one, other = (
        make_claim(source, words, by=analyst) for words in ("Officials said", "The ministry denied")
    )
    link = Link.objects.create(
        dossier=dossier, number=1, from_claim=one, to_claim=other, kind="contradicts", by=analyst
    )
    make_review(link, by=others[0])
    assert analyst.user
    assert put_in_bin(link, access=entered(analyst.user, dossier)).is_binned


def test_whoever_proposed_a_disputed_link_waits_as_before(
    dossier: Dossier, analyst: Membership, others: list[Membership], sign_in: SignIn
) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(own_proposals=False)
    link = make_pair(dossier, by=analyst)
    link.dossier.refresh_from_db()
    told = [sign_in(analyst).get(f"{ROOT}review/").content.decode()]
    make_review(link, by=others[0])
    make_review(link, by=others[1], verdict="supports")
    link.refresh_from_db()
    assert link.state == "disputed"
    told.append(sign_in(analyst).get(f"{ROOT}review/").content.decode())
    assert ["that you proposed" in page for page in told] == [True, True]


def test_masked_names_stand_in_no_table_of_who_judged_how(
    dossier: Dossier, lead: Membership, analyst: Membership, others: list[Membership], settled: Link
) -> None:
    disputed = make_pair(dossier, by=analyst)
    make_review(disputed, by=others[0], verdict="supports")
    make_review(disputed, by=others[2])
    assert lead.user
    open_dispute(entered(lead.user, dossier), disputed)
    for masked, pairs in ((False, {("anna", "ben"), ("anna", "cleo")}), (True, {("anna", "ben")})):
        Dossier.objects.filter(pk=dossier.pk).update(names_masked=masked)
        access = entered(lead.user, Dossier.objects.get(pk=dossier.pk))
        survey = Survey(access, Link.objects.live().filter(dossier=dossier))
        assert survey.overall.links_used == 2
        assert {(pair.one, pair.other) for pair in survey.by_pair} == pairs
