"""What a text that somebody wrote refers to: records by their numbers, people by @name. Pure functions."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_MENTION = re.compile(r"(?<![\w@./+-])@([\w.@+-]{1,150})")
_ANY = re.compile(rf"(?P<cited>(?<![\w-])[SCL]-[1-9][0-9]{{0,8}}(?![\w-]))|{_MENTION.pattern}")


@dataclass(frozen=True)
class Piece:
    """Some of a text: plain, or a record ``cited`` (S-3), or a person ``mentioned`` as it is written."""

    text: str
    cited: str = ""
    mentioned: str = ""


def mentions(text: str) -> list[str]:
    """What follows an @ in the text, each once, in order: it may end in the full stop of a sentence."""
    return list(dict.fromkeys(found[1] for found in _MENTION.finditer(text)))


def readings(written: str) -> list[str]:
    """The names that may be meant by what follows an @: all of it, then without the points at its end."""
    shorter = written.rstrip(".@+-")
    return [written] if shorter == written else [written, *([shorter] if shorter else [])]


def citations(text: str) -> set[str]:
    """The numbers that a text cites."""
    return {found["cited"] for found in _ANY.finditer(text) if found["cited"]}


def pieces(text: str, *, known: Collection[str], people: Collection[str]) -> Iterator[Piece]:
    """The text in order, cut at the citations that are ``known`` and at the mentions of ``people``."""
    at = 0
    for found in _ANY.finditer(text):
        cited = found["cited"]
        if cited:
            piece = Piece(cited, cited=cited) if cited in known else None
        else:
            name = next((one for one in readings(found[2]) if one in people), "")
            piece = Piece(f"@{name}", mentioned=name) if name else None
        if piece:
            if found.start() > at:
                yield Piece(text[at : found.start()])
            yield piece
            at = found.start() + len(piece.text)
    if at < len(text):
        yield Piece(text[at:])
