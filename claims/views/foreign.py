"""Bringing in what other tools wrote: upload, look at what becomes of it, bring in what is good."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims.actions.foreign_file import drop_foreign_file, keep_foreign_file
from claims.exchange.foreign.bringing import Outcome, TooManyBad, bring_in, look, scope_of
from claims.exchange.foreign.records import Given, NotRead, Parsed, Reader
from claims.exchange.foreign.registry import READERS
from claims.exchange.importing import Refused
from claims.forms.foreign import MAX_BYTES, MAX_PAGE, ForeignImportForm, ForeignLookForm
from claims.models import ForeignFile
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.actions.origin import propose_later
from sources.models import Membership, Role

IMPORT, LOOK = "claims/foreign_import.html", "claims/foreign_look.html"
SHOWN = 10
LISTED = 200
LIMIT = MAX_BYTES + 4 * MAX_PAGE
BUSY = "Someone changed the same records at that moment. Nothing was brought in: try again."
TOO_MANY = (
    "More than 6,000 pieces of the file are bad. Nothing was brought in: correct the file, and send it again."
)


@csrf_exempt  # an upload that is too big is refused before it is read; any other comes by _foreign_import, which checks
@require_http_methods(["GET", "HEAD", "POST"])
def foreign_import(request: Request, slug: str) -> HttpResponse:
    """Upload a file of another tool; it waits for whoever brought it, and nothing comes in yet."""
    access = enter(request, slug, Role.ANALYST)
    length = request.META.get("CONTENT_LENGTH", "")
    if length.isdecimal() and int(length) > LIMIT:
        wrong = "The file is larger than 25 MB. Nothing was read: split it, and bring the parts one by one."
        return invalid(request, IMPORT, {**_page(ForeignImportForm()), "wrong": wrong})
    return _foreign_import(request, access)


@csrf_protect
def _foreign_import(request: Request, access: Access) -> HttpResponse:
    form = ForeignImportForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        waiting = ForeignFile.objects.filter(dossier=access.dossier, user=access.user).defer("data", "page")[
            :SHOWN
        ]
        return show(request, IMPORT, {**_page(form), "waiting": waiting})
    if not form.is_valid():
        return invalid(request, IMPORT, _page(form))
    file, given = form.cleaned_data["file"], form.cleaned_data
    reader, data = READERS[given["format"]], file.read()
    page = given["page"] if reader.takes_page else ""
    try:
        reader.read(data, Given(file.name, page))
    except NotRead as error:
        return invalid(request, IMPORT, {**_page(form), "wrong": str(error), "name": file.name})
    kept = keep_foreign_file(
        dossier=access.dossier, by=access.user, name=file.name, format_=reader.name, data=data, page=page
    )
    return redirect("claims:foreign-look", access.dossier.slug, kept.uid)


def _page(form: ForeignImportForm) -> dict[str, Any]:
    return {"section": "import", "form": form, "readers": READERS.values()}


@dataclass
class _Looking:
    """A file as its person looks at it: how it is read by what she chose."""

    access: Access
    file: ForeignFile
    reader: Reader
    form: ForeignLookForm
    parsed: Parsed

    @property
    def data(self) -> bytes:
        return bytes(self.file.data)

    @property
    def how(self) -> dict[str, Any]:
        return {
            "scope": scope_of(self.data),
            "as_lead": self.access.can_lead,
            "votes": bool(self.form.cleaned_data.get("with_votes")),
        }

    def look(self, by: Membership | None) -> Outcome:
        return look(self.access.dossier, self.parsed, by=by, **self.how)


def _looking(request: Request, slug: str, uid: UUID, chosen: Any) -> _Looking:
    access = enter(request, slug, Role.ANALYST)
    file = get_object_or_404(ForeignFile, uid=uid, dossier=access.dossier, user=access.user)
    reader, data = READERS[file.format], bytes(file.data)
    parsed = reader.read(data, Given(file.name, file.page))
    start = {**parsed.mapping, "with_votes": "on"}
    form = ForeignLookForm(
        chosen if "chosen" in chosen else start, columns=parsed.columns, may_bring_verdicts=access.can_lead
    )
    if form.is_valid() and parsed.columns and form.mapping != parsed.mapping:
        # A column that nothing is to be taken from is one that no file has.
        columns = form.mapping or {"": ""}
        parsed = reader.read(data, Given(file.name, file.page, columns))
    return _Looking(access, file, reader, form, parsed)


@require_http_methods(["GET", "HEAD", "POST"])
def foreign_look(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """What would become of the file, by the columns chosen; a POST brings it in."""
    looking = _looking(request, slug, uid, request.POST if request.method == "POST" else request.GET)
    if not looking.form.is_valid():
        return invalid(request, LOOK, _context(looking, None))
    if request.method == "POST":
        return _bring_in(request, looking)
    try:
        outcome = looking.look(looking.access.membership)
    except (OperationalError, TooManyBad) as error:
        wrong = TOO_MANY if isinstance(error, TooManyBad) else BUSY
        return invalid(request, LOOK, {**_context(looking, None), "wrong": wrong})
    return show(request, LOOK, _context(looking, outcome))


def _bring_in(request: Request, looking: _Looking) -> HttpResponse:
    leave_out = "leave_out" in request.POST
    try:
        outcome = _brought(looking, leave_out=leave_out)
    except (OperationalError, TooManyBad, Refused) as error:
        wrong = BUSY if isinstance(error, OperationalError) else TOO_MANY
        return invalid(request, LOOK, {**_context(looking, None), "wrong": wrong})
    if outcome.report is None:
        return invalid(request, LOOK, _context(looking, outcome))
    to = reverse("claims:link-list", args=[looking.access.dossier.slug])
    left = f"; {len(outcome.bad):,} left out" if outcome.bad else ""
    return done(request, to, f"{looking.file.name}: {outcome.report}{left}.")


@transaction.atomic
def _brought(looking: _Looking, *, leave_out: bool) -> Outcome:
    """Within one transaction with whoever signs it: a superuser becomes a person of the dossier only if it succeeds."""
    access = looking.access
    outcome = bring_in(access.dossier, looking.parsed, by=access.person, leave_out=leave_out, **looking.how)
    if outcome.report is None:
        transaction.set_rollback(True)
        return outcome
    if not outcome.bad:
        drop_foreign_file(looking.file)
    propose_later(access.dossier)
    return outcome


def _context(looking: _Looking, outcome: Outcome | None) -> dict[str, Any]:
    records = looking.parsed.records
    good = [one for one in records if not one.reasons]
    claims = {said.key: said for one in records for said in one.claims}
    return {
        "section": "import",
        "file": looking.file,
        "reader": looking.reader,
        "form": looking.form,
        "parsed": looking.parsed,
        "outcome": outcome,
        "bad": outcome.bad[:LISTED] if outcome else [],
        "examples": [
            (one, [(claims.get(link.one), link, claims.get(link.other)) for link in one.links], one.claims)
            for one in good[:SHOWN]
        ],
        "chosen": [(key, value) for key, value in looking.form.data.items() if key in looking.form.fields],
    }


@require_GET
def foreign_left_out(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """The pieces that cannot come in, as a file of the same format with the reason in each."""
    looking = _looking(request, slug, uid, request.GET)
    if not looking.form.is_valid():
        return invalid(request, LOOK, _context(looking, None))
    try:
        outcome = looking.look(looking.access.membership)
    except (OperationalError, TooManyBad) as error:
        wrong = TOO_MANY if isinstance(error, TooManyBad) else BUSY
        return invalid(request, LOOK, {**_context(looking, None), "wrong": wrong})
    left_out = [
        (record, "; ".join(f"{name}: {reason}" if name else reason for name, reason in reasons))
        for record, reasons in outcome.bad
    ]
    reader = looking.reader
    return HttpResponse(
        reader.write_left_out(left_out, looking.data),
        content_type=f"{reader.content_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{slug}-left-out.{reader.ending}"',
            "Cache-Control": "no-store",
        },
    )


@require_POST
def foreign_drop(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Forget a file that waits."""
    access = enter(request, slug, Role.ANALYST)
    file = get_object_or_404(ForeignFile, uid=uid, dossier=access.dossier, user=access.user)
    drop_foreign_file(file)
    return done(
        request, reverse("claims:foreign-import", args=[slug]), f"{file.name} was forgotten; nothing came in."
    )
