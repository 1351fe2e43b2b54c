"""Pages of the API: by number from the lowest up, so that what is added meanwhile comes at the end."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django_filters import FilterSet
from ninja import Path, Query, Schema

from claims.api.refusals import Wrong

MOST = 200

Cursor = Annotated[
    str, Query(description="Where the page starts: `next` of the page before.", max_length=200)
]
Limit = Annotated[int, Query(description="So many records at most.", ge=1, le=MOST)]
Number = Annotated[int, Path(description="The number that people cite.", ge=1, le=999_999_999)]

BESIDE = {"cursor", "limit", "format"}
"""What an address may hold beside filters."""

_NUMBER = re.compile(r"after:([0-9]{1,9})")


def after_of(cursor: str) -> int:
    """The number after which the page starts; 0 for the first."""
    if not cursor:
        return 0
    found = _NUMBER.fullmatch(_read(cursor))
    if found is None:
        raise _no_cursor()
    return int(found[1])


def slug_of(cursor: str) -> str:
    """The same of a list of dossiers, which runs by their addresses; "" for the first page."""
    if not cursor:
        return ""
    name, _, slug = _read(cursor).partition(":")
    if name != "after" or not slug or "\0" in slug:
        raise _no_cursor()
    return slug


def cursor_at(place: int | str) -> str:
    """The cursor of the page that starts after this number or slug."""
    return urlsafe_b64encode(f"after:{place}".encode()).decode()


def _read(cursor: str) -> str:
    try:
        return urlsafe_b64decode(cursor.encode("ascii")).decode("ascii")
    except (Error, ValueError):
        raise _no_cursor() from None


def _no_cursor() -> Wrong:
    return Wrong({"cursor": ["This is no cursor of this list: take `next` of the page before."]})


def page[Row](rows: QuerySet[Any, Row], cursor: str, limit: int) -> tuple[list[Row], int, bool]:
    """The rows of the page, the number it starts after, and whether more follow."""
    after = after_of(cursor)
    found = list(rows.filter(number__gt=after).order_by("number")[: limit + 1])
    return found[:limit], after, len(found) > limit


def checked[Filters: FilterSet](filters: Filters) -> Filters:
    """The filters, as pages have them; 422 for a value that one of them does not take."""
    if not filters.is_valid():
        raise Wrong({name: list(map(str, errors)) for name, errors in filters.errors.items()})
    return filters


def asked_for(request: HttpRequest, asked: Schema) -> QueryDict:
    """What was asked for, as the address of a page has it: for filters that pages and the API share.

    422 for a name that is none of its filters: else all would be answered where some were meant.
    """
    if unknown := sorted(request.GET.keys() - type(asked).model_fields.keys() - BESIDE):
        raise Wrong({name: ["There is no such filter here."] for name in unknown})
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in asked.dict().items() if value})
    return query
