"""Pages of a long list, by number from the highest down. The address keeps the filters and says where a page starts."""

from collections.abc import Sequence
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


def page_of[Model: "Record"](
    request: Request, rows: RecordQuerySet[Model], named: str, *, count: str = "", counted: int = COUNTED
) -> Page[Model]:
    """The page of ``rows`` that the request asks for with ``before``; three queries at most. ``named``: "link".

    They are counted as far as ``counted``; with ``count``, the words that say how many, not at all.
    """
    before = _before(request)
    found = list(rows.before(before).order_by("-number")[: ROWS + 1])
    total = len(found)
    above: list[int] = []
    if before is not None:
        numbers = rows.filter(number__gte=before).order_by("number").values_list("number", flat=True)
        above = list(numbers[:ROWS])
    if not count and (before is not None or total > ROWS):
        total = rows.order_by()[: counted + 1].count()
    return Page(
        rows=found[:ROWS],
        before=before,
        first=address_of(request) if above else "",
        previous=address_of(request, before=above[-1] + 1 if len(above) == ROWS else None) if above else "",
        next=address_of(request, before=found[ROWS - 1].number) if len(found) > ROWS else "",
        count=count or said(total, named, counted),
    )


def page_of_found[Model: "Record"](
    request: Request, numbers: Sequence[int], rows: RecordQuerySet[Model], *, count: str, ranked: bool = False
) -> Page[Model]:
    """The same of a list that is found already: ``numbers`` in the order of the list, ``rows`` to fetch them from.

    ``before`` names the last row of the page before. Where it has gone since, the numbers below it follow; ``ranked``
    numbers do not run down, and begin anew.
    """
    before = _before(request)
    if before is None:
        start = 0
    elif ranked:
        start = numbers.index(before) + 1 if before in numbers else 0
    else:
        start = sum(number >= before for number in numbers)
    shown = numbers[start : start + ROWS]
    held = {row.number: row for row in rows.filter(number__in=shown)}
    earlier = start - ROWS
    return Page(
        rows=[held[number] for number in shown if number in held],
        before=before,
        first=address_of(request) if start else "",
        previous=address_of(request, before=numbers[earlier - 1] if earlier > 0 else None) if start else "",
        next=address_of(request, before=shown[-1]) if start + ROWS < len(numbers) else "",
        count=count,
    )


def said(total: int, named: str, counted: int = COUNTED) -> str:
    """How many, in words: "1 link", "1,000+ links"."""
    shown = f"{counted:,}+" if total > counted else f"{total:,}"
    return f"{shown} {named}{'' if total == 1 else 's'}"


def _before(request: Request) -> int | None:
    asked = request.GET.get("before", "")
    return asked_number(asked) if asked else None


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
            on.append((str(form[name].label), said, address_of(request, without=name)))
    return on


def address_of(request: Request, *, before: int | str | None = None, without: str = "") -> str:
    """The address of this list with the same filters: on its first page, or on the one that starts ``before``."""
    query = request.GET.copy()
    for name, values in request.GET.lists():
        if name in ("before", without) or not any(values):
            del query[name]
    if before is not None:
        query["before"] = str(before)
    return f"{request.path}?{query.urlencode()}" if query else request.path
