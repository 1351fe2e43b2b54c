"""Links: the list as its page filters it, and one with its reviews, as far as the reader may know them."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from claims.actions.review import disclose
from claims.api.door import entered
from claims.api.paging import Cursor, Limit, Number, asked_for, checked, cursor_at, page
from claims.api.refusals import REFUSED, Unfit
from claims.filters.link import LinkFilter
from claims.masking import masked, masks_of
from claims.models import IN_REVIEW, Claim, Link, Resolution
from claims.querysets.link import LinkQuerySet, fetch_sides
from claims.views.link import disclose_decided
from sources.access import Access

router = Router(tags=["links"])


class Side(Schema):
    """A claim as it stands in a link."""

    id: str
    number: int
    statement: str
    source: str
    speaker: str | None


class ResolutionOut(Schema):
    """How a settled contradiction is explained: its kind, as a sentence, and the proof that its kind asks for."""

    kind: str
    sentence: str
    proof: dict[str, Any]
    note: str
    by: str | None
    at: datetime | None


class Adjudication(Schema):
    verdict: str
    note: str
    by: str | None
    at: datetime | None


class LinkOut(Schema):
    """Two claims and how they stand: `kind` is what was proposed, `verdict` what it was settled as. What you must still
    judge blind reads `in review`, with all that follows from reviews null: `verdict`, `changed`, `adjudication`,
    `resolution`.
    """  # fmt: skip

    id: str
    number: int
    from_claim: Side
    to_claim: Side
    kind: str
    mutual: bool
    contradiction_type: str
    strength: str
    rationale: str
    state: str
    verdict: str | None
    changed: bool | None
    adjudication: Adjudication | None
    resolution: ResolutionOut | None
    by: str | None
    at: datetime | None


class ReviewOut(Schema):
    """One verdict. Its reviewer goes by a letter where the dossier masks names while a link is disputed."""

    reviewer: str
    verdict: str
    confidence: int | None
    note: str
    guidelines: int | None


class LinkWithReviews(LinkOut):
    reviews: list[ReviewOut] | None


class Links(Schema):
    items: list[LinkOut]
    next: str | None


class LinkQuery(Schema):
    """The filters of the page of links."""

    kind: str = Field(
        "",
        description="How they stand: `contradicts`, `supports` or `neither`, by verdict once there is one.",
    )
    state: str = Field(
        "", description="`proposed`, `disputed`, `settled`, or `in review` where you must judge."
    )
    type: str = ""
    strength: str = ""
    topic: str = ""
    source: str = ""
    speaker: str = ""
    period: str = ""
    changed: bool = False


@router.get("/dossiers/{slug}/links", response={200: Links, **REFUSED, 422: Unfit}, summary="Links")
def link_list(
    request: HttpRequest, slug: str, asked: Query[LinkQuery], cursor: Cursor = "", limit: Limit = 100
) -> dict[str, Any]:
    """`kind` asks for how a link stands: its verdict, else what was proposed."""
    access = entered(request, slug)
    live = Link.objects.live().filter(dossier=access.dossier)
    filters = checked(LinkFilter(asked_for(request, asked), live, access=access))
    found, after, more = page(_shown(filters.qs, access), cursor, limit)
    _fetch(found)
    left_out = filters.untold.filter(number__gt=after).order_by("number")
    if more:
        left_out = left_out.filter(number__lte=found[-1].number)
    disclose_decided(access, filters, found, left_out)
    return {"items": [_out(one) for one in found], "next": cursor_at(found[-1].number) if more else None}


@router.get("/dossiers/{slug}/links/{number}", response={200: LinkWithReviews, **REFUSED}, summary="One link")
def link_detail(request: HttpRequest, slug: str, number: Number) -> dict[str, Any]:
    """One pair with its reviews; null while you must judge it blind."""
    access = entered(request, slug)
    live = Link.objects.live().filter(dossier=access.dossier)
    one = get_object_or_404(_shown(live, access), number=number)
    _fetch([one])
    if one.shown_state == IN_REVIEW:  # type: ignore[attr-defined]
        return _out(one) | {"reviews": None}
    given = masked(one.reviews.select_related("reviewer").order_by("at", "pk"), masks_of(one, access.dossier))
    disclose(access, [one])
    reviews = [
        {
            "reviewer": review.called,  # type: ignore[attr-defined]
            "verdict": review.verdict,
            "confidence": review.confidence,
            "note": review.note,
            "guidelines": review.guidelines,
        }
        for review in given
    ]
    return _out(one) | {"reviews": reviews}


def _shown(rows: LinkQuerySet, access: Access) -> LinkQuerySet:
    """With the state as this reader may know it, and who made and settled each."""
    return rows.with_shown_state(access).select_related("by", "adjudicated_by").defer("extra")


def _fetch(links: list[Link]) -> None:
    """Give these links both claims and the resolution that stands: two queries."""
    told = ("number", "statement", "source__number", "speaker__name")
    fetch_sides(links, Claim.objects.select_related("source", "speaker").only(*told))
    standing = Resolution.objects.standing().filter(link__in=[one.pk for one in links]).select_related("by")
    resolutions = {resolution.link_id: resolution for resolution in standing}
    for one in links:
        one.resolved = resolutions.get(one.pk)  # type: ignore[attr-defined]


def _out(one: Link) -> dict[str, Any]:
    shown = one.shown_state != IN_REVIEW  # type: ignore[attr-defined]
    adjudicated = shown and one.adjudication_verdict
    return {
        "id": one.cited,
        "number": one.number,
        "from_claim": _side(one.from_claim),
        "to_claim": _side(one.to_claim),
        "kind": one.kind,
        "mutual": one.mutual,
        "contradiction_type": one.contradiction_type,
        "strength": one.strength,
        "rationale": one.rationale,
        "state": one.shown_state,  # type: ignore[attr-defined]
        "verdict": (one.verdict or None) if shown else None,
        "changed": one.changed if shown else None,
        "adjudication": {
            "verdict": one.adjudication_verdict,
            "note": one.adjudication_note,
            "by": one.adjudicated_by.name if one.adjudicated_by else None,
            "at": one.adjudicated_at,
        }
        if adjudicated
        else None,
        "resolution": _resolution(one) if shown else None,
        "by": one.by.name if one.by else None,
        "at": one.at,
    }


def _side(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.cited,
        "number": claim.number,
        "statement": claim.statement,
        "source": claim.source.cited,
        "speaker": claim.speaker.name if claim.speaker else None,
    }


def _resolution(one: Link) -> dict[str, Any] | None:
    found: Resolution | None = one.resolved  # type: ignore[attr-defined]
    if found is None:
        return None
    found.link = one
    return {
        "kind": found.kind,
        "sentence": found.sentence,
        "proof": found.proof,
        "note": found.note,
        "by": found.by.name if found.by else None,
        "at": found.at,
    }
