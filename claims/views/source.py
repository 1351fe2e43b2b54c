"""The reader: a source's text with its marked quotes, where claims are made."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from claims.actions.claim import disclose_tallies, mark
from claims.forms.claim import ClaimForm
from claims.models import Claim
from claims.quotes import Mark, segments
from config.web import Request, done, invalid, show, wants_fragment
from sources.access import Access, enter
from sources.languages import direction_of
from sources.models import Role, Source
from sources.querysets import SourceQuerySet

TEMPLATE = "claims/source_detail.html"
CARDS = 25
"""So many claims have their card beside the text at once; all have their mark in it, and the others' cards follow."""


@require_safe
@require_GET
def source_detail(request: Request, slug: str, number: int) -> HttpResponse:
    """The text with its marks and the cards from the claim ``from`` on; whoever can write is given the form.

    The page's script asks for cards alone: those around a claim, or the ``part`` of them before or after what it has.
    """
    access = enter(request, slug, Role.VIEWER)
    sources = _sources(access).live()
    if wants_fragment(request):
        source = get_object_or_404(sources.without_text(), number=number)
        return show(request, TEMPLATE, _cards(request, access, source, _marks(source)), fragment="cards")
    source = get_object_or_404(sources, number=number)
    form = ClaimForm(source) if access.can_write else None
    return show(request, TEMPLATE, _form(source, form) | _text(request, access, source))


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
    undo = reverse("claims:claim-bin", args=[slug, claim.number])
    if not wants_fragment(request):
        return done(
            request, f"{reverse('claims:source-detail', args=[slug, number])}#{claim.cited}", said, undo=undo
        )
    messages.success(request, said, extra_tags=undo)
    card = Claim.objects.for_list().with_tallies().get(pk=claim.pk)
    return show(request, TEMPLATE, _form(source, ClaimForm(source)) | {"claim": card}, fragment="marked")


def _sources(access: Access) -> SourceQuerySet:
    return Source.objects.filter(dossier=access.dossier).select_related("dossier", "by", "binned_by")


def _marked(form: ClaimForm, access: Access) -> Claim | None:
    """The new claim; None when the form or the action refused, and the form says why."""
    if not form.is_valid():
        return None
    try:
        return mark(source=form.source, by=access.person, **form.values())
    except ValidationError as error:
        form.explain(error)
        return None


def _form(source: Source, form: ClaimForm | None) -> dict[str, Any]:
    return {"section": "sources", "source": source, "form": form}


def _text(request: Request, access: Access, source: Source) -> dict[str, Any]:
    """The text in pieces, and the cards beside it."""
    marks = _marks(source)
    return {
        "direction": direction_of(source.language),
        "may_bin": access.can_lead or (access.can_write and source.by_id == access.person_id),
        "pieces": segments(source.text, marks),
        **_cards(request, access, source, marks),
    }


def _marks(source: Source) -> list[Mark]:
    """The marks of all its claims, in the order of the text."""
    claims = Claim.objects.live().filter(source=source).order_by("start", "-end", "number")
    return [Mark(*row) for row in claims.values_list("number", "start", "end")]


def _cards(request: Request, access: Access, source: Source, marks: list[Mark]) -> dict[str, Any]:
    """Some cards in the order of the text, the number of the claim from which the next follow, and the previous."""
    numbers = [mark.number for mark in marks]
    asked = request.GET.get("from", "")
    first = next((place for place, number in enumerate(numbers) if str(number) == asked), 0)
    here = numbers[first : first + CARDS]
    claims = Claim.objects.live().filter(dossier=access.dossier, number__in=here)
    cards = {
        claim.number: claim for claim in claims.with_attribution().with_tallies().prefetch_related("topics")
    }
    disclose_tallies(access, list(cards.values()))
    return {
        "source": source,
        "part": request.GET.get("part", ""),
        "cards": [cards[number] for number in here if number in cards],
        "earlier": numbers[max(first - CARDS, 0)] if first else None,
        "later": numbers[first + CARDS] if first + CARDS < len(numbers) else None,
    }
