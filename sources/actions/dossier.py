"""Making and settling dossiers."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery, Value
from django.utils import timezone
from django.utils.text import slugify

from sources.actions.records import edit
from sources.bulk import MANY, many_rows
from sources.languages import config_for
from sources.models import Dossier, Membership, Role, Source, User
from sources.querysets import related_rows


@transaction.atomic
def create_dossier(
    *,
    name: str,
    slug: str = "",
    question: str = "",
    language: str = "",
    reviews_needed: int = 2,
    leads: list[User],
    **reviewing: Any,
) -> Dossier:
    """A new dossier led by ``leads``, the first of whom made it. Refuses (ValidationError) a slug that is taken.

    Without a slug it gets a free one, made of its name. ``reviewing``: other settings of how pairs are reviewed.
    """
    dossier = Dossier(
        slug=slug or free_slug(name),
        name=name,
        question=question,
        language=language,
        reviews_needed=reviews_needed,
        at=timezone.now(),
        **reviewing,
    )
    dossier.full_clean()
    try:
        with transaction.atomic():
            dossier.save(force_insert=True)
    except IntegrityError:  # someone else took the address a moment ago
        raise ValidationError({"slug": "This address is taken."}, code="unique") from None
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
    """Change name, question, language, how pairs are reviewed; Stale when someone else did since ``version``.

    Raising the reviews needed recomputes the states of the links (the database does). Another language makes the
    claims searchable in it: in that of each source, where the dossier has none.
    """
    current = Dossier.objects.select_for_update(no_key=True).get(pk=dossier.pk)
    was = config_for(current.language) if current.language else None
    recounted = changes.get("reviews_needed", current.reviews_needed) != current.reviews_needed
    with many_rows(MANY if recounted else 0):
        edited = edit(current, changes, version=version)
    now = config_for(edited.language) if edited.language else None
    if now != was:
        config = (
            Value(now) if now else Subquery(Source.objects.filter(pk=OuterRef("source")).values("config"))
        )
        related_rows(Dossier, "claims").filter(dossier=edited).update(config=config)
    return edited


def free_slug(name: str) -> str:
    """An address made of this name that no dossier has yet."""
    base = slugify(name).replace("_", "-")[:80].strip("-") or "dossier"
    taken = {"new", *Dossier.objects.filter(slug__startswith=base).values_list("slug", flat=True)}
    candidates = (base if n == 1 else f"{base}-{n}" for n in count(1))
    return next(slug for slug in candidates if slug not in taken)
