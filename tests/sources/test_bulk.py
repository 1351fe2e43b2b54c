"""Triggers of very many rows after those of few: a session plans them by what comes first."""

import time

import pytest
from django.db import connection

from claims.models import Claim
from sources.bulk import MANY, many_rows
from sources.models import Membership
from tests.around import run
from tests.conftest import make_claim, make_source


@pytest.mark.django_db
def test_many_rows_are_not_compared_each_with_every_other(analyst: Membership) -> None:
    claim = make_claim(make_source(analyst.dossier, by=analyst), by=analyst)
    quote = {"start": claim.start, "end": claim.end, "quote": claim.quote, "config": claim.config}
    made = {"dossier": claim.dossier, "source": claim.source, "by": analyst, "at": claim.at, **quote}
    Claim.objects.bulk_create(Claim(number=n, statement=f"Statement {n}.", **made) for n in range(2, 1_800))
    run("DISCARD PLANS")
    Claim.objects.filter(number=1).update(via="Reuters")

    def seconds(via: str) -> float:
        began = time.monotonic()
        Claim.objects.update(via=via)
        return time.monotonic() - began

    unaware = seconds("AFP")
    with many_rows(MANY):
        aware = seconds("TASS")
    assert aware < unaware / 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM claims_claimevent WHERE via = 'TASS'")
        assert cursor.fetchone() == (1_799,)
