"""The origin: the independent voice behind sources, and what near copies are known by."""

import uuid

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from sources.models.checked import Checked
from sources.models.dossier import Dossier, Membership
from sources.models.source import Source
from sources.querysets import OriginQuerySet


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Origin(Checked):
    """The sources that share one independent voice; a source is in one at most (``Source.origin``).

    ``reasons`` are sentences that say why they were taken together. A proposed origin is the machine's and may be
    computed anew; a confirmed one is a person's (``by``) and stays. A confirmed origin of one source says that it
    stands on its own. A source without any has an origin that is not established. A proposed origin with ``joins`` is
    a proposal to take its sources into that confirmed one: it is counted as that one.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "proposed"
        CONFIRMED = "confirmed", "confirmed"

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="origins", db_index=False)
    number = models.PositiveIntegerField(editable=False)
    name = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    reasons = models.JSONField(default=list, blank=True)
    joins = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="joiners",
        db_constraint=False,
    )
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

    objects = OriginQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="origin_number_once"),
            models.UniqueConstraint(fields=["dossier", "id"], name="origin_of_its_dossier"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "confirmed"]), name="origin_state_known"
            ),
            models.CheckConstraint(
                condition=Q(joins=None) | (Q(state="proposed") & ~Q(joins=F("id"))),
                name="origin_joins_as_a_proposal",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"origin {self.number}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class KeptApart(models.Model):
    """Two sources that a person told apart: no proposal puts them together again. ``one`` has the lower key."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", db_index=False)
    one = models.ForeignKey(Source, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    other = models.ForeignKey(Source, models.CASCADE, related_name="+", db_constraint=False)
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
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="kept_apart_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="kept_apart_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}"


class Fingerprint(models.Model):
    """The MinHash signature of a source's text, by ``engine`` (library, version, parameters): to be made anew when
    that changes. ``bands`` are digests of parts of the signature: near copies share at least one.

    ``agencies`` are those that the source credits in its byline, dateline or last line.
    """

    source = models.OneToOneField(Source, models.CASCADE, primary_key=True, related_name="fingerprint")
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+")
    engine = models.CharField(max_length=60)
    signature = models.BinaryField()
    bands = ArrayField(models.BigIntegerField())
    agencies = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        indexes = [
            GinIndex(fields=["bands"], name="fingerprint_bands"),
            GinIndex(fields=["agencies"], name="fingerprint_agencies"),
        ]

    def __str__(self) -> str:
        return f"fingerprint of {self.source_id}"


class Resemblance(models.Model):
    """Two sources that share wording, found by their fingerprints and then compared exactly. ``one`` has the lower key.

    ``similarity`` is their shared part of both together (Jaccard), ``of_one`` and ``of_other`` that of each alone. It
    stays while both fingerprints do.
    """

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    one = models.ForeignKey(Source, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    other = models.ForeignKey(Source, models.CASCADE, related_name="+", db_constraint=False)
    similarity = models.FloatField()
    of_one = models.FloatField()
    of_other = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="resemblance_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="resemblance_in_order"),
        ]
        indexes = [models.Index(fields=["dossier"], name="resemblance_of_dossier")]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}"


class Regrouping(models.Model):
    """What a person did to origins, to be taken back: how what it touched stood ``before`` and ``after``."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    by = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField(auto_now_add=True)
    said = models.CharField(max_length=500)
    before = models.JSONField()
    after = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "id"], name="regrouping_of_its_dossier")]

    def __str__(self) -> str:
        return self.said
