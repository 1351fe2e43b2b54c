"""``origins``: which sources share one independent voice."""

import sys
from collections import defaultdict
from typing import Any

import orjson
from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from config.commands import OperatorCommand
from sources.actions.origin import propose_origins
from sources.models import Dossier, Origin, Source


class Command(OperatorCommand):
    help = "Proposes anew which sources share one origin, and names those of two or more sources."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dossier", help="the slug of the dossier")
        parser.add_argument("--json", action="store_true", help="as a JSON list on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        dossier = Dossier.objects.filter(slug=options["dossier"]).first()
        if dossier is None:
            raise CommandError(f"There is no dossier {options['dossier']}.")
        with tqdm(unit=" sources", disable=None, leave=False) as bar:
            propose_origins(dossier, progress=bar.update)
        groups = _groups(dossier)
        if options["json"]:
            sys.stdout.write(orjson.dumps(groups).decode() + "\n")
        else:
            for group in groups:
                self.stdout.write(f"{', '.join(group['sources'])} ({group['state']})")
                for reason in group["reasons"]:
                    self.stdout.write(f"  {reason}")
        told = self.stderr if options["json"] else self.stdout
        told.write(f"{dossier.slug}: {_closing(groups)}.")


def _groups(dossier: Dossier) -> list[dict[str, Any]]:
    """Origins of two or more live sources, in order of their first. A proposal to join a confirmed origin stands with
    that as ``joining``, since a confirmed one stays as a person left it.
    """  # fmt: skip
    members = defaultdict[int, list[str]](list)
    rows = Source.objects.live().filter(dossier=dossier, origin__isnull=False).order_by("number")
    for number, origin in rows.values_list("number", "origin"):
        members[origin].append(f"S-{number}")
    origins = Origin.objects.filter(dossier=dossier).in_bulk(list(members))
    groups = {
        key: {"sources": cited, "reasons": origins[key].reasons, "state": origins[key].state}
        for key, cited in members.items()
        if origins[key].joins_id is None
    }
    for key, cited in members.items():
        joins = origins[key].joins_id
        if joins in groups:
            groups[joins].setdefault("joining", []).append(
                {"sources": cited, "reasons": origins[key].reasons}
            )
    return [group for group in groups.values() if len(group["sources"]) > 1 or "joining" in group]


def _closing(groups: list[dict[str, Any]]) -> str:
    if not groups:
        return "no two sources seem to share an origin"
    sources = sum(len(group["sources"]) for group in groups)
    confirmed = sum(group["state"] == Origin.State.CONFIRMED for group in groups)
    return f"{len(groups):,} origin{'s' if len(groups) > 1 else ''} of {sources:,} sources, {confirmed:,} confirmed"
