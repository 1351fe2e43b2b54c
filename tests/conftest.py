"""The people of a dossier, and plain functions that make its records. Every test runs on a real PostgreSQL."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from django.utils import timezone

from claims.actions.claim import create_claim
from claims.actions.link import create_link
from claims.actions.review import give_verdict
from claims.models import Claim, Link, Review, Suggested
from config.collecting import collect_seldom
from config.database import embedded, ensure_started
from sources.access import Access, access_for
from sources.actions.dossier import create_dossier
from sources.actions.source import create_source
from sources.models import Dossier, Membership, Role, Source, User

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """An embedded server for this run alone, gone with it."""
    ensure_started(durable=False)
    yield
    for one in connections.all():
        one.close()
        if hasattr(one, "close_pool"):
            one.close_pool()
    server = embedded()
    assert server is not None
    server.stop()


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The databases go with their server: dropping them first would wait for whoever is still connected."""
    return True


LONG = ("tests/browser/", "tests/config/", "tests/claims/test_blind.py", "tests/sources/test_jobs.py")
"""Where the tests are that take longest."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first: two of them do not end together, and whoever works on the last one works alone."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_collection_finish() -> None:
    """As a server does, once all is loaded: the tests take a tenth less time."""
    collect_seldom()


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["GAINSAY_DATA"], ignore_errors=True)


def _empty_tables(operations: DatabaseOperations, sql_list: list[str]) -> None:
    """What a transactional test leaves is cleared by the superuser: the guards refuse it to the application."""
    parameters = connection.get_connection_params()
    with psycopg.connect(
        host=parameters["host"],
        port=parameters["port"],
        dbname=parameters["dbname"],
        user="postgres",
        autocommit=True,
    ) as superuser:
        superuser.execute("SET session_replication_role = replica")
        for sql in sql_list:
            # The table of vectors refers to claims, and is no model's.
            superuser.execute(sql.replace(";", " CASCADE;").encode() if "TRUNCATE" in sql else sql.encode())
        # Jobs are not Django's to flush, though a test's to leave.
        superuser.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture(scope="session", autouse=True)
def _guards_do_not_stop_the_flush() -> Iterator[None]:
    """For the whole run: a test's own patches are undone before its tables are emptied."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", _empty_tables)
        yield


def make_user(name: str, **fields: Any) -> User:
    user: User = User.objects.create_user(name, password="correct horse", **fields)
    return user


def make_dossier(slug: str = "china-russia", *, leads: list[User] | None = None, **fields: Any) -> Dossier:
    """A dossier whose people, unless a test says otherwise, may judge what they proposed: few suffice then."""
    fields = {"name": "China and Russia", "question": "Closer, or further apart?", "language": "en", **fields}
    fields = {"own_proposals": True, **fields}
    return create_dossier(slug=slug, leads=leads or [], **fields)


def make_member(dossier: Dossier, name: str, role: str = "") -> Membership:
    """A member of this name and role, with an account; without a role, an imported person."""
    user = (User.objects.filter(username=name).first() or make_user(name)) if role else None
    return Membership.objects.create(dossier=dossier, user=user, name=name, role=role)


TEXT = (
    "Trade between the two countries fell sharply in March. Officials said that trade had never been better. "
    "A customs table shows a rise of nine per cent. The ministry denied any change of policy."
)


def make_source(dossier: Dossier, text: str = TEXT, *, by: Membership | None = None, **fields: Any) -> Source:
    return create_source(
        dossier=dossier, by=by, text=text, **{"title": "A report", "language": "en", **fields}
    )


def make_claim(
    source: Source, quote: str = "trade had never been better", *, by: Membership, **fields: Any
) -> Claim:
    start = source.text.index(quote)
    fields = {"statement": f"It is said that {quote}.", **fields}
    return create_claim(source=source, by=by, start=start, end=start + len(quote), quote=quote, **fields)


def make_link(
    from_claim: Claim, to_claim: Claim, *, by: Membership, kind: str = "contradicts", **fields: Any
) -> Link:
    return create_link(from_claim=from_claim, to_claim=to_claim, by=by, kind=kind, **fields)


def make_pair(dossier: Dossier, *, by: Membership, kind: str = "contradicts", **fields: Any) -> Link:
    """A link between two new claims in a new source each."""
    one = make_claim(make_source(dossier, by=by), "Trade between the two countries fell sharply", by=by)
    other = make_claim(make_source(dossier, by=by), "trade had never been better", by=by)
    return make_link(one, other, by=by, kind=kind, **fields)


def make_suggested(one: Claim, other: Claim, *, stance: str = "contradicts", **fields: Any) -> Suggested:
    """What a search would have found of two claims."""
    low, high = sorted((one, other), key=lambda claim: claim.pk)
    score = fields.pop("score", 0.75)
    made = {
        "probabilities": [score, 0.95 - score, 0.05]
        if stance == "contradicts"
        else [0.95 - score, score, 0.05],
        "uncertainty": 1 - max(score, 0.95 - score),
        "reasons": [["opposed", "one says “fell”, the other “rose”", 1.25]],
        "engine": "a model 1",
        "method": "features 1",
        "at": timezone.now(),
    }
    return Suggested.objects.create(
        dossier_id=low.dossier_id, one=low, other=high, stance=stance, score=score, **{**made, **fields}
    )


def versions_now(link: Link) -> tuple[int, int]:
    """The versions of the words of a link as they stand."""
    return Link.objects.values_list("from_claim__version", "to_claim__version").get(pk=link.pk)


def make_review(link: Link, *, by: Membership, verdict: str = "contradicts", **fields: Any) -> Review:
    versions = (link.from_claim.version, link.to_claim.version)
    return give_verdict(link=link, by=by, verdict=verdict, versions=versions, **fields)


def entered(user: User, dossier: Dossier) -> Access:
    """What this account may do in the dossier, as a view would have it."""
    access = access_for(user, dossier)
    assert access is not None
    return access


@pytest.fixture
def dossier(db: None) -> Dossier:
    return make_dossier()


def _actor(role: Role) -> Callable[..., Membership]:
    def fixture(dossier: Dossier) -> Membership:
        return make_member(dossier, role.value, role)

    return pytest.fixture(name=role.value)(fixture)


lead = _actor(Role.LEAD)
analyst = _actor(Role.ANALYST)
reviewer = _actor(Role.REVIEWER)
viewer = _actor(Role.VIEWER)


@pytest.fixture
def outsider(db: None) -> User:
    return make_user("outsider")


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """``sign_in(member_or_user, htmx=False)``: a client signed in as this person."""

    def make(person: Membership | User, *, htmx: bool = False) -> Client:
        user = person if isinstance(person, User) else person.user
        assert user is not None
        client = Client(headers={"HX-Request": "true"} if htmx else {})
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def shared() -> Path:
    """The folder of real articles and public sets; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is absent: no real articles and public sets to test with")
    return SHARED
