"""The link: two claims and how they stand."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest, Least, NullIf

from claims.models.claim import Claim
from claims.querysets.link import LinkQuerySet
from sources.models import Letter, Membership, Record


class Kind(models.TextChoices):
    """How two claims stand; a verdict is one of the same."""

    CONTRADICTS = "contradicts", "contradicts"
    SUPPORTS = "supports", "supports"
    NEITHER = "neither", "neither"


class ContradictionType(models.TextChoices):
    NEGATION = "negation", "negation"
    ANTONYM = "antonym", "antonym"
    NUMERIC = "numeric", "numeric"
    TEMPORAL = "temporal", "temporal"
    FACTIVE = "factive/attribution", "factive/attribution"
    SCOPE = "scope", "scope"
    WORLD = "world-knowledge", "world knowledge"


class Strength(models.TextChoices):
    STRONG = "strong", "strong"
    WEAK = "weak", "weak"


class SplitReason(models.TextChoices):
    """Why the reviewers of a link gave different verdicts, as the lead who settled it saw it."""

    READING = "reading", "read the quote differently"
    CONTEXT = "context", "missing context"
    STANDARD = "standard", "different standard"
    SLIP = "slip", "a slip"


class State(models.TextChoices):
    PROPOSED = "proposed", "proposed"
    DISPUTED = "disputed", "disputed"
    SETTLED = "settled", "settled"


IN_REVIEW = "in review"
"""What the state of a link reads to whoever may review it and has not."""


def _place(function: str, *columns: str) -> models.GeneratedField:
    """A place in a queue of review: unique in the dossier, so that a queue is gone on with by one comparison."""
    place = models.BigIntegerField()
    return models.GeneratedField(
        expression=models.Func(*columns, function=function, output_field=place),
        output_field=place,
        db_persist=True,
    )


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["state", "verdict", "standing", "place_likely", "place_uncertain", "place_random"],
)
class Link(Record):
    """Two claims and how they stand; one link a pair, whichever way round.

    ``kind`` is what was proposed and never changes by review. ``state`` and ``verdict`` follow from the reviews, the
    adjudication and the dossier's reviews needed: the database alone sets them. ``standing`` is the verdict, else the
    kind. ``changed`` says that the words of a claim changed after review; ``round`` counts how often a lead sent the
    link back for that.

    ``likelihood`` is how likely the pair is of its kind, as far as whoever proposed it could say; null when nobody did.
    The places in the queues of review (``place_…``) follow from what was proposed alone, never from a review.
    """

    LETTER = Letter.LINK

    from_claim = models.ForeignKey(Claim, models.PROTECT, related_name="links_from", db_constraint=False)
    to_claim = models.ForeignKey(Claim, models.PROTECT, related_name="links_to", db_constraint=False)
    kind = models.CharField(max_length=11, choices=Kind)
    mutual = models.BooleanField(default=False, help_text="Each supports the other.")
    contradiction_type = models.CharField("type", max_length=20, choices=ContradictionType, blank=True)
    strength = models.CharField(max_length=6, choices=Strength, blank=True)
    rationale = models.TextField(blank=True)
    likelihood = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )

    adjudication_verdict = models.CharField(max_length=11, choices=Kind, blank=True, editable=False)
    adjudication_note = models.TextField(blank=True, editable=False)
    adjudicated_by = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    adjudicated_at = models.DateTimeField(null=True, editable=False)
    split_reason = models.CharField(max_length=8, choices=SplitReason, blank=True, editable=False)

    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED, editable=False)
    verdict = models.CharField(max_length=11, choices=Kind, blank=True, editable=False)
    standing = models.GeneratedField(
        expression=Coalesce(NullIf("verdict", models.Value("")), "kind"),
        output_field=models.CharField(max_length=11, choices=Kind),
        db_persist=True,
    )
    round = models.PositiveSmallIntegerField(default=1, editable=False)
    changed = models.BooleanField(default=False, editable=False)
    place_likely = _place("gainsay_place_likely", "kind", "strength", "likelihood", "number")
    place_uncertain = _place("gainsay_place_uncertain", "strength", "likelihood", "number")
    place_random = _place("gainsay_place_random", "number")

    objects = LinkQuerySet.as_manager()

    class Meta(Record.Meta):
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(from_claim=F("to_claim")),
                name="link_joins_two_claims",
                violation_error_message="A claim cannot be linked to itself.",
            ),
            models.UniqueConstraint(
                Least("from_claim", "to_claim"),
                Greatest("from_claim", "to_claim"),
                name="link_once_a_pair",
                violation_error_message="These two claims are linked already.",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="link_kind_known"),
            models.CheckConstraint(
                condition=Q(mutual=False) | Q(kind="supports"),
                name="link_mutual_is_of_supports",
                violation_error_message="Only support can be mutual.",
            ),
            models.CheckConstraint(
                condition=Q(contradiction_type="")
                | (Q(kind="contradicts") & Q(contradiction_type__in=ContradictionType.values)),
                name="link_type_is_of_contradicts",
                violation_error_message="Only a contradiction has a contradiction type.",
            ),
            models.CheckConstraint(
                condition=Q(strength__in=["", *Strength.values]), name="link_strength_known"
            ),
            models.CheckConstraint(
                condition=Q(adjudication_verdict__in=["", *Kind.values]), name="link_adjudication_known"
            ),
            models.CheckConstraint(
                condition=~Q(adjudication_verdict="")
                | Q(adjudication_note="", adjudicated_by__isnull=True, adjudicated_at__isnull=True),
                name="link_adjudication_has_a_verdict",
            ),
            models.CheckConstraint(
                condition=Q(split_reason__in=["", *SplitReason.values]), name="link_split_reason_known"
            ),
            models.CheckConstraint(
                condition=Q(split_reason="") | ~Q(adjudication_verdict=""),
                name="link_split_reason_is_of_adjudication",
            ),
            models.CheckConstraint(
                condition=Q(likelihood__isnull=True) | Q(likelihood__range=(0, 1)),
                name="link_likelihood_0_to_1",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="link_state_known"),
        ]
        indexes = [
            *Record.Meta.indexes,
            models.Index(
                fields=["dossier", "state", "number"], condition=Q(binned_at__isnull=True), name="link_state"
            ),
            models.Index(
                fields=["dossier", "number"],
                condition=Q(changed=True, binned_at__isnull=True),
                name="link_changed",
            ),
            models.Index(fields=["dossier", "standing", "state", "number"], name="link_standing"),
            *(
                models.Index(
                    fields=["dossier", f"place_{order}"],
                    condition=Q(state="proposed", binned_at__isnull=True),
                    name=f"link_queue_{order}",
                )
                for order in ("likely", "uncertain", "random")
            ),
            models.Index(
                fields=["dossier", "split_reason"], condition=~Q(split_reason=""), name="link_split_reason"
            ),
        ]
