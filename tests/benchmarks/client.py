"""The real server in processes of its own, and a visitor who asks it for pages over one kept connection."""

import contextlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

START_SECONDS = 240


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


@contextlib.contextmanager
def serving() -> Iterator["Server"]:
    """The application as ``serve`` runs it, on a free port; ended with the block."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve", "--port", str(port)],
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
    )
    server = Server(port, process)
    try:
        server.wait()
        yield server
    finally:  # another process by now where it was killed and started anew
        server.process.terminate()
        server.process.wait()


@dataclass
class Server:
    port: int
    process: subprocess.Popen[bytes]

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(OSError):
                connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", reverse("healthz"))
                if connection.getresponse().status == 200:
                    return
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The server did not start; what it said stands above.")
            time.sleep(0.1)

    def peak_memory(self) -> int | None:
        """The most that any one process of the web server has ever held, in bytes; None where /proc is not."""
        peaks = []
        for status in Path("/proc").glob("[0-9]*/status"):
            with contextlib.suppress(OSError):
                command = status.with_name("cmdline").read_bytes()
                if b"granian" in command and str(self.port).encode() in command.split(b"\0"):
                    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
                    peaks.append(int(found[1]) * 1024 if found else 0)
        return max(peaks, default=None)


@dataclass
class Visitor:
    """Somebody signed in, over one connection that is kept."""

    port: int
    connection: HTTPConnection = field(init=False)
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = HTTPConnection("127.0.0.1", self.port, timeout=600)

    def connect(self) -> None:
        """A fresh connection: the server closes one that was idle for long."""
        self.connection.close()
        self.connection.connect()
        assert self.connection.sock
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def sign_in(self, name: str, password: str) -> None:
        address = reverse("login")
        form = form_of(self.get(address), address)
        answer = self.post(address, {**form, "username": name, "password": password})
        if answer.status != 302:
            raise SystemExit(f"{name} cannot sign in: {answer.status}")

    def get(self, address: str, *, htmx: bool = False) -> Answer:
        return self._ask("GET", address, None, {"HX-Request": "true"} if htmx else {})

    def post(self, address: str, fields: dict[str, str], *, htmx: bool = False) -> Answer:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            **({"HX-Request": "true"} if htmx else {}),
        }
        return self._ask("POST", address, urlencode(fields), headers)

    def _ask(self, method: str, address: str, body: str | None, headers: dict[str, str]) -> Answer:
        if self.cookies:
            headers = {
                **headers,
                "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            }
        since = time.perf_counter()
        self.connection.request(method, address, body, headers)
        response = self.connection.getresponse()
        answered = response.read()
        seconds = time.perf_counter() - since
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        return Answer(response.status, dict(response.headers), answered, seconds)

    def stream(self, address: str) -> Answer:
        """As ``get``, but only the number of lines is kept, as the body."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        since = time.perf_counter()
        self.connection.request("GET", address, headers={"Cookie": cookies})
        response = self.connection.getresponse()
        lines = 0
        while part := response.read(1 << 16):
            lines += part.count(b"\n")
        return Answer(response.status, dict(response.headers), b"%d" % lines, time.perf_counter() - since)


def form_of(answer: Answer, action: str) -> dict[str, str]:
    """The hidden fields of the page's first form that posts to ``action`` (or has no action)."""
    parser = _Forms()
    parser.feed(answer.body.decode())
    for address, fields in parser.forms:
        if address in (action, ""):
            return fields
    raise SystemExit(f"The page has no form that posts to {action}: {answer.status}")


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self.forms.append((given.get("action", ""), {}))
        elif tag == "input" and self.forms and given.get("type") == "hidden":
            self.forms[-1][1][given["name"]] = given.get("value", "")
