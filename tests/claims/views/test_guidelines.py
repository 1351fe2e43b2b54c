"""The guidelines: every version readable, none lost, each review with the one it was given by."""

from collections.abc import Callable

import pytest
from django.test import Client

from claims.actions.guideline import write_guidelines
from claims.models import Guideline, Review
from claims.prose import Block, blocks
from sources.models import Dossier, Membership
from tests.around import refused, run
from tests.conftest import make_pair, make_review

SignIn = Callable[..., Client]
PAGE = "/d/china-russia/guidelines/"


def write(dossier: Dossier, by: Membership, *texts: str) -> None:
    for text in texts:
        write_guidelines(dossier=dossier, by=by, text=text, version=Guideline.objects.count())


def test_a_lead_writes_and_all_read(
    dossier: Dossier, lead: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    assert "No guidelines yet" in sign_in(viewer).get(PAGE).content.decode()
    text = "# Contradiction\r\n\r\nBoth cannot be true.\r\n\r\n- one\r\n- two <script>"
    answer = sign_in(lead).post(f"{PAGE}edit/", {"text": text, "version": 0}, follow=True)
    page = answer.content.decode()
    assert "Version 1 of the guidelines is in force." in page
    assert "<h2>Contradiction</h2>" in page
    assert "<li>two &lt;script&gt;</li>" in page
    assert "Both cannot be true." in sign_in(viewer).get(PAGE).content.decode()
    assert sign_in(viewer).get(f"{PAGE}edit/").status_code == 403


def test_every_version_stays_readable_with_what_it_changed(
    dossier: Dossier, lead: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    write(dossier, lead, "Judge by the words.", "Judge by the quote.")
    client = sign_in(viewer)
    assert "Judge by the words." in client.get(f"{PAGE}1/").content.decode()
    changed = client.get(f"{PAGE}2/").content.decode()
    assert "<del>words</del>" in changed
    assert "<ins>quote</ins>" in changed
    assert client.get(f"{PAGE}3/").status_code == 404


def test_on_stale_ground_both_are_shown_and_nothing_is_lost(
    dossier: Dossier, lead: Membership, sign_in: SignIn
) -> None:
    write(dossier, lead, "Judge by the words.")
    client = sign_in(lead)
    answer = client.post(f"{PAGE}edit/", {"text": "Mine.", "version": 0})
    assert answer.status_code == 409
    assert "Version 1 was written while you were writing" in answer.content.decode()
    assert "Mine.</textarea>" in answer.content.decode()
    assert client.post(f"{PAGE}edit/", {"text": "Mine.", "version": 1}).status_code == 302
    assert Guideline.objects.count() == 2
    assert client.post(f"{PAGE}edit/", {"text": "Mine.", "version": 2}).status_code == 302
    assert Guideline.objects.count() == 2, "the same words make no version"


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "x" * 50_001])
def test_what_cannot_be_kept_is_refused(
    dossier: Dossier, lead: Membership, sign_in: SignIn, text: str
) -> None:
    assert sign_in(lead).post(f"{PAGE}edit/", {"text": text, "version": 0}).status_code == 422
    assert not Guideline.objects.exists()


def test_each_review_carries_the_version_in_force(
    dossier: Dossier, lead: Membership, analyst: Membership, reviewer: Membership, sign_in: SignIn
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=analyst)
    write(dossier, lead, "Judge by the words.")
    assert f'href="{PAGE}"' in sign_in(reviewer).get("/d/china-russia/review/").content.decode()
    make_review(link, by=reviewer, verdict="neither")
    assert dict(Review.objects.values_list("reviewer__name", "guidelines")) == {
        "analyst": None,
        "reviewer": 1,
    }
    page = sign_in(reviewer).get("/d/china-russia/links/1/").content.decode()
    assert f'<a href="{PAGE}1/">version 1</a>' in page


def test_the_database_keeps_every_version_as_it_was_written(
    dossier: Dossier, lead: Membership, analyst: Membership
) -> None:
    write(dossier, lead, "Judge by the words.")
    make_review(make_pair(dossier, by=analyst), by=analyst)
    with refused("stays as it was written"):
        run("UPDATE claims_guideline SET text = 'Otherwise.'")
    with refused("stays as it was written"):
        run("DELETE FROM claims_guideline")
    with refused("follow one another"):
        run("INSERT INTO claims_guideline (dossier_id, version, text) VALUES (%s, 3, 'A gap.')", dossier.pk)
    with refused("keeps the guidelines that it was given by"):
        run("UPDATE claims_review SET guidelines = NULL")


def test_a_text_is_cut_into_blocks() -> None:
    assert blocks("# A head\nFirst\nline\n\n- one\n* two\nafter") == [
        Block("heading", ["A head"]),
        Block("paragraph", ["First", "line"]),
        Block("list", ["one", "two"]),
        Block("paragraph", ["after"]),
    ]
    assert blocks("") == []
