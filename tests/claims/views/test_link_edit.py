"""Editing what was proposed of a link; two people at it; the bin."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from claims.actions.bin import put_in_bin
from claims.models import Link
from sources.models import Dossier, Membership, User
from tests.conftest import entered, make_dossier, make_member, make_pair, make_review

SignIn = Callable[..., Client]
ADDRESS = "/d/china-russia/links/1/edit/"


@pytest.fixture
def link(dossier: Dossier, analyst: Membership) -> Link:
    return make_pair(dossier, by=analyst, strength="strong", rationale="First reason.")


def _given(**changes: str) -> dict[str, str]:
    return {
        "kind": "contradicts",
        "strength": "strong",
        "rationale": "First reason.",
        "version": "1",
        **changes,
    }


def test_it_works(link: Link, analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    assert "First reason." in client.get(ADDRESS).content.decode()
    answer = client.post(ADDRESS, _given(contradiction_type="scope", strength="weak", rationale="Better."))
    assert answer["Location"] == "/d/china-russia/links/1/"
    link.refresh_from_db()
    assert (link.contradiction_type, link.strength, link.rationale) == ("scope", "weak", "Better.")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"contradiction_type": "taste"}, "not one of the available choices"),
        ({"strength": "mighty"}, "not one of the available choices"),
        ({"version": "x"}, "version"),
    ],
)
def test_bad_input_gets_422_and_keeps_what_was_typed(
    changes: dict[str, str], said: str, link: Link, analyst: Membership, sign_in: SignIn
) -> None:
    answer = sign_in(analyst).post(ADDRESS, _given(rationale="What I wrote.", **changes))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert "What I wrote." in page
    link.refresh_from_db()
    assert link.rationale == "First reason."


@pytest.mark.parametrize("judged", [False, True])
def test_what_was_proposed_stays_whether_it_was_judged_or_not(
    judged: bool, link: Link, analyst: Membership, reviewer: Membership, sign_in: SignIn
) -> None:
    """A refusal once it was judged would tell a blind reader that it was."""
    if judged:
        make_review(link, by=reviewer)
    client = sign_in(analyst)
    page = client.get(ADDRESS).content.decode()
    assert 'name="kind"' not in page
    assert "stays as it was proposed" in page
    was = (link.kind, link.from_claim_id, link.to_claim_id)
    sent = _given(kind="neither", turned="on", mutual="on", rationale="Better.")
    assert client.post(ADDRESS, sent).status_code == 302
    link.refresh_from_db()
    assert (link.kind, link.from_claim_id, link.to_claim_id) == was
    assert (link.mutual, link.rationale) == (False, "Better.")


@pytest.mark.parametrize(
    ("kind", "offered"), [("contradicts", "contradiction_type"), ("supports", "mutual"), ("neither", "")]
)
def test_only_what_fits_its_kind_is_offered(
    kind: str, offered: str, dossier: Dossier, analyst: Membership, sign_in: SignIn
) -> None:
    link = make_pair(dossier, by=analyst, kind=kind)
    client = sign_in(analyst)
    page = client.get(ADDRESS).content.decode()
    for name in ("contradiction_type", "mutual"):
        assert (f'name="{name}"' in page) is (name == offered)
    sent = {"version": "1", "contradiction_type": "scope", "mutual": "on", "rationale": "So."}
    assert client.post(ADDRESS, sent).status_code == 302
    link.refresh_from_db()
    assert link.contradiction_type == ("scope" if kind == "contradicts" else "")
    assert link.mutual is (kind == "supports")


def test_the_form_tells_a_blind_reader_nothing(
    link: Link, dossier: Dossier, analyst: Membership, reviewer: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    before = client.get(ADDRESS).content.decode().split("<main")[1].split("csrfmiddlewaretoken")[0]
    make_review(link, by=reviewer)
    after = client.get(ADDRESS).content.decode().split("<main")[1].split("csrfmiddlewaretoken")[0]
    assert before == after


def test_the_second_of_two_sees_both_versions_and_is_asked(
    link: Link, dossier: Dossier, analyst: Membership, sign_in: SignIn
) -> None:
    colleague = make_member(dossier, "colleague", "analyst")
    sign_in(colleague).post(ADDRESS, _given(rationale="Theirs."))
    client = sign_in(analyst)
    answer = client.post(ADDRESS, _given(rationale="Mine."))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "<ins>Mine.</ins>" in page
    assert "<dd>Theirs.</dd>" in page
    assert 'name="version" value="2"' in page
    assert re.search(r"<textarea[^>]*>\s*Mine.</textarea>", page)
    assert "errorlist" not in page
    link.refresh_from_db()
    assert link.rationale == "Theirs."
    assert client.post(ADDRESS, _given(rationale="Mine.", version="2")).status_code == 302
    link.refresh_from_db()
    assert link.rationale == "Mine."


class TestTheDoor:
    def test_lesser_roles_get_403(
        self, link: Link, reviewer: Membership, viewer: Membership, sign_in: SignIn
    ) -> None:
        for person in (reviewer, viewer):
            client = sign_in(person)
            assert client.get(ADDRESS).status_code == client.post(ADDRESS, _given()).status_code == 403

    def test_outsider_gets_404(self, link: Link, outsider: User, sign_in: SignIn) -> None:
        client = sign_in(outsider)
        assert client.get(ADDRESS).status_code == client.post(ADDRESS, _given()).status_code == 404

    def test_a_link_elsewhere_gets_404(self, link: Link, analyst: Membership, sign_in: SignIn) -> None:
        make_dossier("other")
        client = sign_in(analyst)
        assert client.get("/d/other/links/1/edit/").status_code == 404
        assert client.get("/d/china-russia/links/2/edit/").status_code == 404

    def test_a_binned_link_gets_404(
        self, link: Link, dossier: Dossier, analyst: Membership, sign_in: SignIn
    ) -> None:
        assert analyst.user
        put_in_bin(link, access=entered(analyst.user, dossier))
        assert sign_in(analyst).post(ADDRESS, _given()).status_code == 404


class TestBin:
    ADDRESS = "/d/china-russia/links/1/bin/"

    def test_it_works_and_is_undone(self, link: Link, analyst: Membership, sign_in: SignIn) -> None:
        client = sign_in(analyst)
        answer = client.post(self.ADDRESS, follow=True)
        assert answer.redirect_chain == [("/d/china-russia/links/", 302)]
        page = answer.content.decode()
        assert "L-1 put in the bin" in page
        link.refresh_from_db()
        assert link.is_binned
        undo = reverse("claims:bin-restore", args=["china-russia", "L", 1])
        assert undo in page
        client.post(undo)
        link.refresh_from_db()
        assert not link.is_binned

    def test_it_goes_back_where_it_is_told_to(self, link: Link, analyst: Membership, sign_in: SignIn) -> None:
        answer = sign_in(analyst).post(f"{self.ADDRESS}?next=/d/china-russia/pair/")
        assert answer["Location"] == "/d/china-russia/pair/"

    def test_what_someone_else_made_gets_403(
        self, link: Link, dossier: Dossier, lead: Membership, sign_in: SignIn
    ) -> None:
        colleague = make_member(dossier, "colleague", "analyst")
        assert sign_in(colleague).post(self.ADDRESS).status_code == 403
        assert sign_in(lead).post(self.ADDRESS).status_code == 302

    def test_lesser_roles_get_403_and_an_outsider_404(
        self, link: Link, reviewer: Membership, viewer: Membership, outsider: User, sign_in: SignIn
    ) -> None:
        for person, status in ((reviewer, 403), (viewer, 403), (outsider, 404)):
            assert sign_in(person).post(self.ADDRESS).status_code == status
        link.refresh_from_db()
        assert not link.is_binned

    def test_get_is_405(self, link: Link, analyst: Membership, sign_in: SignIn) -> None:
        assert sign_in(analyst).get(self.ADDRESS).status_code == 405
