"""Joining an imported person to a member: what was brought in under her name becomes the member's work."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from claims.models import Claim, Link
from sources.access import Access
from sources.actions.member import hand_over
from sources.models import Membership, Source

NAMED = 20
"""How many links a refusal names."""

COUNTED = 1_000
"""How far the work of a person is counted."""


@transaction.atomic
def join_imported(person: Membership, *, to: Membership, access: Access) -> None:
    """Make all that an imported person made, judged, settled or binned the member's; the imported person goes.

    Refuses (ValidationError) when both have judged the same link: one person judges it once. The refusal names the
    links, as far as whoever asks may know who judged them.
    """
    both = Link.objects.filter(reviews__reviewer=person.pk).filter(reviews__reviewer=to.pk)
    if count := both.count():
        named = [link.cited for link in both.shown_to(access).order_by("number")[:NAMED]]
        others = count - len(named)
        listed = ", ".join([*named, *([f"{others} that you may not know of yet"] if others else [])])
        raise ValidationError(
            f"{person} and {to} have both judged the same links, so they cannot be one person: {listed}.",
            code="both",
        )
    hand_over(person, to=to)


def work_of(person: Membership, *, access: Access) -> dict[str, int]:
    """How much came under this person's name, each counted up to ``COUNTED`` and one more.

    Of the reviews, those that whoever asks may know of.
    """
    work: dict[str, QuerySet[Any]] = {
        "sources": Source.objects.filter(dossier=person.dossier_id, by=person),
        "claims": Claim.objects.filter(dossier=person.dossier_id, by=person),
        "links": Link.objects.filter(dossier=person.dossier_id, by=person),
        "reviews": Link.objects.filter(reviews__reviewer=person.pk).shown_to(access),
        "adjudications": Link.objects.filter(dossier=person.dossier_id, adjudicated_by=person),
    }
    return {name: rows.order_by()[: COUNTED + 1].count() for name, rows in work.items()}
