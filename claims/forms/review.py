"""A verdict, as the review desk and the disputed page send it. The actions decide; the forms explain."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget

from claims.models import Kind, Link, SplitReason

NOTE_LIMIT = 20_000


class NoteForm(forms.Form):
    """A verdict with a note."""

    verdict = forms.ChoiceField(
        choices=Kind.choices,
        error_messages={"required": "Say how they stand: contradicts, supports or neither."},
    )
    note = forms.CharField(
        required=False,
        max_length=NOTE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 1, "data-key": "r", "aria-keyshortcuts": "r"}),
    )


SPLIT_KEYS = {"reading": "q", "context": "m", "standard": "d", "slip": "y"}


class SplitSelect(forms.RadioSelect):
    """Why reviewers split, each reason with its key."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if key := SPLIT_KEYS.get(str(value)):
            option["attrs"] |= {"data-key": key, "aria-keyshortcuts": key}
        return option


class SettleForm(NoteForm):
    """A lead's verdict, and why the reviewers differed.

    It names the one it replaces by its time, so that no lead undoes another's unseen.
    """

    split_reason = forms.ChoiceField(
        label="Why they split",
        required=False,
        choices=[("", "not said"), *SplitReason.choices],
        widget=SplitSelect,
    )
    instead_of = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def splits(self) -> list[tuple[BoundWidget, str]]:
        """Each reason as a radio, and its key."""
        return [(one, SPLIT_KEYS.get(str(one.data["value"]), "")) for one in self["split_reason"].subwidgets]


class WithdrawForm(forms.Form):
    """Which verdict of a lead is taken back, by its time."""

    given_at = forms.DateTimeField()


class WordsForm(forms.Form):
    """Which words were read: the versions of both claims of a pair.

    They stand in the order of the claims' numbers: which claim was proposed first is the review desk's secret.
    """

    versions = forms.RegexField(r"\A[0-9]{1,9}-[0-9]{1,9}\Z", widget=forms.HiddenInput)

    def versions_of(self, link: Link) -> tuple[int, int]:
        """The versions that were read, in the link's own order."""
        lower, higher = map(int, self.cleaned_data["versions"].split("-"))
        return (lower, higher) if link.from_claim.number < link.to_claim.number else (higher, lower)


class VerdictForm(WordsForm, NoteForm):
    """A reviewer's verdict. It names the pair that was on the page and the words, so that a second click never judges
    the next pair, nor words that were not read.
    """  # fmt: skip

    number = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    confidence = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "–"), *((n, str(n)) for n in range(1, 6))],
        widget=forms.RadioSelect,
    )

    @property
    def is_amendable(self) -> bool:
        """Whether what is wrong stands in a field that the person sees."""
        return bool(self.errors) and self.errors.keys() <= {"verdict", "confidence", "note"}


def versions_shown(link: Link) -> str:
    """What the form sends of the words on the page."""
    claims = sorted((link.from_claim, link.to_claim), key=lambda claim: claim.number)
    return "-".join(str(claim.version) for claim in claims)
