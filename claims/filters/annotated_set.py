"""Which links a set holds: the filters of the list of links, and what only matters to whoever takes a set out."""

from typing import Any, ClassVar

import django_filters

from claims.filters.link import LinkFilter
from claims.querysets.link import LinkQuerySet


class SetFilter(LinkFilter):
    """The filters of the page of sets, for one reader in one dossier."""

    TELLING: ClassVar[tuple[str, ...]] = (*LinkFilter.TELLING, "agreement")

    AGREEMENT: ClassVar[dict[str, str]] = {
        "100": "all reviews agree",
        "75": "at least 75 %",
        "66": "at least two thirds",
        "51": "more than half",
    }

    agreement = django_filters.ChoiceFilter(
        method="by_agreement", label="Agreement at least", choices=list(AGREEMENT.items()), empty_label="any"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["agreement"].extra["help_text"] = "The share of a link’s reviews that say the same."

    @property
    def is_asked(self) -> bool:
        """Whether anything was asked for; the form must be valid."""
        return any(self.form.cleaned_data.values())

    def by_agreement(self, links: LinkQuerySet, name: str, value: str) -> LinkQuerySet:
        return links.agreed_on(self.access, int(value))
