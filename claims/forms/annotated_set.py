"""Freezing a set, and withdrawing one."""

from typing import Any, ClassVar

from django import forms

from claims.exchange.freezing import Description, Split
from claims.models import AnnotatedSet
from claims.splits import AT_RANDOM, BY_DATE
from sources.access import Access

LICENCES = (
    "CC-BY-4.0",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC0-1.0",
    "ODC-By-1.0",
    "For internal use only",
)
"""Offered by name; any other can be written."""

NO_SPLIT = ""
SEED = 42


class FreezeForm(forms.Form):
    """What is said of a set when it is frozen."""

    name = forms.CharField(
        max_length=200,
        widget=forms.TextInput(attrs={"list": "names", "autocomplete": "off"}),
        help_text="A name that a set here has already makes this its next version.",
    )
    purpose = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5_000,
        help_text="What it is for, and for what it should not be used.",
    )
    authors = forms.CharField(
        label="Whom to cite",
        max_length=500,
        help_text="As they stand in the citation: names, or an institution.",
    )
    licence = forms.CharField(
        max_length=300,
        widget=forms.TextInput(attrs={"list": "licences", "autocomplete": "off"}),
        help_text="Of the annotations. The quotes remain their sources’.",
    )
    split = forms.ChoiceField(
        label="Split for training",
        required=False,
        choices=[
            (NO_SPLIT, "none"),
            (BY_DATE, "by date: the oldest stories train, the newest test"),
            (AT_RANDOM, "at random, by the seed"),
        ],
        help_text="Both sides of a link and all copies of a story stay in one part.",
    )
    train = forms.IntegerField(
        label="Train, per cent", min_value=0, max_value=100, initial=80, required=False
    )
    dev = forms.IntegerField(label="Dev, per cent", min_value=0, max_value=100, initial=10, required=False)
    test = forms.IntegerField(label="Test, per cent", min_value=0, max_value=100, initial=10, required=False)
    seed = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        initial=SEED,
        required=False,
        help_text="The same links and the same seed are split the same.",
    )

    SPLIT: ClassVar[tuple[str, ...]] = ("train", "dev", "test")

    def __init__(self, data: Any = None, *, access: Access) -> None:
        super().__init__(data, initial={"authors": access.user.get_full_name() or access.user.username})
        named = AnnotatedSet.objects.filter(dossier=access.dossier)
        self.names = list(named.order_by("name").values_list("name", flat=True).distinct()[:50])
        self.licences = LICENCES

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        shares = [cleaned.get(name) for name in self.SPLIT]
        asked = cleaned.get("split") and not any(name in self.errors for name in self.SPLIT)
        if asked and sum(share or 0 for share in shares) != 100:
            self.add_error("test", "The three shares make 100 per cent together.")
        return cleaned

    def description(self, *, query: str, words: list[tuple[str, str]], address: str) -> Description:
        """What was said, of the links that pass this filter. Only of a valid form."""
        said = self.cleaned_data
        split = None
        if said["split"]:
            train, dev, test = (said[name] or 0 for name in self.SPLIT)
            seed = SEED if said["seed"] is None else said["seed"]
            split = Split(by=said["split"], shares=(train, dev, test), seed=seed)
        return Description(
            name=said["name"],
            purpose=said["purpose"],
            licence=said["licence"],
            authors=said["authors"],
            address=address,
            query=query,
            filter=words,
            split=split,
        )


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why it is withdrawn: whoever cited it will ask."},
        help_text="Shown to whoever comes to its address.",
    )
