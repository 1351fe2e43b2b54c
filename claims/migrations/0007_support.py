"""The support of claims, counted by the database as links, claims, sources and origins change."""

import django.db.models.deletion
from django.db import migrations, models

# Whoever changes what many claims may rest on holds the dossier's lock alone, whoever adds a claim or a link shares it:
# else neither would see the other's. The rows are locked in order and counted then, so that two links added at once
# are both counted.
RECOUNT = """
CREATE FUNCTION gainsay_lock_support(dossiers bigint[], alone boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    dossier bigint;
BEGIN
    FOR dossier IN SELECT DISTINCT d FROM unnest(dossiers) AS d ORDER BY d LOOP
        IF alone THEN
            PERFORM pg_advisory_xact_lock(hashtext('support'), (dossier % 2147483647)::int);
        ELSE
            PERFORM pg_advisory_xact_lock_shared(hashtext('support'), (dossier % 2147483647)::int);
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION gainsay_count_support(claims bigint[]) RETURNS TABLE (
    claim_id bigint, sources int, origins int, not_established int
) LANGUAGE sql STABLE AS $$
    SELECT k.id, coalesce(sum(voice.sources), 0)::int, count(voice.claim_id)::int,
        (count(voice.claim_id) FILTER (WHERE NOT voice.established))::int
    FROM unnest(claims) AS k(id)
    LEFT JOIN (
        SELECT v.claim_id, count(*) AS sources, bool_or(coalesce(o.state = 'confirmed', false)) AS established
        FROM (
            SELECT c.id AS claim_id, c.source_id
            FROM unnest(claims) AS k(id) JOIN claims_claim c ON c.id = k.id
            UNION
            SELECT k.id, f.source_id
            FROM unnest(claims) AS k(id)
            JOIN claims_link l ON l.to_claim_id = k.id AND l.standing = 'supports' AND l.binned_at IS NULL
            JOIN claims_claim f ON f.id = l.from_claim_id AND f.binned_at IS NULL
            UNION
            SELECT k.id, t.source_id
            FROM unnest(claims) AS k(id)
            JOIN claims_link l ON l.from_claim_id = k.id AND l.standing = 'supports' AND l.mutual
                AND l.binned_at IS NULL
            JOIN claims_claim t ON t.id = l.to_claim_id AND t.binned_at IS NULL
        ) v
        JOIN sources_source s ON s.id = v.source_id AND s.binned_at IS NULL
        LEFT JOIN sources_origin o ON o.id = s.origin_id
        GROUP BY v.claim_id, coalesce(o.joins_id, s.origin_id, -s.id)
    ) voice ON voice.claim_id = k.id
    GROUP BY k.id
$$;

CREATE FUNCTION gainsay_recount_support(claims bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM unnest(claims) AS k(id) JOIN claims_support s ON s.claim_id = k.id
    ORDER BY s.claim_id FOR NO KEY UPDATE OF s;
    UPDATE claims_support s
    SET sources = n.sources, origins = n.origins, not_established = n.not_established
    FROM gainsay_count_support(claims) n
    WHERE s.claim_id = n.claim_id
    AND (s.sources, s.origins, s.not_established) IS DISTINCT FROM (n.sources, n.origins, n.not_established);
END $$;

CREATE FUNCTION gainsay_recount_with_supported(claims bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gainsay_recount_support(ARRAY(
        SELECT unnest(claims)
        UNION
        SELECT l.to_claim_id FROM unnest(claims) AS k(id)
        JOIN claims_link l ON l.from_claim_id = k.id AND l.standing = 'supports' AND l.binned_at IS NULL
        UNION
        SELECT l.from_claim_id FROM unnest(claims) AS k(id)
        JOIN claims_link l ON l.to_claim_id = k.id AND l.standing = 'supports' AND l.mutual AND l.binned_at IS NULL
    ));
END $$;
"""

CLAIMS = """
CREATE FUNCTION gainsay_support_of_new_claims() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gainsay_lock_support(ARRAY(SELECT DISTINCT dossier_id FROM written), false);
    INSERT INTO claims_support (claim_id, dossier_id, sources, origins, not_established)
    SELECT w.id, w.dossier_id, live.n, live.n, CASE WHEN o.state = 'confirmed' THEN 0 ELSE live.n END
    FROM written w
    JOIN sources_source s ON s.id = w.source_id
    CROSS JOIN LATERAL (SELECT CASE WHEN s.binned_at IS NULL THEN 1 ELSE 0 END AS n) live
    LEFT JOIN sources_origin o ON o.id = s.origin_id
    ORDER BY w.id;
    RETURN NULL;
END $$;
CREATE TRIGGER support_of_new_claims AFTER INSERT ON claims_claim
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_support_of_new_claims();

CREATE FUNCTION gainsay_support_of_claims() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[] := ARRAY(
        SELECT n.id FROM old_rows o JOIN new_rows n USING (id)
        WHERE (o.source_id, o.binned_at IS NULL) IS DISTINCT FROM (n.source_id, n.binned_at IS NULL)
    );
BEGIN
    IF cardinality(changed) > 0 THEN
        PERFORM gainsay_lock_support(ARRAY(SELECT DISTINCT dossier_id FROM new_rows), true);
        PERFORM gainsay_recount_with_supported(changed);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER support_of_claims AFTER UPDATE ON claims_claim REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_support_of_claims();

CREATE FUNCTION gainsay_support_goes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM claims_support WHERE claim_id = OLD.id;
    RETURN OLD;
END $$;
CREATE TRIGGER support_goes BEFORE DELETE ON claims_claim FOR EACH ROW EXECUTE FUNCTION gainsay_support_goes();
"""

