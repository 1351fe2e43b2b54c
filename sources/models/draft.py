"""The draft: a text on its way in, which waits to be read, then for the person who brought it to confirm it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from sources.languages import direction_of, name_of
from sources.models.checked import Checked
from sources.models.dossier import Dossier, Membership
from sources.models.intake import Intake
from sources.models.original import Original
from sources.models.source import TEXT_LIMIT, Reliability, Source
from sources.querysets import DraftQuerySet
from sources.validators import validate_text


class Draft(Checked):
    """A text on its way in, seen by nobody but the person who brought it; gone once confirmed, or a week old.

    What intake guessed, and what the person wrote over it, stands in fields named as the source's. ``original`` is the
    file or page as it came, null for pasted text; ``filename`` is empty for pasted text and for an ``address`` that is
    to be fetched. ``dropped_at``: she left it out, and may think better of it. ``source`` is what it became, or the one
    that has its text already (``here``); ``replaces`` the one that it is to become a new version of: both are null once
    that was deleted for good, and the draft stays. ``error`` says why it could not be read or brought in. A draft of an
    ``intake`` stays until that goes, as its report; ``position`` is its place there, from 1. ``near`` lists what it is
    a near copy of, the nearest first: ``{"source": number}`` or
    ``{"item": position}``, each with its ``share`` of the shorter text's wording.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waits to be read"
        READ = "read", "read"
        FAILED = "failed", "could not be read"
        HERE = "here", "here already"
        STORED = "stored", "brought in"

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="drafts", db_index=False)
    by = models.ForeignKey(Membership, models.CASCADE, related_name="drafts", db_constraint=False)
    at = models.DateTimeField(auto_now_add=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    filename = models.CharField(max_length=1000, blank=True)
    address = models.CharField(max_length=2000, blank=True)
    original = models.ForeignKey(
        Original, models.SET_NULL, null=True, blank=True, related_name="drafts", db_constraint=False
    )
    intake = models.ForeignKey(
        Intake, models.CASCADE, null=True, blank=True, related_name="drafts", db_constraint=False
    )
    position = models.PositiveIntegerField(null=True, editable=False)
    state = models.CharField(max_length=7, choices=State, default=State.READ)
    error = models.TextField(blank=True)
    source = models.ForeignKey(
        Source, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    replaces = models.ForeignKey(
        Source, models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    encoding = models.CharField(max_length=40, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    near = models.JSONField(default=list, blank=True)
    title = models.CharField(max_length=1000, blank=True)
    outlet = models.CharField(max_length=500, blank=True)
    author = models.CharField(max_length=1000, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    canonical_url = models.CharField(max_length=2000, blank=True)
    published = models.CharField(max_length=10, blank=True)
    language = models.CharField(max_length=35, blank=True)
    reliability = models.CharField(max_length=1, choices=Reliability, blank=True)
    text = models.TextField(blank=True, validators=[validate_text])
    length = models.GeneratedField(
        expression=Length("text"), output_field=models.PositiveIntegerField(), db_persist=True
    )

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(length__range=(1, TEXT_LIMIT)) | (~Q(state="read") & Q(length__lte=TEXT_LIMIT)),
                name="draft_text_length",
                violation_error_message="A text has between 1 and 5,000,000 characters.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "read", "failed", "here", "stored"]),
                name="draft_state_known",
            ),
            models.UniqueConstraint(fields=["intake", "position"], name="draft_once_a_position"),
            models.CheckConstraint(
                condition=Q(intake__isnull=True) | Q(position__isnull=False),
                name="draft_of_intake_has_position",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What the person who brought it knows it by."""
        return self.filename or self.address or "Pasted text"

    @property
    def kind(self) -> str:
        """What it is in its intake: a name of ``sources.querysets.KINDS``."""
        if self.state != self.State.READ:
            return self.state
        if self.dropped_at:
            return "out"
        return "version" if self.replaces_id else "near" if self.near else "new"

    @property
    def source_is_gone(self) -> bool:
        """Whether the source that it became, or that had its text already, was deleted for good."""
        spoke_of_one = self.state == self.State.STORED or (self.state == self.State.HERE and not self.near)
        return spoke_of_one and self.source_id is None

    @property
    def can_be_read(self) -> bool:
        """Whether it can be tried again: its text, its file or its address is there."""
        again = self.state in (self.State.FAILED, self.State.HERE)
        return again and bool(self.length or self.original_id or self.address)

    @property
    def language_name(self) -> str:
        """The language in words: English."""
        return name_of(self.language)

    @property
    def direction(self) -> str:
        """How its text runs."""
        return direction_of(self.language)
