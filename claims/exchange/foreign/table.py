"""Pairs in a table: NLI sets as JSON lines, and CSV, whatever their columns are called."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from claims.exchange.foreign.records import (
    Given,
    Joined,
    Judged,
    NotRead,
    Parsed,
    Reader,
    Record,
    Said,
    Where,
    kind_of,
)
from claims.exchange.table import as_it_was, harmless
from sources.intake.draft import IntakeError
from sources.intake.text import decode

REASON = "reason"
SIDES = ("from", "to")
SIDE = {
    "statement": "Statement",
    "id": "Number or id",
    "quote": "Quote",
    "source": "Source’s id",
    "source_title": "Source’s title",
    "outlet": "Outlet",
    "url": "Web address",
    "speaker": "Speaker",
    "via": "Via",
    "asserted": "Asserted",
}
PAIR = {
    "label": "How they stand",
    "kind": "How they stand, where that says nothing",
    "id": "Pair’s number or id",
    "votes": "Reviewers’ labels",
    "rationale": "Rationale",
}

NEEDED = ("from_statement", "to_statement", "label")

_ALIASES = {
    "from_statement": ("premise", "sentence1", "from_statement", "context", "evidence", "text1", "text_a", "claim1"),
    "to_statement": ("hypothesis", "sentence2", "to_statement", "claim", "text2", "text_b", "claim2"),
    "label": ("label", "gold_label", "verdict", "kind", "relation", "annotation"),
    "kind": ("kind",),
    "id": ("id", "number", "pairid", "pair_id", "uid", "link"),
    "votes": ("annotator_labels", "labels", "votes"),
    "rationale": ("rationale", "explanation", "reason_given"),
}  # fmt: skip
_SIDE_NAMES = {"from": ("from", "premise", "sentence1"), "to": ("to", "hypothesis", "sentence2")}


def targets() -> dict[str, str]:
    """Everything a column can be, by its key, with what a person calls it."""
    sides = {"from": "first", "to": "second"}
    told = {f"{side}_{key}": f"{label}, {sides[side]}" for key, label in SIDE.items() for side in SIDES}
    return {**{key: label for key, label in PAIR.items() if key != "kind"}, **told, "kind": PAIR["kind"]}


def guessed(columns: Iterable[str]) -> dict[str, str]:
    """Which column is what, by its name."""
    by_name = {name.strip().casefold(): name for name in reversed(list(columns))}
    found = {}
    for key, aliases in _ALIASES.items():
        name = next((by_name[alias] for alias in aliases if alias in by_name), None)
        if name:
            found[key] = name
    for side, prefixes in _SIDE_NAMES.items():
        for key in SIDE:
            names = [f"{prefix}_{part}" for prefix in prefixes for part in (key, *_ALSO.get(key, ()))]
            name = next((by_name[one] for one in names if one in by_name), None)
            if name:
                found[f"{side}_{key}"] = name
    if found.get("kind") == found.get("label"):
        found.pop("kind", None)
    return found


_ALSO = {"id": ("number",), "source_title": ("title",)}


def _mapping(columns: list[str], given: Given) -> dict[str, str]:
    mapping = dict(given.columns) if given.columns else guessed(columns)
    return {key: name for key, name in mapping.items() if name in columns}


def _parsed(rows: list[tuple[int, Any, dict[str, Any] | str]], columns: list[str], given: Given) -> Parsed:
    """The records of rows: each with its place, itself, and its cells by column or why it could not be read."""
    mapping = _mapping(columns, given)
    notes = []
    if not any(f"{side}_quote" in mapping for side in SIDES):
        notes.append(
            "The file has no quotes: each statement becomes its own, in a source made of the statements."
        )
    else:
        notes.append("The file has no texts: each source is made of the quotes that rest on it.")
    unused = [name for name in columns if name not in mapping.values() and name != REASON]
    if unused:
        notes.append(f"Not carried over: the columns {', '.join(unused)}.")
    records = []
    for place, raw, cells in rows:
        record = Record(place, f"row {place}", raw)
        records.append(record)
        if isinstance(cells, str):
            record.wrong("", cells)
        else:
            _read_row(record, cells, mapping, given)
    return Parsed(records, notes, columns, mapping)


def _read_row(record: Record, cells: dict[str, Any], mapping: Mapping[str, str], given: Given) -> None:
    def cell(key: str) -> str:
        value = cells.get(mapping.get(key, ""))
        return "" if value is None else value if isinstance(value, str) else str(value)

    said = []
    for side in SIDES:
        statement = cell(f"{side}_statement")
        if not statement.strip():
            record.wrong(mapping.get(f"{side}_statement", f"{side}_statement"), "is empty")
            continue
        said.append(_side(side, record.place, cell, mapping, given))
    label = cell("label")
    kind = kind_of(label) or kind_of(cell("kind"))
    if kind is None:
        record.wrong(
            mapping.get("label", "label"),
            f"“{label}” does not say how the two stand: contradiction, entailment, neutral"
            if label
            else "is empty",
        )
    record.claims = said
    if record.reasons or kind is None:
        return
    names = {"id": mapping.get("id", "id"), "rationale": mapping.get("rationale", "rationale")}
    joined = Joined(cell("id") or f"row {record.place}", said[0].key, said[1].key, kind, names=names)
    joined.rationale = cell("rationale")
    joined.votes = list(_votes(record, cells.get(mapping.get("votes", "")), mapping))
    record.links = [joined]
    record.label = joined.key


def _side(side: str, place: int, cell: Any, mapping: Mapping[str, str], given: Given) -> Said:
    names = {key: mapping.get(f"{side}_{key}", f"{side}_{key}") for key in SIDE}
    source, title, url = cell(f"{side}_source"), cell(f"{side}_source_title"), cell(f"{side}_url")
    outlet = cell(f"{side}_outlet")
    key = source or " · ".join(filter(None, (title, outlet, url))) or given.name
    return Said(
        cell(f"{side}_id") or f"row {place}, {'first' if side == 'from' else 'second'}",
        cell(f"{side}_statement"),
        Where(key, title or source or given.name, outlet, url=url),
        quote=cell(f"{side}_quote"),
        speaker=cell(f"{side}_speaker"),
        via=cell(f"{side}_via"),
        asserted=cell(f"{side}_asserted"),
        names=names,
    )


def _votes(record: Record, value: Any, mapping: Mapping[str, str]) -> Iterator[Judged]:
    given = value if isinstance(value, list) else str(value).replace(";", ",").split(",") if value else []
    for n, label in enumerate(filter(None, (str(one).strip() for one in given)), 1):
        kind = kind_of(label)
        if kind is None:
            record.wrong(mapping["votes"], f"“{label}” is no verdict")
        else:
            yield Judged(f"annotator {n}", kind)


# ---- JSON lines


def read_nli(data: bytes, given: Given) -> Parsed:
    """One object a line. NotRead for a file without one."""
    rows: list[tuple[int, Any, dict[str, Any] | str]] = []
    columns: dict[str, None] = {}
    for place, line in json_lines(data):
        rows.append((place, line, line if isinstance(line, dict) else "is no JSON object"))
        if isinstance(line, dict):
            columns |= dict.fromkeys(line)
    if not columns:
        raise NotRead("No line of the file is a JSON object. A file of this format has one object a line.")
    return _parsed(rows, list(columns), given)


def json_lines(data: bytes) -> Iterator[tuple[int, Any]]:
    """The lines with their numbers: what each holds, or its text where that is no JSON."""
    for place, line in enumerate(text_of(data).split("\n"), 1):
        if line.strip():
            try:
                yield place, json.loads(line)
            except (ValueError, RecursionError):
                yield place, line


def text_of(data: bytes) -> str:
    """The file's characters. NotRead where it is no text."""
    try:
        return decode(data)[0]
    except IntakeError as error:
        raise NotRead(str(error)) from None


