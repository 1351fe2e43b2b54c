"""The guidelines of a dossier: the version in force, those before it with what each changed, and writing the next."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from claims.actions.guideline import write_guidelines
from claims.forms.guideline import GuidelineForm
from claims.models import Guideline
from claims.prose import blocks
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.actions.records import Stale
from sources.differences import side_by_side
from sources.models import Role

LISTED = 100
"""How many versions are listed; older ones are leafed through."""


@require_safe
def guidelines(request: Request, slug: str) -> HttpResponse:
    """The version in force."""
    access = enter(request, slug, Role.VIEWER)
    return _page(
        request, access, Guideline.objects.filter(dossier=access.dossier).select_related("by").first()
    )


@require_safe
def guidelines_version(request: Request, slug: str, number: int) -> HttpResponse:
    """One version, whether in force or not, and what it changed in the one before."""
    access = enter(request, slug, Role.VIEWER)
    versions = Guideline.objects.filter(dossier=access.dossier).select_related("by")
    return _page(request, access, get_object_or_404(versions, version=number), with_changes=True)


@require_http_methods(["GET", "HEAD", "POST"])
def guidelines_edit(request: Request, slug: str) -> HttpResponse:
    """Write the next version. On stale ground both are shown (409)."""
    access = enter(request, slug, Role.LEAD)
    current = Guideline.objects.filter(dossier=access.dossier).first()
    start = {"text": current.text, "version": current.version} if current else {"version": 0}
    form = GuidelineForm(request.POST if request.method == "POST" else None, initial=start)
    context = {"section": "guidelines", "form": form}
    if form.is_valid():
        try:
            written = write_guidelines(dossier=access.dossier, by=access.person, **form.cleaned_data)
        except Stale as stale:
            return _both(request, form, stale)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            said = f"Version {written.version} of the guidelines is in force."
            return done(request, reverse("claims:guidelines", args=[slug]), said)
    answer = invalid if form.is_bound else show
    return answer(request, "claims/guidelines_edit.html", context)


def _both(request: Request, form: GuidelineForm, stale: Stale) -> HttpResponse:
    """What was written beside what stands; saved again, it follows what stands."""
    theirs = stale.current
    assert isinstance(theirs, Guideline)
    form.data = {**request.POST.dict(), "version": theirs.version}
    parts = side_by_side(theirs.text, form.cleaned_data["text"])
    context = {"section": "guidelines", "form": form, "theirs": theirs, "parts": parts}
    return show(request, "claims/guidelines_edit.html", context, status=409)


def _page(
    request: Request, access: Access, one: Guideline | None, *, with_changes: bool = False
) -> HttpResponse:
    versions = Guideline.objects.filter(dossier=access.dossier).select_related("by")
    before = versions.filter(version=one.version - 1).first() if one and with_changes else None
    listed = list(versions.defer("text")[:LISTED])
    context = {
        "section": "guidelines",
        "one": one,
        "blocks": blocks(one.text) if one else [],
        "before": before,
        "parts": side_by_side(before.text, one.text) if one and before else [],
        "versions": listed,
        "in_force": listed[0].version if listed else 0,
    }
    return show(request, "claims/guidelines.html", context)
