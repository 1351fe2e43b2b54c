"""Files as sources, by the operator."""

import pickle
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction
from tqdm import tqdm

from config.commands import OperatorCommand
from sources.actions.dossier import create_dossier
from sources.actions.draft import GUESSED, MAX_BYTES, TOO_BIG, read_file
from sources.actions.source import HereAlready, bring_in_source
from sources.intake.draft import Draft as Extracted
from sources.intake.draft import IntakeError
from sources.intake.extract import ACCEPTED
from sources.models import Dossier, User
from sources.models.dossier import slug_validator


class Command(OperatorCommand):
    help = (
        f"Brings in files ({', '.join(ACCEPTED)}) as sources, all or none; a folder means every such file in it and in "
        "its folders. A text that is here already is skipped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dossier", help="its slug")
        parser.add_argument("paths", nargs="+", metavar="path", help="a file, or a folder")
        parser.add_argument("--create", action="store_true", help="make the dossier when there is none")
        parser.add_argument("--lead", metavar="USER", help="who leads a dossier made so; else the superusers")
        parser.add_argument("--keep-going", action="store_true", help="take the good files when some are bad")

    def handle(self, *args: Any, **options: Any) -> None:
        slug, keep_going = options["dossier"], options["keep_going"]
        leads = _leads(options["lead"])
        if not Dossier.objects.filter(slug=slug).exists():
            _refuse_to_make(slug, create=options["create"])
        bad: list[str] = []
        # What was read waits in a file, so that neither memory nor the dossier is held while the rest is read.
        with TemporaryFile() as spool:
            _read(options["paths"], spool, bad)
            if bad and not (keep_going and spool.tell()):
                raise CommandError(_listed(bad, f"Nothing was brought into {slug}"))
            spool.seek(0)
            self._bring_in(slug, spool, leads, bad, keep_going=keep_going)
        if bad:
            raise CommandError(_listed(bad, "Some were left out"))

    def _bring_in(
        self, slug: str, spool: IO[bytes], leads: list[User], bad: list[str], *, keep_going: bool
    ) -> None:
        sources: list[str] = []
        skipped = 0
        with transaction.atomic():
            dossier, made = _dossier(slug, leads)
            for path, extracted in _spooled(spool):
                fields = {name: getattr(extracted, name) for name in GUESSED}
                try:
                    source = bring_in_source(dossier=dossier, by=None, text=extracted.text, **fields)
                except HereAlready as error:
                    skipped += 1
                    self.stdout.write(f"{path}: skipped. {error.messages[0]}")
                except ValidationError as error:
                    bad.append(f"{path}: {' '.join(error.messages)}")
                else:
                    sources.append(source.cited)
            if bad and not keep_going:
                raise CommandError(_listed(bad, f"Nothing was brought into {slug}"))
        self.stdout.write(_closing(dossier, sources, skipped, made=made, leads=leads))


def _leads(name: str | None) -> list[User]:
    if name is None:
        return list(User.objects.filter(is_superuser=True, is_active=True).order_by("pk"))
    lead = User.objects.filter(username=name, is_active=True).first()
    if lead is None:
        raise CommandError(f"There is no account {name} to lead the dossier.")
    return [lead]


def _refuse_to_make(slug: str, *, create: bool) -> None:
    """Refuse before anything is read when there is to be no dossier, or none of that name can be."""
    if not create:
        raise CommandError(f"There is no dossier {slug}. Name one that there is, or say --create.")
    try:
        slug_validator(slug)
    except ValidationError as error:
        raise CommandError(f"No dossier can be called {slug}. {error.messages[0]}") from error


def _dossier(slug: str, leads: list[User]) -> tuple[Dossier, bool]:
    """The dossier, and whether it was made now."""
    if dossier := Dossier.objects.filter(slug=slug).first():
        return dossier, False
    return create_dossier(slug=slug, name=slug, leads=leads), True


def _read(paths: Iterable[str], spool: IO[bytes], bad: list[str]) -> None:
    """Read all files into the spool; what cannot be read is listed in ``bad``."""
    for path in tqdm(_files(paths, bad), unit=" files", disable=not sys.stderr.isatty()):
        try:
            if path.stat().st_size > MAX_BYTES:
                raise IntakeError(TOO_BIG)
            extracted = read_file(path.name, path.read_bytes())
        except IntakeError as error:
            bad.append(f"{_named(path)}: {error}")
        except OSError as error:
            bad.append(f"{_named(path)}: {error.strerror}.")
        else:
            pickle.dump((_named(path), extracted), spool)


def _named(path: Path) -> str:
    """The path as it can be written anywhere: a file system may hold names that are no text."""
    return str(path).encode(errors="replace").decode()


def _spooled(spool: IO[bytes]) -> Iterator[tuple[str, Extracted]]:
    while True:
        try:
            yield pickle.load(spool)  # noqa: S301 - this process wrote it, to a file that has no name
        except EOFError:
            return


def _files(paths: Iterable[str], bad: list[str]) -> list[Path]:
    """The files that the paths mean, in their order, those of a folder by name; hidden ones only when named."""
    files: list[Path] = []
    for given in paths:
        path = Path(given)
        if given.lower().startswith(("http://", "https://")):
            bad.append(f"{given}: web addresses are not fetched yet. Save the page as HTML and bring that.")
        elif path.is_dir():
            found = sorted(file for file in path.rglob("*") if _meant(file, path))
            files += found
            if not found:
                bad.append(f"{given}: this folder holds no {' '.join(ACCEPTED)} file.")
        elif path.is_file():
            files.append(path)
        else:
            bad.append(f"{given}: there is no such file.")
    return files


def _meant(file: Path, folder: Path) -> bool:
    inside = file.relative_to(folder)
    hidden = any(part.startswith(".") for part in inside.parts)
    return file.suffix.lower() in ACCEPTED and not hidden and file.is_file()


def _listed(bad: list[str], heading: str) -> str:
    return "\n".join([f"{heading}. {len(bad)} cannot be read:", *bad])


def _closing(dossier: Dossier, sources: list[str], skipped: int, *, made: bool, leads: list[User]) -> str:
    if not sources:
        told = f"No source brought into {dossier.slug}"
    elif len(sources) == 1:
        told = f"1 source brought into {dossier.slug}: {sources[0]}"
    else:
        told = f"{len(sources)} sources brought into {dossier.slug}: {sources[0]} to {sources[-1]}"
    if skipped:
        told += f"; {skipped} skipped, here already"
    if made:
        names = ", ".join(lead.username for lead in leads)
        told += f"; the dossier is new, led by {names or 'nobody yet (createsuperuser makes an account that passes)'}"
    return f"{told}."
