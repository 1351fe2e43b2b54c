"""Marking a source as retracted, and taking that back."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from sources.actions.records import locked, refuse_binned
from sources.models import Membership, Retraction, Source


@transaction.atomic
def retract_source(source: Source, *, by: Membership, reason: str) -> Retraction:
    """Mark a source as retracted, for a reason. Refuses (ValidationError) one that is so marked already."""
    current = locked(source)
    refuse_binned(current)
    retraction = Retraction(
        source=current, dossier=current.dossier, reason=reason.strip(), by=by, at=timezone.now()
    )
    retraction.clean_fields(exclude=["source", "dossier", "by"])
    try:
        with transaction.atomic():
            retraction.save(force_insert=True)
    except IntegrityError:
        raise ValidationError(f"{current.cited} is marked as retracted already.", code="retracted") from None
    return retraction


@transaction.atomic
def withdraw_retraction(source: Source, *, marked_at: datetime | None = None) -> Source:
    """Take the mark off a source; with ``marked_at`` only the one that was set then (ValidationError)."""
    current = locked(source)
    refuse_binned(current)
    marks = Retraction.objects.filter(source=current)
    if marked_at:
        marks = marks.filter(at=marked_at)
    if not marks.delete()[0]:
        raise ValidationError(f"{current.cited} is not marked as retracted any more.", code="gone")
    return current
