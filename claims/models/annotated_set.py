"""The annotated set: a selection of links, frozen. What it holds never changes, whatever becomes of the dossier."""

import pghistory
from django.db import models
from django.db.models import Q

from claims.models.link import Kind
from claims.querysets.annotated_set import AnnotatedSetQuerySet, SetLinkQuerySet
from sources.models import Dossier, Membership


class Part(models.TextChoices):
    """What a link is for to whoever learns from the set."""

    TRAIN = "train", "train"
    DEV = "dev", "dev"
    TEST = "test", "test"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class AnnotatedSet(models.Model):
    """A frozen selection of links with their claims, quotes and reviews, cited as A-1.

    ``files`` hold its content: ``gainsay`` is what was frozen, and ``sha256`` is of that; the other formats are made
    from it once, and kept. Of links that were not settled it holds neither reviews nor state, since everybody may read
    it. ``query`` is the filter as an address has it, ``filter`` the same in words. ``balance`` counts the links by
    their label, ``split`` says how they were parted, ``agreement`` how far the reviewers agreed; ``address`` is where
    the set stood when it was frozen. The database refuses every change but withdrawing (hiding it, with a reason) and
    taking that back; numbers run on, and none goes.
    """

    LETTER = "A"

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="annotated_sets", db_index=False)
    number = models.PositiveIntegerField(editable=False)
    name = models.CharField(max_length=200)
    version = models.PositiveIntegerField(editable=False)
    purpose = models.TextField()
    query = models.TextField(blank=True)
    filter = models.JSONField(default=list, blank=True)
    counts = models.JSONField()
    balance = models.JSONField()
    split = models.JSONField(default=dict, blank=True)
    agreement = models.JSONField(default=dict, blank=True)
    guidelines = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=300)
    authors = models.CharField(max_length=500)
    citation = models.TextField()
    address = models.CharField(max_length=1000, blank=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    withdrawn_reason = models.TextField(blank=True)

    objects = AnnotatedSetQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="annotatedset_number_once"),
            models.UniqueConstraint(fields=["dossier", "id"], name="annotatedset_of_its_dossier"),
            models.UniqueConstraint(fields=["dossier", "name", "version"], name="annotatedset_version_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1) & Q(version__gte=1), name="annotatedset_from_1"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="annotatedset_has_a_name"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="annotatedset_withdrawn_for_a_reason",
                violation_error_message="Say why it is withdrawn: whoever cited it will ask.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def cited(self) -> str:
        """The number as people cite it: A-1."""
        return f"{self.LETTER}-{self.number}"

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None


class SetLink(models.Model):
    """That a set holds a link, and how: ``verdict`` '' where it was not settled, ``part`` '' where nothing was split.

    ``link`` is its key, of a link that may be gone by now; ``number`` is what the set cites.
    """

    annotated_set = models.ForeignKey(AnnotatedSet, models.PROTECT, related_name="links", db_index=False)
    number = models.PositiveIntegerField()
    link = models.BigIntegerField()
    verdict = models.CharField(max_length=11, choices=Kind, blank=True)
    part = models.CharField(max_length=5, choices=Part, blank=True)

    objects = SetLinkQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["annotated_set", "number"], name="setlink_once"),
            models.CheckConstraint(condition=Q(verdict__in=["", *Kind.values]), name="setlink_verdict_known"),
            models.CheckConstraint(condition=Q(part__in=["", *Part.values]), name="setlink_part_known"),
        ]

    def __str__(self) -> str:
        return f"L-{self.number}"


class SetFile(models.Model):
    """The bytes of a set in one format, in ``chunks``; kept from the first time that they were made."""

    annotated_set = models.ForeignKey(AnnotatedSet, models.PROTECT, related_name="files", db_index=False)
    format = models.CharField(max_length=30)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["annotated_set", "format"], name="setfile_once_a_format")
        ]

    def __str__(self) -> str:
        return self.format


class SetChunk(models.Model):
    """Some bytes of a file of a set, in the order of ``position``. Written before their file: that closes it."""

    file = models.ForeignKey(SetFile, models.PROTECT, related_name="chunks", db_index=False)
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="setchunk_once")]

    def __str__(self) -> str:
        return f"{self.file_id}: {self.position}"
