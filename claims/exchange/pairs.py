"""What the other formats tell: the links of a selection, the claims and the sources they rest on, row by row.

Everything streams, in the order of numbers, and holds no more than its reader may know. ``gainsay`` alone writes more,
and writes it in SQL.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched
from typing import Any
from uuid import UUID, uuid5

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Collate, Greatest, JSONObject, Substr

from claims.exchange.selection import Selection
from claims.models import IN_REVIEW, Claim, ClaimTopic, Kind, Review
from sources.models import Dossier, Source

CONTEXT = 32
"""Characters of context before and after a quote, as Hypothesis and the W3C's examples have them."""

CHUNK = 1_000
_BLOCK = 200


@dataclass(slots=True)
class Text:
    """A source as an export tells it, without its text."""

    number: int
    title: str
    outlet: str
    author: str
    url: str
    published: str
    language: str

    @property
    def cited(self) -> str:
        return f"S-{self.number}"

    @property
    def heading(self) -> str:
        return self.title or self.url or f"Untitled source {self.cited}"


@dataclass(slots=True)
class Side:
    """A claim as an export tells it; ``before`` and ``after`` are the context of its quote, where it was asked for."""

    number: int
    statement: str
    quote: str
    start: int
    end: int
    speaker: str
    affiliation: str
    via: str
    asserted: str
    about: str
    modality: str
    credibility: int | None
    source: Text
    topics: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    at: Any = None

    @property
    def cited(self) -> str:
        return f"C-{self.number}"


@dataclass(slots=True)
class Vote:
    """A review as an export tells it."""

    reviewer: str
    verdict: str
    confidence: int | None
    note: str
    at: str | None


@dataclass(slots=True)
class Pair:
    """A link with both its claims. ``kind`` is how it stands; of a link in review there are no votes."""

    number: int
    kind: str
    state: str
    verdict: str
    mutual: bool
    type: str
    strength: str
    rationale: str
    one: Side
    other: Side
    at: Any = None
    votes: tuple[Vote, ...] = field(default=())
    decision: Vote | None = None
    """What a lead settled it as, where one did."""

    @property
    def cited(self) -> str:
        return f"L-{self.number}"

    @property
    def is_mutual(self) -> bool:
        """Whether each supports the other."""
        return self.kind == Kind.SUPPORTS and self.mutual


_TEXT = ("number", "title", "outlet", "author", "url", "published", "language")
_SIDE = (
    "number", "statement", "quote", "start", "end", "speaker__name", "speaker__affiliation", "via", "asserted",
    "about", "modality", "credibility",
)  # fmt: skip
_PAIR = (
    "number",
    "standing",
    "shown_state",
    "verdict",
    "mutual",
    "contradiction_type",
    "strength",
    "rationale",
)
_PER_SIDE = len(_SIDE) + len(_TEXT)


def _columns(prefix: str = "") -> list[str]:
    return [*(f"{prefix}{name}" for name in _SIDE), *(f"{prefix}source__{name}" for name in _TEXT)]


def _text(row: Iterable[Any]) -> Text:
    return Text(*row)


def _side(row: tuple[Any, ...], **more: Any) -> Side:
    number, statement, quote, start, end, speaker, affiliation, *rest = row[: len(_SIDE)]
    source = _text(row[len(_SIDE) : _PER_SIDE])
    told = [number, statement, quote, start, end, speaker or "", affiliation or "", *rest, source]
    return Side(*told, **more)


_DECISION = JSONObject(
    reviewer="adjudicated_by__name",
    verdict="adjudication_verdict",
    confidence=Value(None, output_field=IntegerField()),
    note="adjudication_note",
    at="adjudicated_at",
)


def _votes() -> ArraySubquery:
    told = JSONObject(
        reviewer="reviewer__name", verdict="verdict", confidence="confidence", note="note", at="at"
    )
    ordered = Review.objects.filter(link=OuterRef("pk")).order_by(Collate("reviewer__name", "C"))
    return ArraySubquery(ordered.values(told=told))


