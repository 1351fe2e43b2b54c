"""Resolving settled contradictions: a lead says how one is explained, reopens it, and takes back either."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from claims.actions.review import WordsChanged
from claims.models import KINDS, Cause, Claim, Ground, Kind, Link, Resolution, State
from sources.actions.records import locked, refuse_binned
from sources.models import Membership, Source

GROUNDS = 20
"""So many sources and claims a resolution may rest on."""


@transaction.atomic
def resolve(
    link: Link,
    *,
    by: Membership,
    kind: str,
    proof: Mapping[str, str],
    versions: tuple[int, int],
    rests_on: Sequence[Source | Claim] = (),
    note: str = "",
) -> Resolution:
    """Record how a settled contradiction is explained, on the claims in the ``versions`` (from, to) that were read.

    Refuses (ValidationError, by the name of the piece) a proof that its kind does not take; a link that is no settled
    contradiction, or is resolved already; WordsChanged when a claim was edited meanwhile.
    """
    _check_proof(kind, proof, rests_on)
    pair = [link.from_claim_id, link.to_claim_id]
    held = _hold_grounds(link, rests_on)
    current = locked(link)
    refuse_binned(current)
    if current.state != State.SETTLED or current.verdict != Kind.CONTRADICTS:
        raise ValidationError(
            f"{current.cited} is no settled contradiction: there is nothing to resolve.", code="unsettled"
        )
    if (held[pair[0]].version, held[pair[1]].version) != versions:
        raise WordsChanged(
            f"The words of {current.cited} changed while you were reading, so nothing was resolved. "
            "Read the pair again.",
            code="changed",
        )
    resolution = Resolution(
        dossier_id=current.dossier_id,
        link=current,
        kind=kind,
        proof={name: value.strip() for name, value in proof.items()},
        note=note,
        by=by,
        at=timezone.now(),
    )
    try:
        with transaction.atomic():
            resolution.save(force_insert=True)
    except IntegrityError:
        raise ValidationError(
            f"{current.cited} is resolved already: reopen that first, for a reason.", code="resolved"
        ) from None
    Ground.objects.bulk_create(
        [
            Ground(
                dossier_id=current.dossier_id,
                resolution=resolution,
                **{"source" if isinstance(one, Source) else "claim": one},
            )
            for one in rests_on
        ]
    )
    return resolution


def _hold_grounds(link: Link, rests_on: Sequence[Source | Claim]) -> dict[int, Claim]:
    """Lock what a resolution rests on, sources before claims, as whoever changes them does; the link comes after.

    The claims by their keys. Refuses (ValidationError) what is in the bin.
    """
    pair = [link.from_claim_id, link.to_claim_id]
    grounds = {model: [one.pk for one in rests_on if isinstance(one, model)] for model in (Source, Claim)}
    about = Claim.objects.filter(pk__in=pair).values_list("source", flat=True)
    sources = Source.objects.select_for_update(no_key=True).filter(pk__in=[*about, *grounds[Source]])
    refuse_binned(*sources.without_text().order_by("pk"))
    claims = Claim.objects.select_for_update(no_key=True).filter(pk__in=[*pair, *grounds[Claim]])
    held = {claim.pk: claim for claim in claims.order_by("pk")}
    refuse_binned(*held.values())
    return held


def _check_proof(kind: str, proof: Mapping[str, str], rests_on: Sequence[Source | Claim]) -> None:
    found = KINDS.get(kind)
    if found is None:
        raise ValidationError("Say how it is explained: choose a kind.", code="kind")
    wrong = found.problems(proof)
    if found.decided and not rests_on:
        wrong["rests_on"] = "Name the source or claim that decides it: S-3, C-12."
    if len(rests_on) > GROUNDS:
        wrong["rests_on"] = f"At most {GROUNDS} sources and claims."
    if wrong:
        raise ValidationError({name or "__all__": reason for name, reason in wrong.items()})


@transaction.atomic
def reopen(link: Link, *, by: Membership, reason: str) -> Resolution:
    """Reopen the resolution that stands, for a reason. Refuses (ValidationError) where none stands, or no reason."""
    current = locked(link)
    refuse_binned(current)
    if not reason.strip():
        raise ValidationError({"reason": "Say why it is open again."}, code="reason")
    standing = Resolution.objects.standing().filter(link=current).first()
    if standing is None:
        raise ValidationError(f"{current.cited} is open already.", code="open")
    standing.reopened_at = timezone.now()
    standing.reopened_by = by
    standing.cause = Cause.PERSON
    standing.reason = reason.strip()
    standing.save(update_fields=["reopened_at", "reopened_by", "cause", "reason"])
    return standing


@transaction.atomic
def withdraw_resolution(link: Link, *, given_at: datetime | None) -> Link:
    """Take back the resolution given at this time, as if it had not been (the history keeps it).

    Refuses (ValidationError) when it does not stand any more.
    """
    current = locked(link)
    refuse_binned(current)
    standing = Resolution.objects.standing().filter(link=current, at=given_at)
    if given_at is None or not standing.delete()[0]:
        raise ValidationError(
            f"That resolution of {current.cited} does not stand any more, so nothing was taken back.",
            code="gone",
        )
    return current


@transaction.atomic
def withdraw_reopening(link: Link, *, reopened_at: datetime | None) -> Resolution:
    """Let the resolution that a person reopened at this time stand again.

    Refuses (ValidationError) one that reopened by itself, or that cannot stand: the link was resolved otherwise, or
    what it rests on changed since.
    """
    _hold_grounds(link, [])
    current = locked(link)
    refuse_binned(current)
    there = Resolution.objects.filter(link=current, reopened_at=reopened_at, cause=Cause.PERSON).first()
    if reopened_at is None or there is None:
        raise ValidationError(f"{current.cited} was not reopened then.", code="gone")
    there.reopened_at = there.reopened_by = None
    there.cause = there.reason = ""
    try:
        with transaction.atomic():
            there.save(update_fields=["reopened_at", "reopened_by", "cause", "reason"])
    except IntegrityError:
        raise ValidationError(
            f"{current.cited} was resolved anew, or what the resolution rests on has changed: it stays open.",
            code="changed",
        ) from None
    return there
