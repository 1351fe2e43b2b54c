"""A speaker's name is nobody's alias, whoever writes; what a person did lately keeps the address that takes it back."""

from django.db import migrations, models

from sources import migrating

# Two that write at once must not both miss the other's name: whoever adds an alias waits for those who add speakers, and
# they for her; speakers do not wait for one another (an import may add a hundred thousand).
NAMES = """
CREATE FUNCTION gainsay_names_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    home bigint;
    taken text;
BEGIN
    FOR home IN SELECT DISTINCT w.dossier_id FROM written w ORDER BY 1 LOOP
        IF TG_TABLE_NAME = 'claims_speaker' THEN
            PERFORM pg_advisory_xact_lock_shared(hashtextextended('gainsay names of ' || home, 0));
        ELSE
            PERFORM pg_advisory_xact_lock(hashtextextended('gainsay names of ' || home, 0));
        END IF;
    END LOOP;
    IF TG_TABLE_NAME = 'claims_speaker' THEN
        SELECT w.name INTO taken FROM written w
        JOIN claims_speakeralias a ON a.dossier_id = w.dossier_id AND a.name = w.name LIMIT 1;
    ELSE
        SELECT w.name INTO taken FROM written w
        JOIN claims_speaker s ON s.dossier_id = w.dossier_id AND s.name = w.name LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE unique_violation USING MESSAGE = format(
            'the name %L is both a speaker and another name of one', taken),
            CONSTRAINT = 'speaker_name_is_no_alias';
    END IF;
    RETURN NULL;
END $$;
""" + "\n".join(
    f"""
CREATE TRIGGER names_once_{event.lower()} AFTER {event} ON claims_{table}
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION gainsay_names_once();
"""
    for table in ("speaker", "speakeralias")
    for event in ("INSERT", "UPDATE")
)


class Migration(migrating.Migration):
    dependencies = [("claims", "0005_desk_guards")]
    operations = [
        migrations.AlterField("revision", "action", models.CharField(blank=True, max_length=30)),
        migrations.AddField("revision", "undo", models.CharField(blank=True, max_length=2000)),
        migrations.AlterField(
            "revision",
            "by",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=models.deletion.CASCADE,
                related_name="+",
                to="sources.membership",
            ),
        ),
        migrations.AddIndex("revision", models.Index(fields=["by", "-id"], name="revision_lately")),
        migrations.RunSQL(NAMES, migrations.RunSQL.noop),
    ]
