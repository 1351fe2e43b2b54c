"""Accounts: made by whoever holds an invitation, changed by whoever has them."""

from collections.abc import Mapping

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from sources.models import User


@transaction.atomic
def create_account(*, username: str, password: str, email: str = "") -> User:
    """An account of this name.

    Refuses (ValidationError) a user name that is taken (upper and lower case are the same), and a weak password.
    """
    user = User(
        username=User.normalize_username(username.strip()), email=User.objects.normalize_email(email.strip())
    )
    user.set_password(password)
    user.full_clean(validate_unique=False)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from None
    if User.objects.filter(username__iexact=user.username).exists():
        raise _taken()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:  # someone else took it a moment ago
        raise _taken() from None
    return user


@transaction.atomic
def edit_account(
    user: User, *, first_name: str, last_name: str, email: str, digest: bool, reached: str
) -> User:
    """Change what an account says of its person, and whether she is sent the daily mail.

    ``reached`` is the address of this site as she reached it: the links of that mail begin so. Refuses
    (ValidationError) a wrong field, and the daily mail without an address to send it to.
    """
    user.first_name, user.last_name = first_name, last_name
    user.email = User.objects.normalize_email(email)
    user.digest = digest
    user.digest_from = reached if digest and len(reached) <= 300 else ""
    if digest and not user.email:
        raise ValidationError({"digest": "Give an e-mail address too, or it cannot reach you."}, code="email")
    user.full_clean()
    user.save(update_fields=["first_name", "last_name", "email", "digest", "digest_from"])
    return user


def stop_digest(user: User) -> None:
    """Send this person no daily mail any more."""
    User.objects.filter(pk=user.pk).update(digest=False, digest_from="")


def change_keys(user: User, changed: Mapping[str, str]) -> None:
    """Keep the keys that this person changed, by the names of their actions (config/keys.py); all others are reset."""
    user.keys = dict(changed)
    user.save(update_fields=["keys"])


def _taken() -> ValidationError:
    return ValidationError({"username": "This user name is taken. Choose another."}, code="taken")
