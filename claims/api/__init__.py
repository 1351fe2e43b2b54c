"""The API: what a program reads, takes out and brings in, through the same door, querysets and actions as the pages."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.generic import RedirectView
from ninja import NinjaAPI

from claims.api import claims, dossiers, exporting, importing, links, sets, sources
from claims.api.door import BearerToken
from claims.api.refusals import handle

DESCRIPTION = """
A token opens what its owner may read, and no more: make one under *Profile → API tokens* and send it with every
request as `Authorization: Bearer …`.

Lists run from the lowest number up, at most 200 records a page. `next` is the cursor of the page that follows, null on
the last one; give it back as `cursor`, with the same filters.

What you must still judge blind is hidden here as everywhere: such a link is `in review`, without verdict, reviews and
resolution.
"""

api = NinjaAPI(
    title="Gainsay",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api-v1",
    auth=BearerToken(),
    docs_decorator=login_required,
    openapi_url="openapi.json",
    docs_url="docs",
)
handle(api)
for router in (
    dossiers.router,
    sources.router,
    claims.router,
    links.router,
    sets.router,
    exporting.router,
    importing.router,
):
    api.add_router("", router)


def _urls() -> tuple[Any, ...]:
    """The addresses: a token opens them and no session does, but for those of the reference, which are for a reader."""
    found: tuple[Any, ...] = api.urls
    patterns, *rest = found
    for pattern in patterns:
        if pattern.name not in ("api-root", "openapi-json", "openapi-view"):
            pattern.callback.login_required = False
    root = path("", RedirectView.as_view(pattern_name="api-v1:openapi-view"), name="api-root")
    return ([root, *(pattern for pattern in patterns if pattern.name != root.name)], *rest)


urls = _urls()
