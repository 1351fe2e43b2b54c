"""What describes a frozen set, beside the formats that hold its links; and making any file of a set."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from claims.exchange import croissant, datasheet
from claims.exchange.freezing import keep_file, kept_file, make_file
from claims.exchange.registry import FORMATS
from claims.exchange.spool import spooled
from claims.models import AnnotatedSet, SetFile


@dataclass(frozen=True)
class SetFormat:
    """A description: like a Format, but written of a set and those of its files that it ``needs``."""

    name: str
    label: str
    ending: str
    content_type: str
    purpose: str
    needs: tuple[str, ...]
    describe: Callable[[AnnotatedSet, dict[str, SetFile]], bytes]
    is_text: bool = True

    def missing(self) -> str:
        """As of a format: why it cannot be written here. It always can."""
        return ""


DATASHEET = SetFormat(
    "datasheet",
    "Datasheet",
    "md",
    "text/markdown",
    "For whoever uses the set: how it was made, judged and split, how to cite it.",
    ("gainsay",),
    datasheet.describe,
)
CROISSANT = SetFormat(
    "croissant",
    "Croissant description",
    "json",
    "application/ld+json",
    "For programs: what the NLI lines hold, with the hash of each file (MLCommons Croissant).",
    ("gainsay", "nli"),
    croissant.describe,
)
SET_FORMATS: dict[str, SetFormat] = {one.name: one for one in (DATASHEET, CROISSANT)}


def make_any(one: AnnotatedSet, name: str, **how: Any) -> SetFile:
    """The file of the set by this name: a format or a description. Made once, with those that it needs."""
    if name in FORMATS:
        return make_file(one, FORMATS[name], **how)
    wanted = SET_FORMATS[name]
    files = {need: make_file(one, FORMATS[need], **how) for need in wanted.needs}
    with transaction.atomic():
        AnnotatedSet.objects.select_for_update(no_key=True, of=("self",)).get(pk=one.pk)
        if found := kept_file(one, name):
            return found
        with spooled([wanted.describe(one, files)]) as content:
            return keep_file(one.pk, name, content)


def takes_long(one: AnnotatedSet, name: str, most: int) -> bool:
    """Whether making the file means writing more than so many links anew."""
    if one.counts["links"] <= most:
        return False
    needed = SET_FORMATS[name].needs if name in SET_FORMATS else (name,)
    return any(kept_file(one, need) is None for need in needed)
