"""Bringing sources in: paste or upload, look at what was read, confirm."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent, ValidationError
from django.http import HttpResponse
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
    CarryOver,
    NotBroughtIn,
    choose_replaced,
    confirm_drafts,
    draft_file,
    draft_pasted,
    drop_draft,
    edit_draft,
    read_draft_again,
    take_up_draft,
)
from sources.actions.intake import BROUGHT_ALONE, begin_intake
from sources.actions.source import HereAlready
from sources.forms.source import DraftForm, ImportForm
from sources.intake.archive import is_junk
from sources.intake.draft import IntakeError
from sources.intake.extract import ACCEPTED
from sources.models import Draft, Intake, Membership, Role, Source
from sources.querysets import DraftQuerySet
from sources.views.upload import MAX_FILES, LimitedUploads, Upload, too_big

IMPORT, CONFIRM = "sources/import.html", "sources/import_confirm.html"

AT_ONCE = 25
"""How many drafts stand on the page of confirmation."""

FIRST, LAST = 20_000, 500
"""How many characters of a draft's text are shown: of its beginning, and of its end."""

FEW, SMALL = 5, 60 * 1024 * 1024
"""So many files, of so many bytes together, are read while one waits; more become an intake."""

OFFERED = 20
"""How many intakes of before are listed."""


@dataclass(frozen=True)
class Refusal:
    """A file, or the pasted text, that cannot be brought in, and why."""

    name: str
    reason: str


@csrf_exempt  # the check reads the upload, whose limits must be set before: _import_page is checked
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: Request, slug: str) -> HttpResponse:
    """Texts to paste, files to upload, addresses to fetch. A few texts wait to be confirmed, more become an intake."""
    access = enter(request, slug, Role.ANALYST)
    request.upload_handlers = [LimitedUploads(request)]
    try:
        _ = request.POST
    except RequestDataTooBig:
        reason = (
            "It is longer than the 5,000,000 characters that a source holds. Nothing was kept: your browser’s Back "
            "button has it still. Split it and bring the parts."
        )
        return _refuse(request, access, [Refusal("Pasted text", reason)])
    except TooManyFilesSent:
        reason = f"More than {MAX_FILES:,} files at once. Nothing was read: bring them in several goes, or in a zip."
        return _refuse(request, access, [Refusal("This upload", reason)])
    return _import_page(request, access)


@csrf_protect
def _import_page(request: Request, access: Access) -> HttpResponse:
    if request.method != "POST":
        return show(request, IMPORT, _page(access, ImportForm()))
    if too_big(request):
        reason = "More than 500 MB at once. Nothing was read: bring the files in several goes."
        return _refuse(request, access, [Refusal("This upload", reason)])
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return invalid(request, IMPORT, _page(access, form))
    files, passed_over = _chosen(request)
    if form.cleaned_data["addresses"] or not _are_few([file for file, _ in files]):
        return _begin(request, access, form, files, passed_over)
    return _at_once(request, access, form, [file for file, _ in files])


def _chosen(request: Request) -> tuple[list[tuple[Upload, str]], int]:
    """The files, each with its path where a folder was chosen; and how many of a folder were passed over.

    Of a folder only what can be read is taken: nobody chose the rest.
    """
    files = [(Upload.of(file), "") for file in request.FILES.getlist("file") if not is_junk(file.name or "")]
    folder = [Upload.of(file) for file in request.FILES.getlist("folder")]
    paths = _paths(request.POST.get("paths", ""), folder)
    taken = [
        (file, path)
        for file, path in zip(folder, paths, strict=True)
        if not is_junk(path or file.name or "") and _suffix(file) in BROUGHT_ALONE
    ]
    taken.sort(key=lambda pair: (pair[1] or pair[0].name or "").lower())  # a browser gives them in no order
    return files + taken, len(folder) - len(taken)


def _paths(written: str, folder: Sequence[Upload]) -> list[str]:
    """Where in their folder these files stand, as the page's script says; it sends their bare names otherwise."""
    try:
        paths = json.loads(written) if written else []
    except (ValueError, RecursionError):
        paths = []
    if isinstance(paths, list) and len(paths) == len(folder) and all(isinstance(path, str) for path in paths):
        # A path is a label here, nothing more; still it must be one of this file.
        return [
            path.replace("\0", "")[-900:] if PurePath(path).name == file.name else ""
            for path, file in zip(paths, folder, strict=True)
        ]
    return [""] * len(folder)


def _suffix(file: Upload) -> str:
    return PurePath(file.name or "").suffix.lower()


def _are_few(files: Sequence[Upload]) -> bool:
    # What cannot be read at all is refused on the spot, like all that is brought by itself.
    several = any(_suffix(file) in BROUGHT_ALONE and _suffix(file) not in ACCEPTED for file in files)
    return len(files) <= FEW and sum(file.size or 0 for file in files) <= SMALL and not several


def _begin(
    request: Request, access: Access, form: ImportForm, files: Sequence[tuple[Upload, str]], passed_over: int
) -> HttpResponse:
    """Take it all in for a job to read."""
    skipped = (
        f"{passed_over:,} file{' was' if passed_over == 1 else 's were'} passed over in the folder: nothing is read of "
        "such files."
    )
    try:
        intake = begin_intake(
            dossier=access.dossier,
            by=access.person,
            files=[file.as_file(path) for file, path in files],
            addresses=form.cleaned_data["addresses"],
            text=form.cleaned_data["text"] or "",
            encoding=form.cleaned_data["encoding"],
            notes=[skipped] if passed_over else [],
        )
    except IntakeError as error:
        kept = {name: form.cleaned_data[name] or "" for name in ("text", "encoding")}
        addresses = "\n".join(form.cleaned_data["addresses"])
        return _refuse(request, access, [Refusal("All of this", str(error))], addresses=addresses, **kept)
    return redirect("sources:intake", access.dossier.slug, intake.uid)


