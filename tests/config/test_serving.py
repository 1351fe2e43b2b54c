"""`demo` and `serve` as a person runs them: processes of their own, on a free port, in a data folder of their own."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.serving import SETTLED

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """One folder for all: each run finds what the one before left, as on a person's machine."""
    with tempfile.TemporaryDirectory(prefix="gainsay-serving-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_started: list["subprocess.Popen[str]"] = []


@pytest.fixture(autouse=True)
def _nothing_outlives_its_test() -> Iterator[None]:
    yield
    while _started:
        _started.pop().kill()


def start(data: Path, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**clean, "GAINSAY_DATA": str(data), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _started.append(process)
    return process


def until_served(process: "subprocess.Popen[str]", port: int) -> str:
    """What the process printed up to its sign-in line, once it answers."""
    assert process.stdout
    printed = process.stdout.readline()
    assert f"http://127.0.0.1:{port}/" in printed, printed or "it ended at once"
    return printed


def answer(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def end(process: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> float:
    """Seconds that the process took to end with its children after the signal."""
    began = time.monotonic()
    process.send_signal(number)
    process.communicate(timeout=25)
    return time.monotonic() - began


def servers_of(data: Path) -> list[str]:
    """The command lines of all living processes that name this data folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(data) in line:
                found.append(line)
    return found


def test_demo_prepares_everything_and_runs_again_without_harm(data: Path) -> None:
    first = start(data, "demo", "--no-serve")
    out, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    password = re.search(r"the password of each is (\S+)", out)
    assert password
    assert (data / "demo_password").read_text() == password[1]
    assert (data / "demo_password").stat().st_mode & 0o777 == 0o600
    again = start(data, "demo", "--no-serve")
    assert again.communicate(timeout=60)[0] == out
    assert again.returncode == 0
    assert servers_of(data) == []


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """The job workers that this server began."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = (entry / "status").read_text()
            line = (entry / "cmdline").read_bytes()
            if f"PPid:\t{process.pid}\n" in status and b"procrastinate" in line:
                found.append(int(entry.name))
    return found


def test_demo_serves_follows_a_killed_worker_with_another_and_ends_with_all_that_it_started(
    data: Path, port: int
) -> None:
    process = start(data, "demo", "--port", str(port), GAINSAY_DEMO_PASSWORD="the word")
    until_served(process, port)
    status, page = answer(port, "/d/china-russia/")
    assert (status, "Sign in" in page) == (200, True)
    [worker] = workers_of(process)
    assert os.getpriority(os.PRIO_PROCESS, worker) > os.getpriority(os.PRIO_PROCESS, process.pid)
    time.sleep(SETTLED)
    os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and workers_of(process) in ([], [worker]):
        time.sleep(0.2)
    assert answer(port, "/healthz") == (200, "ok")
    assert len(workers_of(process)) == 1
    assert workers_of(process) != [worker]
    assert end(process, signal.SIGINT) < 20
    assert process.returncode == 0
    assert servers_of(data) == []


def test_demo_survives_a_killed_predecessor(data: Path, port: int) -> None:
    killed = start(data, "demo", "--port", str(port))
    until_served(killed, port)
    killed.kill()
    killed.communicate()
    deadline = time.monotonic() + 15
    with contextlib.suppress(OSError):
        while time.monotonic() < deadline and socket.create_connection(("127.0.0.1", port), timeout=1):
            time.sleep(0.2)
    process = start(data, "demo", "--port", str(port))
    until_served(process, port)
    assert answer(port, "/healthz") == (200, "ok")
    assert end(process) < 20
    assert process.returncode == 0
    assert servers_of(data) == []


def test_a_taken_port_is_refused_in_one_line(data: Path) -> None:
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(data, "demo", "--port", str(port))
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"127.0.0.1:{port}" in err
    assert "--port" in err
    assert out == ""


def test_demo_refuses_an_external_database(data: Path) -> None:
    process = start(data, "demo", "--no-serve", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "DATABASE_URL" in err
    assert "--force" in err


def test_serve_migrates_the_embedded_database_and_serves(data: Path, port: int) -> None:
    process = start(data, "serve", "--port", str(port))
    until_served(process, port)
    assert answer(port, "/healthz") == (200, "ok")
    assert end(process) < 20
    assert process.returncode == 0
