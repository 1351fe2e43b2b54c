"""The reader in a real browser: what its script draws is what the server writes, in every script and direction."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from claims.actions.bin import put_in_bin
from claims.models import Claim
from sources.models import Membership, Role
from tests.browser.conftest import Open
from tests.conftest import entered, make_claim, make_link, make_member, make_source

TEXT = (
    "\n👩‍🔬 Dr Levi said: “שלום עליכם, אנחנו כאן”. 🇺🇦 The cafe\u0301 stayed open <all> night & day.\n\n"
    "Trade fell. Trade rose again, said no one.\n"
)
LINES = "aaa bbb cafe\u0301 👩‍🔬.\n\nddd bbb eee. Fff ggg.\n"
HEBREW = "קרא את הטקסט הזה בעיון. השר אמר שהסחר טוב מאוד.\n"


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
    expect(page.locator("#cards .claim.is-selected > .statement")).to_have_text(f"States {words}")


def test_what_is_marked_in_place_is_what_the_next_visit_shows(ann: Membership, open_source: Open) -> None:
    source = make_source(ann.dossier, TEXT, by=ann)
    for quote in ("said: “שלום עליכם", "עליכם, אנחנו כאן”. 🇺🇦", "Trade rose again"):
        make_claim(source, quote, by=ann)
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
    cards = page.locator("#cards > .claim").evaluate_all("(all) => all.map((one) => one.dataset.claim)")
    page.reload()
    assert page.evaluate("document.getElementById('text').textContent") == TEXT
    assert drawn(page) == pieces
    assert anchors(page) == places
    assert (
        page.locator("#cards > .claim").evaluate_all("(all) => all.map((one) => one.dataset.claim)") == cards
    )
    for claim in Claim.objects.select_related("source"):
        assert not claim.statement.startswith("States ") or claim.statement == f"States {claim.quote}"
        assert claim.source.text[claim.start : claim.end] == claim.quote


def test_words_are_selected_with_the_arrow_keys_in_the_direction_of_the_text(
    ann: Membership, open_source: Open
) -> None:
    def chosen() -> str:
        return str(page.evaluate("getSelection().toString()"))

    page = open_source(make_source(ann.dossier, LINES, by=ann))
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
    page = open_source(make_source(ann.dossier, HEBREW, by=ann, language="he"))
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


def test_nothing_typed_is_lost_when_it_cannot_be_saved(ann: Membership, open_source: Open) -> None:
    lead = make_member(ann.dossier, "lea", Role.LEAD)
    source = make_source(ann.dossier, TEXT, by=ann)
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
    put_in_bin(source, access=entered(lead.user, ann.dossier))
    typed.focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#marking .errorlist")).to_contain_text("S-1 was put in the bin by lea")
    expect(page.locator("[name=statement]")).to_have_value("Trade fell, they say.")
    expect(page.locator("[name=words]")).to_have_value("Trade fell.")
    assert not Claim.objects.exists()


def chosen(page: Page) -> str:
    return str(page.evaluate("getSelection().toString()"))


def click(page: Page, piece: int) -> None:
    """Click in the middle of a piece of a mark: where a person sees it, not where what is only said of it lies."""
    found = page.locator("#text mark").nth(piece)
    found.evaluate("(one) => one.scrollIntoView({ block: 'center' })")
    x, y = found.evaluate(
        "(one) => [one.getClientRects()[0]].flatMap((box) => [box.x + box.width / 2, box.y + 9])"
    )
    page.mouse.click(x, y)


def at_hand(page: Page) -> str:
    """The claim whose words and card are shown as the one at hand."""
    expect(page.locator("#cards .claim.is-selected")).to_have_count(1)
    card = page.locator("#cards .claim.is-selected").get_attribute("data-claim")
    pieces = page.locator("#text mark.is-selected").evaluate_all(
        "(all) => all.map((one) => one.dataset.claims)"
    )
    assert pieces
    assert all(card in piece.split(" ") for piece in pieces)
    return f"C-{card}"


REPORT = (
    "Trade between the two countries fell sharply in March. Officials said that trade had never been better. "
    "A customs table shows a rise of nine per cent.\n\nThe ministry denied any change of policy. Who knows?\n\n"
    "Exports reached 26 billion dollars in 2023. The minister will travel to Moscow in May.\n"
)


def test_ten_claims_are_read_and_marked_by_keys_alone(ann: Membership, open_source: Open) -> None:
    text = "".join(f"Sentence {n} says 📈 that {n * 3} ships sailed. " for n in range(1, 13))
    page = open_source(make_source(ann.dossier, text, by=ann))
    for n in range(1, 11):
        page.keyboard.press("b")
        assert chosen(page) == f"Sentence {n} says 📈 that {n * 3} ships sailed."
        if n % 2:  # of every other one, the words after the number
            page.keyboard.press("o")
            page.keyboard.press("Shift+ArrowRight")
            page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("c")
        page.keyboard.type(f"{n * 3} ships sailed.")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#said")).to_contain_text(f"C-{n} marked.")
    expect(page.locator("#bar")).to_contain_text("10 of 12 sentences have a claim")
    expect(page.locator("#bar [data-all] .count")).to_have_text("10")
    quotes = list(Claim.objects.order_by("number").values_list("quote", flat=True))
    assert quotes[:2] == ["says 📈 that 3 ships sailed.", "Sentence 2 says 📈 that 6 ships sailed."]
    page.keyboard.press("N")
    assert at_hand(page) == "C-9"
    page.keyboard.press("n")
    page.keyboard.press("e")
    expect(page.locator("[data-editing] [name=statement]")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Thirty ships sailed.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#claim-10 > .statement")).to_have_text("Thirty ships sailed.")
    expect(page.locator("#said")).to_contain_text("C-10 saved")
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Thirty ships sailed.")
    page.wait_for_load_state()
    page.keyboard.press("m")
    page.wait_for_url("**/sources/1/#C-10")
    assert at_hand(page) == "C-10"
    page.keyboard.press("p")
    expect(page.locator("#tray")).to_contain_text("C-10")


def test_the_selection_grows_and_shrinks_by_words_and_sentences_at_both_ends(
    ann: Membership, open_source: Open
) -> None:
    page = open_source(make_source(ann.dossier, REPORT, by=ann))
    page.keyboard.press("t")
    for key, words in (
        ("ArrowRight", "Trade"),
        ("s", "Trade between the two countries fell sharply in March."),
        (
            "s",
            "Trade between the two countries fell sharply in March. Officials said that trade had never been better.",
        ),
        ("S", "Trade between the two countries fell sharply in March."),
        ("S", "Trade between the two countries fell sharply in March."),
        ("Shift+ArrowLeft", "Trade between the two countries fell sharply in"),
        ("o", "Trade between the two countries fell sharply in"),
        ("Shift+ArrowRight", "between the two countries fell sharply in"),
        ("o", "between the two countries fell sharply in"),
        ("Shift+ArrowLeft", "between the two countries fell sharply"),
        ("S", "Trade between the two countries fell sharply in March."),
    ):
        page.keyboard.press(key)
        assert chosen(page) == words, key


def test_claims_on_the_same_words_are_told_apart(ann: Membership, open_source: Open) -> None:
    source = make_source(ann.dossier, REPORT, by=ann)
    for quote in ("two countries fell sharply in March", "fell sharply", "sharply in March. Officials"):
        make_claim(source, quote, by=ann)
    page = open_source(source)
    lanes = page.locator("#text mark").evaluate_all(
        "(all) => all.map((one) => [one.textContent, one.className.match(/lane-./g).join(' ')])"
    )
    assert lanes == [
        ["two countries ", "lane-1"],
        ["fell ", "lane-1 lane-2"],
        ["sharply", "lane-1 lane-2 lane-3"],
        [" in March", "lane-1 lane-3"],
        [". Officials", "lane-3"],
    ]
    drawn_lines = (
        page.locator("#text mark")
        .nth(2)
        .evaluate("(one) => getComputedStyle(one).backgroundImage.split('gradient').length - 1")
    )
    assert drawn_lines >= 3, "a line for each"
    click(page, 2)
    assert at_hand(page) == "C-3"
    click(page, 2)
    assert at_hand(page) == "C-2"
    page.keyboard.press("a")
    assert at_hand(page) == "C-3"
    page.keyboard.press("a")
    assert at_hand(page) == "C-1"
    expect(page.get_by_role("navigation", name="Claims on the same words")).to_contain_text("C-2")
    expect(page.locator("#said")).to_contain_text("2 more claims rest on some of these words.")
    spoken = (
        page.locator("#text mark")
        .nth(2)
        .evaluate(
            "(one) => getComputedStyle(one, '::before').content + getComputedStyle(one, '::after').content"
        )
    )
    assert "C-3 begins" in spoken
    assert "C-2 ends" in spoken


def test_from_one_side_of_a_contradiction_to_the_other_and_back(ann: Membership, open_source: Open) -> None:
    source = make_source(ann.dossier, REPORT, by=ann)
    fell = make_claim(source, "fell sharply", by=ann)
    make_claim(source, "two countries", by=ann)
    rose = make_claim(source, "a rise of nine per cent", by=ann)
    best = make_claim(source, "never been better", by=ann)
    make_link(fell, rose, by=ann)
    make_link(fell, best, by=ann)
    page = open_source(source)
    assert page.evaluate("document.getElementById('text').textContent") == REPORT
    page.keyboard.press("d")
    assert at_hand(page) == "C-1"
    for other in ("C-3", "C-1", "C-4", "C-1", "C-3"):
        page.keyboard.press("v")
        assert at_hand(page) == other
    page.keyboard.press("d")
    assert at_hand(page) == "C-1"
    page.get_by_role("link", name="C-1 contradicts C-4: to its words").click()
    assert at_hand(page) == "C-4"
    mark(page, "customs table")
    assert page.locator("#text .against").count() == 4


def test_filters_change_the_marks_in_place_and_keep_what_was_typed(
    ann: Membership, open_source: Open
) -> None:
    source = make_source(ann.dossier, REPORT, by=ann)
    make_link(
        make_claim(source, "fell sharply", by=ann), make_claim(source, "never been better", by=ann), by=ann
    )
    make_claim(source, "denied", by=ann)
    page = open_source(source)
    page.keyboard.press("c")
    page.keyboard.type("Trade")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.locator("#filters [aria-current]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#text mark")).to_have_count(1)
    assert page.url.endswith("?show=unlinked")
    expect(page.locator("#filters [aria-current]")).to_be_focused()
    expect(page.locator("#cards > .claim")).to_have_count(1)
    expect(page.locator("[name=words]")).to_have_value("Trade")
    page.keyboard.press("n")
    assert at_hand(page) == "C-3"
    page.keyboard.press("g")
    expect(page.locator("#said")).to_contain_text("sentences have a claim")
    expect(page.locator("#suggested li")).not_to_have_count(0)
    page.keyboard.press(".")
    assert chosen(page) == "Exports reached 26 billion dollars in 2023."
    page.keyboard.press(",")
    assert chosen(page) == "A customs table shows a rise of nine per cent."
    expect(page.locator("#said")).to_contain_text("Suggested: figure with a unit")
    page.keyboard.press("w")
    expect(page.locator("#text .sentence")).to_have_count(4)
    page.keyboard.press("F")
    expect(page.locator("#text mark")).to_have_count(3)
    expect(page.locator("#text .sentence")).to_have_count(0)
    expect(page.locator("#text.htmx-settling")).to_have_count(0)  # from then on the script reads the new text
    assert page.evaluate("document.getElementById('text').textContent") == REPORT
    mark(page, "Exports reached")


def test_words_are_moved_and_an_edit_is_left(ann: Membership, open_source: Open) -> None:
    source = make_source(ann.dossier, REPORT, by=ann)
    make_claim(source, "fell sharply", by=ann)
    page = open_source(source)
    page.keyboard.press("n")
    page.keyboard.press("e")
    expect(page.locator("[data-editing] [name=statement]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#claim-1 .statement")).to_have_text("It is said that fell sharply.")
    page.keyboard.press("e")
    expect(page.locator("[data-editing] [name=statement]")).to_be_focused()
    page.evaluate("document.activeElement.blur()")
    select(page, "never been better")
    page.keyboard.press("c")
    expect(page.locator("[data-editing] [name=words]")).to_have_value("never been better")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_contain_text("C-1 saved.")
    assert drawn(page) == [["never been better", "1", "depth-1"]]
    claim = Claim.objects.get()
    assert claim.quote == "never been better"
    lead = make_member(ann.dossier, "lea", Role.LEAD)
    assert lead
    page.keyboard.press("e")
    expect(page.locator("[data-editing] [name=statement]")).to_be_focused()
    Claim.objects.filter(pk=claim.pk).update(statement="Meanwhile.", version=claim.version + 1)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("C-1 was changed by someone else")


def test_a_text_opens_where_it_was_left(ann: Membership, open_source: Open) -> None:
    text = "\n\n".join(f"Paragraph {n} is of some words, and they are many enough." for n in range(200))
    source = make_source(ann.dossier, text, by=ann)
    make_claim(source, "Paragraph 3 ", by=ann)
    page = open_source(source)
    assert page.evaluate("scrollY") == 0
    page.evaluate("scrollTo(0, 5000)")
    page.wait_for_timeout(600)
    there = page.evaluate("document.caretPositionFromPoint(60, 30).offsetNode.data.slice(0, 20)")
    page.goto("/d/reading/sources/")
    page.goto("/d/reading/sources/1/")
    expect(page.locator(".reader-back")).to_contain_text("Opened where you left it.")
    assert page.evaluate("document.caretPositionFromPoint(60, 30).offsetNode.data.slice(0, 20)") == there
    page.keyboard.press("T")
    assert page.evaluate("scrollY") == 0
    page.evaluate("scrollTo(0, 5000)")
    page.wait_for_timeout(600)
    page.goto("/d/reading/sources/")
    page.goto("/d/reading/sources/1/#C-1")
    expect(page.locator("#text mark.is-selected")).to_be_in_viewport()
    expect(page.locator(".reader-back")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "text", "words", "keys"),
    [
        ("ar", "قال الوزير 🇸🇾 إن التجارة انخفضت. ونفى المتحدث ذلك.\n", "التجارة", ["ArrowLeft"] * 4),
        ("he", "👩‍🔬 קרא את הטקסט הזה בעיון. השר אמר.\n", "את", ["ArrowLeft"] * 2),
        ("", "English first, then עברית.\n\nשלום עליכם English כאן.\n", "then", ["ArrowRight"] * 3),
        ("", "שלום עליכם English כאן.\n", "English", ["ArrowLeft"] * 3),
        ("zh", "𠮷野家在东京开店了。中国外交部表示否认。\n", "在", ["ArrowRight"] * 4),
        ("ja", "外務省😀は武器を提供していない。\n", "は", ["ArrowRight"] * 3),
    ],
)  # fmt: skip
def test_words_of_any_script_are_marked_where_they_stand(
    ann: Membership, open_source: Open, language: str, text: str, words: str, keys: list[str]
) -> None:
    source = make_source(ann.dossier, text, by=ann, language=language)
    page = open_source(source)
    page.keyboard.press("t")
    for key in keys:
        page.keyboard.press(key)
    if language not in ("zh", "ja"):  # whose words a dictionary decides
        assert chosen(page) == words
    page.keyboard.press("c")
    page.keyboard.type("It is stated.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_contain_text("C-1 marked.")
    mark(page, words)
    for claim in Claim.objects.all():
        assert text[claim.start : claim.end] == claim.quote
    pieces = drawn(page)
    page.reload()
    assert drawn(page) == pieces
    assert page.evaluate("document.getElementById('text').textContent") == text


def test_lines_of_a_mixed_text_run_as_their_letters_do(ann: Membership, open_source: Open) -> None:
    page = open_source(make_source(ann.dossier, "English here.\n\nשלום עליכם.\n", by=ann, language=""))
    middle = page.evaluate(
        "(({ left, width }) => left + width / 2)(document.getElementById('text').getBoundingClientRect())"
    )
    for words, is_left in (("English", True), ("שלום", False)):
        select(page, words)
        left = page.evaluate("getSelection().getRangeAt(0).getBoundingClientRect().left")
        assert (left < middle) is is_left, words


def test_on_a_narrow_screen_the_claim_at_hand_lies_at_its_foot(ann: Membership, open_source: Open) -> None:
    text = "\n\n".join(f"Paragraph {n} is of some words, and they are many enough." for n in range(100))
    source = make_source(ann.dossier, text, by=ann)
    for n in (40, 60):
        make_claim(source, f"Paragraph {n} is of some words", by=ann)
    page = open_source(source, viewport={"width": 390, "height": 780})
    page.keyboard.press("n")
    for place in ("#cards .claim.is-selected > .statement", "#text mark.is-selected"):
        expect(page.locator(place)).to_be_in_viewport()
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("Escape")
    expect(page.locator("#cards .claim.is-selected")).to_have_count(0)
    click(page, 0)
    page.get_by_role("button", name="Close C-1").click()
    expect(page.locator("#cards .claim.is-selected")).to_have_count(0)
    select(page, "Paragraph 41")
    page.keyboard.press("c")
    expect(page.locator("[name=statement]")).to_be_in_viewport()
    page.keyboard.type("It is stated.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#cards .claim.is-selected")).to_contain_text("It is stated.")
    expect(page.locator("#text mark.is-selected")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_whoever_hears_the_page_finds_every_part_of_it(ann: Membership, open_source: Open) -> None:
    source = make_source(ann.dossier, REPORT, by=ann)
    make_link(
        make_claim(source, "fell sharply", by=ann), make_claim(source, "never been better", by=ann), by=ann
    )
    make_claim(source, "sharply in March", by=ann)
    page = open_source(source, "?suggest=1&bare=1&states=1")
    page.keyboard.press("n")
    page.keyboard.press("e")
    expect(page.locator("[data-editing] [name=statement]")).to_be_focused()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    expect(page.get_by_role("article", name="Edit C-1")).to_be_visible()
    page.keyboard.press("Escape")
    for role, name in (
        ("article", "Text of S-1"),
        ("navigation", "Marks shown"),
        ("complementary", "Claims in this text"),
        ("link", "Edit C-1 here"),
        ("button", "Put C-1 in the tray"),
    ):
        expect(page.get_by_role(role, name=name)).to_have_count(1)  # type: ignore[arg-type]
    tree = page.locator("#text").aria_snapshot()
    assert re.search(r"C-1 begins.*C-3 begins.*C-1 ends.*C-3 ends", tree, re.DOTALL), tree
    # Words are marked by typing them too, without a selection.
    page.keyboard.press("c")
    page.locator("#marking [name=words]").fill("denied any change")
    page.locator("#marking [name=statement]").fill("No change.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").first).to_contain_text("C-4 marked.")


def test_a_key_pressed_among_the_suggestions_of_a_card_is_the_cards_own(
    ann: Membership, open_source: Open
) -> None:
    there = make_source(ann.dossier, "Trade between the two countries fell sharply in March.\n", by=ann)
    make_claim(
        there, "fell sharply", by=ann, statement="Trade between the two countries fell sharply in March."
    )
    page = open_source(
        make_source(ann.dossier, "Trade between the two countries rose sharply in March.\n", by=ann)
    )
    mark(page, "Trade between the two countries rose sharply in March")
    page.locator("#claim-2 [data-claim='1'] a").first.focus()
    page.keyboard.press("e")
    expect(page.locator("#claim-2[data-editing]")).to_be_visible()
    expect(page.locator("#claim-1[data-editing]")).to_have_count(0)
