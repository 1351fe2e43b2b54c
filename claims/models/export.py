"""An export too large to be streamed at once: written by a job, fetched by whoever asked, gone after a week."""

import uuid

from django.db import models
from django.db.models import Q

from claims.models.annotated_set import AnnotatedSet
from claims.querysets.export import ExportQuerySet
from sources.models import Dossier, Membership


class Export(models.Model):
    """What a person asked to be written; seen by her alone, and written as she may see it.

    ``query`` is the filter as an address has it. With ``annotated_set`` it is the set's content in another format,
    which the set keeps: this row then only tells how far it is. ``as_reviewer`` says that it was written for somebody
    who may review: what was written for a viewer holds more than a reviewer may see. ``total`` is how many lines are
    expected, 0 where nobody knows, ``written`` how many there are. ``attempts`` counts how often it was begun: a killed
    one begins anew, from a new snapshot, for half of one and half of another would be no export.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        WRITING = "writing", "being written"
        READY = "ready", "ready"
        FAILED = "failed", "failed"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="exports", db_index=False)
    by = models.ForeignKey(Membership, models.CASCADE, related_name="exports", db_constraint=False)
    annotated_set = models.ForeignKey(
        AnnotatedSet,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    format = models.CharField(max_length=30)
    query = models.TextField(blank=True)
    filter = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    as_reviewer = models.BooleanField(default=True)
    links = models.PositiveIntegerField()
    total = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "id"], name="export_of_its_dossier"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "writing", "ready", "failed"]), name="export_state_known"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="export_expires")]

    def __str__(self) -> str:
        return f"{self.format} of {self.at:%d %B, %H:%M}"

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.WAITING, self.State.WRITING)


class ExportChunk(models.Model):
    """Some bytes of an export, in the order of ``position``."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="chunks", db_index=False)
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["export", "position"], name="exportchunk_once")]

    def __str__(self) -> str:
        return f"{self.export_id}: {self.position}"
