"""What the database itself holds of anchorings, aliases, saved filters and revisions."""

from django.db import migrations

from sources.sql import composite_key, keep_history, keep_table

KEYS = [
    ("claims_speakeralias", "speaker_id", "claims_speaker"),
    ("claims_anchoring", "claim_id", "claims_claim"),
    ("claims_anchoring", "source_id", "sources_source"),
    ("claims_anchoring", "to_source_id", "sources_source"),
    ("claims_anchoring", "by_id", "sources_membership"),
    ("claims_savedfilter", "by_id", "sources_membership"),
    ("claims_revision", "by_id", "sources_membership"),
    ("claims_support", "claim_id", "claims_claim"),
]

# 1. The words that an anchoring keeps are the old version's text at those positions.
ANCHORINGS = """
CREATE FUNCTION gainsay_anchoring_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM sources_source s WHERE s.id = NEW.source_id
        AND substr(s.text, NEW.start + 1, NEW."end" - NEW.start) = NEW.quote
        AND char_length(NEW.quote) = NEW."end" - NEW.start
    ) THEN
        RAISE check_violation USING
            MESSAGE = 'the quote of an anchoring is not its source''s text at those positions',
            CONSTRAINT = 'anchoring_quote_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER anchoring_stands BEFORE INSERT OR UPDATE OF source_id, start, "end", quote ON claims_anchoring
FOR EACH ROW EXECUTE FUNCTION gainsay_anchoring_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0004_desk"), ("sources", "0006_intake_guards")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (
            *(composite_key(*key) for key in KEYS),
            ANCHORINGS,
            *(keep_table(f"claims_{name}") for name in ("anchoring", "speakeralias")),
            *(keep_history(f"claims_{name}event") for name in ("anchoring", "speakeralias")),
        )
    ]
