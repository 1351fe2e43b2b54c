"""Where the sentences of a text stand. Pure: every offset counts Unicode code points, end exclusive."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from sentencex import get_sentence_boundaries

WINDOW = 1_000
"""So much of a paragraph is looked at together: the library's time grows with the square of what it is given."""


class Sentence(NamedTuple):
    """Where a sentence stands, without the white space around it."""

    start: int
    end: int


def sentences(text: str, language: str = "") -> Iterator[Sentence]:
    """The sentences in their order, paragraph by paragraph: none goes over the end of a line, none overlap.

    ``language`` is a code (``en``, ``en-GB``); one that the library does not know is split by its common rules. What
    holds no letter and no digit is no sentence.
    """
    base = language.lower().replace("_", "-").partition("-")[0] or "en"
    at = 0
    for line in text.split("\n"):
        if not line.isspace():
            for start, end in _split(line, base):
                words = line[start:end]
                inner = words.strip()
                if any(map(str.isalnum, inner)):
                    first = at + start + words.index(inner)
                    yield Sentence(first, first + len(inner))
        at += len(line) + 1


def _split(line: str, language: str) -> Iterator[tuple[int, int]]:
    """A paragraph cut at the ends of its sentences. Of a long one the last sentence seen is looked at once more, with
    what follows it; a sentence that is longer than what is looked at is cut."""  # fmt: skip
    at = 0
    while at < len(line):
        # Each white space as a plain one: the library cuts some longer ones in two and falls over.
        seen = re.sub(r"\s", " ", line[at : at + WINDOW])
        found = [(one["start_index"], one["end_index"]) for one in get_sentence_boundaries(language, seen)]
        if at + WINDOW < len(line) and len(found) > 1:
            found.pop()
        for start, end in found:
            yield at + start, at + end
        at += found[-1][1] if found else len(seen)
