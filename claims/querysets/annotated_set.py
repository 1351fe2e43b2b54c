"""How annotated sets are read, and two of them side by side."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Subquery, Value

from sources.querysets import RecordQuerySet

if TYPE_CHECKING:
    from claims.models import AnnotatedSet, SetLink  # noqa: F401  the latter within quotes alone

ADDED = "added"
REMOVED = "removed"
CHANGED = "changed"


class AnnotatedSetQuerySet(RecordQuerySet["AnnotatedSet"]):
    def standing(self) -> Self:
        """Those that nobody withdrew."""
        return self.filter(withdrawn_at=None)

    def for_list(self) -> Self:
        """With whoever froze them; a field that was not fetched raises."""
        return self.select_related("by", "withdrawn_by").fetch_mode(models.FETCH_RAISE)

    def others_of(self, one: "AnnotatedSet") -> Self:
        """The other versions of the same name, the latest first."""
        return self.filter(dossier=one.dossier_id, name=one.name).exclude(pk=one.pk).order_by("-version")


class SetLinkQuerySet(models.QuerySet["SetLink"]):
    def told(self) -> Self:
        """Those whose verdict the set tells."""
        return self.exclude(verdict="")

    def differing(
        self, before: "AnnotatedSet", after: "AnnotatedSet", start: int, most: int
    ) -> list[dict[str, Any]]:
        """What differs from one set to another, by number from above ``start``, so many at most.

        Each as ``number``, ``what`` (ADDED, REMOVED, CHANGED) and the verdicts: ``was``, ``now``.
        """
        rows = [part.order_by("number")[:most] for part in self._parts(before, after, start).values()]
        found = [row for part in rows for row in part]
        return sorted(found, key=lambda row: row["number"])[:most]

    def differing_counts(self, before: "AnnotatedSet", after: "AnnotatedSet", most: int) -> dict[str, int]:
        """How many differ in each way, counted as far as one more than ``most``."""
        parts = self._parts(before, after, 0)
        return {what: rows.order_by()[: most + 1].values("pk").count() for what, rows in parts.items()}

    def _parts(self, before: "AnnotatedSet", after: "AnnotatedSet", start: int) -> dict[str, Any]:
        old = self.filter(annotated_set=before, number__gt=start)
        new = self.filter(annotated_set=after, number__gt=start)
        both = old.annotate(now=Subquery(self._in(after).values("verdict")[:1]))
        told = ("number", "what", "was", "now")
        none = Value("", models.CharField())
        return {
            ADDED: new.filter(~Exists(self._in(before)))
            .annotate(what=Value(ADDED), was=none, now=F("verdict"))
            .values(*told),
            REMOVED: old.filter(~Exists(self._in(after)))
            .annotate(what=Value(REMOVED), was=F("verdict"), now=none)
            .values(*told),
            CHANGED: both.exclude(now=F("verdict"))
            .exclude(now=None)
            .annotate(what=Value(CHANGED), was=F("verdict"))
            .values(*told),
        }

    def _in(self, other: "AnnotatedSet") -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = self.model._default_manager.filter(annotated_set=other)
        return rows.filter(number=OuterRef("number")).order_by()
