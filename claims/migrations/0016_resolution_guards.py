"""What the database itself holds of resolutions, due dates and retractions, whoever writes: a resolution reopens by
itself when the ground under it gives way, and the list of contradictions follows."""

from django.db import migrations

from sources.sql import composite_key, keep_history, keep_table

KEYS = [
    ("claims_resolution", "link_id", "claims_link"),
    ("claims_resolution", "by_id", "sources_membership"),
    ("claims_resolution", "reopened_by_id", "sources_membership"),
    ("claims_ground", "resolution_id", "claims_resolution"),
    ("claims_ground", "source_id", "sources_source"),
    ("claims_ground", "claim_id", "claims_claim"),
    ("claims_due", "link_id", "claims_link"),
    ("claims_due", "by_id", "sources_membership"),
    ("claims_due", "decided_by_id", "sources_membership"),
    ("claims_due", "follows_id", "claims_due"),
    ("claims_contradiction", "link_id", "claims_link"),
    ("sources_retraction", "source_id", "sources_source"),
    ("sources_retraction", "by_id", "sources_membership"),
]

# A resolution is of a settled contradiction, and keeps the versions of the claims that it was given on. Sources are
# locked before claims, claims before their links, links before what hangs on them: so that no two wait for each other.
STANDS = """
CREATE FUNCTION gainsay_resolution_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    pair record;
BEGIN
    SELECT l.from_claim_id AS a, l.to_claim_id AS b, l.number INTO pair FROM claims_link l WHERE l.id = NEW.link_id;
    IF NEW.reopened_at IS NULL THEN
        PERFORM FROM sources_source s WHERE s.id IN (
            SELECT c.source_id FROM claims_claim c WHERE c.id IN (pair.a, pair.b)
        ) ORDER BY s.id FOR SHARE;
        PERFORM FROM claims_claim c WHERE c.id IN (pair.a, pair.b) ORDER BY c.id FOR SHARE;
        PERFORM FROM claims_link l WHERE l.id = NEW.link_id AND l.state = 'settled' AND l.verdict = 'contradicts'
            AND l.binned_at IS NULL FOR SHARE;
        IF NOT FOUND THEN
            RAISE check_violation USING MESSAGE = format(
                'L-%s is no settled contradiction: there is nothing to resolve', pair.number),
                CONSTRAINT = 'resolution_of_a_contradiction';
        END IF;
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT a.version, b.version INTO NEW.from_version, NEW.to_version
        FROM claims_claim a, claims_claim b WHERE a.id = pair.a AND b.id = pair.b;
    ELSIF NEW.reopened_at IS NULL AND NOT EXISTS (
        SELECT FROM claims_claim a, claims_claim b WHERE a.id = pair.a AND b.id = pair.b
        AND (a.version, b.version) = (NEW.from_version, NEW.to_version)
    ) OR EXISTS (
        SELECT FROM claims_ground g LEFT JOIN claims_claim c ON c.id = g.claim_id
        LEFT JOIN sources_source s ON s.id = g.source_id WHERE g.resolution_id = NEW.id
        AND (coalesce(c.version, s.version) <> g.version OR coalesce(c.binned_at, s.binned_at) IS NOT NULL)
    ) THEN
        RAISE check_violation USING MESSAGE = format(
            'what the resolution of L-%s rests on has changed since it was given', pair.number),
            CONSTRAINT = 'resolution_rests_on_what_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER resolution_stands BEFORE INSERT ON claims_resolution
FOR EACH ROW EXECUTE FUNCTION gainsay_resolution_stands();
CREATE TRIGGER resolution_stands_again BEFORE UPDATE ON claims_resolution
FOR EACH ROW WHEN (OLD.reopened_at IS NOT NULL AND NEW.reopened_at IS NULL)
EXECUTE FUNCTION gainsay_resolution_stands();
CREATE TRIGGER resolution_stays BEFORE UPDATE ON claims_resolution
FOR EACH ROW WHEN (
    (OLD.dossier_id, OLD.link_id, OLD.kind, OLD.proof, OLD.from_version, OLD.to_version)
    IS DISTINCT FROM
    (NEW.dossier_id, NEW.link_id, NEW.kind, NEW.proof, NEW.from_version, NEW.to_version)
) EXECUTE FUNCTION gainsay_refuse('a resolution stays as it was given: reopen it, and resolve anew');
ALTER TABLE claims_resolution ADD CONSTRAINT resolution_proof_is_an_object CHECK (jsonb_typeof(proof) = 'object');

CREATE FUNCTION gainsay_ground_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    there record;
BEGIN
    IF NEW.source_id IS NOT NULL THEN
        SELECT 'S-' || s.number AS cited, s.version, s.binned_at INTO there
        FROM sources_source s WHERE s.id = NEW.source_id FOR SHARE;
    ELSE
        SELECT 'C-' || c.number AS cited, c.version, c.binned_at INTO there
        FROM claims_claim c WHERE c.id = NEW.claim_id FOR SHARE;
    END IF;
    NEW.version := there.version;
    IF there.binned_at IS NOT NULL AND EXISTS (
        SELECT FROM claims_resolution r WHERE r.id = NEW.resolution_id AND r.reopened_at IS NULL
    ) THEN
        RAISE check_violation USING MESSAGE = format('%s is in the bin: nothing rests on it', there.cited),
            CONSTRAINT = 'ground_is_not_in_the_bin';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ground_stands BEFORE INSERT ON claims_ground
FOR EACH ROW EXECUTE FUNCTION gainsay_ground_stands();
CREATE TRIGGER ground_stays BEFORE UPDATE ON claims_ground
FOR EACH ROW WHEN (
    (OLD.dossier_id, OLD.resolution_id, OLD.source_id, OLD.claim_id)
    IS DISTINCT FROM (NEW.dossier_id, NEW.resolution_id, NEW.source_id, NEW.claim_id)
) EXECUTE FUNCTION gainsay_refuse('what a resolution rests on stays as it was given');
"""

