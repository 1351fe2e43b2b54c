"""``agreement``: how far the reviewers of a dossier agree."""

import sys
from typing import Any

import orjson
from django.core.management.base import CommandError, CommandParser

from claims.agreement import LEVEL, Agreement, Figure
from claims.models import Link
from claims.querysets.agreement import agreement_of
from config.commands import OperatorCommand
from sources.models import Dossier

FIGURES = {
    "krippendorff_alpha": "Krippendorff's alpha",
    "fleiss_kappa": "Fleiss' kappa",
    "cohen_kappa": "Cohen's kappa",
    "raw_agreement": "raw agreement",
}


class Command(OperatorCommand):
    help = "Says how far the reviewers of a dossier agree, over all its links with two reviews or more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dossier", help="the slug of the dossier")
        parser.add_argument("--json", action="store_true", help="as one JSON object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        dossier = Dossier.objects.filter(slug=options["dossier"]).first()
        if dossier is None:
            raise CommandError(f"There is no dossier {options['dossier']}.")
        found = agreement_of(Link.objects.live().filter(dossier=dossier))
        if options["json"]:
            sys.stdout.write(orjson.dumps(_object(found)).decode() + "\n")
        else:
            for name, label in FIGURES.items():
                self.stdout.write(f"{label:<21} {_words(getattr(found, name))}")
            for why, links in found.dropped.items():
                self.stdout.write(f"left out: {links:,} ({why})")
        used = f"{found.links_used:,} link{'' if found.links_used == 1 else 's'}"
        told = self.stderr if options["json"] else self.stdout
        told.write(f"{dossier.slug}: agreement over {used}, {found.links_dropped:,} left out.")


def _object(found: Agreement) -> dict[str, Any]:
    """The figures, null where there is none (``reasons`` say why), their intervals, and what was left out for what."""
    figures = {name: getattr(found, name) for name in FIGURES}
    return {
        **{name: figure.value for name, figure in figures.items()},
        "links_used": found.links_used,
        "links_dropped": found.links_dropped,
        "dropped": found.dropped,
        "intervals": {
            name: [figure.low, figure.high] for name, figure in figures.items() if figure.low is not None
        },
        "reasons": {name: figure.why for name, figure in figures.items() if figure.why},
    }


def _words(figure: Figure) -> str:
    if figure.value is None:
        return f"none: {figure.why}"
    interval = (
        f"{LEVEL} % between {figure.low:.3f} and {figure.high:.3f}" if figure.low is not None else figure.why
    )
    return f"{figure.value:.4f}  ({interval})"
