"""Which verdicts the figures of agreement are taken over."""

from typing import Any

from django import forms

from claims.models import Kind, Link, Topic
from claims.querysets.agreement import STEPS, Period
from claims.querysets.link import LinkQuerySet
from claims.survey import Survey
from sources.access import Access
from sources.periods import parse_period
from sources.validators import validate_period


class AgreementFilter(forms.Form):
    """The filters of the agreement page. None of them tells more of a link than its reader may know: ``kind`` is what
    was proposed, and the rest is asked of links whose reviews are shown to her (``Survey``).
    """  # fmt: skip

    kind = forms.ChoiceField(required=False, label="Proposed as", choices=[("", "any"), *Kind.choices])
    topic = forms.CharField(
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"list": "topics", "autocomplete": "off"}),
    )
    period = forms.CharField(
        required=False,
        label="Judged in",
        max_length=30,
        validators=[validate_period],
        help_text="2023 or 2022-02/2023-01: when the second verdict came.",
    )
    step = forms.ChoiceField(required=False, label="Over time by", choices=[("", "month"), ("week", "week")])
    unchanged = forms.BooleanField(required=False, label="Without links whose words changed since review")

    def __init__(self, data: Any, *, access: Access) -> None:
        self.access = access
        super().__init__(data)

    def survey(self) -> Survey:
        """The figures over what was asked for; what could not be read is left out. Call ``is_valid`` before."""
        given = self.cleaned_data
        since, until = parse_period(given["period"]) if given.get("period") else (None, None)
        return Survey(
            access=self.access,
            asked=self._links(),
            period=Period(since=since, until=until),
            step=given.get("step") or next(iter(STEPS)),
            unchanged=given.get("unchanged", False),
        )

    def _links(self) -> LinkQuerySet:
        links = Link.objects.live().filter(dossier=self.access.dossier)
        if kind := self.cleaned_data.get("kind"):
            links = links.filter(kind=kind)
        if name := self.cleaned_data.get("topic"):
            topic = Topic.objects.filter(dossier=self.access.dossier, name=name).first()
            links = links.touching(topic.claims.all()) if topic else links.none()
        return links
