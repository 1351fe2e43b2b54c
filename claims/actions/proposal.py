"""What people make of a suggestion: a proposed link, or a pair that is never proposed again."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from claims.actions.link import create_link
from claims.models import Claim, Dismissal, Link, LookedAt, Suggested
from claims.proposing import BY_LINKS
from claims.suggested import written
from sources.access import Access
from sources.models import Membership

IMPLIED = "Links already made lead from one to the other."
"""In the place of the reason that names them: how they stood may be hidden later from whoever is to judge one."""


class NotOpen(ValidationError):
    """The pair is not proposed any more: linked, dismissed, binned or changed meanwhile."""

    def __init__(self, one: Claim, other: Claim) -> None:
        super().__init__(
            f"{one.cited} and {other.cited} are not suggested any more: somebody linked, dismissed, binned or changed "
            "them meanwhile. Nothing was changed.",
            code="not-open",
        )


@transaction.atomic
def accept(*, from_claim: Claim, to_claim: Claim, kind: str, by: Membership) -> Link:
    """Make a suggested pair a proposed link, which keeps what the machine said of it and how sure it was.

    ``kind`` is the person's own: it need not be what was suggested. Refuses NotOpen, and what ``create_link`` refuses.
    """
    rows = list(Suggested.objects.open().of_pair(from_claim.pk, to_claim.pk).in_order("score"))
    if not rows:
        raise NotOpen(from_claim, to_claim)
    said = next((row for row in rows if row.stance == kind), rows[0])
    likelihood = said.score if said.stance == kind else None  # the queue of review can run along it
    return create_link(
        from_claim=from_claim,
        to_claim=to_claim,
        by=by,
        kind=kind,
        likelihood=likelihood,
        extra=written(as_told(said)),
    )


def as_told(row: Suggested) -> dict[str, Any]:
    """What is kept of a suggestion with the link that was made of it."""
    return {
        "kind": row.stance,
        "score": row.score,
        "probabilities": dict(zip(("contradicts", "supports", "neither"), row.probabilities, strict=True)),
        "engine": row.engine,
        "version": row.method,
        "over_time": row.over_time,
        "reasons": [
            {"reason": IMPLIED if feature in BY_LINKS else sentence, "weight": weight}
            for feature, sentence, weight in row.reasons
        ],
        "at": row.at.isoformat(timespec="seconds"),
    }


@transaction.atomic
def dismiss(*, one: Claim, other: Claim, by: Membership) -> Dismissal:
    """Never propose this pair again, whatever is computed. Refuses NotOpen; a second click finds the first's."""
    low, high = sorted((one, other), key=lambda claim: claim.pk)
    there = Dismissal.objects.filter(one=low, other=high).first()
    if there:
        return there
    if not Suggested.objects.open().of_pair(one.pk, other.pk).exists():
        raise NotOpen(one, other)
    made = Dismissal(dossier_id=low.dossier_id, one=low, other=high, by=by, at=timezone.now())
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # another dismissed it at the same moment
        return Dismissal.objects.get(one=low, other=high)
    return made


@transaction.atomic
def take_back_dismissal(dismissal: Dismissal, *, access: Access) -> None:
    """Let the pair be proposed again: one's own dismissal, a lead anyone's."""
    if not access.can_lead and dismissal.by_id != access.person_id:
        raise ValidationError("This pair was dismissed by someone else: ask a lead.", code="others")
    pair = (dismissal.one_id, dismissal.other_id)
    dismissal.delete()
    if not Suggested.objects.of_pair(*pair).exists():
        # What was computed meanwhile left it out: both are looked at anew when somebody comes to them.
        LookedAt.objects.filter(claim__in=pair).delete()
