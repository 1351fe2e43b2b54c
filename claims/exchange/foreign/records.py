"""What a reader makes of a foreign file: records with the claims and links that each would become.

``gainsay_lines`` turns them into an exchange file. A source whose text the file does not have gets one made of the
quotes that rest on it, so that each stands where it is said to stand.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from claims.models import Kind
from claims.quotes import find_words
from sources.intake.text import as_kept

MADE_OF = 500_000
"""Characters of a text that is made of quotes; more quotes go into another."""

BETWEEN = "\n\n"

LABELS: Mapping[str, Kind] = {
    **dict.fromkeys(
        ("contradicts", "contradiction", "contradictory", "contradict", "refutes", "refute", "c", "contrary"),
        Kind.CONTRADICTS,
    ),
    **dict.fromkeys(
        ("supports", "entailment", "entails", "support", "supported", "e", "entailed"), Kind.SUPPORTS
    ),
    **dict.fromkeys(("neither", "neutral", "not enough info", "nei", "n", "unrelated"), Kind.NEITHER),
    # The numbers that SNLI and MNLI have at Hugging Face.
    "0": Kind.SUPPORTS,
    "1": Kind.NEITHER,
    "2": Kind.CONTRADICTS,
}
"""How two claims stand, in the words of other sets, small letters."""


def kind_of(label: object) -> Kind | None:
    """How two claims stand by a foreign label; None for one that says nothing of that."""
    written = str(label).strip().casefold().replace("_", " ")
    return LABELS.get(written)


class NotRead(Exception):
    """The file as a whole cannot be read; its message says why, and what would help."""


@dataclass(slots=True)
class Where:
    """A source: what tells it from the file's others, what is known of it, and its text where the file has that."""

    key: str
    title: str = ""
    outlet: str = ""
    author: str = ""
    url: str = ""
    published: str = ""
    language: str = ""
    text: str | None = None


@dataclass(slots=True)
class Said:
    """A claim; without a quote the statement is its own. ``names`` says what its fields are called in the file."""

    key: str
    statement: str
    where: Where
    quote: str = ""
    start: int | None = None
    before: str = ""
    after: str = ""
    speaker: str = ""
    affiliation: str = ""
    via: str = ""
    asserted: str = ""
    about: str = ""
    modality: str = ""
    credibility: int | None = None
    topics: list[str] = field(default_factory=list)
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Judged:
    """A review that a file tells of."""

    reviewer: str
    verdict: str
    confidence: int | None = None
    note: str = ""


@dataclass(slots=True)
class Joined:
    """A link between two claims of the file, by their keys."""

    key: str
    one: str
    other: str
    kind: str
    mutual: bool = False
    type: str = ""
    strength: str = ""
    rationale: str = ""
    votes: list[Judged] = field(default_factory=list)
    names: Mapping[str, str] = field(default_factory=dict)


Reason = tuple[str, str]
"""A field as the file calls it, and what is wrong with it."""


@dataclass(slots=True)
class Record:
    """A piece of the file that is taken or left as a whole: its place (a line, a task), and what it would become.

    ``raw`` is the piece itself, for the file of what was left out.
    """

    place: int
    label: str
    raw: Any
    claims: list[Said] = field(default_factory=list)
    links: list[Joined] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)

    def wrong(self, name: str, reason: str) -> None:
        self.reasons.append((name, reason))


@dataclass(slots=True)
class Given:
    """What a person says of the file beside it: its name, the page's text, which column is what."""

    name: str
    page: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Parsed:
    """A file that was read: its records, sentences on what is not carried over, and its columns if it has any."""

    records: list[Record]
    notes: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """A foreign format: how it is read, and how the records that were left out are written with their reasons.

    ``takes_page`` says that the text of the annotated page may come beside it.
    """

    name: str
    label: str
    ending: str
    content_type: str
    purpose: str
    read: Callable[[bytes, Given], Parsed]
    write_left_out: Callable[[list[tuple[Record, str]], bytes], bytes]
    takes_page: bool = False


@dataclass(slots=True)
class _Text:
    """The text of a source in the making, and where each quote stands in it."""

    where: Where
    parts: list[str] = field(default_factory=list)
    length: int = 0
    places: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict)

    def take(self, said: Said) -> None:
        quote = (said.before, said.quote, said.after)
        if quote in self.places:
            return
        before = as_kept(said.before) if not self.length else said.before
        self.length += len(BETWEEN) if self.parts else 0
        start = self.length + len(before)
        self.places[quote] = (start, start + len(said.quote))
        self.parts.append(before + said.quote + said.after)
        self.length += len(self.parts[-1])

    @property
    def text(self) -> str:
        return BETWEEN.join(self.parts)


