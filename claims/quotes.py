"""Words in a text: where they stand, which marks lie over them, what stands around them.

Pure functions over strings. Every offset counts Unicode code points, end exclusive.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise
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
    """A stretch of text under the same marks: their numbers, and the numbers of those that start here."""

    text: str
    over: tuple[int, ...] = ()
    opening: tuple[int, ...] = ()

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


def segments(text: str, marks: Iterable[Mark]) -> Iterator[Segment]:
    """The text cut at every start and end of a mark, in one pass; the pieces together are the text."""
    opening: dict[int, list[int]] = defaultdict(list)
    closing: dict[int, list[int]] = defaultdict(list)
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end, mark.number)):
        opening[mark.start].append(mark.number)
        closing[mark.end].append(mark.number)
    cuts = sorted({0, len(text), *opening, *closing})
    over: dict[int, None] = {}
    for start, end in pairwise(cuts):
        for number in closing.get(start, ()):
            del over[number]
        opens = opening.get(start, ())
        over.update(dict.fromkeys(opens))
        yield Segment(text[start:end], tuple(over), tuple(opens))


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
