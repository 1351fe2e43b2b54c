"""Who makes a change: the account's key, kept beside every change that the database records."""

from typing import Any

from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware as PgHistoryMiddleware


class HistoryMiddleware(PgHistoryMiddleware):
    """Keeps the account alone; an address may tell what its reader should not know."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().get_context(request)
        return {"user": context["user"]}
