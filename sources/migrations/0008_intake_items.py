"""The place of an item in its intake, what it is near to, and finding a source by its address."""

import django.contrib.postgres.indexes
from django.db import migrations, models

from sources import migrating


class Migration(migrating.Migration):
    dependencies = [
        ("sources", "0007_resemblances"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="near",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="draft",
            name="position",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="intake",
            name="notes",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddIndex(
            model_name="source",
            index=django.contrib.postgres.indexes.HashIndex(
                condition=models.Q(("url", ""), _negated=True), fields=["url"], name="source_url"
            ),
        ),
        migrations.AddIndex(
            model_name="source",
            index=django.contrib.postgres.indexes.HashIndex(
                condition=models.Q(("canonical_url", ""), _negated=True),
                fields=["canonical_url"],
                name="source_canonical_url",
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(fields=("intake", "position"), name="draft_once_a_position"),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(("intake__isnull", True), ("position__isnull", False), _connector="OR"),
                name="draft_of_intake_has_position",
            ),
        ),
    ]
