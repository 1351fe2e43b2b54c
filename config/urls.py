"""The root addresses: accounts and administration here, everything else with its app."""

from django.contrib.auth import views as auth
from django.urls import URLPattern, URLResolver, include, path

from claims.api import urls as api
from config.health import healthz
from sources.admin import site as administration
from sources.views import account
from sources.views.profile import profile

accounts = [
    path("login/", account.SignIn.as_view(), name="login"),
    path("logout/", account.SignOut.as_view(), name="logout"),
    path("profile/", profile, name="profile"),
    path("password/", account.PasswordChange.as_view(), name="password_change"),
    path("reset/", account.PasswordReset.as_view(), name="password_reset"),
    path("reset/sent/", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("reset/<uidb64>/<token>/", account.PasswordResetConfirm.as_view(), name="password_reset_confirm"),
    path("reset/done/", auth.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include(accounts)),
    path("admin/", administration.urls),
    path("api/v1/", api),
    path("healthz", healthz, name="healthz"),
    path("", include("sources.urls")),
    path("", include("claims.urls")),
]
