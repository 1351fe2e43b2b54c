"""Origins: which sources share one independent voice, as proposed and as people say. Two texts side by side."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.actions import origin as origins
from sources.copies import KEPT
from sources.differences import side_by_side
from sources.forms.origin import JoinForm, NameForm
from sources.models import Dossier, Fingerprint, Origin, Regrouping, Resemblance, Role, Source
from sources.origins import Shared, percent, sentence
from sources.pages import COUNTED, asked_number, page_of, said
from sources.querysets import related_rows
from sources.shingles import Wording, likeness

LIST, OF_SOURCE, COMPARE = "sources/origin_list.html", "sources/origin.html", "sources/source_compare.html"
SHOWN = 12
"""So many sources of an origin the list shows."""
HINTS = 20
COMPARED = 400_000
"""So many characters of two texts are set side by side."""


@dataclass(frozen=True)
class Row:
    """An origin with the first of its sources; ``credits`` by source, the agencies that it names."""

    origin: Origin
    sources: list[Source]
    credits: dict[int, list[str]]

    @property
    def named(self) -> list[tuple[Source, list[str]]]:
        return [(source, self.credits.get(source.pk, [])) for source in self.sources]

    @property
    def more(self) -> int:
        count: int = self.origin.count  # type: ignore[attr-defined]  # annotated
        return count - len(self.sources)


@require_safe
def origin_list(request: Request, slug: str) -> HttpResponse:
    """The origins of the dossier, those that wait for a person first."""
    access = enter(request, slug, Role.VIEWER)
    return show(request, LIST, _list(request, access, JoinForm(dossier=access.dossier)))


def _list(request: Request, access: Access, join: JoinForm) -> dict[str, Any]:
    held = Origin.objects.of(access.dossier)
    states = {state: _counted(held.filter(state=state)) for state in Origin.State.values}
    state = request.GET.get("state", "")
    if state not in states:
        state = (
            Origin.State.PROPOSED if states["proposed"] or not states["confirmed"] else Origin.State.CONFIRMED
        )
    of_state: Any = held.filter(state=state)  # numbered as records are, but none
    page = page_of(request, of_state, "origin")
    sources = Source.objects.live().filter(dossier=access.dossier)
    return {
        "section": "origins",
        "state": state,
        "states": {name: said(count, "origin") for name, count in states.items()},
        "page": page,
        "rows": _rows(page.rows),
        "without": said(sources.filter(origin=None).order_by()[: COUNTED + 1].count(), "source"),
        "any_sources": sources.exists(),
        "join": join,
    }


def _counted(rows: Any) -> int:
    count: int = rows.order_by()[: COUNTED + 1].count()
    return count


def _rows(found: list[Any]) -> list[Row]:
    """The origins with their first sources. Three queries."""
    of = defaultdict[int, list[int]](list)
    keys = Source.objects.live().filter(origin__in=found).order_by("number").values_list("origin", "pk")
    for origin, key in keys[:20_000]:
        if len(of[origin]) < SHOWN:
            of[origin].append(key)
    shown = [key for some in of.values() for key in some]
    sources = Source.objects.for_list().in_bulk(shown)
    credited = dict(Fingerprint.objects.filter(source__in=shown).values_list("source", "agencies"))
    return [Row(origin, [sources[key] for key in of[origin.pk]], credited) for origin in found]


@require_POST
def origin_confirm(request: Request, slug: str, number: int) -> HttpResponse:
    """These sources share one origin: those that were ``seen``."""
    access = enter(request, slug, Role.ANALYST)
    origin = _origin(access, number)
    seen = (
        [asked_number(written) for written in request.POST["seen"].split()]
        if "seen" in request.POST
        else None
    )
    return _done(request, access, lambda: origins.confirm_origin(origin, by=access.person, seen=seen))


@require_POST
def origin_apart(request: Request, slug: str, number: int) -> HttpResponse:
    """What was proposed to join a confirmed origin does not belong to it."""
    access = enter(request, slug, Role.ANALYST)
    origin = _origin(access, number)
    return _done(request, access, lambda: origins.tell_apart(origin, by=access.person))


@require_POST
def origin_name(request: Request, slug: str, number: int) -> HttpResponse:
    access = enter(request, slug, Role.ANALYST)
    origin = _origin(access, number)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _refused(request, access, ValidationError(list(form.errors["name"])))
    name = form.cleaned_data["name"]
    return _done(request, access, lambda: origins.name_origin(origin, by=access.person, name=name))


@require_POST
def origin_split(request: Request, slug: str, number: int) -> HttpResponse:
    """This source does not share the origin that it is in."""
    access = enter(request, slug, Role.ANALYST)
    source = _source(access, number)
    return _done(request, access, lambda: origins.split_off(source, by=access.person))


@require_POST
def origin_alone(request: Request, slug: str, number: int) -> HttpResponse:
    """This source stands on its own."""
    access = enter(request, slug, Role.ANALYST)
    source = _source(access, number)
    return _done(request, access, lambda: origins.split_off(source, by=access.person, alone=True))


@require_POST
def origin_join(request: Request, slug: str) -> HttpResponse:
    """The sources of these numbers share one origin."""
    access = enter(request, slug, Role.ANALYST)
    form = JoinForm(request.POST, dossier=access.dossier)
    if form.is_valid():
        try:
            regrouping = origins.join_sources(
                form.cleaned_data["sources"], by=access.person, name=form.cleaned_data["name"]
            )
        except ValidationError as error:
            form.add_error("sources", error)
        else:
            return _went(request, access, regrouping)
    return invalid(request, LIST, _list(request, access, form))


@require_POST
def origin_undo(request: Request, slug: str, uid: UUID) -> HttpResponse:
    """Take back what one did to origins."""
    access = enter(request, slug, Role.ANALYST)
    regrouping = get_object_or_404(Regrouping, dossier=access.dossier, uid=uid)
    try:
        origins.take_back(regrouping, by=access.person)
    except ValidationError as error:
        return _refused(request, access, error)
    return done(request, _back(request, access), f"Taken back: {regrouping.said}")


@require_POST
def origin_propose(request: Request, slug: str) -> HttpResponse:
    """Look for common origins anew, in a job."""
    access = enter(request, slug, Role.ANALYST)
    origins.propose_later(access.dossier)
    said_so = "Origins are looked for in the background: load this page again in a moment."
    return done(request, reverse("sources:origin-list", args=[slug]), said_so)


@require_safe
def source_origin(request: Request, slug: str, number: int) -> HttpResponse:
    """What is known of a source's origin: its group and why, what it resembles, and hints that group nothing."""
    access = enter(request, slug, Role.VIEWER)
    source = _source(access, number)
    members = []
    if source.origin:
        members = list(Source.objects.live().filter(origin=source.origin).for_list().order_by("number")[:50])
    return show(
        request,
        OF_SOURCE,
        {
            "section": "sources",
            "source": source,
            "origin": source.origin,
            "members": members,
            "alike": _alike(source),
            "hints": _hints(access.dossier, source),
            "join": JoinForm(dossier=access.dossier, initial={"sources": source.cited}),
        },
    )


