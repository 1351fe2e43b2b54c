"""Making a token of the API."""

from typing import Any

from django import forms

from sources.models import ApiToken, Dossier, Scope, User

LASTS = [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "a year")]


class TokenForm(forms.ModelForm[ApiToken]):
    """What a token is called, what it may, which dossiers it opens, how long it lasts."""

    scope = forms.ChoiceField(
        label="It may", choices=Scope.choices, widget=forms.RadioSelect, initial=Scope.READ
    )
    reach = forms.ChoiceField(
        label="Dossiers",
        choices=[("chosen", "those checked below"), ("all", "all of mine, also later ones")],
        widget=forms.RadioSelect,
        initial="chosen",
    )
    dossiers = forms.ModelMultipleChoiceField(
        label="Which",
        queryset=Dossier.objects.none(),
        required=False,
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(label="It works for", choices=LASTS, initial="90", coerce=int)

    class Meta:
        model = ApiToken
        fields = ["name", "scope"]
        labels = {"name": "Name"}
        help_texts = {"name": "What it is for: the notebook on the cluster."}

    field_order = ["name", "scope", "reach", "dossiers", "days"]

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        field = self.fields["dossiers"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Dossier.objects.open_to(user).distinct().order_by("name", "pk")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("reach") == "chosen" and "dossiers" in given and not given["dossiers"]:
            self.add_error("dossiers", "Choose a dossier at least, or all of yours.")
        return given

    @property
    def chosen(self) -> Any:
        """The dossiers, None for all of hers."""
        return None if self.cleaned_data["reach"] == "all" else self.cleaned_data["dossiers"]
