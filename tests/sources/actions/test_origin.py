"""Proposing, confirming, joining, splitting and taking back origins."""

from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from sources.actions.origin import (
    confirm_origin,
    join_sources,
    name_origin,
    propose_origins,
    split_off,
    take_back,
    tell_apart,
)
from sources.models import Dossier, Fingerprint, KeptApart, Membership, Origin, Source
from tests.benchmarks.generate_articles import articles, pairwise
from tests.conftest import make_claim, make_source

STORY = (
    "The foreign ministry said on Tuesday that it had not delivered weapons to either side of the conflict. "
    "A spokeswoman told reporters in the capital that the accusations were without any ground, and that her "
    "government kept its own controls on the export of goods that can be used by armies."
)


def _copies(dossier: Dossier, count: int, **fields: Any) -> list[Source]:
    return [make_source(dossier, f"{STORY} Copy number {n}.", **fields) for n in range(count)]


def _grouped(dossier: Dossier) -> dict[str, str]:
    """Each source in an origin, and that origin's state and what it joins."""
    rows = Source.objects.filter(dossier=dossier, origin__isnull=False).select_related("origin__joins")
    return {source.cited: _said(source.origin) for source in rows}


def _said(origin: Origin | None) -> str:
    assert origin is not None
    return f"{origin.number} {origin.state}" + (f" joins {origin.joins.number}" if origin.joins else "")


def _origin_of(source: Source) -> Origin:
    source.refresh_from_db(fields=["origin"])
    assert source.origin is not None
    return source.origin


def test_near_copies_are_proposed_with_the_reason(dossier: Dossier) -> None:
    one, _ = _copies(dossier, 2)
    make_source(dossier)
    assert propose_origins(dossier) == 1
    assert _grouped(dossier) == {"S-1": "1 proposed", "S-2": "1 proposed"}
    assert "S-1 and S-2 share" in _origin_of(one).reasons[0]


def test_a_second_run_changes_nothing(dossier: Dossier) -> None:
    _copies(dossier, 3)
    propose_origins(dossier)
    rows = list(Origin.objects.values()), list(Source.objects.values("pk", "origin", "version"))
    events = [apps.get_model("sources", name).objects for name in ("OriginEvent", "SourceEvent")]
    written = [event.count() for event in events]
    propose_origins(dossier)
    assert (list(Origin.objects.values()), list(Source.objects.values("pk", "origin", "version"))) == rows
    assert [event.count() for event in events] == written


def test_a_shared_address_is_proposed_and_a_common_agency_alone_is_not(dossier: Dossier) -> None:
    make_source(dossier, "PARIS (AFP) – One thing happened.", url="https://a.org/x?utm_source=y")
    make_source(dossier, "LYON (AFP) – Quite another thing did not.", url="http://www.a.org/x/")
    make_source(dossier, "NICE (AFP) – A third thing may happen.", url="https://a.org/z")
    propose_origins(dossier)
    assert _grouped(dossier) == {"S-1": "1 proposed", "S-2": "1 proposed"}
    assert Origin.objects.get().reasons == [
        "S-1 and S-2 give the same web address.",
        "S-1 and S-2 credit AFP.",
    ]


def test_claims_that_came_via_the_same_outlet_are_a_reason_more(
    dossier: Dossier, analyst: Membership
) -> None:
    for source in _copies(dossier, 2):
        make_claim(source, "the foreign ministry".capitalize(), by=analyst, via="Reuters")
    propose_origins(dossier)
    assert Origin.objects.get().reasons[-1] == "S-1 and S-2 have claims that came via Reuters."


def test_sources_in_the_bin_and_of_other_dossiers_are_left_out(dossier: Dossier) -> None:
    one, *_ = _copies(dossier, 3)
    propose_origins(dossier)
    Source.objects.filter(pk=one.pk).update(binned_at="2026-01-01T00:00Z")
    propose_origins(dossier)
    assert _grouped(dossier) == {"S-2": "1 proposed", "S-3": "1 proposed"}


def test_what_a_person_confirmed_stays_and_new_copies_are_proposed_to_join(
    dossier: Dossier, analyst: Membership
) -> None:
    one, *_ = _copies(dossier, 2)
    propose_origins(dossier)
    confirm_origin(_origin_of(one), by=analyst)
    make_source(dossier, STORY)
    propose_origins(dossier)
    assert _grouped(dossier) == {"S-1": "1 confirmed", "S-2": "1 confirmed", "S-3": "2 proposed joins 1"}


def test_a_proposal_to_join_is_confirmed_into_it(dossier: Dossier, analyst: Membership) -> None:
    one, *_ = _copies(dossier, 2)
    propose_origins(dossier)
    confirm_origin(_origin_of(one), by=analyst)
    late = make_source(dossier, STORY)
    propose_origins(dossier)
    regrouping = confirm_origin(_origin_of(late), by=analyst)
    assert set(_grouped(dossier).values()) == {"1 confirmed"}
    take_back(regrouping, by=analyst)
    assert _grouped(dossier)["S-3"] == "2 proposed joins 1"


