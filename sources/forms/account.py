"""Signing in, and new passwords."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm

from sources.models import User

PASSWORD_HELP = "At least 8 characters, not only digits, no common word."  # noqa: S105  no password


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "No account has this user name and this password. Both mind capital letters. "
        "After some more wrong tries, signing in has to wait.",
        "inactive": "This account is closed.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "User name"


class _NewPassword(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_HELP
        self.fields["new_password2"].label = "The same password again"
        self.fields["new_password2"].help_text = ""


class ChangeForm(_NewPassword, PasswordChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Present password"


class ResetForm(_NewPassword, SetPasswordForm[User]):
    pass
