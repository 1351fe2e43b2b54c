"""A real Chromium on a real server with the demo dossier in it."""

import io
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import handlers
from django.contrib.staticfiles.views import serve
from django.core.management import call_command
from django.http.response import HttpResponseBase
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from sources.models import Membership, Role, Source, User
from tests.conftest import make_dossier, make_member

PASSWORD = "the demo's password"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip

expect.set_options(timeout=8_000)


def chromium() -> str | None:
    """The Chromium there is: Debian's, else the first on the path."""
    found = (
        shutil.which(name) for name in ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
    )
    return next((path for path in found if path), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests are marked so; without a Chromium they skip, or fail where one was promised."""
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))
            if chromium() is None and os.environ.get("GAINSAY_REQUIRE_BROWSER") != "1":
                item.add_marker(pytest.mark.skip(reason="no Chromium: apt-get install chromium"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": chromium(), "args": FLAGS}


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_kept() -> Iterator[None]:
    """As of a real server, a browser asks for each of them once."""

    def keep(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = serve(*args, **kwargs)
        response.headers["Cache-Control"] = "max-age=600"
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handlers, "serve", keep)
        yield


@pytest.fixture
def site(live_server: LiveServer, settings: Any) -> str:
    """The address of a server with the demo dossier and its people in it."""
    settings.DEMO_PASSWORD = PASSWORD
    call_command("demo", no_serve=True, verbosity=0, stdout=io.StringIO())
    return str(live_server.url)


type Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """``visit("reviewer", "/d/china-russia/review/")``: a page of a browser of this person's own."""
    contexts: list[BrowserContext] = []

    def make(name: str, path: str = "/", **options: Any) -> Page:
        context = browser.new_context(base_url=site, **options)
        contexts.append(context)
        if name:
            client = Client()
            client.force_login(
                User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend"
            )
            value = client.cookies[django_settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": value, "url": site}])
        page = context.new_page()
        page.set_default_timeout(8_000)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.errors = errors  # type: ignore[attr-defined]
        page.goto(path)
        return page

    yield make
    for context in contexts:
        context.close()


type Open = Callable[..., Page]


@pytest.fixture
def ann(transactional_db: None) -> Membership:
    """An analyst of a dossier without sources."""
    return make_member(make_dossier("reading"), "ann", Role.ANALYST)


@pytest.fixture
def open_source(browser: Browser, live_server: LiveServer, ann: Membership) -> Iterator[Open]:
    """``open_source(source)``: the reader in Ann's browser; ``query`` follows its address."""
    contexts: list[BrowserContext] = []

    def make(source: Source, query: str = "", **options: Any) -> Page:
        assert ann.user
        client = Client()
        client.force_login(ann.user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(
            base_url=live_server.url, **{"viewport": {"width": 1280, "height": 900}, **options}
        )
        contexts.append(context)
        context.add_cookies(
            [{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        page = context.new_page()
        page.set_default_timeout(8_000)
        page.goto(f"/d/reading/sources/{source.number}/{query}")
        expect(page.locator("#text")).to_be_visible()
        return page

    yield make
    for context in contexts:
        context.close()
