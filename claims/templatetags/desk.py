"""What the claims desk adds to pages of others: the saved filters of a list."""

from typing import Any

from django import template
from django.db.models import QuerySet

from claims.models import SavedFilter
from config.web import Request

register = template.Library()


@register.simple_tag(takes_context=True)
def saved_filters(context: dict[str, Any], of: str) -> QuerySet[SavedFilter]:
    """The filters saved for the list ``of`` (sources, claims, links) in the dossier entered, by name."""
    request: Request = context["request"]
    return SavedFilter.objects.filter(dossier=request.access.dossier, list=of).order_by("name")
