"""Running the application for real: a web server and a job worker as children that live and end together."""

import contextlib
import ctypes
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

SETTLED = 5.0
"""Seconds after which the end of a worker is an accident, and another is begun."""

GRACE = 10.0
"""Seconds that the children have to end by themselves."""

_PR_SET_PDEATHSIG = 1


def prepare_database(*, may_migrate: bool) -> None:
    """Bring the tables up to date; refuse (CommandError) to start on old ones where that is the operator's business."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        if not may_migrate:
            raise CommandError("The database is not up to date. Run: uv run manage.py migrate")
        call_command("migrate", verbosity=0, interactive=False)


def prepare_static() -> None:
    """Collect the static files under names that carry their digest, when any changed since the last time."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    newest = max(
        path.stat().st_mtime for path in [*(settings.BASE_DIR / "static").rglob("*"), Path(sys.prefix)]
    )
    if not manifest.exists() or manifest.stat().st_mtime < newest:
        call_command("collectstatic", verbosity=0, interactive=False)


def refuse_taken_port(host: str, port: int) -> None:
    """CommandError when something listens there already."""
    if not 0 < port < 65536:
        raise CommandError(f"{port} is no port: choose one from 1 to 65535 with --port.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port."
            ) from None


def serve(host: str, port: int, *, environment: dict[str, str] | None = None, ready: str = "") -> None:
    """Run web server and worker until Ctrl-C, SIGTERM, or the end of the server; then end both.

    A worker that was killed is begun anew: its jobs are taken up again. ``ready`` is printed once the server answers.
    Raises CommandError when the server ends by itself, or a worker that has only just begun.
    """
    workers = str(max(1, min(4, os.cpu_count() or 1)))
    server = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--host", host, "--port", str(port),
        "--workers", workers, "--blocking-threads", "8", "--workers-kill-timeout", "5", "--log-level", "error",
        "--respawn-failed-workers", "config.wsgi:application",
    ]  # fmt: skip
    # A page is waited for, a job is not: where both would work, the page goes first.
    nice = shutil.which("nice")
    worker = [
        *([nice, "-n", "10"] if nice else []),
        sys.executable,
        str(settings.BASE_DIR / "manage.py"),
        "procrastinate",
        "worker",
        "--shutdown-graceful-timeout=1",
    ]
    with _stopped_by_signal() as stop, _children([server, worker], environment or {}) as children:
        announced = False
        begun = time.monotonic()
        while not stop.raised:
            if children[0].poll() is not None:
                raise CommandError("The web server ended by itself.")
            if children[1].poll() is not None:
                if time.monotonic() - begun < SETTLED:
                    raise CommandError("The worker ended by itself.")
                print("The worker ended by itself; another takes over.", file=sys.stderr, flush=True)
                children[1] = _child(worker, environment or {})
                begun = time.monotonic()
            if not announced and _answers(host, port):
                announced = True
                print(ready or f"Serving on http://{host}:{port}/ (Ctrl-C ends it)", flush=True)
            stop.wait(0.2)


def _answers(host: str, port: int) -> bool:
    """Whether a worker answers: the port is open before any of them has begun, and until then none can be stopped."""
    asking = http.client.HTTPConnection(host, port, timeout=0.5)
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(asking):
        asking.request("HEAD", "/healthz")
        return asking.getresponse().status > 0
    return False


class _Stop:
    raised = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.raised = True

    def wait(self, seconds: float) -> None:
        if not self.raised:
            time.sleep(seconds)


@contextlib.contextmanager
def _stopped_by_signal() -> Iterator[_Stop]:
    stop = _Stop()
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _child(command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,
    )


@contextlib.contextmanager
def _children(
    commands: Sequence[Sequence[str]], environment: dict[str, str]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes in sessions of their own, so that Ctrl-C reaches us alone, and that end when we are killed."""
    children: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            children.append(_child(command, environment))
        yield children
    finally:
        for child in children:
            child.terminate()
        deadline = time.monotonic() + GRACE
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
        for child in children:
            if child.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    if _libc:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
