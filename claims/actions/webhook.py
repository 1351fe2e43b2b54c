"""Webhooks: registering an address, stopping and starting it, and telling it what happened, signed, until it hears."""

import hmac
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from claims.models import PING, Delivery, Event, Link, State, Webhook
from sources.access import Access, access_for
from sources.actions.queueing import queue_once
from sources.intake.draft import IntakeError
from sources.intake.fetch import post
from sources.intake.hosts import Allowed, addresses_of, parse
from sources.models import Dossier

MOST = 20
"""So many addresses a dossier tells at once."""
SECONDS = 10.0
"""So long an address has to answer."""
PAUSES = (30, 120, 600, 3_600, 21_600, 86_400)
"""So many seconds pass after each try that failed; after the last it is given up."""
KEPT = timedelta(days=30)
BATCH = 50
_SALT = "gainsay.webhook"


@transaction.atomic
def register_webhook(*, access: Access, url: str, events: Sequence[str]) -> tuple[Webhook, str]:
    """Let an address be told of these events; gives its secret, which is kept nowhere.

    Refuses (ValidationError) an address that may not be reached from here, one that is told already, one too many.
    """
    # Before anything is locked: to look a name up takes its time.
    try:
        hop = parse(url)
        addresses_of(hop, Allowed(settings.FETCH_ALLOW), seconds=SECONDS)
    except IntakeError as error:
        raise ValidationError({"url": reason_of(error)}) from None
    except TimeoutError:
        raise ValidationError({"url": "The name of its host could not be looked up in time."}) from None
    Dossier.objects.select_for_update(no_key=True).get(pk=access.dossier.pk)
    told = Webhook.objects.filter(dossier=access.dossier, stopped_at=None)
    if told.filter(url=url).exists():
        raise ValidationError({"url": "This address is told already: stop that one first."})
    if told.count() >= MOST:
        raise ValidationError(f"{MOST} addresses are told already: stop one first.", code="many")
    one = Webhook(dossier=access.dossier, url=url, events=list(events), by=access.person)
    secret = _secret(one)
    one.digest = _digest(secret)
    one.full_clean()
    one.save(force_insert=True)
    return one, secret


def stop_webhook(one: Webhook) -> None:
    """Tell it nothing more. What it was not told yet is dropped."""
    with transaction.atomic():
        Webhook.objects.filter(pk=one.pk, stopped_at=None).update(stopped_at=timezone.now())
        waiting = Delivery.objects.filter(webhook=one, state=Delivery.State.WAITING)
        waiting.update(state=Delivery.State.DROPPED, error="The address was stopped.")


@transaction.atomic
def start_webhook(one: Webhook) -> None:
    """Tell it again, from now on. Refuses (ValidationError) where another of the same address is told meanwhile."""
    Dossier.objects.select_for_update(no_key=True).get(pk=one.dossier_id)
    told = Webhook.objects.filter(dossier=one.dossier_id, stopped_at=None).exclude(pk=one.pk)
    if told.filter(url=one.url).exists() or told.count() >= MOST:
        raise ValidationError("This address is told already, or too many are.", code="told")
    Webhook.objects.filter(pk=one.pk).update(stopped_at=None)


def ping(one: Webhook) -> Delivery:
    """Have something sent to it that means nothing, to see whether it hears."""
    made: Delivery = Delivery.objects.create(dossier_id=one.dossier_id, webhook=one, event=PING)
    tell_later(one.pk)
    return made


# ---- telling


def tell_later(key: int) -> None:
    """Queue the job that tells this address, unless one waits already."""
    queue_once("claims.tasks.tell_webhook", f"webhook-{key}", webhook=key)


def to_be_told() -> list[int]:
    """The addresses for which something is due."""
    due = Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lte=timezone.now())
    return list(due.order_by().values_list("webhook", flat=True).distinct())


