"""Bringing in what was looked through, with what that does to claims, and taking it back."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from claims.actions.bin import put_in_bin
from claims.actions.intake import bin_intake, carrying_over, restore_intake
from claims.views.bin import asked_since
from config.web import Request, done, tell
from sources.access import Access, enter
from sources.actions.intake import begin_storing
from sources.models import Intake, Role, Source
from sources.views import draft


@require_http_methods(["GET", "HEAD", "POST"])
def import_confirm(request: Request, slug: str) -> HttpResponse:
    """The last look at what was brought by itself; the claims of an older version are carried over."""
    return draft.import_confirm(request, slug, carrying_over=carrying_over)


def _entered(request: Request, slug: str, uid: UUID) -> tuple[Access, Intake]:
    access = enter(request, slug, Role.ANALYST)
    mine = Intake.objects.filter(dossier=access.dossier, by=access.person_id)
    return access, get_object_or_404(mine, uid=uid)


@require_POST
def intake_store(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Confirm an intake: a job brings in all that can be."""
    _access, intake = _entered(request, slug, uid)
    try:
        if count := begin_storing(intake):
            undo = reverse("claims:intake-bin", args=[slug, uid])
            tell(
                request, f"{count:,} {'source' if count == 1 else 'sources'} are being brought in.", undo=undo
            )
        else:
            messages.error(request, "There is nothing left to bring in.")
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("sources:intake", slug, uid)


@require_POST
def intake_bin(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Take back all that an intake brought in."""
    access, intake = _entered(request, slug, uid)
    to = reverse("sources:intake", args=[slug, uid])
    try:
        count, since = bin_intake(intake, access=access)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(to)
    query = urlencode({"since": since.isoformat()})
    undo = f"{reverse('claims:intake-restore', args=[slug, uid])}?{query}"
    return done(request, to, f"{_sources(count)} put in the bin.", undo=undo)


@require_POST
def intake_restore(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Bring back what was taken back; as an undo (``since``) just that."""
    access, intake = _entered(request, slug, uid)
    to = reverse("sources:intake", args=[slug, uid])
    try:
        count = restore_intake(intake, access=access, since=asked_since(request))
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(to)
    return done(request, to, f"{_sources(count)} restored.")


def _sources(count: int) -> str:
    return "1 source" if count == 1 else f"{count:,} sources"


@require_POST
def import_undo(request: Request, slug: str, first: int, last: int) -> HttpResponse:
    """Bin the sources of these numbers that this person brought in; all, or none when others’ work rests on one."""
    access = enter(request, slug, Role.ANALYST)
    mine = Source.objects.live().filter(dossier=access.dossier, by=access.person)
    to = reverse("claims:import", args=[slug])
    try:
        with transaction.atomic():
            sources = list(mine.filter(number__range=(first, last)).without_text().order_by("-number"))
            for source in sources:  # a version before the one that it replaced
                put_in_bin(source, access=access, since=source.at)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(to)
    return done(request, to, f"{_sources(len(sources))} put in the bin.")
