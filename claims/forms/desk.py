"""The forms of the claims desk: speakers, topics, saved filters, and what to change in many claims at once."""

from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from claims.actions.bulk import AT_ONCE, Wanted
from claims.actions.speaker import Known
from claims.actions.topic import names_of
from claims.forms.claim import by_field
from claims.models import Credibility, Modality, SavedFilter, Speaker
from sources.validators import validate_period, validate_time

SALT = "gainsay.speaker"
LEAVE, EMPTY = "", "none"


class SpeakerForm(forms.Form):
    """What is known of a speaker. ``seen`` is who it is and what was known when the form was made, signed."""

    name = forms.CharField(max_length=500, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    affiliation = forms.CharField(max_length=500, required=False)
    aliases = forms.CharField(
        label="Other names",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line. A claim made under one of them is this speaker's.",
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, speaker: Speaker | None, data: Any = None) -> None:
        initial: dict[str, Any] = {}
        if speaker:
            known = Known.of(speaker)
            initial = {
                "name": known.name,
                "affiliation": known.affiliation,
                "aliases": "\n".join(known.aliases),
                "seen": signing.dumps([speaker.pk, *known], salt=SALT),
            }
        super().__init__(data, initial=initial, label_suffix="")

    def clean_seen(self) -> tuple[int, Known]:
        try:
            key, name, affiliation, aliases = signing.loads(self.cleaned_data["seen"], salt=SALT)
        except (signing.BadSignature, ValueError):
            raise ValidationError("Open this form anew: it does not say whom it is about.") from None
        return key, Known(name, affiliation, tuple(aliases))

    def clean_aliases(self) -> list[str]:
        names = [
            name for line in self.cleaned_data["aliases"].splitlines() if (name := " ".join(line.split()))
        ]
        if any(len(name) > 500 for name in names):
            raise ValidationError("A name has at most 500 characters.")
        return names

    def beside(self, theirs: Known) -> list[tuple[str, str, str]]:
        """Where what was typed differs from what is known now: the label, what was typed, what stands there."""
        typed = (
            self.cleaned_data["name"],
            self.cleaned_data["affiliation"],
            ", ".join(sorted(self.cleaned_data["aliases"])),
        )
        there = (theirs.name, theirs.affiliation, ", ".join(theirs.aliases))
        labels = ("Name", "Affiliation", "Other names")
        return [
            (label, mine, other)
            for label, mine, other in zip(labels, typed, there, strict=True)
            if mine != other
        ]

    def explain(self, error: ValidationError) -> None:
        """Show why the action refused, beside the field it is about."""
        for name, errors in by_field(error).items():
            self.add_error(name if name in self.fields else None, errors)


class TopicForm(forms.Form):
    name = forms.CharField(
        max_length=200, label="Name", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if "," in name:
            raise ValidationError(
                "A topic has no comma in its name: commas separate topics where claims are edited."
            )
        return name


class FilterForm(forms.Form):
    """A filter to be saved: of which list, under which name; ``query`` is that of the list's address."""

    list = forms.ChoiceField(choices=SavedFilter.List, widget=forms.HiddenInput)
    name = forms.CharField(max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    query = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())


class BulkForm(forms.Form):
    """What to change in many claims. An empty field leaves what each has; to empty it there is a choice of its own.

    ``claims`` are the numbers chosen with the version of each that was shown: "12:3 14:1".
    """

    claims = forms.CharField(widget=forms.HiddenInput)
    add = forms.CharField(
        label="Put under topics",
        required=False,
        max_length=4000,
        help_text="Separated by commas.",
        widget=forms.TextInput(attrs={"list": "topics", "autocomplete": "off", "data-commas": True}),
    )
    remove = forms.CharField(
        label="Take from under topics",
        required=False,
        max_length=4000,
        help_text="Separated by commas.",
        widget=forms.TextInput(attrs={"list": "topics", "autocomplete": "off", "data-commas": True}),
    )
    speaker = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"list": "speakers", "autocomplete": "off"}),
    )
    speaker_empty = forms.BooleanField(label="No speaker", required=False)
    asserted = forms.CharField(
        required=False,
        max_length=10,
        validators=[validate_time],
        help_text="2023, 2023-01, 2023-01-15.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    asserted_empty = forms.BooleanField(label="No time of assertion", required=False)
    about = forms.CharField(
        required=False,
        max_length=21,
        validators=[validate_period],
        help_text="2022, 2022-02/2023-01, 2023/..",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    about_empty = forms.BooleanField(label="No time it is about", required=False)
    modality = forms.ChoiceField(
        required=False, choices=[(LEAVE, "as it is"), (EMPTY, "none"), *Modality.choices]
    )
    credibility = forms.ChoiceField(
        required=False,
        choices=[
            (LEAVE, "as it is"),
            (EMPTY, "not judged"),
            *((str(n), label) for n, label in Credibility.choices),
        ],
    )

    def clean_claims(self) -> dict[int, int]:
        try:
            pairs = [one.split(":") for one in self.cleaned_data["claims"].split()]
            found = {int(number): int(version) for number, version in pairs}
        except ValueError:
            raise ValidationError("The form does not say which claims: choose them anew.") from None
        if not 0 < len(found) <= AT_ONCE or max(*found, *found.values(), 1) >= 2**31:
            raise ValidationError(f"Between 1 and {AT_ONCE:,} claims are changed at once.")
        return found

    def _topics(self, name: str) -> frozenset[str]:
        names = names_of(self.cleaned_data[name].split(","))
        if len(names) > 50 or any(len(one) > 200 for one in names):
            raise ValidationError("At most 50 topics, each of at most 200 characters.")
        return frozenset(names)

    def clean_add(self) -> frozenset[str]:
        return self._topics("add")

    def clean_remove(self) -> frozenset[str]:
        return self._topics("remove")

    def clean(self) -> dict[str, Any]:
        """Something must be asked for, and no two things that contradict each other."""
        cleaned = super().clean() or self.cleaned_data
        for name in ("speaker", "asserted", "about"):
            if cleaned.get(name) and cleaned.get(f"{name}_empty"):
                self.add_error(name, ValidationError("Either give it, or empty it."))
        if both := cleaned.get("add", frozenset()) & cleaned.get("remove", frozenset()):
            self.add_error(
                "remove", ValidationError(f"{', '.join(sorted(both))}: either put under, or taken from.")
            )
        if not self.errors and not self.wanted:
            raise ValidationError("Say what to change: so far every claim stays as it is.", code="nothing")
        return cleaned

    @property
    def wanted(self) -> Wanted:
        """What is asked for, as the action takes it."""
        cleaned = self.cleaned_data
        fields: dict[str, Any] = {}
        for name in ("speaker", "asserted", "about"):
            if cleaned[f"{name}_empty"]:
                fields[name] = ""
            elif cleaned[name]:
                fields[name] = " ".join(cleaned[name].split())
        if cleaned["modality"]:
            fields["modality"] = "" if cleaned["modality"] == EMPTY else cleaned["modality"]
        if cleaned["credibility"]:
            fields["credibility"] = None if cleaned["credibility"] == EMPTY else int(cleaned["credibility"])
        return Wanted(fields, cleaned["add"], cleaned["remove"])
