"""How far the reviewers of a dossier agree, as one reader may know it: all figures of the agreement page and its table.

**Blind.** A figure over verdicts tells of each of them; over one link, picked by filters, it tells all. So only links
enter whose reviews the reader may see (``LinkQuerySet.all_shown_to``: those that are settled, that she judged herself,
or whose verdicts she was shown). Those that she must still judge are left out and counted as such, whether others
judged them or not. Whoever shows a survey records with ``disclose(access, survey.asked)`` that she was shown what it
tells.
"""

from dataclasses import dataclass, field
from functools import cached_property

from claims.agreement import Agreement, Figure, Numbers, Tally, agreement, confused, specific_agreement
from claims.models import Kind, State
from claims.querysets.agreement import (
    ALWAYS,
    CHANGED,
    TO_REVIEW,
    VERDICTS,
    Counts,
    Pattern,
    Period,
    count_kinds,
    count_pairs,
    count_topics,
    summed_up,
)
from claims.querysets.link import LinkQuerySet
from sources.access import Access
from sources.models import Membership

MOST = 1_000
"""Of so many pairs of reviewers and topics figures are computed, those with the most links; of others none."""


@dataclass(frozen=True)
class Part:
    """Some of the links: of one kind, one topic, one month."""

    name: str
    figures: Agreement


@dataclass(frozen=True)
class Pair:
    """Two reviewers on the links that both judged; ``confusion`` has a row for each verdict of the one."""

    one: str
    other: str
    confusion: Numbers
    figures: Agreement

    @property
    def rows(self) -> list[tuple[str, list[tuple[int, bool]]]]:
        """The confusion matrix: each verdict of the one with how often the other said what, and whether they agree."""
        return [
            (said, [(int(n), row == column) for column, n in enumerate(self.confusion[row])])
            for row, said in enumerate(VERDICTS)
        ]

    @property
    def leaning(self) -> list[tuple[str, str, int]]:
        """Which verdict each of them gives more often than the other, where they differ most: who, verdict, how much.

        Empty where both give every verdict as often.
        """
        more = self.confusion.sum(axis=1) - self.confusion.sum(axis=0)
        found = ((self.one, int(more.argmax()), more.max()), (self.other, int(more.argmin()), -more.min()))
        return [(who, VERDICTS[verdict], int(n)) for who, verdict, n in found if n > 0]


@dataclass
class Survey:
    """The figures over ``asked``, live links of one dossier, for one reader. Everything is counted when first used."""

    access: Access
    asked: LinkQuerySet
    period: Period = ALWAYS
    step: str = "month"
    unchanged: bool = False
    """Leave out links whose words changed since they were judged."""
    _counts: Counts = field(default_factory=Counts, init=False)

    @cached_property
    def links(self) -> LinkQuerySet:
        """Those whose reviews may enter the figures."""
        shown = self.asked.all_shown_to(self.access)
        return shown.filter(changed=False) if self.unchanged else shown

    @cached_property
    def overall(self) -> Agreement:
        count_kinds(self.links, self._counts, period=self.period, step=self.step)
        count_pairs(self.links, self._counts, period=self.period)
        total, asked = self.links.order_by().count(), self.asked.order_by().count()
        shown = self.asked.all_shown_to(self.access).order_by().count() if self.unchanged else total
        without = {TO_REVIEW: asked - shown, CHANGED: shown - total}
        return summed_up(self._counts, total=total, without=without)

    @cached_property
    def by_kind(self) -> list[Part]:
        """By how the links were proposed; kinds without a link that was judged twice stand there too."""
        found = self._counted.by_kind
        return [_part(kind, found.get(kind, [])) for kind in Kind.values]

    @cached_property
    def by_verdict(self) -> list[tuple[str, Figure]]:
        """When one reviewer gives this verdict, how often another does on the same link."""
        return list(zip(VERDICTS, specific_agreement(self._counted.all), strict=True))

    @cached_property
    def over_time(self) -> list[Part]:
        """By the month or week of the second verdict, the earliest first; what has no date comes last."""
        found = self._counted.over_time
        return [
            _part(piece or "not dated", found[piece])
            for piece in sorted(found, key=lambda one: (not one, one))
        ]

    @cached_property
    def by_pair(self) -> list[Pair]:
        """Every two reviewers, those with the most links in common first; without the ``nameless`` links."""
        counts = self._counted
        if self.nameless:
            counts = Counts()
            count_pairs(self.links.exclude(state=State.DISPUTED), counts, period=self.period)
        found = sorted(counts.pairs.items(), key=lambda pair: (-pair[1].sum(), pair[0]))[:MOST]
        keys = {key for pair, _ in found for key in pair}
        names = dict(Membership.objects.filter(pk__in=keys).values_list("pk", "name"))
        return [_pair(names[one], names[other], matrix) for (one, other), matrix in found]

    @cached_property
    def nameless(self) -> int:
        """How many links there are of which may not be told who judged how: disputed ones, where names are masked."""
        masked = self.access.dossier.names_masked
        return self.links.filter(state=State.DISPUTED).count() if masked else 0

    @cached_property
    def by_topic(self) -> list[Part]:
        """Every topic of the links, those with the most links first. A query of its own."""
        self._counts.topics.clear()
        count_topics(self.links, self._counts, period=self.period)
        sizes = {name: sum(n for _, n in patterns) for name, patterns in self._counts.topics.items()}
        named = sorted(sizes, key=lambda name: (-sizes[name], name))
        return [_part(name, self._counts.topics[name]) for name in named[:MOST]]

    @property
    def _counted(self) -> Counts:
        assert self.overall is not None
        return self._counts


def _part(name: str, patterns: list[Pattern]) -> Part:
    return Part(name, agreement(Tally.of(patterns), dropped={}))


def _pair(one: str, other: str, confusion: Numbers) -> Pair:
    """Their names in order, whoever came first."""
    if other < one:
        one, other, confusion = other, one, confusion.T
    return Pair(one, other, confusion, agreement(confused(confusion), dropped={}, confusion=confusion))
