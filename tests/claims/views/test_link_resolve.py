"""A settled contradiction resolved on its page, reopened, and either taken back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from claims.actions.claim import edit_claim
from claims.actions.resolution import resolve
from claims.models import KINDS, Link, Resolution
from claims.models.resolution_kinds import Sort
from sources.models import Dossier, Membership, User
from tests.conftest import make_pair, make_review, make_source

SignIn = Callable[..., Client]
PAGE = "/d/china-russia/links/1/"
RESOLVE, REOPEN = f"{PAGE}resolve/", f"{PAGE}reopen/"
VALUES = {
    Sort.LINE: ("ships alone", "all goods"),
    Sort.WORDS: ("two figures changed places", "7.9 billion"),
    Sort.TIME: ("2023", "2024-05/.."),
    Sort.FIGURES: ("240", "250-260"),
    Sort.MODE: ("fact", "forecast"),
    Sort.SIDE: ("first", "second"),
}


def proof_of(kind: str) -> dict[str, str]:
    """What this kind asks for, each piece said otherwise than the one before."""
    return {ask.name: VALUES[ask.sort][n % 2] for n, ask in enumerate(KINDS[kind].asks)} | (
        {"side": "second"} if any(ask.name == "side" for ask in KINDS[kind].asks) else {}
    )


def posted(kind: str, **more: str) -> dict[str, str]:
    return {"kind": kind, "versions": "1-1", **proof_of(kind), "rests_on": "S-3", **more}


@pytest.fixture
def settled(dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership) -> Link:
    link = make_pair(dossier, by=analyst)
    for person in (reviewer, lead):
        make_review(link, by=person)
    make_source(dossier, "The deciding text.", by=analyst)
    link.refresh_from_db()
    return link


def undo_of(page: str) -> str:
    """The address that takes back what the page said last."""
    found = re.findall(r'action="([^"]+)"[^>]*>\s*<input[^>]+>\s*<button[^>]*>\s*Undo', page)
    assert found, "undo is offered"
    return str(found[-1]).replace("&amp;", "&")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_shows_its_proof_and_what_it_rests_on(
    settled: Link, lead: Membership, sign_in: SignIn, kind: str
) -> None:
    client = sign_in(lead)
    form = client.get(RESOLVE, {"kind": kind}).content.decode()
    for ask in KINDS[kind].asks:
        assert f'name="{ask.name}"' in form
    page = client.post(RESOLVE, posted(kind), follow=True).content.decode()
    given = Resolution.objects.get()
    assert (given.kind, given.proof) == (kind, proof_of(kind))
    assert given.by == lead
    assert "rests on" in page
    assert "S-3" in page
    given.link = settled
    assert KINDS[kind].label in page
    assert "{" not in given.sentence


def test_kinds_ask_for_their_own_proof(settled: Link, lead: Membership, sign_in: SignIn) -> None:
    client = sign_in(lead)
    wrong: list[tuple[str, dict[str, str], str]] = [
        ("time", {"first": "in spring"}, "is no date"),
        ("time", {"second": "2023"}, "Both are the same"),
        ("spread", {"first": "many"}, "Give the figures"),
        ("modality", {"first": "a rumour"}, "rumour is not one of the available choices"),
        ("genuine", {"tried": " "}, "This field is required"),
        ("refuted", {"rests_on": ""}, "Name the source or claim that decides it"),
        ("refuted", {"rests_on": "S-99"}, "This dossier has no S-99"),
        ("refuted", {"rests_on": "the paper"}, "is no source or claim"),
        ("refuted", {"rests_on": "C-1"}, "rests on C-1 anyway"),
        ("time", {"versions": "9-9"}, "changed while you were reading"),
    ]
    for kind, fields, said in wrong:
        answer = client.post(RESOLVE, posted(kind, **fields))
        assert answer.status_code == 422, (kind, fields)
        assert said in answer.content.decode(), (kind, fields)
    assert not Resolution.objects.exists()
    assert client.post(RESOLVE, {"versions": "1-1"}).status_code == 422
    assert client.get(RESOLVE, {"kind": "magic"}).status_code == 404


def test_it_is_resolved_once_and_taken_back(settled: Link, lead: Membership, sign_in: SignIn) -> None:
    client = sign_in(lead)
    page = client.post(RESOLVE, posted("scope"), follow=True).content.decode()
    again = client.post(RESOLVE, posted("time"))
    assert again.status_code == 422
    assert "resolved already" in again.content.decode()
    undo = undo_of(page)
    assert client.post(undo).status_code == 302
    assert not Resolution.objects.exists()
    assert "does not stand any more" in client.post(undo, follow=True).content.decode()


def test_reopened_it_stays_on_record_with_the_reason(
    settled: Link, lead: Membership, sign_in: SignIn
) -> None:
    client = sign_in(lead)
    client.post(RESOLVE, posted("scope"))
    assert "autofocus" in client.get(REOPEN).content.decode()
    assert client.post(REOPEN, {"reason": ""}).status_code == 422
    page = client.post(REOPEN, {"reason": "Both speak of ships."}, follow=True).content.decode()
    assert "Reopened:" in page
    assert "Both speak of ships." in page
    assert client.post(REOPEN, {"reason": "Again."}).status_code == 422
    prefilled = client.get(RESOLVE, {"kind": "scope"}).content.decode()
    assert 'value="ships alone"' in prefilled
    client.post(undo_of(page))
    assert Resolution.objects.get().reopened_at is None


def test_it_reopens_by_itself_and_cannot_then_be_taken_back(
    settled: Link, lead: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    client = sign_in(lead)
    client.post(RESOLVE, posted("scope"))
    client.post("/d/china-russia/sources/3/retract/", {"reason": "Made up."})
    page = client.get(PAGE).content.decode()
    assert "Reopened by itself:" in page
    assert "S-3 was retracted: Made up." in page
    reopened = Resolution.objects.get().reopened_at
    assert reopened
    undo = client.post(f"{PAGE}reopen/undo/?at={reopened.isoformat().replace('+', '%2B')}", follow=True)
    assert "was not reopened then" in undo.content.decode()


def test_what_changed_after_a_persons_reopening_stays_open(
    settled: Link, lead: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    client = sign_in(lead)
    client.post(RESOLVE, posted("scope"))
    undo = undo_of(client.post(REOPEN, {"reason": "No."}, follow=True).content.decode())
    edit_claim(
        settled.from_claim, by=analyst, changes={"statement": "New."}, version=1, speaker="", topics=[]
    )
    assert "rests on has changed" in client.post(undo, follow=True).content.decode()
    assert Resolution.objects.get().reopened_at


def test_only_leads_resolve_and_all_read(
    settled: Link, lead: Membership, analyst: Membership, viewer: Membership, outsider: User, sign_in: SignIn
) -> None:
    resolve(settled, by=lead, kind="scope", proof=proof_of("scope"), versions=(1, 1))
    for address in (RESOLVE, REOPEN):
        assert sign_in(analyst).post(address, posted("time")).status_code == 403
        assert sign_in(outsider).get(address).status_code == 404
        assert sign_in(lead).put(address).status_code == 405
    page = sign_in(viewer).get(PAGE).content.decode()
    assert "speaks of ships alone; C-2 of all goods." in page
    assert "Reopen <kbd>" not in page


def test_what_is_no_settled_contradiction_has_nothing_to_resolve(
    dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    make_pair(dossier, by=analyst)
    client = sign_in(lead)
    assert client.get(RESOLVE).status_code == 404
    assert client.post(RESOLVE, posted("time")).status_code == 404
    assert "Resolution" not in client.get(PAGE).content.decode()


def test_to_htmx_it_gives_the_fields_alone(settled: Link, lead: Membership, sign_in: SignIn) -> None:
    body: Any = sign_in(lead, htmx=True).get(RESOLVE, {"kind": "translation"}).content.decode()
    assert "<html" not in body
    assert 'name="original"' in body
