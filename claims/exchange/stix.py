"""STIX 2.1: sources as reports, claims as notes, links as relationships, reviews as opinions on them."""

from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid5

from claims.exchange.pairs import Pair, Side, Text, Vote, claims, in_blocks, listed, name_for, pairs, sources
from claims.exchange.selection import Format, Selection, snapshot
from claims.exchange.strict_json import compact
from claims.models import Kind
from sources.models import Dossier
from sources.periods import parse_date

RELATIONSHIPS = {Kind.CONTRADICTS: "contradicts", Kind.SUPPORTS: "supports", Kind.NEITHER: "related-to"}
"""STIX's own word for two objects that bear on each other in no way it has a word for; a label says ``neither``."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write(selection: Selection) -> Generator[bytes]:
    """One bundle; whoever's it is first, then reports, notes, relationships, each with its opinions behind it."""
    with snapshot():
        yield from in_blocks(_document(selection))


STIX = Format(
    "stix",
    "STIX 2.1 bundle",
    "json",
    "application/stix+json;version=2.1",
    write,
    "For threat-intelligence platforms: claims as notes, links as relationships, reviews as opinions.",
)


def _document(selection: Selection) -> Iterator[str]:
    bundle = f"bundle--{name_for(selection.dossier, 'bundle')}"
    yield f'{{"type":"bundle","id":"{bundle}","objects":[\n'
    yield from listed(map(compact, _Objects(selection).all()))
    yield "\n]}\n"


class _Objects:
    """The objects of one bundle, all made by one identity."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.dossier: Dossier = selection.dossier
        self.begun = self.dossier.at
        self.maker = self._id("identity", "identity")

    def all(self) -> Iterator[dict[str, Any]]:
        yield {
            **self._common("identity", "identity", self.begun),
            "name": self.dossier.name,
            "identity_class": "group",
            **({"description": self.dossier.question} if self.dossier.question else {}),
        }
        for text, numbers, at in sources(self.selection):
            yield self._report(text, numbers, at)
        for side in claims(self.selection):
            yield self._note(side)
        for pair in pairs(self.selection, votes=True):
            yield self._relationship(pair, pair.cited, pair.one, pair.other)
            if pair.is_mutual:
                yield self._relationship(pair, f"{pair.cited} back", pair.other, pair.one)
            for vote in pair.votes:
                yield self._opinion(pair, vote)

    def _id(self, type_: str, named: str) -> str:
        return f"{type_}--{uuid5(self.dossier.uid, f'stix {named}')}"

    def _common(self, type_: str, named: str, at: datetime | None) -> dict[str, Any]:
        moment = _moment(at or self.begun)
        common: dict[str, Any] = {
            "type": type_,
            "spec_version": "2.1",
            "id": self._id(type_, named),
            "created": moment,
            "modified": moment,
        }
        if type_ != "identity":
            common["created_by_ref"] = self.maker
        return common

    def _report(self, text: Text, numbers: list[int], at: datetime | None) -> dict[str, Any]:
        told = self._common("report", text.cited, at)
        notes = [self._id("note", f"C-{number}") for number in numbers]
        outside = [_reference(text.cited)]
        if text.url:
            outside.append({"source_name": text.outlet or text.heading, "url": text.url})
        return {
            **told,
            "name": text.heading,
            **({"description": text.outlet} if text.outlet else {}),
            "published": _moment(_first_day(text.published) or at or self.begun),
            "object_refs": notes or [self.maker],
            "external_references": outside,
            **({"lang": text.language} if text.language else {}),
        }

    def _note(self, side: Side) -> dict[str, Any]:
        return {
            **self._common("note", side.cited, side.at),
            "abstract": side.quote,
            "content": side.statement,
            **({"authors": [side.speaker]} if side.speaker else {}),
            **({"labels": list(side.topics)} if side.topics else {}),
            "object_refs": [self._id("report", side.source.cited)],
            "external_references": [_reference(side.cited)],
        }

    def _relationship(self, pair: Pair, named: str, one: Side, other: Side) -> dict[str, Any]:
        return {
            **self._common("relationship", named, pair.at),
            "relationship_type": RELATIONSHIPS[Kind(pair.kind)],
            "source_ref": self._id("note", one.cited),
            "target_ref": self._id("note", other.cited),
            **({"description": pair.rationale} if pair.rationale else {}),
            "labels": [pair.kind, pair.state],
            "external_references": [_reference(pair.cited)],
        }

    def _opinion(self, pair: Pair, vote: Vote) -> dict[str, Any]:
        """What a reviewer thinks of the link as it stands; its label is the verdict itself."""
        agrees = vote.verdict == pair.kind
        strongly = "strongly-" if vote.confidence == 5 else ""
        refs = [pair.cited, f"{pair.cited} back"] if pair.is_mutual else [pair.cited]
        at = datetime.fromisoformat(vote.at) if vote.at else pair.at
        return {
            **self._common("opinion", f"{pair.cited} by {vote.reviewer}", at),
            "opinion": f"{strongly}{'agree' if agrees else 'disagree'}",
            **({"explanation": vote.note} if vote.note else {}),
            "authors": [vote.reviewer],
            "labels": [vote.verdict],
            "object_refs": [self._id("relationship", named) for named in refs],
        }


def _reference(cited: str) -> dict[str, str]:
    return {"source_name": "gainsay", "external_id": cited}


def _first_day(published: str) -> datetime | None:
    return datetime.combine(parse_date(published)[0], datetime.min.time(), UTC) if published else None


def _moment(moment: datetime | None) -> str:
    written = (moment or _EPOCH).astimezone(UTC).replace(tzinfo=None)
    return f"{written.isoformat(timespec='milliseconds')}Z"
