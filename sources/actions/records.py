"""What the actions on numbered records share: numbers, edits on stale ground, locks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models

from sources.models import Counter, Dossier, Letter, Membership, Record


class Stale(Exception):
    """Someone else changed the record since the editor opened it. ``current`` is the record as it stands now."""

    def __init__(self, current: models.Model) -> None:
        super().__init__("This was changed by someone else while you were editing.")
        self.current = current


def next_number(dossier: Dossier, letter: Letter) -> int:
    """The number for the next record, the counter locked until the transaction ends. The insert itself raises it."""
    return Counter.objects.select_for_update(no_key=True).get(dossier=dossier, letter=letter).last + 1


def refuse_binned(*records: Record) -> None:
    """Refuse to build on a record in the bin, saying who put it there. Lock the records first."""
    for record in records:
        if record.is_binned:
            # Asked anew: a person joined to the row is read before the wait for its lock, the row itself after.
            by = f" by {Membership.objects.get(pk=record.binned_by_id)}" if record.binned_by_id else ""
            raise ValidationError(
                f"{record.cited} was put in the bin{by} at {record.binned_at:%H:%M on %d %B}. "
                f"Restore it first, or ask a lead to.",
                code="binned",
            )


def locked[Model: Record](record: Model) -> Model:
    """The record as it stands now, its row locked against edits and the bin until the transaction ends."""
    model = type(record)
    return (
        model._default_manager.select_for_update(no_key=True, of=("self",))
        .select_related("dossier", "binned_by")
        .get(pk=record.pk)
    )


def edit[Model: models.Model](current: Model, changes: Mapping[str, Any], *, version: int) -> Model:
    """Write ``changes`` to the locked row ``current`` if it still has ``version``; Stale if it has not.

    Saves only the fields that differ, so that two editors never undo each other silently.
    """
    if getattr(current, "version", version) != version:
        raise Stale(current)
    differing = [name for name, value in changes.items() if getattr(current, name) != value]
    for name in differing:
        setattr(current, name, changes[name])
    current.full_clean()
    if differing:
        current.save(update_fields=differing)
        current.refresh_from_db(fields=["version"])
    return current


@contextmanager
def one_at_a_time(doing: str, what: object) -> Iterator[None]:
    """Wait until nobody else does this with ``what``, then be the only one, over as many transactions as it takes."""
    key = [doing, str(what)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s), hashtext(%s))", key)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), hashtext(%s))", key)
