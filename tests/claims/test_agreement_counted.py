"""What the database counts of reviews, and the command that says it."""

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from claims.actions.bin import put_in_bin
from claims.actions.review import open_dispute
from claims.exchange.agreement import write
from claims.models import Link, Review
from claims.querysets.agreement import (
    ELSEWHEN,
    NO_REVIEW,
    ONE_REVIEW,
    Counts,
    Period,
    agreement_of,
    count_kinds,
)
from claims.survey import Survey
from sources.models import Dossier, Membership
from tests.conftest import entered, make_dossier, make_member, make_pair, make_review


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("agreement", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def judged(dossier: Dossier, lead: Membership, capsys: Any) -> list[Link]:
    """Six links: two agreed on, one apart, one with one review, one with none, and one in the bin."""
    Dossier.objects.update(reviews_needed=2)
    one, other = make_member(dossier, "one"), make_member(dossier, "other")
    links = [make_pair(dossier, by=lead) for _ in range(6)]
    said = [
        ("contradicts", "contradicts"),
        ("supports", "supports"),
        ("contradicts", "neither"),
        ("neither",),
    ]
    for link, verdicts in zip(links, [*said, (), ("neither", "supports")], strict=True):
        for person, verdict in zip((one, other), verdicts, strict=False):
            make_review(link, by=person, verdict=verdict)
    assert lead.user is not None
    put_in_bin(Link.objects.get(pk=links[5].pk), access=entered(lead.user, dossier), since=None)
    return links


def test_links_with_two_reviews_are_used_and_the_others_counted_by_why(judged: list[Link]) -> None:
    found = agreement_of(Link.objects.live())
    assert found.links_used == 3
    assert found.dropped == {NO_REVIEW: 1, ONE_REVIEW: 1}
    assert found.raw_agreement.value == pytest.approx(2 / 3)
    assert found.cohen_kappa.value == pytest.approx(0.5)
    assert agreement_of(Link.objects.none()).links_used == 0


def test_there_is_no_cohens_kappa_of_three_reviewers_and_no_fleiss_of_uneven_links(
    judged: list[Link],
) -> None:
    Dossier.objects.update(reviews_needed=3)
    make_review(judged[0], by=make_member(judged[0].dossier, "third"), verdict="contradicts")
    found = agreement_of(Link.objects.live())
    assert (found.cohen_kappa.value, found.fleiss_kappa.value) == (None, None)
    assert (found.cohen_kappa.why, found.fleiss_kappa.why) == (
        "there are not exactly two reviewers",
        "the links have different numbers of verdicts",
    )
    assert found.krippendorff_alpha.value is not None


def test_a_link_belongs_to_the_day_of_its_second_review(judged: list[Link]) -> None:
    for link, day in zip(judged, (5, 25, 28), strict=False):
        for n, review in enumerate(Review.objects.filter(link=link).order_by("pk")):
            Review.objects.filter(pk=review.pk).update(at=datetime(2026, 1, day + 3 * n, 12, tzinfo=UTC))
    counts = Counts()
    period = Period(since=date(2026, 1, 1), until=date(2026, 1, 31))
    count_kinds(Link.objects.live(), counts, period=period, step="week")
    assert (counts.all.used, counts.elsewhen, counts.one_review) == (2, 1, 1)
    assert sorted(counts.over_time) == ["2026-W02", "2026-W05"]
    assert ELSEWHEN


def test_the_command_says_it_as_json(judged: list[Link], capsys: pytest.CaptureFixture[str]) -> None:
    _, err = run("china-russia", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["cohen_kappa"] == pytest.approx(0.5)
    assert (said["links_used"], said["links_dropped"]) == (3, 2)
    assert said["dropped"] == {NO_REVIEW: 1, ONE_REVIEW: 1}
    low, high = said["intervals"]["raw_agreement"]
    assert 0 <= low <= said["raw_agreement"] <= high <= 1
    assert err == "china-russia: agreement over 3 links, 2 left out.\n"


def test_the_command_says_it_in_words(judged: list[Link]) -> None:
    out, err = run("china-russia")
    assert "Cohen's kappa         0.5000  (95 % between" in out
    assert "left out: 1 (only one review)" in out
    assert out.endswith("china-russia: agreement over 3 links, 2 left out.\n")
    assert err == ""


def test_an_empty_dossier_has_reasons_and_an_unknown_one_is_refused(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    make_dossier("empty")
    out, _ = run("empty")
    assert "Krippendorff's alpha  none: no link has two verdicts" in out
    run("empty", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["krippendorff_alpha"] is None
    assert said["reasons"]["krippendorff_alpha"] == "no link has two verdicts"
    with pytest.raises(CommandError, match="no dossier nowhere"):
        run("nowhere")


def test_the_two_readers_of_the_gold_file_agree_as_other_libraries_have_it(
    db: None, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Brought in and counted; scikit-learn and krippendorff gave these numbers on the raw file."""
    call_command(
        "import_set", "gold", str(shared / "gold/three-articles.jsonl"), "--create", stdout=io.StringIO()
    )
    run("gold", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["cohen_kappa"] == pytest.approx(0.9278017862287525, abs=1e-9)
    assert said["krippendorff_alpha"] == pytest.approx(0.9279764821166095, abs=1e-9)
    assert said["fleiss_kappa"] == pytest.approx(0.9277747355679165, abs=1e-9)
    assert said["raw_agreement"] == pytest.approx(172 / 179, abs=1e-9)
    assert (said["links_used"], said["links_dropped"]) == (179, 0)


def test_where_names_are_masked_disputed_links_count_and_stand_in_no_pair(
    judged: list[Link], dossier: Dossier, lead: Membership
) -> None:
    Dossier.objects.update(names_masked=True)
    dossier.refresh_from_db()
    Link.objects.filter(pk=judged[2].pk, state="disputed").get()
    assert lead.user is not None
    open_dispute(link=judged[2], access=entered(lead.user, dossier))
    survey = Survey(entered(lead.user, dossier), Link.objects.live().filter(dossier=dossier))
    assert survey.overall.links_used == 3
    assert survey.overall.cohen_kappa.value == pytest.approx(0.5)
    assert survey.nameless == 1
    [pair] = survey.by_pair
    assert (pair.figures.links_used, pair.figures.raw_agreement.value) == (2, 1)
    assert "disputed, their names are masked" in write(survey).decode()
