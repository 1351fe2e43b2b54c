"""Model fields and database functions that both apps build on. No model lives here.

The database functions are made by the migration ``sources.0001_functions``; each is IMMUTABLE, so that generated
columns may use it.
"""

from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class TextSearchConfigField(models.CharField[str, str]):
    """The name of a PostgreSQL text-search configuration, held as ``regconfig``."""

    def db_type(self, connection: object) -> str:
        return "regconfig"


class ExtraField(models.TextField[str, str]):
    """One JSON object as compact text, kept as it came (``jsonb`` would reorder its keys)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default": "{}", "blank": True, **kwargs})


class Period(models.Func):
    """The ``daterange`` of a written time (``2023``, ``2022-02/2023-01``, ``../2022``); NULL of an empty one.

    The database refuses (SQLSTATE 22007) what ``sources.periods.parse`` refuses.
    """

    function = "gainsay_period"
    arity = 1
    output_field = DateRangeField()


class RowSearchVector(models.Func):
    """The search vector of a row: its configuration, a text of weight A, a text of weight B; accents folded.

    Covers the first 20,000 characters of each, since a tsvector ends at 1 MB.
    """

    function = "gainsay_vector"
    arity = 3
    output_field = SearchVectorField()


class TransactionField(models.Field[str, str]):
    """The transaction that wrote the row; PostgreSQL's ``xid8``."""

    def db_type(self, connection: object) -> str:
        return "xid8"


class CurrentTransaction(models.Func):
    """The transaction that writes the row."""

    function = "pg_current_xact_id"
    template = "%(function)s()"
    arity = 0
    output_field = TransactionField()
