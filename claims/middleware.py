"""What was done is kept for whoever did it, so that she may take it back from any page (claims.actions.undo)."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.urls import Resolver404, resolve

from claims.actions.undo import note_done
from config.web import Request


class KeepUndo:
    """Keeps what ``config.web.done`` said and how it is taken back: every undo address passes there."""

    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        response = self.get_response(request)
        did = getattr(request, "did", None)
        access = getattr(request, "access", None)
        if did and access:
            note_done(
                access=access,
                said=did.said,
                undo=did.undo,
                at=request.get_full_path(),
                is_kept=_is_revision(did.undo),
            )
        return response


def _is_revision(undo: str) -> bool:
    """Whether the action itself has kept what is to be taken back."""
    try:
        return resolve(urlsplit(undo).path).view_name == "claims:undo-revision"
    except Resolver404:
        return False
