"""Sets: taking chosen links out in any format, and bringing an exchange file in."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from django.db import OperationalError, transaction
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from claims.actions.review import disclose
from claims.exchange.exporting import AT_ONCE, begin_export
from claims.exchange.importing import Refused, Report, import_file
from claims.exchange.registry import FORMATS
from claims.exchange.selection import Format, Selection
from claims.filters.annotated_set import SetFilter, selected
from claims.forms.exchange import ImportSetForm
from claims.models import AnnotatedSet, Export, Kind, Link
from claims.views.download import media_type
from claims.views.link import TOLD
from config.web import Request, done, invalid, show, wants_fragment
from sources.access import Access, enter
from sources.actions.origin import propose_later
from sources.models import Role
from sources.pages import filters_on, page_of

PREVIEWED = 10
COUNTED = 1_000
EXPORTS = 10
MAX_UPLOAD = 200 * 1024 * 1024


@require_GET
def set_list(request: Request, slug: str) -> HttpResponse:
    """What an export by these filters would hold, and its downloads."""
    access = enter(request, slug, Role.VIEWER)
    filters = set_filters(access, request.GET)
    if not filters.is_valid():
        return invalid(request, "claims/set_list.html", _page(request, filters, []), fragment="chosen")
    rows = list(filters.qs.with_shown_state(access).for_list().order_by("number")[:PREVIEWED])
    disclose(access, rows)
    _disclose_left_out(access, filters)
    context = _page(request, filters, rows)
    if not wants_fragment(request):
        context |= _kept(request, access)
    return show(request, "claims/set_list.html", context, fragment="chosen")


def _kept(request: Request, access: Access) -> dict[str, Any]:
    """The sets that were frozen, the latest first, and this reader's own exports."""
    sets = AnnotatedSet.objects.filter(dossier=access.dossier).for_list()
    return {
        "sets": page_of(request, sets if access.can_lead else sets.standing(), "set"),
        "exports": Export.objects.of(access.dossier.pk, access.person_id)[:EXPORTS]
        if access.person_id
        else (),
    }


@require_http_methods(["GET", "POST"])
def set_export(request: Request, slug: str) -> HttpResponseBase:
    """The links that pass the filters, as a download in one of the formats, written while it is read.

    So many that it takes its time are written by a job, for whoever asks for that (POST).
    """
    access = enter(request, slug, Role.VIEWER)
    filters = set_filters(access, request.GET)
    chosen = FORMATS.get(request.GET.get("format", ""))
    wrong = chosen.missing() if chosen else f"There is no such format: choose one of {', '.join(FORMATS)}."
    if chosen is None or wrong or not filters.is_valid():
        return invalid(request, "claims/set_list.html", {**_page(request, filters, []), "wrong": wrong})
    links = filters.qs
    many = is_many(filters)
    if request.method == "POST":
        words = [(label, value) for label, value, _ in filters_on(request, filters.form)]
        export = begin_export(
            access, chosen, links=links.order_by().count(), query=_query(request), words=words
        )
        return done(request, reverse("claims:export-detail", args=[slug, export.uid]))
    if many:
        context = {**_page(request, filters, []), **_kept(request, access), "asked": chosen}
        return show(request, "claims/set_list.html", context)
    return streamed(access, filters, chosen)


