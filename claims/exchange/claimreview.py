"""ClaimReview (schema.org JSON-LD): a link reviews its second claim by its first."""

from collections.abc import Generator, Iterator
from typing import Any

from claims.exchange.pairs import Pair, Side, Text, in_blocks, listed, name_for, pairs
from claims.exchange.selection import Format, Selection, snapshot
from claims.exchange.strict_json import compact
from claims.models import Kind, State
from sources.models import Dossier
from sources.validators import is_web_address

RATINGS = {
    Kind.CONTRADICTS: "Contradicted",
    Kind.SUPPORTS: "Supported",
    Kind.NEITHER: "Neither contradicted nor supported",
}


def write(selection: Selection) -> Generator[bytes]:
    """A graph of reviews, by the number of their link."""
    with snapshot():
        yield from in_blocks(_document(selection))


CLAIM_REVIEW = Format(
    "claimreview",
    "ClaimReview (schema.org)",
    "jsonld",
    "application/ld+json",
    write,
    "For publishing beside an article, as fact-check directories read it: search engines ask that each review be given "
    "the url of the page it stands on, too.",
)


def _document(selection: Selection) -> Iterator[str]:
    yield '{"@context":"https://schema.org","@graph":[\n'
    yield from listed(compact(_review(selection.dossier, pair)) for pair in pairs(selection))
    yield "\n]}\n"


def _review(dossier: Dossier, pair: Pair) -> dict[str, Any]:
    rating = RATINGS[Kind(pair.kind)]
    settled = "" if pair.state == State.SETTLED else f" ({pair.state})"
    return {
        "@type": "ClaimReview",
        "@id": name_for(dossier, pair.cited).urn,
        "identifier": pair.cited,
        "name": f"{pair.cited}: {rating}{settled}",
        "claimReviewed": pair.other.statement,
        "itemReviewed": _claim(dossier, pair.other),
        "isBasedOn": _claim(dossier, pair.one),
        "author": {"@type": "Organization", "name": dossier.name},
        "reviewRating": {"@type": "Rating", "alternateName": f"{rating}{settled}"},
        **({"reviewBody": pair.rationale} if pair.rationale else {}),
        **({"datePublished": pair.at.date().isoformat()} if pair.at else {}),
    }


def _claim(dossier: Dossier, side: Side) -> dict[str, Any]:
    author = {"@type": "Person", "name": side.speaker} if side.speaker else _publisher(side.source)
    if side.speaker and side.affiliation:
        author = {**author, "affiliation": {"@type": "Organization", "name": side.affiliation}}
    return {
        "@type": "Claim",
        "@id": name_for(dossier, side.cited).urn,
        "identifier": side.cited,
        "text": side.statement,
        **({"author": author} if author else {}),
        **({"datePublished": side.asserted} if side.asserted else {}),
        "appearance": _work(side),
    }


def _publisher(text: Text) -> dict[str, Any]:
    return {"@type": "Organization", "name": text.outlet} if text.outlet else {}


def _work(side: Side) -> dict[str, Any]:
    text = side.source
    publisher = _publisher(text)
    return {
        "@type": "CreativeWork",
        "headline": text.heading,
        "text": side.quote,
        **({"url": text.url} if is_web_address(text.url) else {}),
        **({"datePublished": text.published} if text.published else {}),
        **({"inLanguage": text.language} if text.language else {}),
        **({"publisher": publisher} if publisher else {}),
    }
