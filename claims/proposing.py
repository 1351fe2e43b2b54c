"""Judging a dossier's claims: its rows turned into what the engine reads, whole or piece by piece. Nothing is stored.

A small dossier is read whole and searched in memory. Of a large one a piece is read at a time: some claims, what
pgvector and full text find near them, and what links lead to within three steps. So memory is that of a piece, and a
new claim is judged as a piece of one.
"""

import time
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import numpy as np
from django.conf import settings
from django.db import connection
from django.db.models import Q

from claims import embeddings
from claims.models import Claim, Dismissal, LearnedJudge, Link, State
from claims.querysets.link import LinkQuerySet
from claims.suggestions.bert import Floats, Whole
from claims.suggestions.denial import denied_vectors
from claims.suggestions.embedding import Embedder, NoServer, claim_vectors, embedder, notice, unanswered
from claims.suggestions.entailment import entailment
from claims.suggestions.features import CROWD_SHARE
from claims.suggestions.judge import Entailment, Judge, default_judge
from claims.suggestions.paths import HUB, Paths
from claims.suggestions.records import PROPOSED, ClaimView, LinkView, Stance, Suggestion
from claims.suggestions.retrieval import MEANING_WEIGHT, WORDS_WEIGHT, fused
from claims.suggestions.suggesting import DEPTH, PER_CLAIM
from claims.suggestions.suggesting import Dossier as Known
from claims.suggestions.words import STOP, content_words, plain_words, rarities, stem
from sources.models import Counter, Dossier, Letter
from sources.search import fold

IN_MEMORY = 5_000
"""Up to so many claims a dossier is searched in memory, exactly."""
PIECE = 64
"""So many claims are judged at a time."""
SAMPLE = 2_000
"""Statements whose words are counted to tell which are rare."""
KEPT = 600.0
"""For so many seconds a process keeps how rare words are in a dossier."""
SOUGHT = 8
"""A claim's rarest words, by which full text looks for others."""
MATCHES = 5
"""So many matches of full text are ranked for each that is taken."""
READ_AT_ONCE = 8
"""So many of those nearest to a claim by words are read at once, where no job has yet."""
AROUND = 20_000
"""So many claims are looked at around a piece on the ways of links."""
BY_LINKS = ("paths of two", "paths of three", "paths at all", "kin of the linked", "kin at all")
"""The features that links make."""


class Found(NamedTuple):
    """A suggestion with the keys and versions of its claims, and of those that links lead over (``via``)."""

    suggestion: Suggestion
    one: tuple[int, int]
    other: tuple[int, int]
    via: list[int]

    @property
    def by_links(self) -> bool:
        return any(reason.feature in BY_LINKS for reason in self.suggestion.reasons)


@dataclass(frozen=True)
class Basis:
    """By what a dossier's claims are judged: its sentence model, judge, and, unless in haste, reader of pairs."""

    dossier: Dossier
    engine: Embedder | None
    stored: bool
    """Whether vectors are in the table: else nothing is found by meaning, except in memory."""
    judge: Judge
    reader: Entailment | None
    failing: str = ""
    """What to say of a server of sentence vectors that does not answer; words alone are gone by then."""

    @classmethod
    def of(cls, dossier: Dossier, *, in_haste: bool = False) -> "Basis":
        """What is in force. In haste, pairs are not read together: that takes seconds."""
        reader = None if in_haste else entailment()
        judge = learned_judge(dossier, base_judge(reader))
        engine, failing = embedder(settings.MODEL), ""
        try:
            _ = engine and engine.dimensions  # what a server is asked first
        except NoServer as error:
            engine, failing = None, unanswered(error)
        return cls(dossier, engine, embeddings.is_there(), judge, reader, failing)

    def in_words_alone(self, error: NoServer) -> "Basis":
        return replace(self, engine=None, failing=unanswered(error))

    @property
    def name(self) -> str:
        return embeddings.name_of(self.engine) if self.engine else "words alone"

    @property
    def told(self) -> str:
        """What suggestions rest on, in a sentence."""
        if self.engine and not self.stored:
            return (
                "The database has no pgvector: suggestions on the pages rest on words alone, and miss what is said in "
                "other words."
            )
        return self.failing or notice(self.engine)

    @property
    def by_meaning(self) -> bool:
        return self.stored and self.engine is not None


