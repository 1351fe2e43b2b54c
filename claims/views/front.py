"""The front page of a dossier: its question, the contradictions found, how far the work is, what to do next."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from claims.actions.review import disclose
from claims.models import IN_REVIEW, Claim, Kind, Link, State, Suggested
from claims.querysets.link import LinkQuerySet, fetch_sides
from claims.views.contradiction import dues_of
from config.web import Request, show
from sources.access import Access, enter
from sources.models import Counter, Letter, Role, Source

CONTRADICTIONS = 12
RECENT = 6
WAITING = 200
"""How far what waits for a person is counted."""

COUNTED = 5_000
"""How far the front page counts; past it, it says about how many."""


@require_GET
def front(request: Request, slug: str) -> HttpResponse:
    access = enter(request, slug, Role.VIEWER)
    sources = Source.objects.live().filter(dossier=access.dossier)
    claims = Claim.objects.live().filter(dossier=access.dossier)
    links = Link.objects.live().filter(dossier=access.dossier)
    contradictions = list(
        links.filter(standing=Kind.CONTRADICTS)
        .unresolved()
        .with_shown_state(access)
        .order_by("-number")[:CONTRADICTIONS]
    )
    fetch_sides(contradictions, Claim.objects.with_attribution())
    _disclose(access, contradictions, links)
    given = dict(Counter.objects.filter(dossier=access.dossier).values_list("letter", "last"))
    progress = _progress(access, links)
    return show(
        request,
        "claims/front.html",
        {
            "section": "front",
            "contradictions": contradictions,
            "recent": list(claims.with_attribution().order_by("-number")[:RECENT]),
            "sources": _count(sources, given[Letter.SOURCE]),
            "claims": _count(claims, given[Letter.CLAIM]),
            "links": Count(given[Letter.LINK], about=True)
            if progress.total is None
            else Count(progress.total),
            "progress": progress,
            "dues": dues_of(access),
            **_waiting(access, links),
        },
    )


def _waiting(access: Access, links: LinkQuerySet) -> dict[str, Any]:
    """What waits for whoever looks: pairs for her own verdict, pairs that the machine suggests."""
    waiting: dict[str, Any] = {}
    if access.can_review:
        near = links.filter(state=State.PROPOSED).order_by("number").values("pk")[: WAITING + 1]
        mine = Link.objects.filter(pk__in=near).to_review(access.person.pk).order_by().count()
        waiting["to_review"] = Count(min(mine, WAITING), at_least=mine > WAITING)
    if access.can_write:
        found = Suggested.objects.filter(dossier=access.dossier).open().order_by()
        many = found.values("pk")[: WAITING + 1].count()
        waiting["suggested"] = Count(min(many, WAITING), at_least=many > WAITING)
    return waiting


def _disclose(access: Access, contradictions: list[Link], links: LinkQuerySet) -> None:
    """Record whose verdicts the page tells: also by what is missing, since that was settled as something else, or is
    resolved.
    """  # fmt: skip
    if not access.can_review:
        return
    missing = links.filter(~Q(standing=Kind.CONTRADICTS) | links.is_resolved(), kind=Kind.CONTRADICTS)
    if len(contradictions) == CONTRADICTIONS:
        missing = missing.filter(number__gt=contradictions[-1].number)
    disclose(access, [*contradictions, *missing.judged_by(access.person_id).only("pk")])


@dataclass(frozen=True)
class Count:
    """How many there are: exactly, or about so many, or at least so many."""

    number: int
    about: bool = False
    at_least: bool = False

    def __bool__(self) -> bool:
        return self.number > 0

    def __str__(self) -> str:
        if self.about:
            return f"about {round(self.number, 2 - len(str(self.number))):,}"
        return f"{self.number:,}+" if self.at_least else f"{self.number:,}"


def _count(rows: QuerySet[Any], given: int) -> Count:
    """How many rows there are; of very many, how many numbers were ever ``given``, which is hardly more."""
    return Count(given, about=True) if given > COUNTED else Count(rows.count())


@dataclass(frozen=True)
class Progress:
    """How many links are in which state, as far as the reader may know."""

    states: list[tuple[str, Count]]

    @property
    def total(self) -> int | None:
        """All of them; None when they are too many to be counted."""
        counts = [count for _, count in self.states]
        return None if any(count.at_least for count in counts) else sum(count.number for count in counts)

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
    counts = {
        name: links.filter(state__in=states).order_by().values("pk")[: COUNTED + 1].count()
        for name, states in groups.items()
    }
    return Progress([(name, Count(min(n, COUNTED), at_least=n > COUNTED)) for name, n in counts.items()])
