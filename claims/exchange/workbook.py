"""A workbook for Excel and LibreOffice: one sheet of pairs, one of claims; no cell of it runs as a formula."""

import tempfile
from collections.abc import Generator, Iterable, Iterator
from datetime import datetime
from typing import IO, Any

import xlsxwriter

from claims.exchange.pairs import Side, claims
from claims.exchange.selection import Format, Selection, snapshot
from claims.exchange.table import COLUMNS, harmless, rows

CELL = 32_767
ROWS = 1_048_576
"""What a cell and a sheet hold at most."""

CUT = "… (cut: a cell holds 32,767 characters)"
CLAIM_COLUMNS = (
    "number", "statement", "quote", "source", "source_title", "outlet", "published", "url", "speaker", "affiliation",
    "via", "asserted", "about", "modality", "credibility", "topics",
)  # fmt: skip
_WIDE, _NARROW = 48, 14
_BLOCK = 65_536


def write(selection: Selection) -> Generator[bytes]:
    """The file, made on disk row by row, then read off in blocks."""
    with tempfile.TemporaryFile() as file:
        with snapshot():
            _write(selection, file)
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block


XLSX = Format(
    "xlsx",
    "Excel workbook",
    "xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    write,
    "For reading and sorting in a spreadsheet: a sheet of pairs and one of claims.",
    is_text=False,
)


def _write(selection: Selection, file: IO[bytes]) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        # The same set makes the same file, whenever it is written.
        book.set_properties({"title": selection.dossier.name, "created": datetime(2000, 1, 1)})  # noqa: DTZ001
        _sheet(book, "pairs", COLUMNS, _without_first(rows(selection)))
        _sheet(book, "claims", CLAIM_COLUMNS, map(_claim, claims(selection)))


def _without_first(found: Iterator[list[str]]) -> Iterator[list[str]]:
    next(found)
    return found


def _sheet(book: Any, name: str, columns: tuple[str, ...], found: Iterable[list[str]]) -> None:
    """A sheet of these rows; when it is full, the next one goes on."""
    head = book.add_format({"bold": True, "bottom": 1})
    sheet: Any = None
    row, part = ROWS, 0
    for cells in found:
        if row >= ROWS:
            part += 1
            sheet, row = _begun(book, name if part == 1 else f"{name} {part}", columns, head), 1
        for column, cell in enumerate(cells):
            if cell:
                sheet.write_string(row, column, cell if len(cell) <= CELL else cell[: CELL - len(CUT)] + CUT)
        row += 1
    if sheet is None:
        _begun(book, name, columns, head)


def _begun(book: Any, name: str, columns: tuple[str, ...], head: Any) -> Any:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    for column, title in enumerate(columns):
        wide = title.endswith(("statement", "quote"))
        sheet.set_column(column, column, _WIDE if wide else _NARROW)
        sheet.write_string(0, column, title, head)
    return sheet


def _claim(side: Side) -> list[str]:
    text = side.source
    cells = [
        side.cited, side.statement, side.quote, text.cited, text.title, text.outlet, text.published, text.url,
        side.speaker, side.affiliation, side.via, side.asserted, side.about, side.modality,
        "" if side.credibility is None else str(side.credibility), ", ".join(side.topics),
    ]  # fmt: skip
    return [harmless(cell) for cell in cells]
