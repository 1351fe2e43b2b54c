"""What a server that strangers reach must hold: settings from the environment, headers, cookies, no inline code."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from sources.models import Dossier, Membership, User

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = (
    *(
        "DATABASE_URL",
        "GAINSAY_DATA",
        "SECRET_KEY",
        "DEBUG",
        "ALLOWED_HOSTS",
        "HTTPS",
        "CSRF_TRUSTED_ORIGINS",
    ),
    *("GAINSAY_DEMO_PASSWORD", "GAINSAY_FETCH_ALLOW", "GAINSAY_MODEL"),
)
KEY = "k7Qz-not-a-real-one-but-long-enough-to-pass-every-check-0123456789"
OUTSIDE = {"HTTPS": "1", "ALLOWED_HOSTS": "gainsay.example.org", "SECRET_KEY": KEY}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GAINSAY_DATA", str(tmp_path))


def settings_with(monkeypatch: pytest.MonkeyPatch, **environment: str) -> ModuleType:
    """The settings as a process with this environment reads them."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    spec = importlib.util.spec_from_file_location("settings_read_anew", ROOT / "config/settings.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    for ours in ("DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"):
        clean.pop(ours, None)
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.django_db
def test_the_deployment_check_is_clean(tmp_path: Path) -> None:
    database = settings.DATABASES["default"]
    found = manage(
        "check",
        "--deploy",
        "--fail-level=WARNING",
        GAINSAY_DATA=str(tmp_path),
        DATABASE_URL=f"postgresql://{database['USER']}@/{database['NAME']}"
        f"?host={database['HOST']}&port={database['PORT']}",
        **OUTSIDE,
    )
    assert found.returncode == 0, found.stderr
    assert found.stderr == ""
    assert "no issues" in found.stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "yes"),
        ("HTTPS", "true"),
        ("ALLOWED_HOSTS", "https://gainsay.example.org"),
        ("ALLOWED_HOSTS", "one two"),
        ("CSRF_TRUSTED_ORIGINS", "gainsay.example.org"),
        ("DATABASE_URL", "mysql://somewhere/x"),
        ("DATABASE_URL", "postgresql://me:secret@host"),
        ("GAINSAY_FETCH_ALLOW", "10.0.0.0/99"),
        ("GAINSAY_FETCH_ALLOW", "archive.example.org, 10.0.0.300"),
        ("GAINSAY_FETCH_ALLOW", "10.1"),
        ("GAINSAY_FETCH_ALLOW", "2130706433"),
        ("GAINSAY_FETCH_ALLOW", "https://archive.example.org"),
        ("GAINSAY_FETCH_ALLOW", "archive.example.org:8080"),
        ("GAINSAY_FETCH_ALLOW", "*.example.org"),
        ("GAINSAY_FETCH_ALLOW", "two words"),
        ("GAINSAY_DATA", __file__),
        ("GAINSAY_MODEL", __file__),
        ("GAINSAY_MODEL", "http://secret@host/v1"),
        ("GAINSAY_MODEL", "https://:secret@#model"),
        ("GAINSAY_MODEL", "https:host#model"),
        ("GAINSAY_MODEL", "https://host:port/v1#model"),
        ("GAINSAY_MODEL", "https://secret@host/v1?model=x"),
        ("GAINSAY_MODEL", "https://host/v1#my model"),
        ("GAINSAY_MODEL", "https://[host/v1#model"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match=name) as refusal:
        settings_with(monkeypatch, **{name: value})
    assert "\n" not in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_hosts_and_networks_may_be_fetched_as_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = "archive, Archive.example.org., my_host.lan, 10.0.0.0/8, 192.168.1.7, fd00::/8, ::1"
    allowed = settings_with(monkeypatch, GAINSAY_FETCH_ALLOW=listed).FETCH_ALLOW
    assert allowed == listed.split(", ")
    assert settings_with(monkeypatch, GAINSAY_FETCH_ALLOW="").FETCH_ALLOW == []


