"""Natural language inference: one link a line, a premise and a hypothesis with their label and the votes."""

# ruff: noqa: S608  the SQL is put together from this module's own constants; values are parameters

import json
from collections.abc import Generator, Iterator
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import Collate

from claims.exchange.selection import Format, Selection, copied, rows_sql, snapshot
from claims.models import IN_REVIEW, Kind, Part, Review

LABELS = {Kind.CONTRADICTS: "contradiction", Kind.SUPPORTS: "entailment", Kind.NEITHER: "neutral"}
NO_LABEL = "-"
"""The label of a link that is not settled, as in SNLI."""

SPLIT = "split"
"""The key in the extra of a link, and in a row, of the part that it is in: only what was frozen with a split has it."""

_SIDES = {"premise": "from_claim", "hypothesis": "to_claim"}
_OF_SIDE = {
    "id": "number",
    "source": "source__number",
    "speaker": "speaker__name",
    "quote": "quote",
    "": "statement",
}


def write(selection: Selection) -> Generator[bytes]:
    """The lines in blocks: what ``rows`` gives, written by the database at several times the speed."""
    with snapshot():
        sql, parameters = rows_sql(_links(selection).values_list(*_COLUMNS))
        if sql:
            names = ", ".join(f"c{n}" for n in range(len(_COLUMNS)))
            yield from copied(f"SELECT {_line()} FROM ({sql}) AS told({names}) ORDER BY c0", parameters)


_COLUMNS = (
    "number", "standing", "verdict", "shown_state", "votes", "extra",
    *(f"{claim}__{column}" for claim in _SIDES.values() for column in _OF_SIDE.values()),
)  # fmt: skip


def _links(selection: Selection) -> Any:
    votes = (
        Review.objects.filter(link=OuterRef("pk")).order_by(Collate("reviewer__name", "C")).values("verdict")
    )
    return selection.in_order().annotate(votes=ArraySubquery(votes))


def rows(selection: Selection) -> Iterator[dict[str, object]]:
    """A row a link. Of one in review that its reader may not see into, neither votes nor state. Within a snapshot."""
    yield from map(_row, _links(selection).values(*_COLUMNS).iterator(chunk_size=1_000))


def _line() -> str:
    """``_row`` in SQL, as JSON without blanks."""
    at = {column: f"c{n}" for n, column in enumerate(_COLUMNS)}
    premise, hypothesis = (at[f"{claim}__statement"] for claim in _SIDES.values())
    votes = (
        f"""(SELECT coalesce(string_agg('"' || {_label("vote")} || '"', ',' ORDER BY place), '')"""
        f""" FROM unnest({at["votes"]}) WITH ORDINALITY AS given(vote, place)"""
        f""" WHERE {at["shown_state"]} <> '{IN_REVIEW}')"""
    )
    part = f"""({at["extra"]}::json ->> '{SPLIT}')"""
    parts = ", ".join(f"'{one}'" for one in Part.values)
    return (
        f"""'{{"id":"L-' || {at["number"]} || '","premise":' || to_json({premise})::text"""
        f""" || ',"hypothesis":' || to_json({hypothesis})::text || ',"label":"' || {_label(at["verdict"])}"""
        f""" || '","annotator_labels":[' || {votes} || '],"state":"' || {at["shown_state"]}"""
        f""" || '","kind":"' || {at["standing"]} || '"' || {_side(at, "premise")} || {_side(at, "hypothesis")}"""
        f""" || CASE WHEN strpos({at["extra"]}::text, '"{SPLIT}"') > 0 AND {part} IN ({parts})"""
        f""" THEN ',"{SPLIT}":"' || {part} || '"' ELSE '' END || '}}'"""
    )


def _label(verdict: str) -> str:
    told = " ".join(f"WHEN '{kind.value}' THEN '{label}'" for kind, label in LABELS.items())
    return f"CASE {verdict} {told} ELSE '{NO_LABEL}' END"


def _side(at: dict[str, str], side: str) -> str:
    claim = {column: at[f"{_SIDES[side]}__{column}"] for column in _OF_SIDE.values()}
    return (
        f"""',"{side}_id":"C-' || {claim["number"]} || '","{side}_source":"S-' || {claim["source__number"]}"""
        f""" || '","{side}_speaker":' || coalesce(to_json({claim["speaker__name"]})::text, 'null')"""
        f""" || ',"{side}_quote":' || to_json({claim["quote"]})::text"""
    )


def _row(row: dict[str, object]) -> dict[str, object]:
    hidden = row["shown_state"] == IN_REVIEW
    votes = row["votes"]
    assert isinstance(votes, list)
    line: dict[str, object] = {
        "id": f"L-{row['number']}",
        "premise": row["from_claim__statement"],
        "hypothesis": row["to_claim__statement"],
        "label": LABELS[Kind(str(row["verdict"]))] if row["verdict"] else NO_LABEL,
        "annotator_labels": [] if hidden else [LABELS[vote] for vote in votes],
        "state": row["shown_state"],
        "kind": row["standing"],
    }
    for side, claim in _SIDES.items():
        line[f"{side}_id"] = f"C-{row[f'{claim}__number']}"
        line[f"{side}_source"] = f"S-{row[f'{claim}__source__number']}"
        line[f"{side}_speaker"] = row[f"{claim}__speaker__name"]
        line[f"{side}_quote"] = row[f"{claim}__quote"]
    if part := part_of(str(row["extra"])):
        line[SPLIT] = part
    return line


def part_of(extra: str) -> str:
    """The part of a split that a link is in, as a frozen set says it; "" where it is in none."""
    found = json.loads(extra).get(SPLIT) if f'"{SPLIT}"' in extra else ""
    return found if found in Part.values else ""


NLI = Format(
    "nli",
    "NLI JSON lines",
    "jsonl",
    "application/jsonl",
    write,
    "For training and testing inference: premise, hypothesis, label and the reviewers’ votes.",
)
