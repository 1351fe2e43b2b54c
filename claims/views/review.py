"""The review desk: the next pair, both quotes in their context, one key a verdict. Blind: nothing here tells what was
proposed, by whom, or what others said."""

from dataclasses import dataclass
from typing import Self

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.lookups import IsNull
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from claims.actions.review import give_verdict, skip, take_next, undo_verdict
from claims.filters.review import DeskFilter
from claims.forms.review import VerdictForm, versions_shown
from claims.models import Claim, Disclosure, Guideline, Link, Review, State, Topic
from claims.querysets.claim import ClaimQuerySet
from claims.querysets.link import LinkQuerySet, fetch_sides
from claims.queue import PLACES, session_of
from claims.quotes import Context, surrounded
from config.web import Request, done, show, wants_fragment
from sources.access import Access, enter
from sources.models import Role
from sources.pages import asked_number, filters_on

REACH = 240
"""How many characters of the text are shown on each side of a quote."""

COUNTED = 500
PACE = 200
"""Of how many of her last verdicts the pace is told."""

TOPICS = 500
"""How many topics the filter offers by name; others can be typed."""

TAKEN_BACK = "review_taken_back"


@dataclass(frozen=True)
class Side:
    """One claim of a pair, with its words in their place."""

    claim: Claim
    context: Context

    @classmethod
    def both(cls, link: Link) -> list[Self]:
        """The sides of a link whose claims were read ``in_place``, by number: the order tells nothing of direction."""
        sides = [cls(claim, _context(claim)) for claim in (link.from_claim, link.to_claim)]
        return sorted(sides, key=lambda side: side.claim.number)


def in_place() -> ClaimQuerySet:
    """Claims with all that a side of a pair shows."""
    return Claim.objects.with_attribution().with_surroundings(REACH)


def _context(claim: Claim) -> Context:
    before, after = claim.text_before, claim.text_after  # type: ignore[attr-defined]
    cut = (claim.start > len(before), claim.end + len(after) < claim.source.length)
    return surrounded(before, claim.quote, after, cut=cut)


@require_http_methods(["GET", "POST"])
def review(request: Request, slug: str) -> HttpResponse:
    """Hand out the next pair, of those that the filters in the address ask for. POST gives a verdict on the pair that
    was on the page; then comes the next.
    """
    access = enter(request, slug, Role.REVIEWER)
    if request.method == "GET":
        return _desk(request, access)
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return _desk(request, access, form, status=422)
    given = form.cleaned_data
    link = (
        Link.objects.filter(dossier=access.dossier, number=given["number"])
        .select_related("from_claim", "to_claim")
        .only("dossier", "number", "from_claim__number", "to_claim__number")
        .first()
    )
    if link is None:
        form.add_error(None, f"There is no L-{given['number']} here any more.")
        return _desk(request, access, form, status=409)
    try:
        give_verdict(
            link=link,
            by=access.person,
            verdict=given["verdict"],
            versions=form.versions_of(link),
            confidence=given["confidence"],
            note=given["note"],
        )
    except ValidationError as error:
        if not _said_before(link, access, error, given["verdict"]):
            form.add_error(None, error)
            return _desk(request, access, form, status=409)
    return _on(request, access)


@require_POST
def review_skip(request: Request, slug: str) -> HttpResponse:
    """Pass over the pair ``number``: it comes back after all others."""
    access = enter(request, slug, Role.REVIEWER)
    link = _asked_for(request, access)
    skip(link=link, by=access.person)
    if take_next(dossier=access.dossier, person=access.person, among=_asked(request, access).qs) == link:
        messages.info(request, f"No other pair waits for you: {link.cited} comes again.")
    return _on(request, access)


@require_POST
def review_undo(request: Request, slug: str) -> HttpResponse:
    """Take back her verdict on the pair ``number`` and put it on the desk again, with her note."""
    access = enter(request, slug, Role.REVIEWER)
    link = _asked_for(request, access)
    given = Review.objects.filter(link=link, reviewer=access.person).first()
    try:
        undo_verdict(link=link, by=access.person)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _on(request, access)
    assert given is not None
    request.session[TAKEN_BACK] = {"link": link.pk, "note": given.note, "confidence": given.confidence}
    messages.info(request, f"Your verdict on {link.cited} ({given.get_verdict_display()}) is taken back.")
    return _on(request, access)


def _asked_for(request: Request, access: Access) -> Link:
    number = asked_number(request.POST.get("number", ""))
    return get_object_or_404(Link, dossier=access.dossier, number=number)


def _said_before(link: Link, access: Access, error: ValidationError, verdict: str) -> bool:
    """Whether this is the second half of a double click: what it says was recorded by the first."""
    return (
        error.code == "reviewed"
        and Review.objects.filter(link=link, reviewer=access.person, verdict=verdict).exists()
    )


