"""Every kind of resolution through a real browser: chosen, given its proof, shown with what it rests on, taken back."""

from playwright.sync_api import Page, expect

from claims.models import KINDS
from claims.models.resolution_kinds import ResolutionKind, Sort
from tests.browser.conftest import Visit
from tests.claims.views.test_link_resolve import proof_of

LINK = "/d/china-russia/links/29/"
"""Settled as a contradiction in the demo, and not resolved."""


def fill(page: Page, kind: ResolutionKind) -> None:
    """Give the proof that the kind asks for, each piece in its own field."""
    form = page.locator("#resolving form")
    expect(form.get_by_role("heading", name=kind.label[0].upper() + kind.label[1:])).to_be_visible()
    asked = {ask.name for ask in kind.asks}
    given = form.locator("input:not([type=hidden]), textarea, select").evaluate_all(
        "fields => [...new Set(fields.map(field => field.name))]"
    )
    assert set(given) == asked | {"rests_on", "note"}, "the fields of this kind and no other"
    proof = proof_of(kind.key)
    for ask in kind.asks:
        field = form.locator(f"[name={ask.name}]")
        if ask.sort is Sort.SIDE:
            form.locator(f"[name={ask.name}][value={proof[ask.name]}]").check(force=True)
        elif ask.sort is Sort.MODE:
            field.select_option(proof[ask.name])
        else:
            field.fill(proof[ask.name])
    form.locator("[name=rests_on]").fill("S-3, C-2")


def test_every_kind_is_given_its_proof_and_taken_back(visit: Visit) -> None:
    page = visit("lead", LINK)
    for kind in KINDS.values():
        page.keyboard.press("y")
        expect(page.locator("#resolving nav a").first).to_be_focused()
        page.locator("#resolving nav a", has_text=kind.label).first.click()
        fill(page, kind)
        page.get_by_role("button", name="Resolve", exact=True).click()
        section = page.locator("section", has=page.get_by_role("heading", name="Resolution", exact=True))
        expect(section.locator(".resolution h3")).to_have_text(kind.label[0].upper() + kind.label[1:])
        expect(section.locator(".resolution-says")).to_have_text(
            kind.sentence(proof_of(kind.key), "C-80", "C-30")
        )
        expect(section.get_by_role("link", name="S-3")).to_be_visible()
        expect(section.get_by_role("link", name="C-2", exact=True)).to_be_visible()
        page.keyboard.press("u")
        expect(section.locator(".standing")).to_have_text("open")
    assert page.errors == []  # type: ignore[attr-defined]
