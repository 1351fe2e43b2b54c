"""What the database itself holds of suggestions and dismissals; the table of vectors, where pgvector is."""

from django.db import migrations

from claims.embeddings import TABLE
from sources.sql import composite_key, keep_history, keep_table

KEYS = "\n".join(
    composite_key(f"claims_{table}", column, "claims_claim")
    for table, columns in (
        ("suggested", ("one_id", "other_id")),
        ("dismissal", ("one_id", "other_id")),
        ("lookedat", ("claim_id",)),
    )
    for column in columns
)
MAKER = composite_key("claims_dismissal", "by_id", "sources_membership")

# A claim that goes for good takes with it what was said of its pairs; the history keeps who dismissed them.
GONE = """
CREATE FUNCTION gainsay_suggestions_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM claims_suggested WHERE one_id = OLD.id;
    DELETE FROM claims_suggested WHERE other_id = OLD.id;
    DELETE FROM claims_dismissal WHERE one_id = OLD.id OR other_id = OLD.id;
    DELETE FROM claims_lookedat WHERE claim_id = OLD.id;
    RETURN OLD;
END $$;
CREATE TRIGGER suggestions_go BEFORE DELETE ON claims_claim FOR EACH ROW EXECUTE FUNCTION gainsay_suggestions_go();
"""

# What was judged of other words, or of another speaker or time, is judged anew when somebody looks.
CHANGED = """
CREATE FUNCTION gainsay_suggestions_of_changed_claims() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[] := ARRAY(
        SELECT n.id FROM old_rows o JOIN new_rows n USING (id)
        WHERE (o.statement, o.speaker_id, o.via, o.asserted, o.about, o.modality, o.source_id) IS DISTINCT FROM
            (n.statement, n.speaker_id, n.via, n.asserted, n.about, n.modality, n.source_id)
    );
BEGIN
    IF cardinality(changed) > 0 THEN
        DELETE FROM claims_suggested WHERE one_id = ANY(changed);
        DELETE FROM claims_suggested WHERE other_id = ANY(changed);
        DELETE FROM claims_lookedat WHERE claim_id = ANY(changed);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER suggestions_of_changed_claims AFTER UPDATE ON claims_claim
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_suggestions_of_changed_claims();
"""

# A pair that is linked is proposed no more. Where a link leaves its settled state, whoever may judge it must not learn
# from the reasons and scores of others what it was settled as: what rests on links near it goes.
LINKED = """
CREATE FUNCTION gainsay_suggestions_of_linked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM claims_suggested s USING written w
    WHERE s.one_id = LEAST(w.from_claim_id, w.to_claim_id) AND s.other_id = GREATEST(w.from_claim_id, w.to_claim_id);
    RETURN NULL;
END $$;
CREATE TRIGGER suggestions_of_linked AFTER INSERT ON claims_link REFERENCING NEW TABLE AS written
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_suggestions_of_linked();

CREATE FUNCTION gainsay_suggestions_of_unsettled() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ends bigint[];
    near bigint[];
BEGIN
    SELECT array_agg(DISTINCT c.id) INTO ends
    FROM old_rows o JOIN new_rows n USING (id)
    CROSS JOIN LATERAL (VALUES (n.from_claim_id), (n.to_claim_id), (o.from_claim_id), (o.to_claim_id)) AS c(id)
    WHERE o.state = 'settled' AND (n.state <> 'settled' OR (n.binned_at IS NULL) <> (o.binned_at IS NULL));
    IF cardinality(ends) > 0 THEN
        near := ARRAY(
            SELECT unnest(ends)
            UNION SELECT l.to_claim_id FROM claims_link l WHERE l.from_claim_id = ANY(ends)
            UNION SELECT l.from_claim_id FROM claims_link l WHERE l.to_claim_id = ANY(ends)
        );
        DELETE FROM claims_lookedat k USING claims_suggested s
        WHERE s.by_links AND (s.one_id = ANY(near) OR s.other_id = ANY(near)) AND k.claim_id IN (s.one_id, s.other_id);
        DELETE FROM claims_suggested WHERE by_links AND one_id = ANY(near);
        DELETE FROM claims_suggested WHERE by_links AND other_id = ANY(near);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER suggestions_of_unsettled AFTER UPDATE ON claims_link
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_suggestions_of_unsettled();
"""


def make_embeddings(apps, schema_editor):
    """Only where the extension is; else ``suggest`` makes the table when it appears."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')")
        if cursor.fetchone()[0]:
            cursor.execute(TABLE)


class Migration(migrations.Migration):
    dependencies = [("claims", "0011_suggestions")]
    operations = [
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (KEYS, MAKER, GONE, CHANGED, LINKED)),
        migrations.RunSQL(
            keep_table("claims_dismissal") + keep_history("claims_dismissalevent"), migrations.RunSQL.noop
        ),
        migrations.RunPython(make_embeddings, migrations.RunPython.noop),
    ]
