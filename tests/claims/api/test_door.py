"""The one door, walked by programs: every operation × every kind of person × own and foreign dossier."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from claims.exchange.freezing import Description, freeze
from claims.models import Link
from sources.actions.token import create_token
from sources.models import Dossier, Membership, Role, User
from tests.claims.conftest import ROOT, Program
from tests.conftest import entered, make_dossier, make_member, make_pair, make_review, make_user
from tests.project.test_door import ALL, API, EXPORT

VIEWER, REVIEWER, ANALYST, LEAD = Role
LINES = b'{"type":"source","id":"x","text":"Words."}\n'


@dataclass(frozen=True)
class Door:
    """The least role; ``own``: the analyst's alone, to all others there is no such thing."""

    least: Role = VIEWER
    method: str = "GET"
    path: dict[str, Any] = field(default_factory=dict)
    own: bool = False


DOORS = {
    "api-v1:dossier_detail": Door(),
    "api-v1:source_list": Door(),
    "api-v1:source_detail": Door(path={"number": 1}),
    "api-v1:claim_list": Door(),
    "api-v1:claim_detail": Door(path={"number": 1}),
    "api-v1:link_list": Door(),
    "api-v1:link_detail": Door(path={"number": 1}),
    "api-v1:set_list": Door(),
    "api-v1:set_detail": Door(path={"number": 1}),
    "api-v1:set_file": Door(path={"number": 1}),
    "api-v1:export_at_once": Door(),
    "api-v1:export_begin": Door(method="POST"),
    "api-v1:export_state": Door(path={"uid": EXPORT}, own=True),
    "api-v1:export_fetch": Door(path={"uid": EXPORT}, own=True),
    "api-v1:import_lines": Door(ANALYST, "POST"),
}
OUTSIDE = ("api-v1:me", "api-v1:dossier_list")


def _fill(dossier: Dossier) -> dict[str, Membership]:
    people = {role.value: make_member(dossier, role.value, role) for role in Role}
    pair = make_pair(dossier, by=people["analyst"])
    make_review(pair, by=people["reviewer"])
    lead = people["lead"].user
    assert lead
    said = Description(name="Pairs", purpose="To see.", licence="CC0-1.0", authors="Lea")
    freeze(entered(lead, dossier), Link.objects.filter(dossier=dossier), said)
    dossier.exports.create(
        by=people["analyst"], uid=EXPORT, format="nli", links=0, state="ready", expires_at="2100-01-01T00:00Z"
    )
    return people


@pytest.fixture
def programs(db: None) -> dict[str, Program]:
    people = _fill(make_dossier("own"))
    foreign = make_dossier("foreign")
    make_pair(foreign, by=make_member(foreign, "stranger", "analyst"))
    users: dict[str, User] = {
        "outsider": make_user("outsider"),
        "superuser": make_user("root", is_superuser=True),
    }
    users |= {name: person.user for name, person in people.items() if person.user}
    made = {
        name: Program(create_token(user=user, name="A", scope="import", days=1, dossiers=None)[1])
        for name, user in users.items()
    }
    return {"anonymous": Program(), **made}


def test_every_operation_is_declared() -> None:
    assert DOORS.keys() | set(OUTSIDE) == API
    assert {name for name in API if "{slug}" in ALL[name] or "<slug>" in ALL[name]} == DOORS.keys()


def _ask(one: Program, name: str, slug: str) -> tuple[int, bytes]:
    door = DOORS[name]
    address = reverse(name, kwargs={"slug": slug, **door.path}).removeprefix(ROOT)
    with transaction.atomic():
        answer = one.ask(address, door.method, LINES if name == "api-v1:import_lines" else b"")
        transaction.set_rollback(True)
    return answer.status_code, b"" if getattr(answer, "streaming", False) else answer.content


@pytest.mark.parametrize("name", DOORS)
def test_the_door_of(name: str, programs: dict[str, Program]) -> None:
    door = DOORS[name]
    found = {who: _ask(one, name, "own") for who, one in programs.items()}
    assert found["anonymous"][0] == 401
    assert found["outsider"] == _ask(programs["outsider"], name, "nowhere")
    assert found["outsider"][0] == 404
    for role in Role:
        status, body = found[role.value]
        if not role.covers(door.least):
            assert status == 403, (role, status)
            assert f"yours is {role}".encode() in body
        elif door.own and role != ANALYST:
            assert status == 404, (role, status)
        else:
            assert status in (200, 202), (role, status, body)
    assert found["superuser"][0] == (404 if door.own else 202 if name.endswith("begin") else 200)


@pytest.mark.parametrize("name", DOORS)
def test_a_foreign_dossier_is_as_none(name: str, programs: dict[str, Program]) -> None:
    foreign, nowhere = (_ask(programs["lead"], name, slug) for slug in ("foreign", "nowhere"))
    assert foreign[0] == 404
    assert foreign == nowhere


@pytest.mark.parametrize(
    "name", [name for name in DOORS if re.search("detail|file", name) and "dossier" not in name]
)
def test_a_number_that_is_not_there_is_none(name: str, programs: dict[str, Program]) -> None:
    for number in (41, 999_999_999):
        address = reverse(name, kwargs={"slug": "own", "number": number}).removeprefix(ROOT)
        assert programs["lead"].ask(address).status_code == 404


def test_to_read_is_not_to_import(dossier: Dossier, lead: Membership) -> None:
    assert lead.user
    _, secret = create_token(user=lead.user, name="A", scope="read", days=1, dossiers=None)
    answer = Program(secret).ask("dossiers/china-russia/import", "POST", LINES)
    assert answer.status_code == 403
    assert b"may read alone" in answer.content
    assert not dossier.sources.exists()
