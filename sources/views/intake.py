"""An intake: its progress, its report by item, and each item by itself. Nobody but who brought it sees any of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.actions.intake import (
    a_worker_is_there,
    discard_intake,
    leave_out,
    open_intake,
    read_again,
    take_up,
)
from sources.differences import side_by_side
from sources.forms.source import DraftForm
from sources.models import Draft, Intake, Role, Source
from sources.pages import asked_number
from sources.querysets import KINDS, DraftQuerySet
from sources.views.draft import FIRST, LAST, draft_forms, keep_written, read_form_again

ROWS = 50
COMPARED = 200_000
"""So many characters of two texts are compared on a page."""

SHOWN = {
    "new": "New",
    "version": "New versions",
    "near": "Near copies",
    "here": "Here already",
    "failed": "Failed",
    "out": "Left out",
    "stored": "Brought in",
}
"""The kinds of items that the report can be narrowed to."""


def _entered(request: Request, slug: str, uid: UUID) -> tuple[Access, Intake]:
    """The door, then the intake: for the person who brought it alone."""
    access = enter(request, slug, Role.ANALYST)
    mine = Intake.objects.filter(dossier=access.dossier, by=access.person_id)
    return access, get_object_or_404(mine, uid=uid)


def _items(intake: Intake) -> DraftQuerySet:
    drafts = Draft.objects.filter(intake=intake).defer("text")
    return drafts.select_related("source", "replaces").defer(
        "text", "source__text", "source__search", "replaces__text", "replaces__search"
    )


def _item(intake: Intake, number: int) -> Draft:
    return get_object_or_404(
        _items(intake).with_look(FIRST, LAST).select_related("original"), position=number
    )


@require_safe
def intake(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """How far it is, while it is read or brought in; else what is to become of each item, or what became of it."""
    _access, intake = _entered(request, slug, uid)
    counts = intake.drafts.all().counts()
    context: dict[str, Any] = {
        "section": "import",
        "intake": intake,
        "counts": counts,
        "to_bring_in": counts["new"] + counts["version"] + counts["near"],
    }
    if intake.is_at_work:
        settled = counts["all"] - counts["waiting"]
        if intake.state == Intake.State.STORING:
            settled = counts["all"] - context["to_bring_in"] - counts["out"]
            counts = {**counts, "all": counts["all"] - counts["out"]}
        context |= {
            "settled": settled,
            "total": counts["all"],
            "tenth": settled * 10 // max(1, counts["all"]),
            "idle": not a_worker_is_there(),
        }
    else:
        context |= _report(request, intake, counts)
    return show(request, "sources/intake.html", context, fragment="body")


def _report(request: Request, intake: Intake, counts: dict[str, int]) -> dict[str, Any]:
    show_only = request.GET.get("show", "")
    items = _items(intake).order_by("position")
    if show_only in SHOWN:
        items = items.filter(KINDS[show_only])
    page = Paginator(items, ROWS).get_page(request.GET.get("page"))
    drafts = list(page.object_list)
    nears = _near_of(intake, drafts)
    narrowed = f"&show={show_only}" if show_only in SHOWN else ""
    return {
        "rows": [(draft, nears.get(draft.pk, [])) for draft in drafts],
        "show_only": show_only,
        "kinds": [(name, words, counts[name]) for name, words in SHOWN.items() if counts[name]],
        "first": f"?page=1{narrowed}" if page.number > 2 else "",
        "previous": f"?page={page.previous_page_number()}{narrowed}" if page.has_previous() else "",
        "next": f"?page={page.next_page_number()}{narrowed}" if page.has_next() else "",
        "count": f"{page.start_index():,}–{page.end_index():,} of {page.paginator.count:,}" if drafts else "",
        "page": page.number if page.number > 1 else "",
        "binned": intake.drafts.filter(state=Draft.State.STORED).exclude(source__binned_at=None).count(),
    }


def _near_of(intake: Intake, rows: Sequence[Draft]) -> dict[int, list[dict[str, Any]]]:
    """What each of these items is near to, by its key: a source or an item, and how much of the wording they share."""
    numbers = {near["source"] for row in rows for near in row.near if "source" in near}
    places = {near["item"] for row in rows for near in row.near if "item" in near}
    here = Source.objects.filter(dossier=intake.dossier_id, number__in=numbers).without_text()
    sources = {source.number: source for source in here}
    beside = {item.position: item for item in _items(intake).filter(position__in=places)}
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        for near in row.near:
            source, item = sources.get(near.get("source")), beside.get(near.get("item"))
            if source or item:
                same = row.state == Draft.State.HERE
                found.setdefault(row.pk, []).append(
                    {"source": source, "item": item, "percent": int(near["share"] * 100), "same": same}
                )
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def intake_item(request: Request, slug: str, uid: UUID, number: int) -> HttpResponse:
    """One item: what was read of it, to be corrected; what it is to become; or why it cannot be brought in."""
    _access, intake = _entered(request, slug, uid)
    draft = _item(intake, number)
    (form,) = draft_forms([draft], request.POST if request.method == "POST" else None)
    here = reverse("sources:intake-item", args=[slug, uid, number])
    if request.method != "POST":
        return show(request, "sources/intake_item.html", _item_page(intake, form))
    if not form.is_valid():
        return invalid(request, "sources/intake_item.html", _item_page(intake, form))
    try:
        with transaction.atomic():
            open_intake(intake)
            keep_written(form)
        if form.is_valid() and "again" in request.POST:
            read_form_again(form)
    except ValidationError as error:
        form.add_error(None, error)
    if form.errors:
        return invalid(request, "sources/intake_item.html", _item_page(intake, form))
    if "again" in request.POST:
        return done(request, here, f"{draft.name} read again.")
    if "next" in request.POST and (after := _beside(intake, number)[1]):
        return done(request, reverse("sources:intake-item", args=[slug, uid, after]), f"{draft.name} saved.")
    return done(
        request, f"{reverse('sources:intake', args=[slug, uid])}#item-{number}", f"{draft.name} saved."
    )


def _item_page(intake: Intake, form: DraftForm) -> dict[str, Any]:
    draft = form.draft
    assert draft.position is not None
    before, after = _beside(intake, draft.position)
    return {
        "section": "import",
        "intake": intake,
        "form": form,
        "draft": draft,
        "before": before,
        "after": after,
        "near": _near_of(intake, [draft]).get(draft.pk, []),
        "may_change": draft.kind in ("new", "near", "version", "out") and not intake.is_at_work,
    }


def _beside(intake: Intake, number: int) -> tuple[int | None, int | None]:
    """The places of the item before this one and of the one after."""
    places = Draft.objects.filter(intake=intake).values_list("position", flat=True)
    before = places.filter(position__lt=number).order_by("-position").first()
    return before, places.filter(position__gt=number).order_by("position").first()


@require_safe
def intake_compare(
    request: Request, slug: str, uid: UUID, number: int, letter: str, other: int
) -> HttpResponse:
    """An item beside a source (S), or beside another item (I), with what differs."""
    access, intake = _entered(request, slug, uid)
    draft = get_object_or_404(Draft, intake=intake, position=number)
    beside: Source | Draft
    if letter == "S":
        beside = get_object_or_404(Source.objects.live().filter(dossier=access.dossier), number=other)
    elif letter == "I":
        beside = get_object_or_404(Draft, intake=intake, position=other)
    else:
        raise Http404("An item is compared with a source (S) or an item (I).")
    context = {
        "section": "import",
        "intake": intake,
        "draft": draft,
        "beside": beside,
        "is_source": letter == "S",
        "parts": side_by_side(beside.text[:COMPARED], draft.text[:COMPARED]),
        "left": beside.cited if isinstance(beside, Source) else f"Item {beside.position}",
        "right": f"Item {draft.position}",
        "is_cut": max(len(beside.text), len(draft.text)) > COMPARED,
        "compared": COMPARED,
    }
    return show(request, "sources/intake_compare.html", context)


@require_POST
def intake_drop(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Leave an item out, or all of a kind. It can be taken up again while the intake is kept."""
    _access, intake = _entered(request, slug, uid)
    items, here = _asked(request, intake)
    try:
        at = leave_out(intake, items)
    except ValidationError as error:
        return _refused(request, error, here)
    if at is None:
        return done(request, here, "There was nothing to leave out.")
    undo = reverse("sources:intake-take-up", args=[slug, uid]) + "?" + urlencode({"at": at.isoformat()})
    count = intake.drafts.filter(dropped_at=at).count()
    return done(request, here, "1 item left out." if count == 1 else f"{count:,} items left out.", undo=undo)


