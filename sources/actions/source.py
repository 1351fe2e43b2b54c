"""Bringing in sources and correcting what is known of them. Their text never changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from sources.actions.origin import propose_later
from sources.actions.records import edit, locked, next_number, refuse_binned
from sources.languages import config_for
from sources.models import Dossier, Fingerprint, Letter, Membership, Original, Source
from sources.querysets import related_rows


class HereAlready(ValidationError):
    """The dossier has this text; ``source`` is it."""

    def __init__(self, source: Source) -> None:
        where = f"{source.cited}, which is in the bin" if source.is_binned else source.cited
        super().__init__(f"This text is here already as {where}.", code="here")
        self.source = source


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
    canonical_url: str = "",
    original: Original | None = None,
    replaces: Source | None = None,
    at: datetime | None = None,
) -> Source:
    """Store a text for good, as ``intake.clean_text`` left it. Refuses (ValidationError) a field that is wrong.

    A new version is of the origin that the one before it is of.
    """
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
        canonical_url=canonical_url,
        original=original,
        replaces=replaces,
        origin_id=replaces.origin_id if replaces else None,
        text=text,
        config=config_for(language),
        by=by,
        at=at or timezone.now(),
    )
    source.full_clean()
    source.save(force_insert=True)
    return source


@transaction.atomic
def bring_in_source(*, dossier: Dossier, by: Membership | None, text: str, **fields: Any) -> Source:
    """As create_source, but a text that is here already is refused (HereAlready), also when two bring it at once."""
    next_number(dossier, Letter.SOURCE)  # the counter is held: nobody else brings the text in meanwhile
    if there := same_text(dossier, text):
        raise HereAlready(there)
    return create_source(dossier=dossier, by=by, text=text, **fields)


def same_text(dossier: Dossier, text: str) -> Source | None:
    """The first source of this dossier that has this text already, one that is not in the bin before one that is."""
    return (
        Source.objects.filter(dossier=dossier)
        .with_text(text)
        .without_text()
        .order_by(F("binned_at").asc(nulls_first=True), "number")
        .first()
    )


@transaction.atomic
def edit_source(source: Source, *, changes: Mapping[str, Any], version: int) -> Source:
    """Correct what is known of a source; Stale when someone else did since ``version``.

    Another language makes its claims searchable in it, unless the dossier has one for all.
    """
    current = locked(source)
    refuse_binned(current)
    was = current.config
    language = changes.get("language", current.language)
    credited = current.author, current.outlet
    edited = edit(current, {**changes, "config": config_for(language)}, version=version)
    if (edited.author, edited.outlet) != credited:
        Fingerprint.objects.filter(source=edited).delete()  # it holds the agencies of the byline: made anew
    propose_later(edited.dossier)
    if edited.config != was and not current.dossier.language:
        related_rows(Source, "claims").filter(source=edited).update(config=edited.config)
    return edited
