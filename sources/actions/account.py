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
def edit_account(user: User, *, first_name: str, last_name: str, email: str) -> User:
    """Change what an account says of its person. Refuses (ValidationError) a wrong field."""
    user.first_name, user.last_name = first_name, last_name
    user.email = User.objects.normalize_email(email)
    user.full_clean()
    user.save(update_fields=["first_name", "last_name", "email"])
    return user


def change_keys(user: User, changed: Mapping[str, str]) -> None:
    """Keep the keys that this person changed, by the names of their actions (config/keys.py); all others are reset."""
    user.keys = dict(changed)
    user.save(update_fields=["keys"])


def _taken() -> ValidationError:
    return ValidationError({"username": "This user name is taken. Choose another."}, code="taken")
