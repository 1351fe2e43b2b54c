"""Data that migrations carry over, on a database of its own that stands where they begin."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

NAME = "gainsay_migrations"
CHUNK = 262_144
DRAFTS = {"big.pdf": bytes(range(256)) * 2_500, "exact.txt": b"x" * CHUNK, "empty.txt": b"", "": None}


@pytest.fixture
def database(db: None) -> Iterator[str]:
    """The address of an empty database, owned as the application's are."""
    parameters = connection.get_connection_params()
    where = {"host": parameters["host"], "port": parameters["port"]}
    owner = parameters["user"]
    with psycopg.connect(**where, user="postgres", dbname="postgres", autocommit=True) as superuser:
        superuser.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)".encode())
        superuser.execute(f"CREATE DATABASE {NAME} OWNER {owner}".encode())
        yield make_conninfo("", **where, user=owner, dbname=NAME)
        superuser.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)".encode())


def migrate(address: str, *steps: tuple[str, ...]) -> None:
    """Run these migrate commands, by a process that knows no other database."""
    script = (
        "import django, sys, json; from django.core.management import call_command; django.setup();"
        "[call_command('migrate', *step, verbosity=0) for step in json.loads(sys.argv[1])]"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(steps)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_bytes_of_drafts_become_originals(database: str) -> None:
    migrate(database, ("pghistory",), ("sources", "0005_intakes_and_origins"))
    with psycopg.connect(database, autocommit=True) as there:
        there.execute(
            "INSERT INTO sources_dossier (uid, slug, name, question, language, reviews_needed, version, extra)"
            " VALUES (gen_random_uuid(), 'd', 'D', '', '', 2, 1, '{}')"
        )
        there.execute(
            "INSERT INTO sources_membership (dossier_id, name, role, at)"
            " SELECT id, 'Ana', '', now() FROM sources_dossier"
        )
        for filename, data in DRAFTS.items():
            there.execute(
                "INSERT INTO sources_draft (dossier_id, by_id, at, filename, address, state, error, encoding, warnings,"
                " title, outlet, author, url, canonical_url, published, language, reliability, text, original_bytes)"
                " SELECT m.dossier_id, m.id, now(), %s, '', 'read', '', '', '[]', '', '', '', '', '', '', '', '',"
                " 'Words.', %s FROM sources_membership m",
                [filename, data],
            )
    migrate(database, ())
    with psycopg.connect(database) as there:
        found = there.execute(
            "SELECT d.filename, o.size, o.sha256 = encode(sha256(o.bytes), 'hex'), o.bytes, o.pieces"
            " FROM sources_draft d LEFT JOIN (SELECT o.id, o.size, o.sha256, o.dossier_id,"
            " string_agg(c.data, '' ORDER BY c.position) AS bytes, count(*) AS pieces"
            " FROM sources_original o JOIN sources_originalchunk c ON c.original_id = o.id GROUP BY o.id) o"
            " ON (o.dossier_id, o.id) = (d.dossier_id, d.original_id) ORDER BY d.id"
        ).fetchall()
    big = DRAFTS["big.pdf"]
    assert found == [
        ("big.pdf", 640_000, True, big, 3),
        ("exact.txt", CHUNK, True, b"x" * CHUNK, 1),
        ("empty.txt", 0, True, b"", 1),
        ("", None, None, None, None),
    ]