def _at_once(request: Request, access: Access, form: ImportForm, files: Sequence[Upload]) -> HttpResponse:
    """Read it while the person waits."""
    text, encoding = form.cleaned_data["text"], form.cleaned_data["encoding"]
    refusals = [
        refusal
        for file in files
        if (refusal := _refusal(file.name or "A file", partial(_draft_file, access, file, encoding)))
    ]
    if not files and not text:
        refusals.append(
            Refusal("This folder", f"There is no file in it that ends in {' '.join(BROUGHT_ALONE)}.")
        )
    pasted = partial(draft_pasted, dossier=access.dossier, by=access.person, text=text)
    refused_text = _refusal("Pasted text", pasted) if text else None
    if refused_text:
        refusals.append(refused_text)
    if refusals:
        return _refuse(request, access, refusals, text=text if refused_text else "", encoding=encoding)
    return redirect("claims:import-confirm", access.dossier.slug)


def _draft_file(access: Access, file: Upload, encoding: str) -> Draft:
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
    mine = Intake.objects.filter(dossier=access.dossier, by=access.person_id)
    return {
        "form": form,
        "waiting": waiting,
        "intakes": list(mine.with_counts()[:OFFERED]),
        "most": AT_ONCE,
        "section": "import",
        "endings": " ".join(BROUGHT_ALONE),
    }


def _mine(access: Access) -> DraftQuerySet:
    return Draft.objects.of(access.dossier, access.person_id)


@require_http_methods(["GET", "HEAD", "POST"])
def import_confirm(
    request: Request, slug: str, *, carrying_over: Callable[[Membership], CarryOver]
) -> HttpResponse:
    """What was read of each text, to be corrected and confirmed: the last look before it is stored for good.

    ``carrying_over`` says what is to happen with a new version of a source that this person brings in.
    """
    access = enter(request, slug, Role.ANALYST)
    waiting = _mine(access).waiting().with_look(FIRST, LAST).select_related("replaces")
    if request.method == "POST":
        posted = set(request.POST.getlist("draft"))
        forms = draft_forms([draft for draft in waiting if str(draft.pk) in posted], request.POST)
        return _act(request, access, forms, carrying_over)
    forms = draft_forms(list(waiting[: AT_ONCE + 1]))
    return show(request, CONFIRM, _look(forms)) if forms else redirect("claims:import", slug)


def draft_forms(drafts: Sequence[Draft], data: Any = None) -> list[DraftForm]:
    """A form for each of these drafts of a dossier; with their texts' near copies among the sources. One query."""
    numbers = {near["source"] for draft in drafts for near in draft.near if "source" in near}
    here = Source.objects.live().filter(
        dossier__in={draft.dossier_id for draft in drafts}, number__in=numbers
    )
    sources = {source.number: source for source in here.without_text()} if numbers else {}
    return [DraftForm(draft, data, sources=sources) for draft in drafts]


def _look(forms: list[DraftForm]) -> dict[str, object]:
    return {"forms": forms[:AT_ONCE], "more": len(forms) > AT_ONCE, "section": "import"}


def _act(
    request: Request,
    access: Access,
    forms: list[DraftForm],
    carrying_over: Callable[[Membership], CarryOver],
) -> HttpResponse:
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
        keep_written(form)
    if any(form.errors for form in kept):
        return invalid(request, CONFIRM, _look(forms))
    here = reverse("claims:import-confirm", args=[slug])
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
            if read_form_again(chosen)
            else invalid(request, CONFIRM, _look(forms))
        )
    if "keep" in request.POST:
        return done(request, reverse("claims:import", args=[slug]), "Kept for a week, for you alone.")
    return _confirm(request, access, forms, carrying_over(access.person))


def keep_written(form: DraftForm) -> None:
    """Keep what a person wrote about her draft; what cannot be is among the form's errors then."""
    edit_draft(form.draft, changes=form.changes)
    try:
        choose_replaced(form.draft, form.replaced)
    except ValidationError as error:
        form.add_error("replaces", error)


def read_form_again(form: DraftForm) -> bool:
    """Read the form's draft in the encoding chosen; whether that could be done."""
    try:
        read_draft_again(form.draft, encoding=form.cleaned_data.get("encoding", ""))
    except IntakeError as error:
        form.add_error("encoding" if "encoding" in form.fields else None, str(error))
        return False
    return True


def _confirm(request: Request, access: Access, forms: list[DraftForm], carry_over: CarryOver) -> HttpResponse:
    try:
        sources = confirm_drafts([form.draft for form in forms], by=access.person, carry_over=carry_over)
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
        # Not what others have built on it since.
        since = urlencode({"since": first.at.isoformat()}) if first.at else ""
        undo = f"{reverse('claims:source-bin', args=[slug, first.number])}?{since}"
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
    to = reverse("claims:import-confirm", args=[slug])
    return done(request, to, f"{draft} waits again." if draft else "Nothing was left out.")
