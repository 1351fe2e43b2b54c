"""Changing many claims at once: shown first, all or none of a claim, and taken back to what each had."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.actions.bulk import Wanted, edit_many
from claims.actions.claim import edit_claim
from claims.models import Claim, Link, Revision
from sources.models import Dossier, Membership, User
from tests.claims.test_two_at_once import while_open
from tests.conftest import make_claim, make_dossier, make_link, make_member, make_review, make_source

type SignIn = Callable[..., Client]
ADDRESS = "/d/china-russia/claims/bulk/"


@pytest.fixture
def claims(dossier: Dossier, analyst: Membership) -> list[Claim]:
    source = make_source(dossier, by=analyst)
    made = [
        make_claim(source, by=analyst, about=f"202{n}", speaker=f"Minister {n}", topics=["trade", f"own {n}"])
        for n in range(3)
    ]
    return [*made, make_claim(source, by=analyst)]


def sent(*claims: Claim, **changes: object) -> dict[str, object]:
    chosen = " ".join(f"{claim.number}:{claim.version}" for claim in claims)
    return {"claims": chosen, "do": "save", **changes}


def values(claims: list[Claim]) -> list[tuple[object, ...]]:
    found = Claim.objects.in_bulk([claim.pk for claim in claims])
    return [
        (
            one.about,
            one.modality,
            one.credibility,
            one.speaker.name if one.speaker else "",
            sorted(one.topics.values_list("name", flat=True)),
        )
        for claim in claims
        for one in [found[claim.pk]]
    ]


def undo(client: Client) -> str:
    address = reverse("claims:undo-revision", args=["china-russia", Revision.objects.latest("pk").uid])
    return client.post(address, follow=True).content.decode()


def test_the_form_shows_what_was_chosen(claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    page = sign_in(analyst).get(f"{ADDRESS}?claim=1&claim=2&claim=77").content.decode()
    assert "Edit 2 claims" in page
    assert 'value="2:1 1:1"' in page


def test_all_that_match_are_chosen(claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    assert "Edit 3 claims" in sign_in(analyst).get(f"{ADDRESS}?all=1&topic=trade").content.decode()


def test_none_chosen_goes_back_to_the_list(claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    answer = sign_in(analyst).get(f"{ADDRESS}?topic=trade", follow=True)
    assert answer.redirect_chain == [("/d/china-russia/claims/?topic=trade", 302)]
    assert "No claim was chosen" in answer.content.decode()


def test_what_would_change_is_shown_and_nothing_done(
    claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    before = values(claims)
    answer = sign_in(analyst).post(
        ADDRESS, sent(*claims, do="show", about="2021", add="trade, energy", remove="own 0")
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "4 claims would change" in page, re.findall(r"[^\n]*would change[^\n]*", page)
    assert "<del>own 0, trade</del> <ins>energy, trade</ins>" in page
    assert values(claims) == before
    assert 'name="about" value="2021"' in page


def test_it_is_done_and_each_gets_its_own_back(
    claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    before, client = values(claims), sign_in(analyst)
    changes = {"about": "2021", "modality": "denial", "credibility": "2", "speaker": "Mao Ning"}
    answer = client.post(ADDRESS, sent(*claims[:3], **changes, add="energy", remove="trade"))
    assert answer.status_code == 302
    after = values(claims)
    assert after[:3] == [("2021", "denial", 2, "Mao Ning", ["energy", f"own {n}"]) for n in range(3)]
    assert after[3] == before[3]
    assert "Taken back" in undo(client)
    assert values(claims) == before


def test_fields_are_emptied_when_asked(claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    client, before = sign_in(analyst), values(claims)
    client.post(ADDRESS, sent(*claims, speaker_empty="on", about_empty="on"))
    assert [row[0] for row in values(claims)] == [""] * 4
    assert [row[3] for row in values(claims)] == [""] * 4
    undo(client)
    assert values(claims) == before


def test_topics_alone_make_an_open_edit_stale(
    claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    sign_in(analyst).post(ADDRESS, sent(claims[0], add="energy"))
    assert Claim.objects.get(pk=claims[0].pk).version == 2


def test_a_claim_changed_since_is_left_by_the_undo_and_named(
    claims: list[Claim], analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    client.post(ADDRESS, sent(*claims[:2], about="2019"))
    edit_claim(
        Claim.objects.get(number=2),
        by=lead,
        changes={"about": "2018"},
        version=2,
        speaker="Minister 1",
        topics=["trade", "own 1"],
    )
    assert "left as they are: C-2" in undo(client)
    assert [row[0] for row in values(claims)] == ["2020", "2018", "2022", ""]


def test_a_claim_changed_since_it_was_shown_is_left_and_named(
    claims: list[Claim], analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    chosen = sent(*claims[:2], about="2019")
    edit_claim(claims[0], by=lead, changes={"about": "2018"}, version=1, speaker="", topics=[])
    page = sign_in(analyst).post(ADDRESS, chosen, follow=True).content.decode()
    assert "1 claim changed" in page
    assert "left as they are: C-1" in page
    assert [row[0] for row in values(claims)[:2]] == ["2018", "2019"]


def test_judged_links_are_marked_and_the_preview_tells_nobody_of_reviews(
    claims: list[Claim], analyst: Membership, reviewer: Membership, lead: Membership, sign_in: SignIn
) -> None:
    judged, bare = make_link(claims[0], claims[1], by=analyst), make_link(claims[0], claims[2], by=analyst)
    request = sent(claims[0], about="2019")
    client = sign_in(analyst)

    def shown() -> str:
        page = client.post(ADDRESS, {**request, "do": "show"}).content.decode()
        return page[page.index("<main") : page.index("</main>")].split("csrfmiddlewaretoken")[0]

    unjudged = shown()
    make_review(judged, by=reviewer)
    assert shown() == unjudged
    assert "2 links rest on claims whose times would change" in unjudged
    client.post(ADDRESS, request)
    assert dict(Link.objects.values_list("pk", "changed")) == {judged.pk: True, bare.pk: False}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"about": "soon"},
        {"add": "a", "remove": "a"},
        {"speaker": "x", "speaker_empty": "on"},
        {"modality": "odd"},
    ],
)
def test_bad_input_gets_422(
    changes: dict[str, str], claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    before = values(claims)
    assert sign_in(analyst).post(ADDRESS, sent(*claims, **changes)).status_code == 422
    assert values(claims) == before


@pytest.mark.parametrize("chosen", ["", "1", "one:two", "99999999999:1"])
def test_a_form_that_does_not_say_which_goes_back(
    chosen: str, claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    answer = sign_in(analyst).post(ADDRESS, {"claims": chosen, "about": "2019", "do": "save"})
    assert answer["Location"] == "/d/china-russia/claims/"


def test_the_statements_are_as_many_for_many_claims(claims: list[Claim], analyst: Membership) -> None:
    counts = []
    for chosen in (claims[:1], claims[1:]):
        wanted = Wanted({"about": "2019", "speaker": "Mao Ning"}, frozenset({"energy"}), frozenset({"trade"}))
        with CaptureQueriesContext(connection) as captured:
            edit_many(
                dossier=analyst.dossier, by=analyst, versions={one.number: 1 for one in chosen}, wanted=wanted
            )
        counts.append(len(captured))
    assert counts[1] <= counts[0] <= 30


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("reviewer", 403), ("lead", 302)])
def test_roles(role: str, status: int, claims: list[Claim], sign_in: SignIn) -> None:
    person = make_member(claims[0].dossier, f"a {role}", role)
    assert sign_in(person).post(ADDRESS, sent(*claims, about="2019")).status_code == status


def test_outsider_gets_404(claims: list[Claim], outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).get(ADDRESS).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_overwrite_each_other() -> None:
    dossier = make_dossier()
    one, two = (make_member(dossier, name, "analyst") for name in ("one", "two"))
    source = make_source(dossier, by=one)
    versions = {make_claim(source, by=one).number: 1 for _ in range(3)}

    def change(by: Membership, about: str) -> object:
        return edit_many(dossier=dossier, by=by, versions=versions, wanted=Wanted({"about": about}))

    first, second = while_open(lambda: change(one, "2019"), lambda: change(two, "2020"))
    assert (first.changed, second.changed, second.left) == (3, 0, ["C-1", "C-2", "C-3"])
    assert set(Claim.objects.values_list("about", flat=True)) == {"2019"}
