"""Where quotes of an old text stand in a new version of it. Pure functions; offsets count Unicode code points.

A quote is carried only when its very words survived, and only to the place that is theirs. Both texts are cut into
words and signs, read alike however they are set (white space, quotation marks, hyphens, ellipses, the composition of
accents). They are then aligned as a patience difference does it (B. Cohen): sentences that stand once in each, then
runs of words, each extended to what is alike beside it; the heaviest increasing subsequence of these is the order of
the text, and the rest has moved (P. Heckel). What is left is aligned within its line, then between what is aligned, the
small remainders by their longest matches (J. Ratcliff and J. Obershelp, in difflib). A quote whose words are aligned
without a gap stands there, if its context does or the words are unmistakable. Any other is looked for by its words, and
told from its like by 32 characters of context before and after, as a W3C TextQuoteSelector (Web Annotation Data Model,
4.2.4) and Hypothesis' fuzzy anchoring do; a place that corresponds to other words of the old text is never taken, and
of places that read alike none is. Changed words are never carried: the nearest place is for a person to judge.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, cached_property
from itertools import pairwise
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from claims.quotes import Place

Method = Literal["exact", "fuzzy", "orphan"]

CONTEXT = 32
"""So many characters before and after a quote tell its place from its like."""

ALONG = 0.4
"""How much of the context of a quote must be aligned, in the order of the text, for the quote to be carried."""

APART = 0.6
"""How much of the context must stand around the words elsewhere for a passage to have moved there."""

PASSAGE = 320
PASSAGE_ALIKE = 0.5
"""Or how much of so many characters on each side, when words beside the quote were changed in a passage that moved."""

REPEATED = 50
"""So many words that stand before or after others' like are compared at most."""

CLEARLY = 0.2
"""By how much the best of several places must be better than the next."""

LIKELY = 55
"""How much alike (of 100) a place must be to be shown to a person."""

OCCURRENCES = 1_000
"""Words that stand more often are looked for only where they are due."""

COMPARED = 200_000
"""The most pairs of words that are compared one by one."""

RUNS = (8, 4, 2, 1)
SHORT_RUN = 5
"""How many words are taken together as one that may stand once in each text; so many at least to have moved."""


@dataclass(frozen=True)
class Anchored:
    """What became of one place: where its words stand now. An orphan may have a ``candidate`` for a person to judge."""

    method: Method
    start: int = 0
    end: int = 0
    candidate: Place | None = None


def reanchor(old_text: str, new_text: str, places: Sequence[tuple[int, int]]) -> list[Anchored]:
    """What became of each place (start, end) of the old text in the new one, in the order given."""
    if old_text == new_text:
        return [Anchored("exact", start, end) for start, end in places]
    ids: dict[str, int] = {}
    old, new = Text(old_text, ids), Text(new_text, ids)
    aligned = _Alignment(old, new)
    return [aligned.place(start, end) for start, end in places]


class Text:
    """A text in words and signs: where each begins and ends, and its number, the same for all that read alike."""

    def __init__(self, text: str, ids: dict[str, int]) -> None:
        self.text = text
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.words: list[int] = []
        for found in _pattern().finditer(text):
            self.starts.append(found.start())
            self.ends.append(found.end())
            self.words.append(ids.setdefault(_folded(found[0]), len(ids)))
        self.size = len(self.words)
        self.lines, self.units = self._cuts()

    def _cuts(self) -> tuple[list[int], list[int]]:
        """For each word, and one past the last, where its line and its sentence begin (as word numbers)."""
        lines, units = [], []
        line = unit = 0
        text, starts, ends = self.text, self.starts, self.ends
        # A line that goes on with a small letter, with no empty line before it, was only broken.
        broken = re.compile(r"\n(?=(\s*\n)?\s*(\S?))")
        newlines = [found.start() for found in broken.finditer(text) if found[1] or not found[2].islower()]
        after = 0
        for at in range(self.size):
            if at:
                gap_has_line = False
                while after < len(newlines) and newlines[after] < starts[at]:
                    after, gap_has_line = after + 1, True
                if gap_has_line:
                    line = unit = at
                elif text[ends[at - 1] - 1] in _ENDS and (
                    ends[at - 1] < starts[at] or text[ends[at - 1] - 1] in _FULL_STOPS
                ):
                    unit = at
            lines.append(line)
            units.append(unit)
        lines.append(self.size)
        units.append(self.size)
        return lines, units

    @cached_property
    def index(self) -> dict[int, list[int]]:
        """Where each word stands."""
        found: dict[int, list[int]] = defaultdict(list)
        for at, word in enumerate(self.words):
            found[word].append(at)
        return found

    def over(self, start: int, end: int) -> tuple[int, int]:
        """The words that lie in this place, in part at least: the first, and the one after the last."""
        return bisect_right(self.ends, start), bisect_left(self.starts, end)

    def occurrences(self, run: Sequence[int]) -> list[int] | None:
        """Where these words stand together; None when each of them stands too often to look."""
        rarest = min(range(len(run)), key=lambda at: len(self.index.get(run[at], ())))
        there = self.index.get(run[rarest], [])
        if len(there) > OCCURRENCES:
            return None
        wanted = list(run)
        return [
            at - rarest
            for at in there
            if at >= rarest and self.words[at - rarest : at - rarest + len(wanted)] == wanted
        ]


