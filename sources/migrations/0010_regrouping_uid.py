"""The address that takes back what a person did to origins."""

import uuid

from django.db import migrations, models

from sources import migrating


class Migration(migrating.Migration):
    dependencies = [("sources", "0009_regroupings")]
    operations = [
        migrations.AddField(
            "regrouping", "uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
        )
    ]
