"""What hangs on a line though no key carries it: versions, origins, aliases, anchorings. Out, in, and refused."""

import json
from typing import Any

import pytest

from claims.models import Anchoring, Claim, Dismissal, Speaker, SpeakerAlias
from sources.models import Dossier, KeptApart, Membership, Origin, Source
from tests.claims.exchange.files import (
    Line,
    bring_in,
    claim,
    exported,
    lines_of,
    source,
    speaker,
    without_first,
)
from tests.claims.exchange.test_importing import refused
from tests.claims.exchange.test_round_trip import there_and_back
from tests.conftest import make_claim, make_dossier, make_source

OLD = "Trade fell in March. It rose in May."
NEW = "Trade fell in March. It did not rise."


def a_version(dossier: Dossier, by: Membership) -> Source:
    """A source with a newer version, an origin, one kept apart, a speaker of two names, a claim that was carried."""
    old = make_source(dossier, OLD, by=by, canonical_url="https://example.org/a")
    new = make_source(dossier, NEW, by=by, replaces=old)
    other = make_source(dossier, by=by)
    origin = Origin.objects.create(
        dossier=dossier, number=4, name="A wire", state="confirmed", reasons=["S-1 … “S-2”"], by=by
    )
    Source.objects.filter(pk__in=[old.pk, new.pk]).update(origin=origin)
    proposed = Origin.objects.create(dossier=dossier, number=5)
    Source.objects.filter(pk=other.pk).update(origin=proposed)
    KeptApart.objects.create(dossier=dossier, one=old, other=other, by=by)
    speaker = Speaker.objects.create(dossier=dossier, name="The minister", by=by)
    for name in ("The secretary", "A minister"):
        SpeakerAlias.objects.create(dossier=dossier, speaker=speaker, name=name)
    carried = make_claim(new, "Trade fell in March", by=by, speaker="The minister")
    orphan = make_claim(old, "It rose in May", by=by)
    Dismissal.objects.create(dossier=dossier, one=carried, other=orphan, by=by, at="2026-02-03T04:05:06Z")
    for one, method, decision in ((carried, "exact", ""), (orphan, "orphan", "kept")):
        Anchoring.objects.create(
            dossier=dossier,
            claim=one,
            source=old,
            to_source=new,
            start=OLD.index(one.quote),
            end=OLD.index(one.quote) + len(one.quote),
            quote=one.quote,
            method=method,
            decision=decision,
            by=by,
        )
    return new


def extras(file: bytes) -> dict[str, dict[str, Any]]:
    return {(line.get("id") or line["name"]): line["extra"] for line in lines_of(file)[1:] if "extra" in line}


def test_everything_goes_out_and_back_as_the_same_bytes(dossier: Dossier, analyst: Membership) -> None:
    a_version(dossier, analyst)
    file = exported(dossier)
    assert without_first(there_and_back(file)) == without_first(file)
    again = Dossier.objects.get(slug="again-1")
    assert Source.objects.get(dossier=again, number=2).replaces == Source.objects.get(dossier=again, number=1)
    assert Origin.objects.get(dossier=again).number == 4
    assert KeptApart.objects.filter(dossier=again).count() == 1
    assert Anchoring.objects.filter(dossier=again).count() == 2
    [dismissal] = Dismissal.objects.filter(dossier=again)
    assert (dismissal.one.number, dismissal.other.number, str(dismissal.by)) == (1, 2, "analyst")


def test_it_stands_in_extra(dossier: Dossier, analyst: Membership) -> None:
    a_version(dossier, analyst)
    found = extras(exported(dossier))
    assert found["S-1"]["canonical_url"] == "https://example.org/a"
    assert found["S-2"]["version_of"] == "S-1"
    assert found["S-2"]["origin"]["id"] == found["S-1"]["origin"]["id"] == "O-4"
    assert found["S-2"]["origin"]["reasons"] == ["S-1 … “S-2”"]
    assert "origin" not in found["S-3"]  # a proposal is the machine's, and made anew
    assert [one["source"] for one in found["S-3"]["kept_apart"]] == ["S-1"]
    assert found["The minister"] == {"aliases": ["A minister", "The secretary"]}
    [kept] = found["C-2"]["anchorings"]
    assert (kept["source"], kept["to"], kept["method"], kept["decision"]) == ("S-1", "S-2", "orphan", "kept")
    moment = "2026-02-03T04:05:06.000000Z"
    assert found["C-2"]["dismissed"] == [{"claim": "C-1", "by": "analyst", "at": moment}]


def test_of_what_lies_in_the_bin_nothing_is_told(dossier: Dossier, analyst: Membership) -> None:
    a_version(dossier, analyst)
    Claim.objects.filter(source__number=1).update(binned_at="2026-01-01T00:00Z")
    Source.objects.filter(number=1).update(binned_at="2026-01-01T00:00Z")
    file = exported(dossier)
    assert b"version_of" not in file
    assert b"anchorings" not in file
    assert b"kept_apart" not in file
    assert b"dismissed" not in file
    assert without_first(there_and_back(file)) == without_first(file)