class _Alignment:
    """Which word of the old text is which of the new one: in the order of the text (``along``), or moved."""

    def __init__(self, old: Text, new: Text) -> None:
        self.old, self.new = old, new
        self.to_new = [-1] * old.size
        self.to_old = [-1] * new.size
        self.has_moved = bytearray(old.size)
        for run in (0, RUNS[0]):
            self._match_once(run)
        self._within_lines()
        self._match_once(SHORT_RUN)
        self._put_in_order()
        for gap in list(self._gaps(0, old.size, 0, new.size)):
            self._fill(gap)
        self.along = [at for at in range(old.size) if self.to_new[at] >= 0 and not self.has_moved[at]]
        self.unsure = self._sliding()

    # The difference of the two texts.

    def _match_once(self, run: int) -> None:
        """Match what stands once in each text, among the words that are not matched yet, wherever it stands."""
        whole = (0, self.old.size, 0, self.new.size)
        self._take([pair for pair in self._once(*whole, run) if pair[2] >= SHORT_RUN], whole)

    def _take(self, pairs: list[tuple[int, int, int]], gap: tuple[int, int, int, int]) -> None:
        blocks = []
        for i, j, length in pairs:
            if all(self._free(i + step, j + step) for step in range(length)):
                for step in range(length):
                    self._match(i + step, j + step)
                blocks.append((i, j, i + length - 1, j + length - 1))
        self._extend(blocks, gap)

    def _within_lines(self) -> None:
        """Align what is left of each line with what is left of the line that it became, whether it moved or not."""
        old, new = self.old, self.new
        matched = [at for at in range(old.size) if self.to_new[at] >= 0]
        for i, k in pairwise([None, *matched, None]):
            if i is not None and k is not None and old.lines[i] == old.lines[k]:
                j, m = self.to_new[i], self.to_new[k]
                if j < m and new.lines[j] == new.lines[m]:
                    self._fill((i + 1, k, j + 1, m))
                    continue
            if i is not None:  # the rest of its line
                j = self.to_new[i]
                self._fill((i + 1, bisect_right(old.lines, old.lines[i]), j + 1, self._free_after(j)))
            if k is not None:  # the beginning of its line
                m = self.to_new[k]
                self._fill((old.lines[k], k, self._free_before(m), m))

    def _free_after(self, at: int) -> int:
        """The end of the words after this one, in its line, that are not matched."""
        end, last = at + 1, bisect_right(self.new.lines, self.new.lines[at])
        while end < last and self.to_old[end] < 0:
            end += 1
        return end

    def _free_before(self, at: int) -> int:
        begin = at
        while begin > self.new.lines[at] and self.to_old[begin - 1] < 0:
            begin -= 1
        return begin

    def _put_in_order(self) -> None:
        """Say which words moved: all but the heaviest of what is in the same order in both texts."""
        blocks: list[list[int]] = []
        for at, to in enumerate(self.to_new):
            if to < 0:
                continue
            if blocks and blocks[-1][0] + blocks[-1][2] == at and blocks[-1][1] + blocks[-1][2] == to:
                blocks[-1][2] += 1
            else:
                blocks.append([at, to, 1])
        for place in range(len(blocks)):
            at, _, length = blocks[place]
            self.has_moved[at : at + length] = b"\x01" * length
        for at, _, length in _heaviest(blocks):
            self.has_moved[at : at + length] = b"\x00" * length

    def _fill(self, gap: tuple[int, int, int, int]) -> None:
        """Align what lies in this gap (of the old text, of the new one) in its order: what stands once in each side,
        again in what lies between, and with fewer words at a time; by its longest matches once it is small.
        """
        waiting = [(gap, 0)]
        while waiting:
            (a, b, c, d), level = waiting.pop()
            if a >= b or c >= d:
                continue
            if (b - a) * (d - c) <= COMPARED:
                self._compare(a, b, c, d)
            elif level < len(RUNS):
                pairs = _increasing(self._once(a, b, c, d, RUNS[level]))
                self._take(pairs, (a, b, c, d))
                if pairs:
                    waiting += [(inner, level) for inner in self._gaps(a, b, c, d)]
                else:
                    waiting.append(((a, b, c, d), level + 1))

    def _once(self, a: int, b: int, c: int, d: int, run: int) -> list[tuple[int, int, int]]:
        """What stands once in each side of this gap: where, where, and how many words it is."""
        sides = (
            self._pieces(self.old, self.to_new, a, b, run),
            self._pieces(self.new, self.to_old, c, d, run),
        )
        olds, news = ({}, {})  # type: tuple[dict[object, tuple[int, int]], dict[object, tuple[int, int]]]
        counts: list[Counter[object]] = [Counter(), Counter()]
        for found, count, pieces in zip((olds, news), counts, sides, strict=True):
            for key, at, length in pieces:
                count[key] += 1
                found[key] = (at, length)
        return [
            (at, news[key][0], length)
            for key, (at, length) in olds.items()
            if counts[0][key] == 1 and counts[1].get(key) == 1
        ]

    @staticmethod
    def _pieces(
        text: Text, taken: list[int], first: int, last: int, run: int
    ) -> Iterator[tuple[object, int, int]]:
        """The sentences, or the runs of so many words in a line, between two words; none with a word that is taken."""
        words = text.words
        if run:
            clear = first
            for at in range(first, last):
                if taken[at] >= 0:
                    clear = at + 1
                elif text.lines[at] == at:
                    clear = at
                elif at - clear + 1 >= run:
                    yield (words[at] if run == 1 else tuple(words[at - run + 1 : at + 1])), at - run + 1, run
            return
        at = first if text.units[first] == first else bisect_right(text.units, first)
        while at < last:
            after = bisect_right(text.units, at)
            if after <= last:
                yield tuple(words[at:after]), at, after - at
            at = after

    def _extend(self, blocks: list[tuple[int, int, int, int]], gap: tuple[int, int, int, int]) -> None:
        """Take what stands beside each block on both sides alike: in its sentence, then in its line.

        In this order, and not beyond, so that of two passages that begin or end alike each keeps its own.
        """
        a, b, c, d = gap
        for olds, news in ((self.old.units, self.new.units), (self.old.lines, self.new.lines)):
            for at, (i, j, k, m) in enumerate(blocks):
                while i > a and j > c and self._alike(i - 1, j - 1):
                    if olds[i] != olds[i - 1] or news[j] != news[j - 1]:
                        break
                    i, j = i - 1, j - 1
                    self._match(i, j)
                blocks[at] = (i, j, k, m)
            for at, (i, j, k, m) in enumerate(blocks):
                while k + 1 < b and m + 1 < d and self._alike(k + 1, m + 1):
                    if olds[k] != olds[k + 1] or news[m] != news[m + 1]:
                        break
                    k, m = k + 1, m + 1
                    self._match(k, m)
                blocks[at] = (i, j, k, m)

    def _alike(self, i: int, j: int) -> bool:
        return self._free(i, j) and self.old.words[i] == self.new.words[j]

    def _free(self, i: int, j: int) -> bool:
        return self.to_new[i] < 0 and self.to_old[j] < 0

    def _match(self, i: int, j: int) -> None:
        self.to_new[i], self.to_old[j] = j, i

    def _gaps(self, a: int, b: int, c: int, d: int) -> Iterator[tuple[int, int, int, int]]:
        """What lies between the words aligned in order; words that moved are among it, and taken."""
        i, j = a, c
        for at in range(a, b):
            to = self.to_new[at]
            if j <= to < d and not self.has_moved[at]:
                if i < at and j < to:
                    yield i, at, j, to
                i, j = at + 1, to + 1
        if i < b and j < d:
            yield i, b, j, d

    def _compare(self, a: int, b: int, c: int, d: int) -> None:
        """Align a small gap by its longest matches."""
        # A word that is taken is like no other.
        olds = [self.old.words[at] if self.to_new[at] < 0 else ~at for at in range(a, b)]
        news = [self.new.words[at] if self.to_old[at] < 0 else -1 - self.old.size - at for at in range(c, d)]
        for i, j, length in SequenceMatcher(None, olds, news, autojunk=False).get_matching_blocks():
            for step in range(length):
                self._match(a + i + step, c + j + step)

    def _sliding(self) -> bytearray:
        """Which old words might as well be aligned otherwise: a passage that was taken out begins or ends as its
        surroundings do, so that nobody can tell which of the two is left. Lines taken out whole leave no doubt.
        """  # fmt: skip
        unsure = bytearray(self.old.size)
        words, lines = self.old.words, self.old.lines
        for i, k in pairwise(self.along):
            if k == i + 1 or self.to_new[k] != self.to_new[i] + 1:
                continue
            first, last = i + 1, k - 1
            if any(self.to_new[at] >= 0 for at in range(first, k)):
                continue
            if lines[first] == first and lines[k] == k:
                continue
            while i >= 0 and words[i] == words[last] and self.to_new[i] >= 0 and not self.has_moved[i]:
                unsure[i] = unsure[last] = True
                i, last = i - 1, last - 1
            while (
                k < self.old.size
                and words[k] == words[first]
                and self.to_new[k] >= 0
                and not self.has_moved[k]
            ):
                unsure[k] = unsure[first] = True
                k, first = k + 1, first + 1
        return unsure

    # One quote.

    def place(self, start: int, end: int) -> Anchored:
        """Where the words of this place of the old text stand."""
        first, last = self.old.over(start, end)
        if first >= last:
            return Anchored("orphan")
        at = self.to_new[first]
        together = at >= 0 and all(
            self.to_new[first + step] == at + step and self.has_moved[first + step] == self.has_moved[first]
            for step in range(last - first)
        )
        if together and all(self.unsure[first:last]):
            return Anchored("orphan", candidate=self._span(at, at + last - first))
        if together and self._stands(first, last, at):
            return self._carried(start, end, first, last, at)
        return self._looked_for(start, end, first, last)

    def _stands(self, first: int, last: int, at: int) -> bool:
        """Whether words that are aligned without a gap are those words, and no chance likeness."""
        if self.has_moved[first]:
            return (
                self._alike_around(first, last, at) >= APART
                or self._alike_around(first, last, at, reach=PASSAGE) >= PASSAGE_ALIKE
                or self._stands_beside(first, last, at)
                or self._is_passage(first, last, at)
            )
        if self._aligned_around(first, last, at) >= ALONG:
            return self._is_told_apart(first, last)
        return self._is_unmistakable(first, last) or self._is_passage(first, last, at)

    def _stands_beside(self, first: int, last: int, at: int) -> bool:
        """Whether on one side all of the context stands there, word for word."""
        olds = _around(self.old, first, last, CONTEXT)
        news = _around(self.new, at, at + last - first, CONTEXT + 1)
        before, after = len(olds[0]), len(olds[1])
        return (before > 3 and news[0][-before:] == olds[0]) or (after > 3 and news[1][:after] == olds[1])

    def _is_passage(self, first: int, last: int, at: int) -> bool:
        """Whether the words are a passage by themselves: long, and at the beginning or the end of a line as before."""
        if self.old.ends[last - 1] - self.old.starts[first] < 3 * CONTEXT:
            return False
        to = at + last - first
        begins = self.old.lines[first] == first and self.new.lines[at] == at
        return begins or (self.old.lines[last] == last and self.new.lines[to] == to)

    def _is_told_apart(self, first: int, last: int) -> bool:
        """Whether words that the old text has more than once are these: by what stands beyond all that is alike."""
        words, lines, length = self.old.words, self.old.lines, last - first
        others = [at for at in self.old.occurrences(words[first:last]) or () if at != first]
        if not others:
            return True
        low, high = first, last
        for at in others:
            left = right = 0
            while left < min(first, at, REPEATED) and words[first - left - 1] == words[at - left - 1]:
                left += 1
            there = at + length
            most = min(self.old.size - max(last, there), REPEATED)
            while right < most and words[last + right] == words[there + right]:
                right += 1
            low, high = min(low, first - left), max(high, last + right)
        reach = SHORT_RUN * 2
        line, end = lines[first], bisect_right(lines, lines[last - 1])
        beyond = [*range(max(low - reach, line), low), *range(high, min(high + reach, end))]
        beyond = beyond or [*range(max(low - reach, 0), low), *range(high, min(high + reach, self.old.size))]
        aligned = sum(self.to_new[at] >= 0 and not self.has_moved[at] for at in beyond)
        return not beyond or aligned / len(beyond) >= ALONG / 2

    def _aligned_around(self, first: int, last: int, at: int) -> float:
        """How much of the context of the words is aligned in order, by characters; of the words in their line, what is
        in their line again.
        """  # fmt: skip
        old, new = self.old, self.new
        low, high = old.over(old.starts[first] - CONTEXT, old.ends[last - 1] + CONTEXT)
        end = at + last - first - 1
        whole = aligned = 0
        for word in range(max(low, 0), high):
            if first <= word < last:
                continue
            size = old.ends[word] - old.starts[word]
            whole += size
            to = self.to_new[word]
            if to >= 0 and not self.has_moved[word]:
                beside, there = (first, at) if word < first else (last - 1, end)
                if old.lines[word] != old.lines[beside] or new.lines[to] == new.lines[there]:
                    aligned += size
        return aligned / whole if whole else 1.0

    def _is_unmistakable(self, first: int, last: int) -> bool:
        """Several words that stand once in each text, with nothing lost beside them: more was written around them, or
        on one side of many words.
        """  # fmt: skip
        size = self.old.ends[last - 1] - self.old.starts[first]
        if last - first < 3 or size < CONTEXT / 2:
            return False
        before, after = self._neighbours(first, last)
        beside = (before == first - 1, after == last)
        if not all(beside) and (size < CONTEXT or not any(beside) or not self._goes_on(first, last)):
            return False
        run = self.old.words[first:last]
        return all((found := text.occurrences(run)) and len(found) == 1 for text in (self.old, self.new))

    def _goes_on(self, first: int, last: int) -> bool:
        """Whether two words of its line stand right before or right after these as they did."""
        for near, far in ((first, first - 2), (last - 1, last + 1)):
            if (
                0 <= far < self.old.size
                and self.old.lines[near] == self.old.lines[far]
                and self.to_new[far] - self.to_new[near] == far - near
                and self.to_new[(near + far) // 2] >= 0
            ):
                return True
        return False

    def _neighbours(self, first: int, last: int) -> tuple[int, int]:
        """The nearest old words aligned in order before and after these; beyond the text where there are none."""
        before = bisect_left(self.along, first) - 1
        after = bisect_left(self.along, last)
        return (
            self.along[before] if before >= 0 else -1,
            self.along[after] if after < len(self.along) else self.old.size,
        )

    def _alike_around(self, first: int, last: int, at: int, reach: int = CONTEXT) -> float:
        """How much of the context of these old words stands around the place in the new text, each in its line."""
        old, new, length = self.old, self.new, last - first
        olds = _around(old, first, last, reach)
        news = _around(new, at, at + length, reach)
        there = sum(LCSseq.similarity(one, other) for one, other in zip(olds, news, strict=True))
        whole = len(olds[0]) + len(olds[1])
        if whole >= 3:
            return there / whole
        # A line by itself: it stands by itself again, and is long enough to be known again.
        alone = len(news[0]) + len(news[1]) <= whole
        return float(alone and old.ends[last - 1] - old.starts[first] >= CONTEXT)

    def _looked_for(self, start: int, end: int, first: int, last: int) -> Anchored:
        """The words found anew: where they are due, else where they moved with what stands around them."""
        length = last - first
        run = self.old.words[first:last]
        before, after = self._neighbours(first, last)
        low = self.to_new[before] + 1 if before >= 0 else 0
        high = self.to_new[after] if after < self.old.size else self.new.size
        found = self.new.occurrences(run)
        if found is None:
            found = [
                at for at in range(low, min(high, low + 5_000)) if self.new.words[at : at + length] == run
            ]
        found = [at for at in found if self._is_its_own(at, first, last)]
        due = [at for at in found if low <= at and at + length <= high]
        if len(self.old.occurrences(run) or ()) != 1:
            found = due  # words that stood more than once say too little of themselves
        if len(due) == 1 and self._stands(first, last, due[0]):
            return self._carried(start, end, first, last, due[0])
        rated = sorted(((self._alike_around(first, last, at), at) for at in due or found), reverse=True)
        if rated and rated[0][0] >= APART and (len(rated) == 1 or rated[0][0] - rated[1][0] >= CLEARLY):
            return self._carried(start, end, first, last, rated[0][1])
        if rated:
            return Anchored("orphan", candidate=self._span(rated[0][1], rated[0][1] + length))
        return Anchored("orphan", candidate=self._nearest(first, last, low, high))

    def _is_its_own(self, at: int, first: int, last: int) -> bool:
        """Whether no word of this new place is an old one outside the quote, and the quote stands nowhere else."""
        length = last - first
        theirs = (self.to_old[at + step] for step in range(length))
        if any(to >= 0 and not first <= to < last for to in theirs):
            return False
        ours = (self.to_new[first + step] for step in range(length))
        return sum(to >= 0 and not at <= to < at + length for to in ours) < SHORT_RUN

    def _nearest(self, first: int, last: int, low: int, high: int) -> Place | None:
        """What stands in the place of changed words, if it is at all like them."""
        old = self.old
        quote = old.text[old.starts[first] : old.ends[last - 1]]
        there = [self.to_new[at] for at in range(first, last) if self.to_new[at] >= 0]
        due = (min([low, *there]), max([high, *(to + 1 for to in there)]))
        if due[1] - due[0] > 4 * (last - first) + 60:
            due = (min(there), max(there) + 1) if there else (low, low)
        best: tuple[float, Place] | None = None
        for begin, finish in [due, *self._inserted(last - first)]:
            if begin >= finish:
                continue
            span = self._span(begin, finish)
            text = self.new.text[slice(*span)]
            if len(text) <= 1.5 * len(quote) + CONTEXT / 2:
                score, place = fuzz.ratio(quote, text), span
            else:
                found = fuzz.partial_ratio_alignment(quote, text, score_cutoff=LIKELY)
                if found is None:
                    continue
                words = self.new.over(span.start + found.dest_start, span.start + found.dest_end)
                score, place = found.score, self._span(*words)
            if score >= LIKELY and (best is None or score > best[0] + 5):
                best = (score, place)
        return best[1] if best else None

    def _inserted(self, length: int) -> Iterable[tuple[int, int]]:
        """The passages of the new text that are nothing of the old one, the first few that are long enough."""
        return [(begin, finish) for begin, finish in self._new_passages if finish - begin >= length / 2][:12]

    @cached_property
    def _new_passages(self) -> list[tuple[int, int]]:
        found, begin = [], None
        for at, to in enumerate([*self.to_old, 0]):
            if to < 0:
                begin = at if begin is None else begin
            elif begin is not None:
                found.append((begin, min(at, begin + 500)))
                begin = None
        return found

    def _span(self, begin: int, finish: int) -> Place:
        return Place(self.new.starts[begin], self.new.ends[finish - 1])

    def _carried(self, start: int, end: int, first: int, last: int, at: int) -> Anchored:
        """The place in the new text: to the letter where a quote begins or ends within a word, or in white space."""
        old, new = self.old, self.new
        to = at + last - first
        begin = _within(old, first, start, new, at) if start > old.starts[first] else new.starts[at]
        finish = _within(old, last - 1, end, new, to - 1) if end < old.ends[last - 1] else new.ends[to - 1]
        if begin is None or finish is None or begin >= finish:
            return Anchored("orphan", candidate=self._span(at, to))
        if start < old.starts[first] and new.text[:begin].endswith(
            lead := old.text[start : old.starts[first]]
        ):
            begin -= len(lead)
        if end > old.ends[last - 1] and new.text.startswith(
            tail := old.text[old.ends[last - 1] : end], finish
        ):
            finish += len(tail)
        same = new.text[begin:finish] == old.text[start:end]
        return Anchored("exact" if same else "fuzzy", begin, finish)


def _within(old: Text, word: int, place: int, new: Text, other: int) -> int | None:
    """The place within a new word that is this place within an old one that reads alike."""
    before = old.text[old.starts[word] : place]
    there = new.text[new.starts[other] : new.ends[other]]
    if there.startswith(before):
        return new.starts[other] + len(before)
    wanted = _folded(before)
    lengths = (length for length in range(1, len(there)) if _folded(there[:length]) == wanted)
    length = next(lengths, None)
    return None if length is None else new.starts[other] + length


def _around(text: Text, first: int, last: int, reach: int) -> tuple[list[int], list[int]]:
    """The words before and after these in the same line, so many characters far."""
    low = max(text.over(text.starts[first] - reach, text.starts[first])[0], text.lines[first])
    high = text.over(text.ends[last - 1], text.ends[last - 1] + reach)[1]
    high = min(high, bisect_right(text.lines, text.lines[last - 1]))
    return text.words[low:first], text.words[last:high]


def _heaviest(blocks: list[list[int]]) -> list[list[int]]:
    """Of blocks (place, place, weight), in order of the first: the heaviest of those that rise in the second."""
    ranks = {to: rank for rank, to in enumerate(sorted(block[1] for block in blocks), 1)}
    best = [(0, -1)] * (
        len(blocks) + 1
    )  # a Fenwick tree: the heaviest chain that ends at or before this rank
    before: list[int] = []
    heaviest = (0, -1)
    for place, (_, to, weight) in enumerate(blocks):
        rank, chain = ranks[to] - 1, (0, -1)
        while rank > 0:
            chain = max(chain, best[rank])
            rank -= rank & -rank
        before.append(chain[1])
        mine = (chain[0] + weight, place)
        heaviest = max(heaviest, mine)
        rank = ranks[to]
        while rank < len(best):
            best[rank] = max(best[rank], mine)
            rank += rank & -rank
    found, place = [], heaviest[1]
    while place >= 0:
        found.append(blocks[place])
        place = before[place]
    return found[::-1]


def _increasing(pairs: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The longest subsequence of these pairs, which come in order of the first, that rises in the second."""
    pairs.sort()
    tops: list[int] = []
    chosen: list[int] = []
    before: list[int] = []
    for place, (_, j, _) in enumerate(pairs):
        at = bisect_left(tops, j)
        before.append(chosen[at - 1] if at else -1)
        if at == len(tops):
            tops.append(j)
            chosen.append(place)
        else:
            tops[at], chosen[at] = j, place
    found = []
    place = chosen[-1] if chosen else -1
    while place >= 0:
        found.append(pairs[place])
        place = before[place]
    return found[::-1]


# Words and signs.

_FULL_STOPS = "。！？"
_ENDS = ".!?…;:؟।" + _FULL_STOPS
# Scripts that are written without spaces: each letter is a word.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003134f"
)
_SINGLE, _DOUBLE, _HYPHENS = "‘’‚‛ʼ′`´", "“”„‟«»″", "‐‑‒–—−"
_READ_ALIKE = str.maketrans(
    {**dict.fromkeys(_SINGLE, "'"), **dict.fromkeys(_DOUBLE, '"'), **dict.fromkeys(_HYPHENS, "-")}
)


@cache
def _pattern() -> re.Pattern[str]:
    """A word with the accents on it, a number, a letter of a script without spaces, an ellipsis, or any other sign."""
    marks = "".join(chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M")
    marks = f"{re.escape(marks)}\u200c\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
    letter = rf"[^\W{_UNSPACED}]"
    return re.compile(
        rf"\.\.\.|\d+(?:[.,]\d+)+|[{_UNSPACED}][{marks}]*"
        rf"|{letter}(?:{letter}|[{marks}])*(?:['’ʼ]{letter}(?:{letter}|[{marks}])*)*"
        rf"|--+|\S(?:(?<=\u200d)\S|[{marks}])*"
    )


def _folded(word: str) -> str:
    """The word as all read it that are set otherwise."""
    if word.isascii():
        return "…" if word == "..." else "-" if word.startswith("--") else "'" if word == "`" else word
    return unicodedata.normalize("NFC", word).translate(_READ_ALIKE)
