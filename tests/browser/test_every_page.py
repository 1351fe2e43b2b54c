"""Every page: axe finds nothing, nothing overflows a narrow screen, no script fails, with scripts off it stands."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit
from tests.browser.pages import PAGES

WIDE = {"viewport": {"width": 1280, "height": 900}}
NARROW = {"viewport": {"width": 340, "height": 700}}
axe = Axe()


@pytest.mark.parametrize(("name", "person", "path"), PAGES, ids=[page[0] for page in PAGES])
def test_axe_finds_nothing_and_nothing_overflows(visit: Visit, name: str, person: str, path: str) -> None:
    page = visit(person, path, color_scheme="light", **WIDE)
    assert (page.locator("h1").count(), name) == (1, name)
    findings = axe.run(page)
    assert not findings.violations_count, findings.generate_report()
    page.emulate_media(color_scheme="dark")
    findings = axe.run(page, options={"runOnly": ["color-contrast"]})
    assert not findings.violations_count, findings.generate_report()
    page.set_viewport_size({"width": 340, "height": 700})
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{name} is {overflow} px wider than a narrow screen"
    expected = {"not-found": 404, "refused": 403}
    errors = [error for error in page.errors if not (name in expected and str(expected[name]) in error)]  # type: ignore[attr-defined]
    assert errors == []


def test_the_pages_stand_without_scripts(visit: Visit) -> None:
    page = visit("lead", "/", java_script_enabled=False, **WIDE)
    for name, person, path in PAGES:
        if person not in ("", "outsider"):
            page.goto(path)
            assert (page.locator("main h1").count(), name) == (1, name)
