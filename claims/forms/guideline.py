"""The guidelines, as a lead writes them."""

from django import forms

from sources.validators import validate_text

LIMIT = 50_000


class GuidelineForm(forms.Form):
    """A new version. It names the one it follows, so that no lead undoes another's unseen."""

    text = forms.CharField(
        label="By what is to be judged",
        max_length=LIMIT,
        strip=False,
        validators=[validate_text],
        help_text="An empty line ends a paragraph; a line that begins with # is a heading, one with - an item.",
        widget=forms.Textarea(attrs={"rows": 24, "class": "serif"}),
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").replace("\r", "\n")
        return text
