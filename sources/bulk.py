"""Changing very many rows in one statement."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, connection

MANY = 1_000


@contextmanager
def many_rows(count: int) -> Iterator[None]:
    """Within it, where about ``count`` rows are changed, triggers are planned for that many; after it for few again.

    PostgreSQL plans the statements of a trigger once in a session, for as many rows as were changed then. Planned for
    one, a trigger compares each of a hundred thousand changed rows with every other; planned for so many, it reads
    whole tables for one.
    """
    if count < MANY:
        yield
        return
    _plan_anew()
    try:
        yield
    finally:
        with suppress(DatabaseError):  # of a transaction that failed
            _plan_anew()


def _plan_anew() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
