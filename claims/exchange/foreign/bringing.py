"""Foreign records into a dossier, by way of ``importing``: what would come in, what is bad and why, and doing it."""

from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Any

from django.db import transaction

from claims.exchange.foreign.records import Lines, Parsed, Reason, Record, gainsay_lines
from claims.exchange.importing import Refused, Report, import_file
from claims.exchange.lines import FORMAT
from sources.models import Dossier, Membership

ROUNDS = 30
"""So often lines are left out and the rest tried again: each time at most two hundred are named."""


class TooManyBad(Exception):
    """After so many rounds there were still bad lines."""


@dataclass
class Outcome:
    """What came, or would come, of a file. ``report`` is None when nothing of it can be brought in."""

    parsed: Parsed
    report: Report | None
    bad: list[tuple[Record, list[Reason]]] = field(default_factory=list)

    @property
    def good(self) -> int:
        return len(self.parsed.records) - len(self.bad)


def scope_of(data: bytes) -> str:
    """By what a dossier knows lines of this very file again."""
    return f"foreign-{sha256(data).hexdigest()[:24]}"


def look(
    dossier: Dossier, parsed: Parsed, *, scope: str, by: Membership | None, as_lead: bool, votes: bool
) -> Outcome:
    """What would come of the file; nothing is kept."""
    with transaction.atomic():
        outcome = _brought(dossier, parsed, scope=scope, by=by, as_lead=as_lead, votes=votes)
        transaction.set_rollback(True)
    return outcome


@transaction.atomic
def bring_in(
    dossier: Dossier,
    parsed: Parsed,
    *,
    scope: str,
    by: Membership | None,
    as_lead: bool,
    votes: bool,
    leave_out: bool,
) -> Outcome:
    """Bring the good records in. With bad ones and without ``leave_out`` nothing comes in."""
    outcome = _brought(dossier, parsed, scope=scope, by=by, as_lead=as_lead, votes=votes)
    if outcome.bad and not leave_out:
        transaction.set_rollback(True)
        outcome.report = None
    return outcome


def _brought(
    dossier: Dossier, parsed: Parsed, *, scope: str, by: Membership | None, as_lead: bool, votes: bool
) -> Outcome:
    head = _head(dossier, scope)
    for _ in range(ROUNDS):
        made = gainsay_lines(
            parsed.records, head=head, taken=lambda record: not record.reasons, votes=votes and as_lead
        )
        fresh = Outcome(parsed, None, [(one, _once(one.reasons)) for one in parsed.records if one.reasons])
        if len(made.lines) == 1:
            return fresh
        try:
            fresh.report = import_file(dossier, BytesIO(made.as_bytes()), by=by, as_lead=as_lead)
        except Refused as refused:
            _lay_blame(made, refused)
        else:
            fresh.report.dossier_line = "absent"  # the line is ours, and says nothing of the file
            return fresh
    raise TooManyBad


def _head(dossier: Dossier, scope: str) -> dict[str, Any]:
    return {"type": "dossier", "format": FORMAT, "slug": scope, "name": dossier.name}


def _once(reasons: list[Reason]) -> list[Reason]:
    return list(dict.fromkeys(reasons))


def _lay_blame(made: Lines, refused: Refused) -> None:
    """Tell each record what is wrong with the lines that it needs, in the words of its own format."""
    for problem in refused.problems:
        at = problem.line - 1
        if at == 0:
            raise refused
        name = made.names[at].get(problem.field, problem.field)
        for owner in made.owners[at]:
            owner.wrong(name, problem.reason)
