"""``suggest``: pairs of claims worth a person's eye, best first."""

import sys
from typing import Any

import orjson
from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from claims.actions.suggestion import suggest
from claims.models import Claim
from claims.suggestions.ranked import Ranked
from claims.suggestions.records import Suggestion
from claims.suggestions.suggesting import PER_CLAIM
from config.commands import OperatorCommand
from sources.actions.origin import propose_origins
from sources.models import Dossier


class Command(OperatorCommand):
    help = "Suggests pairs of claims that may contradict or support each other, with the reasons."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dossier", help="the slug of the dossier")
        parser.add_argument("--json", action="store_true", help="as JSON lines on standard output")
        parser.add_argument(
            "--limit",
            type=int,
            default=PER_CLAIM,
            help="how many of each kind for a claim (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        dossier = Dossier.objects.filter(slug=options["dossier"]).first()
        if dossier is None:
            raise CommandError(f"There is no dossier {options['dossier']}.")
        if options["limit"] < 1:
            raise CommandError("--limit is a number from 1.")
        propose_origins(dossier)
        total = Claim.objects.live().filter(dossier=dossier).count()
        with Ranked() as found:
            with tqdm(total=total, unit=" claims", disable=None, leave=False) as bar:
                told = suggest(dossier, found, per_claim=options["limit"], progress=bar.update)
            for one in found:
                line = orjson.dumps(_line(one)).decode() if options["json"] else _words(one)
                sys.stdout.write(line + "\n")
            closing = f"{dossier.slug}: {len(found):,} suggestions for {total:,} claims. {told}".rstrip()
        (self.stderr if options["json"] else self.stdout).write(closing)


def _line(one: Suggestion) -> dict[str, Any]:
    return {
        "a": one.a,
        "b": one.b,
        "kind": one.stance.value,
        "score": round(float(one.score), 6),
        "reasons": [str(reason) for reason in one.reasons],
    }


def _words(one: Suggestion) -> str:
    kind = f"may be a change over time ({one.stance})" if one.over_time else f"may {_VERBS[one.stance.value]}"
    return f"{one.score:.2f}  {one.a} and {one.b} {kind}: {'; '.join(map(str, one.reasons))}"


_VERBS = {"contradicts": "contradict", "supports": "support each other", "neither": "have nothing to do"}
