"""The intake: many texts on their way in at once, read and stored by a background job."""

import uuid

from django.db import models
from django.db.models import Q

from sources.models.dossier import Dossier, Membership
from sources.querysets import IntakeQuerySet


class Intake(models.Model):
    """Files, rows and addresses that a person brought at once, one draft each; seen by her alone.

    A job reads them (``reading``), she looks and confirms (``ready``), a job stores them (``storing``), and what became
    of each is kept (``done``). Its progress is counted from its drafts. ``notes`` are sentences on the whole: which
    columns were taken as what, what was passed over.
    """

    class State(models.TextChoices):
        READING = "reading", "being read"
        READY = "ready", "waits for you"
        STORING = "storing", "being brought in"
        DONE = "done", "done"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="intakes", db_index=False)
    by = models.ForeignKey(Membership, models.CASCADE, related_name="intakes", db_constraint=False)
    at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=7, choices=State, default=State.READING)
    encoding = models.CharField(max_length=40, blank=True)
    notes = models.JSONField(default=list, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = IntakeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "id"], name="intake_of_its_dossier"),
            models.CheckConstraint(
                condition=Q(state__in=["reading", "ready", "storing", "done"]), name="intake_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"intake of {self.at:%d %B, %H:%M}"

    @property
    def is_at_work(self) -> bool:
        """Whether a job is to do something with it: nothing of it may be changed meanwhile."""
        return self.state in (self.State.READING, self.State.STORING)
