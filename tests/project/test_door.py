"""The one door, walked: every address × every kind of person × own and foreign dossier × GET and POST.

A new address fails ``test_every_address_is_declared`` until it has its line: below a dossier in ``DOORS`` (the least
role for GET and for POST; none means that the method is refused with 405, before anything else), anywhere else in
``OUTSIDE``. A line's ``data`` is what to post so that whoever may do it gets an answer and no 404; ``path`` fills
the address.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from claims.actions.bin import put_in_bin
from claims.actions.claim import edit_claim
from claims.actions.due import set_due
from claims.actions.resolution import resolve
from claims.actions.version import create_version
from claims.exchange.freezing import Description, freeze
from claims.models import Comment, ForeignFile, Link
from sources.actions.original import keep_original
from sources.models import Counter, Dossier, Letter, Membership, Regrouping, Role, Source, User
from tests.conftest import (
    entered,
    make_claim,
    make_dossier,
    make_link,
    make_member,
    make_pair,
    make_review,
    make_source,
    make_user,
)

VIEWER, REVIEWER, ANALYST, LEAD = Role
ROLES = list(Role)

OWN, FOREIGN, NOWHERE = "own", "foreign", "nowhere"

# In the own dossier. Those that people may bin: nobody else's work rests on them.
WHOLE = 1
"""Source, claim and link in review."""
DISPUTED = 2
"""A link that is disputed, and whose words changed since review."""
ALONE = 5
"""Source, claim and link that the analyst made and nobody judged."""
BINNED = 7
"""A source in the bin."""
ORPHAN, VERSION = 7, 9
"""A claim that could not be carried to this new version of its source."""
RESOLVED = 6
"""A link that is settled as a contradiction, resolved, and due."""
INTAKE = UUID("0c1f9a52-8d3b-4a36-9a6e-2f4b7f0d6f11")
"""An intake of the analyst's, with one item."""
FOREIGN_FILE = UUID("3b0d2f7e-52c4-4d0b-8f3a-7f4a9c1e6d20")
"""A file of another tool that the analyst brought."""
REGROUPING = UUID("5f0d7c1e-3b1f-4f6c-9d55-6a2f0b9b8a77")
"""What somebody did to an origin of the own dossier."""
EXPORT = UUID("7d1c4a37-52c6-4f0e-8a55-3f6f6f0e9c21")
"""An export that the analyst asked for."""
WEBHOOK = UUID("2a4c6e80-1b3d-4f5a-8c7e-9d0b2f4a6c81")
"""An address that the lead lets be told."""
DONE = UUID("00000000-0000-4000-8000-000000000001")
"""What the reviewer did and may take back."""
SAID = UUID("00000000-0000-4000-8000-000000000002")
"""What the reviewer said about the claim of that number that is whole."""
ELSEWHERE = 41
"""Source, claim and link of the foreign dossier; the own has none so high."""


@dataclass(frozen=True)
class Door:
    """The least role to GET and to POST; None where the method is wrong.

    ``blind``: a lead who must still judge the link is refused too, and so is the superuser, who judged nothing.
    ``elsewhere``: what numbers answer that only a foreign dossier has. ``own``: it is the analyst's alone; to all
    others who might pass the door there is no such thing.
    """

    get: Role | None
    post: Role | None = None
    path: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    blind: bool = False
    elsewhere: int = 404
    own: bool = False


