"""Pages of a long list, by number from the highest down. The address keeps the filters and says where a page starts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.forms import BaseForm
from django.http import Http404

from config.web import Request
from sources.querysets import RecordQuerySet

if TYPE_CHECKING:
    from sources.models import Record

ROWS = 50
COUNTED = 1_000


@dataclass(frozen=True)
class Page[Model: "Record"]:
    """The rows of a page, the addresses of the first, the previous and the next ('' where there is none), how many."""

    rows: list[Model]
    before: int | None
    first: str
    previous: str
    next: str
    count: str


def page_of[Model: "Record"](request: Request, rows: RecordQuerySet[Model], named: str) -> Page[Model]:
    """The page of ``rows`` that the request asks for with ``before``; three queries at most. ``named``: "link"."""
    asked = request.GET.get("before", "")
    before = asked_number(asked) if asked else None
    found = list(rows.before(before).order_by("-number")[: ROWS + 1])
    total = len(found)
    above: list[int] = []
    if before is not None:
        numbers = rows.filter(number__gte=before).order_by("number").values_list("number", flat=True)
        above = list(numbers[:ROWS])
    if before is not None or total > ROWS:
        total = rows.order_by()[: COUNTED + 1].count()
    shown = f"{COUNTED:,}+" if total > COUNTED else f"{total:,}"
    return Page(
        rows=found[:ROWS],
        before=before,
        first=_address(request) if above else "",
        previous=_address(request, before=above[-1] + 1 if len(above) == ROWS else None) if above else "",
        next=_address(request, before=found[ROWS - 1].number) if len(found) > ROWS else "",
        count=f"{shown} {named}{'' if total == 1 else 's'}",
    )


def asked_number(written: str) -> int:
    """The number that an address or a form gives; 404 for what is none."""
    if not (written.isascii() and written.isdecimal() and len(written) < 10):
        raise Http404(f"“{written[:20]}” is no number.")
    return int(written)


def filters_on(request: Request, form: BaseForm) -> list[tuple[str, str, str]]:
    """The filters that are on: their label, their value in words, the address without them."""
    on = []
    for name, value in form.cleaned_data.items():
        if value:
            words = dict(getattr(form.fields[name], "choices", ())).get(value, value)
            said = "yes" if value is True else str(words)
            on.append((str(form[name].label), said, _address(request, without=name)))
    return on


def _address(request: Request, *, before: int | None = None, without: str = "") -> str:
    query = request.GET.copy()
    query.pop("before", None)
    query.pop(without, None)
    if before is not None:
        query["before"] = str(before)
    return f"{request.path}?{query.urlencode()}"
