"""A new version of a source as a form, and where an orphan is to rest in it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from claims.forms.claim import ClaimForm
from sources.forms.source import ENCODINGS
from sources.intake.extract import ACCEPTED
from sources.models import Source


class VersionForm(forms.Form):
    """A text to paste, or a file to upload. Intake says what is wrong with it."""

    # No CharField: it would strip the text, and refuse a NUL without saying where.
    text = forms.Field(
        label="The new text",
        required=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.Field(
        label="Or a file",
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(ACCEPTED)}),
        help_text=" ".join(ACCEPTED),
    )
    encoding = forms.ChoiceField(
        label="Encoding of .txt, .md and .html", choices=[("", "guess it"), *ENCODINGS], required=False
    )

    def clean(self) -> dict[str, Any]:
        """One of the two must have come."""
        given = [name for name in ("text", "file") if self.cleaned_data.get(name)]
        if len(given) != 1:
            raise ValidationError("Paste the new text, or choose one file.", code="one")
        return self.cleaned_data


class PlaceForm(ClaimForm):
    """The words of a new version that an orphan is to rest on, found as the reader finds them."""

    def __init__(self, source: Source, *args: Any, **kwargs: Any) -> None:
        super().__init__(source, *args, **kwargs)
        for name in set(self.fields) - {"words", "start", "place"}:
            del self.fields[name]
        self.fields["words"].label = f"Its words in {source.cited}"
        self.fields["words"].help_text = "Type or paste them; they are found as they stand there."
        self.fields["words"].error_messages["required"] = "Which words? Type or paste them here."
