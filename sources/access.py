"""The one door: every view below a dossier comes through ``enter``. Whoever is no member learns nothing."""

from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.http import Http404

from config.web import Request
from sources.models import ApiToken, Dossier, Membership, Role, User


@dataclass(frozen=True)
class Access:
    """A person inside a dossier, and what she may do there. ``membership`` is None for a superuser passing as lead."""

    dossier: Dossier
    user: User
    role: Role
    membership: Membership | None

    @property
    def person_id(self) -> int | None:
        return self.membership.pk if self.membership else None

    @cached_property
    def can_review(self) -> bool:
        return self.role.covers(Role.REVIEWER)

    @cached_property
    def can_write(self) -> bool:
        return self.role.covers(Role.ANALYST)

    @cached_property
    def can_lead(self) -> bool:
        return self.role.covers(Role.LEAD)

    def require(self, least: Role) -> None:
        """Refuse (403) a role below ``least``."""
        if not self.role.covers(least):
            raise PermissionDenied(f"This needs the role {least.label}; yours is {self.role.label}.")

    @cached_property
    def person(self) -> Membership:
        """Who signs what is done here. A superuser who is no member becomes a person without a role."""
        if self.membership:
            return self.membership
        return Membership.objects.person_for(self.dossier, self.user)


def access_for(user: User, dossier: Dossier) -> Access | None:
    """What this account may do in the dossier; None for a stranger."""
    membership = Membership.objects.filter(dossier=dossier, user=user).first()
    if user.is_superuser:
        return Access(dossier, user, Role.LEAD, membership)
    if membership and membership.role:
        return Access(dossier, user, Role(membership.role), membership)
    return None


def enter(request: Request, slug: str, least: Role, *, to_post: Role | None = None) -> Access:
    """Open the door of the dossier ``slug`` for whoever is signed in, or whose token the request brings.

    404 for whoever is no member (as for a dossier that does not exist), 403 for a role below ``least``, or below
    ``to_post`` when the request would change something. To a token that is not for this dossier there is none either.
    """
    dossier = Dossier.objects.filter(slug=slug).first()
    access = access_for(request.user, dossier) if dossier else None
    token: ApiToken | None = getattr(request, "token", None)
    if access and token and not token.covers(access.dossier):
        access = None
    if access is None:
        raise Http404("There is no such dossier, or you are no member of it.")
    access.require(to_post if to_post and request.method == "POST" else least)
    request.access = access
    return access
