"""What every page tells of news: how much is for whoever looks; how much is said about a record."""

from typing import Any

from django import template

from claims.models import Comment
from claims.news import COUNTED, count_kept_for, mentions_in
from config.web import Request
from sources.models import Record

register = template.Library()


@register.simple_tag(takes_context=True)
def for_me(context: dict[str, Any]) -> str:
    """How many happenings mention this person or are on what she follows, in words; '' for none."""
    request: Request = context["request"]
    access = getattr(request, "access", None)
    count = count_kept_for(access) if access else 0
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count or "")


@register.simple_tag(takes_context=True)
def mentions_of_me(context: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """Give each row with a ``dossier`` what is new there and mentions this person, as ``mentions``; says nothing."""
    request: Request = context["request"]
    found = mentions_in(request.user, [row["dossier"] for row in rows])
    for row in rows:
        row["mentions"] = found.get(row["dossier"].pk, 0)
    return ""


@register.simple_tag
def comments_counted(record: Record) -> str:
    """How many comments stand on a record that hides none, counted to a hundred."""
    count = Comment.objects.on(record).standing().order_by().values("pk")[:COUNTED].count()
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count)
