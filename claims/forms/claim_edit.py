"""Editing a claim: the words may move within their source, and nothing of somebody else's edit is lost."""

from typing import Any

from django import forms

from claims.forms.claim import ClaimForm
from claims.models import Claim

COMPARED = {
    "words": "Words",
    "statement": "Statement",
    "speaker": "Speaker",
    "via": "Via",
    "asserted": "Asserted",
    "about": "About",
    "modality": "Modality",
    "credibility": "Credibility",
    "topics": "Topics",
}


def as_written(claim: Claim) -> dict[str, Any]:
    """A claim as its form holds it."""
    return {
        "words": claim.quote,
        "start": claim.start,
        "statement": claim.statement,
        "speaker": claim.speaker.name if claim.speaker else "",
        "via": claim.via,
        "asserted": claim.asserted,
        "about": claim.about,
        "modality": claim.modality,
        "credibility": "" if claim.credibility is None else claim.credibility,
        "topics": ", ".join(topic.name for topic in claim.topics.all()),
        "version": claim.version,
    }


class ClaimEditForm(ClaimForm):
    """The claim's fields, with the ``version`` that the editor saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, claim: Claim, data: Any = None) -> None:
        super().__init__(claim.source, data, initial=as_written(claim))

    def changes(self) -> dict[str, Any]:
        """What to write, as ``edit_claim`` takes it: speaker and topics apart."""
        values = self.values()
        start, end = values["start"], values["end"]
        return {**values, "quote": self.source.text[start:end]}

    def beside(self, theirs: Claim) -> list[tuple[str, str, str]]:
        """Where what was typed differs from the claim as it stands: the label, what was typed, what stands there."""
        there = as_written(theirs)
        return [
            (label, typed, str(there[name]))
            for name, label in COMPARED.items()
            if (typed := str(self.data.get(name, ""))) != str(there[name])
        ]
