"""The door for whoever holds an invitation: to accept it with the account she has, or with one made right there."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from config.web import Request, done, invalid, show
from sources.actions.member import Gone, accept_as_newcomer, accept_invitation, digest_of, open_invitations
from sources.forms.member import NewcomerForm
from sources.models import Invitation, Membership, User

BACKEND = "django.contrib.auth.backends.ModelBackend"


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: Request, token: str) -> HttpResponse:
    """What the invitation offers; POST accepts it. Used, expired, withdrawn and unknown ones are all one: 404."""
    offered = open_invitations().select_related("dossier", "by").filter(digest=digest_of(token)).first()
    if offered is None:
        return _gone(request)
    try:
        return (_as_member if request.user.pk else _as_newcomer)(request, token, offered)
    except Gone:  # someone else was quicker
        return _gone(request)


def _as_member(request: Request, token: str, offered: Invitation) -> HttpResponse:
    context = {
        "invitation": offered,
        "role_now": Membership.objects.members()
        .filter(dossier=offered.dossier, user=request.user)
        .values_list("role", flat=True)
        .first(),
    }
    if request.method != "POST":
        return show(request, "sources/invitation.html", context)
    try:
        person = accept_invitation(token=token, user=request.user)
    except ValidationError as error:
        return invalid(request, "sources/invitation.html", context | {"refused": error.messages[0]})
    return _enter(request, person)


def _as_newcomer(request: Request, token: str, offered: Invitation) -> HttpResponse:
    form = NewcomerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            person = accept_as_newcomer(
                token=token, username=given["username"], password=given["password"], email=given["email"]
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            assert isinstance(person.user, User)
            login(request, person.user, backend=BACKEND)
            return _enter(request, person)
    answer = invalid if form.is_bound else show
    return answer(request, "sources/invitation.html", {"invitation": offered, "form": form})


def _enter(request: Request, person: Membership) -> HttpResponse:
    front = reverse("claims:front", args=[person.dossier.slug])
    return done(request, front, f"Welcome to {person.dossier}. You are {person.role} here.")


def _gone(request: Request) -> HttpResponse:
    return show(request, "sources/invitation.html", {"invitation": None}, status=404)
