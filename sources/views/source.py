"""Sources: the list, and correcting what is known of one. Its text is read, and marked, in the reader."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from config.web import Request, done, invalid, show, wants_fragment
from sources.access import enter
from sources.actions.records import Stale
from sources.actions.source import edit_source
from sources.filters import ALL, SourceFilter
from sources.forms.source import SourceEditForm
from sources.models import Role, Source
from sources.pages import COUNTED, address_of, filters_on, page_of

LIST, EDIT = "sources/source_list.html", "sources/source_edit.html"
COUNTED_FOUND = 200
"""How many sources with some words are counted at most: each is looked at for it."""


@require_safe
def source_list(request: Request, slug: str) -> HttpResponse:
    """The sources of the dossier, the newest first, by what the address asks for."""
    access = enter(request, slug, Role.VIEWER)
    sources = Source.objects.live().filter(dossier=access.dossier)
    if request.GET.get("versions") != ALL:
        sources = sources.newest()
    filters = SourceFilter(request.GET, sources, dossier=access.dossier)
    right = filters.is_valid()
    if not right and wants_fragment(request):
        return HttpResponseClientRedirect(
            request.get_full_path()
        )  # the fields that are wrong stand outside the rows
    counted = COUNTED_FOUND if request.GET.get("q") else COUNTED
    page = page_of(request, filters.qs.for_list().select_related("origin"), "source", counted=counted)
    claims = Source.objects.claim_counts(page.rows)
    context = {
        "section": "sources",
        "filters": filters,
        "on": filters_on(request, filters.form),
        "page": page,
        "rows": [(source, claims.get(source.pk, 0)) for source in page.rows],
    }
    response = show(request, LIST, context, fragment="rows", status=200 if right else 422)
    if wants_fragment(request):
        response["HX-Push-Url"] = address_of(request, before=page.before)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def source_edit(request: Request, slug: str, number: int) -> HttpResponse:
    """Correct what is known of a source. An edit on stale ground shows both versions and asks (409)."""
    access = enter(request, slug, Role.ANALYST)
    sources = Source.objects.live().without_text().filter(dossier=access.dossier)
    source = get_object_or_404(sources, number=number)
    if request.method != "POST":
        return show(request, EDIT, _context(SourceEditForm(source)))
    form = SourceEditForm(source, request.POST)
    if form.is_valid():
        try:
            edited = edit_source(source, changes=form.changes, version=form.cleaned_data["version"])
        except Stale as stale:
            return _stale(request, form, stale)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            to = reverse("claims:source-detail", args=[slug, number])
            undo = ""
            if edited.version != form.cleaned_data["version"]:
                undo = reverse("claims:edit-undo", args=[slug, source.LETTER, number, edited.version])
            return done(request, to, f"{source.cited} saved.", undo=undo)
    return invalid(request, EDIT, _context(form))


def _context(form: SourceEditForm) -> dict[str, object]:
    return {"section": "sources", "source": form.source, "form": form}


def _stale(request: Request, form: SourceEditForm, stale: Stale) -> HttpResponse:
    """Both versions, and the form with what was typed, to be saved over the other or thrown away."""
    theirs = stale.current
    assert isinstance(theirs, Source)
    again = SourceEditForm(theirs, {**request.POST.dict(), "version": str(theirs.version)})
    return show(request, EDIT, _context(again) | {"versus": form.beside(theirs)}, status=409)
