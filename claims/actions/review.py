"""Giving verdicts, blind: take a pair, judge it, skip it, undo; and what records who was shown others' verdicts."""

from collections.abc import Collection
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from claims.models import Disclosure, Lease, Link, Review, Skip
from sources.access import Access
from sources.actions.records import locked, refuse_binned
from sources.models import Dossier, Membership

LEASE = timedelta(minutes=30)
"""How long a pair stays with the person it was handed to."""


class WordsChanged(ValidationError):
    """A claim was edited while the reviewer was looking at the pair."""


@transaction.atomic
def take_next(*, dossier: Dossier, person: Membership) -> Link | None:
    """Hand this person the next pair to review, the one she holds before any other; None when nothing is left.

    A slot (one of the reviews that a link still needs) is never held by two people: the link's row is locked, then
    its slots are counted anew.
    """
    queue = Link.objects.filter(dossier=dossier).to_review(person.pk)
    held = Lease.objects.filter(person=person).values_list("link_id", flat=True).first()
    if held and (link := _take(queue.filter(pk=held), person)):
        return link
    passed: list[int] = []
    while (
        candidate := queue.exclude(pk__in=passed)
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .first()
    ):
        if link := _take(queue.filter(pk=candidate.pk), person):
            return link
        passed.append(candidate.pk)
    Lease.objects.filter(person=person).delete()
    return None


def _take(slot: QuerySet[Link], person: Membership) -> Link | None:
    """Lease the link when, now that its row is locked, it still has a free slot."""
    link = slot.select_for_update(no_key=True, of=("self",)).first()
    if link and slot.exists():
        Lease.objects.update_or_create(
            person=person,
            defaults={"link": link, "dossier_id": link.dossier_id, "expires_at": timezone.now() + LEASE},
        )
        return link
    return None


@transaction.atomic
def give_verdict(
    *,
    link: Link,
    by: Membership,
    verdict: str,
    versions: tuple[int, int],
    confidence: int | None = None,
    note: str = "",
) -> Review:
    """Record one person's verdict on the claims in the ``versions`` (from, to) that she was shown.

    Refuses (ValidationError) a second verdict of hers, a link that takes no more reviews or whose slots others hold,
    one whose verdicts she was shown; WordsChanged when a claim was edited meanwhile.
    """
    current = locked(link)
    refuse_binned(current)
    claims = Link.objects.filter(pk=current.pk).values_list("from_claim__version", "to_claim__version").get()
    if claims != versions:
        raise WordsChanged(
            f"The words of {current.cited} changed while you were reading: your verdict was not recorded. "
            "Read the pair again and judge it as it stands now.",
            code="changed",
        )
    if Review.objects.filter(link=current, reviewer=by).exists():
        raise ValidationError(f"You have reviewed {current.cited} already.", code="reviewed")
    if Disclosure.objects.filter(link=current, person=by, round=current.round).exists():
        raise ValidationError(
            f"You were shown the verdicts of others on {current.cited}, so yours would not be blind.",
            code="shown",
        )
    if not Link.objects.filter(pk=current.pk).to_review(by.pk).exists():
        raise ValidationError(
            f"{current.cited} takes no more reviews at the moment: others have given or hold them all.",
            code="full",
        )
    review = Review(
        dossier_id=current.dossier_id,
        link=current,
        reviewer=by,
        verdict=verdict,
        confidence=confidence,
        note=note,
        from_version=versions[0],
        to_version=versions[1],
        by=by,
        at=timezone.now(),
    )
    review.full_clean()
    review.save(force_insert=True)
    Lease.objects.filter(person=by, link=current).delete()
    Skip.objects.filter(person=by, link=current).delete()
    return review


@transaction.atomic
def skip(*, link: Link, by: Membership) -> None:
    """Pass over a pair: it goes back to the queue, and to her after all others."""
    Lease.objects.filter(person=by, link=link).delete()
    Skip.objects.update_or_create(
        link=link,
        person=by,
        defaults={"dossier_id": link.dossier_id},
        create_defaults={"dossier_id": link.dossier_id},
    )
    Skip.objects.filter(link=link, person=by).update(at=timezone.now())


@transaction.atomic
def undo_verdict(*, link: Link, by: Membership) -> Link:
    """Take one's own verdict back and hold the pair again.

    Refuses (ValidationError) when there is none, or when its giver has been shown others' verdicts since.
    """
    current = locked(link)
    refuse_binned(current)
    review = Review.objects.filter(link=current, reviewer=by).first()
    if review is None:
        raise ValidationError(f"You have no verdict on {current.cited} to take back.", code="none")
    if Disclosure.objects.filter(link=current, person=by, round=current.round).exists():
        raise ValidationError(
            f"You have been shown others' verdicts on {current.cited}: only adjudication changes it now.",
            code="shown",
        )
    review.delete()
    Lease.objects.update_or_create(
        person=by,
        defaults={"link": current, "dossier_id": current.dossier_id, "expires_at": timezone.now() + LEASE},
    )
    current.refresh_from_db()
    return current


def disclose(access: Access, links: Collection[Link]) -> None:
    """Record that this person is being shown the state or the verdicts of these links (which are not hidden from her).

    Only where it matters: she has judged the link and so have others, or it was adjudicated. Call it wherever a
    verdict, or a state that follows from verdicts, is put on a page or into a file.
    """
    if access.person_id and access.can_review and links:
        _disclose("l.id = ANY(%s)", [link.pk for link in links], access.person_id)


def disclose_all(access: Access, dossier: Dossier) -> None:
    """The same for every link of the dossier: an export shows them all."""
    if access.person_id and access.can_review:
        _disclose("l.dossier_id = %s", dossier.pk, access.person_id)


def _disclose(which: str, ids: int | list[int], person: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO claims_disclosure (dossier_id, link_id, person_id, round, at)
            SELECT l.dossier_id, l.id, mine.reviewer_id, l.round, now()
            FROM claims_link l JOIN claims_review mine ON mine.link_id = l.id AND mine.reviewer_id = %s
            WHERE {which} AND (
                l.adjudication_verdict <> ''
                OR EXISTS (SELECT FROM claims_review o WHERE o.link_id = l.id AND o.reviewer_id <> mine.reviewer_id)
            )
            ON CONFLICT DO NOTHING
            """,  # noqa: S608  the condition is one of the two above
            [person, ids],
        )


def open_dispute(access: Access, link: Link) -> None:
    """A lead opens a disputed link: she sees its verdicts from now on, and forfeits a review of her own."""
    Disclosure.objects.bulk_create(
        [Disclosure(dossier_id=link.dossier_id, link=link, person=access.person, round=link.round)],
        ignore_conflicts=True,
    )
