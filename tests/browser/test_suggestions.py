"""Suggestions by keys alone: one is accepted, one dismissed, and what was dismissed does not return."""

from playwright.sync_api import expect

from claims.models import Claim, Link
from tests.browser.conftest import Visit
from tests.conftest import make_suggested

LIST = "/d/china-russia/pair/suggestions/"


def test_one_key_accepts_one_dismisses_and_the_next_is_at_hand(visit: Visit) -> None:
    page = visit("analyst")
    linked = set(Link.objects.values_list("from_claim", "to_claim"))
    claims = list(Claim.objects.live().order_by("number")[:8])
    pairs = [
        (one, other)
        for at, one in enumerate(claims)
        for other in claims[at + 1 :]
        if not {(one.pk, other.pk), (other.pk, one.pk)} & linked
    ][:3]
    for n, (one, other) in enumerate(pairs):
        make_suggested(one, other, score=0.9 - n / 10)
    names = [f"{one.cited}-{other.cited}" for one, other in pairs]
    page.goto(LIST)
    expect(page.locator(f"#{names[0]}")).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_text("proposed: ")).to_be_visible()
    expect(page.locator(f"#{names[0]}")).to_have_count(0)
    expect(page.locator(f"#{names[1]}")).to_be_focused()
    page.keyboard.press("d")
    expect(page.get_by_text("are not suggested again.")).to_be_visible()
    expect(page.locator(f"#{names[2]}")).to_be_focused()
    page.goto(LIST)
    expect(page.locator(f"#{names[1]}")).to_have_count(0)
    page.goto(f"/d/china-russia/claims/{pairs[1][0].number}/suggestions/")
    expect(page.get_by_role("heading", name="Suggestions")).to_be_visible()
    expect(page.locator(f"#{names[1]}")).to_have_count(0)
    # Under a claim a suggestion's keys hold while it has the focus.
    page.goto(f"/d/china-russia/claims/{pairs[2][0].number}/")
    row = page.locator(f"[id='{names[2]}']").first
    row.get_by_role("button", name="Dismiss").focus()
    page.keyboard.press("d")
    expect(page.get_by_text("are not suggested again.")).to_be_visible()
    page.goto(LIST)
    expect(page.locator(f"#{names[2]}")).to_have_count(0)
    page.goto(f"{LIST}?show=dismissed")
    page.get_by_role("button", name="Take back").last.click()
    page.goto(LIST)
    expect(page.locator(f"#{names[1]}")).to_be_visible()
    assert page.errors == []  # type: ignore[attr-defined]
