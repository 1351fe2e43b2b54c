"""Exports that a job writes: how far one is, its file, throwing it away. Nobody but who asked sees any of it."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from claims.exchange.exporting import discard_export, may_fetch
from claims.exchange.registry import FORMATS
from claims.exchange.set_formats import SET_FORMATS
from claims.models import Export
from claims.views.download import kept_download
from config.web import Request, done, show
from sources.access import Access, enter
from sources.actions.intake import a_worker_is_there
from sources.models import Role


def _entered(request: Request, slug: str, uid: UUID) -> tuple[Access, Export]:
    """The door, then the export: for whoever asked for it alone."""
    access = enter(request, slug, Role.VIEWER)
    mine = Export.objects.of(access.dossier.pk, access.person_id).select_related("annotated_set")
    return access, get_object_or_404(mine, uid=uid)


@require_GET
def export_detail(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """How far it is; once it is written, its file."""
    access, export = _entered(request, slug, uid)
    context = {
        "section": "sets",
        "export": export,
        "format": FORMATS.get(export.format) or SET_FORMATS.get(export.format),
        "may_fetch": may_fetch(export, access),
        "tenth": export.written * 10 // export.total if export.total else 0,
        "idle": export.is_at_work and not a_worker_is_there(),
    }
    return show(request, "claims/export_detail.html", context, fragment="body")


@require_GET
def export_file(request: Request, slug: str, uid: UUID) -> HttpResponseBase:
    """Its file, as it was written."""
    access, export = _entered(request, slug, uid)
    chosen = FORMATS.get(export.format)
    if export.state != Export.State.READY or export.annotated_set_id or chosen is None:
        raise Http404("It is not written yet.")
    if not may_fetch(export, access):
        raise PermissionDenied(
            "It was written while you were a viewer here. You may review by now, so it holds verdicts that you must "
            "not know. Ask for the export again."
        )
    return kept_download(request, export, chosen, f"{slug}-{chosen.name}-{export.at:%Y-%m-%d}")


@require_POST
def export_discard(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Throw it away before its week is over, or before it is written."""
    _access, export = _entered(request, slug, uid)
    discard_export(export)
    return done(request, reverse("claims:set-list", args=[slug]), "The export is gone. Nothing else changed.")
