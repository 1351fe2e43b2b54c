"""Freezing a selection of links into an annotated set, and making its files in other formats from what was frozen."""

import json
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import batched
from tempfile import TemporaryFile
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.utils import timezone

from claims.exchange.gainsay import GAINSAY
from claims.exchange.importing import import_file
from claims.exchange.nli import SPLIT
from claims.exchange.selection import Format, Selection, snapshot
from claims.exchange.spool import Spooled, kept_bytes, spooled
from claims.exchange.strict_json import compact, parse
from claims.models import AnnotatedSet, Kind, Link, SetChunk, SetFile, SetLink
from claims.querysets.agreement import agreement_of
from claims.querysets.link import LinkQuerySet
from claims.splits import PARTS, Families, Family, part
from sources.access import Access
from sources.actions.dossier import create_dossier
from sources.actions.records import one_at_a_time
from sources.models import Dossier, Role

FIGURES = ("krippendorff_alpha", "cohen_kappa", "fleiss_kappa", "raw_agreement")
"""The figures of agreement that a set keeps."""

_ROWS = 2_000


@dataclass(frozen=True, kw_only=True)
class Split:
    """How the links are parted: ``shares`` in per cent for train, dev and test; ``by`` date or random, with a seed."""

    by: str
    shares: tuple[int, int, int]
    seed: int


@dataclass(frozen=True, kw_only=True)
class Description:
    """What the person who freezes says of the set. ``filter`` is ``query`` in words, as (label, value);
    ``address`` that of the dossier's sets.
    """  # fmt: skip

    name: str
    purpose: str
    licence: str
    authors: str
    address: str = ""
    query: str = ""
    filter: Sequence[tuple[str, str]] = ()
    split: Split | None = None


def as_everybody(access: Access) -> Access:
    """A reader who may review and has judged nothing: what she may know, anybody who may read the set may know."""
    return replace(access, role=Role.REVIEWER, membership=None)


def freeze(access: Access, links: LinkQuerySet, said: Description) -> AnnotatedSet:
    """Freeze these links, chosen as ``as_everybody`` would see them, with what they rest on, from one snapshot.

    Refuses (ValidationError) a selection without a link, and a split that leaves a part empty. Another freezing in this
    dossier waits until this one is through: before its snapshot, so that it sees the number that this one took.
    """
    with one_at_a_time("freezing", access.dossier.pk), snapshot(read_only=False):
        return _Freezing(access, said).freeze(links)


