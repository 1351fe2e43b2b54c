"""The token: a key to the API that an account gave to a program. It opens no more than the account may."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from sources.models.dossier import Dossier


class Scope(models.TextChoices):
    """What a token may be used for; each includes the one before."""

    READ = "read", "read and export"
    IMPORT = "import", "read, export and import"


class ApiToken(models.Model):
    """A token of the API. Only its digest is kept; ``hint`` are its first characters, by which its owner knows it.

    Without ``is_for_all`` it opens the ``dossiers`` alone, as far as its owner may enter them. The database refuses
    every change but that it was used, and that it was revoked, which nothing takes back.
    """

    uid = models.UUIDField(default=uuid4, editable=False, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="tokens")
    name = models.CharField(max_length=100)
    scope = models.CharField(max_length=6, choices=Scope, default=Scope.READ)
    is_for_all = models.BooleanField(default=False)
    dossiers = models.ManyToManyField(Dossier, related_name="+", blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=16, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="token_has_a_name"),
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="token_scope_known"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="token_is_hashed"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def may_import(self) -> bool:
        return self.scope == Scope.IMPORT

    def covers(self, dossier: Dossier) -> bool:
        """Whether it opens this dossier to an owner who may enter it."""
        return self.is_for_all or self.dossiers.filter(pk=dossier.pk).exists()
