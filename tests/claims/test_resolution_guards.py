"""What the database holds of resolutions, whoever writes; every test here goes around the forms and actions."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from claims.models import Claim, Contradiction, Due, Ground, Link, Resolution, Review
from sources.models import Dossier, Membership, Source
from tests.conftest import make_claim, make_dossier, make_pair, make_review, make_source

PROOF = {"first": "2023", "second": "2024"}


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def settled(dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership) -> Link:
    """A contradiction that two settled."""
    link = make_pair(dossier, by=analyst)
    make_review(link, by=reviewer)
    make_review(link, by=lead)
    link.refresh_from_db()
    return link


def resolve(link: Link, **fields: Any) -> Resolution:
    return Resolution.objects.create(
        dossier_id=link.dossier_id,
        link=link,
        at=timezone.now(),
        **{"kind": "time", "proof": PROOF, **fields},
    )


def resting(link: Link, *, on: Source | Claim) -> Resolution:
    resolution = resolve(link)
    ground = {"source" if isinstance(on, Source) else "claim": on}
    Ground.objects.create(dossier_id=link.dossier_id, resolution=resolution, **ground)
    return resolution


def listed(link: Link) -> str:
    row = Contradiction.objects.filter(link=link).first()
    return row.standing if row else ""


def reason(resolution: Resolution) -> tuple[str, str]:
    resolution.refresh_from_db()
    return resolution.cause, resolution.reason


def test_only_a_settled_contradiction_is_resolved(
    dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    with pytest.raises(IntegrityError, match="no settled contradiction"), transaction.atomic():
        resolve(link)
    for person in (reviewer, lead):
        make_review(link, by=person, verdict="supports")
    with pytest.raises(IntegrityError, match="no settled contradiction"), transaction.atomic():
        resolve(link)
    assert listed(link) == ""


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"kind": "magic"}, "resolution_kind_known"),
        ({"proof": ["2023"]}, "resolution_proof_is_an_object"),
        ({"cause": "person"}, "resolution_reopened_for_a_reason"),
        ({"reopened_at": "2026-01-01T00:00Z", "cause": "person"}, "resolution_reopened_for_a_reason"),
    ],
)
def test_what_cannot_be_is_refused(settled: Link, fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        resolve(settled, **fields)


def test_one_stands_a_link_and_stays_as_it_was_given(settled: Link) -> None:
    given = resolve(settled)
    with pytest.raises(IntegrityError, match="resolution_once_a_link"), transaction.atomic():
        resolve(settled)
    with pytest.raises(IntegrityError, match="stays as it was given"), transaction.atomic():
        Resolution.objects.filter(pk=given.pk).update(proof={"first": "1999"})
    other = make_dossier("other")
    with pytest.raises(IntegrityError, match="in_dossier"), transaction.atomic():
        Ground.objects.create(dossier=other, resolution=given, claim=settled.from_claim)
    with pytest.raises(IntegrityError, match="keeps the list"), transaction.atomic():
        Contradiction.objects.update(standing="open")


def test_the_list_follows(settled: Link) -> None:
    assert listed(settled) == "open"
    given = resolve(settled)
    assert listed(settled) == "resolved"
    Resolution.objects.update(reopened_at=timezone.now(), cause="person", reason="Not so.")
    assert listed(settled) == "reopened"
    given.delete()
    assert listed(settled) == "open"
    Due.objects.create(dossier_id=settled.dossier_id, link=settled, day="2026-06-30", expectation="It ends.")
    assert str(Contradiction.objects.get().due_on) == "2026-06-30"
    Due.objects.update(outcome="kept", decided_at=timezone.now())
    assert Contradiction.objects.get().due_on is None
    Link.objects.update(strength="weak")
    assert Contradiction.objects.get().strength == "weak"
    Review.objects.filter(link=settled).first().delete()  # type: ignore[union-attr]
    assert listed(settled) == ""


CHANGES = {
    "statement": (
        "UPDATE claims_claim SET statement = 'Otherwise.' WHERE id = %(a)s",
        "changed",
        "C-1 was changed: its statement.",
    ),
    "mode and time": (
        "UPDATE claims_claim SET modality = 'forecast', about = '2027' WHERE id = %(b)s",
        "changed",
        "C-2 was changed: its time it speaks of, mode.",
    ),
    "claim binned": (
        "UPDATE claims_claim SET binned_at = now() WHERE id = %(a)s",
        "binned",
        "C-1 was put in the bin.",
    ),
    "link binned": (
        "UPDATE claims_link SET binned_at = now() WHERE id = %(link)s",
        "binned",
        "L-1 was put in the bin.",
    ),
    "its source binned": (
        "UPDATE sources_source SET binned_at = now() WHERE id = %(source)s",
        "binned",
        "S-1 was put in the bin.",
    ),
    "its source retracted": (
        "INSERT INTO sources_retraction (source_id, dossier_id, reason) VALUES (%(source)s, %(dossier)s, 'Made up.')",
        "retracted",
        "S-1 was retracted: Made up.",
    ),
    "no longer settled": (
        "UPDATE sources_dossier SET reviews_needed = 3 WHERE id = %(dossier)s",
        "unsettled",
        "L-1 is no longer settled.",
    ),
    "settled otherwise": (
        "UPDATE claims_link SET adjudication_verdict = 'neither' WHERE id = %(link)s",
        "unsettled",
        "L-1 is settled as neither now.",
    ),
    "ground retracted": (
        "INSERT INTO sources_retraction (source_id, dossier_id, reason) VALUES (%(ground)s, %(dossier)s, 'Made up.')",
        "retracted",
        "S-3 was retracted: Made up.",
    ),
    "ground binned": (
        "UPDATE sources_source SET binned_at = now() WHERE id = %(ground)s",
        "binned",
        "S-3 was put in the bin.",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_reopens_by_itself_for_a_reason(settled: Link, analyst: Membership, change: str) -> None:
    ground = make_source(settled.dossier, "The deciding text.", by=analyst)
    given = resting(settled, on=ground)
    statement, cause, said = CHANGES[change]
    keys = {
        "a": settled.from_claim_id,
        "b": settled.to_claim_id,
        "link": settled.pk,
        "dossier": settled.dossier_id,
        "source": settled.from_claim.source_id,
        "ground": ground.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, keys)
    assert reason(given) == (cause, said)
    assert listed(settled) in ("reopened", "")


def test_a_new_version_of_a_source_reopens(settled: Link, analyst: Membership) -> None:
    given = resolve(settled)
    make_source(settled.dossier, "Another.", by=analyst, replaces=settled.from_claim.source)
    assert reason(given) == ("version", "S-1 has a new version, S-3.")


def test_a_claim_that_it_rests_on_reopens_it_and_one_that_it_does_not_rest_on_does_not(
    settled: Link, analyst: Membership
) -> None:
    source = make_source(settled.dossier, by=analyst)
    ground, other = make_claim(source, by=analyst), make_claim(source, by=analyst)
    given = resting(settled, on=ground)
    sql("UPDATE claims_claim SET statement = 'Otherwise.' WHERE id = %s", other.pk)
    sql("UPDATE claims_claim SET credibility = 2 WHERE id = %s", ground.pk)
    assert reason(given) == ("", "")
    sql('UPDATE claims_claim SET quote = left(quote, 5), "end" = start + 5 WHERE id = %s', ground.pk)
    assert reason(given) == ("changed", "C-3 was changed: its quote.")


def test_what_reopened_stands_again_only_on_the_same_ground(settled: Link) -> None:
    given = resolve(settled)
    reopened = {"reopened_at": timezone.now(), "cause": "person", "reason": "Not so."}
    again = {"reopened_at": None, "cause": "", "reason": ""}
    Resolution.objects.update(**reopened)
    Resolution.objects.update(**again)
    assert listed(settled) == "resolved"
    sql("UPDATE claims_claim SET statement = 'Otherwise.' WHERE id = %s", settled.from_claim_id)
    with pytest.raises(IntegrityError, match="has changed since"), transaction.atomic():
        Resolution.objects.filter(pk=given.pk).update(**again)
