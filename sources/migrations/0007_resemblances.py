"""Sources that share wording, and proposals to join a confirmed origin."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from sources import migrating
from sources.sql import composite_key

KEYS = [
    ("sources_origin", "joins_id", "sources_origin"),
    ("sources_resemblance", "one_id", "sources_source"),
    ("sources_resemblance", "other_id", "sources_source"),
]


class Migration(migrating.Migration):
    dependencies = [
        ("sources", "0006_intake_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Resemblance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("similarity", models.FloatField()),
                ("of_one", models.FloatField()),
                ("of_other", models.FloatField()),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="origin",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="origin",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="origin",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="origin",
            name="joins",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="joiners",
                to="sources.origin",
            ),
        ),
        migrations.AddField(
            model_name="originevent",
            name="joins",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="sources.origin",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="origin",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "sources_originevent" ("at", "by_id", "dossier_id", "id", "joins_id", "name", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reasons", "state") SELECT new_values."at", new_values."by_id", new_values."dossier_id", new_values."id", new_values."joins_id", new_values."name", new_values."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."reasons", new_values."state" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="4d29008ded907297fde4019d669c945fbc986751",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0e885",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="sources_origin",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="origin",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "sources_originevent" ("at", "by_id", "dossier_id", "id", "joins_id", "name", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reasons", "state") SELECT new_values."at", new_values."by_id", new_values."dossier_id", new_values."id", new_values."joins_id", new_values."name", new_values."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."reasons", new_values."state" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="0aaa4f6d8809eab6458f704d9f904d95199d2969",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_3a3a2",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="sources_origin",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="origin",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "sources_originevent" ("at", "by_id", "dossier_id", "id", "joins_id", "name", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reasons", "state") SELECT old_values."at", old_values."by_id", old_values."dossier_id", old_values."id", old_values."joins_id", old_values."name", old_values."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."reasons", old_values."state" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="32877052a423f0b6f4e8d5a20bc2516b650dabc2",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f78ed",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="sources_origin",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="origin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("joins", None),
                    models.Q(("state", "proposed"), models.Q(("joins", models.F("id")), _negated=True)),
                    _connector="OR",
                ),
                name="origin_joins_as_a_proposal",
            ),
        ),
        migrations.AddField(
            model_name="resemblance",
            name="dossier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="sources.dossier",
            ),
        ),
        migrations.AddField(
            model_name="resemblance",
            name="one",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="sources.source",
            ),
        ),
        migrations.AddField(
            model_name="resemblance",
            name="other",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="sources.source",
            ),
        ),
        migrations.AddIndex(
            model_name="resemblance",
            index=models.Index(fields=["dossier"], name="resemblance_of_dossier"),
        ),
        migrations.AddConstraint(
            model_name="resemblance",
            constraint=models.UniqueConstraint(fields=("one", "other"), name="resemblance_once"),
        ),
        migrations.AddConstraint(
            model_name="resemblance",
            constraint=models.CheckConstraint(
                condition=models.Q(("one__lt", models.F("other"))), name="resemblance_in_order"
            ),
        ),
        *(migrations.RunSQL(composite_key(*key), migrations.RunSQL.noop) for key in KEYS),
    ]
