"""Names masked while a link is disputed: on its pages and in its history; told once it is settled."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from claims.actions.link import adjudicate
from claims.actions.review import undo_verdict
from claims.masking import masks_of
from claims.models import Link
from sources.models import Dossier, Membership, Role
from tests.conftest import make_member, make_pair, make_review

SignIn = Callable[..., Client]
ROOT = "/d/china-russia/"
NAMES = ("Quilla Vesper", "Odo Marchetti")
# Whom a comment can mention: all people of the dossier, whoever judged.
MENTIONABLE = re.compile(r'<details class="comment-people">.*?</details>', re.S)
PAGES = ("links/1/", "links/1/history/", "review/disputed/1/")


@pytest.fixture
def disputed(dossier: Dossier, analyst: Membership) -> Link:
    """Judged by two, one of whom took a first verdict back."""
    Dossier.objects.update(names_masked=True)
    dossier.refresh_from_db()
    link = make_pair(dossier, by=analyst)
    first, second = (make_member(dossier, name, Role.REVIEWER) for name in NAMES)
    make_review(link, by=second, verdict="neither")
    undo_verdict(link=link, by=second)
    make_review(link, by=first, note="One year apart.")
    make_review(link, by=second, verdict="supports")
    link.refresh_from_db()
    return link


def test_no_page_of_a_disputed_link_names_its_reviewers(
    disputed: Link, lead: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    client = sign_in(lead)
    client.post(f"{ROOT}review/disputed/1/")
    pages = [client.get(ROOT + page).content.decode() for page in PAGES]
    pages.append(sign_in(viewer).get(f"{ROOT}links/1/").content.decode())
    for page in pages:
        assert "One year apart." in page
        assert "Reviewer A" in page
        assert "Reviewer B" in page
        told = MENTIONABLE.sub("", page)
        assert not [name for name in NAMES if name in told]
    first = disputed.reviews.get(note__gt="").reviewer_id
    masks = masks_of(disputed, disputed.dossier)
    [taken_back] = [name for person, name in masks.items() if person != first]
    assert f"verdict of {taken_back} taken back" in pages[1]


def test_once_settled_the_names_are_told(disputed: Link, lead: Membership, sign_in: SignIn) -> None:
    adjudicate(disputed, by=lead, verdict="neither")
    for page in PAGES:
        text = sign_in(lead).get(ROOT + page).content.decode()
        assert [name for name in NAMES if name in text] == list(NAMES)
        assert "Reviewer A" not in text


def test_a_letter_is_nobodys_for_long(disputed: Link, dossier: Dossier, analyst: Membership) -> None:
    people = [make_member(dossier, f"person {n}", Role.REVIEWER) for n in range(2)]
    called = set()
    for _ in range(12):
        link = make_pair(dossier, by=analyst)
        for person, verdict in zip(people, ("neither", "supports"), strict=True):
            make_review(link, by=person, verdict=verdict)
        link.refresh_from_db()
        masks = masks_of(link, dossier)
        assert masks == masks_of(link, dossier)
        assert set(masks.values()) == {"Reviewer A", "Reviewer B"}
        called.add(masks[people[0].pk])
    assert called == {"Reviewer A", "Reviewer B"}


def test_without_the_setting_names_are_told(disputed: Link, lead: Membership, sign_in: SignIn) -> None:
    Dossier.objects.update(names_masked=False)
    client = sign_in(lead)
    client.post(f"{ROOT}review/disputed/1/")
    assert NAMES[0] in client.get(f"{ROOT}review/disputed/1/").content.decode()


def test_why_reviewers_split_is_kept_with_the_settling_counted_and_taken_back_with_it(
    disputed: Link, lead: Membership, sign_in: SignIn
) -> None:
    client = sign_in(lead)
    wrong = client.post(f"{ROOT}review/disputed/1/settle/", {"verdict": "neither", "split_reason": "mood"})
    assert wrong.status_code == 422
    client.post(f"{ROOT}review/disputed/1/settle/", {"verdict": "neither", "split_reason": "context"})
    disputed.refresh_from_db()
    assert (disputed.verdict, disputed.split_reason) == ("neither", "context")
    assert (
        '<dt>Missing context</dt><dd class="num">1</dd>'
        in client.get(f"{ROOT}review/disputed/").content.decode()
    )
    assert "Why reviewers split: missing context." in client.get(f"{ROOT}links/1/history/").content.decode()
    page = client.get(f"{ROOT}review/disputed/1/").content.decode()
    undo = page.split("review/disputed/1/undo/")[1].split('"')[0]
    client.post(f"{ROOT}review/disputed/1/undo/{undo}")
    disputed.refresh_from_db()
    assert (disputed.state, disputed.split_reason) == ("disputed", "")
