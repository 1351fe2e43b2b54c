"""The contradictions as they stood at a former moment, with the words and resolutions of then, from the history.

The list itself is kept by the database (``Contradiction``), and so is its history: the last event of a link before a
moment says how it stood then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, QuerySet

from claims.models import KINDS, Link
from sources.access import Access
from sources.models import Dossier


def end_of(day: date) -> datetime:
    """The moment at which a day ends (UTC)."""
    return datetime.combine(day, time(), UTC) + timedelta(days=1)


def listed_before(dossier: Dossier, moment: datetime) -> QuerySet[Any]:
    """The events that say how each contradiction stood just before a moment, one a link."""
    events = _events("Contradiction").filter(pgh_created_at__lt=moment)
    later = events.filter(link=OuterRef("link"), pgh_id__gt=OuterRef("pgh_id"))
    return events.filter(~Exists(later), dossier=dossier).exclude(pgh_label="delete")


def shown_to(events: QuerySet[Any], access: Access) -> QuerySet[Any]:
    """Those whose links are not hidden from the reader today: what she must judge blind now tells nothing of then."""
    if not access.can_review:
        return events
    hidden = Link.objects.filter(pk=OuterRef("link")).hidden_from(access)
    return events.filter(~Exists(hidden))


@dataclass(frozen=True)
class Side:
    """A claim as it stood then."""

    number: int
    statement: str
    asserted: str
    about: str

    @property
    def cited(self) -> str:
        return f"C-{self.number}"


@dataclass(frozen=True)
class Then:
    """A contradiction as it stood then; without ``sides`` where the link is in the bin today, or deleted."""

    event: Any
    link: Link | None
    sides: tuple[Side, Side] | None
    resolution: str

    @property
    def cited(self) -> str:
        return f"L-{self.event.number}"

    @property
    def kind(self) -> str:
        found = KINDS.get(self.event.resolution_kind)
        return found.label if found else ""


def as_they_stood(events: Sequence[Any], moment: datetime) -> list[Then]:
    """These contradictions with the statements and the resolution of just before the moment. Three queries."""
    links = Link.objects.live().in_bulk([event.link_id for event in events])
    keys = {key for link in links.values() for key in (link.from_claim_id, link.to_claim_id)}
    claims = {
        row.pgh_obj_id: Side(row.number, row.statement, row.asserted, row.about)
        for row in _last(_events("Claim").filter(pgh_obj__in=keys), moment)
        if row.pgh_label != "delete"
    }
    resolved = _last(_events("Resolution").filter(link__in=list(links)), moment)
    standing = {row.link_id: row for row in resolved if row.pgh_label != "delete" and row.reopened_at is None}
    found = []
    for event in events:
        link = links.get(event.link_id)
        pair = (claims.get(link.from_claim_id), claims.get(link.to_claim_id)) if link else (None, None)
        one, other = pair
        sides = (one, other) if one and other else None
        resolution = standing.get(event.link_id)
        says = (
            KINDS[resolution.kind].sentence(resolution.proof, one.cited, other.cited)
            if resolution and one and other
            else ""
        )
        found.append(Then(event, link, sides, says))
    return found


def _last(events: QuerySet[Any], moment: datetime) -> QuerySet[Any]:
    """Of each record the last event before the moment."""
    return events.filter(pgh_created_at__lt=moment).order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")


def known_since(dossier: Dossier) -> datetime | None:
    """When the dossier's first contradiction was listed: before that there is nothing to tell."""
    events = _events("Contradiction").filter(dossier=dossier).order_by("pgh_created_at")
    first: datetime | None = events.values_list("pgh_created_at", flat=True).first()
    return first


def _events(model: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = apps.get_model("claims", f"{model}Event")._default_manager.all()
    return rows
