"""A real website on this machine, which answers as honestly or as badly as a test wants."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

TLS = b"\x16"
"""The first byte of whoever wants a secure connection."""

type Answer = bytes | Callable[[socket.socket], None]

HOST = "127.0.0.2"
"""Loopback, but not the address at which private services listen."""


def page(
    body: str | bytes = "<p>Words of the page.",
    *,
    status: str = "200 OK",
    kind: str | None = "text/html; charset=utf-8",
    **headers: str,
) -> bytes:
    """An honest answer; ``Content_Encoding="gzip"`` is a header."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(data)}"]
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def moved(to: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


class Website:
    """Answers each path with what ``answers`` holds for it, 404 else; ``asked`` holds the heads of all requests."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self._tls = tls
        self._listening = socket.create_server((HOST, 0))
        self.port: int = self._listening.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listening.close()

    def at(self, path: str, *, host: str = HOST) -> str:
        return f"http{'s' if self._tls else ''}://{host}:{self.port}{path}"

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listening.accept()
            except OSError:
                return
            sock.settimeout(5)
            thread = threading.Thread(target=self._answer, args=[sock], daemon=True)
            self._threads.append(thread)
            thread.start()

    def _answer(self, sock: socket.socket) -> None:
        # Whoever is refused halfway hangs up.
        with contextlib.suppress(OSError), sock:
            served = self._tls.wrap_socket(sock, server_side=True) if self._tls else sock
            with served:
                head = b""
                while b"\r\n\r\n" not in head and not head.startswith(TLS):
                    head += served.recv(65536) or b"\r\n\r\n"
                self.asked.append(head.decode(errors="replace"))
                path = head.split(b" ")[1].decode(errors="replace") if b" " in head else ""
                answer = self.answers.get(path, page("<p>Not found.", status="404 Not Found"))
                if isinstance(answer, bytes):
                    served.sendall(answer)
                else:
                    answer(served)
                served.shutdown(socket.SHUT_WR)
                while served.recv(65536):  # so that no reset overtakes the answer
                    pass


class Canary:
    """Private services on loopback, IPv4 and IPv6 at the same port, which must not be reached."""

    def __init__(self) -> None:
        self._listening = [socket.create_server(("127.0.0.1", 0))]
        self.port: int = self._listening[0].getsockname()[1]
        with contextlib.suppress(OSError):  # a machine without IPv6
            self._listening.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))

    def reached(self) -> int:
        """How many connections were made, whether or not anything was asked."""
        count = 0
        for listening in self._listening:
            listening.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    listening.accept()[0].close()
                    count += 1
        return count

    def close(self) -> None:
        for listening in self._listening:
            listening.close()


@contextmanager
def canary() -> Iterator[Canary]:
    one = Canary()
    try:
        yield one
    finally:
        one.close()
