"""Which links a set holds: the filters of the list of links, and what only matters to whoever takes a set out."""

from datetime import date
from typing import Any, ClassVar

import django_filters
from django import forms

from claims.actions.review import disclose
from claims.exchange.selection import Selection
from claims.filters.link import LinkFilter
from claims.models import IN_REVIEW, KINDS, Kind, State
from claims.querysets.link import LinkQuerySet
from claims.stood import links_then
from sources.access import Access

UNRESOLVED, RESOLVED = "unresolved", "resolved"


class SetFilter(LinkFilter):
    """The filters of the page of sets, for one reader in one dossier.

    With a former day, kind and state are those of then. Of a link that its reader must judge now, no former state is
    told either.
    """

    TELLING: ClassVar[tuple[str, ...]] = (*LinkFilter.TELLING, "agreement", "resolution")

    AGREEMENT: ClassVar[list[tuple[str, str]]] = [
        ("100", "all reviews agree"),
        ("75", "at least 75 %"),
        ("66", "at least two thirds"),
        ("51", "more than half"),
    ]

    agreement = django_filters.ChoiceFilter(
        method="by_agreement", label="Agreement", choices=AGREEMENT, empty_label="any"
    )
    resolution = django_filters.ChoiceFilter(
        method="by_resolution",
        label="Resolution",
        empty_label="any",
        choices=[
            (UNRESOLVED, "not resolved"),
            (RESOLVED, "resolved"),
            *((kind.key, kind.label) for kind in KINDS.values()),
        ],
    )
    as_of = django_filters.DateFilter(
        method="by_day",
        label="As of",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["agreement"].extra["help_text"] = "The share of a link’s reviews that say the same."
        self.filters["as_of"].extra["help_text"] = (
            "Links that there were at the end of a day (UTC), and stood so then. Words are those of today."
        )
        self.filters["as_of"].extra["error_messages"] = {"invalid": "Write the day as 2026-03-01."}
        self.filters["kind"].method = self.by_kind

    @property
    def is_asked(self) -> bool:
        """Whether anything was asked for; the form must be valid."""
        return any(self.form.cleaned_data.values())

    @property
    def _day(self) -> date | None:
        day: date | None = self.form.cleaned_data.get("as_of")
        return day

    def by_kind(self, links: LinkQuerySet, name: str, value: str) -> LinkQuerySet:
        if self._day is None:
            return links.filter(standing=value)
        dossier = self.access.dossier.pk
        shown = links.shown_to(self.access).filter(pk__in=links_then(dossier, self._day, kind=Kind(value)))
        hidden = links_then(dossier, self._day, kind=Kind(value), blind=True)
        return shown | links.hidden_from(self.access).filter(pk__in=hidden)

    def by_state(self, links: LinkQuerySet, name: str, value: str) -> LinkQuerySet:
        if self._day is None or value == IN_REVIEW:
            return super().by_state(links, name, value)
        stood = links_then(self.access.dossier.pk, self._day, state=State(value))
        return links.shown_to(self.access).filter(pk__in=stood)

    def by_agreement(self, links: LinkQuerySet, name: str, value: str) -> LinkQuerySet:
        return links.agreed_on(self.access, int(value))

    def by_resolution(self, links: LinkQuerySet, name: str, value: str) -> LinkQuerySet:
        if value == UNRESOLVED:
            return links.filter(standing=Kind.CONTRADICTS, state=State.SETTLED).unresolved()
        return links.resolved_as("" if value == RESOLVED else value)

    def by_day(self, links: LinkQuerySet, name: str, value: date) -> LinkQuerySet:
        return links.filter(pk__in=links_then(self.access.dossier.pk, value))


def selected(access: Access, filters: SetFilter) -> Selection:
    """What an export by these valid filters takes.

    What a filter by verdicts leaves out of a file tells as much as what the file holds.
    """
    return Selection(
        dossier=access.dossier,
        links=filters.qs,
        is_filtered=filters.is_asked,
        access=access,
        told=lambda: disclose(access, filters.untold),
    )
