"""The whole way in a real browser, twice: with the mouse, and with keys only.

Sign in, add two articles, mark a quote in each, pair them as a contradiction, review as two people, see it settled,
export, and find it in the file. The texts hold emoji, combining marks and words that run from right to left, so that
offsets counted in anything but code points would be wrong.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.models import Claim, Link
from sources.models import Dossier
from tests.conftest import make_claim, make_dossier, make_link, make_member, make_source

FIRST = (
    "📈 Naïve forecasts, cafe\u0301 talk.\n\nOfficials said that trade fell sharply in March. "
    "قال الوزير نعم. The end."
)
SECOND = (
    "Customs speak plainly 🇨🇳.\n\nA table shows that trade rose by nine per cent in March. No more is known."
)
FELL, ROSE = "trade fell sharply in March", "trade rose by nine per cent in March"


@pytest.fixture
def dossier_of_four(transactional_db: None) -> Dossier:
    dossier = make_dossier("way")
    for name, role in (("ann", "analyst"), ("rob", "reviewer"), ("lea", "lead"), ("vic", "viewer")):
        make_member(dossier, name, role)
    return dossier


@pytest.fixture
def person(browser: Browser, live_server: LiveServer) -> Iterator[Any]:
    """``person("ann")``: a page of a browser of her own, at the sign-in page."""
    contexts: list[BrowserContext] = []

    def make(name: str) -> Page:
        context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8_000)
        page.goto("/d/way/")
        return page

    yield make
    for context in contexts:
        context.close()


class ByMouse:
    """Does each step by clicking; typing is for fields."""

    def sign_in(self, page: Page, name: str) -> None:
        page.locator("[name=username]").click()
        page.locator("[name=username]").fill(name)
        page.locator("[name=password]").click()
        page.locator("[name=password]").fill("correct horse")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: url.endswith("/d/way/") and "login" not in url)

    def go(self, page: Page, section: str) -> None:
        page.get_by_role("navigation").get_by_role("link", name=section, exact=True).click()

    def add(self, page: Page, text: str, title: str) -> None:
        self.go(page, "Import")
        page.get_by_label("Or paste a text").fill(text)
        page.get_by_role("button", name="Read them").click()
        page.get_by_label("Title").fill(title)
        page.get_by_role("button", name="Bring in").first.click()
        expect(page.locator("#text")).to_be_visible()

    def select(self, page: Page, words: str) -> None:
        box = page.evaluate(
            """words => {
                const text = document.getElementById("text");
                const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
                for (let node; (node = walker.nextNode());) {
                    const at = node.data.indexOf(words);
                    if (at < 0) continue;
                    const range = document.createRange();
                    range.setStart(node, at); range.setEnd(node, at + words.length);
                    node.parentElement.scrollIntoView({block: "center"});
                    const all = [...range.getClientRects()];
                    const first = all[0], last = all[all.length - 1];
                    return [first.left + 1, first.top + first.height / 2, last.right - 1, last.top + last.height / 2];
                }
            }""",
            words,
        )
        page.mouse.move(box[0], box[1])
        page.mouse.down()
        page.mouse.move(box[2], box[3], steps=6)
        page.mouse.up()

    def mark(self, page: Page, words: str, statement: str) -> None:
        self.select(page, words)
        page.locator("#marking > summary").click()
        expect(page.locator("[name=words]")).to_have_value(words)
        page.locator("[name=statement]").fill(statement)
        page.locator("#marking").get_by_role("button", name="Save").click()

    def pair(self, page: Page, statement: str, words: str) -> None:
        self.go(page, "Claims")
        page.get_by_role("link", name=statement).first.click()
        page.get_by_role("link", name="Pair", exact=False).last.click()
        page.locator("#q").click()
        page.locator("#q").fill(words)
        page.locator("#results .row-claim a.cover").first.click()
        page.get_by_role("button", name="Contradicts").click()

    def review(self, page: Page) -> None:
        self.go(page, "Review")
        page.get_by_role("button", name="Contradicts").click()

    def export(self, page: Page) -> dict[str, Any]:
        self.go(page, "Sets")
        with page.expect_download() as download:
            page.locator("main").get_by_role("link", name="nli", exact=False).or_(
                page.locator("main").get_by_role("button", name="nli", exact=False)
            ).first.click()
        with open(download.value.path(), encoding="utf-8") as file:
            (line,) = [json.loads(line) for line in file]
        return dict(line)


class ByKeys(ByMouse):
    """Does each step by keys: Tab until something has the focus, Enter, bare letters, typing."""

    def reach(self, page: Page, selector: str) -> None:
        """Tab to the first visible element of this selector."""
        for _ in range(120):
            if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"{selector} is not reached by Tab")

    def sign_in(self, page: Page, name: str) -> None:
        self.reach(page, "[name=username]")
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        self.reach(page, "[name=password]")
        page.keyboard.type("correct horse")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: url.endswith("/d/way/") and "login" not in url)

    def go(self, page: Page, section: str) -> None:
        part = {"Import": "/import/", "Claims": "/claims/", "Review": "/review/", "Sets": "/sets/"}[section]
        self.reach(page, f"nav a[href='/d/way{part}']")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{part}")

    def add(self, page: Page, text: str, title: str) -> None:
        self.go(page, "Import")
        self.reach(page, "main textarea[name=text]")
        page.keyboard.insert_text(text)
        self.reach(page, "main button.button-primary")
        page.keyboard.press("Enter")
        page.wait_for_url("**/import/sources/")
        self.reach(page, "input[name$=title]")
        page.keyboard.press("Control+A")
        page.keyboard.type(title)
        page.keyboard.press("Enter")
        expect(page.locator("#text")).to_be_visible()

    def select(self, page: Page, words: str) -> None:
        """From word to word with the arrows until the first word, then Shift and arrows to the last."""
        page.wait_for_load_state("networkidle")
        page.keyboard.press("t")
        expect(page.locator("#text")).to_be_focused()
        chosen = "() => document.getSelection().toString().trim()"
        for _ in range(80):
            page.keyboard.press("ArrowRight")
            if words.startswith(page.evaluate(chosen) or "\0"):
                break
        for _ in range(40):
            if page.evaluate(chosen) == words:
                return
            page.keyboard.press("Shift+ArrowRight")
        raise AssertionError(f"selected {page.evaluate(chosen)!r}, not {words!r}")

    def mark(self, page: Page, words: str, statement: str) -> None:
        self.select(page, words)
        page.keyboard.press("c")
        expect(page.locator("[name=words]")).to_have_value(words)
        self.reach(page, "[name=statement]")
        page.keyboard.type(statement)
        page.keyboard.press("Control+Enter")

    def pair(self, page: Page, statement: str, words: str) -> None:
        self.go(page, "Claims")
        number = Claim.objects.get(statement=statement).number
        self.reach(page, f"a[href='/d/way/claims/{number}/']")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/claims/{number}/")
        assert keys_to_pair(page, words, "c") <= 6

    def review(self, page: Page) -> None:
        self.go(page, "Review")
        expect(page.locator("#verdict")).to_be_visible()
        page.keyboard.press("c")

    def export(self, page: Page) -> dict[str, Any]:
        self.go(page, "Sets")
        self.reach(page, "main [href*=nli], main button[value=nli]")
        with page.expect_download() as download:
            page.keyboard.press("Enter")
        with open(download.value.path(), encoding="utf-8") as file:
            (line,) = [json.loads(line) for line in file]
        return dict(line)


def keys_to_pair(page: Page, words: str, verdict: str) -> int:
    """From a claim's page, record how it stands to the claim that ``words`` find; the keystrokes besides the words."""
    pressed = 0

    def press(key: str) -> None:
        nonlocal pressed
        page.keyboard.press(key)
        pressed += 1

    press("p")
    expect(page.locator("#tray [data-slot]")).to_have_count(1)
    press("l")
    page.wait_for_url("**/pair/**")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(words)
    expect(page.locator("#results .row-claim").first).to_be_visible()
    expect(page.locator(f"#results [data-words='{words}']")).to_have_count(1)
    press("Enter")
    expect(page.locator("#verdict")).to_be_visible()
    press(verdict)
    expect(page.locator(".flash").first).to_contain_text("L-")
    return pressed


