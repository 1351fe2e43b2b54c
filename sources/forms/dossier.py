"""A new dossier, and the settings of one."""

import re
from typing import Any

from django import forms
from django.conf.locale import LANG_INFO

from sources.models import Dossier

LANGUAGES = sorted(
    [("zh", "Chinese"), *((code, info["name"]) for code, info in LANG_INFO.items() if "-" not in code)],
    key=lambda known: known[1],
)
"""Codes and names to choose from; any other code may be written."""

_CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)


class _DossierForm(forms.ModelForm[Dossier]):
    languages = LANGUAGES

    class Meta:
        model = Dossier
        fields = ["name", "question", "language", "reviews_needed"]
        labels = {
            "name": "Name",
            "question": "Question",
            "language": "Language of the statements",
            "reviews_needed": "Reviews needed",
        }
        help_texts = {
            "name": "A few words, as they stand at the head of every page.",
            "question": "What the dossier is to answer, in one sentence.",
            "language": "A code, such as en, de or zh. Search reads the claims in it; "
            "left empty, each claim is read in the language of its source.",
            "reviews_needed": "How many people judge each pair before it is settled or disputed: 1 to 5.",
        }
        widgets = {
            "question": forms.Textarea(attrs={"rows": 3, "class": "serif"}),
            "language": forms.TextInput(attrs={"list": "languages", "autocomplete": "off"}),
        }

    def clean_language(self) -> str:
        language: str = self.cleaned_data["language"].strip()
        if language and language != self.initial.get("language") and not _CODE.fullmatch(language):
            raise forms.ValidationError("Write a code of two or three letters, such as en, de or zh-Hans.")
        return language


class DossierCreateForm(_DossierForm):
    class Meta(_DossierForm.Meta):
        fields = ["name", "slug", "question", "language", "reviews_needed"]
        labels = {**_DossierForm.Meta.labels, "slug": "Address"}
        help_texts = {
            **_DossierForm.Meta.help_texts,
            "slug": "Small letters, digits and hyphens; it stays as it is. "
            "Left empty, it is made of the name.",
        }
        error_messages = {"slug": {"unique": "This address is taken. Choose another, or leave it empty."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False
        self.fields["slug"].widget.attrs["autocapitalize"] = "none"
        self.fields["name"].widget.attrs["autofocus"] = not self.is_bound


class SettingsForm(_DossierForm):
    class Meta(_DossierForm.Meta):
        fields = [
            *_DossierForm.Meta.fields,
            "review_order",
            "lease_minutes",
            "own_proposals",
            "names_masked",
        ]
        labels = {
            **_DossierForm.Meta.labels,
            "review_order": "Order",
            "lease_minutes": "Minutes a pair is kept",
            "own_proposals": "People judge what they proposed themselves, too",
            "names_masked": "Names are masked while a link is disputed",
        }
        help_texts = {
            **_DossierForm.Meta.help_texts,
            "review_order": "Likely and uncertain follow from what was proposed: kind, strength, and how likely a "
            "suggestion was. Never from what others judged.",
            "lease_minutes": "For whoever it was handed to: 1 to 1440. Left longer, it goes to another.",
            "own_proposals": "Where few people review, nothing would be settled otherwise.",
            "names_masked": "Whoever settles reads “Reviewer A” and “Reviewer B”, on each link otherwise. "
            "Files that are exported name them.",
        }

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
