"""What the database itself holds of annotated sets: frozen is frozen, whoever writes; and of exports."""

from django.db import migrations

from sources.sql import composite_key, keep_history, keep_table

KEYS = [
    ("claims_annotatedset", "by_id", "sources_membership"),
    ("claims_annotatedset", "withdrawn_by_id", "sources_membership"),
    ("claims_export", "by_id", "sources_membership"),
    ("claims_export", "annotated_set_id", "claims_annotatedset"),
]

# A set is written last, once its links and its content are there: from then on nothing is added to them.
SETS = """
CREATE FUNCTION gainsay_set_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM sources_dossier d WHERE d.id = NEW.dossier_id FOR NO KEY UPDATE;
    IF NEW.number <> (SELECT coalesce(max(s.number), 0) + 1 FROM claims_annotatedset s
                      WHERE s.dossier_id = NEW.dossier_id) THEN
        RAISE unique_violation USING MESSAGE = format('A-%s is not the next number of a set', NEW.number);
    END IF;
    IF NOT EXISTS (
        SELECT FROM claims_setfile f WHERE f.annotated_set_id = NEW.id AND f.format = 'gainsay'
        AND (f.size, f.sha256) = (NEW.size, NEW.sha256)
    ) OR (NEW.counts ->> 'links')::bigint IS DISTINCT FROM (
        SELECT count(*) FROM claims_setlink l WHERE l.annotated_set_id = NEW.id
    ) THEN
        RAISE check_violation USING MESSAGE = format('the content of A-%s is not what it is said to be', NEW.number),
            CONSTRAINT = 'annotatedset_content_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER set_frozen BEFORE INSERT ON claims_annotatedset
FOR EACH ROW EXECUTE FUNCTION gainsay_set_frozen();

CREATE FUNCTION gainsay_set_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawn_reason'] IS DISTINCT FROM
       to_jsonb(NEW) - ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawn_reason'] THEN
        RAISE check_violation USING MESSAGE = 'a frozen set never changes: withdraw it, and freeze another version',
            CONSTRAINT = 'annotatedset_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER set_stays BEFORE UPDATE ON claims_annotatedset
FOR EACH ROW EXECUTE FUNCTION gainsay_set_stays();
CREATE TRIGGER set_kept BEFORE DELETE ON claims_annotatedset
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_refuse('a frozen set is withdrawn, never deleted');
"""

CONTENT = """
CREATE FUNCTION gainsay_set_is_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM written w JOIN claims_annotatedset s ON s.id = w.annotated_set_id) THEN
        RAISE check_violation USING MESSAGE = 'no link is added to a frozen set';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER set_is_closed AFTER INSERT ON claims_setlink
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_set_is_closed();

CREATE FUNCTION gainsay_file_is_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM written w JOIN claims_setfile f ON f.id = w.file_id) THEN
        RAISE check_violation USING MESSAGE = 'nothing is added to a file of a frozen set';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER file_is_closed AFTER INSERT ON claims_setchunk
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_file_is_closed();

CREATE FUNCTION gainsay_file_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (
        SELECT coalesce(sum(length(c.data)), 0) = NEW.size AND count(*) = coalesce(max(c.position) + 1, 0)
        FROM claims_setchunk c WHERE c.file_id = NEW.id
    ) THEN
        RAISE check_violation USING MESSAGE = 'the pieces of a file of a frozen set are not the file';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER file_is_whole BEFORE INSERT ON claims_setfile
FOR EACH ROW EXECUTE FUNCTION gainsay_file_is_whole();
"""


def keep_frozen(table: str) -> str:
    return f"""
CREATE TRIGGER content_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_refuse('what a frozen set holds never changes');
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0020_annotated_sets")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (
            *(composite_key(*key) for key in KEYS),
            SETS,
            CONTENT,
            *(keep_frozen(f"claims_{name}") for name in ("setlink", "setfile", "setchunk")),
            keep_table("claims_annotatedset"),
            keep_history("claims_annotatedsetevent"),
        )
    ]
