"""What is new since one's last visit, and marking it as seen."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core import signing
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
from sources.pages import asked_number

SALT = "news"


@require_safe
def news(request: Request, slug: str) -> HttpResponse:
    """All that is new, what is for this person first; ``?only=KIND`` for one kind, page by page."""
    access = enter(request, slug, Role.VIEWER)
    seen = visits_of(access)
    horizon = horizon_of(access, seen)
    context: dict[str, Any] = {
        "section": "news",
        "visit": seen[0] if seen else None,
        "upto": _signed(access, horizon),
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
    horizon = _read(access, request.POST.get("upto", ""))
    if horizon is None:
        messages.error(
            request, "Nothing was marked: the page was not whole. Look at what is new, and mark it again."
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
    asked = request.GET.get("before", "")
    before = asked_number(asked) if asked else None
    group = group_of(access, kind, visits_of(access), limit=PAGE, before=before)
    here = f"{request.path}?only={kind.name}"
    return {
        "only": group,
        "first": here if before is not None else "",
        "next": f"{here}&before={group.items[-1].key}" if group.more else "",
    }


def _signed(access: Access, horizon: Horizon) -> str:
    return signing.dumps({"person": access.person_id, **asdict(horizon)}, salt=SALT, compress=True)


def _read(access: Access, written: str) -> Horizon | None:
    """What the form holds, if it is ours and this person's."""
    try:
        held = signing.loads(written, salt=SALT)
    except signing.BadSignature:
        return None
    return Horizon(**held) if held.pop("person") == access.person_id else None
