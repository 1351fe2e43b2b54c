"""Pairing claims, and what a lead does with a pair: adjudicate, send back, confirm."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from claims.actions.bin import restore
from claims.actions.review import WordsChanged
from claims.models import Claim, Lease, Link, Review, Skip
from sources.access import Access
from sources.actions.records import edit, locked, next_number, refuse_binned
from sources.models import Letter, Membership

NOT_ADJUDICATED: dict[str, Any] = {
    "adjudication_verdict": "",
    "adjudication_note": "",
    "adjudicated_by": None,
    "adjudicated_at": None,
    "split_reason": "",
}
"""What a link has without an adjudication."""


class AlreadyLinked(ValidationError):
    """The two claims have a link; ``link`` is it."""

    def __init__(self, link: Link) -> None:
        where = f"{link.cited}, which is in the bin: restore it" if link.is_binned else link.cited
        super().__init__(f"These two claims are linked already, as {where}.", code="linked")
        self.link = link


@transaction.atomic
def create_link(*, from_claim: Claim, to_claim: Claim, by: Membership, kind: str, **fields: Any) -> Link:
    """Propose how two claims stand; ``fields`` are mutual, contradiction_type, strength, rationale.

    Refuses (ValidationError) a claim with itself, a binned claim, a wrong field; AlreadyLinked names the link there is.
    """
    if from_claim.pk == to_claim.pk:
        raise ValidationError("A claim cannot be linked to itself.", code="same")
    claims = {
        claim.pk: claim
        for claim in Claim.objects.select_for_update(no_key=True, of=("self",))
        .select_related("dossier", "binned_by")
        .filter(pk__in=[from_claim.pk, to_claim.pk])
        .order_by("pk")
    }
    refuse_binned(*claims.values())
    dossier = claims[from_claim.pk].dossier
    number = next_number(dossier, Letter.LINK)
    pair = Link.objects.of_pair(from_claim.pk, to_claim.pk)
    if there := pair.first():
        raise AlreadyLinked(there)
    link = Link(
        dossier=dossier,
        number=number,
        from_claim=claims[from_claim.pk],
        to_claim=claims[to_claim.pk],
        kind=kind,
        by=by,
        at=timezone.now(),
        **fields,
    )
    try:
        with transaction.atomic():
            link.full_clean()
            link.save(force_insert=True)
    except (IntegrityError, ValidationError):
        # Whoever writes without these locks (SQL, COPY) may have been first: the database kept the pair single.
        if there := pair.first():
            raise AlreadyLinked(there) from None
        raise
    return link


@transaction.atomic
def propose(*, from_claim: Claim, to_claim: Claim, access: Access, kind: str, **fields: Any) -> Link:
    """Propose how two claims stand; a link of theirs that is in the bin comes back under its number, as said now.

    Refuses what ``create_link`` refuses, and (ValidationError) to bring back what this person may not restore.
    """
    try:
        return create_link(from_claim=from_claim, to_claim=to_claim, by=access.person, kind=kind, **fields)
    except AlreadyLinked as error:
        if not error.link.is_binned:
            raise
        try:
            there = restore(error.link, access=access)
        except PermissionDenied as denied:
            raise ValidationError(
                f"These two claims are linked already, as {error.link.cited}, which is in the bin. {denied}",
                code="linked",
            ) from None
    pair = {"from_claim": from_claim, "to_claim": to_claim}
    return edit_link(there, changes={"kind": kind, **pair, **fields}, version=there.version)


@transaction.atomic
def edit_link(link: Link, *, changes: Mapping[str, Any], version: int) -> Link:
    """Change type, strength, rationale, mutual; kind and direction while nobody has judged it; Stale as elsewhere."""
    current = locked(link)
    refuse_binned(current)
    judged = current.adjudication_verdict or Review.objects.filter(link=current).exists()
    proposed = ("kind", "from_claim", "to_claim")
    if judged and any(
        changes.get(name, getattr(current, name)) != getattr(current, name) for name in proposed
    ):
        raise ValidationError(
            {"kind": "What was proposed stays as it is once the link is in review."}, code="judged"
        )
    return edit(current, changes, version=version)


@transaction.atomic
def adjudicate(
    link: Link,
    *,
    by: Membership,
    verdict: str,
    note: str = "",
    split_reason: str = "",
    instead_of: datetime | None = None,
) -> Link:
    """Settle a disputed link by a lead's verdict, or change the one given at ``instead_of``.

    ``split_reason`` is why its reviewers differed, as she sees it.

    Refuses (ValidationError) a link that is not disputed, and one that another lead settled meanwhile, naming her.
    """
    current = locked(link)
    refuse_binned(current)
    if current.adjudicated_at != instead_of and (current.adjudicated_by_id, current.adjudication_verdict) != (
        by.pk,
        verdict,
    ):
        raise ValidationError(_settled_meanwhile(current, "Yours would replace that."), code="settled")
    if current.state != "disputed" and not current.adjudication_verdict:
        raise ValidationError(
            f"{current.cited} is not disputed any more: it is {current.state}.", code="not-disputed"
        )
    current.adjudication_verdict = verdict
    current.adjudication_note = note
    current.split_reason = split_reason
    current.adjudicated_by = by
    current.adjudicated_at = timezone.now()
    current.full_clean(exclude=["state", "verdict"])
    current.save(update_fields=list(NOT_ADJUDICATED))
    current.refresh_from_db(fields=["state", "verdict", "standing"])
    return current


def _settled_meanwhile(link: Link, then: str) -> str:
    if not link.adjudication_verdict:
        return f"The verdict that settled {link.cited} was taken back meanwhile: look at it again."
    by = f" by {link.adjudicated_by}" if link.adjudicated_by else ""
    return f"{link.cited} was settled meanwhile{by}: {link.adjudication_verdict}. {then}"


@transaction.atomic
def withdraw_adjudication(link: Link, *, given_at: datetime | None) -> Link:
    """Take back the adjudication that was given at this time: the state follows from the reviews again.

    Refuses (ValidationError) when another lead took it back or replaced it meanwhile, naming her.
    """
    current = locked(link)
    refuse_binned(current)
    if not current.adjudication_verdict or current.adjudicated_at != given_at:
        raise ValidationError(_settled_meanwhile(current, "That verdict stands."), code="settled")
    Link.objects.filter(pk=current.pk).update(**NOT_ADJUDICATED)
    current.refresh_from_db()
    return current


@transaction.atomic
def send_back(link: Link, *, versions: tuple[int, int]) -> Link:
    """Open a new round of review on changed words: verdicts and adjudication go (the history keeps them).

    ``versions`` (from, to) are those of the claims that the lead was shown; WordsChanged when they were edited since.
    """
    current = _changed(link, versions)
    Link.objects.filter(pk=current.pk).update(round=current.round + 1, changed=False, **NOT_ADJUDICATED)
    Review.objects.filter(link=current).delete()
    Skip.objects.filter(link=current).delete()
    Lease.objects.filter(link=current).delete()
    current.refresh_from_db()
    return current


@transaction.atomic
def confirm_editorial(link: Link, *, versions: tuple[int, int]) -> Link:
    """Let the verdicts stand: the change of words was editorial. ``versions`` as in ``send_back``."""
    current = _changed(link, versions)
    Link.objects.filter(pk=current.pk).update(changed=False)
    current.refresh_from_db()
    return current


def _changed(link: Link, versions: tuple[int, int]) -> Link:
    """The locked link, whose words changed since review and are those that were read; nobody edits them meanwhile."""
    # Claims are locked before their links, as an edit of a claim does.
    words = dict(
        Claim.objects.select_for_update(no_key=True)
        .filter(pk__in=[link.from_claim_id, link.to_claim_id])
        .order_by("pk")
        .values_list("pk", "version")
    )
    current = locked(link)
    refuse_binned(current)
    if not current.changed:
        raise ValidationError(f"The words of {link.cited} have not changed since review.", code="unchanged")
    if (words[current.from_claim_id], words[current.to_claim_id]) != versions:
        raise WordsChanged(
            f"The words of {link.cited} changed again while you were reading, so nothing was decided. "
            "Read what changed, and decide anew.",
            code="changed",
        )
    return current
