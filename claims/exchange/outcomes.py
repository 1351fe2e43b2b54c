"""What became of a link, which an export writes into its ``extra``, read back: resolutions, former ones, due dates."""

from typing import Any

from claims.exchange.fields import Fields, Reading, from_extra
from claims.exchange.strict_json import compact, shown
from claims.exchange.ties import ID, Ties, each, finish
from claims.models import KINDS, Cause, Outcome
from sources.periods import NotATime, parse_date

RESOLUTION = "resolution"
FORMER = "former_resolutions"
DUE = "due_dates"

NOT_A_LEAD = "only a lead brings in resolutions"
MOST = 10_000
"""Places in a list."""


def outcomes(fields: Fields, reading: Reading) -> Ties:
    """The rows of a link's resolutions, of what they rest on, and of its due dates."""
    inner = Fields(from_extra(fields, {RESOLUTION: dict, FORMER: list, DUE: list}))
    ties: Ties = []

    def read(one: Fields) -> dict[str, Any]:
        row, grounds = _resolution(one, reading, place=len(ties))
        ties.append(("resolution", row))
        ties.extend(("ground", {"place": row["place"], **ground}) for ground in grounds)
        return row

    for row in each(inner, FORMER, read):
        if row["reopened_at"] is None:
            inner.wrong(FORMER, "one that was not reopened is no former one")
    value = inner.object(RESOLUTION)
    if value is not None:
        one = Fields(value)
        if read(one)["reopened_at"]:
            inner.wrong(RESOLUTION, "one that was reopened is a former one")
        finish(inner, RESOLUTION, one)
    if ties and not reading.may_bring_verdicts:
        inner.wrong(RESOLUTION, NOT_A_LEAD)
    dues = each(inner, DUE, lambda one: _due(one, reading))
    for place, due in enumerate(dues, 1):
        due["place"] = place
        if due["follows"] is not None and not (
            due["follows"] < place and dues[due["follows"] - 1]["outcome"] == Outcome.MOVED
        ):
            inner.wrong(f"{DUE}.follows", "names an earlier one that was moved")
    if sum(not due["outcome"] for due in dues) > 1:
        inner.wrong(DUE, "one at most is not decided")
    fields.problems += inner.problems
    return [*ties, *(("due", due) for due in dues)]


def _resolution(one: Fields, reading: Reading, place: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    kind = one.choice("kind", list(KINDS), required=True)
    proof = one.object("proof") or {}
    if not all(isinstance(value, str) for value in proof.values()):
        one.wrong("proof", f"{shown(proof)} is no object of texts")
        proof = {}
    elif kind:
        for name, reason in KINDS[kind].problems(proof).items():
            one.wrong(f"proof.{name}", reason)
    grounds = each(
        one, "rests_on", lambda on: {"source": on.text("source", ID), "claim": on.text("claim", ID)}
    )
    if any(bool(ground["source"]) == bool(ground["claim"]) for ground in grounds):
        one.wrong("rests_on", "each is one source or one claim")
    note = one.text("note")
    row = {"place": place, "kind": kind, "proof": compact(proof), "note": note, **_signed(one, reading)}
    again = {"cause": "", "reason": "", "reopened_by": None, "reopened_at": None}
    value = one.object("reopened")
    if value is not None:
        inner = Fields(value)
        signed = _signed(inner, reading)
        again = {
            "cause": inner.choice("cause", Cause, required=True),
            "reason": inner.text("reason", required=True),
            "reopened_by": signed["by"],
            "reopened_at": signed["at"],
        }
        if again["reopened_at"] is None:
            inner.wrong("at", "is required")
        finish(one, "reopened", inner)
    return {**row, **again}, grounds


def _due(one: Fields, reading: Reading) -> dict[str, Any]:
    day = one.time("day", parse_date)
    try:
        first, after = parse_date(day)
        if after is None or (after - first).days != 1:
            one.wrong("day", f"{shown(day)} is no day: write 2026-06-30")
    except NotATime:
        if not day:
            one.wrong("day", "is required")
    row = {
        "day": day or None,
        "expectation": one.text("expectation", required=True),
        "follows": one.integer("follows", 1, MOST),
        **_signed(one, reading),
        "outcome": "",
        "note": "",
        "decided_by": None,
        "decided_at": None,
    }
    value = one.object("decided")
    if value is not None:
        inner = Fields(value)
        signed = _signed(inner, reading)
        row |= {
            "outcome": inner.choice("outcome", Outcome, required=True),
            "note": inner.text("note"),
            "decided_by": signed["by"],
            "decided_at": signed["at"],
        }
        finish(one, "decided", inner)
    return row


def _signed(one: Fields, reading: Reading) -> dict[str, Any]:
    return {"by": one.person("by", reading), "at": one.moment("at", reading)}
