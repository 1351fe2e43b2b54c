"""The lines of a ``gainsay/1`` file: one line read and checked by itself. Nothing here asks the database.

What needs other lines or the dossier (references, duplicates, quotes against texts) is the business of ``resolving``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from claims.exchange.fields import IMPORTER, NUMBER_LIMIT, Fields, Reading, from_extra, limit_of
from claims.exchange.outcomes import outcomes
from claims.exchange.strict_json import BadLine, compact, parse, shown
from claims.exchange.ties import (
    aliases,
    anchorings,
    comments,
    dismissed,
    guideline_version,
    ties_of_dossier,
    ties_of_link,
    ties_of_source,
)
from claims.models import Claim, ContradictionType, Kind, Modality, Speaker, Strength, Topic
from sources.intake.text import as_kept
from sources.languages import config_for
from sources.models import TEXT_LIMIT, Dossier, Letter, Reliability, Source
from sources.periods import parse_date, parse_period

FORMAT = "gainsay/1"
LINE_LIMIT = 64 * 1024 * 1024
"""Bytes of a line: the longest text, every character of it written as two escapes, and some more."""

EXTRA_LIMIT = 65_536
DEPTH_LIMIT = 100
ROUNDS = 1_000
"""How many rounds of review a file may tell of: there must be room for those to come."""

CHANGED = "changed_since_review"
ROUND = "review_round"
FORMER_ID = "external_id"
"""Keys of ``extra`` in which we write ourselves; they do not count towards its limit."""

_CITED = re.compile(r"([SCL])-([1-9]\d{0,8})", re.ASCII)


@dataclass(slots=True)
class Line:
    """A line that was read: its type, what names it in a report, its row for the staging table of that type, what is
    wrong with it, and rows for other staging tables, each with the table's name. With problems, only what others may
    refer to (``id``) counts.
    """

    type: str
    id: str
    row: dict[str, Any]
    problems: list[tuple[str, str]]
    ties: list[tuple[str, dict[str, Any]]]


def read_line(raw: bytes, reading: Reading) -> Line:
    """One line. Raises BadLine for what is no object of a known type."""
    try:
        values = parse(raw)
    except BadLine as error:
        return _bad(error)
    type_ = values.pop("type", None)
    reader = READERS.get(type_) if isinstance(type_, str) else None
    if reader is None:
        reason = "is missing" if type_ is None else f"{shown(type_)} is none of {', '.join(READERS)}"
        raise BadLine("type", reason)
    fields = Fields(values)
    row = reader(fields, reading)
    row["digest"] = sha256(raw.strip()).digest()
    label = row.pop("label", row["id"])
    return Line(type_, label, row, fields.problems, row.pop("ties", []))


def _bad(error: BadLine) -> Line:
    """A line that cannot be brought in, with as much of it as others may refer to; the error where that is nothing."""
    type_ = error.values.get("type")
    identity = error.values.get("name" if type_ == "speaker" else "id")
    if type_ not in ("source", "speaker", "claim", "link") or not isinstance(identity, str):
        raise error
    if "\0" in identity or identity.encode(errors="replace") != identity.encode(errors="ignore"):
        raise error
    return Line(type_, identity, {"id": identity}, [(error.field, error.reason)], [])


SOURCE = {name: limit_of(Source, name) for name in ("title", "outlet", "author", "url", "language")}
EXTERNAL_ID = limit_of(Source, "external_id")
SPEAKER_NAME = limit_of(Speaker, "name")
AFFILIATION = limit_of(Speaker, "affiliation")
TOPIC_NAME = limit_of(Topic, "name")
VIA = limit_of(Claim, "via")
SCOPE = limit_of(Dossier, "slug")


def _extra(fields: Fields, extra: dict[str, Any]) -> str:
    """``extra`` as it is stored, if it is not too long."""
    if not extra:
        return "{}"
    if _depth(extra) > DEPTH_LIMIT:
        fields.wrong("extra", f"is nested deeper than {DEPTH_LIMIT} levels")
        return "{}"
    written = compact(extra)
    counted = compact({k: v for k, v in extra.items() if k != FORMER_ID}) if FORMER_ID in extra else written
    if len(counted.encode()) > EXTRA_LIMIT:
        fields.wrong("extra", f"has {len(counted.encode()):,} bytes; at most {EXTRA_LIMIT:,} are kept")
    return written


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= DEPTH_LIMIT:
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        depth += 1
    return depth


def _closed(fields: Fields, reading: Reading, *, by: int | None = IMPORTER) -> dict[str, Any]:
    """external_id, extra, by, at of a line without a number."""
    external_id = fields.text("external_id", EXTERNAL_ID)
    row = fields.rest(reading, by=by)
    return {**row, "external_id": external_id, "extra": _extra(fields, row["extra"])}


def _numbered(fields: Fields, reading: Reading, letter: Letter, identity: str) -> dict[str, Any]:
    """The same of a line with a number, which may become another than its id says: see ``moved_extra``."""
    external_id = fields.text("external_id", EXTERNAL_ID)
    row = fields.rest(reading)
    extra: dict[str, Any] = row["extra"]
    # Under another number the id becomes the external id; the one that it had must not be lost.
    before = extra.get(FORMER_ID, [])
    former = [external_id, *(before if isinstance(before, list) else [before])]
    moved = {**extra, FORMER_ID: former if len(former) > 1 else external_id} if external_id else None
    return {
        **row,
        "external_id": external_id,
        "extra": _extra(fields, extra),
        "moved_extra": _extra(fields, moved) if moved else None,
        "id": identity,
        "cited": cited_number(identity, letter),
    }


def cited_number(identity: str, letter: Letter) -> int | None:
    """12 for ``C-12`` of a claim; None for any other id, and for more digits than an address takes."""
    found = _CITED.fullmatch(identity)
    return int(found[2]) if found and found[1] == letter else None


# ---- the types


def _dossier(fields: Fields, reading: Reading) -> dict[str, Any]:
    if (format_ := fields.text("format")) and format_ != FORMAT:
        fields.wrong("format", f"{shown(format_)} is not known here: this reads {FORMAT}")
    given = {key for key in ("name", "question", "language", "reviews_needed") if key in fields.values}
    row: dict[str, Any] = {
        "id": "",
        "slug": fields.text("slug", SCOPE),
        "uid": fields.text("uid", SCOPE),
        "name": fields.text("name", limit_of(Dossier, "name"), required=True),
        "question": fields.text("question"),
        "language": fields.text("language", limit_of(Dossier, "language")),
        "reviews_needed": fields.integer("reviews_needed", 1, 5),
        "given": given,
        "people_given": {key for key in ("by", "at") if key in fields.values},
        "last": {},
    }
    last = Fields(fields.object("last") or {})
    for letter in Letter:
        row["last"][letter.value] = last.integer(letter.value, 0, NUMBER_LIMIT) or 0
    for key, reason in last.problems:
        fields.wrong(f"last.{key}", reason)
    if last.values:
        fields.unknown["last"] = last.values
    for key in ("exported", "generator", "counts"):
        fields.values.pop(key, None)
    row |= ties_of_dossier(fields, reading)
    rest = fields.rest(reading)
    return {**row, **rest, "extra": _extra(fields, rest["extra"])}


def _source(fields: Fields, reading: Reading) -> dict[str, Any]:
    identity = fields.text("id", EXTERNAL_ID, required=True)
    raw = fields.text("text", required=True)
    text = as_kept(raw)
    if len(text) > TEXT_LIMIT:
        fields.wrong("text", f"has {len(text):,} characters; a source holds at most {TEXT_LIMIT:,}")
    elif raw and not text:
        fields.wrong("text", "is empty")
    language = fields.text("language", SOURCE["language"])
    tied = ties_of_source(fields, reading, identity)
    return {
        **tied,
        "ties": [*tied["ties"], *comments(fields, reading, "source")],
        "title": fields.text("title", SOURCE["title"]),
        "outlet": fields.text("outlet", SOURCE["outlet"]),
        "author": fields.text("author", SOURCE["author"]),
        "url": fields.text("url", SOURCE["url"]),
        "published": fields.time("published", parse_date),
        "language": language,
        "reliability": fields.choice("reliability", Reliability),
        "text": text,
        "raw_text": None if raw == text else raw,
        "length": len(text),
        "config": config_for(language),
        **_numbered(fields, reading, Letter.SOURCE, identity),
    }


def _speaker(fields: Fields, reading: Reading) -> dict[str, Any]:
    return {
        "ties": aliases(fields),
        "id": fields.text("name", SPEAKER_NAME, required=True),
        "affiliation": fields.text("affiliation", AFFILIATION),
        **_closed(fields, reading),
    }


def _claim(fields: Fields, reading: Reading) -> dict[str, Any]:
    identity = fields.text("id", EXTERNAL_ID, required=True)
    quote = fields.text("quote", required=True)
    start = fields.integer("start", 0, NUMBER_LIMIT, required=True)
    end = fields.integer("end", 0, NUMBER_LIMIT, required=True)
    if start is not None and end is not None and quote and end - start != len(quote):
        fields.wrong("quote", f"has {len(quote)} characters; from start to end there are {end - start}")
    return {
        "ties": [
            *anchorings(fields, reading, identity),
            *dismissed(fields, reading, identity),
            *comments(fields, reading, "claim"),
        ],
        "source": fields.text("source", EXTERNAL_ID, required=True),
        "quote": quote,
        "start": start,
        "end": end,
        "statement": fields.text("statement", required=True),
        "speaker": fields.text("speaker", SPEAKER_NAME),
        "via": fields.text("via", VIA),
        "asserted": fields.time("asserted", parse_date),
        "about": fields.time("about", parse_period),
        "modality": fields.choice("modality", Modality),
        "credibility": fields.integer("credibility", 1, 6),
        "topics": _topics(fields),
        **_numbered(fields, reading, Letter.CLAIM, identity),
    }


def _topics(fields: Fields) -> list[str]:
    value = fields.take("topics")
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        fields.wrong("topics", f"{shown(value)} is no list of names")
        return []
    for name in value:
        if not name or len(name) > TOPIC_NAME:
            fields.wrong("topics", f"{shown(name)} is no topic: it has between 1 and {TOPIC_NAME} characters")
    return sorted(set(value))


def _link(fields: Fields, reading: Reading) -> dict[str, Any]:
    identity = fields.text("id", EXTERNAL_ID, required=True)
    kind = fields.choice("kind", Kind, required=True)
    row = {
        "from_id": fields.text("from", EXTERNAL_ID, required=True),
        "to_id": fields.text("to", EXTERNAL_ID, required=True),
        "kind": kind,
        "rationale": fields.text("rationale"),
        "mutual": fields.flag("mutual"),
        "contradiction_type": fields.choice("contradiction_type", ContradictionType),
        "strength": fields.choice("strength", Strength),
        **_adjudication(fields, reading),
    }
    if row["from_id"] and row["from_id"] == row["to_id"]:
        fields.wrong("to", "a claim cannot be linked to itself")
    if row["mutual"] and kind != Kind.SUPPORTS:
        fields.wrong("mutual", "only support can be mutual")
    if row["contradiction_type"] and kind != Kind.CONTRADICTS:
        fields.wrong("contradiction_type", "only a contradiction has one")
    row |= ties_of_link(fields, is_adjudicated=row["adjudication_verdict"] != "")
    reserved = _reserved(fields, reading)
    ties = [*outcomes(fields, reading), *comments(fields, reading, "link")]
    return {"ties": ties, **row, **reserved, **_numbered(fields, reading, Letter.LINK, identity)}


def _adjudication(fields: Fields, reading: Reading) -> dict[str, Any]:
    none = dict.fromkeys(("adjudicated_by", "adjudicated_at"))
    value = fields.object("adjudication")
    if value is None:
        return {"adjudication_verdict": "", "adjudication_note": "", **none}
    if not reading.may_bring_verdicts:
        fields.wrong("adjudication", ONLY_A_LEAD)
    inner = Fields(value)
    row = {
        "adjudication_verdict": inner.choice("verdict", Kind, required=True),
        "adjudication_note": inner.text("note"),
        "adjudicated_by": inner.person("by", reading),
        "adjudicated_at": inner.moment("at", reading),
    }
    for key, reason in inner.problems:
        fields.wrong(f"adjudication.{key}", reason)
    if inner.values:
        fields.unknown["adjudication"] = inner.values
    return row


def _reserved(fields: Fields, reading: Reading) -> dict[str, Any]:
    """What an export writes of a link into ``extra`` because no key carries it: read back, and taken out of there."""
    inner = Fields(from_extra(fields, {CHANGED: object, ROUND: object}))
    row = {"changed": inner.flag(CHANGED), "round": inner.integer(ROUND, 1, ROUNDS) or 1}
    if not reading.may_bring_verdicts:
        for key, value in ((CHANGED, row["changed"]), (ROUND, row["round"] > 1)):
            if value:
                fields.wrong(key, ONLY_A_LEAD)
    fields.problems += inner.problems
    return row


ONLY_A_LEAD = "only a lead brings in verdicts"


def _review(fields: Fields, reading: Reading) -> dict[str, Any]:
    link = fields.text("link", EXTERNAL_ID, required=True)
    name = fields.values.get("reviewer")
    reviewer = fields.person("reviewer", reading, None)
    if name is None:
        fields.wrong("reviewer", "is required")
    if not reading.may_bring_verdicts:
        fields.wrong("verdict", ONLY_A_LEAD)
    identity = compact([link, name])
    if len(identity) > EXTERNAL_ID:
        identity = sha256(identity.encode()).hexdigest()
    return {
        "id": identity,
        "label": f"{link} by {name}",
        "link": link,
        "reviewer": reviewer,
        "verdict": fields.choice("verdict", Kind, required=True),
        "confidence": fields.integer("confidence", 1, 5),
        "note": fields.text("note"),
        "guidelines": guideline_version(fields),
        **_closed(fields, reading, by=reviewer),
    }


_Reader = Callable[[Fields, Reading], dict[str, Any]]
READERS: Mapping[str, _Reader] = {
    "dossier": _dossier,
    "source": _source,
    "speaker": _speaker,
    "claim": _claim,
    "link": _link,
    "review": _review,
}