# The list of contradictions. The links are locked first and read after, so that two that change at once are both seen.
LISTED = """
CREATE FUNCTION gainsay_list_contradictions(links bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(cardinality(links), 0) = 0 THEN
        RETURN;
    END IF;
    PERFORM FROM claims_link l WHERE l.id = ANY (links) ORDER BY l.id FOR NO KEY UPDATE;
    DELETE FROM claims_contradiction c USING claims_link l
    WHERE c.link_id = ANY (links) AND l.id = c.link_id
    AND NOT (l.state = 'settled' AND l.verdict = 'contradicts' AND l.binned_at IS NULL);
    INSERT INTO claims_contradiction (link_id, dossier_id, number, strength, standing, resolution_kind, since, oldness,
        active_at, due_on, from_origins, to_origins)
    SELECT l.id, l.dossier_id, l.number, l.strength,
        CASE WHEN live.kind IS NOT NULL THEN 'resolved' WHEN past.last IS NOT NULL THEN 'reopened' ELSE 'open' END,
        coalesce(live.kind, ''), settled.at, -floor(extract(epoch FROM settled.at) * 1000000)::bigint,
        greatest(settled.at, live.at, past.last, due.last), due.day, coalesce(a.origins, 1), coalesce(b.origins, 1)
    FROM claims_link l
    LEFT JOIN claims_support a ON a.claim_id = l.from_claim_id
    LEFT JOIN claims_support b ON b.claim_id = l.to_claim_id
    LEFT JOIN claims_resolution live ON live.link_id = l.id AND live.reopened_at IS NULL
    CROSS JOIN LATERAL (
        SELECT coalesce(l.adjudicated_at, (SELECT max(r.at) FROM claims_review r WHERE r.link_id = l.id), l.at, now())
    ) AS settled(at)
    CROSS JOIN LATERAL (SELECT max(r.reopened_at) FROM claims_resolution r WHERE r.link_id = l.id) AS past(last)
    CROSS JOIN LATERAL (
        SELECT greatest(max(d.at), max(d.decided_at)), min(d.day) FILTER (WHERE d.outcome = '')
        FROM claims_due d WHERE d.link_id = l.id
    ) AS due(last, day)
    WHERE l.id = ANY (links) AND l.state = 'settled' AND l.verdict = 'contradicts' AND l.binned_at IS NULL
    ON CONFLICT (link_id) DO UPDATE SET strength = excluded.strength, standing = excluded.standing,
        resolution_kind = excluded.resolution_kind, since = excluded.since, oldness = excluded.oldness,
        active_at = excluded.active_at, due_on = excluded.due_on, from_origins = excluded.from_origins,
        to_origins = excluded.to_origins
    WHERE (claims_contradiction.strength, claims_contradiction.standing, claims_contradiction.resolution_kind,
        claims_contradiction.since, claims_contradiction.active_at, claims_contradiction.due_on,
        claims_contradiction.from_origins, claims_contradiction.to_origins)
    IS DISTINCT FROM (excluded.strength, excluded.standing, excluded.resolution_kind, excluded.since,
        excluded.active_at, excluded.due_on, excluded.from_origins, excluded.to_origins);
END $$;

CREATE FUNCTION gainsay_contradictions_of_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM gainsay_list_contradictions(ARRAY(
            SELECT id FROM new_rows WHERE state = 'settled' AND verdict = 'contradicts' AND binned_at IS NULL
        ));
        RETURN NULL;
    END IF;
    PERFORM gainsay_list_contradictions(ARRAY(
        SELECT n.id FROM old_rows o JOIN new_rows n USING (id)
        WHERE 'contradicts' IN (o.verdict, n.verdict)
        AND (o.state, o.verdict, o.binned_at IS NULL, o.strength, o.adjudicated_at, o.from_claim_id)
        IS DISTINCT FROM (n.state, n.verdict, n.binned_at IS NULL, n.strength, n.adjudicated_at, n.from_claim_id)
    ));
    RETURN NULL;
END $$;
CREATE TRIGGER contradictions_of_new_links AFTER INSERT ON claims_link
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION gainsay_contradictions_of_links();
CREATE TRIGGER contradictions_of_links AFTER UPDATE ON claims_link
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_contradictions_of_links();

CREATE FUNCTION gainsay_contradiction_goes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM claims_contradiction WHERE link_id = OLD.id;
    RETURN OLD;
END $$;
CREATE TRIGGER contradiction_goes BEFORE DELETE ON claims_link
FOR EACH ROW EXECUTE FUNCTION gainsay_contradiction_goes();

CREATE FUNCTION gainsay_contradictions_of_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gainsay_list_contradictions(ARRAY(SELECT DISTINCT link_id FROM written));
    RETURN NULL;
END $$;

CREATE FUNCTION gainsay_contradictions_of_support() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE claims_contradiction c SET from_origins = n.origins
    FROM claims_link l, new_rows n, old_rows o
    WHERE l.id = c.link_id AND n.claim_id = l.from_claim_id AND o.claim_id = n.claim_id AND o.origins <> n.origins;
    UPDATE claims_contradiction c SET to_origins = n.origins
    FROM claims_link l, new_rows n, old_rows o
    WHERE l.id = c.link_id AND n.claim_id = l.to_claim_id AND o.claim_id = n.claim_id AND o.origins <> n.origins;
    RETURN NULL;
END $$;
CREATE TRIGGER contradictions_of_support AFTER UPDATE ON claims_support
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_contradictions_of_support();
""" + "\n".join(
    f"""
CREATE TRIGGER contradictions_of_{table}_{event.lower()} AFTER {event} ON claims_{table}
REFERENCING {"OLD" if event == "DELETE" else "NEW"} TABLE AS written
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_contradictions_of_written();
"""
    for table in ("resolution", "due")
    for event in ("INSERT", "UPDATE", "DELETE")
)