def pairs(selection: Selection, *, votes: bool = False) -> Iterator[Pair]:
    """The links by number; with ``votes`` their reviews, of those whose reader may see them. Within a snapshot."""
    links = selection.in_order()
    columns = [*_PAIR, *_columns("from_claim__"), *_columns("to_claim__"), "at"]
    if votes:
        links = links.annotate(votes=_votes(), decision=_DECISION)
        columns += ["votes", "decision"]
    first, second = len(_PAIR), len(_PAIR) + _PER_SIDE
    for row in links.values_list(*columns).iterator(chunk_size=CHUNK):
        # A verdict is there only once the link is settled, and of a settled link everybody may know.
        shown = votes and row[2] != IN_REVIEW
        sides = _side(row[first:second]), _side(row[second : second + _PER_SIDE])
        given = tuple(Vote(**vote) for vote in row[-2]) if shown else ()
        decision = Vote(**row[-1]) if shown and row[-1]["verdict"] else None
        told = [*row[:first], *sides, row[second + _PER_SIDE], given, decision]
        yield Pair(*told)


def _claims(selection: Selection) -> QuerySet[Claim]:
    """The claims of the links; without a filter all of the dossier."""
    claims = Claim.objects.live().filter(dossier=selection.dossier)
    if selection.is_filtered:
        links = selection.links.order_by()
        sides = Q(pk__in=links.values("from_claim")) | Q(pk__in=links.values("to_claim"))
        claims = claims.filter(sides)
    return claims.order_by("number")


def claims(selection: Selection, *, context: bool = False) -> Iterator[Side]:
    """The claims by number, with their topics; with ``context`` the characters around their quotes."""
    topics = ClaimTopic.objects.filter(claim=OuterRef("pk")).order_by(Collate("topic__name", "C"))
    found = _claims(selection).annotate(names=ArraySubquery(topics.values("topic__name")))
    columns = [*_columns(), "names", "at"]
    if context:
        text = F("source__text")
        before = Greatest(F("start") - CONTEXT, Value(0))
        found = found.annotate(
            before=Substr(text, before + 1, F("start") - before, output_field=CharField()),
            after=Substr(text, F("end") + 1, Value(CONTEXT), output_field=CharField()),
        )
        columns += ["before", "after"]
    for row in found.values_list(*columns).iterator(chunk_size=CHUNK):
        around = {"before": row[-2], "after": row[-1]} if context else {}
        yield _side(row, topics=tuple(row[_PER_SIDE]), at=row[_PER_SIDE + 1], **around)


def sources(selection: Selection) -> Iterator[tuple[Text, list[int], Any]]:
    """The sources of those claims by number, each with the numbers of its claims, and when it came in."""
    used = _claims(selection).order_by()
    found = Source.objects.live().filter(dossier=selection.dossier)
    if selection.is_filtered:
        found = found.filter(pk__in=used.values("source"))
    told = Claim.objects.filter(source=OuterRef("pk"), pk__in=used.values("pk")).order_by("number")
    rows = found.order_by("number").annotate(claim_numbers=ArraySubquery(told.values("number")))
    for row in rows.values_list(*_TEXT, "claim_numbers", "at").iterator(chunk_size=CHUNK):
        yield _text(row[:-2]), row[-2], row[-1]


def speakers(selection: Selection) -> Iterator[tuple[str, str]]:
    """The speakers of those claims, with their affiliations, by name."""
    used = _claims(selection).order_by().filter(speaker__isnull=False).values("speaker")
    rows = selection.dossier.speakers.filter(pk__in=used).order_by(Collate("name", "C"))
    yield from rows.values_list("name", "affiliation").iterator(chunk_size=CHUNK)


def name_for(dossier: Dossier, cited: str) -> UUID:
    """A name for a record that is its own in all the world, and the same in every export."""
    return uuid5(dossier.uid, cited)


def in_blocks(parts: Iterable[str]) -> Iterator[bytes]:
    """Text piece by piece as bytes, in blocks worth sending."""
    for block in batched(parts, _BLOCK, strict=False):
        yield "".join(block).encode()


def listed(items: Iterable[str], between: str = ",\n") -> Iterator[str]:
    """The items with what stands between two of them."""
    first = True
    for item in items:
        yield item if first else between + item
        first = False
