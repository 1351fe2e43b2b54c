"""The orphans that wait for a person are found by their dossier."""

from django.db import migrations, models

from sources import migrating


class Migration(migrating.Migration):
    dependencies = [("claims", "0007_support")]
    operations = [
        migrations.AddIndex(
            "anchoring",
            models.Index(
                condition=models.Q(("decision", ""), ("method", "orphan")),
                fields=["dossier", "to_source"],
                name="anchoring_open",
            ),
        ),
    ]
