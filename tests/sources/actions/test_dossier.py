"""Making dossiers: what holds when two do it at once."""

import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from sources.actions.account import create_account
from sources.actions.dossier import create_dossier, free_slug
from sources.models import Dossier, Membership, User
from tests.conftest import make_dossier


def both_at_once(act: Callable[[], object]) -> list[str]:
    """What two threads that do the same at the same moment are refused for; '' for the one that succeeds."""
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def run() -> None:
        start.wait()
        try:
            act()
            outcomes.append("")
        except ValidationError as error:
            outcomes.append(error.messages[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_an_address_is_given_once() -> None:
    free, refused = both_at_once(lambda: create_dossier(slug="grain", name="Grain", leads=[]))
    assert free == ""
    assert "address" in refused or "already exists" in refused
    assert Dossier.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_user_name_is_given_once() -> None:
    free, refused = both_at_once(lambda: create_account(username="nova", password="correct horse battery"))
    assert free == ""
    assert "taken" in refused
    assert User.objects.count() == 1


def test_a_slug_that_the_database_would_refuse_is_never_made(db: None) -> None:
    for name in ("", "---", "new", "新", "a_b", "New!", "x" * 300):
        make_dossier(free_slug(name), name=name or "none")
    assert Dossier.objects.count() == 7


def test_whoever_makes_it_leads_it(outsider: User) -> None:
    dossier = create_dossier(name="Grain", leads=[outsider])
    person = Membership.objects.get()
    assert (dossier.by, person.role, person.user) == (person, "lead", outsider)