@require_GET
def source_compare(request: Request, slug: str, number: int, other: int) -> HttpResponse:
    """Two sources side by side: what differs is marked, what they share is folded and counted."""
    access = enter(request, slug, Role.VIEWER)
    sources = Source.objects.live().select_related("origin").filter(dossier=access.dossier)
    one, two = get_object_or_404(sources, number=number), get_object_or_404(sources, number=other)
    like = likeness(Wording(one.text), Wording(two.text))
    shared = Shared(like.similarity, like.of_first, like.of_second)
    return show(
        request,
        COMPARE,
        {
            "section": "sources",
            "pair": [one, two],
            "one": one,
            "two": two,
            "parts": side_by_side(one.text[:COMPARED], two.text[:COMPARED]),
            "cut": COMPARED if max(one.length, two.length) > COMPARED else 0,
            "shares": like.share >= KEPT,
            "sentence": sentence(one.number, two.number, shared),
            "of_one": percent(like.of_first),
            "of_two": percent(like.of_second),
            "similarity": percent(like.similarity),
            "together": one.origin_id is not None and one.origin_id == two.origin_id,
        },
    )


def _alike(source: Source) -> list[tuple[Source, str]]:
    """What shares wording with it, the most first, and how much in words."""
    found = {
        (other if one == source.pk else one): Shared(like, *(of if one == source.pk else of[::-1]))
        for one, other, like, *of in Resemblance.objects.filter(dossier=source.dossier)
        .filter(Q(one=source) | Q(other=source))
        .order_by("-similarity")
        .values_list("one", "other", "similarity", "of_one", "of_other")[:50]
    }
    others = Source.objects.live().filter(pk__in=found).select_related("origin").for_list()
    in_order = sorted(others, key=lambda other: (-found[other.pk].share, other.number))
    return [(other, sentence(source.number, other.number, found[other.pk])) for other in in_order]


def _hints(dossier: Dossier, source: Source) -> list[tuple[str, list[Source]]]:
    """What it credits, and the other sources that do too: no more than a hint."""
    live = Source.objects.live().filter(dossier=dossier).exclude(pk=source.pk).for_list().order_by("-number")
    hints = []
    for agency in Fingerprint.objects.filter(source=source).values_list("agencies", flat=True).first() or []:
        others = live.filter(fingerprint__agencies__contains=[agency])
        hints.append((f"credits {agency}", list(others[:HINTS])))
    claims = related_rows(Source, "claims").filter(dossier=dossier, binned_at=None)
    for via in claims.filter(source=source).exclude(via="").values_list("via", flat=True).distinct()[:5]:
        others = live.filter(pk__in=claims.filter(via=via).values("source"))
        hints.append((f"has claims that came via {via}", list(others[:HINTS])))
    return hints


def _origin(access: Access, number: int) -> Origin:
    origin: Origin = get_object_or_404(
        Origin.objects.select_related("dossier"), dossier=access.dossier, number=number
    )
    return origin


def _source(access: Access, number: int) -> Source:
    sources = (
        Source.objects.live()
        .without_text()
        .select_related("origin__joins", "origin__by", "dossier", "retraction")
    )
    return get_object_or_404(sources, dossier=access.dossier, number=number)


def _done(request: Request, access: Access, act: Callable[[], Regrouping]) -> HttpResponse:
    try:
        regrouping = act()
    except ValidationError as error:
        return _refused(request, access, error)
    return _went(request, access, regrouping)


def _went(request: Request, access: Access, regrouping: Regrouping) -> HttpResponse:
    origins.propose_later(access.dossier)
    undo = reverse("sources:origin-undo", args=[access.dossier.slug, regrouping.uid])
    return done(request, _back(request, access), regrouping.said, undo=undo)


def _back(request: Request, access: Access) -> str:
    """The list, or the page of the source that the form stood on."""
    slug, number = access.dossier.slug, request.POST.get("from", "")
    if number.isascii() and number.isdecimal() and len(number) < 10:
        return reverse("sources:source-origin", args=[slug, int(number)])
    return reverse("sources:origin-list", args=[slug])


def _refused(request: Request, access: Access, error: ValidationError) -> HttpResponse:
    context = _list(request, access, JoinForm(dossier=access.dossier))
    return invalid(request, LIST, context | {"refused": " ".join(error.messages)})
