"""The account a person signs in with. What she may do in a dossier is her membership's business."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import QuerySet


class UserQuerySet(QuerySet["User"]):
    def delete(self) -> tuple[int, dict[str, int]]:
        """Close these accounts: the names and all that these people made stay (the database sees to it)."""
        return self._raw_delete(self.db), {}


class UserAccountManager(UserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's, with accounts that are closed instead of deleted."""

    use_in_migrations = False


class User(AbstractUser):
    """An account. Deleting one, by SQL too, closes it: a trigger keeps the row and its name."""

    keys = models.JSONField(default=dict, blank=True, editable=False)
    """The keys that this person changed: the name of an action (sources/keys.py) and her key for it."""

    digest = models.BooleanField("daily mail", default=False)
    """Whether she is sent what is new in her dossiers, once a day."""
    digest_from = models.CharField(max_length=300, blank=True, editable=False)
    """The address of this site as she reached it when she asked for that mail: its links begin so."""
    digest_on = models.DateField(null=True, blank=True, editable=False)
    """The day for which the last one was made."""

    objects: ClassVar[UserAccountManager] = UserAccountManager()

    class Meta(AbstractUser.Meta):
        constraints = [models.CheckConstraint(condition=~models.Q(username=""), name="user_has_a_name")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(digest=True), name="user_wants_digest"),
        ]

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        User.objects.filter(pk=self.pk).delete()
        return 0, {}

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username
