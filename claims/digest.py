"""The daily mail of what is new: to whoever asked for it, once a day, of what she may know at that time."""

import logging
from dataclasses import dataclass
from datetime import date

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from claims.actions.visit import mark_seen, unmark_seen
from claims.models import Visit
from claims.news import Group, Item, horizon_of, news_for, visits_of
from config.address import base_address
from sources.access import Access, access_for
from sources.models import Membership, User

DOSSIERS = 100
"""So many dossiers a mail tells of."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """What is new in one dossier, and the marking by which it is not mailed again."""

    access: Access
    mine: list[Item]
    more: bool
    groups: list[Group]
    visit: Visit


def send_digests(day: date) -> int:
    """Send everybody's mail of this day that has not gone yet; how many went. One that fails stops no other."""
    wanted = User.objects.filter(digest=True, is_active=True).exclude(email="")
    keys = wanted.filter(Q(digest_on=None) | Q(digest_on__lt=day)).order_by("pk").values_list("pk", flat=True)
    sent = 0
    for key in keys.iterator():
        try:
            sent += send_digest(key, day)
        except Exception:
            logger.exception("the daily mail of account %s did not go; it is tried again", key)
    return sent


def send_digest(user: int, day: date) -> bool:
    """Send one person what is new since her last visit and her last mail, if there is anything.

    The day is taken before the mail is handed over, so that no two workers send it, nor one that was killed and begun
    anew: then it does not go that day, and what it told stays on the page of news. What the mail server refuses is
    new again, and the error is the caller's.
    """
    with transaction.atomic():
        rows = User.objects.select_for_update(skip_locked=True, no_key=True)
        waiting = rows.filter(Q(digest_on=None) | Q(digest_on__lt=day), pk=user, digest=True, is_active=True)
        person = waiting.exclude(email="").first()
        parts = list(_parts(person)) if person else []
        if person is None or not parts:
            return False
        before, person.digest_on = person.digest_on, day
        person.save(update_fields=["digest_on"])
        mail = _mail(person, parts)
    try:
        mail.send()
    except Exception:
        with transaction.atomic():
            User.objects.filter(pk=user, digest_on=day).update(digest_on=before)
            for part in parts:
                unmark_seen(access=part.access, times=part.visit.times, of=Visit.Of.MAIL)
        raise
    return True


def _parts(person: User) -> "list[Part]":
    """What is new in each of her dossiers, marked as mailed."""
    parts = []
    members = Membership.objects.members().filter(user=person).select_related("dossier")
    for member in members.order_by("dossier__name", "pk")[:DOSSIERS]:
        access = access_for(person, member.dossier)
        if access is None:
            continue
        seen = visits_of(access, Visit.Of.PAGE, Visit.Of.MAIL)
        horizon = horizon_of(access, seen)
        mine, more, groups = news_for(access, seen)
        if mine or groups:
            visit = mark_seen(access=access, horizon=horizon, of=Visit.Of.MAIL)
            parts.append(Part(access, mine, more, groups, visit))
    return parts


def _mail(person: User, parts: list[Part]) -> EmailMessage:
    base = base_address(person.digest_from)
    stop = f"{base}{reverse('sources:digest-stop')}"
    context = {"person": person, "parts": parts, "base": base, "stop": stop}
    count = sum(len(part.mine) for part in parts)
    names = parts[0].access.dossier.name if len(parts) == 1 else f"{len(parts)} dossiers"
    subject = f"News of {' '.join(names.split())}{f': {count} for you' if count else ''}"
    return EmailMessage(
        subject=subject[:200],
        body=render_to_string("claims/digest.txt", context),
        to=[person.email],
        headers={"List-Unsubscribe": f"<{stop}>", "Auto-Submitted": "auto-generated"},
    )
