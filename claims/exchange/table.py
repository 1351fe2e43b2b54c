"""A table: one link a row with both its claims, as CSV for spreadsheets, which can run no formula in it."""

# ruff: noqa: S608  the SQL is put together from this module's own constants; values are parameters

import re
from collections.abc import Generator, Iterator
from typing import Any

from django.db import connection

from claims.exchange.selection import Format, Selection, row_sql, snapshot

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
_BLOCK = 65_536
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
    """The file in blocks, written by the database as COPY writes: what ``rows`` gives, at several times the speed."""
    with snapshot():
        yield ",".join(COLUMNS).encode() + b"\r\n"
        sql, parameters = row_sql(_links(selection))
        if not sql:
            return
        names = [f"c{n}" for n in range(len(COLUMNS))]
        cells = ", ".join(_cell(n, name) for n, name in enumerate(names))
        told = f"SELECT {cells} FROM ({sql}) AS told({', '.join(names)}) ORDER BY c0"
        block = bytearray()
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY ({told}) TO STDOUT (FORMAT csv, ENCODING 'UTF8')", parameters) as copy,
        ):
            for row in copy:  # one row each, ended as Unix does
                block += row[:-1]
                block += b"\r\n"
                if len(block) >= _BLOCK:
                    yield bytes(block)
                    block.clear()
        yield bytes(block)


def _cell(n: int, name: str) -> str:
    """``harmless`` in SQL; an empty cell is NULL, which COPY writes as nothing."""
    if n in _LETTERS:
        return f"'{_LETTERS[n]}' || {name}"
    return rf"""nullif(CASE WHEN {name} ~ E'^\'*[-=+@\t\r]' THEN E'\'' || {name} ELSE {name} END, '')"""


CSV = Format(
    "csv",
    "CSV table",
    "csv",
    "text/csv",
    write,
    "For spreadsheets and scripts: a row a pair; no cell of it runs as a formula.",
)
