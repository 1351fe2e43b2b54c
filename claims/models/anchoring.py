"""The anchoring: how a claim's quote fared when its source got a new version."""

import pghistory
from django.db import models
from django.db.models import F, Q

from claims.models.claim import Claim
from claims.querysets.anchoring import AnchoringQuerySet
from sources.models import Dossier, Membership, Source


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Anchoring(models.Model):
    """Where a claim's quote stood in the version ``source``, and how it was carried to the version ``to_source``.

    ``start``, ``end`` and ``quote`` are as in a claim, of the text of ``source``: they keep the old version's marks. An
    orphan could not be carried: its claim stays with the old version until a person decides (``decision``).
    """

    class Method(models.TextChoices):
        EXACT = "exact", "word for word, in its place"
        FUZZY = "fuzzy", "found anew by its words and what stands around them"
        ORPHAN = "orphan", "not found"

    class Decision(models.TextChoices):
        PLACED = "placed", "placed by hand"
        KEPT = "kept", "stays with the old version"

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", db_index=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="anchorings", db_constraint=False)
    source = models.ForeignKey(Source, models.CASCADE, related_name="+", db_constraint=False)
    to_source = models.ForeignKey(Source, models.CASCADE, related_name="anchorings", db_constraint=False)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = models.TextField()
    method = models.CharField(max_length=6, choices=Method)
    decision = models.CharField(max_length=6, choices=Decision, blank=True)
    by = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    at = models.DateTimeField(auto_now_add=True)

    objects = AnchoringQuerySet.as_manager()

    class Meta:
        ordering = ["start", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "to_source"], name="anchoring_once_a_version"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="anchoring_quote_is_not_empty"),
            models.CheckConstraint(
                condition=Q(method__in=["exact", "fuzzy", "orphan"]), name="anchoring_method_known"
            ),
            models.CheckConstraint(
                condition=Q(decision="") | Q(method="orphan", decision__in=["placed", "kept"]),
                name="anchoring_decision_is_of_an_orphan",
            ),
        ]
        indexes = [
            models.Index(
                fields=["dossier", "to_source"],
                condition=Q(method="orphan", decision=""),
                name="anchoring_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.method}"
