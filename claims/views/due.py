"""What is due of a pair: set by a day, decided on it as kept, broken or moved, and either taken back."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST

from claims.actions.due import decide_due, set_due, withdraw_decision, withdraw_due
from claims.forms.resolution import DecideForm, DueForm, MomentForm
from claims.models import Due, Link
from claims.views.resolution import address, refused, undo_at
from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.models import Role


@require_http_methods(["GET", "POST"])
def due_set(request: Request, slug: str, number: int) -> HttpResponse:
    """Say what is expected of a pair, and by when."""
    access = enter(request, slug, Role.ANALYST)
    link = _link(access, number)
    form = DueForm(request.POST if request.method == "POST" else None)
    context = {"section": "contradictions", "link": link, "form": form}
    if request.method == "GET":
        return show(request, "claims/due_set.html", context)
    if form.is_valid():
        try:
            due = set_due(link, by=access.person, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
        else:
            undo = undo_at("claims:due-undo", access, number, due.at)
            said = f"{link.cited} comes back on {due.day:%-d %B %Y}."
            return done(request, address(access, number), said, undo=undo)
    return invalid(request, "claims/due_set.html", context)


@require_POST
def due_undo(request: Request, slug: str, number: int) -> HttpResponse:
    access = enter(request, slug, Role.ANALYST)
    link = _link(access, number)
    try:
        withdraw_due(link, set_at=MomentForm.moment(request.GET))
    except ValidationError as error:
        return refused(request, access, number, error)
    return done(request, address(access, number), f"Nothing is due on {link.cited} any more.")


@require_http_methods(["GET", "POST"])
def due_decide(request: Request, slug: str, number: int) -> HttpResponse:
    """Say what became of it: kept, broken, or moved to another day."""
    access = enter(request, slug, Role.ANALYST)
    link = _link(access, number)
    due = get_object_or_404(Due.objects.filter(link=link, outcome="").select_related("by"))
    form = DecideForm(request.POST if request.method == "POST" else None)
    context = {"section": "contradictions", "link": link, "due": due, "form": form}
    if request.method == "GET":
        return show(request, "claims/due_decide.html", context)
    if form.is_valid():
        try:
            decided = decide_due(link, by=access.person, **form.cleaned_data)
        except ValidationError as error:
            named = error.message_dict if hasattr(error, "error_dict") else {None: error.messages}
            for field, reasons in named.items():
                form.add_error(field, reasons)
        else:
            undo = undo_at("claims:due-decision-undo", access, number, decided.decided_at)
            moved = form.cleaned_data["moved_to"]
            said = f"{link.cited}: {decided.outcome}{f' to {moved:%-d %B %Y}' if moved else ''}."
            return done(request, address(access, number), said, undo=undo)
    return invalid(request, "claims/due_decide.html", context)


@require_POST
def due_decision_undo(request: Request, slug: str, number: int) -> HttpResponse:
    access = enter(request, slug, Role.ANALYST)
    link = _link(access, number)
    try:
        withdraw_decision(link, decided_at=MomentForm.moment(request.GET))
    except ValidationError as error:
        return refused(request, access, number, error)
    return done(request, address(access, number), f"{link.cited} is due again.")


def _link(access: Access, number: int) -> Link:
    links = Link.objects.live().filter(dossier=access.dossier)
    return get_object_or_404(links.select_related("dossier", "from_claim", "to_claim"), number=number)
