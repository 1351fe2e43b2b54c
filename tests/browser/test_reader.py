"""The reader in a real browser: what its script draws is what the server writes, in every script and direction."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from claims.actions.bin import put_in_bin
from claims.models import Claim
from sources.models import Membership, Role, Source
from tests.conftest import entered, make_claim, make_dossier, make_member, make_source

TEXT = (
    "\n👩‍🔬 Dr Levi said: “שלום עליכם, אנחנו כאן”. 🇺🇦 The cafe\u0301 stayed open <all> night & day.\n\n"
    "Trade fell. Trade rose again, said no one.\n"
)
LINES = "aaa bbb cafe\u0301 👩‍🔬.\n\nddd bbb eee. Fff ggg.\n"
HEBREW = "קרא את הטקסט הזה בעיון. השר אמר שהסחר טוב מאוד.\n"

type Open = Callable[[Source], Page]


@pytest.fixture
def analyst(transactional_db: None) -> Membership:
    return make_member(make_dossier("reading"), "ann", Role.ANALYST)


@pytest.fixture
def open_source(browser: Browser, live_server: LiveServer, analyst: Membership) -> Iterator[Open]:
    contexts: list[BrowserContext] = []

    def make(source: Source) -> Page:
        assert analyst.user
        client = Client()
        client.force_login(analyst.user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
        contexts.append(context)
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        page = context.new_page()
        page.set_default_timeout(8_000)
        page.goto(f"/d/reading/sources/{source.number}/")
        expect(page.locator("#text")).to_be_visible()
        return page

    yield make
    for context in contexts:
        context.close()


def drawn(page: Page) -> list[list[str]]:
    """Each piece under marks: its words, whose they are, how deep they lie."""
    found: list[list[str]] = page.evaluate(
        """() => [...document.querySelectorAll("#text mark")].map((one) => [
            one.textContent, one.dataset.claims.split(" ").sort().join(" "), one.className.match(/depth-./)[0],
        ])"""
    )
    return found


def anchors(page: Page) -> list[list[str]]:
    """Where the page goes to for each claim."""
    found: list[list[str]] = page.evaluate(
        """() => [...document.querySelectorAll("#text [id]")].map((one) => {
            const before = document.createRange();
            before.setStart(document.getElementById("text"), 0);
            before.setEndBefore(one);
            return [one.id, `${before.toString().length}`];
        }).sort()"""
    )
    return found


def select(page: Page, words: str) -> None:
    page.evaluate(
        """(words) => {
            const text = document.getElementById("text");
            const at = text.textContent.indexOf(words);
            const point = (unit) => {
                const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
                while (walker.nextNode()) {
                    if (unit <= walker.currentNode.length) return [walker.currentNode, unit];
                    unit -= walker.currentNode.length;
                }
            };
            getSelection().setBaseAndExtent(...point(at), ...point(at + words.length));
        }""",
        words,
    )


def mark(page: Page, words: str) -> None:
    select(page, words)
    page.keyboard.press("c")
    expect(page.locator("[name=words]")).to_have_value(words)
    page.keyboard.type(f"States {words}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#marking form")).to_be_hidden()
    expect(page.locator("#cards .claim.is-selected .statement")).to_have_text(f"States {words}")


def test_what_is_marked_in_place_is_what_the_next_visit_shows(analyst: Membership, open_source: Open) -> None:
    source = make_source(analyst.dossier, TEXT, by=analyst)
    for quote in ("said: “שלום עליכם", "עליכם, אנחנו כאן”. 🇺🇦", "Trade rose again"):
        make_claim(source, quote, by=analyst)
    page = open_source(source)
    assert page.evaluate("document.getElementById('text').textContent") == TEXT
    for words in (
        "Levi said: “שלום",
        "🇺🇦 The cafe\u0301",
        "said: “שלום עליכם, אנחנו כאן”",
        "Trade",
        "👩‍🔬",
        "<all> night &",
    ):
        mark(page, words)
    pieces, places = drawn(page), anchors(page)
    cards = page.locator("#cards [data-claim]").evaluate_all("(all) => all.map((one) => one.dataset.claim)")
    page.reload()
    assert page.evaluate("document.getElementById('text').textContent") == TEXT
    assert drawn(page) == pieces
    assert anchors(page) == places
    assert (
        page.locator("#cards [data-claim]").evaluate_all("(all) => all.map((one) => one.dataset.claim)")
        == cards
    )
    for claim in Claim.objects.select_related("source"):
        assert not claim.statement.startswith("States ") or claim.statement == f"States {claim.quote}"
        assert claim.source.text[claim.start : claim.end] == claim.quote


def test_words_are_selected_with_the_arrow_keys_in_the_direction_of_the_text(
    analyst: Membership, open_source: Open
) -> None:
    def chosen() -> str:
        return str(page.evaluate("getSelection().toString()"))

    page = open_source(make_source(analyst.dossier, LINES, by=analyst))
    page.keyboard.press("t")
    for key, words in (
        ("ArrowRight", "aaa"),
        ("ArrowRight", "bbb"),
        ("Shift+ArrowRight", "bbb cafe\u0301"),
        ("Shift+ArrowLeft", "bbb"),
        ("ArrowDown", "bbb"),
        ("ArrowRight", "eee"),
        ("Shift+End", "eee. Fff ggg"),
        ("Home", "ddd"),
        ("ArrowUp", "aaa"),
        ("s", "aaa bbb cafe\u0301 👩‍🔬."),
        ("s", "aaa bbb cafe\u0301 👩‍🔬.\n\nddd bbb eee."),
    ):
        page.keyboard.press(key)
        assert chosen() == words, key
    page = open_source(make_source(analyst.dossier, HEBREW, by=analyst, language="he"))
    page.keyboard.press("t")
    for key, words in (
        ("ArrowLeft", "קרא"),
        ("ArrowLeft", "את"),
        ("ArrowRight", "קרא"),
        ("Shift+ArrowLeft", "קרא את"),
        ("s", "קרא את הטקסט הזה בעיון."),
    ):
        page.keyboard.press(key)
        assert chosen() == words, key


def test_nothing_typed_is_lost_when_it_cannot_be_saved(analyst: Membership, open_source: Open) -> None:
    lead = make_member(analyst.dossier, "lea", Role.LEAD)
    source = make_source(analyst.dossier, TEXT, by=analyst)
    page = open_source(source)
    select(page, "Trade fell.")
    page.keyboard.press("c")
    page.keyboard.type("Trade fell, they say.")
    page.keyboard.press("Escape")
    expect(page.locator("#marking form")).to_be_hidden()
    page.keyboard.press("c")
    typed = page.locator("[name=statement]")
    expect(typed).to_have_value("Trade fell, they say.")

    def fail(route: Route) -> None:
        route.abort()

    page.route("**/claims/", fail)
    typed.focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
    expect(typed).to_have_value("Trade fell, they say.")
    page.unroute("**/claims/", fail)

    session = page.context.cookies()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    typed.focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("You are signed out")
    expect(typed).to_have_value("Trade fell, they say.")
    page.context.add_cookies(session)  # type: ignore[arg-type]

    assert lead.user
    put_in_bin(source, access=entered(lead.user, analyst.dossier))
    typed.focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#marking .errorlist")).to_contain_text("S-1 was put in the bin by lea")
    expect(page.locator("[name=statement]")).to_have_value("Trade fell, they say.")
    expect(page.locator("[name=words]")).to_have_value("Trade fell.")
    assert not Claim.objects.exists()
