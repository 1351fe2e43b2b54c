"""Keeping what a person did, so that she may take it back. Nothing here knows what was done, or how it is undone."""

from typing import Any

from django.db import transaction

from claims.models import Revision
from sources.models import Dossier, Membership

KEPT = 50
"""So many of the last things that a person did can be taken back; older ones are forgotten."""


class TooLate(Exception):
    """What was done cannot be taken back as it was: something has changed since. Nothing was changed."""


@transaction.atomic
def keep(
    *,
    dossier: Dossier,
    by: Membership,
    said: str,
    undo: str = "",
    action: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Revision:
    """Remember what this person did, and forget the oldest beyond fifty. Two statements, whatever she did before."""
    kept = Revision.objects.create(
        dossier=dossier,
        by=by,
        said=said[:500],
        undo=undo,
        action=action,
        before=before or {},
        after=after or {},
    )
    old = Revision.objects.filter(by=by).order_by("-pk").values("pk")[KEPT:]
    Revision.objects.filter(pk__in=old).delete()
    return kept


def several(number: int, one: str) -> str:
    """ "1 claim", "1,204 claims"."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def listed(names: list[str], limit: int = 5) -> str:
    """ "A, B and C"; of many the first, and how many more."""
    shown = names[:limit]
    if len(names) > limit:
        return f"{', '.join(shown)} and {len(names) - limit:,} more"
    return " and ".join(part for part in (", ".join(shown[:-1]), shown[-1] if shown else "") if part)