@pytest.mark.parametrize("hand", [ByMouse(), ByKeys()], ids=["mouse", "keys"])
def test_the_whole_way(hand: ByMouse, dossier_of_four: Dossier, person: Any) -> None:
    ann = person("ann")
    hand.sign_in(ann, "ann")
    hand.add(ann, FIRST, "The fall")
    hand.mark(ann, FELL, "Trade fell.")
    expect(ann.locator("#cards")).to_contain_text("Trade fell.")
    expect(ann.locator("#text mark")).to_have_text(FELL)
    hand.add(ann, SECOND, "The rise")
    hand.mark(ann, ROSE, "Trade rose.")
    expect(ann.locator("#cards")).to_contain_text("Trade rose.")
    expect(ann.locator("#text mark")).to_have_text(ROSE)
    for claim, text in zip(Claim.objects.order_by("number"), (FIRST, SECOND), strict=True):
        assert claim.source.text == text
        assert text[claim.start : claim.end] == claim.quote

    hand.pair(ann, "Trade fell.", "rose")
    expect(ann.locator(".flash").first).to_contain_text("L-1")
    link = Link.objects.get()
    assert (link.kind, link.state) == ("contradicts", "proposed")

    for name in ("rob", "lea"):
        page = person(name)
        hand.sign_in(page, name)
        hand.review(page)
        expect(page.locator("main")).to_contain_text("No pair waits for you")

    page = person("vic")
    hand.sign_in(page, "vic")
    page.goto("/d/way/links/1/")
    expect(page.locator("main")).to_contain_text("settled")
    page.goto("/d/way/")
    line = hand.export(page)
    assert (line["premise"], line["hypothesis"]) == ("Trade fell.", "Trade rose.")
    assert line["label"] == "contradiction"
    assert line["annotator_labels"] == ["contradiction", "contradiction"]
    assert line["state"] == "settled"


