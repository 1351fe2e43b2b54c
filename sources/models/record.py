"""What every numbered record of a dossier has: a number, a maker, a version, a place in the bin."""

from django.db import models
from django.db.models import Q

from sources.fields import ExtraField
from sources.models.checked import Checked
from sources.models.dossier import Dossier, Letter, Membership


class Record(Checked):
    """A record that people cite by number. Numbers are given once a dossier; ``version`` counts its edits.

    ``by`` and ``at`` may be null: a file may say that nobody knows who made a record, or when.
    """

    LETTER: Letter

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="%(class)ss", db_index=False)
    number = models.PositiveIntegerField(editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    external_id = models.CharField(max_length=500, blank=True, editable=False)
    extra = ExtraField(editable=False)
    by = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    at = models.DateTimeField(null=True, blank=True, editable=False)
    binned_at = models.DateTimeField(null=True, blank=True, editable=False)
    binned_by = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    class Meta:
        abstract = True
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="%(class)s_number_once"),
            models.UniqueConstraint(fields=["dossier", "id"], name="%(class)s_of_its_dossier"),
            models.CheckConstraint(condition=Q(number__gte=1), name="%(class)s_number_from_1"),
        ]
        indexes = [
            models.Index(
                fields=["dossier", "binned_at"], condition=Q(binned_at__isnull=False), name="%(class)s_in_bin"
            )
        ]

    def __str__(self) -> str:
        return self.cited

    @property
    def cited(self) -> str:
        """The number as people cite it: C-12."""
        return f"{self.LETTER}-{self.number}"

    @property
    def is_binned(self) -> bool:
        return self.binned_at is not None
