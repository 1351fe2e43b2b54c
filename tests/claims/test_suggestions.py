"""Suggestions computed and kept: for a dossier in blocks, for a claim at once; what the database holds of them."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from claims import embeddings
from claims.actions.bin import delete_for_good, put_in_bin
from claims.actions.link import create_link
from claims.actions.proposal import NotOpen, accept, dismiss
from claims.actions.suggestion import (
    begin_run,
    go_on,
    keep,
    look_at,
    runs_without_job,
    searching,
    stop_run,
    suggest,
)
from claims.models import Claim, Dismissal, LearnedJudge, Link, LookedAt, Suggested, SuggestionRun
from claims.proposing import Basis, InMemory, PieceByPiece
from claims.suggestions.embedding import NoServer
from claims.suggestions.ranked import Ranked
from sources.models import Dossier, Membership
from tests.claims.test_two_at_once import all_at_once
from tests.conftest import (
    entered,
    make_claim,
    make_dossier,
    make_link,
    make_pair,
    make_review,
    make_source,
    make_suggested,
)

SAID = (
    "Trade between China and Russia rose sharply in 2023.",
    "Trade between China and Russia fell sharply in 2023.",
    "The two countries trade more than ever.",
    "Chinese banks stopped all payments from Russia.",
    "Payments from Russia are accepted by Chinese banks.",
)


@pytest.fixture
def claims(dossier: Dossier, analyst: Membership) -> list[Claim]:
    return [make_claim(make_source(dossier, one, by=analyst), one, by=analyst, statement=one) for one in SAID]


@pytest.fixture(autouse=True)
def _without_reading_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the adapter is not installed: reading pairs takes seconds, and tests/claims/suggestions has it."""
    monkeypatch.setattr("claims.proposing.entailment", lambda: None)


def in_haste(dossier: Dossier) -> Basis:
    """Without reading pairs together, which takes seconds."""
    return Basis.of(dossier, in_haste=True)


def scores(found: object) -> dict[tuple[int, int, str], float]:
    return {(one.one[0], one.other[0], one.suggestion.stance): one.suggestion.score for one in found}  # type: ignore[attr-defined]


def never() -> bool:
    return False


def test_piece_by_piece_finds_what_a_search_of_the_whole_in_memory_finds(
    claims: list[Claim], dossier: Dossier, analyst: Membership
) -> None:
    make_link(claims[0], claims[3], by=analyst)
    make_link(claims[3], claims[4], by=analyst)
    Dismissal.objects.create(dossier=dossier, one=claims[1], other=claims[2], by=analyst)
    basis = in_haste(dossier)
    embeddings.fill(dossier, basis.engine)  # type: ignore[arg-type]
    keys = [claim.pk for claim in claims]
    embeddings.crowd(dossier, basis.engine, keys)  # type: ignore[arg-type]
    whole, pieces = scores(InMemory(basis).judged(keys)), scores(PieceByPiece(basis).judged(keys))
    assert whole.keys() == pieces.keys()
    assert {pair[:2] for pair in whole} == {
        (claims[one].pk, claims[other].pk)
        for one, other in [(0, 1), (0, 2), (0, 4), (1, 3), (1, 4), (2, 3), (2, 4)]
    }
    assert all(abs(whole[pair] - pieces[pair]) < 0.01 for pair in whole)


