"""Bringing a ``gainsay/1`` file in, as the page does: all of it, or nothing."""

from tempfile import SpooledTemporaryFile
from typing import Annotated, Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.errors import HttpError

from claims.api.door import entered, token_in
from claims.api.files import LINES
from claims.api.refusals import REFUSED, Refusal
from claims.exchange.importing import Refused
from claims.views.exchange import MAX_UPLOAD, bring_in
from sources.models import Role

router = Router(tags=["export and import"])

_BLOCK = 1024 * 1024


class ImportOut(Schema):
    """What came in, by type; `here` was here already, `gone` had been deleted here. After a dry run nothing did."""

    dry_run: bool
    brought: dict[str, int]
    here: int
    gone: int
    said: str


class BadLine(Schema):
    line: int
    id: str
    field: str
    reason: str


class BadFile(Schema):
    """The bad lines of the file, 200 of them at most, and how many `more` there are. Nothing was brought in."""

    detail: str
    lines: list[BadLine]
    more: int


@router.post(
    "/dossiers/{slug}/import",
    response={200: ImportOut, **REFUSED, 409: Refusal, 411: Refusal, 413: Refusal, 422: BadFile},
    summary="Import a gainsay/1 file",
    openapi_extra=LINES,
)
def import_lines(
    request: HttpRequest,
    slug: str,
    dry_run: Annotated[bool, Query(description="Only check it, and bring in nothing.")] = False,
) -> Any:
    """The body is the file, of 200 MB at most. The token must be one that may import, and its owner an analyst; only a
    lead brings in reviews and adjudications.
    """  # fmt: skip
    access = entered(request, slug, Role.ANALYST)
    if not token_in(request).may_import:
        raise PermissionDenied("This token may read alone: make one that may import.")
    with SpooledTemporaryFile(max_size=_BLOCK) as file:
        for block in _body(request):
            file.write(block)
        file.seek(0)
        try:
            report = bring_in(access, file, dry_run)  # type: ignore[arg-type]
        except Refused as refused:
            return Status(422, _bad(refused))
        except OperationalError:
            raise HttpError(
                409, "Someone changed the same records at that moment. Nothing was brought in: send it again."
            ) from None
    told = {"brought": report.brought, "here": report.here, "gone": report.gone}
    return {"dry_run": dry_run, "said": f"{report}.", **told}


def _body(request: HttpRequest) -> Any:
    """The body in blocks: it is never held whole."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdecimal():
        raise HttpError(411, "Say how long the file is (Content-Length).")
    if int(length) > MAX_UPLOAD:
        raise HttpError(413, "The file is larger than 200 MB. Nothing was read.")
    while block := request.read(_BLOCK):
        yield block


def _bad(refused: Refused) -> dict[str, Any]:
    lines = [
        {"line": one.line, "id": one.id, "field": one.field, "reason": one.reason} for one in refused.problems
    ]
    return {"detail": "The file has bad lines: nothing was brought in.", "lines": lines, "more": refused.more}
