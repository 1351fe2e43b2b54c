"""Ways to write that go around forms and actions. What is refused here is refused by the database itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import Error, connection, transaction
from django.db.models import AutoField, Model
from psycopg import sql


def columns_of(row: Model) -> dict[str, Any]:
    """What the row would write: its columns and values, but for a key that is given and what is worked out."""
    fields = [
        field
        for field in row._meta.concrete_fields
        if not field.generated and not isinstance(field, AutoField)
    ]
    prepared = {}
    for field in fields:
        value = field.get_db_prep_save(field.pre_save(row, add=True), connection)
        prepared[str(field.column)] = value
    return prepared


def key_of(row: Model) -> str:
    """The column of its key."""
    return str(row._meta.pk.column)


def insert_in_bulk(*rows: Model) -> None:
    type(rows[0])._default_manager.bulk_create(rows)


def insert_by_sql(*rows: Model) -> None:
    """One INSERT of them all."""
    written = [columns_of(row) for row in rows]
    statement = sql.SQL("INSERT INTO {} ({}) VALUES {}").format(
        sql.Identifier(rows[0]._meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, written[0])),
        sql.SQL(", ").join(
            sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(written[0]))) for _ in rows
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(), [value for row in written for value in row.values()])


def insert_by_copy(*rows: Model) -> None:
    written = [columns_of(row) for row in rows]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(rows[0]._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, written[0]))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in written:
            copy.write_row(list(row.values()))


def update_in_bulk(row: Model, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    type(row)._default_manager.bulk_update([row], list(values))


def update_by_queryset(row: Model, **values: Any) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**values)


def update_by_sql(row: Model, **values: Any) -> None:
    columns = {
        row._meta.get_field(name).column: value.pk if isinstance(value, Model) else value  # type: ignore[union-attr]
        for name, value in values.items()
    }
    statement = sql.SQL("UPDATE {} SET {} WHERE {} = %s").format(
        sql.Identifier(row._meta.db_table),
        sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(str(name))) for name in columns),
        sql.Identifier(key_of(row)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(), [*columns.values(), row.pk])


def run(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)


every_insert = pytest.mark.parametrize(
    "insert", [insert_in_bulk, insert_by_sql, insert_by_copy], ids=["bulk", "sql", "copy"]
)
every_update = pytest.mark.parametrize(
    "update", [update_in_bulk, update_by_queryset, update_by_sql], ids=["bulk", "queryset", "sql"]
)
Insert = Callable[..., None]
Update = Callable[..., None]

GUARD = "23514"
UNIQUE = "23505"
FOREIGN_KEY = "23503"
RESTRICT = "23001"


@contextmanager
def _to_the_end() -> Iterator[None]:
    """A transaction with what the database checks at its end."""
    with transaction.atomic():
        yield
        run("SET CONSTRAINTS ALL IMMEDIATE")


def empty(table: str) -> None:
    """TRUNCATE, with nothing of this transaction left to be checked."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run(f"TRUNCATE {table} CASCADE")


@contextmanager
def refused(words: str, sqlstate: str = GUARD) -> Iterator[None]:
    """Expect the database to refuse what is done within, in these words (a pattern) and with this SQLSTATE."""
    with pytest.raises((Error, psycopg.Error), match=words) as caught, _to_the_end():
        yield
    error = caught.value if isinstance(caught.value, psycopg.Error) else caught.value.__cause__
    assert isinstance(error, psycopg.Error), "this was refused before it reached the database"
    assert error.sqlstate in sqlstate.split("|")
