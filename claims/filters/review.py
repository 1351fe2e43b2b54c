"""Which pairs the review desk hands out: by what their claims are about, never by what is hidden there."""

from typing import Any, ClassVar

import django_filters
from django import forms

from claims.filters.link import LinkFilter, validate_source
from claims.models import Link
from sources.access import Access


class DeskFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The filters of the review desk, for one reader in one dossier."""

    topic = django_filters.CharFilter(
        method="by_topic", label="Topic", widget=forms.TextInput(attrs={"list": "topics"})
    )
    source = django_filters.CharFilter(
        method="by_source", label="Source", help_text="Its number: S-3.", validators=[validate_source]
    )

    class Meta:
        model = Link
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        self.access = access
        super().__init__(*args, **kwargs)

    claims = LinkFilter.claims
    by_topic = LinkFilter.by_topic
    by_source = LinkFilter.by_source
