"""The Argument Interchange Format as AIFdb writes it: information nodes, schemes between them, who asserts them.

A contradiction is two conflicts (CA), one each way; support an inference (RA), both ways when it is mutual. AIF has no
word for two claims that do neither: that is a scheme node without a scheme.
"""

from collections.abc import Generator, Iterator
from typing import Any

from claims.exchange.pairs import Pair, Side, claims, in_blocks, listed, pairs, speakers
from claims.exchange.selection import Format, Selection, snapshot
from claims.exchange.strict_json import compact
from claims.models import Kind

BACK = "-back"
SAID, SAYS = "-said", "-says"

SCHEMES = {
    Kind.CONTRADICTS: ("CA", "Default Conflict"),
    Kind.SUPPORTS: ("RA", "Default Inference"),
    Kind.NEITHER: ("", "neither"),
}


def write(selection: Selection) -> Generator[bytes]:
    """One graph: nodes, edges, locutions, participants."""
    with snapshot():
        yield from in_blocks(_document(selection))


AIF = Format(
    "aif",
    "AIF: argument graph",
    "json",
    "application/json",
    write,
    "For argument maps and corpora (AIFdb, OVA, arguebuf): conflicts and inferences, speakers as locutions.",
)


def _document(selection: Selection) -> Iterator[str]:
    yield '{"nodes":[\n'
    yield from listed(map(compact, _nodes(selection)))
    yield '\n],"edges":[\n'
    yield from listed(map(compact, _edges(selection)))
    yield '\n],"locutions":[\n'
    spoken = (side for side in claims(selection) if side.speaker)
    yield from listed(compact(_locution(side)) for side in spoken)
    yield '\n],"participants":[\n'
    yield from listed(compact(_participant(name)) for name, _affiliation in speakers(selection))
    yield "\n]}\n"


def _nodes(selection: Selection) -> Iterator[dict[str, Any]]:
    for side in claims(selection):
        yield _node(side.cited, "I", side.statement)
        if side.speaker:
            yield _node(side.cited + SAID, "L", f"{side.speaker}: {side.statement}")
            yield _node(side.cited + SAYS, "YA", "Asserting")
    for pair in pairs(selection):
        type_, scheme = SCHEMES[Kind(pair.kind)]
        for name, _one, _other in ways(pair):
            yield _node(name, type_, scheme)


def _node(name: str, type_: str, text: str) -> dict[str, Any]:
    return {"nodeID": name, "text": text, "type": type_}


def ways(pair: Pair) -> list[tuple[str, Side, Side]]:
    """The scheme nodes of a link, each with the claim it comes from and the one it goes to."""
    there = (pair.cited, pair.one, pair.other)
    back = (pair.cited + BACK, pair.other, pair.one)
    return [there, back] if pair.kind == Kind.CONTRADICTS or pair.is_mutual else [there]


def _edges(selection: Selection) -> Iterator[dict[str, Any]]:
    for number, (one, other) in enumerate(_ends(selection), 1):
        yield {"edgeID": str(number), "fromID": one, "toID": other, "formEdgeID": None}


def _ends(selection: Selection) -> Iterator[tuple[str, str]]:
    for side in claims(selection):
        if side.speaker:
            yield side.cited + SAID, side.cited + SAYS
            yield side.cited + SAYS, side.cited
    for pair in pairs(selection):
        for name, one, other in ways(pair):
            yield one.cited, name
            yield name, other.cited


def _locution(side: Side) -> dict[str, Any]:
    source = side.source.url or side.source.heading
    return {
        "nodeID": side.cited + SAID,
        "personID": side.speaker,
        "timestamp": side.asserted or None,
        "start": None,
        "end": None,
        "source": source,
    }


def _participant(name: str) -> dict[str, Any]:
    # AIF parts names in two, which not all names are.
    return {"participantID": name, "firstname": "", "surname": name}
