"""My tokens of the API: which there are, making one, revoking one."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from config.web import Request, done, invalid, show
from sources.actions.token import create_token, revoke_token
from sources.forms.token import TokenForm
from sources.models import ApiToken

LISTED = 100


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: Request) -> HttpResponse:
    """All of hers; POST makes one and shows its secret: this once, for it is kept nowhere."""
    form = TokenForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        given = form.cleaned_data
        try:
            token, secret = create_token(
                user=request.user,
                name=given["name"],
                scope=given["scope"],
                days=given["days"],
                dossiers=form.chosen,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            api = request.build_absolute_uri("/api/v1/")
            return show(request, "sources/token_created.html", {"token": token, "secret": secret, "api": api})
    mine = ApiToken.objects.filter(user=request.user).prefetch_related("dossiers")[:LISTED]
    now = timezone.now()
    context = {
        "form": form,
        "working": [one for one in mine if one.revoked_at is None and one.expires_at > now],
        "ended": [one for one in mine if one.revoked_at or one.expires_at <= now],
    }
    answer = invalid if form.is_bound else show
    return answer(request, "sources/tokens.html", context)


@require_POST
def token_revoke(request: Request, uid: UUID) -> HttpResponse:
    """Let one of hers open nothing any more."""
    token = get_object_or_404(ApiToken, user=request.user, uid=uid)
    revoke_token(token)
    said = f"The token “{token.name}” is revoked: whatever uses it is refused from now on."
    return done(request, reverse("sources:tokens"), said)
