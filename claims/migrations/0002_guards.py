"""What the database itself holds of claims, links and reviews, whoever writes: forms, bulk, SQL or COPY."""

from django.db import migrations

from sources.sql import composite_key, keep_history, keep_table, number_guards

# 1. A claim's quote is its source's text at those positions.
QUOTES = """
CREATE FUNCTION gainsay_quotes_stand() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong int;
    claim record;
    held bigint;
    body text;
    pieces text[];
    size CONSTANT int := 8192;
    there text;
BEGIN
    SELECT w.number INTO wrong
    FROM written w JOIN sources_source s ON s.id = w.source_id
    WHERE s.length <= 20000 AND (substr(s.text, w.start + 1, w."end" - w.start), w."end" - w.start)
        IS DISTINCT FROM (w.quote, char_length(w.quote)) LIMIT 1;
    IF NOT FOUND THEN
        -- A place in a long text is found by counting from its beginning: where many claims rest on one, it is cut up
        -- once, and each counts from the beginning of a piece.
        FOR claim IN
            SELECT w.number, w.source_id, w.start, w."end" - w.start AS length, w.quote,
                count(*) OVER (PARTITION BY w.source_id) AS share
            FROM written w JOIN sources_source s ON s.id = w.source_id
            WHERE s.length > 20000 ORDER BY w.source_id
        LOOP
            IF claim.source_id IS DISTINCT FROM held THEN
                held := claim.source_id;
                SELECT s.text || '' INTO body FROM sources_source s WHERE s.id = held;
                pieces := '{}';
                WHILE claim.share > 20 AND body <> '' LOOP
                    pieces := pieces || left(body, size);
                    body := substr(body, size + 1);
                END LOOP;
            END IF;
            IF body <> '' THEN
                there := substr(body, claim.start + 1, claim.length);
            ELSE
                there := '';
                FOR piece IN claim.start / size + 1 .. (claim.start + claim.length - 1) / size + 1 LOOP
                    there := there || coalesce(pieces[piece], '');
                END LOOP;
                there := substr(there, claim.start % size + 1, claim.length);
            END IF;
            IF there IS DISTINCT FROM claim.quote OR char_length(claim.quote) <> claim.length THEN
                wrong := claim.number;
                EXIT;
            END IF;
        END LOOP;
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE check_violation USING MESSAGE = format(
            'the quote of C-%s is not its source''s text at those positions', wrong),
            CONSTRAINT = 'claim_quote_stands';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER quotes_stand AFTER INSERT ON claims_claim
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_quotes_stand();

CREATE FUNCTION gainsay_quote_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM sources_source s WHERE s.id = NEW.source_id
        AND substr(s.text, NEW.start + 1, NEW."end" - NEW.start) = NEW.quote
        AND char_length(NEW.quote) = NEW."end" - NEW.start
    ) THEN
        RAISE check_violation USING MESSAGE = format(
            'the quote of C-%s is not its source''s text at those positions', NEW.number),
            CONSTRAINT = 'claim_quote_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_stands BEFORE UPDATE ON claims_claim
FOR EACH ROW WHEN (
    (OLD.source_id, OLD.quote, OLD.start, OLD."end") IS DISTINCT FROM (NEW.source_id, NEW.quote, NEW.start, NEW."end")
) EXECUTE FUNCTION gainsay_quote_stands();
"""

