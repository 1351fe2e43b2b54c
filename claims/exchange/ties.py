"""What an export writes into ``extra`` because no key carries it, read back: versions, origins that a person confirmed,
retractions, aliases, anchorings. What they refer to is the business of ``resolving``.
"""  # fmt: skip

from collections.abc import Callable
from typing import Any

from claims.exchange.fields import NUMBER_LIMIT, Fields, Reading, from_extra, limit_of
from claims.exchange.strict_json import compact, shown
from claims.models import Anchoring, SpeakerAlias
from sources.models import Origin, Source

CANONICAL = "canonical_url"
VERSION_OF = "version_of"
ORIGIN = "origin"
KEPT_APART = "kept_apart"
ALIASES = "aliases"
ANCHORINGS = "anchorings"
RETRACTED = "retracted"

ID = limit_of(Source, "external_id")

type Ties = list[tuple[str, dict[str, Any]]]
"""Rows for staging tables, each with its table's name."""


def ties_of_source(fields: Fields, reading: Reading, identity: str) -> dict[str, Any]:
    """The columns and ties of a source: its canonical address, the source it is a version of, its origin, and the
    sources it is kept apart from.
    """  # fmt: skip
    inner = Fields(
        from_extra(fields, {CANONICAL: str, VERSION_OF: str, ORIGIN: dict, KEPT_APART: list, RETRACTED: dict})
    )
    row: dict[str, Any] = {
        "canonical_url": inner.text(CANONICAL, limit_of(Source, "canonical_url")),
        "version_of": inner.text(VERSION_OF, ID),
    }
    if row["version_of"] and row["version_of"] == identity:
        inner.wrong(VERSION_OF, "a source is no version of itself")
    origin, ties = _origin(inner, reading)
    apart = each(
        inner,
        KEPT_APART,
        lambda one: {
            "source": identity,
            "other": one.text("source", ID, required=True),
            "by": one.person("by", reading),
            "at": one.moment("at", reading),
        },
    )
    ties += _retracted(inner, reading)
    fields.problems += inner.problems
    return {**row, "origin": origin, "ties": [*ties, *(("apart", one) for one in apart)]}


def _retracted(inner: Fields, reading: Reading) -> Ties:
    value = inner.object(RETRACTED)
    if value is None:
        return []
    one = Fields(value)
    row = {
        "reason": one.text("reason", required=True),
        "by": one.person("by", reading),
        "at": one.moment("at", reading),
    }
    finish(inner, RETRACTED, one)
    return [("retraction", row)]


def _origin(inner: Fields, reading: Reading) -> tuple[str, Ties]:
    value = inner.object(ORIGIN)
    if value is None:
        return "", []
    one = Fields(value)
    reasons = one.take("reasons") or []
    if not isinstance(reasons, list) or not all(isinstance(reason, str) for reason in reasons):
        one.wrong("reasons", f"{shown(reasons)} is no list of sentences")
        reasons = []
    identity = one.text("id", ID, required=True)
    row = {
        "id": identity,
        "name": one.text("name", limit_of(Origin, "name")),
        "reasons": compact(reasons),
        "by": one.person("by", reading),
        "at": one.moment("at", reading),
    }
    finish(inner, ORIGIN, one)
    return identity, [("origin", row)]


def aliases(fields: Fields) -> Ties:
    """The other names of a speaker."""
    inner = Fields(from_extra(fields, {ALIASES: list}))
    names = inner.take(ALIASES) or []
    limit = limit_of(SpeakerAlias, "name")
    if not isinstance(names, list) or not all(
        isinstance(name, str) and 0 < len(name) <= limit for name in names
    ):
        fields.wrong(ALIASES, f"{shown(names)} is no list of names of between 1 and {limit} characters")
        names = []
    speaker = fields.values.get("name")
    return [("alias", {"speaker": speaker, "name": name}) for name in dict.fromkeys(names)]


def anchorings(fields: Fields, reading: Reading, identity: str) -> Ties:
    """Where the quote of a claim stood in former versions of its source."""

    def read(one: Fields) -> dict[str, Any]:
        row = {
            "claim": identity,
            "source": one.text("source", ID, required=True),
            "to_source": one.text("to", ID, required=True),
            "quote": one.text("quote", required=True),
            "start": one.integer("start", 0, NUMBER_LIMIT, required=True),
            "end": one.integer("end", 0, NUMBER_LIMIT, required=True),
            "method": one.choice("method", Anchoring.Method.values, required=True),
            "decision": one.choice("decision", Anchoring.Decision.values),
            "by": one.person("by", reading),
            "at": one.moment("at", reading),
        }
        if row["decision"] and row["method"] != Anchoring.Method.ORPHAN:
            one.wrong("decision", "only an orphan has one")
        return row

    inner = Fields(from_extra(fields, {ANCHORINGS: list}))
    rows = each(inner, ANCHORINGS, read)
    fields.problems += inner.problems
    return [("anchoring", row) for row in rows]


def each(inner: Fields, key: str, read: Callable[[Fields], dict[str, Any]]) -> list[dict[str, Any]]:
    """The objects of a list, each as ``read`` reads it; what is no list of objects is wrong."""
    value = inner.take(key) or []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        inner.wrong(key, f"{shown(value)} is no list of objects")
        return []
    rows = []
    for found in value:
        one = Fields(found)
        rows.append(read(one))
        finish(inner, key, one)
    return rows


def finish(inner: Fields, key: str, one: Fields) -> None:
    """What is wrong within an object is said of it, and so is what nobody knows there."""
    for name, reason in one.problems:
        inner.wrong(f"{key}.{name}", reason)
    for name in one.values:
        inner.wrong(f"{key}.{name}", "is not known here")
