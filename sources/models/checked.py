"""Models whose check constraints are asked of the database together, before they are saved."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models import CheckConstraint, GeneratedField


class Checked(models.Model):
    """A model with many checks. Django asks for each by itself, three round trips a check; here one asks for all.

    They are asked one by one, as Django does, where one fails, to say which, and where fields are left out.
    """

    _checks_hold = False

    class Meta:
        abstract = True

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        self._checks_hold = not exclude and self._do_checks_hold()
        super().validate_constraints(exclude=exclude)

    def get_constraints(self) -> list[tuple[type[models.Model], Sequence[models.BaseConstraint]]]:
        """Those to be validated one by one: of checks that hold none."""
        held = _checks(type(self)) if self._checks_hold else []
        return [
            (model, [one for one in constraints if one not in held])
            for model, constraints in super().get_constraints()
        ]

    def _do_checks_hold(self) -> bool:
        fields, question = _question(type(self))
        values = [getattr(self, field.attname) for field in fields]
        if any(hasattr(value, "resolve_expression") for value in values):
            return False
        told = [
            field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(question, told)
            return bool(cursor.fetchone()[0])


def _fields(model: type[models.Model], checks: Sequence[CheckConstraint]) -> list[models.Field[Any, Any]]:
    conditions: list[Any] = [one.condition for one in checks]
    names = {name for condition in conditions for name in condition.referenced_base_fields}
    return [field for field in model._meta.concrete_fields if field.name in names]


@cache
def _checks(model: type[models.Model]) -> list[CheckConstraint]:
    """The checks that are asked together: those about nothing that the database works out itself."""
    checks = [one for one in model._meta.constraints if isinstance(one, CheckConstraint)]
    return [one for one in checks if not any(isinstance(f, GeneratedField) for f in _fields(model, [one]))]


@cache
def _question(model: type[models.Model]) -> tuple[list[models.Field[Any, Any]], str]:
    """The fields that these checks are about, and in SQL whether all of them hold of values for these.

    One that comes to NULL does not fail.
    """
    checks = _checks(model)
    fields = _fields(model, checks)
    with connection.schema_editor(collect_sql=True) as editor:
        written = [str(one.constraint_sql(model, editor)) for one in checks]
    conditions = [f"{sql.partition(' CHECK ')[2]} IS NOT FALSE" for sql in written]
    together = (" AND ".join(conditions) or "true").replace("%", "%%")
    columns = [f'%s::{_type(field)} AS "{field.column}"' for field in fields]
    return fields, f"SELECT {together} FROM (SELECT {', '.join(columns)}) AS row"  # noqa: S608  all of it is ours


def _type(field: models.Field[Any, Any]) -> str:
    """Its type in the database, but of text no length, to which it would be cut."""
    name = field.db_type(connection)
    return "text" if isinstance(field, models.CharField) else str(name)
