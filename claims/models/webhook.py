"""Webhooks: addresses that are told what happens in a dossier, and what each was told."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sources.models import Dossier, Membership


class Event(models.TextChoices):
    """What an address may be told of."""

    SETTLED = "link.settled", "a link is settled"
    RESOLVED = "resolution.made", "a contradiction is resolved"
    FROZEN = "set.frozen", "a set is frozen"


PING = "ping"
"""What a lead sends to see whether an address answers."""


class Webhook(models.Model):
    """An address that a lead registered. Its secret is made from the server's key and ``uid``: only a digest is kept.

    One that is stopped is told nothing more, and may be started again.
    """

    uid = models.UUIDField(default=uuid4, editable=False, unique=True)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="webhooks", db_index=False)
    url = models.CharField("address", max_length=2000)
    events = ArrayField(models.CharField(max_length=20, choices=Event))
    digest = models.CharField(max_length=64, editable=False)
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField(auto_now_add=True)
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "id"], name="webhook_of_its_dossier"),
            models.CheckConstraint(
                condition=Q(events__len__gt=0) & Q(events__contained_by=Event.values),
                name="webhook_events_known",
            ),
            models.CheckConstraint(condition=~Q(url=""), name="webhook_has_an_address"),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def events_in_words(self) -> list[str]:
        return [str(Event(one).label) for one in self.events]


class Delivery(models.Model):
    """That an address is to be told of something: written by the database in the transaction that causes it.

    ``details`` say what became of the ``record`` (L-40, A-1), which ``happened_at``; no more than everybody may know.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        DONE = "done", "received"
        FAILED = "failed", "given up"
        DROPPED = "dropped", "not told"

    uid = models.UUIDField(
        default=uuid4, db_default=models.Func(function="gen_random_uuid"), editable=False, unique=True
    )
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", db_index=False)
    webhook = models.ForeignKey(
        Webhook, models.CASCADE, related_name="deliveries", db_constraint=False, db_index=False
    )
    event = models.CharField(max_length=20)
    record = models.CharField(max_length=20, blank=True)
    link = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict, db_default={})
    happened_at = models.DateTimeField(db_default=models.functions.Now())
    state = models.CharField(max_length=7, choices=State, default=State.WAITING, db_default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_at = models.DateTimeField(db_default=models.functions.Now())
    status = models.PositiveSmallIntegerField(null=True)
    error = models.TextField(blank=True, db_default="")
    told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["webhook", "-id"], name="delivery_log"),
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="delivery_due"),
            models.Index(fields=["happened_at"], name="delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.record}"
