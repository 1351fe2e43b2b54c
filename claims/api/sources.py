"""Sources: the list as its page filters it, and one with its text."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from claims.api.door import entered
from claims.api.paging import Cursor, Limit, Number, asked_for, checked, cursor_at, page
from claims.api.refusals import REFUSED, Unfit
from sources.filters import ALL, SourceFilter
from sources.models import Source
from sources.querysets import SourceQuerySet

router = Router(tags=["sources"])


class SourceOut(Schema):
    """One text as it came. ``replaces`` is the source that this is a new version of; ``text`` comes on request."""

    id: str
    number: int
    title: str
    outlet: str
    author: str
    url: str
    published: str | None
    language: str
    reliability: str
    length: int
    replaces: str | None
    retracted: str | None
    by: str | None
    at: datetime | None


class SourceWithText(SourceOut):
    text: str | None = None


class Sources(Schema):
    items: list[SourceOut]
    next: str | None


class SourceQuery(Schema):
    """The filters of the page of sources."""

    q: str = ""
    outlet: str = ""
    author: str = ""
    since: str = ""
    until: str = ""
    language: str = ""
    reliability: str = ""
    origin: str = ""
    same_as: str = ""
    versions: str = ""


@router.get("/dossiers/{slug}/sources", response={200: Sources, **REFUSED, 422: Unfit}, summary="Sources")
def source_list(
    request: HttpRequest, slug: str, asked: Query[SourceQuery], cursor: Cursor = "", limit: Limit = 100
) -> dict[str, Any]:
    """The newest versions; with `versions=all` the old ones too. Without their texts."""
    access = entered(request, slug)
    rows = Source.objects.live().filter(dossier=access.dossier)
    if asked.versions != ALL:
        rows = rows.newest()
    filters = checked(SourceFilter(asked_for(request, asked), rows, dossier=access.dossier))
    found, _, more = page(_shown(filters.qs), cursor, limit)
    return {"items": [_out(one) for one in found], "next": cursor_at(found[-1].number) if more else None}


@router.get(
    "/dossiers/{slug}/sources/{number}", response={200: SourceWithText, **REFUSED}, summary="One source"
)
def source_detail(
    request: HttpRequest,
    slug: str,
    number: Number,
    text: Annotated[bool, Query(description="Whether its text is wanted.")] = False,
) -> dict[str, Any]:
    access = entered(request, slug)
    one = get_object_or_404(_shown(Source.objects.live().filter(dossier=access.dossier)), number=number)
    return _out(one) | ({"text": one.text} if text else {})


def _shown(rows: SourceQuerySet) -> SourceQuerySet:
    """With what is told of each; the text, which may be megabytes, is not among it."""
    unread = ("text", "search", "extra", "period", "text_md5")
    return rows.select_related("by", "replaces", "retraction").defer(
        *unread, *(f"replaces__{name}" for name in unread)
    )


def _out(one: Source) -> dict[str, Any]:
    retraction = getattr(one, "retraction", None)
    return {
        "id": one.cited,
        "number": one.number,
        "title": one.title,
        "outlet": one.outlet,
        "author": one.author,
        "url": one.url,
        "published": one.published or None,
        "language": one.language,
        "reliability": one.reliability,
        "length": one.length,
        "replaces": one.replaces.cited if one.replaces else None,
        "retracted": retraction.reason if retraction else None,
        "by": one.by.name if one.by else None,
        "at": one.at,
    }
