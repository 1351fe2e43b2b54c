"""Argdown: statements and arguments are claims; what supports, attacks or contradicts another is a link to it.

This reads the marks that make statements and relations. What it passes over, headings, comments, the inner structure
of arguments, it says.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from claims.exchange.foreign.records import Given, Joined, NotRead, Parsed, Reader, Record, Said, Where
from claims.exchange.foreign.table import text_of
from claims.models import Kind

_GONE = "\0"
"""Stands where a comment stood, on each of its lines, so that lines keep their numbers."""

_COMMENT = re.compile(r"<!--.*?-->|/\*.*?\*/", re.DOTALL)
_OURS = re.compile(r"// (L-\d+) (contradicts|supports|neither)(?: in review| \w+)(?: (C-\d+) (C-\d+))?")
_FRONT = re.compile(r"\A\s*===+\s*\n.*?\n\s*===+[ \t]*\n", re.DOTALL)
_RELATION = re.compile(r"([ \t]*)(\+>|->|<\+|<-|><|_>|<_|\+|-|_(?=\s))[ \t]*(?=\S)")
_ELEMENT = re.compile(r"(\[|<)((?:\\.|[^\]>\n])+?)([\]>])(:?)")
_NUMBERED = re.compile(r"[ \t]*\((\d+)\)")
_INFERENCE = re.compile(r"[ \t]*-{2,}")
_DATA = re.compile(r"\{(?:[^{}\"]|\"(?:\\.|[^\"\\])*\")*\}\s*$", re.DOTALL)
_PAIR = re.compile(r"([A-Za-z_]\w*)\s*:\s*(?:\"((?:\\.|[^\"\\])*)\"|([^,{}]*))\s*(?:,|$)")
_TAG = re.compile(r"(?<!\\)#(?:\(([^)]+)\)|([\w-]+))")
_ESCAPED = re.compile(r"\\(.)")

# The relation, whether it leads from the element below to the one above, and what it makes of the two.
RELATIONS = {
    "+": (True, Kind.SUPPORTS),
    "<+": (True, Kind.SUPPORTS),
    "+>": (False, Kind.SUPPORTS),
    "-": (True, Kind.CONTRADICTS),
    "<-": (True, Kind.CONTRADICTS),
    "->": (False, Kind.CONTRADICTS),
    "><": (False, Kind.CONTRADICTS),
}


@dataclass(slots=True)
class _Element:
    """A statement or an argument as the file has it."""

    name: str
    line: int
    raw: str
    text: str = ""
    data: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)


class _Reading:
    """One pass over the lines."""

    def __init__(self, text: str, given: Given) -> None:
        self.given = given
        self.elements: dict[str, _Element] = {}
        self.links: list[Record] = []
        self.joined: dict[frozenset[str], Joined] = {}
        self.left: Counter[str] = Counter()
        self.number: str = ""
        self.untitled = 0
        self.stack: list[tuple[int, str]] = []
        front = _FRONT.match(text)
        lines = front[0].count("\n") if front else 0
        text = "\n" * lines + (text[front.end() :] if front else text)
        text = _COMMENT.sub(
            lambda found: _GONE + f"\n{_GONE}" * found[0].count("\n"), text.replace(_GONE, "")
        )
        self.lines = text.split("\n")

    def read(self) -> None:
        for start, end in self._blocks():
            self._block(start, end)

    def _blocks(self) -> list[tuple[int, int]]:
        """Where each piece begins and ends: a line that opens one, with those that go on with it."""
        found: list[tuple[int, int]] = []
        start = None
        for n, line in enumerate(self.lines):
            if _GONE in line and not line.replace(_GONE, "").strip():
                continue  # a comment alone is no empty line
            opens = _RELATION.match(line) or _ours(line) or line.lstrip().startswith("//") or not line.strip()
            opens = opens or _NUMBERED.match(line) or _INFERENCE.match(line) or line.startswith("#")
            if opens or (start is not None and self.lines[start].lstrip().startswith("//")):
                if start is not None:
                    found.append((start, n))
                start = n if line.strip() else None
                if not line.strip():
                    found.append((n, n))
            elif start is None:
                start = n
        if start is not None:
            found.append((start, len(self.lines)))
        return found

    def _block(self, start: int, end: int) -> None:
        if start == end:
            self.stack = []
            return
        raw = "\n".join(self.lines[start:end]).replace(_GONE, "")
        first = self.lines[start]
        if ours := _ours(first):
            self._ours(start + 1, raw, ours)
        elif first.lstrip().startswith("//"):
            return
        elif first.startswith("#") and first.lstrip("#").startswith(" "):
            self.left["headings"] += 1
            self.stack = []
        elif _INFERENCE.match(first):
            self.left["inferences within an argument"] += 1
        elif numbered := _NUMBERED.match(first):
            self.left["steps within an argument, as steps"] += 1
            name = self._element(start + 1, raw[numbered.end() :], raw)
            self.stack = [(0, name)]
        elif found := _RELATION.match(first):
            self._relation(start + 1, raw, found)
        else:
            indent = len(first) - len(first.lstrip())
            self.stack = [(indent, self._element(start + 1, raw, raw))]

    def _ours(self, line: int, raw: str, found: re.Match[str]) -> None:
        self.number = found[1]
        if found[2] == Kind.NEITHER and found[3]:
            self._join(line, raw, found[3], found[4], Kind.NEITHER)

    def _relation(self, line: int, raw: str, found: re.Match[str]) -> None:
        indent, sign = len(found[1].expandtabs(4)), found[2]
        while self.stack and self.stack[-1][0] >= indent and len(self.stack) > 1:
            self.stack.pop()
        parent = self.stack[-1][1] if self.stack else ""
        name = self._element(line, raw[found.end() :], raw)
        self.stack.append((indent, name))
        if not parent:
            self._bad(line, raw, "relation", "stands under no statement")
        elif sign not in RELATIONS:
            self._bad(
                line, raw, "relation", f"{sign} bears on an argument's inference: links join two claims"
            )
        else:
            upward, kind = RELATIONS[sign]
            self.left["attacks, which become contradictions"] += sign in ("-", "<-", "->")
            one, other = (name, parent) if upward else (parent, name)
            self._join(line, raw, one, other, kind)

    def _join(self, line: int, raw: str, one: str, other: str, kind: Kind) -> None:
        before = self.joined.get(frozenset((one, other)))
        if before and before.kind == kind:
            before.mutual = before.mutual or (
                kind == Kind.SUPPORTS and (before.one, before.other) == (other, one)
            )
            return
        joined = Joined(
            self.number or f"line {line}", one, other, kind, names={"from": "relation", "to": "relation"}
        )
        self.number = ""
        self.joined[frozenset((one, other))] = joined
        self.links.append(Record(line, joined.key, raw, links=[joined]))

    def _bad(self, line: int, raw: str, name: str, reason: str) -> None:
        record = Record(line, f"line {line}", raw)
        record.wrong(name, reason)
        self.links.append(record)

    def _element(self, line: int, body: str, raw: str) -> str:
        """The name of the statement or argument that a piece is of; what it says of it is kept."""
        body = body.strip()
        found = _ELEMENT.match(body)
        titled = found and (found[4] or not body[found.end() :].strip(" \t.,;#{"))
        if found and (titled or body[found.end() :].lstrip()[:1] in ("{", "#")):
            name, body = _plain(found[2]), body[found.end() :]
        else:
            self.untitled += 1
            name = f"Untitled {self.untitled}"
        element = self.elements.setdefault(name, _Element(name, line, raw))
        data = _DATA.search(body)
        if data:
            element.data |= {
                pair[1]: _unquoted(pair[2]) if pair[2] is not None else pair[3].strip()
                for pair in _PAIR.finditer(data[0].strip()[1:-1].strip())
            }
            body = body[: data.start()]
        element.tags += [one[1] or one[2] for one in _TAG.finditer(body)]
        if text := _plain(_TAG.sub("", body)):
            element.text, element.line, element.raw = text, line, raw
        return name

    def records(self) -> list[Record]:
        records = [self._claim(element) for element in self.elements.values()]
        return sorted([*records, *self.links], key=lambda record: record.place)

    def _claim(self, element: _Element) -> Record:
        record = Record(element.line, element.name, element.raw)
        told = {key: value for key, value in element.data.items() if isinstance(value, str)}
        statement = told.get("statement") or element.text or element.name
        if element.name.startswith("Untitled ") and not element.text:
            record.wrong("statement", "is empty")
            return record
        source = told.get("source", "")
        where = Where(
            source or self.given.name, told.get("title") or source or self.given.name, told.get("outlet", ""),
            url=told.get("url", ""),
        )  # fmt: skip
        known: dict[str, Any] = {
            key: told.get(key, "") for key in ("quote", "speaker", "via", "asserted", "about")
        }
        record.claims = [
            Said(element.name, statement, where, topics=list(dict.fromkeys(element.tags)), **known)
        ]
        return record


def _ours(line: str) -> re.Match[str] | None:
    return _OURS.fullmatch(line.strip())


def _plain(text: str) -> str:
    """The text without marks: what was escaped as itself, white space as one space."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[1])
        return f"\0{len(kept) - 1}\0"

    text = _ESCAPED.sub(keep, text.replace("\0", ""))
    text = re.sub(r"(?<!\w)(\*\*|__|\*|_)(?=\S)(.+?)(?<=\S)\1(?!\w)", r"\2", text)
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    text = re.sub(r"@?(?:\[([^\]]+)\]|<([^>]+)>)", lambda found: found[1] or found[2], text)
    return re.sub("\0(\\d+)\0", lambda found: kept[int(found[1])], " ".join(text.split()))


