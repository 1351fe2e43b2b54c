"""Check constraints asked together: what is refused, in which words, and for how many questions."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import CheckConstraint
from django.test.utils import CaptureQueriesContext

from claims.models import Link
from sources.models import Membership
from tests.conftest import make_pair


def asked(link: Link) -> list[str]:
    """The questions that its checks cost: what is compared with nothing of a table."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        link.validate_constraints()
    return [
        query["sql"]
        for query in queries
        if " AS row" in query["sql"] or ("SELECT 1 AS" in query["sql"] and "FROM" not in query["sql"])
    ]


def test_checks_that_hold_are_one_question(analyst: Membership) -> None:
    link = make_pair(analyst.dossier, by=analyst, strength="weak")
    assert sum(isinstance(one, CheckConstraint) for one in Link._meta.constraints) > 5
    assert len(asked(link)) == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"mutual": True}, ["Only support can be mutual."]),
        (
            {"kind": "supports", "contradiction_type": "numeric", "mutual": True},
            ["Only a contradiction has a contradiction type."],
        ),
        (
            {"kind": "neither", "contradiction_type": "numeric", "mutual": True},
            ["Only support can be mutual.", "Only a contradiction has a contradiction type."],
        ),
    ],
)
def test_each_check_that_fails_says_so(analyst: Membership, wrong: dict[str, Any], words: list[str]) -> None:
    link = make_pair(analyst.dossier, by=analyst)
    for name, value in wrong.items():
        setattr(link, name, value)
    with pytest.raises(ValidationError) as refused:
        link.validate_constraints()
    assert refused.value.messages == words
    for name in wrong:
        link.refresh_from_db(fields=[name])
    link.validate_constraints()
