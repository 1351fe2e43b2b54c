"""Which links a list shows. What of a link is hidden from its reader is never filtered by."""

import re
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet

from claims.models import IN_REVIEW, Claim, ContradictionType, Kind, Link, Speaker, State, Strength, Topic
from claims.querysets.link import LinkQuerySet
from sources.access import Access
from sources.periods import parse_period
from sources.validators import validate_period


class LinkFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The filters of the list of links, for one reader in one dossier.

    ``kind`` is how the link stands: its verdict, else what was proposed. ``TELLING`` are the filters by what reviews
    decide: what they leave out tells as much as what they show.
    """

    TELLING: ClassVar[tuple[str, ...]] = ("kind", "state", "changed")

    NOT_FILTERED: ClassVar[dict[str, str]] = {
        "dossier": "the address names it",
        "number": "a link is gone to by its number",
        "from_claim to_claim": "topic, source, speaker and period ask for the claims",
        "contradiction_type": "type asks for it",
        "verdict standing": "kind asks for how a link stands",
        "likelihood place_likely place_uncertain place_random": "the queue of review runs along them",
        "split_reason": "counted where links are settled",
        "mutual rationale": "shown, not asked for",
        "comments follows": "the news tell of them",
        "contradiction resolutions dues": "the contradictions have a page of their own",
        "adjudication_verdict adjudication_note adjudicated_by adjudicated_at": "what reviewers must not know",
        "round reviews leases skips disclosures": "what reviewers must not know",
        "version external_id extra by at": "how it came here, in its history",
        "binned_at binned_by": "the bin has a page of its own",
    }

    kind = django_filters.ChoiceFilter(field_name="standing", choices=Kind, label="Kind", empty_label="any")
    state = django_filters.ChoiceFilter(method="by_state", choices=(), label="State", empty_label="any")
    type = django_filters.ChoiceFilter(
        field_name="contradiction_type", choices=ContradictionType, label="Type", empty_label="any"
    )
    strength = django_filters.ChoiceFilter(choices=Strength, empty_label="any")
    topic = django_filters.CharFilter(
        method="by_topic", label="Topic", widget=forms.TextInput(attrs={"list": "topics"})
    )
    source = django_filters.CharFilter(method="by_source", label="Source")
    speaker = django_filters.CharFilter(
        method="by_speaker", label="Speaker", widget=forms.TextInput(attrs={"list": "speakers"})
    )
    period = django_filters.CharFilter(method="by_period", label="About the time")
    changed = django_filters.BooleanFilter(
        method="by_changed", label="Changed since review", widget=forms.CheckboxInput
    )

    class Meta:
        model = Link
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        self.access = access
        super().__init__(*args, **kwargs)
        states = [IN_REVIEW, *State.values] if access.can_review else State.values
        self.filters["state"].extra["choices"] = [(state, state) for state in states]
        self.filters["source"].extra["validators"] = [validate_source]
        self.filters["period"].extra["validators"] = [validate_period]
        self.filters["source"].extra["help_text"] = "Its number: S-3."
        self.filters["period"].extra["help_text"] = "2023 or 2022-02/2023-01: a claim speaks of some of it."

    def filter_queryset(self, queryset: LinkQuerySet) -> LinkQuerySet:
        """As everywhere, but ``untold`` is kept: what the filters leave that tell nothing of reviews."""
        asked = {name: value for name, value in self.form.cleaned_data.items() if value}
        self.is_telling = any(name in asked for name in self.TELLING)
        for name in asked.keys() - set(self.TELLING):
            queryset = self.filters[name].filter(queryset, asked[name])
        self.untold = queryset
        for name in asked.keys() & set(self.TELLING):
            queryset = self.filters[name].filter(queryset, asked[name])
        return queryset

    @property
    def claims(self) -> QuerySet[Claim]:
        return Claim.objects.filter(dossier=self.access.dossier).order_by()

    def by_state(self, links: LinkQuerySet, name: str, value: str) -> LinkQuerySet:
        return links.in_shown_state(self.access, value)

    # Names become keys first: with a key at hand the database knows how common it is.

    def by_topic(self, links: LinkQuerySet, name: str, value: str) -> LinkQuerySet:
        topics = Topic.objects.filter(dossier=self.access.dossier, name=value).values_list("pk", flat=True)
        return links.touching(self.claims.filter(topics=topics[0])) if topics else links.none()

    def by_source(self, links: LinkQuerySet, name: str, value: str) -> LinkQuerySet:
        return links.touching(self.claims.filter(source__number=_SOURCE.sub("", value)))

    def by_speaker(self, links: LinkQuerySet, name: str, value: str) -> LinkQuerySet:
        named = Speaker.objects.filter(dossier=self.access.dossier).going_by(value)
        speakers = named.order_by().values_list("pk", flat=True)[:1]
        return links.touching(self.claims.filter(speaker=speakers[0])) if speakers else links.none()

    def by_period(self, links: LinkQuerySet, name: str, value: str) -> LinkQuerySet:
        return links.touching(self.claims.filter(about_period__overlap=DateRange(*parse_period(value))))

    def by_changed(self, links: LinkQuerySet, name: str, value: bool) -> LinkQuerySet:
        return links.changed_since_review(self.access) if value else links


_SOURCE = re.compile(r"\A[Ss]-")


def validate_source(written: str) -> None:
    """Refuse (ValidationError) what cites no source: S-3, or 3."""
    if not re.fullmatch(r"(?:[Ss]-)?[0-9]{1,9}", written):
        raise forms.ValidationError(f"“{written}” is no source: write its number, S-3.", code="source")
