"""The people of a dossier, in the hands of its leads."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from sources.models import Dossier, Invitation, Membership, User
from tests.conftest import make_dossier, make_member, make_source, make_user

SignIn = Callable[..., Client]
URL = "/d/china-russia/members/"
ACTS = ("add", "role", "remove", "invite", "withdraw")


def role_of(name: str) -> str:
    return Membership.objects.get(dossier__slug="china-russia", name=name).role


def test_it_works(dossier: Dossier, lead: Membership, viewer: Membership, sign_in: SignIn) -> None:
    make_member(dossier, "Zhang Wei")
    gone = make_member(dossier, "formerly", "analyst")
    Membership.objects.filter(pk=gone.pk).update(role="")
    response = sign_in(lead).get(URL)
    assert [person.name for person in response.context["members"]] == ["lead", "viewer"]
    assert [person.name for person in response.context["left"]] == ["formerly"]
    assert [person.name for person in response.context["imported"]] == ["Zhang Wei"]
    assertContains(response, "Join Zhang Wei to a member")


@pytest.mark.parametrize("role", ["viewer", "reviewer", "analyst"])
def test_only_leads(role: str, dossier: Dossier, sign_in: SignIn, lead: Membership) -> None:
    client = sign_in(make_member(dossier, "someone", role))
    assertContains(client.get(URL), f"This needs the role lead; yours is {role}.", status_code=403)
    for act in ACTS:
        assert client.post(f"{URL}{act}/", {"person": "lead", "role": "viewer"}).status_code == 403
    assert role_of("lead") == "lead"


def test_outsider_gets_404(dossier: Dossier, outsider: User, sign_in: SignIn) -> None:
    client = sign_in(outsider)
    assert client.get(URL).status_code == 404
    for act in ACTS:
        assert client.post(f"{URL}{act}/", {"username": "outsider", "role": "lead"}).status_code == 404


def test_wrong_methods(lead: Membership, sign_in: SignIn) -> None:
    client = sign_in(lead)
    assert client.post(URL).status_code == 405
    assert client.get(f"{URL}remove/?person=lead").status_code == 200
    assert {client.get(f"{URL}{act}/").status_code for act in set(ACTS) - {"remove"}} == {405}


def test_imported_persons_by_pages(
    dossier: Dossier, lead: Membership, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources.views.member.IMPORTED", 2)
    for name in ("a & b", "c", "d"):
        make_member(dossier, name)
    client = sign_in(lead)
    response = client.get(URL)
    assert [one.name for one in response.context["imported"]] == ["a & b", "c"]
    second = client.get(URL + response.context["imported_next"])
    assert [one.name for one in second.context["imported"]] == ["d"]
    assertNotContains(client.get(f"{URL}?after=z%00"), "to a member</a>")


# Adding


def test_a_person_is_added_by_user_name(
    dossier: Dossier, lead: Membership, outsider: User, sign_in: SignIn
) -> None:
    response = sign_in(lead).post(f"{URL}add/", {"username": "outsider", "role": "reviewer"}, follow=True)
    assertContains(response, "outsider is a member now, as reviewer.")
    assert Membership.objects.get(user=outsider).role == "reviewer"


def test_an_unknown_user_name_is_refused(lead: Membership, sign_in: SignIn) -> None:
    response = sign_in(lead).post(f"{URL}add/", {"username": "nobody<b>", "role": "reviewer"})
    assertContains(response, "Nobody has an account with the user name nobody&lt;b&gt;", status_code=422)


def test_a_closed_account_is_refused(lead: Membership, outsider: User, sign_in: SignIn) -> None:
    outsider.delete()
    response = sign_in(lead).post(f"{URL}add/", {"username": "outsider", "role": "reviewer"})
    assertContains(response, "Nobody has an account", status_code=422)


@pytest.mark.parametrize(
    "given", [{"username": "viewer", "role": "lead"}, {"username": "outsider", "role": "king"}, {}]
)
def test_a_wrong_addition_is_refused(
    given: dict[str, str], lead: Membership, viewer: Membership, outsider: User, sign_in: SignIn
) -> None:
    assert sign_in(lead).post(f"{URL}add/", given).status_code == 422
    assert role_of("viewer") == "viewer"
    assert not Membership.objects.filter(user=outsider).exists()


def test_adding_joins_the_imported_person_of_that_name(
    dossier: Dossier, lead: Membership, outsider: User, sign_in: SignIn
) -> None:
    imported = make_member(dossier, "outsider")
    source = make_source(dossier, by=imported)
    response = sign_in(lead).post(f"{URL}add/", {"username": "outsider", "role": "analyst"}, follow=True)
    assertContains(response, "So far she was an imported person")
    imported.refresh_from_db()
    source.refresh_from_db()
    assert (imported.user, imported.role, source.by) == (outsider, "analyst", imported)


def test_the_same_name_elsewhere_is_left_alone(lead: Membership, outsider: User, sign_in: SignIn) -> None:
    elsewhere = make_member(make_dossier("elsewhere"), "outsider")
    sign_in(lead).post(f"{URL}add/", {"username": "outsider", "role": "analyst"})
    elsewhere.refresh_from_db()
    assert elsewhere.is_imported


# Roles


def test_a_role_is_changed_and_changed_back(lead: Membership, viewer: Membership, sign_in: SignIn) -> None:
    client = sign_in(lead)
    response = client.post(f"{URL}role/", {"person": "viewer", "role": "analyst"}, follow=True)
    assertContains(response, "viewer is analyst now.")
    undo = next(iter(response.context["messages"])).extra_tags
    assert role_of("viewer") == "analyst"
    client.post(undo)
    assert role_of("viewer") == "viewer"


@pytest.mark.parametrize("given", [{"person": "viewer"}, {"person": "viewer", "role": "king"}])
def test_a_wrong_role_is_refused(
    given: dict[str, str], lead: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    assertContains(sign_in(lead).post(f"{URL}role/", given), "Not done", status_code=422)
    assert role_of("viewer") == "viewer"


@pytest.mark.parametrize("name", ["nobody", "elsewhere", "", "a\0b"])
@pytest.mark.parametrize("act", ["role", "remove"])
def test_a_name_that_is_none_of_the_dossiers_is_404(
    name: str, act: str, lead: Membership, sign_in: SignIn
) -> None:
    make_member(make_dossier("other"), "elsewhere", "viewer")
    given = {"person": name, "role": "lead"}
    assert sign_in(lead).post(f"{URL}{act}/", given).status_code == 404


def test_an_imported_person_gets_no_role(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    make_member(dossier, "Zhang Wei")
    response = sign_in(lead).post(f"{URL}role/", {"person": "Zhang Wei", "role": "analyst"})
    assertContains(response, "has no account to sign in with", status_code=422)


@pytest.mark.parametrize(("act", "given"), [("role", {"role": "analyst"}), ("remove", {})])
def test_the_only_lead_stays(act: str, given: dict[str, str], lead: Membership, sign_in: SignIn) -> None:
    response = sign_in(lead).post(f"{URL}{act}/", {"person": "lead", "sure": "1", **given})
    assertContains(response, "lead is the only lead of this dossier", status_code=422)
    assert role_of("lead") == "lead"


def test_a_closed_account_is_no_lead_to_rely_on(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    other = make_member(dossier, "other", "lead")
    assert other.user
    other.user.delete()
    assert sign_in(lead).post(f"{URL}remove/", {"person": "lead", "sure": "1"}).status_code == 422


def test_a_superuser_may_remove_the_only_lead(lead: Membership, sign_in: SignIn) -> None:
    root = sign_in(make_user("root", is_superuser=True))
    assert root.post(f"{URL}remove/", {"person": "lead"}).status_code == 302
    assert role_of("lead") == ""


def test_a_lead_is_asked_before_she_gives_up_leading(
    dossier: Dossier, lead: Membership, sign_in: SignIn
) -> None:
    make_member(dossier, "other", "lead")
    client = sign_in(lead)
    assertContains(
        client.post(f"{URL}role/", {"person": "lead", "role": "viewer"}), "Become viewer?", status_code=422
    )
    assert role_of("lead") == "lead"
    response = client.post(f"{URL}role/", {"person": "lead", "role": "viewer", "sure": "1"})
    assertRedirects(response, "/d/china-russia/", fetch_redirect_response=False)
    assert role_of("lead") == "viewer"


# Leaving


def test_a_removed_member_may_not_enter_and_her_work_stays(
    dossier: Dossier, lead: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    source = make_source(dossier, by=analyst)
    client, hers = sign_in(lead), sign_in(analyst)
    assert hers.get("/d/china-russia/").status_code == 200
    response = client.post(f"{URL}remove/", {"person": "analyst"}, follow=True)
    assertContains(response, "analyst may not enter any more")
    assert hers.get("/d/china-russia/").status_code == 404
    source.refresh_from_db()
    assert source.by == analyst
    client.post(next(iter(response.context["messages"])).extra_tags)
    assert hers.get("/d/china-russia/").status_code == 200


def test_a_lead_is_asked_before_she_leaves(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    make_member(dossier, "other", "lead")
    client = sign_in(lead)
    assertContains(client.get(f"{URL}remove/?person=lead"), "Leave this dossier?")
    assertContains(client.post(f"{URL}remove/", {"person": "lead"}), "Leave this dossier?", status_code=422)
    assert role_of("lead") == "lead"
    assertRedirects(client.post(f"{URL}remove/", {"person": "lead", "sure": "1"}), "/")
    assert client.get(URL).status_code == 404


# Invitations


def test_an_invitation_is_shown_once_and_kept_as_a_digest(
    lead: Membership, sign_in: SignIn, dossier: Dossier
) -> None:
    client = sign_in(lead)
    response = client.post(f"{URL}invite/", {"invite-role": "analyst"})
    link = response.context["link"]
    assert link.startswith("http://testserver/invitations/")
    token = link.rstrip("/").rpartition("/")[2]
    assert len(token) >= 43
    assertContains(response, link)
    assert "no-store" in response.headers["Cache-Control"]
    invitation = Invitation.objects.get()
    assert (invitation.dossier, invitation.role, invitation.by) == (dossier, "analyst", lead)
    assert token not in str(Invitation.objects.values_list().get())
    assert 6 <= (invitation.expires_at - invitation.at).days <= 7
    listed = client.get(URL)
    assertContains(listed, "As analyst")
    assertNotContains(listed, token)


def test_a_wrong_invitation_is_refused(lead: Membership, sign_in: SignIn) -> None:
    assert sign_in(lead).post(f"{URL}invite/", {"invite-role": "king"}).status_code == 422
    assert not Invitation.objects.exists()


def test_an_invitation_is_withdrawn(lead: Membership, sign_in: SignIn) -> None:
    client = sign_in(lead)
    link = client.post(f"{URL}invite/", {"invite-role": "analyst"}).context["link"]
    digest = Invitation.objects.get().digest
    assertRedirects(client.post(f"{URL}withdraw/", {"invitation": digest}), URL)
    assert client.get(link).status_code == 404
    assert client.post(f"{URL}withdraw/", {"invitation": digest}).status_code == 404


def test_a_foreign_invitation_is_out_of_reach(lead: Membership, sign_in: SignIn) -> None:
    theirs = make_dossier("other", leads=[make_user("their-lead")])
    invitation = Invitation.objects.create(
        dossier=theirs,
        role="lead",
        digest="d" * 64,
        by=theirs.people.get(),
        expires_at="2100-01-01T00:00Z",
    )
    client = sign_in(lead)
    assert client.post(f"{URL}withdraw/", {"invitation": invitation.digest}).status_code == 404
    assertNotContains(client.get(URL), "As lead")
    assert Invitation.objects.exists()


def test_a_role_that_another_lead_gave_since_is_not_taken_back(
    dossier: Dossier, lead: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    client = sign_in(lead)
    client.post("/d/china-russia/members/role/", {"person": "viewer", "role": "analyst"})
    other = sign_in(make_member(dossier, "another lead", "lead"))
    other.post("/d/china-russia/members/role/", {"person": "viewer", "role": "reviewer"})
    undo = "/d/china-russia/members/role/?person=viewer&role=viewer&now=analyst"
    answer = client.post(undo)
    assert answer.status_code == 422
    assert "another role since" in answer.content.decode()
    viewer.refresh_from_db()
    assert viewer.role == "reviewer"
