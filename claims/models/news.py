"""What happened in a dossier, in order, and how far each of its people has seen it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from claims.models.claim import Claim
from claims.models.comment import Comment, _one_of_three
from claims.models.link import Link
from claims.querysets.news import HappeningQuerySet
from sources.fields import CurrentTransaction, TransactionField
from sources.models import Dossier, Membership, Source


class Happening(models.Model):
    """Something that is news to others: a comment, a link that was settled (``kind``). The database notes them.

    A ``mention`` is for the mentioned alone: an edit has put a name into a comment. New sources, claims and links are
    known by their numbers, which are given in the order of their commits; of these rows an older one may come to be
    seen after a younger, which ``xid`` tells (see ``HappeningQuerySet.since``).
    """

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    source = models.ForeignKey(Source, models.CASCADE, null=True, related_name="+", db_constraint=False)
    claim = models.ForeignKey(Claim, models.CASCADE, null=True, related_name="+", db_constraint=False)
    link = models.ForeignKey(Link, models.CASCADE, null=True, related_name="+", db_constraint=False)
    comment = models.ForeignKey(
        Comment, models.CASCADE, null=True, related_name="happenings", db_constraint=False
    )
    by = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    xid = TransactionField(db_default=CurrentTransaction(), editable=False)

    objects = HappeningQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=_one_of_three(), name="happening_to_one_record")]
        indexes = [
            models.Index(fields=["dossier", "id"], name="happening_in_order"),
            models.Index(fields=["dossier", "kind", "id"], name="happening_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Visit(models.Model):
    """How far a person has seen what happened in her dossier, on its page or by mail.

    ``upto`` is the last happening, and ``sources``, ``claims``, ``links`` the highest numbers, that there were;
    ``snapshot`` tells the transactions that had yet to commit, ``own`` that of the reader herself. ``held`` are earlier
    happenings that were hidden from her then, since she had yet to judge their links: they are news once she has.
    ``before`` is what the last marking replaced, to be undone while ``times`` is the same.
    """

    class Of(models.TextChoices):
        PAGE = "page", "page"
        MAIL = "mail", "mail"

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(
        Membership, models.CASCADE, related_name="visits", db_constraint=False, db_index=False
    )
    of = models.CharField(max_length=4, choices=Of)
    upto = models.BigIntegerField(default=0)
    snapshot = models.TextField(blank=True)
    own = models.CharField(max_length=20, blank=True)
    sources = models.PositiveIntegerField(default=0)
    claims = models.PositiveIntegerField(default=0)
    links = models.PositiveIntegerField(default=0)
    held = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField(null=True)
    times = models.PositiveIntegerField(default=0)
    before = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "of"], name="visit_once_a_person"),
            models.CheckConstraint(condition=Q(of__in=["page", "mail"]), name="visit_of_page_or_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.of}"
