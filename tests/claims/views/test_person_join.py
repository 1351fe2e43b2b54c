"""Joining an imported person to a member."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from claims.actions.bin import put_in_bin
from claims.actions.link import adjudicate
from claims.models import Claim, Link, Review
from sources.models import Dossier, Membership, Source, User
from tests.conftest import entered, make_claim, make_dossier, make_member, make_pair, make_review, make_source

SignIn = Callable[..., Client]
URL = "/d/china-russia/members/join/"
ASKED = f"{URL}?person=Zhang+Wei"


@pytest.fixture
def imported(dossier: Dossier) -> Membership:
    return make_member(dossier, "Zhang Wei")


def test_it_works(
    dossier: Dossier,
    imported: Membership,
    lead: Membership,
    analyst: Membership,
    reviewer: Membership,
    sign_in: SignIn,
) -> None:
    claim = make_claim(make_source(dossier, by=imported), by=imported, speaker="A ministry")
    link = make_pair(dossier, by=imported)
    make_review(link, by=imported)
    make_review(link, by=reviewer, verdict="neither")
    adjudicate(link, by=imported, verdict="contradicts")
    binned = make_source(dossier, by=analyst)
    assert lead.user
    put_in_bin(binned, access=entered(lead.user, dossier))
    Source.objects.filter(pk=binned.pk).update(binned_by=imported)

    client = sign_in(lead)
    page = client.get(ASKED)
    assert dict(page.context["work"]) == {
        "sources": 3,
        "claims": 3,
        "links": 1,
        "reviews": 1,
        "adjudications": 1,
    }
    response = client.post(URL, {"person": "Zhang Wei", "member": "analyst"})
    assertRedirects(response, "/d/china-russia/members/")
    assert not Membership.objects.filter(name="Zhang Wei").exists()
    claim.refresh_from_db()
    link.refresh_from_db()
    binned.refresh_from_db()
    assert claim.speaker
    assert {claim.by, claim.speaker.by, link.by, link.adjudicated_by, binned.binned_by} == {analyst}
    assert not Claim.objects.exclude(by=analyst).exists()
    assert Review.objects.get(verdict="contradicts").reviewer == analyst
    assert (link.state, link.verdict, link.changed) == ("settled", "contradicts", False)


def test_a_member_who_left_may_be_meant(
    dossier: Dossier, imported: Membership, lead: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    Membership.objects.filter(pk=viewer.pk).update(role="")
    response = sign_in(lead).post(URL, {"person": "Zhang Wei", "member": "viewer"})
    assert response.status_code == 302


def test_who_both_judged_a_link_cannot_be_one(
    dossier: Dossier, imported: Membership, lead: Membership, reviewer: Membership, sign_in: SignIn
) -> None:
    settled = make_pair(dossier, by=lead)
    make_review(settled, by=imported)
    make_review(settled, by=reviewer)
    response = sign_in(lead).post(URL, {"person": "Zhang Wei", "member": "reviewer"})
    assertContains(response, f"cannot be one person: {settled.cited}.", status_code=422)
    assert Review.objects.filter(reviewer=imported).exists()


def test_the_refusal_tells_a_lead_nothing_of_what_she_must_judge_blind(
    dossier: Dossier, imported: Membership, lead: Membership, reviewer: Membership, sign_in: SignIn
) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(reviews_needed=3)
    blind = make_pair(dossier, by=lead)
    make_review(blind, by=imported)
    make_review(blind, by=reviewer)
    assert dict(sign_in(lead).get(ASKED).context["work"])["reviews"] == 0
    response = sign_in(lead).post(URL, {"person": "Zhang Wei", "member": "reviewer"})
    assertContains(response, "1 that you may not know of yet", status_code=422)
    assertNotContains(response, blind.cited, status_code=422)


@pytest.mark.parametrize("member", ["", "Zhang Wei", "elsewhere", "nobody"])
def test_only_members_of_the_dossier_can_be_meant(
    member: str, imported: Membership, lead: Membership, sign_in: SignIn
) -> None:
    make_member(make_dossier("other"), "elsewhere", "viewer")
    response = sign_in(lead).post(URL, {"person": "Zhang Wei", "member": member})
    assert response.status_code == 422
    assert Membership.objects.filter(name="Zhang Wei").exists()


@pytest.mark.parametrize("person", ["", "nobody", "viewer", "elsewhere", "a%00b"])
def test_who_is_no_imported_person_of_the_dossier_is_404(
    person: str, imported: Membership, lead: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    make_member(make_dossier("other"), "elsewhere")
    assert sign_in(lead).get(f"{URL}?person={person}").status_code == 404


def test_only_leads(
    dossier: Dossier, imported: Membership, analyst: Membership, outsider: User, sign_in: SignIn
) -> None:
    given = {"person": "Zhang Wei", "member": "analyst"}
    assert sign_in(analyst).get(ASKED).status_code == 403
    assert sign_in(analyst).post(URL, given).status_code == 403
    assert sign_in(outsider).get(ASKED).status_code == 404
    assert sign_in(outsider).post(URL, given).status_code == 404
    assert not Link.objects.exists()
    assert Membership.objects.filter(name="Zhang Wei").exists()
