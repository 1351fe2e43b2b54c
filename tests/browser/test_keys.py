"""Keys that a person chose, in a real browser."""

from playwright.sync_api import expect

from sources.models import User
from tests.browser.conftest import Visit


def test_a_chosen_key_does_what_the_old_one_did_and_is_shown(visit: Visit) -> None:
    page = visit("reviewer", "/accounts/keys/")
    page.get_by_label("skip: the pair comes back after all others").fill("j")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("skip: the pair comes back after all others")).to_have_value("j")
    assert User.objects.get(username="reviewer").keys == {"review.skip": "j"}

    page.goto("/d/china-russia/review/")
    skip = page.get_by_role("button", name="Skip")
    expect(skip.locator("kbd")).to_have_text("j")
    expect(skip).to_have_attribute("aria-keyshortcuts", "j")
    first = page.locator("#pair").inner_text()
    page.keyboard.press("k")
    page.keyboard.press("Shift+?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys")).to_contain_text("skip: the pair comes back")
    page.keyboard.press("Escape")
    assert page.locator("#pair").inner_text() == first
    page.keyboard.press("j")
    expect(page.locator("#pair")).not_to_have_text(first)
    expect(page.get_by_role("button", name="Skip").locator("kbd")).to_have_text("j")
    assert page.errors == []  # type: ignore[attr-defined]
