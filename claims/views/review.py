"""The review desk: the next pair, both quotes in their context, one key a verdict. Blind: nothing here tells what was
proposed, by whom, or what others said."""

from dataclasses import dataclass
from typing import Self

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from claims.actions.review import give_verdict, skip, take_next, undo_verdict
from claims.forms.review import VerdictForm, versions_shown
from claims.models import Claim, Disclosure, Link, Review, State
from claims.querysets.claim import ClaimQuerySet
from claims.querysets.link import fetch_sides
from claims.quotes import Context, surrounded
from config.web import Request, done, show, wants_fragment
from sources.access import Access, enter
from sources.models import Role
from sources.pages import asked_number

REACH = 240
"""How many characters of the text are shown on each side of a quote."""

COUNTED = 500
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
    """Hand out the next pair. POST gives a verdict on the pair that was on the page; then comes the next."""
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
    if take_next(dossier=access.dossier, person=access.person) == link:
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
    return done(request, reverse("claims:review", args=[access.dossier.slug]))


def _desk(
    request: Request, access: Access, refused: VerdictForm | None = None, *, status: int = 200
) -> HttpResponse:
    """The next pair; with what was refused, and the note that was typed: in its field, if its pair is here again."""
    link = take_next(dossier=access.dossier, person=access.person)
    if link:
        fetch_sides([link], in_place())
    here = str(link.number) if link else None
    again = refused is not None and refused["number"].value() == here
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    given = Review.objects.filter(reviewer=access.person, at__gte=today).order_by("-at")
    return show(
        request,
        "claims/review.html",
        {
            "section": "review",
            "link": link,
            "sides": Side.both(link) if link else [],
            "form": _form(request, link, refused if again else None) if link else None,
            "refused": refused,
            "stray_note": refused["note"].value() if refused and not again else "",
            "done_today": given[:COUNTED].count(),
            "left": _left(link, access) if link else 0,
            "last": given.select_related("link").exclude(_disclosed(access)).first(),
            "counted": COUNTED,
        },
        fragment="desk",
        status=status,
    )


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


def _left(link: Link, access: Access) -> int:
    """About how many wait for this reviewer: of the next ``COUNTED`` proposed links."""
    onward = Link.objects.live().filter(dossier=access.dossier, state=State.PROPOSED, number__gte=link.number)
    near = onward.order_by("number").values("pk")[:COUNTED]
    judged = Review.objects.filter(link=OuterRef("pk"), reviewer=access.person)
    return Link.objects.filter(~Exists(judged), pk__in=near).count()


def _disclosed(access: Access) -> Exists:
    """Whether a review's giver was shown others' verdicts on its link."""
    return Exists(
        Disclosure.objects.filter(link=OuterRef("link"), round=OuterRef("link__round"), person=access.person)
    )
