"""Which database is chosen, and how it is started for what needs it. The server itself: test_postgres.py."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from config.database import database_settings
from config.postgres import Embedded

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder that any account may enter, in a short path."""
    place = Path(tempfile.mkdtemp(prefix="gainsay-", dir="/tmp"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def python(data: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the application with this data folder, and no setting of ours but those given."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=kept | {"GAINSAY_DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings"} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


# What Django is told


def test_without_database_url_it_is_the_embedded_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    found = database_settings(tmp_path / "var")
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["NAME"], found["USER"], found["PORT"]) == ("gainsay", "gainsay", "5432")
    assert found["HOST"] == str(Embedded(tmp_path / "var").socket_folder)
    assert found["CONN_MAX_AGE"] == 0
    assert found["OPTIONS"]["pool"]["max_size"] == 16
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "expected", "options"),
    [
        (
            "postgresql://anna:p%40ss@db.example.org:6543/gainsay?sslmode=require&connect_timeout=5",
            ("gainsay", "anna", "p@ss", "db.example.org", "6543"),
            {"sslmode": "require", "connect_timeout": "5"},
        ),
        ("postgres:///gainsay?host=/run/postgresql", ("gainsay", "", "", "/run/postgresql", ""), {}),
        ("host=one,two port=5432,5433 dbname=gainsay", ("gainsay", "", "", "one,two", "5432,5433"), {}),
    ],
)
def test_database_url_says_all(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    url: str,
    expected: tuple[str, ...],
    options: dict[str, str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    found = database_settings(tmp_path)
    assert tuple(found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")) == expected
    assert {key: value for key, value in found["OPTIONS"].items() if key != "pool"} == options


@pytest.mark.parametrize(
    "url",
    [
        "mysql://anna:secret@localhost/gainsay",
        "postgresql://anna:secret@[localhost/gainsay",
        "postgresql://anna:secret@localhost/gainsay?colour=secret",
        "postgresql://anna:secret@localhost:port/gainsay",
        "postgresql://anna:secret@localhost:65536/gainsay",
        "postgresql://anna:secret@localhost",
        "secret",
    ],
)
def test_a_wrong_database_url_is_refused_by_name_and_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured) as caught:
        database_settings(tmp_path)
    message = str(caught.value)
    assert message.startswith("DATABASE_URL ")
    assert "secret" not in message
    assert "\n" not in message


# What starts it


def test_a_command_that_needs_no_database_starts_none(data: Path) -> None:
    script = """if True:
        from config.database import ensure_started
        for line in ("", "help", "--help", "migrate --help", "--version", "collectstatic", "makemessages"):
            ensure_started(line.split())
    """
    ran = python(data, "-c", script)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert not (data / "postgres").exists()


def test_a_command_that_needs_the_database_finds_it_and_leaves_nothing_running(data: Path) -> None:
    script = """if True:
        import django
        from config.database import ensure_started
        ensure_started(["migrate"])
        django.setup()
        from django.db import connection
        with connection.cursor() as cursor:
            cursor.execute("SELECT concat_ws(' ', current_user, current_database(), '[1]'::vector)")
            print(cursor.fetchone()[0])
    """
    ran = python(data, "-c", script)
    assert (ran.stdout, ran.stderr) == ("gainsay gainsay [1]\n", "")
    assert Embedded(data)._processes() == []


def test_a_connection_that_is_still_being_made_at_the_end_is_waited_for(data: Path) -> None:
    script = """if True:
        import atexit, time
        import django, psycopg
        from config.database import ensure_started
        atexit.register(time.sleep, 0.6)  # after all else: whatever is left undone then is heard of
        ensure_started(["migrate"])
        django.setup()
        from django.db import connection
        connection.ensure_connection()
        connect = psycopg.Connection.connect
        psycopg.Connection.connect = lambda *given, **more: time.sleep(0.3) or connect(*given, **more)
        connection.pool.resize(8)
    """
    ran = python(data, "-c", script)
    assert (ran.stdout, ran.stderr) == ("", "")
    assert Embedded(data)._processes() == []


def test_an_external_database_is_used_and_no_other_started(data: Path) -> None:
    external = Embedded(data / "external")
    external.start(durable=False)
    script = """if True:
        import django
        from config.database import embedded, ensure_started
        ensure_started()
        django.setup()
        from django.db import connection
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('data_directory')")
            print(cursor.fetchone()[0], embedded())
    """
    url = f"postgresql://postgres@/gainsay?host={external.socket_folder}"
    ran = python(data / "var", "-c", script, DATABASE_URL=url)
    assert (ran.stdout, ran.stderr) == (f"{external.cluster} None\n", "")
    assert not (data / "var/postgres").exists()
    external.stop()


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"DATABASE_URL": "mysql://localhost/gainsay"}, "DATABASE_URL is no PostgreSQL address"),
        ({}, "was made by PostgreSQL 12"),
    ],
)
def test_a_refusal_is_one_line_and_exit_1(data: Path, environ: dict[str, str], words: str) -> None:
    (data / "postgres").mkdir()
    (data / "postgres/PG_VERSION").write_text("12\n")
    ran = python(
        data, "-c", "from config.database import ensure_started; ensure_started(['migrate'])", **environ
    )
    assert ran.returncode == 1
    assert words in ran.stderr
    assert ran.stderr.count("\n") == 1


# PostgreSQL's own programs


def test_a_dump_brings_everything_back(data: Path) -> None:
    server = Embedded(data)
    server.start(durable=False)
    address = f"host={server.socket_folder} user=gainsay dbname=gainsay"
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'words' AS words, '[1,2]'::vector AS place")
    dump = str(data / "gainsay.dump")
    assert (
        python(data, "-m", "config.database", "pg_dump", "--format=custom", f"--file={dump}").returncode == 0
    )
    with psycopg.connect(address) as connection:
        connection.execute("DROP TABLE kept")
        connection.execute("CREATE TABLE later AS SELECT 1")
    restored = python(
        data,
        *("-m", "config.database", "pg_restore", "--clean", "--if-exists", "--create", "--exit-on-error"),
        *("--dbname=postgres", dump),
    )
    assert (restored.returncode, restored.stderr) == (0, "")
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT words, place::text, to_regclass('later') FROM kept").fetchone()
        assert found == ("words", "[1,2]", None)
        owned = connection.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'kept'").fetchone()
        assert owned == ("gainsay",)
    server.stop()


def test_no_program_is_run_on_an_external_database(data: Path) -> None:
    ran = python(data, "-m", "config.database", "psql", DATABASE_URL="postgresql://localhost/gainsay")
    assert ran.returncode == 1
    assert ran.stderr.startswith("DATABASE_URL is set: ")
