"""Settling by rule: what a rule would settle, settling it, and taking that back."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from claims.actions.link import NOT_ADJUDICATED
from claims.actions.revision import keep, several
from claims.models import Link, Review, Revision, State
from claims.querysets.link import LinkQuerySet
from claims.rules import Rule
from sources.access import Access

LOOKED = 5_000
"""How many links of a state a rule looks at, those with the lowest numbers first."""

AT_ONCE = 1_000
"""How many links are settled at once."""


@dataclass(frozen=True)
class Matches:
    """The links that a rule would settle: the verdict of each by its key, and how many said what."""

    verdicts: dict[int, str]
    tallies: dict[int, dict[str, int]] = field(default_factory=dict)


def within_reach(access: Access) -> LinkQuerySet:
    """What a rule may settle for this lead: what is disputed, and of what is in review that which she knows of anyway.

    Never a link that she could still judge, nor one whose words changed since its verdicts.
    """
    live = Link.objects.live().filter(dossier=access.dossier, changed=False)
    known = live.in_shown_state(access, State.PROPOSED).order_by("number").values_list("pk", flat=True)
    disputed = live.disputed().order_by("number").values_list("pk", flat=True)
    return Link.objects.filter(pk__in=[*disputed[:LOOKED], *known[:LOOKED]])


def dry_run(access: Access, rule: Rule) -> Matches:
    """What the rule would settle among the links whose verdicts this lead knows of; nothing is said of others."""
    return _matches(within_reach(access).shown_to(access), rule)


def unopened(access: Access) -> int:
    """How many disputed links the rule would be put to unseen: their verdicts stay hidden from her until it settles."""
    return within_reach(access).hidden_from(access).count()


def _matches(links: LinkQuerySet, rule: Rule) -> Matches:
    tallies: dict[int, dict[str, int]] = defaultdict(dict)
    counted = Review.objects.filter(link__in=list(links.order_by().values_list("pk", flat=True)))
    for link, verdict, count in counted.order_by().values_list("link", "verdict").annotate(n=Count("pk")):
        tallies[link][verdict] = count
    verdicts = {link: verdict for link, tally in tallies.items() if (verdict := rule.verdict(tally))}
    return Matches(verdicts, {link: tallies[link] for link in verdicts})


@transaction.atomic
def presettle(*, access: Access, rule: Rule) -> Revision:
    """Settle what the rule settles, at most a thousand links, as adjudications whose note says the rule.

    Refuses (ValidationError) where that is none. A verdict given or taken back meanwhile counts: the links are locked,
    then their verdicts are counted anew.
    """
    found = sorted(_matches(within_reach(access), rule).verdicts)[:AT_ONCE]
    links = Link.objects.filter(pk__in=found)
    list(links.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))
    still = within_reach(access).filter(pk__in=found)
    verdicts = _matches(still, rule).verdicts
    if not verdicts:
        raise ValidationError("The rule settles nothing as the verdicts stand now.", code="nothing")
    now = timezone.now()
    for verdict in sorted(set(verdicts.values())):
        links.filter(pk__in=[key for key, said in verdicts.items() if said == verdict]).update(
            adjudication_verdict=verdict,
            adjudication_note=f"Settled by rule: {rule}.",
            adjudicated_by=access.person,
            adjudicated_at=now,
        )
    return keep(
        dossier=access.dossier,
        by=access.person,
        said=f"{several(len(verdicts), 'link')} settled by rule: {rule}.",
        action="presettle",
        before={"links": sorted(verdicts), "at": now.isoformat()},
    )


def undo_presettle(revision: Revision) -> list[str]:
    """Take the adjudications back that the rule gave; those that were changed since stay, and are named."""
    at = datetime.fromisoformat(revision.before["at"])
    rows = Link.objects.filter(pk__in=revision.before["links"])
    settled = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    ours = [
        link.pk for link in settled if (link.adjudicated_at, link.adjudicated_by_id) == (at, revision.by_id)
    ]
    rows.filter(pk__in=ours).update(**NOT_ADJUDICATED)
    return _cited(settled, ours)


def _cited(links: Iterable[Link], without: Collection[int]) -> list[str]:
    return [link.cited for link in links if link.pk not in set(without)]
