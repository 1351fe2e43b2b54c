"""Taking links out in any format: at once, or of many by a job."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Query, Router, Schema, Status
from ninja.errors import HttpError

from claims.api.door import entered
from claims.api.files import FILE
from claims.api.links import LinkQuery
from claims.api.paging import asked_for, checked
from claims.api.refusals import REFUSED, Refusal, Unfit, Wrong
from claims.exchange.exporting import begin_export, may_fetch
from claims.exchange.registry import FORMATS
from claims.exchange.selection import Format
from claims.filters.annotated_set import SetFilter
from claims.models import Export
from claims.views.download import kept_download
from claims.views.exchange import is_many, set_filters, streamed
from sources.access import Access

router = Router(tags=["export and import"])

Name = Annotated[str, Query(alias="format", description=f"One of {', '.join(FORMATS)}.")]


class ExportQuery(LinkQuery):
    """The filters of the page of sets. Without any, `gainsay` is the whole dossier."""

    agreement: str = ""
    resolution: str = ""
    as_of: str = ""


class ExportOut(Schema):
    """An export that a job writes. `state` runs from `waiting` by `writing` to `ready` or `failed`; `file` is the
    address of what was written.
    """  # fmt: skip

    uid: UUID
    format: str
    state: str
    links: int
    written: int
    error: str
    size: int
    sha256: str
    at: datetime
    expires_at: datetime
    address: str
    file: str | None


@router.get(
    "/dossiers/{slug}/export",
    response={200: None, **REFUSED, 409: Refusal, 422: Unfit},
    summary="Export",
    openapi_extra=FILE,
)
def export_at_once(
    request: HttpRequest, slug: str, asked: Query[ExportQuery], name: Name = "gainsay"
) -> HttpResponseBase:
    """The links that pass the filters, written while they are read; of more than 5,000 a job must write them (409)."""
    access = entered(request, slug)
    filters, chosen = _chosen(request, access, asked, name)
    if is_many(filters):
        raise HttpError(409, "These are more than 5,000 links: have them written by POST to …/exports.")
    return streamed(access, filters, chosen)


@router.post(
    "/dossiers/{slug}/exports",
    response={202: ExportOut, **REFUSED, 422: Unfit},
    summary="Have an export written",
)
def export_begin(
    request: HttpRequest, slug: str, asked: Query[ExportQuery], name: Name = "gainsay"
) -> Status[dict[str, Any]]:
    """For any number of links. One that you asked for already, and that is not done yet, is given again.

    Format and filters stand in the address; a body is refused.
    """
    access = entered(request, slug)
    if request.body:
        raise Wrong({"body": ["No body is read here: write the format and the filters into the address."]})
    filters, chosen = _chosen(request, access, asked, name)
    query = asked_for(request, asked)
    words = [(str(filters.form[key].label), str(value)) for key, value in query.items()]
    export = begin_export(
        access, chosen, links=filters.qs.order_by().count(), query=query.urlencode(), words=words
    )
    return Status(202, _out(access, export))


@router.get(
    "/dossiers/{slug}/exports/{uid}", response={200: ExportOut, **REFUSED}, summary="How far an export is"
)
def export_state(request: HttpRequest, slug: str, uid: UUID) -> dict[str, Any]:
    access = entered(request, slug)
    return _out(access, _mine(access, uid))


@router.get(
    "/dossiers/{slug}/exports/{uid}/file",
    response={200: None, **REFUSED},
    summary="The file of an export",
    openapi_extra=FILE,
)
def export_fetch(request: HttpRequest, slug: str, uid: UUID) -> HttpResponseBase:
    """A broken download goes on with `Range` and the `ETag`. It is kept for a week."""
    access = entered(request, slug)
    export = _mine(access, uid)
    chosen = FORMATS.get(export.format)
    if export.state != Export.State.READY or export.annotated_set_id or chosen is None:
        raise Http404
    if not may_fetch(export, access):
        raise PermissionDenied(
            "It was written while you were a viewer here. You may review by now: ask for it again."
        )
    name = f"{slug}-{chosen.name}-{export.at:%Y-%m-%d}"
    return kept_download(request, export, chosen, name)  # type: ignore[arg-type]


def _chosen(request: HttpRequest, access: Access, asked: ExportQuery, name: str) -> tuple[SetFilter, Format]:
    chosen = FORMATS.get(name)
    missing = chosen.missing() if chosen else f"There is no such format: choose one of {', '.join(FORMATS)}."
    if chosen is None or missing:
        raise Wrong({"format": [missing]})
    return checked(set_filters(access, asked_for(request, asked))), chosen


def _mine(access: Access, uid: UUID) -> Export:
    mine = Export.objects.of(access.dossier.pk, access.person_id).select_related("annotated_set")
    return get_object_or_404(mine, uid=uid)


def _out(access: Access, one: Export) -> dict[str, Any]:
    at = [access.dossier.slug, one.uid]
    same = ("uid", "format", "state", "links", "written", "error", "size", "sha256", "at", "expires_at")
    return {
        **{name: getattr(one, name) for name in same},
        "address": reverse("api-v1:export_state", args=at),
        "file": reverse("api-v1:export_fetch", args=at) if one.state == Export.State.READY else None,
    }
