"""What people say about a source, a claim, a link; whom they mention; who follows what."""

import uuid

import pghistory
from django.db import models
from django.db.models import Q

from claims.models.claim import Claim
from claims.models.link import Link
from claims.querysets.comment import CommentQuerySet, FollowQuerySet
from sources.models import Dossier, Membership, Record, Source

TEXT_LIMIT = 10_000


def _one_of_three() -> Q:
    """Exactly one of source, claim and link is named."""
    names = ("source", "claim", "link")
    ways = Q()
    for named in names:
        ways |= Q(**{f"{name}__isnull": name != named for name in names})
    return ways


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Comment(models.Model):
    """What a person says about one record. ``version`` counts its wordings; one that was taken back stays here, unseen.

    Whoever must judge a link blind sees no comment on it: read them with ``shown_to``.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey(
        Source, models.CASCADE, null=True, related_name="comments", db_constraint=False, db_index=False
    )
    claim = models.ForeignKey(
        Claim, models.CASCADE, null=True, related_name="comments", db_constraint=False, db_index=False
    )
    link = models.ForeignKey(
        Link, models.CASCADE, null=True, related_name="comments", db_constraint=False, db_index=False
    )
    text = models.TextField()
    version = models.PositiveIntegerField(default=1, editable=False)
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
    edited_at = models.DateTimeField(null=True, editable=False)
    gone_at = models.DateTimeField(null=True, editable=False)
    gone_by = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "id"], name="comment_of_its_dossier"),
            models.CheckConstraint(condition=_one_of_three(), name="comment_on_one_record"),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="comment_says_something",
                violation_error_message="Write what you want to say.",
            ),
            models.CheckConstraint(
                condition=Q(gone_at__isnull=False) | Q(gone_by__isnull=True), name="comment_gone_at_a_time"
            ),
        ]
        indexes = [
            models.Index(
                fields=["source", "id"], condition=Q(source__isnull=False), name="comment_on_source"
            ),
            models.Index(fields=["claim", "id"], condition=Q(claim__isnull=False), name="comment_on_claim"),
            models.Index(fields=["link", "id"], condition=Q(link__isnull=False), name="comment_on_link"),
        ]

    def __str__(self) -> str:
        return f"on {self.record}"

    @property
    def record(self) -> Record:
        """What it is about."""
        found = self.source or self.claim or self.link
        assert found is not None
        return found


class Mention(models.Model):
    """That a comment mentions a member, ``written`` so in its text (without the @)."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    comment = models.ForeignKey(
        Comment, models.CASCADE, related_name="mentions", db_constraint=False, db_index=False
    )
    person = models.ForeignKey(Membership, models.CASCADE, related_name="mentions", db_constraint=False)
    written = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "written"], name="mention_once_as_written")]

    def __str__(self) -> str:
        return f"@{self.written}"


class Follow(models.Model):
    """That a person follows a record, or (not ``on``) no longer does, although she made it or commented on it."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(
        Membership, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    source = models.ForeignKey(
        Source, models.CASCADE, null=True, related_name="follows", db_constraint=False, db_index=False
    )
    claim = models.ForeignKey(
        Claim, models.CASCADE, null=True, related_name="follows", db_constraint=False, db_index=False
    )
    link = models.ForeignKey(
        Link, models.CASCADE, null=True, related_name="follows", db_constraint=False, db_index=False
    )
    on = models.BooleanField()
    at = models.DateTimeField(auto_now=True)

    objects = FollowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_one_of_three(), name="follow_of_one_record"),
            models.UniqueConstraint(
                fields=["person", "source"], condition=Q(source__isnull=False), name="follow_source_once"
            ),
            models.UniqueConstraint(
                fields=["person", "claim"], condition=Q(claim__isnull=False), name="follow_claim_once"
            ),
            models.UniqueConstraint(
                fields=["person", "link"], condition=Q(link__isnull=False), name="follow_link_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.on}"
