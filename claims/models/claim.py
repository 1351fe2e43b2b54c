"""The claim, and those it is about: speakers and topics."""

import pghistory
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from claims.querysets.claim import ClaimQuerySet
from claims.querysets.speaker import SpeakerQuerySet, TopicQuerySet
from sources.fields import ExtraField, Period, RowSearchVector, TextSearchConfigField
from sources.models import Checked, Dossier, Letter, Membership, Record, Source
from sources.validators import validate_period, validate_time


class Modality(models.TextChoices):
    FACT = "fact", "fact"
    OPINION = "opinion", "opinion"
    FORECAST = "forecast", "forecast"
    DENIAL = "denial", "denial"
    INTENTION = "intention", "intention"


class Credibility(models.IntegerChoices):
    """The Admiralty scale of a single piece of information."""

    CONFIRMED = 1, "1 · confirmed"
    PROBABLE = 2, "2 · probably true"
    POSSIBLE = 3, "3 · possibly true"
    DOUBTFUL = 4, "4 · doubtful"
    IMPROBABLE = 5, "5 · improbable"
    UNKNOWN = 6, "6 · cannot be judged"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Speaker(Checked):
    """Who asserts claims; known by name within the dossier, which the database keeps from being another's alias."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="speakers", db_index=False)
    name = models.CharField(max_length=500)
    affiliation = models.CharField(max_length=500, blank=True)
    external_id = models.CharField(max_length=500, blank=True, editable=False)
    extra = ExtraField(editable=False)
    by = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    at = models.DateTimeField(null=True, editable=False)

    objects = SpeakerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "name"],
                name="speaker_once_a_name",
                violation_error_message="This dossier has a speaker of that name.",
            ),
            models.UniqueConstraint(fields=["dossier", "id"], name="speaker_of_its_dossier"),
            models.CheckConstraint(condition=~Q(name=""), name="speaker_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SpeakerAlias(models.Model):
    """Another name that a speaker goes by; a claim made under it is the speaker's."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", db_index=False)
    speaker = models.ForeignKey(Speaker, models.CASCADE, related_name="aliases", db_constraint=False)
    name = models.CharField(max_length=500)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "name"],
                name="alias_once_a_name",
                violation_error_message="Another speaker of this dossier goes by that name.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="alias_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Topic(models.Model):
    """A word under which claims are gathered."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="topics", db_index=False)
    name = models.CharField(max_length=200)

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "name"], name="topic_once_a_name"),
            models.UniqueConstraint(fields=["dossier", "id"], name="topic_of_its_dossier"),
            models.CheckConstraint(condition=~Q(name=""), name="topic_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["asserted_period", "about_period", "search"],
)
class Claim(Record):
    """One proposition in the analyst's words, resting on one quote.

    ``start`` and ``end`` count Unicode code points of the source's text, end exclusive; the database refuses a quote
    that is not there. ``asserted`` and ``about`` are times as written; the periods beside them are the database's.
    """

    LETTER = Letter.CLAIM

    source = models.ForeignKey(
        Source, models.PROTECT, related_name="claims", db_constraint=False, db_index=False
    )
    quote = models.TextField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    statement = models.TextField()
    speaker = models.ForeignKey(
        Speaker, models.PROTECT, null=True, blank=True, related_name="claims", db_constraint=False
    )
    via = models.CharField(max_length=1000, blank=True)
    asserted = models.CharField(
        max_length=10,
        blank=True,
        validators=[validate_time],
        help_text="When it was said: 2023, 2023-01, 2023-01-15.",
    )
    asserted_period = models.GeneratedField(
        expression=Period("asserted"), output_field=DateRangeField(), db_persist=True
    )
    about = models.CharField(
        max_length=21,
        blank=True,
        validators=[validate_period],
        help_text="The time it speaks of: 2023, 2022-02/2023-01, 2023-01/.., ../2022-02.",
    )
    about_period = models.GeneratedField(
        expression=Period("about"), output_field=DateRangeField(), db_persist=True
    )
    modality = models.CharField(max_length=10, choices=Modality, blank=True)
    credibility = models.PositiveSmallIntegerField(
        choices=Credibility, null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(6)]
    )
    topics = models.ManyToManyField(Topic, through="ClaimTopic", related_name="claims", blank=True)
    config = TextSearchConfigField(max_length=63, default="simple", editable=False)
    search = models.GeneratedField(
        expression=RowSearchVector("config", "statement", "quote"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ClaimQuerySet.as_manager()

    class Meta(Record.Meta):
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="claim_quote_is_not_empty"),
            models.CheckConstraint(condition=~Q(statement=""), name="claim_states_something"),
            models.CheckConstraint(
                condition=Q(modality__in=["", *Modality.values]), name="claim_modality_known"
            ),
            models.CheckConstraint(
                condition=Q(credibility__isnull=True) | Q(credibility__range=(1, 6)),
                name="claim_credibility_1_to_6",
            ),
        ]
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["source", "start"], name="claim_in_source"),
            GinIndex(fields=["search"], name="claim_search"),
            GistIndex(fields=["about_period"], name="claim_about"),
            GistIndex(fields=["asserted_period"], name="claim_asserted"),
            models.Index(
                fields=["dossier", "modality", "number"],
                condition=Q(binned_at__isnull=True),
                name="claim_modality",
            ),
        ]


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    meta={"indexes": [models.Index(fields=["claim"], name="claimtopicevent_claim")]},
)
class ClaimTopic(models.Model):
    """That a claim stands under a topic."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", db_index=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="+", db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "topic"], name="topic_once_a_claim")]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.topic_id}"
