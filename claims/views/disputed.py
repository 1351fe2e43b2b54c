"""Where reviewers disagree: a lead opens the verdicts and settles. Whoever opens a link can no longer review it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import FETCH_RAISE
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims.actions.link import adjudicate, withdraw_adjudication
from claims.actions.review import disclose, open_dispute
from claims.forms.review import SettleForm, WithdrawForm
from claims.masking import masked, masks_of
from claims.models import IN_REVIEW, Link, Review, SplitReason
from claims.querysets.link import LinkQuerySet, fetch_sides
from claims.views.review import Side, in_place
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.models import Role
from sources.pages import COUNTED, page_of


@require_GET
def disputed(request: Request, slug: str) -> HttpResponse:
    """The links whose reviewers disagree, without their verdicts."""
    access = enter(request, slug, Role.LEAD)
    links = Link.objects.filter(dossier=access.dossier).disputed()
    page = page_of(request, links.with_shown_state(access).for_list(), "link")
    context = {"section": "disputed", "page": page, "splits": _splits(access), "counted": COUNTED}
    return show(request, "claims/disputed.html", context)


def _splits(access: Access) -> list[tuple[str, int]]:
    """Why reviewers split, as leads said when they settled: each reason in words, and of how many links."""
    rows = Link.objects.live().filter(dossier=access.dossier).order_by()
    counts = [
        (reason.label, rows.filter(split_reason=reason)[: COUNTED + 1].count()) for reason in SplitReason
    ]
    return counts if any(count for _, count in counts) else []


@require_http_methods(["GET", "POST"])
def disputed_detail(request: Request, slug: str, number: int) -> HttpResponse:
    """One of them. Its verdicts are shown to whoever has judged it, or has opened it: POST opens."""
    access = enter(request, slug, Role.LEAD)
    link = get_object_or_404(_links(access).with_shown_state(access).select_related("dossier"), number=number)
    try:
        if request.method == "POST":
            open_dispute(access, link)
        elif not _is_here(link):
            raise ValidationError(f"{link.cited} is not disputed any more.", code="not-disputed")
    except ValidationError as error:
        messages.info(request, " ".join(error.messages))
        return redirect("claims:disputed", slug)
    if request.method == "POST":
        return done(request, _address(access, number))
    return show(request, "claims/disputed_detail.html", _dispute(access, number))


@require_POST
def disputed_settle(request: Request, slug: str, number: int) -> HttpResponse:
    """Settle it by the lead's own verdict, or change the one she gave; then comes the next."""
    access = enter(request, slug, Role.LEAD)
    link = get_object_or_404(_links(access), number=number)
    form = SettleForm(request.POST)
    if not form.is_valid():
        return invalid(request, "claims/disputed_detail.html", _dispute(access, number) | {"form": form})
    try:
        open_dispute(access, link)
        settled = adjudicate(link, by=access.person, **form.cleaned_data)
    except ValidationError as error:
        # What stands now is on the page, with what she wrote: sent again, it is sent knowingly.
        note = form.cleaned_data["note"]
        context = _dispute(access, number, note=note) | {"refusal": error.messages, "note": note}
        return show(request, "claims/disputed_detail.html", context, status=409)
    undo = _undo(access, settled)
    return done(request, _next(access, number), f"{settled.cited} settled: {settled.verdict}.", undo=undo)


@require_POST
def disputed_undo(request: Request, slug: str, number: int) -> HttpResponse:
    """Take back the lead's verdict ``given_at`` a time: the link stands again as its reviews have it."""
    access = enter(request, slug, Role.LEAD)
    link = get_object_or_404(_links(access), number=number)
    form = WithdrawForm(request.GET)
    try:
        link = withdraw_adjudication(
            link, given_at=form.cleaned_data["given_at"] if form.is_valid() else None
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(_address(access, number))
    return done(request, _address(access, number), f"{link.cited} is {link.state} again.")


def _links(access: Access) -> LinkQuerySet:
    return Link.objects.live().filter(dossier=access.dossier)


def _is_here(link: Link) -> bool:
    """Whether a link belongs on this page: disputed, or settled on it."""
    return link.state == "disputed" or link.adjudication_verdict != ""


def _dispute(access: Access, number: int, *, note: str = "") -> dict[str, object]:
    """What the page of one link shows; of its verdicts nothing to a lead who must judge it blind."""
    links = _links(access).with_shown_state(access).select_related("by", "adjudicated_by")
    link = links.fetch_mode(FETCH_RAISE).get(number=number)
    fetch_sides([link], in_place())
    is_open = _is_here(link) and link.shown_state != IN_REVIEW  # type: ignore[attr-defined]
    reviews = Review.objects.filter(link=link) if is_open else Review.objects.none()
    masks = masks_of(link, access.dossier) if is_open else {}
    if is_open:
        disclose(access, [link])
    instead_of = link.adjudicated_at.isoformat() if link.adjudicated_at else ""
    return {
        "section": "disputed",
        "link": link,
        "sides": sorted(Side.both(link), key=lambda side: side.claim != link.from_claim),
        "is_open": is_open,
        "state": link.state if _is_here(link) else link.shown_state,  # type: ignore[attr-defined]
        "masks": masks,
        "reviews": masked(reviews.select_related("reviewer").order_by("at", "pk"), masks),
        "form": SettleForm(
            initial={"note": note, "instead_of": instead_of, "split_reason": link.split_reason}
        ),
        "undo": _undo(access, link),
        "next": _next(access, number),
    }


def _next(access: Access, number: int) -> str:
    """The address of the next disputed link, as the list runs; of the list after the last."""
    others = Link.objects.filter(dossier=access.dossier).disputed().exclude(number=number).order_by("-number")
    if following := others.before(number).first() or others.first():
        return _address(access, following.number)
    return reverse("claims:disputed", args=[access.dossier.slug])


def _undo(access: Access, link: Link) -> str:
    """The address that takes the link's adjudication back, and no later one."""
    address = reverse("claims:disputed-undo", args=[access.dossier.slug, link.number])
    given_at = link.adjudicated_at.isoformat() if link.adjudicated_at else ""
    return f"{address}?{urlencode({'given_at': given_at})}"


def _address(access: Access, number: int) -> str:
    return reverse("claims:disputed-detail", args=[access.dossier.slug, number])
