"""The source: one text as it came."""

import pghistory
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.indexes import GinIndex, HashIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5, Length

from sources.fields import Period, RowSearchVector, TextSearchConfigField
from sources.languages import name_of
from sources.models.dossier import Letter
from sources.models.record import Record
from sources.querysets import SourceQuerySet
from sources.validators import is_web_address, validate_text, validate_time

TEXT_LIMIT = 5_000_000


class Reliability(models.TextChoices):
    """The Admiralty scale."""

    A = "A", "A · reliable"
    B = "B", "B · usually reliable"
    C = "C", "C · fairly reliable"
    D = "D", "D · not usually reliable"
    E = "E", "E · unreliable"
    F = "F", "F · cannot be judged"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["text", "length", "text_md5", "period", "search"],
)
class Source(Record):
    """One text as it came, with where it came from. The database refuses a change of ``text``.

    ``published`` is a date of any precision as written; ``period`` is the range that the database derives from it.
    ``replaces`` is the source that this is a new version of: versions are a chain, each with its own number.
    ``origin`` is the independent voice behind it, null while that is not established. ``canonical_url`` is the address
    that the page itself gave. ``text_md5`` finds a text that is here already (compare the texts before you believe it).
    """

    LETTER = Letter.SOURCE

    title = models.CharField(max_length=1000, blank=True)
    outlet = models.CharField(max_length=500, blank=True)
    author = models.CharField(max_length=1000, blank=True)
    url = models.CharField("web address", max_length=2000, blank=True)
    canonical_url = models.CharField("canonical web address", max_length=2000, blank=True, editable=False)
    published = models.CharField(
        max_length=10, blank=True, validators=[validate_time], help_text="2023, 2023-01 or 2023-01-15."
    )
    period = models.GeneratedField(
        expression=Period("published"), output_field=DateRangeField(), db_persist=True
    )
    language = models.CharField(max_length=35, blank=True, help_text="A code: en, zh, ar.")
    reliability = models.CharField(max_length=1, choices=Reliability, blank=True)
    original = models.ForeignKey(
        "sources.Original",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="sources",
        db_constraint=False,
    )
    origin = models.ForeignKey(
        "sources.Origin",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="sources",
        db_constraint=False,
    )
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="replacements",
        db_constraint=False,
    )
    text = models.TextField(validators=[validate_text], editable=False)
    length = models.GeneratedField(
        expression=Length("text"), output_field=models.PositiveIntegerField(), db_persist=True
    )
    text_md5 = models.GeneratedField(
        expression=MD5("text"), output_field=models.CharField(max_length=32), db_persist=True
    )
    config = TextSearchConfigField(max_length=63, default="simple", editable=False)
    search = models.GeneratedField(
        expression=RowSearchVector(
            "config", "title", models.functions.Concat("outlet", models.Value(" "), "author")
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = SourceQuerySet.as_manager()

    class Meta(Record.Meta):
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(reliability__in=["", *Reliability.values]), name="source_reliability"
            ),
            models.CheckConstraint(
                condition=Q(length__range=(1, TEXT_LIMIT)),
                name="source_text_length",
                violation_error_message="A text has between 1 and 5,000,000 characters.",
            ),
            models.CheckConstraint(condition=~Q(replaces=F("id")), name="source_replaces_another"),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(binned_at__isnull=True),
                name="source_replaced_once",
                violation_error_message="This source has a newer version already.",
            ),
        ]
        indexes = [
            *Record.Meta.indexes,
            GinIndex(fields=["search"], name="source_search"),
            models.Index(fields=["dossier", "text_md5"], name="source_text"),
            models.Index(fields=["dossier", "outlet"], name="source_outlet"),
            models.Index(fields=["dossier", "config"], name="source_config"),
            # A hash: an address may be longer than a B-tree holds.
            HashIndex(fields=["url"], name="source_url", condition=~Q(url="")),
            HashIndex(fields=["canonical_url"], name="source_canonical_url", condition=~Q(canonical_url="")),
        ]

    @property
    def heading(self) -> str:
        """The title, or what stands for one."""
        return self.title or self.url or f"Untitled source {self.cited}"

    @property
    def link(self) -> str:
        """The web address when it is one that may be linked to, else ''. An imported ``url`` is any string."""
        return self.url if is_web_address(self.url) else ""

    @property
    def language_name(self) -> str:
        """The language in words: English."""
        return name_of(self.language)


class SourcePiece(models.Model):
    """A piece of a source's text in the full-text index. The database makes it; nothing else writes it."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="pieces")
    search = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["search"], name="sourcepiece_search")]

    def __str__(self) -> str:
        return f"piece of {self.source_id}"
