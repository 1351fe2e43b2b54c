"""A worker that is killed while it writes an export: another begins it anew, and what it writes is whole."""

from hashlib import sha256

import pytest
from django.db import connection, transaction

from claims.exchange.exporting import begin_export
from claims.exchange.registry import FORMATS
from claims.exchange.selection import Selection
from claims.exchange.spool import kept_bytes
from claims.models import Export, ExportChunk
from sources.models import Dossier, Membership
from tests.claims.exchange.files import bring_in
from tests.claims.exchange.test_freezing import stories
from tests.conftest import entered
from tests.sources.test_jobs import kill_when, until, worker

pytestmark = pytest.mark.django_db(transaction=True)


def test_killed_worker_leaves_nothing_half_written(dossier: Dossier, viewer: Membership) -> None:
    bring_in(dossier, *stories())
    assert viewer.user
    export = begin_export(entered(viewer.user, dossier), FORMATS["nli"], links=6)

    def is_now(state: str) -> bool:
        return Export.objects.get(pk=export.pk).state == state

    with worker() as first, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE claims_review IN ACCESS EXCLUSIVE MODE")
        kill_when(first, lambda: is_now("writing"))
    assert not ExportChunk.objects.exists()
    with worker():
        until(lambda: is_now("ready"))
    export.refresh_from_db()
    content = b"".join(kept_bytes(export))
    assert content == b"".join(FORMATS["nli"].write(Selection.of(dossier)))
    assert (export.attempts, export.size) == (2, len(content))
    assert export.sha256 == sha256(content).hexdigest()
