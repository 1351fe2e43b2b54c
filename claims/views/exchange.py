"""Sets: taking chosen links out in any format, and bringing an exchange file in."""

from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from claims.actions.review import disclose
from claims.exchange.importing import Refused, Report, import_file
from claims.exchange.registry import FORMATS
from claims.exchange.selection import Selection
from claims.filters.link import LinkFilter
from claims.forms.exchange import ImportSetForm
from claims.models import Kind, Link
from claims.views.link import TOLD
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.actions.origin import propose_later
from sources.models import Role

PREVIEWED = 10
COUNTED = 1_000
MAX_UPLOAD = 200 * 1024 * 1024


@require_GET
def set_list(request: Request, slug: str) -> HttpResponse:
    """What an export by these filters would hold, and its downloads."""
    access = enter(request, slug, Role.VIEWER)
    filters = _filters(access, request.GET)
    if not filters.is_valid():
        return invalid(request, "claims/set_list.html", _page(request, filters, []), fragment="chosen")
    rows = list(filters.qs.with_shown_state(access).for_list().order_by("number")[:PREVIEWED])
    disclose(access, rows)
    _disclose_left_out(access, filters)
    return show(request, "claims/set_list.html", _page(request, filters, rows), fragment="chosen")


@require_GET
def set_export(request: Request, slug: str) -> HttpResponseBase:
    """The links that pass the filters, as a download in one of the formats, written while it is read."""
    access = enter(request, slug, Role.VIEWER)
    filters = _filters(access, request.GET)
    chosen = FORMATS.get(request.GET.get("format", ""))
    wrong = chosen.missing() if chosen else f"There is no such format: choose one of {', '.join(FORMATS)}."
    if chosen is None or wrong or not filters.is_valid():
        return invalid(request, "claims/set_list.html", {**_page(request, filters, []), "wrong": wrong})
    links = filters.qs
    # What a filter by verdicts leaves out of a file tells as much as what the file holds.
    disclose(access, filters.untold)
    selection = Selection(
        dossier=access.dossier,
        links=links,
        is_filtered=any(filters.form.cleaned_data.values()),
        access=access,
    )
    name = f"{slug}-{chosen.name}-{timezone.now():%Y-%m-%d}.{chosen.ending}"
    return StreamingHttpResponse(
        chosen.write(selection),
        content_type=f"{chosen.content_type}; charset=utf-8" if chosen.is_text else chosen.content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _filters(access: Access, given: Any) -> LinkFilter:
    filters = LinkFilter(given, Link.objects.live().filter(dossier=access.dossier), access=access)
    filters.form.fields["kind"].label = "Kind"
    return filters


def _disclose_left_out(access: Access, filters: LinkFilter) -> None:
    """Record what a filter by verdicts tells a reviewer by its count: how the links stand that it passes or leaves out.

    Of many only the first thousand are recorded, as on the list of links: a cost. So far, too, links are counted.
    """
    if filters.is_telling:
        first = filters.untold.order_by("number").values("pk")[:TOLD]
        disclose(access, Link.objects.filter(pk__in=first))


def _page(request: Request, filters: LinkFilter, rows: list[Link]) -> dict[str, Any]:
    right = filters.is_valid()
    query = request.GET.copy()
    query.pop("format", None)
    return {
        "section": "sets",
        "filters": filters,
        "filtered": right and any(filters.form.cleaned_data.values()),
        "rows": rows,
        "formats": FORMATS.values() if right else [],
        "query": query.urlencode(),
        **(_counts(filters) if right else {}),
    }


def _counts(filters: LinkFilter) -> dict[str, Any]:
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
        report = _bring_in(access, file, dry_run)
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
def _bring_in(access: Access, file: Any, dry_run: bool) -> Report:
    """Within one transaction with whoever signs it: a superuser becomes a person of the dossier only if it succeeds."""
    report = import_file(
        access.dossier, file.file, by=access.person, as_lead=access.can_lead, dry_run=dry_run
    )
    if dry_run:
        transaction.set_rollback(True)
    else:
        propose_later(access.dossier)
    return report
