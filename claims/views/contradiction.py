"""The contradictions of a dossier: open ones first, with age, origins, strength and resolution; as of a day, too."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from claims.actions.review import disclose
from claims.as_of import as_they_stood, end_of, listed_before, shown_to
from claims.filters.contradiction import ContradictionFilter
from claims.models import Contradiction, Due, Kind, Link, Resolution, Speaker, Topic
from claims.querysets.link import fetch_sides
from claims.views.link import COUNTED, NAMES_OFFERED
from config.web import Request, invalid, show, wants_fragment
from sources.access import Access, enter
from sources.keyset import page_sorted
from sources.models import Role
from sources.pages import Page, filters_on

PAGE = "claims/contradiction_list.html"
DUES = 12


@require_GET
def contradiction_list(request: Request, slug: str) -> HttpResponse:
    """What is settled as a contradiction and what became of it; to htmx the names that its filters offer."""
    access = enter(request, slug, Role.VIEWER)
    if wants_fragment(request):
        return show(request, "claims/link_list.html", _names(access), fragment="names")
    rows = Contradiction.objects.shown_to(access)
    filters = ContradictionFilter(request.GET, rows, access=access)
    right = filters.is_valid()
    on = filters_on(request, filters.form)
    context: dict[str, Any] = {"section": "contradictions", "filters": filters, "on": on}
    if filters.day:
        context |= _as_of(request, access, filters)
    else:
        page = page_sorted(
            request, filters.qs, filters.columns, "contradiction", counted=COUNTED if on else 1_000
        )
        _fetch(page.rows)
        _disclose(access, [row.link for row in page.rows], page, filters)
        context |= {"page": page, "dues": dues_of(access), "today": timezone.now().date()}
    answer = show if right else invalid
    return answer(request, PAGE, context)


def _as_of(request: Request, access: Access, filters: ContradictionFilter) -> dict[str, Any]:
    """The list as it stood at the end of a day: what was open then, unless another status is asked for."""
    assert filters.day
    moment = end_of(filters.day)
    events = filters.of_events(shown_to(listed_before(access.dossier, moment), access))
    if not filters.form.cleaned_data.get("status"):
        events = events.exclude(standing="resolved")
    page = page_sorted(request, events, ("number",), "contradiction", counted=COUNTED)
    then = as_they_stood(page.rows, moment)
    _disclose(access, [one.link for one in then if one.link], page, filters)
    return {"page": page, "then": then, "day": filters.day, "left_out": filters.left_out()}


def _fetch(rows: list[Contradiction]) -> None:
    """Give these rows their links with both claims, and their last resolution, standing or reopened: three queries."""
    links = Link.objects.for_rows().in_bulk([row.link_id for row in rows])
    fetch_sides(list(links.values()))
    given = Resolution.objects.filter(link__in=list(links)).order_by("pk")
    resolutions = {one.link_id: one for one in sorted(given, key=lambda one: one.reopened_at is None)}
    for row in rows:
        row.link = links[row.link_id]
        if resolution := resolutions.get(row.link_id):
            resolution.link = row.link
        row.resolution = resolutions.get(row.link_id)  # type: ignore[attr-defined]


def dues_of(access: Access) -> list[Due]:
    """What is due today or overdue, the longest first; each with its link and both claims."""
    dues = Due.objects.pending().filter(dossier=access.dossier).by_day(timezone.now().date())[:DUES]
    found = list(dues.select_related("by"))
    links = Link.objects.with_shown_state(access).in_bulk([due.link_id for due in found])
    fetch_sides(list(links.values()))
    for due in found:
        due.link = links[due.link_id]
    return found


def _disclose(access: Access, links: list[Link], page: Page[Any], filters: ContradictionFilter) -> None:
    """Record whose verdicts the page tells: also, to whoever judged them, of those that are not among the settled
    contradictions though they were proposed as such, as far down as the page goes by their numbers.
    """  # fmt: skip
    if access.can_review:
        ends = page.next and not filters.form.cleaned_data.get("sort")
        least = min((row.number for row in page.rows), default=0) if ends else 0
        others = Link.objects.live().settled_against(
            access.dossier.pk, Kind.CONTRADICTS, judged_by=access.person_id
        )
        disclose(access, [*links, *others.filter(number__gte=least).only("pk")])


def _names(access: Access) -> dict[str, Any]:
    return {
        f"{name}s": model._default_manager.filter(dossier=access.dossier)
        .order_by("name")
        .values_list("name", flat=True)[:NAMES_OFFERED]
        for name, model in (("topic", Topic), ("speaker", Speaker))
    }
