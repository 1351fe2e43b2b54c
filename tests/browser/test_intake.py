"""Many files through a real browser: chosen, read with progress, looked through, brought in, taken back."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Locator, expect
from psycopg.conninfo import make_conninfo

from tests.browser.conftest import Visit
from tests.browser.test_every_page import WIDE, looked_at

NUMBER = 30


@pytest.fixture
def worker(site: str) -> Iterator[None]:
    """A worker beside the server, as ``demo`` and ``serve`` run one."""
    parameters = connection.get_connection_params()
    where = {name: parameters[name] for name in ("host", "port", "dbname", "user") if name in parameters}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "procrastinate", "worker"],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": make_conninfo("", **where),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield
    process.send_signal(signal.SIGKILL)
    process.wait()


def article(number: int) -> dict[str, object]:
    word = "".join(chr(97 + (number * step) % 26) for step in range(3, 10))
    text = " ".join(f"The {word}{place} of {word} was said to be {place}." for place in range(12))
    return {
        "name": f"{number:02}.txt",
        "mimeType": "text/plain",
        "buffer": f"Article {number}\n\n{text}".encode(),
    }


def test_many_files_come_in_and_go_again(visit: Visit, worker: None) -> None:
    page = visit("analyst", "/d/china-russia/import/", **WIDE)
    files = [article(number) for number in range(NUMBER)]
    files.append({"name": "bad.pdf", "mimeType": "application/pdf", "buffer": b"no pdf"})
    page.get_by_label("Drop files here, or choose them").set_input_files(files)  # type: ignore[arg-type]
    expect(page.get_by_text("31 files chosen.")).to_be_visible()
    page.get_by_role("button", name="Read them").click()

    expect(page.get_by_role("progressbar", name="Being read")).to_be_visible()
    told = page.get_by_role("status").filter(has_text="read")
    expect(told).to_contain_text("All is read: 30 can be brought in", timeout=60_000)
    assert looked_at(page, "intake") == []

    page.get_by_role("link", name="Article 7", exact=True).click()
    assert looked_at(page, "intake-item") == []
    page.get_by_label("Outlet").fill("The Paper")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#item-8")).to_contain_text("The Paper")
    page.get_by_role("button", name="Leave out item 1", exact=True).click()
    expect(page.get_by_text("1 item left out.")).to_be_visible()
    page.get_by_role("button", name="Bring in 29 sources").click()

    done = page.get_by_role("heading", name="29 of 31 brought in")
    expect(done).to_be_visible(timeout=60_000)
    page.locator("#item-8").get_by_role("link", name="S-").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Article 7")
    expect(page.get_by_text("The Paper")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="file as it came").click()
    assert download.value.suggested_filename == "07.txt"
    assert download.value.path().read_bytes() == files[7]["buffer"]
    page.go_back()
    page.get_by_role("button", name="Put all 29 in the bin").click()
    expect(page.get_by_text("29 sources put in the bin.")).to_be_visible()


def test_intake_without_scripts(visit: Visit, worker: None) -> None:
    page = visit("analyst", "/d/china-russia/import/", java_script_enabled=False, **WIDE)
    page.get_by_label("Drop files here, or choose them").set_input_files([article(n) for n in range(6)])  # type: ignore[arg-type]
    follow(page.get_by_role("button", name="Read them"))
    see_how_far_until(page.get_by_role("button", name="Bring in 6 sources"))
    follow(page.get_by_role("button", name="Bring in 6 sources"))
    see_how_far_until(page.get_by_role("heading", name="6 of 6 brought in"))
    expect(page.get_by_role("button", name="Put all 6 in the bin")).to_be_visible()


def follow(leads_on: Locator) -> None:
    """Click, and wait for the page that comes: the one before it may still be looked at otherwise."""
    with leads_on.page.expect_navigation():
        leads_on.click()


def see_how_far_until(there: Locator) -> None:
    for _ in range(200):
        if there.count():
            return
        there.page.wait_for_timeout(300)
        follow(there.page.get_by_role("link", name="See how far it is"))
