"""Reviews, and what guards that they are given blind: leases, skips, disclosures."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from claims.models.link import Kind, Link
from sources.fields import ExtraField
from sources.models import Dossier, Membership


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    meta={"indexes": [models.Index(fields=["link"], name="reviewevent_link")]},
)
class Review(models.Model):
    """One person's verdict on a link; one a link and reviewer.

    It keeps the version of both claims that it judged, and of the guidelines it was given by (null when there were
    none). The database refuses a verdict of someone who was shown others' verdicts on the link, and the undoing of one
    whose giver has been shown them since (see ``Disclosure``).
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", db_index=False)
    link = models.ForeignKey(
        Link, models.CASCADE, related_name="reviews", db_constraint=False, db_index=False
    )
    reviewer = models.ForeignKey(
        Membership, models.PROTECT, related_name="reviews", db_constraint=False, db_index=False
    )
    verdict = models.CharField(max_length=11, choices=Kind)
    confidence = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    note = models.TextField(blank=True)
    from_version = models.PositiveIntegerField(editable=False)
    to_version = models.PositiveIntegerField(editable=False)
    guidelines = models.PositiveIntegerField(null=True, blank=True, editable=False)
    external_id = models.CharField(max_length=500, blank=True, editable=False)
    extra = ExtraField(editable=False)
    by = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["link", "reviewer"]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "reviewer"],
                name="review_once_a_reviewer",
                violation_error_message="You have reviewed this link already.",
            ),
            models.CheckConstraint(condition=Q(verdict__in=Kind.values), name="review_verdict_known"),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__range=(1, 5)),
                name="review_confidence_1_to_5",
            ),
        ]
        indexes = [models.Index(fields=["reviewer", "at"], name="review_by_reviewer")]

    def __str__(self) -> str:
        return f"{self.reviewer_id} on {self.link_id}: {self.verdict}"


class Disclosure(models.Model):
    """That a person was shown the verdicts of others on a link, in this round of its review."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    link = models.ForeignKey(
        Link, models.CASCADE, related_name="disclosures", db_constraint=False, db_index=False
    )
    person = models.ForeignKey(
        Membership, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    round = models.PositiveSmallIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "person", "round"], name="disclosure_once_a_round")
        ]

    def __str__(self) -> str:
        return f"{self.link_id} to {self.person_id}"


class Lease(models.Model):
    """A review slot of a link, held by one person until it expires; each person holds one a dossier."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    link = models.ForeignKey(Link, models.CASCADE, related_name="leases", db_constraint=False)
    person = models.OneToOneField(Membership, models.CASCADE, related_name="+", db_constraint=False)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.link_id} held by {self.person_id}"


class Skip(models.Model):
    """That a person passed over a link: it comes back to her after all others."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    link = models.ForeignKey(Link, models.CASCADE, related_name="skips", db_constraint=False, db_index=False)
    person = models.ForeignKey(Membership, models.CASCADE, related_name="+", db_constraint=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "person"], name="skip_once_a_person")]

    def __str__(self) -> str:
        return f"{self.link_id} passed over by {self.person_id}"
