"""Claims: the list with its filters, one claim with all that stands for and against it, its editing."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from claims.forms.claim import known_names
from claims.models import Speaker, Topic
from config.web import Request
from sources.access import enter
from sources.models import Role


@require_GET
def claim_names(request: Request, slug: str) -> HttpResponse:
    """Names of speakers or topics (``of``) that hold some letters (``like``), as JSON, for a field that offers them."""
    access = enter(request, slug, Role.ANALYST)
    model = Topic if request.GET.get("of") == "topics" else Speaker
    return JsonResponse(known_names(model, access.dossier, request.GET.get("like", "")), safe=False)
