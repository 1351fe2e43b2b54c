"""Suggestions computed and kept: for a whole dossier by a job or by the command, for one claim at once.

A search of the whole runs in blocks of claims. Each block is written together with how far the search is, so that
whoever is killed loses that block's work and nothing else, and whoever goes on does none twice.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import partial

import orjson
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from claims import embeddings
from claims.actions.learning import learn_from_verdicts
from claims.models import Claim, LookedAt, Suggested, SuggestionRun
from claims.proposing import IN_MEMORY, PIECE, Basis, Found, InMemory, PieceByPiece
from claims.suggestions.embedding import NoServer, unanswered
from claims.suggestions.ranked import Ranked
from claims.suggestions.suggesting import PER_CLAIM
from sources.actions.origin import propose_origins
from sources.actions.queueing import queue_once
from sources.models import Dossier, Membership

State = SuggestionRun.State

LEAST_SCORE = 0.05
"""What is less likely is not worth a person's eye: the pages keep nothing of it. The command prints it."""

READ_AT_A_TIME = 4
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
DEPTH_AT_ONCE = 50
"""So many candidates of a claim just saved are judged while its page waits."""

MEANING = "Reading what the claims mean"

logger = logging.getLogger(__name__)


# -- the whole dossier, by command


def suggest(
    dossier: Dossier,
    into: Ranked,
    *,
    per_claim: int = PER_CLAIM,
    progress: Callable[[int], object] = lambda claims: None,
) -> str:
    """Put every pair of live claims worth a person's eye into ``into``; a sentence on how they were found.

    For each claim its best contradicts and supports, ``per_claim`` of each, a pair once a kind, without those that are
    linked, in the bin too, or dismissed. The keys of the claims are their cited numbers. All is done here that a job
    would have prepared: vectors are kept, and settled verdicts teach the judge. ``progress`` is told how many claims
    were looked at.
    """
    basis, told = prepared(dossier)
    judges = searching(basis)
    last = 0
    while block := _next_claims(dossier, last):
        into.add(one.suggestion for one in judges.judged(block, per_claim))
        last = block[-1]
        progress(len(block))
    return " ".join(filter(None, (basis.told, told)))


def prepared(dossier: Dossier) -> tuple[Basis, str]:
    """By what the dossier is judged, its vectors in the table and its verdicts learned from; what to say of that."""
    embeddings.make_table()
    basis = Basis.of(dossier)
    if basis.by_meaning:
        assert basis.engine is not None
        try:
            embeddings.fill(dossier, basis.engine)
        except NoServer as error:
            return basis.in_words_alone(error), ""
        count_crowds(basis, timezone.now())
    learned = learn_from_verdicts(dossier)
    return Basis.of(dossier), learned.why if learned.tried_at else ""


def searching(basis: Basis) -> InMemory | PieceByPiece:
    """A small dossier is searched in memory, a large one by the database's indexes."""
    few = Claim.objects.live().filter(dossier=basis.dossier)[: IN_MEMORY + 1].count() <= IN_MEMORY
    return InMemory(basis) if few else PieceByPiece(basis)


def count_crowds(basis: Basis, since: datetime, enough: Callable[[], bool] = lambda: False) -> bool:
    """Compute anew how crowded the claims stand, where that was not done since then; whether it is done for all."""
    assert basis.engine is not None
    last = 0
    while claims := embeddings.uncounted(basis.dossier, basis.engine, since, after=last, limit=PIECE * 4):
        embeddings.crowd(basis.dossier, basis.engine, claims)
        last = claims[-1]
        if enough():
            return False
    return True


def _next_claims(dossier: Dossier, after: int, most: int = PIECE) -> list[int]:
    rows = Claim.objects.live().filter(dossier=dossier, pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:most])


def _at_a_time(basis: Basis) -> int:
    """How many claims a job judges before it looks whether it is to end: reading pairs together takes a while."""
    return READ_AT_A_TIME if basis.reader else PIECE


# -- the whole dossier, by a job


@transaction.atomic
def begin_run(dossier: Dossier, *, by: Membership | None) -> SuggestionRun:
    """Have a job look through the whole dossier; the search that is at work already goes on, and is returned."""
    Dossier.objects.select_for_update(no_key=True).get(pk=dossier.pk)
    there = SuggestionRun.objects.filter(dossier=dossier).first()
    if there and there.is_at_work:
        return there
    SuggestionRun.objects.filter(dossier=dossier).delete()
    total = Claim.objects.live().filter(dossier=dossier).count()
    run = SuggestionRun.objects.create(dossier=dossier, by=by, at=timezone.now(), total=total)
    look_later(dossier.pk)
    return run


def stop_run(run: SuggestionRun) -> bool:
    """End a search; what it found so far stays. Whether it was still at work."""
    return bool(
        SuggestionRun.objects.filter(uid=run.uid, state=State.WORKING).update(
            state=State.CANCELLED, notes="", changed_at=timezone.now()
        )
    )


