"""The suggestions' pages: the ranked list, those of a claim, and what people make of each."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from claims.actions.bin import put_in_bin
from claims.actions.claim import edit_claim
from claims.actions.suggestion import look_at
from claims.models import Claim, Dismissal, Link, LookedAt, Suggested, SuggestionRun
from sources.models import Dossier, Membership
from tests.conftest import entered, make_claim, make_link, make_source, make_suggested

SignIn = Callable[..., Client]
LIST = "/d/china-russia/pair/suggestions/"
CLAIM = "/d/china-russia/claims/1/suggestions/"


@pytest.fixture
def claims(dossier: Dossier, analyst: Membership) -> list[Claim]:
    said = ("Trade rose in March.", "Trade fell in March.", "Trade is as it was.", "The ministry denied it.")
    return [make_claim(make_source(dossier, one, by=analyst), one, by=analyst, statement=one) for one in said]


def pairs(client: Client, address: str = LIST) -> list[str]:
    """The suggestions on a page, in order: "C-1-C-2"."""
    body = client.get(address).content.decode()
    return [part.split('"')[0] for part in body.split('class="suggestion" id="')[1:]]


def say(client: Client, one: int, other: int, how: str = "accept", **more: str) -> str:
    """Say something of a pair, and what the next page tells."""
    data = {"from": one, "to": other, **more}
    answer = client.post(reverse(f"claims:suggestion-{how}", args=["china-russia"]), data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_likeliest_come_first_and_changes_over_time_stand_apart(
    claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    make_suggested(claims[0], claims[1], score=0.6)
    make_suggested(claims[0], claims[2], score=0.9)
    make_suggested(claims[1], claims[2], score=0.7, over_time=True)
    make_suggested(claims[0], claims[3], stance="supports", score=0.5)
    client = sign_in(analyst)
    assert pairs(client) == ["C-1-C-3", "C-1-C-2"]
    assert pairs(client, f"{LIST}?order=uncertain") == ["C-1-C-2", "C-1-C-3"]
    assert pairs(client, f"{LIST}?show=time") == ["C-2-C-3"]
    assert pairs(client, f"{LIST}?show=supports") == ["C-1-C-4"]
    body = client.get(LIST).content.decode()
    assert "one says “fell”, the other “rose”" in body
    assert "+1.25" in body
    assert "At most 20" in body
    assert client.get(f"{LIST}?after=nonsense").status_code == 404


def test_pages_follow_each_other_without_a_gap(
    claims: list[Claim], dossier: Dossier, analyst: Membership, sign_in: SignIn
) -> None:
    source = make_source(dossier, by=analyst)
    more = [make_claim(source, by=analyst, statement=f"Number {n}.") for n in range(24)]
    for n, other in enumerate(more):
        make_suggested(claims[0], other, score=round(0.9 - n // 3 / 100, 4))
    client = sign_in(analyst)
    first = pairs(client)
    answer = client.get(LIST).content.decode()
    following = answer.split('href="')
    [address] = [part.split('"')[0] for part in following if "after=" in part.split('"')[0]]
    rest = pairs(client, address.replace("&amp;", "&"))
    assert len(first) == 20
    assert len(rest) == 4
    assert len({*first, *rest}) == 24


def test_an_accepted_one_is_a_proposed_link_that_keeps_what_was_said(
    claims: list[Claim], analyst: Membership, reviewer: Membership, sign_in: SignIn
) -> None:
    reasons = [
        ["paths of two", "C-1 contradicts C-9, which supports C-2", 2.0],
        ["opposed", "one says “rose”", 1.0],
    ]
    make_suggested(claims[0], claims[1], score=0.8125, by_links=True, reasons=reasons)
    client = sign_in(analyst)
    assert "L-1 proposed: C-1 supports C-2." in say(client, 1, 2, kind="supports")
    link = Link.objects.get()
    assert (link.kind, link.state, link.by) == ("supports", "proposed", analyst)
    kept = json.loads(link.extra)["suggestion"]
    assert (kept["engine"], kept["version"], kept["score"]) == ("a model 1", "features 1", 0.8125)
    assert kept["reasons"][1] == {"reason": "one says “rose”", "weight": 1.0}
    assert "C-9" not in link.extra, "how another link stands may be hidden later from whoever is to judge it"
    assert pairs(client) == []
    page = client.get("/d/china-russia/links/1/").content.decode()
    assert "Suggested by the machine" in page
    assert "81 per cent" in page
    review = sign_in(reviewer).get("/d/china-russia/review/").content.decode()
    assert "Trade rose in March." in review
    assert "81 per cent" not in review
    assert "one says" not in review


def test_the_undo_of_an_accepted_one_lays_the_pair_on_the_desk(
    claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    make_suggested(claims[0], claims[1])
    client = sign_in(analyst)
    body = say(client, 1, 2, kind="contradicts")
    undo = body.split('method="post" action="')[1:]
    [address] = [part.split('"')[0] for part in undo if "since=" in part.split('"')[0]]
    answer = client.post(address.replace("&amp;", "&"))
    assert Link.objects.get().is_binned
    assert answer.headers["Location"] == "/d/china-russia/pair/?from=1&to=2"
    assert pairs(client) == [], "a pair whose link is in the bin is not suggested"


def test_a_dismissed_one_never_returns_until_it_is_taken_back(
    claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    make_suggested(claims[0], claims[1])
    client = sign_in(analyst)
    assert "C-2 and C-1 are not suggested again." in say(client, 2, 1, "dismiss")
    assert pairs(client) == []
    dismissal = Dismissal.objects.get()
    assert (dismissal.one, dismissal.other, dismissal.by) == (claims[0], claims[1], analyst)
    assert "dismissed by analyst" in client.get(f"{LIST}?show=dismissed").content.decode()
    say(client, 1, 2, "dismiss")
    assert Dismissal.objects.count() == 1, "a second click changes nothing"
    assert "not suggested any more" in say(client, 1, 2, kind="contradicts")
    client.post(reverse("claims:suggestion-undismiss", args=["china-russia", 1, 2]))
    assert pairs(client) == ["C-1-C-2"]


def test_only_a_lead_takes_back_what_another_dismissed(
    claims: list[Claim], analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    make_suggested(claims[0], claims[1])
    say(sign_in(lead), 1, 2, "dismiss")
    address = reverse("claims:suggestion-undismiss", args=["china-russia", 2, 1])
    assert "ask a lead" in sign_in(analyst).post(address, follow=True).content.decode()
    assert Dismissal.objects.exists()
    sign_in(lead).post(address)
    assert not Dismissal.objects.exists()


def test_nothing_stale_is_shown(claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    make_suggested(claims[0], claims[1])
    make_suggested(claims[0], claims[2])
    make_suggested(claims[1], claims[3])
    client = sign_in(analyst)
    link = make_link(claims[1], claims[0], by=analyst)
    assert pairs(client) == ["C-2-C-4", "C-1-C-3"]
    assert analyst.user
    put_in_bin(link, access=entered(analyst.user, claims[0].dossier))
    assert pairs(client) == ["C-2-C-4", "C-1-C-3"]
    put_in_bin(claims[3], access=entered(analyst.user, claims[0].dossier))
    assert pairs(client) == ["C-1-C-3"]
    changes = {"statement": "Trade stood still."}
    edit_claim(claims[2], by=analyst, changes=changes, version=1, speaker="", topics=[])
    assert pairs(client) == []


def test_what_cannot_be_accepted_is_refused(
    claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    make_suggested(claims[0], claims[1])
    client = sign_in(analyst)
    accept = reverse("claims:suggestion-accept", args=["china-russia"])
    assert client.post(accept, {"from": 1, "to": 99, "kind": "contradicts"}).status_code == 404
    assert client.post(accept, {"from": 1, "to": 1, "kind": "contradicts"}).status_code == 404
    assert "not a valid choice" in say(client, 1, 2, kind="perhaps")
    assert "not suggested any more" in say(client, 1, 3, kind="contradicts")
    assert not Link.objects.exists()


def test_a_claim_is_looked_at_at_once_and_its_part_is_loaded_by_itself(
    claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    for claim in claims[1:]:
        look_at(claim)
    page = sign_in(analyst).get("/d/china-russia/claims/1/").content.decode()
    assert f'hx-get="{CLAIM}"' in page
    body = sign_in(analyst, htmx=True).get(CLAIM).content.decode()
    assert "<html" not in body
    assert "May be " in body
    assert "Trade fell in March." in body
    assert "At most 20 of each kind" in body
    assert LookedAt.objects.get(claim=claims[0]).provisional
    before = list(Suggested.objects.order_by("pk").values_list("pk", "at"))
    assert "<html" in sign_in(analyst).get(CLAIM).content.decode()
    assert list(Suggested.objects.order_by("pk").values_list("pk", "at")) == before, "once is enough"


def test_a_reviewer_finds_no_suggestions(claims: list[Claim], reviewer: Membership, sign_in: SignIn) -> None:
    make_suggested(claims[0], claims[1])
    client = sign_in(reviewer)
    assert client.get(LIST).status_code == 403
    assert client.get(CLAIM).status_code == 403
    assert "suggestions/" not in client.get("/d/china-russia/claims/1/").content.decode()


def test_a_search_is_begun_shown_and_stopped(
    claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    assert "Nobody has looked yet" in client.get(LIST).content.decode()
    client.post(reverse("claims:suggestion-look", args=["china-russia"]))
    run = SuggestionRun.objects.get()
    client.post(reverse("claims:suggestion-look", args=["china-russia"]))
    assert SuggestionRun.objects.get().uid == run.uid, "the one at work goes on"
    part = sign_in(analyst, htmx=True).get(f"{LIST}?search=1").content.decode()
    assert "0 of 4 claims looked at" in part
    assert "<html" not in part
    client.post(reverse("claims:suggestion-stop", args=["china-russia"]))
    assert "Stopped after 0 of 4 claims" in client.get(LIST).content.decode()


def test_what_was_learned_is_shown_to_a_lead_alone(
    claims: list[Claim], lead: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    assert "What the verdicts taught" in sign_in(lead).get(LIST).content.decode()
    assert "What the verdicts taught" not in sign_in(analyst).get(LIST).content.decode()


@pytest.mark.parametrize(
    "extra", ['{"suggestion":3}', '{"suggestion":{"score":"x","reasons":[1,{"weight":"a"}]}}']
)
def test_a_file_may_bring_anything_where_a_link_keeps_its_suggestion(
    claims: list[Claim], analyst: Membership, sign_in: SignIn, extra: str
) -> None:
    make_link(claims[0], claims[1], by=analyst, extra=extra)
    assert sign_in(analyst).get("/d/china-russia/links/1/").status_code == 200