# A resolution reopens by itself, for a reason, when what it rests on does not stand any more.
REOPENS = """
CREATE FUNCTION gainsay_reopen(resolutions bigint[], reasons text[], why text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(cardinality(resolutions), 0) = 0 THEN
        RETURN;
    END IF;
    PERFORM FROM claims_link l WHERE l.id IN (
        SELECT r.link_id FROM claims_resolution r WHERE r.id = ANY (resolutions)
    ) ORDER BY l.id FOR NO KEY UPDATE;
    UPDATE claims_resolution r SET reopened_at = now(), cause = why, reason = w.reason
    FROM (
        SELECT DISTINCT ON (k.id) k.id, k.reason FROM unnest(resolutions, reasons) AS k(id, reason) ORDER BY 1, 2
    ) w WHERE r.id = w.id AND r.reopened_at IS NULL;
END $$;

CREATE FUNCTION gainsay_resting_on_claims(claims bigint[]) RETURNS TABLE (resolution bigint, claim bigint)
LANGUAGE sql STABLE AS $$
    SELECT r.id, k.id FROM unnest(claims) AS k(id) JOIN claims_link l ON l.from_claim_id = k.id
    JOIN claims_resolution r ON r.link_id = l.id AND r.reopened_at IS NULL
    UNION
    SELECT r.id, k.id FROM unnest(claims) AS k(id) JOIN claims_link l ON l.to_claim_id = k.id
    JOIN claims_resolution r ON r.link_id = l.id AND r.reopened_at IS NULL
    UNION
    SELECT r.id, k.id FROM unnest(claims) AS k(id) JOIN claims_ground g ON g.claim_id = k.id
    JOIN claims_resolution r ON r.id = g.resolution_id AND r.reopened_at IS NULL
$$;

CREATE FUNCTION gainsay_resting_on_sources(sources bigint[]) RETURNS TABLE (resolution bigint, source bigint)
LANGUAGE sql STABLE AS $$
    SELECT r.id, k.id FROM unnest(sources) AS k(id) JOIN claims_ground g ON g.source_id = k.id
    JOIN claims_resolution r ON r.id = g.resolution_id AND r.reopened_at IS NULL
    UNION
    SELECT on_claim.resolution, c.source_id
    FROM gainsay_resting_on_claims(ARRAY(
        SELECT c.id FROM unnest(sources) AS k(id) JOIN claims_claim c ON c.source_id = k.id
    )) AS on_claim JOIN claims_claim c ON c.id = on_claim.claim
$$;

CREATE FUNCTION gainsay_claims_give_way() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    resolutions bigint[];
    reasons text[];
BEGIN
    SELECT array_agg(r.resolution), array_agg(format('C-%s was put in the bin.', n.number)) INTO resolutions, reasons
    FROM old_rows o JOIN new_rows n USING (id)
    CROSS JOIN LATERAL gainsay_resting_on_claims(ARRAY[n.id]) AS r
    WHERE o.binned_at IS NULL AND n.binned_at IS NOT NULL;
    PERFORM gainsay_reopen(resolutions, reasons, 'binned');
    SELECT array_agg(r.resolution), array_agg(format('C-%s was changed: its %s.', n.number, concat_ws(', ',
            CASE WHEN o.statement <> n.statement THEN 'statement' END,
            CASE WHEN o.quote <> n.quote THEN 'quote' END,
            CASE WHEN o.asserted <> n.asserted THEN 'time of assertion' END,
            CASE WHEN o.about <> n.about THEN 'time it speaks of' END,
            CASE WHEN o.modality <> n.modality THEN 'mode' END)))
    INTO resolutions, reasons
    FROM old_rows o JOIN new_rows n USING (id)
    CROSS JOIN LATERAL gainsay_resting_on_claims(ARRAY[n.id]) AS r
    WHERE (o.statement, o.quote, o.asserted, o.about, o.modality)
        IS DISTINCT FROM (n.statement, n.quote, n.asserted, n.about, n.modality);
    PERFORM gainsay_reopen(resolutions, reasons, 'changed');
    RETURN NULL;
END $$;
CREATE TRIGGER claims_give_way AFTER UPDATE ON claims_claim REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_claims_give_way();

CREATE FUNCTION gainsay_sources_give_way() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    resolutions bigint[];
    reasons text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(r.resolution), array_agg(format('S-%s was put in the bin.', n.number))
        INTO resolutions, reasons
        FROM old_rows o JOIN new_rows n USING (id)
        CROSS JOIN LATERAL gainsay_resting_on_sources(ARRAY[n.id]) AS r
        WHERE o.binned_at IS NULL AND n.binned_at IS NOT NULL;
        PERFORM gainsay_reopen(resolutions, reasons, 'binned');
        SELECT array_agg(r.resolution), array_agg(format('S-%s has a new version, S-%s.', f.number, n.number))
        INTO resolutions, reasons
        FROM old_rows o JOIN new_rows n USING (id) JOIN sources_source f ON f.id = n.replaces_id
        CROSS JOIN LATERAL gainsay_resting_on_sources(ARRAY[f.id]) AS r
        WHERE n.binned_at IS NULL
        AND (o.replaces_id IS DISTINCT FROM n.replaces_id OR o.binned_at IS NOT NULL);
    ELSE
        PERFORM FROM sources_source f WHERE f.id IN (SELECT replaces_id FROM new_rows) ORDER BY f.id FOR NO KEY UPDATE;
        SELECT array_agg(r.resolution), array_agg(format('S-%s has a new version, S-%s.', f.number, n.number))
        INTO resolutions, reasons
        FROM new_rows n JOIN sources_source f ON f.id = n.replaces_id
        CROSS JOIN LATERAL gainsay_resting_on_sources(ARRAY[f.id]) AS r
        WHERE n.binned_at IS NULL;
    END IF;
    PERFORM gainsay_reopen(resolutions, reasons, 'version');
    RETURN NULL;
END $$;
CREATE TRIGGER sources_give_way AFTER UPDATE ON sources_source REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_sources_give_way();
CREATE TRIGGER sources_are_replaced AFTER INSERT ON sources_source REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_sources_give_way();

CREATE FUNCTION gainsay_retractions_give_way() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    resolutions bigint[];
    reasons text[];
BEGIN
    PERFORM FROM sources_source s WHERE s.id IN (SELECT source_id FROM new_rows) ORDER BY s.id FOR NO KEY UPDATE;
    SELECT array_agg(r.resolution), array_agg(format('S-%s was retracted: %s', s.number, n.reason))
    INTO resolutions, reasons
    FROM new_rows n JOIN sources_source s ON s.id = n.source_id
    CROSS JOIN LATERAL gainsay_resting_on_sources(ARRAY[n.source_id]) AS r;
    PERFORM gainsay_reopen(resolutions, reasons, 'retracted');
    RETURN NULL;
END $$;
CREATE TRIGGER retractions_give_way AFTER INSERT ON sources_retraction REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_retractions_give_way();

CREATE FUNCTION gainsay_links_give_way() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    resolutions bigint[];
    reasons text[];
    why text;
BEGIN
    FOR why IN SELECT unnest(ARRAY['binned', 'unsettled']) LOOP
        SELECT array_agg(r.id), array_agg(CASE
            WHEN why = 'binned' THEN format('L-%s was put in the bin.', n.number)
            WHEN o.from_claim_id <> n.from_claim_id THEN format('The two claims of L-%s were swapped.', n.number)
            WHEN n.state = 'settled' THEN format('L-%s is settled as %s now.', n.number, n.verdict)
            ELSE format('L-%s is no longer settled.', n.number) END)
        INTO resolutions, reasons
        FROM old_rows o JOIN new_rows n USING (id)
        JOIN claims_resolution r ON r.link_id = n.id AND r.reopened_at IS NULL
        WHERE (o.state, o.verdict, o.binned_at, o.from_claim_id)
            IS DISTINCT FROM (n.state, n.verdict, n.binned_at, n.from_claim_id)
        AND CASE WHEN why = 'binned' THEN n.binned_at IS NOT NULL
            ELSE n.state <> 'settled' OR n.verdict <> 'contradicts' OR o.from_claim_id <> n.from_claim_id END;
        PERFORM gainsay_reopen(resolutions, reasons, why);
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER links_give_way AFTER UPDATE ON claims_link REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_links_give_way();
"""