@dataclass(slots=True)
class Lines:
    """An exchange file in the making: its lines, and for each the records that need it and its fields' names there."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    owners: list[list[Record]] = field(default_factory=list)
    names: list[Mapping[str, str]] = field(default_factory=list)

    def add(self, line: dict[str, Any], owner: Record, names: Mapping[str, str] | None = None) -> int:
        self.lines.append({key: value for key, value in line.items() if value not in ("", None, [])})
        self.owners.append([owner])
        self.names.append(names or {})
        return len(self.lines) - 1

    def as_bytes(self) -> bytes:
        return b"".join(json.dumps(line).encode() + b"\n" for line in self.lines)


def gainsay_lines(
    records: Iterable[Record], *, head: dict[str, Any], taken: Callable[[Record], bool], votes: bool
) -> Lines:
    """The exchange file of the records that are taken. Reasons are added to those that cannot be.

    The texts of sources are made of all records, taken or not, so that they stay the same whatever is left out.
    """
    records = list(records)
    _tidy(records)
    _refuse_claims_that_differ(records)
    texts = _texts(records)
    made = Lines()
    made.add(head, Record(0, "", None))
    seen: dict[tuple[str, str], int] = {}

    def once(type_: str, key: str, owner: Record, line: dict[str, Any], names: Any = None) -> None:
        at = seen.get((type_, key))
        if at is None:
            seen[type_, key] = made.add({"type": type_, **line}, owner, names)
        elif made.owners[at][-1] is not owner:
            made.owners[at].append(owner)

    for record in filter(taken, records):
        for said in record.claims:
            if texts[id(said)][1] is None:
                record.wrong(
                    said.names.get("quote", "quote"), "does not stand in the text, or more than once"
                )
    for record in filter(taken, records):
        for said in record.claims:
            key, place = texts[id(said)]
            if ("source", key) not in seen or made.owners[seen["source", key]][-1] is not record:
                once("source", key, record, _source(key, texts[key]))
            if said.speaker:
                speaker = {"name": said.speaker, "affiliation": said.affiliation}
                once("speaker", said.speaker, record, speaker, {"name": said.names.get("speaker", "speaker")})
            once("claim", said.key, record, _claim(said, key, place), said.names)
        for joined in record.links:
            made.add(_link(joined), record, joined.names)
            for vote in joined.votes if votes else ():
                made.add(_review(joined, vote), record)
    return made


def _tidy(records: list[Record]) -> None:
    """The quotes as the text of a source is kept, since they make one."""
    for record in records:
        for said in record.claims:
            said.quote = as_kept(said.quote or said.statement)
            said.before, said.after = (as_kept(part) for part in (said.before, said.after))


def _refuse_claims_that_differ(records: list[Record]) -> None:
    first: dict[str, tuple[Said, Record]] = {}
    for record in records:
        for said in record.claims:
            other, place = first.setdefault(said.key, (said, record))
            if other is not said and _content(other) != _content(said):
                name = said.names.get("id", "id")
                record.wrong(name, f"“{said.key}” read differently at {place.place}: one name is one claim")


def _content(said: Said) -> tuple[Any, ...]:
    return (
        said.statement, said.quote, said.where.key, said.speaker, said.via, said.asserted, said.about, said.modality,
    )  # fmt: skip


def _texts(records: list[Record]) -> dict[Any, Any]:
    """The texts by their key, and of every claim, by its identity, its text's key and its place there."""
    found: dict[Any, Any] = {}
    current: dict[str, str] = {}
    for record in records:
        for said in record.claims:
            where = said.where
            if where.text is not None:
                text = found.setdefault(where.key, _Text(where, [as_kept(where.text)]))
                found[id(said)] = (where.key, locate(text.parts[0], said))
                continue
            if not said.quote:
                found[id(said)] = (where.key, None)
                continue
            key = current.setdefault(where.key, where.key)
            if key in found and found[key].length + len(said.quote) > MADE_OF:
                key = current[where.key] = next(
                    name for n in count(2) if (name := f"{where.key} ({n})") not in found
                )
            text = found.setdefault(key, _Text(where))
            text.take(said)
            found[id(said)] = (key, text.places[said.before, said.quote, said.after])
    return found


def locate(text: str, said: Said) -> tuple[int, int] | None:
    """Where a quote stands in a text: where it is said to, else the one place that its context fits best.

    A quote that is set otherwise there (white space, quotation marks) becomes as the text has it.
    """
    start, quote = said.start, said.quote
    if start is not None and quote and text[start : start + len(quote)] == quote:
        return start, start + len(quote)
    places = find_words(text, quote)
    if not places:
        return None

    def fit(place: tuple[int, int]) -> tuple[int, int]:
        near = _alike(text[max(0, place[0] - 64) : place[0]][::-1], said.before[::-1])
        near += _alike(text[place[1] : place[1] + 64], said.after)
        return near, -abs(place[0] - start) if start is not None else 0

    ranked = sorted(places, key=fit, reverse=True)
    if len(ranked) > 1 and fit(ranked[0]) == fit(ranked[1]):
        return None
    place = ranked[0]
    said.quote = text[place[0] : place[1]]
    return place[0], place[1]


def _alike(one: str, other: str) -> int:
    """How many characters agree from the beginning, white space aside."""
    pairs = zip("".join(one.split()), "".join(other.split()), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _source(key: str, text: _Text) -> dict[str, Any]:
    where = text.where
    return {
        "id": key, "title": where.title, "outlet": where.outlet, "author": where.author, "url": where.url,
        "published": where.published, "language": where.language, "text": text.text,
    }  # fmt: skip


def _claim(said: Said, source: str, place: tuple[int, int]) -> dict[str, Any]:
    return {
        "id": said.key, "source": source, "quote": said.quote, "start": place[0], "end": place[1],
        "statement": said.statement, "speaker": said.speaker, "via": said.via, "asserted": said.asserted,
        "about": said.about, "modality": said.modality, "credibility": said.credibility, "topics": said.topics,
    }  # fmt: skip


def _link(joined: Joined) -> dict[str, Any]:
    return {
        "type": "link", "id": joined.key, "from": joined.one, "to": joined.other, "kind": joined.kind,
        "mutual": True if joined.mutual and joined.kind == Kind.SUPPORTS else None,
        "contradiction_type": joined.type if joined.kind == Kind.CONTRADICTS else "", "strength": joined.strength,
        "rationale": joined.rationale,
    }  # fmt: skip


def _review(joined: Joined, vote: Judged) -> dict[str, Any]:
    return {
        "type": "review", "link": joined.key, "reviewer": vote.reviewer, "verdict": vote.verdict,
        "confidence": vote.confidence, "note": vote.note,
    }  # fmt: skip
