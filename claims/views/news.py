"""What is new since one's last visit, and marking it as seen."""

import secrets
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from claims.actions.visit import mark_seen, unmark_seen
from claims.news import KINDS, PAGE, Horizon, group_of, horizon_of, news_for, visits_of
from config.web import Request, done, show
from sources.access import Access, enter
from sources.models import Role

PAGES_KEPT = 8
"""So many pages of news that a browser has open can be marked as seen."""


@require_safe
def news(request: Request, slug: str) -> HttpResponse:
    """All that is new, what is for this person first; ``?only=KIND`` for one kind, page by page."""
    access = enter(request, slug, Role.VIEWER)
    seen = visits_of(access)
    horizon = horizon_of(access, seen)
    context: dict[str, Any] = {
        "section": "news",
        "visit": seen[0] if seen else None,
        "upto": _keep(request, access, horizon),
    }
    if only := request.GET.get("only", ""):
        return show(request, "claims/news.html", context | _one_kind(request, access, only))
    mine, more, groups = news_for(access, seen)
    context |= {"mine": mine, "more": more, "groups": groups}
    return show(request, "claims/news.html", context)


@require_POST
def news_seen(request: Request, slug: str) -> HttpResponse:
    """Mark as seen all that there was when the page was made: what came since stays new."""
    access = enter(request, slug, Role.VIEWER)
    to = reverse("claims:news", args=[slug])
    horizon = _kept(request, access, request.POST.get("upto", ""))
    if horizon is None:
        messages.error(
            request,
            "Nothing was marked: that page was open for too long. Look at what is new, and mark it again.",
        )
        return redirect(to)
    visit = mark_seen(access=access, horizon=horizon)
    undo = reverse("claims:news-unseen", args=[slug, visit.times])
    return done(request, to, "All that was new is marked as seen.", undo=undo)


@require_POST
def news_unseen(request: Request, slug: str, times: int) -> HttpResponse:
    """Take the marking back: it is new again."""
    access = enter(request, slug, Role.VIEWER)
    to = reverse("claims:news", args=[slug])
    try:
        unmark_seen(access=access, times=times)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(to)
    return done(request, to, "It is new again.")


def _one_kind(request: Request, access: Access, only: str) -> dict[str, Any]:
    kind = next((kind for kind in KINDS if kind.name == only), None)
    if kind is None:
        raise Http404(f"“{only[:20]}” is no kind of news.")
    before = request.GET.get("before", "")
    group = group_of(access, kind, visits_of(access), limit=PAGE, before=before)
    here = f"{request.path}?only={kind.name}"
    return {
        "only": group,
        "first": here if before else "",
        "next": f"{here}&before={group.items[-1].place}" if group.more else "",
    }


def _keep(request: Request, access: Access, horizon: Horizon) -> str:
    """Keep in the session what there was when a page was made, and name it: what is hidden must not leave with it."""
    pages = request.session.get(_name(access), {})
    token = secrets.token_urlsafe(8)
    last = dict(list(pages.items())[1 - PAGES_KEPT :])
    request.session[_name(access)] = {**last, token: asdict(horizon)}
    return token


def _kept(request: Request, access: Access, token: str) -> Horizon | None:
    found = request.session.get(_name(access), {}).get(token)
    return Horizon(**found) if found else None


def _name(access: Access) -> str:
    return f"news of {access.dossier.pk}"