def test_a_search_that_is_cut_short_goes_on_after_its_last_block(
    claims: list[Claim], dossier: Dossier, analyst: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.actions.suggestion.PIECE", 2)
    run = begin_run(dossier, by=analyst)
    looks: list[int] = []

    def soon() -> bool:
        looks.append(1)
        return SuggestionRun.objects.get().done > 0

    while not SuggestionRun.objects.get().done:
        assert not go_on(dossier, enough=soon)
    run = SuggestionRun.objects.get()
    assert (run.done, run.last, run.state) == (2, claims[1].pk, "working")
    first = list(Suggested.objects.order_by("pk").values_list("pk", flat=True))
    assert go_on(dossier, enough=never)
    run.refresh_from_db()
    assert (run.done, run.total, run.state) == (5, 5, "done")
    assert set(first) <= set(Suggested.objects.values_list("pk", flat=True))
    assert LookedAt.objects.filter(provisional=False).count() == 5
    [best] = Suggested.objects.open().filter(stance="contradicts").in_order("score")[:1]
    assert best.score > 0.3
    assert best.engine.startswith("all-MiniLM")


def test_a_search_that_is_stopped_writes_no_more(
    claims: list[Claim], dossier: Dossier, analyst: Membership
) -> None:
    run = begin_run(dossier, by=analyst)
    assert stop_run(run)
    assert go_on(dossier, enough=never)
    assert not Suggested.objects.exists()
    assert SuggestionRun.objects.get().state == "cancelled"
    assert not stop_run(run)


def test_a_search_without_a_job_is_taken_up(
    claims: list[Claim], dossier: Dossier, analyst: Membership
) -> None:
    begin_run(dossier, by=analyst)  # what is deferred waits for the transaction's end
    assert runs_without_job() == [dossier.pk]


def test_what_was_dismissed_is_computed_no_more(
    claims: list[Claim], dossier: Dossier, analyst: Membership
) -> None:
    for claim in claims:
        look_at(claim)
    pair = Suggested.objects.open().in_order("score")[0]
    dismiss(one=pair.one, other=pair.other, by=analyst)
    Suggested.objects.all().delete()
    LookedAt.objects.all().delete()
    for claim in claims:
        look_at(claim)
    assert Suggested.objects.exists()
    assert not Suggested.objects.of_pair(pair.one_id, pair.other_id).exists()
    with Ranked() as found:
        suggest(dossier, found)
        assert {pair.one.cited, pair.other.cited} not in [{one.a, one.b} for one in found]


def test_nothing_is_kept_of_words_that_changed_while_they_were_judged(
    claims: list[Claim], dossier: Dossier
) -> None:
    basis = in_haste(dossier)
    found = PieceByPiece(basis).judged([claims[0].pk])
    assert found
    Claim.objects.filter(pk=claims[0].pk).update(statement="Other words.", version=2)
    keep(dossier, basis, found, claims=[claims[0].pk])
    assert not Suggested.objects.exists()


def test_without_pgvector_words_alone_find_and_it_says_so(claims: list[Claim], dossier: Dossier) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE claims_embedding")
    basis = in_haste(dossier)
    assert not basis.by_meaning
    assert "words alone" in basis.told
    look_at(claims[0])
    assert Suggested.objects.filter(one=claims[0], other=claims[1]).exists()
    assert embeddings.make_table(), "it is made when the extension is there"
    assert Basis.of(dossier, in_haste=True).by_meaning


def test_a_large_dossier_is_searched_piece_by_piece(
    claims: list[Claim], dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(searching(in_haste(dossier)), InMemory)
    monkeypatch.setattr("claims.actions.suggestion.IN_MEMORY", 4)
    assert isinstance(searching(in_haste(dossier)), PieceByPiece)


def test_too_few_verdicts_teach_nothing(claims: list[Claim], dossier: Dossier) -> None:
    with Ranked() as found:
        suggest(dossier, found)
    learned = LearnedJudge.objects.get()
    assert learned.judge is None
    assert "learning needs 60" in learned.why


def test_where_a_link_is_settled_no_more_what_rests_on_it_goes(
    dossier: Dossier, lead: Membership, reviewer: Membership, analyst: Membership
) -> None:
    dossier.reviews_needed = 1
    dossier.save()
    link = make_pair(dossier, by=analyst)
    far = make_pair(dossier, by=analyst)
    beside = make_claim(make_source(dossier, by=analyst), by=analyst)
    make_review(link, by=reviewer, verdict="supports")
    kept = make_suggested(far.from_claim, beside, by_links=True)
    plain = make_suggested(link.from_claim, beside)
    gone = make_suggested(link.to_claim, beside, by_links=True)
    for claim in (link.to_claim, beside):
        LookedAt.objects.create(claim=claim, dossier=dossier, at=timezone.now())
    dossier.reviews_needed = 2
    dossier.save()
    assert Link.objects.get(pk=link.pk).state == "proposed"
    assert set(Suggested.objects.values_list("pk", flat=True)) == {kept.pk, plain.pk}
    assert gone.pk
    assert not LookedAt.objects.exists(), "both are looked at anew"


def test_a_claim_that_goes_for_good_takes_its_suggestions_along(
    claims: list[Claim], dossier: Dossier, lead: Membership
) -> None:
    look_at(claims[0])
    make_suggested(claims[3], claims[4])
    dismiss(one=claims[3], other=claims[4], by=lead)
    assert lead.user
    delete_for_good(put_in_bin(claims[3], access=entered(lead.user, dossier)))
    assert not Suggested.objects.of_claim(claims[3].pk).exists()
    assert not Dismissal.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM claims_dismissalevent")
        assert cursor.fetchone()[0] == 2, "the history keeps who dismissed it"


def wrong(sql: str, values: list[int]) -> str:
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(refused.value)


def test_the_database_refuses_what_is_no_pair_of_the_dossier(claims: list[Claim], dossier: Dossier) -> None:
    sql = "INSERT INTO claims_dismissal (dossier_id, one_id, other_id) VALUES (%s, %s, %s)"
    foreign = make_dossier("elsewhere")
    one, other = claims[0].pk, claims[1].pk
    assert "history" in wrong("TRUNCATE claims_dismissal", [])
    assert "dismissal_in_order" in wrong(sql, [dossier.pk, other, one])
    assert "in_dossier" in wrong(sql, [foreign.pk, one, other])
    Dismissal.objects.create(dossier=dossier, one=claims[0], other=claims[1])
    assert "dismissal_once_a_pair" in wrong(sql, [dossier.pk, one, other])
    assert "as it was written" in wrong("DELETE FROM claims_dismissalevent", [])
    with pytest.raises(IntegrityError, match="suggested_stance_known"), transaction.atomic():
        make_suggested(claims[0], claims[1], stance="neither", probabilities=[0, 0, 1], uncertainty=0)


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_on_one_pair_at_once_make_one_link(claims: list[Claim], analyst: Membership) -> None:
    make_suggested(claims[0], claims[1])
    one, other = claims[:2]

    def accepting() -> Link:
        return accept(from_claim=one, to_claim=other, kind="contradicts", by=analyst)

    def linking() -> Link:
        return create_link(from_claim=one, to_claim=other, kind="supports", by=analyst)

    outcomes = all_at_once(accepting, accepting, linking)
    assert Link.objects.count() == 1
    assert sum(isinstance(outcome, Link) for outcome in outcomes) == 1
    assert not Suggested.objects.open().exists()
    with pytest.raises(NotOpen):
        dismiss(one=one, other=other, by=analyst)


def test_what_no_job_has_read_yet_is_compared_by_meaning_too(claims: list[Claim]) -> None:
    look_at(claims[1])
    [found] = Suggested.objects.filter(one=claims[0], other=claims[1], stance="contradicts")
    assert found.score > 0.3
    assert any("meaning" in reason for _, reason, _ in found.reasons)


def test_what_was_left_out_in_haste_is_made_up_for(claims: list[Claim], dossier: Dossier) -> None:
    def read() -> tuple[bool, bool]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT denied IS NOT NULL, crowd IS NOT NULL FROM claims_embedding WHERE claim_id = %s",
                [claims[1].pk],
            )
            found: tuple[bool, bool] = cursor.fetchone()
        return found

    look_at(claims[1])
    assert read() == (False, False)
    assert LookedAt.objects.get(claim=claims[1]).provisional
    assert go_on(dossier, enough=never)
    assert read() == (True, True)
    assert not LookedAt.objects.get(claim=claims[1]).provisional
    assert Suggested.objects.filter(one=claims[0], other=claims[1], stance="contradicts", provisional=False)


def test_a_claim_that_could_not_be_read_is_judged_by_its_words(
    claims: list[Claim], dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_words = PieceByPiece(replace(in_haste(dossier), engine=None)).judged([claims[1].pk])
    basis = in_haste(dossier)
    assert basis.engine is not None
    embeddings.fill(dossier, basis.engine, claims=[claims[1].pk])
    monkeypatch.setattr("claims.proposing.READ_AT_ONCE", 0)
    unread = PieceByPiece(basis).judged([claims[1].pk])
    key = (claims[0].pk, claims[1].pk, "contradicts")
    assert scores(unread)[key] == pytest.approx(scores(by_words)[key], abs=0.01)
    assert not [reason for one in unread for reason in one.suggestion.reasons if "meaning" in reason.sentence]


def test_a_server_that_fails_while_the_dossier_is_searched_is_named_in_the_end(
    claims: list[Claim], dossier: Dossier, analyst: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*args: object, **kwargs: object) -> None:
        raise NoServer("it does not answer")

    monkeypatch.setattr("claims.embeddings.claim_vectors", failing)
    run = begin_run(dossier, by=analyst)
    assert go_on(dossier, enough=never)
    run.refresh_from_db()
    assert (run.state, "Not all claims could be read" in run.notes) == ("done", True)
    assert Suggested.objects.filter(one=claims[0], other=claims[1], stance="contradicts").exists()


def test_what_came_in_by_an_import_is_counted_into_the_crowd_before_it_is_judged(
    claims: list[Claim], dossier: Dossier
) -> None:
    look_at(claims[1])
    assert go_on(dossier, enough=never)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM claims_embedding WHERE crowd IS NULL OR denied IS NULL")
        assert cursor.fetchone() == (0,)


def test_a_reading_in_haste_undoes_no_whole_one(claims: list[Claim], dossier: Dossier) -> None:
    engine = in_haste(dossier).engine
    assert engine is not None
    embeddings.fill(dossier, engine)
    rows = [(claims[0].pk, claims[0].statement, claims[0].quote)]
    embeddings._keep(dossier, engine, rows, engine.embed([claims[0].statement]), None)
    assert claims[0].pk in embeddings.held(dossier, engine, [claims[0].pk]).denied