def json_of(data: bytes) -> Any:
    """What the whole file holds. NotRead where it is no JSON."""
    try:
        return json.loads(text_of(data))
    except (ValueError, RecursionError) as error:
        raise NotRead(f"The file is no JSON, or is cut off: {error}.") from None


def left_out_lines(left_out: list[tuple[Record, str]], data: bytes) -> bytes:
    """The lines that were left out, each with the reason as a key of its own."""
    lines = (
        {**record.raw, REASON: reason}
        if isinstance(record.raw, dict)
        else {"line": record.raw, REASON: reason}
        for record, reason in left_out
    )
    return b"".join(json.dumps(line, ensure_ascii=False).encode(errors="replace") + b"\n" for line in lines)


# ---- CSV


def read_csv(data: bytes, given: Given) -> Parsed:
    """A header, then a row a pair; commas, semicolons or tabs between the cells."""
    found = list(_csv_rows(text_of(data)))
    if not found:
        raise NotRead("The file is empty. The first row must name the columns.")
    (_, header), *body = found
    columns = [name.strip() for name in header]
    if len(set(columns)) < len(columns):
        raise NotRead("Two columns have the same name: give each its own.")
    rows: list[tuple[int, Any, dict[str, Any] | str]] = []
    for place, row in body:
        if any(row):
            wrong = "" if len(row) <= len(columns) else f"has {len(row)} cells; the header has {len(columns)}"
            cells = {name: as_it_was(cell) for name, cell in zip(columns, row, strict=False)}
            rows.append((place, row, wrong or cells))
    return _parsed(rows, columns, given)


def _csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        place = 1
        for row in reader:
            yield place, row
            place = reader.line_num + 1
    except csv.Error as error:
        raise NotRead(f"Line {reader.line_num}: {error}.") from None


def left_out_rows(left_out: list[tuple[Record, str]], data: bytes) -> bytes:
    """The header and the rows that were left out, the reason in a column of its own at the end."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    (_, header) = next(_csv_rows(text_of(data)))
    old = header.index(REASON) if REASON in header else None
    width = len(header)
    names = [name for n, name in enumerate(header) if n != old]
    writer.writerow([*names, REASON])
    for record, reason in left_out:
        cells = [*record.raw, *[""] * (width - len(record.raw))]
        writer.writerow([*(cell for n, cell in enumerate(cells) if n != old), harmless(reason)])
    return text.getvalue().encode()


NLI_LINES = Reader(
    "nli",
    "NLI JSON lines",
    "jsonl",
    "application/jsonl",
    "SNLI, MNLI, ANLI and their like: premise, hypothesis, label; columns are matched by name.",
    read_nli,
    left_out_lines,
)
CSV_TABLE = Reader(
    "csv",
    "CSV table",
    "csv",
    "text/csv",
    "A row a pair; you say which column is what.",
    read_csv,
    left_out_rows,
)
