"""Annotated sets: freezing one, its page and its files, two of them compared, withdrawing one."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims.actions.annotated_set import give_up_judging, hidden_in, reinstate, told_by, withdraw
from claims.actions.review import disclose
from claims.exchange.datasheet import FIGURES
from claims.exchange.exporting import AT_ONCE, begin_export
from claims.exchange.freezing import as_everybody, freeze, kept_file
from claims.exchange.registry import FORMATS
from claims.exchange.set_formats import SET_FORMATS, make_any, takes_long
from claims.filters.annotated_set import SetFilter
from claims.forms.annotated_set import FreezeForm, WithdrawForm
from claims.models import AnnotatedSet, Kind, Link, SetLink
from claims.querysets.link import fetch_sides
from claims.splits import PARTS
from claims.views.download import kept_download
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.models import Role
from sources.pages import asked_number, filters_on, said

COUNTED = 1_000
ROWS = 50


# ---- freezing


@require_http_methods(["GET", "POST"])
def set_freeze(request: Request, slug: str) -> HttpResponse:
    """Freeze the links that pass the filters, as everybody may know them."""
    access = enter(request, slug, Role.LEAD)
    links = Link.objects.live().filter(dossier=access.dossier)
    filters = SetFilter(request.GET, links, access=as_everybody(access))
    form = FreezeForm(request.POST if request.method == "POST" else None, access=access)
    context = {"section": "sets", "form": form, "filters": filters}
    if not filters.is_valid():
        return invalid(request, "claims/set_freeze.html", context)
    on = filters_on(request, filters.form)
    context |= {"on": on, "query": request.GET.urlencode(), **_counted(filters, access)}
    if request.method == "GET":
        return show(request, "claims/set_freeze.html", context)
    if not form.is_valid():
        return invalid(request, "claims/set_freeze.html", context)
    words = [(label, value) for label, value, _ in on]
    try:
        said_of_it = form.description(
            query=request.GET.urlencode(),
            words=words,
            address=request.build_absolute_uri(reverse("claims:set-list", args=[slug])),
        )
        one = freeze(access, filters.qs, said_of_it)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return invalid(request, "claims/set_freeze.html", context)
    except OperationalError:
        form.add_error(None, "Someone changed the dossier at that moment. Nothing was frozen: freeze again.")
        return invalid(request, "claims/set_freeze.html", context)
    return done(request, _address(one, slug), f"{one.cited} is frozen: {one}. Nothing will change it.")


def _counted(filters: SetFilter, access: Access) -> dict[str, Any]:
    """How many links would be frozen, and how they are settled, as far as is counted."""
    some = Link.objects.filter(pk__in=filters.qs.order_by()[: COUNTED + 1].values("pk"))
    rows = some.order_by().values_list("verdict").annotate(n=Count("pk"))
    by_verdict = dict(rows)
    total = sum(by_verdict.values())
    if total <= COUNTED:
        disclose(access, some)
    return {
        "total": total,
        "count": said(total, "link", COUNTED),
        "tallies": [] if total > COUNTED else [(kind, by_verdict.get(kind, 0)) for kind in Kind],
        "unsettled": by_verdict.get("", 0) if total <= COUNTED else None,
    }


# ---- one set


@require_GET
def set_detail(request: Request, slug: str, number: int) -> HttpResponse:
    """What a set is and holds, and its files. Of a withdrawn one: that it was withdrawn, and why."""
    access = enter(request, slug, Role.VIEWER)
    one = _set(access, number)
    return _show(request, access, one)


def _show(request: Request, access: Access, one: AnnotatedSet, **more: Any) -> HttpResponse:
    gone = one.is_withdrawn and not access.can_lead
    context: dict[str, Any] = {"section": "sets", "one": one, "gone": gone, "form": WithdrawForm(), **more}
    status = more.get("status", 410 if gone else 200)
    if not gone:
        hidden = hidden_in(one, access).order_by()[: COUNTED + 1].values("pk").count()
        if not hidden:
            disclose(access, told_by(one))
        context |= {"hidden": said(hidden, "link", COUNTED) if hidden else "", "parts": list(_parts(one))}
        context |= {
            "formats": [*FORMATS.values(), *SET_FORMATS.values()],
            "kept": {file.format: file for file in one.files.all()},
            "large": one.counts["links"] > AT_ONCE,
            "others": AnnotatedSet.objects.others_of(one).standing()[:20],
            "figures": [(label, one.agreement["figures"][name]) for name, label in FIGURES.items()],
            "labels": [(kind, one.balance[kind]) for kind in Kind],
        }
    return show(request, "claims/set_detail.html", context, status=status)


def _parts(one: AnnotatedSet) -> Iterator[dict[str, Any]]:
    """Each part of the split: its name, the share it was to have, and what came of it."""
    total = one.counts["links"]
    for name in PARTS if one.split else ():
        part = one.split["parts"][name]
        yield {
            "name": name,
            "wish": one.split["shares"][name],
            "share": round(100 * part["links"] / total),
            **part,
        }


@require_http_methods(["GET", "POST"])
def set_file(request: Request, slug: str, number: int) -> HttpResponseBase:
    """The set in a format, from what was frozen. What is new is made: at once, or of a large set by a job (POST)."""
    access = enter(request, slug, Role.VIEWER)
    one = _set(access, number)
    name = request.GET.get("format", "gainsay")
    chosen = FORMATS.get(name) or SET_FORMATS.get(name)
    every = ", ".join([*FORMATS, *SET_FORMATS])
    wrong = chosen.missing() if chosen else f"There is no such format: choose one of {every}."
    if chosen is None or wrong:
        return _show(request, access, one, status=422, wrong=wrong)
    if (one.is_withdrawn and not access.can_lead) or hidden_in(one, access).exists():
        return redirect(_address(one, slug)) if not one.is_withdrawn else _show(request, access, one)
    file = kept_file(one, name)
    if file is None and takes_long(one, name, AT_ONCE):
        if request.method == "GET":
            wrong = f"{chosen.label} of so many links is made in the background: ask for it below."
            return _show(request, access, one, status=409, wrong=wrong)
        export = begin_export(access, chosen, links=one.counts["links"], annotated_set=one)
        return done(request, reverse("claims:export-detail", args=[slug, export.uid]))
    file = file or make_any(one, name)
    disclose(access, told_by(one))
    return kept_download(request, file, chosen, f"{slug}-{one.cited}-{name}")


@require_POST
def set_open(request: Request, slug: str, number: int) -> HttpResponse:
    """Give up judging the links of a set that are in review again, to read what it tells of them."""
    access = enter(request, slug, Role.REVIEWER)
    one = _set(access, number)
    count = give_up_judging(one, access=access)
    return done(
        request, _address(one, slug), f"You will not judge {said(count, 'link')} of {one.cited} any more."
    )


# ---- two sets


@require_GET
def set_compare(request: Request, slug: str, number: int, other: int) -> HttpResponse:
    """What differs from the set ``other`` to the set ``number``: links added, removed, with another verdict."""
    access = enter(request, slug, Role.VIEWER)
    after, before = _set(access, number), _set(access, other)
    for one in (after, before):
        if (one.is_withdrawn and not access.can_lead) or hidden_in(one, access).exists():
            return redirect(_address(one, slug))
    disclose(access, told_by(before))
    disclose(access, told_by(after))
    start = asked_number(request.GET.get("after", "0"))
    found = SetLink.objects.differing(before, after, start, ROWS + 1)
    counts = SetLink.objects.differing_counts(before, after, COUNTED)
    context = {
        "section": "sets",
        "before": before,
        "after": after,
        "rows": _with_links(access, found[:ROWS]),
        "counts": [(what, said(n, "link", COUNTED)) for what, n in counts.items()],
        "same": not any(counts.values()),
        "start": start,
        "next": found[ROWS - 1]["number"] if len(found) > ROWS else None,
    }
    return show(request, "claims/set_compare.html", context)


def _with_links(access: Access, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each with the link as it stands now; without one that is gone."""
    found = Link.objects.live().filter(dossier=access.dossier, number__in=[row["number"] for row in rows])
    links = list(found.for_rows())
    fetch_sides(links)
    by_number = {link.number: link for link in links}
    return [{**row, "live": by_number.get(row["number"])} for row in rows]


# ---- withdrawing


@require_POST
def set_withdraw(request: Request, slug: str, number: int) -> HttpResponse:
    access = enter(request, slug, Role.LEAD)
    one = _set(access, number)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _show(request, access, one, form=form, status=422)
    withdraw(one, access=access, reason=form.cleaned_data["reason"])
    undo = reverse("claims:set-reinstate", args=[slug, number])
    return done(
        request, _address(one, slug), f"{one.cited} is withdrawn. Its number stays with it.", undo=undo
    )


@require_POST
def set_reinstate(request: Request, slug: str, number: int) -> HttpResponse:
    access = enter(request, slug, Role.LEAD)
    one = reinstate(_set(access, number))
    return done(request, _address(one, slug), f"{one.cited} stands again.")


def _set(access: Access, number: int) -> AnnotatedSet:
    sets = AnnotatedSet.objects.filter(dossier=access.dossier).select_related(
        "dossier", "by__user", "withdrawn_by"
    )
    return get_object_or_404(sets, number=number)


def _address(one: AnnotatedSet, slug: str) -> str:
    return reverse("claims:set-detail", args=[slug, one.number])
