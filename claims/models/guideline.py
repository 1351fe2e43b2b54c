"""By what reviewers are to judge: the guidelines of a dossier, version by version."""

from django.db import models
from django.db.models import Q

from sources.models import Dossier, Membership


class GuidelineQuerySet(models.QuerySet["Guideline"]):
    def in_force(self, dossier_id: int) -> int | None:
        """The version that reviewers of this dossier are to judge by now; None where nobody wrote any."""
        versions = self.filter(dossier=dossier_id).order_by("-version").values_list("version", flat=True)
        return versions.first()


class Guideline(models.Model):
    """One version of a dossier's guidelines. Versions count from 1, and none ever changes or goes."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="guidelines", db_index=False)
    version = models.PositiveIntegerField()
    text = models.TextField()
    by = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField(null=True)

    objects = GuidelineQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "version"], name="guideline_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="guideline_version_from_1"),
            models.CheckConstraint(condition=~Q(text=""), name="guideline_says_something"),
        ]

    def __str__(self) -> str:
        return f"version {self.version}"
