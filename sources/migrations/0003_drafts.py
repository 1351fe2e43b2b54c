"""Texts on their way in, each kept for the person who brought it."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import sources.validators
from sources import migrating
from sources.sql import composite_key


class Migration(migrating.Migration):
    dependencies = [("sources", "0002_guards")]
    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                ("filename", models.CharField(blank=True, max_length=1000)),
                ("original", models.BinaryField(null=True)),
                ("encoding", models.CharField(blank=True, max_length=40)),
                ("warnings", models.JSONField(blank=True, default=list)),
                ("title", models.CharField(blank=True, max_length=1000)),
                ("outlet", models.CharField(blank=True, max_length=500)),
                ("author", models.CharField(blank=True, max_length=1000)),
                ("url", models.CharField(blank=True, max_length=2000)),
                ("published", models.CharField(blank=True, max_length=10)),
                ("language", models.CharField(blank=True, max_length=35)),
                (
                    "reliability",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("A", "A · reliable"),
                            ("B", "B · usually reliable"),
                            ("C", "C · fairly reliable"),
                            ("D", "D · not usually reliable"),
                            ("E", "E · unreliable"),
                            ("F", "F · cannot be judged"),
                        ],
                        max_length=1,
                    ),
                ),
                ("text", models.TextField(validators=[sources.validators.validate_text])),
                (
                    "length",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Length("text"),
                        output_field=models.PositiveIntegerField(),
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="sources.membership",
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="sources.dossier",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("length__range", (1, 5000000))),
                        name="draft_text_length",
                        violation_error_message="A text has between 1 and 5,000,000 characters.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            composite_key("sources_draft", "by_id", "sources_membership"), migrations.RunSQL.noop
        ),
    ]
