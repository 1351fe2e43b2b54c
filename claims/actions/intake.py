"""What bringing in sources does to claims: those of an older version are carried over; and taking all of it back."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from claims.actions.bin import put_in_bin, restore
from claims.actions.version import carry_over
from claims.models import Claim
from sources.access import Access
from sources.actions.intake import open_intake, store_items
from sources.models import Draft, Intake, Membership, Source
from sources.querysets import SourceQuerySet


def carrying_over(by: Membership) -> Callable[[Source], object]:
    """What is to happen with a source that this person brings in as a new version."""
    return lambda source: carry_over(source=source, by=by)


def store_intake_items(intake_id: int, *, enough: Callable[[], bool]) -> bool:
    """As store_items, for the person whose intake it is: history names her."""
    intake = Intake.objects.select_related("by").filter(pk=intake_id).first()
    if intake is None:
        return True
    with pghistory.context(user=intake.by.user_id):
        return store_items(intake_id, carry_over=carrying_over(intake.by), enough=enough)


@transaction.atomic
def bin_intake(intake: Intake, *, access: Access) -> int:
    """Put all that an intake brought in into the bin; how many sources.

    All, or none: where another's work rests on one (PermissionDenied; of a lead, ValidationError), where one
    has a newer version that is not of this intake.
    """
    sources = _brought_in(open_intake(intake)).live()
    return _each(
        sources,
        lambda source: put_in_bin(source, access=access, since=source.at),
        binned_at=timezone.now(),
        binned_by=access.person,
    )


@transaction.atomic
def restore_intake(intake: Intake, *, access: Access) -> int:
    """Bring back from the bin all that an intake brought in; how many sources."""
    sources = _brought_in(open_intake(intake)).binned()
    return _each(sources, partial(restore, access=access), binned_at=None, binned_by=None)


def _brought_in(intake: Intake) -> SourceQuerySet:
    items = Draft.objects.filter(intake=intake, state=Draft.State.STORED)
    return Source.objects.filter(pk__in=items.values("source"), by=intake.by)


def _each(sources: SourceQuerySet, act: Callable[[Source], object], **change: Any) -> int:
    """Act on these sources: one by one where claims rest on them or there are versions, on all others at once."""
    bare = Q(
        ~Exists(Claim.objects.filter(source=OuterRef("pk"))),
        ~Exists(Source.objects.filter(replaces=OuterRef("pk"))),
        replaces=None,
    )
    keys = list(
        sources.filter(bare).select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True)
    )
    # The newest first: the claims of a version go back with it before the one that it replaced goes.
    singly = list(sources.exclude(pk__in=keys).without_text().order_by("-number"))
    for source in singly:
        act(source)
    return len(singly) + Source.objects.filter(pk__in=keys).update(**change)
