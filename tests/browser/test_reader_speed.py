"""Three hundred pages in the reader: whatever is pressed is answered at once.

Measured in the browser: from a key to what is painted for it, as the browser itself reports it (the measure that
"Interaction to Next Paint" is the worst of), and from the server's answer to a save until the new mark is painted.
"""

from playwright.sync_api import Page, expect

from claims.models import Claim
from sources.models import Membership, Source
from tests.browser.conftest import Open
from tests.conftest import make_source

BUDGET = 2 * 200
"""Milliseconds: what people take for at once, twice over, since a test's machine is busy."""

PARAGRAPH = (
    "Trade between the two countries fell sharply in March 📉, said Mr. Smith of the U.S. office. Officials answered "
    "that trade had never been better. A customs table shows a rise of nine per cent; 𠮷野家 opened a shop.\n\n"
)

MEASURE = """() => {
    window.slow = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.slow.push([entry.name, entry.duration]);
    }).observe({ type: "event", durationThreshold: 16 });
    document.addEventListener("htmx:beforeSwap", ({ detail }) => {
        if (detail.target.id !== "marking") return;
        const answered = performance.now();
        new MutationObserver((_, observer) => {
            observer.disconnect();
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => window.slow.push(["save", performance.now() - answered]);
            requestAnimationFrame(() => port2.postMessage(null));
        }).observe(document.getElementById("said"), { childList: true });
    });
}"""


def mark_all_over(source: Source, by: Membership, count: int) -> None:
    """So many claims all over the text, some over the same words."""
    step = len(source.text) // count
    places = [(n * step, n * step + 20 + n % 3 * step // 2) for n in range(count)]
    Claim.objects.bulk_create(
        Claim(
            dossier=source.dossier,
            number=n,
            source=source,
            start=start,
            end=end,
            quote=source.text[start:end],
            statement=f"Statement {n}.",
            by=by,
        )
        for n, (start, end) in enumerate(places, 1)
    )


def slowest(page: Page) -> dict[str, float]:
    """How long the slowest of each kind took since the last look."""
    page.wait_for_timeout(250)
    found: list[tuple[str, float]] = page.evaluate("window.slow.splice(0)")
    worst: dict[str, float] = {}
    for name, took in found:
        worst[name] = max(took, worst.get(name, 0))
    return worst


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(60)


def test_a_megabyte_with_a_thousand_marks_answers_at_once(ann: Membership, open_source: Open) -> None:
    text = (PARAGRAPH * (1_000_000 // len(PARAGRAPH) + 1))[:1_000_000]
    source = make_source(ann.dossier, text, by=ann)
    mark_all_over(source, ann, 1_000)
    page = open_source(source)
    assert page.evaluate("[...document.getElementById('text').textContent].length") == 1_000_000
    page.evaluate(MEASURE)
    took: dict[str, dict[str, float]] = {}
    for name, keys in {
        "marks": ["n"] * 6 + ["N"] * 2,
        "words": ["t", *["ArrowRight"] * 4, *["Shift+ArrowRight"] * 3, *["ArrowDown"] * 3],
        "sentences": ["s", "s", "S", "b", "b"],
        "the last mark": ["N"] * 8,
        "a claim": ["b", "c"],
    }.items():
        press(page, *keys)
        took[name] = slowest(page)
    page.keyboard.type("It is stated in the middle of it all.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_contain_text("C-1001 marked.")
    took["save"] = slowest(page)
    assert "save" in took["save"]
    wrong = {name: worst for name, worst in took.items() if any(one > BUDGET for one in worst.values())}
    assert wrong == {}, took
    claim = Claim.objects.get(number=1_001)
    assert source.text[claim.start : claim.end] == claim.quote
    assert page.evaluate("document.querySelector('#C-1001').textContent") in claim.quote
    assert page.evaluate("[...document.getElementById('text').textContent].length") == 1_000_000


def test_five_million_characters_open_and_are_marked(ann: Membership, open_source: Open) -> None:
    text = (PARAGRAPH * (5_000_000 // len(PARAGRAPH) + 1))[:4_999_980] + " The very last words."[:20]
    source = make_source(ann.dossier, text, by=ann)
    mark_all_over(source, ann, 200)
    page = open_source(source)
    page.set_default_timeout(20_000)
    press(page, "N")
    expect(page.locator("#said")).to_contain_text("C-200.")
    expect(page.locator("#text mark.is-selected").first).to_be_in_viewport()
    press(page, "b", "c")
    page.keyboard.type("It is stated at the very end.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_contain_text("C-201 marked.")
    claim = Claim.objects.get(number=201)
    assert text[claim.start : claim.end] == claim.quote


def test_a_line_without_an_end_is_no_slower(ann: Membership, open_source: Open) -> None:
    source = make_source(ann.dossier, PARAGRAPH.strip() * 2_000, by=ann)
    mark_all_over(source, ann, 50)
    page = open_source(source)
    page.evaluate(MEASURE)
    press(page, "n", "n", "t", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "ArrowDown", "s", "b", "c")
    took = slowest(page)
    assert all(one <= BUDGET for one in took.values()), took
