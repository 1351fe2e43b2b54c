"""Registering an address that is told what happens."""

from django import forms

from claims.models import Event


class WebhookForm(forms.Form):
    url = forms.CharField(
        label="Address",
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://example.org/hooks/gainsay"}),
    )
    events = forms.MultipleChoiceField(
        label="Tell it when",
        choices=Event.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=Event.values,
        error_messages={"required": "Choose at least one."},
    )
