"""New versions of a source, and the claims that could not be carried to them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent, ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from claims.actions.bin import undo_version
from claims.actions.version import (
    confirm_version,
    draft_version,
    keep_orphan,
    newer_version,
    place_orphan,
    preview,
    undo_decision,
)
from claims.anchoring import Anchored, reanchor
from claims.forms.version import PlaceForm, VersionForm
from claims.models import Anchoring, Claim
from claims.querysets.anchoring import AnchoringQuerySet
from claims.quotes import Context, context
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.actions.draft import NotBroughtIn, drop_draft, edit_draft
from sources.actions.source import HereAlready
from sources.differences import Piece, differences, side_by_side
from sources.forms.source import DraftForm
from sources.intake.draft import IntakeError
from sources.models import Draft, Role, Source
from sources.views.upload import LimitedUploads, too_big

CREATE, CONFIRM, ORPHANS = (
    "claims/version_create.html",
    "claims/version_confirm.html",
    "claims/orphan_list.html",
)

COMPARED = 200_000
"""How many characters of each text are set side by side."""
LISTED = 100
"""How many orphans are listed before a version is confirmed."""
COUNTED = 1_000
REACH = 300
KEPT = 60 * 60
"""For so many seconds after it was looked for, what stands in the place of orphans' words is known."""


def _source(access: Access, number: int) -> Source:
    rows = Source.objects.live().select_related("dossier", "binned_by")
    return get_object_or_404(rows, dossier=access.dossier, number=number)


@csrf_exempt  # the check reads the upload, whose limits must be set before: _version_create is checked
@require_http_methods(["GET", "HEAD", "POST"])
def version_create(request: Request, slug: str, number: int) -> HttpResponse:
    """The new text of a source that changed, pasted or uploaded; it is looked through before it is stored."""
    access = enter(request, slug, Role.ANALYST)
    source = _source(access, number)
    request.upload_handlers = [LimitedUploads(request)]
    try:
        _ = request.POST
    except (RequestDataTooBig, TooManyFilesSent):
        form = VersionForm(QueryDict())
        form.add_error(None, "It is more than a source holds, 5,000,000 characters. Nothing was kept.")
        return invalid(request, CREATE, {"section": "sources", "source": source, "form": form})
    return _version_create(request, access, source)


@csrf_protect
def _version_create(request: Request, access: Access, source: Source) -> HttpResponse:
    context: dict[str, Any] = {"section": "sources", "source": source, "newer": newer_version(source)}
    if request.method != "POST":
        waits = _waiting(access, source)
        return show(request, CREATE, context | {"form": VersionForm(), "waits": waits})
    form = VersionForm(request.POST, request.FILES)
    if too_big(request):
        form.add_error("file", "The file is larger than what is read. Nothing was kept.")
    elif form.is_valid():
        try:
            file = form.cleaned_data["file"]
            draft_version(
                source=source,
                by=access.person,
                text=form.cleaned_data["text"] or "",
                name=file.name if file else "",
                data=file.read() if file else b"",
                encoding=form.cleaned_data["encoding"],
            )
        except HereAlready as error:
            form.add_error(None, error)
            context["here"] = error.source
        except ValidationError as error:
            form.add_error(None, error)
        except IntakeError as error:
            form.add_error(None, str(error))
        else:
            return redirect("claims:version-confirm", access.dossier.slug, source.number)
    return invalid(request, CREATE, context | {"form": form})


def _waiting(access: Access, source: Source) -> Draft | None:
    """The new version of a source that waits for this person's confirmation."""
    mine = Draft.objects.filter(dossier=access.dossier, by=access.person_id).waiting()
    drafts = mine.filter(replaces=source, intake=None, state=Draft.State.READ)
    return drafts.select_related("dossier", "replaces", "original").first()


@dataclass(frozen=True)
class Lost:
    """A claim whose words are not in the new text, and what stands in their place, if anything does."""

    claim: Claim
    before: list[Piece]
    after: list[Piece]


