"""The people of a dossier: what holds whoever asks."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models
from pghistory.models import Event

from sources.actions.account import create_account
from sources.actions.member import (
    accept_invitation,
    add_member,
    change_role,
    create_invitation,
    digest_of,
    hand_over,
    open_invitations,
    remove_member,
    withdraw_invitation,
)
from sources.models import Dossier, Invitation, Membership, User
from tests.conftest import entered, make_dossier, make_member, make_source, make_user


def test_a_taken_name_is_numbered(dossier: Dossier) -> None:
    renamed = make_member(dossier, "ana", "viewer").user
    assert renamed
    User.objects.filter(pk=renamed.pk).update(username="anna")
    person, joined = add_member(dossier=dossier, user=make_user("ana"), role="viewer")
    assert (person.name, joined) == ("ana (2)", False)


def test_a_person_without_a_role_gets_one_back(dossier: Dossier, viewer: Membership) -> None:
    Membership.objects.filter(pk=viewer.pk).update(role="")
    assert viewer.user
    person, joined = add_member(dossier=dossier, user=viewer.user, role="lead")
    assert (person.pk, person.role, joined) == (viewer.pk, "lead", False)


def test_an_unknown_role_is_refused(dossier: Dossier, outsider: User) -> None:
    with pytest.raises(ValidationError):
        add_member(dossier=dossier, user=outsider, role="king")
    assert not Membership.objects.exists()


def test_only_leads_who_are_leads_still_invite(dossier: Dossier, lead: Membership, outsider: User) -> None:
    root = make_user("root", is_superuser=True)
    create_invitation(dossier=dossier, role="viewer", by=lead)
    create_invitation(dossier=dossier, role="viewer", by=entered(root, dossier).person)
    assert open_invitations().count() == 2
    Membership.objects.filter(pk=lead.pk).update(role="analyst")
    assert open_invitations().count() == 1
    root.delete()
    assert not open_invitations().exists()


def test_a_used_invitation_is_not_withdrawn(dossier: Dossier, lead: Membership, outsider: User) -> None:
    invitation, token = create_invitation(dossier=dossier, role="viewer", by=lead)
    accept_invitation(token=token, user=outsider)
    with pytest.raises(ValidationError, match="used meanwhile"):
        withdraw_invitation(invitation)
    assert Invitation.objects.get().digest == digest_of(token)


def test_an_account_name_is_taken_whatever_its_case(outsider: User) -> None:
    with pytest.raises(ValidationError, match="taken"):
        create_account(username=" Outsider ", password="correct horse battery")


def test_every_relation_to_a_person_is_walked() -> None:
    """Whatever refers to a person must be movable: all but the history's own tables."""
    walked = {
        f"{relation.related_model.__name__}.{relation.field.name}"
        for relation in Membership._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ForeignObjectRel) and not issubclass(relation.related_model, Event)
    }
    assert walked >= {
        "Dossier.by",
        "Invitation.by",
        "Source.by",
        "Source.binned_by",
        "Claim.by",
        "Claim.binned_by",
        "Link.by",
        "Link.binned_by",
        "Link.adjudicated_by",
        "Review.reviewer",
        "Review.by",
        "Speaker.by",
    }


def test_only_imported_persons_of_the_dossier_are_handed_over(
    dossier: Dossier, lead: Membership, viewer: Membership
) -> None:
    elsewhere = make_member(make_dossier("other"), "Zhang Wei")
    for person in (viewer, elsewhere):
        with pytest.raises(ValidationError, match="no imported person"):
            hand_over(person, to=lead)


def test_history_keeps_who_was_named_before(dossier: Dossier, lead: Membership) -> None:
    person = make_member(dossier, "Zhang Wei")
    source = make_source(dossier, by=person)
    hand_over(person, to=lead)
    source.refresh_from_db()
    assert source.by == lead
    assert not Membership.objects.filter(name="Zhang Wei").exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT by_id FROM sources_sourceevent WHERE pgh_obj_id = %s ORDER BY pgh_id", [source.pk]
        )
        assert [row[0] for row in cursor.fetchall()] == [person.pk, lead.pk]
        cursor.execute("SELECT name FROM sources_membershipevent WHERE pgh_obj_id = %s", [person.pk])
        assert {row[0] for row in cursor.fetchall()} == {"Zhang Wei"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["leave", "step down"])
def test_the_last_two_leads_do_not_both_go_at_once(act: str) -> None:
    dossier = make_dossier(leads=[make_user("one"), make_user("two")])
    start = threading.Barrier(2)
    refused: list[str] = []

    def go(person: Membership) -> None:
        assert person.user
        access = entered(person.user, dossier)
        start.wait()
        try:
            if act == "leave":
                remove_member(person, access=access)
            else:
                change_role(person, role="viewer", access=access)
        except ValidationError as error:
            refused.append(error.messages[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[person]) for person in dossier.people.all()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert dossier.people.filter(role="lead").count() == 1
