"""Migrations that render their models once for a run of like operations, not once for each of them.

Django renders every related model anew after each operation, which was nine tenths of a first start.
"""

from collections.abc import Iterator
from itertools import groupby

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

# What one of a run writes to the database is the same, whether or not the models hold what the others of it add.
TABLES = (migrations.CreateModel,)
COLUMNS = (migrations.AddField,)
RULES = (migrations.AddIndex, migrations.AddConstraint, AddTrigger, RemoveTrigger)


class Migration(migrations.Migration):
    """Writes what Django's would write, in the same order."""

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        if collect_sql:  # sqlmigrate, which describes each operation
            return super().apply(project_state, schema_editor, collect_sql)
        operations = self.operations
        self.operations = list(_in_runs(operations))
        try:
            return super().apply(project_state, schema_editor)
        finally:
            self.operations = operations


class _Run(Operation):
    """Like operations, after which the models are rendered once."""

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        apps = state.__dict__.pop("apps", None)  # a state without them renders nothing
        for operation in self.operations:
            operation.state_forwards(app_label, state)
        if apps is not None:
            state.__dict__["apps"] = apps
            state.reload_models(
                {(app_label, _table(operation)) for operation in self.operations},
                delay=isinstance(self.operations[0], RULES),
            )

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)


def _in_runs(operations: list[Operation]) -> Iterator[Operation]:
    for kind, run in groupby(operations, _kind):
        if kind is None:
            yield from run
        else:
            yield _Run(list(run))


def _kind(operation: Operation) -> tuple[type[Operation], ...] | None:
    return next((kind for kind in (TABLES, COLUMNS, RULES) if isinstance(operation, kind)), None)


def _table(operation: Operation) -> str:
    name: str = operation.name if isinstance(operation, TABLES) else operation.model_name
    return name.lower()