@require_http_methods(["GET", "HEAD", "POST"])
def version_confirm(request: Request, slug: str, number: int) -> HttpResponse:
    """What would be carried and what would not, before anything is; POST makes the version, or leaves it out."""
    access = enter(request, slug, Role.ANALYST)
    source = _source(access, number)
    draft = _waiting(access, source)
    if draft is None:
        return redirect("claims:source-detail", slug, number)
    if request.method != "POST":
        return show(request, CONFIRM, _looked_at(source, draft, DraftForm(draft, sources={})))
    if "drop" in request.POST:
        drop_draft(draft)
        to = reverse("claims:source-detail", args=[slug, number])
        return done(
            request, to, "The new text was left out.", undo=reverse("sources:import-undrop", args=[slug])
        )
    form = DraftForm(draft, request.POST, sources={})
    if form.is_valid():
        edit_draft(draft, changes=form.changes)
        try:
            report = confirm_version(draft, by=access.person)
        except NotBroughtIn as refused:
            for error in refused.errors.values():
                form.add_error(None, error)
        else:
            if report is None:
                return redirect("claims:source-detail", slug, number)
            new = report.source
            to = reverse("claims:source-detail", args=[slug, new.number])
            if report.orphans:
                to = f"{reverse('claims:orphan-list', args=[slug])}?version={new.number}"
            undo = reverse("claims:version-undo", args=[slug, new.number])
            return done(request, to, f"{new.cited} is the new version of {source.cited}. {report}", undo=undo)
    return invalid(request, CONFIRM, _looked_at(source, draft, form))


def _looked_at(source: Source, draft: Draft, form: DraftForm) -> dict[str, Any]:
    found = preview(source, draft.text)
    lost = [(claim, one) for claim, one in found if one.method == "orphan"]
    return {
        "section": "sources",
        "source": source,
        "draft": draft,
        "form": form,
        "claims": len(found),
        "exact": sum(one.method == "exact" for _, one in found),
        "fuzzy": sum(one.method == "fuzzy" for _, one in found),
        "lost": [Lost(claim, *_beside(claim.quote, draft.text, one)) for claim, one in lost[:LISTED]],
        "lost_count": len(lost),
        "parts": side_by_side(source.text[:COMPARED], draft.text[:COMPARED]),
        "cut": COMPARED if max(source.length, draft.length) > COMPARED else 0,
    }


def _beside(quote: str, text: str, found: Anchored) -> tuple[list[Piece], list[Piece]]:
    """A quote beside what stands in its place, what differs marked."""
    if found.candidate is None:
        return [Piece(quote, is_own=False)], []
    return differences(quote, text[slice(*found.candidate)])


@require_POST
def version_undo(request: Request, slug: str, number: int) -> HttpResponse:
    """Take a new version back: into the bin with it, and its claims back to the version that it replaced."""
    access = enter(request, slug, Role.ANALYST)
    source = _source(access, number)
    old = source.replaces
    here = reverse("claims:source-detail", args=[slug, number])
    if old is None:
        messages.error(request, f"{source.cited} is no new version of another source.")
        return redirect(here)
    try:
        undo_version(source, access=access)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(here)
    to = reverse("claims:source-detail", args=[slug, old.number])
    undo = reverse("claims:bin-restore", args=[slug, "S", number])
    return done(request, to, f"{source.cited} put in the bin; its claims are back in {old.cited}.", undo=undo)


# Orphans, one at a time.


@require_safe
def orphan_list(request: Request, slug: str) -> HttpResponse:
    """The next claim that could not be carried to a new version of its source, for a person to decide."""
    access = enter(request, slug, Role.ANALYST)
    open_ones = _open(request, access)
    after = request.GET.get("after", "")
    later = open_ones.filter(pk__gt=int(after)) if after.isdecimal() and len(after) < 19 else open_ones
    row = _with_all(later).first() or _with_all(open_ones).first()
    return show(request, ORPHANS, _desk(request, open_ones, row))


def _open(request: Request, access: Access) -> AnchoringQuerySet:
    rows = Anchoring.objects.filter(dossier=access.dossier).open().order_by("pk")
    version = request.GET.get("version", "")
    return rows.filter(to_source__number=int(version)) if version.isdecimal() and len(version) < 10 else rows


def _with_all(rows: AnchoringQuerySet) -> AnchoringQuerySet:
    return rows.select_related(
        "dossier", "claim__dossier", "claim__speaker", "claim__source", "source", "to_source__dossier"
    )


