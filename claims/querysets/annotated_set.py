"""How annotated sets are read, and two of them side by side."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from sources.querysets import related_rows

if TYPE_CHECKING:
    from claims.models import AnnotatedSet, SetLink

ADDED = "added"
REMOVED = "removed"
CHANGED = "changed"


class AnnotatedSetQuerySet(models.QuerySet["AnnotatedSet"]):
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

    def differing(self, before: "AnnotatedSet", after: "AnnotatedSet") -> Self:
        """What differs between two sets, by number: links ``added``, ``removed`` or with another verdict.

        Annotated with ``what``, ``was`` and ``now``: the verdicts in the one and the other.
        """
        there = self._in(after).order_by()
        added = self.filter(annotated_set=after).filter(~Exists(self._in(before)))
        gone = self.filter(annotated_set=before).annotate(now=Subquery(there.values("verdict")[:1]))
        return (
            gone.filter(Q(now=None) | ~Q(now=F("verdict")))
            .annotate(
                was=F("verdict"),
                what=Case(When(now=None, then=Value(REMOVED)), default=Value(CHANGED)),
            )
            .values("number", "link", "what", "was", "now")
            .union(
                added.annotate(what=Value(ADDED), was=Value("", models.CharField()), now=F("verdict")).values(
                    "number", "link", "what", "was", "now"
                ),
                all=True,
            )
        )

    def _in(self, other: "AnnotatedSet") -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = self.model._default_manager.filter(annotated_set=other)
        return rows.filter(number=OuterRef("number"))
