"""A file on its way into the database: written aside first, since what reads it may hold the connection."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO

from claims.models import Export, SetFile

CHUNK = 1024 * 1024
"""So many bytes are kept in one row: what a download holds in memory at once."""


@dataclass(frozen=True)
class Spooled:
    """A whole file, its size and its SHA-256."""

    file: IO[bytes]
    size: int
    sha256: str

    def chunks(self) -> Iterator[tuple[int, bytes]]:
        """Its pieces, each with its place."""
        self.file.seek(0)
        yield from enumerate(iter(lambda: self.file.read(CHUNK), b""))


@contextmanager
def spooled(
    blocks: Iterable[bytes], told: Callable[[bytes], object] = lambda block: None
) -> Iterator[Spooled]:
    """All the blocks as a file, gone afterwards. ``told`` hears of each block."""
    digest, size = sha256(), 0
    with TemporaryFile() as file:
        for block in blocks:
            file.write(block)
            digest.update(block)
            size += len(block)
            told(block)
        yield Spooled(file, size, digest.hexdigest())


def kept_bytes(kept: SetFile | Export, start: int = 0) -> Iterator[bytes]:
    """Its bytes in order from ``start`` on, one chunk in memory at a time."""
    position, skip = divmod(start, CHUNK)
    given = start
    while given < kept.size:
        chunk = bytes(kept.chunks.values_list("data", flat=True).get(position=position))[skip:]
        position, skip = position + 1, 0
        given += len(chunk)
        yield chunk
