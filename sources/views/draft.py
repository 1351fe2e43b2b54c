"""Bringing sources in: paste or upload, look at what was read, confirm."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.actions.draft import (
    MAX_BYTES,
    TOO_BIG,
    NotBroughtIn,
    confirm_drafts,
    draft_file,
    draft_pasted,
    drop_draft,
    edit_draft,
    read_draft_again,
    take_up_draft,
)
from sources.actions.source import HereAlready
from sources.forms.source import DraftForm, ImportForm
from sources.intake.draft import IntakeError
from sources.models import Draft, Role
from sources.querysets import DraftQuerySet

IMPORT, CONFIRM = "sources/import.html", "sources/import_confirm.html"

AT_ONCE = 25
"""How many drafts stand on the page of confirmation."""

FIRST, LAST = 20_000, 500
"""How many characters of a draft's text are shown: of its beginning, and of its end."""

MAX_UPLOAD = 500 * 1024 * 1024


@dataclass(frozen=True)
class Refusal:
    """A file, or the pasted text, that cannot be brought in, and why."""

    name: str
    reason: str


class LimitedUploads(FileUploadHandler):
    """Stands before Django's: of a file that is too big little more than the limit reaches the disk, of too big an
    upload nothing does.
    """  # fmt: skip

    def new_file(self, *args: object, **kwargs: object) -> None:
        assert self.request is not None
        if _too_big(self.request):
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= MAX_BYTES else None

    def file_complete(self, file_size: int) -> None:
        return None


def _too_big(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH", "")
    return length.isdecimal() and int(length) > MAX_UPLOAD


@csrf_exempt  # the check reads the upload, whose limits must be set before: _import_page is checked
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: Request, slug: str) -> HttpResponse:
    """Texts to paste or upload; what was read of them waits to be confirmed."""
    access = enter(request, slug, Role.ANALYST)
    request.upload_handlers.insert(0, LimitedUploads(request))
    try:
        _ = request.POST
    except RequestDataTooBig:
        reason = (
            "It is longer than the 5,000,000 characters that a source holds. Nothing was kept: your browser’s Back "
            "button has it still. Split it and bring the parts."
        )
        return _refuse(request, access, [Refusal("Pasted text", reason)])
    except TooManyFilesSent:
        reason = "More than 100 files at once. Nothing was read: bring them in several goes."
        return _refuse(request, access, [Refusal("This upload", reason)])
    return _import_page(request, access)


@csrf_protect
def _import_page(request: Request, access: Access) -> HttpResponse:
    if request.method != "POST":
        return show(request, IMPORT, _page(access, ImportForm()))
    if _too_big(request):
        reason = "More than 500 MB at once. Nothing was read: bring the files in several goes."
        return _refuse(request, access, [Refusal("This upload", reason)])
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return invalid(request, IMPORT, _page(access, form))
    text, encoding = form.cleaned_data["text"], form.cleaned_data["encoding"]
    refusals = [
        refusal
        for file in request.FILES.getlist("file")
        if (refusal := _refusal(file.name or "A file", partial(_draft_file, access, file, encoding)))
    ]
    pasted = partial(draft_pasted, dossier=access.dossier, by=access.person, text=text)
    refused_text = _refusal("Pasted text", pasted) if text else None
    if refused_text:
        refusals.append(refused_text)
    if refusals:
        return _refuse(request, access, refusals, text=text if refused_text else "", encoding=encoding)
    return redirect("sources:import-confirm", access.dossier.slug)


def _draft_file(access: Access, file: UploadedFile[Any], encoding: str) -> Draft:
    if (file.size or 0) > MAX_BYTES:
        raise IntakeError(TOO_BIG)
    return draft_file(
        dossier=access.dossier,
        by=access.person,
        name=file.name or "",
        data=file.read(),
        encoding=encoding or None,
    )


def _refusal(name: str, attempt: Callable[[], Draft]) -> Refusal | None:
    """Why a text cannot be kept, or None when it is."""
    try:
        attempt()
    except IntakeError as error:
        return Refusal(name, str(error))
    except HereAlready as error:
        return Refusal(name, _here_already(error))
    except ValidationError as error:
        return Refusal(name, " ".join(error.messages))
    return None


def _here_already(error: HereAlready) -> SafeString:
    """The refusal with the way to the source that has the text, or to the bin it lies in."""
    source = error.source
    slug = source.dossier.slug
    if source.is_binned:
        told = "This text is here already as {}, which is in <a href='{}'>the bin</a>: restore it there."
        return format_html(told, source.cited, reverse("claims:bin", args=[slug]))
    address = reverse("claims:source-detail", args=[slug, source.number])
    return format_html("This text is here already as <a href='{}'>{}</a>.", address, source.cited)


