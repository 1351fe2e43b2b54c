"""What the database itself holds of accounts, dossiers and sources, whoever writes: forms, bulk, SQL or COPY.

A guard is refused with SQLSTATE 23514 (check_violation) and a sentence that says what it guards.
"""

from django.db import migrations

from sources.sql import composite_key, keep_history, keep_table, number_guards

CLOSE_ACCOUNT = """
CREATE FUNCTION gainsay_close_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sources_user
    SET is_active = false, is_staff = false, is_superuser = false, password = '!', email = ''
    WHERE id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER close_account BEFORE DELETE ON sources_user
FOR EACH ROW EXECUTE FUNCTION gainsay_close_account();
"""

REFUSE = """
CREATE FUNCTION gainsay_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING MESSAGE = format('%s of %s is refused: %s', TG_OP, TG_TABLE_NAME, TG_ARGV[0]);
END $$;
"""

TEXT_STAYS = """
CREATE TRIGGER text_stays BEFORE UPDATE OF text ON sources_source
FOR EACH ROW WHEN (OLD.text IS DISTINCT FROM NEW.text)
EXECUTE FUNCTION gainsay_refuse('the text of a source never changes; a changed article is a new version');
"""

BUMP_VERSION = """
CREATE FUNCTION gainsay_bump_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER bump_version BEFORE UPDATE ON sources_source
FOR EACH ROW WHEN (
    (OLD.title, OLD.outlet, OLD.author, OLD.url, OLD.published, OLD.language, OLD.reliability, OLD.version)
    IS DISTINCT FROM
    (NEW.title, NEW.outlet, NEW.author, NEW.url, NEW.published, NEW.language, NEW.reliability, NEW.version)
) EXECUTE FUNCTION gainsay_bump_version();
CREATE TRIGGER bump_version BEFORE UPDATE ON sources_dossier
FOR EACH ROW WHEN (
    (OLD.slug, OLD.name, OLD.question, OLD.language, OLD.reviews_needed, OLD.version)
    IS DISTINCT FROM
    (NEW.slug, NEW.name, NEW.question, NEW.language, NEW.reviews_needed, NEW.version)
) EXECUTE FUNCTION gainsay_bump_version();
"""

# A long text in pieces of 50,000 characters, each with the 200 that follow, so that no word is cut in all of them.
PIECES = """
CREATE FUNCTION gainsay_make_pieces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM sources_sourcepiece WHERE source_id IN (SELECT id FROM written);
    END IF;
    INSERT INTO sources_sourcepiece (source_id, search)
    SELECT w.id, to_tsvector(w.config, gainsay_fold(substr(w.text, piece.start, 50200)))
    FROM written w, generate_series(1, greatest(w.length, 1), 50000) AS piece(start);
    RETURN NULL;
END $$;
CREATE TRIGGER make_pieces AFTER INSERT ON sources_source
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_make_pieces();
CREATE FUNCTION gainsay_remake_pieces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM sources_sourcepiece WHERE source_id = NEW.id;
    INSERT INTO sources_sourcepiece (source_id, search)
    SELECT NEW.id, to_tsvector(NEW.config, gainsay_fold(substr(NEW.text, piece.start, 50200)))
    FROM generate_series(1, greatest(NEW.length, 1), 50000) AS piece(start);
    RETURN NULL;
END $$;
CREATE TRIGGER remake_pieces AFTER UPDATE OF config ON sources_source
FOR EACH ROW WHEN (OLD.config IS DISTINCT FROM NEW.config) EXECUTE FUNCTION gainsay_remake_pieces();
"""

# The counters. A number above the last is taken and raises it; any other is refused, whoever writes it.
NUMBERS = """
CREATE FUNCTION gainsay_make_counters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM sources_dossierevent e WHERE e.pgh_obj_id = NEW.id) THEN
        RAISE check_violation USING MESSAGE = 'a dossier is made once: its numbers were given';
    END IF;
    INSERT INTO sources_counter (dossier_id, letter, last)
    SELECT NEW.id, letter, 0 FROM unnest(ARRAY['S', 'C', 'L']) AS letter;
    RETURN NULL;
END $$;
CREATE TRIGGER make_counters AFTER INSERT ON sources_dossier
FOR EACH ROW EXECUTE FUNCTION gainsay_make_counters();

CREATE FUNCTION gainsay_counter_rises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM sources_dossier WHERE id = OLD.dossier_id) THEN
        RAISE check_violation USING MESSAGE = 'a dossier keeps its counters';
    ELSIF TG_OP = 'UPDATE' AND ((NEW.dossier_id, NEW.letter) <> (OLD.dossier_id, OLD.letter) OR NEW.last < OLD.last) THEN
        RAISE check_violation USING MESSAGE = 'a counter only rises: a number is given once';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER counter_rises BEFORE UPDATE OR DELETE ON sources_counter
FOR EACH ROW EXECUTE FUNCTION gainsay_counter_rises();

CREATE FUNCTION gainsay_number_given_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    PERFORM FROM sources_counter c
    WHERE c.letter = TG_ARGV[0] AND c.dossier_id IN (SELECT dossier_id FROM written)
    ORDER BY c.id FOR NO KEY UPDATE;
    SELECT w.number INTO wrong
    FROM (SELECT dossier_id, min(number) AS number FROM written GROUP BY dossier_id) w
    LEFT JOIN sources_counter c ON c.dossier_id = w.dossier_id AND c.letter = TG_ARGV[0]
    WHERE c.last IS NULL OR w.number <= c.last LIMIT 1;
    IF FOUND THEN
        RAISE unique_violation USING MESSAGE = format(
            'the number %s-%s was given before: a number is given once', TG_ARGV[0], wrong.number);
    END IF;
    UPDATE sources_counter c SET last = w.number
    FROM (SELECT dossier_id, max(number) AS number FROM written GROUP BY dossier_id) w
    WHERE c.dossier_id = w.dossier_id AND c.letter = TG_ARGV[0];
    RETURN NULL;
END $$;
"""

NAME_KEPT = """
CREATE TRIGGER user_kept BEFORE TRUNCATE ON sources_user
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_refuse('an account is closed, never removed');
CREATE TRIGGER counter_kept BEFORE TRUNCATE ON sources_counter
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_refuse('a dossier keeps its counters');
"""


class Migration(migrations.Migration):
    dependencies = [("sources", "0001_records")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (
            REFUSE,
            CLOSE_ACCOUNT,
            NAME_KEPT,
            TEXT_STAYS,
            BUMP_VERSION,
            PIECES,
            NUMBERS,
            number_guards("sources_source", "S"),
            composite_key("sources_source", "by_id", "sources_membership"),
            composite_key("sources_source", "binned_by_id", "sources_membership"),
            "ALTER TABLE sources_dossier ADD CONSTRAINT dossier_by_its_own_person "
            "FOREIGN KEY (id, by_id) REFERENCES sources_membership (dossier_id, id) DEFERRABLE INITIALLY DEFERRED;",
            *(keep_table(f"sources_{name}") for name in ("dossier", "membership", "source")),
            *(keep_history(f"sources_{name}event") for name in ("dossier", "membership", "source")),
        )
    ]
