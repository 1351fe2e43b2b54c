"""Which claims a list shows, and how its matches are found without walking the whole dossier for a rare one."""

import re
from functools import cached_property
from itertools import chain
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict

from claims.models import Claim, ClaimTopic, Link, Modality, Speaker, Topic
from claims.querysets.claim import ClaimQuerySet
from sources.access import Access
from sources.languages import config_for
from sources.models import Source
from sources.periods import parse_period
from sources.querysets import SourceQuerySet
from sources.search import Search
from sources.validators import validate_period

FEW = 1_000
"""So many matches are found at once and put in order; of more the list is walked from the highest number down."""

COUNTED = 10_000
"""Over so many claims the facets are counted at most."""

_YES_NO = [("yes", "yes"), ("no", "no")]


class ClaimFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The filters of the list of claims in one dossier; ``q`` also puts them in order of rank.

    ``linked`` and ``contradicted`` ask for live links; a contradiction is what stands as one (verdict, else kind).
    ``TELLING`` are the filters by how links stand: what they leave out tells as much as what they show.
    """

    TELLING: ClassVar[frozenset[str]] = frozenset({"contradicted", "origins"})

    OF_LINKS: ClassVar[dict[str, tuple[str, ...]]] = {"linked": (), "contradicted": ("contradicts",)}
    NOT_FILTERED: ClassVar[dict[str, str]] = {
        "dossier": "the address names it",
        "number": "a claim is gone to by its number",
        "quote statement search config": "q searches statement and quote",
        "start end": "they say where in its source a quote stands",
        "via credibility": "few claims have one; shown, not asked for",
        "version external_id extra by at": "how it came here, in its history",
        "binned_at binned_by": "the bin has a page of its own",
        "asserted_period about_period": "the times as written ask for them",
    }

    source = django_filters.CharFilter(method="by_source", label="Source")
    speaker = django_filters.CharFilter(method="by_speaker", label="Speaker")
    outlet = django_filters.CharFilter(method="by_outlet", label="Outlet")
    topic = django_filters.CharFilter(method="by_topic", label="Topic")
    modality = django_filters.ChoiceFilter(choices=Modality, empty_label="any")
    about = django_filters.CharFilter(method="by_about", label="About the time")
    asserted = django_filters.CharFilter(method="by_asserted", label="Asserted in")
    linked = django_filters.ChoiceFilter(
        method="by_link", choices=_YES_NO, empty_label="any", label="Linked", widget=forms.RadioSelect
    )
    contradicted = django_filters.ChoiceFilter(
        method="by_link", choices=_YES_NO, empty_label="any", label="Contradicted", widget=forms.RadioSelect
    )
    origins = django_filters.ChoiceFilter(
        method="by_origins",
        choices=[(str(n), f"{n} or more") for n in (2, 3, 5, 10)],
        empty_label="any",
        label="Independent origins",
    )
    sort = django_filters.ChoiceFilter(
        method="by_words",
        choices=[("origins", "most independent origins")],
        empty_label="newest",
        label="In order of",
    )
    q = django_filters.CharFilter(
        method="by_words",
        label="Words",
        widget=forms.SearchInput(
            attrs={"form": "filter", "data-key": "/", "placeholder": "in statements and quotes"}
        ),
    )

    class Meta:
        model = Claim
        fields: ClassVar[list[str]] = []

    def __init__(self, data: QueryDict, access: Access) -> None:
        self.access = access
        super().__init__(data, Claim.objects.filter(dossier=access.dossier).live().order_by())
        self.filters["source"].extra |= {"validators": [_validate_source], "help_text": "Its number: S-3."}
        for name in ("about", "asserted"):
            self.filters[name].extra |= {
                "validators": [validate_period],
                "help_text": "2023, 2022-02/2023-01, 2023/..",
            }

    @cached_property
    def search(self) -> Search | None:
        """What is searched for; None when nothing is."""
        assert self.qs is not None  # and with it what was asked for
        words = self.asked.get("q", "")
        return Search(words, self._configs) if words else None

    def filter_queryset(self, queryset: ClaimQuerySet) -> ClaimQuerySet:
        """As everywhere, but ``base`` is kept, what the filters leave that ask for no links; and ``untold``, what those
        leave that tell nothing of how links stand.
        """  # fmt: skip
        self.asked = {name: value for name, value in self.form.cleaned_data.items() if value}
        of_claims = self.asked.keys() - self.OF_LINKS.keys()
        for name in of_claims - self.TELLING:
            queryset = self.filters[name].filter(queryset, self.asked[name])
        self.untold = self.base = queryset
        for name in of_claims & self.TELLING:
            self.base = self.filters[name].filter(self.base, self.asked[name])
        self.of_links = {name: self.asked[name] for name in self.OF_LINKS if name in self.asked}
        return self._by_links(self.base)

    def _by_links(self, claims: ClaimQuerySet) -> ClaimQuerySet:
        if self.of_links == {"linked": "no", "contradicted": "yes"}:
            return claims.none()
        for name, value in self.of_links.items():
            claims = self.filters[name].filter(claims, value)
        return claims

    @property
    def is_telling(self) -> bool:
        return not self.TELLING.isdisjoint(self.asked)

    @cached_property
    def few(self) -> list[int] | None:
        """The numbers of all matches in the order of the list, while they are few; of a search at most the thousand
        that were ranked. None when they may be more: then the list is walked from the highest number down.
        """  # fmt: skip
        if self.search:
            best: list[int] = self.qs.best(self.search)
            return best
        # Unordered: asked for in order, the database would rather walk the numbers down and meet a rare match late.
        found: dict[int, int] = dict(self.base.values_list("pk", "number")[: FEW + 1])
        if len(found) > FEW:
            return None
        if self.of_links:
            linked = self._by_links(self.queryset.filter(pk__in=found))
            return list(linked.order_by("-number").values_list("number", flat=True))
        return sorted(found.values(), reverse=True)

    @cached_property
    def in_order(self) -> list[int] | None:
        """The same in the order that was asked for; of more, by origins, the first thousand."""
        few = self.few
        if self.asked.get("sort") != "origins":
            return few
        if few is None:
            most = self.qs.filter(support__dossier=self.access.dossier)
            most = most.order_by("-support__origins", "-support__claim_id")
            return list(most.values_list("number", flat=True)[:FEW])
        origins = dict(self.queryset.filter(number__in=few).values_list("number", "support__origins"))
        return sorted(few, key=lambda number: (-(origins.get(number) or 0), -number))

    @property
    def counted(self) -> tuple[ClaimQuerySet, int]:
        """What the facets are counted over, and how many of it at most: what the list shows, or as much as is quick."""
        if self.few is not None:
            return self.queryset.filter(number__in=self.few), FEW
        return self.qs, FEW if self.of_links else COUNTED

    def by_source(self, claims: ClaimQuerySet, name: str, value: str) -> ClaimQuerySet:
        return claims.filter(source__in=_keys(self._sources.filter(number=_SOURCE.sub("", value))))

    def by_outlet(self, claims: ClaimQuerySet, name: str, value: str) -> ClaimQuerySet:
        return claims.filter(source__in=_named(self._sources, "outlet", value))

    def by_speaker(self, claims: ClaimQuerySet, name: str, value: str) -> ClaimQuerySet:
        speakers = self._of_dossier(Speaker)
        named = _keys(speakers.going_by(value))
        return claims.filter(speaker__in=_named(speakers, "name", value) if named == [] else named)

    def by_topic(self, claims: ClaimQuerySet, name: str, value: str) -> ClaimQuerySet:
        topics = _named(self._of_dossier(Topic), "name", value)
        under = ClaimTopic.objects.filter(topic__in=topics, claim=OuterRef("pk"))
        return claims.filter(Exists(under))

    def by_about(self, claims: ClaimQuerySet, name: str, value: str) -> ClaimQuerySet:
        return claims.filter(about_period__overlap=DateRange(*parse_period(value)))

    def by_asserted(self, claims: ClaimQuerySet, name: str, value: str) -> ClaimQuerySet:
        return claims.filter(asserted_period__overlap=DateRange(*parse_period(value)))

    def by_link(self, claims: ClaimQuerySet, name: str, value: str) -> ClaimQuerySet:
        kinds = self.OF_LINKS[name]
        if value == "no":
            return claims.unlinked(kinds)
        links = self._of_dossier(Link).live()
        if kinds:
            links = links.filter(standing__in=kinds)
        ends = list(links.values_list("from_claim", "to_claim")[: FEW + 1])
        return claims.linked(kinds) if len(ends) > FEW else claims.filter(pk__in=set(chain(*ends)))

    def by_origins(self, claims: ClaimQuerySet, name: str, value: str) -> ClaimQuerySet:
        return claims.filter(support__dossier=self.access.dossier, support__origins__gte=int(value))

    def by_words(self, claims: ClaimQuerySet, name: str, value: str) -> ClaimQuerySet:
        return claims  # ``few`` ranks what all other filters leave, ``in_order`` sorts it

    @property
    def _configs(self) -> list[str]:
        """The text-search configurations that claims of this dossier have: its language's, else their sources'."""
        language = self.access.dossier.language
        return [config_for(language)] if language else self._sources.configs()

    @property
    def _sources(self) -> SourceQuerySet:
        sources: SourceQuerySet = self._of_dossier(Source)
        return sources

    def _of_dossier(self, model: Any) -> Any:
        return model._default_manager.filter(dossier=self.access.dossier).order_by()


type Keys = list[int] | QuerySet[Any]


def _named(rows: QuerySet[Any], field: str, value: str) -> Keys:
    """Those of this name; where there is none, those whose name holds it."""
    exactly = _keys(rows.filter(**{field: value}))
    return _keys(rows.filter(**{f"{field}__icontains": value})) if exactly == [] else exactly


def _keys(rows: QuerySet[Any]) -> Keys:
    """The keys of these rows, asked for at once while they are few: the database then knows how common each is."""
    keys = list(rows.values_list("pk", flat=True)[: FEW + 1])
    return keys if len(keys) <= FEW else rows.values("pk")


_SOURCE = re.compile(r"\A[Ss]-")


def _validate_source(written: str) -> None:
    if not re.fullmatch(r"(?:[Ss]-)?[0-9]{1,9}", written):
        raise forms.ValidationError(f"“{written}” is no source: write its number, S-3.", code="source")
