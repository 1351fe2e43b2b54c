"""Natural language inference: one link a line, a premise and a hypothesis with their label and the votes."""

import json
from collections.abc import Generator, Iterator
from itertools import batched

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import Collate

from claims.exchange.selection import Format, Selection, snapshot
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
    """The lines in blocks."""
    with snapshot():
        for block in batched(map(_line, rows(selection)), 200, strict=False):
            yield b"".join(block)


def _line(row: dict[str, object]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def rows(selection: Selection) -> Iterator[dict[str, object]]:
    """A row a link. Of one in review that its reader may not see into, neither votes nor state. Within a snapshot."""
    votes = (
        Review.objects.filter(link=OuterRef("pk")).order_by(Collate("reviewer__name", "C")).values("verdict")
    )
    found = selection.in_order().annotate(votes=ArraySubquery(votes)).values(
        "number", "standing", "verdict", "shown_state", "votes", "extra",
        *(f"{claim}__{column}" for claim in _SIDES.values() for column in _OF_SIDE.values()),
    )  # fmt: skip
    yield from map(_row, found.iterator(chunk_size=1_000))


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
