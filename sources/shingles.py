"""What two texts share in wording: near copies are found by MinHash signatures, then compared exactly. Pure functions.

Words are folded by case, accents and typography; where a script sets no spaces (Chinese, Japanese, Thai …) two
characters in a row stand for a word. A shingle is three words in a row. Signatures and bands: A. Broder, "On the
resemblance and containment of documents" (1997); J. Leskovec, A. Rajaraman, J. Ullman, "Mining of Massive Datasets",
chapter 3.

How much of a text stands in another is counted in passages, found as BLAST finds alignments (S. Altschul and others
1990): pairs of words that both texts have seed it, and those at the same distance, with few words between, make a
passage. Changed words do not break one; phrases that any two texts on a subject share do not make one. Counted in
shingles alone, unrelated texts that draw on the same phrases share as much as a copy with every tenth word changed.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

type Hashes = NDArray[np.uint64]
type Signature = NDArray[np.uint32]

WORDS = 3
HASHES, SEED = 128, 42
ROWS = 2
"""The hashes of a band. Texts share at least one of the 64 bands with the probability 1 - (1 - J²)⁶⁴ for a Jaccard
similarity of J: 0.99 at 0.26, 0.93 at 0.2, 0.06 at 0.03. What shares one is then compared exactly."""

ENGINE = f"rensa {version('rensa')}/{RMinHash.ALGORITHM_VERSION} {HASHES}x{SEED} b{ROWS} w{WORDS}"
"""What made a signature: signatures of another engine cannot be compared and are made anew."""

PASSAGE = 20
"""The fewest words of a passage; of a shorter text all its words."""
GAP = 8
"""The most words between two seeds of a passage."""
DENSITY = 1 / 3
"""The least share of a passage's words that begin a seed."""
COMMON = 8
"""A pair of words that a text has more often seeds nothing."""

LEAST = 0.3
"""From this share of the words of either of them in passages of the other two texts are near copies. Of generated
stories on one subject the unrelated share less than 0.2 in 999 of 1,000 pairs, edits of one story more in 99 of 100."""
FEWEST, NEARLY_THE_SAME = 30, 0.8
"""A text of fewer words shares too little to tell: it is a near copy only where this much is shared."""

# Scripts whose words no space divides: Thai, Lao, Tibetan, Myanmar, Khmer; kana, bopomofo, Han.
_UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff"
    "\u3005-\u3007\u3040-\u312f\u31a0-\u31ff\u3400-\u9fff\U00020000-\U000323af"
)
_WORD = re.compile(r"[^\W_]+")
_WORD_OR_CHARACTERS = re.compile(rf"(?=([{_UNSPACED}]{{1,2}}))[{_UNSPACED}]|([^\W_{_UNSPACED}]+)")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


class Wording:
    """A text as it is compared: its ``shingles`` as sorted hashes, each once, and its pairs of words in their order."""

    def __init__(self, text: str) -> None:
        words = _words(text)
        self.words = len(words)
        self.shingles: Hashes = np.unique(_hashes(words, WORDS))
        self.pairs: Hashes = _hashes(words, 2)
        self.order = np.argsort(self.pairs, kind="stable")
        self.sorted = self.pairs[self.order]


class Likeness(NamedTuple):
    """What two texts share: of the shingles of both together (Jaccard), of the first's words and of the second's."""

    similarity: float
    of_first: float
    of_second: float
    fewest: int

    @property
    def share(self) -> float:
        """How much of the one stands in the other: 1 for a copy, a copy with additions, or an excerpt."""
        return max(self.of_first, self.of_second)

    @property
    def is_near_copy(self) -> bool:
        return self.share >= (LEAST if self.fewest >= FEWEST else NEARLY_THE_SAME)


def signature(of: Wording) -> Signature:
    """The MinHash signature of a text: the share of places in which two agree estimates their similarity."""
    signed: Signature = signatures([of])[0]
    return signed


