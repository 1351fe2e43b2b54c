"""The SQL that migrations share: functions that generated columns build on, and guards that several tables have."""

FOLD = r"""
CREATE FUNCTION gainsay_fold(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN translate(
    regexp_replace(normalize(written, NFKD), '[\u0300-\u036f]+', '', 'g'),
    '‘’‚‛“”„‟«»‹›‐‑‒–—―…·•。、「」『』',
    repeat('''', 4) || repeat('"', 8) || repeat('-', 6) || repeat(' ', 9)
);
"""

VECTOR = """
CREATE FUNCTION gainsay_vector(config regconfig, a text, b text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(to_tsvector(config, coalesce(gainsay_fold(left(a, 20000)), '')), 'A')
    || setweight(to_tsvector(config, coalesce(gainsay_fold(left(b, 20000)), '')), 'B');
"""

# One written date: its first day, and the day after its last.
DATE = r"""
CREATE FUNCTION gainsay_date(written text, OUT first date, OUT after date)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    parts text[] := regexp_match(written, '^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?$');
BEGIN
    IF parts IS NULL OR parts[1] < '1000' THEN
        RAISE invalid_datetime_format
        USING MESSAGE = format('%L is no date: write 2023, 2023-01 or 2023-01-15', written);
    END IF;
    first := make_date(parts[1]::int, coalesce(parts[2], '1')::int, coalesce(parts[3], '1')::int);
    after := CASE
        WHEN parts[3] IS NOT NULL THEN first + 1
        WHEN parts[2] = '12' THEN make_date(parts[1]::int + 1, 1, 1)
        WHEN parts[2] IS NOT NULL THEN make_date(parts[1]::int, parts[2]::int + 1, 1)
        ELSE make_date(parts[1]::int + 1, 1, 1)
    END;
END $$;
"""

PERIOD = """
CREATE FUNCTION gainsay_period(written text) RETURNS daterange
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    first text := split_part(written, '/', 1);
    last text := split_part(written, '/', 2);
    starts date;
    ends date;
BEGIN
    IF written IS NULL OR written = '' THEN
        RETURN NULL;
    ELSIF strpos(written, '/') = 0 THEN
        SELECT d.first, d.after INTO starts, ends FROM public.gainsay_date(written) d;
    ELSIF (first = '..' AND last = '..') OR written LIKE '%/%/%' THEN
        RAISE invalid_datetime_format USING MESSAGE = format('%L is no time', written);
    ELSE
        IF first <> '..' THEN
            SELECT d.first INTO starts FROM public.gainsay_date(first) d;
        END IF;
        IF last <> '..' THEN
            SELECT d.after INTO ends FROM public.gainsay_date(last) d;
        END IF;
        IF ends <= starts THEN
            RAISE invalid_datetime_format USING MESSAGE = format('%L ends before it starts', written);
        END IF;
    END IF;
    RETURN daterange(starts, ends, '[)');
END $$;
"""

FUNCTIONS = FOLD + VECTOR + DATE + PERIOD


def composite_key(table: str, column: str, target: str) -> str:
    """A foreign key that stays within the dossier: (dossier, column) of ``table`` is (dossier, id) of ``target``.

    RESTRICT, not NO ACTION: one statement must not put another row in the place of one that others rest on.
    """
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_in_dossier "
        f"FOREIGN KEY (dossier_id, {column}) REFERENCES {target} (dossier_id, id) "
        "ON DELETE RESTRICT ON UPDATE RESTRICT;"
    )


def number_guards(table: str, letter: str) -> str:
    """A record's number is given once and never changes; nor does its dossier."""
    return f"""
CREATE TRIGGER number_given_once AFTER INSERT ON {table}
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_number_given_once('{letter}');
CREATE TRIGGER number_stays BEFORE UPDATE OF number, dossier_id ON {table}
FOR EACH ROW WHEN ((OLD.number, OLD.dossier_id) IS DISTINCT FROM (NEW.number, NEW.dossier_id))
EXECUTE FUNCTION gainsay_refuse('a number is given once, in one dossier');
"""


def keep_table(table: str) -> str:
    """TRUNCATE would pass by the history, and so would a change of key: both are refused."""
    return f"""
CREATE TRIGGER table_kept BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_refuse('its rows would go without a trace in the history');
CREATE TRIGGER key_stays BEFORE UPDATE OF id ON {table}
FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION gainsay_refuse('a row keeps its key');
"""


def keep_history(table: str) -> str:
    """History is only ever added to."""
    return f"""
CREATE TRIGGER history_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION gainsay_refuse('history stays as it was written');
"""
