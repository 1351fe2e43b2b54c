"""Forms that bring sources in and correct what is known of them."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sources.actions.draft import GUESSED
from sources.actions.intake import BROUGHT_ALONE, MOST_ITEMS
from sources.languages import NAMES, name_of
from sources.models import Draft, Reliability, Source
from sources.validators import is_web_address, validate_time, validate_web_address

KNOWN = (*GUESSED, "reliability")
"""The fields of what is known of a source."""

LANGUAGES = [
    ("", "not known"),
    *sorted(((code, name) for code, name in NAMES.items()), key=lambda pair: pair[1]),
]

ENCODINGS = [
    ("utf-8", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("windows-1252", "Western European (Windows-1252)"),
    ("iso-8859-15", "Western European (ISO-8859-15)"),
    ("mac-roman", "Western European (Mac)"),
    ("windows-1250", "Central European (Windows-1250)"),
    ("iso-8859-2", "Central European (ISO-8859-2)"),
    ("windows-1257", "Baltic (Windows-1257)"),
    ("windows-1251", "Cyrillic (Windows-1251)"),
    ("koi8-r", "Cyrillic (KOI8-R)"),
    ("koi8-u", "Cyrillic (KOI8-U)"),
    ("cp866", "Cyrillic (DOS)"),
    ("windows-1253", "Greek (Windows-1253)"),
    ("windows-1254", "Turkish (Windows-1254)"),
    ("windows-1255", "Hebrew (Windows-1255)"),
    ("windows-1256", "Arabic (Windows-1256)"),
    ("windows-1258", "Vietnamese (Windows-1258)"),
    ("cp874", "Thai (Windows-874)"),
    ("gb18030", "Chinese, simplified (GB18030)"),
    ("big5hkscs", "Chinese, traditional (Big5)"),
    ("cp932", "Japanese (Shift JIS)"),
    ("euc_jp", "Japanese (EUC-JP)"),
    ("iso2022_jp", "Japanese (ISO-2022-JP)"),
    ("cp949", "Korean (Windows-949)"),
]


class Files(forms.FileInput):
    """A choice of several files; what was chosen is taken from the request."""

    allow_multiple_selected = True


class ImportForm(forms.Form):
    """Files and folders to upload, addresses to fetch, a text to paste. Intake says what is wrong with them."""

    file = forms.Field(
        required=False,
        widget=Files(attrs={"accept": ",".join(BROUGHT_ALONE), "aria-describedby": "files-help"}),
    )
    folder = forms.Field(
        required=False, widget=Files(attrs={"webkitdirectory": True, "aria-describedby": "folder-help"})
    )
    addresses = forms.CharField(
        required=False,
        label="Or fetch web addresses",
        help_text="One a line.",
        widget=forms.Textarea(
            attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off", "inputmode": "url"}
        ),
    )
    encoding = forms.ChoiceField(
        label="Encoding of text files, pages and tables",
        choices=[("", "guess it"), *ENCODINGS],
        required=False,
    )
    # No CharField: it would strip the text, and refuse a NUL without saying where.
    text = forms.Field(
        label="Or paste a text",
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_addresses(self) -> list[str]:
        """The addresses, each once; one without http:// is taken to begin with https://."""
        lines = [
            (number, line.strip())
            for number, line in enumerate(self.cleaned_data["addresses"].split("\n"), 1)
        ]
        addresses: dict[str, None] = {}
        wrong = []
        for number, line in lines:
            address = line if "://" in line or "." not in line else f"https://{line}"
            if line and is_web_address(address) and len(address) <= 2000:
                addresses[address] = None
            elif line:
                wrong.append(
                    f"Line {number}, “{line[:60]}”, is no web address: write https://… or leave it out."
                )
        if wrong:
            more = [f"And {len(wrong) - 10} more."] if len(wrong) > 10 else []
            raise ValidationError([*wrong[:10], *more, "Nothing was fetched yet."], code="addresses")
        if len(addresses) > MOST_ITEMS:
            raise ValidationError(
                f"At most {MOST_ITEMS:,} addresses at once. Nothing was fetched yet.", code="many"
            )
        return list(addresses)

    def clean(self) -> dict[str, Any]:
        """Something must have come."""
        cleaned = self.cleaned_data
        if not self.errors and not any(cleaned.get(name) for name in ("file", "folder", "addresses", "text")):
            raise ValidationError(
                "Choose at least one file, name an address, or paste a text.", code="nothing"
            )
        return cleaned


