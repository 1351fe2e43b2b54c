"""Forms that name sources by number, and origins."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sources.models import Dossier, Source

MOST = 200


class JoinForm(forms.Form):
    """Sources to be joined, by their numbers."""

    sources = forms.CharField(
        label="Sources of one origin",
        max_length=2_000,
        help_text="Their numbers, two or more: S-3, S-7.",
        error_messages={"required": "Name two sources or more: S-3, S-7."},
    )
    name = forms.CharField(label="Name", max_length=500, required=False)

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dossier = dossier

    def clean_sources(self) -> list[Source]:
        written = self.cleaned_data["sources"]
        parts = [part for part in re.split(r"[\s,;]+|\band\b", written) if part]
        if wrong := [part for part in parts if not re.fullmatch(r"(?:[Ss]-?)?[0-9]{1,9}", part)]:
            raise ValidationError(f"“{wrong[0][:40]}” is no number of a source: write S-3.", code="number")
        numbers = {int(part.lstrip("Ss-")) for part in parts}
        if not 2 <= len(numbers) <= MOST:
            raise ValidationError(f"Name between two and {MOST} sources.", code="few")
        found = list(
            Source.objects.live()
            .without_text()
            .filter(dossier=self.dossier, number__in=numbers)
            .order_by("number")
        )
        if missing := sorted(numbers - {source.number for source in found}):
            listed = ", ".join(f"S-{number}" for number in missing[:10])
            raise ValidationError(f"This dossier has no {listed}.", code="missing")
        return found


class NameForm(forms.Form):
    name = forms.CharField(label="Name", max_length=500, required=False)
