"""Why a source is retracted, as a form."""

from django import forms


class RetractForm(forms.Form):
    reason = forms.CharField(
        label="Why is it retracted?",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Who withdrew it, when, and why; or why it cannot be relied on at all.",
        error_messages={"required": "Say why it is retracted."},
    )
