"""What the database itself holds of comments, and the happenings that it notes itself, whoever writes."""

from django.db import migrations

from sources.sql import composite_key, keep_history, keep_table

RECORDS = (("source_id", "sources_source"), ("claim_id", "claims_claim"), ("link_id", "claims_link"))

KEYS = [
    *(
        (f"claims_{table}", column, target)
        for table in ("comment", "follow", "happening")
        for column, target in RECORDS
    ),
    ("claims_comment", "by_id", "sources_membership"),
    ("claims_comment", "gone_by_id", "sources_membership"),
    ("claims_mention", "comment_id", "claims_comment"),
    ("claims_mention", "person_id", "sources_membership"),
    ("claims_follow", "person_id", "sources_membership"),
    ("claims_happening", "comment_id", "claims_comment"),
    ("claims_happening", "by_id", "sources_membership"),
    ("claims_visit", "person_id", "sources_membership"),
]

# A comment stays where it was made; every wording raises its version.
COMMENTS = """
CREATE TRIGGER comment_stays_where_it_is BEFORE UPDATE OF dossier_id, source_id, claim_id, link_id ON claims_comment
FOR EACH ROW WHEN (
    (OLD.dossier_id, OLD.source_id, OLD.claim_id, OLD.link_id)
    IS DISTINCT FROM (NEW.dossier_id, NEW.source_id, NEW.claim_id, NEW.link_id)
) EXECUTE FUNCTION gainsay_refuse('a comment stays with the record that it is about');
CREATE TRIGGER bump_version BEFORE UPDATE ON claims_comment
FOR EACH ROW WHEN (OLD.text IS DISTINCT FROM NEW.text OR OLD.version IS DISTINCT FROM NEW.version)
EXECUTE FUNCTION gainsay_bump_version();
"""

# Whoever gave the last verdict, or settled it, need not be told.
HAPPENINGS = """
CREATE FUNCTION gainsay_comments_happen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO claims_happening (dossier_id, kind, source_id, claim_id, link_id, comment_id, by_id, at)
    SELECT w.dossier_id, 'comment', w.source_id, w.claim_id, w.link_id, w.id, w.by_id, coalesce(w.at, now())
    FROM written w ORDER BY w.id;
    RETURN NULL;
END $$;
CREATE TRIGGER comments_happen AFTER INSERT ON claims_comment
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_comments_happen();

CREATE FUNCTION gainsay_links_settle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO claims_happening (dossier_id, kind, link_id, by_id, at)
        SELECT w.dossier_id, 'settled', w.id, w.adjudicated_by_id, now()
        FROM written w WHERE w.state = 'settled' ORDER BY w.id;
    ELSE
        INSERT INTO claims_happening (dossier_id, kind, link_id, by_id, at)
        SELECT w.dossier_id, 'settled', w.id, CASE WHEN w.adjudication_verdict <> '' THEN w.adjudicated_by_id ELSE (
            SELECT r.reviewer_id FROM claims_review r WHERE r.link_id = w.id ORDER BY r.id DESC LIMIT 1
        ) END, now()
        FROM written w JOIN former f ON f.id = w.id WHERE w.state = 'settled' AND f.state <> 'settled' ORDER BY w.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER links_settled_when_new AFTER INSERT ON claims_link
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_links_settle();
CREATE TRIGGER links_settle AFTER UPDATE ON claims_link
REFERENCING OLD TABLE AS former NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_links_settle();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0017_discussion")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (
            *(composite_key(*key) for key in KEYS),
            COMMENTS,
            HAPPENINGS,
            keep_table("claims_comment"),
            keep_history("claims_commentevent"),
        )
    ]