# Every edit raises the version; an edit of the words that reviews rest on marks the links that were judged by them.
VERSIONS = """
CREATE FUNCTION gainsay_claim_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    IF (OLD.statement, OLD.quote, OLD.asserted, OLD.about) IS DISTINCT FROM
       (NEW.statement, NEW.quote, NEW.asserted, NEW.about) THEN
        UPDATE claims_link l SET changed = true
        WHERE (l.from_claim_id = NEW.id OR l.to_claim_id = NEW.id) AND NOT l.changed
        AND (l.adjudication_verdict <> '' OR EXISTS (SELECT FROM claims_review r WHERE r.link_id = l.id));
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claim_edited BEFORE UPDATE ON claims_claim
FOR EACH ROW WHEN (
    (OLD.statement, OLD.quote, OLD.start, OLD."end", OLD.source_id, OLD.speaker_id, OLD.via, OLD.asserted, OLD.about,
     OLD.modality, OLD.credibility, OLD.version)
    IS DISTINCT FROM
    (NEW.statement, NEW.quote, NEW.start, NEW."end", NEW.source_id, NEW.speaker_id, NEW.via, NEW.asserted, NEW.about,
     NEW.modality, NEW.credibility, NEW.version)
) EXECUTE FUNCTION gainsay_claim_edited();
CREATE TRIGGER bump_version BEFORE UPDATE ON claims_link
FOR EACH ROW WHEN (
    (OLD.from_claim_id, OLD.to_claim_id, OLD.kind, OLD.mutual, OLD.contradiction_type, OLD.strength, OLD.rationale,
     OLD.version)
    IS DISTINCT FROM
    (NEW.from_claim_id, NEW.to_claim_id, NEW.kind, NEW.mutual, NEW.contradiction_type, NEW.strength, NEW.rationale,
     NEW.version)
) EXECUTE FUNCTION gainsay_bump_version();
CREATE TRIGGER pair_stays BEFORE UPDATE OF from_claim_id, to_claim_id ON claims_link
FOR EACH ROW WHEN (
    (least(OLD.from_claim_id, OLD.to_claim_id), greatest(OLD.from_claim_id, OLD.to_claim_id))
    IS DISTINCT FROM
    (least(NEW.from_claim_id, NEW.to_claim_id), greatest(NEW.from_claim_id, NEW.to_claim_id))
)
EXECUTE FUNCTION gainsay_refuse('a link keeps its pair of claims');
"""

# State and verdict follow from the reviews, the adjudication and the reviews needed; nothing else sets them.
STATES = """
CREATE FUNCTION gainsay_state_of(
    link bigint, adjudication text, needed int, OUT state text, OUT verdict text
) LANGUAGE plpgsql STABLE AS $$
DECLARE
    given int;
    kinds int;
    agreed text;
BEGIN
    IF adjudication <> '' THEN
        state := 'settled'; verdict := adjudication; RETURN;
    END IF;
    SELECT count(*), count(DISTINCT r.verdict), min(r.verdict) INTO given, kinds, agreed
    FROM claims_review r WHERE r.link_id = link;
    state := CASE WHEN given < needed THEN 'proposed' WHEN kinds = 1 THEN 'settled' ELSE 'disputed' END;
    verdict := CASE WHEN state = 'settled' THEN agreed ELSE '' END;
END $$;

CREATE FUNCTION gainsay_link_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.state := CASE WHEN NEW.adjudication_verdict <> '' THEN 'settled' ELSE 'proposed' END;
        NEW.verdict := NEW.adjudication_verdict;
    ELSE
        SELECT s.state, s.verdict INTO NEW.state, NEW.verdict
        FROM sources_dossier d, gainsay_state_of(NEW.id, NEW.adjudication_verdict, d.reviews_needed) s
        WHERE d.id = NEW.dossier_id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER link_state_new BEFORE INSERT ON claims_link
FOR EACH ROW EXECUTE FUNCTION gainsay_link_state();
CREATE TRIGGER link_state BEFORE UPDATE ON claims_link
FOR EACH ROW WHEN (
    OLD.adjudication_verdict IS DISTINCT FROM NEW.adjudication_verdict
    OR (pg_trigger_depth() = 0 AND (OLD.state, OLD.verdict) IS DISTINCT FROM (NEW.state, NEW.verdict))
) EXECUTE FUNCTION gainsay_link_state();

-- Lock first, count after: two reviews given at once must not both miss the other.
CREATE FUNCTION gainsay_recount(links bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM claims_link l WHERE l.id = ANY (links) ORDER BY l.id FOR NO KEY UPDATE;
    UPDATE claims_link l SET state = counted.state, verdict = counted.verdict
    FROM (
        SELECT r.link_id,
            CASE WHEN count(*) < d.reviews_needed THEN 'proposed'
                 WHEN count(DISTINCT r.verdict) = 1 THEN 'settled' ELSE 'disputed' END AS state,
            CASE WHEN count(*) >= d.reviews_needed AND count(DISTINCT r.verdict) = 1 THEN min(r.verdict)
                 ELSE '' END AS verdict
        FROM claims_review r JOIN sources_dossier d ON d.id = r.dossier_id
        WHERE r.link_id = ANY (links) GROUP BY r.link_id, d.reviews_needed
        UNION ALL
        SELECT bare.id, 'proposed', '' FROM unnest(links) AS bare(id)
        WHERE NOT EXISTS (SELECT FROM claims_review r WHERE r.link_id = bare.id)
    ) counted
    WHERE l.id = counted.link_id AND l.adjudication_verdict = ''
    AND (l.state, l.verdict) IS DISTINCT FROM (counted.state, counted.verdict);
END $$;

CREATE FUNCTION gainsay_reviews_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gainsay_recount(ARRAY(SELECT DISTINCT link_id FROM written));
    RETURN NULL;
END $$;
CREATE TRIGGER reviews_given AFTER INSERT ON claims_review
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_reviews_changed();
CREATE TRIGGER reviews_edited AFTER UPDATE ON claims_review
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_reviews_changed();
CREATE TRIGGER reviews_undone AFTER DELETE ON claims_review
REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_reviews_changed();

CREATE FUNCTION gainsay_reviews_needed_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gainsay_recount(ARRAY(SELECT id FROM claims_link WHERE dossier_id = NEW.id));
    RETURN NULL;
END $$;
CREATE TRIGGER reviews_needed_changed AFTER UPDATE OF reviews_needed ON sources_dossier
FOR EACH ROW WHEN (OLD.reviews_needed IS DISTINCT FROM NEW.reviews_needed)
EXECUTE FUNCTION gainsay_reviews_needed_changed();
"""

