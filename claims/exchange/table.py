"""A table: one link a row with both its claims, as CSV for spreadsheets, which can run no formula in it."""

import csv
import io
import re
from collections.abc import Generator, Iterable, Iterator
from itertools import batched

from claims.exchange.selection import Format, Selection, snapshot

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
    links = selection.in_order().values_list(
        "number", "standing", "shown_state",
        *(f"{claim}__{column}" for claim in _SIDES.values() for column in _SIDE.values()),
    )  # fmt: skip
    letters = {0: "L-", COLUMNS.index("from_number"): "C-", COLUMNS.index("to_number"): "C-"}
    for link in links.iterator(chunk_size=1_000):
        yield [
            harmless(letters.get(n, "") + str("" if cell is None else cell)) for n, cell in enumerate(link)
        ]


def write(selection: Selection) -> Generator[bytes]:
    """The file in blocks."""
    with snapshot():
        for block in batched(rows(selection), 200, strict=False):
            yield _csv(block)


def _csv(block: Iterable[list[str]]) -> bytes:
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
