"""The people of a dossier: who they are, what they may do, and how others are let in. For leads."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Case, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.web import Request, done, invalid, show
from sources.access import Access, enter
from sources.actions.member import (
    LASTS,
    add_member,
    change_role,
    create_invitation,
    open_invitations,
    remove_member,
    withdraw_invitation,
)
from sources.forms.member import MemberForm, RoleForm
from sources.models import Membership, Role

IMPORTED = 50
"""How many imported persons stand on a page."""

LISTED = 500
"""How many members, and how many who left, a page lists at most."""

_by_role = Case(*(When(role=role, then=-role.rank) for role in Role), default=0)


@require_safe
def members(request: Request, slug: str) -> HttpResponse:
    """Members, those who left, imported persons (by name; ``?after=NAME`` for more), open invitations."""
    access = enter(request, slug, Role.LEAD)
    return show(request, "sources/members.html", _people(access, after=_word(request, "after")))


@require_POST
def member_add(request: Request, slug: str) -> HttpResponse:
    """Add a person by user name."""
    access = enter(request, slug, Role.LEAD)
    form = MemberForm(request.POST)
    if form.is_valid():
        role = form.cleaned_data["role"]
        try:
            person, was_imported = add_member(dossier=access.dossier, user=form.user, role=role)
        except ValidationError as error:
            form.add_error("username", error)
        else:
            said = f"{person} is a member now, as {role}."
            if was_imported:
                said += " So far she was an imported person: all that came under that name is hers."
            return done(request, _members(slug), said)
    return invalid(request, "sources/members.html", _people(access, add=form))


@require_POST
def member_role(request: Request, slug: str) -> HttpResponse:
    """Let a member do more or less, or take back one who left. Asks before a lead takes her own right to lead."""
    access = enter(request, slug, Role.LEAD)
    person = _person(request, access)
    given = request.POST if "role" in request.POST else request.GET
    form = RoleForm(given)
    if not form.is_valid():
        return invalid(request, "sources/members.html", _people(access, refused=str(form.errors["role"][0])))
    role, was = form.cleaned_data["role"], person.role
    if request.GET.get("now", was) != was:
        said = f"{person} was given another role since: {was or 'none'}. Nothing was taken back."
        return invalid(request, "sources/members.html", _people(access, refused=said))
    if person.pk == access.person_id and role != Role.LEAD and "sure" not in request.POST:
        return invalid(request, "sources/member_remove.html", _sure(person, role=role))
    try:
        change_role(person, role=role, access=access)
    except ValidationError as error:
        return invalid(request, "sources/members.html", _people(access, refused=error.messages[0]))
    if person.pk == access.person_id and role != Role.LEAD and not request.user.is_superuser:
        return done(request, reverse("claims:front", args=[slug]), f"You are {role} of this dossier now.")
    undo = _back(slug, person, was, now=role) if was else ""
    return done(request, _members(slug), f"{person} is {role} now.", undo=undo)


@require_http_methods(["GET", "HEAD", "POST"])
def member_remove(request: Request, slug: str) -> HttpResponse:
    """Take a member's role. A lead who removes herself is asked first."""
    access = enter(request, slug, Role.LEAD)
    person = _person(request, access)
    if request.method != "POST":
        return show(request, "sources/member_remove.html", _sure(person))
    if person.pk == access.person_id and "sure" not in request.POST:
        return invalid(request, "sources/member_remove.html", _sure(person))
    was = person.role
    try:
        remove_member(person, access=access)
    except ValidationError as error:
        return invalid(request, "sources/members.html", _people(access, refused=error.messages[0]))
    if person.pk == access.person_id and not request.user.is_superuser:
        return done(request, reverse("sources:home"), f"You have left {access.dossier}.")
    said = f"{person} may not enter any more. What was made under that name stays."
    return done(request, _members(slug), said, undo=_back(slug, person, was, now=""))


@never_cache
@require_POST
def member_invite(request: Request, slug: str) -> HttpResponse:
    """Make an invitation and show its link: this once, for the token is kept nowhere."""
    access = enter(request, slug, Role.LEAD)
    form = RoleForm(request.POST, prefix="invite")
    if not form.is_valid():
        return invalid(request, "sources/members.html", _people(access, invite=form))
    invitation, token = create_invitation(
        dossier=access.dossier, role=form.cleaned_data["role"], by=access.person
    )
    link = request.build_absolute_uri(reverse("sources:invitation", args=[token]))
    context = {"section": "members", "invitation": invitation, "link": link, "days": LASTS.days}
    return show(request, "sources/member_invite.html", context)


@require_POST
def member_withdraw(request: Request, slug: str) -> HttpResponse:
    """Take an invitation back before anybody used it."""
    access = enter(request, slug, Role.LEAD)
    invitation = get_object_or_404(access.dossier.invitations, digest=_word(request, "invitation"))
    try:
        withdraw_invitation(invitation)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(_members(slug))
    return done(request, _members(slug), "The invitation is withdrawn: its link lets nobody in.")


def _people(access: Access, *, after: str = "", **more: Any) -> dict[str, Any]:
    """What the members page shows, its two forms fresh unless they are given."""
    people = access.dossier.people
    imported = list(people.imported().filter(name__gt=after).order_by("name")[: IMPORTED + 1])
    with_account = people.filter(user__isnull=False).select_related("user").order_by(_by_role, "name")
    return {
        "section": "members",
        "members": with_account.members()[:LISTED],
        "left": with_account.exclude(pk__in=people.members())[:LISTED],
        "imported": imported[:IMPORTED],
        "imported_next": f"?{urlencode({'after': imported[IMPORTED - 1].name})}#imported"
        if len(imported) > IMPORTED
        else "",
        "after": after,
        "invitations": open_invitations().filter(dossier=access.dossier).select_related("by"),
        "roles": Role,
        "add": MemberForm(),
        "invite": RoleForm(prefix="invite"),
        **more,
    }


def _person(request: Request, access: Access) -> Membership:
    """Whom the request names. A person is known by her name; her key stays out of addresses."""
    return get_object_or_404(access.dossier.people.select_related("user"), name=_word(request, "person"))


def _word(request: Request, key: str) -> str:
    """What the form or the address says under this key, without what the database cannot take."""
    return (request.POST.get(key) or request.GET.get(key, "")).replace("\0", "")


def _sure(person: Membership, *, role: str = "") -> dict[str, Any]:
    return {"section": "members", "person": person, "role": role}


def _members(slug: str) -> str:
    return reverse("sources:members", args=[slug])


def _back(slug: str, person: Membership, role: str, *, now: str) -> str:
    """The address whose POST gives the role back, unless another lead has given one since."""
    asked = {"person": person.name, "role": role, "now": now}
    return f"{reverse('sources:member-role', args=[slug])}?{urlencode(asked)}"
