"""Taking back what one did. One person never takes back what another did."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from claims.actions import bulk, comment, presettle, saved_filter, speaker, topic
from claims.actions.revision import TooLate, keep
from claims.models import Revision
from sources.access import Access
from sources.models import Role

REVIEWERS = frozenset({"comment", "filter"})
"""What a reviewer does and so takes back; all else an analyst."""

LEADS = frozenset({"presettle"})
"""What a lead alone does and so takes back."""

UNDO: dict[str, Callable[[Revision], list[str]]] = {
    "bulk": bulk.undo_many,
    "comment": comment.undo_comment,
    "filter": saved_filter.undo_filter,
    "presettle": presettle.undo_presettle,
    "speaker-edit": speaker.undo_edit,
    "speaker-merge": speaker.undo_merge,
    "topic-delete": topic.undo_delete,
    "topic-merge": topic.undo_merge,
    "topic-rename": topic.undo_rename,
}
"""How each action of the desk is taken back: it returns what was changed since, and left as it is."""


@dataclass(frozen=True)
class TakenBack:
    revision: Revision
    left: list[str]


@transaction.atomic
def take_back(uid: UUID, *, access: Access) -> TakenBack:
    """Undo what this person did; TooLate (and nothing changed) for what another did, and as it says.

    PermissionDenied for what she may not do any more.
    Revision.DoesNotExist for what nobody did in this dossier, or so long ago that it was forgotten.
    """
    kept = Revision.objects.select_for_update(of=("self",)).select_related("dossier")
    revision = kept.get(uid=uid, dossier=access.dossier, action__in=UNDO)
    if revision.by_id != access.person_id:
        raise TooLate("That was done by someone else: only she takes it back.")
    if revision.action not in REVIEWERS:
        access.require(Role.LEAD if revision.action in LEADS else Role.ANALYST)
    if revision.undone_at:
        raise TooLate(f"This was taken back already, at {revision.undone_at:%H:%M on %d %B}.")
    left = UNDO[revision.action](revision)
    revision.undone_at = timezone.now()
    revision.save(update_fields=["undone_at"])
    return TakenBack(revision, left)


def note_done(*, access: Access, said: str, undo: str, at: str, is_kept: bool) -> None:
    """What a request did: kept when ``undo`` takes it back (unless ``is_kept`` already); it may itself have undone.

    ``at`` is the address of the request: what that address was to take back is taken back now, also where it was to be
    only if nobody did more ``since``.
    """
    if access.person_id is not None or undo:
        there = Q(undo=at) | Q(undo__startswith=f"{at}?since=")
        lately = Revision.objects.filter(there, by=access.person, undone_at=None)
        lately.update(undone_at=timezone.now())
    if undo and not is_kept:
        keep(dossier=access.dossier, by=access.person, said=said, undo=undo)
