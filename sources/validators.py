"""Checks over single values, for models, forms and imports alike."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from sources.periods import NotATime, parse_date, parse_period


def validate_time(written: str) -> None:
    """Refuse what is no date of any precision."""
    try:
        parse_date(written)
    except NotATime as error:
        raise ValidationError(str(error), code="time") from None


def validate_period(written: str) -> None:
    """Refuse what is neither a date nor an interval."""
    try:
        parse_period(written)
    except NotATime as error:
        raise ValidationError(str(error), code="time") from None


def validate_text(text: str) -> None:
    """Refuse what PostgreSQL or the exchange format cannot hold: NUL and lone surrogates."""
    if "\0" in text:
        raise ValidationError("The text holds a NUL character, which no text should.", code="nul")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValidationError(
            "The text holds half of a character (a lone surrogate).", code="surrogate"
        ) from None


def is_web_address(address: str) -> bool:
    """Whether this may be linked to: an absolute http(s) address without white space or control characters."""
    if any(character.isspace() or not character.isprintable() for character in address):
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def validate_web_address(address: str) -> None:
    """Refuse what is no web address."""
    if not is_web_address(address):
        raise ValidationError("Write a web address that begins with http:// or https://.", code="address")
