"""Guidelines, how pairs are reviewed, why reviewers split, how likely a pair is: out, in, and refused."""

import json

import pytest

from claims.actions.guideline import write_guidelines
from claims.actions.link import adjudicate
from claims.models import Guideline, Link, Review
from sources.models import Dossier, Membership
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
from tests.conftest import make_dossier, make_member, make_pair, make_review


@pytest.fixture
def settled(dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership) -> Link:
    """A likely pair that two judged, by other versions of the guidelines, and a lead settled, saying why they split."""
    one = make_pair(dossier, by=analyst, likelihood=0.7300000000000001)
    make_pair(dossier, by=analyst, likelihood=1)
    write_guidelines(dossier=dossier, by=lead, text="Judge by the words.\n\n- “ä”", version=0)
    make_review(one, by=analyst)
    write_guidelines(dossier=dossier, by=make_member(dossier, "left"), text="Judge by the quote.", version=1)
    make_review(one, by=reviewer, verdict="neither")
    Dossier.objects.update(review_order="random", lease_minutes=5, names_masked=True)
    dossier.refresh_from_db()
    return adjudicate(one, by=lead, verdict="neither", split_reason="standard")


def test_all_of_it_goes_out_and_comes_back_byte_for_byte(dossier: Dossier, settled: Link) -> None:
    before = exported(dossier)
    first = json.loads(before.splitlines()[0])
    texts = [one["text"] for one in first["extra"]["guidelines"]]
    assert texts == ["Judge by the words.\n\n- “ä”", "Judge by the quote."]
    assert first["extra"]["reviewing"]["order"] == "random"
    after = there_and_back(before)
    other = Dossier.objects.exclude(pk=dossier.pk).get()
    assert without_first(after) == without_first(before)
    assert json.loads(after.splitlines()[0])["extra"] == first["extra"]
    written = Guideline.objects.filter(dossier=other).values_list("version", "by__name")
    assert list(written) == [(2, "left"), (1, "lead")]
    assert set(Review.objects.filter(dossier=other).values_list("guidelines", flat=True)) == {1, 2}
    assert (other.review_order, other.lease_minutes, other.names_masked) == ("random", 5, True)
    link = Link.objects.get(dossier=other, number=1)
    assert (link.split_reason, link.likelihood) == ("standard", 0.7300000000000001)


def test_imported_twice_or_into_a_dossier_with_records_it_changes_no_guidelines(
    dossier: Dossier, settled: Link, analyst: Membership
) -> None:
    file = lines_of(exported(dossier))
    other = make_dossier("other")
    by = make_member(other, "maker")
    make_pair(other, by=by)
    write_guidelines(dossier=other, by=by, text="Our own.", version=0)
    bring_in(other, *file)
    assert Guideline.objects.get(dossier=other).text == "Our own."
    assert set(Review.objects.filter(dossier=other).values_list("guidelines", flat=True)) == {None}
    before = exported(other)
    bring_in(other, *file)
    assert without_first(exported(other)) == without_first(before)


def test_values_of_other_kinds_are_somebody_elses_and_are_kept(dossier: Dossier) -> None:
    pair = [source(), claim("1"), claim("2", "nine per cent")]
    bring_in(dossier, *pair, link(likelihood=73, extra={"split_reason": 4}), review(guideline_version="v2"))
    assert json.loads(Link.objects.get().extra) == {"likelihood": 73, "split_reason": 4}
    assert json.loads(Review.objects.get().extra) == {"guideline_version": "v2"}


def test_what_is_wrong_is_said_where_it_stands(dossier: Dossier) -> None:
    pair = [source(), claim("1"), claim("2", "nine per cent")]
    told = refused(dossier, *pair, link(extra={"split_reason": "slip"}))
    assert [line for line in told if "split_reason" in line and "only an adjudication has one" in line]
    wrong = dossier_line(extra={"guidelines": [{"text": ""}], "reviewing": {"order": "best"}})
    told = refused(dossier, wrong)
    assert [line for line in told if "guidelines.text" in line and "is empty" in line]
    assert [line for line in told if "reviewing.order" in line and "is none of oldest" in line]
