"""The pair tray: put a claim in, swap the two, empty it. It holds nothing but what its own person put there."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from claims import tray
from claims.models import Claim
from config.web import Request, done, show, wants_fragment
from sources.access import Access, enter
from sources.models import Role
from sources.pages import asked_number


@require_POST
def tray_put(request: Request, slug: str) -> HttpResponse:
    """Put the claim ``number`` in the tray."""
    access = enter(request, slug, Role.ANALYST)
    number = asked_number(request.POST.get("number", ""))
    claim = get_object_or_404(Claim.objects.live(), dossier=access.dossier, number=number)
    tray.put(request.session, access.dossier, claim)
    return _answer(request, access)


@require_POST
def tray_swap(request: Request, slug: str) -> HttpResponse:
    access = enter(request, slug, Role.ANALYST)
    tray.swap(request.session, access.dossier)
    return _answer(request, access)


@require_POST
def tray_empty(request: Request, slug: str) -> HttpResponse:
    """Take the claim ``number`` out of the tray; both when none is named."""
    access = enter(request, slug, Role.ANALYST)
    named = request.POST.get("number", "")
    tray.take_out(request.session, access.dossier, *([asked_number(named)] if named else []))
    return _answer(request, access)


def _answer(request: Request, access: Access) -> HttpResponse:
    if wants_fragment(request):
        return show(request, "claims/_tray.html", fragment="tray")
    return done(request, came_from(request, reverse("claims:pair", args=[access.dossier.slug])))


def came_from(request: Request, otherwise: str) -> str:
    """The address in this site that the form names as ``next``, else ``otherwise``."""
    to = request.POST.get("next") or request.GET.get("next", "")
    here = url_has_allowed_host_and_scheme(
        to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return to if here else otherwise
