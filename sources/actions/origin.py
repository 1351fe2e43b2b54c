"""Origins: proposed by the machine from what sources share; confirmed, joined, split and named by people.

What a person confirmed or told apart the machine never changes. Whatever a person does is kept as a Regrouping, which
takes it back. All of it holds the dossier's lock: proposals wait for people, people for each other.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import product
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from sources.actions.queueing import queue_once
from sources.copies import KEPT, make_fingerprints
from sources.models import (
    Dossier,
    Fingerprint,
    KeptApart,
    Membership,
    Origin,
    Regrouping,
    Resemblance,
    Source,
)
from sources.origins import Group, Shared, Text, address_of, groups
from sources.querysets import related_rows

PROPOSED, CONFIRMED = Origin.State.PROPOSED, Origin.State.CONFIRMED


def propose_origins(dossier: Dossier, *, progress: Callable[[int], object] = int) -> int:
    """Compute the proposed origins anew, as far as people have not decided; how many there are then.

    What is missing is prepared in batches of their own, so that a killed run goes on where it was; a second run
    changes nothing. Proposals that stay keep their number, name and members. ``progress`` is told of each batch.
    """
    make_fingerprints(dossier, progress=progress)
    with transaction.atomic():
        _lock(dossier)
        return _write(dossier, _computed(dossier))


def propose_later(dossier: Dossier) -> None:
    """Let a job do that once this transaction is through: to be called after sources came in, or went. One job waits
    for a dossier at most, and one works: what comes in while it does waits for the next.
    """  # fmt: skip
    lock = f"origins of {dossier.pk}"
    transaction.on_commit(partial(queue_once, "sources.tasks.propose_origins", lock, dossier=dossier.pk))


@transaction.atomic
def confirm_origin(
    origin: Origin, *, by: Membership | None, seen: Collection[int] | None = None
) -> Regrouping:
    """Say that these sources share one origin; those of a proposal to join a confirmed one go into it.

    Refuses (ValidationError) when the proposal is no longer of the sources ``seen`` (their numbers): the machine
    proposes anew while people look.
    """
    dossier, origin = _locked(origin)
    if origin.state == CONFIRMED:
        raise ValidationError(f"Origin {origin.number} is confirmed already.", code="confirmed")
    members = list(_members(origin))
    if not members:
        raise ValidationError("Its sources were regrouped in the meantime.", code="empty")
    if seen is not None and {member.number for member in members if not member.is_binned} != set(seen):
        raise ValidationError(
            f"What is proposed changed since you looked: it is {_cited(members)} now. Nothing was confirmed: "
            "look again.",
            code="changed",
        )
    into = origin.joins or origin
    said = f"{_cited(members)} {'joined to' if origin.joins else 'confirmed as'} one origin."
    if origin.joins:
        said = f"{_cited(members)} taken into {origin.joins}."
    with _kept(dossier, by, said, members, [origin, into]) as regrouping:
        if origin.joins:
            _move(members, into)
            Origin.objects.filter(pk=into.pk).update(reasons=_reasons(into.reasons, origin.reasons))
        else:
            Origin.objects.filter(pk=origin.pk).update(state=CONFIRMED, by=by)
    return regrouping


@transaction.atomic
def tell_apart(origin: Origin, *, by: Membership | None) -> Regrouping:
    """Say that a proposal does not belong to the confirmed origin that it was to join."""
    dossier, origin = _locked(origin)
    if origin.joins is None:
        raise ValidationError("It is not proposed to join another origin.", code="joins")
    members, theirs = list(_members(origin)), list(_members(origin.joins))
    with _kept(
        dossier, by, f"{_cited(members)} told apart from {origin.joins}.", members, [origin]
    ) as regrouping:
        regrouping.after["apart"] = _keep_apart(dossier, by, product(members, theirs))
        Origin.objects.filter(pk=origin.pk).update(joins=None)
        _leave_no_proposal_of_one(origin)
    return regrouping


@transaction.atomic
def split_off(source: Source, *, by: Membership | None, alone: bool = False) -> Regrouping:
    """Take a source out of its origin: no proposal puts it together with one of the others again. ``alone`` says that
    it stands on its own: a confirmed origin of one.
    """  # fmt: skip
    dossier = source.dossier
    _lock(dossier)
    source = Source.objects.without_text().select_related("origin__joins").get(pk=source.pk)
    origin = source.origin
    if origin is None and not alone:
        raise ValidationError(f"{source.cited} is in no origin.", code="none")
    others = [other for other in _members(origin) if other.pk != source.pk] if origin else []
    if alone and origin and origin.state == CONFIRMED and not others:
        raise ValidationError(f"{source.cited} stands on its own already.", code="alone")
    apart = [*others, *(_members(origin.joins) if origin and origin.joins else [])]
    said = (
        f"{source.cited} stands on its own." if alone else f"{source.cited} split off from {_cited(apart)}."
    )
    with _kept(dossier, by, said, [source, *others], [origin] if origin else []) as regrouping:
        regrouping.after["apart"] = _keep_apart(dossier, by, product([source], apart))
        _move([source], _new(dossier, by, CONFIRMED) if alone else None)
        if origin:
            _leave_no_proposal_of_one(origin)
    return regrouping


@transaction.atomic
def join_sources(sources: Sequence[Source], *, by: Membership | None, name: str = "") -> Regrouping:
    """Say that these sources, two or more, share one origin; they leave the ones that they were in.

    The first confirmed origin among theirs takes them, else a new one. That they were told apart is forgotten.
    """
    dossier = sources[0].dossier
    _lock(dossier)
    keys = {source.pk for source in sources}
    members = list(
        Source.objects.without_text().select_related("origin").filter(pk__in=keys).order_by("number")
    )
    if len(members) < 2:
        raise ValidationError("Name two sources or more.", code="few")
    origins = {member.origin.pk: member.origin for member in members if member.origin}
    into = next((origin for origin in origins.values() if origin.state == CONFIRMED), None)
    if into and len(origins) == 1 and all(member.origin for member in members):
        raise ValidationError(f"{_cited(members)} are in one confirmed origin already.", code="joined")
    left = [other for origin in origins.values() for other in _members(origin)]
    touched = list({source.pk: source for source in [*members, *left]}.values())
    with _kept(
        dossier, by, f"{_cited(members)} joined to one origin.", touched, origins.values()
    ) as regrouping:
        apart = KeptApart.objects.filter(dossier=dossier, one__in=keys, other__in=keys)
        regrouping.before["apart"] = [list(pair) for pair in apart.values_list("one", "other")]
        apart.delete()
        reason = f"{_cited(members)} joined by {by or 'the operator'}."
        if into is None:
            into = _new(dossier, by, CONFIRMED, reasons=[reason], name=name)
        else:
            Origin.objects.filter(pk=into.pk).update(reasons=_reasons(into.reasons, [reason]))
        _move(members, into)
        for origin in origins.values():
            _leave_no_proposal_of_one(origin)
    return regrouping


@transaction.atomic
def name_origin(origin: Origin, *, by: Membership | None, name: str) -> Regrouping:
    """Give an origin a name, or none."""
    dossier, origin = _locked(origin)
    with _kept(dossier, by, f"Origin {origin.number} named {name or 'no more'}.", [], [origin]) as regrouping:
        origin.name = name
        origin.full_clean()
        Origin.objects.filter(pk=origin.pk).update(name=name)
    return regrouping


@transaction.atomic
def take_back(regrouping: Regrouping, *, by: Membership | None) -> None:
    """Put back what this person did to origins. Refuses what another did, when it was taken back, and when someone went
    on from there.
    """  # fmt: skip
    dossier = regrouping.dossier
    _lock(dossier)
    regrouping = Regrouping.objects.get(pk=regrouping.pk)
    if regrouping.by_id != (by and by.pk):
        raise ValidationError("That was done by someone else: only she takes it back.", code="other")
    if regrouping.undone_at:
        raise ValidationError("This was taken back already.", code="undone")
    before, after = regrouping.before, regrouping.after
    _hold(before["sources"])
    if _went_on(after):
        raise ValidationError(
            "These origins were changed again since, so this cannot be taken back: nothing was changed. "
            "Regroup the sources as they should be.",
            code="changed",
        )
    for key, fields in before["origins"].items():
        Origin.objects.filter(pk=key).update(**fields)
    # A proposal that is gone since was the machine's: its sources are left to be proposed anew.
    there = set(Origin.objects.filter(dossier=dossier).values_list("pk", flat=True))
    wanted = defaultdict[int | None, list[str]](list)
    for key, origin in before["sources"].items():
        wanted[origin if origin in there else None].append(key)
    for origin, keys in wanted.items():
        Source.objects.filter(pk__in=keys).update(origin=origin)
    for one, other in after.get("apart", []):
        KeptApart.objects.filter(dossier=dossier, one=one, other=other).delete()
    KeptApart.objects.bulk_create(
        [
            KeptApart(dossier=dossier, one_id=one, other_id=other, by_id=regrouping.by_id)
            for one, other in before.get("apart", [])
        ],
        ignore_conflicts=True,
    )
    regrouping.undone_at = timezone.now()
    regrouping.save(update_fields=["undone_at"])


def _lock(dossier: Dossier) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('origins'), %s)", [dossier.pk % 2**31])


def _hold(sources: Iterable[Any]) -> None:
    """Lock the sources of these keys before anything of theirs is changed.

    With the change begins the turn of whoever counts support (the database's): nobody then waits for her who marks a
    claim in one of them.
    """
    held = Source.objects.filter(pk__in=list(sources)).order_by("pk").select_for_update(no_key=True)
    for _ in held.values_list("pk").iterator():
        pass


def _locked(origin: Origin) -> tuple[Dossier, Origin]:
    _lock(origin.dossier)
    return origin.dossier, Origin.objects.select_related("joins").get(pk=origin.pk)


def _members(origin: Origin) -> Iterable[Source]:
    return origin.sources.without_text().order_by("number")


def _move(sources: Iterable[Source], into: Origin | None) -> None:
    Source.objects.filter(pk__in=[source.pk for source in sources]).update(origin=into)


def _new(
    dossier: Dossier, by: Membership | None, state: str, *, reasons: Sequence[str] = (), name: str = ""
) -> Origin:
    origin = Origin(
        dossier=dossier,
        number=_next_number(dossier),
        state=state,
        by=by,
        reasons=[*reasons],
        name=name,
    )
    origin.full_clean()
    origin.save(force_insert=True)
    return origin


def _next_number(dossier: Dossier) -> int:
    highest: int | None = Origin.objects.filter(dossier=dossier).aggregate(n=Max("number"))["n"]
    return (highest or 0) + 1


def _leave_no_proposal_of_one(origin: Origin) -> None:
    """What is left of a proposal when it has one source and joins nothing proposes nothing."""
    left = Source.objects.filter(origin=origin.pk, origin__state=PROPOSED, origin__joins=None)
    if left.count() == 1:
        left.update(origin=None)


def _keep_apart(
    dossier: Dossier, by: Membership | None, pairs: Iterable[tuple[Source, Source]]
) -> list[list[int]]:
    """Keep these pairs apart; those that were not yet, by key, the lower first."""
    ordered = {tuple(sorted((one.pk, other.pk))) for one, other in pairs}
    ones = {one for one, _ in ordered}
    there = set(KeptApart.objects.filter(dossier=dossier, one__in=ones).values_list("one", "other"))
    new = sorted(ordered - there)
    KeptApart.objects.bulk_create(
        [KeptApart(dossier=dossier, one_id=one, other_id=other, by=by) for one, other in new]
    )
    return [list(pair) for pair in new]


def _reasons(held: Sequence[str], more: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*held, *more]))


def _cited(sources: Sequence[Source]) -> str:
    names = [source.cited for source in sources]
    if len(names) > 6:
        return f"{', '.join(names[:5])} and {len(names) - 5} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


@contextmanager
def _kept(
    dossier: Dossier, by: Membership | None, said: str, sources: Iterable[Source], origins: Iterable[Origin]
) -> Iterator[Regrouping]:
    """Keep how these stand before and after the block, to be put back; nobody changes the sources meanwhile."""
    keys = [source.pk for source in sources], [origin.pk for origin in origins]
    _hold(keys[0])
    regrouping = Regrouping(dossier=dossier, by=by, said=said[:500], before=_standing(*keys), after={})
    yield regrouping
    regrouping.after |= _standing(*keys)
    regrouping.save(force_insert=True)


def _went_on(after: Mapping[str, Any]) -> bool:
    """Whether somebody regrouped these sources since; what the machine proposed anew does not count."""
    now = _standing(list(after["sources"]), list(after["origins"]))
    held = [*after["sources"].values(), *now["sources"].values()]
    confirmed = set(Origin.objects.filter(pk__in=held, state=CONFIRMED).values_list("pk", flat=True))
    regrouped = any(
        now["sources"].get(key) != origin and {origin, now["sources"].get(key)} & confirmed
        for key, origin in after["sources"].items()
    )
    return regrouped or any(
        now["origins"].get(key) != fields
        and CONFIRMED in (fields["state"], now["origins"].get(key, fields)["state"])
        for key, fields in after["origins"].items()
    )


def _standing(sources: Iterable[Any], origins: Iterable[Any]) -> dict[str, Any]:
    """As JSON has it: the origin of each source; state, name and the like of each origin."""
    fields = ("name", "state", "joins_id", "by_id")
    return {
        "sources": {
            str(key): origin
            for key, origin in Source.objects.filter(pk__in=sources).values_list("pk", "origin")
        },
        "origins": {
            str(row.pop("pk")): row for row in Origin.objects.filter(pk__in=origins).values("pk", *fields)
        },
    }


def _computed(dossier: Dossier) -> list[Group]:
    """What the live sources say of their origins."""
    via = defaultdict[int, set[str]](set)
    claims = related_rows(Source, "claims").filter(dossier=dossier, binned_at=None).exclude(via="")
    for key, outlet in claims.order_by().values_list("source", "via").distinct():
        via[key].add(f"have claims that came via {outlet}")
    credited = dict(Fingerprint.objects.filter(dossier=dossier).values_list("source", "agencies"))
    fields = ("pk", "number", "canonical_url", "url", "replaces", "origin", "origin__state")
    texts = [
        Text(
            key=key,
            number=number,
            address=address_of(canonical_url, url),
            is_canonical=bool(canonical_url),
            replaces=replaces,
            confirmed=origin if state == CONFIRMED else None,
            credits=frozenset({*via[key], *(f"credit {agency}" for agency in credited.get(key, ()))}),
        )
        for key, number, canonical_url, url, replaces, origin, state in Source.objects.live()
        .filter(dossier=dossier)
        .values_list(*fields)
        .order_by("number")
    ]
    pairs = {
        (one, other): Shared(*shared)
        for one, other, *shared in Resemblance.objects.filter(dossier=dossier).values_list(
            "one", "other", "similarity", "of_one", "of_other"
        )
    }
    apart = KeptApart.objects.filter(dossier=dossier).values_list("one", "other")
    return groups(texts, pairs, apart, KEPT)


def _write(dossier: Dossier, proposals: Sequence[Group]) -> int:
    """Make the proposed origins what was computed, changing as little as may be."""
    held = Origin.objects.filter(dossier=dossier, state=PROPOSED).in_bulk()
    before = dict(Source.objects.filter(origin__in=held).values_list("pk", "origin"))
    wanted: dict[int, int | None] = dict.fromkeys(before)
    free = dict(held)
    number = _next_number(dossier)
    changed: list[Origin] = []
    for proposal in proposals:
        origin = _most_alike(proposal, before, free)
        if origin is None:
            origin = Origin(dossier=dossier, number=number)
            number += 1
        free.pop(origin.pk, None)
        reasons = list(proposal.reasons)
        if origin._state.adding:
            origin.reasons, origin.joins_id = reasons, proposal.joins
            origin.save(force_insert=True)
        elif (origin.reasons, origin.joins_id) != (reasons, proposal.joins):
            origin.reasons, origin.joins_id = reasons, proposal.joins
            changed.append(origin)
        wanted.update(dict.fromkeys(proposal.members, origin.pk))
    # The sources before the origins: see _hold.
    regrouped = {key: origin for key, origin in wanted.items() if before.get(key) != origin}
    _hold(regrouped)
    _regroup(regrouped)
    Origin.objects.bulk_update(changed, ["reasons", "joins"], batch_size=500)
    emptied = set(before.values()) & free.keys()
    gone = Origin.objects.filter(pk__in=emptied)
    gone.update(joins=None)
    gone.filter(sources=None, joiners=None).delete()
    return len(proposals)


def _most_alike(proposal: Group, before: dict[int, int], free: dict[int, Origin]) -> Origin | None:
    """The proposed origin that has the most of these sources already, and no other proposal took."""
    votes = defaultdict[int, int](int)
    for key in proposal.members:
        if before.get(key) in free:
            votes[before[key]] += 1
    return free[max(votes, key=lambda key: (votes[key], -key))] if votes else None


def _regroup(wanted: dict[int, int | None]) -> None:
    """One statement for all sources that change their origin."""
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE sources_source s SET origin_id = w.origin
                FROM unnest(%s::bigint[], %s::bigint[]) AS w(source, origin) WHERE s.id = w.source
                """,
                [list(wanted), list(wanted.values())],
            )
