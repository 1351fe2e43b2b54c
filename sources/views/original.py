"""The file that a source came from, as it came: to be saved, never shown."""

import re

from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from config.web import Request
from sources.access import enter
from sources.actions.original import chunks_of
from sources.models import Original, Role, Source

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069<>:"|?*\\]+')


@require_safe
def original(request: Request, slug: str, number: int) -> StreamingHttpResponse:
    """The original of a source, streamed. A foreign page must not run under our address: it is a download, no page."""
    access = enter(request, slug, Role.VIEWER)
    sources = Source.objects.live().filter(dossier=access.dossier).select_related("original").without_text()
    source = get_object_or_404(sources, number=number)
    if source.original is None:
        raise Http404(f"{source.cited} was pasted: there is no file that it came from.")
    return StreamingHttpResponse(
        chunks_of(source.original) if request.method == "GET" else (),
        content_type="application/octet-stream",
        headers={
            "Content-Length": str(source.original.size),
            "Content-Disposition": content_disposition_header(True, safe_name(source.original))
            or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def safe_name(original: Original) -> str:
    """A name to save it under: the last part of its own, without what a file system or a shell takes amiss."""
    name = _UNSAFE.sub("_", original.filename.replace("\\", "/").rpartition("/")[2]).strip(" .")
    return name[-150:] or "original"