def base_judge(reader: Entailment | None) -> Judge:
    """The judge that ships."""
    return default_judge(reader is not None)


def learned_judge(dossier: Dossier, base: Judge) -> Judge:
    """What the dossier's verdicts taught, where it was learned from this judge; else that one."""
    kept = (
        LearnedJudge.objects.filter(dossier=dossier, base=base.version)
        .values_list("judge", flat=True)
        .first()
    )
    return Judge.from_json(kept) if kept else base


# -- rows as the engine reads them


def views(dossier: Dossier, claims: Iterable[int] | None = None) -> Iterator[tuple[int, int, ClaimView]]:
    """The live claims of the dossier, or those of these keys, in order of keys: key, version, and what is read."""
    rows = Claim.objects.live().filter(dossier=dossier).order_by("pk")
    if claims is not None:
        rows = rows.filter(pk__in=list(claims))
    for row in rows.values_list(
        *("pk", "version", "number", "statement", "quote", "source", "source__origin", "speaker__name"),
        *("via", "asserted", "about", "modality", "source__language"),
    ).iterator(chunk_size=2_000):
        (
            key,
            version,
            number,
            statement,
            quote,
            source,
            origin,
            speaker,
            via,
            asserted,
            about,
            modality,
            language,
        ) = row
        yield (
            key,
            version,
            ClaimView(
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
            ),
        )


def link_view(one: str, other: str, standing: str, state: str) -> LinkView:
    """A link as evidence: as it was settled, else as it was proposed, whatever reviewers who differ may say."""
    return LinkView(one, other, Stance(standing), 1.0 if state == State.SETTLED else PROPOSED)


def links_as_evidence(links: LinkQuerySet) -> Iterator[LinkView]:
    rows = links.order_by("number").values_list("from_claim__number", "to_claim__number", "standing", "state")
    for one, other, standing, state in rows:
        yield link_view(f"C-{one}", f"C-{other}", standing, state)


def left_out(dossier: Dossier) -> Iterator[frozenset[str]]:
    """Pairs that are not proposed: whose link lies in the bin (there is one link a pair), and those dismissed."""
    binned = Link.objects.binned().filter(dossier=dossier)
    dismissed = Dismissal.objects.filter(dossier=dossier)
    for one, other in binned.values_list("from_claim__number", "to_claim__number"):
        yield frozenset((f"C-{one}", f"C-{other}"))
    for one, other in dismissed.values_list("one__number", "other__number"):
        yield frozenset((f"C-{one}", f"C-{other}"))


def _found(made: Iterable[Suggestion], keys: Mapping[str, tuple[int, int]]) -> Iterator[Found]:
    """Each with the keys and versions of its claims, the lower key first."""
    for one in made:
        ends = sorted((keys[one.a], keys[one.b]))
        told = " ".join(reason.sentence for reason in one.reasons if reason.feature in BY_LINKS)
        named = [word.strip(".,;:") for word in told.split() if word.startswith("C-")]
        via = list(dict.fromkeys(keys[name][0] for name in named if name in keys))
        yield Found(one, ends[0], ends[1], via)


# -- whole


class InMemory:
    """A small dossier, read once: searched exactly, as it was when this was made."""

    def __init__(self, basis: Basis) -> None:
        rows = list(views(basis.dossier))
        claims = [view for _, _, view in rows]
        self._at = {key: at for at, (key, _, _) in enumerate(rows)}
        self._keys = {view.key: (key, version) for key, version, view in rows}
        vectors, denied = _all_vectors(basis, [key for key, _, _ in rows], claims)
        self._known = Known(
            claims=claims,
            links=list(links_as_evidence(Link.objects.live().filter(dossier=basis.dossier))),
            skip=list(left_out(basis.dossier)),
            vectors=vectors,
            denied=denied,
            judge=basis.judge,
            entailment=basis.reader,
        )

    def judged(self, claims: Sequence[int], per_claim: int = PER_CLAIM) -> list[Found]:
        """The best of each of these claims; a pair may come from both sides."""
        made: list[Suggestion] = []
        places = sorted(self._at[key] for key in claims if key in self._at)
        for _, run in groupby(enumerate(places), key=lambda place: place[1] - place[0]):
            rows = [at for _, at in run]  # one after the other: their pairs are read together
            made += self._known.suggest(rows[0], rows[-1] + 1, per_claim)
        return list(_found(made, self._keys))


