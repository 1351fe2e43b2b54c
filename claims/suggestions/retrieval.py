"""Which claims are worth judging against a claim: the nearest by meaning, by its denial, by words, and by the graph.

Likeness alone puts agreement first, so a search runs on a mix of the claim's vector and of its denial's, and a claim
that is near to everything (a hub of the vector space) is moved down (see features.nearness). The lists are
joined by reciprocal ranks (Cormack, Clarke and Büttcher 2009, SIGIR), and claims that the graph reaches are added,
however unlike their words are. What is found is not yet ordered by contradiction: the judge does that.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from claims.suggestions.bert import Floats, Whole
from claims.suggestions.embedding import unit
from claims.suggestions.features import CROWD_SHARE, DENIED_SHARE
from claims.suggestions.words import Bm25, content_words

RANK_OFFSET = 60
"""Cormack's constant: how little the very first ranks matter more than the next."""

BLOCK = 512
"""Queries that are compared with all claims at once in memory."""

MEANING_WEIGHT, WORDS_WEIGHT = 1.0, 0.3


class Nearest(Protocol):
    """An index of the claims' vectors: pgvector's HNSW in the application, all against all in memory for small ones."""

    def nearest(self, vectors: Floats, k: int) -> tuple[Whole, Floats]:
        """Rows [n, k] of the nearest claims, best first, and their likeness [n, k]; −1 where there are fewer."""


class Words(Protocol):
    """A search by words over the same claims: PostgreSQL's full text in the application, BM25 in memory."""

    def search(self, texts: Sequence[str], k: int) -> Whole:
        """Rows [n, k] of the best, best first; −1 where there are fewer."""


class AllAgainstAll:
    """Exact neighbours in memory: for dossiers of some ten thousand claims, and the benchmark."""

    def __init__(self, vectors: Floats) -> None:
        self.vectors = vectors

    def nearest(self, vectors: Floats, k: int) -> tuple[Whole, Floats]:
        found: list[Whole] = []
        near: list[Floats] = []
        for at in range(0, max(len(vectors), 1), BLOCK):
            likeness: Floats = vectors[at : at + BLOCK] @ self.vectors.T
            found.append(best(likeness, k))
            near.append(np.take_along_axis(likeness, found[-1], axis=1))
        return np.concatenate(found), np.concatenate(near)


class WordsInMemory:
    """BM25 over stems, in memory."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.pool = Bm25(texts, content_words)

    def search(self, texts: Sequence[str], k: int) -> Whole:
        scores = self.pool.scores(texts)
        rows = best(scores, k)
        found = np.take_along_axis(scores, rows, axis=1) > 0
        return np.where(found, rows, -1)


def best(scores: Floats, k: int) -> Whole:
    """Columns of the k highest scores of each row, best first; ties in order of columns."""
    k = min(k, scores.shape[1])
    top = (
        np.sort(np.argpartition(-scores, k - 1, axis=1)[:, :k], axis=1)
        if k
        else scores.argsort(axis=1)[:, :0]
    )
    order = np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1, kind="stable")
    return np.take_along_axis(top, order, axis=1)


def asked(vectors: Floats, denied: Floats | None) -> Floats:
    """What to search by: the claim and its denial, mixed."""
    if denied is None:
        return vectors
    return unit((1 - DENIED_SHARE) * vectors + DENIED_SHARE * denied)


def crowds(index: Nearest, vectors: Floats, k: int = 10) -> Floats:
    """How near each vector's own neighbours are in the mean: high for claims that are near to everything.

    Kept beside the vector; good until many claims have come.
    """
    _, likeness = index.nearest(vectors, k + 1)
    if likeness.shape[1] < 2:
        return np.zeros(len(vectors), np.float32)
    made: Floats = likeness[:, 1:].mean(axis=1)  # the first is the claim itself
    return made


def uncrowded(rows: Whole, likeness: Floats, crowd: Floats) -> tuple[Whole, Floats]:
    """Neighbours in the order of likeness less their crowd."""
    moved = np.asarray(likeness - CROWD_SHARE * np.where(rows >= 0, crowd[rows], 0), np.float32)
    order = np.argsort(-moved, axis=1, kind="stable")
    return np.take_along_axis(rows, order, axis=1), np.take_along_axis(moved, order, axis=1)


def fused(lists: Iterable[tuple[float, npt.NDArray[np.int64]]], without: int, k: int) -> list[int]:
    """One list from several of weighted rows, best first, by Σ weight / (60 + rank); ties by row."""
    scores: dict[int, float] = {}
    for weight, rows in lists:
        for rank, row in enumerate(rows.tolist()):
            if row >= 0 and row != without:
                scores[row] = scores.get(row, 0.0) + weight / (RANK_OFFSET + rank)
    return sorted(scores, key=lambda row: (-scores[row], row))[:k]
