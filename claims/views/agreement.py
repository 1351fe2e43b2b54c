"""How far the reviewers agree: the page of figures and its table, for leads."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from claims.actions.review import disclose
from claims.exchange import agreement as table
from claims.filters.agreement import AgreementFilter
from claims.survey import Survey
from config.web import Request, invalid, show, wants_fragment
from sources.access import enter
from sources.models import Role
from sources.pages import filters_on

SHOWN = 30
"""So many topics, pairs of reviewers and pieces of time stand on the page; all are in the table."""
MATRICES = 12
"""Of so many pairs the page shows what they said of the same links."""


@require_GET
def agreement(request: Request, slug: str) -> HttpResponse:
    """All figures over what the filters leave, from the links whose reviews this lead may see.

    Those by topic take longest: htmx fetches them after the page; without it the page has them when asked (``topics``).
    """
    access = enter(request, slug, Role.LEAD)
    filters = AgreementFilter(request.GET, access=access)
    answer = show if filters.is_valid() else invalid
    survey = filters.survey()
    disclose(access, survey.asked)
    if wants_fragment(request):
        context = {"survey": survey, "shown": SHOWN}
        return answer(request, "claims/agreement.html", context, fragment="topics")
    return answer(request, "claims/agreement.html", _page(request, filters, survey))


@require_GET
def agreement_export(request: Request, slug: str) -> HttpResponse:
    """The same figures, all of them, as CSV."""
    access = enter(request, slug, Role.LEAD)
    filters = AgreementFilter(request.GET, access=access)
    right = filters.is_valid()
    survey = filters.survey()
    disclose(access, survey.asked)
    if not right:
        return invalid(request, "claims/agreement.html", _page(request, filters, survey))
    name = f"{slug}-agreement-{timezone.now():%Y-%m-%d}.csv"
    return HttpResponse(
        table.write(survey),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _page(request: Request, filters: AgreementFilter, survey: Survey) -> dict[str, Any]:
    step = str(filters["step"].label)
    return {
        "section": "agreement",
        "form": filters,
        # By what time is cut leaves nothing out.
        "on": [one for one in filters_on(request, filters) if one[0] != step],
        "query": request.GET.urlencode(),
        "survey": survey,
        "over_time": survey.over_time[-SHOWN:],
        "shown": SHOWN,
        "matrices": MATRICES,
        "with_topics": "topics" in request.GET,
    }
