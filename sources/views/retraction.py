"""A source marked as retracted, and the mark taken off."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST

from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.actions.retraction import retract_source, withdraw_retraction
from sources.forms.retraction import RetractForm
from sources.models import Role, Source


@require_http_methods(["GET", "POST"])
def source_retract(request: Request, slug: str, number: int) -> HttpResponse:
    """Mark a source as retracted, for a reason: what rests on it is opened again."""
    access = enter(request, slug, Role.ANALYST)
    source = _source(access, number)
    form = RetractForm(request.POST if request.method == "POST" else None)
    context = {"section": "sources", "source": source, "form": form}
    if request.method == "GET":
        return show(request, "sources/source_retract.html", context)
    if form.is_valid():
        try:
            mark = retract_source(source, by=access.person, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
        else:
            assert mark.at
            to = reverse("sources:source-unretract", args=[slug, number])
            undo = f"{to}?{urlencode({'at': mark.at.isoformat()})}"
            return done(request, _address(source), f"{source.cited} is marked as retracted.", undo=undo)
    return invalid(request, "sources/source_retract.html", context)


@require_POST
def source_unretract(request: Request, slug: str, number: int) -> HttpResponse:
    """Take the mark off; with a moment in the address only the one that was set then."""
    access = enter(request, slug, Role.ANALYST)
    source = _source(access, number)
    try:
        marked_at = parse_datetime(request.GET.get("at", ""))
        withdraw_retraction(source, marked_at=marked_at)
    except (ValueError, ValidationError):
        messages.error(request, f"{source.cited} is not marked as retracted any more.")
        return redirect(_address(source))
    return done(request, _address(source), f"{source.cited} is not marked as retracted any more.")


def _source(access: Access, number: int) -> Source:
    sources = Source.objects.live().without_text().select_related("dossier", "retraction")
    return get_object_or_404(sources, dossier=access.dossier, number=number)


def _address(source: Source) -> str:
    return reverse("claims:source-detail", args=[source.dossier.slug, source.number])
