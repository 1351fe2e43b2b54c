"""Near copies: texts that share much of their wording with those of a dossier, or with each other."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from heapq import nlargest
from typing import NamedTuple

import numpy as np
from django.db import connection, transaction
from django.db.models import Subquery
from django.db.models.functions import Coalesce

from sources.agencies import agencies
from sources.models import Dossier, Fingerprint, Resemblance, Source
from sources.shingles import (
    ENGINE,
    Likeness,
    Signature,
    Wording,
    bands,
    likeness,
    signature,
    signatures,
    stored,
)

READ_AT_ONCE = 2_000_000
"""Of so many characters fingerprints are made in one transaction: what a killed job loses is made anew."""
BATCH = 100
NEWEST = 1_000
"""Among so many of the newest sources a batch is fingerprinted before a person is shown near copies; a job does all."""
LIKELY = 0.2
"""From this share of the shorter one's shingles, as their signatures estimate it, two texts are compared exactly."""
KEPT = 0.15
"""From this share of the words of either a resemblance is kept: too little for a near copy, it weighs in a group."""
COMPARED = 300
"""With so many candidates a text is compared at most, those that share the most of their signature."""
BEST = 20
"""With so many others a text of an intake is compared, those whose signatures agree the most."""
_CROWD, _BESIDE = 50, 5
"""In a band that more than so many texts share, each is compared with the next few only."""


class NearCopy(NamedTuple):
    """A source that shares wording with a text: of the shingles of both together (Jaccard), of the words of the text,
    of those of the source.
    """  # fmt: skip

    source: Source
    similarity: float
    of_text: float
    of_source: float

    @property
    def share(self) -> float:
        """How much of the one stands in the other."""
        return max(self.of_text, self.of_source)


def near_copies(
    dossier: Dossier, text: str, *, limit: int = 5, leave_out: Iterable[int] = ()
) -> list[NearCopy]:
    """The live sources that are near copies of ``text``, the nearest first, without their texts; not those with the
    keys ``leave_out``. Four queries. A source that came a moment ago and by the thousand may be missed.
    """  # fmt: skip
    _next_batch(dossier, newest=NEWEST)
    own = Wording(text)
    if not own.words:
        return []
    signed = signature(own)
    candidates = (
        Fingerprint.objects.filter(
            dossier=dossier, engine=ENGINE, source__binned_at=None, bands__overlap=bands(signed).tolist()
        )
        .exclude(source__in=list(leave_out))
        .values_list("source", "signature", "source__length")
    )
    likely = sorted(
        (
            (estimate, key)
            for key, theirs, length in candidates
            if (estimate := _share(_agreement(signed, theirs), len(text), length)) >= LIKELY
        ),
        reverse=True,
    )[: max(4 * limit, 20)]
    found: list[NearCopy] = []
    for source in Source.objects.filter(pk__in=[key for _, key in likely]).iterator(chunk_size=10):
        like = likeness(own, Wording(source.text))
        if like.is_near_copy:
            found.append(NearCopy(source, like.similarity, like.of_first, like.of_second))
    return sorted(found, key=lambda copy: (-copy.share, -copy.similarity, copy.source.number))[:limit]


def near_copies_among(texts: Sequence[str]) -> list[tuple[int, int, Likeness]]:
    """The pairs of these texts that are near copies, by their places in the sequence, the lower first; of each text
    those with the ``BEST`` others at least. All are in memory, as some 40 bytes a word.
    """  # fmt: skip
    sets = [Wording(text) for text in texts]
    batches = (sets[start : start + BATCH] for start in range(0, len(sets), BATCH))
    signed = np.concatenate([signatures(batch) for batch in batches]) if sets else np.empty((0, 0), np.uint32)
    likely = defaultdict[int, list[tuple[float, int]]](list)
    for one, other in _candidates({place: signed[place] for place, own in enumerate(sets) if own.words}):
        similarity = float(np.mean(signed[one] == signed[other]))
        if _share(similarity, sets[one].words, sets[other].words) >= LIKELY:
            likely[one].append((similarity, other))
            likely[other].append((similarity, one))
    pairs = {
        (min(one, other), max(one, other))
        for one, others in likely.items()
        for _, other in nlargest(BEST, others)
    }
    found = [(one, other, likeness(sets[one], sets[other])) for one, other in sorted(pairs)]
    return [pair for pair in found if pair[2].is_near_copy]


def make_fingerprints(dossier: Dossier, *, progress: Callable[[int], object] = int) -> int:
    """Make the fingerprints that are missing, or of another engine, and find what those sources resemble; how many.

    Each batch is a transaction, of which ``progress`` is told: killed, it goes on where it was.
    """
    made = 0
    while batch := _next_batch(dossier):
        made += batch
        progress(batch)
    return made


