"""What an export writes into ``extra`` because no key carries it, read back: versions, origins that a person confirmed,
retractions, aliases, anchorings, comments, guidelines. What they refer to is the business of ``resolving``.
"""  # fmt: skip

from collections.abc import Callable
from typing import Any

from claims.exchange.fields import NUMBER_LIMIT, Fields, Reading, from_extra, limit_of
from claims.exchange.strict_json import Decimals, compact, shown
from claims.models import Anchoring, SpeakerAlias, SplitReason
from claims.models.comment import TEXT_LIMIT
from sources.models import Origin, ReviewOrder, Source

CANONICAL = "canonical_url"
VERSION_OF = "version_of"
ORIGIN = "origin"
KEPT_APART = "kept_apart"
ALIASES = "aliases"
ANCHORINGS = "anchorings"
DISMISSED = "dismissed"
GUIDELINES = "guidelines"
REVIEWING = "reviewing"
GUIDELINE_VERSION = "guideline_version"
LIKELIHOOD = "likelihood"
SPLIT_REASON = "split_reason"
RETRACTED = "retracted"
COMMENTS = "comments"

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


def ties_of_dossier(fields: Fields, reading: Reading) -> dict[str, Any]:
    """How the pairs of a dossier are reviewed, where a file says so, and its guidelines, the first version first."""
    inner = Fields(from_extra(fields, {GUIDELINES: list, REVIEWING: dict}))
    written = each(
        inner,
        GUIDELINES,
        lambda one: {
            "text": one.text("text", required=True),
            "by": one.person("by", reading, None),
            "at": one.moment("at", reading),
        },
    )
    settings: dict[str, Any] = {}
    if (value := inner.object(REVIEWING)) is not None:
        one = Fields(value)
        settings = {
            "review_order": one.choice("order", ReviewOrder) or ReviewOrder.OLDEST.value,
            "lease_minutes": one.integer("lease_minutes", 1, 1_440) or 30,
            "own_proposals": one.flag("own_proposals"),
            "names_masked": one.flag("names_masked"),
        }
        finish(inner, REVIEWING, one)
    fields.problems += inner.problems
    return {"guidelines": written, "reviewing": settings}


def ties_of_link(fields: Fields, *, is_adjudicated: bool) -> dict[str, Any]:
    """How likely a link was said to be, and why its reviewers split."""
    row: dict[str, Any] = {"likelihood": None, "split_reason": ""}
    extra = fields.values.get("extra")
    places: list[dict[str, Any]] = [extra, fields.values] if isinstance(extra, dict) else [fields.values]
    for place in places:
        if (likelihood := _share(place.get(LIKELIHOOD))) is not None:
            row["likelihood"] = likelihood
            del place[LIKELIHOOD]
            break
    inner = Fields(from_extra(fields, {SPLIT_REASON: str}))
    row["split_reason"] = inner.choice(SPLIT_REASON, SplitReason)
    if row["split_reason"] and not is_adjudicated:
        inner.wrong(SPLIT_REASON, "only an adjudication has one")
    fields.problems += inner.problems
    return row


def _share(value: Any) -> float | None:
    """A number from 0 to 1 that would come out as it came in; any other stays where all unknown keys stay."""
    written = value.written if isinstance(value, Decimals) else repr(value)
    try:
        number = float(written)
    except ValueError:
        return None
    return number if 0 <= number <= 1 and written == repr(number).removesuffix(".0") else None


def guideline_version(fields: Fields) -> int | None:
    """The version of the guidelines that a review was given by."""
    inner = Fields(from_extra(fields, {GUIDELINE_VERSION: int}))
    version = inner.integer(GUIDELINE_VERSION, 1, NUMBER_LIMIT)
    fields.problems += inner.problems
    return version


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
            "method": one.choice("method", Anchoring.Method, required=True),
            "decision": one.choice("decision", Anchoring.Decision),
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


def dismissed(fields: Fields, reading: Reading, identity: str) -> Ties:
    """With which other claims this one is not to be suggested again."""
    inner = Fields(from_extra(fields, {DISMISSED: list}))
    rows = each(
        inner,
        DISMISSED,
        lambda one: {
            "claim": identity,
            "other": one.text("claim", ID, required=True),
            "by": one.person("by", reading),
            "at": one.moment("at", reading),
        },
    )
    fields.problems += inner.problems
    return [("dismissed", row) for row in rows]


def comments(fields: Fields, reading: Reading, of: str) -> Ties:
    """What is said about a source, a claim, a link (``of``), in order."""

    def read(one: Fields) -> dict[str, Any]:
        row: dict[str, Any] = {"text": one.text("text", TEXT_LIMIT, required=True), "edited": None}
        if one.values.get("edited") is not None:
            row["edited"] = one.moment("edited", reading)
        return {**row, "by": one.person("by", reading), "at": one.moment("at", reading)}

    inner = Fields(from_extra(fields, {COMMENTS: list}))
    rows = each(inner, COMMENTS, read)
    if rows and of == "link" and not reading.may_bring_verdicts:
        inner.wrong(COMMENTS, "only a lead brings in what is said about links: it may tell of verdicts")
    fields.problems += inner.problems
    return [(f"said_{of}", {**row, "place": place}) for place, row in enumerate(rows)]


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