def _all_vectors(
    basis: Basis, keys: Sequence[int], claims: Sequence[ClaimView]
) -> tuple[Floats | None, Floats | None]:
    """From the table, else computed here and now."""
    if basis.engine is None or not claims:
        return None, None
    if basis.stored:
        return embeddings.matrices(basis.dossier, basis.engine, keys)[:2]
    statements, quotes = [claim.statement for claim in claims], [claim.quote for claim in claims]
    try:
        return claim_vectors(basis.engine, statements, quotes), denied_vectors(basis.engine, statements)
    except NoServer:
        return None, None


# -- piece by piece


class PieceByPiece:
    """A dossier of any size: what a piece needs is found by the database's indexes.

    ``depth`` says how many candidates of a claim are judged.
    """

    def __init__(self, basis: Basis, depth: int = DEPTH) -> None:
        self.basis, self.depth = basis, depth

    def judged(self, claims: Sequence[int], per_claim: int = PER_CLAIM) -> list[Found]:
        """The best of each of these claims; a pair may come from both sides."""
        made: list[Found] = []
        for at in range(0, len(claims), PIECE):
            made += _Piece(self.basis, claims[at : at + PIECE], self.depth).judged(per_claim)
        return made


def _padded(rows: Floats, length: int) -> Floats:
    """With rows of zeros at the end."""
    return np.concatenate([rows, np.zeros((length - len(rows), *rows.shape[1:]), rows.dtype)])


class _NoSearch:
    """In the place of a search: candidates were found already."""

    def search(self, texts: Sequence[str], k: int) -> Whole:
        return np.full((len(texts), 0), -1, dtype=np.int64)

    def nearest(self, vectors: Floats, k: int) -> tuple[Whole, Floats]:
        return np.zeros((len(vectors), 0), np.int64), np.zeros((len(vectors), 0), np.float32)