# Blind review: whoever was shown others' verdicts in this round neither gives nor takes back a verdict of her own. What
# a deletion leaves is looked at when the transaction ends: only with their link do verdicts and disclosures go.
BLIND = """
CREATE FUNCTION gainsay_shown_to_reviewer(link bigint, reviewer bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM claims_disclosure d JOIN claims_link l ON l.id = d.link_id AND l.round = d.round
        WHERE d.link_id = link AND d.person_id = reviewer
    );
$$;

CREATE FUNCTION gainsay_verdict_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF gainsay_shown_to_reviewer(OLD.link_id, OLD.reviewer_id) THEN
        RAISE check_violation USING MESSAGE =
            'this reviewer was shown others'' verdicts on the link: only adjudication changes it now',
            CONSTRAINT = 'review_is_blind';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE CONSTRAINT TRIGGER verdict_stays_given AFTER DELETE ON claims_review DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION gainsay_verdict_stays();
CREATE TRIGGER verdict_stays BEFORE UPDATE OF verdict, link_id, reviewer_id ON claims_review
FOR EACH ROW WHEN (
    (OLD.verdict, OLD.link_id, OLD.reviewer_id) IS DISTINCT FROM (NEW.verdict, NEW.link_id, NEW.reviewer_id)
) EXECUTE FUNCTION gainsay_verdict_stays();

CREATE FUNCTION gainsay_disclosure_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM claims_link l WHERE l.id = OLD.link_id) THEN
        RAISE check_violation USING MESSAGE = 'what a person was shown stays known to her';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER disclosure_goes_with_its_link AFTER DELETE ON claims_disclosure
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gainsay_disclosure_stays();
CREATE TRIGGER disclosure_stays BEFORE UPDATE OR TRUNCATE ON claims_disclosure
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_refuse('what a person was shown stays known to her');

CREATE FUNCTION gainsay_round_starts_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.round <> OLD.round + 1 OR EXISTS (SELECT FROM claims_review r WHERE r.link_id = NEW.id) THEN
        RAISE check_violation USING MESSAGE = format(
            'round %s of L-%s is not the next, or starts with reviews of the last', NEW.round, NEW.number);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER round_starts_anew AFTER UPDATE OF round ON claims_link DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (OLD.round <> NEW.round) EXECUTE FUNCTION gainsay_round_starts_anew();
"""

