"""Files of other tools, kept while whoever brought them looks them through."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from sources import migrating


class Migration(migrating.Migration):
    dependencies = [
        ("claims", "0018_discussion_guards"),
        ("sources", "0014_daily_mail"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ForeignFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=500)),
                ("format", models.CharField(max_length=30)),
                ("data", models.BinaryField()),
                ("page", models.TextField(blank=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "dossier",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="sources.dossier",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["dossier", "user"], name="foreignfile_of_user")],
            },
        ),
    ]