LINKS = """
CREATE FUNCTION gainsay_support_of_links() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[];
    dossiers bigint[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(DISTINCT c.id), array_agg(DISTINCT n.dossier_id) INTO touched, dossiers
        FROM old_rows o JOIN new_rows n USING (id)
        CROSS JOIN LATERAL (VALUES (n.from_claim_id), (n.to_claim_id)) AS c(id)
        WHERE 'supports' IN (o.standing, n.standing) AND
            (o.from_claim_id, o.to_claim_id, o.standing, o.mutual, o.binned_at IS NULL) IS DISTINCT FROM
            (n.from_claim_id, n.to_claim_id, n.standing, n.mutual, n.binned_at IS NULL);
    ELSE
        SELECT array_agg(DISTINCT c.id), array_agg(DISTINCT w.dossier_id) INTO touched, dossiers
        FROM written w
        CROSS JOIN LATERAL (VALUES (w.from_claim_id, w.mutual), (w.to_claim_id, true)) AS c(id, supported)
        WHERE w.standing = 'supports' AND w.binned_at IS NULL AND c.supported;
    END IF;
    IF cardinality(touched) > 0 THEN
        PERFORM gainsay_lock_support(dossiers, false);
        PERFORM gainsay_recount_support(touched);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER support_of_new_links AFTER INSERT ON claims_link
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_support_of_links();
CREATE TRIGGER support_of_links AFTER UPDATE ON claims_link REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_support_of_links();
CREATE TRIGGER support_of_gone_links AFTER DELETE ON claims_link
REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_support_of_links();
"""

SOURCES = """
CREATE FUNCTION gainsay_support_of_sources() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[] := ARRAY(
        SELECT n.id FROM old_rows o JOIN new_rows n USING (id)
        WHERE (o.origin_id, o.binned_at IS NULL) IS DISTINCT FROM (n.origin_id, n.binned_at IS NULL)
    );
BEGIN
    IF cardinality(changed) > 0 THEN
        PERFORM gainsay_lock_support(ARRAY(SELECT DISTINCT dossier_id FROM new_rows), true);
        PERFORM gainsay_recount_with_supported(ARRAY(
            SELECT c.id FROM unnest(changed) AS k(id) JOIN claims_claim c ON c.source_id = k.id
        ));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER support_of_sources AFTER UPDATE ON sources_source
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_support_of_sources();

CREATE FUNCTION gainsay_support_of_origins() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[] := ARRAY(
        SELECT n.id FROM old_rows o JOIN new_rows n USING (id)
        WHERE (o.state, o.joins_id) IS DISTINCT FROM (n.state, n.joins_id)
    );
BEGIN
    IF cardinality(changed) > 0 THEN
        PERFORM gainsay_lock_support(ARRAY(SELECT DISTINCT dossier_id FROM new_rows), true);
        PERFORM gainsay_recount_with_supported(ARRAY(
            SELECT c.id FROM unnest(changed) AS k(id)
            JOIN sources_source s ON s.origin_id = k.id JOIN claims_claim c ON c.source_id = s.id
        ));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER support_of_origins AFTER UPDATE ON sources_origin
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_support_of_origins();
"""

COUNT_WHAT_IS_THERE = """
INSERT INTO claims_support (claim_id, dossier_id, sources, origins, not_established)
SELECT c.id, c.dossier_id, n.sources, n.origins, n.not_established
FROM gainsay_count_support(ARRAY(SELECT id FROM claims_claim)) n JOIN claims_claim c ON c.id = n.claim_id;
"""

GUARD = """
CREATE TRIGGER support_is_counted BEFORE INSERT OR UPDATE OR DELETE ON claims_support
FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
EXECUTE FUNCTION gainsay_refuse('the database counts the support of claims; nothing else writes it');
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0006_names_and_undo"), ("sources", "0009_regroupings")]
    operations = [
        migrations.AlterField(
            model_name="support",
            name="claim",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.DO_NOTHING,
                primary_key=True,
                related_name="support",
                serialize=False,
                to="claims.claim",
            ),
        ),
        *(
            migrations.RunSQL(sql, migrations.RunSQL.noop)
            for sql in (RECOUNT, CLAIMS, LINKS, SOURCES, COUNT_WHAT_IS_THERE, GUARD)
        ),
    ]
