"""``export_set``: write an annotated set."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from claims.exchange.registry import FORMATS
from claims.exchange.selection import Format, Selection
from claims.models import Kind, State
from config.commands import OperatorCommand
from sources.models import Dossier


class Command(OperatorCommand):
    help = "Writes a dossier, or the links of it that pass the filters, to a file or standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dossier", help="the slug of the dossier")
        parser.add_argument("--format", choices=list(FORMATS), default="gainsay")
        parser.add_argument("--kind", choices=Kind.values, default="", help="how the links stand")
        parser.add_argument("--state", choices=State.values, default="")
        parser.add_argument(
            "--output", metavar="FILE", help="else standard output; hf is a folder, or a zip when so named"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        dossier = Dossier.objects.filter(slug=options["dossier"]).first()
        if dossier is None:
            raise CommandError(f"There is no dossier {options['dossier']}.")
        chosen = FORMATS[options["format"]]
        if reason := chosen.missing():
            raise CommandError(reason)
        selection = Selection.of(dossier, kind=options["kind"], state=options["state"])
        output = options["output"]
        with (
            closing(chosen.write(selection)) as blocks,
            tqdm(unit="B", unit_scale=True, disable=None, leave=False) as bar,
        ):
            written = _write(chosen, _counting(blocks, bar), output)
        told = self.stdout if output else self.stderr
        told.write(f"{dossier.slug}: {written} as {chosen.name} to {output or 'standard output'}.")


def _write(chosen: Format, blocks: Iterable[bytes], output: str) -> str:
    """Write the blocks where they are to go; how much that was, in words."""
    size = Size()
    counted = size.of(blocks)
    if not output:
        _write_out(counted)
    elif chosen.unpack and Path(output).suffix != f".{chosen.ending}":
        _write_folder(chosen.unpack, Path(output).resolve(), counted)
    else:
        _write_file(Path(output).resolve(), counted)
    if not chosen.is_text:
        return f"{size.total:,} bytes"
    return f"{size.lines:,} line{'' if size.lines == 1 else 's'}"


@dataclass
class Size:
    """How much has been written so far."""

    lines: int = 0
    total: int = 0

    def of(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            yield block
            self.lines += block.count(b"\n")
            self.total += len(block)


def _counting(blocks: Iterable[bytes], bar: "tqdm[Any]") -> Iterable[bytes]:
    for block in blocks:
        yield block
        bar.update(len(block))


def _write_out(blocks: Iterable[bytes]) -> None:
    """Write the blocks to standard output."""
    try:
        for block in blocks:
            sys.stdout.buffer.write(block)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # What is still buffered goes nowhere when the interpreter flushes it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise CommandError("Standard output was closed before everything was written.") from None


def _write_folder(
    unpack: Callable[[Iterable[bytes], Path], None], folder: Path, blocks: Iterable[bytes]
) -> None:
    """Lay the blocks out in a folder, whole or not at all; one that holds something is not touched."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise CommandError(f"{folder} is there already: name a new folder, or an empty one.")
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        draft.mkdir()
        unpack(blocks, draft)
        draft.replace(folder)
    except OSError as error:
        raise CommandError(f"{folder} cannot be written: {error.strerror}.") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_file(path: Path, blocks: Iterable[bytes]) -> None:
    """Write the blocks, whole or not at all where the file is a plain one."""
    plain = path.is_file() or not path.exists()
    draft = path.with_name(f".{path.name}.{os.getpid()}.part") if plain else path
    try:
        with draft.open("wb") as file:
            for block in blocks:
                file.write(block)
        if plain:
            draft.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        if plain:
            draft.unlink(missing_ok=True)
