"""Addresses that are told what happens, and what they are to be told: written where it happens, by the database."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from sources import migrating
from sources.sql import composite_key, keep_table

KEYS = [
    ("claims_webhook", "by_id", "sources_membership"),
    ("claims_delivery", "webhook_id", "claims_webhook"),
]

STAYS = """
CREATE FUNCTION gainsay_webhook_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - ARRAY['stopped_at', 'by_id'] IS DISTINCT FROM to_jsonb(NEW) - ARRAY['stopped_at', 'by_id'] THEN
        RAISE check_violation USING MESSAGE = 'an address that is told stays as it was registered: register another',
            CONSTRAINT = 'webhook_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER webhook_stays BEFORE UPDATE ON claims_webhook
FOR EACH ROW EXECUTE FUNCTION gainsay_webhook_stays();
"""

# The state of a link is set by triggers, so that only a trigger sees every link that is settled. What is written here
# goes with the transaction that caused it: rolled back, nobody is told.
SETTLED = """
CREATE FUNCTION gainsay_tell_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM claims_webhook w WHERE w.stopped_at IS NULL) THEN
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO claims_delivery (dossier_id, webhook_id, event, record, link, details)
        SELECT n.dossier_id, w.id, 'link.settled', 'L-' || n.number, n.id, jsonb_build_object('verdict', n.verdict)
        FROM written n JOIN claims_webhook w ON w.dossier_id = n.dossier_id
        WHERE w.stopped_at IS NULL AND 'link.settled' = ANY (w.events)
        AND n.state = 'settled' AND n.binned_at IS NULL ORDER BY n.number;
    ELSE
        INSERT INTO claims_delivery (dossier_id, webhook_id, event, record, link, details)
        SELECT n.dossier_id, w.id, 'link.settled', 'L-' || n.number, n.id, jsonb_build_object('verdict', n.verdict)
        FROM written n JOIN before o ON o.id = n.id JOIN claims_webhook w ON w.dossier_id = n.dossier_id
        WHERE w.stopped_at IS NULL AND 'link.settled' = ANY (w.events)
        AND n.state = 'settled' AND n.binned_at IS NULL
        AND (o.state, o.verdict) IS DISTINCT FROM (n.state, n.verdict) ORDER BY n.number;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_settled AFTER INSERT ON claims_link
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_tell_settled();
CREATE TRIGGER tell_settled_since AFTER UPDATE ON claims_link
REFERENCING OLD TABLE AS before NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_tell_settled();
"""

RESOLVED = """
CREATE FUNCTION gainsay_tell_resolved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO claims_delivery (dossier_id, webhook_id, event, record, link, details)
    SELECT n.dossier_id, w.id, 'resolution.made', 'L-' || l.number, l.id, jsonb_build_object('kind', n.kind)
    FROM written n JOIN claims_webhook w ON w.dossier_id = n.dossier_id JOIN claims_link l ON l.id = n.link_id
    WHERE w.stopped_at IS NULL AND 'resolution.made' = ANY (w.events) AND n.reopened_at IS NULL ORDER BY l.number;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_resolved AFTER INSERT ON claims_resolution
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_tell_resolved();
"""

FROZEN = """
CREATE FUNCTION gainsay_tell_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO claims_delivery (dossier_id, webhook_id, event, record, details)
    SELECT n.dossier_id, w.id, 'set.frozen', 'A-' || n.number,
        jsonb_build_object('name', n.name, 'version', n.version, 'sha256', n.sha256)
    FROM written n JOIN claims_webhook w ON w.dossier_id = n.dossier_id
    WHERE w.stopped_at IS NULL AND 'set.frozen' = ANY (w.events) ORDER BY n.number;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_frozen AFTER INSERT ON claims_annotatedset
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_tell_frozen();
"""


class Migration(migrating.Migration):
    dependencies = [
        ("claims", "0021_annotated_sets_stay"),
        ("sources", "0015_api_tokens"),
    ]

    operations = [
        migrations.CreateModel(
            name="Webhook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("url", models.CharField(max_length=2000, verbose_name="address")),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("link.settled", "a link is settled"),
                                ("resolution.made", "a contradiction is resolved"),
                                ("set.frozen", "a set is frozen"),
                            ],
                            max_length=20,
                        )
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("stopped_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sources.membership",
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="webhooks",
                        to="sources.dossier",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "uid",
                    models.UUIDField(
                        db_default=models.Func(function="gen_random_uuid"),
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                ("event", models.CharField(max_length=20)),
                ("record", models.CharField(blank=True, max_length=20)),
                ("link", models.BigIntegerField(null=True)),
                ("details", models.JSONField(db_default={}, default=dict)),
                ("happened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("done", "received"),
                            ("failed", "given up"),
                            ("dropped", "not told"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("next_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("error", models.TextField(blank=True, db_default="")),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "dossier",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sources.dossier",
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="claims.webhook",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.UniqueConstraint(fields=("dossier", "id"), name="webhook_of_its_dossier"),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("events__len__gt", 0),
                    ("events__contained_by", ["link.settled", "resolution.made", "set.frozen"]),
                ),
                name="webhook_events_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhook",
            constraint=models.CheckConstraint(
                condition=models.Q(("url", ""), _negated=True), name="webhook_has_an_address"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["webhook", "-id"], name="delivery_log"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["next_at"], name="delivery_due"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["happened_at"], name="delivery_age"),
        ),
        *(
            migrations.RunSQL(sql, migrations.RunSQL.noop)
            for sql in (
                *(composite_key(*key) for key in KEYS),
                STAYS,
                SETTLED,
                RESOLVED,
                FROZEN,
                keep_table("claims_webhook"),
            )
        ),
    ]
