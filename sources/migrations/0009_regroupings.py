"""What a person did to origins, to be taken back; the agencies that a source credits."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from sources import migrating
from sources.sql import composite_key


class Migration(migrating.Migration):
    dependencies = [
        ("sources", "0008_intake_items"),
    ]

    operations = [
        migrations.CreateModel(
            name="Regrouping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("said", models.CharField(max_length=500)),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
                ("undone_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="fingerprint",
            name="agencies",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40), default=list
            ),
        ),
        migrations.AddIndex(
            model_name="fingerprint",
            index=django.contrib.postgres.indexes.GinIndex(fields=["agencies"], name="fingerprint_agencies"),
        ),
        migrations.AddField(
            model_name="regrouping",
            name="by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sources.membership",
            ),
        ),
        migrations.AddField(
            model_name="regrouping",
            name="dossier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="sources.dossier",
            ),
        ),
        migrations.AddConstraint(
            model_name="regrouping",
            constraint=models.UniqueConstraint(fields=("dossier", "id"), name="regrouping_of_its_dossier"),
        ),
        migrations.RunSQL(
            composite_key("sources_regrouping", "by_id", "sources_membership"), migrations.RunSQL.noop
        ),
    ]
