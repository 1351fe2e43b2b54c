"""Every key of every page stands in config/keys.py, and does one thing there."""

import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.urls.exceptions import NoReverseMatch

from config.keys import ACTIONS, DESKS, EVERYWHERE, clashes

ROOT = Path(__file__).resolve().parents[2]
SHARED = {"", "claims/_tray", "_pager", "_messages", "base"}
"""Templates on every page: their keys are those of every page."""
PIECES = {"claims/_resolution": "claims/link_detail"}
"""Pieces of one page, which stand beside it."""


def keys_in(template: Path) -> set[str]:
    return set(re.findall(r'data-key="([^"{]+)"', template.read_text())) - {"Escape"}


def listed(page: str) -> set[str]:
    return {
        action.key
        for desk in (EVERYWHERE, *DESKS)
        if desk is EVERYWHERE or page in desk.pages
        for action in desk.actions
    }


def test_one_key_does_one_thing_on_a_page() -> None:
    assert list(clashes({})) == []
    assert len(ACTIONS) == sum(len(desk.actions) for desk in (EVERYWHERE, *DESKS))


@pytest.mark.parametrize("template", sorted(ROOT.glob("templates/**/*.html")), ids=lambda path: path.stem)
def test_every_key_of_a_template_is_listed(template: Path) -> None:
    name = template.relative_to(ROOT / "templates").with_suffix("").as_posix()
    name = PIECES.get(name, name)
    page = "" if name in SHARED else name.replace("/", ":").replace("_", "-")
    assert keys_in(template) <= listed(page)


def test_every_desk_is_a_page() -> None:
    for page in (page for desk in DESKS for page in desk.pages):
        tried: list[dict[str, object]] = [{}, {"slug": "a"}, {"slug": "a", "number": 1}]
        assert any(resolves(page, given) for given in tried), page


def resolves(page: str, given: dict[str, object]) -> bool:
    try:
        reverse(page, kwargs=given)
    except NoReverseMatch:
        return False
    return True
