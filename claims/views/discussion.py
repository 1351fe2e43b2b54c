"""Comments on a source, a claim, a link: read, written, changed, taken back; following a record."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from claims.actions import comment as actions
from claims.actions.comment import edit_comment, is_own, take_back_comment, write_comment
from claims.actions.review import disclose
from claims.discussion import PAGES, discussion_of, said
from claims.forms.comment import CommentForm
from claims.history import history_of_comment
from claims.models import Claim, Comment, Link, Revision
from claims.views.tray import came_from
from config.web import Request, done, invalid, show, tell, wants_fragment
from sources.access import Access, enter
from sources.actions.records import Stale
from sources.models import Letter, Record, Role, Source

TEMPLATE = "claims/discussion.html"


@require_http_methods(["GET", "HEAD", "POST"])
def discussion(request: Request, slug: str, letter: str, number: int) -> HttpResponse:
    """What is said about a record; POST says something. ``?before=UID`` for what was said earlier."""
    access = enter(request, slug, Role.VIEWER, to_post=Role.REVIEWER)
    record = _record(access, letter, number)
    if request.method != "POST":
        return _answer(request, access, record, CommentForm(), before=_before(request))
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            written = write_comment(access=access, on=record, text=form.cleaned_data["text"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _done(request, access, record, written.said, written.revision)
    return _answer(request, access, record, form, answer=invalid)


@require_POST
def follow(request: Request, slug: str, letter: str, number: int) -> HttpResponse:
    """Follow a record (``on=1``), or no longer."""
    access = enter(request, slug, Role.VIEWER)
    record = _record(access, letter, number)
    on = request.POST.get("on") == "1"
    actions.follow(access=access, record=record, on=on)
    told = f"You follow {record.cited}." if on else f"You no longer follow {record.cited}."
    if wants_fragment(request):
        context = _context(access, record, CommentForm()) | {"told": told}
        return show(request, TEMPLATE, context, fragment="following")
    return done(request, _back(request, access, record), told)


@require_http_methods(["GET", "HEAD", "POST"])
def comment_edit(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Say it in other words. What was changed in another window meanwhile is shown beside (409)."""
    access = enter(request, slug, Role.REVIEWER)
    comment = _comment(access, uid)
    record = comment.record
    form = CommentForm(request.POST if request.method == "POST" else None, initial=_written(comment))
    if not is_own(access, comment):
        messages.error(request, "That comment was written by someone else: only she changes its words.")
        return redirect(_home(access, record))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            written = edit_comment(
                comment, access=access, text=given["text"], version=given["version"] or comment.version
            )
        except Stale as stale:
            theirs = stale.current
            assert isinstance(theirs, Comment)
            again = CommentForm({"text": given["text"], "version": theirs.version})
            return _editing(request, record, theirs, again, versus=theirs.text, status=409)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _done(request, access, record, written.said, written.revision)
    return _editing(request, record, comment, form, status=422 if form.is_bound else 200)


@require_POST
def comment_take_back(request: Request, slug: str, uid: UUID) -> HttpResponse:
    access = enter(request, slug, Role.REVIEWER)
    comment = _comment(access, uid)
    try:
        revision = take_back_comment(comment, access=access)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(_back(request, access, comment.record))
    return _done(request, access, comment.record, revision.said, revision)


@require_safe
def comment_history(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Every wording of a comment, the latest first."""
    access = enter(request, slug, Role.VIEWER)
    comment = _comment(access, uid)
    if comment.link:
        disclose(access, [comment.link])
    context = _named(comment.record) | {
        "said": said(access, [comment])[0],
        "history": history_of_comment(comment),
    }
    return show(request, "claims/comment_history.html", context)


def _record(access: Access, letter: str, number: int) -> Record:
    rows: dict[str, Any] = {
        Letter.SOURCE: Source.objects.without_text(),
        Letter.CLAIM: Claim.objects.all(),
        Letter.LINK: Link.objects.select_related("from_claim", "to_claim"),
    }
    if letter not in rows:
        raise Http404(f"Nothing is cited as {letter}-{number}.")
    found: Record = get_object_or_404(rows[letter].live(), dossier=access.dossier, number=number)
    return found


def _comment(access: Access, uid: UUID) -> Comment:
    """A comment that this reader may know of, on a record that is not in the bin."""
    rows = Comment.objects.filter(dossier=access.dossier).standing().shown_to(access)
    rows = rows.select_related("source", "claim", "link", "by__user").defer("source__text")
    comment: Comment = get_object_or_404(rows, uid=uid)
    if comment.record.is_binned:
        raise Http404(f"{comment.record.cited} is in the bin.")
    return comment


def _before(request: Request) -> UUID | None:
    asked = request.GET.get("before", "")
    try:
        return UUID(asked) if asked else None
    except ValueError:
        raise Http404(f"“{asked[:40]}” is no comment.") from None


def _named(record: Record) -> dict[str, Any]:
    return {"section": f"{record.LETTER.label}s", "record": record, "detail": PAGES[record.LETTER]}


def _context(
    access: Access, record: Record, form: CommentForm, *, before: UUID | None = None
) -> dict[str, Any]:
    if isinstance(record, Link):
        disclose(access, [record])
    return _named(record) | {"discussion": discussion_of(access, record, before=before), "comment_form": form}


def _answer(
    request: Request,
    access: Access,
    record: Record,
    form: CommentForm,
    *,
    before: UUID | None = None,
    answer: Any = show,
) -> HttpResponse:
    context = _context(access, record, form, before=before)
    response: HttpResponse = answer(request, TEMPLATE, context, fragment="whole")
    return response


def _done(
    request: Request, access: Access, record: Record, told: str, revision: Revision | None
) -> HttpResponse:
    undo = reverse("claims:undo-revision", args=[access.dossier.slug, revision.uid]) if revision else ""
    if not wants_fragment(request):
        return done(request, _back(request, access, record), told, undo=undo)
    tell(request, told, undo=undo)
    context = _context(access, record, CommentForm()) | {"oob": True}
    return show(request, TEMPLATE, context, fragment="whole")


def _back(request: Request, access: Access, record: Record) -> str:
    return f"{came_from(request, _home(access, record))}#discussion"


def _home(access: Access, record: Record) -> str:
    return reverse(PAGES[record.LETTER], args=[access.dossier.slug, record.number])


def _written(comment: Comment) -> dict[str, Any]:
    return {"text": comment.text, "version": comment.version}


def _editing(
    request: Request, record: Record, comment: Comment, form: CommentForm, *, status: int, versus: str = ""
) -> HttpResponse:
    context = _named(record) | {"comment": comment, "form": form, "versus": versus}
    return show(request, "claims/comment_edit.html", context, status=status)
