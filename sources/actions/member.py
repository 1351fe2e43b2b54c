"""The people of a dossier: who is added, what they may do, how they leave, and the invitations that let them in."""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ForeignObjectRel, Q, QuerySet
from django.utils import timezone
from pghistory.models import Event

from sources.access import Access
from sources.actions.account import create_account
from sources.models import Dossier, Invitation, Membership, Role, User

LASTS = timedelta(days=7)
"""How long an invitation lets someone in."""


class Gone(Exception):
    """An invitation that was used, has expired, was withdrawn, or never was."""


@transaction.atomic
def add_member(*, dossier: Dossier, user: User, role: str) -> tuple[Membership, bool]:
    """Give this account a role here; True beside it when she is from now on the imported person of her name.

    Refuses (ValidationError) a member, and an account that is closed.
    """
    _lock_people(dossier)
    if not user.is_active:
        raise ValidationError(f"The account {user} is closed.", code="closed")
    person = dossier.people.filter(user=user).first()
    if person and person.role:
        raise ValidationError(f"{person} is a member already, as {person.role}.", code="member")
    imported = None if person else dossier.people.imported().filter(name=user.username).first()
    person = person or imported or Membership.objects.person_for(dossier, user)
    person.user = user
    _give(person, role)
    return person, imported is not None


@transaction.atomic
def change_role(person: Membership, *, role: str, access: Access) -> Membership:
    """Let a member do more or less, or take back one who left.

    Refuses (ValidationError) an imported person, a closed account, and to leave the dossier without a lead
    (a superuser may).
    """
    _lock_people(access.dossier)
    current = Membership.objects.select_related("user").get(pk=person.pk)
    if current.user is None or not current.user.is_active:
        raise ValidationError(f"{current} has no account to sign in with.", code="closed")
    if role != Role.LEAD:
        _keep_a_lead(current, access)
    _give(current, role)
    return current


@transaction.atomic
def remove_member(person: Membership, *, access: Access) -> Membership:
    """Take a member's role: she may not enter any more, and her name stays on what she made.

    Refuses (ValidationError) the only lead, unless a superuser asks.
    """
    _lock_people(access.dossier)
    current = Membership.objects.get(pk=person.pk)
    _keep_a_lead(current, access)
    _give(current, "")
    return current


@transaction.atomic
def hand_over(person: Membership, *, to: Membership) -> None:
    """Make all that an imported person made, judged or binned the work of ``to``; then remove her.

    Walks every relation to a person, so that no model is forgotten. History stays as it was written.
    Refuses (ValidationError) one who has an account, and two records that cannot both be the same person's.
    """
    _lock_people(person.dossier)
    if not Membership.objects.imported().filter(pk=person.pk, dossier=to.dossier_id).exists():
        raise ValidationError(f"{person} is no imported person of this dossier.", code="not-imported")
    try:
        with transaction.atomic():
            for relation in Membership._meta.get_fields(include_hidden=True):
                if isinstance(relation, ForeignObjectRel) and not issubclass(relation.related_model, Event):
                    rows = relation.related_model._base_manager.filter(**{relation.field.name: person.pk})
                    if rows.exists():  # some tables refuse any change, also of nothing
                        rows.update(**{relation.field.name: to.pk})
    except IntegrityError:
        raise ValidationError(
            f"{person} and {to} have both judged the same link, so they cannot be one person.", code="both"
        ) from None
    Membership.objects.filter(pk=person.pk)._raw_delete(using=person._state.db)


def create_invitation(*, dossier: Dossier, role: str, by: Membership) -> tuple[Invitation, str]:
    """A one-time way in, and its token, which is kept nowhere: only its digest is."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        dossier=dossier, role=role, digest=digest_of(token), by=by, expires_at=timezone.now() + LASTS
    )
    invitation.full_clean()
    invitation.save(force_insert=True)
    return invitation, token


def open_invitations() -> QuerySet[Invitation]:
    """Those that still let someone in: unused, not expired, and made by someone who may still invite."""
    return Invitation.objects.filter(
        Q(by__role=Role.LEAD) | Q(by__user__is_superuser=True),
        by__user__is_active=True,
        used_at__isnull=True,
        expires_at__gt=timezone.now(),
    )


def withdraw_invitation(invitation: Invitation) -> None:
    """Let nobody in by it any more. Refuses (ValidationError) one that was used meanwhile."""
    if not Invitation.objects.filter(pk=invitation.pk, used_at__isnull=True)._raw_delete(
        invitation._state.db
    ):
        raise ValidationError("This invitation was used meanwhile: remove the member instead.", code="used")


@transaction.atomic
def accept_invitation(*, token: str, user: User) -> Membership:
    """Make this account a member, or let a member do more. Of two who use one invitation at once, one gets in.

    Gone; ValidationError for who has that role already, and for whoever bears the name of an imported person: a
    stranger must not take that person's work over, so a lead adds her by user name.
    """
    invitation = (
        open_invitations()
        .select_for_update(no_key=True, of=("self",))
        .select_related("dossier")
        .filter(digest=digest_of(token))
        .first()
    )
    if invitation is None:
        raise Gone
    dossier = invitation.dossier
    _lock_people(dossier)
    person = dossier.people.filter(user=user).first()
    if person and person.role and Role(person.role).covers(Role(invitation.role)):
        raise ValidationError(f"You are a member already, as {person.role}.", code="member")
    if person is None and dossier.people.imported().filter(name=user.username).exists():
        raise ValidationError(
            f"A person named {user.username} came into this dossier with a file. If that is you, ask the lead who "
            "invited you to add you by your user name instead.",
            code="imported",
        )
    person = person or Membership.objects.person_for(dossier, user)
    _give(person, invitation.role)
    invitation.used_at = timezone.now()
    invitation.used_by = person
    invitation.save(update_fields=["used_at", "used_by"])
    return person


@transaction.atomic
def accept_as_newcomer(*, token: str, username: str, password: str, email: str = "") -> Membership:
    """An account for whoever holds this invitation, and its acceptance: both or neither.

    Gone; ValidationError as ``create_account``, and for a user name that may not be used in this dossier.
    """
    user = create_account(username=username, password=password, email=email)
    try:
        return accept_invitation(token=token, user=user)
    except ValidationError as error:
        raise ValidationError({"username": error.messages}) from None


def digest_of(token: str) -> str:
    """What is kept of an invitation's token."""
    return sha256(token.encode()).hexdigest()


def _lock_people(dossier: Dossier) -> None:
    """One change of a dossier's people at a time: so the last two leads cannot both leave at once."""
    Dossier.objects.select_for_update(no_key=True).get(pk=dossier.pk)


def _keep_a_lead(person: Membership, access: Access) -> None:
    if person.role != Role.LEAD or access.user.is_superuser:
        return
    if not access.dossier.people.members().filter(role=Role.LEAD).exclude(pk=person.pk).exists():
        raise ValidationError(
            f"{person} is the only lead of this dossier. Make someone else a lead first.", code="last-lead"
        )


def _give(person: Membership, role: str) -> None:
    person.role = role
    person.full_clean()
    person.save(update_fields=["user", "role"])
