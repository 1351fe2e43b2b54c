"""Versions of one source are one source to those who count the support of a claim, and one voice."""

from django.db import migrations

ONE_VOICE = """
CREATE FUNCTION gainsay_first_version(source bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE version AS (
        SELECT s.id, s.replaces_id FROM sources_source s WHERE s.id = source
        UNION SELECT s.id, s.replaces_id FROM version v JOIN sources_source s ON s.id = v.replaces_id
    )
    SELECT id FROM version WHERE replaces_id IS NULL
$$;

CREATE OR REPLACE FUNCTION gainsay_count_support(claims bigint[]) RETURNS TABLE (
    claim_id bigint, sources int, origins int, not_established int
) LANGUAGE sql STABLE AS $$
    SELECT k.id, coalesce(sum(voice.sources), 0)::int, count(voice.claim_id)::int,
        (count(voice.claim_id) FILTER (WHERE NOT voice.established))::int
    FROM unnest(claims) AS k(id)
    LEFT JOIN (
        SELECT v.claim_id, count(DISTINCT first.id) AS sources,
            bool_or(coalesce(o.state = 'confirmed', false)) AS established
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
        CROSS JOIN LATERAL (
            SELECT CASE WHEN s.replaces_id IS NULL THEN s.id ELSE gainsay_first_version(s.id) END
        ) AS first(id)
        GROUP BY v.claim_id, coalesce(o.joins_id, s.origin_id, -first.id)
    ) voice ON voice.claim_id = k.id
    GROUP BY k.id
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0009_quotes_at_once"), ("sources", "0010_regrouping_uid")]
    operations = [migrations.RunSQL(ONE_VOICE, migrations.RunSQL.noop)]
