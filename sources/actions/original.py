"""Keeping the file as it came, and giving it back."""

from collections.abc import Iterator
from hashlib import sha256

from django.db import transaction

from sources.models import Dossier, Original, OriginalChunk

CHUNK = 256 * 1024
"""So many bytes are kept in one row: what a download holds in memory at once."""


@transaction.atomic
def keep_original(
    *, dossier: Dossier, filename: str, data: bytes, address: str = "", media_type: str = ""
) -> Original:
    """Store these bytes for good."""
    original = Original.objects.create(
        dossier=dossier,
        filename=filename[-1000:],
        address=address[:2000],
        media_type=media_type[:100] or "application/octet-stream",
        size=len(data),
        sha256=sha256(data).hexdigest(),
    )
    starts = range(0, max(len(data), 1), CHUNK)
    OriginalChunk.objects.bulk_create(
        OriginalChunk(original=original, position=position, data=data[start : start + CHUNK])
        for position, start in enumerate(starts)
    )
    return original


def chunks_of(original: Original) -> Iterator[bytes]:
    """Its bytes in order, one chunk in memory at a time."""
    for position in range(max(-(-original.size // CHUNK), 1)):
        yield bytes(original.chunks.values_list("data", flat=True).get(position=position))


def bytes_of(original: Original) -> bytes:
    """All of it at once: for what has passed the limits of intake."""
    return b"".join(chunks_of(original))