def _line(limit: int, **kwargs: Any) -> forms.CharField:
    kind = kwargs.pop("widget", forms.TextInput)
    return forms.CharField(
        max_length=limit, required=False, widget=kind(attrs={"autocomplete": "off"}), **kwargs
    )


class SourceForm(forms.Form):
    """What is known of a source; never its text. The model's limits hold, and an address must be one for the web."""

    title = _line(1000)
    outlet = _line(500)
    author = _line(1000)
    url = _line(2000, label="Web address", widget=forms.URLInput)
    published = _line(10, validators=[validate_time], help_text="2023, 2023-01 or 2023-01-15")
    language = forms.ChoiceField(choices=LANGUAGES, required=False)
    reliability = forms.ChoiceField(choices=[("", "not judged"), *Reliability.choices], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "language", name_of)

    def clean_url(self) -> str:
        """A web address, or what was there before: a file may have brought in any string."""
        url: str = self.cleaned_data["url"]
        if url and url != self["url"].initial:
            validate_web_address(url)
        return url


class SourceEditForm(SourceForm):
    """The same for a source that is there; ``version`` is the one that its editor opened."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, source: Source, data: Any = None) -> None:
        super().__init__(data, initial={name: getattr(source, name) for name in (*KNOWN, "version")})
        self.source = source

    @property
    def changes(self) -> dict[str, str]:
        """What to write, as ``edit_source`` takes it."""
        return {name: self.cleaned_data[name] for name in KNOWN}

    def beside(self, other: Source) -> list[tuple[str, str, str]]:
        """Where what was typed differs from ``other``: the label, what was typed, what stands there."""
        return [
            (str(self[name].label), _in_words(self, name, typed), _in_words(self, name, there))
            for name, typed in self.changes.items()
            if typed != (there := getattr(other, name))
        ]


class DraftForm(SourceForm):
    """A draft's fields, several of which stand on a page; the encoding its file was read in; what it may replace.

    ``sources`` has, by number, those that it is a near copy of.
    """

    encoding = forms.ChoiceField(choices=ENCODINGS, required=False)
    replaces = forms.ChoiceField(required=False, label="Bring it in as")

    def __init__(self, draft: Draft, data: Any = None, *, sources: Mapping[int, Source]) -> None:
        initial = {name: getattr(draft, name) for name in (*KNOWN, "encoding")}
        initial["replaces"] = str(draft.replaces.number) if draft.replaces else ""
        super().__init__(data, initial=initial, prefix=f"draft-{draft.pk}")
        self.draft = draft
        near = [sources[near["source"]] for near in draft.near if near.get("source") in sources]
        offered = [draft.replaces, *near] if draft.replaces else near
        self._offered = {str(source.number): source for source in offered}
        if draft.encoding:
            _offer(self, "encoding", str)
        else:
            del self.fields["encoding"]
        if self._offered:
            field = self.fields["replaces"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [
                ("", "a source of its own"),
                *(
                    (number, f"a new version of {source.cited}, {source.heading[:80]}")
                    for number, source in self._offered.items()
                ),
            ]
        else:
            del self.fields["replaces"]

    @property
    def changes(self) -> dict[str, str]:
        """What is to be kept with the draft; its encoding follows from reading it."""
        return {name: self.cleaned_data[name] for name in KNOWN}

    @property
    def replaced(self) -> Source | None:
        """The source that it is to be a new version of; None for a source of its own."""
        return self._offered.get(self.cleaned_data.get("replaces", ""))


def _offer(form: forms.Form, name: str, in_words: Callable[[str], str]) -> None:
    """Let a choice offer the value it starts with, also when it is none of its own."""
    field, value = form.fields[name], form[name].initial
    assert isinstance(field, forms.ChoiceField)
    if value and not field.valid_value(value):
        field.choices = [*form.base_fields[name].choices, (value, in_words(value))]  # type: ignore[attr-defined]


def _in_words(form: forms.Form, name: str, value: str) -> str:
    """A value as the form shows it; "nothing" for an empty one."""
    field = form.fields[name]
    words = dict(field.choices).get(value, value) if isinstance(field, forms.ChoiceField) else value  # type: ignore[arg-type]
    return words or "nothing"
