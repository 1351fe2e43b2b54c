"""The only shared web helpers: the typed request, page or fragment, done."""

from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from sources.access import Access
    from sources.models import User


class Did(NamedTuple):
    """What a request did, and the address whose POST takes it back."""

    said: str
    undo: str


class Request(HttpRequest):
    """A request behind the sign-in. ``access`` is there once the door of a dossier is open, ``did`` once done."""

    user: "User"
    htmx: HtmxDetails
    access: "Access"
    did: Did


def wants_fragment(request: Request) -> bool:
    """Whether htmx asks for a part of the page (not a boosted visit, not the Back button)."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def show(
    request: Request,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    fragment: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, or, when htmx asks, the partial of it named ``fragment``. Adds ``dossier`` and ``access``."""
    access = getattr(request, "access", None)
    full = {"access": access, "dossier": access.dossier if access else None, **(context or {})}
    name = f"{template}#{fragment}" if fragment and wants_fragment(request) else template
    response = render(request, name, full, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def invalid(
    request: Request, template: str, context: dict[str, Any] | None = None, *, fragment: str = ""
) -> HttpResponse:
    """The form again with what is wrong (422)."""
    return show(request, template, context, fragment=fragment, status=422)


def done(request: Request, to: str, message: str = "", *, undo: str = "") -> HttpResponse:
    """Go on to the address ``to`` with a message; ``undo`` is the address whose POST takes the action back.

    The message offers it at once; it is also kept among what this person did lately (claims.middleware).
    """
    tell(request, message, undo=undo)
    if wants_fragment(request):
        return HttpResponseClientRedirect(to)
    return redirect(to)


def tell(request: Request, message: str, *, undo: str = "") -> None:
    """Say and keep what was done as ``done`` does, where the answer is a part of the page that one is on."""
    request.did = Did(message, undo)
    if message:
        messages.success(request, message, extra_tags=undo)
