"""How claims are read."""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Func, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest, Substr
from django.db.models.lookups import IsNull

from sources.querysets import RecordQuerySet, related_rows
from sources.search import RANKED, Search

if TYPE_CHECKING:
    from claims.models import Claim


class ClaimQuerySet(RecordQuerySet["Claim"]):
    def for_list(self) -> Self:
        """With all that a row of a list or a card shows; a field that was not fetched raises."""
        return self.with_attribution().select_related("by").prefetch_related("topics")

    def for_rows(self) -> "models.QuerySet[Claim, Any]":
        """With what a row of the long list shows, as plain values: models of three tables take twice as long."""
        return self.with_tallies().values_list(
            *("pk", "number", "statement", "quote", "via", "asserted", "about", "modality", "speaker__name"),
            *(f"source__{field}" for field in ("number", "outlet", "title", "url", "language")),
            *("source__retraction__source", "contradicts_count", "supports_count"),
            *(f"support__{field}" for field in ("sources", "origins", "not_established")),
            named=True,
        )

    def with_attribution(self) -> Self:
        """With source, speaker and support, as a claim stands beside another; a field that was not fetched raises."""
        # Nobody reads these, and ranges and vectors cost the most to fetch.
        unread = ("extra", "external_id", "config", "search")
        return (
            self.select_related("source", "source__retraction", "speaker", "support")
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

    def with_surroundings(self, reach: int) -> Self:
        """With ``text_before`` and ``text_after``: the text around the quote, up to ``reach`` characters a side."""
        first = Greatest(F("start") - reach, 0)
        return self.annotate(
            text_before=Substr("source__text", first + 1, F("start") - first),
            text_after=Substr("source__text", F("end") + 1, reach),
        )

    def matching(self, search: Search) -> Self:
        """Those whose statement or quote matches."""
        return self.none() if search.is_empty else self.filter(search.condition())

    def best(self, search: Search) -> list[int]:
        """The numbers of the best matches, the best first, of the newest thousand found. Asks at once."""
        if search.is_empty:
            return []
        # Put in order here: the database would look up each of the thousand once more to do it.
        found = self.filter(search.condition()).order_by("-number").values_list(search.rank(), "number")
        return [number for _, number in sorted(found[:RANKED], reverse=True)]

    def linked(self, kinds: Sequence[str] = ()) -> Self:
        """Those with a live link, or with one that stands as one of ``kinds``."""
        return self.filter(IsNull(self._some_link(kinds), False))

    def unlinked(self, kinds: Sequence[str] = ()) -> Self:
        return self.filter(IsNull(self._some_link(kinds), True))

    def _some_link(self, kinds: Sequence[str]) -> Coalesce:
        """A look-up for each claim looked at: as EXISTS, the database would gather the links of the whole dossier."""
        return Coalesce(*(Subquery(links.values("pk")[:1]) for links in self._links(kinds)))

    def with_tallies(self) -> Self:
        """Annotated with how many live links contradict and support each: ``contradicts_count``, ``supports_count``."""
        return self.annotate(
            **{
                f"{kind}_count": reduce(add, [_count(links) for links in self._links([kind])])
                for kind in ("contradicts", "supports")
            }
        )

    def _links(self, kinds: Sequence[str]) -> list[models.QuerySet[Any]]:
        """The live links of the claim in the outer query: those that start from it, those that go to it."""
        links = related_rows(self.model, "links_from").filter(binned_at__isnull=True).order_by()
        if kinds:
            links = links.filter(standing__in=kinds)
        return [links.filter(from_claim=OuterRef("pk")), links.filter(to_claim=OuterRef("pk"))]


def _count(rows: models.QuerySet[Any]) -> Subquery:
    """How many rows a subquery has (an aggregate without GROUP BY: one row, also of none)."""
    return Subquery(
        rows.annotate(n=Func("pk", function="count")).values("n"), output_field=models.IntegerField()
    )
