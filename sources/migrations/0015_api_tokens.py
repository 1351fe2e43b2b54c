"""Tokens of the API, and what the database itself holds of them: a token is used and revoked, nothing else."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from sources import migrating

# What a token opens is fixed when it is made, and one that is revoked stays so.
STAYS = """
CREATE FUNCTION gainsay_token_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - ARRAY['used_at', 'revoked_at'] IS DISTINCT FROM to_jsonb(NEW) - ARRAY['used_at', 'revoked_at']
       OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at) THEN
        RAISE check_violation USING MESSAGE = 'a token stays as it was made, and revoked: make another',
            CONSTRAINT = 'apitoken_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER token_stays BEFORE UPDATE ON sources_apitoken
FOR EACH ROW EXECUTE FUNCTION gainsay_token_stays();
"""


class Migration(migrating.Migration):
    dependencies = [
        ("sources", "0014_daily_mail"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=100)),
                (
                    "scope",
                    models.CharField(
                        choices=[("read", "read and export"), ("import", "read, export and import")],
                        default="read",
                        max_length=6,
                    ),
                ),
                ("is_for_all", models.BooleanField(default=False)),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("hint", models.CharField(editable=False, max_length=16)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("dossiers", models.ManyToManyField(blank=True, related_name="+", to="sources.dossier")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="token_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scope__in", ["read", "import"])), name="token_scope_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="token_is_hashed"
                    ),
                ],
            },
        ),
        migrations.RunSQL(STAYS, migrations.RunSQL.noop),
    ]
