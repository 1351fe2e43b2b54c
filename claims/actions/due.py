"""Due dates: what is expected of a pair by a day, and what it came to."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from claims.models import Due, Link, Outcome
from sources.actions.records import locked, refuse_binned
from sources.models import Membership


@transaction.atomic
def set_due(link: Link, *, by: Membership, day: date, expectation: str) -> Due:
    """Expect something of a pair by a day. Refuses (ValidationError) a second one while the first is not decided."""
    current = locked(link)
    refuse_binned(current)
    return _set(current, by=by, day=day, expectation=expectation)


def _set(link: Link, *, by: Membership, day: date, expectation: str, follows: Due | None = None) -> Due:
    due = Due(
        dossier_id=link.dossier_id,
        link=link,
        day=day,
        expectation=expectation.strip(),
        follows=follows,
        by=by,
        at=timezone.now(),
    )
    due.clean_fields(exclude=["dossier", "link", "follows", "by", "decided_by"])
    try:
        with transaction.atomic():
            due.save(force_insert=True)
    except IntegrityError:
        raise ValidationError(
            f"{link.cited} has a due date already: decide that one first.", code="pending"
        ) from None
    return due


@transaction.atomic
def decide_due(
    link: Link, *, by: Membership, outcome: str, note: str = "", moved_to: date | None = None
) -> Due:
    """Say what became of what was expected: kept, broken, or moved to a later day, which is then due.

    Refuses (ValidationError) where nothing is pending, and a move without a later day.
    """
    current = locked(link)
    refuse_binned(current)
    due = Due.objects.filter(link=current, outcome="").first()
    if due is None:
        raise ValidationError(f"Nothing is due on {current.cited}: it was decided meanwhile.", code="decided")
    if outcome not in Outcome.values:
        raise ValidationError({"outcome": "Say what it came to: kept, broken or moved."}, code="outcome")
    if (outcome == Outcome.MOVED) != (moved_to is not None):
        raise ValidationError({"moved_to": "Give the new day of what was moved, and only of that."})
    if moved_to is not None and moved_to <= due.day:
        raise ValidationError({"moved_to": f"Moved to a day after {due.day:%-d %B %Y}."}, code="earlier")
    due.outcome, due.note = outcome, note.strip()
    due.decided_by, due.decided_at = by, timezone.now()
    due.save(update_fields=["outcome", "note", "decided_by", "decided_at"])
    if moved_to is not None:
        _set(current, by=by, day=moved_to, expectation=due.expectation, follows=due)
    return due


@transaction.atomic
def withdraw_due(link: Link, *, set_at: datetime | None) -> Link:
    """Take back the due date that was set at this time. Refuses (ValidationError) once it is decided."""
    current = locked(link)
    refuse_binned(current)
    if (
        set_at is None
        or not Due.objects.filter(link=current, at=set_at, outcome="", follows=None).delete()[0]
    ):
        raise ValidationError(f"That due date of {current.cited} was decided or removed since.", code="gone")
    return current


@transaction.atomic
def withdraw_decision(link: Link, *, decided_at: datetime | None) -> Due:
    """Let what was decided at this time be due again; the day it was moved to goes.

    Refuses (ValidationError) when more was decided, or another day set, since.
    """
    current = locked(link)
    refuse_binned(current)
    late = ValidationError(
        f"More was decided of {current.cited} since, so nothing was taken back.", code="late"
    )
    due = Due.objects.filter(link=current, decided_at=decided_at).exclude(outcome="").first()
    if decided_at is None or due is None or Due.objects.filter(follows=due).exclude(outcome="").exists():
        raise late
    Due.objects.filter(follows=due).delete()
    due.outcome = due.note = ""
    due.decided_by = due.decided_at = None
    try:
        with transaction.atomic():
            due.save(update_fields=["outcome", "note", "decided_by", "decided_at"])
    except IntegrityError:
        raise late from None
    return due
