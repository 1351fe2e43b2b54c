"""What the claims desk keeps beside the claims: filters that a dossier shares, and changes to be taken back."""

import uuid

from django.db import models
from django.db.models import Q

from sources.models import Dossier, Membership


class SavedFilter(models.Model):
    """A list with its filters under a name, for everyone in the dossier. ``query`` is that of the list's address."""

    class List(models.TextChoices):
        SOURCES = "sources", "sources"
        CLAIMS = "claims", "claims"
        LINKS = "links", "links"
        CONTRADICTIONS = "contradictions", "contradictions"

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="saved_filters", db_index=False)
    list = models.CharField(max_length=14, choices=List)
    name = models.CharField(max_length=100)
    query = models.CharField(max_length=2000, blank=True)
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

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "list", "name"],
                name="saved_filter_once_a_name",
                violation_error_message="This list has a saved filter of that name.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_filter_has_a_name"),
            models.CheckConstraint(
                condition=Q(list__in=["sources", "claims", "links", "contradictions"]),
                name="saved_filter_list_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Revision(models.Model):
    """What a person did and may take back; seen by her alone.

    ``said`` tells what was done ("41 claims put under the topic trade"). Either ``undo`` is the address whose POST
    takes it back, or, of an ``action`` of the claims desk, ``before`` holds what every record that changed had, and
    ``after`` what it got: a record that was changed again since is left as it is, and named.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="revisions", db_index=False)
    action = models.CharField(max_length=30, blank=True)
    undo = models.CharField(max_length=2000, blank=True)
    said = models.CharField(max_length=500)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    by = models.ForeignKey(Membership, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["dossier", "id"], name="revision_of_its_dossier")]
        indexes = [models.Index(fields=["by", "-id"], name="revision_lately")]

    def __str__(self) -> str:
        return self.said