def look_later(dossier_id: int) -> None:
    """Let a job go on with what is to be looked for in a dossier, once this transaction is through. One job waits for
    a dossier at most, and one works.
    """  # fmt: skip
    lock = f"suggestions of {dossier_id}"
    transaction.on_commit(partial(queue_once, "claims.tasks.look_for_suggestions", lock, dossier=dossier_id))


def runs_without_job() -> list[int]:
    """The dossiers with a search at work and no job that is: it was given up after too many tries."""
    working = SuggestionRun.objects.filter(state=State.WORKING).values_list("dossier_id", flat=True)
    alive = set(
        ProcrastinateJob.objects.filter(
            status__in=["todo", "doing"], lock__in=[f"suggestions of {key}" for key in working]
        ).values_list("lock", flat=True)
    )
    return [key for key in working if f"suggestions of {key}" not in alive]


def go_on(dossier: Dossier, *, enough: Callable[[], bool]) -> bool:
    """Work on the search of a dossier until it is through or it is ``enough``, then on claims judged in haste; whether
    nothing is left.
    """  # fmt: skip
    run = SuggestionRun.objects.filter(dossier=dossier, state=State.WORKING).first()
    if run:
        try:
            return _go_on(run, enough) and _finish_hasty(dossier, enough)
        except (OperationalError, InterfaceError):  # the database is away: the job is run again
            raise
        except Exception:
            logger.exception("search for suggestions in %s", dossier.slug)
            SuggestionRun.objects.filter(uid=run.uid, state=State.WORKING).update(
                state=State.FAILED,
                notes="Something went wrong here that is not your fault; it is in the log. What was found stays. Look "
                "again, and tell whoever runs Gainsay when it stays so.",
                changed_at=timezone.now(),
            )
            return True
    return _finish_hasty(dossier, enough)


def _go_on(run: SuggestionRun, enough: Callable[[], bool]) -> bool:
    dossier = run.dossier
    if not run.last:
        _say(run, "Looking for common origins")
        propose_origins(dossier)
        embeddings.make_table()
        if not _prepare(run, enough):
            return False
        _say(run, "Learning from settled verdicts")
        learn_from_verdicts(dossier)
    basis = Basis.of(dossier)
    judges = searching(basis)
    while block := _next_claims(dossier, run.last, _at_a_time(basis)):
        found = judges.judged(block)
        with transaction.atomic():
            if not _step(run, block):
                return True  # it was stopped, or begun anew by somebody: that one has a job of its own
            keep(dossier, basis, found, claims=block, since=run.at)
        if enough():
            return False
    with transaction.atomic():
        old = Suggested.objects.filter(dossier=dossier, at__lt=run.at)
        old.delete()
        SuggestionRun.objects.filter(uid=run.uid, state=State.WORKING).update(
            state=State.DONE, notes=_told(basis), changed_at=timezone.now()
        )
    return True


def _told(basis: Basis) -> str:
    """What the search rested on in the end."""
    if basis.by_meaning and basis.engine and not embeddings.is_full(basis.dossier, basis.engine):
        return f"{basis.told} Not all claims could be read by it: the others were found by their words. Look again."
    return basis.told


def _prepare(run: SuggestionRun, enough: Callable[[], bool]) -> bool:
    """Fill the table of vectors; whether it is full."""
    basis = Basis.of(run.dossier)
    if not basis.by_meaning:
        return True
    assert basis.engine is not None
    read = 0

    def tell(count: int) -> None:
        nonlocal read
        read += count
        _say(run, f"{MEANING}: {read:,} more read")

    def stopped() -> bool:
        return enough() or not SuggestionRun.objects.filter(uid=run.uid, state=State.WORKING).exists()

    try:
        full = embeddings.fill(run.dossier, basis.engine, enough=stopped, progress=tell)
    except NoServer as error:  # what is there already serves; the rest is found by its words
        _say(run, unanswered(error))
        return True
    return full and count_crowds(basis, run.at, stopped)


def _say(run: SuggestionRun, notes: str) -> None:
    SuggestionRun.objects.filter(uid=run.uid, state=State.WORKING).update(
        notes=notes, changed_at=timezone.now()
    )


def _step(run: SuggestionRun, block: Sequence[int]) -> bool:
    """Write that a block is done; False when the search is no longer at work."""
    run.last, run.done = block[-1], run.done + len(block)
    return bool(
        SuggestionRun.objects.filter(uid=run.uid, state=State.WORKING).update(
            last=run.last, done=run.done, total=max(run.total, run.done), notes="", changed_at=timezone.now()
        )
    )


# -- one claim


def look_at(claim: Claim) -> None:
    """Compute the suggestions of a claim at once, without reading the best of them together with it: a job does that.

    Nothing is done where they are there already, of its words as they stand.
    """
    if LookedAt.objects.filter(claim=claim.pk).exists():
        return
    basis = Basis.of(claim.dossier, in_haste=True)
    if basis.by_meaning:
        assert basis.engine is not None
        try:
            embeddings.fill(claim.dossier, basis.engine, claims=[claim.pk], in_haste=True)
        except NoServer as error:
            basis = basis.in_words_alone(error)
    found = PieceByPiece(basis, DEPTH_AT_ONCE).judged([claim.pk])
    with transaction.atomic():
        keep(claim.dossier, basis, found, claims=[claim.pk], provisional=True)
        look_later(claim.dossier_id)


