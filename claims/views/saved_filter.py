"""Saved filters: a list with its filters under a name, for everyone in the dossier. Whoever reviews may save."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from claims.actions.saved_filter import NameTaken, delete_filter, may_change, rename_filter, save_filter
from claims.filters.claim import ClaimFilter
from claims.filters.contradiction import ContradictionFilter
from claims.filters.link import LinkFilter
from claims.forms.desk import FilterForm
from claims.models import Contradiction, Link, SavedFilter
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.filters import SourceFilter
from sources.models import Role, Source

LISTS = {
    "sources": "sources:source-list",
    "claims": "claims:claim-list",
    "links": "claims:link-list",
    "contradictions": "claims:contradiction-list",
}
PAGE = "claims/saved_filter_list.html"


@require_safe
def saved_filter_list(request: Request, slug: str) -> HttpResponse:
    """All saved filters of the dossier, list by list: opened by everyone, changed by their makers and leads."""
    access = enter(request, slug, Role.VIEWER)
    return show(request, PAGE, _all(access))


@require_POST
def saved_filter_save(request: Request, slug: str) -> HttpResponse:
    """Save a list's filters under a name. Under a name that there is, asks first (409) whether to replace it."""
    access = enter(request, slug, Role.REVIEWER)
    form = FilterForm(request.POST)
    if not form.is_valid():
        return invalid(request, PAGE, _all(access) | {"refused": _errors(form)})
    of, name = form.cleaned_data["list"], form.cleaned_data["name"]
    try:
        query = _asked(access, of, form.cleaned_data["query"])
        revision = save_filter(
            access=access, of=of, name=name, query=query, replace=request.POST.get("replace") == name
        )
    except NameTaken as taken:
        context = {"section": of, "form": form, "there": taken.there, "may": may_change(access, taken.there)}
        return show(request, "claims/saved_filter_save.html", context, status=409)
    except ValidationError as error:
        return invalid(request, PAGE, _all(access) | {"refused": " ".join(error.messages)})
    return done(
        request,
        f"{reverse(LISTS[of], args=[slug])}?{query}",
        revision.said,
        undo=reverse("claims:undo-revision", args=[slug, revision.uid]),
    )


@require_POST
def saved_filter_rename(request: Request, slug: str) -> HttpResponse:
    access = enter(request, slug, Role.REVIEWER)
    saved = _saved(request, access)
    try:
        revision = rename_filter(saved, access=access, to=request.POST.get("to", "").replace("\0", ""))
    except ValidationError as error:
        return invalid(request, PAGE, _all(access) | {"refused": " ".join(error.messages)})
    undo = reverse("claims:undo-revision", args=[slug, revision.uid]) if revision else ""
    said = revision.said if revision else "It has that name already."
    return done(request, reverse("claims:saved-filter-list", args=[slug]), said, undo=undo)


@require_POST
def saved_filter_delete(request: Request, slug: str) -> HttpResponse:
    access = enter(request, slug, Role.REVIEWER)
    try:
        revision = delete_filter(_saved(request, access), access=access)
    except ValidationError as error:
        return invalid(request, PAGE, _all(access) | {"refused": " ".join(error.messages)})
    undo = reverse("claims:undo-revision", args=[slug, revision.uid])
    return done(request, reverse("claims:saved-filter-list", args=[slug]), revision.said, undo=undo)


def _saved(request: Request, access: Access) -> SavedFilter:
    """The filter that the form names."""
    named = {key: request.POST.get(key, "").replace("\0", "") for key in ("list", "name")}
    return get_object_or_404(SavedFilter.objects.select_related("dossier"), dossier=access.dossier, **named)


def _all(access: Access) -> dict[str, object]:
    rows = list(
        SavedFilter.objects.filter(dossier=access.dossier).select_related("by").order_by("list", "name")
    )
    groups = [
        (label, reverse(LISTS[value], args=[access.dossier.slug]), theirs)
        for value, label in SavedFilter.List.choices
        if (theirs := [(one, may_change(access, one)) for one in rows if one.list == value])
    ]
    return {"section": "filters", "groups": groups}


def _asked(access: Access, of: str, query: str) -> str:
    """The query with the filters of that list alone; a ValidationError when one cannot be read, or none is on."""
    given = QueryDict(query.removeprefix("?"), mutable=True)
    filters: Any
    if of == "claims":
        filters = ClaimFilter(given, access)
    elif of == "links":
        filters = LinkFilter(given, Link.objects.filter(dossier=access.dossier), access=access)
    elif of == "contradictions":
        filters = ContradictionFilter(given, Contradiction.objects.shown_to(access), access=access)
    else:
        sources = Source.objects.filter(dossier=access.dossier)
        filters = SourceFilter(given, sources, dossier=access.dossier)
    if not filters.form.is_valid():
        raise ValidationError("Part of the filter cannot be read, so it was not saved: correct it first.")
    for name, values in list(given.lists()):
        if name not in filters.filters or not any(values):
            del given[name]
    if not given:
        raise ValidationError("No filter is on, so there was nothing to save.")
    return str(given.urlencode())


def _errors(form: FilterForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
