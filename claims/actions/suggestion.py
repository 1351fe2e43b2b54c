"""Computing suggestions for a dossier: its rows turned into what the engine reads. Nothing is stored."""

from collections.abc import Callable, Iterator

from django.conf import settings

from claims.models import Claim, Link, State
from claims.suggestions.bert import Floats
from claims.suggestions.denial import denied_vectors
from claims.suggestions.embedding import NoServer, claim_vectors, embedder, notice, unanswered
from claims.suggestions.entailment import entailment
from claims.suggestions.judge import Judge, default_judge
from claims.suggestions.learning import TooFew, learn
from claims.suggestions.records import PROPOSED, ClaimView, LinkView, Stance, Suggestion
from claims.suggestions.suggesting import BLOCK, PER_CLAIM, best_first
from claims.suggestions.suggesting import Dossier as Known
from sources.models import Dossier


def suggest(
    dossier: Dossier, *, per_claim: int = PER_CLAIM, progress: Callable[[int], object] = lambda claims: None
) -> tuple[list[Suggestion], str]:
    """Every pair of live claims worth a person's eye, best first, and a sentence on how they were found.

    For each claim its best contradicts and supports, ``per_claim`` of each, a pair once a kind, without those that are
    linked, in the bin too. The keys of the claims are their cited numbers. Settled verdicts teach the judge where
    held-out ones bear it out. ``progress`` is told how many claims were looked at.
    """
    claims = list(_claims(dossier))
    vectors, denied, resting = _vectors(claims)
    reader = entailment()
    judge, told = _judge(dossier, claims, vectors, denied, in_force=default_judge(reader is not None))
    known = Known(
        claims=claims,
        links=list(_links(dossier)),
        skip=list(_binned(dossier)),
        vectors=vectors,
        denied=denied,
        judge=judge,
        entailment=reader,
    )
    found: list[Suggestion] = []
    for start in range(0, len(claims), BLOCK):
        block = min(BLOCK, len(claims) - start)
        found += known.suggest(start, start + block, per_claim)
        progress(block)
    return best_first(found), " ".join(filter(None, (resting, told)))


def _vectors(claims: list[ClaimView]) -> tuple[Floats | None, Floats | None, str]:
    """Vectors of the claims and of their denials, where there are any, and the line on what likeness rests on."""
    engine = embedder(settings.MODEL)
    if engine is None or not claims:
        return None, None, notice(engine)
    statements = [claim.statement for claim in claims]
    try:
        vectors = claim_vectors(engine, statements, [claim.quote for claim in claims])
        return vectors, denied_vectors(engine, statements), notice(engine)
    except NoServer as error:
        return None, None, unanswered(error)


def _judge(
    dossier: Dossier,
    claims: list[ClaimView],
    vectors: Floats | None,
    denied: Floats | None,
    *,
    in_force: Judge,
) -> tuple[Judge, str]:
    """The judge that this dossier's settled verdicts bear out, and what to say of it."""
    settled = list(_links(dossier, settled=True))
    if not settled:
        return in_force, ""
    known = Known(
        claims=claims, links=settled, vectors=vectors, denied=denied, judge=in_force, entailment=entailment()
    )
    try:
        learned = learn(known.verdicts(), in_force, dossier.slug)
    except TooFew:
        return in_force, ""
    return learned.judge, learned.why


def _claims(dossier: Dossier) -> Iterator[ClaimView]:
    rows = Claim.objects.live().filter(dossier=dossier).order_by("number")
    for row in rows.values_list(
        "number",
        "statement",
        "quote",
        "source",
        "source__origin",
        "speaker__name",
        "via",
        "asserted",
        "about",
        "modality",
        "source__language",
    ).iterator(chunk_size=2_000):
        number, statement, quote, source, origin, speaker, via, asserted, about, modality, language = row
        yield ClaimView(
            key=f"C-{number}",
            statement=statement,
            quote=quote,
            source=str(source),
            origin=str(origin or ""),
            speaker=speaker or "",
            via=via,
            asserted=asserted,
            about=about,
            modality=modality,
            language=dossier.language or language or "en",
        )


def _links(dossier: Dossier, *, settled: bool = False) -> Iterator[LinkView]:
    links = Link.objects.live().filter(dossier=dossier).order_by("number")
    if settled:
        links = links.filter(state=State.SETTLED)
    for one, other, standing, state in links.values_list(
        "from_claim__number", "to_claim__number", "standing", "state"
    ):
        weight = 1.0 if state == State.SETTLED else PROPOSED
        yield LinkView(f"C-{one}", f"C-{other}", Stance(standing), weight)


def _binned(dossier: Dossier) -> Iterator[frozenset[str]]:
    """Pairs whose link lies in the bin: there is one link a pair, so they are not proposed."""
    pairs = Link.objects.binned().filter(dossier=dossier)
    for one, other in pairs.values_list("from_claim__number", "to_claim__number"):
        yield frozenset((f"C-{one}", f"C-{other}"))
