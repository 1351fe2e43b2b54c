"""The addresses that are told what happens in a dossier: which, what they were told, stopping and starting them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from claims.actions.webhook import ping, register_webhook, start_webhook, stop_webhook
from claims.forms.webhook import WebhookForm
from claims.models import Delivery, Webhook
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.models import Role

LISTED = 50
LOG = 30


@never_cache
@require_http_methods(["GET", "POST"])
def webhooks(request: Request, slug: str) -> HttpResponse:
    """All of them and what was told last; POST registers one and shows its secret, this once."""
    access = enter(request, slug, Role.LEAD)
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            one, secret = register_webhook(access=access, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            context = {"section": "settings", "one": one, "secret": secret}
            return show(request, "claims/webhook_created.html", context)
    context = {"section": "settings", "form": form, **_listed(access)}
    answer = invalid if form.is_bound else show
    return answer(request, "claims/webhooks.html", context)


def _listed(access: Access) -> dict[str, Any]:
    rows = Webhook.objects.filter(dossier=access.dossier).select_related("by")
    log = Delivery.objects.filter(webhook__in=rows.values("pk")).select_related("webhook")
    return {
        "told": rows.filter(stopped_at=None)[:LISTED],
        "stopped": rows.exclude(stopped_at=None).order_by("-stopped_at")[:LISTED],
        "log": log[:LOG],
    }


@require_POST
def webhook_stop(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Tell an address nothing more."""
    one = _one(request, slug, uid)
    stop_webhook(one)
    undo = reverse("claims:webhook-start", args=[slug, uid])
    return done(request, _page(slug), f"{one} is told nothing more.", undo=undo)


@require_POST
def webhook_start(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Tell it again."""
    one = _one(request, slug, uid)
    try:
        start_webhook(one)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(_page(slug))
    return done(request, _page(slug), f"{one} is told again.")


@require_POST
def webhook_ping(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Send it something that means nothing."""
    one = _one(request, slug, uid)
    if one.stopped_at:
        messages.error(request, f"{one} is stopped: start it again first.")
        return redirect(_page(slug))
    ping(one)
    return done(request, _page(slug), f"A test is on its way to {one}: the list below tells what came of it.")


def _one(request: Request, slug: str, uid: UUID) -> Webhook:
    access = enter(request, slug, Role.LEAD)
    return get_object_or_404(Webhook, dossier=access.dossier, uid=uid)


def _page(slug: str) -> str:
    return reverse("claims:webhooks", args=[slug])
