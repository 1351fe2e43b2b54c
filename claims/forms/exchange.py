"""Uploading an exchange file."""

from django import forms


class ImportSetForm(forms.Form):
    file = forms.FileField(
        label="Exchange file",
        widget=forms.ClearableFileInput(attrs={"accept": ".jsonl,.ndjson,.json"}),
        error_messages={"required": "Choose a file first.", "empty": "The file is empty."},
    )
    dry_run = forms.BooleanField(label="Only check it, and bring in nothing", required=False)
