"""A claim as a form: the words it rests on, found in their source, and what they claim."""

from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError

from claims.models import Claim, Credibility, Modality, Speaker, Topic
from claims.quotes import Context, Place, beginning_of, context, find_words, line_of, on_one_line
from sources.models import Dossier, Source

NAMES_SHOWN = 100
PLACES_SHOWN = 12
TOPICS_LIMIT = 50


def known_names(model: type[Speaker] | type[Topic], dossier: Dossier, like: str) -> list[str]:
    """Names of the dossier's speakers or topics with these letters in them, by code point; the first hundred."""
    names = model._default_manager.filter(dossier=dossier).order_by("name").values_list("name", flat=True)
    return list((names.filter(name__icontains=like) if like else names)[:NAMES_SHOWN])


def by_field(error: ValidationError) -> dict[str | None, list[ValidationError]]:
    """Why an action refused: by the field it is about, or by None."""
    if hasattr(error, "error_dict"):
        return {name: errors for name, errors in error.error_dict.items()}  # noqa: C416  a wider type of key
    return {None: error.error_list}


class Choice(NamedTuple):
    """One of several places where the words stand."""

    start: int
    line: int
    context: Context


class ClaimForm(forms.ModelForm[Claim]):
    """The words are found in ``source`` as they stand there; where they stand more than once, ``place`` chooses.

    ``start`` is where they were selected in the reader. A valid form has ``found``, their place.
    """

    words = forms.CharField(
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "serif", "autocomplete": "off"}),
        help_text="Select them in the text, or type or paste them here.",
        error_messages={"required": "Which words? Select them in the text, or type or paste them here."},
    )
    start = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    place = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    speaker = forms.CharField(
        required=False,
        max_length=500,
        help_text="Empty when the source speaks for itself.",
        widget=forms.TextInput(attrs={"list": "speakers", "autocomplete": "off"}),
    )
    modality = forms.ChoiceField(
        required=False, choices=[("", "none"), *Modality.choices], widget=forms.RadioSelect
    )
    credibility = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[("", "not judged"), *Credibility.choices]
    )
    topics = forms.CharField(
        required=False,
        help_text="Separated by commas.",
        widget=forms.TextInput(attrs={"list": "topics", "autocomplete": "off", "data-commas": True}),
    )

    class Meta:
        model = Claim
        fields = ["statement", "via", "asserted", "about"]
        widgets = {
            "statement": forms.Textarea(attrs={"rows": 2}),
            "via": forms.TextInput,
            "asserted": forms.TextInput(attrs={"autocomplete": "off"}),
            "about": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        help_texts = {
            "statement": "What the words claim, as one sentence of your own.",
            "via": "Through whom it is reported.",
            "asserted": "When it was said: 2023, 2023-01, 2023-01-15.",
            "about": "Its time: 2022, 2022-02/2023-01, 2023-01/.., ../2022.",
        }
        error_messages = {"statement": {"required": "State what the words claim."}}

    def __init__(self, source: Source, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.source = source
        self.found: Place | None = None
        self.choices: list[Choice] = []
        self.places = 0

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"].replace("\r\n", "\n").strip()
        if not words:
            raise ValidationError(self.fields["words"].error_messages["required"], code="required")
        return words

    def clean_statement(self) -> str:
        statement: str = self.cleaned_data["statement"]
        return statement.replace("\r\n", "\n")

    def clean_topics(self) -> list[str]:
        names = dict.fromkeys(" ".join(name.split()) for name in self.cleaned_data["topics"].split(","))
        names.pop("", None)
        if len(names) > TOPICS_LIMIT or any(len(name) > 200 for name in names):
            raise ValidationError(
                f"At most {TOPICS_LIMIT} topics, each of at most 200 characters.", code="long"
            )
        return sorted(names)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if words := cleaned.get("words"):
            self._find(words, cleaned.get("place"), cleaned.get("start"))
        return cleaned

    def _find(self, words: str, chosen: int | None, selected: int | None) -> None:
        text = self.source.text
        for start in (chosen, selected):
            if start is not None and text.startswith(words, start):
                self.found = Place(start, start + len(words))
                return
        places = find_words(text, words)
        self.places = len(places)
        at = {place.start: place for place in places}
        self.found = at.get(-1 if chosen is None else chosen) or at.get(-1 if selected is None else selected)
        if self.found:
            return
        if len(places) == 1:
            self.found = places[0]
        elif places:
            self.choices = [
                Choice(place.start, line_of(text, place.start), on_one_line(context(text, place, reach=60)))
                for place in places[:PLACES_SHOWN]
            ]
            self.add_error("words", ValidationError(self._which(), code="several"))
        else:
            self.add_error("words", ValidationError(self._missing(words), code="missing"))

    def _which(self) -> str:
        if self.places > PLACES_SHOWN:
            return (
                f"These words stand more than {PLACES_SHOWN} times in {self.source.cited}. "
                "Choose a place, or add the words around them."
            )
        return f"These words stand {self.places} times in {self.source.cited}. Choose the place you mean."

    def _missing(self, words: str) -> str:
        missing = f"These words do not stand in {self.source.cited}."
        if found := beginning_of(self.source.text, words):
            return f"{missing} They do as far as “{found[-80:]}”."
        return missing

    def values(self) -> dict[str, Any]:
        """What was given, as the actions take it."""
        assert self.found is not None
        names = ("statement", "via", "asserted", "about", "modality", "credibility", "speaker", "topics")
        return {
            "start": self.found.start,
            "end": self.found.end,
            **{name: self.cleaned_data[name] for name in names},
        }

    def explain(self, error: ValidationError) -> None:
        """Show why an action refused, beside the field it is about if the form has it."""
        for field, errors in by_field(error).items():
            self.add_error("words" if field == "quote" else field if field in self.fields else None, errors)
