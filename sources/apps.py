"""The app of texts as they came, and of who may see them."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

# The library lets a session name triggers to pass by; the history must not be passed by. Nor may a temporary table
# that is named like one of ours stand in for it: PostgreSQL would look there first.
NOTHING_PASSES_BY = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE AS 'SELECT false';
DO $$
DECLARE
    guard regprocedure;
BEGIN
    FOR guard IN
        SELECT p.oid FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f' AND (
            p.prorettype = 'trigger'::regtype
            OR p.proname IN (
                'gainsay_state_of', 'gainsay_recount', 'gainsay_shown_to_reviewer', '_pgh_attach_context',
                'gainsay_lock_support', 'gainsay_count_support', 'gainsay_recount_support',
                'gainsay_recount_with_supported'
            )
        )
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', guard);
    END LOOP;
END $$;
"""


def close_the_bypass(using: str, **kwargs: Any) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(NOTHING_PASSES_BY)


class SourcesConfig(AppConfig):
    name = "sources"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(close_the_bypass, sender=self)
