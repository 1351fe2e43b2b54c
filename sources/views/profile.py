"""My account: my name, my password, and what there is to set about keys."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from config.web import Request, done, invalid, show
from sources.actions.account import edit_account, stop_digest
from sources.forms.profile import ProfileForm
from sources.models import User


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: Request) -> HttpResponse:
    """The name shown beside the user name, and the address for a forgotten password."""
    me = User.objects.get(pk=request.user.pk)  # the form writes into it, even what is refused
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=me)
    if form.is_valid():
        given = form.cleaned_data
        try:
            edit_account(
                request.user,
                first_name=given["first_name"],
                last_name=given["last_name"],
                email=given["email"],
                digest=given["digest"],
                reached=request.build_absolute_uri("/").rstrip("/"),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return done(request, reverse("profile"), "Your profile is saved.")
    answer = invalid if form.is_bound else show
    return answer(request, "sources/profile.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def digest_stop(request: Request) -> HttpResponse:
    """Where the daily mail leads whoever wants it no more; POST stops it."""
    if request.method != "POST":
        return show(request, "sources/digest_stop.html")
    stop_digest(request.user)
    return done(request, reverse("profile"), "You are sent no daily mail any more.")
