"""Which names may be one and the same person's. Pure functions; they only ever suggest."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

_TITLES = """
mr mrs ms miss dr prof professor sir lady lord president vice prime foreign defence defense deputy chief minister
secretary general spokesman spokeswoman spokesperson speaker chairman chairwoman chair ambassador senator governor
chancellor king queen prince princess pope the of for
"""
TITLES = frozenset(_TITLES.split())
"""Words that say what somebody is, not who. Without them at least one word must be left."""

ALIKE = "the same words, but for titles, order, case or accents"

COMMON = 6
"""A word in so many names is a family's, or a country's: it says nothing of who is meant."""


class Likely(NamedTuple):
    """Two names that may be one person's, and why they may."""

    one: str
    other: str
    reason: str


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name that say who it is: no case, accents, points, titles; all, if only titles are left."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    words = re.findall(r"\w+", plain.casefold())
    return tuple(word for word in words if word not in TITLES) or tuple(words)


def likely_same(names: Iterable[str]) -> list[Likely]:
    """Pairs of names that differ only in case, accents, order or titles, or of which one holds all words of the other.

    A single word counts only while few names have it. In the order of names.
    """
    by_words: dict[frozenset[str], list[str]] = defaultdict(list)
    holding: dict[str, set[frozenset[str]]] = defaultdict(set)
    for name in names:
        if words := frozenset(words_of(name)):
            by_words[words].append(name)
            for word in words:
                holding[word].add(words)
    found = set()
    for words, same in by_words.items():
        found |= {Likely(one, other, ALIKE) for one, other in combinations(sorted(same), 2)}
        if all(len(word) == 1 for word in words):
            continue
        wider = set.intersection(*(holding[word] for word in words)) - {words}
        if len(wider) < COMMON:
            reason = f"{' '.join(sorted(words)).title()} is in both"
            found |= {
                Likely(min(one, other), max(one, other), reason)
                for more in wider
                for one in same
                for other in by_words[more]
            }
    return sorted(found)


def like(name: str, others: Sequence[str]) -> list[Likely]:
    """Those of ``likely_same`` that are about this name."""
    return [pair for pair in likely_same([name, *others]) if name in (pair.one, pair.other)]