def _on(request: Request, access: Access) -> HttpResponse:
    """On to the next pair."""
    if wants_fragment(request):
        return _desk(request, access)
    query = request.GET.urlencode()
    return done(
        request, reverse("claims:review", args=[access.dossier.slug]) + (f"?{query}" if query else "")
    )


def _asked(request: Request, access: Access) -> DeskFilter:
    """The pairs that the address asks for; what it asks wrongly leaves all of them, and is said."""
    return DeskFilter(request.GET, Link.objects.all(), access=access)


def _desk(
    request: Request, access: Access, refused: VerdictForm | None = None, *, status: int = 200
) -> HttpResponse:
    """The next pair; with what was refused, and the note that was typed: in its field, if its pair is here again."""
    filters = _asked(request, access)
    if not filters.is_valid() and status == 200:
        status = 422
    link = take_next(dossier=access.dossier, person=access.person, among=filters.qs)
    if link:
        fetch_sides([link], in_place())
    here = str(link.number) if link else None
    again = refused is not None and refused["number"].value() == here
    last = Review.objects.filter(reviewer=access.person).order_by("-at").select_related("link")
    context = {
        "section": "review",
        "link": link,
        "sides": Side.both(link) if link else [],
        "form": _form(request, link, refused if again else None) if link else None,
        "refused": refused,
        "stray_note": refused["note"].value() if refused and not again else "",
        "last": last.exclude(_disclosed(access)).first(),
        "filters": filters,
        "on": filters_on(request, filters.form) if filters.is_valid() else [],
        "topics": Topic.objects.filter(dossier=access.dossier).order_by("name")[:TOPICS],
        "query": request.GET.urlencode(),
        "guidelines": Guideline.objects.in_force(access.dossier.pk),
    }
    context |= _progress(link, access, filters.qs)
    return show(request, "claims/review.html", context, fragment="desk", status=status)


def _progress(link: Link | None, access: Access, asked: LinkQuerySet) -> dict[str, object]:
    """What she has done today and in this session, at what pace, what is left, and what waits for others alone."""
    now = timezone.now()
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    given = Review.objects.filter(reviewer=access.person, at__isnull=False)
    times = given.order_by("-at").values_list("at", flat=True)[:PACE]
    session = session_of([at for at in times if at], now)
    waiting = Link.objects.live().filter(dossier=access.dossier)
    left = _left(link, access, asked) if link else 0
    return {
        "done_today": given.filter(at__gte=today)[:COUNTED].count(),
        "session": session,
        "left": left,
        "minutes": session.time_for(left),
        "own": 0 if link else waiting.own_waiting(access.person.pk)[:COUNTED].count(),
        "counted": COUNTED,
    }


def _form(request: Request, link: Link, refused: VerdictForm | None) -> VerdictForm:
    """An empty form for this pair, or with what was said of it before: refused just now, or taken back."""
    if refused and refused.is_amendable:
        return refused
    taken_back = request.session.get(TAKEN_BACK)
    if taken_back and taken_back["link"] != link.pk:
        taken_back = request.session.pop(TAKEN_BACK) and None
    kept = refused.data if refused else taken_back or {}
    initial = {"number": link.number, "versions": versions_shown(link)}
    return VerdictForm(initial=initial | {"note": kept.get("note", ""), "confidence": kept.get("confidence")})


def _left(link: Link, access: Access, asked: LinkQuerySet) -> int:
    """About how many wait for this reviewer: of the next ``COUNTED`` proposed links, in the order of the queue, and of
    as many from its beginning.
    """  # fmt: skip
    place = PLACES[access.dossier.review_order]
    proposed = Link.objects.live().filter(dossier=access.dossier, state=State.PROPOSED).order_by(place)
    here = getattr(link, place)
    # A look-up for each link: as NOT EXISTS, all her reviews would be gathered for these few.
    judged = Review.objects.filter(link=OuterRef("pk"), reviewer=access.person).order_by()
    unjudged = IsNull(Subquery(judged.values("pk")[:1]), True)
    hers = asked.not_own_of(access.person.pk).filter(unjudged)
    # One side by one: of both at once all links would be gone through.
    sides = [proposed.filter(**{f"{place}__{side}": here}).values("pk")[:COUNTED] for side in ("gte", "lt")]
    return min(sum(hers.filter(pk__in=side).count() for side in sides), COUNTED)


def _disclosed(access: Access) -> Exists:
    """Whether a review's giver was shown others' verdicts on its link."""
    return Exists(
        Disclosure.objects.filter(link=OuterRef("link"), round=OuterRef("link__round"), person=access.person)
    )
