"""How well the words of two claims answer each other: each word of one with the nearest of the other, rare words most.

A cheap form of late interaction (Khattab and Zaharia 2020, ColBERT, arXiv:2004.12832; Zhang et al. 2020, BERTScore,
arXiv:1904.09675) over the model's table of word vectors, so that nothing is run through the model. Words that find
only a near relation ("English" and "Spanish") where all else agrees are what was put in another's place.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from claims.suggestions.bert import Bert, Floats

_SAME = 0.98


class Aligned(NamedTuple):
    covered: float
    """How much of the claim whose words are better answered is answered, 0 to 1."""
    covered_less: float
    """The same for the other claim."""
    kin: float
    """How near the words that are not shared come to each other: high for words of one kind, 0 when all are shared."""


class Words(NamedTuple):
    """One claim's words as the table sees them."""

    vectors: Floats
    weights: Floats


class WordTable:
    """The word vectors of a model, centred and at unit length."""

    def __init__(self, bert: Bert) -> None:
        table = bert.tensors["embeddings.word_embeddings.weight"]
        table = table - table[len(table) // 30 :].mean(axis=0)
        table /= np.linalg.norm(table, axis=1, keepdims=True) + np.float32(1e-9)
        self._table = table
        self._tokenizer = bert.tokenizer
        # word pieces are numbered from the most frequent to the rarest (as WordPiece vocabularies are made)
        rank = np.maximum(np.arange(len(table)) - len(table) // 30, 1)
        self._weights = (0.15 + np.log(rank) / np.log(len(table))).astype(np.float32)

    def words(self, text: str) -> Words:
        """The words of a text, without the marks that the model puts around it."""
        ids = np.array(self._tokenizer.encode(text, add_special_tokens=False).ids, dtype=np.int64)
        return Words(self._table[ids], self._weights[ids])


def aligned(a: Words, b: Words) -> Aligned:
    """How the words of two claims answer each other; all 0 when one of them has none."""
    if not len(a.weights) or not len(b.weights):
        return Aligned(0.0, 0.0, 0.0)
    likeness = np.maximum(a.vectors @ b.vectors.T, 0)
    ours, theirs = likeness.max(axis=1), likeness.max(axis=0)
    first = float(ours @ a.weights / a.weights.sum())
    second = float(theirs @ b.weights / b.weights.sum())
    left: npt.NDArray[np.bool_] = ours < _SAME
    right: npt.NDArray[np.bool_] = theirs < _SAME
    kin = 0.0
    if left.any() and right.any():
        among = likeness[left][:, right]
        weights = a.weights[left] if left.sum() <= right.sum() else b.weights[right]
        best = among.max(axis=1) if left.sum() <= right.sum() else among.max(axis=0)
        kin = float(best @ weights / weights.sum())
    return Aligned(max(first, second), min(first, second), kin)
