"""Editing a claim beside its words: its form in its card's place, and nothing of anybody's edit lost."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from claims.actions.bin import put_in_bin
from claims.actions.claim import edit_claim
from claims.models import Claim
from sources.models import Dossier, Membership, User
from tests.conftest import TEXT, entered, make_claim, make_dossier, make_source

SignIn = Callable[..., Client]
ADDRESS = "/d/china-russia/claims/1/edit/here/"
WORDS = "trade had never been better"


@pytest.fixture
def claim(dossier: Dossier, analyst: Membership) -> Claim:
    return make_claim(make_source(dossier, by=analyst), WORDS, by=analyst, topics=["trade"])


def typed(**fields: Any) -> dict[str, Any]:
    return {"words": WORDS, "statement": "Trade is at its best.", "topics": "trade", "version": 1, **fields}


def test_it_works(claim: Claim, analyst: Membership, sign_in: SignIn) -> None:
    form = sign_in(analyst, htmx=True).get(ADDRESS).content.decode()
    assert '<article class="claim sheet sheet-key" id="claim-1" data-claim="1" data-editing' in form
    assert f'hx-post="{ADDRESS}" hx-target="#claim-1" hx-swap="outerHTML"' in form
    assert 'id="id_1_statement"' in form, "the form for a new claim has these names without the number"
    assert "<datalist" not in form
    answer = sign_in(analyst, htmx=True).post(
        ADDRESS, typed(words="fell sharply in March", start=TEXT.index("fell"), speaker="Officials")
    )
    card = answer.content.decode()
    assert answer.status_code == 200
    start = TEXT.index("fell sharply in March")
    assert f'id="claim-1" data-claim="1" data-start="{start}" data-end="{start + 21}"' in card
    for words in ("Trade is at its best.", "Officials", "C-1 saved."):
        assert words in card
    claim.refresh_from_db()
    assert (claim.quote, claim.version) == ("fell sharply in March", 2)


def test_without_a_script_the_claims_own_form_is_the_way(
    claim: Claim, analyst: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    assert client.get(ADDRESS)["Location"] == "/d/china-russia/claims/1/edit/"
    answer = client.post(ADDRESS, typed())
    assert (answer.status_code, answer["Location"]) == (302, "/d/china-russia/sources/1/#C-1")


def test_a_stale_edit_shows_both_and_asks(
    claim: Claim, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    edit_claim(
        claim, by=lead, changes={"statement": "As the lead has it."}, version=1, speaker="", topics=["trade"]
    )
    answer = sign_in(analyst, htmx=True).post(ADDRESS, typed())
    shown = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "C-1 was changed by someone else while you were editing" in shown
    assert "As the lead has it." in shown
    assert "Trade is at its best.</textarea>" in shown
    assert 'name="version" value="2"' in shown
    assert Claim.objects.get().statement == "As the lead has it."
    assert sign_in(analyst).post(ADDRESS, typed()).status_code == 409
    assert sign_in(analyst, htmx=True).post(ADDRESS, typed(version=2)).status_code == 200
    assert Claim.objects.get().statement == "Trade is at its best."


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"words": "never said"}, "These words do not stand in S-1."),
        ({"statement": ""}, "State what the words claim."),
        ({"about": "2023/2022"}, "ends before it starts"),
        ({"version": "x"}, ""),
    ],
)
def test_bad_input_gets_422_and_is_kept(
    claim: Claim, analyst: Membership, sign_in: SignIn, fields: dict[str, str], said: str, htmx: bool
) -> None:
    answer = sign_in(analyst, htmx=htmx).post(ADDRESS, typed(via="A paper of record", **fields))
    shown = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert said in shown
    assert "A paper of record" in shown
    assert ("<html" in shown) is not htmx
    assert Claim.objects.get().version == 1


def test_a_claim_in_the_bin_says_who_put_it_there(
    dossier: Dossier, claim: Claim, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    assert lead.user
    put_in_bin(claim, access=entered(lead.user, dossier))
    client = sign_in(analyst, htmx=True)
    assert client.get(ADDRESS).status_code == 404
    answer = client.post(ADDRESS, typed())
    assert answer.status_code == 422
    assert "C-1 was put in the bin by lead" in answer.content.decode()


def test_who_cannot_write_gets_403(
    claim: Claim, reviewer: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    for person in (reviewer, viewer):
        assert sign_in(person).get(ADDRESS).status_code == 403
        assert sign_in(person).post(ADDRESS, typed()).status_code == 403


def test_outsiders_and_claims_of_another_dossier_get_404(
    claim: Claim, outsider: User, lead: Membership, sign_in: SignIn
) -> None:
    assert sign_in(outsider).get(ADDRESS).status_code == 404
    elsewhere = make_dossier("elsewhere")
    assert sign_in(lead).get(ADDRESS.replace("china-russia", elsewhere.slug)).status_code == 404
    assert sign_in(lead).put(ADDRESS).status_code == 405
