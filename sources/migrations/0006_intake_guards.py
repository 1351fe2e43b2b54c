"""What the database itself holds of intakes, originals and origins; drafts keep their originals as all others do."""

from django.db import migrations

from sources.sql import composite_key, keep_history, keep_table

KEYS = [
    ("sources_intake", "by_id", "sources_membership"),
    ("sources_draft", "original_id", "sources_original"),
    ("sources_draft", "intake_id", "sources_intake"),
    ("sources_draft", "source_id", "sources_source"),
    ("sources_draft", "replaces_id", "sources_source"),
    ("sources_source", "original_id", "sources_original"),
    ("sources_source", "origin_id", "sources_origin"),
    ("sources_source", "replaces_id", "sources_source"),
    ("sources_origin", "by_id", "sources_membership"),
    ("sources_keptapart", "one_id", "sources_source"),
    ("sources_keptapart", "other_id", "sources_source"),
    ("sources_keptapart", "by_id", "sources_membership"),
    ("sources_fingerprint", "source_id", "sources_source"),
]

ORIGINALS = """
CREATE TRIGGER original_stays BEFORE UPDATE ON sources_original
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_refuse('an original stays as it came');
CREATE TRIGGER original_chunk_stays BEFORE UPDATE ON sources_originalchunk
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_refuse('an original stays as it came');
"""

DRAFTS = """
DO $$
DECLARE
    draft record;
    made bigint;
BEGIN
    FOR draft IN SELECT id, dossier_id, filename, original_bytes FROM sources_draft WHERE original_bytes IS NOT NULL LOOP
        INSERT INTO sources_original (dossier_id, filename, address, media_type, size, sha256, at)
        VALUES (draft.dossier_id, draft.filename, '', 'application/octet-stream', length(draft.original_bytes),
            encode(sha256(draft.original_bytes), 'hex'), now())
        RETURNING id INTO made;
        INSERT INTO sources_originalchunk (original_id, position, data)
        SELECT made, at, substring(draft.original_bytes FROM at * 262144 + 1 FOR 262144)
        FROM generate_series(0, greatest(length(draft.original_bytes) - 1, 0) / 262144) AS at;
        UPDATE sources_draft SET original_id = made WHERE id = draft.id;
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("sources", "0005_intakes_and_origins")]
    operations = [
        *(
            migrations.RunSQL(sql, migrations.RunSQL.noop)
            for sql in (
                *(composite_key(*key) for key in KEYS),
                ORIGINALS,
                *(keep_table(f"sources_{name}") for name in ("origin", "keptapart")),
                *(keep_history(f"sources_{name}event") for name in ("origin", "keptapart")),
                DRAFTS,
            )
        ),
        migrations.RemoveField("draft", "original_bytes"),
    ]
