"""Links: the list, one pair side by side, editing what was proposed, and what a lead does when words changed."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims.actions.bin import put_in_bin
from claims.actions.link import confirm_editorial, edit_link, send_back
from claims.actions.review import disclose
from claims.discussion import discussion_of
from claims.filters.link import LinkFilter
from claims.forms.comment import CommentForm
from claims.forms.link import LinkEditForm
from claims.forms.review import WordsForm, versions_shown
from claims.history import history_of, words_changed
from claims.masking import masked, masks_of
from claims.models import IN_REVIEW, Link, Review, Speaker, Topic
from claims.outcome_history import outcome_entries
from claims.querysets.link import LinkQuerySet, fetch_sides
from claims.suggested import suggestion_in
from claims.views.bin import asked_since, bin_undo_address
from claims.views.resolution import outcome_of
from claims.views.review import Side, in_place
from claims.views.tray import came_from
from claims.views.undo import edit_undo_address
from config.web import Request, done, invalid, show, wants_fragment
from sources.access import Access, enter
from sources.actions.records import Stale
from sources.models import Role
from sources.pages import Page, filters_on, page_of, said

NAMES_OFFERED = 500
"""How many topics and speakers the filters offer by name; others can be typed."""

COUNTED = 100
"""How many links are counted at most when they are filtered."""

TOLD = 1_000
"""How many links that a filter by verdicts leaves out are looked at, to record what their absence tells."""


@require_GET
def link_list(request: Request, slug: str) -> HttpResponse:
    """The links of the dossier, the latest first; to htmx the names that its filters offer."""
    access = enter(request, slug, Role.VIEWER)
    if wants_fragment(request):
        names = {"topics": _names(Topic, access), "speakers": _names(Speaker, access)}
        return show(request, "claims/link_list.html", names, fragment="names")
    links = Link.objects.live().filter(dossier=access.dossier)
    filters = LinkFilter(request.GET, links, access=access)
    right = filters.is_valid()
    on = filters_on(request, filters.form)
    rows = filters.qs.with_shown_state(access).for_rows()
    page = page_of(request, rows, "link", count=_count(filters.qs) if on else "")
    fetch_sides(page.rows)
    _disclose_page(access, filters, page)
    context = {
        "section": "links",
        "filters": filters,
        "on": on,
        "page": page,
    }
    answer = show if right else invalid
    return answer(request, "claims/link_list.html", context)


def _count(links: LinkQuerySet) -> str:
    """How many links there are, in words; each must be found by a filter, so that they are not counted far."""
    total = links.order_by().values("pk")[: COUNTED + 1].count()
    return f"{COUNTED}+ links" if total > COUNTED else said(total, "link")


def _names(model: type[Topic] | type[Speaker], access: Access) -> QuerySet[Model, str]:
    names = model._default_manager.filter(dossier=access.dossier).values_list("name", flat=True)
    return names.order_by("name")[:NAMES_OFFERED]


def _disclose_page(access: Access, filters: LinkFilter, page: Page[Link]) -> None:
    others = filters.untold.before(page.before).order_by("-number")
    if page.next:
        others = others.filter(number__gte=page.rows[-1].number)
    disclose_decided(access, filters, page.rows, others)


def disclose_decided(access: Access, filters: LinkFilter, shown: list[Link], left_out: LinkQuerySet) -> None:
    """Record whose verdicts a page tells: of the links shown, and of those that a filter by verdicts left out.

    Between the first and the last number on the page (``left_out``, in the order of the page), a link that is missing
    tells its reviewer that it stands otherwise. Of a long stretch only the first thousand are recorded: a cost.
    """
    decided = shown
    if filters.is_telling and access.can_review:
        near = Link.objects.filter(pk__in=left_out.values("pk")[:TOLD])
        decided = [*decided, *near.judged_by(access.person_id).only("pk")]
    disclose(access, decided)


@require_GET
def link_detail(request: Request, slug: str, number: int) -> HttpResponse:
    """One pair side by side, with what this reader may know of its reviews."""
    access = enter(request, slug, Role.VIEWER)
    links = Link.objects.live().filter(dossier=access.dossier)
    link = get_object_or_404(
        links.with_shown_state(access).with_neighbours().select_related("by", "adjudicated_by"),
        number=number,
    )
    fetch_sides([link], in_place().prefetch_related("topics"))
    shown = link.shown_state != IN_REVIEW  # type: ignore[attr-defined]
    masks = masks_of(link, access.dossier) if shown else {}
    reviews: list[Review] = []
    if shown:
        reviews = masked(link.reviews.select_related("reviewer").order_by("at", "pk"), masks)
        disclose(access, [link])  # once all is read that is shown
    return show(
        request,
        "claims/link_detail.html",
        {
            "section": "links",
            "link": link,
            "sides": sorted(Side.both(link), key=lambda side: side.claim != link.from_claim),
            "shown": shown,
            "reviews": reviews,
            "words": words_changed(link, reviews) if shown and link.changed else [],
            "masks": masks,
            "outcome": outcome_of(link, shown=shown),
            "history": history_of(link, shown=shown, masks=masks, also=outcome_entries(link, shown=shown)),
            "discussion": discussion_of(access, link),
            "comment_form": CommentForm(),
            "versions": versions_shown(link),
            "suggestion": suggestion_in(link.extra),
            "may_bin": access.can_lead or (access.can_write and link.by_id == access.person_id),
        },
    )


@require_http_methods(["GET", "POST"])
def link_edit(request: Request, slug: str, number: int) -> HttpResponse:
    """Change what was proposed. An edit on stale ground shows both versions and asks (409)."""
    access = enter(request, slug, Role.ANALYST)
    link = _link(access, number)
    form = LinkEditForm(request.POST if request.method == "POST" else None, link=link)
    context = {"section": "links", "link": link, "form": form}
    if request.method == "GET":
        return show(request, "claims/link_edit.html", context)
    if form.is_valid():
        try:
            edited = edit_link(link, changes=form.values(), version=form.cleaned_data["version"])
        except Stale as stale:
            return _stale(request, form, stale)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            undo = edit_undo_address(edited) if edited.version != form.cleaned_data["version"] else ""
            return done(request, _address(access, link), f"{link.cited} saved.", undo=undo)
    return invalid(request, "claims/link_edit.html", context)


def _stale(request: Request, form: LinkEditForm, stale: Stale) -> HttpResponse:
    """Both versions, and the form with what was typed, to be saved over the other or thrown away."""
    theirs = stale.current
    assert isinstance(theirs, Link)
    again = request.POST.copy()
    again["version"] = str(theirs.version)
    context = {
        "section": "links",
        "link": theirs,
        "form": LinkEditForm(again, link=theirs),
        "versus": form.beside(theirs),
    }
    return show(request, "claims/link_edit.html", context, status=409)


@require_POST
def link_bin(request: Request, slug: str, number: int) -> HttpResponse:
    access = enter(request, slug, Role.ANALYST)
    links = Link.objects.filter(dossier=access.dossier).for_list()
    link = get_object_or_404(links, number=number)
    try:
        binned = put_in_bin(link, access=access, since=asked_since(request))
    except ValidationError as error:
        return _refused(request, reverse("claims:link-list", args=[slug]), error)
    to = came_from(request, reverse("claims:link-list", args=[slug]))
    return done(request, to, f"Link {link.cited} put in the bin.", undo=bin_undo_address(binned))


@require_POST
def link_send_back(request: Request, slug: str, number: int) -> HttpResponse:
    """Open a new round of review on the words as they stand now."""
    access = enter(request, slug, Role.LEAD)
    link = _changed_link(access, number)
    try:
        send_back(link, versions=_versions_read(request, link))
    except ValidationError as error:
        return _refused(request, _address(access, link), error)
    said = f"{link.cited} sent back to review; its old verdicts stay as history."
    return done(request, _address(access, link), said)


@require_POST
def link_confirm(request: Request, slug: str, number: int) -> HttpResponse:
    """Let the verdicts stand: the change of words was editorial."""
    access = enter(request, slug, Role.LEAD)
    link = _changed_link(access, number)
    try:
        confirm_editorial(link, versions=_versions_read(request, link))
    except ValidationError as error:
        return _refused(request, _address(access, link), error)
    return done(
        request, _address(access, link), f"The verdicts on {link.cited} stand: the change was editorial."
    )


def _link(access: Access, number: int) -> Link:
    return get_object_or_404(Link.objects.live().filter(dossier=access.dossier).for_list(), number=number)


def _changed_link(access: Access, number: int) -> Link:
    """A link that this lead may decide on. Whoever must still judge it blind may not even learn that it was judged."""
    link = _link(access, number)
    if Link.objects.filter(pk=link.pk).hidden_from(access).exists():
        raise PermissionDenied(
            f"You may still review {link.cited}, so what others said of it is hidden from you. Review it first."
        )
    return link


def _versions_read(request: Request, link: Link) -> tuple[int, int]:
    """The versions of the words that the lead decides on; a ValidationError when the form does not say."""
    form = WordsForm(request.POST)
    if not form.is_valid():
        raise ValidationError(
            "Nothing was decided: the form did not say which words you read. Read them here."
        )
    return form.versions_of(link)


def _address(access: Access, link: Link) -> str:
    return reverse("claims:link-detail", args=[access.dossier.slug, link.number])


def _refused(request: Request, to: str, error: ValidationError) -> HttpResponse:
    messages.error(request, " ".join(error.messages))
    return redirect(to)
