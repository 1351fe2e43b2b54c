"""Making and settling dossiers."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from sources.actions.records import edit
from sources.models import Dossier, Membership, Role, User


@transaction.atomic
def create_dossier(
    *,
    slug: str,
    name: str,
    question: str = "",
    language: str = "",
    reviews_needed: int = 2,
    leads: list[User],
) -> Dossier:
    """A new dossier led by ``leads``, the first of whom made it. Refuses (ValidationError) a slug that is taken."""
    dossier = Dossier(
        slug=slug,
        name=name,
        question=question,
        language=language,
        reviews_needed=reviews_needed,
        at=timezone.now(),
    )
    dossier.full_clean()
    dossier.save(force_insert=True)
    people = [
        Membership.objects.create(dossier=dossier, user=user, name=user.username, role=Role.LEAD)
        for user in leads
    ]
    if people:
        dossier.by = people[0]
        dossier.save(update_fields=["by"])
    return dossier


@transaction.atomic
def edit_dossier(dossier: Dossier, *, changes: Mapping[str, Any], version: int) -> Dossier:
    """Change name, question, language, reviews needed; Stale when someone else did since ``version``.

    Raising the reviews needed recomputes the states of the links (the database does).
    """
    current = Dossier.objects.select_for_update(no_key=True).get(pk=dossier.pk)
    return edit(current, changes, version=version)
