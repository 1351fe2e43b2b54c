"""Articles in a table: one a row of a CSV, or one an object of JSON lines. Columns are known by obvious names.

Knows no model, no request, no database.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import PurePath
from typing import Any

from sources.intake.draft import Draft, IntakeError
from sources.intake.text import (
    as_kept,
    clean_text,
    date_or_nothing,
    decode,
    decode_as,
    guess_language,
    one_line,
    refuse_empty,
    title_of,
)
from sources.languages import NAMES

TABLES = (".csv", ".tsv")
LINES = (".jsonl", ".ndjson", ".json")
SUFFIXES = (*TABLES, *LINES)
MOST_ROWS = 5_000
MOST_COLUMNS = 1_000
MOST_PARTS = 3_000_000
"""So many lists and objects a file of JSON may hold: of one that is all brackets each byte takes thirty in memory."""

FIELDS = ("title", "outlet", "author", "url", "published", "language", "reliability", "text")
_LIMITS = {"title": 1000, "outlet": 500, "author": 1000, "url": 2000}

# By the name of the field itself, then by these, in their order: the first that is there is taken.
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "title": ("headline", "heading", "name", "subject", "head"),
    "outlet": (
        "publisher", "publication", "source", "source name", "site", "site name", "newspaper", "media", "domain",
    ),
    "author": ("authors", "byline", "writer", "creator", "by"),
    "url": ("link", "web address", "address", "uri", "href", "source url", "article url", "permalink"),
    "published": (
        "date", "published at", "publish date", "published date", "publication date", "publishedat", "pubdate",
        "pub date", "date published", "datepublished", "datetime", "timestamp", "time", "created at",
    ),
    "language": ("lang", "locale", "language code"),
    "reliability": ("rating", "grade", "admiralty"),
    "text": (
        "content", "body", "article", "full text", "fulltext", "article text", "article body", "articlebody", "words",
        "story", "maintext", "main text",
    ),
}  # fmt: skip

_CODES = {name.lower(): code for code, name in NAMES.items()}
_WRITTEN_DATES = (
    "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%d-%b-%Y",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One article, by the line it begins at; or, in its stead, the ``error`` that keeps it out."""

    line: int
    draft: Draft | None = None
    reliability: str = ""
    error: str = ""


@dataclass
class Table:
    """The articles of a file, in its order, and in words what was taken from which column."""

    rows: list[Row]
    notes: list[str] = field(default_factory=list)
    unit: str = "line"
    """What ``Row.line`` counts: of one JSON array, the articles."""


def is_table(name: str) -> bool:
    """Whether a file of this name holds articles, not one article."""
    return PurePath(name).suffix.lower() in SUFFIXES


def read_table(name: str, data: bytes, *, encoding: str | None = None) -> Table:
    """The articles of a CSV or of JSON lines. A bad row is reported in its place and hinders no other.

    Refuses (IntakeError) a file that is empty or no text, has no column for the text, or more than 5,000 rows.
    """
    if not data:
        raise IntakeError("The file is empty. Save it again and bring it once more.")
    text = as_kept(decode_as(data, encoding) if encoding else decode(data)[0])
    suffix = PurePath(name).suffix.lower()
    found = _of_lines(text) if suffix in LINES else _of_csv(text, "\t" if suffix == ".tsv" else "")
    if not found.rows:
        raise IntakeError(
            "There is no article in this file: it has a header, or nothing at all, but no rows."
        )
    return found


def mapped(columns: Sequence[str]) -> dict[str, str]:
    """Which column is taken for which field; a field that none is named for is left out."""
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(_plain(column), column)
    taken = {}
    for name in FIELDS:
        known = next((known for known in (name, *_SYNONYMS[name]) if known in by_name), None)
        if known is not None:
            taken[name] = by_name[known]
    return taken


def _plain(column: str) -> str:
    """A column's name without case, underscores and the like: "Published_At" is "published at"."""
    return " ".join(re.split(r"[\s_\-.]+", column.strip().strip('"').lower())).strip()


