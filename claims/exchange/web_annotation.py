"""W3C Web Annotations (JSON-LD): a claim annotates its quote, a link annotates two claims.

What the W3C's vocabulary has no word for stands under names of our own, which every JSON-LD reader may pass over.
"""

from collections.abc import Generator, Iterator
from typing import Any

from claims.exchange.pairs import Pair, Side, Text, claims, in_blocks, listed, name_for, pairs
from claims.exchange.selection import Format, Selection, snapshot
from claims.exchange.strict_json import compact
from sources.models import Dossier
from sources.validators import is_web_address

ANNO = "http://www.w3.org/ns/anno.jsonld"
OWN = "urn:gainsay:"
PREFIX = "gainsay:"


def write(selection: Selection) -> Generator[bytes]:
    """One collection with its one page; first the claims, then the links, each by number."""
    with snapshot():
        yield from in_blocks(_document(selection))


WEB_ANNOTATION = Format(
    "webannotation",
    "Web Annotation (W3C)",
    "jsonld",
    "application/ld+json",
    write,
    "Quotes with their places for annotation tools and the web; a link is an annotation that links two.",
)


def _document(selection: Selection) -> Iterator[str]:
    dossier = selection.dossier
    head = {
        "@context": [ANNO, {"gainsay": OWN}],
        "id": name_for(dossier, "annotations").urn,
        "type": "AnnotationCollection",
        "label": dossier.name,
    }
    page = {"id": name_for(dossier, "annotations/1").urn, "type": "AnnotationPage", "startIndex": 0}
    yield f'{compact(head)[:-1]},"first":{compact(page)[:-1]},"items":[\n'
    total = 0
    for item in listed(_items(selection)):
        total += 1
        yield item
    yield f'\n]}},"total":{total}}}\n'


def _items(selection: Selection) -> Iterator[str]:
    for side in claims(selection, context=True):
        yield compact(_claim(selection.dossier, side))
    for pair in pairs(selection, votes=True):
        yield compact(_link(selection.dossier, pair))


def told(**values: Any) -> dict[str, Any]:
    """Those of these that say something, under names of our own."""
    return {
        f"{PREFIX}{key}": value for key, value in values.items() if value not in ("", None, (), [], False)
    }


def _created(at: Any) -> dict[str, str]:
    return {"created": at.isoformat().replace("+00:00", "Z")} if at and at.year >= 1000 else {}


def _claim(dossier: Dossier, side: Side) -> dict[str, Any]:
    quote = {"type": "TextQuoteSelector", "exact": side.quote}
    if side.before:
        quote["prefix"] = side.before
    if side.after:
        quote["suffix"] = side.after
    place = {"type": "TextPositionSelector", "start": side.start, "end": side.end}
    return {
        "id": name_for(dossier, side.cited).urn,
        "type": "Annotation",
        "motivation": "describing",
        **_created(side.at),
        "body": [
            {"type": "TextualBody", "value": side.statement, "format": "text/plain", "purpose": "describing"},
            *({"type": "TextualBody", "value": topic, "purpose": "tagging"} for topic in side.topics),
        ],
        "target": {"source": _source(dossier, side.source), "selector": [quote, place]},
        **told(
            number=side.cited, speaker=side.speaker, affiliation=side.affiliation, via=side.via,
            asserted=side.asserted, about=side.about, modality=side.modality, credibility=side.credibility,
        ),
    }  # fmt: skip


def _source(dossier: Dossier, text: Text) -> dict[str, Any]:
    # Positions count in the text as it is kept here, which the page at its address may have left behind.
    return {
        "id": name_for(dossier, text.cited).urn,
        "type": "Text",
        "format": "text/plain",
        **({"language": text.language} if text.language else {}),
        **({"via": text.url} if is_web_address(text.url) else {}),
        **told(
            number=text.cited, title=text.title, outlet=text.outlet, author=text.author, published=text.published,
            url="" if is_web_address(text.url) else text.url,
        ),
    }  # fmt: skip


def _link(dossier: Dossier, pair: Pair) -> dict[str, Any]:
    one, other = (name_for(dossier, side.cited).urn for side in (pair.one, pair.other))
    comment = {
        "type": "TextualBody",
        "value": pair.rationale,
        "format": "text/plain",
        "purpose": "commenting",
    }
    return {
        "id": name_for(dossier, pair.cited).urn,
        "type": "Annotation",
        "motivation": "linking",
        **_created(pair.at),
        "body": [
            {"type": "TextualBody", "value": pair.kind, "purpose": "classifying"},
            *([comment] if pair.rationale else []),
        ],
        "target": [one, other],
        # A list of targets has no order in JSON-LD; a direction needs one.
        **told(
            number=pair.cited, to=other, mutual=pair.is_mutual, state=pair.state, type=pair.type,
            strength=pair.strength,
        ),
        f"{PREFIX}from": one,
        **told(
            reviews=[told(reviewer=vote.reviewer, verdict=vote.verdict, confidence=vote.confidence, note=vote.note)
                     for vote in pair.votes]
        ),
    }  # fmt: skip
