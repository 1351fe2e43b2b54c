"""What a person did lately in a dossier, and taking it back: a change of many records, an edit of one."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from claims.actions.claim import edit_claim
from claims.actions.link import edit_link
from claims.actions.revision import KEPT, TooLate, listed
from claims.actions.undo import take_back
from claims.history import Edit, edit_that_made
from claims.models import Claim, Link, Revision
from claims.views.tray import came_from
from config.web import Request, done, show
from sources.access import Access, enter
from sources.actions.records import Stale
from sources.actions.source import edit_source
from sources.models import Letter, Record, Role, Source

DETAILS = {
    Letter.SOURCE: "claims:source-detail",
    Letter.CLAIM: "claims:claim-detail",
    Letter.LINK: "claims:link-detail",
}
EDITS = {
    Letter.SOURCE: "sources:source-edit",
    Letter.CLAIM: "claims:claim-edit",
    Letter.LINK: "claims:link-edit",
}


@require_safe
def undo_list(request: Request, slug: str) -> HttpResponse:
    """The last fifty things that this person did here and may take back; nobody else's."""
    access = enter(request, slug, Role.REVIEWER)
    rows = Revision.objects.filter(dossier=access.dossier, by=access.person_id).order_by("-pk")
    lately = list(rows.only("uid", "said", "undo", "at", "undone_at")[:KEPT])
    return show(request, "claims/undo_list.html", {"section": "undo", "rows": lately, "kept": KEPT})


@require_POST
def undo_revision(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Take back a change of many records. What was changed since stays as it is, and is named."""
    access = enter(request, slug, Role.REVIEWER)
    to = came_from(request, reverse("claims:undo-list", args=[slug]))
    try:
        taken = take_back(uid, access=access)
    except Revision.DoesNotExist:
        raise Http404("There is no such change of yours.") from None
    except (TooLate, ValidationError) as error:
        messages.error(request, _why(error))
        return redirect(to)
    left = f" Changed since, and left as they are: {listed(taken.left, 12)}." if taken.left else ""
    return done(request, to, f"Taken back: {taken.revision.said}{left}")


@require_POST
def edit_undo(request: Request, slug: str, letter: str, number: int, version: int) -> HttpResponse:
    """Take back her own edit that made ``version`` of a record, if nobody has changed it since; else show both."""
    access = enter(request, slug, Role.ANALYST)
    record = _record(access, letter, number)
    edit = edit_that_made(record, version)
    if edit is None:
        raise Http404(f"No edit made version {version} of {record.cited}.")
    if edit.account != request.user.pk:
        messages.error(
            request, f"That edit of {record.cited} was made by someone else: only she takes it back."
        )
        return redirect(reverse("claims:undo-list", args=[slug]))
    try:
        undone = _put_back(access, record, edit, version)
    except Stale as stale:
        return _stale(request, stale.current, edit)
    except ValidationError as error:
        messages.error(request, _why(error))
        return redirect(reverse("claims:undo-list", args=[slug]))
    undo = edit_undo_address(undone) if undone.version != version else ""
    to = reverse(DETAILS[record.LETTER], args=[slug, number])
    return done(request, to, f"{record.cited} is as it was before your edit.", undo=undo)


def edit_undo_address(record: Record) -> str:
    """The address that takes back the edit which made this version of a record."""
    where = [record.dossier.slug, record.LETTER, record.number, record.version]
    return reverse("claims:edit-undo", args=where)


def _record(access: Access, letter: str, number: int) -> Record:
    rows = {
        Letter.SOURCE: Source.objects.without_text(),
        Letter.CLAIM: Claim.objects.select_related("source", "speaker").defer("source__text"),
        Letter.LINK: Link.objects.select_related("from_claim", "to_claim"),
    }.get(letter)  # type: ignore[call-overload]
    if rows is None:
        raise Http404(f"Nothing is cited as {letter}-{number}.")
    # In the bin too: whoever would undo her edit of it is told who put it there.
    found: Record = get_object_or_404(rows.select_related("dossier"), dossier=access.dossier, number=number)
    return found


def _put_back(access: Access, record: Record, edit: Edit, version: int) -> Record:
    if isinstance(record, Claim):
        return edit_claim(
            record,
            by=access.person,
            changes=edit.fields,
            version=version,
            speaker=edit.speaker,
            topics=edit.topics,
        )
    if isinstance(record, Link):
        return edit_link(record, changes=edit.fields, version=version)
    assert isinstance(record, Source)
    return edit_source(record, changes=edit.fields, version=version)


def _stale(request: Request, record: Model, edit: Edit) -> HttpResponse:
    assert isinstance(record, Record)
    rows = _beside(record, edit)
    context = {
        "section": "undo",
        "record": record,
        "versus": rows,
        "detail": reverse(DETAILS[record.LETTER], args=[record.dossier.slug, record.number]),
        "edit": reverse(EDITS[record.LETTER], args=[record.dossier.slug, record.number]),
    }
    return show(request, "claims/undo_stale.html", context, status=409)


def _beside(record: Record, edit: Edit) -> list[tuple[str, str, str]]:
    """Where the record stands otherwise than before that edit: the field, what it had, what it has."""
    found = [
        (name.replace("_", " "), str(was if was is not None else ""), str(there if there is not None else ""))
        for name, was in edit.fields.items()
        if name not in ("start", "end") and was != (there := getattr(record, name))
    ]
    if isinstance(record, Claim):
        now = record.speaker.name if record.speaker else ""
        topics = ", ".join(sorted(record.topics.values_list("name", flat=True)))
        words = (("speaker", edit.speaker, now), ("topics", ", ".join(edit.topics), topics))
        found += [row for row in words if row[1] != row[2]]
    return found


def _why(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
