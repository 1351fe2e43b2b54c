"""Suggestions: the ranked list of the dossier, those of one claim, and what a person makes of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from claims.actions.learning import verdicts_waiting
from claims.actions.link import AlreadyLinked
from claims.actions.proposal import accept, dismiss, take_back_dismissal
from claims.actions.review import disclose
from claims.actions.suggestion import begin_run, look_at, stop_run
from claims.models import (
    Claim,
    Dismissal,
    Kind,
    LearnedJudge,
    Link,
    LookedAt,
    State,
    Suggested,
    SuggestionRun,
)
from claims.proposing import Basis
from claims.querysets.suggestion import PER_CLAIM
from claims.suggestions.learning import LEAST, LEAST_OF_A_KIND
from claims.views.bin import unmake_address
from claims.views.tray import came_from
from config.web import Request, done, show
from sources.access import Access, enter
from sources.actions.intake import a_worker_is_there
from sources.models import Role
from sources.pages import COUNTED, asked_number, said

LIST, CLAIM = "claims/suggestion_list.html", "claims/claim_suggestions.html"
ROWS = 20

TABS: dict[str, tuple[str, dict[str, Any]]] = {
    "contradicts": ("may contradict", {"stance": Kind.CONTRADICTS, "over_time": False}),
    "supports": ("may support", {"stance": Kind.SUPPORTS}),
    "time": ("may be a change over time", {"stance": Kind.CONTRADICTS, "over_time": True}),
}
"""What the list can show: its words and which those are. Differences that time may explain stand apart."""

ORDERS = {"likely": ("score", "most likely first"), "uncertain": ("uncertainty", "most uncertain first")}


@dataclass(frozen=True)
class Row:
    """A suggestion with its claims in the order shown, and what the next row is called, where one goes from here."""

    suggested: Suggested
    one: Claim
    other: Claim
    next: str = ""

    @property
    def anchor(self) -> str:
        return f"{self.one.cited}-{self.other.cited}"

    @property
    def percent(self) -> int:
        return round(self.suggested.score * 100)

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """The sentences, each with its weight as it is written."""
        return [(sentence, f"{weight:+.2f}") for _, sentence, weight in self.suggested.reasons]


@require_safe
def suggestion_list(request: Request, slug: str) -> HttpResponse:
    """The pairs worth an eye, ranked; how far a search is; to a lead what was learned. To htmx the search alone."""
    access = enter(request, slug, Role.ANALYST)
    context = {"section": "suggestions", **_search(access)}
    if request.htmx and "search" in request.GET:
        return show(request, LIST, context, fragment="search")
    if request.GET.get("show") == "dismissed":
        return show(request, LIST, context | _dismissed(request, access))
    tab, order = _chosen(request)
    by = ORDERS[order][0]
    rows = Suggested.objects.filter(dossier=access.dossier, **TABS[tab][1]).open()
    start = _start(request.GET.get("after", ""))
    page = list((rows.after(by, *start) if start else rows).in_order(by)[: ROWS + 1])
    last = page[ROWS - 1] if len(page) > ROWS else None
    context |= {
        "tab": tab,
        "order": order,
        "tabs": [(name, words, _address(slug, name, order)) for name, (words, _) in TABS.items()],
        "orders": [(name, words, _address(slug, tab, name)) for name, (_, words) in ORDERS.items()],
        "here": _address(slug, tab, order),
        "rows": _rows(access, page[:ROWS]),
        "first": _address(slug, tab, order) if start else "",
        "next": _address(slug, tab, order, after=f"{getattr(last, by)!r}:{last.pk}") if last else "",
        "count": said(rows.order_by()[: COUNTED + 1].count(), "suggestion"),
        "per_claim": PER_CLAIM,
    }
    return show(request, LIST, context | _learned(access))


def _chosen(request: Request) -> tuple[str, str]:
    tab, order = request.GET.get("show", ""), request.GET.get("order", "")
    return tab if tab in TABS else "contradicts", order if order in ORDERS else "likely"


def _address(slug: str, tab: str, order: str, **more: str) -> str:
    given = {"show": tab, "order": order, **more}
    return f"{reverse('claims:suggestion-list', args=[slug])}?{urlencode(given)}"


def _start(written: str) -> tuple[float, int] | None:
    """Where a page starts: after the row of this value and key. 404 for what is none."""
    if not written:
        return None
    value, _, key = written.partition(":")
    try:
        return float(value), asked_number(key)
    except ValueError:
        raise Http404(f"“{written[:30]}” is no place in the list.") from None


def _search(access: Access) -> dict[str, Any]:
    """How far the last search of the dossier is, and what it rests on."""
    run = SuggestionRun.objects.filter(dossier=access.dossier).first()
    claims = Claim.objects.live().filter(dossier=access.dossier).order_by()[: COUNTED + 1].count()
    looked = LookedAt.objects.filter(dossier=access.dossier)[: COUNTED + 1].count()
    return {
        "run": run,
        "tenth": run.done * 10 // max(1, run.total) if run else 0,
        "idle": bool(run and run.is_at_work) and not a_worker_is_there(),
        "enough_claims": claims > 1,
        "unseen": said(max(0, claims - looked), "claim") if looked < claims <= COUNTED else "",
        "told": Basis.of(access.dossier, in_haste=True).told,
    }


def _learned(access: Access) -> dict[str, Any]:
    """To a lead: what the settled verdicts taught."""
    if not access.can_lead:
        return {}
    return {
        "learned": LearnedJudge.objects.filter(dossier=access.dossier).first(),
        "waiting": verdicts_waiting(access.dossier),
        "least": LEAST,
        "least_of_a_kind": LEAST_OF_A_KIND,
    }


def _rows(access: Access, page: Sequence[Suggested], first: Claim | None = None) -> list[Row]:
    """With both claims; ``first`` stands first where it is one of them. What the reasons tell of links is recorded."""
    claims = Claim.objects.with_attribution().in_bulk(
        {key for row in page for key in (row.one_id, row.other_id)}
    )
    _disclose_via(access, page)
    rows = []
    for row in page:
        one, other = claims[row.one_id], claims[row.other_id]
        rows.append(Row(row, other, one) if first and other.pk == first.pk else Row(row, one, other))
    following = [*(row.anchor for row in rows[1:]), ""]
    return [replace(row, next=anchor) for row, anchor in zip(rows, following, strict=False)]


def _disclose_via(access: Access, page: Sequence[Suggested]) -> None:
    """Record that this person is shown how the settled links stand that the reasons lead over: those between any two of
    the claims that a reason names.
    """  # fmt: skip
    named = {tuple(sorted(row.via)) for row in page if row.via}
    if named and access.can_review:
        ends = Q()
        for via in named:
            ends |= Q(from_claim__in=via, to_claim__in=via)
        disclose(access, Link.objects.live().filter(ends, state=State.SETTLED))


def _dismissed(request: Request, access: Access) -> dict[str, Any]:
    """The pairs that are not to be proposed again, the last first."""
    before = request.GET.get("before", "")
    found = Dismissal.objects.filter(dossier=access.dossier).order_by("-pk")
    if before:
        found = found.filter(pk__lt=asked_number(before))
    page = list(found.select_related("one", "other", "by")[: ROWS + 1])
    at = f"{reverse('claims:suggestion-list', args=[access.dossier.slug])}?show=dismissed"
    return {
        "tab": "dismissed",
        "tabs": [
            (name, words, _address(access.dossier.slug, name, "likely")) for name, (words, _) in TABS.items()
        ],
        "dismissed": page[:ROWS],
        "here": at,
        "first": at if before else "",
        "next": f"{at}&before={page[ROWS - 1].pk}" if len(page) > ROWS else "",
        "count": said(
            Dismissal.objects.filter(dossier=access.dossier)[: COUNTED + 1].count(), "dismissed pair"
        ),
    }


@require_safe
def claim_suggestions(request: Request, slug: str, number: int) -> HttpResponse:
    """What may contradict or support a claim, computed at once where nobody looked yet; a part of its page to htmx."""
    access = enter(request, slug, Role.ANALYST)
    claims = Claim.objects.live().filter(dossier=access.dossier).select_related("dossier")
    claim = get_object_or_404(claims, number=number)
    look_at(claim)
    rows = list(
        Suggested.objects.filter(dossier=access.dossier).of_claim(claim.pk).open().in_order("score")[:400]
    )
    # A pair stands once, as what it rather is.
    likelier = [
        row
        for row in rows
        if (row.stance == Kind.CONTRADICTS) == (row.probabilities[0] > row.probabilities[1])
    ]
    groups = []
    for name, (_, which) in TABS.items():
        of_it = [
            row for row in likelier if all(getattr(row, field) == value for field, value in which.items())
        ]
        if of_it:
            groups.append((name, _rows(access, of_it[:PER_CLAIM], first=claim)))
    return show(
        request,
        CLAIM,
        {
            "section": "claims",
            "claim": claim,
            "groups": groups,
            "told": Basis.of(access.dossier, in_haste=True).told,
            "per_claim": PER_CLAIM,
            "here": reverse("claims:claim-detail", args=[slug, number]),
        },
        fragment="suggestions",
    )


@require_POST
def suggestion_look(request: Request, slug: str) -> HttpResponse:
    """Look through the whole dossier anew, in a job."""
    access = enter(request, slug, Role.ANALYST)
    begin_run(access.dossier, by=access.person)
    return redirect("claims:suggestion-list", slug)


@require_POST
def suggestion_stop(request: Request, slug: str) -> HttpResponse:
    """Stop the search: what it found stays."""
    access = enter(request, slug, Role.ANALYST)
    run = SuggestionRun.objects.filter(dossier=access.dossier).first()
    stopped = run is not None and stop_run(run)
    told = "The search was stopped; what it found stays." if stopped else "No search is at work."
    return done(request, reverse("claims:suggestion-list", args=[slug]), told)


@require_POST
def suggestion_accept(request: Request, slug: str) -> HttpResponse:
    """Make the pair ``from`` and ``to`` a proposed link of this ``kind``; back to where one was."""
    access = enter(request, slug, Role.ANALYST)
    one, other = _pair(request, access)
    kind = request.POST.get("kind", "")

    def act() -> HttpResponse:
        link = accept(from_claim=one, to_claim=other, kind=kind, by=access.person)
        how = (
            f"{one.cited} and {other.cited}, neither"
            if kind == "neither"
            else f"{one.cited} {kind} {other.cited}"
        )
        desk = f"{reverse('claims:pair', args=[slug])}?from={one.number}&to={other.number}"
        undo = unmake_address(link, next=desk)
        return done(request, _back(request, access), f"{link.cited} proposed: {how}.", undo=undo)

    return _unless_refused(request, access, act)


@require_POST
def suggestion_dismiss(request: Request, slug: str) -> HttpResponse:
    """Never propose the pair ``from`` and ``to`` again; back to where one was."""
    access = enter(request, slug, Role.ANALYST)
    one, other = _pair(request, access)

    def act() -> HttpResponse:
        dismiss(one=one, other=other, by=access.person)
        undo = reverse("claims:suggestion-undismiss", args=[slug, one.number, other.number])
        back = urlencode({"next": request.POST.get("next", "").split("#")[0] + f"#{one.cited}-{other.cited}"})
        told = f"{one.cited} and {other.cited} are not suggested again."
        return done(request, _back(request, access), told, undo=f"{undo}?{back}")

    return _unless_refused(request, access, act)


@require_POST
def suggestion_undismiss(request: Request, slug: str, one: int, other: int) -> HttpResponse:
    """Let a dismissed pair be proposed again."""
    access = enter(request, slug, Role.ANALYST)
    numbers = Q(one__number=one, other__number=other) | Q(one__number=other, other__number=one)
    dismissal = get_object_or_404(Dismissal.objects.filter(numbers), dossier=access.dossier)

    def act() -> HttpResponse:
        take_back_dismissal(dismissal, access=access)
        return done(request, _back(request, access), f"C-{one} and C-{other} may be suggested again.")

    return _unless_refused(request, access, act)


def _pair(request: Request, access: Access) -> tuple[Claim, Claim]:
    """The two claims that the form names; in the bin too, so that whoever comes late is told."""
    numbers = [asked_number(request.POST.get(name, "")) for name in ("from", "to")]
    rows = Claim.objects.filter(dossier=access.dossier, number__in=numbers).select_related("dossier")
    claims = {claim.number: claim for claim in rows}
    if len(claims) != 2:
        raise Http404("There are no such two claims.")
    return claims[numbers[0]], claims[numbers[1]]


def _back(request: Request, access: Access) -> str:
    return came_from(request, reverse("claims:suggestion-list", args=[access.dossier.slug]))


def _unless_refused(request: Request, access: Access, act: Callable[[], HttpResponse]) -> HttpResponse:
    """What the act answers; where it is refused, back to where one was, told why."""
    try:
        return act()
    except AlreadyLinked as there:
        messages.error(request, f"{there.messages[0]} Nothing was changed.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(_back(request, access))
