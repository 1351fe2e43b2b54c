"""One claim: its words in their place, all that stands for and against it, its editing."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims.actions.bin import put_in_bin
from claims.actions.claim import edit_claim
from claims.actions.review import disclose
from claims.discussion import discussion_of
from claims.forms.claim_edit import ClaimEditForm
from claims.forms.comment import CommentForm
from claims.history import history_of_claim
from claims.models import Claim, Kind, Link
from claims.querysets.claim import ClaimQuerySet
from claims.quotes import surrounded
from claims.views.bin import asked_since, bin_undo_address
from claims.views.tray import came_from
from claims.views.undo import edit_undo_address
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.actions.records import Stale
from sources.models import Role

REACH = 300
"""How many characters of the text are shown on each side of the quote."""

LINKS_SHOWN = 50
"""How many links of each kind a claim's page shows; the list of links has them all."""


@require_GET
def claim_detail(request: Request, slug: str, number: int) -> HttpResponse:
    access = enter(request, slug, Role.VIEWER)
    claim = get_object_or_404(_claims(access).for_list().with_surroundings(REACH), number=number)
    before, after = claim.text_before, claim.text_after  # type: ignore[attr-defined]
    cut = (claim.start > len(before), claim.end + len(after) < claim.source.length)
    groups = _links(access, claim)
    disclose(access, [link for _, links, _ in groups for link in links])
    siblings = Claim.objects.live().filter(source=claim.source_id)
    place = Q(start=claim.start)
    return show(
        request,
        "claims/claim_detail.html",
        {
            "section": "claims",
            "claim": claim,
            "context": surrounded(before, claim.quote, after, cut=cut),
            "groups": groups,
            "history": history_of_claim(claim),
            "discussion": discussion_of(access, claim),
            "comment_form": CommentForm(),
            "earlier": siblings.filter(Q(start__lt=claim.start) | place & Q(number__lt=number))
            .order_by("-start", "-number")
            .values_list("number", flat=True)
            .first(),
            "later": siblings.filter(Q(start__gt=claim.start) | place & Q(number__gt=number))
            .order_by("start", "number")
            .values_list("number", flat=True)
            .first(),
            "may_bin": access.can_lead or (access.can_write and claim.by_id == access.person_id),
        },
    )


@require_http_methods(["GET", "POST"])
def claim_edit(request: Request, slug: str, number: int) -> HttpResponse:
    """Change a claim. An edit on stale ground shows both versions and asks (409)."""
    access = enter(request, slug, Role.ANALYST)
    # In the bin too: whoever was editing meanwhile is told who put it there, and keeps what she typed.
    claims = Claim.objects.filter(dossier=access.dossier)
    claim = get_object_or_404(claims if request.method == "POST" else claims.live(), number=number)
    form = ClaimEditForm(claim, request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return show(request, "claims/claim_edit.html", _editing(claim, form))
    if form.is_valid():
        changes = form.changes()
        try:
            edited = edit_claim(
                claim,
                by=access.person,
                changes=changes,
                version=form.cleaned_data["version"],
                speaker=changes.pop("speaker"),
                topics=changes.pop("topics"),
            )
        except Stale as stale:
            return _stale(request, form, stale)
        except ValidationError as error:
            form.explain(error)
        else:
            undo = edit_undo_address(edited) if edited.version != form.cleaned_data["version"] else ""
            to = reverse("claims:claim-detail", args=[slug, number])
            return done(request, to, f"{claim.cited} saved.", undo=undo)
    return invalid(request, "claims/claim_edit.html", _editing(claim, form))


@require_POST
def claim_bin(request: Request, slug: str, number: int) -> HttpResponse:
    access = enter(request, slug, Role.ANALYST)
    claim = get_object_or_404(_claims(access), number=number)
    source = reverse("claims:source-detail", args=[slug, claim.source.number])
    try:
        binned = put_in_bin(claim, access=access, since=asked_since(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(source)
    to = came_from(request, source)
    said = f"{claim.cited} put in the bin, with its links."
    return done(request, to, said, undo=bin_undo_address(binned))


def _claims(access: Access) -> ClaimQuerySet:
    return Claim.objects.live().filter(dossier=access.dossier)


def _links(access: Access, claim: Claim) -> list[tuple[str, list[Link], bool]]:
    """The kind, its links with this claim, whether there are more; in the order that matters to an analyst."""
    kinds = (Kind.CONTRADICTS, Kind.SUPPORTS, Kind.NEITHER)
    all_links = Link.objects.live().of_claim(claim.pk).with_shown_state(access).order_by("-number")
    links = list(all_links[: len(kinds) * LINKS_SHOWN])
    if len(links) == len(kinds) * LINKS_SHOWN:  # Of so many, one kind might leave no room for another.
        links = [link for kind in kinds for link in all_links.filter(standing=kind)[: LINKS_SHOWN + 1]]
    others = Claim.objects.with_attribution().in_bulk({_other(link, claim) for link in links})
    for link in links:
        link.other = others[_other(link, claim)]  # type: ignore[attr-defined]
        link.outward = link.from_claim_id == claim.pk  # type: ignore[attr-defined]
    groups = []
    for kind in kinds:
        if found := [link for link in links if link.standing == kind]:
            groups.append((kind.value, found[:LINKS_SHOWN], len(found) > LINKS_SHOWN))
    return groups


def _other(link: Link, claim: Claim) -> int:
    return link.to_claim_id if link.from_claim_id == claim.pk else link.from_claim_id


def _stale(request: Request, form: ClaimEditForm, stale: Stale) -> HttpResponse:
    """Both versions, and the form with what was typed, to be saved over the other or thrown away."""
    theirs = stale.current
    assert isinstance(theirs, Claim)
    again = ClaimEditForm(theirs, {**form.data.dict(), "version": str(theirs.version)})  # type: ignore[attr-defined]
    found = _editing(theirs, again) | {"versus": form.beside(theirs)}
    return show(request, "claims/claim_edit.html", found, status=409)


def _editing(claim: Claim, form: ClaimEditForm) -> dict[str, object]:
    return {"section": "claims", "claim": claim, "form": form, "source": claim.source}
