"""Label Studio: one task a link, with both statements to judge; each review is an annotation by choice.

``CONFIG`` is the labelling interface that shows such tasks. Reviewers are named in the task's data: Label Studio takes
an annotation for the work of whoever imports it, unless it knows the other's account.
"""

from collections.abc import Generator, Iterator
from typing import Any

from claims.exchange.pairs import Pair, Side, Vote, in_blocks, listed, pairs
from claims.exchange.selection import Format, Selection, snapshot
from claims.exchange.strict_json import compact

CONFIG = """<View>
  <Text name="one" value="$from_statement"/>
  <Text name="other" value="$to_statement"/>
  <Choices name="verdict" toName="other" choice="single" showInline="true">
    <Choice value="contradicts"/>
    <Choice value="supports"/>
    <Choice value="neither"/>
  </Choices>
  <Rating name="confidence" toName="other" maxRating="5"/>
  <TextArea name="note" toName="other"/>
</View>"""

SIDES = ("from", "to")


def write(selection: Selection) -> Generator[bytes]:
    """A list of tasks, by the number of their link."""
    with snapshot():
        yield from in_blocks(_document(selection))


LABEL_STUDIO = Format(
    "label-studio",
    "Label Studio tasks",
    "json",
    "application/json",
    write,
    "To go on judging in Label Studio: a task a pair, each review as an annotation.",
)


def _document(selection: Selection) -> Iterator[str]:
    yield "[\n"
    yield from listed(compact(_task(pair)) for pair in pairs(selection, votes=True))
    yield "\n]\n"


def _task(pair: Pair) -> dict[str, Any]:
    data: dict[str, Any] = {"number": pair.cited, "kind": pair.kind, "state": pair.state}
    if pair.is_mutual:
        data["mutual"] = True
    if pair.rationale:
        data["rationale"] = pair.rationale
    for name, side in zip(SIDES, (pair.one, pair.other), strict=True):
        data |= {f"{name}_{key}": value for key, value in described(side).items()}
    if pair.votes:
        data["reviewers"] = [vote.reviewer for vote in pair.votes]
    return {"data": data, "annotations": [_annotation(pair, vote) for vote in pair.votes]}


def described(side: Side) -> dict[str, str]:
    """A claim in plain texts: what tools for labelling show beside the statement, and give back."""
    return {
        "number": side.cited,
        "statement": side.statement,
        "quote": side.quote,
        "source": side.source.cited,
        "source_title": side.source.title,
        "outlet": side.source.outlet,
        "speaker": side.speaker,
        "via": side.via,
        "asserted": side.asserted,
    }


def _annotation(pair: Pair, vote: Vote) -> dict[str, Any]:
    results = [("verdict", "choices", {"choices": [vote.verdict]})]
    if vote.confidence is not None:
        results.append(("confidence", "rating", {"rating": vote.confidence}))  # type: ignore[dict-item]
    if vote.note:
        results.append(("note", "textarea", {"text": [vote.note]}))
    return {
        "result": [
            {
                "id": f"{pair.cited}-{name}",
                "from_name": name,
                "to_name": "other",
                "type": type_,
                "value": value,
            }
            for name, type_, value in results
        ]
    }
