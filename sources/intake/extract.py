"""From a file's name and bytes, or from pasted text, to a draft source.

Plain text is read here. HTML, PDF and DOCX are read in a process of their own (worker.py), under a limit of
time and memory, so that a hostile file can neither hang nor kill whoever asked.
"""

import dataclasses
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

from sources.intake.draft import Draft, IntakeError
from sources.intake.text import (
    LOST,
    MAX_CHARACTERS,
    clean_text,
    decode,
    decode_as,
    guess_language,
    refuse_empty,
    title_of,
)

__all__ = ["ACCEPTED", "Draft", "IntakeError", "extract", "paste"]

TEXT = (".txt", ".md")
ACCEPTED = (*TEXT, ".html", ".htm", ".pdf", ".docx")
SECONDS = 30.0

TOO_SLOW = (
    "Reading took longer than {:g} seconds and was stopped; nothing was kept. Split the file, or save it as plain "
    "text and bring that."
)
BROKE_OFF = (
    "Reading the file broke off: it is damaged, or needs more memory than is allowed; nothing was kept. Save it "
    "again, or save it as plain text and bring that."
)

_DAMAGED = "Characters that were damaged before the text came here, and stand in it as “{1}”: {0:,}."

ROOT = Path(__file__).resolve().parents[2]
_MAX_BYTES_A_CHARACTER = 4  # in every encoding a file comes in

type Apart = Callable[[str, bytes, str, str, float], Draft]
"""Reads a file of a suffix, in an encoding ('': guess it), from an address, within seconds, where it does no harm."""

logger = logging.getLogger(__name__)


def extract(
    name: str,
    data: bytes,
    *,
    encoding: str | None = None,
    address: str = "",
    seconds: float = SECONDS,
    apart: Apart | None = None,
) -> Draft:
    """The draft of a file: its format by the ending of `name`, its characters by `encoding` when given.

    `address` is where it was fetched, for what it says relative to that.

    Plain text (`.txt`, `.md`) is kept to the last character, but for line ends and a byte-order mark. Raises
    IntakeError for another ending, and for a file that is not what it says, has no text or more than
    5,000,000 characters, or takes longer than `seconds` to read. The same file always gives the same text.
    Whoever reads many gives an open `Readers` as `apart`: a process is started once then, not once a file.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in ACCEPTED:
        ending = f"Files ending in “{suffix}”" if suffix else "Files without an ending"
        raise IntakeError(f"{ending} are not read here; bring it as one of {', '.join(ACCEPTED)}.")
    if not data:
        raise IntakeError("The file is empty. Save it again and bring it once more.")
    if suffix in TEXT:
        return _plain(data, encoding)
    return _finished((apart or _read_apart)(suffix, data, encoding or "", address, seconds))


def paste(text: str) -> Draft:
    """The draft of pasted text, kept to the last character but for line ends and a byte-order mark."""
    return _finished(Draft(text))


def _plain(data: bytes, encoding: str | None) -> Draft:
    if len(data) > MAX_CHARACTERS * _MAX_BYTES_A_CHARACTER + _MAX_BYTES_A_CHARACTER:
        raise IntakeError(
            f"The file has {len(data):,} bytes: more than {MAX_CHARACTERS:,} characters, "
            "the most that a source holds; split it."
        )
    text, used = (decode_as(data, encoding), encoding) if encoding else decode(data)
    warnings: tuple[str, ...] = ()
    if not encoding and not used.startswith("utf-"):
        warnings = (f"The encoding was guessed as {used}. If letters look wrong, choose another.",)
    return _finished(Draft(text, encoding=used, warnings=warnings))


def _finished(draft: Draft) -> Draft:
    """The draft with its text checked, and with title and language where they are still missing."""
    text = clean_text(draft.text)
    refuse_empty(text)
    lost = text.count(LOST)
    return dataclasses.replace(
        draft,
        text=text,
        warnings=(*draft.warnings, *([_DAMAGED.format(lost, LOST)] if lost else [])),
        title=draft.title or title_of(text),
        language=guess_language(text) or draft.language,
    )


def _read_apart(suffix: str, data: bytes, encoding: str, address: str, seconds: float) -> Draft:
    command = [sys.executable, "-m", "sources.intake.worker", suffix, str(seconds), encoding, address]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module; the file goes in on standard input
            command,
            input=data,
            capture_output=True,
            timeout=seconds,
            cwd=ROOT,
            env=bare_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise IntakeError(TOO_SLOW.format(seconds)) from error
    if done.returncode:
        logger.warning("reading a %s file: %s", suffix, done.stderr.decode(errors="replace")[-2000:])
        raise IntakeError(BROKE_OFF)
    return draft_of(json.loads(done.stdout))


def bare_environment() -> dict[str, str]:
    """What a reading process sees of ours: whoever breaks a parser finds no secret there."""
    return {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}


def draft_of(answer: dict[str, Any]) -> Draft:
    """The draft that a reading process answered; IntakeError when it refused."""
    if "error" in answer:
        raise IntakeError(answer["error"])
    return Draft(**{**answer["draft"], "warnings": tuple(answer["draft"]["warnings"])})
