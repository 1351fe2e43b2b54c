"""What migrations are made of, beside Django's own operations."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class AtOnce(Operation):
    """Several operations whose outcome is looked at once, at their end.

    After each operation Django makes the classes of all related models anew: here nearly all models are related, and
    of migrating an empty database that was nine tenths. A table that one of these operations creates is created as it
    is at the end; what the others add to it is in it then. No field may be altered or renamed twice.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.clear_delayed_apps_cache()
        vars(state).pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, old: ProjectState, new: ProjectState
    ) -> None:
        for operation in self._written():
            operation.database_forwards(app_label, editor, old, new)

    def database_backwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, old: ProjectState, new: ProjectState
    ) -> None:
        for operation in reversed(self._written()):
            operation.database_backwards(app_label, editor, old, new)

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)

    def _written(self) -> list[Operation]:
        created = {one.name_lower for one in self.operations if isinstance(one, CreateModel)}

        def is_in_its_table(one: Any) -> bool:
            return isinstance(one, AddField | AddIndex | AddConstraint) and one.model_name_lower in created

        return [one for one in self.operations if not is_in_its_table(one)]
