"""What the machine proposes and people decide about it: open suggestions, dismissals, the search, the learned judge."""

import uuid

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from claims.models.claim import Claim
from claims.models.link import Kind
from claims.querysets.suggestion import SuggestedQuerySet
from sources.models import Dossier, Membership


class Suggested(models.Model):
    """A pair that the machine proposes, once for each way they may stand; ``one`` has the lower key.

    It is open while both claims are out of the bin, have no link and were not dismissed (see ``open``).
    ``probabilities`` are of contradicts, supports, neither; ``reasons`` are [feature, sentence, weight in log-odds].
    ``via`` are the claims that links lead over, where ``by_links`` they do. A ``provisional`` one was judged at once,
    without reading the two together: a job does that.
    """

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    one = models.ForeignKey(Claim, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    other = models.ForeignKey(Claim, models.DO_NOTHING, related_name="+", db_constraint=False)
    stance = models.CharField(max_length=11, choices=Kind)
    score = models.FloatField()
    uncertainty = models.FloatField()
    probabilities = ArrayField(models.FloatField(), size=3)
    reasons = models.JSONField(default=list)
    over_time = models.BooleanField(default=False)
    by_links = models.BooleanField(default=False)
    via = ArrayField(models.BigIntegerField(), default=list)
    engine = models.CharField(max_length=200)
    method = models.CharField(max_length=200)
    provisional = models.BooleanField(default=False)
    at = models.DateTimeField()

    objects = SuggestedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other", "stance"], name="suggested_once_a_stance"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="suggested_in_order"),
            models.CheckConstraint(
                condition=Q(stance__in=[Kind.CONTRADICTS, Kind.SUPPORTS]), name="suggested_stance_known"
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=1), name="suggested_score_is_a_share"
            ),
        ]
        indexes = [
            models.Index(fields=["dossier", "stance", "over_time", "-score", "-id"], name="suggested_likely"),
            models.Index(
                fields=["dossier", "stance", "over_time", "-uncertainty", "-id"], name="suggested_uncertain"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} {self.stance} {self.other_id}, perhaps"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Dismissal(models.Model):
    """A pair that a person does not want proposed again, whatever is computed. ``one`` has the lower key."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="dismissals", db_index=False)
    one = models.ForeignKey(Claim, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    other = models.ForeignKey(Claim, models.DO_NOTHING, related_name="+", db_constraint=False)
    by = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["one", "other"],
                name="dismissal_once_a_pair",
                violation_error_message="This pair was dismissed already.",
            ),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="dismissal_in_order"),
        ]
        indexes = [models.Index(fields=["dossier"], name="dismissal_of_dossier")]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}"


class LookedAt(models.Model):
    """A claim whose suggestions were computed, as its words stand; the database forgets it when they change.

    ``provisional``: without reading the best candidates together with it; a job is to do that.
    """

    claim = models.OneToOneField(
        Claim, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    provisional = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["dossier", "claim"], condition=Q(provisional=True), name="looked_at_provisionally"
            ),
            models.Index(fields=["dossier"], name="looked_at_of_dossier"),
        ]

    def __str__(self) -> str:
        return f"suggestions of {self.claim_id}"


class SuggestionRun(models.Model):
    """The last search of a whole dossier for suggestions: how far it is, and how it ended.

    A job works on it in blocks of claims, in order of their keys; ``last`` is the key of the last one done. Each block
    is written with its progress, so that a killed job goes on after it.
    """

    class State(models.TextChoices):
        WORKING = "working", "being looked for"
        DONE = "done", "done"
        CANCELLED = "cancelled", "stopped"
        FAILED = "failed", "failed"

    dossier = models.OneToOneField(Dossier, models.CASCADE, primary_key=True, related_name="suggestion_run")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.WORKING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    last = models.BigIntegerField(default=0)
    notes = models.TextField(blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["working", "done", "cancelled", "failed"]), name="run_state_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.done} of {self.total}, {self.state}"

    @property
    def is_at_work(self) -> bool:
        return self.state == self.State.WORKING


class LearnedJudge(models.Model):
    """What a dossier's settled verdicts taught: the judge in force, empty where it is the one that ships.

    ``taught`` are the links that it learned from. ``before`` and ``after`` are the figures of the last attempt, of the
    judge that was in force and of the new one, on the same held-out verdicts; ``why`` says what came of it.
    """

    dossier = models.OneToOneField(Dossier, models.CASCADE, primary_key=True, related_name="learned_judge")
    judge = models.JSONField(null=True)
    base = models.CharField(max_length=200, blank=True)
    taught = ArrayField(models.BigIntegerField(), default=list)
    learned_at = models.DateTimeField(null=True)
    tried = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    better = models.BooleanField(default=False)
    why = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.why