def test_what_is_told_apart_from_a_confirmed_origin_is_not_proposed_again(
    dossier: Dossier, analyst: Membership
) -> None:
    one, *_ = _copies(dossier, 2)
    propose_origins(dossier)
    confirm_origin(_origin_of(one), by=analyst)
    late = make_source(dossier, STORY)
    propose_origins(dossier)
    tell_apart(_origin_of(late), by=analyst)
    assert "S-3" not in _grouped(dossier)
    propose_origins(dossier)
    assert "S-3" not in _grouped(dossier)


def test_a_source_split_off_never_comes_back_by_proposal(dossier: Dossier, analyst: Membership) -> None:
    _one, two, _three = _copies(dossier, 3)
    propose_origins(dossier)
    regrouping = split_off(two, by=analyst)
    propose_origins(dossier)
    assert _grouped(dossier) == {"S-1": "1 proposed", "S-3": "1 proposed"}
    assert KeptApart.objects.count() == 2
    take_back(regrouping, by=analyst)
    assert set(_grouped(dossier)) == {"S-1", "S-2", "S-3"}
    assert not KeptApart.objects.exists()


def test_a_source_may_stand_on_its_own(dossier: Dossier, analyst: Membership) -> None:
    one, _two = _copies(dossier, 2)
    propose_origins(dossier)
    split_off(one, by=analyst, alone=True)
    assert _grouped(dossier) == {"S-1": "2 confirmed"}
    propose_origins(dossier)
    assert _grouped(dossier) == {"S-1": "2 confirmed"}
    with pytest.raises(ValidationError, match="stands on its own already"):
        split_off(one, by=analyst, alone=True)


def test_sources_are_joined_whatever_was_proposed(dossier: Dossier, analyst: Membership) -> None:
    one, _two, three = _copies(dossier, 3)
    other = make_source(dossier)
    propose_origins(dossier)
    split_off(three, by=analyst)
    regrouping = join_sources([three, one, other], by=analyst)
    assert set(_grouped(dossier)) == {"S-1", "S-3", "S-4"}
    assert len(set(_grouped(dossier).values())) == 1
    assert KeptApart.objects.count() == 1  # S-2 and S-3 stay told apart
    take_back(regrouping, by=analyst)
    assert _grouped(dossier) == {"S-1": "1 proposed", "S-2": "1 proposed"}
    assert KeptApart.objects.count() == 2


def test_a_confirmed_origin_takes_what_is_joined_to_one_of_its_sources(
    dossier: Dossier, analyst: Membership
) -> None:
    one, two = _copies(dossier, 2)
    other = make_source(dossier)
    propose_origins(dossier)
    confirm_origin(_origin_of(one), by=analyst)
    join_sources([other, one], by=analyst)
    assert set(_grouped(dossier).values()) == {"1 confirmed"}
    with pytest.raises(ValidationError, match="in one confirmed origin already"):
        join_sources([two, one], by=analyst)
    with pytest.raises(ValidationError, match="two sources or more"):
        join_sources([two, two], by=analyst)


def test_confirming_and_naming_are_taken_back(dossier: Dossier, analyst: Membership) -> None:
    one, _ = _copies(dossier, 2)
    propose_origins(dossier)
    origin = _origin_of(one)
    confirmed = confirm_origin(origin, by=analyst)
    with pytest.raises(ValidationError, match="confirmed already"):
        confirm_origin(origin, by=analyst)
    named = name_origin(origin, by=analyst, name="Agency report of 24 February")
    take_back(named, by=analyst)
    take_back(confirmed, by=analyst)
    origin.refresh_from_db()
    assert (origin.name, origin.state, origin.by) == ("", "proposed", None)
    with pytest.raises(ValidationError, match="taken back already"):
        take_back(confirmed, by=analyst)


def test_what_was_changed_since_is_not_taken_back(dossier: Dossier, analyst: Membership) -> None:
    one, two, _ = _copies(dossier, 3)
    propose_origins(dossier)
    confirmed = confirm_origin(_origin_of(one), by=analyst)
    split_off(two, by=analyst)
    with pytest.raises(ValidationError, match="changed again since"):
        take_back(confirmed, by=analyst)


def test_a_run_that_was_cut_short_goes_on(dossier: Dossier) -> None:
    class Killed(Exception):
        pass

    def killed(made: int) -> None:
        raise Killed

    for n in range(130):
        make_source(dossier, f"{STORY} {n} {n}")
    with pytest.raises(Killed):
        propose_origins(dossier, progress=killed)
    assert Fingerprint.objects.count() == 100
    batches: list[int] = []
    assert propose_origins(dossier, progress=batches.append) == 1
    assert batches == [30]
    assert len(_grouped(dossier)) == 130


@pytest.mark.parametrize("seed", [7])
def test_the_origins_of_four_hundred_generated_articles_are_found(dossier: Dossier, seed: int) -> None:
    made = articles(seed=seed)
    Source.objects.bulk_create(
        Source(dossier=dossier, number=n, title=article.title, outlet=article.outlet, text=article.text)
        for n, article in enumerate(made, start=1)
    )
    truth = {f"S-{n}": article.story for n, article in enumerate(made, start=1)}
    propose_origins(dossier)
    groups: dict[str, list[str]] = {}
    for cited, origin in _grouped(dossier).items():
        groups.setdefault(origin, []).append(cited)
    precision, recall = pairwise(truth, list(groups.values()))
    assert precision > 0.95
    assert recall > 0.95
    assert len(groups) == 40
