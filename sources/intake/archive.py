"""What a zip holds, looked at before anything of it is unpacked; a hostile one is refused as a whole.

Knows no model, no request, no database. Members are read one at a time and never written to a path.
"""

import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO

from sources.intake.draft import IntakeError

SUFFIX = ".zip"
MOST_ENTRIES = 10_000
MOST_UNPACKED = 500 * 1024 * 1024
_MOST_DIRECTORY = 4 * 1024 * 1024  # the list of members is held in memory: that much lists some 40,000
_DIRECTORY_SIZE = 5  # where zipfile keeps the size of that list, of what it found at the end of the file

# Of the others zipfile unpacks all at once, whatever size they state: some hundred bytes are gigabytes then.
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

_JUNK_FOLDERS = frozenset({"__macosx", "$recycle.bin", "system volume information"})
_JUNK_FILES = frozenset({"thumbs.db", "desktop.ini"})


@dataclass
class Archive:
    """An open zip: the names of the members to take, in its order, and how many were passed over, by their ending."""

    names: list[str]
    passed_over: dict[str, int]
    _members: dict[str, zipfile.ZipInfo] = field(repr=False)
    _zip: zipfile.ZipFile = field(repr=False)

    def read(self, name: str, limit: int) -> bytes:
        """What a member holds; IntakeError for more than ``limit`` bytes, and for one that is damaged."""
        member = self._members[name]
        if member.file_size > limit:
            raise IntakeError(
                f"It unpacks to {_mb(member.file_size)}, more than the {_mb(limit)} that are read of a file; split it."
            )
        try:
            if member.compress_type not in _BOUNDED:
                raise NotImplementedError
            with self._zip.open(member) as file:
                return file.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise IntakeError(
                "It is damaged inside the zip, or packed in a way that is not read here. Unpack the zip, and bring "
                "the file itself."
            ) from error


def is_junk(path: str) -> bool:
    """Whether an operating system left this file there and nobody wrote it: hidden, or a Mac's or Windows' own."""
    parts = [part.lower() for part in PurePosixPath(path).parts]
    hidden = any(part.startswith(".") for part in parts)
    return hidden or not _JUNK_FOLDERS.isdisjoint(parts) or (bool(parts) and parts[-1] in _JUNK_FILES)


@contextmanager
def opened(file: IO[bytes], accepted: Collection[str]) -> Iterator[Archive]:
    """The zip in ``file``, with its members that end as ``accepted``.

    Refuses (IntakeError) what is no zip, is encrypted, names files outside itself, has more than 10,000 entries or
    unpacks to more than 500 MB, and one that holds nothing to take.
    """
    _refuse_huge_list(file)
    try:
        found = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
        raise IntakeError(
            "This is no zip, or a damaged one; nothing of it was read. Pack it again, or bring the files themselves."
        ) from error
    with found as archive:
        yield _looked_through(archive, accepted)


def _refuse_huge_list(file: IO[bytes]) -> None:
    """zipfile reads the whole list of members at once: one of gigabytes must not get so far."""
    try:
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # the very function that ZipFile believes
    except (OSError, zipfile.BadZipFile) as error:
        raise IntakeError("This is no zip, or a damaged one; nothing of it was read.") from error
    if end and end[_DIRECTORY_SIZE] > _MOST_DIRECTORY:
        raise IntakeError(_too_many("tens of thousands of"))
    file.seek(0)


def _too_many(how_many: str) -> str:
    return (
        f"This zip has {how_many} entries, more than the {MOST_ENTRIES:,} that are opened at once; nothing of it was "
        "read. Pack its folders one by one."
    )


def _looked_through(archive: zipfile.ZipFile, accepted: Collection[str]) -> Archive:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise IntakeError(_too_many(f"{len(entries):,}"))
    members: dict[str, zipfile.ZipInfo] = {}
    passed_over: dict[str, int] = {}
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        _refuse_way_out(name)
        if entry.flag_bits & 0x1:
            raise IntakeError(
                "This zip is locked with a password; nothing of it was read. Unpack it, and bring the files or a zip "
                "without a password."
            )
        if entry.is_dir() or name.endswith("/") or _is_link(entry) or is_junk(name):
            continue
        suffix = PurePosixPath(name).suffix.lower()
        if suffix not in accepted:
            passed_over[suffix] = passed_over.get(suffix, 0) + 1
            continue
        members[_free(name, members)] = entry
    unpacked = sum(entry.file_size for entry in members.values())
    if unpacked > MOST_UNPACKED:
        raise IntakeError(
            f"This zip unpacks to {_mb(unpacked)}, more than the {_mb(MOST_UNPACKED)} that are opened at once; nothing "
            "of it was read. Bring its parts one by one."
        )
    if not members:
        raise IntakeError(
            f"There is nothing to bring in in this zip: no file ends in {' '.join(sorted(accepted))}."
        )
    return Archive(list(members), passed_over, members, archive)


def _refuse_way_out(name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name or name[1:3] == ":/":
        raise IntakeError(
            f"This zip names a file outside itself (“{name[:80]}”), as no honest one does; nothing of it was read. "
            "Bring the files themselves."
        )


def _is_link(entry: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(entry.external_attr >> 16)


def _free(name: str, taken: Collection[str]) -> str:
    """The name, or with a figure behind it: a zip may name two members alike."""
    free, count = name, 1
    while free in taken:
        count += 1
        path = PurePosixPath(name)
        free = str(path.with_name(f"{path.stem} ({count}){path.suffix}"))
    return free


def _mb(size: int) -> str:
    return f"{size / 1024 / 1024:,.0f} MB"
