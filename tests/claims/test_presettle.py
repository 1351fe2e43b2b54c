"""Settling by rule: what a rule settles, what it never touches, and what a dry run never tells."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from claims.actions.presettle import presettle, within_reach
from claims.actions.review import give_verdict, open_dispute
from claims.models import Disclosure, Link, Review, Revision
from claims.rules import MAJORITY, UNANIMOUS, Rule
from sources.models import Dossier, Membership, Role
from tests.conftest import entered, make_member, make_pair, make_review

SignIn = Callable[..., Client]
PAGE = "/d/china-russia/review/presettle/"
VERDICTS = ("contradicts", "supports", "neither")


@pytest.mark.parametrize(
    ("rule", "tally", "verdict"),
    [
        (Rule(UNANIMOUS, 2), {"neither": 2}, "neither"),
        (Rule(UNANIMOUS, 2), {"neither": 1}, ""),
        (Rule(UNANIMOUS, 2), {"neither": 2, "supports": 1}, ""),
        (Rule(MAJORITY, 3, 66), {"neither": 2, "supports": 1}, "neither"),
        (Rule(MAJORITY, 3, 67), {"neither": 2, "supports": 1}, ""),
        (Rule(MAJORITY, 4, 34), {"neither": 2, "supports": 2}, ""),
        (Rule(MAJORITY, 4, 50), {"neither": 2, "supports": 1, "contradicts": 1}, "neither"),
        (Rule(MAJORITY, 4, 50), {"neither": 2, "supports": 1}, ""),
        (Rule(MAJORITY, 2, 50), {}, ""),
    ],
)
def test_a_rule_settles(rule: Rule, tally: dict[str, int], verdict: str) -> None:
    assert rule.verdict(tally) == verdict


@given(st.dictionaries(st.sampled_from(VERDICTS), st.integers(1, 6)), st.integers(2, 6), st.integers(34, 100))
def test_a_tie_settles_nothing_and_no_verdict_counts_more(
    tally: dict[str, int], least: int, share: int
) -> None:
    found = Rule(MAJORITY, least, share).verdict(tally)
    if sorted(tally.values())[-2:] == [max(tally.values(), default=0)] * 2:
        assert found == ""
    if found:
        assert tally[found] * 100 >= share * sum(tally.values())
    turned = dict(zip(VERDICTS, VERDICTS[1:] + VERDICTS[:1], strict=True))
    assert Rule(MAJORITY, least, share).verdict({turned[k]: n for k, n in tally.items()}) == turned.get(
        found, ""
    )


@pytest.fixture
def people(dossier: Dossier) -> list[Membership]:
    Dossier.objects.update(reviews_needed=3)
    return [make_member(dossier, f"person {n}", Role.REVIEWER) for n in range(3)]


def judged(link: Link, people: list[Membership], *verdicts: str) -> Link:
    for person, verdict in zip(people, verdicts, strict=False):
        make_review(link, by=person, verdict=verdict)
    return link


RULE: dict[str, Any] = {"rule": "majority", "least": 3, "share": 66}


@pytest.fixture
def links(dossier: Dossier, analyst: Membership, people: list[Membership]) -> list[Link]:
    """Two with a majority (the first opened by the lead), one without, one in review."""
    made = [make_pair(dossier, by=analyst) for _ in range(4)]
    judged(made[0], people, "neither", "neither", "supports")
    judged(made[1], people, "contradicts", "supports", "contradicts")
    judged(made[2], people, *VERDICTS)
    judged(made[3], people, "neither", "neither")
    return made


def test_the_dry_run_lists_what_the_lead_knows_and_nothing_else(
    dossier: Dossier, lead: Membership, links: list[Link], sign_in: SignIn
) -> None:
    assert lead.user
    access = entered(lead.user, dossier)
    client = sign_in(lead)
    page = client.get(PAGE, RULE).content.decode()
    assert "It settles none of the links whose verdicts you know." in page
    assert "3 disputed links that you have not opened are put to the rule unseen" in page
    assert "1 link in review that you could still judge is left out" in page
    open_dispute(access, links[0])
    page = client.get(PAGE, RULE).content.decode()
    assert '<strong class="num">1</strong> link that you know would be settled' in page
    assert "2 neither" in page
    assert "L-2" not in page
    assert Disclosure.objects.filter(person=lead).count() == 1, "the dry run opens nothing"
    assert not Link.objects.exclude(adjudication_verdict="").exists()


def test_applied_it_settles_without_opening_and_leaves_what_she_could_judge(
    dossier: Dossier, lead: Membership, links: list[Link], sign_in: SignIn
) -> None:
    client = sign_in(lead)
    answer = client.post(PAGE, RULE, follow=True)
    assert "2 links settled by rule: at least 66 % of at least 3 verdicts agree." in answer.content.decode()
    settled = {link.number: link for link in Link.objects.exclude(adjudication_verdict="")}
    assert {number: link.verdict for number, link in settled.items()} == {1: "neither", 2: "contradicts"}
    assert settled[1].adjudicated_by == lead
    assert settled[1].adjudication_note == "Settled by rule: at least 66 % of at least 3 verdicts agree."
    assert not Disclosure.objects.filter(person=lead, link=links[3]).exists()
    undo = f"/d/china-russia/undo/{Revision.objects.get().uid}/"
    assert client.post(undo).status_code == 302
    assert list(Link.objects.order_by("number").values_list("state", flat=True)) == [
        "disputed",
        "disputed",
        "disputed",
        "proposed",
    ]


def test_unanimous_settles_early_only_what_the_lead_has_judged_herself(
    dossier: Dossier, lead: Membership, analyst: Membership, links: list[Link], people: list[Membership]
) -> None:
    hers = make_pair(dossier, by=analyst)
    judged(hers, [people[0], lead], "neither", "neither")
    assert lead.user
    access = entered(lead.user, dossier)
    assert links[3] not in within_reach(access)
    presettle(access=access, rule=Rule(UNANIMOUS, 2))
    assert list(Link.objects.filter(state="settled")) == [hers]


def test_what_another_lead_changed_since_stays_when_it_is_taken_back(
    dossier: Dossier, lead: Membership, links: list[Link], sign_in: SignIn
) -> None:
    client = sign_in(lead)
    client.post(PAGE, RULE)
    Link.objects.filter(number=1).update(adjudication_verdict="supports", adjudicated_at="2026-01-01T00:00Z")
    answer = client.post(f"/d/china-russia/undo/{Revision.objects.get().uid}/", follow=True)
    assert "Changed since, and left as they are: L-1." in answer.content.decode()
    assert Link.objects.get(number=1).verdict == "supports"
    assert Link.objects.get(number=2).state == "disputed"


@pytest.mark.parametrize("wrong", [{"rule": "coin"}, {"least": 1}, {"share": 20}, {"share": ""}])
def test_a_wrong_rule_is_said(
    lead: Membership, links: list[Link], sign_in: SignIn, wrong: dict[str, Any]
) -> None:
    client = sign_in(lead)
    assert client.get(PAGE, RULE | wrong).status_code == 422
    assert client.post(PAGE, RULE | wrong).status_code == 422


def test_a_rule_that_settles_nothing_says_so(lead: Membership, links: list[Link], sign_in: SignIn) -> None:
    answer = sign_in(lead).post(PAGE, RULE | {"share": 100})
    assert answer.status_code == 422
    assert "settles nothing as the verdicts stand now" in answer.content.decode()


def test_words_that_changed_since_are_left_out(
    dossier: Dossier, lead: Membership, links: list[Link], sign_in: SignIn
) -> None:
    Link.objects.filter(number=1).update(changed=True)
    sign_in(lead).post(PAGE, RULE)
    assert list(Link.objects.filter(state="settled").values_list("number", flat=True)) == [2]


def test_the_dry_run_is_the_same_whatever_was_said_of_what_she_could_judge(
    dossier: Dossier, lead: Membership, links: list[Link], people: list[Membership], sign_in: SignIn
) -> None:
    client = sign_in(lead)
    rule: dict[str, Any] = {"rule": "unanimous", "least": 2}

    def page() -> str:
        text = client.get(PAGE, rule).content.decode()
        return text[text.index("<section") :].split("<form")[0]

    before = page()
    Review.objects.filter(link=links[3]).delete()
    assert page() == before
    give_verdict(link=links[3], by=people[2], verdict="supports", versions=(1, 1))
    assert page() == before
