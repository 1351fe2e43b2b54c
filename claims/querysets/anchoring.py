"""How anchorings are read: what a version passed on, what it could not, and the versions themselves."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F

if TYPE_CHECKING:
    from claims.models import Anchoring  # noqa: F401
    from sources.models import Source


class AnchoringQuerySet(models.QuerySet["Anchoring"]):
    def in_force(self) -> Self:
        """Those of live claims to live versions. What went to a version that is in the bin waits with it."""
        return self.filter(to_source__binned_at=None, claim__binned_at=None)

    def left(self, source: "Source") -> Self:
        """Of claims that stood in this source and were carried on from it: they keep its marks."""
        return self.in_force().filter(source=source).exclude(claim__source=source)

    def orphans(self) -> Self:
        """Of claims that still stand where they could not be carried from, decided on or not."""
        return self.in_force().filter(method="orphan", claim__source=F("source"))

    def open(self) -> Self:
        """Orphans that wait for a person."""
        return self.orphans().filter(decision="")

    def in_order(self) -> Self:
        """In the order of the text."""
        return self.order_by("start", "end", "claim__number")
