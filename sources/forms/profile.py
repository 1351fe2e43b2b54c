"""My name, and where a forgotten password is reset to."""

from typing import Any

from django import forms
from django.views.decorators.debug import sensitive_variables

from sources.models import User


class ProfileForm(forms.ModelForm[User]):
    """Another e-mail address needs the password: whoever receives the mail can set a new one."""

    password = forms.CharField(
        label="Present password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="Needed only to change the e-mail address.",
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "digest"]
        labels = {
            "first_name": "First name",
            "last_name": "Last name",
            "email": "E-mail",
            "digest": "Send me once a day what is new",
        }
        help_texts = {
            "email": "Used to reset a forgotten password, and for the daily mail; shown to nobody.",
            "digest": "In the morning, only when something is new: first what mentions you and what you follow.",
        }
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    @sensitive_variables()
    def clean(self) -> dict[str, Any] | None:
        given = super().clean() or self.cleaned_data
        if "email" in self.changed_data and "email" not in self.errors:
            user = User.objects.get(pk=self.instance.pk)
            if not user.check_password(given.get("password", "")):
                self.add_error(
                    "password",
                    "Give your present password to change the e-mail address. Nothing is saved yet.",
                )
        return given
