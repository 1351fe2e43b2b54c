"""A table: one link a row with both its claims, as CSV for spreadsheets, which can run no formula in it."""

# ruff: noqa: S608  the SQL is put together from this module's own constants; values are parameters

import csv
import io
import re
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from claims.exchange.selection import Format, Selection, in_copy, rows_sql, snapshot

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_QUOTED_FORMULA = re.compile(r"'+[=+\-@\t\r]")

_SIDE = {
    "number": "number",
    "statement": "statement",
    "quote": "quote",
    "source_title": "source__title",
    "outlet": "source__outlet",
    "speaker": "speaker__name",
    "via": "via",
    "asserted": "asserted",
}
_SIDES = {"from": "from_claim", "to": "to_claim"}
COLUMNS = ("number", "kind", "state", *(f"{side}_{column}" for side in _SIDES for column in _SIDE))
_LETTERS = {0: "L-", COLUMNS.index("from_number"): "C-", COLUMNS.index("to_number"): "C-"}


def harmless(cell: str) -> str:
    """The cell so that no spreadsheet runs it: an apostrophe before what begins as a formula.

    One that begins so behind apostrophes of its own gets another, so that ``as_it_was`` can take exactly one off.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def as_it_was(cell: str) -> str:
    """The cell before ``harmless``."""
    return cell[1:] if _QUOTED_FORMULA.match(cell) else cell


def rows(selection: Selection) -> Iterator[list[str]]:
    """The header, then a row a link, every cell harmless. Within one snapshot."""
    yield list(COLUMNS)
    for link in _links(selection).iterator(chunk_size=1_000):
        yield [
            harmless(_LETTERS.get(n, "") + str("" if cell is None else cell)) for n, cell in enumerate(link)
        ]


def _links(selection: Selection) -> Any:
    return selection.in_order().values_list(
        "number", "standing", "shown_state",
        *(f"{claim}__{column}" for claim in _SIDES.values() for column in _SIDE.values()),
    )  # fmt: skip


def write(selection: Selection) -> Generator[bytes]:
    """The file in blocks: what ``rows`` gives, written by the database at several times the speed."""
    with snapshot():
        yield as_csv([list(COLUMNS)])
        sql, parameters = rows_sql(_links(selection))
        if sql:
            names = [f"c{n}" for n in range(len(COLUMNS))]
            cells = ", ".join(_cell(n, name) for n, name in enumerate(names))
            told = f"SELECT {cells} FROM ({sql}) AS told({', '.join(names)}) ORDER BY c0"
            yield from in_copy(told, parameters, ending=b"\r\n")


def _cell(n: int, name: str) -> str:
    """``harmless`` in SQL; an empty cell is NULL, which COPY writes as nothing."""
    if n in _LETTERS:
        return f"'{_LETTERS[n]}' || {name}"
    return rf"""nullif(CASE WHEN {name} ~ E'^\'*[-=+@\t\r]' THEN E'\'' || {name} ELSE {name} END, '')"""


def as_csv(block: Iterable[list[str]]) -> bytes:
    """Rows, whose cells are harmless already, as lines of a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(block)
    return text.getvalue().encode()


CSV = Format(
    "csv",
    "CSV table",
    "csv",
    "text/csv",
    write,
    "For spreadsheets and scripts: a row a pair; no cell of it runs as a formula.",
)
