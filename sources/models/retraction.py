"""That a source was retracted: by whoever published it, or because it cannot be relied on at all."""

import pghistory
from django.db import models
from django.db.models import Q

from sources.models.dossier import Dossier, Membership
from sources.models.source import Source


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Retraction(models.Model):
    """That a source is retracted, and why; taken back, it is gone. What was built on the source stays, marked so."""

    source = models.OneToOneField(
        Source, models.CASCADE, primary_key=True, related_name="retraction", db_constraint=False
    )
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField()
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
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="retraction_has_a_reason",
                violation_error_message="Say why it is retracted.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} retracted"