def test_into_a_dossier_with_records_origins_get_the_next_number(
    dossier: Dossier, analyst: Membership
) -> None:
    a_version(dossier, analyst)
    file = exported(dossier)
    other = make_dossier("other")
    Origin.objects.create(dossier=other, number=7)
    make_source(other)
    bring_in(other, file)
    assert list(Origin.objects.filter(dossier=other).values_list("number", flat=True)) == [7, 8]
    assert Source.objects.filter(dossier=other, origin__number=8).count() == 2


def test_more_sources_of_an_origin_that_came_before_join_it(dossier: Dossier) -> None:
    one, other = (
        source("a", origin={"id": "w", "name": "A wire"}),
        source("b", "Another.", origin={"id": "w"}),
    )
    bring_in(dossier, one)
    bring_in(dossier, one, other)
    assert Origin.objects.get(dossier=dossier).sources.count() == 2


def test_a_name_of_a_speaker_here_is_that_speaker(dossier: Dossier) -> None:
    bring_in(dossier, speaker("The minister", aliases=["The secretary"]))
    bring_in(
        dossier, source(), speaker("The secretary", affiliation="another"), claim(speaker="The secretary")
    )
    assert Claim.objects.get().speaker == Speaker.objects.get(name="The minister")


def test_what_is_of_another_kind_is_somebody_elses(dossier: Dossier) -> None:
    bring_in(dossier, source(origin="wire", canonical_url=7, extra={"aliases": ["x"]}))
    assert json.loads(Source.objects.get().extra) == {"origin": "wire", "canonical_url": 7, "aliases": ["x"]}


def anchoring(**more: Any) -> dict[str, Any]:
    return {
        "source": "a", "to": "b", "quote": "Trade fell", "start": 0, "end": 10, "method": "exact", **more
    }  # fmt: skip


def versions(**more: Any) -> list[Line]:
    return [
        source("a", OLD),
        source("b", NEW, version_of="a"),
        claim("1", on="b", text=NEW, anchorings=[anchoring(**more)]),
    ]


def test_a_carried_claim_comes_in(dossier: Dossier) -> None:
    bring_in(dossier, *versions())
    assert Anchoring.objects.get().source == Source.objects.get(number=1)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([source(version_of="a")], "line 1, a, version_of: a source is no version of itself"),
        ([source(version_of="z")], "line 1, a, version_of: there is no source “z” in the file"),
        (
            [source(), source("b", NEW, version_of="a"), source("c", OLD, version_of="a")],
            "line 3, c, version_of: “a” has a newer version already, “b” on line 2",
        ),
        (
            [source("a", OLD, version_of="b"), source("b", NEW, version_of="a")],
            "version_of: its versions run in a circle",
        ),
        ([source(origin={"name": "A wire"})], "line 1, a, origin.id: is required"),
        ([source(origin={"id": "w", "colour": "red"})], "line 1, a, origin.colour: is not known here"),
        ([source(origin={"id": "w", "reasons": "so"})], "origin.reasons: “so” is no list of sentences"),
        ([source(kept_apart=[{"source": "z"}])], "kept_apart.source: there is no source “z” in the file"),
        ([source(kept_apart=["z"])], 'kept_apart: “["z"]” is no list of objects'),
        ([speaker("A", aliases=["B"]), speaker("B")], "line 1, A, aliases: “B” is another speaker already"),
        ([speaker("A", aliases=["C"]), speaker("B", aliases=["C"])], "line 2, B, aliases: “C” is another"),
        ([speaker("A", aliases=[""])], "is no list of names"),
        (versions(quote="Trade rose"), "its quote does not stand in “a” from 0 to 10"),
        (versions(end=900), "its quote does not stand in “a” from 0 to 900"),
        (versions(end=0), "its quote does not stand in “a” from 0 to 0"),
        (versions(source="z"), "anchorings.source: there is no source “z” in the file"),
        (versions(to="z"), "anchorings.to: there is no source “z” in the file"),
        (versions(method="guess"), "anchorings.method: “guess” is none of exact, fuzzy, orphan"),
        (versions(decision="kept"), "anchorings.decision: only an orphan has one"),
        (
            [*versions()[:2], claim("1", on="b", text=NEW, anchorings=[anchoring(), anchoring()])],
            "anchorings: it was carried to “b” twice",
        ),
    ],
)
def test_what_cannot_stand_is_refused(dossier: Dossier, lines: list[Line], reason: str) -> None:
    assert any(reason in problem for problem in refused(dossier, *lines)), refused(dossier, *lines)


def test_names_here_and_versions_here_are_not_taken_twice(dossier: Dossier, analyst: Membership) -> None:
    bring_in(dossier, *versions(), speaker("A", aliases=["B"]))
    assert "“B” is another speaker already" in refused(dossier, speaker("C", aliases=["B"]))[0]
    told = refused(dossier, source("a", OLD), source("c", "Another.", version_of="a"))
    assert told == ["line 2, c, version_of: “a” has a newer version here already: S-2"]


def test_only_a_lead_signs_for_another_member(
    dossier: Dossier, analyst: Membership, lead: Membership
) -> None:
    for lines in (
        [source(origin={"id": "w", "by": "lead"})],
        [source(), source("b", NEW, kept_apart=[{"source": "a", "by": "lead"}])],
        versions(by="lead"),
    ):
        told = refused(dossier, *lines, by=analyst, as_lead=False)
        assert "only a lead brings in what “lead” made" in told[0]
