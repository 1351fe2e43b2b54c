"""The table of the claims' vectors, there only where pgvector is: made, filled, searched. No model refers to it.

A row holds a claim's vector, that of its denial (not yet of a claim that was read in haste), and how crowded it
stands, all of one engine; ``digest`` tells whether its words are still those that were read. Vectors of any length
share the table: each length has an HNSW index of its own, up to what pgvector can index, beyond which the search reads
all.
"""

# ruff: noqa: S608  the SQL is put together from this module's own constants and numbers; values are parameters

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from claims.suggestions.bert import Floats
from claims.suggestions.denial import denied_vectors
from claims.suggestions.embedding import Embedder, claim_vectors, unit
from claims.suggestions.retrieval import asked
from sources.models import Dossier

TABLE = """
CREATE TABLE IF NOT EXISTS claims_embedding (
    claim_id bigint PRIMARY KEY,
    dossier_id bigint NOT NULL,
    engine text NOT NULL,
    dimensions int NOT NULL,
    digest text NOT NULL,
    vector halfvec NOT NULL,
    denied halfvec,
    crowd real,
    crowd_at timestamptz,
    CONSTRAINT claims_embedding_claim_in_dossier FOREIGN KEY (dossier_id, claim_id)
        REFERENCES claims_claim (dossier_id, id) ON DELETE CASCADE,
    CONSTRAINT embedding_has_its_length CHECK (vector_dims(vector) = dimensions AND vector_dims(denied) = dimensions)
);
CREATE INDEX IF NOT EXISTS embedding_of_dossier ON claims_embedding (dossier_id, engine, claim_id);
"""

INDEXED = 4_000
"""So many dimensions of a halfvec pgvector can index."""
EXPLORED = 160
"""How many neighbours the index keeps in view while it searches (hnsw.ef_search)."""
BATCH = 64
DIGEST = "md5(c.statement || ' ' || c.quote)"
"""Of the words that a vector was made of."""
NEIGHBOURS = 10
"""A claim's crowd is how near so many others are to it in the mean."""


class Near(NamedTuple):
    """A claim that a search found, how like it is, and how crowded it stands."""

    claim: int
    likeness: float
    crowd: float


@dataclass(frozen=True)
class Vectors:
    """What the table holds of some claims, by key."""

    vector: dict[int, Floats]
    denied: dict[int, Floats]
    crowd: dict[int, float]


def name_of(engine: Embedder) -> str:
    """Under which vectors are kept: those of two names are never compared."""
    return f"{engine.name} {engine.version}".strip()


def has_extension() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')")
        [there] = cursor.fetchone()
    return bool(there)


def is_there() -> bool:
    """Whether the table is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('claims_embedding') IS NOT NULL")
        [there] = cursor.fetchone()
    return bool(there)


def make_table() -> bool:
    """Make the table where pgvector came after the migrations; whether there is one now."""
    if is_there():
        return True
    if not has_extension():
        return False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(TABLE)
    except ProgrammingError:  # the application's role may make no table: words alone, as without pgvector
        return False
    return True


def make_index(dimensions: int) -> None:
    """The index of vectors of this length, made when the first of them come; later ones are put into it one by one."""
    if dimensions <= INDEXED:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s) IS NULL", [f"embedding_near_{dimensions:d}"])
            [missing] = cursor.fetchone()
            if missing:
                cursor.execute(
                    f"CREATE INDEX IF NOT EXISTS embedding_near_{dimensions:d} ON claims_embedding "
                    f"USING hnsw ((vector::halfvec({dimensions:d})) halfvec_ip_ops) WHERE dimensions = {dimensions:d}"
                )


def fill(
    dossier: Dossier,
    engine: Embedder,
    *,
    claims: Sequence[int] | None = None,
    in_haste: bool = False,
    enough: Callable[[], bool] = lambda: False,
    progress: Callable[[int], object] = lambda done: None,
) -> bool:
    """Compute what is missing of the dossier's live claims, or of these; batch by batch, each kept at once.

    In haste the denials are left for later: they take half of the time. Whether all is there; ``progress`` is told of
    each batch. Raises NoServer when the engine is a server that fails.
    """
    make_index(engine.dimensions)
    last = 0
    while rows := _missing(dossier, engine, claims, last, in_haste):
        statements = [statement for _, statement, _ in rows]
        vectors = claim_vectors(engine, statements, [quote for *_, quote in rows])
        denied = None if in_haste else denied_vectors(engine, statements)
        _keep(dossier, engine, rows, vectors, denied)
        last = rows[-1][0]
        progress(len(rows))
        if len(rows) < BATCH:
            break
        if enough():
            return False
    return True


def is_full(dossier: Dossier, engine: Embedder) -> bool:
    """Whether every live claim of the dossier was read."""
    return not _missing(dossier, engine, None, 0, in_haste=True)


def _missing(
    dossier: Dossier, engine: Embedder, claims: Sequence[int] | None, after: int, in_haste: bool
) -> list[tuple[int, str, str]]:
    some = "" if claims is None else "AND c.id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT c.id, c.statement, c.quote FROM claims_claim c
            LEFT JOIN claims_embedding e ON e.claim_id = c.id AND e.engine = %s AND e.digest = {DIGEST}
                AND (%s OR e.denied IS NOT NULL)
            WHERE c.dossier_id = %s AND c.binned_at IS NULL AND e.claim_id IS NULL AND c.id > %s {some}
            ORDER BY c.id LIMIT {BATCH}
            """,
            [name_of(engine), in_haste, dossier.pk, after, *([] if claims is None else [list(claims)])],
        )
        found: list[tuple[int, str, str]] = cursor.fetchall()
    return found


