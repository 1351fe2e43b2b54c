"""Bringing in sources and correcting what is known of them. Their text never changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from sources.actions.records import edit, locked, next_number, refuse_binned
from sources.languages import config_for
from sources.models import Dossier, Letter, Membership, Source


@transaction.atomic
def create_source(
    *,
    dossier: Dossier,
    by: Membership | None,
    text: str,
    title: str = "",
    outlet: str = "",
    author: str = "",
    url: str = "",
    published: str = "",
    language: str = "",
    reliability: str = "",
    at: datetime | None = None,
) -> Source:
    """Store a text for good, as ``intake.clean_text`` left it. Refuses (ValidationError) a field that is wrong."""
    source = Source(
        dossier=dossier,
        number=next_number(dossier, Letter.SOURCE),
        title=title,
        outlet=outlet,
        author=author,
        url=url,
        published=published,
        language=language,
        reliability=reliability,
        text=text,
        config=config_for(language),
        by=by,
        at=at or timezone.now(),
    )
    source.full_clean()
    source.save(force_insert=True)
    return source


def same_text(dossier: Dossier, text: str) -> Source | None:
    """The source of this dossier, in the bin or not, that has this text already."""
    return (
        Source.objects.filter(dossier=dossier)
        .with_text(text)
        .without_text()
        .order_by("binned_at", "number")
        .first()
    )


@transaction.atomic
def edit_source(source: Source, *, changes: Mapping[str, Any], version: int) -> Source:
    """Correct what is known of a source; Stale when someone else did since ``version``."""
    current = locked(source)
    refuse_binned(current)
    language = changes.get("language", current.language)
    return edit(current, {**changes, "config": config_for(language)}, version=version)
