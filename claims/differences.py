"""What differs between two texts, word by word. Pure functions."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

LIMIT = 2_000
"""The most words that are compared one by one; longer texts differ as a whole."""


class Piece(NamedTuple):
    """A stretch of a text, and whether the other text lacks it."""

    text: str
    is_own: bool


def differences(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces; put together they are the texts again."""
    old, new = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (before, after))
    if max(len(old), len(new)) > LIMIT:
        return [Piece(before, is_own=True)], [Piece(after, is_own=True)]
    olds, news = [], []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if a < b:
            olds.append(Piece("".join(old[a:b]), tag != "equal"))
        if c < d:
            news.append(Piece("".join(new[c:d]), tag != "equal"))
    return olds, news
