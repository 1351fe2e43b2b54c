"""Parting links into train, dev and test so that no story stands in two parts. Pure: no records, no database.

A *family* is a group of sources that links or a common origin hold together: both sides of a link, and all copies of a
story, are of one family, and a family goes into one part.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

PARTS = ("train", "dev", "test")
BY_DATE, AT_RANDOM = "date", "random"


class Families:
    """Sources joined into families; a family is known by one of its sources."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def of(self, source: int) -> int:
        above = self._above
        above.setdefault(source, source)
        while above[source] != source:
            above[source] = above[above[source]]
            source = above[source]
        return source

    def join(self, one: int, other: int) -> None:
        """The lower stands for both, whatever the order in which they are joined."""
        low, high = sorted((self.of(one), self.of(other)))
        self._above[high] = low

    def sources(self) -> Iterator[tuple[int, int]]:
        """Every source with its family."""
        return ((source, self.of(source)) for source in list(self._above))


@dataclass
class Family:
    """How many links and sources it has, and the latest date of its sources as written ('' where none has one)."""

    links: int = 0
    sources: int = 0
    latest: str = ""


def part(
    families: Mapping[int, Family], shares: tuple[int, int, int], *, by: str, seed: int
) -> dict[int, str]:
    """The part of each family. ``shares`` are of the links, in per cent, for train, dev and test.

    ``by`` date: the oldest families are for training, the newest for testing, those without a date count as oldest; a
    family goes where its middle falls. At random: the largest first, each into the part that lacks most. Among equals
    the seed decides. The same families, shares and seed give the same parts.
    """
    total = sum(family.links for family in families.values())
    goals = [total * share / 100 for share in shares]

    def drawn(key: int) -> str:
        return sha256(f"{seed}:{key}".encode()).hexdigest()

    if by == BY_DATE:
        in_order = sorted(families, key=lambda key: (families[key].latest, drawn(key)))
        return _along(in_order, families, goals)
    in_order = sorted(families, key=lambda key: (-families[key].links, drawn(key)))
    return _into_gaps(in_order, families, goals)


def _along(in_order: list[int], families: Mapping[int, Family], goals: list[float]) -> dict[int, str]:
    parts: dict[int, str] = {}
    ends = [goals[0], goals[0] + goals[1]]
    before = 0
    for key in in_order:
        middle = before + families[key].links / 2
        before += families[key].links
        # A part that was given no share takes nothing, even at its very edge.
        taken = next((at for at, end in enumerate(ends) if middle <= end and goals[at]), None)
        parts[key] = PARTS[taken if taken is not None else _last(goals)]
    return parts


def _last(goals: list[float]) -> int:
    return max(at for at, goal in enumerate(goals) if goal)


def _into_gaps(in_order: list[int], families: Mapping[int, Family], goals: list[float]) -> dict[int, str]:
    parts: dict[int, str] = {}
    lacking = list(goals)
    for key in in_order:
        # Of two that lack as much, the one with the larger share; a part without a share never takes any.
        at = max((at for at in range(3) if goals[at]), key=lambda at: (lacking[at] / goals[at], goals[at]))
        lacking[at] -= families[key].links
        parts[key] = PARTS[at]
    return parts
