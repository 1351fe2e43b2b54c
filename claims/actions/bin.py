"""The bin: what is put there goes with all that rests on it, and comes back with just that."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from claims.actions.version import carry_again, carry_back, newer_version
from claims.models import (
    Anchoring,
    Claim,
    ClaimTopic,
    Comment,
    Disclosure,
    Follow,
    Happening,
    Lease,
    Link,
    Mention,
    Review,
    Skip,
)
from sources.access import Access
from sources.actions.origin import propose_later
from sources.actions.original import remove_unused_originals
from sources.actions.records import locked
from sources.bulk import many_rows
from sources.models import Record, Source
from sources.querysets import RecordQuerySet


@transaction.atomic
def put_in_bin[Model: Record](record: Model, *, access: Access, since: datetime | None = None) -> Model:
    """Bin a record with the claims and links that rest on it.

    An analyst bins what she made while nobody else's work rests on it (PermissionDenied); a lead anything. The claims
    that were carried to a version go back to the one that it replaced; a source that has a newer version stays.
    ``since``: it is an undo of what was done then, and what others did with the record since is not undone with it, for
    a lead either (ValidationError).
    """
    for ground in _replaced(record):
        locked(ground)
    current = locked(record)
    if current.is_binned:
        raise ValidationError(f"{current.cited} is in the bin already.", code="binned")
    if isinstance(current, Source):
        if newer := newer_version(current):
            raise ValidationError(
                f"{newer.cited} is the new version of {current.cited}: put {newer.cited} in the bin first.",
                code="replaced",
            )
        _require_own_decisions(current, access)
        carry_back(current)
    _require_right(current, access)
    if since:
        _refuse_others_work(current, access, since)
    now = timezone.now()
    resting = _with_what_rests_on(current)
    with many_rows(_hold(resting[1:])):
        for rows in resting:
            rows.live().update(binned_at=now, binned_by=access.person)
    current.refresh_from_db(fields=["binned_at", "binned_by"])
    Lease.objects.filter(link__in=resting[-1]).delete()
    if isinstance(current, Source):
        propose_later(current.dossier)
    return current


@transaction.atomic
def restore[Model: Record](record: Model, *, access: Access) -> Model:
    """Bring a record back with what went into the bin together with it.

    Refuses (ValidationError) while what it rests on is itself in the bin, or another version stands in its place.
    """
    # What it rests on is locked first, so that nobody puts it in the bin meanwhile.
    grounds = [locked(ground) for ground in _what_it_rests_on(record)]
    current = locked(record)
    if not current.is_binned:
        raise ValidationError(f"{current.cited} is not in the bin.", code="not-binned")
    _require_right(current, access)
    for ground in grounds:
        if ground.is_binned:
            raise ValidationError(
                f"{current.cited} rests on {ground.cited}, which is in the bin too: restore {ground.cited} first.",
                code="ground",
            )
    if isinstance(current, Source) and current.replaces_id and (newer := newer_version(current.replaces_id)):
        raise ValidationError(
            f"{newer.cited} is the new version of {grounds[0].cited} now: put {newer.cited} in the bin first.",
            code="replaced",
        )
    together: datetime | None = current.binned_at
    resting = _with_what_rests_on(current)
    with many_rows(_hold(resting[1:])):
        _take_out(resting, together)
    current.refresh_from_db(fields=["binned_at", "binned_by"])
    if isinstance(current, Source):
        carry_again(current, by=access.person)
        propose_later(current.dossier)
    return current


@transaction.atomic
def undo_version(source: Source, *, access: Access) -> Source:
    """Take a new version back: it goes into the bin, and the claims that were carried to it back to the old one.

    Refuses (ValidationError) when claims were made in it since: they would go into the bin with it.
    """
    for ground in [*_replaced(source), source]:  # until it is in the bin, nobody makes a claim in it
        locked(ground)
    own = Claim.objects.live().filter(source=source).exclude(anchorings__to_source=source).count()
    if own:
        claims = "a claim was" if own == 1 else f"{own} claims were"
        raise ValidationError(
            f"{claims.capitalize()} made in {source.cited} since. Put {source.cited} in the bin if "
            f"{'it' if own == 1 else 'they'} should go with it.",
            code="claims",
        )
    return put_in_bin(source, access=access)


@transaction.atomic
def delete_for_good(record: Record) -> None:
    """Remove a binned record with all that rests on it. Its number is never given again; the history stays."""
    current = locked(record)
    if not current.is_binned:
        raise ValidationError(f"{current.cited} is not in the bin.", code="not-binned")
    newer = Source.objects.filter(replaces=current.pk).first() if isinstance(current, Source) else None
    if newer:
        raise ValidationError(
            f"{newer.cited}, in the bin too, is a new version of {current.cited}: delete {newer.cited} first.",
            code="replaced",
        )
    *upper, links = _with_what_rests_on(current)
    for rows in (*upper, links):
        _forget_discussion(rows)
    for model in (Review, Lease, Skip, Disclosure):
        model._default_manager.filter(link__in=links).delete()
    links.delete()
    for rows in reversed(upper):
        if rows.model is Claim:
            ClaimTopic.objects.filter(claim__in=rows).delete()
        rows.delete()
    if isinstance(current, Source):
        remove_unused_originals(current.dossier)


def _forget_discussion(rows: RecordQuerySet[Any]) -> None:
    """What is said of these records goes with them; the history of the comments stays."""
    about = {f"{rows.model.LETTER.label}__in": rows}
    Happening.objects.filter(**about).delete()
    Mention.objects.filter(comment__in=Comment.objects.filter(**about)).delete()
    Comment.objects.filter(**about).delete()
    Follow.objects.filter(**about).delete()


def what_rests_on(record: Record) -> tuple[int, int]:
    """How many claims and links rest on a record, in the bin or not: what goes when it goes."""
    _own, *resting = _with_what_rests_on(record)
    counts = {rows.model: rows.count() for rows in resting}
    return counts.get(Claim, 0), counts.get(Link, 0)


def _with_what_rests_on(record: Record) -> list[RecordQuerySet[Any]]:
    """The record as a queryset, then what rests on it, links last."""
    if isinstance(record, Link):
        return [Link.objects.filter(pk=record.pk)]
    if isinstance(record, Claim):
        return [Claim.objects.filter(pk=record.pk), Link.objects.of_claim(record.pk)]
    claims = Claim.objects.filter(source=record.pk)
    links = Link.objects.filter(Q(from_claim__in=claims) | Q(to_claim__in=claims))
    return [Source.objects.filter(pk=record.pk), claims, links]


def _take_out(resting: list[RecordQuerySet[Any]], together: datetime | None) -> None:
    """Bring back of these what went into the bin together."""
    *upper, links = resting
    for rows in upper:
        rows.filter(binned_at=together).update(binned_at=None, binned_by=None)
    # A link comes back only when both its claims have; until then it waits with the claim that has not.
    for side in ("from_claim", "to_claim"):
        waiting = Claim.objects.filter(pk=OuterRef(side))
        links.filter(binned_at=together, **{f"{side}__binned_at__isnull": False}).update(
            binned_at=Subquery(waiting.values("binned_at")), binned_by=Subquery(waiting.values("binned_by"))
        )
    links.filter(binned_at=together).update(binned_at=None, binned_by=None)


def _hold(rows: list[RecordQuerySet[Any]]) -> int:
    """Lock these records, in the order in which whoever pairs or judges them does, before the first is changed.

    With the change begins the turn of whoever counts support (the database's): nobody then waits for her who has what
    she still needs. How many they are.
    """
    held = (some.order_by("pk").select_for_update(no_key=True).values_list("pk") for some in rows)
    return sum(1 for some in held for _ in some.iterator())


def _what_it_rests_on(record: Record) -> list[Record]:
    if isinstance(record, Link):
        return sorted([record.from_claim, record.to_claim], key=lambda claim: claim.pk)
    return [record.source] if isinstance(record, Claim) else _replaced(record)


def _replaced(record: Record) -> list[Record]:
    """The source that this one is the new version of: versions are locked in the order of the chain."""
    return [record.replaces] if isinstance(record, Source) and record.replaces else []


def _require_own_decisions(source: Source, access: Access) -> None:
    """Where another person placed an orphan in a version, or left it with the old one, that is work of hers."""
    decided = Anchoring.objects.filter(to_source=source).exclude(decision="").exclude(by=access.person_id)
    if not access.can_lead and decided.exists():
        raise PermissionDenied(f"Others' work rests on {source.cited}: ask a lead.")


def _refuse_others_work(record: Record, access: Access, since: datetime) -> None:
    """Refuse when another person has built on the record, or judged what rests on it, since then.

    A verdict to which she is blind is no reason: to refuse for it would tell her that it was given.
    """
    me = access.person_id
    *upper, links = _with_what_rests_on(record)
    shown = Link.objects.filter(pk__in=links.values("pk")).shown_to(access)
    theirs = Q(by__isnull=True) | ~Q(by=me)
    if (
        any(rows.live().filter(theirs, at__gt=since).exists() for rows in (*upper, links))
        or Review.objects.filter(link__in=shown, at__gt=since).exclude(reviewer=me).exists()
        or links.filter(adjudicated_at__gt=since).exclude(adjudicated_by=me).exists()
    ):
        raise ValidationError(
            f"Others have worked on {record.cited} since, so it was not taken back. "
            "Put it in the bin from its own page if their work should go with it.",
            code="others",
        )


def _require_right(record: Record, access: Access) -> None:
    if access.can_lead:
        return
    if record.by_id is None or record.by_id != access.person_id:
        raise PermissionDenied(f"{record.cited} was made by someone else: ask a lead.")
    *upper, links = _with_what_rests_on(record)
    others = Q(by__isnull=True) | ~Q(by=access.person_id)
    shown = Link.objects.filter(pk__in=links.values("pk")).shown_to(access)  # as in ``_refuse_others_work``
    if any(rows.filter(others).exists() for rows in (*upper, links)) or (
        Review.objects.filter(link__in=shown).exclude(reviewer=access.person_id).exists()
        or links.exclude(adjudication_verdict="").exists()
    ):
        raise PermissionDenied(f"Others' work rests on {record.cited}: ask a lead.")