def _finish_hasty(dossier: Dossier, enough: Callable[[], bool]) -> bool:
    """Judge anew, with all means, the claims that were judged in haste; whether none is left."""
    rows = LookedAt.objects.filter(dossier=dossier, provisional=True).order_by("claim")
    if not rows.exists():
        return True
    basis = _with_all_read(Basis.of(dossier), enough)
    if basis is None:
        return False
    while block := list(rows.values_list("claim", flat=True)[: _at_a_time(basis)]):
        found = PieceByPiece(basis).judged(block)
        with transaction.atomic():
            keep(dossier, basis, found, claims=block)
            rows.filter(claim__in=block).delete()  # of those whose words changed meanwhile nothing was kept
        if enough():
            return False
    return True


def _with_all_read(basis: Basis, enough: Callable[[], bool]) -> Basis | None:
    """See to it that what came in by other ways (an import) has its vectors and crowd too. By what to judge then: by
    words alone while a server does not answer. None where it was ``enough`` before.
    """  # fmt: skip
    if not basis.by_meaning:
        return basis
    assert basis.engine is not None
    try:
        full = embeddings.fill(basis.dossier, basis.engine, enough=enough)
    except NoServer as error:
        return basis.in_words_alone(error)
    return basis if full and count_crowds(basis, NEVER, enough) else None


# -- keeping


def keep(
    dossier: Dossier,
    basis: Basis,
    found: Collection[Found],
    *,
    claims: Sequence[int],
    provisional: bool = False,
    since: datetime | None = None,
) -> None:
    """Write what was found for these claims, of a pair the higher score; what is from before ``since`` gives way.

    What was judged in haste of them gives way too. Nothing is kept of a claim that was changed while it was judged.
    """
    found = [one for one in found if one.suggestion.score >= LEAST_SCORE]
    versions = {key: version for one in found for key, version in (one.one, one.other)}
    there = _unchanged(dossier, {**dict.fromkeys(claims, 0), **versions})
    now = timezone.now()
    if not provisional:
        hasty = Suggested.objects.filter(dossier=dossier, provisional=True)
        hasty.filter(one__in=claims).delete()
        hasty.filter(other__in=claims).delete()
    rows = [_row(one) for one in found if one.one[0] in there and one.other[0] in there]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO claims_suggested (dossier_id, one_id, other_id, stance, score, uncertainty, probabilities,
                reasons, over_time, by_links, via, engine, method, provisional, at)
            SELECT DISTINCT ON (r.one, r.other, r.stance)
                %s, r.one, r.other, r.stance, r.score, r.uncertainty, r.probabilities,
                r.reasons, r.over_time, r.by_links, r.via, %s, r.method, %s, %s
            FROM jsonb_to_recordset(%s::jsonb) AS r(one bigint, other bigint, stance text, score float8,
                uncertainty float8, probabilities float8[],
                reasons jsonb, over_time boolean, by_links boolean, via bigint[], method text)
            ORDER BY r.one, r.other, r.stance, r.score DESC
            ON CONFLICT (one_id, other_id, stance) DO UPDATE SET score = excluded.score,
                uncertainty = excluded.uncertainty, probabilities = excluded.probabilities,
                reasons = excluded.reasons, over_time = excluded.over_time, by_links = excluded.by_links,
                via = excluded.via, engine = excluded.engine, method = excluded.method,
                provisional = excluded.provisional, at = excluded.at
            WHERE excluded.score > claims_suggested.score OR claims_suggested.at < %s
                OR (claims_suggested.provisional AND NOT excluded.provisional)
            """,
            [dossier.pk, basis.name[:200], provisional, now, orjson.dumps(rows).decode(), since],
        )
        cursor.execute(
            """
            INSERT INTO claims_lookedat (claim_id, dossier_id, provisional, at)
            SELECT id, %s, %s, %s FROM unnest(%s::bigint[]) AS k(id)
            ON CONFLICT (claim_id) DO UPDATE SET provisional = excluded.provisional, at = excluded.at
            """,
            [dossier.pk, provisional, now, [key for key in claims if key in there]],
        )


def _unchanged(dossier: Dossier, versions: dict[int, int]) -> set[int]:
    """Those of these claims that are still of this version (0: of any), which nobody changes until all is written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, version FROM claims_claim WHERE dossier_id = %s AND id = ANY(%s) ORDER BY id FOR SHARE",
            [dossier.pk, list(versions)],
        )
        found = cursor.fetchall()
    return {key for key, version in found if versions[key] in (0, version)}


def _row(found: Found) -> dict[str, object]:
    one = found.suggestion
    return {
        "one": found.one[0],
        "other": found.other[0],
        "stance": one.stance.value,
        "score": one.score,
        "uncertainty": round(1 - max(one.probabilities), 4),
        "probabilities": list(one.probabilities),
        "reasons": [[reason.feature, reason.sentence, reason.weight] for reason in one.reasons],
        "over_time": one.over_time,
        "by_links": found.by_links,
        "via": found.via,
        "method": one.method[:200],
    }
