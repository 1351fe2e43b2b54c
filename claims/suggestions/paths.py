"""What the links already made imply: signed paths of two and three steps through the dossier's own graph.

Whoever supports my opponent contradicts me; my opponent's opponent is with me. That a signed graph tends to balance is
Heider 1946 ("Attitudes and cognitive organization", J. Psychology 21) and Cartwright and Harary 1956 ("Structural
balance", Psychological Review 63); that balance predicts the sign of a missing link, Leskovec, Huttenlocher and
Kleinberg 2010 (WWW, arXiv:1003.2429). Only the sign is read here, not the direction. A path counts the product of its
links' signs and weights, divided by the square root of the degree of each claim it passes (a hub joins everything and
says little: after Adamic and Adar 2003, Social Networks 25), and halved for a third step.

A claim that is near in meaning to one that is linked says the same, only less surely (``kindred``): whoever repeats
what contradicts me contradicts me. So do neighbourhood methods of recommending with items that few have rated (Sarwar
et al. 2001, WWW), and it reaches claims that have no link yet.

Linear in links for a sparse graph: rows are computed by sparse products, block by block. A claim with more than
``HUB`` links is not passed through.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from claims.suggestions.bert import Floats
from claims.suggestions.records import LinkView, Stance

HUB = 300
DECAY = 0.5
NEAR = 0.4
"""Likeness from which a claim counts as kin of another: less is what claims on one question have anyway."""
SIGNS = {Stance.SUPPORTS: 1.0, Stance.CONTRADICTS: -1.0, Stance.NEITHER: 0.0}


class Implied(NamedTuple):
    """What paths say of one pair: above zero for support, below for contradiction; zero without paths."""

    two: float
    three: float

    @property
    def total(self) -> float:
        return self.two + DECAY * self.three


class Kindred(NamedTuple):
    """What the links of claims like either of a pair say of it."""

    pull: float
    """Above zero for support, below for contradiction."""
    at_all: float
    """How much was found, whichever way it pulls."""
    told: str


class Paths:
    """The graph of a dossier's links, over claims numbered as ``rows`` says."""

    def __init__(self, links: Sequence[LinkView], rows: Mapping[str, int]) -> None:
        """Links with an end that is not in ``rows``, and links of kind neither, imply nothing."""
        self.size = len(rows)
        self.neighbours: dict[int, dict[int, float]] = {}
        for link in links:
            sign = SIGNS[link.stance] * link.weight
            if sign and link.a in rows and link.b in rows:
                a, b = rows[link.a], rows[link.b]
                self.neighbours.setdefault(a, {})[b] = sign
                self.neighbours.setdefault(b, {})[a] = sign
        one = [a for a, ends in self.neighbours.items() for _ in ends]
        other = [b for ends in self.neighbours.values() for b in ends]
        signs = [sign for ends in self.neighbours.values() for sign in ends.values()]
        self._matrix = sparse.csr_matrix(
            (np.array(signs, dtype=np.float32), (one, other)), shape=(self.size, self.size)
        )
        degree = np.array([len(self.neighbours.get(row, ())) for row in range(self.size)])
        passing = np.where((degree > 0) & (degree <= HUB), 1 / np.sqrt(np.maximum(degree, 1)), 0)
        self._passing = passing.astype(np.float32)
        self._left = (self._matrix @ sparse.diags(self._passing)).tocsr()

    def __bool__(self) -> bool:
        return bool(self.neighbours)

    def block(self, first: int, last: int) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Paths of two and of three steps from the claims first … last−1 to all, each [last − first, size].

        Right for pairs that have no link: a walk that goes back and forth needs one.
        """
        left = self._left[first:last]
        two = (left @ self._matrix).tocsr()
        three = ((left @ self._left) @ self._matrix).tocsr()
        return two, three

    def between(self, a: int, b: int) -> Implied:
        """What paths say of one pair, the pair's own link left out: for learning from links that exist."""
        two = three = 0.0
        for sign, path in self.walks(a, b):
            strength = sign * float(np.prod([self._passing[row] for row in path]))
            if len(path) == 1:
                two += strength
            else:
                three += strength
        return Implied(two, three)

    def walks(self, a: int, b: int) -> Iterator[tuple[float, tuple[int, ...]]]:
        """Each path of two or three steps between two claims: its sign and weight, and the claims it passes."""
        ours, theirs = self.neighbours.get(a, {}), self.neighbours.get(b, {})
        for middle, sign in ours.items():
            if middle == b:
                continue
            if middle in theirs:
                yield sign * theirs[middle], (middle,)
            further = self.neighbours.get(middle, {})
            if len(further) > HUB:
                continue
            for second, next_sign in further.items():
                if second not in (a, b) and second in theirs:
                    yield sign * next_sign * theirs[second], (middle, second)

    def kindred(self, row: int, others: Sequence[int], vectors: Floats, keys: Sequence[str]) -> list[Kindred]:
        """For each pair of ``row`` with one of the others, what is linked to one of them and is like the other.

        Σ closeness · sign / √(links of the one), over both sides; closeness is 0 at ``NEAR`` and 1 at the same words.
        """
        ends = sorted({end for one in (row, *others) for end in self._partners(one)})
        if not ends:
            return [Kindred(0.0, 0.0, "")] * len(others)
        place = {end: at for at, end in enumerate(ends)}
        near = _closeness(vectors[ends] @ vectors[[row, *others]].T)
        found = []
        for at, other in enumerate(others, start=1):
            pull = at_all = 0.0
            best = (0.0, row, row, other)
            for one, two, column in ((row, other, at), (other, row, 0)):
                for end, sign in self._partners(one).items():
                    close = float(near[place[end], column]) * float(self._passing[one])
                    if end != two and close:
                        pull += close * sign
                        at_all += close * abs(sign)
                        best = max(best, (close * abs(sign), two, end, one))
            _, like, end, one = best
            told = ""
            if at_all:
                verb = "supports" if self.neighbours[end][one] > 0 else "contradicts"
                told = f"{keys[end]}, which is near to {keys[like]}, {verb} {keys[one]}"
            found.append(Kindred(pull, at_all, told))
        return found

    def _partners(self, row: int) -> dict[int, float]:
        found = self.neighbours.get(row, {})
        return found if len(found) <= HUB else {}

    def strongest(self, a: int, b: int, towards: float) -> tuple[int, ...] | None:
        """The claims that the strongest path of the sign of ``towards`` passes; None when there is none."""
        best: tuple[float, tuple[int, ...]] | None = None
        for sign, path in self.walks(a, b):
            strength = sign * float(np.prod([self._passing[row] for row in path])) * DECAY ** (len(path) - 1)
            if strength * towards > 0 and (best is None or abs(strength) > abs(best[0])):
                best = (strength, path)
        return best[1] if best else None

    def told(self, a: int, b: int, towards: float, keys: Sequence[str]) -> str:
        """The strongest path in words: "C-3 supports C-9, which contradicts C-12"; empty when there is none."""
        path = self.strongest(a, b, towards)
        if path is None:
            return ""
        steps = [a, *path, b]
        verbs = [
            "supports" if self.neighbours[one][other] > 0 else "contradicts" for one, other in pairwise(steps)
        ]
        text = f"{keys[a]} {verbs[0]} {keys[steps[1]]}"
        for verb, row in zip(verbs[1:], steps[2:], strict=True):
            text += f", which {verb} {keys[row]}"
        return text


def _closeness(likeness: Floats) -> Floats:
    return np.asarray(np.clip((likeness - np.float32(NEAR)) / np.float32(1 - NEAR), 0, 1), np.float32)


def squashed(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Many paths say more than one, though less each: sign · log(1 + |value|)."""
    made: npt.NDArray[np.float32] = np.sign(values) * np.log1p(np.abs(values))
    return made
