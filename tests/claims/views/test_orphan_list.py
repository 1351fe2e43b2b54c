"""Claims that could not be carried to a new version, decided on one by one."""

from collections.abc import Callable, Sequence

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from claims.actions.version import create_version
from claims.anchoring import Anchored, reanchor
from claims.models import Anchoring, Claim
from sources.models import Dossier, Membership
from tests.conftest import TEXT, make_claim, make_source

SignIn = Callable[..., Client]
DESK = "/d/china-russia/orphans/"
REVISED = TEXT.replace("nine per cent", "ten per cent").replace("sharply in March", "a little in April")
PLACE = {"start": REVISED.index("a rise of ten"), "end": REVISED.index("ten per cent") + 12}


@pytest.fixture
def claims(dossier: Dossier, analyst: Membership) -> list[Claim]:
    """C-1 and C-2 wait, C-3 was carried."""
    source = make_source(dossier, by=analyst)
    words = ("fell sharply in March", "a rise of nine per cent", "trade had never been better")
    made = [make_claim(source, quote, by=analyst) for quote in words]
    create_version(source=source, by=analyst, text=REVISED)
    return made


def address(claim: Claim, what: str) -> str:
    return f"{DESK}{claim.number}/2/{what}/"


def test_it_works(claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    page = sign_in(analyst).get(DESK)
    assertContains(page, "Where does C-1 rest now?")
    assertContains(page, "2 wait for a decision")
    assertContains(page, "<mark>fell sharply in March</mark>", html=True)
    page = sign_in(analyst).get(f"{DESK}?version=2&after={Anchoring.objects.get(claim=claims[0]).pk}")
    assertContains(page, "Where does C-2 rest now?")
    assertContains(page, "<mark>a rise of ten per cent</mark>", html=True)
    assertContains(page, "<ins>ten</ins>", html=True)
    assertContains(page, f'value="{PLACE["start"]}"')


def test_the_two_texts_are_compared_once_for_all_orphans(
    claims: list[Claim], analyst: Membership, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []

    def counting(old: str, new: str, places: Sequence[tuple[int, int]]) -> list[Anchored]:
        compared.append(len(places))
        return reanchor(old, new, places)

    monkeypatch.setattr("claims.views.version.reanchor", counting)
    client = sign_in(analyst)
    client.get(DESK)
    assertContains(
        client.post(address(claims[0], "keep"), follow=True), "<mark>a rise of ten per cent</mark>"
    )
    assert compared == [2]


def test_nothing_to_decide(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    assertContains(sign_in(analyst).get(DESK), "Every claim has its words")
    assertContains(sign_in(analyst).get(f"{DESK}?version=x&after=99999999999999999999"), "Every claim")


def test_it_rests_where_it_was_proposed_and_the_undo_takes_it_back(
    claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    answer = client.post(address(claims[1], "place"), PLACE, follow=True)
    assertContains(answer, "C-2 placed in S-2.")
    assertContains(answer, "Where does C-1 rest now?")
    now = Claim.objects.get(pk=claims[1].pk)
    assert (now.source.number, now.quote) == (2, "a rise of ten per cent")
    undo = f"{address(claims[1], 'undo')}?was={now.version}"
    assertContains(answer, f'action="{undo}"')
    assertContains(client.post(undo, follow=True), "C-2 waits again.")
    assert Claim.objects.get(pk=claims[1].pk).source.number == 1
    assertContains(client.post(undo, follow=True), "C-2 waits already.")


def test_words_that_were_typed_are_found(claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    answer = sign_in(analyst).post(
        address(claims[0], "place"), {"words": "fell a little  in April"}, follow=True
    )
    assertContains(answer, "C-1 placed in S-2.")
    assert Claim.objects.get(pk=claims[0].pk).quote == "fell a little in April"


@pytest.mark.parametrize(
    ("words", "said"),
    [("", "Which words?"), ("never said", "do not stand in S-2"), ("ra", "Choose the place")],
)
def test_words_that_cannot_be_found_are_kept(
    claims: list[Claim], analyst: Membership, sign_in: SignIn, words: str, said: str
) -> None:
    answer = sign_in(analyst).post(address(claims[0], "place"), {"words": words})
    assertContains(answer, said, status_code=422)
    assert Claim.objects.get(pk=claims[0].pk).source.number == 1


@pytest.mark.parametrize("data", [{}, {"start": "x", "end": "3"}, {"start": "4", "end": "4"}])
def test_no_place_is_refused(
    claims: list[Claim], analyst: Membership, sign_in: SignIn, data: dict[str, str]
) -> None:
    sign_in(analyst).post(address(claims[0], "place"), data, follow=True)
    assert Claim.objects.get(pk=claims[0].pk).source.number == 1


def test_it_is_kept_and_the_undo_takes_it_back(
    claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    answer = client.post(f"{address(claims[0], 'keep')}?version=2", follow=True)
    assertContains(answer, "C-1 stays with S-1.")
    assertContains(answer, "1 waits for a decision from S-2")
    assertContains(client.post(address(claims[0], "keep"), follow=True), "C-1 stays there already.")
    assertContains(client.get("/d/china-russia/claims/1/"), "it was left there")
    client.post(address(claims[0], "undo"))
    assert Anchoring.objects.open().count() == 2


def test_nobody_takes_anothers_decision_back(
    claims: list[Claim], analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    client.post(address(claims[0], "keep"))
    client.post(address(claims[0], "undo"))
    sign_in(lead).post(address(claims[0], "keep"))
    assertContains(client.post(address(claims[0], "undo"), follow=True), "decided by someone else")
    assert Anchoring.objects.get(claim=claims[0]).decision == "kept"


def test_the_bin_leads_on_to_the_next(claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    page = client.get(DESK)
    row = Anchoring.objects.get(claim=claims[0])
    assertContains(page, f'value="{DESK}?after={row.pk}"')
    answer = client.post("/d/china-russia/claims/1/bin/", {"next": f"{DESK}?after={row.pk}"}, follow=True)
    assertContains(answer, "Where does C-2 rest now?")
    assertNotContains(answer, "2 wait")


def test_what_was_carried_is_no_orphan(claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    assert sign_in(analyst).post(address(claims[2], "keep")).status_code == 404


def test_wrong_method(claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    assert sign_in(analyst).post(DESK).status_code == 405
    for what in ("place", "keep", "undo"):
        assert sign_in(analyst).get(address(claims[0], what)).status_code == 405


def test_roles(claims: list[Claim], reviewer: Membership, sign_in: SignIn) -> None:
    for what in ("place", "keep", "undo"):
        assert sign_in(reviewer).post(address(claims[0], what)).status_code == 403
