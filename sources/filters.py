"""Which sources a list shows."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.validators import RegexValidator
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from sources.languages import name_of
from sources.models import Dossier, Reliability, Source
from sources.periods import NotATime, parse_date, parse_period
from sources.querysets import SourceQuerySet
from sources.validators import validate_time

NONE = "none"
"""The choice of sources for which nothing was noted."""


ALL = "all"
"""The choice of old versions too: by itself a list shows the newest."""


class SourceFilterForm(forms.Form):
    def clean(self) -> dict[str, Any]:
        """A time that ends before it starts is none."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until:
            try:
                parse_period(f"{since}/{until}")
            except NotATime as error:
                self.add_error("until", str(error))
        return self.cleaned_data


class SourceFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The filters of the list of sources of one dossier. ``since`` and ``until`` are times as written: a source fits
    when it was published in some of what lies between.
    """  # fmt: skip

    q = django_filters.CharFilter(
        method="by_words", label="Words", widget=forms.SearchInput(attrs={"data-key": "/", "form": "filter"})
    )
    outlet = django_filters.CharFilter(lookup_expr="icontains", label="Outlet")
    author = django_filters.CharFilter(lookup_expr="icontains", label="Author")
    since = django_filters.CharFilter(
        method="by_since",
        label="Published since",
        validators=[validate_time],
        help_text="2023, 2023-01 or 2023-01-15",
    )
    until = django_filters.CharFilter(method="by_until", label="Published until", validators=[validate_time])
    language = django_filters.ChoiceFilter(method="by_noted", empty_label="any")
    reliability = django_filters.ChoiceFilter(
        method="by_noted", choices=[*Reliability.choices, (NONE, "not judged")], empty_label="any"
    )

    origin = django_filters.ChoiceFilter(
        method="by_origin",
        choices=[("confirmed", "confirmed"), ("proposed", "proposed"), (NONE, "not established")],
        empty_label="any",
    )
    same_as = django_filters.CharFilter(
        method="by_same_origin",
        label="Of one origin with",
        validators=[RegexValidator(r"\A(?:[Ss]-)?[0-9]{1,9}\Z", "Write the number of a source: S-3.")],
        help_text="The number of a source: S-3",
    )

    versions = django_filters.ChoiceFilter(
        method="by_versions", choices=[(ALL, "old ones too")], empty_label="the newest", label="Versions"
    )

    class Meta:
        model = Source
        fields: ClassVar[list[str]] = []
        form = SourceFilterForm

    def __init__(self, data: Any, sources: SourceQuerySet, *, dossier: Dossier) -> None:
        super().__init__(data, sources)
        self.noted = Source.objects.filter(dossier=dossier)
        asked = data.get("language", "").replace("\0", "")  # what the database cannot hold is no choice
        offered = {*self.noted.languages(), asked} - {"", NONE}
        named = sorted((name_of(code), code) for code in offered)
        languages = [*((code, name) for name, code in named), (NONE, "not known")]
        self.filters["language"].extra["choices"] = languages

    def by_words(self, sources: SourceQuerySet, name: str, value: str) -> SourceQuerySet:
        return sources.matching(value, self.noted.configs())

    def by_since(self, sources: SourceQuerySet, name: str, value: str) -> SourceQuerySet:
        return sources.filter(period__overlap=DateRange(parse_date(value)[0], None))

    def by_until(self, sources: SourceQuerySet, name: str, value: str) -> SourceQuerySet:
        return sources.filter(period__overlap=DateRange(None, parse_date(value)[1]))

    def by_origin(self, sources: SourceQuerySet, name: str, value: str) -> SourceQuerySet:
        return sources.filter(origin=None) if value == NONE else sources.filter(origin__state=value)

    def by_same_origin(self, sources: SourceQuerySet, name: str, value: str) -> SourceQuerySet:
        number = value.removeprefix("S-").removeprefix("s-")
        origin = self.noted.filter(number=number).values_list("origin", flat=True).first()
        return sources.filter(number=number) if origin is None else sources.filter(origin=origin)

    def by_versions(self, sources: SourceQuerySet, name: str, value: str) -> SourceQuerySet:
        return sources  # what is asked for without it is less: the view leaves old versions out

    def by_noted(self, sources: SourceQuerySet, name: str, value: str) -> SourceQuerySet:
        return sources.filter(Q((name, "" if value == NONE else value)))
