"""Places in the queues of review, why reviewers split, guidelines; each review keeps the version it was given by."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from sources import migrating

# How likely the pair is of its kind: what was said when it was proposed, else what its strength lets one expect. A place
# is that, in steps of a thousandth, above the number: unique, and in one comparison before or after any other.
PLACES = """
CREATE FUNCTION gainsay_chance(strength text, likelihood double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(likelihood, CASE strength WHEN 'strong' THEN 0.8 WHEN 'weak' THEN 0.5 ELSE 0.65 END);

CREATE FUNCTION gainsay_place_likely(kind text, strength text, likelihood double precision, number integer)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (1000 * (1 - CASE kind WHEN 'contradicts' THEN gainsay_chance(strength, likelihood)
    ELSE (1 - gainsay_chance(strength, likelihood)) / 2 END))::bigint * 2147483648 + number;

CREATE FUNCTION gainsay_place_uncertain(strength text, likelihood double precision, number integer)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (1000 * abs(gainsay_chance(strength, likelihood) - 0.5))::bigint * 2147483648 + number;

CREATE FUNCTION gainsay_place_random(number integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('x' || left(md5(number::text), 8))::bit(32)::bigint * 2147483648 + number;
"""


class Migration(migrating.Migration):
    dependencies = [
        ("claims", "0012_suggestion_guards"),
        ("sources", "0012_review_settings"),
    ]

    operations = [
        migrations.RunSQL(PLACES, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Guideline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-version"],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="link",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="link",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="link",
            name="delete_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="review",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="review",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="review",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="link",
            name="likelihood",
            field=models.FloatField(
                blank=True,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(1),
                ],
            ),
        ),
        migrations.AddField(
            model_name="linkevent",
            name="likelihood",
            field=models.FloatField(
                blank=True,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(1),
                ],
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="split_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reading", "read the quote differently"),
                    ("context", "missing context"),
                    ("standard", "different standard"),
                    ("slip", "a slip"),
                ],
                editable=False,
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="linkevent",
            name="split_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reading", "read the quote differently"),
                    ("context", "missing context"),
                    ("standard", "different standard"),
                    ("slip", "a slip"),
                ],
                editable=False,
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="guidelines",
            field=models.PositiveIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="reviewevent",
            name="guidelines",
            field=models.PositiveIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="link",
            name="place_random",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    "number", function="gainsay_place_random", output_field=models.BigIntegerField()
                ),
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="place_likely",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    "kind",
                    "strength",
                    "likelihood",
                    "number",
                    function="gainsay_place_likely",
                    output_field=models.BigIntegerField(),
                ),
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="place_uncertain",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    "strength",
                    "likelihood",
                    "number",
                    function="gainsay_place_uncertain",
                    output_field=models.BigIntegerField(),
                ),
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                condition=models.Q(("binned_at__isnull", True), ("state", "proposed")),
                fields=["dossier", "place_likely"],
                name="link_queue_likely",
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                condition=models.Q(("binned_at__isnull", True), ("state", "proposed")),
                fields=["dossier", "place_uncertain"],
                name="link_queue_uncertain",
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                condition=models.Q(("binned_at__isnull", True), ("state", "proposed")),
                fields=["dossier", "place_random"],
                name="link_queue_random",
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                condition=models.Q(("split_reason", ""), _negated=True),
                fields=["dossier", "split_reason"],
                name="link_split_reason",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="link",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_linkevent" ("adjudicated_at", "adjudicated_by_id", "adjudication_note", "adjudication_verdict", "at", "binned_at", "binned_by_id", "by_id", "changed", "contradiction_type", "dossier_id", "external_id", "extra", "from_claim_id", "id", "kind", "likelihood", "mutual", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rationale", "round", "split_reason", "strength", "to_claim_id", "version") SELECT new_values."adjudicated_at", new_values."adjudicated_by_id", new_values."adjudication_note", new_values."adjudication_verdict", new_values."at", new_values."binned_at", new_values."binned_by_id", new_values."by_id", new_values."changed", new_values."contradiction_type", new_values."dossier_id", new_values."external_id", new_values."extra", new_values."from_claim_id", new_values."id", new_values."kind", new_values."likelihood", new_values."mutual", new_values."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."rationale", new_values."round", new_values."split_reason", new_values."strength", new_values."to_claim_id", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="24f782648fdca402af4275524af1d9246ea6c097",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_11050",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="claims_link",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="link",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_linkevent" ("adjudicated_at", "adjudicated_by_id", "adjudication_note", "adjudication_verdict", "at", "binned_at", "binned_by_id", "by_id", "changed", "contradiction_type", "dossier_id", "external_id", "extra", "from_claim_id", "id", "kind", "likelihood", "mutual", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rationale", "round", "split_reason", "strength", "to_claim_id", "version") SELECT new_values."adjudicated_at", new_values."adjudicated_by_id", new_values."adjudication_note", new_values."adjudication_verdict", new_values."at", new_values."binned_at", new_values."binned_by_id", new_values."by_id", new_values."changed", new_values."contradiction_type", new_values."dossier_id", new_values."external_id", new_values."extra", new_values."from_claim_id", new_values."id", new_values."kind", new_values."likelihood", new_values."mutual", new_values."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."rationale", new_values."round", new_values."split_reason", new_values."strength", new_values."to_claim_id", new_values."version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."adjudicated_at" IS DISTINCT FROM (new_values."adjudicated_at") OR old_values."adjudicated_by_id" IS DISTINCT FROM (new_values."adjudicated_by_id") OR old_values."adjudication_note" IS DISTINCT FROM (new_values."adjudication_note") OR old_values."adjudication_verdict" IS DISTINCT FROM (new_values."adjudication_verdict") OR old_values."at" IS DISTINCT FROM (new_values."at") OR old_values."binned_at" IS DISTINCT FROM (new_values."binned_at") OR old_values."binned_by_id" IS DISTINCT FROM (new_values."binned_by_id") OR old_values."by_id" IS DISTINCT FROM (new_values."by_id") OR old_values."changed" IS DISTINCT FROM (new_values."changed") OR old_values."contradiction_type" IS DISTINCT FROM (new_values."contradiction_type") OR old_values."dossier_id" IS DISTINCT FROM (new_values."dossier_id") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."extra" IS DISTINCT FROM (new_values."extra") OR old_values."from_claim_id" IS DISTINCT FROM (new_values."from_claim_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."likelihood" IS DISTINCT FROM (new_values."likelihood") OR old_values."mutual" IS DISTINCT FROM (new_values."mutual") OR old_values."number" IS DISTINCT FROM (new_values."number") OR old_values."rationale" IS DISTINCT FROM (new_values."rationale") OR old_values."round" IS DISTINCT FROM (new_values."round") OR old_values."split_reason" IS DISTINCT FROM (new_values."split_reason") OR old_values."strength" IS DISTINCT FROM (new_values."strength") OR old_values."to_claim_id" IS DISTINCT FROM (new_values."to_claim_id") OR old_values."version" IS DISTINCT FROM (new_values."version")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="f1643288b0c647dc9cc36286be6d6e6c57dcd9c0",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_761bb",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="claims_link",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="link",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_linkevent" ("adjudicated_at", "adjudicated_by_id", "adjudication_note", "adjudication_verdict", "at", "binned_at", "binned_by_id", "by_id", "changed", "contradiction_type", "dossier_id", "external_id", "extra", "from_claim_id", "id", "kind", "likelihood", "mutual", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rationale", "round", "split_reason", "strength", "to_claim_id", "version") SELECT old_values."adjudicated_at", old_values."adjudicated_by_id", old_values."adjudication_note", old_values."adjudication_verdict", old_values."at", old_values."binned_at", old_values."binned_by_id", old_values."by_id", old_values."changed", old_values."contradiction_type", old_values."dossier_id", old_values."external_id", old_values."extra", old_values."from_claim_id", old_values."id", old_values."kind", old_values."likelihood", old_values."mutual", old_values."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."rationale", old_values."round", old_values."split_reason", old_values."strength", old_values."to_claim_id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="4291ddfa260dec32adcd135f66259d7e5dbdc757",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_cdfeb",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="claims_link",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="review",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_reviewevent" ("at", "by_id", "confidence", "dossier_id", "external_id", "extra", "from_version", "guidelines", "id", "link_id", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reviewer_id", "to_version", "verdict") SELECT new_values."at", new_values."by_id", new_values."confidence", new_values."dossier_id", new_values."external_id", new_values."extra", new_values."from_version", new_values."guidelines", new_values."id", new_values."link_id", new_values."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."reviewer_id", new_values."to_version", new_values."verdict" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="b67ca5352127d6b15fa3886e45c4d5411cbfc3db",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_8009a",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="claims_review",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="review",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_reviewevent" ("at", "by_id", "confidence", "dossier_id", "external_id", "extra", "from_version", "guidelines", "id", "link_id", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reviewer_id", "to_version", "verdict") SELECT new_values."at", new_values."by_id", new_values."confidence", new_values."dossier_id", new_values."external_id", new_values."extra", new_values."from_version", new_values."guidelines", new_values."id", new_values."link_id", new_values."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."reviewer_id", new_values."to_version", new_values."verdict" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="13c8be9b4d07b84ea32f2cca241ba5eb35fb4434",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b7b96",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="claims_review",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="review",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "claims_reviewevent" ("at", "by_id", "confidence", "dossier_id", "external_id", "extra", "from_version", "guidelines", "id", "link_id", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reviewer_id", "to_version", "verdict") SELECT old_values."at", old_values."by_id", old_values."confidence", old_values."dossier_id", old_values."external_id", old_values."extra", old_values."from_version", old_values."guidelines", old_values."id", old_values."link_id", old_values."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."reviewer_id", old_values."to_version", old_values."verdict" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="d426094a984363666ba8cec3c4fa2b17a0729caa",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_c19fa",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="claims_review",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(("split_reason__in", ["", "reading", "context", "standard", "slip"])),
                name="link_split_reason_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("split_reason", ""),
                    models.Q(("adjudication_verdict", ""), _negated=True),
                    _connector="OR",
                ),
                name="link_split_reason_is_of_adjudication",
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("likelihood__isnull", True), ("likelihood__range", (0, 1)), _connector="OR"
                ),
                name="link_likelihood_0_to_1",
            ),
        ),
        migrations.AddField(
            model_name="guideline",
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
            model_name="guideline",
            name="dossier",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="guidelines",
                to="sources.dossier",
            ),
        ),
        migrations.AddConstraint(
            model_name="guideline",
            constraint=models.UniqueConstraint(fields=("dossier", "version"), name="guideline_version_once"),
        ),
        migrations.AddConstraint(
            model_name="guideline",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="guideline_version_from_1"
            ),
        ),
        migrations.AddConstraint(
            model_name="guideline",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="guideline_says_something"
            ),
        ),
    ]