LIST_WHAT_IS_THERE = """
DO $$ BEGIN
    PERFORM gainsay_list_contradictions(ARRAY(
        SELECT id FROM claims_link WHERE state = 'settled' AND verdict = 'contradicts' AND binned_at IS NULL
    ));
END $$;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""

GUARD = """
CREATE TRIGGER contradiction_is_kept BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON claims_contradiction
FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
EXECUTE FUNCTION gainsay_refuse('the database keeps the list of contradictions; nothing else writes it');
CREATE TRIGGER table_kept BEFORE TRUNCATE ON sources_retraction
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_refuse('its rows would go without a trace in the history');
CREATE TRIGGER source_stays BEFORE UPDATE OF source_id ON sources_retraction
FOR EACH ROW WHEN (OLD.source_id <> NEW.source_id) EXECUTE FUNCTION gainsay_refuse('a row keeps its key');
"""

TRACKED = ("claims_resolution", "claims_ground", "claims_due")


class Migration(migrations.Migration):
    dependencies = [("claims", "0015_resolutions"), ("sources", "0012_retractions")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (
            *(composite_key(*key) for key in KEYS),
            STANDS,
            LISTED,
            LIST_WHAT_IS_THERE,
            GUARD,
            REOPENS,
            *(keep_table(table) for table in TRACKED),
            *(
                keep_history(f"{table}event")
                for table in (*TRACKED, "claims_contradiction", "sources_retraction")
            ),
        )
    ]
