"""Natural language inference: one link a line, a premise and a hypothesis with their label and the votes."""

# ruff: noqa: S608  the SQL is put together from this module's own constants; values are parameters

from collections.abc import Generator, Iterator
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import Collate

from claims.exchange.selection import Format, Selection, copied, row_sql, snapshot
from claims.models import IN_REVIEW, Kind, Review

LABELS = {Kind.CONTRADICTS: "contradiction", Kind.SUPPORTS: "entailment", Kind.NEITHER: "neutral"}
NO_LABEL = "-"
"""The label of a link that is not settled, as in SNLI."""

_SIDES = {"premise": "from_claim", "hypothesis": "to_claim"}
_OF_SIDE = {
    "id": "number",
    "source": "source__number",
    "speaker": "speaker__name",
    "quote": "quote",
    "": "statement",
}


def write(selection: Selection) -> Generator[bytes]:
    """The lines in blocks."""
    with snapshot():
        sql, parameters = row_sql(_links(selection).values_list(*_COLUMNS))
        if not sql:
            return
        names = ", ".join(f"c{n}" for n in range(len(_COLUMNS)))
        yield from copied(f"SELECT {_LINE} FROM ({sql}) AS told({names}) ORDER BY c0", parameters)


def _label(value: str) -> str:
    told = " ".join(f"WHEN '{kind.value}' THEN '{label}'" for kind, label in LABELS.items())
    return f"CASE {value} {told} ELSE '{NO_LABEL}' END"


def _side_in_sql(side: str) -> str:
    at = {column: _COLUMNS.index(f"{_SIDES[side]}__{column}") for column in _OF_SIDE.values()}
    return (
        f"""',"{side}_id":"C-' || c{at["number"]} || '","{side}_source":"S-' || c{at["source__number"]}"""
        f""" || '","{side}_speaker":' || coalesce(to_json(c{at["speaker__name"]})::text, 'null')"""
        f""" || ',"{side}_quote":' || to_json(c{at["quote"]})::text"""
    )


_COLUMNS = (
    "number", "standing", "verdict", "shown_state", "votes",
    *(f"{claim}__{column}" for claim in _SIDES.values() for column in _OF_SIDE.values()),
)  # fmt: skip
_STATEMENTS = [_COLUMNS.index(f"{claim}__statement") for claim in _SIDES.values()]
_VOTES = f"""(SELECT coalesce(string_agg('"' || {_label("vote")} || '"', ',' ORDER BY place), '')
    FROM unnest(c4) WITH ORDINALITY AS given(vote, place) WHERE c3 <> '{IN_REVIEW}')"""
_LINE = (
    f"""'{{"id":"L-' || c0 || '","premise":' || to_json(c{_STATEMENTS[0]})::text"""
    f""" || ',"hypothesis":' || to_json(c{_STATEMENTS[1]})::text || ',"label":"' || {_label("c2")}"""
    f""" || '","annotator_labels":[' || {_VOTES} || '],"state":"' || c3 || '","kind":"' || c1 || '"'"""
    f""" || {_side_in_sql("premise")} || {_side_in_sql("hypothesis")} || '}}'"""
)
"""What ``rows`` gives, as the database writes it: several times as fast."""


def _links(selection: Selection) -> Any:
    votes = (
        Review.objects.filter(link=OuterRef("pk")).order_by(Collate("reviewer__name", "C")).values("verdict")
    )
    return selection.in_order().annotate(votes=ArraySubquery(votes))


def rows(selection: Selection) -> Iterator[dict[str, object]]:
    """A row a link. Of one in review that its reader may not see into, neither votes nor state. Within a snapshot."""
    yield from map(_row, _links(selection).values(*_COLUMNS).iterator(chunk_size=1_000))


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
    return line


NLI = Format(
    "nli",
    "NLI JSON lines",
    "jsonl",
    "application/jsonl",
    write,
    "For training and testing inference: premise, hypothesis, label and the reviewers’ votes.",
)
