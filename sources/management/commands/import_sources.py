"""Files and web pages as sources, by the operator."""

import pickle
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction
from tqdm import tqdm

from config.commands import OperatorCommand
from sources.actions.dossier import create_dossier
from sources.actions.draft import GUESSED, MAX_BYTES, TOO_BIG
from sources.actions.origin import propose_later
from sources.actions.original import keep_original
from sources.actions.source import HereAlready, bring_in_source, same_text
from sources.intake.draft import Draft as Extracted
from sources.intake.draft import IntakeError
from sources.intake.extract import ACCEPTED, Apart, extract
from sources.intake.readers import Readers
from sources.intake.web import read_address
from sources.models import Dossier, Source, User
from sources.models.dossier import slug_validator

WEB = ("http://", "https://")


@dataclass(frozen=True)
class Item:
    """A file or page that was read, ``name`` being what it is called in what is said of it."""

    name: str
    extracted: Extracted
    filename: str
    data: bytes
    address: str = ""
    media_type: str = ""


class Command(OperatorCommand):
    help = (
        f"Brings in files ({', '.join(ACCEPTED)}) as sources, all or none; a folder means every such file in it and in "
        "its folders; a web address is fetched. A text that is here already is skipped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dossier", help="its slug")
        parser.add_argument("paths", nargs="+", metavar="path", help="a file, a folder, or a web address")
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
            for item in _spooled(spool):
                try:
                    sources.append(_brought_in(item, dossier).cited)
                except HereAlready as error:
                    skipped += 1
                    self.stdout.write(f"{item.name}: skipped. {error.messages[0]}")
                except ValidationError as error:
                    bad.append(f"{item.name}: {' '.join(error.messages)}")
            if bad and not keep_going:
                raise CommandError(_listed(bad, f"Nothing was brought into {slug}"))
            if sources:
                propose_later(dossier)
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


@transaction.atomic
def _brought_in(item: Item, dossier: Dossier) -> Source:
    """The source made of this, with its original kept; nothing of it stays when it is refused."""
    text = item.extracted.text
    if there := same_text(dossier, text):
        raise HereAlready(there)
    original = keep_original(
        dossier=dossier,
        filename=item.filename,
        data=item.data,
        address=item.address,
        media_type=item.media_type,
    )
    fields = {name: getattr(item.extracted, name) for name in {*GUESSED, "canonical_url"}}
    return bring_in_source(dossier=dossier, by=None, text=text, original=original, **fields)


def _read(paths: Iterable[str], spool: IO[bytes], bad: list[str]) -> None:
    """Read all files and pages into the spool; what cannot be read is listed in ``bad``."""
    with Readers() as apart:
        for meant in tqdm(_meant_by(paths, bad), unit=" files", disable=not sys.stderr.isatty()):
            try:
                item = _page(meant, apart) if isinstance(meant, str) else _file(meant, apart)
            except IntakeError as error:
                bad.append(f"{_named(meant)}: {error}")
            except OSError as error:
                bad.append(f"{_named(meant)}: {error.strerror}.")
            else:
                pickle.dump(item, spool)


def _file(path: Path, apart: Apart) -> Item:
    if path.stat().st_size > MAX_BYTES:
        raise IntakeError(TOO_BIG)
    data, name = path.read_bytes(), _named(path)
    return Item(name, extract(path.name, data, apart=apart), _named(path.name), data)


def _page(address: str, apart: Apart) -> Item:
    page = read_address(address, apart=apart)
    fetched = page.fetched
    return Item(address, page.draft, fetched.filename, fetched.data, fetched.address, fetched.media_type)


def _named(path: Path | str) -> str:
    """A path as it can be written anywhere: a file system may hold names that are no text."""
    return str(path).encode(errors="replace").decode()


def _spooled(spool: IO[bytes]) -> Iterator[Item]:
    while True:
        try:
            yield pickle.load(spool)  # noqa: S301 - this process wrote it, to a file that has no name
        except EOFError:
            return


def _meant_by(paths: Iterable[str], bad: list[str]) -> list[Path | str]:
    """The files and web addresses that are meant, in their order, those of a folder by name; hidden ones only when
    named.
    """  # fmt: skip
    files: list[Path | str] = []
    for given in paths:
        path = Path(given)
        if given.lower().startswith(WEB):
            files.append(given)
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
