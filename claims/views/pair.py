"""The pairing desk: find the second claim, see the two together, say how they stand."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from claims import tray
from claims.actions.link import AlreadyLinked, propose
from claims.actions.review import disclose
from claims.forms.link import LinkForm
from claims.models import Claim, Link
from claims.views.bin import unmake_address
from config.web import Request, done, invalid, show, wants_fragment
from sources.access import Access, enter
from sources.languages import config_for
from sources.models import Role, Source
from sources.pages import asked_number
from sources.search import Search

FOUND = 20


@dataclass(frozen=True)
class Desk:
    """What lies on the desk: the pair, as far as it is chosen, and the words searched for."""

    slug: str
    first: Claim | None
    second: Claim | None
    words: str

    @property
    def is_full(self) -> bool:
        return self.first is not None and self.second is not None

    def address(self, *, first: int | None = None, second: int | None = None) -> str:
        """This desk with another pair on it."""
        given = {"from": first, "to": second, "q": self.words}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"{reverse('claims:pair', args=[self.slug])}{query and '?'}{query}"

    @property
    def here(self) -> str:
        return self.address(first=_number(self.first), second=_number(self.second))

    @property
    def swapped(self) -> str:
        return self.address(first=_number(self.second), second=_number(self.first))

    @property
    def without_first(self) -> str:
        return self.address(second=_number(self.second))

    @property
    def without_second(self) -> str:
        return self.address(first=_number(self.first))

    def choosing(self, claim: Claim) -> str:
        """The desk with this claim in the empty slot; the second slot when both are taken."""
        if self.first is None:
            return self.address(first=claim.number, second=_number(self.second))
        return self.address(first=self.first.number, second=claim.number)


@require_http_methods(["GET", "POST"])
def pair(request: Request, slug: str) -> HttpResponse:
    """The desk with the claims ``from`` and ``to``, else those in the tray; POST proposes how they stand."""
    access = enter(request, slug, Role.ANALYST)
    desk = _desk(request, access)
    form = LinkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and desk.first and desk.second and form.is_valid():
        try:
            link = propose(from_claim=desk.first, to_claim=desk.second, access=access, **form.values())
        except AlreadyLinked:
            pass  # The page names the link there is.
        except ValidationError as error:
            form.add_error(None, error)
        else:
            tray.take_out(request.session, access.dossier, desk.first.number, desk.second.number)
            return done(request, desk.without_second, _said(link), undo=_undo(link, desk))
    answer = invalid if request.method == "POST" else show
    return answer(
        request,
        "claims/pair.html",
        {
            "section": "pair",
            "desk": desk,
            "form": form,
            "there": _link_there(access, desk),
            "results": _results(access, desk),
        },
    )


@require_GET
def pair_search(request: Request, slug: str) -> HttpResponse:
    """The best matches for what is being typed; without htmx the desk with them."""
    access = enter(request, slug, Role.ANALYST)
    desk = _desk(request, access)
    if not wants_fragment(request):
        return redirect(desk.here)
    return show(
        request,
        "claims/pair.html",
        {"desk": desk, "results": _results(access, desk)},
        fragment="results",
    )


def _desk(request: Request, access: Access) -> Desk:
    """What the address puts on the desk; when it names no claim, what the tray holds."""
    asked = [request.GET.get(name, "") for name in ("from", "to")]
    words = request.GET.get("q", "").strip()[:200]
    if not any(asked):
        held = tray.read(request.session, access.dossier)
        asked = [str(claim.number) if claim else "" for claim in (held.first, held.second)]
    numbers = [asked_number(number) if number else None for number in asked]
    claims = {
        claim.number: claim
        for claim in Claim.objects.filter(
            dossier=access.dossier, number__in=[number for number in numbers if number is not None]
        ).with_attribution()
    }
    for number in numbers:
        if number is not None and number not in claims:
            raise Http404(f"There is no claim C-{number}.")
    first, second = (claims[number] if number is not None else None for number in numbers)
    return Desk(access.dossier.slug, first, second if second != first else None, words)


@dataclass(frozen=True)
class Result:
    """A claim that was found, its link with the claim on the desk if there is one, and the address that chooses it."""

    claim: Claim
    link: Link | None
    address: str


def _results(access: Access, desk: Desk) -> list[Result]:
    if len(desk.words) < 2:
        return []
    on_desk = [claim.pk for claim in (desk.first, desk.second) if claim]
    claims = Claim.objects.filter(dossier=access.dossier).live()
    search = Search(desk.words, _configs(access), prefix=True)
    best = claims.exclude(pk__in=on_desk).best(search)[:FOUND]
    found = sorted(
        claims.with_attribution().filter(number__in=best), key=lambda claim: best.index(claim.number)
    )
    linked: dict[int, Link] = {}
    if (one := desk.first or desk.second) and found:
        for link in Link.objects.between(one.pk, [claim.pk for claim in found]):
            linked[link.to_claim_id if link.from_claim_id == one.pk else link.from_claim_id] = link
        disclose(access, list(linked.values()))
    return [Result(claim, linked.get(claim.pk), desk.choosing(claim)) for claim in found]


def _configs(access: Access) -> list[str]:
    """The text-search configurations that claims of this dossier have."""
    sources = Source.objects.filter(dossier=access.dossier)
    return [config_for(access.dossier.language), *sources.configs()]


def _link_there(access: Access, desk: Desk) -> Link | None:
    """The link that these two claims have already, in the bin or not. How it stands is told."""
    if not (desk.first and desk.second):
        return None
    there = Link.objects.of_pair(desk.first.pk, desk.second.pk)
    found: Link | None = there.select_related("by", "binned_by", "dossier").first()
    if found:
        disclose(access, [found])
    return found


def _number(claim: Claim | None) -> int | None:
    return claim.number if claim else None


def _said(link: Link) -> str:
    one, other = link.from_claim.cited, link.to_claim.cited
    how = f"{one} and {other}, neither" if link.kind == "neither" else f"{one} {link.kind} {other}"
    return f"{link.cited} proposed: {how}."


def _undo(link: Link, desk: Desk) -> str:
    """The address that bins the link again and brings its maker back to the pair."""
    return unmake_address(link, next=desk.here)
