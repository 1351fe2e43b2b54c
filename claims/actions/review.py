"""Giving verdicts, blind: take a pair, judge it, skip it, undo; and what records who was shown others' verdicts."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from claims.models import Disclosure, Guideline, Lease, Link, Review, Skip, State
from claims.querysets.link import LinkQuerySet
from claims.queue import PAUSE, PLACES, RANKED, start_of
from sources.access import Access
from sources.actions.records import locked, refuse_binned
from sources.models import Dossier, Membership


class WordsChanged(ValidationError):
    """A claim was edited while the reviewer was looking at the pair."""


def take_next(*, dossier: Dossier, person: Membership, among: LinkQuerySet | None = None) -> Link | None:
    """Hand this person the next pair to review, the one she holds before any other; None when nothing is left.

    The next is the one that follows in the dossier's order; after the last the search starts anew, and last come those
    she passed over. ``among``: only one of these. A slot (one of the reviews that a link still needs) is never held by
    two people: the link's row is locked, then its slots are counted anew. What another person is taking at this moment
    is passed over, and waited for only when there is nothing else.
    """
    links = Link.objects.all() if among is None else among
    queue = links.filter(dossier=dossier).to_review(person.pk)
    place = PLACES[dossier.review_order]
    fresh = queue.not_passed_over(person.pk).order_by(place)
    here = start_of(dossier.review_order, dossier.pk, person.pk)
    # Her lease is kept when it ends: where she was says where to go on, whatever she has judged before.
    lease = Lease.objects.filter(person=person).values_list("link_id", f"link__{place}", "expires_at").first()
    if lease:
        held, there, until = lease
        now = timezone.now()
        if until > now and (link := _take_first(queue.filter(pk=held), dossier, person)):
            return link
        if dossier.review_order not in RANKED or now - until < PAUSE:
            here = there
    link = (
        _take_first(fresh.filter(**{f"{place}__gte": here}), dossier, person, skip_locked=True)
        or _take_first(fresh, dossier, person)
        or _take_first(queue.passed_over(person.pk), dossier, person)
    )
    if link is None:
        _let_go(person)
    return link


def _take_first(
    rows: LinkQuerySet, dossier: Dossier, person: Membership, *, skip_locked: bool = False
) -> Link | None:
    """Lease the first of these that still has a free slot once its row is locked."""
    rows = rows.only("dossier", "number", "from_claim", "to_claim")
    passed: list[int] = []
    while True:
        # A transaction for each: whoever waits for a row holds no other, so that no two wait for each other.
        with transaction.atomic():
            candidates = rows.exclude(pk__in=passed)
            link = candidates.select_for_update(no_key=True, skip_locked=skip_locked, of=("self",)).first()
            if link is None:
                return None
            # Its row is locked now: what is seen of its reviews and leases from here on stays true.
            if rows.filter(pk=link.pk).exists():
                _hold(link, dossier, person)
                return link
        passed.append(link.pk)


def _hold(link: Link, dossier: Dossier, person: Membership) -> None:
    until = timezone.now() + timedelta(minutes=dossier.lease_minutes)
    lease = Lease(person=person, link=link, dossier=dossier, expires_at=until)
    Lease.objects.bulk_create(
        [lease],
        update_conflicts=True,
        unique_fields=["person"],
        update_fields=["link", "dossier", "expires_at"],
    )


def _let_go(person: Membership, **which: Link) -> None:
    Lease.objects.filter(person=person, **which).update(expires_at=timezone.now())


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
    words = _lock_words(link)
    current = locked(link)
    refuse_binned(current)
    if (words[current.from_claim_id], words[current.to_claim_id]) != versions:
        raise WordsChanged(
            f"The words of {current.cited} changed while you were reading. Read the pair again and judge it as it "
            "stands now.",
            code="changed",
        )
    if not Link.objects.filter(pk=current.pk).to_review(by.pk).exists():
        raise _why_not(current, by)
    review = Review(
        dossier_id=current.dossier_id,
        link=current,
        reviewer=by,
        verdict=verdict,
        confidence=confidence,
        note=note,
        guidelines=Guideline.objects.in_force(current.dossier_id),
        from_version=versions[0],
        to_version=versions[1],
        by=by,
        at=timezone.now(),
    )
    # What it refers to was read just now; a second review was refused above, and is by the database.
    review.clean_fields(exclude=["dossier", "link", "reviewer", "by"])
    review.save(force_insert=True)
    _let_go(by, link=current)
    Skip.objects.filter(person=by, link=current).delete()
    return review


def _lock_words(link: Link) -> dict[int, int]:
    """The versions of both claims, which nobody can edit until this transaction ends.

    Claims are locked before their links, by whoever locks both: so that no two wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, version FROM claims_claim WHERE id IN (%s, %s) ORDER BY id FOR SHARE",
            [link.from_claim_id, link.to_claim_id],
        )
        return dict(cursor.fetchall())


