"""What may still be done with a frozen set: withdraw it, take that back, and give up judging what it tells."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from claims.models import AnnotatedSet, Disclosure, Link, SetLink
from claims.querysets.link import LinkQuerySet
from sources.access import Access


@transaction.atomic
def withdraw(one: AnnotatedSet, *, access: Access, reason: str) -> AnnotatedSet:
    """Hide a set that was frozen by mistake. Its content stays, and its number with it."""
    return _set(one, withdrawn_at=timezone.now(), withdrawn_by=access.person, withdrawn_reason=reason.strip())


@transaction.atomic
def reinstate(one: AnnotatedSet) -> AnnotatedSet:
    """Take a withdrawal back."""
    return _set(one, withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")


def _set(one: AnnotatedSet, **values: object) -> AnnotatedSet:
    current = AnnotatedSet.objects.select_for_update(no_key=True, of=("self",)).get(pk=one.pk)
    for name, value in values.items():
        setattr(current, name, value)
    current.full_clean()
    current.save(update_fields=list(values))
    return current


def told_by(*sets: AnnotatedSet) -> LinkQuerySet:
    """The links whose verdicts these sets of one dossier tell, as far as they are still here."""
    links: LinkQuerySet = Link.objects.filter(dossier__in={one.dossier_id for one in sets})
    return links.filter(pk__in=SetLink.objects.filter(annotated_set__in=sets).told().values("link"))


def hidden_in(one: AnnotatedSet, access: Access) -> LinkQuerySet:
    """The links of the set that were settled when it was frozen, and that this reader must judge by now.

    A link comes back to review when more reviews are needed, or when a lead sends it back or takes an adjudication
    back.
    """
    return told_by(one).live().hidden_from(access)


def with_hidden_links(sets: Collection[AnnotatedSet], access: Access) -> set[int]:
    """The keys of those of these sets that tell verdicts which are hidden from this reader, by one question."""
    hidden = Link.objects.live().filter(dossier=access.dossier).hidden_from(access)
    told = SetLink.objects.filter(annotated_set__in=[one.pk for one in sets]).told()
    return set(told.filter(link__in=hidden.values("pk")).values_list("annotated_set", flat=True).distinct())


@transaction.atomic
def give_up_judging(one: AnnotatedSet, *, access: Access) -> int:
    """Record that this person is shown what the set tells of links that she must judge: she forfeits her reviews of
    them, and may read the set. How many they are.
    """  # fmt: skip
    links = hidden_in(one, access).order_by("pk").select_for_update(no_key=True, of=("self",))
    rows = [
        Disclosure(dossier_id=one.dossier_id, link_id=link, person=access.person, round=at)
        for link, at in links.values_list("pk", "round")
    ]
    return len(Disclosure.objects.bulk_create(rows, ignore_conflicts=True))
