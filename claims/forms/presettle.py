"""A rule to settle by, as a lead writes it."""

from django import forms

from claims.rules import MAJORITY, UNANIMOUS, Rule


class RuleForm(forms.Form):
    rule = forms.ChoiceField(
        label="Settle where",
        choices=[(UNANIMOUS, "all verdicts agree"), (MAJORITY, "a majority agrees")],
        initial=MAJORITY,
        widget=forms.RadioSelect,
    )
    least = forms.IntegerField(
        label="Verdicts at least", min_value=2, max_value=20, initial=3, help_text="Fewer settle nothing."
    )
    share = forms.IntegerField(
        label="Share that must agree, in %",
        min_value=34,
        max_value=100,
        initial=66,
        required=False,
        help_text="Of a majority. A tie settles nothing.",
    )

    def clean(self) -> None:
        is_missing = self.cleaned_data.get("share") is None and "share" not in self.errors
        if self.cleaned_data.get("rule") == MAJORITY and is_missing:
            self.add_error("share", "Say how many per cent must agree.")

    def as_rule(self) -> Rule:
        data = self.cleaned_data
        return Rule(data["rule"], data["least"], data["share"] or 100)
