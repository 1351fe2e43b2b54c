"""What was put in the bin: to look through, to restore, and, for leads, to delete for good."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import FETCH_RAISE, Count, F, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from claims.actions.bin import delete_for_good, put_in_bin, restore, what_rests_on
from claims.actions.review import disclose
from claims.actions.revision import listed
from claims.models import Claim, Link
from claims.querysets.link import fetch_sides
from claims.views.tray import came_from
from config.web import Request, done, show
from sources.access import Access, enter
from sources.models import Letter, Record, Role, Source
from sources.pages import asked_number
from sources.querysets import RecordQuerySet

PAGE = 50
ORDER = [Letter.SOURCE, Letter.CLAIM, Letter.LINK]
"""In which order records that went at the same moment are listed."""


@dataclass(frozen=True)
class Row:
    """One thing that was put in the bin, and how many claims and links went with it."""

    record: Record
    claims: int
    links: int

    @property
    def company(self) -> str:
        """ "2 claims and 1 link"; nothing for none."""
        counted = ((self.claims, "claim"), (self.links, "link"))
        return " and ".join(f"{n:,} {one}{'' if n == 1 else 's'}" for n, one in counted if n)


@require_safe
def bin(request: Request, slug: str) -> HttpResponse:  # noqa: A001  named as its address
    """What went last, first: all of it for a lead, what she made for an analyst. ``?before=MOMENT,S-3`` for more.

    ``q`` looks for its number, or for words in titles, outlets and statements; ``of`` for sources, claims or links.
    """
    access = enter(request, slug, Role.ANALYST)
    asked = {name: request.GET.get(name, "").replace("\0", "").strip() for name in ("q", "of")}
    asked = {name: value for name, value in asked.items() if value}
    found = _binned(access, request.GET.get("before", ""), **asked)
    rows = _with_company(access, found[:PAGE])
    disclose(access, [row.record for row in rows if isinstance(row.record, Link)])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return show(
        request,
        "claims/bin.html",
        {
            "section": "bin",
            "rows": rows,
            "asked": asked,
            "kinds": [(letter.value, f"{letter.label}s") for letter in ORDER],
            "first": _there(request, asked) if "before" in request.GET else "",
            "next": _there(request, {**asked, "before": _mark(last)}) if last else "",
        },
    )


@require_POST
def bin_restore(request: Request, slug: str, letter: str, number: int) -> HttpResponse:
    """Bring a record back, with what went into the bin together with it, and return to where one was.

    With ``since``, as an undo has it, only what went at that moment: nobody takes back what another did afterwards.
    """
    access = enter(request, slug, Role.ANALYST)
    record = _record(access, letter, number)
    to = came_from(request, _referer(request) or reverse("claims:bin", args=[slug]))
    try:
        _refuse_binned_anew(request, record)
        restored = restore(record, access=access)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(to)
    return done(request, to, f"{restored.cited} restored.", undo=unmake_address(restored, timezone.now()))


@require_POST
def bin_restore_several(request: Request, slug: str) -> HttpResponse:
    """Bring back all that is named as ``record`` (S-3, C-12); all, or none where one cannot be."""
    access = enter(request, slug, Role.ANALYST)
    to = came_from(request, reverse("claims:bin", args=[slug]))
    named = list(dict.fromkeys(request.POST.getlist("record")))[:PAGE]
    try:
        with transaction.atomic():
            # What others rest on comes first: a source before its claim, a claim before its link.
            records = sorted(
                (_named(access, cited) for cited in named), key=lambda one: ORDER.index(one.LETTER)
            )
            for record in records:
                restore(record, access=access)
    except ValidationError as error:
        messages.error(request, f"{error.messages[0]} Nothing was restored.")
        return redirect(to)
    if not records:
        messages.error(request, "Nothing was chosen: check what you mean, then restore it.")
        return redirect(to)
    return done(request, to, f"{listed([record.cited for record in records], PAGE)} restored.")


def bin_undo_address(record: Record) -> str:
    """The address that brings back what was just put in the bin, as long as it is the same time that it went."""
    assert record.binned_at
    address = reverse("claims:bin-restore", args=[record.dossier.slug, record.LETTER, record.number])
    return f"{address}?{urlencode({'since': record.binned_at.isoformat()})}"


def unmake_address(record: Record, since: datetime | None = None, **more: str) -> str:
    """The address that puts in the bin what was just made, or restored at ``since``, unless others have built on it."""
    address = reverse(f"claims:{record.LETTER.label}-bin", args=[record.dossier.slug, record.number])
    moment = since or record.at
    assert moment
    return f"{address}?{urlencode({'since': moment.isoformat(), **more})}"


def asked_since(request: Request) -> datetime | None:
    """When that was done which a request is to undo; None for what is no undo."""
    try:
        moment = parse_datetime(request.GET.get("since", ""))
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _refuse_binned_anew(request: Request, record: Record) -> None:
    since = request.GET.get("since")
    if since and record.binned_at and record.binned_at.isoformat() != since:
        raise ValidationError(
            f"{record.cited} was restored, and put in the bin again since: look at it in the bin.",
            code="again",
        )


def _named(access: Access, cited: str) -> Record:
    letter, _, number = cited.partition("-")
    return _record(access, letter, asked_number(number))


@require_http_methods(["GET", "HEAD", "POST"])
def bin_delete(request: Request, slug: str, letter: str, number: int) -> HttpResponse:
    """What would go for good; POST deletes it. The number is never given again, and the history stays."""
    access = enter(request, slug, Role.LEAD)
    record = _record(access, letter, number)
    to = reverse("claims:bin", args=[slug])
    if request.method == "POST":
        try:
            delete_for_good(record)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect(to)
        return done(request, to, f"{record.cited} deleted for good.")
    if not record.is_binned:
        raise Http404(f"{record.cited} is not in the bin.")
    if isinstance(record, Link):
        disclose(access, [record])
    claims, links = what_rests_on(record)
    context = {"section": "bin", "row": Row(record, claims, links)}
    return show(request, "claims/bin_delete.html", context)


@require_POST
def source_bin(request: Request, slug: str, number: int) -> HttpResponse:
    """Put a source in the bin, with the claims and links that rest on it."""
    access = enter(request, slug, Role.ANALYST)
    source = _record(access, Letter.SOURCE, number)
    to = came_from(request, reverse("sources:source-list", args=[slug]))
    try:
        binned = put_in_bin(source, access=access, since=asked_since(request))
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(to)
    said = f"Source {source.cited} put in the bin, with what rests on it."
    return done(request, to, said, undo=bin_undo_address(binned))


def _record(access: Access, letter: str, number: int) -> Record:
    if letter == Letter.SOURCE:
        return get_object_or_404(Source.objects.without_text(), dossier=access.dossier, number=number)
    if letter not in ORDER:
        raise Http404(f"Nothing is cited as {letter}-{number}.")
    rows = Claim.objects.for_list() if letter == Letter.CLAIM else Link.objects.for_list()
    return get_object_or_404(rows, dossier=access.dossier, number=number)


WORDS = {
    Letter.SOURCE: ("title", "outlet", "author"),
    Letter.CLAIM: ("statement", "quote"),
    Letter.LINK: ("from_claim__statement", "to_claim__statement", "rationale"),
}
"""Where a search of the bin looks."""


def _binned(access: Access, before: str, *, q: str = "", of: str = "") -> list[Record]:
    """The next page of what was binned by itself, and one more. What went with something else is not listed."""
    claims, links = Claim.objects.with_attribution(), Link.objects.all().fetch_mode(FETCH_RAISE)
    claims = claims.exclude(source__binned_at=F("binned_at"))
    links = links.exclude(Q(from_claim__binned_at=F("binned_at")) | Q(to_claim__binned_at=F("binned_at")))
    moment, after = _start(before)
    found: list[Record] = []
    kinds: list[RecordQuerySet[Any]] = [Source.objects.for_list(), claims, links]
    for place, rows in enumerate(kinds):
        if of and of != ORDER[place]:
            continue
        theirs = rows.binned().filter(dossier=access.dossier).select_related("by", "binned_by")
        theirs = _with_words(theirs, ORDER[place], q) if q else theirs
        if not access.can_lead:
            theirs = theirs.filter(by=access.person_id)
        if moment:
            tied = Q(binned_at=moment, number__lt=after[1]) if place == after[0] else Q(binned_at=moment)
            theirs = theirs.filter(
                Q(binned_at__lt=moment) | tied if place >= after[0] else Q(binned_at__lt=moment)
            )
        found += theirs.order_by("-binned_at", "-number")[: PAGE + 1]
    found.sort(key=lambda one: (one.binned_at, -ORDER.index(one.LETTER), one.number), reverse=True)
    fetch_sides([one for one in found[:PAGE] if isinstance(one, Link)], Claim.objects.with_attribution())
    return found[: PAGE + 1]


def _with_words[Rows: RecordQuerySet[Any]](rows: Rows, letter: Letter, words: str) -> Rows:
    """Those cited so, or with these letters in their words: what lies in the bin is little, and read through."""
    cited = re.fullmatch(r"([SCL])-(\d{1,9})", words.upper())
    if cited:
        return rows.filter(number=int(cited[2])) if cited[1] == letter else rows.none()
    return rows.filter(reduce(or_, [Q(**{f"{field}__icontains": words}) for field in WORDS[letter]]))


def _there(request: Request, asked: dict[str, str]) -> str:
    return f"{request.path}?{urlencode(asked)}" if asked else request.path


def _mark(record: Record) -> str:
    """Where a page ended: the moment, and the record of that moment."""
    assert record.binned_at
    return f"{record.binned_at:%Y-%m-%dT%H:%M:%S.%fZ},{record.cited}"


def _start(before: str) -> tuple[datetime | None, tuple[int, int]]:
    """A mark read again: the moment, the place of the letter, the number; nothing of what is no mark."""
    moment, _, cited = before.partition(",")
    letter, _, number = cited.partition("-")
    try:
        when = parse_datetime(moment)
        return when if when and when.tzinfo else None, (ORDER.index(Letter(letter)), int(number))
    except ValueError:
        return None, (0, 0)


def _with_company(access: Access, records: Sequence[Record]) -> list[Row]:
    """Each with how many claims and links went with it: they share its moment. Two queries for a page."""
    moments = {record.binned_at for record in records}
    claims, links = (
        dict(
            model._default_manager.filter(dossier=access.dossier, binned_at__in=moments)
            .order_by()
            .values_list("binned_at")
            .annotate(n=Count("pk"))
        )
        for model in (Claim, Link)
    )
    return [
        Row(
            record,
            claims.get(record.binned_at, 0) - isinstance(record, Claim),
            links.get(record.binned_at, 0) - isinstance(record, Link),
        )
        for record in records
    ]


def _referer(request: Request) -> str:
    """The page of this site that the request came from."""
    there = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        there, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return urlsplit(there)._replace(scheme="", netloc="").geturl() if ours else ""
