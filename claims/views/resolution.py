"""A settled contradiction resolved, reopened, and either taken back. Every step works without a script."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from claims.actions.resolution import reopen, resolve, withdraw_reopening, withdraw_resolution
from claims.forms.resolution import MomentForm, ReopenForm, ResolutionForm
from claims.forms.review import versions_shown
from claims.models import KINDS, Kind, Link, Resolution, State
from claims.querysets.link import fetch_sides
from claims.views.review import in_place
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.models import Role

PAGE = "claims/link_resolve.html"


@require_http_methods(["GET", "POST"])
def link_resolve(request: Request, slug: str, number: int) -> HttpResponse:
    """First the kind is chosen (``kind`` in the address), then its proof is given; to htmx the form alone."""
    access = enter(request, slug, Role.LEAD)
    link = settled_link(access, number)
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    kind = KINDS.get(asked)
    if asked and kind is None:
        raise Http404(f"“{asked[:20]}” is no kind of resolution.")
    context = resolving(link) | {"chosen": kind}
    if request.method == "GET" or kind is None:
        if kind:
            context["form"] = ResolutionForm(kind=kind, link=link, initial=_initial(link, kind.key))
        if request.method == "POST":
            return invalid(request, PAGE, context | {"refused": ["Choose how it is explained."]})
        return show(request, PAGE, context, fragment="resolving")
    form = ResolutionForm(request.POST, kind=kind, link=link)
    if form.is_valid():
        try:
            given = resolve(
                link,
                by=access.person,
                kind=kind.key,
                proof=form.proof,
                versions=form.versions_of(link),
                rests_on=form.cleaned_data["rests_on"],
                note=form.cleaned_data["note"],
            )
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
        else:
            undo = undo_at("claims:resolution-undo", access, number, given.at)
            return done(request, address(access, number), f"{link.cited} resolved: {kind.label}.", undo=undo)
    return invalid(request, PAGE, context | {"form": form})


@require_POST
def resolution_undo(request: Request, slug: str, number: int) -> HttpResponse:
    """Take back the resolution that was given at the moment in the address."""
    access = enter(request, slug, Role.LEAD)
    link = _live(access, number)
    try:
        withdraw_resolution(link, given_at=MomentForm.moment(request.GET))
    except ValidationError as error:
        return refused(request, access, number, error)
    return done(
        request, address(access, number), f"{link.cited} is open again, as if it had not been resolved."
    )


@require_http_methods(["GET", "POST"])
def link_reopen(request: Request, slug: str, number: int) -> HttpResponse:
    """Reopen the resolution that stands, for a reason."""
    access = enter(request, slug, Role.LEAD)
    link = _live(access, number)
    form = ReopenForm(request.POST if request.method == "POST" else None)
    context = {"section": "contradictions", "link": link, "form": form}
    if request.method == "GET":
        return show(request, "claims/link_reopen.html", context)
    if form.is_valid():
        try:
            reopened = reopen(link, by=access.person, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
        else:
            undo = undo_at("claims:reopening-undo", access, number, reopened.reopened_at)
            return done(request, address(access, number), f"{link.cited} reopened.", undo=undo)
    return invalid(request, "claims/link_reopen.html", context)


@require_POST
def reopening_undo(request: Request, slug: str, number: int) -> HttpResponse:
    """Let the resolution stand again that was reopened at the moment in the address."""
    access = enter(request, slug, Role.LEAD)
    link = _live(access, number)
    try:
        withdraw_reopening(link, reopened_at=MomentForm.moment(request.GET))
    except ValidationError as error:
        return refused(request, access, number, error)
    return done(request, address(access, number), f"{link.cited} is resolved again, as it was.")


def settled_link(access: Access, number: int) -> Link:
    """A live link with both claims in their place; 404 for one that is no settled contradiction."""
    links = Link.objects.live().filter(dossier=access.dossier, state=State.SETTLED, verdict=Kind.CONTRADICTS)
    link = get_object_or_404(links.select_related("dossier"), number=number)
    fetch_sides([link], in_place())
    return link


def outcome_of(link: Link, *, shown: bool) -> dict[str, object]:
    """What became of a link: the resolution that stands, the former ones, what was and is due. Three queries.

    Without ``shown`` (the reader must judge it blind) nothing of resolutions: they tell that it was settled.
    """
    resolutions = list(link.resolutions.with_grounds()) if shown else []
    for resolution in resolutions:
        resolution.link = link
    dues = list(link.dues.select_related("by", "decided_by"))
    return {
        "is_contradiction": shown and link.state == State.SETTLED and link.verdict == Kind.CONTRADICTS,
        "standing": next((one for one in resolutions if one.reopened_at is None), None),
        "former": [one for one in resolutions if one.reopened_at],
        "kinds": list(KINDS.values()),
        "dues": dues,
        "is_pending": any(not due.outcome for due in dues),
        "today": timezone.now().date(),
    }


def resolving(link: Link) -> dict[str, object]:
    """What the choice of a kind shows."""
    return {
        "section": "contradictions",
        "link": link,
        "kinds": list(KINDS.values()),
        "versions": versions_shown(link),
    }


def _initial(link: Link, kind: str) -> dict[str, object]:
    """What the last resolution of that kind said, should it be resolved so again; else what the claims say."""
    last = Resolution.objects.filter(link=link, kind=kind).exclude(reopened_at=None).with_grounds().first()
    if last:
        rests_on = ", ".join(ground.record.cited for ground in last.grounds.all())
        return {**last.proof, "rests_on": rests_on, "note": last.note}
    a, b = link.from_claim, link.to_claim
    if kind == "time":
        return {"first": a.about or a.asserted, "second": b.about or b.asserted}
    return {"first": a.modality, "second": b.modality} if kind == "modality" else {}


def _live(access: Access, number: int) -> Link:
    links = Link.objects.live().filter(dossier=access.dossier).shown_to(access)
    return get_object_or_404(links.select_related("dossier", "from_claim", "to_claim"), number=number)


def address(access: Access, number: int) -> str:
    return reverse("claims:link-detail", args=[access.dossier.slug, number])


def undo_at(name: str, access: Access, number: int, moment: datetime | None) -> str:
    """The address that takes back what was done at this moment, and nothing later."""
    at = moment.isoformat() if moment else ""
    return f"{reverse(name, args=[access.dossier.slug, number])}?{urlencode({'at': at})}"


def refused(request: Request, access: Access, number: int, error: ValidationError) -> HttpResponse:
    messages.error(request, " ".join(error.messages))
    return redirect(address(access, number))
