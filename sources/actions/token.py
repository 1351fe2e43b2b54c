"""Tokens of the API: making one, revoking it, and finding whose a secret is."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sources.models import ApiToken, Dossier, User

PREFIX = "gainsay_"
"""How every token begins, so that one that was left lying about is known for what it is."""
MOST = 50
"""So many tokens that still work an account may have."""
_HINT = len(PREFIX) + 4
_TOLD = timedelta(minutes=1)
"""That a token was used is written down once in so long."""


@transaction.atomic
def create_token(
    *, user: User, name: str, scope: str, days: int, dossiers: Iterable[Dossier] | None
) -> tuple[ApiToken, str]:
    """A token for these dossiers (None: all of hers), and its secret, which is kept nowhere: only its digest is.

    Refuses (ValidationError) one for no dossier, and one more than ``MOST``.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if working(user).count() >= MOST:
        raise ValidationError(f"You have {MOST} tokens: revoke one that is not needed any more.", code="many")
    chosen = None if dossiers is None else list(dossiers)
    if chosen == []:
        raise ValidationError({"dossiers": "Choose a dossier at least, or all of yours."})
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        user=user,
        name=name,
        scope=scope,
        is_for_all=chosen is None,
        digest=digest_of(secret),
        hint=secret[:_HINT],
        expires_at=timezone.now() + timedelta(days=days),
    )
    token.full_clean()
    token.save(force_insert=True)
    token.dossiers.set(chosen or [])
    return token, secret


def working(user: User) -> QuerySet[ApiToken]:
    """Those of hers that still open something."""
    return ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now())


def revoke_token(token: ApiToken) -> None:
    """Let it open nothing any more, for good."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


def token_of(secret: str) -> ApiToken | None:
    """The token with this secret; None where there is none that works, whyever.

    It is looked for by its digest alone, so that how long this takes tells nothing of a secret that is nearly right.
    """
    now = timezone.now()
    alive = ApiToken.objects.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)
    token = alive.select_related("user").filter(digest=digest_of(secret)).first()
    if token and (token.used_at is None or token.used_at < now - _TOLD):
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    return token


def digest_of(secret: str) -> str:
    """What is kept of a secret of 256 random bits: nobody could guess it, so that a quick digest is enough."""
    return sha256(secret.encode(errors="replace")).hexdigest()