def tell(key: int, *, enough: Callable[[], bool] = lambda: False) -> None:
    """Tell this address what is due, the oldest first, until ``enough``. Each counts as told once it answers 2xx."""
    due = Delivery.objects.filter(webhook=key, state=Delivery.State.WAITING, next_at__lte=timezone.now())
    for one in due.select_related("webhook__by__user", "dossier").order_by("pk")[:BATCH]:
        if enough():
            return
        _tell(one)


def _tell(one: Delivery) -> None:
    if one.webhook.stopped_at or not _still_holds(one):
        _close(one, Delivery.State.DROPPED, "It was no longer so, or the address was stopped.")
        return
    user = one.webhook.by.user
    access = access_for(user, one.dossier) if user and user.is_active else None
    if access is None or not access.can_lead:
        _close(
            one, Delivery.State.DROPPED, "Whoever registered the address does not lead the dossier any more."
        )
        return
    secret = _secret(one.webhook)
    if not hmac.compare_digest(_digest(secret), one.webhook.digest):
        _close(
            one,
            Delivery.State.FAILED,
            "The server has another SECRET_KEY than when the address was registered: register it anew.",
        )
        return
    body = payload(one)
    stamp = str(int(timezone.now().timestamp()))
    headers = {
        "X-Gainsay-Event": one.event,
        "X-Gainsay-Delivery": str(one.uid),
        "X-Gainsay-Timestamp": stamp,
        "X-Gainsay-Signature": f"sha256={signature(secret, stamp, body)}",
    }
    status, error = None, ""
    try:
        status = post(
            one.webhook.url, body=body, headers=headers, allow=settings.FETCH_ALLOW, seconds=SECONDS
        )
    except IntakeError as refused:
        error = reason_of(refused)
    if status is not None and 200 <= status < 300:
        _close(one, Delivery.State.DONE, "", status=status)
        return
    error = error or f"It answered {status}."
    if one.attempts >= len(PAUSES):
        _close(one, Delivery.State.FAILED, error, status=status)
        return
    again = timezone.now() + timedelta(seconds=PAUSES[one.attempts])
    Delivery.objects.filter(pk=one.pk).update(
        attempts=F("attempts") + 1, next_at=again, status=status, error=error
    )


def _close(one: Delivery, state: str, error: str, *, status: int | None = None) -> None:
    Delivery.objects.filter(pk=one.pk).update(
        state=state, error=error, status=status, attempts=F("attempts") + 1, told_at=timezone.now()
    )


def _still_holds(one: Delivery) -> bool:
    """A link that must be judged again meanwhile is judged blind: its former verdict is told to nobody any more."""
    if one.link is None:
        return True
    now = Link.objects.filter(pk=one.link, state=State.SETTLED)
    if one.event == Event.SETTLED:
        now = now.filter(verdict=one.details["verdict"])
    return now.exists()


def payload(one: Delivery) -> bytes:
    """What the address is told: the same bytes at every try."""
    said = {
        "event": one.event,
        "dossier": one.dossier.slug,
        "record": one.record or None,
        "at": one.happened_at.isoformat(),
        **one.details,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 of the time, a full stop and the body, in hex."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, sha256).hexdigest()


def clear_deliveries() -> None:
    """Forget what was told, or given up, a month ago."""
    old = Delivery.objects.filter(happened_at__lt=timezone.now() - KEPT)
    old.exclude(state=Delivery.State.WAITING).delete()


def reason_of(error: IntakeError) -> str:
    """Why an address was not reached: the first sentence; what follows is for whoever brings in a page, but for how it
    may be allowed.
    """  # fmt: skip
    first, stop, rest = str(error).partition(". ")
    said = first.removesuffix(", so it was not fetched") + ("." if stop else "")
    allow = "GAINSAY_FETCH_ALLOW"
    return f"{said} Whoever runs this server may allow the host ({allow})." if allow in rest else said


def _secret(one: Webhook) -> str:
    return salted_hmac(_SALT, str(one.uid), algorithm="sha256").hexdigest()


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
