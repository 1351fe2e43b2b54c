"""The front page of a dossier: its question, the contradictions found, how far the work is, what to do next."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from claims.actions.review import disclose
from claims.models import IN_REVIEW, Claim, Kind, Link, State
from claims.querysets.link import LinkQuerySet
from config.web import Request, show
from sources.access import Access, enter
from sources.models import Role, Source

CONTRADICTIONS = 12
RECENT = 6
COUNTED = 10_000
"""How far the front page counts: past it, it says "10,000+"."""


@require_GET
def front(request: Request, slug: str) -> HttpResponse:
    access = enter(request, slug, Role.VIEWER)
    sources = Source.objects.live().filter(dossier=access.dossier)
    claims = Claim.objects.live().filter(dossier=access.dossier)
    links = Link.objects.live().filter(dossier=access.dossier)
    contradictions = list(
        links.filter(standing=Kind.CONTRADICTS)
        .with_shown_state(access)
        .for_list()
        .order_by("-number")[:CONTRADICTIONS]
    )
    _disclose(access, contradictions, links)
    return show(
        request,
        "claims/front.html",
        {
            "section": "front",
            "contradictions": contradictions,
            "recent": list(claims.for_list().order_by("-number")[:RECENT]),
            "sources": _count(sources),
            "claims": _count(claims),
            "links": _count(links),
            "progress": _progress(access, links),
        },
    )


def _disclose(access: Access, contradictions: list[Link], links: LinkQuerySet) -> None:
    """Record whose verdicts the page tells: also by what is missing, since that was settled as something else."""
    if not access.can_review:
        return
    missing = links.filter(kind=Kind.CONTRADICTS).exclude(standing=Kind.CONTRADICTS)
    if len(contradictions) == CONTRADICTIONS:
        missing = missing.filter(number__gt=contradictions[-1].number)
    disclose(access, [*contradictions, *missing.judged_by(access.person_id).only("pk")])


@dataclass(frozen=True)
class Count:
    """How many there are, counted as far as the bound."""

    number: int

    @property
    def is_bounded(self) -> bool:
        return self.number > COUNTED

    def __bool__(self) -> bool:
        return self.number > 0

    def __str__(self) -> str:
        return f"{COUNTED:,}+" if self.is_bounded else f"{self.number:,}"


def _count(rows: QuerySet[Any]) -> Count:
    return Count(rows.order_by()[: COUNTED + 1].count())


@dataclass(frozen=True)
class Progress:
    """How many links are in which state, as far as the reader may know."""

    states: list[tuple[str, Count]]

    @property
    def total(self) -> int:
        """All of them; 0 when they are too many to be counted."""
        counts = [count for _, count in self.states]
        return 0 if any(count.is_bounded for count in counts) else sum(count.number for count in counts)

    @property
    def settled(self) -> int:
        return self._of("settled")

    @property
    def reviewed(self) -> int:
        return self._of("settled", "disputed")

    def _of(self, *names: str) -> int:
        return sum(count.number for name, count in self.states if name in names)


def _progress(access: Access, links: LinkQuerySet) -> Progress:
    """What a reviewer might still have to judge is in review to her, all together: the figures tell her no more."""
    if access.can_review:
        groups = {"settled": [State.SETTLED], IN_REVIEW: [State.PROPOSED, State.DISPUTED]}
    else:
        groups = {state.value: [state] for state in (State.SETTLED, State.DISPUTED, State.PROPOSED)}
    return Progress([(name, _count(links.filter(state__in=states))) for name, states in groups.items()])