def signatures(of: Sequence[Wording]) -> NDArray[np.uint32]:
    """The same of many, a row each."""
    made = RMinHash.digest_matrix_from_token_hash_sets([each.shingles.tolist() for each in of], HASHES, SEED)
    return np.array(made.to_rows(), dtype=np.uint32).reshape(len(of), HASHES)


def bands(signed: NDArray[np.uint32]) -> NDArray[np.int64]:
    """A number for each band of a signature (the last axis): equal where the band and all its hashes are."""
    parts = signed.reshape(*signed.shape[:-1], HASHES // ROWS, ROWS).astype(np.uint64)
    number = np.arange(HASHES // ROWS, dtype=np.uint64) + np.uint64(1)
    with np.errstate(over="ignore"):
        for row in range(ROWS):
            number = (number ^ parts[..., row]) * np.uint64(0x9E3779B97F4A7C15)
            number ^= number >> np.uint64(29)
    return number.astype(np.int64)


def stored(signed: Signature) -> bytes:
    """A signature as it is kept, the same on every machine."""
    return signed.astype("<u4").tobytes()


def likeness(one: Wording, other: Wording) -> Likeness:
    """What two texts share, exactly."""
    fewest = min(one.words, other.words)
    shared = len(np.intersect1d(one.shingles, other.shingles, assume_unique=True))
    if not shared:
        return Likeness(0.0, 0.0, 0.0, fewest)
    similarity = shared / (len(one.shingles) + len(other.shingles) - shared)
    return Likeness(similarity, *_in_passages(one, other, min(PASSAGE, fewest)), fewest)


def _in_passages(one: Wording, other: Wording, least: int) -> tuple[float, float]:
    """Which share of the words of each stands in passages of ``least`` words or more that both have."""
    first = np.searchsorted(other.sorted, one.pairs, "left")
    times = np.searchsorted(other.sorted, one.pairs, "right") - first
    times[times > COMMON] = 0
    here = np.repeat(np.arange(len(one.pairs)), times)
    if not len(here):
        return 0.0, 0.0
    nth = np.arange(len(here)) - np.repeat(np.cumsum(times) - times, times)
    there = other.order[first[here] + nth]
    in_order = np.lexsort((here, here - there))
    here, there = here[in_order], there[in_order]
    breaks = np.flatnonzero((np.diff(here) > GAP) | (np.diff(here - there) != 0)) + 1
    starts, ends = np.append(0, breaks), np.append(breaks, len(here)) - 1
    lengths = here[ends] - here[starts] + 2
    long = (lengths >= least) & (ends - starts + 1 >= DENSITY * (lengths - 1))
    return (
        _covered(one.words, here[starts[long]], lengths[long]),
        _covered(other.words, there[starts[long]], lengths[long]),
    )


def _covered(words: int, starts: NDArray[np.intp], lengths: NDArray[np.intp]) -> float:
    edges = np.zeros(words + 1, np.int64)
    np.add.at(edges, starts, 1)
    np.add.at(edges, starts + lengths, -1)
    return float(np.mean(np.cumsum(edges)[:-1] > 0))


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.casefold()).translate(_marks())
    if _IS_UNSPACED.search(folded):
        return [characters or word for characters, word in _WORD_OR_CHARACTERS.findall(folded)]
    return _WORD.findall(folded)


def _hashes(words: Sequence[str], run: int) -> Hashes:
    """The hashes of the runs of words, in their order; of fewer words the one of all; none of none."""
    if not words:
        return np.empty(0, np.uint64)
    runs = [" ".join(each) for each in zip(*(words[start:] for start in range(run)), strict=False)]
    return np.array(RMinHash.hash_token_sets([runs or [" ".join(words)]])[0], dtype=np.uint64)


@cache
def _marks() -> dict[int, None]:
    """All marks that stand on or beside a letter: accents, vowel signs, points."""
    return {code: None for code in range(0x300, 0x20000) if unicodedata.category(chr(code))[0] == "M"}
