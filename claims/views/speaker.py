"""Speakers: the list, one of them, editing, merging several into one. A speaker's address names her."""

from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import FETCH_RAISE
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from claims.actions.speaker import Known, edit_speaker, merge_speakers
from claims.forms.desk import SpeakerForm
from claims.models import Claim, Speaker
from claims.names import Likely, like, likely_same
from claims.querysets.speaker import SpeakerQuerySet
from claims.views.bulk import asked_names
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.actions.records import Stale
from sources.models import Role

PAGE = 50
CLAIMS_SHOWN = 20
COMPARED = 5_000
"""The names of so many speakers are compared at most."""

SUGGESTED = 100


@require_safe
def speaker_list(request: Request, slug: str) -> HttpResponse:
    """The speakers of the dossier by name; ``q`` looks in names, other names, affiliations."""
    access = enter(request, slug, Role.VIEWER)
    words, after = (request.GET.get(name, "").replace("\0", "").strip() for name in ("q", "after"))
    rows = (
        _speakers(access).like(words).after(after).order_by("name").with_counts().prefetch_related("aliases")
    )
    found = list(rows.fetch_mode(FETCH_RAISE)[: PAGE + 1])
    asked = {"q": words} if words else {}
    first = f"{request.path}?{urlencode(asked)}" if asked else request.path
    following = f"?{urlencode({**asked, 'after': found[PAGE - 1].name})}" if len(found) > PAGE else ""
    context = {
        "section": "speakers",
        "rows": found[:PAGE],
        "words": words,
        "first": first if after else "",
        "next": following,
    }
    return show(request, "claims/speaker_list.html", context)


