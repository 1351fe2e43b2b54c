"""How a contradiction is resolved, reopened, made due and decided, as forms. The kinds say what is asked."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from claims.forms.review import WordsForm
from claims.models import Claim, Link, Modality, Outcome, ResolutionKind
from claims.models.resolution_kinds import FIRST, PROOF_LIMIT, SECOND, Ask, Sort
from sources.models import Source

_RECORD = re.compile(r"([SsCc])-?([0-9]{1,9})", re.ASCII)


class ResolutionForm(WordsForm):
    """What one kind of resolution asks for, and what it rests on: sources and claims of the dossier, by number."""

    def __init__(self, *args: Any, kind: ResolutionKind, link: Link, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.link = kind, link
        for ask in kind.asks:
            self.fields[ask.name] = _field(ask, link)
        self.fields["rests_on"] = forms.CharField(
            label="Decided by" if kind.decided else "Rests on",
            required=kind.decided,
            max_length=500,
            help_text="Numbers of sources and claims: S-3, C-12. If one of them gives way, it reopens by itself.",
            error_messages={"required": "Name the source or claim that decides it: S-3, C-12."},
        )
        self.fields["note"] = forms.CharField(
            label="Note", required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 2})
        )

    def clean_rests_on(self) -> list[Source | Claim]:
        written = self.cleaned_data["rests_on"]
        parts = [part for part in re.split(r"[\s,;]+|\band\b", written) if part]
        read = [_RECORD.fullmatch(part) for part in parts]
        if None in read:
            wrong = parts[read.index(None)][:40]
            raise ValidationError(f"“{wrong}” is no source or claim: write S-3 or C-12.", code="number")
        cited = dict.fromkeys((found[1].upper(), int(found[2])) for found in read if found)
        dossier = self.link.dossier_id
        rows: dict[str, Any] = {
            "S": Source.objects.live().without_text().filter(dossier=dossier),
            "C": Claim.objects.live().filter(dossier=dossier),
        }
        there = {
            (letter, one.number): one
            for letter, found in rows.items()
            for one in found.filter(number__in=[number for of, number in cited if of == letter])
        }
        if missing := [f"{letter}-{number}" for letter, number in cited if (letter, number) not in there]:
            raise ValidationError(f"This dossier has no {', '.join(missing[:5])}.", code="missing")
        pair = (self.link.from_claim_id, self.link.to_claim_id)
        if own := [one.cited for key, one in there.items() if key[0] == "C" and one.pk in pair]:
            raise ValidationError(f"It rests on {own[0]} anyway: name what else it rests on.", code="own")
        return [there[key] for key in cited]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            for name, reason in self.kind.problems(self.proof).items():
                self.add_error(name or None, reason)
        return cleaned

    @property
    def proof(self) -> dict[str, str]:
        return {ask.name: self.cleaned_data[ask.name] for ask in self.kind.asks}

    @property
    def asked(self) -> list[forms.BoundField]:
        return [self[ask.name] for ask in self.kind.asks]


def _field(ask: Ask, link: Link) -> forms.Field:
    a, b = link.from_claim, link.to_claim
    label = ask.label.format(a=a.cited, b=b.cited)
    if ask.sort is Sort.SIDE:
        sides = [(FIRST, a.cited), (SECOND, b.cited)]
        return forms.ChoiceField(label=label, choices=sides, widget=forms.RadioSelect)
    if ask.sort is Sort.MODE:
        return forms.ChoiceField(label=label, choices=[("", "–"), *Modality.choices])
    widget: forms.Widget = forms.Textarea(attrs={"rows": 2}) if ask.sort is Sort.WORDS else forms.TextInput()
    return forms.CharField(label=label, max_length=PROOF_LIMIT, help_text=ask.help, widget=widget)


class ReopenForm(forms.Form):
    reason = forms.CharField(
        label="Why is it open again?",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2, "autofocus": True}),
        error_messages={"required": "Say why it is open again."},
    )


class DueForm(forms.Form):
    """What is expected of a pair, and by when."""

    day = forms.DateField(
        label="Due on",
        widget=forms.DateInput(attrs={"type": "date", "autofocus": True}, format="%Y-%m-%d"),
        error_messages={"required": "Give the day.", "invalid": "Write the day as 2026-06-30."},
    )
    expectation = forms.CharField(
        label="What is expected by then",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what is expected: it is decided by that."},
    )


class DecideForm(forms.Form):
    """What became of what was expected."""

    outcome = forms.ChoiceField(
        label="It was",
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say what it came to: kept, broken or moved."},
    )
    moved_to = forms.DateField(
        label="Moved to",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The new day, if it was moved.",
        error_messages={"invalid": "Write the day as 2026-06-30."},
    )
    note = forms.CharField(
        label="Note", required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 2})
    )


class MomentForm(forms.Form):
    """When what is to be taken back was done; it stands in the address."""

    at = forms.DateTimeField()

    @classmethod
    def moment(cls, query: Any) -> Any:
        form = cls(query)
        return form.cleaned_data["at"] if form.is_valid() else None
