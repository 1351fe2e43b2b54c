"""What becomes of a contradiction: how it was resolved, what that rests on, what is due, and how it stands now."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Least

from claims.models.claim import Claim
from claims.models.link import Link, Strength
from claims.models.resolution_kinds import KINDS, ResolutionKind
from claims.querysets.resolution import ContradictionQuerySet, DueQuerySet, ResolutionQuerySet
from sources.models import Dossier, Membership, Source


def _person() -> "models.ForeignKey[Membership | None]":
    return models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )


class Cause(models.TextChoices):
    """Why a resolution was reopened: by a person, or by itself."""

    PERSON = "person", "reopened by a person"
    CHANGED = "changed", "words changed"
    VERSION = "version", "a new version"
    RETRACTED = "retracted", "a source retracted"
    BINNED = "binned", "in the bin"
    UNSETTLED = "unsettled", "no settled contradiction any more"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    meta={"indexes": [models.Index(fields=["link"], name="resolutionevent_link")]},
)
class Resolution(models.Model):
    """How a settled contradiction is explained, with its proof; one that stands a link, the former ones beside it.

    ``proof`` is what its kind asks for (``claims.models.resolution_kinds``). The versions of both claims are those it
    was given on: the database sets them, and reopens it, with the reason, when a claim or source that it rests on is
    changed, replaced, retracted or binned, or the link is no settled contradiction any more.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", db_index=False)
    link = models.ForeignKey(Link, models.CASCADE, related_name="resolutions", db_constraint=False)
    kind = models.CharField(max_length=20, choices=[(kind.key, kind.label) for kind in KINDS.values()])
    proof = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    from_version = models.PositiveIntegerField(default=1, editable=False)
    to_version = models.PositiveIntegerField(default=1, editable=False)
    by = _person()
    at = models.DateTimeField(null=True, editable=False)
    reopened_at = models.DateTimeField(null=True, editable=False)
    reopened_by = _person()
    cause = models.CharField(max_length=10, choices=Cause, blank=True, editable=False)
    reason = models.TextField(blank=True)

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "id"], name="resolution_of_its_dossier"),
            models.UniqueConstraint(
                fields=["link"],
                condition=Q(reopened_at__isnull=True),
                name="resolution_once_a_link",
                violation_error_message="This contradiction is resolved already.",
            ),
            models.CheckConstraint(condition=Q(kind__in=list(KINDS)), name="resolution_kind_known"),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True, cause="", reason="", reopened_by__isnull=True)
                | (Q(reopened_at__isnull=False, cause__in=Cause.values) & ~Q(reason="")),
                name="resolution_reopened_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def of_kind(self) -> ResolutionKind:
        return KINDS[self.kind]

    @property
    def sentence(self) -> str:
        """How it reads; the link's claims are fetched."""
        return self.of_kind.sentence(self.proof, self.link.from_claim.cited, self.link.to_claim.cited)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Ground(models.Model):
    """A source or claim that a resolution rests on, beside the two claims of its link. ``version`` is that it had."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", db_index=False)
    resolution = models.ForeignKey(Resolution, models.CASCADE, related_name="grounds", db_constraint=False)
    source = models.ForeignKey(Source, models.CASCADE, null=True, related_name="+", db_constraint=False)
    claim = models.ForeignKey(Claim, models.CASCADE, null=True, related_name="+", db_constraint=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["resolution", "source", "claim"],
                nulls_distinct=False,
                name="ground_once_a_resolution",
            ),
            models.CheckConstraint(
                condition=Q(source__isnull=True) ^ Q(claim__isnull=True), name="ground_is_one_record"
            ),
        ]

    def __str__(self) -> str:
        return self.record.cited

    @property
    def record(self) -> Source | Claim:
        found = self.source or self.claim
        assert found is not None
        return found


class Outcome(models.TextChoices):
    """What a forecast or intention came to on its day."""

    KEPT = "kept", "kept"
    BROKEN = "broken", "broken"
    MOVED = "moved", "moved"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    meta={"indexes": [models.Index(fields=["link"], name="dueevent_link")]},
)
class Due(models.Model):
    """That something is expected of a pair by a day (a forecast, an intention); decided then as kept, broken or moved.

    ``follows`` is the one that was moved to this day.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", db_index=False)
    link = models.ForeignKey(Link, models.CASCADE, related_name="dues", db_constraint=False)
    day = models.DateField()
    expectation = models.TextField()
    follows = models.OneToOneField(
        "self", models.CASCADE, null=True, editable=False, related_name="moved_to", db_constraint=False
    )
    by = _person()
    at = models.DateTimeField(null=True, editable=False)
    outcome = models.CharField(max_length=6, choices=Outcome, blank=True)
    note = models.TextField(blank=True)
    decided_by = _person()
    decided_at = models.DateTimeField(null=True, editable=False)

    objects = DueQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "id"], name="due_of_its_dossier"),
            models.UniqueConstraint(
                fields=["link"],
                condition=Q(outcome=""),
                name="due_once_a_link",
                violation_error_message="This pair has a due date already: decide that one first.",
            ),
            models.CheckConstraint(condition=~Q(expectation=""), name="due_expects_something"),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values)
                | Q(outcome="", note="", decided_by__isnull=True, decided_at__isnull=True),
                name="due_outcome_known",
            ),
        ]
        indexes = [models.Index(fields=["dossier", "day"], condition=Q(outcome=""), name="due_pending")]

    def __str__(self) -> str:
        return f"{self.link_id} by {self.day}"


