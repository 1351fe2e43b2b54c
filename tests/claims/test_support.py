"""The support of claims as the database keeps it: equal to a plain count, whoever writes and however."""

import random
from collections import defaultdict
from collections.abc import Callable

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from claims.actions.link import create_link
from claims.models import Claim, Link, Support
from sources.actions.origin import propose_origins
from sources.models import Dossier, Membership, Origin, Source
from tests.claims.test_two_at_once import while_open
from tests.conftest import make_claim, make_link, make_source

pytestmark = pytest.mark.django_db


def counted(dossier: Dossier) -> dict[int, tuple[int, int, int]]:
    """Sources, origins and origins not established of each claim, counted from the records one by one."""
    sources = {
        source.pk: source for source in Source.objects.select_related("origin").filter(dossier=dossier)
    }
    claims = {claim.pk: claim for claim in Claim.objects.filter(dossier=dossier)}

    def first(source: Source) -> int:
        """Its first version: all of them are one source."""
        return first(sources[source.replaces_id]) if source.replaces_id else source.pk

    said = {claim.pk: {claim.source_id} for claim in claims.values()}
    for link in Link.objects.live().filter(dossier=dossier, standing="supports"):
        one, other = claims[link.from_claim_id], claims[link.to_claim_id]
        for supporter, supported in [(one, other), *([(other, one)] if link.mutual else [])]:
            if not supporter.is_binned:
                said[supported.pk].add(supporter.source_id)
    found = {}
    for claim, keys in said.items():
        voices = defaultdict[str, list[Source]](list)
        live = [sources[key] for key in keys if not sources[key].is_binned]
        for source in live:
            origin = source.origin
            named = f"origin {origin.joins_id or origin.pk}" if origin else f"source {first(source)}"
            voices[named].append(source)
        unknown = [
            voice
            for voice in voices.values()
            if not any(source.origin and source.origin.state == "confirmed" for source in voice)
        ]
        told = sum(len({first(source) for source in voice}) for voice in voices.values())
        found[claim] = (told, len(voices), len(unknown))
    return found


def kept(dossier: Dossier) -> dict[int, tuple[int, int, int]]:
    rows = Support.objects.filter(dossier=dossier).values_list(
        "claim", "sources", "origins", "not_established"
    )
    return {claim: (sources, origins, unknown) for claim, sources, origins, unknown in rows}


def _origin(dossier: Dossier, number: int, state: str = "proposed") -> Origin:
    return Origin.objects.create(dossier=dossier, number=number, state=state)


def test_a_claim_starts_with_its_own_source(dossier: Dossier, analyst: Membership) -> None:
    claim = make_claim(make_source(dossier, by=analyst), by=analyst)
    assert kept(dossier) == {claim.pk: (1, 1, 1)}


def test_five_sources_of_two_origins(dossier: Dossier, analyst: Membership) -> None:
    sources = [make_source(dossier, by=analyst) for _ in range(5)]
    first, *others = [make_claim(source, by=analyst) for source in sources]
    Source.objects.filter(pk__in=[source.pk for source in sources[:4]]).update(
        origin=_origin(dossier, 1, "confirmed")
    )
    for other in others:
        make_link(other, first, by=analyst, kind="supports")
    assert kept(dossier)[first.pk] == (5, 2, 1)
    assert kept(dossier)[others[0].pk] == (1, 1, 0)


def test_versions_of_a_source_are_one_source_and_one_voice(dossier: Dossier, analyst: Membership) -> None:
    old = make_source(dossier, by=analyst)
    new = make_source(dossier, by=analyst, replaces=old)
    newest = make_source(dossier, by=analyst, replaces=new)
    first, *others = [make_claim(source, by=analyst) for source in (old, new, newest)]
    for other in others:
        make_link(other, first, by=analyst, kind="supports")
    assert kept(dossier)[first.pk] == counted(dossier)[first.pk] == (1, 1, 1)


def test_what_is_proposed_to_join_counts_as_that_origin(dossier: Dossier, analyst: Membership) -> None:
    claims = [make_claim(make_source(dossier, by=analyst), by=analyst) for _ in range(2)]
    confirmed = _origin(dossier, 1, "confirmed")
    joiner = Origin.objects.create(dossier=dossier, number=2, joins=confirmed)
    Source.objects.filter(pk=claims[0].source_id).update(origin=confirmed)
    Source.objects.filter(pk=claims[1].source_id).update(origin=joiner)
    make_link(claims[1], claims[0], by=analyst, kind="supports")
    assert kept(dossier)[claims[0].pk] == (2, 1, 0)
    Origin.objects.filter(pk=joiner.pk).update(joins=None)
    assert kept(dossier)[claims[0].pk] == (2, 2, 1)


def test_a_verdict_counts_before_the_proposal(
    dossier: Dossier, lead: Membership, analyst: Membership
) -> None:
    one, other = (make_claim(make_source(dossier, by=analyst), by=analyst) for _ in range(2))
    link = make_link(one, other, by=analyst, kind="contradicts")
    assert kept(dossier)[other.pk] == (1, 1, 1)
    Link.objects.filter(pk=link.pk).update(adjudication_verdict="supports")
    assert kept(dossier)[other.pk] == (2, 2, 2)
    assert kept(dossier)[one.pk] == (1, 1, 1)


