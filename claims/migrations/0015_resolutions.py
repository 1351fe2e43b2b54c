"""Resolutions and what they rest on, due dates, and the list of contradictions as it stands."""

import django.db.models.deletion
import django.db.models.functions.comparison
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from sources import migrating


class Migration(migrating.Migration):
    dependencies = [
        ("claims", "0014_review_guards"),
        ("sources", "0013_retractions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contradiction",
            fields=[
                (
                    "link",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="contradiction",
                        serialize=False,
                        to="claims.link",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "strength",
                    models.CharField(
                        blank=True, choices=[("strong", "strong"), ("weak", "weak")], max_length=6
                    ),
                ),
                (
                    "standing",
                    models.CharField(
                        choices=[("open", "open"), ("reopened", "reopened"), ("resolved", "resolved")],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "is_open",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(models.When(standing="resolved", then=False), default=True),
                        output_field=models.BooleanField(),
                    ),
                ),
                ("resolution_kind", models.CharField(blank=True, max_length=20)),
                ("since", models.DateTimeField()),
                ("oldness", models.BigIntegerField()),
                ("active_at", models.DateTimeField()),
                ("due_on", models.DateField(null=True)),
                ("from_origins", models.PositiveIntegerField(default=1)),
                ("to_origins", models.PositiveIntegerField(default=1)),
                (
                    "origins",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Least(
                            models.F("from_origins"), models.F("to_origins")
                        ),
                        output_field=models.PositiveIntegerField(),
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ContradictionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("number", models.PositiveIntegerField()),
                (
                    "strength",
                    models.CharField(
                        blank=True, choices=[("strong", "strong"), ("weak", "weak")], max_length=6
                    ),
                ),
                (
                    "standing",
                    models.CharField(
                        choices=[("open", "open"), ("reopened", "reopened"), ("resolved", "resolved")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("resolution_kind", models.CharField(blank=True, max_length=20)),
                ("since", models.DateTimeField()),
                ("oldness", models.BigIntegerField()),
                ("active_at", models.DateTimeField()),
                ("due_on", models.DateField(null=True)),
                ("from_origins", models.PositiveIntegerField(default=1)),
                ("to_origins", models.PositiveIntegerField(default=1)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Due",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("expectation", models.TextField()),
                ("at", models.DateTimeField(editable=False, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("kept", "kept"), ("broken", "broken"), ("moved", "moved")],
                        max_length=6,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="DueEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("expectation", models.TextField()),
                ("at", models.DateTimeField(editable=False, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("kept", "kept"), ("broken", "broken"), ("moved", "moved")],
                        max_length=6,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Ground",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="GroundEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Resolution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("time", "by time"),
                            ("scope", "by scope"),
                            ("definition", "by definition"),
                            ("attribution", "by attribution"),
                            ("modality", "by modality"),
                            ("spread", "estimate spread"),
                            ("translation", "translation"),
                            ("source-error", "source error"),
                            ("refuted", "one side refuted"),
                            ("both-wrong", "both wrong"),
                            ("genuine", "genuine: it stands"),
                        ],
                        max_length=20,
                    ),
                ),
                ("proof", models.JSONField(default=dict)),
                ("note", models.TextField(blank=True)),
                ("from_version", models.PositiveIntegerField(default=1, editable=False)),
                ("to_version", models.PositiveIntegerField(default=1, editable=False)),
                ("at", models.DateTimeField(editable=False, null=True)),
                ("reopened_at", models.DateTimeField(editable=False, null=True)),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("person", "reopened by a person"),
                            ("changed", "words changed"),
                            ("version", "a new version"),
                            ("retracted", "a source retracted"),
                            ("binned", "in the bin"),
                            ("unsettled", "no settled contradiction any more"),
                        ],
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ResolutionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("time", "by time"),
                            ("scope", "by scope"),
                            ("definition", "by definition"),
                            ("attribution", "by attribution"),
                            ("modality", "by modality"),
                            ("spread", "estimate spread"),
                            ("translation", "translation"),
                            ("source-error", "source error"),
                            ("refuted", "one side refuted"),
                            ("both-wrong", "both wrong"),
                            ("genuine", "genuine: it stands"),
                        ],
                        max_length=20,
                    ),
                ),
                ("proof", models.JSONField(default=dict)),
                ("note", models.TextField(blank=True)),
                ("from_version", models.PositiveIntegerField(default=1, editable=False)),
                ("to_version", models.PositiveIntegerField(default=1, editable=False)),
                ("at", models.DateTimeField(editable=False, null=True)),
                ("reopened_at", models.DateTimeField(editable=False, null=True)),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("person", "reopened by a person"),
                            ("changed", "words changed"),
                            ("version", "a new version"),
                            ("retracted", "a source retracted"),
                            ("binned", "in the bin"),
                            ("unsettled", "no settled contradiction any more"),
                        ],
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="savedfilter",
            name="saved_filter_list_known",
        ),
        migrations.AlterField(
            model_name="savedfilter",
            name="list",
            field=models.CharField(
                choices=[
                    ("sources", "sources"),
                    ("claims", "claims"),
                    ("links", "links"),
                    ("contradictions", "contradictions"),
                ],
                max_length=14,
            ),
        ),
        migrations.AddConstraint(
            model_name="savedfilter",
            constraint=models.CheckConstraint(
                condition=models.Q(("list__in", ["sources", "claims", "links", "contradictions"])),
                name="saved_filter_list_known",
            ),
        ),
        migrations.AddField(
            model_name="contradiction",
            name="dossier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="sources.dossier",
            ),
        ),
        migrations.AddField(
            model_name="contradictionevent",
            name="dossier",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="sources.dossier",
            ),
        ),
        migrations.AddField(
            model_name="contradictionevent",
            name="link",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                serialize=False,
                to="claims.link",
            ),
        ),
        migrations.AddField(
            model_name="contradictionevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="claims.contradiction",
            ),
        ),
        migrations.AddField(
            model_name="due",
            name="by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sources.membership",
            ),
        ),
        migrations.AddField(
            model_name="due",
            name="decided_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sources.membership",
            ),
        ),
        migrations.AddField(
            model_name="due",
            name="dossier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sources.dossier",
            ),
        ),
        migrations.AddField(
            model_name="due",
            name="follows",
            field=models.OneToOneField(
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="moved_to",
                to="claims.due",
            ),
        ),
        migrations.AddField(
            model_name="due",
            name="link",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="dues",
                to="claims.link",
            ),
        ),
        migrations.AddField(
            model_name="dueevent",
            name="by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="sources.membership",
            ),
        ),
        migrations.AddField(
            model_name="dueevent",
            name="decided_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="sources.membership",
            ),
        ),
        migrations.AddField(
            model_name="dueevent",
            name="dossier",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="sources.dossier",
            ),
        ),
        migrations.AddField(
            model_name="dueevent",
            name="follows",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="claims.due",
            ),
        ),
        migrations.AddField(
            model_name="dueevent",
            name="link",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="claims.link",
            ),
        ),
        migrations.AddField(
            model_name="dueevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="claims.due",
            ),
        ),
        migrations.AddField(
            model_name="ground",
            name="claim",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="claims.claim",
            ),
        ),
        migrations.AddField(
            model_name="ground",
            name="dossier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sources.dossier",
            ),
        ),
        migrations.AddField(
            model_name="ground",
            name="source",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="sources.source",
            ),
        ),
        migrations.AddField(
            model_name="groundevent",
            name="claim",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="claims.claim",
            ),
        ),
        migrations.AddField(
            model_name="groundevent",
            name="dossier",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="sources.dossier",
            ),
        ),
        migrations.AddField(
            model_name="groundevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="claims.ground",
            ),
        ),
        migrations.AddField(
            model_name="groundevent",
            name="source",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="sources.source",
            ),
        ),
        migrations.AddField(
            model_name="resolution",
            name="by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sources.membership",
            ),
        ),
        migrations.AddField(
            model_name="resolution",
            name="dossier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sources.dossier",
            ),
        ),
        migrations.AddField(
            model_name="resolution",
            name="link",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="resolutions",
                to="claims.link",
            ),
        ),
        migrations.AddField(
            model_name="resolution",
            name="reopened_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sources.membership",
            ),
        ),
        migrations.AddField(
            model_name="groundevent",
            name="resolution",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="claims.resolution",
            ),
        ),
        migrations.AddField(
            model_name="ground",
            name="resolution",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="grounds",
                to="claims.resolution",
            ),
        ),
        migrations.AddField(
            model_name="resolutionevent",
            name="by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="sources.membership",
            ),
        ),
        migrations.AddField(
            model_name="resolutionevent",
            name="dossier",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="sources.dossier",
            ),
        ),
        migrations.AddField(
            model_name="resolutionevent",
            name="link",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="claims.link",
            ),
        ),
        migrations.AddField(
            model_name="resolutionevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="claims.resolution",
            ),
        ),
        migrations.AddField(
            model_name="resolutionevent",
            name="reopened_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="sources.membership",
            ),
        ),
        migrations.AddIndex(
            model_name="contradiction",
            index=models.Index(fields=["dossier", "-is_open", "-number"], name="contradiction_number"),
        ),
        migrations.AddIndex(
            model_name="contradiction",
            index=models.Index(
                fields=["dossier", "-is_open", "-oldness", "-number"], name="contradiction_age"
            ),
        ),
        migrations.AddIndex(
            model_name="contradiction",
            index=models.Index(
                fields=["dossier", "-is_open", "-active_at", "-number"], name="contradiction_activity"
            ),
        ),
        migrations.AddIndex(
            model_name="contradiction",
            index=models.Index(
                fields=["dossier", "-is_open", "-origins", "-number"], name="contradiction_origins"
            ),
        ),
        migrations.AddIndex(
            model_name="contradiction",
            index=models.Index(
                condition=models.Q(("resolution_kind", ""), _negated=True),
                fields=["dossier", "resolution_kind", "-number"],
                name="contradiction_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="contradiction",
            index=models.Index(
                condition=models.Q(("due_on__isnull", False)),
                fields=["dossier", "due_on"],
                name="contradiction_due",
            ),
        ),
        migrations.AddIndex(
            model_name="contradiction",
            index=models.Index(
                condition=models.Q(("standing", "reopened")),
                fields=["dossier", "-number"],
                name="contradiction_reopened",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contradiction",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_contradictionevent" ("active_at", "dossier_id", "due_on", "from_origins", "link_id", "number", "oldness", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resolution_kind", "since", "standing", "strength", "to_origins") SELECT new_values."active_at", new_values."dossier_id", new_values."due_on", new_values."from_origins", new_values."link_id", new_values."number", new_values."oldness", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."link_id", new_values."resolution_kind", new_values."since", new_values."standing", new_values."strength", new_values."to_origins" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="5684eca7f2568ad4f3e8b8623b347893822eecb5",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_8b4be",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="claims_contradiction",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contradiction",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_contradictionevent" ("active_at", "dossier_id", "due_on", "from_origins", "link_id", "number", "oldness", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resolution_kind", "since", "standing", "strength", "to_origins") SELECT new_values."active_at", new_values."dossier_id", new_values."due_on", new_values."from_origins", new_values."link_id", new_values."number", new_values."oldness", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."link_id", new_values."resolution_kind", new_values."since", new_values."standing", new_values."strength", new_values."to_origins" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."link_id") = (new_values."link_id") WHERE (old_values."active_at" IS DISTINCT FROM (new_values."active_at") OR old_values."dossier_id" IS DISTINCT FROM (new_values."dossier_id") OR old_values."due_on" IS DISTINCT FROM (new_values."due_on") OR old_values."from_origins" IS DISTINCT FROM (new_values."from_origins") OR old_values."link_id" IS DISTINCT FROM (new_values."link_id") OR old_values."number" IS DISTINCT FROM (new_values."number") OR old_values."oldness" IS DISTINCT FROM (new_values."oldness") OR old_values."resolution_kind" IS DISTINCT FROM (new_values."resolution_kind") OR old_values."since" IS DISTINCT FROM (new_values."since") OR old_values."standing" IS DISTINCT FROM (new_values."standing") OR old_values."strength" IS DISTINCT FROM (new_values."strength") OR old_values."to_origins" IS DISTINCT FROM (new_values."to_origins")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="859906b698d47ecd6473fef0eb89b656f018b665",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_54ad3",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="claims_contradiction",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contradiction",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_contradictionevent" ("active_at", "dossier_id", "due_on", "from_origins", "link_id", "number", "oldness", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resolution_kind", "since", "standing", "strength", "to_origins") SELECT old_values."active_at", old_values."dossier_id", old_values."due_on", old_values."from_origins", old_values."link_id", old_values."number", old_values."oldness", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."link_id", old_values."resolution_kind", old_values."since", old_values."standing", old_values."strength", old_values."to_origins" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="5a036acd0fcc86c9550038b4fa1616eb1753a211",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_26885",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="claims_contradiction",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="contradictionevent",
            index=models.Index(fields=["dossier", "-number", "-pgh_id"], name="contradictionevent_number"),
        ),
        migrations.AddIndex(
            model_name="contradictionevent",
            index=models.Index(fields=["link", "-pgh_id"], name="contradictionevent_link"),
        ),
        migrations.AddIndex(
            model_name="due",
            index=models.Index(
                condition=models.Q(("outcome", "")), fields=["dossier", "day"], name="due_pending"
            ),
        ),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.UniqueConstraint(fields=("dossier", "id"), name="due_of_its_dossier"),
        ),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome", "")),
                fields=("link",),
                name="due_once_a_link",
                violation_error_message="This pair has a due date already: decide that one first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.CheckConstraint(
                condition=models.Q(("expectation", ""), _negated=True), name="due_expects_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["kept", "broken", "moved"]),
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("note", ""),
                        ("outcome", ""),
                    ),
                    _connector="OR",
                ),
                name="due_outcome_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="due",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_dueevent" ("at", "by_id", "day", "decided_at", "decided_by_id", "dossier_id", "expectation", "follows_id", "id", "link_id", "note", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."at", new_values."by_id", new_values."day", new_values."decided_at", new_values."decided_by_id", new_values."dossier_id", new_values."expectation", new_values."follows_id", new_values."id", new_values."link_id", new_values."note", new_values."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="1683edb0338184e9da2954adf0e71dbd47b93fc3",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_528de",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="claims_due",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="due",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_dueevent" ("at", "by_id", "day", "decided_at", "decided_by_id", "dossier_id", "expectation", "follows_id", "id", "link_id", "note", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."at", new_values."by_id", new_values."day", new_values."decided_at", new_values."decided_by_id", new_values."dossier_id", new_values."expectation", new_values."follows_id", new_values."id", new_values."link_id", new_values."note", new_values."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="943528fb5ad537d68f3537f54a15021b0f744859",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_168d1",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="claims_due",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="due",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_dueevent" ("at", "by_id", "day", "decided_at", "decided_by_id", "dossier_id", "expectation", "follows_id", "id", "link_id", "note", "outcome", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."at", old_values."by_id", old_values."day", old_values."decided_at", old_values."decided_by_id", old_values."dossier_id", old_values."expectation", old_values."follows_id", old_values."id", old_values."link_id", old_values."note", old_values."outcome", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="e657a23a6c009b89534c730fd3513b99c38a388f",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b2ee7",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="claims_due",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="dueevent",
            index=models.Index(fields=["link"], name="dueevent_link"),
        ),
        migrations.AddConstraint(
            model_name="resolution",
            constraint=models.UniqueConstraint(fields=("dossier", "id"), name="resolution_of_its_dossier"),
        ),
        migrations.AddConstraint(
            model_name="resolution",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reopened_at__isnull", True)),
                fields=("link",),
                name="resolution_once_a_link",
                violation_error_message="This contradiction is resolved already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="resolution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "time",
                            "scope",
                            "definition",
                            "attribution",
                            "modality",
                            "spread",
                            "translation",
                            "source-error",
                            "refuted",
                            "both-wrong",
                            "genuine",
                        ],
                    )
                ),
                name="resolution_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="resolution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cause", ""),
                        ("reason", ""),
                        ("reopened_at__isnull", True),
                        ("reopened_by__isnull", True),
                    ),
                    models.Q(
                        ("cause__in", ["person", "changed", "version", "retracted", "binned", "unsettled"]),
                        ("reopened_at__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="resolution_reopened_for_a_reason",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="resolution",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_resolutionevent" ("at", "by_id", "cause", "dossier_id", "from_version", "id", "kind", "link_id", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proof", "reason", "reopened_at", "reopened_by_id", "to_version") SELECT new_values."at", new_values."by_id", new_values."cause", new_values."dossier_id", new_values."from_version", new_values."id", new_values."kind", new_values."link_id", new_values."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."proof", new_values."reason", new_values."reopened_at", new_values."reopened_by_id", new_values."to_version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="ab440bf9c402047ef568addfda1f95fd427c6d88",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d32fc",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="claims_resolution",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="resolution",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_resolutionevent" ("at", "by_id", "cause", "dossier_id", "from_version", "id", "kind", "link_id", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proof", "reason", "reopened_at", "reopened_by_id", "to_version") SELECT new_values."at", new_values."by_id", new_values."cause", new_values."dossier_id", new_values."from_version", new_values."id", new_values."kind", new_values."link_id", new_values."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."proof", new_values."reason", new_values."reopened_at", new_values."reopened_by_id", new_values."to_version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="4377a957ae89c53bada4f5c5e5f64f55a3675040",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b4b4e",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="claims_resolution",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="resolution",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_resolutionevent" ("at", "by_id", "cause", "dossier_id", "from_version", "id", "kind", "link_id", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proof", "reason", "reopened_at", "reopened_by_id", "to_version") SELECT old_values."at", old_values."by_id", old_values."cause", old_values."dossier_id", old_values."from_version", old_values."id", old_values."kind", old_values."link_id", old_values."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."proof", old_values."reason", old_values."reopened_at", old_values."reopened_by_id", old_values."to_version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="df0850891c6bca200fc5a7e4492ce64a7094ac2a",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_1d1ac",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="claims_resolution",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="ground",
            constraint=models.UniqueConstraint(
                fields=("resolution", "source", "claim"),
                name="ground_once_a_resolution",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="ground",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__isnull", True), ("claim__isnull", True), _connector="XOR"),
                name="ground_is_one_record",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ground",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_groundevent" ("claim_id", "dossier_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resolution_id", "source_id", "version") SELECT new_values."claim_id", new_values."dossier_id", new_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."resolution_id", new_values."source_id", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="96dd5d25766dc442009693211dc70989f98b6d44",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6e6aa",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="claims_ground",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ground",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_groundevent" ("claim_id", "dossier_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resolution_id", "source_id", "version") SELECT new_values."claim_id", new_values."dossier_id", new_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."resolution_id", new_values."source_id", new_values."version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="7097a43e141d587f784d7c092cc6d1513352b21d",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_58b09",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="claims_ground",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ground",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_groundevent" ("claim_id", "dossier_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resolution_id", "source_id", "version") SELECT old_values."claim_id", old_values."dossier_id", old_values."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."resolution_id", old_values."source_id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="b0122688da5effcfa59df7a65abd25afe815870c",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_fc5be",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="claims_ground",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="resolutionevent",
            index=models.Index(fields=["link"], name="resolutionevent_link"),
        ),
    ]
