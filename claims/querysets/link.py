"""How links are read, and what of them is hidden from whom. The rules of blind review stand here, once."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, Now
from django.db.models.lookups import IsNull

from sources.querysets import RecordQuerySet, related_rows

if TYPE_CHECKING:
    from claims.models import Claim, Link
    from claims.querysets.claim import ClaimQuerySet
    from sources.access import Access

PROPOSED = "proposed"
SETTLED = "settled"
UNSETTLED = ("proposed", "disputed")
IN_REVIEW = "in review"
FEW = 1_000
"""So many keys are handed to the database one by one."""
FEW_JUDGED = 5_000
SUPPORT = ("support__sources", "support__origins", "support__not_established")


class LinkQuerySet(RecordQuerySet["Link"]):
    def for_list(self) -> Self:
        """With both claims and their sources; a field that was not fetched raises."""
        # Three queries: as one join of nine tables, planning it alone takes longer than these.
        claims: ClaimQuerySet = related_rows(self.model, "from_claim")  # type: ignore[assignment]
        claims = claims.with_attribution()
        return (
            self.select_related("by")
            .prefetch_related(Prefetch("from_claim", claims), Prefetch("to_claim", claims))
            .fetch_mode(models.FETCH_RAISE)
        )

    def for_rows(self) -> Self:
        """With the little of the links themselves that a row of a long list shows; ``fetch_sides`` adds the claims."""
        shown = ("number", "kind", "standing", "mutual", "changed", "from_claim_id", "to_claim_id")
        return self.only(*shown).fetch_mode(models.FETCH_RAISE)

    def with_neighbours(self) -> Self:
        """With ``higher`` and ``lower``, the numbers of the next live links; null where there is none."""
        others = self.model._default_manager.filter(dossier=OuterRef("dossier"), binned_at=None)
        higher = others.filter(number__gt=OuterRef("number")).order_by("number")
        lower = others.filter(number__lt=OuterRef("number")).order_by("-number")
        return self.annotate(
            higher=Subquery(higher.values("number")[:1]), lower=Subquery(lower.values("number")[:1])
        )

    def of_claim(self, claim_id: int) -> Self:
        return self.filter(Q(from_claim=claim_id) | Q(to_claim=claim_id))

    def of_pair(self, one: int, other: int) -> Self:
        """The link of two claims, whichever way round it was written."""
        return self.filter(
            Q(from_claim=one, to_claim=other) | Q(from_claim=other, to_claim=one),
        )

    def between(self, one: int, others: Collection[int]) -> Self:
        """The links of one claim with any of the others, in the bin or not."""
        return self.filter(
            Q(from_claim=one, to_claim__in=others) | Q(to_claim=one, from_claim__in=others),
        )

    def touching(self, claims: models.QuerySet["Claim"]) -> Self:
        """Those with one of these claims on either side. Asks for the claims at once, to see whether they are few."""
        keys = list(claims.order_by().values_list("pk", flat=True)[: FEW + 1])
        if len(keys) <= FEW:
            return self.filter(Q(from_claim__in=keys) | Q(to_claim__in=keys))
        # Of many, some are near: each link is tried. In one EXISTS, else all the claims would be gathered first.
        sides = Q(pk=OuterRef("from_claim")) | Q(pk=OuterRef("to_claim"))
        return self.filter(Exists(claims.order_by().filter(sides)))

    def judged_by(self, person_id: int | None) -> Self:
        """Those that this person has reviewed."""
        return self.filter(Exists(self._rows("reviews").filter(link=OuterRef("pk"), reviewer=person_id)))

    def settled_against(self, dossier_id: int, kind: str, *, judged_by: int | None) -> Self:
        """Those of the dossier that were proposed as this kind and settled as another, among the thousand that this
        person judged last.
        """  # fmt: skip
        hers = self._rows("reviews").filter(reviewer=judged_by).order_by("-at").values("link")[:FEW]
        others = {"contradicts", "supports", "neither"} - {kind}
        return self.filter(
            pk__in=hers, dossier=dossier_id, kind=kind, state=SETTLED, standing__in=sorted(others)
        )

    def adjudicated(self) -> Self:
        """Those that a lead settled."""
        return self.exclude(adjudication_verdict="")

    def overruling(self, person_id: int | None) -> Self:
        """Those that a lead settled otherwise than this person judged them."""
        mine = self._rows("reviews").filter(link=OuterRef("pk"), reviewer=person_id)
        return self.adjudicated().filter(Exists(mine.exclude(verdict=OuterRef("adjudication_verdict"))))

    def upholding(self, person_id: int | None) -> Self:
        """Those that a lead settled as this person judged them."""
        mine = self._rows("reviews").filter(link=OuterRef("pk"), reviewer=person_id)
        return self.adjudicated().filter(Exists(mine.filter(verdict=OuterRef("adjudication_verdict"))))

    def hidden_from(self, access: "Access") -> Self:
        """Those this reader must judge blind: she may review, has not, and was not shown the verdicts.

        A settled link takes no more reviews, so nobody is blind to it.
        """
        return self.filter(self._blind(access))

    def hidden_from_person(self, person: Any) -> Self:
        """The same of a person (as an expression) who may review: for a query over many people."""
        return self.filter(*(~Exists(rows) for rows in self._known_by(person)), state__in=UNSETTLED)

    def shown_to(self, access: "Access") -> Self:
        """Those whose reviews, verdicts and state this reader may see."""
        return self.exclude(self._blind(access)) if access.can_review else self

    def all_shown_to(self, access: "Access") -> Self:
        """The same links as ``shown_to``, for going through a whole dossier: what she knows is gathered once, first."""
        if not access.can_review:
            return self
        judged = self._rows("reviews").filter(reviewer=access.person_id).order_by().values("link")
        shown = (
            self._rows("disclosures").filter(person=access.person_id, round=F("link__round")).values("link")
        )
        return self.filter(Q(state=SETTLED) | Q(pk__in=judged) | Q(pk__in=shown))

    def with_shown_state(self, access: "Access") -> Self:
        """Annotated with ``shown_state``: the state as this reader may know it ("in review" where she is blind).

        Filter and show states by this annotation, never by ``state``.
        """
        if not access.can_review:
            return self.annotate(shown_state=F("state"))
        # A look-up for each link shown: as EXISTS, the database would gather all her reviews for a page of fifty.
        unknown = [IsNull(Subquery(rows.values("pk")[:1]), True) for rows in self._known_to(access)]
        blind = Q(*unknown, state__in=UNSETTLED)
        return self.annotate(
            shown_state=Case(
                When(blind, then=Value(IN_REVIEW)), default=F("state"), output_field=models.CharField()
            )
        )

    def in_shown_state(self, access: "Access", state: str) -> Self:
        """Those whose state reads so to this reader: what ``with_shown_state`` says, in terms that an index knows."""
        if state == IN_REVIEW:
            return self.hidden_from(access)
        found = self.filter(state=state)
        if state == SETTLED:
            return found
        # Of all proposed links she knows few: while she has judged few, it is quicker to begin with those.
        judged = self._rows("reviews").filter(reviewer=access.person_id).order_by().values("link")
        if state == PROPOSED and access.can_review and judged[: FEW_JUDGED + 1].count() <= FEW_JUDGED:
            shown = self._rows("disclosures").filter(
                person=access.person_id, round=F("link__round"), link__state=state
            )
            return found.filter(pk__in=judged.union(shown.values("link"), all=True))
        return found.shown_to(access)

    def changed_since_review(self, access: "Access") -> Self:
        """Those marked so, as far as this reader may know it: the mark tells that somebody has judged."""
        return self.filter(changed=True).shown_to(access)

    def agreed_on(self, access: "Access", percent: int) -> Self:
        """Those of whose reviews at least ``percent`` agree with the most given verdict, as far as she may know it."""
        each = [Count("pk", filter=Q(verdict=verdict)) for verdict in ("contradicts", "supports", "neither")]
        reviews = self._rows("reviews").filter(link=OuterRef("pk")).order_by().values("link")
        counted = reviews.annotate(given=Count("pk"), most=Greatest(*each))
        return self.filter(Exists(counted.filter(most__gte=F("given") * percent / 100.0))).shown_to(access)

    def _blind(self, access: "Access") -> Q:
        if not access.can_review:
            return Q(pk__in=[])
        return Q(*(~Exists(rows) for rows in self._known_to(access)), state__in=UNSETTLED)

    def _known_to(self, access: "Access") -> list[models.QuerySet[Any]]:
        """What lets this reader know of a link's verdicts: a review of hers, or that she was shown them."""
        return [] if access.person_id is None else self._known_by(access.person_id)

    def _known_by(self, person: Any) -> list[models.QuerySet[Any]]:
        mine = {"link": OuterRef("pk"), "person": person}
        judged = self._rows("reviews").filter(link=OuterRef("pk"), reviewer=person)
        return [judged.order_by(), self._rows("disclosures").filter(**mine, round=OuterRef("round"))]

    def _rows(self, relation: str) -> models.QuerySet[Any]:
        return related_rows(self.model, relation)

    def to_review(self, person_id: int) -> Self:
        """Those this person may judge: proposed, live, with a review slot that nobody else holds.

        Never one that she has judged, or whose verdicts she was shown in this round; one that she proposed only where
        the dossier lets people judge their own.
        """
        reviews = self._rows("reviews").filter(link=OuterRef("pk"))
        leases = self._rows("leases").filter(expires_at__gt=Now()).exclude(person=person_id)
        disclosures = self._rows("disclosures").filter(
            link=OuterRef("pk"), person=person_id, round=OuterRef("round")
        )
        # A proposed link has fewer reviews than it needs: only where others hold slots must they be counted.
        taken = _count(reviews) + _count(leases.filter(link=OuterRef("pk")))
        return (
            self.live()
            .filter(~Exists(reviews.filter(reviewer=person_id)), ~Exists(disclosures), state=PROPOSED)
            .not_own_of(person_id)
            .alias(taken=taken)
            .filter(~Q(pk__in=leases.values("link")) | Q(taken__lt=F("dossier__reviews_needed")))
        )

    def _own_of(self, person_id: int) -> Q:
        """What this person proposed and may therefore not judge."""
        return Q(by=person_id, by__isnull=False, dossier__own_proposals=False)

    def not_own_of(self, person_id: int) -> Self:
        """Without what she proposed and may therefore not judge."""
        return self.filter(~self._own_of(person_id))

    def own_waiting(self, person_id: int) -> Self:
        """Those that wait for others and not for her, who proposed them; disputed ones too, or they would tell her."""
        return self.live().filter(self._own_of(person_id), state__in=UNSETTLED)

    def passed_over(self, person_id: int) -> Self:
        """Those she skipped, the one she skipped longest ago first."""
        return self.filter(skips__person=person_id).order_by("skips__at")

    def not_passed_over(self, person_id: int) -> Self:
        skips = self._rows("skips").filter(link=OuterRef("pk"), person=person_id)
        return self.filter(~Exists(skips))

    def unresolved(self) -> Self:
        """Without those that are resolved."""
        return self.exclude(self.is_resolved())

    def is_resolved(self) -> Exists:
        """Whether a resolution of the link in the outer query stands."""
        return Exists(self._rows("resolutions").filter(link=OuterRef("pk"), reopened_at=None).order_by())

    def resolved_as(self, kind: str = "") -> Self:
        """Those of which a resolution stands, of this kind where one is named."""
        standing = self._rows("resolutions").filter(link=OuterRef("pk"), reopened_at=None).order_by()
        return self.filter(Exists(standing.filter(kind=kind) if kind else standing))

    def disputed(self) -> Self:
        """Live links whose reviewers disagree."""
        return self.live().filter(state="disputed")


def fetch_sides(links: Sequence["Link"], claims: "ClaimQuerySet | None" = None) -> None:
    """Give each of these links both its claims: one query, where two would take twice the time.

    ``claims`` says what is fetched of them; without it the little that a row of a list shows.
    """
    if not links:
        return
    rows: models.QuerySet[Any] = related_rows(type(links[0]), "from_claim") if claims is None else claims
    if claims is None:
        rows = rows.select_related("source", "source__retraction", "speaker", "support")
        rows = rows.only(
            "number",
            "statement",
            "asserted",
            "source__outlet",
            "source__retraction__reason",
            "speaker__name",
            *SUPPORT,
        )
    sides = {key for link in links for key in (link.from_claim_id, link.to_claim_id)}
    found = rows.filter(pk__in=sides).fetch_mode(models.FETCH_RAISE).in_bulk()
    for link in links:
        link.from_claim, link.to_claim = found[link.from_claim_id], found[link.to_claim_id]


def _count(rows: models.QuerySet[models.Model]) -> Coalesce:
    counted = rows.order_by().values("link").annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)