DOORS = {
    "claims:front": Door(VIEWER),
    "claims:source-detail": Door(VIEWER),
    "claims:claim-create": Door(None, ANALYST),
    "claims:claim-names": Door(ANALYST),
    "claims:claim-bulk": Door(ANALYST, ANALYST),
    "claims:source-history": Door(VIEWER),
    "claims:claim-history": Door(VIEWER),
    "claims:link-history": Door(VIEWER),
    "claims:speaker-list": Door(VIEWER),
    "claims:speaker-detail": Door(VIEWER, query="?name=A+minister"),
    "claims:speaker-edit": Door(ANALYST, ANALYST, query="?name=A+minister"),
    "claims:speaker-merge": Door(ANALYST, ANALYST),
    "claims:speaker-alike": Door(ANALYST),
    "claims:topic-list": Door(VIEWER),
    "claims:topic-edit": Door(ANALYST, ANALYST, query="?name=trade", data={"topic": "trade"}),
    "claims:topic-merge": Door(ANALYST, ANALYST),
    "claims:topic-delete": Door(None, ANALYST),
    "claims:saved-filter-list": Door(VIEWER),
    "claims:saved-filter-save": Door(None, REVIEWER),
    "claims:saved-filter-rename": Door(None, REVIEWER, data={"list": "claims", "name": "Mine"}),
    "claims:saved-filter-delete": Door(None, REVIEWER, data={"list": "claims", "name": "Mine"}),
    "claims:undo-list": Door(REVIEWER),
    "claims:undo-revision": Door(None, REVIEWER, {"uid": DONE}),
    "claims:edit-undo": Door(None, ANALYST, {"letter": "C", "number": 3, "version": 2}),
    "claims:discussion": Door(VIEWER, REVIEWER, {"letter": "C"}, {"text": "I doubt it."}),
    "claims:follow": Door(None, VIEWER, {"letter": "C"}, {"on": "1"}),
    "claims:comment-edit": Door(REVIEWER, REVIEWER, {"uid": SAID}, {"text": "Less so."}),
    "claims:comment-take-back": Door(None, REVIEWER, {"uid": SAID}),
    "claims:comment-history": Door(VIEWER, None, {"uid": SAID}),
    "claims:news": Door(VIEWER),
    "claims:news-seen": Door(None, VIEWER),
    "claims:news-unseen": Door(None, VIEWER, {"times": 1}),
    "claims:claim-list": Door(VIEWER),
    "claims:claim-facets": Door(VIEWER),
    "claims:claim-detail": Door(VIEWER),
    "claims:claim-edit": Door(ANALYST, ANALYST),
    "claims:claim-edit-here": Door(ANALYST, ANALYST),
    "claims:claim-bin": Door(None, ANALYST, {"number": ALONE}),
    "claims:version-create": Door(ANALYST, ANALYST),
    "claims:version-confirm": Door(ANALYST, ANALYST),
    "claims:version-undo": Door(None, ANALYST, {"number": VERSION}),
    "claims:orphan-list": Door(ANALYST),
    "claims:orphan-place": Door(None, ANALYST, {"claim": ORPHAN, "number": VERSION}, {"start": 0, "end": 3}),
    "claims:orphan-keep": Door(None, ANALYST, {"claim": ORPHAN, "number": VERSION}),
    "claims:orphan-undo": Door(None, ANALYST, {"claim": ORPHAN, "number": VERSION}),
    "claims:link-list": Door(VIEWER),
    "claims:link-detail": Door(VIEWER),
    "claims:link-edit": Door(ANALYST, ANALYST),
    "claims:link-bin": Door(None, ANALYST, {"number": ALONE}),
    "claims:link-send-back": Door(None, LEAD, {"number": DISPUTED}, blind=True),
    "claims:link-confirm": Door(None, LEAD, {"number": DISPUTED}, blind=True),
    "claims:contradiction-list": Door(VIEWER),
    "claims:link-resolve": Door(LEAD, LEAD, {"number": RESOLVED}),
    "claims:resolution-undo": Door(None, LEAD, {"number": RESOLVED}),
    "claims:link-reopen": Door(LEAD, LEAD, {"number": RESOLVED}),
    "claims:reopening-undo": Door(None, LEAD, {"number": RESOLVED}),
    "claims:due-set": Door(ANALYST, ANALYST),
    "claims:due-undo": Door(None, ANALYST),
    "claims:due-decide": Door(ANALYST, ANALYST, {"number": RESOLVED}),
    "claims:due-decision-undo": Door(None, ANALYST),
    "sources:source-retract": Door(ANALYST, ANALYST),
    "sources:source-unretract": Door(None, ANALYST),
    "claims:pair": Door(ANALYST, ANALYST),
    "claims:pair-search": Door(ANALYST),
    "claims:suggestion-list": Door(ANALYST),
    "claims:suggestion-look": Door(None, ANALYST),
    "claims:suggestion-stop": Door(None, ANALYST),
    "claims:suggestion-accept": Door(
        None, ANALYST, data={"from": WHOLE, "to": DISPUTED, "kind": "contradicts"}
    ),
    "claims:suggestion-dismiss": Door(None, ANALYST, data={"from": WHOLE, "to": DISPUTED}),
    "claims:suggestion-undismiss": Door(None, ANALYST, {"one": WHOLE, "other": DISPUTED}),
    "claims:claim-suggestions": Door(ANALYST),
    "claims:tray-put": Door(None, ANALYST, data={"number": WHOLE}),
    "claims:tray-swap": Door(None, ANALYST),
    "claims:tray-empty": Door(None, ANALYST),
    "claims:review": Door(REVIEWER, REVIEWER),
    "claims:review-skip": Door(None, REVIEWER, data={"number": WHOLE}),
    "claims:review-undo": Door(None, REVIEWER, data={"number": WHOLE}),
    "claims:review-mine": Door(REVIEWER),
    "claims:agreement": Door(LEAD),
    "claims:agreement-export": Door(LEAD),
    "claims:disputed": Door(LEAD),
    "claims:disputed-detail": Door(LEAD, LEAD, {"number": DISPUTED}),
    "claims:disputed-settle": Door(None, LEAD, {"number": DISPUTED}, {"verdict": "neither"}),
    "claims:disputed-undo": Door(None, LEAD, {"number": DISPUTED}),
    "claims:presettle": Door(LEAD, LEAD, data={"rule": "unanimous", "least": 2}),
    "claims:guidelines": Door(VIEWER),
    "claims:guidelines-version": Door(VIEWER),
    "claims:guidelines-edit": Door(LEAD, LEAD, data={"text": "Anew.", "version": 1}),
    "claims:set-list": Door(VIEWER),
    "claims:set-export": Door(VIEWER, VIEWER, query="?format=nli"),
    "claims:export-detail": Door(VIEWER, None, {"uid": EXPORT}, own=True),
    "claims:export-file": Door(VIEWER, None, {"uid": EXPORT}, own=True),
    "claims:export-discard": Door(None, VIEWER, {"uid": EXPORT}, own=True),
    "claims:set-freeze": Door(LEAD, LEAD),
    "claims:set-detail": Door(VIEWER),
    "claims:set-file": Door(VIEWER, VIEWER),
    "claims:set-open": Door(None, REVIEWER),
    "claims:set-compare": Door(VIEWER, None, {"other": WHOLE}),
    "claims:set-withdraw": Door(None, LEAD, data={"reason": "A mistake."}),
    "claims:set-reinstate": Door(None, LEAD),
    "claims:webhooks": Door(LEAD, LEAD),
    "claims:webhook-stop": Door(None, LEAD, {"uid": WEBHOOK}),
    "claims:webhook-start": Door(None, LEAD, {"uid": WEBHOOK}),
    "claims:webhook-ping": Door(None, LEAD, {"uid": WEBHOOK}),
    "claims:import": Door(ANALYST, ANALYST),
    "claims:import-set": Door(ANALYST, ANALYST),
    "claims:foreign-import": Door(ANALYST, ANALYST),
    "claims:foreign-look": Door(ANALYST, ANALYST, {"uid": FOREIGN_FILE}, own=True),
    "claims:foreign-left-out": Door(ANALYST, None, {"uid": FOREIGN_FILE}, own=True),
    "claims:foreign-drop": Door(None, ANALYST, {"uid": FOREIGN_FILE}, own=True),
    "claims:import-undo": Door(
        None, ANALYST, {"first": ALONE, "last": ALONE}, elsewhere=302
    ),  # a range, empty
    "claims:source-bin": Door(None, ANALYST, {"number": ALONE}),
    "claims:bin": Door(ANALYST),
    "claims:bin-restore-several": Door(None, ANALYST),
    "claims:bin-restore": Door(None, ANALYST, {"letter": "S", "number": BINNED}),
    "claims:bin-delete": Door(LEAD, LEAD, {"letter": "S", "number": BINNED}),
    "claims:person-join": Door(LEAD, LEAD, query="?person=Zhang+Wei", data={"person": "Zhang Wei"}),
    "sources:source-list": Door(VIEWER),
    "sources:source-edit": Door(ANALYST, ANALYST),
    "sources:source-compare": Door(VIEWER, None, {"other": WHOLE}),
    "sources:source-origin": Door(VIEWER),
    "sources:origin-list": Door(VIEWER),
    "sources:origin-split": Door(None, ANALYST),
    "sources:origin-alone": Door(None, ANALYST),
    "sources:origin-join": Door(None, ANALYST),
    "sources:origin-propose": Door(None, ANALYST),
    "sources:origin-undo": Door(None, ANALYST, {"uid": REGROUPING}),
    "sources:origin-confirm": Door(None, ANALYST),
    "sources:origin-apart": Door(None, ANALYST),
    "sources:origin-name": Door(None, ANALYST),
    "claims:import-confirm": Door(ANALYST, ANALYST),
    "claims:intake-store": Door(None, ANALYST, {"uid": INTAKE}, own=True),
    "claims:intake-bin": Door(None, ANALYST, {"uid": INTAKE}, own=True),
    "claims:intake-restore": Door(None, ANALYST, {"uid": INTAKE}, own=True),
    "sources:import-undrop": Door(None, ANALYST),
    "sources:intake": Door(ANALYST, None, {"uid": INTAKE}, own=True),
    "sources:intake-item": Door(ANALYST, ANALYST, {"uid": INTAKE}, own=True),
    "sources:intake-compare": Door(ANALYST, None, {"uid": INTAKE, "letter": "S", "other": WHOLE}, own=True),
    "sources:intake-drop": Door(None, ANALYST, {"uid": INTAKE}, {"item": WHOLE}, own=True),
    "sources:intake-take-up": Door(None, ANALYST, {"uid": INTAKE}, {"item": WHOLE}, own=True),
    "sources:intake-retry": Door(None, ANALYST, {"uid": INTAKE}, {"item": WHOLE}, own=True),
    "sources:intake-discard": Door(None, ANALYST, {"uid": INTAKE}, own=True),
    "sources:original": Door(VIEWER),
    "sources:members": Door(LEAD),
    "sources:member-add": Door(None, LEAD),
    "sources:member-role": Door(None, LEAD, data={"person": "viewer", "role": "reviewer"}),
    "sources:member-remove": Door(LEAD, LEAD, query="?person=viewer", data={"person": "viewer"}),
    "sources:member-invite": Door(None, LEAD, data={"invite-role": "viewer"}),
    "sources:member-withdraw": Door(None, LEAD, data={"invitation": "d" * 64}),
    "sources:settings": Door(LEAD, LEAD),
}


