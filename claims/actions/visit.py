"""Marking as seen what happened in a dossier, and taking that back."""

from typing import Protocol

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from claims.models import Visit
from sources.access import Access

COLUMNS = ("upto", "snapshot", "own", "sources", "claims", "links", "held")


class Horizon(Protocol):
    """How far there is to see: the columns of a Visit."""

    @property
    def upto(self) -> int: ...
    @property
    def sources(self) -> int: ...
    @property
    def claims(self) -> int: ...
    @property
    def links(self) -> int: ...
    @property
    def held(self) -> list[int]: ...


@transaction.atomic
def mark_seen(*, access: Access, horizon: Horizon, of: str = Visit.Of.PAGE) -> Visit:
    """Keep that this person has seen all up to there. It never goes back: an older page marks nothing anew."""
    Visit.objects.bulk_create(
        [Visit(dossier=access.dossier, person=access.person, of=of)], ignore_conflicts=True
    )
    visit = Visit.objects.select_for_update().get(person=access.person, of=of)
    visit.before = {name: getattr(visit, name) for name in COLUMNS}
    if horizon.upto >= visit.upto:
        for name in ("upto", "snapshot", "own", "held"):
            setattr(visit, name, getattr(horizon, name))
    for name in ("sources", "claims", "links"):
        setattr(visit, name, max(getattr(visit, name), getattr(horizon, name)))
    visit.at = timezone.now()
    visit.times += 1
    visit.save()
    return visit


@transaction.atomic
def unmark_seen(*, access: Access, times: int, of: str = Visit.Of.PAGE) -> None:
    """Take the last marking back. Refuses (ValidationError) when it was marked again, or taken back, since."""
    visit = Visit.objects.select_for_update().filter(person=access.person_id, of=of).first()
    if visit is None or visit.times != times or not visit.before:
        raise ValidationError(
            "You have marked more as seen since, or took that back already: nothing was changed."
        )
    for name in COLUMNS:
        setattr(visit, name, visit.before[name])
    visit.before = {}
    visit.save()
