"""How the API refuses: always as JSON, with ``detail`` in words."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

NOT_SIGNED = (
    "This needs a token that works: Authorization: Bearer …. Make one under Profile, API tokens; one that expired or "
    "was revoked opens nothing."
)
NOTHING = "There is nothing here, or it is not for this token."


class Refusal(Schema):
    """Why a request was refused."""

    detail: str


class Unfit(Schema):
    """What is wrong with the parameters: each by its name."""

    detail: str
    errors: dict[str, list[str]]


REFUSED = {401: Refusal, 403: Refusal, 404: Refusal}
"""What every operation below a dossier may answer."""


class Wrong(Exception):
    """Parameters that do not fit (422): by name, what is wrong with each."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        self.errors = errors
        super().__init__("Some parameters are not understood.")


def handle(api: NinjaAPI) -> None:
    """Let ``api`` answer refusals so."""

    def answer(request: HttpRequest, status: int, **body: Any) -> HttpResponse:
        return api.create_response(request, body, status=status)

    @api.exception_handler(AuthenticationError)
    def unsigned(request: HttpRequest, error: Exception) -> HttpResponse:
        """The same whether no token came, a wrong one, or one that works no more."""
        response = answer(request, 401, detail=NOT_SIGNED)
        response["WWW-Authenticate"] = "Bearer"
        return response

    @api.exception_handler(PermissionDenied)
    def refused(request: HttpRequest, error: Exception) -> HttpResponse:
        return answer(request, 403, detail=str(error) or "This is not allowed.")

    @api.exception_handler(Http404)
    def absent(request: HttpRequest, error: Exception) -> HttpResponse:
        return answer(request, 404, detail=NOTHING)

    @api.exception_handler(Wrong)
    def wrong(request: HttpRequest, error: Wrong) -> HttpResponse:
        return answer(request, 422, detail=str(error), errors=error.errors)

    @api.exception_handler(ValidationError)
    def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors: dict[str, list[str]] = {}
        for one in error.errors:
            errors.setdefault(str(one["loc"][-1]), []).append(str(one["msg"]))
        return wrong(request, Wrong(errors))

    @api.exception_handler(HttpError)
    def failed(request: HttpRequest, error: HttpError) -> HttpResponse:
        return answer(request, error.status_code, detail=str(error))
