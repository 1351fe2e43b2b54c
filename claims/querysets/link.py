"""How links are read, and what of them is hidden from whom. The rules of blind review stand here, once."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Now

from sources.querysets import RecordQuerySet, related_rows

if TYPE_CHECKING:
    from claims.models import Link  # noqa: F401
    from sources.access import Access

SETTLED = "settled"
IN_REVIEW = "in review"


class LinkQuerySet(RecordQuerySet["Link"]):
    def for_list(self) -> Self:
        """With both claims and their sources; a field that was not fetched raises."""
        sides = ("from_claim", "to_claim")
        return (
            self.select_related(
                "dossier",
                "by",
                *sides,
                *(f"{side}__{other}" for side in sides for other in ("source", "speaker")),
            )
            .defer(
                *(
                    f"{side}__{field}"
                    for side in sides
                    for field in ("search", "source__text", "source__search")
                )
            )
            .fetch_mode(models.FETCH_RAISE)
        )

    def of_claim(self, claim_id: int) -> Self:
        return self.filter(Q(from_claim=claim_id) | Q(to_claim=claim_id))

    def of_pair(self, one: int, other: int) -> Self:
        """The link of two claims, whichever way round it was written."""
        return self.filter(
            Q(from_claim=one, to_claim=other) | Q(from_claim=other, to_claim=one),
        )

    def hidden_from(self, access: "Access") -> Self:
        """Those this reader must judge blind: she may review, has not, and was not shown the verdicts.

        A settled link takes no more reviews, so nobody is blind to it.
        """
        return self.filter(self._blind(access))

    def shown_to(self, access: "Access") -> Self:
        """Those whose reviews, verdicts and state this reader may see."""
        return self.exclude(self._blind(access)) if access.can_review else self

    def with_shown_state(self, access: "Access") -> Self:
        """Annotated with ``shown_state``: the state as this reader may know it ("in review" where she is blind).

        Filter and show states by this annotation, never by ``state``.
        """
        if not access.can_review:
            return self.annotate(shown_state=F("state"))
        return self.annotate(
            shown_state=Case(
                When(state=SETTLED, then=Value(SETTLED)),
                When(self._blind(access), then=Value(IN_REVIEW)),
                default=F("state"),
                output_field=models.CharField(),
            )
        )

    def _blind(self, access: "Access") -> Q:
        if not access.can_review:
            return Q(pk__in=[])
        unsettled = ~Q(state=SETTLED)
        if access.person_id is None:
            return unsettled
        mine = {"link": OuterRef("pk"), "person": access.person_id}
        judged = Exists(self._rows("reviews").filter(link=OuterRef("pk"), reviewer=access.person_id))
        shown = Exists(self._rows("disclosures").filter(**mine, round=OuterRef("round")))
        return unsettled & ~Q(judged) & ~Q(shown)

    def _rows(self, relation: str) -> models.QuerySet[Any]:
        return related_rows(self.model, relation)

    def to_review(self, person_id: int) -> Self:
        """The queue of this person, those she passed over last: proposed links with a review slot nobody holds.

        Never one that she has judged, or whose verdicts she was shown in this round.
        """
        reviews = self._rows("reviews").filter(link=OuterRef("pk"))
        leases = (
            self._rows("leases").filter(link=OuterRef("pk"), expires_at__gt=Now()).exclude(person=person_id)
        )
        mine = {"link": OuterRef("pk"), "person": person_id}
        disclosures = self._rows("disclosures").filter(**mine, round=OuterRef("round"))
        skips = self._rows("skips").filter(**mine)
        return (
            self.live()
            .filter(state="proposed")
            .filter(~Exists(reviews.filter(reviewer=person_id)), ~Exists(disclosures))
            .annotate(held=_count(reviews) + _count(leases), skipped_at=Subquery(skips.values("at")[:1]))
            .filter(held__lt=F("dossier__reviews_needed"))
            .order_by(F("skipped_at").asc(nulls_first=True), "number")
        )


def _count(rows: models.QuerySet[models.Model]) -> Coalesce:
    counted = rows.order_by().values("link").annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)
