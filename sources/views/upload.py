"""Uploads by the hundred: all files of a request in one temporary file, limited before they are read."""

import io
import weakref
from collections.abc import Iterator
from functools import partial
from pathlib import PurePath
from tempfile import TemporaryFile
from typing import IO, Any, Self

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopFutureHandlers
from django.http import HttpRequest

from sources.actions.draft import MAX_BYTES
from sources.actions.intake import File
from sources.actions.original import CHUNK
from sources.intake.archive import SUFFIX as ZIP

MAX_UPLOAD = 500 * 1024 * 1024
MAX_FILES = 2_000
"""As DATA_UPLOAD_MAX_NUMBER_FILES has it."""


class Stretch(io.RawIOBase):
    """A part of a file as a file of its own."""

    def __init__(self, owner: object, file: IO[bytes], start: int, size: int) -> None:
        self._owner = owner  # the file is closed when nobody holds its owner any more
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._start + self._at)
        data = self._file.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class LimitedUploads(FileUploadHandler):
    """Instead of Django's, which open a file for each file: by the thousand the system has no more of them.

    Of a file that is too big little more than the limit reaches the disk, of too big an upload nothing does.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._spool: IO[bytes] = TemporaryFile()  # noqa: SIM115 - it lives as long as the files of the request
        weakref.finalize(self, self._spool.close)
        self._start = self._kept = self._limit = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        assert self.request is not None
        if too_big(self.request):
            raise SkipFile
        self._start = self._spool.seek(0, io.SEEK_END)
        self._kept = 0
        self._limit = limit_of(self.file_name or "")
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start <= self._limit:
            self._kept += self._spool.write(raw_data)

    def file_complete(self, file_size: int) -> "Upload":
        data = io.BufferedReader(Stretch(self, self._spool, self._start, self._kept))
        return Upload(data, self.file_name or "", file_size)


class Upload(UploadedFile[Any]):
    """A file of an upload. Of one larger than its limit ``size`` is true, and the end is missing."""

    def __init__(self, data: IO[bytes], name: str, size: int) -> None:
        super().__init__(data, name, "application/octet-stream", size)

    def pieces(self) -> Iterator[bytes]:
        """Its bytes, as an original is kept."""
        self.seek(0)
        while piece := self.read(CHUNK):
            yield piece

    def as_file(self, name: str = "") -> File:
        """It, as intake takes it, under its name or another."""
        assert self.size is not None
        return File(name or self.name or "", self.size, partial(Upload.pieces, self))

    @classmethod
    def of(cls, file: UploadedFile[Any]) -> Self:
        assert isinstance(file, cls)
        return file


def too_big(request: HttpRequest) -> bool:
    """Whether a request says that it is larger than an upload may be."""
    length = request.META.get("CONTENT_LENGTH", "")
    return length.isdecimal() and int(length) > MAX_UPLOAD


def limit_of(name: str) -> int:
    """How large a file of this name may be: a zip as large as an upload."""
    return MAX_UPLOAD if PurePath(name).suffix.lower() == ZIP else MAX_BYTES
