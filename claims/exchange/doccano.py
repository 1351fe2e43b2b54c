"""doccano: one line a link; both statements are spans of one text, and the link is a relation between them."""

from collections.abc import Generator
from typing import Any

from claims.exchange.label_studio import SIDES, described
from claims.exchange.pairs import Pair, in_blocks, pairs
from claims.exchange.selection import Format, Selection, snapshot
from claims.exchange.strict_json import compact

LABEL = "claim"
BETWEEN = "\n"


def write(selection: Selection) -> Generator[bytes]:
    """The lines by the number of their link, each with the same keys, else doccano refuses all of them (1.8.4).

    What it does not know it keeps as an example's metadata.
    """
    with snapshot():
        yield from in_blocks(f"{compact(_line(pair))}\n" for pair in pairs(selection))


DOCCANO = Format(
    "doccano",
    "doccano JSON lines",
    "jsonl",
    "application/jsonl",
    write,
    "For doccano's relation extraction: two spans a line and the relation between them.",
)


def _line(pair: Pair) -> dict[str, Any]:
    first, second = pair.one.statement, pair.other.statement
    begin = len(first) + len(BETWEEN)
    spans = [(pair.one.number, 0, len(first)), (pair.other.number, begin, begin + len(second))]
    line: dict[str, Any] = {
        "text": f"{first}{BETWEEN}{second}",
        "entities": [
            {"id": number, "start_offset": start, "end_offset": end, "label": LABEL}
            for number, start, end in spans
        ],
        "relations": [
            {"id": pair.number, "from_id": pair.one.number, "to_id": pair.other.number, "type": pair.kind}
        ],
        "number": pair.cited,
        "state": pair.state,
        "mutual": pair.is_mutual,
    }
    for name, side in zip(SIDES, (pair.one, pair.other), strict=True):
        told = described(side)
        del told["statement"]
        line |= {f"{name}_{key}": value for key, value in told.items()}
    return line