@dataclass(frozen=True)
class Outside:
    """What an address that belongs to no dossier answers to GET and to POST. 302 for the anonymous is to sign-in."""

    anonymous: tuple[int, int]
    signed_in: tuple[int, int]
    path: dict[str, Any] = field(default_factory=dict)


OUTSIDE = {
    "healthz": Outside((200, 405), (200, 405)),
    "sources:home": Outside((302, 302), (200, 405)),
    "sources:dossier-create": Outside((302, 302), (200, 422)),
    "sources:invitation": Outside((404, 404), (404, 404), {"token": "nothing"}),
    "profile": Outside((302, 302), (200, 302)),
    "sources:digest-stop": Outside((302, 302), (200, 302)),
    "sources:tokens": Outside((302, 302), (200, 422)),
    "sources:token-revoke": Outside((302, 302), (405, 404), {"uid": DONE}),
    "api-v1:api-root": Outside((302, 302), (302, 302)),
    "api-v1:openapi-view": Outside((302, 302), (200, 200)),
    "api-v1:openapi-json": Outside((302, 302), (200, 200)),
    "sources:keys": Outside((302, 302), (200, 302)),
    "login": Outside((200, 422), (302, 302)),
    "logout": Outside((302, 302), (405, 302)),
    "password_change": Outside((302, 302), (200, 422)),
    "password_reset": Outside((200, 422), (200, 422)),
    "password_reset_done": Outside((200, 405), (200, 405)),
    "password_reset_confirm": Outside((200, 200), (200, 200), {"uidb64": "MQ", "token": "x"}),
    "password_reset_complete": Outside((200, 405), (200, 405)),
}