@dataclass
class _Freezing:
    access: Access
    said: Description
    key: int = 0
    balance: Counter[str] = field(default_factory=Counter)
    split: dict[str, Any] = field(default_factory=dict)
    parts: bytearray = field(default_factory=bytearray)
    """The part of each link by its number, as 1 + its place in PARTS."""

    def freeze(self, links: LinkQuerySet) -> AnnotatedSet:
        now = timezone.now()
        self.key = _next_key(AnnotatedSet)
        part_of = self._part(links) if self.said.split else lambda source: 0
        if not self._keep_links(links, part_of):
            raise ValidationError("No link fits this filter: there is nothing to freeze.", code="empty")
        chosen = Link.objects.filter(pk__in=SetLink.objects.filter(annotated_set=self.key).values("link"))
        selection = Selection(
            dossier=self.access.dossier, links=chosen, is_filtered=True, access=as_everybody(self.access)
        )
        with spooled(self._with_parts(GAINSAY.write(selection))) as content:
            keep_file(self.key, GAINSAY.name, content)
            content.file.seek(0)
            counts = json.loads(content.file.readline())["counts"]
            return self._close(content, counts, now)

    # ---- the links

    def _keep_links(self, links: LinkQuerySet, part_of: Callable[[int], int]) -> int:
        """Keep which links the set holds, in order; how many they are."""
        count = 0
        columns = ("pk", "number", "verdict", "from_claim__source__number")
        rows = links.order_by("number").values_list(*columns).iterator(chunk_size=_ROWS)
        for block in batched(rows, _ROWS, strict=False):
            kept = []
            for link, number, verdict, source in block:
                self.balance[verdict] += 1
                at = part_of(source)
                self._remember(number, at)
                name = PARTS[at - 1] if at else ""
                kept.append(
                    SetLink(annotated_set_id=self.key, number=number, link=link, verdict=verdict, part=name)
                )
            SetLink.objects.bulk_create(kept)
            count += len(kept)
        return count

    def _remember(self, number: int, at: int) -> None:
        """A byte for each number: of a million links a megabyte."""
        if number >= len(self.parts):
            self.parts.extend(bytes(max(number + 1 - len(self.parts), len(self.parts))))
        self.parts[number] = at

    def _part(self, links: LinkQuerySet) -> Callable[[int], int]:
        """What says the part of a link by the number of its first source, as 1 + its place in PARTS."""
        split = self.said.split
        assert split
        sides = ("from_claim__source__number", "to_claim__source__number")
        pairs = links.order_by("number").values_list(*sides)
        families = Families()
        for one, other in pairs.iterator(chunk_size=_ROWS):
            families.join(one, other)
        latest = self._join_copies(families)
        found: dict[int, Family] = {}
        for source, of in families.sources():
            family = found.setdefault(of, Family())
            family.sources += 1
            family.latest = max(family.latest, latest[source])
        for one, _ in pairs.iterator(chunk_size=_ROWS):
            found[families.of(one)].links += 1
        parts = part(found, split.shares, by=split.by, seed=split.seed)
        self.split = _told(split, found, parts)
        _refuse_empty_parts(self.split)
        return lambda source: 1 + PARTS.index(parts[families.of(source)])

    def _join_copies(self, families: Families) -> dict[int, str]:
        """Join the sources of one origin, proposed or confirmed, and the versions of one; when each was published."""
        latest: dict[int, str] = {}
        first: dict[int, int] = {}
        numbers = [source for source, _ in families.sources()]
        for some in batched(numbers, _ROWS, strict=False):
            for number, published, voice in _voices(self.access.dossier, some):
                latest[number] = published
                families.join(first.setdefault(voice, number), number)
        return latest

    # ---- the content

    def _with_parts(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The lines with the part of each link in its extra."""
        if not self.split:
            yield from blocks
            return
        rest = b""
        for block in blocks:
            *lines, rest = (rest + block).split(b"\n")
            yield b"".join(self._with_part(line) + b"\n" for line in lines)
        assert not rest

    def _with_part(self, line: bytes) -> bytes:
        if not line.startswith(b'{"type":"link",'):
            return line
        values = parse(line)
        at = self.parts[int(values["id"].removeprefix("L-"))]
        signed = {key: values.pop(key) for key in ("by", "at")}
        extra = {**values.pop("extra", {}), SPLIT: PARTS[at - 1]}
        return compact({**values, "extra": extra, **signed}).encode()

    def _close(self, content: Spooled, counts: dict[str, int], now: datetime) -> AnnotatedSet:
        """Write the set itself: from then on the database adds nothing to it."""
        said, dossier = self.said, self.access.dossier
        sets = AnnotatedSet.objects.filter(dossier=dossier)
        number = sets.aggregate(last=Coalesce(Max("number"), 0))["last"] + 1
        version = sets.filter(name=said.name).aggregate(last=Coalesce(Max("version"), 0))["last"] + 1
        frozen = AnnotatedSet(
            pk=self.key,
            dossier=dossier,
            number=number,
            name=said.name,
            version=version,
            purpose=said.purpose,
            query=said.query,
            filter=[list(one) for one in said.filter],
            counts=counts,
            balance={label or "unsettled": self.balance[label] for label in (*Kind.values, "")},
            split=self.split,
            agreement=_agreement(self.key),
            licence=said.licence,
            authors=said.authors,
            address=f"{said.address}{number}/" if said.address else "",
            guidelines=guidelines_in_force(dossier),
            size=content.size,
            sha256=content.sha256,
            by=self.access.person,
            at=now,
        )
        frozen.citation = citation_of(frozen)
        frozen.full_clean()
        frozen.save(force_insert=True)
        return frozen


def _next_key(model: type[AnnotatedSet] | type[SetFile]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
        (key,) = cursor.fetchone() or (0,)
    return int(key)


def _voices(dossier: Dossier, numbers: Sequence[int]) -> list[tuple[int, str, int]]:
    """For each of these sources: its number, when it was published, the voice that it shares with its copies."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.number, s.published,
                coalesce(o.joins_id, s.origin_id, -gainsay_first_version(s.id))
            FROM sources_source s LEFT JOIN sources_origin o ON o.id = s.origin_id
            WHERE s.dossier_id = %s AND s.number = ANY (%s) ORDER BY s.number
            """,
            [dossier.pk, list(numbers)],
        )
        rows: list[tuple[int, str, int]] = cursor.fetchall()
        return rows


def _told(split: Split, found: dict[int, Family], parts: dict[int, str]) -> dict[str, Any]:
    """What the set says of its split: the wish, and what came of it."""
    counted = {name: Family() for name in PARTS}
    families = Counter(parts.values())
    for key, name in parts.items():
        counted[name].links += found[key].links
        counted[name].sources += found[key].sources
    return {
        "by": split.by,
        "seed": split.seed,
        "shares": dict(zip(PARTS, split.shares, strict=True)),
        "largest": max(family.links for family in found.values()),
        "parts": {
            name: {"links": one.links, "sources": one.sources, "families": families[name]}
            for name, one in counted.items()
        },
    }


def _refuse_empty_parts(split: dict[str, Any]) -> None:
    """Refuse (ValidationError) a split that gives a part nothing of what was wished for it: a set stays for ever."""
    links = {name: found["links"] for name, found in split["parts"].items()}
    if any(split["shares"][name] and not links[name] for name in PARTS):
        came = ", ".join(f"{links[name]:,} to {name}" for name in PARTS)
        raise ValidationError(
            f"This split would give {came}: links that share a source, a story or a version stay together, and the "
            f"largest such family has {split['largest']:,}. Nothing was frozen: choose other shares, another way to "
            "split, or none.",
            code="empty-part",
        )


def guidelines_in_force(dossier: Dossier) -> str:
    """By which guidelines the reviewers judge, in words: "" where a dossier keeps none."""
    guidelines = apps.all_models["claims"].get("guideline")  # where this house keeps any
    version = guidelines._default_manager.in_force(dossier.pk) if guidelines else None  # type: ignore[attr-defined]
    return f"version {version}" if version else ""


def citation_of(one: AnnotatedSet) -> str:
    """The text to be pasted where the set is cited."""
    return (
        f"{one.authors} ({one.at:%Y}). {one.name}, version {one.version} [annotated set {one.cited} of the dossier "
        f"“{one.dossier.name}”, {one.counts['links']:,} links, frozen on {one.at.day} {one.at:%B %Y} with Gainsay]. "
        f"{one.address + '. ' if one.address else ''}SHA-256 {one.sha256}. Licence: {one.licence}."
    )


def _agreement(key: int) -> dict[str, Any]:
    """How far the reviewers of the settled links agreed, of a set that is being frozen, or why nobody can say."""
    told = SetLink.objects.filter(annotated_set=key).told()
    found = agreement_of(Link.objects.filter(pk__in=told.values("link")))
    figures = {name: getattr(found, name) for name in FIGURES}
    return {
        "links_used": found.links_used,
        "figures": {
            name: {"value": one.value, "low": one.low, "high": one.high, "why": one.why}
            for name, one in figures.items()
        },
    }


# ---- files


def keep_file(key: int, name: str, content: Spooled) -> SetFile:
    """Keep a file of the set for good: its pieces first, then the file, which closes it."""
    file = SetFile(
        pk=_next_key(SetFile), annotated_set_id=key, format=name, size=content.size, sha256=content.sha256
    )
    for position, data in content.chunks():
        SetChunk.objects.create(file_id=file.pk, position=position, data=data)
    file.save(force_insert=True)
    return file


def kept_file(one: AnnotatedSet, name: str) -> SetFile | None:
    return SetFile.objects.filter(annotated_set=one, format=name).first()


@transaction.atomic
def make_file(one: AnnotatedSet, chosen: Format, **how: Any) -> SetFile:
    """The file of the set in this format: kept from the first time on, so that its bytes are the same for ever.

    Whoever asks at the same time waits for the first. ``how`` is for ``spooled``.
    """
    AnnotatedSet.objects.select_for_update(no_key=True, of=("self",)).get(pk=one.pk)
    if found := kept_file(one, chosen.name):
        return found
    with spooled(written_anew(one, chosen), **how) as content:
        return keep_file(one.pk, chosen.name, content)


def written_anew(one: AnnotatedSet, chosen: Format) -> Generator[bytes]:
    """The set in a format, from what was frozen and never from the dossier as it stands.

    The frozen lines are brought into an empty dossier of their own, as any exchange file is, and written from there;
    then all of it is taken back. So every format, also one that comes later, can be had of every set, and none needs to
    know of frozen ones.
    """
    frozen = SetFile.objects.get(annotated_set=one, format=GAINSAY.name)
    with transaction.atomic(), TemporaryFile() as lines:
        for chunk in kept_bytes(frozen):
            lines.write(chunk)
        lines.seek(0)
        shadow = create_dossier(slug=f"frozen-{uuid4()}", name=one.dossier.name, leads=[])
        import_file(shadow, lines, by=None, as_lead=True, is_new=True)
        # Named as the dossier is, for formats that make addresses of it; never saved.
        shadow.slug, shadow.uid = one.dossier.slug, one.dossier.uid
        reader = Access(shadow, one.by.user, Role.REVIEWER, None)  # type: ignore[arg-type]
        links = Link.objects.filter(dossier=shadow.pk)
        yield from chosen.write(Selection(dossier=shadow, links=links, access=reader))
        transaction.set_rollback(True)
