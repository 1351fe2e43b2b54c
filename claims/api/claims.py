"""Claims: the list as its page filters it, and one of them."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from claims.actions.claim import disclose_tallies
from claims.api.door import entered
from claims.api.paging import Cursor, Limit, Number, asked_for, checked, cursor_at, page
from claims.api.refusals import REFUSED, Unfit
from claims.filters.claim import ClaimFilter
from claims.models import Claim
from claims.querysets.claim import ClaimQuerySet

router = Router(tags=["claims"])


class ClaimOut(Schema):
    """One proposition in the analyst's words, resting on one quote: `start` and `end` count code points."""

    id: str
    number: int
    statement: str
    quote: str
    start: int
    end: int
    source: str
    speaker: str | None
    via: str
    asserted: str | None
    about: str | None
    modality: str
    credibility: int | None
    topics: list[str]
    by: str | None
    at: datetime | None


class Claims(Schema):
    items: list[ClaimOut]
    next: str | None


class ClaimQuery(Schema):
    """The filters of the page of claims."""

    q: str = ""
    source: str = ""
    speaker: str = ""
    outlet: str = ""
    topic: str = ""
    modality: str = ""
    about: str = ""
    asserted: str = ""
    linked: str = ""
    contradicted: str = ""
    origins: str = ""


@router.get("/dossiers/{slug}/claims", response={200: Claims, **REFUSED, 422: Unfit}, summary="Claims")
def claim_list(
    request: HttpRequest, slug: str, asked: Query[ClaimQuery], cursor: Cursor = "", limit: Limit = 100
) -> dict[str, Any]:
    """Of a search (`q`) the thousand best are listed, by number as all others."""
    access = entered(request, slug)
    filters = checked(ClaimFilter(asked_for(request, asked), access))
    few = filters.few
    rows = filters.qs if few is None else filters.queryset.filter(number__in=few)
    found, after, more = page(_shown(rows), cursor, limit)
    if filters.is_telling:
        left_out = filters.untold.filter(number__gt=after)
        disclose_tallies(access, found, among=left_out)
    return {"items": [_out(one) for one in found], "next": cursor_at(found[-1].number) if more else None}


@router.get("/dossiers/{slug}/claims/{number}", response={200: ClaimOut, **REFUSED}, summary="One claim")
def claim_detail(request: HttpRequest, slug: str, number: Number) -> dict[str, Any]:
    access = entered(request, slug)
    live = Claim.objects.live().filter(dossier=access.dossier)
    return _out(get_object_or_404(_shown(live), number=number))


def _shown(rows: ClaimQuerySet) -> ClaimQuerySet:
    """With what is told of each, and no more."""
    told = (
        *(
            "number",
            "statement",
            "quote",
            "start",
            "end",
            "via",
            "asserted",
            "about",
            "modality",
            "credibility",
            "at",
        ),
        *("source__number", "speaker__name", "by__name"),
    )
    return rows.select_related("source", "speaker", "by").prefetch_related("topics").only(*told)


def _out(one: Claim) -> dict[str, Any]:
    return {
        "id": one.cited,
        "number": one.number,
        "statement": one.statement,
        "quote": one.quote,
        "start": one.start,
        "end": one.end,
        "source": one.source.cited,
        "speaker": one.speaker.name if one.speaker else None,
        "via": one.via,
        "asserted": one.asserted or None,
        "about": one.about or None,
        "modality": one.modality,
        "credibility": one.credibility,
        "topics": sorted(topic.name for topic in one.topics.all()),
        "by": one.by.name if one.by else None,
        "at": one.at,
    }
