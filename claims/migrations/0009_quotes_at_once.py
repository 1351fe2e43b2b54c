"""Quotes that move are checked at once, as those that are new: a version carries thousands through one long text."""

from django.db import migrations


def stand(name: str, rows: str, said: str, constraint: str) -> str:
    """A trigger's function that refuses ``rows`` (number, source_id, start, "end", quote) whose quote does not stand."""
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
    one record;
    held bigint;
    body text;
    pieces text[];
    size CONSTANT int := 8192;
    there text;
BEGIN
    SELECT w.number INTO wrong
    FROM ({rows}) w JOIN sources_source s ON s.id = w.source_id
    WHERE s.length <= 20000 AND (substr(s.text, w.start + 1, w."end" - w.start), w."end" - w.start)
        IS DISTINCT FROM (w.quote, char_length(w.quote)) LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING MESSAGE = format('{said}', wrong.number), CONSTRAINT = '{constraint}';
    END IF;
    -- A place in a long text is found by counting from its beginning: where many rest on one, it is cut up once, and
    -- each counts from the beginning of a piece.
    FOR one IN
        SELECT w.number, w.source_id, w.start, w."end" - w.start AS length, w.quote,
            count(*) OVER (PARTITION BY w.source_id) AS share
        FROM ({rows}) w JOIN sources_source s ON s.id = w.source_id
        WHERE s.length > 20000 ORDER BY w.source_id
    LOOP
        IF one.source_id IS DISTINCT FROM held THEN
            held := one.source_id;
            SELECT s.text || '' INTO body FROM sources_source s WHERE s.id = held;
            pieces := '{{}}';
            WHILE one.share > 20 AND body <> '' LOOP
                pieces := pieces || left(body, size);
                body := substr(body, size + 1);
            END LOOP;
        END IF;
        IF body <> '' THEN
            there := substr(body, one.start + 1, one.length);
        ELSE
            there := '';
            FOR piece IN one.start / size + 1 .. (one.start + one.length - 1) / size + 1 LOOP
                there := there || coalesce(pieces[piece], '');
            END LOOP;
            there := substr(there, one.start % size + 1, one.length);
        END IF;
        IF there IS DISTINCT FROM one.quote OR char_length(one.quote) <> one.length THEN
            RAISE check_violation USING MESSAGE = format('{said}', one.number), CONSTRAINT = '{constraint}';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
"""


CLAIM = "the quote of C-%s is not its source''s text at those positions"
ANCHORING = "the quote of an anchoring of C-%s is not its source''s text at those positions"
COLUMNS = 'w.source_id, w.start, w."end", w.quote'
MOVED = """JOIN was o ON o.id = w.id WHERE (o.source_id, o.quote, o.start, o."end")
        IS DISTINCT FROM (w.source_id, w.quote, w.start, w."end")"""
OF_CLAIM = "JOIN claims_claim c ON c.id = w.claim_id"

SQL = [
    stand(
        "gainsay_quotes_moved",
        f"SELECT w.number, {COLUMNS} FROM written w {MOVED}",
        CLAIM,
        "claim_quote_stands",
    ),
    """
DROP TRIGGER quote_stands ON claims_claim;
DROP FUNCTION gainsay_quote_stands();
CREATE TRIGGER quotes_moved AFTER UPDATE ON claims_claim REFERENCING OLD TABLE AS was NEW TABLE AS written
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_quotes_moved();
DROP TRIGGER anchoring_stands ON claims_anchoring;
DROP FUNCTION gainsay_anchoring_stands();
""",
    stand(
        "gainsay_anchorings_stand",
        f"SELECT c.number, {COLUMNS} FROM written w {OF_CLAIM}",
        ANCHORING,
        "anchoring_quote_stands",
    ),
    stand(
        "gainsay_anchorings_moved",
        f"SELECT c.number, {COLUMNS} FROM written w {OF_CLAIM} {MOVED}",
        ANCHORING,
        "anchoring_quote_stands",
    ),
    """
CREATE TRIGGER anchorings_stand AFTER INSERT ON claims_anchoring REFERENCING NEW TABLE AS written
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_anchorings_stand();
CREATE TRIGGER anchorings_moved AFTER UPDATE ON claims_anchoring REFERENCING OLD TABLE AS was NEW TABLE AS written
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_anchorings_moved();
""",
]


class Migration(migrations.Migration):
    dependencies = [("claims", "0008_open_orphans")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in SQL]