def _desk(
    request: Request, open_ones: AnchoringQuerySet, row: Anchoring | None, form: PlaceForm | None = None
) -> dict[str, Any]:
    query = request.GET.copy()
    query.pop("after", None)
    desk: dict[str, Any] = {
        "section": "sources",
        "row": row,
        "waiting": open_ones[: COUNTED + 1].count(),
        "counted": COUNTED,
        "version": query.get("version", ""),
        "query": query.urlencode(),
    }
    if row is None:
        return desk
    found = _found(row, open_ones)
    was, is_now = _beside(row.quote, row.to_source.text, found)
    there: Context | None = None
    if found.candidate:
        there = context(row.to_source.text, found.candidate, REACH)
    return desk | {
        "claim": row.claim,
        "old": context(row.source.text, (row.start, row.end), REACH),
        "candidate": found.candidate,
        "there": there,
        "was": was,
        "is_now": is_now,
        "form": form or PlaceForm(row.to_source),
        "may_bin": request.access.can_lead or row.claim.by_id == request.access.person_id,
    }


def _found(row: Anchoring, open_ones: AnchoringQuerySet) -> Anchored:
    """What stands in the place of an orphan's words. Looked for once for all that wait with it: in a long text that
    takes seconds, and neither text ever changes.
    """  # fmt: skip
    key = f"orphans-{row.dossier.uid}-{row.source.number}-{row.to_source.number}"
    place = (row.start, row.end)
    known: dict[tuple[int, int], Anchored] = cache.get(key, {})
    if place not in known:
        beside = open_ones.filter(source=row.source, to_source=row.to_source).order_by("pk")
        places = list(dict.fromkeys([place, *beside.values_list("start", "end")[:COUNTED]]))
        found = reanchor(row.source.text, row.to_source.text, places)
        known = dict(zip(places, found, strict=True))
        cache.set(key, known, KEPT)
    return known[place]


def _row(access: Access, claim: int, number: int) -> Anchoring:
    rows = _with_all(Anchoring.objects.filter(dossier=access.dossier, method=Anchoring.Method.ORPHAN))
    return get_object_or_404(rows, claim__number=claim, to_source__number=number)


def _next(request: Request, slug: str, row: Anchoring) -> str:
    """The orphan after this one, of the same version if only its orphans were looked at."""
    query = request.GET.copy()
    query["after"] = str(row.pk)
    return f"{reverse('claims:orphan-list', args=[slug])}?{query.urlencode()}"


@require_POST
def orphan_place(request: Request, slug: str, claim: int, number: int) -> HttpResponse:
    """Rest an orphan on the words of the new version that were proposed (``start``, ``end``), or typed (``words``)."""
    access = enter(request, slug, Role.ANALYST)
    row = _row(access, claim, number)
    form = PlaceForm(row.to_source, request.POST) if "words" in request.POST else None
    if form and not form.is_valid():
        return invalid(request, ORPHANS, _desk(request, _open(request, access), row, form))
    chosen = form.found if form else None
    try:
        start, end = chosen or (int(request.POST.get("start", "")), int(request.POST.get("end", "")))
        placed = place_orphan(row, start=start, end=end, by=access.person)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(_next(request, slug, row))
    except ValueError:
        messages.error(request, "Which words? Nothing was changed.")
        return redirect(_next(request, slug, row))
    undo = reverse("claims:orphan-undo", args=[slug, claim, number]) + f"?was={placed.version}"
    return done(
        request, _next(request, slug, row), f"{placed.cited} placed in {placed.source.cited}.", undo=undo
    )


@require_POST
def orphan_keep(request: Request, slug: str, claim: int, number: int) -> HttpResponse:
    """Leave an orphan with the old version for good."""
    access = enter(request, slug, Role.ANALYST)
    row = _row(access, claim, number)
    try:
        keep_orphan(row, by=access.person)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(_next(request, slug, row))
    undo = reverse("claims:orphan-undo", args=[slug, claim, number])
    said = f"{row.claim.cited} stays with {row.source.cited}."
    return done(request, _next(request, slug, row), said, undo=undo)


@require_POST
def orphan_undo(request: Request, slug: str, claim: int, number: int) -> HttpResponse:
    """Let an orphan wait again."""
    access = enter(request, slug, Role.ANALYST)
    row = _row(access, claim, number)
    was = request.GET.get("was", "")
    to = f"{reverse('claims:orphan-list', args=[slug])}?after={row.pk - 1}"
    try:
        undo_decision(row, by=access.person, version=int(was) if was.isdecimal() and len(was) < 10 else 0)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(to)
    return done(request, to, f"{row.claim.cited} waits again.")
