"""Dossiers, and what the token is."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from ninja import Router, Schema

from claims.api.door import entered, token_in
from claims.api.paging import Cursor, Limit, cursor_at, slug_of
from claims.api.refusals import REFUSED, Refusal, Unfit
from sources.models import ApiToken, Dossier, Letter, Membership, Role

router = Router(tags=["dossiers"])


class Me(Schema):
    """The token that was sent, and whose it is."""

    user: str
    token: str
    scope: str
    all_dossiers: bool
    expires_at: datetime


class DossierOut(Schema):
    """One question under study. ``last`` are the highest numbers ever given; ``role`` is yours."""

    slug: str
    name: str
    question: str
    language: str
    reviews_needed: int
    role: str
    last: dict[str, int]


class Dossiers(Schema):
    items: list[DossierOut]
    next: str | None


@router.get("/me", response={200: Me, 401: Refusal}, summary="Whose token this is")
def me(request: HttpRequest) -> dict[str, Any]:
    token = token_in(request)
    return {
        "user": token.user.username,
        "token": token.name,
        "scope": token.scope,
        "all_dossiers": token.is_for_all,
        "expires_at": token.expires_at,
    }


@router.get("/dossiers", response={200: Dossiers, 401: Refusal, 422: Unfit}, summary="My dossiers")
def dossier_list(request: HttpRequest, cursor: Cursor = "", limit: Limit = 100) -> dict[str, Any]:
    """The dossiers that this token opens, by their addresses."""
    token, after = token_in(request), slug_of(cursor)
    found = list(_mine(token).filter(slug__gt=after).order_by("slug")[: limit + 1])
    more = len(found) > limit
    return {
        "items": [_out(one, Role.LEAD if token.user.is_superuser else one.my_role) for one in found[:limit]],  # type: ignore[attr-defined]
        "next": cursor_at(found[limit - 1].slug) if more else None,
    }


@router.get("/dossiers/{slug}", response={200: DossierOut, **REFUSED}, summary="One dossier")
def dossier_detail(request: HttpRequest, slug: str) -> dict[str, Any]:
    access = entered(request, slug)
    return _out(access.dossier, access.role)


def _mine(token: ApiToken) -> QuerySet[Dossier]:
    role = Membership.objects.filter(dossier=OuterRef("pk"), user=token.user).values("role")
    mine = Dossier.objects.open_to(token.user).annotate(my_role=Subquery(role)).prefetch_related("counters")
    if not token.is_for_all:
        mine = mine.filter(pk__in=token.dossiers.values("pk"))
    return mine


def _out(one: Dossier, role: str) -> dict[str, Any]:
    last = {counter.letter: counter.last for counter in one.counters.all()}
    return {
        "slug": one.slug,
        "name": one.name,
        "question": one.question,
        "language": one.language,
        "reviews_needed": one.reviews_needed,
        "role": role,
        "last": {letter.value: last.get(letter, 0) for letter in Letter},
    }
