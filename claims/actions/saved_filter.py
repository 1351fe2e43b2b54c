"""Filters saved under a name for everyone in the dossier: kept, renamed, replaced, deleted."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from claims.actions.revision import TooLate, keep
from claims.models import Revision, SavedFilter
from sources.access import Access

LIMIT = 200
"""So many filters a list may have: they are offered on it by name."""


class NameTaken(ValidationError):
    """The list has a filter of that name, ``there``; it may be replaced, by whoever may."""

    def __init__(self, there: SavedFilter) -> None:
        super().__init__(f"There is a saved filter “{there.name}” already.", code="taken")
        self.there = there


def may_change(access: Access, saved: SavedFilter) -> bool:
    """Her own, and a lead any."""
    return access.can_lead or (access.can_review and saved.by_id == access.person_id)


@transaction.atomic
def save_filter(*, access: Access, of: str, name: str, query: str, replace: bool = False) -> Revision:
    """Keep a list's ``query`` under ``name``. NameTaken when there is one, unless it is to be replaced."""
    name = " ".join(name.split())
    saved = SavedFilter(dossier=access.dossier, list=of, name=name, query=query, by=access.person)
    there = SavedFilter.objects.select_for_update().filter(dossier=access.dossier, list=of, name=name).first()
    if there and not replace:
        raise NameTaken(there)
    if there:
        _require_right(access, there)
        before = {"list": of, "name": name, "query": there.query, "by": there.by_id}
        there.query = query
        there.save(update_fields=["query"])
        return keep(
            dossier=access.dossier,
            by=access.person,
            action="filter",
            said=f"The saved filter “{name}” replaced, for everyone here.",
            before=before,
            after={"name": name, "query": query},
        )
    if SavedFilter.objects.filter(dossier=access.dossier, list=of).count() >= LIMIT:
        raise ValidationError(f"A list has at most {LIMIT} saved filters: delete one first.", code="many")
    saved.clean_fields()
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError:  # another saved it at the same moment
        raise NameTaken(SavedFilter.objects.get(dossier=access.dossier, list=of, name=name)) from None
    return keep(
        dossier=access.dossier,
        by=access.person,
        action="filter",
        said=f"Saved as “{name}”, for everyone here.",
        before={"list": of, "name": ""},
        after={"name": name, "query": query},
    )


@transaction.atomic
def rename_filter(saved: SavedFilter, *, access: Access, to: str) -> Revision | None:
    """Give a saved filter another name; NameTaken when the list has one of that name."""
    _require_right(access, saved)
    to, was = " ".join(to.split()), saved.name
    if to == was:
        return None
    saved.name = to
    saved.clean_fields()
    try:
        with transaction.atomic():
            saved.save(update_fields=["name"])
    except IntegrityError:
        raise NameTaken(SavedFilter.objects.get(dossier=access.dossier, list=saved.list, name=to)) from None
    return keep(
        dossier=access.dossier,
        by=access.person,
        action="filter",
        said=f"The saved filter “{was}” renamed “{to}”.",
        before={"list": saved.list, "name": was, "query": saved.query, "by": saved.by_id},
        after={"name": to, "query": saved.query},
    )


@transaction.atomic
def delete_filter(saved: SavedFilter, *, access: Access) -> Revision:
    _require_right(access, saved)
    saved.delete()
    return keep(
        dossier=access.dossier,
        by=access.person,
        action="filter",
        said=f"The saved filter “{saved.name}” deleted.",
        before={"list": saved.list, "name": saved.name, "query": saved.query, "by": saved.by_id},
    )


def undo_filter(revision: Revision) -> list[str]:
    """Bring a saved filter back as it was (or to nothing), if nobody has changed it, or taken its name, since."""
    before, after = revision.before, revision.after
    rows = SavedFilter.objects.filter(dossier=revision.dossier, list=before["list"])
    name = before["name"] or after["name"]
    late = f"The saved filter “{name}” was changed or made anew since, so nothing was taken back."
    if not after:
        fields = {
            "list": before["list"],
            "name": before["name"],
            "query": before["query"],
            "by_id": before["by"],
        }
        fresh = SavedFilter(dossier=revision.dossier, **fields)
        if rows.filter(name=before["name"]).exists():
            raise TooLate(late)
        fresh.save()
        return []
    there = rows.select_for_update().filter(name=after["name"], query=after["query"]).first()
    taken = after["name"] != before["name"] and rows.filter(name=before["name"]).exists()
    if there is None or taken:
        raise TooLate(late)
    if not before["name"]:
        there.delete()
        return []
    there.name, there.query = before["name"], before["query"]
    there.save(update_fields=["name", "query"])
    return []


def _require_right(access: Access, saved: SavedFilter) -> None:
    if not may_change(access, saved):
        raise ValidationError(
            f"“{saved.name}” was saved by someone else: ask a lead, or save another.", code="others"
        )
