"""Uploading a file of another tool, and saying what is what in it."""

from typing import Any

from django import forms

from claims.exchange.foreign.registry import READERS
from claims.exchange.foreign.table import NEEDED, targets

MAX_BYTES = 25 * 1024 * 1024
MAX_PAGE = 5_000_000


class ForeignImportForm(forms.Form):
    format = forms.ChoiceField(
        label="What wrote it",
        choices=lambda: [(one.name, one.label) for one in READERS.values()],
        widget=forms.RadioSelect,
        error_messages={"required": "Say which tool wrote the file."},
    )
    file = forms.FileField(
        label="File", error_messages={"required": "Choose a file first.", "empty": "The file is empty."}
    )
    page = forms.CharField(
        label="Text of the annotated page",
        required=False,
        strip=False,
        max_length=MAX_PAGE,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="For Hypothesis and W3C annotations: the page’s text or its HTML. Quotes are found again in it.",
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError("It is larger than 25 MB. Split it, and bring the parts one by one.")
        return file


class ForeignLookForm(forms.Form):
    """Which column is what, and whether reviews come in; read from the address, so that a look changes nothing."""

    with_votes = forms.BooleanField(label="Bring reviewers’ labels in as reviews", required=False)

    def __init__(self, *args: Any, columns: list[str], may_bring_verdicts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = targets() if columns else {}
        if not may_bring_verdicts:
            del self.fields["with_votes"]
        choices = [("", "–"), *((name, name) for name in columns)]
        for key, label in self.targets.items():
            self.fields[key] = forms.ChoiceField(label=label, choices=choices, required=False)

    @property
    def needed(self) -> list[forms.BoundField]:
        return [self[key] for key in self.targets if key in NEEDED]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[key] for key in self.targets if key not in NEEDED]

    @property
    def mapping(self) -> dict[str, str]:
        """Which column is what, as it was chosen."""
        return {key: self.cleaned_data[key] for key in self.targets if self.cleaned_data.get(key)}
