"""My keys: the one list of all of them, where each can be changed."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from config.keys import FIXED
from config.web import Request, done, invalid, show
from sources.actions.account import change_keys
from sources.forms.keys import KeysForm


@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: Request) -> HttpResponse:
    here = reverse("sources:keys")
    if request.method == "POST" and "reset" in request.POST:
        change_keys(request.user, {})
        return done(request, here, "All keys are as they came.")
    form = KeysForm(request.POST if request.method == "POST" else None, request.user.keys)
    if form.is_valid():
        change_keys(request.user, form.changed)
        return done(request, here, "Your keys are saved.")
    answer = invalid if form.is_bound else show
    return answer(request, "sources/keys.html", {"form": form, "fixed": FIXED})
