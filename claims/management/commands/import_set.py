"""``import_set``: bring in an exchange file."""

import contextlib
import sys
from pathlib import Path
from typing import Any, BinaryIO

import pghistory
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError, transaction
from tqdm import tqdm

from claims.exchange.importing import Refused, Report, import_file
from config.commands import OperatorCommand
from sources.actions.dossier import create_dossier
from sources.models import Dossier, Membership, User


class Command(OperatorCommand):
    help = "Brings in an exchange file (gainsay/1, JSON lines): all of it, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dossier", help="the slug of the dossier")
        parser.add_argument("file", help="the file; - is standard input")
        parser.add_argument("--create", action="store_true", help="make the dossier when there is none")
        parser.add_argument("--lead", metavar="USER", help="who leads a new dossier; else the superusers")
        parser.add_argument("--dry-run", action="store_true", help="check everything and bring in nothing")
        parser.add_argument("--by", metavar="USER", help="who made what the file does not sign")

    def handle(self, *args: Any, **options: Any) -> None:
        user = _user(options["by"])
        context = pghistory.context(user=user.pk) if user else contextlib.nullcontext()
        try:
            with context, transaction.atomic(), _opened(options["file"]) as (file, size):
                dossier, is_new = self._dossier(options)
                by = Membership.objects.person_for(dossier, user) if user else None
                with tqdm(total=size, unit="B", unit_scale=True, disable=None, leave=False) as bar:
                    report: Report = import_file(
                        dossier, file, by=by, as_lead=True, is_new=is_new, progress=bar.update
                    )
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except Refused as error:
            raise CommandError(f"{error}\nNothing was brought in from {options['file']}.") from None
        except DatabaseError as error:
            raise CommandError(f"The database refused, and nothing was brought in: {error}") from error
        would = "checked, nothing written: " if options["dry_run"] else ""
        self.stdout.write(f"{options['dossier']}: {would}{report}.")

    def _dossier(self, options: dict[str, Any]) -> tuple[Dossier, bool]:
        slug = options["dossier"]
        if found := Dossier.objects.filter(slug=slug).first():
            return found, False
        if not options["create"]:
            raise CommandError(f"There is no dossier {slug}: name another, or make it with --create.")
        lead = _user(options["lead"])
        leads = (
            [lead] if lead else list(User.objects.filter(is_superuser=True, is_active=True).order_by("pk"))
        )
        try:
            return create_dossier(slug=slug, name=slug, leads=leads), True
        except ValidationError as error:
            raise CommandError(f"The dossier {slug} cannot be made: {' '.join(error.messages)}") from None


def _user(name: str | None) -> User | None:
    if name is None:
        return None
    user: User | None = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no user {name}.")
    return user


@contextlib.contextmanager
def _opened(name: str) -> Any:
    """The file's bytes, and how many there are if that is known."""
    if name == "-":
        yield sys.stdin.buffer, None
        return
    path = Path(name)
    try:
        file: BinaryIO = path.open("rb")
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from None
    with file:
        yield file, path.stat().st_size
