"""Marking words and stating what they claim."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from claims.actions.review import disclose
from claims.actions.speaker import speaker_named
from claims.actions.topic import names_of, set_topics
from claims.actions.version import carry_on
from claims.models import Anchoring, Claim, Link, State
from sources.access import Access
from sources.actions.records import edit, locked, next_number, refuse_binned
from sources.languages import config_for
from sources.models import Letter, Membership, Source


@transaction.atomic
def create_claim(
    *,
    source: Source,
    by: Membership,
    start: int,
    end: int,
    quote: str,
    speaker: str = "",
    topics: Iterable[str] = (),
    **fields: Any,
) -> Claim:
    """A claim resting on ``source.text[start:end]``, which must be ``quote``.

    ``speaker`` and ``topics`` are names, made when they are new; ``fields`` are statement, via, asserted, about,
    modality, credibility. Refuses (ValidationError) a binned source, words that are not there, a wrong field.
    """  # fmt: skip
    source = locked(source)
    refuse_binned(source)
    if source.text[start:end] != quote or not quote:
        raise ValidationError(
            {"quote": "These words do not stand at that place in the source."}, code="quote"
        )
    dossier = source.dossier
    claim = Claim(
        dossier=dossier,
        number=next_number(dossier, Letter.CLAIM),
        source=source,
        quote=quote,
        start=start,
        end=end,
        speaker=speaker_named(dossier, speaker, by=by),
        config=config_for(dossier.language or source.language),
        by=by,
        at=timezone.now(),
        **fields,
    )
    claim.full_clean()
    claim.save(force_insert=True)
    set_topics(dossier, {claim.pk: names_of(topics)})
    return claim


@transaction.atomic
def mark(*, source: Source, by: Membership, start: int, end: int, statement: str, **fields: Any) -> Claim:
    """``create_claim`` of the words that stand at these places, as a person does it in the reader.

    In an old version too: where the words stand in the newer ones, the claim rests on the newest of them.
    Refuses (ValidationError) what a claim here states of the same words already: a second click makes no second claim.
    """
    source = locked(source)
    at = {"source": source, "start": start, "end": end}
    carried_on = Anchoring.objects.filter(**at).values("claim")
    states_this = Claim.objects.live().filter(dossier=source.dossier_id, statement=statement)
    there = states_this.filter(**at).first() or states_this.filter(pk__in=carried_on).first()
    if there:
        raise ValidationError(f"{there.cited} states this of these words already.", code="twice")
    claim = create_claim(
        source=source,
        by=by,
        start=start,
        end=end,
        quote=source.text[start:end],
        statement=statement,
        **fields,
    )
    return carry_on(claim, by=by)


@transaction.atomic
def edit_claim(
    claim: Claim,
    *,
    by: Membership,
    changes: Mapping[str, Any],
    version: int,
    speaker: str,
    topics: Iterable[str],
) -> Claim:
    """Change a claim; Stale when someone else did since ``version``.

    Changing statement, quote, asserted or about marks its reviewed links as changed since review (the database does).
    """
    current = locked(claim)
    refuse_binned(current)
    changes = {**changes, "speaker": speaker_named(current.dossier, speaker, by=by)}
    edited = edit(current, changes, version=version)
    if set_topics(edited.dossier, {edited.pk: names_of(topics)}) and edited.version == version:
        Claim.objects.filter(pk=edited.pk).update(version=version + 1)
        edited.refresh_from_db(fields=["version"])
    return edited


TOLD = 1_000
"""So many claims that a list leaves out are looked at, to record what their absence tells."""


def disclose_tallies(
    access: Access, claims: Collection[Claim], *, among: QuerySet[Claim] | None = None
) -> None:
    """Record that this person is being shown how the settled links of these claims stand, as their tallies tell.

    Where a list leaves out claims by how their links stand, what it leaves out tells as much: ``among`` are those that
    it would show otherwise. Of them all between the first and the last shown are recorded too, but no more than a
    thousand: a cost.
    """
    if not claims or not access.can_review:
        return
    told = {claim.pk for claim in claims}
    if among is not None:
        numbers = [claim.number for claim in claims]
        between = among.filter(number__range=(min(numbers), max(numbers))).order_by()
        told.update(between.values_list("pk", flat=True)[:TOLD])
    settled = Link.objects.live().filter(state=State.SETTLED)
    disclose(access, settled.filter(Q(from_claim__in=told) | Q(to_claim__in=told)))
