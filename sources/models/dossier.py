"""The dossier, its people and its counters."""

import uuid

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from sources.fields import ExtraField
from sources.models.checked import Checked
from sources.querysets import DossierQuerySet, MembershipQuerySet


class Role(models.TextChoices):
    """What a member may do; each role may do all that the one before may."""

    VIEWER = "viewer", "viewer"
    REVIEWER = "reviewer", "reviewer"
    ANALYST = "analyst", "analyst"
    LEAD = "lead", "lead"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def covers(self, least: "Role") -> bool:
        return self.rank >= least.rank


class ReviewOrder(models.TextChoices):
    """In which order pairs are handed out to be reviewed."""

    OLDEST = "oldest", "the oldest first"
    CONTRADICTION = "contradiction", "likely contradictions first"
    UNCERTAIN = "uncertain", "the uncertain first"
    RANDOM = "random", "at random, for each person otherwise"


class Letter(models.TextChoices):
    """What is numbered in a dossier: S-3, C-12, L-40."""

    SOURCE = "S", "source"
    CLAIM = "C", "claim"
    LINK = "L", "link"


slug_validator = RegexValidator(
    r"\A(?!new\Z)[a-z0-9]+(?:-[a-z0-9]+)*\Z",
    "Use small letters, digits and single hyphens between them; “new” is taken.",
)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Dossier(Checked):
    """One question under study, with its sources, claims, links and people; rights are the dossier's."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    slug = models.CharField(
        max_length=100, unique=True, validators=[slug_validator], help_text="Its address."
    )
    name = models.CharField(max_length=300)
    question = models.TextField(blank=True)
    language = models.CharField(
        max_length=35, blank=True, help_text="Of the statements, as a code: en, de, zh."
    )
    reviews_needed = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    review_order = models.CharField(max_length=13, choices=ReviewOrder, default=ReviewOrder.OLDEST)
    lease_minutes = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(1_440)]
    )
    own_proposals = models.BooleanField(default=False)
    names_masked = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    extra = ExtraField(editable=False)
    by = models.ForeignKey(
        "sources.Membership",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_constraint=False,
    )
    at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DossierQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reviews_needed__range=(1, 5)),
                name="dossier_reviews_needed_1_to_5",
                violation_error_message="Between one and five reviews are needed.",
            ),
            models.CheckConstraint(
                condition=Q(review_order__in=ReviewOrder.values), name="dossier_review_order_known"
            ),
            models.CheckConstraint(
                condition=Q(lease_minutes__range=(1, 1_440)),
                name="dossier_lease_a_minute_to_a_day",
                violation_error_message="A pair is kept for a minute at least and a day at most.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="dossier_has_a_name"),
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$") & ~Q(slug="new"),
                name="dossier_slug_is_an_address",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Membership(Checked):
    """A person of a dossier. With a role she may enter; without one she has left, or was imported and cannot sign in.

    Whoever made a record is named by her membership, so the name stays when the account goes.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="people")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, blank=True, related_name="memberships"
    )
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=10, choices=Role, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "name"], name="person_once_a_name"),
            models.UniqueConstraint(
                fields=["dossier", "user"],
                name="member_once_a_dossier",
                violation_error_message="This person is a member already.",
            ),
            models.UniqueConstraint(fields=["dossier", "id"], name="membership_of_its_dossier"),
            models.CheckConstraint(condition=Q(role__in=["", *Role.values]), name="membership_role_known"),
            models.CheckConstraint(
                condition=Q(role="") | Q(user__isnull=False), name="membership_role_needs_an_account"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="person_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_imported(self) -> bool:
        return self.user_id is None


class Invitation(models.Model):
    """A one-time way in. Only the digest of its token is kept."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role)
    digest = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"invitation as {self.role}"


class Counter(models.Model):
    """The highest number ever given to a dossier's sources, claims or links. Only the database raises it."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="counters")
    letter = models.CharField(max_length=1, choices=Letter)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "letter"], name="counter_once_a_letter")]

    def __str__(self) -> str:
        return f"{self.letter}-{self.last}"
