"""What bringing in sources does to claims: those of an older version are carried over; and taking all of it back."""

from collections.abc import Callable
from datetime import datetime

import pghistory
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from claims.actions.bin import put_in_bin, restore
from claims.actions.version import carry_over
from claims.models import Claim
from sources.access import Access
from sources.actions.intake import open_intake, store_items
from sources.actions.origin import propose_later
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
def bin_intake(intake: Intake, *, access: Access) -> tuple[int, datetime]:
    """Put all that an intake brought in into the bin; how many sources, and the moment from which on they lie there.

    All, or none: where another's work rests on one (PermissionDenied; of a lead, ValidationError), where one
    has a newer version that is not of this intake.
    """
    now = timezone.now()
    sources = _brought_in(open_intake(intake)).live()
    bare = _bare(sources)
    # The newest first: the claims of a version go back with it before the one that it replaced goes.
    singly = list(sources.exclude(pk__in=bare).without_text().order_by("-number"))
    for source in singly:
        put_in_bin(source, access=access, since=source.at)
    count = Source.objects.filter(pk__in=bare).update(binned_at=now, binned_by=access.person)
    propose_later(intake.dossier)
    return len(singly) + count, now


@transaction.atomic
def restore_intake(intake: Intake, *, access: Access, since: datetime | None = None) -> int:
    """Bring back from the bin what an intake brought in, all or what was put there ``since``; how many sources."""
    sources = _brought_in(open_intake(intake)).binned()
    if since:
        sources = sources.filter(binned_at__gte=since)
    bare = _bare(sources)
    # The oldest first: a version comes back to the one that it replaced.
    singly = list(sources.exclude(pk__in=bare).without_text().order_by("number"))
    for source in singly:
        restore(source, access=access)
    count = Source.objects.filter(pk__in=bare).update(binned_at=None, binned_by=None)
    propose_later(intake.dossier)
    return len(singly) + count


def _brought_in(intake: Intake) -> SourceQuerySet:
    items = Draft.objects.filter(intake=intake, state=Draft.State.STORED)
    return Source.objects.filter(pk__in=items.values("source"), by=intake.by)


def _bare(sources: SourceQuerySet) -> list[int]:
    """The keys of those on which no claim rests and that have no versions, locked: they may be changed all at once.

    They are looked at once they are locked: whoever made a claim on one meanwhile is seen.
    """
    locked = sources.filter(replaces=None).select_for_update(no_key=True).order_by("pk")
    keys = list(locked.values_list("pk", flat=True))
    bare = Source.objects.filter(
        ~Exists(Claim.objects.filter(source=OuterRef("pk"))),
        ~Exists(Source.objects.filter(replaces=OuterRef("pk"))),
        pk__in=keys,
    )
    return list(bare.values_list("pk", flat=True))
