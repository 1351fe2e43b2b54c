"""Keeping the file as it came, and giving it back."""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import IO

from django.db import transaction
from django.db.models import Exists, OuterRef

from sources.models import Dossier, Draft, Original, OriginalChunk, Source

CHUNK = 256 * 1024
"""So many bytes are kept in one row: what a download holds in memory at once."""


def keep_original(
    *, dossier: Dossier, filename: str, data: bytes, address: str = "", media_type: str = ""
) -> Original:
    """Store these bytes for good."""
    starts = range(0, max(len(data), 1), CHUNK)
    return keep_in_chunks(
        dossier=dossier,
        filename=filename,
        chunks=lambda: (data[start : start + CHUNK] for start in starts),
        address=address,
        media_type=media_type,
    )


@transaction.atomic
def keep_in_chunks(
    *,
    dossier: Dossier,
    filename: str,
    chunks: Callable[[], Iterable[bytes]],
    address: str = "",
    media_type: str = "",
) -> Original:
    """Store a file for good of which one chunk is held at a time. ``chunks`` gives them all, each time it is asked."""
    digest, size = sha256(), 0
    for chunk in chunks():
        digest.update(chunk)
        size += len(chunk)
    original = Original.objects.create(
        dossier=dossier,
        filename=filename[-1000:],
        address=address[:2000],
        media_type=media_type[:100] or "application/octet-stream",
        size=size,
        sha256=digest.hexdigest(),
    )
    for position, chunk in enumerate(chunks()):
        OriginalChunk.objects.create(original=original, position=position, data=chunk)
    return original


def chunks_of(original: Original) -> Iterator[bytes]:
    """Its bytes in order, one chunk in memory at a time."""
    position = given = 0
    while given < original.size:
        chunk = bytes(original.chunks.values_list("data", flat=True).get(position=position))
        position += 1
        given += len(chunk)
        yield chunk


def bytes_of(original: Original) -> bytes:
    """All of it at once: for what has passed the limits of intake."""
    return b"".join(chunks_of(original))


def write_to(file: IO[bytes], original: Original) -> None:
    """All of it into an open file, which is at its beginning then."""
    for chunk in chunks_of(original):
        file.write(chunk)
    file.seek(0)


@transaction.atomic
def remove_unused_originals(dossier: Dossier | None = None) -> int:
    """Remove the originals, of this dossier or of all, that no draft and no source came from; how many."""
    originals = Original.objects.all() if dossier is None else Original.objects.filter(dossier=dossier)
    unused = originals.filter(
        ~Exists(Draft.objects.filter(original=OuterRef("pk"))),
        ~Exists(Source.objects.filter(original=OuterRef("pk"))),
    )
    keys = list(unused.values_list("pk", flat=True))
    OriginalChunk.objects.filter(original__in=keys).delete()
    return Original.objects.filter(pk__in=keys).delete()[0]
