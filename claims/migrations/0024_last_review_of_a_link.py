"""Who settled a link is looked for among its own reviews, also where the planner knows nothing of them yet.

"+ 0" keeps it from walking all reviews back from the last, for each link anew.
"""

from django.db import migrations

SETTLE = """
CREATE OR REPLACE FUNCTION gainsay_links_settle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO claims_happening (dossier_id, kind, link_id, by_id, at)
        SELECT w.dossier_id, 'settled', w.id, w.adjudicated_by_id, now()
        FROM written w WHERE w.state = 'settled' ORDER BY w.id;
    ELSE
        INSERT INTO claims_happening (dossier_id, kind, link_id, by_id, at)
        SELECT w.dossier_id, 'settled', w.id, CASE WHEN w.adjudication_verdict <> '' THEN w.adjudicated_by_id ELSE (
            SELECT r.reviewer_id FROM claims_review r WHERE r.link_id = w.id ORDER BY r.id + 0 DESC LIMIT 1
        ) END, now()
        FROM written w JOIN former f ON f.id = w.id WHERE w.state = 'settled' AND f.state <> 'settled' ORDER BY w.id;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0023_viewers_have_seen")]
    operations = [migrations.RunSQL(SETTLE, migrations.RunSQL.noop)]