@pytest.mark.parametrize("seed", range(4))
def test_the_triggers_count_as_a_plain_count_does(dossier: Dossier, analyst: Membership, seed: int) -> None:
    rng = random.Random(seed)
    sources = [make_source(dossier, by=analyst) for _ in range(6)]
    origins = [_origin(dossier, number) for number in (1, 2, 3)]
    claims = [make_claim(rng.choice(sources), by=analyst) for _ in range(10)]
    now = timezone.now()

    def some(rows: list[int]) -> list[int]:
        return rng.sample(rows, min(len(rows), rng.randrange(1, 4)))

    def keys(model: type[Claim] | type[Link] | type[Source]) -> list[int]:
        return list(model._default_manager.filter(dossier=dossier).values_list("pk", flat=True))

    def link() -> None:
        one, other = rng.sample(claims, 2)
        kind = rng.choice(["supports", "supports", "contradicts"])
        with transaction.atomic():
            create_link(
                from_claim=one,
                to_claim=other,
                by=analyst,
                kind=kind,
                mutual=kind == "supports" and rng.random() < 0.4,
            )

    doings: list[Callable[[], object]] = [
        link,
        link,
        link,
        lambda: claims.append(make_claim(rng.choice(sources), by=analyst)),
        lambda: Link.objects.filter(pk__in=some(keys(Link))).update(binned_at=rng.choice([None, now])),
        lambda: Claim.objects.filter(pk__in=some(keys(Claim))).update(binned_at=rng.choice([None, now])),
        lambda: Claim.objects.filter(pk__in=some(keys(Claim))).update(source=rng.choice(sources)),
        lambda: Source.objects.filter(pk__in=some(keys(Source))).update(binned_at=rng.choice([None, now])),
        lambda: Source.objects.filter(pk__in=some(keys(Source))).update(origin=rng.choice([None, *origins])),
        lambda: Origin.objects.filter(pk=rng.choice(origins).pk).update(
            state=rng.choice(["proposed", "confirmed"]), joins=None
        ),
        lambda: Origin.objects.filter(pk=origins[0].pk).update(state="proposed", joins=origins[1]),
        lambda: Link.objects.filter(pk__in=some(keys(Link))).update(
            adjudication_verdict=rng.choice(["", "supports", "neither"])
        ),
        lambda: Link.objects.filter(pk=rng.choice(keys(Link) or [0])).delete(),
        lambda: propose_origins(dossier),
    ]
    for _ in range(60):
        doing = rng.choice(doings)
        try:
            with transaction.atomic():
                doing()
        except (
            Exception
        ) as error:  # two claims linked already, a claim in the bin: refused, and not what is looked at
            if isinstance(error, Error):
                raise
        assert kept(dossier) == counted(dossier)


def test_a_claim_that_is_deleted_takes_its_support_along(dossier: Dossier, analyst: Membership) -> None:
    one, other = (make_claim(make_source(dossier, by=analyst), by=analyst) for _ in range(2))
    make_link(one, other, by=analyst, kind="supports").delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM claims_claim WHERE id = %s", [one.pk])
    Claim.objects.filter(pk=other.pk).delete()
    assert kept(dossier) == {}


@pytest.mark.parametrize("write", ["UPDATE claims_support SET origins = 9", "DELETE FROM claims_support"])
def test_nobody_else_writes_it(dossier: Dossier, analyst: Membership, write: str) -> None:
    make_claim(make_source(dossier, by=analyst), by=analyst)
    with (
        pytest.raises(Error, match="the database counts the support"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(write)


@pytest.mark.django_db(transaction=True)
def test_two_who_support_one_claim_at_once_are_both_counted(dossier: Dossier, analyst: Membership) -> None:
    first, one, other = (make_claim(make_source(dossier, by=analyst), by=analyst) for _ in range(3))

    def support(by: Claim) -> Callable[[], Link]:
        return lambda: Link.objects.create(
            dossier=dossier, number=by.number, from_claim=by, to_claim=first, kind="supports", by=analyst
        )

    _, outcome = while_open(support(one), support(other))
    assert isinstance(outcome, Link)
    assert kept(dossier)[first.pk] == (3, 3, 3)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("origin_first", [True, False])
def test_an_origin_and_a_link_at_once_are_both_counted(
    dossier: Dossier, analyst: Membership, *, origin_first: bool
) -> None:
    first, one = (make_claim(make_source(dossier, by=analyst), by=analyst) for _ in range(2))
    origin = _origin(dossier, 1)

    def group() -> int:
        return Source.objects.filter(dossier=dossier).update(origin=origin)

    def support() -> Link:
        return make_link(one, first, by=analyst, kind="supports")

    doings: tuple[Callable[[], object], Callable[[], object]] = (group, support)
    while_open(*(doings if origin_first else doings[::-1]))
    assert kept(dossier)[first.pk] == (2, 1, 1) == counted(dossier)[first.pk]
