"""Which contradictions the list shows, in which order, and as of which day."""

from datetime import date
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from claims.models import KINDS, Claim, Contradiction, Speaker, Standing, Strength, Topic
from claims.querysets.resolution import ContradictionQuerySet
from sources.access import Access
from sources.languages import config_for
from sources.models import Source
from sources.search import Search

SORTS = {
    "": ("number",),
    "age": ("oldness", "number"),
    "activity": ("active_at", "number"),
    "origins": ("origins", "number"),
}
"""The columns of each order, each running down; open ones come first in all of them."""

UNRESOLVED = "unresolved"
DUE = "due"


class ContradictionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The filters of the list of contradictions, for one reader in one dossier.

    ``AS_OF`` are those that hold of a former day too: what stands in the history of the list itself.
    """

    AS_OF: ClassVar[frozenset[str]] = frozenset({"status", "kind", "strength", "origins"})

    NOT_FILTERED: ClassVar[dict[str, str]] = {
        "dossier link number": "the address names the dossier, and a link is gone to by its number",
        "standing is_open due_on": "status asks for them",
        "resolution_kind": "kind asks for it",
        "since oldness active_at": "sort puts in order by them",
        "from_origins to_origins": "origins asks for the lower of both",
    }

    q = django_filters.CharFilter(method="by_words", label="Words")
    status = django_filters.ChoiceFilter(
        method="by_status",
        choices=[
            (UNRESOLVED, "open or reopened"),
            ("open", "open, never resolved"),
            ("reopened", "reopened"),
            ("resolved", "resolved"),
            (DUE, "due"),
        ],
        label="Status",
        empty_label="any",
    )
    kind = django_filters.ChoiceFilter(
        field_name="resolution_kind",
        choices=[(kind.key, kind.label) for kind in KINDS.values()],
        label="Resolved",
        empty_label="any",
    )
    strength = django_filters.ChoiceFilter(choices=Strength, empty_label="any", label="Strength")
    origins = django_filters.ChoiceFilter(
        method="by_origins",
        choices=[(str(n), f"{n} or more") for n in (2, 3, 5, 10)],
        empty_label="any",
        label="Origins on each side",
    )
    topic = django_filters.CharFilter(
        method="by_topic", label="Topic", widget=forms.TextInput(attrs={"list": "topics"})
    )
    speaker = django_filters.CharFilter(
        method="by_speaker", label="Speaker", widget=forms.TextInput(attrs={"list": "speakers"})
    )
    source = django_filters.CharFilter(method="by_source", label="Source")
    sort = django_filters.ChoiceFilter(
        method="as_it_is",
        choices=[
            ("age", "the longest open"),
            ("activity", "the latest activity"),
            ("origins", "most origins"),
        ],
        label="Sort by",
        empty_label="the newest",
    )
    as_of = django_filters.DateFilter(
        method="as_it_is",
        label="As of",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = Contradiction
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        self.access = access
        super().__init__(*args, **kwargs)
        self.filters["source"].extra["help_text"] = "Its number: S-3."
        self.filters["source"].extra["validators"] = [_validate_source]
        self.filters["as_of"].extra["help_text"] = (
            "What was open at the end of a day (UTC), as it was known then."
        )
        self.filters["as_of"].extra["error_messages"] = {"invalid": "Write the day as 2026-03-01."}

    @property
    def columns(self) -> tuple[str, ...]:
        """What the list is sorted by."""
        return ("is_open", *SORTS[self.form.cleaned_data.get("sort") or ""])

    @property
    def day(self) -> date | None:
        """The former day that is asked for."""
        return self.form.cleaned_data.get("as_of") if self.is_valid() else None

    def left_out(self) -> list[str]:
        """The filters that are on and cannot be asked of a former day, by their labels."""
        asked = [name for name, value in self.form.cleaned_data.items() if value and name != "as_of"]
        return [str(self.form[name].label) for name in asked if name not in self.AS_OF]

    def of_events(self, events: QuerySet[Any]) -> QuerySet[Any]:
        """The same filters, of the list as it stood on a former day."""
        asked = {
            name: value for name, value in self.form.cleaned_data.items() if value and name in self.AS_OF
        }
        for name in asked.keys() - {"status", "origins"}:
            events = self.filters[name].filter(events, asked[name])
        if "origins" in asked:
            least = int(asked["origins"])
            events = events.filter(from_origins__gte=least, to_origins__gte=least)
        status = asked.get("status", "")
        if status == DUE:
            return events.filter(due_on__lte=self.day)
        if status in Standing.values:
            return events.filter(standing=status)
        return events.exclude(standing=Standing.RESOLVED) if status == UNRESOLVED else events

    @property
    def claims(self) -> QuerySet[Claim]:
        return Claim.objects.filter(dossier=self.access.dossier).order_by()

    def by_status(self, rows: ContradictionQuerySet, name: str, value: str) -> ContradictionQuerySet:
        if value == DUE:
            return rows.due_by(timezone.now().date())
        if value == UNRESOLVED:
            return rows.filter(is_open=True)
        return rows.filter(standing=value, is_open=value != Standing.RESOLVED)

    def by_origins(self, rows: ContradictionQuerySet, name: str, value: str) -> ContradictionQuerySet:
        return rows.filter(origins__gte=int(value))

    def by_words(self, rows: ContradictionQuerySet, name: str, value: str) -> ContradictionQuerySet:
        language = self.access.dossier.language
        sources = Source.objects.filter(dossier=self.access.dossier)
        search = Search(value, [config_for(language)] if language else sources.configs())
        return rows.touching(self.claims.matching(search))  # type: ignore[attr-defined]

    # Names become keys first: with a key at hand the database knows how common it is.

    def by_topic(self, rows: ContradictionQuerySet, name: str, value: str) -> ContradictionQuerySet:
        topics = Topic.objects.filter(dossier=self.access.dossier, name=value).values_list("pk", flat=True)
        return rows.touching(self.claims.filter(topics=topics[0])) if topics else rows.none()

    def by_speaker(self, rows: ContradictionQuerySet, name: str, value: str) -> ContradictionQuerySet:
        named = Speaker.objects.filter(dossier=self.access.dossier).going_by(value)
        speakers = named.order_by().values_list("pk", flat=True)[:1]
        return rows.touching(self.claims.filter(speaker=speakers[0])) if speakers else rows.none()

    def by_source(self, rows: ContradictionQuerySet, name: str, value: str) -> ContradictionQuerySet:
        return rows.touching(self.claims.filter(source__number=value.lstrip("Ss-")))

    def as_it_is(self, rows: ContradictionQuerySet, name: str, value: object) -> ContradictionQuerySet:
        return rows


def _validate_source(written: str) -> None:
    number = written[2:] if written[:2].lower() == "s-" else written
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise forms.ValidationError(f"“{written}” is no source: write its number, S-3.", code="source")
