"""How pairs are handed out to be reviewed, and whether names are masked where one settles."""

import django.core.validators
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from sources import migrating

SETTINGS = (
    "slug name question language reviews_needed review_order lease_minutes own_proposals names_masked version"
)
BUMP_VERSION = f"""
DROP TRIGGER bump_version ON sources_dossier;
CREATE TRIGGER bump_version BEFORE UPDATE ON sources_dossier
FOR EACH ROW WHEN (
    ({", ".join(f"OLD.{name}" for name in SETTINGS.split())})
    IS DISTINCT FROM
    ({", ".join(f"NEW.{name}" for name in SETTINGS.split())})
) EXECUTE FUNCTION gainsay_bump_version();
"""


class Migration(migrating.Migration):
    dependencies = [
        ("sources", "0011_drafts_outlive_sources"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="dossier",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="dossier",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="dossier",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="dossier",
            name="lease_minutes",
            field=models.PositiveSmallIntegerField(
                default=30,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1440),
                ],
            ),
        ),
        migrations.AddField(
            model_name="dossier",
            name="names_masked",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="dossier",
            name="own_proposals",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="dossier",
            name="review_order",
            field=models.CharField(
                choices=[
                    ("oldest", "the oldest first"),
                    ("contradiction", "likely contradictions first"),
                    ("uncertain", "the uncertain first"),
                    ("random", "at random, for each person otherwise"),
                ],
                default="oldest",
                max_length=13,
            ),
        ),
        migrations.AddField(
            model_name="dossierevent",
            name="lease_minutes",
            field=models.PositiveSmallIntegerField(
                default=30,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1440),
                ],
            ),
        ),
        migrations.AddField(
            model_name="dossierevent",
            name="names_masked",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="dossierevent",
            name="own_proposals",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="dossierevent",
            name="review_order",
            field=models.CharField(
                choices=[
                    ("oldest", "the oldest first"),
                    ("contradiction", "likely contradictions first"),
                    ("uncertain", "the uncertain first"),
                    ("random", "at random, for each person otherwise"),
                ],
                default="oldest",
                max_length=13,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dossier",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "sources_dossierevent" ("at", "by_id", "extra", "id", "language", "lease_minutes", "name", "names_masked", "own_proposals", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question", "review_order", "reviews_needed", "slug", "uid", "version") SELECT new_values."at", new_values."by_id", new_values."extra", new_values."id", new_values."language", new_values."lease_minutes", new_values."name", new_values."names_masked", new_values."own_proposals", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."question", new_values."review_order", new_values."reviews_needed", new_values."slug", new_values."uid", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="a1d4e7cf32529474488f71a797c7cf11c432488c",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c0c3a",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="sources_dossier",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dossier",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "sources_dossierevent" ("at", "by_id", "extra", "id", "language", "lease_minutes", "name", "names_masked", "own_proposals", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question", "review_order", "reviews_needed", "slug", "uid", "version") SELECT new_values."at", new_values."by_id", new_values."extra", new_values."id", new_values."language", new_values."lease_minutes", new_values."name", new_values."names_masked", new_values."own_proposals", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."question", new_values."review_order", new_values."reviews_needed", new_values."slug", new_values."uid", new_values."version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="3ad2250b51b29dcbfdba6366afb3c230e9c19ce8",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_629f5",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="sources_dossier",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dossier",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "sources_dossierevent" ("at", "by_id", "extra", "id", "language", "lease_minutes", "name", "names_masked", "own_proposals", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question", "review_order", "reviews_needed", "slug", "uid", "version") SELECT old_values."at", old_values."by_id", old_values."extra", old_values."id", old_values."language", old_values."lease_minutes", old_values."name", old_values."names_masked", old_values."own_proposals", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."question", old_values."review_order", old_values."reviews_needed", old_values."slug", old_values."uid", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="4b901f457f7d84c1a42cea6c6444da2f5339e2c0",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_3d65d",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="sources_dossier",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=models.Q(("review_order__in", ["oldest", "contradiction", "uncertain", "random"])),
                name="dossier_review_order_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=models.Q(("lease_minutes__range", (1, 1440))),
                name="dossier_lease_a_minute_to_a_day",
                violation_error_message="A pair is kept for a minute at least and a day at most.",
            ),
        ),
        migrations.RunSQL(BUMP_VERSION, migrations.RunSQL.noop),
    ]