class Standing(models.TextChoices):
    """How a settled contradiction stands."""

    OPEN = "open", "open"
    REOPENED = "reopened", "reopened"
    RESOLVED = "resolved", "resolved"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["is_open", "origins"],
    meta={
        "indexes": [
            models.Index(fields=["dossier", "-number", "-pgh_id"], name="contradictionevent_number"),
            models.Index(fields=["link", "-pgh_id"], name="contradictionevent_link"),
        ]
    },
)
class Contradiction(models.Model):
    """A live link that is settled as a contradiction, with all that its list is filtered and sorted by.

    ``since`` is when it was settled, ``active_at`` when it was last resolved, reopened, made due or decided.
    ``oldness`` runs against ``since``, so that every order of the list runs down. The database keeps it; nothing else
    writes it. Its history tells how the list stood on any day.
    """

    link = models.OneToOneField(Link, models.DO_NOTHING, primary_key=True, related_name="contradiction")
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    strength = models.CharField(max_length=6, choices=Strength, blank=True)
    standing = models.CharField(max_length=8, choices=Standing, default=Standing.OPEN)
    is_open = models.GeneratedField(
        expression=models.Case(models.When(standing="resolved", then=False), default=True),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    resolution_kind = models.CharField(max_length=20, blank=True)
    since = models.DateTimeField()
    oldness = models.BigIntegerField()
    active_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    from_origins = models.PositiveIntegerField(default=1)
    to_origins = models.PositiveIntegerField(default=1)
    origins = models.GeneratedField(
        expression=Least(F("from_origins"), F("to_origins")),
        output_field=models.PositiveIntegerField(),
        db_persist=True,
    )

    objects = ContradictionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["dossier", "-is_open", "-number"], name="contradiction_number"),
            models.Index(fields=["dossier", "-is_open", "-oldness", "-number"], name="contradiction_age"),
            models.Index(
                fields=["dossier", "-is_open", "-active_at", "-number"], name="contradiction_activity"
            ),
            models.Index(fields=["dossier", "-is_open", "-origins", "-number"], name="contradiction_origins"),
            models.Index(
                fields=["dossier", "resolution_kind", "-number"],
                condition=~Q(resolution_kind=""),
                name="contradiction_kind",
            ),
            models.Index(
                fields=["dossier", "due_on"], condition=Q(due_on__isnull=False), name="contradiction_due"
            ),
            models.Index(
                fields=["dossier", "-number"],
                condition=Q(standing="reopened"),
                name="contradiction_reopened",
            ),
        ]

    def __str__(self) -> str:
        return f"L-{self.number}: {self.standing}"
