"""The embedded PostgreSQL, with real servers in folders of their own."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from config.postgres import LONGEST_SOCKET, PORT, Embedded, EmbeddedError, binary_folder

ROOT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="root alone can act for other accounts")


def make_place() -> Path:
    """A folder that any account may enter (pytest's own are private), in a path short enough for a socket."""
    place = Path(tempfile.mkdtemp(prefix="gainsay-", dir="/tmp"))
    place.chmod(0o755)
    return place


@pytest.fixture
def place() -> Iterator[Path]:
    place = make_place()
    yield place
    for version in place.rglob("PG_VERSION"):
        if version.parent.name == "postgres":
            end(Embedded(version.parent.parent))
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """A cluster as a first start leaves it, to be copied: a fifth of the time of making one."""
    place = make_place()
    server = Embedded(place)
    server.start(durable=False)
    server.stop()
    yield server.cluster
    shutil.rmtree(place)


@pytest.fixture
def server(place: Path, cluster: Path) -> Iterator[Embedded]:
    server = Embedded(place / "var")
    server.data.mkdir()
    subprocess.run(["cp", "-a", cluster, server.data], check=True)
    server.start(durable=False)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def shared(cluster: Path) -> Iterator[Embedded]:
    """A running server for tests that leave it as it is."""
    place = make_place()
    subprocess.run(["cp", "-a", cluster, place], check=True)
    server = Embedded(place)
    server.start(durable=False)
    yield server
    server.stop()
    shutil.rmtree(place)


class User:
    """Another process that uses the server of a data folder."""

    def __init__(self, data: Path, before: str = "", then: str = "", wait: bool = True) -> None:
        script = f"""
            import os, sys
            from pathlib import Path
            from config.postgres import Embedded
            {before}
            server = Embedded(Path({str(data)!r}))
            server.start(durable=False)
            print("started", flush=True)
            {then}
            sys.stdin.read()
        """
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if wait:
            self.wait_for_start()

    def wait_for_start(self) -> None:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if line != "started\n":
            pytest.fail(self.process.communicate()[1])

    def leave(self) -> None:
        _, errors = self.process.communicate("")
        assert (self.process.returncode, errors) == (0, "")

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def connect(server: Embedded, database: str = "gainsay", user: str = "gainsay") -> psycopg.Connection:
    return psycopg.connect(
        make_conninfo(host=str(server.socket_folder), port=PORT, user=user, dbname=database), autocommit=True
    )


def one(server: Embedded, query: str, **where: str) -> object:
    with connect(server, **where) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def runs(server: Embedded) -> bool:
    return bool(server._processes())


def end(server: Embedded) -> None:
    for process in server._processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def pid(server: Embedded) -> int:
    return int((server.cluster / "postmaster.pid").read_text().split()[0])


def owner(path: Path) -> int | None:
    """Whose process may pass for the server of this cluster; None: ours."""
    return path.stat().st_uid if os.geteuid() == 0 else None


# Starting and stopping


def test_making_the_object_touches_nothing(place: Path) -> None:
    Embedded(place / "var")
    assert list(place.iterdir()) == []


def test_a_first_start_makes_the_cluster_and_the_database(place: Path) -> None:
    server = Embedded(place / "new" / "var")
    server.start(durable=False)
    assert one(server, "SELECT current_database() || ' of ' || current_user") == "gainsay of gainsay"
    assert sorted(path.name for path in server.data.iterdir()) == [
        "postgres",
        "postgres.guard",
        "postgres.log",
        "postgres.users",
    ]
    server.stop()


def test_what_was_saved_is_there_after_a_restart(server: Embedded) -> None:
    with connect(server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'words' AS words")
    server.stop()
    assert not runs(server)
    assert not (server.cluster / "postmaster.pid").exists()
    server.start(durable=False)
    assert one(server, "SELECT words FROM kept") == "words"


def test_stop_without_start_and_a_second_stop_do_nothing(server: Embedded) -> None:
    server.stop()
    server.stop()
    Embedded(server.data).stop()
    assert not runs(server)


def test_a_second_start_in_one_process_is_the_same_user(server: Embedded) -> None:
    before = pid(server)
    server.start(durable=False)
    assert pid(server) == before
    server.stop()
    assert not runs(server)


def test_only_the_socket_is_open_and_only_to_the_server_s_account(shared: Embedded) -> None:
    assert one(shared, "SHOW listen_addresses") == ""
    assert shared.socket_folder == shared.cluster
    assert shared.cluster.stat().st_mode & 0o777 == 0o700


def test_durability_is_given_up_for_tests_alone(server: Embedded) -> None:
    query = "SELECT string_agg(setting, ' ') FROM pg_settings WHERE name IN ('fsync', 'full_page_writes')"
    assert one(server, query) == "off off"
    server.stop()
    server.start()
    assert one(server, query) == "on on"


def test_the_text_is_utf8_and_sorts_by_code_point(shared: Embedded) -> None:
    query = """
        SELECT concat_ws(' ', pg_encoding_to_char(encoding), datlocprovider, datlocale,
                         lower('ÄÖ'), 'a' > 'Z')
        FROM pg_database WHERE datname = 'gainsay'
    """
    assert one(shared, query) == "UTF8 b C.UTF-8 äö t"


# The application's role


def test_the_role_owns_its_database_and_is_no_superuser(shared: Embedded) -> None:
    query = (
        "SELECT concat_ws(' ', rolsuper, rolcreatedb, rolcanlogin) FROM pg_roles WHERE rolname = current_user"
    )
    assert one(shared, query) == "f t t"
    with connect(shared) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SET session_replication_role = replica")


def test_a_role_that_was_made_superuser_is_so_no_longer_after_a_start(server: Embedded) -> None:
    with connect(server, user="postgres") as connection:
        connection.execute("ALTER ROLE gainsay SUPERUSER")
    server.start(durable=False)
    assert one(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_the_role_makes_databases_and_they_have_pgvector(shared: Embedded) -> None:
    with connect(shared) as connection:
        connection.execute("CREATE DATABASE another")
    for database in ("gainsay", "another"):
        assert one(shared, "SELECT '[1,2]'::vector <-> '[1,3]'", database=database) == 1.0


# Several users


def test_the_server_stays_until_its_last_user_has_left(server: Embedded) -> None:
    other = User(server.data)
    server.stop()
    assert one(server, "SELECT 1") == 1
    other.leave()
    assert not runs(server)


def test_users_that_come_at_once_make_one_cluster(place: Path) -> None:
    users = [User(place / "var", wait=False) for _ in range(3)]
    for user in users:
        user.wait_for_start()
    server = Embedded(place / "var")
    assert server.log.read_text().count("ready to accept connections") == 1
    for user in users:
        user.leave()
    assert not runs(server)


def test_a_server_whose_users_were_killed_is_taken_over_and_ended(server: Embedded) -> None:
    other = User(server.data)
    server.stop()
    before = pid(server)
    other.kill()
    assert one(server, "SELECT 1") == 1
    server.start(durable=False)
    assert pid(server) == before
    server.stop()
    assert not runs(server)


def test_a_forked_child_is_a_user_of_its_own(server: Embedded) -> None:
    parent = User(server.data, then="if os.fork(): sys.exit()")
    assert parent.process.wait(10) == 0
    server.stop()
    assert one(server, "SELECT 1") == 1
    parent.leave()  # the child's end closes the pipe
    server.start(durable=False)
    server.stop()
    assert not runs(server)


def test_ctrl_c_on_the_terminal_does_not_reach_the_server(shared: Embedded) -> None:
    assert os.getsid(pid(shared)) != os.getsid(0)


# After accidents


def test_a_user_killed_while_the_cluster_is_made_leaves_nothing_half_made(place: Path) -> None:
    user = User(place / "var", wait=False)
    while not (place / "var/postgres.new/base").exists():
        assert user.process.poll() is None
        time.sleep(0.005)
    user.kill()
    assert not (place / "var/postgres").exists()
    server = Embedded(place / "var")
    server.start(durable=False)
    assert one(server, "SELECT 1") == 1
    assert not (place / "var/postgres.new").exists()
    server.stop()


def test_a_killed_server_is_started_again(server: Embedded) -> None:
    with connect(server) as connection:
        connection.execute("SET synchronous_commit = on")
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    os.kill(pid(server), signal.SIGKILL)
    server.start(durable=False)
    assert one(server, "SELECT number FROM kept") == 1


@pytest.mark.parametrize("alive", [False, True], ids=["of nobody", "of a process that is no PostgreSQL"])
def test_a_pid_file_left_behind_does_not_hinder(server: Embedded, alive: bool) -> None:
    lines = (server.cluster / "postmaster.pid").read_text().splitlines()
    server.stop()
    sleeper = subprocess.Popen(["sleep", "60"], cwd=server.cluster, user=owner(server.cluster))
    try:
        if not alive:
            sleeper.kill()
            sleeper.wait()
        stale = "\n".join([str(sleeper.pid), *lines[1:], ""])
        (server.cluster / "postmaster.pid").write_text(stale)
        (server.cluster / f".s.PGSQL.{PORT}.lock").write_text(stale)
        server.start(durable=False)
        assert one(server, "SELECT 1") == 1
        server.stop()
        assert not runs(server)
        assert (sleeper.poll() is None) == alive
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_server_asked_by_someone_else_to_stop_is_ended_and_started_again(
    server: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.postgres.STOPPING_SECONDS", 0.2)
    before = pid(server)
    with connect(server) as busy:
        os.kill(before, signal.SIGTERM)  # waits for the connection, and takes no new one
        server.start(durable=False)
        assert pid(server) != before
        assert one(server, "SELECT 1") == 1
        with pytest.raises(psycopg.OperationalError):
            busy.execute("SELECT 1")


def test_the_folder_may_be_removed_before_the_last_user_leaves(server: Embedded) -> None:
    moved = server.data.rename(server.data.with_name("moved"))
    server.stop()
    end(Embedded(moved))


# What is refused, in one line


def refusal(server: Embedded) -> str:
    with pytest.raises(EmbeddedError) as caught:
        server.start(durable=False)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_cluster_of_another_version_is_refused_and_left_alone(place: Path) -> None:
    (place / "var/postgres").mkdir(parents=True)
    (place / "var/postgres/PG_VERSION").write_text("17\n")
    assert "made by PostgreSQL 17, and this is PostgreSQL 18" in refusal(Embedded(place / "var"))
    assert [path.name for path in place.rglob("*")] == ["var", "postgres", "PG_VERSION"]


def test_a_server_that_cannot_start_gives_its_own_reason(server: Embedded) -> None:
    server.stop()
    with (server.cluster / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = 1kB\n")
    message = refusal(server)
    assert "did not start" in message
    assert str(server.log) in message


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_named(place: Path) -> None:
    place.chmod(0o555)
    assert f"cannot use the folder {place}/var: Permission denied" in refusal(Embedded(place / "var"))


def test_a_file_in_the_place_of_the_folder_is_named(place: Path) -> None:
    (place / "var").touch()
    assert f"cannot use the folder {place}/var" in refusal(Embedded(place / "var"))


@as_root
def test_root_is_told_when_the_server_s_account_cannot_reach_the_folder(place: Path) -> None:
    home = place / "home"
    home.mkdir(mode=0o700)
    message = refusal(Embedded(home / "var"))
    assert f"may not enter {home}: set GAINSAY_DATA to a folder that every account may enter" in message
    assert not (home / "var/postgres").exists()


@as_root
def test_root_gives_the_server_to_another_account_and_only_its_own_files(shared: Embedded) -> None:
    assert shared.cluster.stat().st_uid != 0
    assert shared.data.stat().st_uid == 0
    assert Path(f"/proc/{pid(shared)}").stat().st_uid == shared.cluster.stat().st_uid


@as_root
def test_an_ordinary_account_runs_its_own_server_and_root_joins_it(place: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    (place / "var").mkdir()
    os.chown(place / "var", nobody.pw_uid, nobody.pw_gid)
    user = User(
        place / "var", before=f"os.setgroups([]); os.setgid({nobody.pw_gid}); os.setuid({nobody.pw_uid})"
    )
    server = Embedded(place / "var")
    assert server.cluster.stat().st_uid == nobody.pw_uid
    server.start(durable=False)
    user.leave()
    assert one(server, "SELECT 1") == 1
    server.stop()
    assert not runs(server)


@as_root
def test_an_ordinary_account_is_told_whose_the_cluster_is(shared: Embedded) -> None:
    nobody = pwd.getpwnam("nobody")
    user = User(shared.data, before=f"os.setgid({nobody.pw_gid}); os.setuid({nobody.pw_uid})", wait=False)
    assert "belongs to the account" in user.process.communicate()[1]


# Long paths


def test_a_long_path_is_answered_by_a_socket_elsewhere(place: Path) -> None:
    server = Embedded(place / ("long" * 30) / "var")
    socket = server.socket_folder / f".s.PGSQL.{PORT}"
    assert len(os.fsencode(socket)) <= LONGEST_SOCKET
    try:
        server.start(durable=False)
        assert one(server, "SELECT 1") == 1
        assert server.socket_folder.stat().st_mode & 0o777 == 0o700
        server.stop()
        assert not runs(server)
    finally:
        shutil.rmtree(server.socket_folder, ignore_errors=True)


def test_a_socket_folder_that_someone_else_has_made_is_refused(place: Path) -> None:
    server = Embedded(place / ("long" * 30) / "var")
    server.socket_folder.mkdir(mode=0o755)
    server.socket_folder.chmod(0o755)
    try:
        assert "is not a private folder of the account" in refusal(server)
        assert not runs(server)
    finally:
        server.socket_folder.rmdir()


def test_odd_signs_in_the_path_do_no_harm(place: Path) -> None:
    server = Embedded(place / 'it\'s, "$HOME" `x`' / "vår")
    try:
        server.start(durable=False)
        assert one(server, "SELECT 1") == 1
        server.stop()
        assert not runs(server)
    finally:
        shutil.rmtree(server.socket_folder, ignore_errors=True)


def test_the_programs_of_postgresql_18_are_found() -> None:
    version = subprocess.run(
        [binary_folder() / "pg_dump", "--version"], capture_output=True, text=True, check=True
    )
    assert version.stdout.startswith("pg_dump (PostgreSQL) 18.")
