"""Sets in the browser: a lead freezes one, whoever downloads it has the bytes that its page vouches for."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from playwright.sync_api import Page, expect

from claims.models import Claim

Visit = Callable[..., Page]


def test_what_is_frozen_is_what_is_downloaded_after_the_dossier_changed(visit: Visit) -> None:
    page = visit("lead", "/d/china-russia/sets/?state=settled")
    expect(page.locator("#chosen")).to_be_visible()
    page.keyboard.press("f")
    page.wait_for_url("**/sets/freeze/?state=settled")
    page.get_by_label("Name").fill("From the browser")
    page.get_by_label("Purpose").fill("To be compared.")
    page.get_by_label("Licence").fill("CC0-1.0")
    page.get_by_role("button", name="Freeze").click()
    page.wait_for_url("**/sets/3/")
    vouched = page.locator("[data-sha256]").get_attribute("data-sha256")
    Claim.objects.update(statement="Changed since.")
    page = visit("viewer", "/d/china-russia/sets/3/")
    with page.expect_download() as download:
        page.locator("[data-format=gainsay] a").click()
    assert sha256(Path(download.value.path()).read_bytes()).hexdigest() == vouched
    assert page.errors == []  # type: ignore[attr-defined]