def _keep(
    dossier: Dossier,
    engine: Embedder,
    rows: list[tuple[int, str, str]],
    vectors: Floats,
    denied: Floats | None,
) -> None:
    """Write a batch; a claim that was deleted meanwhile is passed over, one that was edited is read again later.

    What was read in haste takes the place of nothing that was read wholly.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO claims_embedding AS e (claim_id, dossier_id, engine, dimensions, digest, vector, denied)
            SELECT w.id, w.dossier_id, %s, %s, {DIGEST.replace("c.", "w.")}, w.vector::halfvec, w.denied::halfvec
            FROM (
                SELECT c.id, c.dossier_id, r.statement, r.quote, r.vector, r.denied
                FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
                    AS r(id, statement, quote, vector, denied)
                JOIN claims_claim c ON c.id = r.id AND c.dossier_id = %s
            ) w
            ORDER BY w.id
            ON CONFLICT (claim_id) DO UPDATE SET engine = excluded.engine, dimensions = excluded.dimensions,
                digest = excluded.digest, vector = excluded.vector, denied = excluded.denied,
                crowd = NULL, crowd_at = NULL
            WHERE excluded.denied IS NOT NULL
            OR (e.engine, e.digest) IS DISTINCT FROM (excluded.engine, excluded.digest)
            """,
            [
                name_of(engine),
                engine.dimensions,
                *(list(column) for column in zip(*rows, strict=True)),
                [_written(one) for one in vectors],
                [None] * len(rows) if denied is None else [_written(one) for one in denied],
                dossier.pk,
            ],
        )


def _written(vector: Floats) -> str:
    return "[" + ",".join(map(str, vector.astype(np.float16).tolist())) + "]"


def held(dossier: Dossier, engine: Embedder, claims: Sequence[int]) -> Vectors:
    """The vectors of these claims, as far as they are there and of the words as they stand."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT e.claim_id, halfvec_send(e.vector), halfvec_send(e.denied), e.crowd
            FROM claims_embedding e JOIN claims_claim c ON c.id = e.claim_id AND e.digest = {DIGEST}
            WHERE e.dossier_id = %s AND e.engine = %s AND e.claim_id = ANY(%s)
            """,
            [dossier.pk, name_of(engine), list(claims)],
        )
        rows = cursor.fetchall()
    return Vectors(
        {key: _read(vector) for key, vector, _, _ in rows},
        {key: _read(denied) for key, _, denied, _ in rows if denied},
        {key: crowd for key, _, _, crowd in rows if crowd is not None},
    )


def matrices(dossier: Dossier, engine: Embedder, claims: Sequence[int]) -> tuple[Floats, Floats, Floats]:
    """The vectors of these claims, of their denials, and their crowds, in this order; zeros where there are none.

    Of a claim read in haste the rest is taken from the others here: its denial lies from it as theirs do in the mean,
    and its crowd are the nearest of them.
    """
    there = held(dossier, engine, claims)
    none = np.zeros(engine.dimensions, np.float32)
    vectors = np.stack([there.vector.get(key, none) for key in claims])
    denied = np.stack([there.denied.get(key, none) for key in claims])
    crowds = np.array([there.crowd.get(key, 0.0) for key in claims], np.float32)
    read = np.array([key in there.vector for key in claims], bool)
    hasty = np.array([key in there.vector and key not in there.denied for key in claims], bool)
    whole = read & ~hasty
    shift = (denied[whole] - vectors[whole]).mean(axis=0) if whole.any() else none
    denied[hasty] = unit(vectors[hasty] + shift)
    for at in np.flatnonzero(hasty):
        likeness = np.delete(vectors[read] @ vectors[at], np.count_nonzero(read[:at]))
        crowds[at] = np.sort(likeness)[-NEIGHBOURS:].mean() if likeness.size else 0.0
    return vectors, denied, crowds


