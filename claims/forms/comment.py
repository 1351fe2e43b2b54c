"""Saying something about a record."""

from django import forms

from claims.models.comment import TEXT_LIMIT


class CommentForm(forms.Form):
    """The words, and, of a comment that is changed, the version that was read."""

    text = forms.CharField(
        label="Comment",
        strip=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "data-key": "r", "aria-keyshortcuts": "r"}),
        help_text="S-3, C-12 or L-40 becomes a link; @name tells a member. Verdicts belong in reviews: "
        "whoever has yet to judge a pair may read this.",
    )
    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
