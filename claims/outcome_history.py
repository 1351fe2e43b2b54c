"""What the history of a link tells of its resolutions and due dates."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from claims.history import Entry, account_of, reach
from claims.models import KINDS, Link, Outcome


def outcome_entries(link: Link, *, shown: bool, page: int = 1) -> list[Entry]:
    """How it was resolved, reopened, made due and decided; without ``shown`` (she must judge it blind) due dates
    only. As many as the history reads for this page.
    """  # fmt: skip
    limit = reach(page)
    entries = list(_of_dues(_events("Due", link, limit)))
    if shown:
        entries += _of_resolutions(_events("Resolution", link, limit))
    return entries


def _of_resolutions(events: Iterable[Any]) -> Iterator[Entry]:
    stood: dict[int, bool] = {}
    for event in events:
        label = KINDS[event.kind].label if event.kind in KINDS else event.kind
        stands = event.reopened_at is None
        if event.pgh_label == "insert":
            who = event.by.name if event.by else ""
            said = f"resolved: {label}"
            yield Entry(
                event.pgh_created_at, said, who, note=event.note, account=account_of(event), said=event.at
            )
        if event.pgh_label == "delete":
            yield Entry(event.pgh_created_at, f"resolution taken back: {label}", account=account_of(event))
        elif not stands and stood.get(event.pgh_obj_id, True):
            what = "reopened" if event.cause == "person" else "reopened by itself"
            who = event.reopened_by.name if event.reopened_by else ""
            yield Entry(event.pgh_created_at, what, who, note=event.reason, said=event.reopened_at)
        elif stands and not stood.get(event.pgh_obj_id, True):
            yield Entry(event.pgh_created_at, "reopening taken back", account=account_of(event))
        stood[event.pgh_obj_id] = stands


def _of_dues(events: Iterable[Any]) -> Iterator[Entry]:
    decided: dict[int, str] = {}
    for event in events:
        day, before = f"{event.day:%-d %B %Y}", decided.get(event.pgh_obj_id, "")
        account = account_of(event)
        if event.pgh_label == "insert":
            who = event.by.name if event.by else ""
            yield Entry(
                event.pgh_created_at,
                f"due on {day}",
                who,
                note=event.expectation,
                said=event.at,
                account=account,
            )
        if event.pgh_label == "delete":
            yield Entry(event.pgh_created_at, f"due date of {day} taken back", account=account)
        elif event.outcome and event.outcome != before:
            label = Outcome(event.outcome).label
            who = event.decided_by.name if event.decided_by else ""
            what = f"due on {day}, decided: {label}"
            yield Entry(
                event.pgh_created_at, what, who, note=event.note, said=event.decided_at, account=account
            )
        elif before and not event.outcome:
            yield Entry(event.pgh_created_at, f"due on {day} again", account=account)
        decided[event.pgh_obj_id] = event.outcome


def _events(model: str, link: Link, limit: int) -> list[Any]:
    """The last events, the oldest first."""
    rows: QuerySet[Any] = apps.get_model("claims", f"{model}Event")._default_manager.filter(link=link.pk)
    decided = "reopened_by" if model == "Resolution" else "decided_by"
    return list(rows.select_related("by", decided).order_by("-pgh_id")[:limit])[::-1]
