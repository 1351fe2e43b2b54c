"""Every page: axe finds nothing, nothing overflows a narrow screen, no script fails, with scripts off it stands."""

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.pages import PAGES

WIDE = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
AXE = Axe().axe_script
RULES = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
"""A page in the dark differs in its colours alone."""

# Once scripts that follow the width have followed it: in the frame after the next.
WIDER = """new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
    done(document.documentElement.scrollWidth - document.documentElement.clientWidth))))"""


def looked_at(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it stands in this browser."""
    wrong = [] if page.locator("h1").count() == 1 else ["not one h1"]
    page.evaluate(AXE)
    for scheme, rules in RULES.items():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        options = {"resultTypes": ["violations"], **rules}
        found = AxeResults(page.evaluate("async (options) => await axe.run(options)", options))
        wrong += [f"{scheme}: {found.generate_report()}"] if found.violations_count else []
    page.set_viewport_size({"width": 340, "height": 700})
    overflow = page.evaluate(WIDER)
    wrong += [f"{overflow} px wider than a narrow screen"] if overflow > 0 else []
    page.set_viewport_size({"width": 1280, "height": 900})
    refused = {"not-found": "404", "refused": "403"}.get(name)
    errors = [error for error in page.errors if not (refused and refused in error)]  # type: ignore[attr-defined]
    page.errors.clear()  # type: ignore[attr-defined]
    return wrong + errors


@pytest.mark.parametrize("half", [0, 1])
def test_axe_finds_nothing_nothing_overflows_no_script_fails(visit: Visit, half: int) -> None:
    people: dict[str, Page] = {}
    wrong: dict[str, list[str]] = {}
    for name, person, path in list(PAGES)[half::2]:
        if person not in people:
            people[person] = visit(person, "/accounts/login/", **WIDE)
            people[person].errors.clear()  # type: ignore[attr-defined]  # a signed-in person is sent on
        page = people[person]
        page.goto(path)
        if found := looked_at(page, name):
            wrong[name] = found
    assert wrong == {}, "\n".join(f"{name}: {line}" for name, lines in wrong.items() for line in lines)


def test_pages_stand_without_scripts(visit: Visit) -> None:
    """Every third: what each desk does without a script its own tests try."""
    page = visit("lead", "/", java_script_enabled=False, **WIDE)
    for name, person, path in PAGES[::3]:
        if person not in ("", "outsider"):
            page.goto(path)
            assert (page.locator("main h1").count(), name) == (1, name)
