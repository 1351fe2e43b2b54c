"""What differs between two texts, word by word. Pure functions.

Long texts are first held together where they share runs of words that stand once in each (the patience difference of
B. Cohen), so that the work grows with their length and not with its square.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

LIMIT = 400
"""The most words between two held places that are compared one by one; more differ as a whole."""
RUNS = (12, 4, 1)
"""How many words in a row hold two texts together: longer runs first."""

FOLDED, KEPT = 600, 160
"""So long a stretch that both have is folded away, but for so many characters beside a change."""

type Block = tuple[int, int, int, int]
"""From where to where in the one, from where to where in the other."""


class Piece(NamedTuple):
    """A stretch of a text, and whether the other text lacks it."""

    text: str
    is_own: bool


class Stretch(NamedTuple):
    """What stands in the one and in the other at the same place: the same words, or not."""

    before: str
    after: str
    is_same: bool


class Beside(NamedTuple):
    """A part of two texts side by side: what stands ``folded`` away, the same in both, else the pieces of each."""

    folded: str
    before: list[Piece]
    after: list[Piece]


def side_by_side(before: str, after: str) -> list[Beside]:
    """Both texts in parts, long unchanged stretches folded but for what stands beside a change."""
    parts: list[Beside] = []
    olds: list[Piece] = []
    news: list[Piece] = []
    found = stretches(before, after)
    for at, stretch in enumerate(found):
        if not stretch.is_same:
            olds += [Piece(stretch.before, is_own=True)] if stretch.before else []
            news += [Piece(stretch.after, is_own=True)] if stretch.after else []
            continue
        first, folded, last = _fold(stretch.before, has_before=at > 0, has_after=at < len(found) - 1)
        for pieces in (olds, news):
            pieces += [Piece(first, is_own=False)] if first else []
        if folded:
            if olds or news:
                parts.append(Beside("", olds, news))
            parts.append(Beside(folded, [], []))
            olds, news = ([Piece(last, is_own=False)] if last else [] for _ in range(2))
    if olds or news:
        parts.append(Beside("", olds, news))
    return parts


def _fold(text: str, *, has_before: bool, has_after: bool) -> tuple[str, str, str]:
    """What stays beside the change before, what is folded away, what stays beside the change after."""
    if len(text) < FOLDED:
        return text, "", ""
    first = text[:KEPT].rfind(" ") + 1 or KEPT if has_before else 0
    last = len(text)
    if has_after:
        last = text.find(" ", len(text) - KEPT)
        last = last + 1 if last >= 0 else len(text) - KEPT
    return text[:first], text[first:last], text[last:]


def differences(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces; put together they are the texts again."""
    olds, news = [], []
    for stretch in stretches(before, after):
        if stretch.before:
            olds.append(Piece(stretch.before, not stretch.is_same))
        if stretch.after:
            news.append(Piece(stretch.after, not stretch.is_same))
    return olds, news


def stretches(before: str, after: str) -> list[Stretch]:
    """Both texts side by side, from their beginning to their end."""
    old, new = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (before, after))
    found: list[Stretch] = []
    at_old = at_new = 0
    for a, b, c, d in [*_same(old, new), (len(old), len(old), len(new), len(new))]:
        if (at_old, at_new) != (a, c):
            found.append(Stretch("".join(old[at_old:a]), "".join(new[at_new:c]), is_same=False))
        if a < b:
            same = "".join(old[a:b])
            found.append(Stretch(same, same, is_same=True))
        at_old, at_new = b, d
    return _without_bare_spaces(found)


def _without_bare_spaces(found: Sequence[Stretch]) -> list[Stretch]:
    """Two changes with nothing but a space between them are one."""
    joined: list[Stretch] = []
    for at, stretch in enumerate(found):
        bare = stretch.is_same and stretch.before.isspace() and 0 < at < len(found) - 1
        if joined and not joined[-1].is_same and (bare or not stretch.is_same):
            last = joined[-1]
            joined[-1] = Stretch(last.before + stretch.before, last.after + stretch.after, is_same=False)
        else:
            joined.append(stretch)
    return joined


def _same(old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """What both have, in order; neighbours joined."""
    joined: list[Block] = []
    for a, b, c, d in _blocks(old, new, 0, len(old), 0, len(new), RUNS):
        if joined and joined[-1][1] == a and joined[-1][3] == c:
            joined[-1] = (joined[-1][0], b, joined[-1][2], d)
        elif a < b:
            joined.append((a, b, c, d))
    return joined


def _blocks(
    old: Sequence[str], new: Sequence[str], a: int, b: int, c: int, d: int, runs: Sequence[int]
) -> Iterator[Block]:
    """What ``old[a:b]`` and ``new[c:d]`` have in common, in order."""
    head = 0
    while a + head < b and c + head < d and old[a + head] == new[c + head]:
        head += 1
    yield a, a + head, c, c + head
    a, c = a + head, c + head
    tail = 0
    while a < b - tail and c < d - tail and old[b - tail - 1] == new[d - tail - 1]:
        tail += 1
    b, d = b - tail, d - tail
    if a < b and c < d:
        if max(b - a, d - c) <= LIMIT:
            matcher = SequenceMatcher(None, old[a:b], new[c:d], autojunk=False)
            yield from ((a + i, a + i + n, c + j, c + j + n) for i, j, n in matcher.get_matching_blocks())
        elif runs:
            at_old, at_new = a, c
            for i, j in [*_held(old, new, a, b, c, d, runs[0]), (b, d)]:
                if i >= at_old and j >= at_new:
                    yield from _blocks(old, new, at_old, i, at_new, j, runs[1:])
                    while i < b and j < d and old[i] == new[j]:
                        i, j = i + 1, j + 1
                        yield i - 1, i, j - 1, j
                    at_old, at_new = i, j
    yield b, b + tail, d, d + tail


def _held(
    old: Sequence[str], new: Sequence[str], a: int, b: int, c: int, d: int, run: int
) -> list[tuple[int, int]]:
    """The places of the runs of words that stand once in each, as many as keep the same order in both."""
    in_old, in_new = _once(old, a, b, run), _once(new, c, d, run)
    places = sorted((i, in_new[words]) for words, i in in_old.items() if words in in_new)
    return [places[n] for n in _rising([j for _, j in places])]


def _once(tokens: Sequence[str], start: int, end: int, run: int) -> dict[tuple[str, ...], int]:
    words = [at for at in range(start, end) if not tokens[at].isspace()]
    runs = [tuple(tokens[at] for at in words[n : n + run]) for n in range(len(words) - run + 1)]
    counted = Counter(runs)
    return {words_: words[n] for n, words_ in enumerate(runs) if counted[words_] == 1}


def _rising(numbers: Sequence[int]) -> list[int]:
    """The places of a longest rising part of ``numbers``, all different."""
    ends: list[int] = []
    ends_at: list[int] = []
    before: list[int] = []
    for at, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(ends_at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(number)
            ends_at.append(at)
        else:
            ends[length], ends_at[length] = number, at
    rising: list[int] = []
    at = ends_at[-1] if ends_at else -1
    while at >= 0:
        rising.append(at)
        at = before[at]
    return rising[::-1]
