"""Pages of a list that is sorted by several columns, all running down. The address says where a page starts."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.http import Http404

from config.web import Request
from sources.pages import COUNTED, ROWS, Page, address_of, said


class _Row(Func):
    """Several values beside each other, compared as one."""

    template = "(%(expressions)s)"
    output_field = BooleanField()


def page_sorted[M: Model](
    request: Request, rows: QuerySet[M], columns: Sequence[str], named: str, *, counted: int = COUNTED
) -> Page[Any]:
    """The page of ``rows``, highest first by ``columns`` (the last is unique), that the request asks for.

    Three queries at most; the rows are counted as far as ``counted``. 404 for a place that cannot be read.
    """
    down = rows.order_by(*(f"-{name}" for name in columns))
    place = _place(request, rows.model, columns)
    here = _Row(*map(F, columns))
    found = list((down.filter(LessThan(here, place)) if place else down)[: ROWS + 1])
    above: list[M] = []
    if place:
        up = rows.filter(GreaterThanOrEqual(here, place)).order_by(*columns)
        above = list(up[: ROWS + 1])
    total = len(found)
    if place or total > ROWS:
        total = rows.order_by().values("pk")[: counted + 1].count()
    return Page(
        rows=found[:ROWS],
        before=1 if place else None,
        first=address_of(request) if above else "",
        previous=address_of(request, before=_written(above[ROWS], columns) if len(above) > ROWS else None)
        if above
        else "",
        next=address_of(request, before=_written(found[ROWS - 1], columns)) if len(found) > ROWS else "",
        count=said(total, named, counted),
    )


def _written(row: Model, columns: Sequence[str]) -> str:
    values = (getattr(row, name) for name in columns)
    return "~".join(value.isoformat() if hasattr(value, "isoformat") else str(value) for value in values)


def _place(request: Request, model: type[Model], columns: Sequence[str]) -> _Row | None:
    asked = request.GET.get("before", "")
    if not asked:
        return None
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    parts = asked.split("~")
    try:
        values = [
            getattr(field, "output_field", field).to_python(part)
            for field, part in zip(fields, parts, strict=True)
        ]
    except (ValidationError, ValueError):
        raise Http404(f"“{asked[:40]}” is no place in this list.") from None
    return _Row(
        *(
            Value(value, output_field=getattr(field, "output_field", field))
            for value, field in zip(values, fields, strict=True)
        )
    )