def _said(taken: Mapping[str, str], columns: Sequence[str]) -> list[str]:
    """In words what was taken from which column, where it is not named as the field, and what was not."""
    notes = []
    others = [f"“{column}” as {name}" for name, column in taken.items() if _plain(column) != name]
    if others:
        notes.append(f"Taken: {', '.join(others)}.")
    unused = [column for column in dict.fromkeys(columns) if column.strip() and column not in taken.values()]
    if unused:
        more = f" and {len(unused) - 12} more" if len(unused) > 12 else ""
        names = ", ".join(f"“{one_line(column, 40)}”" for column in unused[:12])
        notes.append(f"Not taken: {names}{more}.")
    return notes


def _no_text(columns: Sequence[str]) -> IntakeError:
    names = ", ".join(f"“{one_line(column, 40)}”" for column in columns[:12]) or "none"
    return IntakeError(
        f"No column holds the text. It must be named text, content, body or article; the columns here are {names}. "
        "Rename one, and bring the file once more."
    )


def _too_wide() -> IntakeError:
    return IntakeError(
        f"This has more than {MOST_COLUMNS:,} columns: it is no table of articles, or another mark stands between its "
        "columns than in its first line."
    )


def _too_many() -> IntakeError:
    return IntakeError(
        f"The file has more than {MOST_ROWS:,} articles; nothing of it was read. Split it, and bring its parts."
    )


# -- CSV ---------------------------------------------------------------------------------------------------------------


def _of_csv(text: str, delimiter: str) -> Table:
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    if "\0" in text:
        raise IntakeError(
            "There is a NUL character in this file: it is no CSV, or its encoding was misread. Save it as UTF-8 CSV."
        )
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text))
    try:
        columns = next(lines, [])
        if len(columns) > MOST_COLUMNS:
            raise _too_wide()
        taken = mapped(columns)
        if "text" not in taken:
            raise _no_text(columns)
        places = {name: columns.index(column) for name, column in taken.items()}
        rows: list[Row] = []
        begins = lines.line_num + 1
        for cells in lines:
            if any(cell.strip() for cell in cells):
                if len(rows) == MOST_ROWS:
                    raise _too_many()
                rows.append(_csv_row(begins, cells, places, len(columns)))
            begins = lines.line_num + 1
    except csv.Error as error:
        raise IntakeError(
            f"This is no CSV from line {lines.line_num + 1} on: {error}. Save it once more as CSV (UTF-8)."
        ) from error
    return Table(rows, _said(taken, columns))


def _delimiter(text: str) -> str:
    """What stands between the columns: of the usual four the one that its first line has most of."""
    header = text.split("\n", 1)[0]
    return max((",", ";", "\t", "|"), key=header.count)


def _csv_row(line: int, cells: Sequence[str], places: Mapping[str, int], width: int) -> Row:
    if any(cell.strip() for cell in cells[width:]):
        return Row(
            line,
            error=f"It has {len(cells)} cells, but the header {width}: a comma or quotation mark is astray. "
            "Correct the row and bring the file once more.",
        )
    return _row(line, {name: cells[place] for name, place in places.items() if place < len(cells)})


# -- JSON lines --------------------------------------------------------------------------------------------------------


def _of_lines(text: str) -> Table:
    rows: list[Row] = []
    columns: dict[str, None] = {}
    taken_ever: dict[str, str] = {}
    for line, found in _objects(text):
        if len(rows) == MOST_ROWS:
            raise _too_many()
        if isinstance(found, str):
            rows.append(Row(line, error=found))
            continue
        if not rows and found.get("type") == "dossier":
            raise IntakeError("This is an exchange file: bring it in as one, by “Import an exchange file”.")
        columns.update(dict.fromkeys(map(str, found)))
        if len(columns) > MOST_COLUMNS:
            raise _too_wide()
        taken = mapped(list(found))
        for name, column in taken.items():
            taken_ever.setdefault(name, column)
        if "text" not in taken:
            names = ", ".join(one_line(key, 40) for key in list(found)[:12]) or "none"
            rows.append(
                Row(line, error=f"It has no text: name it text, content, body or article. Its keys: {names}.")
            )
            continue
        rows.append(_row(line, {name: _word(found[column]) for name, column in taken.items()}))
    if rows and "text" not in taken_ever and columns:
        raise _no_text(list(columns))
    return Table(
        rows, _said(taken_ever, list(columns)), "article" if text.lstrip().startswith("[") else "line"
    )


