"""The whole history of a source, a claim, a link: every change with who, when, before and after, page by page."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from claims.actions.review import disclose
from claims.history import PAGES, History, history_of, history_of_claim, history_of_source
from claims.models import IN_REVIEW, Claim, Link
from claims.outcome_history import outcome_entries
from config.web import Request, show
from sources.access import Access, enter
from sources.models import Record, Role, Source


@require_safe
def source_history(request: Request, slug: str, number: int) -> HttpResponse:
    access = enter(request, slug, Role.VIEWER)
    sources = Source.objects.live().without_text().filter(dossier=access.dossier)
    source = get_object_or_404(sources, number=number)
    return _answer(request, access, source, history_of_source(source, page=_page(request)))


@require_safe
def claim_history(request: Request, slug: str, number: int) -> HttpResponse:
    access = enter(request, slug, Role.VIEWER)
    claim = get_object_or_404(Claim.objects.live().filter(dossier=access.dossier), number=number)
    return _answer(request, access, claim, history_of_claim(claim, page=_page(request)))


@require_safe
def link_history(request: Request, slug: str, number: int) -> HttpResponse:
    """Without a trace of reviews for whoever must judge the link blind."""
    access = enter(request, slug, Role.VIEWER)
    links = Link.objects.live().filter(dossier=access.dossier).with_shown_state(access)
    link = get_object_or_404(links.select_related("from_claim", "to_claim"), number=number)
    shown = link.shown_state != IN_REVIEW  # type: ignore[attr-defined]
    if shown:
        disclose(access, [link])
    page = _page(request)
    also = outcome_entries(link, shown=shown, page=page)
    return _answer(request, access, link, history_of(link, shown=shown, page=page, also=also))


def _page(request: Request) -> int:
    written = request.GET.get("page", "1")
    if not (written.isascii() and written.isdecimal() and 0 < int(written[:4]) <= PAGES and len(written) < 4):
        raise Http404(f"“{written[:20]}” is no page of a history.")
    return int(written)


def _answer(request: Request, access: Access, record: Record, history: History) -> HttpResponse:
    kind = record.LETTER.label
    context = {
        "section": f"{kind}s",
        "record": record,
        "detail": reverse(f"claims:{kind}-detail", args=[access.dossier.slug, record.number]),
        "history": history,
    }
    return show(request, "claims/history.html", context)
