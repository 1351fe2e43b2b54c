"""Migrations whose operations are done at once."""

import pytest
from django.db import connection, models
from django.db.migrations.operations import AddConstraint, AddField, CreateModel
from django.db.migrations.state import ProjectState

from config.migrating import AtOnce


def _tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name.startswith("made_")}


@pytest.mark.django_db
def test_a_table_is_made_as_it_is_at_the_end_and_goes_again() -> None:
    key = models.BigAutoField(primary_key=True)
    operation = AtOnce(
        [
            CreateModel("Box", [("id", key)]),
            CreateModel("Lid", [("id", key), ("colour", models.TextField())]),
            AddField("box", "lid", models.ForeignKey("made.Lid", models.CASCADE)),
            AddConstraint(
                "lid", models.CheckConstraint(condition=~models.Q(colour=""), name="lid_has_a_colour")
            ),
        ]
    )
    before, after = ProjectState(), ProjectState()
    operation.state_forwards("made", after)
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("made", editor, before, after)
    assert _tables() == {"made_box", "made_lid"}
    with connection.cursor() as cursor:
        held = connection.introspection.get_constraints(cursor, "made_lid")
        columns = connection.introspection.get_table_description(cursor, "made_box")
    assert "lid_has_a_colour" in held
    assert [column.name for column in columns] == ["id", "lid_id"]
    with connection.schema_editor(atomic=False) as editor:
        operation.database_backwards("made", editor, after, before)
    assert _tables() == set()