def _objects(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Each object with the line it begins at, or what is wrong there: of JSON lines, or of one array of objects."""
    if text.count("[") + text.count("{") > MOST_PARTS:
        raise IntakeError(
            f"This holds more than {MOST_PARTS:,} lists and objects: it is no file of articles, or too large. Split it."
        )
    if text.lstrip().startswith("["):
        yield from _of_array(text)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                found = json.loads(line)
            except (ValueError, RecursionError) as error:
                said = (
                    error.msg
                    if isinstance(error, json.JSONDecodeError)
                    else "it is no number or nested too deep"
                )
                yield number, f"This line is no JSON: {said}. Write one object a line."
            else:
                yield number, found if isinstance(found, dict) else "This line is no JSON object."


def _of_array(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise IntakeError(f"This is no JSON{where}. Save it again, or write one object a line.") from error
    for position, item in enumerate(found, 1):
        yield position, item if isinstance(item, dict) else "This is no JSON object."


def _word(value: Any) -> str:
    """A value as one text: a list joined by commas, of an object its name (``{"id": …, "name": "Reuters"}``)."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(filter(None, map(_word, value)))
    if isinstance(value, dict):
        return _word(value.get("name") or value.get("title"))
    return str(value)


# -- a row -------------------------------------------------------------------------------------------------------------


def _row(line: int, values: Mapping[str, str]) -> Row:
    warnings: list[str] = []
    if not values.get("text", "").strip():
        return Row(line, error="Its text is empty.")
    try:
        text = clean_text(values["text"])
        refuse_empty(text)
    except IntakeError as error:
        return Row(line, error=str(error))
    lines = {}
    for name, limit in _LIMITS.items():
        lines[name] = one_line(values.get(name, ""), limit + 1)
        if len(lines[name]) > limit:
            lines[name] = lines[name][:limit]
            warnings.append(f"The {name} has more than {limit:,} characters: what follows them was cut off.")
    draft = Draft(
        text=text,
        title=lines["title"] or title_of(text),
        outlet=lines["outlet"],
        author=lines["author"],
        url=lines["url"],
        published=_published(values.get("published", ""), warnings),
        language=_language(values.get("language", ""), warnings) or guess_language(text) or "",
        warnings=tuple(warnings),
    )
    reliability = values.get("reliability", "").strip().upper()
    if reliability and reliability not in "ABCDEF":
        warnings.append(f"“{one_line(reliability, 40)}” is no reliability from A to F: it was left out.")
        draft, reliability = Draft(**{**draft.__dict__, "warnings": tuple(warnings)}), ""
    return Row(line, draft, reliability)


def _published(written: str, warnings: list[str]) -> str:
    """A date as we write it; left out, with a warning, when it cannot be told which day is meant."""
    written = one_line(written, 100)
    if not written or (date := date_or_nothing(written)):
        return date if written else ""
    if re.match(r"\d{4}-\d{2}-\d{2}[T ]", written) and (date := date_or_nothing(written[:10])):
        return date
    for form in _WRITTEN_DATES:
        try:
            return date_or_nothing(f"{datetime.strptime(written, form):%Y-%m-%d}")  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    try:
        return date_or_nothing(f"{parsedate_to_datetime(written):%Y-%m-%d}")
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    warnings.append(
        f"It is not clear which day “{written[:40]}” is: the date was left out. Write 2023-01-15."
    )
    return ""


def _language(written: str, warnings: list[str]) -> str:
    """A language's code, from its code or its English name."""
    written = one_line(written, 35)
    base = re.split("[-_]", written.lower(), maxsplit=1)[0]
    if base in NAMES:
        return written if base == written.lower() else written.replace("_", "-")
    if code := _CODES.get(written.lower()):
        return code
    if written:
        warnings.append(f"“{written}” is no language known here: it was guessed from the text.")
    return ""
