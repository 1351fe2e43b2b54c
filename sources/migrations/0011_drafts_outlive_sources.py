"""A draft stays when the source that it speaks of is deleted for good."""

import django.db.models.deletion
from django.db import migrations, models


def about_a_source() -> models.ForeignKey:
    return models.ForeignKey(
        blank=True,
        db_constraint=False,
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to="sources.source",
    )


class Migration(migrations.Migration):
    dependencies = [("sources", "0010_regrouping_uid")]
    operations = [
        migrations.AlterField("draft", "replaces", about_a_source()),
        migrations.AlterField("draft", "source", about_a_source()),
    ]
