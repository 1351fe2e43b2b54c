"""Editing a claim: saved, refused with all that was typed, and never over somebody else's edit unasked."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from claims.actions.bin import put_in_bin
from claims.models import Claim, Link
from sources.models import Dossier, Membership, User
from tests.conftest import entered, make_claim, make_dossier, make_member, make_pair, make_review, make_source

type SignIn = Callable[..., Client]
ADDRESS = "/d/china-russia/claims/1/edit/"


@pytest.fixture
def claim(dossier: Dossier, analyst: Membership) -> Claim:
    return make_claim(make_source(dossier, by=analyst), by=analyst)


def fields(claim: Claim, **changes: object) -> dict[str, object]:
    return {
        "words": claim.quote,
        "start": claim.start,
        "statement": claim.statement,
        "version": claim.version,
        **changes,
    }


def test_it_works(claim: Claim, analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    assert claim.statement in client.get(ADDRESS).content.decode()
    changes = {
        "statement": "Better.",
        "speaker": "A minister",
        "topics": "trade, energy",
        "about": "2022/2023-01",
    }
    answer = client.post(ADDRESS, fields(claim, **changes, modality="denial", credibility="2"))
    assert answer.status_code == 302
    claim.refresh_from_db()
    assert (claim.statement, claim.speaker and claim.speaker.name, claim.about) == (
        "Better.",
        "A minister",
        "2022/2023-01",
    )
    assert [topic.name for topic in claim.topics.all()] == ["energy", "trade"]
    assert (claim.modality, claim.credibility, claim.version) == ("denial", 2, 2)


def test_the_words_may_move(claim: Claim, analyst: Membership, sign_in: SignIn) -> None:
    sign_in(analyst).post(ADDRESS, fields(claim, words="a rise of nine per cent", start=""))
    claim.refresh_from_db()
    assert claim.quote == "a rise of nine per cent"
    assert claim.source.text[claim.start : claim.end] == claim.quote


@pytest.mark.parametrize("role", ["viewer", "reviewer"])
def test_lesser_roles_get_403(claim: Claim, role: str, sign_in: SignIn) -> None:
    person = make_member(claim.dossier, f"a {role}", role)
    assert sign_in(person).get(ADDRESS).status_code == 403
    assert sign_in(person).post(ADDRESS, fields(claim)).status_code == 403


def test_outsider_gets_404(claim: Claim, outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).post(ADDRESS, fields(claim)).status_code == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"words": "one character offf"}, "do not stand in S-1"),
        ({"statement": ""}, "State what the words claim"),
        ({"about": "2023/2022"}, "ends before it starts"),
        ({"asserted": "spring"}, "is no date"),
        ({"version": ""}, "This field is required"),
    ],
)
def test_bad_input_gets_422_and_is_kept(
    claim: Claim, analyst: Membership, sign_in: SignIn, change: dict[str, object], said: str
) -> None:
    answer = sign_in(analyst).post(ADDRESS, fields(claim, via="typed by hand", **change))
    assert answer.status_code == 422
    if "version" not in change:
        assert said in answer.content.decode()
    assert "typed by hand" in answer.content.decode()
    claim.refresh_from_db()
    assert claim.version == 1


def test_a_second_editor_sees_both_versions_and_is_asked(
    claim: Claim, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    sign_in(lead).post(ADDRESS, fields(claim, statement="The lead's words."))
    client = sign_in(analyst)
    answer = client.post(ADDRESS, fields(claim, statement="The analyst's words."))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The lead&#x27;s words." in page
    assert "The analyst&#x27;s words." in page
    claim.refresh_from_db()
    assert claim.statement == "The lead's words."
    again = client.post(ADDRESS, fields(claim, statement="The analyst's words.", version=claim.version))
    assert again.status_code == 302
    claim.refresh_from_db()
    assert claim.statement == "The analyst's words."


def test_words_that_were_judged_mark_their_link(
    dossier: Dossier, analyst: Membership, sign_in: SignIn
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=analyst)
    sign_in(analyst).post(ADDRESS, fields(link.from_claim, statement="Other words."))
    link.refresh_from_db()
    assert link.changed


def test_a_claim_binned_meanwhile_is_not_edited_and_the_typed_words_stay(
    claim: Claim, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    assert lead.user
    put_in_bin(claim, access=entered(lead.user, claim.dossier))
    answer = sign_in(analyst).post(ADDRESS, fields(claim, statement="Typed meanwhile."))
    assert answer.status_code == 422
    assert "put in the bin by lead" in answer.content.decode()
    assert "Typed meanwhile." in answer.content.decode()
    assert sign_in(analyst).get(ADDRESS).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_editors_at_once_on_two_connections() -> None:
    dossier = make_dossier()
    people = [make_member(dossier, name, "analyst") for name in ("one", "two")]
    claim = make_claim(make_source(dossier, by=people[0]), by=people[0])
    together = threading.Barrier(2)
    answers: list[int] = []

    def edit(person: Membership) -> None:
        client = Client()
        assert person.user
        client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
        together.wait()
        answers.append(client.post(ADDRESS, fields(claim, statement=f"By {person.name}.")).status_code)
        connections.close_all()

    threads = [threading.Thread(target=edit, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 409]


def test_bin_and_undo(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    link = make_pair(dossier, by=analyst)
    client = sign_in(analyst)
    answer = client.post(reverse("claims:claim-bin", args=["china-russia", 1]))
    assert answer.status_code == 302
    assert Claim.objects.get(number=1).is_binned
    assert Link.objects.get(pk=link.pk).is_binned
    client.post(reverse("claims:bin-restore", args=["china-russia", "C", 1]))
    assert not Claim.objects.get(number=1).is_binned
    assert not Link.objects.get(pk=link.pk).is_binned
