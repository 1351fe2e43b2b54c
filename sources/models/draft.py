"""The draft: a text that was read and waits for the person who brought it to confirm it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from sources.languages import direction_of
from sources.models.dossier import Dossier, Membership
from sources.models.source import TEXT_LIMIT, Reliability
from sources.querysets import DraftQuerySet
from sources.validators import validate_text


class Draft(models.Model):
    """A text on its way in, seen by nobody but the person who brought it; gone once confirmed, or a week old.

    What intake guessed, and what the person wrote over it, stands in fields named as the source's. ``original`` holds
    the bytes of a file that has an encoding, so that it can be read anew in another; ``filename`` is empty for pasted
    text. ``dropped_at``: she left it out, and may think better of it.
    """

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="drafts", db_index=False)
    by = models.ForeignKey(Membership, models.CASCADE, related_name="drafts", db_constraint=False)
    at = models.DateTimeField(auto_now_add=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    filename = models.CharField(max_length=1000, blank=True)
    original = models.BinaryField(null=True)
    encoding = models.CharField(max_length=40, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    title = models.CharField(max_length=1000, blank=True)
    outlet = models.CharField(max_length=500, blank=True)
    author = models.CharField(max_length=1000, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    published = models.CharField(max_length=10, blank=True)
    language = models.CharField(max_length=35, blank=True)
    reliability = models.CharField(max_length=1, choices=Reliability, blank=True)
    text = models.TextField(validators=[validate_text])
    length = models.GeneratedField(
        expression=Length("text"), output_field=models.PositiveIntegerField(), db_persist=True
    )

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(length__range=(1, TEXT_LIMIT)),
                name="draft_text_length",
                violation_error_message="A text has between 1 and 5,000,000 characters.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What the person who brought it knows it by."""
        return self.filename or "Pasted text"

    @property
    def direction(self) -> str:
        """How its text runs."""
        return direction_of(self.language)
