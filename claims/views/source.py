"""The reader: a source's text with its marked quotes, where claims are made and edited beside their words."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from claims.actions.claim import disclose_tallies, edit_claim, mark
from claims.actions.review import disclose
from claims.forms.claim import ClaimForm
from claims.forms.claim_edit import ClaimEditForm
from claims.models import Claim, Link, State
from claims.quotes import blocks, segments
from claims.reading import Reading
from claims.views.bin import unmake_address
from claims.views.undo import edit_undo_address
from config.web import Request, done, invalid, show, tell, wants_fragment
from sources.access import Access, enter
from sources.actions.records import Stale
from sources.languages import direction_of
from sources.models import Role, Source
from sources.querysets import SourceQuerySet

TEMPLATE = "claims/source_detail.html"
CARDS = 25
"""So many claims have their card beside the text at once; all have their mark in it, and the others' cards follow."""


@require_safe
@require_GET
def source_detail(request: Request, slug: str, number: int) -> HttpResponse:
    """The text with the marks that the address asks for, and the cards from the claim ``from`` on; whoever can write is
    given the form.

    The page's script asks for cards alone: those around a claim, or the ``part`` of them before or after what it has;
    for the ``counts`` of the filters; the links of its filters for all that they change.
    """
    access = enter(request, slug, Role.VIEWER)
    sources = _sources(access).live()
    if wants_fragment(request) and "from" in request.GET:
        source = get_object_or_404(sources.without_text(), number=number)
        return show(
            request, TEMPLATE, _cards(request, access, _reading(request, access, source)), fragment="cards"
        )
    source = get_object_or_404(sources, number=number)
    form = ClaimForm(source) if access.can_write else None
    fragment = "bar" if "counts" in request.GET else "desk"
    return show(request, TEMPLATE, _form(source, form) | _text(request, access, source), fragment=fragment)


@require_POST
def claim_create(request: Request, slug: str, number: int) -> HttpResponse:
    """Mark words and state what they claim. A refusal (422) keeps all that was typed."""
    access = enter(request, slug, Role.ANALYST)
    # In the bin too: whoever was marking meanwhile is told who put it there, and keeps her words.
    source = get_object_or_404(_sources(access), number=number)
    form = ClaimForm(source, request.POST)
    claim = _marked(form, access)
    if claim is None:
        context = _form(source, form)
        if not wants_fragment(request):
            context |= _text(request, access, source)
        return invalid(request, TEMPLATE, context, fragment="form")
    said = f"{claim.cited} marked."
    undo = unmake_address(claim)
    if claim.source_id != source.pk:
        said += f" {claim.source.cited}, the newer version, has its words too: it rests there."
    if not wants_fragment(request) or claim.source_id != source.pk:
        return done(request, _place(claim, slug), said, undo=undo)
    tell(request, said, undo=undo)
    card = Claim.objects.for_list().with_tallies().get(pk=claim.pk)
    return show(request, TEMPLATE, _form(source, ClaimForm(source)) | {"claim": card}, fragment="marked")


@require_http_methods(["GET", "POST"])
def claim_edit_here(request: Request, slug: str, number: int) -> HttpResponse:
    """The claim's form in the place of its card beside the text; saved, its card again. An edit on stale ground shows
    both versions and asks (409). Without a script the claim's own form is the way."""  # fmt: skip
    access = enter(request, slug, Role.ANALYST)
    claims = Claim.objects.filter(dossier=access.dossier).select_related("source", "speaker", "dossier")
    if request.method == "GET":
        # The form needs no text: it is read when the words are looked for.
        claim = get_object_or_404(claims.live().defer("source__text"), number=number)
        if not wants_fragment(request):
            return redirect("claims:claim-edit", slug, number)
        return _editing(request, claim, ClaimEditForm(claim))
    claim = get_object_or_404(claims, number=number)
    form = ClaimEditForm(claim, request.POST)
    try:
        saved = _saved(form, claim, access)
    except Stale as stale:
        theirs = stale.current
        assert isinstance(theirs, Claim)
        again = ClaimEditForm(theirs, {**request.POST.dict(), "version": str(theirs.version)})
        return _editing(request, theirs, again, versus=form.beside(theirs), status=409)
    if saved is None:
        return _editing(request, claim, form, status=422)
    undo = edit_undo_address(saved) if saved.version != form.cleaned_data["version"] else ""
    if not wants_fragment(request):
        return done(request, _place(saved, slug), f"{saved.cited} saved.", undo=undo)
    tell(request, f"{saved.cited} saved.", undo=undo)
    reading = _reading(request, access, claim.source)
    card = Claim.objects.for_list().with_tallies().get(pk=saved.pk)
    card.against = reading.against.get(card.number, [])  # type: ignore[attr-defined]
    disclose_tallies(access, [card])
    return show(request, TEMPLATE, {"source": claim.source, "claim": card}, fragment="edited")


