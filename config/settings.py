"""Every setting, read from the environment where it must be. A wrong value is refused with one line that names it."""

import contextlib
import ipaddress
import os
import re
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import pghistory
import pgtrigger
from django.contrib.messages import constants as message_levels
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from config.database import database_settings

django_stubs_ext.monkeypatch()  # so that ModelForm[Link] and its like exist at run time

BASE_DIR = Path(__file__).resolve().parent.parent
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def _switch(name: str, default: bool) -> bool:
    value = os.environ.get(name, "")
    if value not in ("", "0", "1"):
        raise ImproperlyConfigured(f"{name} is {value!r}: write 1 or 0.")
    return value == "1" if value else default


def _listed(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def _hosts(name: str) -> list[str]:
    hosts = _listed(name)
    for host in hosts:
        if "/" in host or " " in host:
            raise ImproperlyConfigured(
                f"{name} holds {host!r}: write host names, comma-separated, without https://."
            )
    return hosts


def _origins(name: str) -> list[str]:
    origins = _listed(name)
    for origin in origins:
        if urlsplit(origin).scheme not in ("http", "https") or not urlsplit(origin).netloc:
            raise ImproperlyConfigured(
                f"{name} holds {origin!r}: write origins such as https://gainsay.example.org."
            )
    return origins


def _allowed_to_fetch(name: str) -> list[str]:
    """Host names and networks. A name that ends in a number could only be a misspelt address, and never matches."""
    entries = _listed(name)
    for entry in entries:
        with contextlib.suppress(ValueError):
            ipaddress.ip_network(entry, strict=False)
            continue
        is_host = re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?", entry, re.IGNORECASE | re.ASCII)
        if not is_host or re.fullmatch(r"(.*\.)?(0x[0-9a-f]*|\d+)\.?", entry, re.IGNORECASE):
            raise ImproperlyConfigured(
                f"{name} holds {entry!r}, which is no host and no network: write host names (archive.example.org) and "
                "networks (10.0.0.0/8), comma-separated, without https:// and without ports."
            )
    return entries


def _folder(name: str) -> Path | None:
    value = os.environ.get(name)
    if not value:
        return None
    folder = Path(value).expanduser()
    if folder.exists() and not folder.is_dir():
        raise ImproperlyConfigured(f"{name} is {value!r}, which is no folder.")
    return folder.absolute()


def _model(name: str) -> Path | str | None:
    """A folder with a sentence model, or the address of a server that speaks as OpenAI's does.

    The address is ``https://KEY@host/v1#MODEL``: the model is named after ``#`` and the key, where the server wants
    one, stands before ``@``. Texts of claims are sent there. A refusal never repeats the key.
    """
    value = os.environ.get(name, "").strip()
    if not re.match(r"https?:", value, re.IGNORECASE):
        folder = _folder(name)
        if folder and not folder.is_dir():
            raise ImproperlyConfigured(f"{name} is {str(folder)!r}, which is not there.")
        return folder
    lacking = "a form such as https://KEY@host/v1#MODEL"
    with contextlib.suppress(ValueError):
        parts = urlsplit(value)
        _ = parts.port  # raises where it is no number
        wanted = {
            "the host of the server": parts.hostname,
            "the model's name after #": parts.fragment,
            "no blanks": not re.search(r"\s", value),
            "no ?, since what follows it would not be sent": not parts.query,
        }
        lacking = ", ".join(what for what, found in wanted.items() if not found)
    if lacking:
        raise ImproperlyConfigured(f"{name} is the address of a server, which needs {lacking}.")
    return value


def _secret_key(data: Path, reaches_out: bool) -> str:
    if key := os.environ.get("SECRET_KEY", ""):
        return key
    if reaches_out:
        raise ImproperlyConfigured("SECRET_KEY must be given when ALLOWED_HOSTS names hosts beyond loopback.")
    return kept_secret(data / "secret_key", lambda: secrets.token_urlsafe(50))


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """The secret in this file, made once (by whichever process comes first), readable by nobody else."""
    if not path.exists():
        try:
            path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        except OSError as error:
            raise ImproperlyConfigured(
                f"GAINSAY_DATA cannot be made at {path.parent}: {error.strerror}."
            ) from None
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(make())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


DATA = _folder("GAINSAY_DATA") or BASE_DIR / "var"
MODEL = _model("GAINSAY_MODEL")
DEMO_PASSWORD = os.environ.get("GAINSAY_DEMO_PASSWORD", "")
FETCH_ALLOW = _allowed_to_fetch("GAINSAY_FETCH_ALLOW")
NEWS_KEPT = 20.0
"""For so many seconds the figure of news on every page is kept."""

DEBUG = _switch("DEBUG", False)
_given_hosts = _hosts("ALLOWED_HOSTS")
ALLOWED_HOSTS = _given_hosts or list(LOOPBACK)
_reaches_out = any(host not in (*LOOPBACK, "::1") for host in ALLOWED_HOSTS)
HTTPS = _switch("HTTPS", _reaches_out)
CSRF_TRUSTED_ORIGINS = _origins("CSRF_TRUSTED_ORIGINS")
SECRET_KEY = _secret_key(DATA, _reaches_out)

INSTALLED_APPS = [
    "sources",
    "claims",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_filters",
    "django_htmx",
    "lucide",
    "ninja",
    "pgtrigger",
    "pghistory",
    "axes",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "config.history.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "claims.middleware.KeepUndo",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": database_settings(DATA)}

AUTH_USER_MODEL = "sources.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "sources:home"
LOGOUT_REDIRECT_URL = "login"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_ENABLE_ADMIN = True
AXES_VERBOSE = False

PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True)
PGHISTORY_MIDDLEWARE_METHODS = ("POST",)

# Mail is the console's until a mailer is set: the operator passes a reset link on by hand.
SILENCED_SYSTEM_CHECKS = ["mail.E001"]
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.console.EmailBackend",
        "OPTIONS": {"stream": sys.stderr},
    }
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "config.static.StaticStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

# A worker says every few seconds that it is alive, and soon another does the work of one that was killed.
PROCRASTINATE_WORKER_DEFAULTS: dict[str, Any] = {
    "concurrency": 2,
    "update_heartbeat_interval": 5.0,
    "stalled_worker_timeout": 20.0,
    "abort_job_polling_interval": 5.0,
    "delete_jobs": "successful",
}

MESSAGE_LEVEL = message_levels.INFO
DATA_UPLOAD_MAX_MEMORY_SIZE = 24 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},  # a page refused or not found is no fault
}
