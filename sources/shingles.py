"""What two texts share in wording, as sets of shingles: exactly, and by MinHash signatures. Pure functions.

A shingle is three words in a row, or five characters where a script sets no spaces (Chinese, Japanese, Thai …), folded
by case, accents and typography. MinHash and its bands: A. Broder, "On the resemblance and containment of documents"
(1997); J. Leskovec, A. Rajaraman, J. Ullman, "Mining of Massive Datasets", chapter 3.
"""

import re
import sys
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

type Shingles = NDArray[np.uint64]
type Signature = NDArray[np.uint32]

WORDS = 3
HASHES, SEED = 128, 42
ROWS = 2
"""The hashes of a band. Texts share at least one of the 64 bands with the probability 1 - (1 - J²)⁶⁴ for a Jaccard
similarity of J: 0.99 at 0.26, 0.93 at 0.2, 0.06 at 0.03. What shares one is then compared exactly."""

ENGINE = (
    f"rensa {version('rensa')}/{RMinHash.ALGORITHM_VERSION} {HASHES}x{SEED} b{ROWS} w{WORDS} c{WORDS + 2}"
)
"""What made a signature: signatures of another engine cannot be compared and are made anew."""

LEAST = 0.4
"""From this share of the shorter one's shingles two texts are near copies."""
FEWEST = 20
"""A text of fewer shingles shares too little to tell: it is a near copy only of one that is nearly the same."""
NEARLY_THE_SAME = 0.8

# Scripts whose words no space divides: Thai, Lao, Tibetan, Myanmar, Khmer; kana, bopomofo, Han.
_UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff"
    "\u3005-\u3007\u3040-\u312f\u31a0-\u31ff\u3400-\u9fff\U00020000-\U000323af"
)
_WORD = re.compile(r"[^\W_]+")
_WORD_OR_CHARACTERS = re.compile(rf"(?=([{_UNSPACED}]{{1,{WORDS}}}))[{_UNSPACED}]|([^\W_{_UNSPACED}]+)")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


class Likeness(NamedTuple):
    """What two texts share: of the shingles of both together (Jaccard), of the first's and of the second's."""

    similarity: float
    of_first: float
    of_second: float
    fewest: int

    @property
    def share(self) -> float:
        """How much of the shorter one stands in the other: 1 for a copy, a copy with additions, or an excerpt."""
        return max(self.of_first, self.of_second)

    @property
    def is_near_copy(self) -> bool:
        return self.share >= (LEAST if self.fewest >= FEWEST else NEARLY_THE_SAME)


def shingles(text: str) -> Shingles:
    """The shingles of a text as a sorted array of hashes, each once; none of a text without a letter or digit."""
    folded = unicodedata.normalize("NFKD", text.casefold()).translate(_marks())
    if _IS_UNSPACED.search(folded):
        words = [characters or word for characters, word in _WORD_OR_CHARACTERS.findall(folded)]
    else:
        words = _WORD.findall(folded)
    if not words:
        return np.empty(0, np.uint64)
    runs = [" ".join(run) for run in zip(*(words[start:] for start in range(WORDS)), strict=False)]
    return np.unique(np.array(RMinHash.hash_token_sets([runs or [" ".join(words)]])[0], dtype=np.uint64))


def signature(of: Shingles) -> Signature:
    """The MinHash signature of these shingles: the share of places in which two agree estimates their similarity."""
    signed: Signature = signatures([of])[0]
    return signed


def signatures(of: Sequence[Shingles]) -> NDArray[np.uint32]:
    """The same of many, a row each."""
    made = RMinHash.digest_matrix_from_token_hash_sets([each.tolist() for each in of], HASHES, SEED)
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


def likeness(one: Shingles, other: Shingles) -> Likeness:
    """What two texts share, exactly."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    if not shared:
        return Likeness(0.0, 0.0, 0.0, min(len(one), len(other)))
    return Likeness(
        similarity=shared / (len(one) + len(other) - shared),
        of_first=shared / len(one),
        of_second=shared / len(other),
        fewest=min(len(one), len(other)),
    )


@cache
def _marks() -> dict[int, None]:
    """All marks that stand on or beside a letter: accents, vowel signs, points."""
    return {code: None for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] == "M"}