def _sources(access: Access) -> SourceQuerySet:
    return Source.objects.filter(dossier=access.dossier).select_related(
        "dossier", "by", "binned_by", "origin", "retraction__by"
    )


def _place(claim: Claim, slug: str) -> str:
    """Where its words are marked."""
    return f"{reverse('claims:source-detail', args=[slug, claim.source.number])}#{claim.cited}"


def _marked(form: ClaimForm, access: Access) -> Claim | None:
    """The new claim; None when the form or the action refused, and the form says why."""
    if not form.is_valid():
        return None
    try:
        return mark(source=form.source, by=access.person, **form.values())
    except ValidationError as error:
        form.explain(error)
        return None


def _saved(form: ClaimEditForm, claim: Claim, access: Access) -> Claim | None:
    """The claim as edited; None when the form or the action refused, and the form says why. Raises Stale."""
    if not form.is_valid():
        return None
    changes = form.changes()
    names = {"speaker": changes.pop("speaker"), "topics": changes.pop("topics")}
    try:
        return edit_claim(
            claim, by=access.person, changes=changes, version=form.cleaned_data["version"], **names
        )
    except ValidationError as error:
        form.explain(error)
        return None


def _form(source: Source, form: ClaimForm | None) -> dict[str, Any]:
    return {"section": "sources", "source": source, "form": form}


def _editing(
    request: Request,
    claim: Claim,
    form: ClaimEditForm,
    *,
    versus: list[tuple[str, str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    # The form for a new claim stands on the page too.
    form.auto_id = f"id_{claim.number}_%s"
    context = {"claim": claim, "source": claim.source, "form": form, "versus": versus}
    if not wants_fragment(request):
        return show(request, "claims/claim_edit.html", {"section": "claims", **context}, status=status)
    return show(request, TEMPLATE, context, fragment="editing", status=status)


def _reading(request: Request, access: Access, source: Source) -> Reading:
    """The claims that the address asks for; what their standing tells is recorded as shown."""
    reading = Reading(source, access, request.GET)
    if access.can_review and reading.rows:
        told = Link.objects.live()
        if not reading.tells_states:
            told = told.filter(state=State.SETTLED)
        claims = Claim.objects.live().filter(source=source)
        if any(row.is_elsewhere for row in reading.rows):
            claims = Claim.objects.live().filter(pk__in=[row.pk for row in reading.rows])
        disclose(access, told.touching(claims))
    return reading


def _text(request: Request, access: Access, source: Source) -> dict[str, Any]:
    """The text in pieces, and the cards beside it."""
    reading = _reading(request, access, source)
    chosen = reading.bare if reading.shows_bare else [one.sentence for one in reading.suggestions]
    return {
        "direction": direction_of(source.language),
        "may_bin": access.can_lead or (access.can_write and source.by_id == access.person_id),
        "pieces": segments(source.text, reading.shown, blocks=blocks(source.text), sentences=chosen),
        "suggested": {one.sentence.start: one.scored.reasons for one in reading.suggestions},
        "shown": {mark.number for mark in reading.shown},
        **_cards(request, access, reading),
    }


def _cards(request: Request, access: Access, reading: Reading) -> dict[str, Any]:
    """Some cards in the order of the text, the number of the claim from which the next follow, and the previous."""
    numbers = [mark.number for mark in reading.shown]
    asked = request.GET.get("from", "")
    first = next((place for place, number in enumerate(numbers) if str(number) == asked), 0)
    here = numbers[first : first + CARDS]
    claims = Claim.objects.live().filter(dossier=access.dossier, number__in=here)
    cards = {
        claim.number: claim for claim in claims.with_attribution().with_tallies().prefetch_related("topics")
    }
    for claim in cards.values():
        claim.against = reading.against.get(claim.number, [])  # type: ignore[attr-defined]
    return {
        "source": reading.source,
        "reading": reading,
        "part": request.GET.get("part", ""),
        "cards": [cards[number] for number in here if number in cards],
        "earlier": numbers[max(first - CARDS, 0)] if first else None,
        "later": numbers[first + CARDS] if first + CARDS < len(numbers) else None,
    }
