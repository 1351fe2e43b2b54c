"""The contradictions as of a moment are those that the list held then, in the words of then. Each step is committed."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from claims.actions.claim import edit_claim
from claims.actions.due import set_due
from claims.actions.resolution import reopen, resolve
from claims.as_of import as_they_stood, listed_before
from claims.models import Claim, Contradiction, Link, Resolution, Review
from sources.models import Dossier
from tests.conftest import make_dossier, make_member, make_pair, make_review, versions_now

type Seen = dict[int, tuple[str, str, str, str, str]]
PROOF = {"first": "2023", "second": "2024"}
STEPS = 40


def as_it_stands(dossier: Dossier) -> Seen:
    found = {}
    rows = Contradiction.objects.filter(dossier=dossier)
    for row in rows.select_related("link__from_claim", "link__to_claim"):
        given = Resolution.objects.standing().filter(link=row.link).first()
        if given:
            given.link = row.link
        says = given.sentence if given else ""
        words = (row.link.from_claim.statement, row.link.to_claim.statement)
        found[row.number] = (row.standing, str(row.due_on), says, *words)
    return found


def as_of(dossier: Dossier, moment: datetime) -> Seen:
    found = {}
    for one in as_they_stood(list(listed_before(dossier, moment)), moment):
        assert one.sides
        words = (one.sides[0].statement, one.sides[1].statement)
        found[one.event.number] = (one.event.standing, str(one.event.due_on), one.resolution, *words)
    return found


@pytest.mark.django_db(transaction=True)
def test_every_moment_reads_as_it_was() -> None:
    chance = random.Random(7)
    dossier = make_dossier(reviews_needed=1)
    lead = make_member(dossier, "lead", "lead")
    links = [make_pair(dossier, by=lead) for _ in range(3)]

    def judge(link: Link) -> None:
        if not Review.objects.filter(link=link).exists():
            make_review(
                Link.objects.get(pk=link.pk),
                by=lead,
                verdict=chance.choice(["contradicts"] * 3 + ["neither"]),
            )

    def agree(link: Link) -> None:
        make_review(Link.objects.get(pk=link.pk), by=lead)

    def unjudge(link: Link) -> None:
        Review.objects.filter(link=link).delete()

    def explain(link: Link) -> None:
        resolve(link, by=lead, kind="time", proof=PROOF, versions=versions_now(link))

    def again(link: Link) -> None:
        reopen(link, by=lead, reason="Not so.")

    def reword(link: Link) -> None:
        claim = Claim.objects.get(pk=chance.choice([link.from_claim_id, link.to_claim_id]))
        changes = {"statement": f"Said in version {claim.version}."}
        edit_claim(claim, by=lead, changes=changes, version=claim.version, speaker="", topics=[])

    def expect(link: Link) -> None:
        set_due(link, by=lead, day=timezone.now().date(), expectation="It ends.")

    steps: list[Callable[[Link], None]] = [
        judge,
        judge,
        judge,
        unjudge,
        explain,
        explain,
        again,
        reword,
        expect,
    ]
    seen: list[tuple[datetime, Seen]] = []

    def take(step: Callable[[Link], None], link: Link) -> None:
        with suppress(ValidationError):
            with transaction.atomic():
                step(link)
            seen.append((timezone.now(), as_it_stands(dossier)))

    for _ in range(STEPS):
        take(chance.choice(steps), chance.choice(links))
    for step in (unjudge, agree, explain, again, explain, reword, agree):
        take(step, links[0])
    for moment, rows in seen:
        assert as_of(dossier, moment) == rows
    standings = {row[0] for _, rows in seen for row in rows.values()}
    assert standings == {"open", "resolved", "reopened"}, "the steps reach every standing"