@require_POST
def intake_take_up(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Take up again an item that was left out, all of them, or those that were left out together (``at``)."""
    _access, intake = _entered(request, slug, uid)
    items, here = _asked(request, intake)
    if written := request.GET.get("at"):
        at = parse_datetime(written)
        items = items.filter(dropped_at=at) if at else items.none()
    try:
        count = take_up(intake, items)
    except ValidationError as error:
        return _refused(request, error, here)
    return done(request, here, "1 item taken up again." if count == 1 else f"{count:,} items taken up again.")


def _refused(request: Request, error: ValidationError, to: str) -> HttpResponse:
    messages.error(request, error.messages[0])
    return redirect(to)


@require_POST
def intake_retry(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Read once more what failed: the item named, or all; one that was here already only when it is named."""
    _access, intake = _entered(request, slug, uid)
    items, here = _asked(request, intake)
    if "item" not in request.POST:
        items = items.filter(KINDS["failed"])
    try:
        if not read_again(intake, items):
            messages.error(request, "There is nothing to try again: bring the file itself once more.")
    except ValidationError as error:
        return _refused(request, error, here)
    return redirect("sources:intake", slug, uid)


def _asked(request: Request, intake: Intake) -> tuple[DraftQuerySet, str]:
    """The items that a form names (``item=7``, ``kind=near``; neither: all), and where to go back to."""
    here = reverse("sources:intake", args=[intake.dossier.slug, intake.uid])
    items = Draft.objects.filter(intake=intake)
    item, kind = request.POST.get("item", ""), request.POST.get("kind", "")
    if item:
        number = asked_number(item)
        get_object_or_404(items, position=number)
        return items.filter(position=number), f"{here}{_page_of(request)}#item-{number}"
    return (items.filter(KINDS[kind]) if kind in KINDS else items), here + _page_of(request)


def _page_of(request: Request) -> str:
    """The page of the report that a form stood on, as its address had it."""
    page, shown = request.POST.get("page", ""), request.POST.get("show", "")
    parts = {"page": page if page.isdecimal() else "", "show": shown if shown in SHOWN else ""}
    kept = {name: value for name, value in parts.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


@require_POST
def intake_discard(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Throw an intake away. What was brought in of it stays."""
    _access, intake = _entered(request, slug, uid)
    try:
        discard_intake(intake)
    except ValidationError as error:
        return _refused(request, error, reverse("sources:intake", args=[slug, uid]))
    return done(
        request,
        reverse("claims:import", args=[slug]),
        "The intake is gone, with all that was not brought in.",
    )