def addresses(patterns: Any = None, namespace: str = "", above: str = "") -> Iterator[tuple[str, str]]:
    """Every name of the URL configuration, with its namespace and its route."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner, f"{above}{pattern.pattern}")
        else:
            assert isinstance(pattern, URLPattern)
            yield f"{namespace}{pattern.name or ''}", f"{above}{pattern.pattern}"


ALL = dict(addresses())
API = ALL.keys() - {name for name in ALL if not name.startswith("api-v1:") or name in OUTSIDE}
"""What a token opens: walked in tests/claims/api/test_door.py."""
ADMIN = sorted(name for name in ALL if name.startswith("admin:") and name != "admin:")


@dataclass
class House:
    """Two dossiers and everybody who might come to them, each with a client of her own."""

    clients: dict[str, Client]
    slugs: dict[str, str]

    def ask(self, who: str, method: str, address: str, data: dict[str, Any] | None = None) -> HttpResponse:
        """The answer; what it changed is taken back."""
        with transaction.atomic():
            client = self.clients[who]
            cookies = deepcopy(client.cookies)
            answer = client.post(address, data) if method == "POST" else client.get(address)
            if hasattr(answer, "streaming_content"):
                b"".join(answer.streaming_content)
            client.cookies = cookies
            transaction.set_rollback(True)
        return answer  # type: ignore[return-value]

    def address(self, name: str, dossier: str, **path: Any) -> str:
        route = ALL[name]
        filled = {
            "slug": self.slugs[dossier],
            **{key: WHOLE for key in ("number", "first", "last") if f":{key}>" in route},
            **DOORS[name].path,
            **path,
        }
        return reverse(name, kwargs=filled)


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield _build()
        transaction.set_rollback(True)


def _build() -> House:
    own = make_dossier("own")
    members = {role.value: make_member(own, role.value, role) for role in Role}
    analyst, reviewer, lead = members["analyst"], members["reviewer"], members["lead"]
    _fill(own, analyst, reviewer, lead)
    own.speakers.create(name="A minister")
    own.topics.create(name="trade")
    own.saved_filters.create(list="claims", name="Mine", query="q=trade", by=reviewer)
    own.revisions.create(
        uid=DONE,
        action="filter",
        said="Done.",
        before={"list": "claims", "name": "x", "query": "", "by": None},
        by=reviewer,
    )
    invitation = {"digest": "d" * 64, "by": lead, "expires_at": "2100-01-01T00:00Z", "role": "viewer"}
    own.invitations.create(**invitation)
    foreign = make_dossier("foreign", leads=[make_user("their-lead")])
    Counter.objects.filter(dossier=foreign).update(last=ELSEWHERE - 1)
    make_pair(foreign, by=foreign.people.get())
    foreign.origins.create(number=ELSEWHERE)
    users: dict[str, User] = {
        "outsider": make_user("outsider"),
        "superuser": make_user("superuser", is_superuser=True),
        "left": _left(own),
        **{name: person.user for name, person in members.items() if person.user},
    }
    clients = {"anonymous": Client()}
    for name, user in users.items():
        clients[name] = Client()
        clients[name].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return House(clients, {OWN: "own", FOREIGN: "foreign", NOWHERE: "nowhere"})


def _fill(dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership) -> None:
    make_member(dossier, "Zhang Wei")
    dossier.guidelines.create(version=WHOLE, text="Judge by the words.", by=lead)
    dossier.origins.create(number=WHOLE)
    Regrouping.objects.create(
        dossier=dossier,
        by=analyst,
        uid=REGROUPING,
        said="Named.",
        before={},
        after={},
        undone_at=timezone.now(),
    )
    export = dossier.exports.create(
        by=analyst, uid=EXPORT, format="nli", links=0, state="ready", expires_at="2100-01-01T00:00Z"
    )
    assert export.size == 0
    dossier.webhooks.create(
        by=lead, uid=WEBHOOK, url="https://example.org/", events=["set.frozen"], digest="d"
    )
    intake = dossier.intakes.create(by=analyst, uid=INTAKE, state="ready")
    intake.drafts.create(dossier=dossier, by=analyst, position=WHOLE, text="Words.")
    assert analyst.user
    row = b'{"premise": "A", "hypothesis": "B", "label": "neutral"}'
    ForeignFile.objects.create(
        dossier=dossier, user=analyst.user, uid=FOREIGN_FILE, name="a.jsonl", format="nli", data=row
    )
    whole = make_pair(dossier, by=analyst)
    Comment.objects.create(dossier=dossier, uid=SAID, claim=whole.from_claim, text="I doubt it.", by=reviewer)
    assert lead.user
    said = Description(name="Pairs", purpose="To see.", licence="CC0-1.0", authors="Lea")
    freeze(entered(lead.user, dossier), Link.objects.filter(dossier=dossier), said)
    original = keep_original(dossier=dossier, filename="a.txt", data=b"Words.")
    Source.objects.filter(dossier=dossier, number=WHOLE).update(original=original)
    make_review(whole, by=reviewer)
    dossier.dismissals.create(one=whole.from_claim, other=whole.to_claim, by=analyst)
    disputed = make_pair(dossier, by=analyst)
    make_review(disputed, by=reviewer)
    make_review(disputed, by=lead, verdict="neither")
    edit_claim(
        disputed.from_claim,
        by=analyst,
        changes={"statement": "Changed."},
        version=1,
        speaker="",
        topics=[],
    )
    alone = [make_claim(make_source(dossier, by=analyst), by=analyst) for _ in range(2)]
    for _ in range(3):  # the link of the number that its source and claim have
        link = make_link(*alone, by=analyst)
        if link.number < ALONE:
            assert analyst.user
            put_in_bin(link, access=entered(analyst.user, dossier))
            Link.objects.filter(pk=link.pk).delete()
    binned = [make_source(dossier, by=analyst)]
    assert analyst.user
    for source in binned:
        put_in_bin(source, access=entered(analyst.user, dossier))
    assert (link.number, alone[0].number, alone[0].source.number, binned[0].number) == (
        ALONE,
        ALONE,
        ALONE,
        BINNED,
    )
    orphan = make_claim(make_source(dossier, by=analyst), by=analyst)
    new, _ = create_version(source=orphan.source, by=analyst, text="Nothing of it is left.")
    assert (orphan.number, new.number) == (ORPHAN, VERSION)
    resolved = make_pair(dossier, by=analyst)
    for person in (reviewer, lead):
        make_review(resolved, by=person)
    resolve(resolved, by=lead, kind="time", proof={"first": "2023", "second": "2024"}, versions=(1, 1))
    set_due(resolved, by=analyst, day=date(2026, 1, 1), expectation="It ends.")
    assert resolved.number == RESOLVED


def _left(dossier: Dossier) -> User:
    person = make_member(dossier, "left", Role.LEAD)
    Membership.objects.filter(pk=person.pk).update(role="")
    assert person.user
    return person.user


def is_answer(status: int) -> bool:
    return status < 500 and status not in (403, 404, 405)


def bare(answer: HttpResponse) -> tuple[int, str, dict[str, str]]:
    """All that a reader could tell two answers apart by, less what is random in each."""
    body = re.sub(
        r'nonce="[^"]*"|csrf[^"]*" value="[^"]*"|x-csrftoken": "[^"]*"', "", answer.content.decode()
    )
    headers = {name: re.sub(r"nonce-[^']*", "", value) for name, value in answer.headers.items()}
    return answer.status_code, body, headers


def test_every_address_is_declared() -> None:
    ours = {name for name in ALL if not name.startswith("admin:")} - API
    below = {name for name in ours if ALL[name].startswith("d/<")}
    assert below - DOORS.keys() == set(), "declare these in DOORS"
    assert ours - below - OUTSIDE.keys() == set(), "declare these in OUTSIDE"
    assert (DOORS.keys() | OUTSIDE.keys()) - ours == set(), "these addresses are gone"
    assert all("<slug:slug>" in ALL[name] for name in DOORS)


@pytest.mark.parametrize("name", DOORS)
def test_the_door_of(name: str, house: House, db: None) -> None:
    door = DOORS[name]
    for method, least in (("GET", door.get), ("POST", door.post)):
        own = house.address(name, OWN) + (door.query if method == "GET" else "")
        found = {who: house.ask(who, method, own, door.data) for who in house.clients}
        assert found["anonymous"].status_code == 302, (method, "anonymous")
        assert found["anonymous"].headers["Location"].startswith("/accounts/login/?next=/d/own/"), method
        for who in ("outsider", "left"):
            assert found[who].status_code == (404 if least else 405), (method, who)
        for role in ROLES:
            status = found[role.value].status_code
            if least is None:
                assert status == 405, (method, role)
            elif role.covers(least) and door.own and role != ANALYST:
                assert status == 404, (method, role)
            elif role.covers(least):
                assert is_answer(status), (method, role, status)
            else:
                assert status == 403, (method, role, status)
                assert f"yours is {role}" in found[role.value].content.decode()
        status = found["superuser"].status_code
        if door.blind and least:
            assert status == 403
        elif door.own and least:
            assert status == 404
        else:
            assert is_answer(status) if least else status == 405, (method, "superuser", status)


@pytest.mark.parametrize("name", DOORS)
def test_a_foreign_dossier_is_as_none_behind(name: str, house: House, db: None) -> None:
    door = DOORS[name]
    for method, least in (("GET", door.get), ("POST", door.post)):
        for who in ("lead", "outsider"):
            foreign, nowhere = (
                bare(house.ask(who, method, house.address(name, where), door.data))
                for where in (FOREIGN, NOWHERE)
            )
            assert foreign[0] == (404 if least else 405), (method, who)
            assert foreign == nowhere, (method, who)


@pytest.mark.parametrize("name", [name for name in DOORS if re.search(r":(number|first)>", ALL[name])])
def test_a_foreign_number_is_none_here(name: str, house: House, db: None) -> None:
    door = DOORS[name]
    keys = [key for key in ("number", "first", "last") if f":{key}>" in ALL[name]]
    letters: list[dict[str, Any]] = [{}]
    if ":letter>" in ALL[name]:
        letters = [{"letter": letter.value} for letter in Letter]
    for letter in letters:
        address = house.address(name, OWN, **letter, **dict.fromkeys(keys, ELSEWHERE))
        for method, least in (("GET", door.get), ("POST", door.post)):
            for who in ("lead", "superuser"):
                status = house.ask(who, method, address, door.data).status_code
                assert status == (door.elsewhere if least else 405), (method, who, letter)


@pytest.mark.parametrize("name", OUTSIDE)
def test_outside_the_dossiers(name: str, house: House, db: None) -> None:
    expected = OUTSIDE[name]
    address = reverse(name, kwargs=expected.path)
    for position, method in enumerate(("GET", "POST")):
        answer = house.ask("anonymous", method, address)
        assert answer.status_code == expected.anonymous[position], method
        if answer.status_code == 302:
            assert answer.headers["Location"] == f"/accounts/login/?next={address}"
        for who in ("outsider", "viewer", "lead", "superuser"):
            assert house.ask(who, method, address).status_code == expected.signed_in[position], (method, who)


@pytest.mark.parametrize("name", ADMIN)
def test_the_administration_is_for_superusers(name: str, house: House, db: None) -> None:
    path: dict[str, Any] = {
        "object_id": str(User.objects.get(username="lead").pk),
        "id": str(User.objects.get(username="lead").pk),
        "app_label": "sources",
        "content_type_id": "1",
    }
    wanted = re.findall(r"[<:](\w+)>", ALL[name])
    address = reverse(name, kwargs={key: path[key] for key in wanted})
    for method in ("GET", "POST"):
        for who in house.clients.keys() - {"superuser"}:
            answer = house.ask(who, method, address)
            if name == "admin:login" and who != "anonymous":
                assert answer.status_code == 403, who
            else:
                assert answer.status_code == 302, (method, who)
                assert re.match(
                    r"/admin/login/\?next=|/accounts/login/\?next=|/admin/$", answer.headers["Location"]
                )
        assert house.ask("superuser", method, address).status_code < 500, method
