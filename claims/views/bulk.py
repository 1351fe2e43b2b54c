"""Changing a selection of claims at once: choosing, what would change, doing it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from claims.actions.bulk import AT_ONCE, JUDGED, Changed, Outcome, edit_many, what_would_change
from claims.actions.claim import disclose_tallies
from claims.actions.revision import listed, several
from claims.filters.claim import ClaimFilter
from claims.forms.desk import BulkForm
from claims.models import Claim, Link
from claims.querysets.claim import ClaimQuerySet
from claims.views.tray import came_from
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.models import Role
from sources.pages import asked_number

BULK = "claims/claim_bulk.html"
SHOWN = 100
"""So many claims are shown of those chosen, and of those that would change."""

NAMES = 50
"""So many names are taken from a list at once."""

LINKS_COUNTED = 1_000


@require_http_methods(["GET", "HEAD", "POST"])
def claim_bulk(request: Request, slug: str) -> HttpResponse:
    """Change many claims: those chosen (``claim``), or with ``all`` those that the list's filters leave.

    GET asks what to change; POST shows what would change, and with ``do=save`` does it.
    """
    access = enter(request, slug, Role.ANALYST)
    if request.method != "POST":
        return _choose(request, access)
    form = BulkForm(request.POST, label_suffix="")
    right = form.is_valid()
    if "claims" not in form.cleaned_data:
        messages.error(request, "The form did not say which claims: choose them here.")
        return redirect(_list(access))
    versions = form.cleaned_data["claims"]
    if right and request.POST.get("do") == "save":
        try:
            outcome = edit_many(
                dossier=access.dossier, by=access.person, versions=versions, wanted=form.wanted
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
            right = False
        else:
            return _saved(request, access, outcome)
    claims = list(_claims(access).filter(number__in=versions).order_by("-number"))
    context = _context(form, claims) | {"next": came_from(request, _list(access))}
    if not right:
        return invalid(request, BULK, context)
    sent = [(name, request.POST.get(name, "")) for name in form.fields if request.POST.get(name)]
    return show(request, BULK, context | {"sent": sent} | _preview(access, form, claims, versions))


def _choose(request: Request, access: Access) -> HttpResponse:
    """The form over what was chosen, with the version of each claim as it stands now."""
    note = ""
    if "all" in request.GET:
        filters = ClaimFilter(request.GET, access)
        filters.is_valid()
        few = filters.few
        if few is None:
            said = f"More than {AT_ONCE:,} claims match. At most {AT_ONCE:,} are changed at once: narrow the filter."
            messages.error(request, said)
            return redirect(_list(access, request))
        numbers = few
        if filters.is_telling:
            told = list(_claims(access).filter(number__in=numbers))
            disclose_tallies(access, told, among=filters.untold)
        if filters.search and len(few) == AT_ONCE:
            note = f"The best {AT_ONCE:,} of your search; there may be more."
    else:
        numbers = [asked_number(number) for number in request.GET.getlist("claim")[:AT_ONCE]]
    claims = list(_claims(access).filter(number__in=numbers).order_by("-number"))
    if not claims:
        messages.error(request, "No claim was chosen: check those that you mean, then edit them together.")
        return redirect(_list(access, request))
    chosen = " ".join(f"{claim.number}:{claim.version}" for claim in claims)
    form = BulkForm(initial={"claims": chosen}, label_suffix="")
    return show(request, BULK, _context(form, claims) | {"note": note, "next": _list(access, request)})


def _context(form: BulkForm, claims: list[Claim]) -> dict[str, object]:
    return {
        "section": "claims",
        "form": form,
        "count": several(len(claims), "claim"),
        "claims": claims[:SHOWN],
        "unseen": max(0, len(claims) - SHOWN),
    }


def _preview(
    access: Access, form: BulkForm, claims: list[Claim], versions: dict[int, int]
) -> dict[str, object]:
    """What would change, and how many links rest on words that would. Nothing of who has judged them."""
    changed: list[Changed] = what_would_change(claims, form.wanted)
    links = 0
    if form.wanted.fields.keys() & set(JUDGED):
        keys = [
            one.claim.pk for one in changed if any(label in JUDGED for label, _before, _after in one.changes)
        ]
        resting = Link.objects.live().filter(Q(from_claim__in=keys) | Q(to_claim__in=keys))
        links = resting.order_by()[: LINKS_COUNTED + 1].count()
    moved = [one.cited for one in claims if versions[one.number] != one.version]
    gone = len(versions) - len(claims)
    return {
        "preview": True,
        "would": changed[:SHOWN],
        "changed_count": several(len(changed), "claim"),
        "changed_unseen": max(0, len(changed) - SHOWN),
        "unchanged": len(claims) - len(changed),
        "links": several(links, "link") if links <= LINKS_COUNTED else f"{LINKS_COUNTED:,}+ links",
        "links_count": links,
        "moved": listed(moved, 12),
        "gone": gone,
    }


def _saved(request: Request, access: Access, outcome: Outcome) -> HttpResponse:
    left = (
        f" Changed or binned by someone else meanwhile, and left as they are: {listed(outcome.left, 12)}."
        if outcome.left
        else ""
    )
    to = came_from(request, _list(access))
    if outcome.revision is None:
        return done(request, to, f"No claim was changed: each is so already.{left}")
    undo = reverse("claims:undo-revision", args=[access.dossier.slug, outcome.revision.uid])
    return done(request, to, f"{outcome.revision.said}{left}", undo=undo)


def _claims(access: Access) -> ClaimQuerySet:
    return Claim.objects.live().filter(dossier=access.dossier).with_attribution()


def _list(access: Access, request: Request | None = None) -> str:
    """The list, with the filters that were on."""
    address = reverse("claims:claim-list", args=[access.dossier.slug])
    if request is None:
        return address
    query = request.GET.copy()
    for name in ("claim", "all", "before"):
        query.pop(name, None)
    return f"{address}?{query.urlencode()}" if query else address


def asked_names(request: Request, key: str) -> list[str]:
    """The names that a list's boxes or a form gave, without repeats; fifty at most."""
    given = (request.POST if request.method == "POST" else request.GET).getlist(key)
    return list(dict.fromkeys(name.replace("\0", "") for name in given))[:NAMES]
