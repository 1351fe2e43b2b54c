"""What the database itself holds of guidelines, and of the queue: whoever writes, forms, bulk, SQL or COPY."""

from django.db import migrations

from sources.sql import composite_key, keep_table

# Every version stays as it was written (a person who came with a file may be joined to a member), and versions follow one another without a gap.
GUIDELINES = """
CREATE TRIGGER guidelines_stay BEFORE UPDATE ON claims_guideline
FOR EACH ROW WHEN ((OLD.dossier_id, OLD.version, OLD.text, OLD.at) IS DISTINCT FROM
    (NEW.dossier_id, NEW.version, NEW.text, NEW.at))
EXECUTE FUNCTION gainsay_refuse('every version of the guidelines stays as it was written');
CREATE TRIGGER guidelines_never_go BEFORE DELETE ON claims_guideline
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_refuse('every version of the guidelines stays as it was written');

CREATE FUNCTION gainsay_guidelines_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM written w WHERE w.version > 1 AND NOT EXISTS (
            SELECT FROM claims_guideline g WHERE g.dossier_id = w.dossier_id AND g.version = w.version - 1
        )
    ) THEN
        RAISE check_violation USING MESSAGE = 'versions of the guidelines follow one another',
            CONSTRAINT = 'guideline_follows';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER guidelines_follow AFTER INSERT ON claims_guideline
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_guidelines_follow();

ALTER TABLE claims_review ADD CONSTRAINT claims_review_guidelines_of_its_dossier
FOREIGN KEY (dossier_id, guidelines) REFERENCES claims_guideline (dossier_id, version)
ON DELETE RESTRICT ON UPDATE RESTRICT;
CREATE TRIGGER review_guidelines_stay BEFORE UPDATE OF guidelines ON claims_review
FOR EACH ROW WHEN (OLD.guidelines IS DISTINCT FROM NEW.guidelines)
EXECUTE FUNCTION gainsay_refuse('a review keeps the guidelines that it was given by');
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0013_review_queue")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (
            composite_key("claims_guideline", "by_id", "sources_membership"),
            GUIDELINES,
            keep_table("claims_guideline"),
        )
    ]
