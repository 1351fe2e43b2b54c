"""Signing in and passwords: Django's own views, answering as the rest of the house does (an invalid form is a 422)."""

from typing import Any
from urllib.parse import urlencode

from axes.utils import reset
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.forms import SetPasswordForm
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.views.generic.edit import FormMixin
from django_htmx.http import HttpResponseClientRedirect

from config.web import wants_fragment
from sources.forms.account import ChangeForm, ResetForm, SignInForm
from sources.models import User


class _Refusing(FormMixin[Any]):
    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)  # type: ignore[attr-defined,no-any-return]


class SignIn(_Refusing, auth.LoginView):
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; where htmx comes for a part of another, whose session has ended, the whole browser goes."""
        if wants_fragment(request):
            there = urlencode({"next": request.htmx.current_url_abs_path or "/"})
            return HttpResponseClientRedirect(f"{request.path}?{there}")
        return super().get(request, *args, **kwargs)


class SignOut(auth.LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().post(request, *args, **kwargs)
        messages.success(request, "You are signed out.")
        return answer


class PasswordChange(_Refusing, auth.PasswordChangeView):
    form_class = ChangeForm
    success_url = reverse_lazy("profile")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Your password is changed. You are signed out everywhere else.")
        return super().form_valid(form)


class PasswordReset(_Refusing, auth.PasswordResetView):
    pass


class PasswordResetConfirm(_Refusing, auth.PasswordResetConfirmView):
    form_class = ResetForm

    def form_valid(self, form: SetPasswordForm[User]) -> HttpResponse:
        """Set the password, and let her sign in at once, however often she had tried the forgotten one."""
        reset(username=form.user.get_username())
        return super().form_valid(form)
