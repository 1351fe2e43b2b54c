"""How claims are read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, Func, OuterRef, Q, Subquery

from sources.querysets import RecordQuerySet, related_rows
from sources.search import RANKED, Search

if TYPE_CHECKING:
    from claims.models import Claim  # noqa: F401


class ClaimQuerySet(RecordQuerySet["Claim"]):
    def for_list(self) -> Self:
        """With all that a row of a list or a card shows; a field that was not fetched raises."""
        return self.with_attribution().select_related("dossier", "by").prefetch_related("topics")

    def with_attribution(self) -> Self:
        """With source and speaker, as a claim stands beside another; a field that was not fetched raises."""
        # Nobody reads these, and ranges and vectors cost the most to fetch.
        unread = ("extra", "external_id", "config", "search")
        return (
            self.select_related("source", "speaker")
            .defer("asserted_period", "about_period", *unread)
            .defer(
                "source__text",
                "source__period",
                "source__text_md5",
                *(f"source__{field}" for field in unread),
            )
            .defer("speaker__extra", "speaker__external_id")
            .fetch_mode(models.FETCH_RAISE)
        )

    def matching(self, search: Search) -> Self:
        """Those whose statement or quote matches."""
        return self.none() if search.is_empty else self.filter(search.condition())

    def ranked(self, search: Search) -> Self:
        """The best matches first, of the first thousand found; for a page of results, never for a whole list."""
        if search.is_empty:
            return self.none()
        found = self.filter(search.condition()).values("pk")[:RANKED]
        return type(self)(self.model, using=self.db).filter(pk__in=found).order_by(-search.rank(), "-number")

    def linked(self, kinds: Sequence[str] = ()) -> Self:
        """Those with a live link, or with one that stands as one of ``kinds``."""
        return self.filter(self._link_exists(kinds))

    def unlinked(self, kinds: Sequence[str] = ()) -> Self:
        return self.exclude(self._link_exists(kinds))

    def _link_exists(self, kinds: Sequence[str]) -> Q:
        links = related_rows(self.model, "links_from").filter(binned_at__isnull=True)
        if kinds:
            links = links.filter(standing__in=kinds)
        # One EXISTS for both sides: as two of them, each would be worked out for every claim of the dossier.
        return Q(Exists(links.filter(Q(from_claim=OuterRef("pk")) | Q(to_claim=OuterRef("pk")))))

    def with_tallies(self) -> Self:
        """Annotated with how many live links contradict and support each: ``contradicts_count``, ``supports_count``."""
        links = related_rows(self.model, "links_from").filter(
            Q(from_claim=OuterRef("pk")) | Q(to_claim=OuterRef("pk")), binned_at__isnull=True
        )
        return self.annotate(
            **{f"{kind}_count": _count(links.filter(standing=kind)) for kind in ("contradicts", "supports")}
        )


def _count(rows: models.QuerySet[models.Model]) -> Subquery:
    """How many rows a subquery has (an aggregate without GROUP BY: one row, also of none)."""
    counted = rows.order_by().annotate(n=Func("pk", function="count")).values("n")
    return Subquery(counted, output_field=models.IntegerField())
