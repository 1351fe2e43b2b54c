"""How two claims stand, as a form. The actions decide; the form explains."""

from typing import Any

from django import forms

from claims.models import ContradictionType, Kind, Link, Strength


class LinkForm(forms.ModelForm[Link]):
    """A new link's fields: the kind is the button that was pressed."""

    class Meta:
        model = Link
        fields = ["kind", "contradiction_type", "strength", "mutual", "rationale"]
        labels = {"contradiction_type": "Type of contradiction", "mutual": "Mutual"}
        help_texts = {"mutual": "Each supports the other."}
        widgets = {
            "kind": forms.RadioSelect,
            "strength": forms.RadioSelect,
            "contradiction_type": forms.Select(attrs={"data-key": "t"}),
            "rationale": forms.Textarea(attrs={"rows": 3, "data-key": "r"}),
        }
        error_messages = {"kind": {"required": "Say how they stand: contradicts, supports or neither."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unstated = ("", "not stated")
        for name, choices in (
            ("kind", Kind.choices),
            ("contradiction_type", [unstated, *ContradictionType.choices]),
            ("strength", [unstated, *Strength.choices]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def values(self) -> dict[str, Any]:
        """What was given, as the actions take it."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}


class LinkEditForm(LinkForm):
    """What can be said better of a link that is there; ``version`` is the one that its editor opened.

    Its kind and its direction stay, judged or not: a refusal once it was judged would tell whoever must judge it blind.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, link: Link, **kwargs: Any) -> None:
        initial = {name: getattr(link, name) for name in ("version", *self.Meta.fields)}
        super().__init__(*args, initial=initial, instance=Link(kind=link.kind), **kwargs)
        del self.fields["kind"]
        if link.kind != Kind.CONTRADICTS:
            del self.fields["contradiction_type"]
        if link.kind != Kind.SUPPORTS:
            del self.fields["mutual"]

    def beside(self, other: Link) -> list[tuple[str, str, str]]:
        """Where what was typed differs from ``other``: the label, what was typed, what stands there."""
        return [
            (str(self[name].label), self._said(name, value), self._said(name, getattr(other, name)))
            for name, value in self.values().items()
            if value != getattr(other, name)
        ]

    def _said(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(dict(getattr(self.fields[name], "choices", ())).get(value, value)) or "nothing"
