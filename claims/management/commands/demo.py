"""The whole application on this machine, with a dossier to look at and people to sign in as."""

import secrets
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.management.base import CommandError
from django.db import transaction

from claims.actions.suggestion import begin_run
from claims.exchange.freezing import Description, freeze
from claims.exchange.gainsay import import_file
from claims.models import Link, State
from config.commands import OperatorCommand
from config.database import embedded
from config.serving import prepare_database, prepare_static, refuse_taken_port, serve
from config.settings import kept_secret
from sources.access import access_for
from sources.actions.dossier import create_dossier
from sources.actions.origin import propose_origins
from sources.models import Dossier, Membership, Role, User

SLUG = "china-russia"
FILE = Path(__file__).resolve().parents[2] / "demo" / f"{SLUG}.jsonl"
OUTSIDER = "outsider"
MARK = "@demo.invalid"
"""How the accounts that this command made are known again: no other account has its password changed."""


class Command(OperatorCommand):
    requires_system_checks = []  # they ask the database, which may be the one to refuse
    help = "Prepares a demo dossier with its people, and serves it on this machine. Runs again without harm."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true", help="prepare everything, then end")
        parser.add_argument(
            "--force", action="store_true", help="also on an external database (DATABASE_URL)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if embedded() is None and not options["force"]:
            raise CommandError(
                "DATABASE_URL names an external database: the demo would add people with a known password to it. "
                "Unset it, or say --force."
            )
        port = options["port"]
        if not options["no_serve"]:
            refuse_taken_port("127.0.0.1", port)
        prepare_database(may_migrate=True)
        password = settings.DEMO_PASSWORD or kept_secret(
            settings.DATA / "demo_password", lambda: secrets.token_urlsafe(9)
        )
        encoded = self._encoded(password)
        with transaction.atomic():
            accounts = {name: self._account(name, encoded) for name in (*Role.values, OUTSIDER)}
            self._dossier(accounts)
        people = ", ".join([*reversed(Role.values), OUTSIDER])
        told = f"Sign in as {people}; the password of each is {password}"
        if options["no_serve"]:
            self.stdout.write(f"The dossier {SLUG} is ready. {told}")
            return
        prepare_static()
        serve(
            "127.0.0.1",
            port,
            environment={"ALLOWED_HOSTS": "", "HTTPS": "0", "DEBUG": "0"},
            ready=f"Gainsay is at http://127.0.0.1:{port}/d/{SLUG}/ (Ctrl-C ends it)\n{told}",
        )
        self.stdout.write("Stopped.")

    def _encoded(self, password: str) -> str:
        """The password as the accounts keep it: as they have it already where it is the same, for it takes its time."""
        kept = User.objects.filter(email=f"{OUTSIDER}{MARK}").values_list("password", flat=True).first() or ""
        return kept if check_password(password, kept) else make_password(password)

    def _account(self, name: str, encoded: str) -> User:
        fields = {"email": f"{name}{MARK}", "password": encoded}
        user: User
        user, _ = User.objects.get_or_create(username=name, defaults=fields)
        if user.email != f"{name}{MARK}":
            self.stderr.write(f"An account {name} is here already: it keeps its own password.")
        elif user.password != encoded:
            user.password = encoded
            user.save(update_fields=["password"])
        return user

    def _dossier(self, accounts: dict[str, User]) -> None:
        if Dossier.objects.filter(slug=SLUG).exists():
            return
        dossier = create_dossier(slug=SLUG, name=SLUG, leads=[accounts[Role.LEAD]])
        for role in (Role.ANALYST, Role.REVIEWER, Role.VIEWER):
            Membership.objects.create(dossier=dossier, user=accounts[role], name=role.value, role=role)
        with FILE.open("rb") as lines:
            import_file(dossier, lines, by=None, as_lead=True)
        propose_origins(dossier)
        begin_run(dossier, by=None)
        self._freeze(dossier, accounts[Role.LEAD])

    def _freeze(self, dossier: Dossier, lead: User) -> None:
        """Two versions of a set: what is settled, then all of it."""
        access = access_for(lead, dossier)
        assert access
        links = Link.objects.live().filter(dossier=dossier)
        said = Description(
            name="Coverage compared",
            purpose="To try out how programs tell what two reports say against each other. Too small to learn from.",
            licence="CC-BY-4.0",
            authors="The Gainsay demo",
        )
        settled = links.filter(state=State.SETTLED)
        freeze(access, settled, replace(said, query="state=settled", filter=[("State", "settled")]))
        freeze(access, links, said)
