"""Files that are kept in the database, on their way out: whole, or from where a broken download ended."""

import re

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from claims.exchange.selection import Format
from claims.exchange.set_formats import SetFormat
from claims.exchange.spool import kept_bytes
from claims.models import Export, SetFile
from config.web import Request

_RANGE = re.compile(r"bytes=([0-9]{1,18})-")


def media_type(chosen: Format | SetFormat) -> str:
    return f"{chosen.content_type}; charset=utf-8" if chosen.is_text else chosen.content_type


def kept_download(
    request: Request, kept: SetFile | Export, chosen: Format | SetFormat, name: str
) -> HttpResponseBase:
    """The bytes of a kept file. A client that has the beginning of it gets the rest (Range, with its ETag)."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{chosen.ending}"',
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
        "ETag": f'"{kept.sha256}"',
    }
    start = _start(request, kept)
    if start is None:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{kept.size}"})
    if start:
        headers["Content-Range"] = f"bytes {start}-{kept.size - 1}/{kept.size}"
    return StreamingHttpResponse(
        kept_bytes(kept, start),
        status=206 if start else 200,
        content_type=media_type(chosen),
        headers={**headers, "Content-Length": str(kept.size - start)},
    )


def _start(request: Request, kept: SetFile | Export) -> int | None:
    """The first byte that is asked for; None where there is none so far on."""
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if not asked or request.headers.get("If-Range", f'"{kept.sha256}"') != f'"{kept.sha256}"':
        return 0
    start = int(asked[1])
    return start if start < kept.size or start == 0 else None
