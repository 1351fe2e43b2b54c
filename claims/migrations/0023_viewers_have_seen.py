"""Whoever read as a viewer saw every verdict: of what was judged by then she judges nothing blind any more."""

from django.db import migrations

SEEN = """
CREATE FUNCTION gainsay_viewer_has_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO claims_disclosure (dossier_id, link_id, person_id, round, at)
    SELECT l.dossier_id, l.id, NEW.id, l.round, now()
    FROM claims_link l
    WHERE l.dossier_id = NEW.dossier_id AND (
        l.adjudication_verdict <> ''
        OR EXISTS (SELECT FROM claims_review r WHERE r.link_id = l.id AND r.reviewer_id <> NEW.id)
    )
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER viewer_has_seen AFTER UPDATE OF role ON sources_membership
FOR EACH ROW WHEN (OLD.role = 'viewer' AND NEW.role <> 'viewer') EXECUTE FUNCTION gainsay_viewer_has_seen();
"""
UNSEEN = """
DROP TRIGGER viewer_has_seen ON sources_membership;
DROP FUNCTION gainsay_viewer_has_seen();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0022_webhooks"), ("sources", "0015_api_tokens")]
    operations = [migrations.RunSQL(SEEN, UNSEEN)]
