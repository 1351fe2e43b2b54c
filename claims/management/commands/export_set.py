"""``export_set``: write an annotated set."""

import os
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from claims.exchange.registry import FORMATS
from claims.exchange.selection import Selection
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
        parser.add_argument("--output", metavar="FILE", help="else standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        dossier = Dossier.objects.filter(slug=options["dossier"]).first()
        if dossier is None:
            raise CommandError(f"There is no dossier {options['dossier']}.")
        selection = Selection.of(dossier, kind=options["kind"], state=options["state"])
        output = options["output"]
        with (
            closing(FORMATS[options["format"]].write(selection)) as blocks,
            tqdm(unit="B", unit_scale=True, disable=None, leave=False) as bar,
        ):
            counted = _counting(blocks, bar)
            lines = _write_file(Path(output).resolve(), counted) if output else _write_out(counted)
        told = self.stdout if output else self.stderr
        counted_lines = f"{lines:,} line{'' if lines == 1 else 's'}"
        told.write(
            f"{dossier.slug}: {counted_lines} as {options['format']} to {output or 'standard output'}."
        )


def _counting(blocks: Iterable[bytes], bar: "tqdm[Any]") -> Iterable[bytes]:
    for block in blocks:
        yield block
        bar.update(len(block))


def _write_out(blocks: Iterable[bytes]) -> int:
    """Write the blocks to standard output; how many lines they are."""
    lines = 0
    try:
        for block in blocks:
            sys.stdout.buffer.write(block)
            lines += block.count(b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # What is still buffered goes nowhere when the interpreter flushes it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise CommandError("Standard output was closed before everything was written.") from None
    return lines


def _write_file(path: Path, blocks: Iterable[bytes]) -> int:
    """Write the blocks, whole or not at all where the file is a plain one; how many lines they are."""
    plain = path.is_file() or not path.exists()
    draft = path.with_name(f".{path.name}.{os.getpid()}.part") if plain else path
    lines = 0
    try:
        with draft.open("wb") as file:
            for block in blocks:
                file.write(block)
                lines += block.count(b"\n")
        if plain:
            draft.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        if plain:
            draft.unlink(missing_ok=True)
    return lines
