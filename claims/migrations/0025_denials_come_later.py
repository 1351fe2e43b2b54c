"""A claim that was read in haste has a vector, and its denial's is left for later."""

from django.db import migrations

# The table is there only where pgvector is.
NOT_YET = "ALTER TABLE IF EXISTS claims_embedding ALTER COLUMN denied DROP NOT NULL"
ALL_READ = """
DELETE FROM claims_embedding WHERE denied IS NULL;
ALTER TABLE claims_embedding ALTER COLUMN denied SET NOT NULL;
"""
REVERSE = f"""
DO $$ BEGIN
    IF to_regclass('claims_embedding') IS NOT NULL THEN
        {ALL_READ}
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0024_last_review_of_a_link")]
    operations = [migrations.RunSQL(NOT_YET, REVERSE)]
