"""Joining an imported person to a member. For leads."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from claims.actions.person import COUNTED, join_imported, work_of
from claims.forms.person import JoinForm
from config.web import Request, done, invalid, show
from sources.access import enter
from sources.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
def person_join(request: Request, slug: str) -> HttpResponse:
    """What came under the name of ``?person=NAME``, and the question whose it is; POST hands it over."""
    access = enter(request, slug, Role.LEAD)
    name = (request.POST.get("person") or request.GET.get("person", "")).replace("\0", "")
    person = get_object_or_404(access.dossier.people.imported(), name=name)
    form = JoinForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_valid():
        member = form.cleaned_data["member"]
        try:
            join_imported(person, to=member, access=access)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            said = f"What came under the name {name} is the work of {member} now."
            return done(request, reverse("sources:members", args=[slug]), said)
    answer = invalid if form.is_bound else show
    return answer(
        request,
        "claims/person_join.html",
        {
            "section": "members",
            "person": person,
            "form": form,
            "work": work_of(person, access=access).items(),
            "counted": COUNTED,
        },
    )
