"""The claims desk by keyboard alone: rows checked, changed together after a look, and taken back from another page."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit


def test_claims_are_checked_changed_and_taken_back_by_keys(visit: Visit) -> None:
    page = visit("analyst", "/d/china-russia/claims/")
    for key in ("j", "c", "j", "c"):
        page.keyboard.press(key)
    expect(page.get_by_role("status").filter(has_text="2 claims checked")).to_be_visible()
    page.get_by_role("checkbox").nth(5).click(modifiers=["Shift"])
    expect(page.get_by_role("status").filter(has_text="6 claims checked")).to_be_visible()
    page.keyboard.press("m")
    expect(page.get_by_role("heading", level=1)).to_have_text("Edit 6 claims")
    page.get_by_label("Put under topics").fill("a new topic")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What would change")
    page.get_by_role("button", name="Change 6 claims").press("Enter")
    expect(page.get_by_text("6 claims changed: under a new topic.")).to_be_visible()
    page.goto("/d/china-russia/links/")
    page.keyboard.press("u")
    expect(page.get_by_role("heading", level=1)).to_have_text("What you did lately")
    page.keyboard.press("u")
    expect(page.get_by_text("Taken back: 6 claims changed")).to_be_visible()
    page.goto("/d/china-russia/topics/?q=a+new+topic")
    expect(page.get_by_text("0 claims")).to_be_visible()
    assert page.errors == []  # type: ignore[attr-defined]


def test_it_is_done_without_a_script(visit: Visit) -> None:
    page = visit("analyst", "/d/china-russia/claims/", java_script_enabled=False)
    page.locator(".pick input").nth(1).check()
    page.get_by_role("button", name="Edit the checked").click()
    page.get_by_label("About", exact=True).fill("1999")
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_role("button", name="Change 1 claim").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back: 1 claim changed: about 1999.")).to_be_visible()