def _refuse(request: Request, access: Access, refusals: list[Refusal], **kept: str) -> HttpResponse:
    """The page again with what could not be read; what could be waits."""
    return invalid(request, IMPORT, {**_page(access, ImportForm(initial=kept)), "refusals": refusals})


def _page(access: Access, form: ImportForm) -> dict[str, object]:
    waiting = list(_mine(access).waiting()[: AT_ONCE + 1])
    return {"form": form, "waiting": waiting, "most": AT_ONCE, "section": "import"}


def _mine(access: Access) -> DraftQuerySet:
    return Draft.objects.of(access.dossier, access.person_id)


@require_http_methods(["GET", "HEAD", "POST"])
def import_confirm(request: Request, slug: str) -> HttpResponse:
    """What was read of each text, to be corrected and confirmed: the last look before it is stored for good."""
    access = enter(request, slug, Role.ANALYST)
    waiting = _mine(access).waiting().with_look(FIRST, LAST)
    if request.method == "POST":
        posted = set(request.POST.getlist("draft"))
        drafts = [draft for draft in waiting if str(draft.pk) in posted]
        return _act(request, access, [DraftForm(draft, request.POST) for draft in drafts])
    forms = [DraftForm(draft) for draft in waiting[: AT_ONCE + 1]]
    return show(request, CONFIRM, _look(forms)) if forms else redirect("claims:import", slug)


def _look(forms: list[DraftForm]) -> dict[str, object]:
    return {"forms": forms[:AT_ONCE], "more": len(forms) > AT_ONCE, "section": "import"}


def _act(request: Request, access: Access, forms: list[DraftForm]) -> HttpResponse:
    """Keep what was written, then leave a draft out (``drop``), read one in another encoding (``again``), go away for
    now (``keep``), or confirm. Nothing is done while a field is wrong.
    """  # fmt: skip
    slug = access.dossier.slug
    asked = request.POST.get("drop") or request.POST.get("again")
    chosen = next((form for form in forms if str(form.draft.pk) == asked), None)
    kept = [form for form in forms if form is not chosen or "drop" not in request.POST]
    if not all(form.is_valid() for form in kept):
        return invalid(request, CONFIRM, _look(forms))
    for form in kept:
        edit_draft(form.draft, changes=form.changes)
    here = reverse("sources:import-confirm", args=[slug])
    if asked and not chosen:
        return redirect(here)
    if chosen and "drop" in request.POST:
        drop_draft(chosen.draft)
        return done(
            request, here, f"Left out: {chosen.draft}.", undo=reverse("sources:import-undrop", args=[slug])
        )
    if chosen:
        return (
            redirect(f"{here}#{chosen.prefix}")
            if _read_again(chosen)
            else invalid(request, CONFIRM, _look(forms))
        )
    if "keep" in request.POST:
        return done(request, reverse("claims:import", args=[slug]), "Kept for a week, for you alone.")
    return _confirm(request, access, forms)


def _read_again(form: DraftForm) -> bool:
    """Read the form's draft in the encoding chosen; whether that could be done."""
    try:
        read_draft_again(form.draft, encoding=form.cleaned_data.get("encoding", ""))
    except IntakeError as error:
        form.add_error("encoding", str(error))
        return False
    return True


def _confirm(request: Request, access: Access, forms: list[DraftForm]) -> HttpResponse:
    try:
        sources = confirm_drafts([form.draft for form in forms], by=access.person)
    except NotBroughtIn as refused:
        for form in forms:
            if error := refused.errors.get(form.draft.pk):
                form.add_error(None, _here_already(error) if isinstance(error, HereAlready) else error)
        return invalid(request, CONFIRM, _look(forms))
    slug = access.dossier.slug
    if not sources:
        to = reverse("claims:import", args=[slug])
        return done(request, to, "These texts were brought in or left out already.")
    first, last = sources[0], sources[-1]
    to = reverse("claims:source-detail", args=[slug, first.number])
    if first is last:
        undo = reverse("claims:source-bin", args=[slug, first.number])
        return done(request, to, f"{first.cited} brought in.", undo=undo)
    undo = reverse("claims:import-undo", args=[slug, first.number, last.number])
    return done(request, to, f"{len(sources)} sources brought in, {first.cited} to {last.cited}.", undo=undo)


@require_POST
def import_undrop(request: Request, slug: str) -> HttpResponse:
    """Take up again the draft that was left out last."""
    access = enter(request, slug, Role.ANALYST)
    draft = _mine(access).dropped().first()
    if draft:
        take_up_draft(draft)
    to = reverse("sources:import-confirm", args=[slug])
    return done(request, to, f"{draft} waits again." if draft else "Nothing was left out.")
