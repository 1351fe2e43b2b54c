"""What the pair tray shows on every page of a dossier, without each view passing it."""

from typing import Any

from django import template

from claims.tray import Tray, read
from config.web import Request

register = template.Library()


@register.simple_tag(takes_context=True)
def pair_tray(context: dict[str, Any]) -> Tray | None:
    """The tray of whoever may pair in the dossier entered; None outside one, and on the desk, which shows the pair."""
    request: Request = context["request"]
    access = getattr(request, "access", None)
    if access is None or not access.can_write:
        return None
    if request.resolver_match and request.resolver_match.view_name == "claims:pair":
        return None
    return read(request.session, access.dossier)


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any]) -> str:
    """The page that the person is on, also while htmx fetches a part of it: where a form brings her back to."""
    request: Request = context["request"]
    return (request.htmx and request.htmx.current_url_abs_path) or request.get_full_path()
