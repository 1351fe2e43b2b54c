"""Adding people to a dossier, changing what they may do, and letting them in by invitation."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordMixin, UsernameField
from django.views.decorators.debug import sensitive_variables

from sources.forms.account import PASSWORD_HELP
from sources.models import Role, User


class RoleForm(forms.Form):
    """One of the four roles."""

    role = forms.ChoiceField(label="Role", choices=Role, initial=Role.ANALYST)


class MemberForm(RoleForm):
    """A person with an account, by user name; ``user`` is she once the form is valid."""

    user: User
    username = UsernameField(label="User name", max_length=150)
    field_order = ["username", "role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs["autocomplete"] = "off"  # it is someone else's name

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None:
            raise forms.ValidationError(
                "Nobody has an account with the user name %(name)s. Make an invitation link instead: "
                "whoever opens it may make an account.",
                params={"name": name},
            )
        self.user = user
        return name


class NewcomerForm(SetPasswordMixin[User], forms.Form):
    """An account, made by whoever holds an invitation."""

    error_messages = {"password_mismatch": "The two passwords differ."}
    username = UsernameField(
        label="User name",
        max_length=150,
        validators=User._meta.get_field("username").validators,
        help_text="Letters, digits and @ . + - _ only. What you make and judge is shown under it.",
    )
    email = forms.EmailField(
        label="E-mail",
        required=False,
        help_text="Used only to reset a forgotten password.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password, password_again = SetPasswordMixin.create_password_fields(label2="The same password again")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = PASSWORD_HELP
        self.fields["password_again"].help_text = ""

    @sensitive_variables()
    def clean(self) -> dict[str, Any] | None:
        self.validate_passwords("password", "password_again")
        return super().clean()