@transaction.atomic
def _next_batch(dossier: Dossier, *, newest: int | None = None) -> int:
    """Fingerprint some of the sources that wait for it, of the ``newest`` only or of all; how many."""
    waiting = Source.objects.live().filter(dossier=dossier).exclude(fingerprint__engine=ENGINE)
    if newest:
        numbers = Source.objects.filter(dossier=dossier).order_by("-number").values("number")
        waiting = waiting.filter(number__gte=Coalesce(Subquery(numbers[newest : newest + 1]), 0))
    if not waiting.exists():
        return 0
    with connection.cursor() as cursor:  # two at once would not see each other's
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('fingerprints'), %s)", [dossier.pk % 2**31])
    batch: list[int] = []
    total = 0
    for key, length in waiting.order_by("pk").values_list("pk", "length")[:BATCH]:
        if batch and total + length > READ_AT_ONCE:
            break
        batch.append(key)
        total += length
    _fingerprint(dossier, batch)
    return len(batch)


def _fingerprint(dossier: Dossier, batch: list[int]) -> None:
    """Fingerprint these sources, whose texts fit into memory, and compare them with all that may resemble them."""
    Fingerprint.objects.filter(source__in=batch).delete()
    Resemblance.objects.filter(dossier=dossier, one__in=batch).delete()
    Resemblance.objects.filter(dossier=dossier, other__in=batch).delete()
    sets: dict[int, Wording] = {}
    lengths: dict[int, int] = {}
    credited: dict[int, list[str]] = {}
    fields = ("pk", "text", "author", "outlet")
    for key, text, author, outlet in Source.objects.filter(pk__in=batch).values_list(*fields):
        sets[key], lengths[key] = Wording(text), len(text)
        credited[key] = agencies(text=text, author=author, outlet=outlet)
    signed = dict(zip(sets, signatures(list(sets.values())), strict=True))
    Fingerprint.objects.bulk_create(
        Fingerprint(
            source_id=key,
            dossier=dossier,
            engine=ENGINE,
            signature=stored(signed[key]),
            bands=bands(signed[key]).tolist() if own.words else [],
            agencies=credited[key],
        )
        for key, own in sets.items()
    )
    pairs = defaultdict[int, list[int]](list)
    for other, one in _likely_pairs(batch, lengths, signed):
        pairs[other].append(one)
    found: list[Resemblance] = []
    away = [key for key in pairs if key not in sets]
    for source in Source.objects.filter(pk__in=away).only("pk", "text").iterator(chunk_size=10):
        found += _resemblances(dossier, source.pk, Wording(source.text), pairs[source.pk], sets)
    for key in pairs.keys() & sets.keys():
        found += _resemblances(dossier, key, sets[key], pairs[key], sets)
    Resemblance.objects.bulk_create(found, batch_size=1_000)


def _likely_pairs(
    batch: list[int], lengths: dict[int, int], signed: dict[int, Signature]
) -> list[tuple[int, int]]:
    """The pairs of another source and one of the batch whose signatures say that they may be near copies, each once."""
    sharing = """
        SELECT n.source_id, o.source_id, o.signature, s.length
        FROM sources_fingerprint n
        JOIN sources_fingerprint o ON o.dossier_id = n.dossier_id AND o.bands && n.bands
            AND o.engine = n.engine AND o.source_id <> n.source_id
        JOIN sources_source s ON s.id = o.source_id
        WHERE n.source_id = ANY(%s) AND NOT (o.source_id = ANY(%s) AND o.source_id < n.source_id)
    """
    likely = defaultdict[int, list[tuple[float, int]]](list)
    with connection.chunked_cursor() as cursor:  # of one story there may be thousands, and a batch of such
        cursor.execute(sharing, [batch, batch])
        for one, other, theirs, length in cursor:
            estimate = _share(_agreement(signed[one], theirs), lengths[one], length)
            if estimate >= LIKELY:
                likely[one].append((estimate, other))
    return [(other, one) for one, others in likely.items() for _, other in sorted(others)[-COMPARED:]]


def _resemblances(
    dossier: Dossier, key: int, own: Wording, to: list[int], sets: dict[int, Wording]
) -> Iterable[Resemblance]:
    for other in to:
        first, second = sorted([(key, own), (other, sets[other])], key=lambda side: side[0])
        like = likeness(first[1], second[1])
        if like.share >= KEPT:
            yield Resemblance(
                dossier=dossier,
                one_id=first[0],
                other_id=second[0],
                similarity=like.similarity,
                of_one=like.of_first,
                of_other=like.of_second,
            )


def _agreement(own: np.ndarray, theirs: bytes | memoryview) -> float:
    """The share of places in which two signatures agree."""
    return float(np.mean(own == np.frombuffer(theirs, "<u4")))


def _share(similarity: float, length: int, other: int) -> float:
    """How much of the shorter text may stand in the longer, from an estimate of their similarity, on the high side."""
    similarity = min(1.0, similarity + 0.05)
    return similarity / (1 + similarity) * (1 + max(length, other) / max(1, min(length, other)))


def _candidates(signed: dict[int, np.ndarray]) -> set[tuple[int, int]]:
    """The pairs that share a band."""
    sharing = defaultdict[int, list[int]](list)
    for place, own in signed.items():
        for band in bands(own).tolist():
            sharing[band].append(place)
    found: set[tuple[int, int]] = set()
    for places in sharing.values():
        reach = len(places) if len(places) <= _CROWD else _BESIDE
        for at, one in enumerate(places):
            found.update((one, other) for other in places[at + 1 : at + reach])
    return found