class _Piece:
    """Some claims and all that is near them."""

    def __init__(self, basis: Basis, claims: Sequence[int], depth: int) -> None:
        self.basis, self.depth = basis, depth
        self.dossier = basis.dossier
        self.rows = {key: (version, view) for key, version, view in views(self.dossier, claims)}
        self.claims = list(self.rows)
        self.around = Around.of(self.dossier, self.claims)

    def judged(self, per_claim: int) -> list[Found]:
        if not self.claims:
            return []
        candidates = self._candidates()
        others = {key for found in candidates.values() for key in found} - self.rows.keys()
        rows = {**self.rows, **{key: (version, view) for key, version, view in views(self.dossier, others)}}
        known, at = self._known(rows)
        keys = {view.key: (key, version) for key, (version, view) in rows.items()}
        keys |= {f"C-{number}": (key, 0) for key, number in self.around.numbers.items() if key not in rows}
        made: list[Suggestion] = []
        for claim in self.claims:
            near = [at[key] for key in candidates[claim] if key in rows]
            made += known.judged(at[claim], near, per_claim)
        return list(_found(made, keys))

    def _known(self, rows: Mapping[int, tuple[int, ClaimView]]) -> tuple[Known, dict[int, int]]:
        """What the engine is told, and the place of each claim in it; those only passed by links have no words, and no
        vectors but where they are linked with one of the rows.
        """  # fmt: skip
        numbers = self.around.numbers
        partners = self.around.partners(rows)
        passed = sorted(numbers.keys() - rows.keys(), key=lambda key: (key not in partners, key))
        views_of = [
            *(view for _, view in rows.values()),
            *(ClaimView(f"C-{numbers[key]}", "") for key in passed),
        ]
        places = {key: at for at, key in enumerate([*rows, *passed])}
        vectors = denied = crowd = None
        if self.basis.by_meaning:
            assert self.basis.engine is not None
            near = [key for key in places if key in rows or key in partners]
            read = embeddings.matrices(self.dossier, self.basis.engine, near)
            vectors, denied, crowd = (_padded(one, len(places)) for one in read)
        known = Known(
            claims=views_of,
            links=self.around.views(places.keys()),
            vectors=vectors,
            denied=denied,
            crowd=crowd,
            index=_NoSearch() if vectors is not None else None,
            words=_NoSearch(),
            judge=self.basis.judge,
            entailment=self.basis.reader,
            rarity=rarity_in(self.dossier),
        )
        return known, places

    def _candidates(self) -> dict[int, list[int]]:
        """For each claim those worth judging, best first: what links lead to, then what is near."""
        by_words = self._by_words()
        self._read_the_unread(by_words)
        by_meaning = self._by_meaning() if self.basis.by_meaning else {}
        reached = self.around.reached(self.claims, self.depth // 2)
        taken = self._taken()
        found = {}
        for claim in self.claims:
            lists = [(WORDS_WEIGHT, np.array(by_words[claim], np.int64))]
            if claim in by_meaning:
                lists.append((MEANING_WEIGHT, np.array(by_meaning[claim], np.int64)))
            out = taken[claim]
            beyond = [key for key in reached[claim] if key not in out and key != claim]
            near_by = [key for key in fused(lists, claim, self.depth + len(out)) if key not in out]
            found[claim] = list(dict.fromkeys(beyond + near_by))[: self.depth]
        return found

    def _read_the_unread(self, by_words: Mapping[int, list[int]]) -> None:
        """Make the vectors that the nearest few lack: what was brought in a moment ago is compared by meaning too."""
        if self.basis.by_meaning:
            assert self.basis.engine is not None
            nearest = {key for found in by_words.values() for key in found[:READ_AT_ONCE]}
            with suppress(NoServer):
                embeddings.fill(self.dossier, self.basis.engine, claims=sorted(nearest), in_haste=True)

    def _taken(self) -> dict[int, set[int]]:
        """With which each claim is linked, in the bin or not, or was dismissed."""
        sides = Q(from_claim__in=self.claims) | Q(to_claim__in=self.claims)
        pairs = list(Link.objects.filter(sides).values_list("from_claim", "to_claim"))
        pairs += Dismissal.objects.filter(Q(one__in=self.claims) | Q(other__in=self.claims)).values_list(
            "one", "other"
        )
        taken = defaultdict[int, set[int]](set)
        for one, other in pairs:
            taken[one].add(other)
            taken[other].add(one)
        return taken

    def _by_meaning(self) -> dict[int, list[int]]:
        assert self.basis.engine is not None
        there = embeddings.held(self.dossier, self.basis.engine, self.claims)
        keys = [key for key in self.claims if key in there.vector]
        queries = [embeddings.query_of(there, key) for key in keys]
        near = embeddings.nearest(self.dossier, self.basis.engine, queries, self.depth + 1)
        return {
            key: [one.claim for one in sorted(found, key=lambda one: CROWD_SHARE * one.crowd - one.likeness)]
            for key, found in zip(keys, near, strict=True)
        }

    def _by_words(self) -> dict[int, list[int]]:
        """Those that share a claim's rarest words, as full text ranks them."""
        rarity = rarity_in(self.dossier)
        asked = {key: _sought(view.statement, rarity) for key, (_, view) in self.rows.items()}
        found: dict[int, list[int]] = {key: [] for key in self.claims}
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT q.id, n.id FROM unnest(%s::bigint[], %s::text[]) AS q(id, words)
                JOIN claims_claim c ON c.id = q.id
                CROSS JOIN LATERAL (
                    SELECT f.id FROM (
                        SELECT o.id, o.search FROM claims_claim o
                        WHERE o.dossier_id = %s AND o.binned_at IS NULL AND o.search @@ to_tsquery(c.config, q.words)
                        LIMIT %s
                    ) f ORDER BY ts_rank(f.search, to_tsquery(c.config, q.words), 1) DESC, f.id LIMIT %s
                ) n WHERE q.words <> ''
                """,
                [list(asked), list(asked.values()), self.dossier.pk, MATCHES * self.depth, self.depth + 1],
            )
            for claim, other in cursor.fetchall():
                found[claim].append(other)
        return found


def _sought(statement: str, rarity: Mapping[str, float]) -> str:
    """A claim's rarest words as a query of full text; '' when it has none that tell."""
    words = [
        word for word in dict.fromkeys(plain_words(fold(statement))) if word not in STOP and word.isalnum()
    ]
    rarest = sorted(words, key=lambda word: -rarity.get(stem(word), rarity.get("", 1.0)))[:SOUGHT]
    return " | ".join(f"'{word}'" for word in rarest)


_rarities: dict[int, tuple[float, dict[str, float]]] = {}


def rarity_in(dossier: Dossier) -> dict[str, float]:
    """How rare each stem is among the dossier's claims, counted from a sample and kept for some minutes."""
    until, held = _rarities.get(dossier.pk, (0.0, {}))
    if time.monotonic() < until:
        return held
    last = (
        Counter.objects.filter(dossier=dossier, letter=Letter.CLAIM).values_list("last", flat=True).first()
        or 0
    )
    numbers = range(1, last + 1, last // SAMPLE + 1)
    rows = Claim.objects.live().filter(dossier=dossier, number__in=list(numbers))
    made = rarities([content_words(statement) for statement in rows.values_list("statement", flat=True)])
    _rarities[dossier.pk] = (time.monotonic() + KEPT, made)
    return made


# -- what links lead to


@dataclass(frozen=True)
class Around:
    """The live links within three steps of some claims. A claim with more than HUB links is not passed."""

    links: list[tuple[int, int, str, str]]
    numbers: dict[int, int] = field(default_factory=dict)
    """The number of each claim at an end of them."""

    @classmethod
    def of(cls, dossier: Dossier, claims: Sequence[int]) -> "Around":
        seen: set[int] = set()
        links: dict[int, tuple[int, int, str, str]] = {}
        numbers: dict[int, int] = {}
        edge = set(claims)
        for _ in range(3):
            if not edge:
                break
            seen |= edge
            reached: set[int] = set()
            for key, one, other, first, second, standing, state in _links_at(dossier, sorted(edge)[:AROUND]):
                links[key] = (one, other, standing, state)
                numbers[one], numbers[other] = first, second
                reached |= {one, other}
            edge = reached - seen
        return cls(list(links.values()), numbers)

    def views(self, among: Iterable[int]) -> list[LinkView]:
        there = set(among)
        return [
            link_view(f"C-{self.numbers[one]}", f"C-{self.numbers[other]}", standing, state)
            for one, other, standing, state in self.links
            if one in there and other in there
        ]

    def partners(self, claims: Container[int]) -> set[int]:
        """The claims that are linked with one of these."""
        ends = [(one, other) for one, other, _, _ in self.links]
        return {one for one, other in ends if other in claims} | {
            other for one, other in ends if one in claims
        }

    @cached_property
    def _keys(self) -> dict[str, int]:
        return {f"C-{number}": key for key, number in self.numbers.items()}

    def reached(self, claims: Sequence[int], most: int) -> dict[int, list[int]]:
        """For each of the claims those that paths lead to, the strongest first."""
        names = [f"C-{self.numbers[key]}" for key in claims if key in self.numbers]
        places = [*names, *(name for name in self._keys if name not in set(names))]
        paths = Paths(self.views(self.numbers), {name: at for at, name in enumerate(places)})
        found: dict[int, list[int]] = {key: [] for key in claims}
        if not paths:
            return found
        two, three = paths.block(0, len(names))
        both = (two + 0.5 * three).tocsr()
        for at, name in enumerate(names):
            span = slice(both.indptr[at], both.indptr[at + 1])
            columns, strengths = both.indices[span], np.abs(both.data[span])
            order = np.lexsort((columns, -strengths))[:most]
            found[self._keys[name]] = [
                self._keys[places[columns[one]]] for one in order.tolist() if strengths[one] > 0
            ]
        return found


def _links_at(dossier: Dossier, claims: Sequence[int]) -> list[tuple[int, int, int, int, int, str, str]]:
    """The live links at these claims, of a hub as many as show that it is one: key, ends, their numbers, standing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT l.id, l.from_claim_id, l.to_claim_id, a.number, b.number, l.standing, l.state
            FROM unnest(%s::bigint[]) AS k(id)
            CROSS JOIN LATERAL (
                (SELECT f.* FROM claims_link f WHERE f.from_claim_id = k.id AND f.binned_at IS NULL LIMIT %s)
                UNION ALL
                (SELECT t.* FROM claims_link t WHERE t.to_claim_id = k.id AND t.binned_at IS NULL LIMIT %s)
            ) l
            JOIN claims_claim a ON a.id = l.from_claim_id JOIN claims_claim b ON b.id = l.to_claim_id
            WHERE l.dossier_id = %s
            """,
            [list(claims), HUB + 1, HUB + 1, dossier.pk],
        )
        rows: list[tuple[int, int, int, int, int, str, str]] = cursor.fetchall()
    return rows
