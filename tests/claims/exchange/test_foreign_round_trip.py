"""Out in each two-way format and back in: the same in all that the format can carry.

What ``CARRIED`` leaves out of a format is what it cannot carry; README has the table.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from claims.exchange.foreign.bringing import bring_in, scope_of
from claims.exchange.foreign.records import Given
from claims.exchange.foreign.registry import READERS
from claims.exchange.registry import FORMATS
from claims.exchange.selection import Selection
from claims.models import Claim, Kind, Link
from sources.models import Dossier
from tests.claims.exchange.files import Line
from tests.claims.exchange.files import bring_in as bring_in_lines
from tests.claims.exchange.test_round_trip import dossiers
from tests.conftest import make_dossier

NAME = "set.file"

CLAIM = ("statement", "quote", "speaker", "via", "asserted")
CARRIED: dict[str, tuple[str, ...]] = {
    "nli": ("statement", "quote", "speaker", "source", "votes"),
    "csv": (*CLAIM, "title or name", "outlet"),
    "label-studio": (*CLAIM, "source", "title or number", "outlet", "mutual", "rationale", "reviews"),
    "doccano": (*CLAIM, "source", "title or number", "outlet", "mutual"),
    "webannotation": (
        *CLAIM, "affiliation", "about", "modality", "credibility", "topics", "source", "title or number", "outlet",
        "author", "url", "published", "language", "mutual", "type", "strength", "rationale", "reviews", "unlinked",
    ),
    "aif": ("statement", "speaker", "asserted of a speaker", "mutual", "unlinked"),
    "argdown": (*CLAIM, "about", "source", "title or number", "outlet", "url", "mutual", "unlinked"),
}  # fmt: skip

OF_CLAIM: dict[str, Callable[[Claim], Any]] = {
    "statement": lambda claim: claim.statement,
    "quote": lambda claim: claim.quote,
    "speaker": lambda claim: claim.speaker and claim.speaker.name,
    "affiliation": lambda claim: claim.speaker and claim.speaker.affiliation,
    "via": lambda claim: claim.via,
    "asserted": lambda claim: claim.asserted,
    "asserted of a speaker": lambda claim: claim.asserted if claim.speaker else "",
    "about": lambda claim: claim.about,
    "modality": lambda claim: claim.modality,
    "credibility": lambda claim: claim.credibility,
    "topics": lambda claim: sorted(topic.name for topic in claim.topics.all()),
    "source": lambda claim: claim.source.number,
    "title or name": lambda claim: claim.source.title or NAME,
    "title or number": lambda claim: claim.source.title or claim.source.cited,
    "outlet": lambda claim: claim.source.outlet,
    "author": lambda claim: claim.source.author,
    "url": lambda claim: claim.source.url,
    "published": lambda claim: claim.source.published,
    "language": lambda claim: claim.source.language,
}


def _reviews(link: Link) -> list[Any]:
    return sorted(
        (one.reviewer.name, one.verdict, one.confidence or 0, one.note) for one in link.reviews.all()
    )


OF_LINK: dict[str, Callable[[Link], Any]] = {
    "mutual": lambda link: link.mutual and link.standing == Kind.SUPPORTS,
    "type": lambda link: link.contradiction_type if link.standing == Kind.CONTRADICTS else "",
    "strength": lambda link: link.strength,
    "rationale": lambda link: link.rationale,
    "votes": lambda link: sorted(one.verdict for one in link.reviews.all()),
    "reviews": _reviews,
}


def carried(dossier: Dossier, names: tuple[str, ...], *, stood: str) -> tuple[Any, ...]:
    """What a format carries of a dossier; ``stood`` is the field that says how its links stand."""
    claims = (
        Claim.objects.filter(dossier=dossier).select_related("source", "speaker").prefetch_related("topics")
    )
    links = Link.objects.filter(dossier=dossier).order_by("number").prefetch_related("reviews__reviewer")
    numbers = dict(Claim.objects.filter(dossier=dossier).values_list("pk", "number"))
    joined = {end for link in links for end in (link.from_claim_id, link.to_claim_id)}
    told = {
        claim.number: {name: OF_CLAIM[name](claim) for name in names if name in OF_CLAIM}
        for claim in claims
        if "unlinked" in names or claim.pk in joined
    }
    pairs = []
    for link in links:
        ends: Any = [numbers[link.from_claim_id], numbers[link.to_claim_id]]
        if ("mutual" in names and link.mutual) or getattr(link, stood) != Kind.SUPPORTS:
            ends = sorted(ends)  # neither has a direction
        pairs.append((
            link.number, getattr(link, stood), *ends, *(OF_LINK[name](link) for name in names if name in OF_LINK),
        ))  # fmt: skip
    return told, pairs


def there_and_back(dossier: Dossier, name: str) -> Dossier:
    data = b"".join(FORMATS[name].write(Selection.of(dossier)))
    again = make_dossier(f"again-{name}", language="", question="", reviews_needed=5)
    parsed = READERS[name].read(data, Given(NAME))
    outcome = bring_in(
        again, parsed, scope=scope_of(data), by=None, as_lead=True, votes=True, leave_out=False
    )
    assert outcome.bad == [], [reasons for _, reasons in outcome.bad]
    return again


def cited(lines: list[Line]) -> list[Line]:
    """The lines with something to read in every statement, and numbers for ids, which every format keeps."""
    for line in lines:
        if line["type"] == "claim" and not line["statement"].strip():
            line["statement"] = f"“{line['statement']}” and nothing else."
    return lines


@pytest.mark.django_db
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=dossiers())
def test_any_dossier_goes_out_and_back_in_all_that_a_format_carries(lines: list[Line]) -> None:
    with transaction.atomic():
        dossier = make_dossier("there", language="", question="", reviews_needed=5)
        bring_in_lines(dossier, *(json.dumps(line) for line in cited(lines)))
        for name, names in CARRIED.items():
            told, pairs = carried(dossier, names, stood="standing")
            if not told:
                continue  # nothing goes out, and an empty file is refused on the way in
            assert carried(there_and_back(dossier, name), names, stood="kind") == (told, pairs), name
        transaction.set_rollback(True)


def test_every_foreign_reader_of_a_format_that_is_written_is_tried() -> None:
    assert set(CARRIED) == set(READERS) & set(FORMATS)