def _why_not(link: Link, person: Membership) -> ValidationError:
    """Why this person may not judge the link."""
    if Review.objects.filter(link=link, reviewer=person).exists():
        return ValidationError(f"You have reviewed {link.cited} already.", code="reviewed")
    if link.by_id == person.pk and not link.dossier.own_proposals:
        return ValidationError(f"You proposed {link.cited} yourself: others judge it here.", code="own")
    if Disclosure.objects.filter(link=link, person=person, round=link.round).exists():
        return ValidationError(
            f"You were shown the verdicts of others on {link.cited}, so yours would not be blind.",
            code="shown",
        )
    # No more than that: to say who has given or holds the reviews would tell a blind reader that others have.
    return ValidationError(f"{link.cited} is not yours to review at the moment.", code="full")


@transaction.atomic
def skip(*, link: Link, by: Membership) -> None:
    """Pass over a pair: it goes back to the queue, and to her after all others."""
    _let_go(by, link=link)
    Skip.objects.bulk_create(
        [Skip(link=link, person=by, dossier_id=link.dossier_id)],
        update_conflicts=True,
        unique_fields=["link", "person"],
        update_fields=["at"],
    )


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
    _hold(current, current.dossier, by)
    current.refresh_from_db()
    return current


def disclose(access: Access, links: Collection[Link] | QuerySet[Link]) -> None:
    """Record that this person is being shown the state or the verdicts of these links (which are not hidden from her).

    Of those that are hidden from her nothing is recorded, nor where nobody else has judged. Call it wherever a verdict,
    or a state that follows from verdicts, is put on a page or into a file: should the link need another review later,
    hers would not be blind. A queryset is not read, however many links it holds: the database finds in it what is to be
    recorded.
    """
    if access.person_id is None or not access.can_review:
        return
    if isinstance(links, QuerySet):
        with suppress(EmptyResultSet):
            keys, parameters = links.order_by().values("pk").query.sql_with_params()
            _disclose(f"l.id IN ({keys})", parameters, access.person_id)
    elif links:
        _disclose("l.id = ANY(%s)", ([link.pk for link in links],), access.person_id)


def _disclose(which: str, parameters: Sequence[Any], person: int) -> None:
    # What she was shown before is set aside first: that is nearly all, and to look at others' reviews is dear. By a
    # look-up for each link, whatever the planner knows of the table: else all of hers are compared with each.
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH told AS MATERIALIZED (
                SELECT l.id, l.dossier_id, l.round, l.adjudication_verdict <> '' AS adjudicated
                FROM claims_link l
                WHERE {which}
                AND (
                    l.state = 'settled'
                    OR EXISTS (SELECT FROM claims_review r WHERE r.link_id = l.id AND r.reviewer_id = %s)
                )
                AND (
                    SELECT true FROM claims_disclosure d
                    WHERE d.link_id = l.id AND d.person_id = %s AND d.round = l.round LIMIT 1
                ) IS NULL
            )
            INSERT INTO claims_disclosure (dossier_id, link_id, person_id, round, at)
            SELECT told.dossier_id, told.id, %s, told.round, now()
            FROM told
            WHERE told.adjudicated
            OR (SELECT true FROM claims_review o WHERE o.link_id = told.id AND o.reviewer_id <> %s LIMIT 1)
            ON CONFLICT DO NOTHING
            """,  # noqa: S608  the condition is one of ours
            [*parameters, person, person, person, person],
        )


@transaction.atomic
def open_dispute(access: Access, link: Link) -> None:
    """A lead opens a disputed link: she sees its verdicts from now on, and forfeits a review of her own.

    Refuses (ValidationError) a link that is neither disputed nor adjudicated: its verdicts are nobody's to see yet.
    """
    current = locked(link)
    refuse_binned(current)
    if current.state != State.DISPUTED and not current.adjudication_verdict:
        raise ValidationError(f"{current.cited} is not disputed any more.", code="not-disputed")
    Disclosure.objects.bulk_create(
        [Disclosure(dossier_id=link.dossier_id, link=link, person=access.person, round=current.round)],
        ignore_conflicts=True,
    )
