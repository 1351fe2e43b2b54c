"""How suggestions are read: never one whose pair is linked, dismissed or in the bin."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Greatest, Least

from sources.querysets import related_rows

if TYPE_CHECKING:
    from claims.models import Suggested  # noqa: F401

PER_CLAIM = 20
"""So many open suggestions a claim has at most, of each kind."""


class SuggestedQuerySet(models.QuerySet["Suggested"]):
    def open(self) -> Self:
        """Those that still wait for a person: both claims are there, not linked (in the bin neither), not dismissed."""
        links = related_rows(related_rows(self.model, "one").model, "links_from")
        pair = {"low": OuterRef("one"), "high": OuterRef("other")}
        linked = links.alias(low=Least("from_claim", "to_claim"), high=Greatest("from_claim", "to_claim"))
        dismissed = related_rows(related_rows(self.model, "dossier").model, "dismissals")
        return self.filter(
            ~Exists(linked.filter(**pair)),
            ~Exists(dismissed.filter(one=OuterRef("one"), other=OuterRef("other"))),
            one__binned_at=None,
            other__binned_at=None,
        )

    def of_claim(self, claim_id: int) -> Self:
        return self.filter(Q(one=claim_id) | Q(other=claim_id))

    def of_pair(self, one: int, other: int) -> Self:
        return self.filter(one=min(one, other), other=max(one, other))

    def in_order(self, by: str) -> Self:
        """The most likely first, or the most ``uncertain``."""
        return self.order_by("-uncertainty" if by == "uncertainty" else "-score", "-pk")

    def after(self, by: str, value: float, key: int) -> Self:
        """What follows a row of this ``score`` or ``uncertainty`` in the order."""
        return self.filter(Q(**{f"{by}__lt": value}) | Q(**{by: value}, pk__lt=key))