def test_a_contradiction_between_marked_claims_takes_six_keys_at_most(
    dossier_of_four: Dossier, person: Any
) -> None:
    ann = dossier_of_four.people.get(name="ann")
    make_claim(make_source(dossier_of_four, FIRST, by=ann), FELL, by=ann, statement="Trade fell.")
    make_claim(make_source(dossier_of_four, SECOND, by=ann), ROSE, by=ann, statement="Trade rose.")
    page = person("ann")
    ByKeys().sign_in(page, "ann")
    page.goto("/d/way/claims/1/")
    assert keys_to_pair(page, "ros", "c") <= 6
    assert Link.objects.get().kind == "contradicts"


def test_a_verdict_is_one_key_and_can_be_undone(dossier_of_four: Dossier, person: Any) -> None:
    ann = dossier_of_four.people.get(name="ann")
    source = make_source(dossier_of_four, FIRST, by=ann)
    quotes = ("Officials", FELL, "The end")
    claims = [make_claim(source, quote, by=ann, statement=f"About {quote}.") for quote in quotes]
    for other in claims[1:]:
        make_link(claims[0], other, by=ann, kind="supports")
    page = person("rob")
    ByKeys().sign_in(page, "rob")
    page.goto("/d/way/review/")

    def stands_there(number: str) -> None:
        expect(page.locator("#verdict [name=number]")).to_have_value(number)
        expect(page.locator("#verdict [data-kind=neither]")).to_be_enabled()

    stands_there("1")
    page.keyboard.press("n")
    stands_there("2")
    page.keyboard.press("u")
    stands_there("1")
    page.keyboard.press("k")
    stands_there("2")