def _unquoted(value: str) -> str:
    """What stands between quotation marks in YAML, as JSON reads it."""
    escapes = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
    return re.sub(
        r"\\(?:u([0-9a-fA-F]{4})|(.))",
        lambda found: chr(int(found[1], 16)) if found[1] else escapes.get(found[2], found[2]),
        value,
    )


def read_argdown(data: bytes, given: Given) -> Parsed:
    """The statements and relations of a text. NotRead for one without any."""
    reading = _Reading(text_of(data).replace("\r\n", "\n").replace("\r", "\n"), given)
    reading.read()
    records = reading.records()
    if not records:
        raise NotRead("The file has no statement: write [Title]: text.")
    notes = [
        "Each statement is its own quote, in a source made of the statements, where no quote stands beside it."
    ]
    notes += [f"{n:,} {what}." for what, n in sorted(reading.left.items()) if n]
    return Parsed(records, notes)


def left_out_statements(left_out: list[tuple[Record, str]], data: bytes) -> bytes:
    """What was left out, each under a comment with the reason."""
    parts = (f"// {' '.join(reason.split())}\n{record.raw}\n" for record, reason in left_out)
    return "\n".join(parts).encode(errors="replace")


ARGDOWN_TEXT = Reader(
    "argdown",
    "Argdown",
    "argdown",
    "text/plain",
    "Statements and arguments become claims, supports and attacks between them links.",
    read_argdown,
    left_out_statements,
)