def streamed(access: Access, filters: SetFilter, chosen: Format) -> StreamingHttpResponse:
    """The links that pass, written while they are read."""
    selection = selected(access, filters)
    selection.told()
    name = f"{access.dossier.slug}-{chosen.name}-{timezone.now():%Y-%m-%d}.{chosen.ending}"
    return StreamingHttpResponse(
        _told_again(selection, chosen.write(selection)),
        content_type=media_type(chosen),
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _told_again(selection: Selection, blocks: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from blocks
    finally:
        selection.told()


def is_many(filters: SetFilter) -> bool:
    """Whether so many links pass that a job writes them."""
    return bool(filters.qs.order_by().values("pk")[: AT_ONCE + 1].count() > AT_ONCE)


def _query(request: Request) -> str:
    """The filter as an address has it."""
    query = request.GET.copy()
    for name in ("format", "before"):
        query.pop(name, None)
    return query.urlencode()


def set_filters(access: Access, given: Any) -> SetFilter:
    """The filters of a set, over the live links of the dossier."""
    filters = SetFilter(given, Link.objects.live().filter(dossier=access.dossier), access=access)
    filters.form.fields["kind"].label = "Kind"
    return filters


def _disclose_left_out(access: Access, filters: SetFilter) -> None:
    """Record what a filter by verdicts tells a reviewer by its count: how the links stand that it passes or leaves out.

    Of many only the first thousand are recorded, as on the list of links: a cost. So far, too, links are counted.
    """
    if filters.is_telling:
        first = filters.untold.order_by("number").values("pk")[:TOLD]
        disclose(access, Link.objects.filter(pk__in=first))


def _page(request: Request, filters: SetFilter, rows: list[Link]) -> dict[str, Any]:
    right = filters.is_valid()
    return {
        "section": "sets",
        "filters": filters,
        "filtered": right and filters.is_asked,
        "rows": rows,
        "formats": FORMATS.values() if right else [],
        "query": _query(request),
        **(_counts(filters) if right else {}),
    }


def _counts(filters: SetFilter) -> dict[str, Any]:
    """How many links pass and how they stand, as far as is counted."""
    some = filters.qs.order_by()[: COUNTED + 1]
    counted = (
        Link.objects.filter(pk__in=some.values("pk"))
        .order_by()
        .values_list("standing")
        .annotate(n=Count("pk"))
    )
    by_kind = dict(counted)
    total = sum(by_kind.values())
    return {
        "total": total,
        "many": total > COUNTED and is_many(filters),
        "count": f"{COUNTED:,}+" if total > COUNTED else f"{total:,}",
        "tallies": [] if total > COUNTED else [(kind, by_kind.get(kind, 0)) for kind in Kind],
    }


# ---- bringing in


@csrf_exempt  # an upload that is too big is refused before it is read; any other comes by _import_set, which checks
@require_http_methods(["GET", "HEAD", "POST"])
def import_set(request: Request, slug: str) -> HttpResponse:
    """Upload an exchange file: all of it comes in, or its bad lines are listed and nothing does."""
    access = enter(request, slug, Role.ANALYST)
    length = request.META.get("CONTENT_LENGTH", "")
    if length.isdecimal() and int(length) > MAX_UPLOAD:
        form = ImportSetForm()
        wrong = "The file is larger than 200 MB. Nothing was read: ask the operator to bring it in with import_set."
        return invalid(request, "claims/import_set.html", {"section": "import", "form": form, "wrong": wrong})
    return _import_set(request, access)


@csrf_protect
def _import_set(request: Request, access: Access) -> HttpResponse:
    posted = request.method == "POST"
    form = ImportSetForm(request.POST, request.FILES) if posted else ImportSetForm()
    context: dict[str, Any] = {"section": "import", "form": form}
    if not posted:
        return show(request, "claims/import_set.html", context)
    if not form.is_valid():
        return invalid(request, "claims/import_set.html", context)
    file, dry_run = form.cleaned_data["file"], form.cleaned_data["dry_run"]
    try:
        report = bring_in(access, file.file, dry_run)
    except Refused as refused:
        return invalid(request, "claims/import_set.html", {**context, "refused": refused, "name": file.name})
    except OperationalError:
        wrong = (
            "Someone changed the same records at that moment. Nothing was brought in: send the file again."
        )
        return invalid(request, "claims/import_set.html", {**context, "wrong": wrong})
    if dry_run:
        return show(request, "claims/import_set.html", {**context, "report": report, "name": file.name})
    return done(request, reverse("claims:front", args=[access.dossier.slug]), f"{file.name}: {report}.")


@transaction.atomic
def bring_in(access: Access, file: BinaryIO, dry_run: bool) -> Report:
    """Within one transaction with whoever signs it: a superuser becomes a person of the dossier only if it succeeds."""
    report = import_file(access.dossier, file, by=access.person, as_lead=access.can_lead, dry_run=dry_run)
    if dry_run:
        transaction.set_rollback(True)
    else:
        propose_later(access.dossier)
    return report
