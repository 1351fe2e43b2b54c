"""What pages tell of the versions of a source, of where a claim stood, of orphans that wait."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from django import template

from claims.models import Anchoring, Claim
from sources.models import Source

register = template.Library()

CHAIN = 50
"""So many versions before and after one are told of."""
COUNTED = 1_000


@dataclass(frozen=True)
class Version:
    """One of a source's versions: how many claims stand in it, and how many of these wait to be carried on."""

    source: Source
    is_this: bool
    claims: int
    waiting: int


@register.simple_tag
def versions_of(source: Source) -> list[Version]:
    """All versions of a source, the oldest first; none of a source that has but one."""
    sources = Source.objects.live().without_text()
    chain = [source]
    while chain[0].replaces_id and len(chain) < CHAIN:
        if (older := sources.filter(pk=chain[0].replaces_id).first()) is None:
            break
        chain.insert(0, older)
    while len(chain) < 2 * CHAIN and (newer := sources.filter(replaces=chain[-1]).first()):
        chain.append(newer)
    if len(chain) == 1:
        return []
    claims = Source.objects.claim_counts(chain)
    waits = dict.fromkeys((one.pk for one in chain), 0)
    for pk in Anchoring.objects.open().filter(source__in=chain).values_list("source", flat=True):
        waits[pk] += 1
    return [Version(one, one.pk == source.pk, claims.get(one.pk, 0), waits[one.pk]) for one in chain]


@register.filter
def newest(versions: list[Version]) -> Version | None:
    """The newest of them, if it is another one than that which is read."""
    return None if not versions or versions[-1].is_this else versions[-1]


@register.simple_tag
def places_of(claim: Claim) -> list[Anchoring]:
    """Where a claim stood before, and what could not be carried on, in order."""
    rows = Anchoring.objects.in_force().filter(claim=claim.pk).select_related("source", "to_source", "by")
    for_list = rows.defer("source__text", "to_source__text").order_by("pk")
    return list(islice(for_list, CHAIN))


@register.simple_tag(takes_context=True)
def orphans_waiting(context: dict[str, Any]) -> int:
    """How many claims of the dossier wait to be carried to a new version, at most a thousand."""
    return Anchoring.objects.filter(dossier=context["dossier"]).open()[:COUNTED].count()
