"""Which database the application uses: the one that DATABASE_URL names, else the embedded PostgreSQL.

Settings only describe it. Whatever is about to use the database calls `ensure_started` first: manage.py,
wsgi.py, asgi.py and the tests. So reading the settings starts no server.
"""

import atexit
import functools
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from psycopg.conninfo import conninfo_to_dict

from config.postgres import DATABASE, PORT, ROLE, Embedded, EmbeddedError, binary_folder

# Every other command needs the database: makemigrations asks it what is applied, check its version.
WITHOUT_DATABASE = frozenset(
    {
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "startapp",
        "startproject",
        "version",
    }
)


def database_settings(data: Path) -> dict[str, Any]:
    """Django's DATABASES["default"]: DATABASE_URL where it is set, else this data folder's server.

    Raises ImproperlyConfigured with one line that names DATABASE_URL and never its password.
    """
    if url := os.environ.get("DATABASE_URL"):
        found = _from_url(url)
    else:
        found = {
            "NAME": DATABASE,
            "USER": ROLE,
            "PASSWORD": "",
            "HOST": str(_embedded(data).socket_folder),
            "PORT": str(PORT),
            "OPTIONS": {},
        }
    return {
        **found,
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,  # the pool replaces connections that a restarted server has dropped
        "OPTIONS": {**found["OPTIONS"], "pool": {"min_size": 1, "max_size": 16, "timeout": 10}},
    }


def embedded() -> Embedded | None:
    """The embedded server of this process, None with an external database."""
    return None if os.environ.get("DATABASE_URL") else _embedded(settings.DATA)


def ensure_started(arguments: Sequence[str] | None = None, *, durable: bool = True) -> None:
    """Start the embedded server, or join it; nothing with an external database.

    The process that calls it is counted as a user until it ends, so each process calls it for itself. Raises
    EmbeddedError. Given manage.py's `arguments`, it does nothing for a command that needs no database, and a
    refusal is one line on standard error and exit 1. `durable=False` is for tests.
    """
    if arguments is None:
        if (server := embedded()) is not None:
            server.start(durable=durable)
            atexit.register(_close_pools)  # runs before the server's own: last registered, first run
        return
    try:
        settings.DATABASES  # noqa: B018  a wrong value in the environment is refused here, in one line
        if _needs_database(arguments):
            ensure_started(durable=durable)
    except (EmbeddedError, ImproperlyConfigured) as error:
        sys.exit(str(error))


def run_program(arguments: Sequence[str]) -> int:
    """Run one of PostgreSQL's programs (pg_dump, pg_restore …) on the embedded database; its exit status."""
    server = embedded()
    if server is None:
        raise EmbeddedError('DATABASE_URL is set: use its own programs, as in pg_dump "$DATABASE_URL".')
    program, *rest = arguments
    server.start()
    return subprocess.run(  # noqa: S603  the operator's own command
        [binary_folder() / program, *rest], check=False, env=os.environ | server.environment()
    ).returncode


def _close_pools() -> None:
    """A pool goes on connecting in threads of its own: left open, it complains of a server that has stopped."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # every database of ours is a PostgreSQL


@functools.cache
def _embedded(data: Path) -> Embedded:
    return Embedded(data)


def _needs_database(arguments: Sequence[str]) -> bool:
    if not arguments or {"--help", "-h", "--version"} & set(arguments):
        return False
    return arguments[0] not in WITHOUT_DATABASE


def _from_url(url: str) -> dict[str, Any]:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        # Neither the error's words nor its chain, which may repeat the password.
        raise ImproperlyConfigured(
            "DATABASE_URL is no PostgreSQL address: write postgresql://user:password@host:5432/name."
        ) from None
    name, port = parts.pop("dbname", None), str(parts.pop("port", None) or "")
    if not name:
        raise ImproperlyConfigured(
            "DATABASE_URL names no database: write its name at the end, as in //host/name."
        )
    if not all(one.isascii() and one.isdigit() and 0 < int(one) < 65536 for one in port.split(",") if one):
        raise ImproperlyConfigured("DATABASE_URL names a port that is no number from 1 to 65535.")
    return {
        "NAME": name,
        "USER": parts.pop("user", None) or "",
        "PASSWORD": parts.pop("password", None) or "",
        "HOST": parts.pop("host", None) or "",
        "PORT": port,
        "OPTIONS": parts,
    }


if __name__ == "__main__":  # uv run python -m config.database pg_dump --format=custom --file=gainsay.dump
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        sys.exit(run_program(sys.argv[1:]))
    except (EmbeddedError, ImproperlyConfigured) as refusal:
        sys.exit(str(refusal))
