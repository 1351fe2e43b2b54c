"""Words in a text: where they stand, which marks lie over them, what stands around them.

Pure functions over strings. Every offset counts Unicode code points, end exclusive.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import count, islice, pairwise
from typing import NamedTuple

LOOSE_LIMIT = 10_000
"""The longest words that are looked for loosely; longer ones must stand there exactly."""

PLACES_LIMIT = 1_000
"""How many places are found at most."""


class Mark(NamedTuple):
    """The words of one claim: its number, and where they stand."""

    number: int
    start: int
    end: int


class Segment(NamedTuple):
    """A stretch of text under the same marks: their numbers, those that start and those that end with it, the lane in
    which each is drawn; whether a block begins with it; where the sentence starts that it belongs to."""  # fmt: skip

    text: str
    over: tuple[int, ...] = ()
    opening: tuple[int, ...] = ()
    closing: tuple[int, ...] = ()
    lanes: tuple[int, ...] = ()
    opens_block: bool = False
    sentence: int | None = None

    @property
    def depth(self) -> int:
        """How many marks lie over each other here, three standing for more."""
        return min(len(self.over), 3)

    @property
    def numbers(self) -> str:
        return " ".join(map(str, self.over))


class Place(NamedTuple):
    start: int
    end: int


class Context(NamedTuple):
    """Words and what stands around them; an ellipsis stands where the text goes on."""

    before: str
    words: str
    after: str


def segments(
    text: str, marks: Iterable[Mark], *, blocks: Iterable[int] = (), sentences: Iterable[tuple[int, int]] = ()
) -> Iterator[Segment]:
    """The text cut at every start and end of a mark, in one pass; the pieces together are the text.

    It is cut where ``blocks`` start too, and around ``sentences``, which do not overlap each other.
    """
    opening: dict[int, list[Mark]] = defaultdict(list)
    closing: dict[int, list[int]] = defaultdict(list)
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end, mark.number)):
        opening[mark.start].append(mark)
        closing[mark.end].append(mark.number)
    starts, first = (
        set(blocks),
        {end: None for _, end in sentences} | {start: start for start, _ in sentences},
    )
    cuts = sorted({0, len(text), *opening, *closing, *starts, *first})
    over: dict[int, int] = {}
    sentence = None
    for start, end in pairwise(cuts):
        for number in closing.get(start, ()):
            del over[number]
        opens = opening.get(start, ())
        for mark in opens:
            over[mark.number] = _free_lane(over.values())
        sentence = first.get(start, sentence)
        yield Segment(
            text[start:end],
            tuple(over),
            tuple(mark.number for mark in opens),
            tuple(closing.get(end, ())),
            tuple(over.values()),
            start in starts,
            sentence,
        )


def _free_lane(taken: Collection[int]) -> int:
    """The first lane, from 1, in which nothing is drawn: so each of several marks over the same words has its own."""
    return next(lane for lane in count(1) if lane not in taken)


BLOCK = 1_500
"""So long is a block of text at least: what the browser lays out at once, when it comes into view."""
LONGEST_BLOCK = 12_000


def blocks(text: str) -> list[int]:
    """Where to cut a text into blocks to be laid out one by one: after ends of lines, so that no line is broken.

    A line that is longer than the longest block is broken after a sentence or a word, or wherever it must.
    """
    starts = [0]
    while (at := starts[-1]) + BLOCK < len(text):
        limit = at + LONGEST_BLOCK
        if found := _LINE_END.search(text, at + BLOCK, limit):
            starts.append(found.end())
        elif limit < len(text):
            near = [one.end() for one in _BREAK.finditer(text, limit - BLOCK, limit)]
            starts.append(near[-1] if near else _whole_sign(text, limit))
        else:
            break
    return starts if starts[-1] < len(text) else starts[:-1]


_LINE_END = re.compile(r"\n+(?=[^\n])")
_BREAK = re.compile(r"[.!?…。！？؟۔]\s*|\s+")


def _whole_sign(text: str, at: int) -> int:
    """The next place that does not cut a sign from its accents or one emoji from another that it is joined with."""
    while at < len(text) and (
        unicodedata.category(text[at])[0] == "M"
        or "\u200d" in text[at - 1 : at + 1]
        or "\U0001f3fb" <= text[at] <= "\U0001f3ff"
    ):
        at += 1
    return at


def find_words(text: str, words: str) -> list[Place]:
    """The places where these words stand: exactly; else with other white space between them; else with other
    quotation marks, hyphens, ellipses and compositions of accents too.

    White space around the words counts for nothing. Words that overlap themselves are found at each place.
    """  # fmt: skip
    words = words.strip()
    if not words:
        return []
    if places := list(islice(_exactly(text, words), PLACES_LIMIT)):
        return places
    if len(words) > LOOSE_LIMIT:
        return []
    return _loosely(text, words, re.escape) or _loosely(text, words, _however_set)


def beginning_of(text: str, words: str) -> str:
    """As much of the beginning of these words, in whole words, as stands in the text, as the text has it."""
    parts = words.split()
    low, high = 0, len(parts)
    found = ""
    while low < high:
        middle = (low + high + 1) // 2
        if places := find_words(text, " ".join(parts[:middle])):
            found, low = text[slice(*places[0])], middle
        else:
            high = middle - 1
    return found


def context(text: str, place: tuple[int, int], reach: int = 300) -> Context:
    """The words at this place with up to ``reach`` characters on each side."""
    start, end = place
    before, after = text[max(start - reach, 0) : start], text[end : end + reach]
    return surrounded(before, text[start:end], after, cut=(start > reach, end + reach < len(text)))


def surrounded(before: str, words: str, after: str, *, cut: tuple[bool, bool]) -> Context:
    """The context of ``words``, when the text goes on before ``before`` or after ``after`` shortened to whole words."""
    if cut[0] and (gap := _gap(before)) is not None:
        before = "… " + before[gap:].lstrip()
    elif cut[0]:
        before = "…" + before
    if cut[1] and (gap := _gap(after[::-1])) is not None:
        after = after[: len(after) - gap].rstrip() + " …"
    elif cut[1]:
        after += "…"
    return Context(before, words, after)


def on_one_line(found: Context) -> Context:
    """The same to be read in a list: any white space is one space."""
    return Context(*(re.sub(r"\s+", " ", part) for part in found))


def line_of(text: str, start: int) -> int:
    """The line, counted from 1, on which this place stands."""
    return text.count("\n", 0, start) + 1


def _exactly(text: str, words: str) -> Iterator[Place]:
    at = text.find(words)
    while at >= 0:
        yield Place(at, at + len(words))
        at = text.find(words, at + 1)


def _loosely(text: str, words: str, spelt: Callable[[str], str]) -> list[Place]:
    pattern = r"\s+".join(map(spelt, words.split()))
    return [Place(*found.span()) for found in islice(re.finditer(pattern, text), PLACES_LIMIT)]


_ALIKE = ["'‘’‚‛ʼ′`´", '"“”„‟«»″', "-‐‑‒–—−"]
_CLASS_OF = {sign: f"[{re.escape(alike)}]" for alike in _ALIKE for sign in alike}
# An ellipsis, or one letter with the accents that stand on it.
_LETTER = re.compile(r"\.\.\.|.[\u0300-\u036f\u0591-\u05c7\u0610-\u065f]*", re.DOTALL)


def _however_set(word: str) -> str:
    """A pattern of this word with any typography."""
    return "".join(map(_letter, _LETTER.findall(unicodedata.normalize("NFC", word))))


def _letter(letter: str) -> str:
    if letter in ("...", "…"):
        return r"(?:\.\.\.|…)"
    if letter in _CLASS_OF:
        return _CLASS_OF[letter]
    forms = {letter, unicodedata.normalize("NFC", letter), unicodedata.normalize("NFD", letter)}
    return f"(?:{'|'.join(map(re.escape, sorted(forms)))})" if len(forms) > 1 else re.escape(letter)


def _gap(text: str, within: int = 40) -> int | None:
    """Where the first white space stands, if it comes soon (in some scripts none does)."""
    found = re.search(r"\s", text[:within])
    return found.start() if found else None
