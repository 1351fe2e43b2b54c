"""What a dossier's settled verdicts teach its judge: tried when enough new ones have come, kept only if it is better.

Each attempt is made on verdicts that the judge in force has not learned from: on these the two are compared, neither
having seen what it is tested on, and the new one starts from the old.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict

from django.db import connection, transaction
from django.utils import timezone

from claims import embeddings
from claims.models import LearnedJudge, Link, State
from claims.proposing import Basis, base_judge, links_as_evidence, views
from claims.querysets.link import LinkQuerySet
from claims.suggestions.embedding import NoServer
from claims.suggestions.learning import LEAST, TooFew, learn
from claims.suggestions.suggesting import Dossier as Known
from sources.models import Dossier

STEP = 20
"""So many more verdicts than at the last attempt call for another."""
MOST = 2_000
"""Of so many verdicts, the newest, one attempt is made: each pair is read together."""


def dossiers_to_learn() -> list[int]:
    """The keys of those where enough verdicts were settled since the last attempt."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.dossier_id FROM (
                SELECT dossier_id, count(*) AS n FROM claims_link
                WHERE state = 'settled' AND binned_at IS NULL GROUP BY dossier_id HAVING count(*) >= %s
            ) s LEFT JOIN claims_learnedjudge j ON j.dossier_id = s.dossier_id
            WHERE s.n - coalesce(cardinality(j.taught), 0) >= greatest(%s, coalesce(j.tried, 0) + %s)
            """,
            [LEAST, LEAST, STEP],
        )
        return [key for (key,) in cursor.fetchall()]


def verdicts_waiting(dossier: Dossier) -> int:
    """How many settled links the judge in force has not learned from."""
    kept = LearnedJudge.objects.filter(dossier=dossier).first()
    return _waiting(dossier, kept)[:MOST].count()


def _waiting(dossier: Dossier, kept: LearnedJudge | None) -> LinkQuerySet:
    """Those, the newest first."""
    settled = Link.objects.live().filter(dossier=dossier, state=State.SETTLED).order_by("-number")
    return settled.exclude(pk__in=kept.taught) if kept and kept.taught else settled


def learn_from_verdicts(
    dossier: Dossier, *, progress: Callable[[int], object] = lambda done: None
) -> LearnedJudge:
    """Try to learn, if there are enough new verdicts, and keep what is better; what came of it, also of an earlier try.

    The judge that is kept is the one in force for the next search. Deterministic for the same verdicts.
    """
    basis = Basis.of(dossier)
    base = base_judge(basis.reader)
    kept, _ = LearnedJudge.objects.get_or_create(dossier=dossier)
    if kept.base and kept.base != base.version:  # what ships is another now: it is begun anew
        kept.judge, kept.taught, kept.tried, kept.base = None, [], 0, ""
    waiting = _waiting(dossier, kept)
    total = waiting.count()
    if kept.tried_at and total < kept.tried + STEP:
        return kept
    links = list(waiting.values_list("pk", flat=True)[:MOST])
    try:
        learned = learn(
            _known(basis, links).verdicts(),
            basis.judge,
            f"{base.version}, learned from {len(kept.taught) + len(links)} verdicts",
        )
    except TooFew as few:
        kept.why = kept.why if kept.tried_at else str(few)  # what an attempt came to stays told
        with transaction.atomic():
            kept.save()
        return kept
    kept.base = base.version
    kept.before, kept.after = asdict(learned.before), asdict(learned.after)
    kept.better, kept.why = learned.better, learned.why
    kept.tried, kept.tried_at = total, timezone.now()
    if learned.better:
        kept.judge = learned.judge.to_json()
        kept.taught, kept.tried, kept.learned_at = sorted({*kept.taught, *links}), 0, kept.tried_at
    with transaction.atomic():
        kept.save()
    progress(len(links))
    return kept


def _known(basis: Basis, links: list[int]) -> Known:
    """The claims of these links, with the links as all that is known of them: a link is no evidence for itself."""
    pairs = Link.objects.filter(pk__in=links).values_list("from_claim", "to_claim")
    rows = list(views(basis.dossier, {key for pair in pairs for key in pair}))
    vectors = denied = crowd = None
    if basis.by_meaning and basis.engine and rows:
        keys = [key for key, _, _ in rows]
        with suppress(NoServer):  # then what vectors say is left as it is
            embeddings.fill(basis.dossier, basis.engine, claims=keys)
            vectors, denied, crowd = embeddings.matrices(basis.dossier, basis.engine, keys)
    return Known(
        claims=[view for _, _, view in rows],
        links=list(links_as_evidence(Link.objects.filter(pk__in=links))),
        vectors=vectors,
        denied=denied,
        crowd=crowd,
        judge=basis.judge,
        entailment=basis.reader,
    )
