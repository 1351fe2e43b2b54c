"""How resolutions, due dates and the list of contradictions are read."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q

from sources.querysets import related_rows

if TYPE_CHECKING:
    from claims.models import Claim, Contradiction, Due, Resolution  # noqa: F401
    from sources.access import Access

FEW = 1_000
"""So many keys are handed to the database one by one."""


class ResolutionQuerySet(models.QuerySet["Resolution"]):
    def standing(self) -> Self:
        """Those that were not reopened."""
        return self.filter(reopened_at=None)

    def with_grounds(self) -> Self:
        """With who gave and reopened them and what they rest on; a field that was not fetched raises."""
        grounds = related_rows(self.model, "grounds").select_related("claim", "source")
        grounds = grounds.defer("source__text", "source__search", "claim__search").order_by("pk")
        return (
            self.select_related("by", "reopened_by")
            .prefetch_related(Prefetch("grounds", grounds))
            .fetch_mode(models.FETCH_RAISE)
        )


class DueQuerySet(models.QuerySet["Due"]):
    def pending(self) -> Self:
        """Those not decided yet, on links that are not in the bin."""
        return self.filter(outcome="", link__binned_at=None)

    def by_day(self, day: date) -> Self:
        """Those whose day has come by ``day``, the longest overdue first."""
        return self.filter(day__lte=day).order_by("day", "pk")


class ContradictionQuerySet(models.QuerySet["Contradiction"]):
    def touching(self, claims: "models.QuerySet[Claim]") -> Self:
        """Those with one of these claims on either side. Asks for the claims at once, to see whether they are few; and
        for the rows, where these are: a page asks for them twice.
        """  # fmt: skip
        keys = list(claims.order_by().values_list("pk", flat=True)[: FEW + 1])
        if len(keys) <= FEW:
            links = related_rows(self.model, "link").filter(Q(from_claim__in=keys) | Q(to_claim__in=keys))
            rows = self.filter(link__in=links.values("pk"))
            found = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
            return self.filter(pk__in=found) if len(found) <= FEW else rows
        sides = Q(pk=OuterRef("link__from_claim")) | Q(pk=OuterRef("link__to_claim"))
        return self.filter(Exists(claims.order_by().filter(sides)))

    def due_by(self, day: date) -> Self:
        return self.filter(due_on__lte=day)

    def shown_to(self, access: "Access") -> Self:
        """All of them: a settled link takes no more reviews, so nobody is blind to it."""
        return self.filter(dossier=access.dossier)
