"""GraphML: claims as nodes, links as edges, for Gephi, yEd, networkx and their like. Every edge has a direction, since
readers refuse a graph of both sorts; a contradiction has none of its own, whichever way it is drawn.
"""  # fmt: skip

import re
from collections.abc import Generator, Iterator
from xml.sax.saxutils import escape, quoteattr

from claims.exchange.pairs import Pair, Side, claims, in_blocks, pairs
from claims.exchange.selection import Format, Selection, snapshot

NODE_KEYS = (
    "statement", "quote", "speaker", "via", "asserted", "about", "modality", "topics", "source", "title", "outlet",
)  # fmt: skip
EDGE_KEYS = ("kind", "state", "mutual", "type", "strength", "rationale")

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that no XML document may hold, however they are written."""


def write(selection: Selection) -> Generator[bytes]:
    """One graph; first the claims, then the links, each by number."""
    with snapshot():
        yield from in_blocks(_document(selection))


GRAPHML = Format(
    "graphml",
    "GraphML: a graph",
    "graphml",
    "application/xml",
    write,
    "For network analysis in Gephi, yEd, networkx: claims are nodes, links are edges.",
)


def _document(selection: Selection) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield (
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
        '"http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
    )
    for what, keys in (("node", NODE_KEYS), ("edge", EDGE_KEYS)):
        for key in keys:
            kind = "boolean" if key == "mutual" else "string"
            yield f'<key id="{what}-{key}" for="{what}" attr.name="{key}" attr.type="{kind}"/>\n'
    yield f'<graph id={quoteattr(selection.dossier.slug)} edgedefault="directed">\n'
    yield from map(_node, claims(selection))
    yield from map(_edge, pairs(selection))
    yield "</graph>\n</graphml>\n"


def _node(side: Side) -> str:
    values = {
        "statement": side.statement, "quote": side.quote, "speaker": side.speaker, "via": side.via,
        "asserted": side.asserted, "about": side.about, "modality": side.modality, "topics": ", ".join(side.topics),
        "source": side.source.cited, "title": side.source.title, "outlet": side.source.outlet,
    }  # fmt: skip
    return f'<node id="{side.cited}">{_data("node", values)}</node>\n'


def _edge(pair: Pair) -> str:
    values = {
        "kind": pair.kind, "state": pair.state, "mutual": "true" if pair.is_mutual else "", "type": pair.type,
        "strength": pair.strength, "rationale": pair.rationale,
    }  # fmt: skip
    ends = f'source="{pair.one.cited}" target="{pair.other.cited}"'
    return f'<edge id="{pair.cited}" {ends}>{_data("edge", values)}</edge>\n'


def _data(what: str, values: dict[str, str]) -> str:
    return "".join(
        f'<data key="{what}-{key}">{written(value)}</data>' for key, value in values.items() if value
    )


def written(text: str) -> str:
    """The text for XML; what no XML may hold is replaced by the sign for that."""
    return escape(_NO_XML.sub("\ufffd", text), {"\r": "&#13;"})
