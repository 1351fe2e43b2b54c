"""A comment that mentions somebody, by keys; she finds it in the news, and marks it as seen."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit


def test_a_mention_is_found_in_the_news_and_marked_as_seen_by_keys(visit: Visit) -> None:
    page = visit("analyst", "/d/china-russia/claims/2/")
    page.keyboard.press("r")
    page.keyboard.type("Compare C-4, @viewer.")
    page.keyboard.press("Control+Enter")
    words = page.locator(".comment-words").last
    expect(words).to_have_text("Compare C-4, @viewer.")
    expect(words.get_by_role("link", name="C-4")).to_be_visible()
    expect(page.get_by_text("Comment on C-2 written.")).to_be_visible()
    expect(page.get_by_role("button", name="Unfollow C-2")).to_be_visible()
    expect(page.get_by_label("Comment", exact=True)).not_to_be_focused()  # the keys are keys again
    page.keyboard.press("h")
    expect(page.get_by_role("button", name="Follow C-2")).to_be_visible()
    assert page.errors == []  # type: ignore[attr-defined]

    other = visit("viewer", "/d/china-russia/")
    expect(other.get_by_role("link", name="News 1 for you")).to_be_visible()
    other.keyboard.press("i")
    mine = other.get_by_role("region", name="For you")
    expect(mine.locator(".comment-words")).to_have_text("Compare C-4, @viewer.")
    other.keyboard.press("m")
    expect(other.get_by_text("All that was new is marked as seen.")).to_be_visible()
    expect(other.get_by_role("heading", name="Nothing new")).to_be_visible()
    other.keyboard.press("u")
    expect(mine.locator(".comment-words")).to_have_text("Compare C-4, @viewer.")
    assert other.errors == []  # type: ignore[attr-defined]


def test_the_discussion_of_a_text_is_opened_by_its_key_and_needs_no_script(visit: Visit) -> None:
    page = visit("reviewer", "/d/china-russia/sources/3/")
    page.keyboard.press("r")
    field = page.get_by_label("Comment", exact=True)
    expect(field).to_be_focused()
    page.keyboard.type("So it is.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".comment-words").last).to_have_text("So it is.")
    assert page.errors == []  # type: ignore[attr-defined]
    bare = visit("reviewer", "/d/china-russia/sources/3/", java_script_enabled=False)
    bare.get_by_text("Discussion").click()
    bare.get_by_role("link", name="What is said about S-3").click()
    bare.get_by_label("Comment", exact=True).fill("And so.")
    bare.get_by_role("button", name="Comment", exact=True).click()
    expect(bare.get_by_text("Comment on S-3 written.")).to_be_visible()
    bare.get_by_role("button", name="Undo").click()
    expect(bare.get_by_text("Taken back: Comment on S-3 written.")).to_be_visible()
