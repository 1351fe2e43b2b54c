"""Names of reviewers masked on a disputed link: letters, on each link otherwise, the same on all its pages."""

from collections.abc import Iterable
from hashlib import md5
from string import ascii_uppercase

from django.apps import apps

from claims.models import Link, Review, State
from sources.models import Dossier

type Masks = dict[int, str]
"""What each reviewer of one link is called, by the key of the person; empty where names are told."""


def masks_of(link: Link, dossier: Dossier) -> Masks:
    """Masked while it is disputed, if the dossier says so. Whoever judged it once has a letter, also if it was undone.

    In an order that tells nothing: not that of time, nor the same on two links.
    """
    if not dossier.names_masked or link.state != State.DISPUTED:
        return {}
    events = apps.get_model("claims", "ReviewEvent")._default_manager.filter(link=link.pk)
    people = set(events.order_by().values_list("reviewer_id", flat=True))
    mixed = sorted(
        people, key=lambda person: md5(f"{link.pk}:{person}".encode(), usedforsecurity=False).digest()
    )
    return {person: f"Reviewer {_letters(n)}" for n, person in enumerate(mixed)}


def masked(reviews: Iterable[Review], masks: Masks) -> list[Review]:
    """The reviews, each with ``called``, what its reviewer is called; where names are masked, by letter."""
    called = list(reviews)
    for review in called:
        review.called = masks.get(review.reviewer_id) or review.reviewer.name  # type: ignore[attr-defined]
    return sorted(called, key=lambda review: review.called) if masks else called  # type: ignore[attr-defined]


def _letters(n: int) -> str:
    """A … Z, then AA, AB, as a table's columns run."""
    letters = ""
    n += 1
    while n:
        n, at = divmod(n - 1, len(ascii_uppercase))
        letters = ascii_uppercase[at] + letters
    return letters
