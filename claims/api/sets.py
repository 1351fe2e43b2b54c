"""Annotated sets: the list, one of them, and its files, from what was frozen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from claims.actions.annotated_set import hidden_in, told_by, with_hidden_links
from claims.actions.review import disclose
from claims.api.door import entered
from claims.api.files import FILE
from claims.api.paging import Cursor, Limit, Number, cursor_at, page
from claims.api.refusals import REFUSED, Refusal, Unfit, Wrong
from claims.exchange.exporting import AT_ONCE
from claims.exchange.freezing import kept_file
from claims.exchange.registry import FORMATS
from claims.exchange.set_formats import SET_FORMATS, make_any, takes_long
from claims.models import AnnotatedSet
from claims.views.download import kept_download
from sources.access import Access

router = Router(tags=["sets"])

TELLING = ("filter", "balance", "agreement")
"""What is told of a set that tells of verdicts."""


class SetOut(Schema):
    """A frozen selection of links. `downloads` are the addresses of its files, by format.

    `filter`, `balance` and `agreement` are null while they would tell verdicts on links that you must still judge.
    """

    id: str
    number: int
    name: str
    version: int
    purpose: str
    filter: list[tuple[str, str]] | None
    counts: dict[str, int]
    balance: dict[str, int] | None
    split: dict[str, Any]
    agreement: dict[str, Any] | None
    guidelines: str
    licence: str
    authors: str
    citation: str
    sha256: str
    size: int
    by: str
    at: datetime
    withdrawn: str | None
    downloads: dict[str, str]


class Sets(Schema):
    items: list[SetOut]
    next: str | None


@router.get("/dossiers/{slug}/sets", response={200: Sets, **REFUSED, 422: Unfit}, summary="Annotated sets")
def set_list(request: HttpRequest, slug: str, cursor: Cursor = "", limit: Limit = 100) -> dict[str, Any]:
    access = entered(request, slug)
    found, _, more = page(_mine(access), cursor, limit)
    return {
        "items": _out(access, found),
        "next": cursor_at(found[-1].number) if more else None,
    }


@router.get("/dossiers/{slug}/sets/{number}", response={200: SetOut, **REFUSED}, summary="One annotated set")
def set_detail(request: HttpRequest, slug: str, number: Number) -> dict[str, Any]:
    access = entered(request, slug)
    [told] = _out(access, [get_object_or_404(_mine(access), number=number)])
    return told


@router.get(
    "/dossiers/{slug}/sets/{number}/file",
    response={200: None, **REFUSED, 409: Refusal, 422: Unfit},
    summary="A file of a set",
    openapi_extra=FILE,
)
def set_file(
    request: HttpRequest,
    slug: str,
    number: Number,
    format: Annotated[str, Query(description="One of the set's `downloads`.")] = "gainsay",  # noqa: A002
) -> HttpResponseBase:
    """The same bytes each time. A broken download goes on with `Range` and the `ETag`."""
    access = entered(request, slug)
    one = get_object_or_404(_mine(access), number=number)
    chosen = FORMATS.get(format) or SET_FORMATS.get(format)
    missing = chosen.missing() if chosen else f"Choose one of {', '.join([*FORMATS, *SET_FORMATS])}."
    if chosen is None or missing:
        raise Wrong({"format": [missing]})
    if hidden_in(one, access).exists():
        raise HttpError(
            409,
            f"{one.cited} tells verdicts on links that you must judge. On its page you may give up judging them.",
        )
    file = kept_file(one, format)
    if file is None and takes_long(one, format, AT_ONCE):
        raise HttpError(
            409, "So large a file is made in the background: ask for it on the page of the set once."
        )
    file = file or make_any(one, format)
    disclose(access, told_by(one))
    return kept_download(request, file, chosen, f"{slug}-{one.cited}-{format}")  # type: ignore[arg-type]


def _mine(access: Access) -> Any:
    """Those that this reader may see: withdrawn ones a lead alone."""
    sets = AnnotatedSet.objects.filter(dossier=access.dossier).select_related("dossier", "by__user")
    return sets if access.can_lead else sets.standing()


def _out(access: Access, sets: Sequence[AnnotatedSet]) -> list[dict[str, Any]]:
    """What is told of these sets, and that it is told: no verdict of a link that the reader must judge."""
    hiding = with_hidden_links(sets, access)
    disclose(access, told_by(*(one for one in sets if one.pk not in hiding)))
    return [_told(access, one) | (dict.fromkeys(TELLING) if one.pk in hiding else {}) for one in sets]


def _told(access: Access, one: AnnotatedSet) -> dict[str, Any]:
    at = reverse("api-v1:set_file", args=[access.dossier.slug, one.number])
    names = [*(name for name, made in FORMATS.items() if not made.missing()), *SET_FORMATS]
    same = ("number", "name", "version", "purpose", "filter", "counts", "balance", "split", "agreement")
    more = ("guidelines", "licence", "authors", "citation", "sha256", "size", "at")
    return {
        "id": one.cited,
        **{name: getattr(one, name) for name in (*same, *more)},
        "by": one.by.name,
        "withdrawn": one.withdrawn_reason or None,
        "downloads": {name: f"{at}?format={name}" for name in names},
    }