def _read(sent: bytes) -> Floats:
    """What ``halfvec_send`` wrote: two numbers of two bytes, then the values."""
    return np.frombuffer(bytes(sent), dtype=">f2", offset=4).astype(np.float32)


def nearest(dossier: Dossier, engine: Embedder, queries: Sequence[Floats], k: int) -> list[list[Near]]:
    """For each query its ``k`` nearest claims of the dossier, best first, by the index."""
    dimensions = engine.dimensions
    vector = f"e.vector::halfvec({dimensions:d})"
    found: list[list[Near]] = [[] for _ in queries]
    with transaction.atomic(), connection.cursor() as cursor:
        _explore(cursor)
        cursor.execute(
            f"""
            SELECT q.place, n.claim_id, n.likeness, n.crowd FROM unnest(%s::text[]) WITH ORDINALITY AS q(vector, place)
            CROSS JOIN LATERAL (
                SELECT e.claim_id, -({vector} <#> q.vector::halfvec({dimensions:d})) AS likeness,
                    coalesce(e.crowd, 0) AS crowd
                FROM claims_embedding e
                WHERE e.dossier_id = %s AND e.engine = %s AND e.dimensions = {dimensions:d}
                ORDER BY {vector} <#> q.vector::halfvec({dimensions:d}) LIMIT %s
            ) n
            """,
            [[_written(query) for query in queries], dossier.pk, name_of(engine), k],
        )
        for place, claim, likeness, crowd in cursor.fetchall():
            found[place - 1].append(Near(claim, likeness, crowd))
    for near in found:
        near.sort(key=lambda one: (-one.likeness, one.claim))
    return found


def _explore(cursor: "connection.cursor") -> None:  # type: ignore[name-defined]
    """How far the index looks. Several dossiers share it: it goes on until enough of this one are found."""
    cursor.execute(
        "SELECT string_to_array(extversion, '.')::int[] >= '{0,8}' FROM pg_extension WHERE extname = 'vector'"
    )
    [goes_on] = cursor.fetchone()
    cursor.execute(f"SET LOCAL hnsw.ef_search = {EXPLORED}")
    if goes_on:
        cursor.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")


def query_of(vectors: Vectors, claim: int) -> Floats:
    """What to search by for a claim: it and its denial, mixed; itself alone while its denial is not read."""
    denied = vectors.denied.get(claim)
    mixed: Floats = asked(vectors.vector[claim][None], None if denied is None else denied[None])[0]
    return mixed


def crowd(dossier: Dossier, engine: Embedder, claims: Sequence[int]) -> None:
    """Compute how crowded these claims stand among the others as they are now."""
    vectors = held(dossier, engine, claims)
    keys = list(vectors.vector)
    near = nearest(dossier, engine, [vectors.vector[key] for key in keys], NEIGHBOURS + 1)
    means = []
    for key, found in zip(keys, near, strict=True):
        others = [one.likeness for one in found if one.claim != key][:NEIGHBOURS]
        means.append(float(np.mean(others)) if others else 0.0)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE claims_embedding e SET crowd = w.crowd, crowd_at = %s
            FROM unnest(%s::bigint[], %s::real[]) AS w(id, crowd) WHERE e.claim_id = w.id
            """,
            [timezone.now(), keys, means],
        )


def uncounted(dossier: Dossier, engine: Embedder, since: datetime, *, after: int, limit: int) -> list[int]:
    """Claims with a higher key whose crowd was not computed since then, in order of keys."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT claim_id FROM claims_embedding WHERE dossier_id = %s AND engine = %s
            AND (crowd_at IS NULL OR crowd_at < %s) AND claim_id > %s ORDER BY claim_id LIMIT %s
            """,
            [dossier.pk, name_of(engine), since, after, limit],
        )
        return [key for (key,) in cursor.fetchall()]
