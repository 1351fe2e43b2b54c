"""What became of links goes out in their ``extra`` and comes back: resolutions, former ones, due dates, retractions."""

from typing import Any

import pytest

from claims.actions.due import decide_due, set_due
from claims.actions.resolution import reopen, resolve
from claims.models import Contradiction, Due, Ground, Link, Resolution
from claims.querysets.link import fetch_sides
from sources.actions.retraction import retract_source
from sources.models import Dossier, Membership, Retraction
from tests.claims.exchange.files import (
    bring_in,
    claim,
    dossier_line,
    exported,
    lines_of,
    link,
    review,
    source,
    without_first,
)
from tests.claims.exchange.test_importing import refused
from tests.claims.exchange.test_round_trip import there_and_back
from tests.conftest import make_claim, make_dossier, make_pair, make_review, make_source

PROOF = {"first": "2023", "second": "2024-05/.."}
GIVEN = {"kind": "time", "proof": PROOF}


@pytest.fixture
def outcome(dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership) -> Link:
    """A contradiction resolved, reopened and resolved anew on a source and a claim; a day that was moved."""
    pair = make_pair(dossier, by=analyst)
    for person in (reviewer, lead):
        make_review(pair, by=person)
    decisive = make_source(dossier, "Decisive “words”.", by=analyst)
    ground = make_claim(decisive, "Decisive", by=analyst)
    resolve(pair, by=lead, kind="time", proof=PROOF, versions=(1, 1), note="At “first”.")
    reopen(pair, by=lead, reason="Not so:\nlook again.")
    proof = {"side": "second", "why": 'Über alles, \\ and "so".'}
    resolve(pair, by=lead, kind="refuted", proof=proof, versions=(1, 1), rests_on=[decisive, ground])
    set_due(pair, by=analyst, day=_day("2026-06-30"), expectation="They withdraw.")
    decide_due(pair, by=lead, outcome="moved", note="Late.", moved_to=_day("2026-09-01"))
    retract_source(make_source(dossier, "Gone.", by=analyst), by=analyst, reason="Made up.")
    return pair


def _day(written: str) -> Any:
    return Due._meta.get_field("day").to_python(written)


def test_all_of_it_goes_out_and_back_as_the_same_bytes(outcome: Link) -> None:
    file = exported(outcome.dossier)
    assert without_first(there_and_back(file)) == without_first(file)
    again = Link.objects.exclude(dossier=outcome.dossier).get()
    fetch_sides([again])
    standing = Resolution.objects.standing().get(link=again)
    standing.link = again
    assert standing.sentence == 'C-2 is refuted: Über alles, \\ and "so".'
    assert [ground.record.cited for ground in Ground.objects.filter(resolution=standing)] == ["S-3", "C-3"]
    assert Contradiction.objects.get(link=again).standing == "resolved"
    assert [due.outcome for due in Due.objects.filter(link=again).order_by("pk")] == ["moved", ""]
    assert Due.objects.get(link=again, outcome="").follows == Due.objects.get(link=again, outcome="moved")
    assert Retraction.objects.filter(dossier=again.dossier).count() == 1


def test_importing_again_changes_nothing(outcome: Link) -> None:
    file = exported(outcome.dossier)
    bring_in(outcome.dossier, file)
    other = make_dossier("other")
    bring_in(other, file)
    bring_in(other, file)
    assert Resolution.objects.filter(dossier=other).count() == 2
    assert Due.objects.filter(dossier=other).count() == 2
    assert exported(outcome.dossier).split(b"\n", 1)[1] == file.split(b"\n", 1)[1]


def test_it_stands_in_extra(outcome: Link) -> None:
    lines: dict[str, Any] = {
        line["id"]: line.get("extra") for line in lines_of(exported(outcome.dossier)) if "id" in line
    }
    extra = lines["L-1"]
    assert extra["resolution"]["rests_on"] == [{"source": "S-3"}, {"claim": "C-3"}]
    [former] = extra["former_resolutions"]
    assert former["reopened"]["cause"] == "person"
    assert [due["day"] for due in extra["due_dates"]] == ["2026-06-30", "2026-09-01"]
    assert extra["due_dates"][1]["follows"] == 1
    assert lines["S-4"]["retracted"]["reason"] == "Made up."


def _file(**extra: Any) -> list[dict[str, Any]]:
    two = claim("2", "trade had never been better")
    return [dossier_line(reviews_needed=1), source(), claim(), two, link(**extra), review()]


@pytest.mark.parametrize(
    ("extra", "field", "reason"),
    [
        ({"resolution": {"kind": "magic"}}, "resolution.kind", "is none of"),
        ({"resolution": {"kind": "time", "proof": {"first": "x"}}}, "resolution.proof.first", "is no date"),
        ({"resolution": GIVEN | {"rests_on": [{"source": "zz"}]}}, "resolution.rests_on", "no source “zz”"),
        ({"resolution": GIVEN | {"rests_on": [{}]}}, "resolution.rests_on", "one source or one claim"),
        ({"resolution": GIVEN | {"odd": 1}}, "resolution.odd", "is not known here"),
        ({"former_resolutions": [GIVEN]}, "former_resolutions", "was not reopened"),
        ({"due_dates": [{"day": "2026-06", "expectation": "x"}]}, "due_dates.day", "is no day"),
        ({"due_dates": [{"day": "2026-06-30"}]}, "due_dates.expectation", "is required"),
    ],
)
def test_what_cannot_stand_is_a_bad_line(
    dossier: Dossier, extra: dict[str, Any], field: str, reason: str
) -> None:
    problems = refused(dossier, *_file(**extra))
    assert any(field in str(problem) and reason in str(problem) for problem in problems), problems


def test_a_resolution_of_no_settled_contradiction_is_a_bad_line(dossier: Dossier) -> None:
    *lines, given = _file(resolution=GIVEN)
    for unsettled in ([], [given | {"verdict": "supports"}]):
        problems = refused(dossier, *lines, *unsettled)
        assert "no settled contradiction" in str(problems[0])
    bring_in(dossier, *lines, given)
    assert Resolution.objects.standing().count() == 1


def test_only_a_lead_brings_in_resolutions(dossier: Dossier, analyst: Membership) -> None:
    *lines, _ = _file(resolution=GIVEN)
    problems = refused(dossier, *lines, by=analyst, as_lead=False)
    assert any("only a lead" in str(problem) for problem in problems)