# Words judged are words kept: a review is given on the claims as they stand, and keeps their versions. The claims are
# locked first, so that an edit waits for the review, or the review for the edit.
WORDS = """
CREATE FUNCTION gainsay_reviews_given() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    PERFORM FROM claims_claim c WHERE c.id IN (
        SELECT unnest(ARRAY[l.from_claim_id, l.to_claim_id]) FROM written w JOIN claims_link l ON l.id = w.link_id
    ) ORDER BY c.id FOR SHARE;
    SELECT l.number INTO wrong
    FROM written w
    JOIN claims_link l ON l.id = w.link_id
    JOIN claims_claim a ON a.id = l.from_claim_id
    JOIN claims_claim b ON b.id = l.to_claim_id
    WHERE (w.from_version, w.to_version) IS DISTINCT FROM (a.version, b.version) LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING MESSAGE = format(
            'the claims of L-%s are not in the version that this review judged', wrong.number),
            CONSTRAINT = 'review_judges_the_words';
    END IF;
    SELECT l.number INTO wrong
    FROM written w
    JOIN claims_link l ON l.id = w.link_id
    JOIN claims_disclosure d ON d.link_id = l.id AND d.person_id = w.reviewer_id AND d.round = l.round LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING MESSAGE = format(
            'this reviewer was shown others'' verdicts on L-%s and cannot judge it blind', wrong.number),
            CONSTRAINT = 'review_is_blind';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER review_given AFTER INSERT ON claims_review
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_reviews_given();
CREATE TRIGGER review_versions_stay BEFORE UPDATE OF from_version, to_version ON claims_review
FOR EACH ROW WHEN ((OLD.from_version, OLD.to_version) IS DISTINCT FROM (NEW.from_version, NEW.to_version))
EXECUTE FUNCTION gainsay_refuse('a review keeps the versions that it judged');

CREATE FUNCTION gainsay_direction_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM claims_review r WHERE r.link_id = NEW.id) THEN
        RAISE check_violation USING MESSAGE = format(
            'L-%s keeps its direction: its reviews keep the versions of its claims in that order', NEW.number);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER direction_stays BEFORE UPDATE OF from_claim_id ON claims_link
FOR EACH ROW WHEN (OLD.from_claim_id <> NEW.from_claim_id) EXECUTE FUNCTION gainsay_direction_stays();
"""

# 3. A record's relations stay within its dossier.
KEYS = [
    ("claims_speaker", "by_id", "sources_membership"),
    ("claims_claim", "source_id", "sources_source"),
    ("claims_claim", "speaker_id", "claims_speaker"),
    ("claims_claim", "by_id", "sources_membership"),
    ("claims_claim", "binned_by_id", "sources_membership"),
    ("claims_claimtopic", "claim_id", "claims_claim"),
    ("claims_claimtopic", "topic_id", "claims_topic"),
    ("claims_link", "from_claim_id", "claims_claim"),
    ("claims_link", "to_claim_id", "claims_claim"),
    ("claims_link", "by_id", "sources_membership"),
    ("claims_link", "binned_by_id", "sources_membership"),
    ("claims_link", "adjudicated_by_id", "sources_membership"),
    ("claims_review", "link_id", "claims_link"),
    ("claims_review", "reviewer_id", "sources_membership"),
    ("claims_review", "by_id", "sources_membership"),
    ("claims_disclosure", "link_id", "claims_link"),
    ("claims_disclosure", "person_id", "sources_membership"),
    ("claims_lease", "link_id", "claims_link"),
    ("claims_lease", "person_id", "sources_membership"),
    ("claims_skip", "link_id", "claims_link"),
    ("claims_skip", "person_id", "sources_membership"),
]

TRACKED = ("speaker", "topic", "claim", "claimtopic", "link", "review")


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_records"), ("sources", "0002_guards")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (
            *(composite_key(*key) for key in KEYS),
            number_guards("claims_claim", "C"),
            number_guards("claims_link", "L"),
            QUOTES,
            VERSIONS,
            STATES,
            BLIND,
            WORDS,
            *(keep_table(f"claims_{name}") for name in TRACKED),
            *(keep_history(f"claims_{name}event") for name in TRACKED),
        )
    ]