def test_a_model_is_a_folder_or_a_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert tmp_path == settings_with(monkeypatch, GAINSAY_MODEL=str(tmp_path)).MODEL
    address = "https://key@models.example.org/v1#some-model"
    assert address == settings_with(monkeypatch, GAINSAY_MODEL=address).MODEL
    assert settings_with(monkeypatch, GAINSAY_MODEL="").MODEL is None


def test_a_secret_key_is_asked_for_beyond_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        settings_with(monkeypatch, ALLOWED_HOSTS="gainsay.example.org")


def test_a_refusal_is_one_line_and_an_exit_of_1(tmp_path: Path) -> None:
    found = manage("check", GAINSAY_DATA=str(tmp_path), HTTPS="maybe")
    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr == "HTTPS is 'maybe': write 1 or 0.\n"


def test_the_secret_key_is_made_once_and_readable_by_nobody_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = settings_with(monkeypatch).SECRET_KEY
    assert len(first) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert first == settings_with(monkeypatch).SECRET_KEY
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_loopback_alone_when_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    read = settings_with(monkeypatch)
    assert read.ALLOWED_HOSTS == ["localhost", "127.0.0.1", "[::1]"]
    assert (read.DEBUG, read.HTTPS, read.SESSION_COOKIE_SECURE) == (False, False, False)


def test_hosts_beyond_loopback_mean_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    read = settings_with(monkeypatch, ALLOWED_HOSTS="gainsay.example.org", SECRET_KEY=KEY)
    assert read.HTTPS
    assert read.SESSION_COOKIE_SECURE
    assert read.CSRF_COOKIE_SECURE
    assert read.SECURE_SSL_REDIRECT
    assert read.SECURE_HSTS_SECONDS >= 31_536_000
    assert not settings_with(monkeypatch, HTTPS="0").HTTPS


# Headers and cookies


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/", "/d/china-russia/", "/nothing/", "/admin/", "/healthz"]
)
def test_every_answer_carries_the_strict_headers(
    path: str, dossier: Dossier, viewer: Membership, client: Client
) -> None:
    assert viewer.user
    client.force_login(viewer.user, backend="django.contrib.auth.backends.ModelBackend")
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert not re.search(r"unsafe|\*|https?:", headers["Content-Security-Policy"])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_nonce_is_never_the_same(client: Client, db: None) -> None:
    nonces = {
        re.search(r"'nonce-([^']+)'", client.get("/accounts/login/").headers["Content-Security-Policy"])[1]  # type: ignore[index]
        for _ in range(2)
    }
    assert len(nonces) == 2


def test_cookies_keep_to_this_site(client: Client, outsider: User) -> None:
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"username": "outsider", "password": "correct horse"})
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_the_redirect_to_tls_and_the_trusted_header(monkeypatch: pytest.MonkeyPatch) -> None:
    read = settings_with(monkeypatch, **OUTSIDE)
    assert read.SECURE_PROXY_SSL_HEADER == ("HTTP_X_FORWARDED_PROTO", "https")
    assert not hasattr(settings_with(monkeypatch, HTTPS="0"), "SECURE_PROXY_SSL_HEADER")


def test_a_foreign_host_is_refused(client: Client, db: None) -> None:
    assert client.get("/accounts/login/", headers={"Host": "evil.example"}).status_code == 400


# No inline code, nothing from elsewhere

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_page_carries_code_or_style_of_its_own(path: Path) -> None:
    text = re.sub(r"{%.*?%}", "", path.read_text())  # what is put in is no attribute
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|hx-vals=.js:", text)
    assert not [tag for tag in re.findall(r"<script[^>]*>", text) if " src=" not in tag]


@pytest.mark.parametrize("folder", ["templates", "static"])
def test_nothing_is_fetched_from_a_foreign_host(folder: str) -> None:
    for path in (ROOT / folder).rglob("*"):
        if path.suffix in {".html", ".css", ".js", ".svg"}:
            fetched = re.findall(
                r"(?:src=|href=|url\(|import )[\"']?((?:https?:)?//[^\"')\s]+)", path.read_text()
            )
            assert fetched == [], path