@require_safe
def speaker_detail(request: Request, slug: str) -> HttpResponse:
    """One speaker, by ``name``; by another name it leads to her own."""
    access = enter(request, slug, Role.VIEWER)
    speaker = _speaker(request, access)
    if speaker.name != request.GET.get("name"):
        return redirect(address_of(access, speaker.name))
    claims = Claim.objects.live().filter(speaker=speaker).with_attribution().order_by("-number")
    found = list(claims[: CLAIMS_SHOWN + 1])
    context = {
        "section": "speakers",
        "speaker": speaker,
        "aliases": Known.of(speaker).aliases,
        "claims": found[:CLAIMS_SHOWN],
        "is_more": len(found) > CLAIMS_SHOWN,
        "likely": _likely(access, speaker) if access.can_write else [],
    }
    return show(request, "claims/speaker_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def speaker_edit(request: Request, slug: str) -> HttpResponse:
    """Change what is known of a speaker. An edit on stale ground shows both versions and asks (409)."""
    access = enter(request, slug, Role.ANALYST)
    if request.method != "POST":
        speaker = _speaker(request, access)
        return _editing(request, speaker.name, SpeakerForm(speaker))
    form = SpeakerForm(None, request.POST)
    named = request.GET.get("name", "").replace("\0", "")
    if not form.is_valid():
        return _editing(request, named, form, status=422)
    key, seen = form.cleaned_data["seen"]
    known = {name: form.cleaned_data[name] for name in ("name", "affiliation", "aliases")}
    try:
        speaker, revision = edit_speaker(key, dossier=access.dossier, by=access.person, seen=seen, **known)
    except Speaker.DoesNotExist:
        there = _speakers(access).going_by(seen.name).first()
        where = f"It was merged into {there.name}" if there else "It is gone"
        form.add_error(None, f"{seen.name} is no speaker of its own any more. {where}; nothing was saved.")
        return _editing(request, seen.name, form, status=409)
    except Stale as stale:
        return _stale(request, form, stale)
    except ValidationError as error:
        form.explain(error)
        return _editing(request, seen.name, form, status=422)
    undo = reverse("claims:undo-revision", args=[slug, revision.uid]) if revision else ""
    return done(request, address_of(access, speaker.name), f"{speaker.name} saved.", undo=undo)


@require_http_methods(["GET", "HEAD", "POST"])
def speaker_merge(request: Request, slug: str) -> HttpResponse:
    """What would become of several speakers merged into one of them; POST does it, ``into`` one."""
    access = enter(request, slug, Role.ANALYST)
    names = asked_names(request, "name")
    refused = ""
    if request.method == "POST":
        into = request.POST.get("into", "").replace("\0", "")
        try:
            revision = merge_speakers(dossier=access.dossier, into=into, others=names, by=access.person)
        except ValidationError as error:
            refused = " ".join(error.messages)
        else:
            undo = reverse("claims:undo-revision", args=[slug, revision.uid])
            return done(request, address_of(access, into), revision.said, undo=undo)
    rows = _speakers(access).filter(name__in=names).order_by("name").with_counts().prefetch_related("aliases")
    found = list(rows)
    context = {
        "section": "speakers",
        "rows": found,
        "offers": [(one, _offer(one, found)) for one in found] if len(found) > 1 else [],
        "refused": refused,
    }
    answer = invalid if refused else show
    return answer(request, "claims/speaker_merge.html", context)


@require_safe
def speaker_alike(request: Request, slug: str) -> HttpResponse:
    """Names that may be one speaker's, with the reason; of the first five thousand by name."""
    access = enter(request, slug, Role.ANALYST)
    names = list(_speakers(access).order_by("name").values_list("name", flat=True)[: COMPARED + 1])
    found = likely_same(names[:COMPARED])
    context = {
        "section": "speakers",
        "pairs": [(pair, _merge_address(access, pair)) for pair in found[:SUGGESTED]],
        "more": max(0, len(found) - SUGGESTED),
        "compared": COMPARED if len(names) > COMPARED else 0,
    }
    return show(request, "claims/speaker_alike.html", context)


def address_of(access: Access, name: str) -> str:
    return f"{reverse('claims:speaker-detail', args=[access.dossier.slug])}?{urlencode({'name': name})}"


def _speakers(access: Access) -> SpeakerQuerySet:
    return Speaker.objects.filter(dossier=access.dossier)


def _speaker(request: Request, access: Access) -> Speaker:
    name = request.GET.get("name", "").replace("\0", "")
    speaker: Speaker = get_object_or_404(_speakers(access).going_by(name))
    return speaker


def _offer(one: Speaker, all_of_them: list[Speaker]) -> tuple[int, list[Speaker], str]:
    """How many claims would move to this one, from whom, and the affiliation that it would take over."""
    others = [other for other in all_of_them if other != one]
    taken = "" if one.affiliation else next((other.affiliation for other in others if other.affiliation), "")
    return sum(other.claims_count for other in others), others, taken  # type: ignore[attr-defined]


def _likely(access: Access, speaker: Speaker) -> list[tuple[Likely, str, str]]:
    names = list(_speakers(access).order_by("name").values_list("name", flat=True)[:COMPARED])
    pairs = like(speaker.name, [name for name in names if name != speaker.name])
    return [
        (pair, pair.other if pair.one == speaker.name else pair.one, _merge_address(access, pair))
        for pair in pairs[:10]
    ]


def _merge_address(access: Access, pair: Likely) -> str:
    asked = urlencode([("name", pair.one), ("name", pair.other)])
    return f"{reverse('claims:speaker-merge', args=[access.dossier.slug])}?{asked}"


def _stale(request: Request, form: SpeakerForm, stale: Stale) -> HttpResponse:
    """Both versions, and the form with what was typed, to be saved over the other or thrown away."""
    theirs = stale.current
    assert isinstance(theirs, Speaker)
    fresh = SpeakerForm(theirs)
    again = SpeakerForm(None, {**request.POST.dict(), "seen": fresh["seen"].initial})
    versus = form.beside(Known.of(theirs))
    return _editing(request, theirs.name, again, status=409, versus=versus)


def _editing(
    request: Request,
    name: str,
    form: SpeakerForm,
    *,
    status: int = 200,
    versus: list[tuple[str, str, str]] | None = None,
) -> HttpResponse:
    context = {"section": "speakers", "name": name, "form": form, "versus": versus}
    return show(request, "claims/speaker_edit.html", context, status=status)
