"""The list of claims, what it can be narrowed to, and the names that fields of claims offer."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from claims.actions.claim import disclose_tallies
from claims.facets import facets_of
from claims.filters.claim import FEW, ClaimFilter
from claims.forms.claim import known_names
from claims.models import Claim, Speaker, Topic
from config.web import Request, show
from sources.access import enter
from sources.models import Role
from sources.pages import ROWS, Page, filters_on, page_of, page_of_found, said

LIST, FACETS = "claims/claim_list.html", "claims/claim_facets.html"


@require_GET
def claim_list(request: Request, slug: str) -> HttpResponse:
    """The claims of the dossier by what the address asks for: a search by rank, else the newest first."""
    access = enter(request, slug, Role.VIEWER)
    filters = ClaimFilter(request.GET, access)
    right = filters.is_valid()
    page = _page(request, filters)
    disclose_tallies(access, page.rows, among=filters.untold if filters.is_telling else None)
    context = {
        "section": "claims",
        "filters": filters,
        "on": filters_on(request, filters.form),
        "asked": [(name, value) for name, value in request.GET.items() if value and name != "before"],
        "page": page,
    }
    return show(request, LIST, context, status=200 if right else 422)


@require_GET
def claim_facets(request: Request, slug: str) -> HttpResponse:
    """How the claims of that list divide: asked for by the list once it is there, or a page of its own."""
    access = enter(request, slug, Role.VIEWER)
    filters = ClaimFilter(request.GET, access)
    claims, limit = filters.counted
    if filters.is_telling and access.can_review:
        # What these counts leave out tells as much as what the list does.
        told: list[Any] = list(claims.values_list("pk", "number", named=True)[:limit])
        disclose_tallies(access, told, among=filters.untold)
    facets = facets_of(claims, limit)
    context = {
        "section": "claims",
        "facets": [
            (str(filters.form[name].label), name, _values(request, slug, name, counts))
            for name, counts in facets.counts.items()
            if counts
        ],
        "counted": facets.total if facets.total == limit else None,
        "query": request.GET.urlencode(),
    }
    return show(request, FACETS, context, fragment="facets")


def _values(
    request: Request, slug: str, name: str, counts: list[tuple[str, int]]
) -> list[tuple[str, int, str, bool]]:
    """Each value, how many have it, the address of the list with it alone (or without it), whether it is on."""
    found = []
    for value, count in counts:
        query = request.GET.copy()
        query.pop("before", None)
        is_on = query.get(name) == value
        query.pop(name, None)
        if not is_on:
            query[name] = value
        found.append(
            (value, count, f"{reverse('claims:claim-list', args=[slug])}?{query.urlencode()}", is_on)
        )
    return found


@require_GET
def claim_names(request: Request, slug: str) -> HttpResponse:
    """Names of speakers or topics (``of``) that hold some letters (``like``), as JSON, for a field that offers them."""
    access = enter(request, slug, Role.ANALYST)
    model = Topic if request.GET.get("of") == "topics" else Speaker
    like = request.GET.get("like", "").replace("\0", "")
    return JsonResponse(known_names(model, access.dossier, like), safe=False)


def _page(request: Request, filters: ClaimFilter) -> Page[Claim]:
    few = filters.in_order
    if few is None:
        # Whether claims have links is seen by looking at each: those of a page are not all counted.
        many = f"{ROWS if filters.of_links else FEW:,}+ claims"
        return page_of(request, filters.qs.for_rows(), "claim", count=many)
    sorted_by = filters.asked.get("sort", "")
    ranked = filters.search is not None or bool(sorted_by)
    count = f"the best {FEW:,} claims" if ranked and len(few) == FEW else said(len(few), "claim")
    return page_of_found(request, few, filters.queryset.for_rows(), count=count, ranked=ranked)
