"""What the claims desk adds to pages: the saved filters of a list, how many claims something has in words."""

from typing import Any

from django import template
from django.db.models import QuerySet

from claims.actions.revision import several
from claims.models import SavedFilter
from claims.querysets.speaker import COUNTED
from config.web import Request

register = template.Library()


@register.simple_tag(takes_context=True)
def saved_filters(context: dict[str, Any], of: str) -> QuerySet[SavedFilter]:
    """The filters saved for the list ``of`` (sources, claims, links) in the dossier entered, by name."""
    request: Request = context["request"]
    return SavedFilter.objects.filter(dossier=request.access.dossier, list=of).order_by("name")


@register.filter
def claims_counted(count: int) -> str:
    """ "12 claims"; "1,000+ claims" of what was counted no further."""
    return f"{COUNTED:,}+ claims" if count > COUNTED else several(count, "claim")
