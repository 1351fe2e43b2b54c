"""Whose request this is: a token is looked for, and then the one door of the dossier (``sources.access.enter``)."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from sources.access import Access, enter
from sources.actions.token import token_of
from sources.models import ApiToken, Role


class BearerToken(HttpBearer):
    """``Authorization: Bearer …``; a session signs nobody in here."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = token_of(token)
        if found:
            request.user = found.user  # what is changed is kept as hers
            request.token = found  # type: ignore[attr-defined]
        return found


def token_in(request: HttpRequest) -> ApiToken:
    """The token that the request brought, which works."""
    token = getattr(request, "token", None)
    assert isinstance(token, ApiToken)
    return token


def entered(request: HttpRequest, slug: str, least: Role = Role.VIEWER) -> Access:
    """The dossier ``slug``, as far as the token and its owner reach: 404 and 403 as everywhere."""
    token_in(request)
    return enter(request, slug.replace("\0", ""), least)  # type: ignore[arg-type]
