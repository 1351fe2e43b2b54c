"""The temporary tables that a file is laid out in, within the caller's transaction and gone with it.

``fate`` of a row says why it is not brought in: ``remembered`` (this very line came in before), ``own`` (the record of
this number is here, in a file of this dossier), ``here`` (a speaker, a review), ``gone`` (it was here and was deleted),
``twice`` (its id stood on an earlier line), ``changed`` (it came in before and read differently); NULL is a new record.
``key`` is the record's primary key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.backends.utils import CursorWrapper

from claims.exchange.lines import Line

_BLOCK = 1_000_000
_ROW = 200

_COMMON = """line integer NOT NULL, id text, label text, bad boolean NOT NULL DEFAULT false, digest bytea,
    fate text, key bigint, external_id text, extra text, by integer, at timestamptz"""
_TIE = "line integer NOT NULL, label text, by integer, at timestamptz"
_NUMBERED = "cited bigint, number bigint, moved_extra text"

TABLES: Mapping[str, str] = {
    "source": f"""{_COMMON}, {_NUMBERED}, title text, outlet text, author text, url text, published text,
        language text, reliability text, text text, raw_text text, length integer,
        config text, canonical_url text, version_of text, version_key bigint, origin text, origin_key bigint""",
    "speaker": f"{_COMMON}, affiliation text",
    "claim": f"""{_COMMON}, {_NUMBERED}, source text, quote text, start integer, "end" integer, statement text,
        speaker text, via text, asserted text, about text, modality text, credibility smallint, topics text[],
        source_key bigint""",
    "link": f"""{_COMMON}, {_NUMBERED}, from_id text, to_id text, kind text, mutual boolean, contradiction_type text,
        strength text, rationale text, adjudication_verdict text, adjudication_note text, adjudicated_by integer,
        adjudicated_at timestamptz, changed boolean, round smallint, from_key bigint, to_key bigint""",
    "review": f"""{_COMMON}, link text, reviewer integer, verdict text, confidence smallint, note text,
        link_key bigint, reviewer_key bigint""",
    "person": "index integer NOT NULL, name text NOT NULL, key bigint, foreign_member boolean NOT NULL DEFAULT false",
    "origin": f"{_TIE}, id text, name text, reasons jsonb, key bigint",
    "apart": f"{_TIE}, source text, other text, source_key bigint, other_key bigint",
    "alias": "line integer NOT NULL, label text, speaker text, name text",
    "anchoring": f"""{_TIE}, claim text, source text, to_source text, start integer, "end" integer, quote text,
        method text, decision text, claim_key bigint, source_key bigint, to_source_key bigint""",
    "retraction": f"{_TIE}, reason text",
    "resolution": f"""{_TIE}, place integer, kind text, proof jsonb, note text, cause text, reason text,
        reopened_by integer, reopened_at timestamptz, key bigint""",
    "ground": f"{_TIE}, place integer, source text, claim text, source_key bigint, claim_key bigint",
    "due": f"""{_TIE}, place integer, day date, expectation text, follows integer, outcome text, note text,
        decided_by integer, decided_at timestamptz, key bigint""",
    "moved_quote": 'line integer NOT NULL, quote text, start integer, "end" integer',
}

TIES = {
    "origin": "source",
    "apart": "source",
    "retraction": "source",
    "anchoring": "claim",
    "resolution": "link",
    "ground": "link",
    "due": "link",
}
"""What is staged of a line beside its own row and signed by somebody, with the type of that line."""

RECORDS = {
    "source": ("sources_source", "S"),
    "claim": ("claims_claim", "C"),
    "link": ("claims_link", "L"),
}
"""The table and the letter of what has a number."""


@dataclass
class Staging:
    """The temporary tables, filled block by block."""

    cursor: CursorWrapper
    _rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    _bytes: int = 0
    _columns: dict[str, list[str]] = field(default_factory=dict)

    def create(self) -> None:
        for name, columns in TABLES.items():
            self.cursor.execute(f"CREATE TEMPORARY TABLE staged_{name} ({columns}) ON COMMIT DROP")

    def drop(self) -> None:
        """For a transaction that goes on; a commit drops them by itself."""
        self.cursor.execute(f"DROP TABLE {', '.join(f'staged_{name}' for name in TABLES)}")

    def add(self, number: int, line: Line, size: int) -> None:
        """Stage a line; of one with problems only what others may refer to."""
        bad = bool(line.problems)
        row = {"id": line.row["id"]} if bad else line.row
        self.put(line.type, {**row, "line": number, "label": line.id, "bad": bad}, size)
        for table, tie in [] if bad else line.ties:
            self.put(table, {**tie, "line": number, "label": line.id})

    def put(self, table: str, row: Mapping[str, Any], size: int = 0) -> None:
        # Rows of a bad line have fewer columns: they are kept apart, since COPY takes one list of columns.
        key = f"{table} {len(row)}"
        self._columns.setdefault(key, list(row))
        self._rows.setdefault(key, []).append(tuple(row.values()))
        self._bytes += size + _ROW
        if self._bytes > _BLOCK:
            self.flush()

    def flush(self) -> None:
        for key, rows in self._rows.items():
            names = ", ".join(f'"{name}"' for name in self._columns[key])
            with self.cursor.copy(f"COPY staged_{key.split()[0]} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        self._rows.clear()
        self._bytes = 0

    def analyze(self) -> None:
        self.cursor.execute(f"ANALYZE {', '.join(f'staged_{name}' for name in TABLES)}")
