"""A web address's bytes, fetched so that nobody can reach this machine or its network through us.

Every hop is checked as the first: its scheme, its port, and all addresses that its host has; the connection then goes
to one of the very addresses that were checked. What comes back is bounded in time and size, also once unpacked.
"""

import functools
import http.client
import io
import re
import socket
import ssl
import time
import zlib
from collections.abc import Buffer, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import brotli
import certifi

from sources.intake.draft import IntakeError
from sources.intake.hosts import SAVE, Address, Allowed, Hop, addresses_of, parse
from sources.intake.text import one_line

SECONDS = 30.0
"""For all of it: names, connections, redirects, every byte."""
MAX_BYTES = 50 * 1024 * 1024
"""On the wire, and again once unpacked."""
REDIRECTS = 5

_CONNECT_SECONDS = 8.0  # for one of a host's addresses, when it has several
_HEADER_BYTES = 256 * 1024
_MAX_NAME = 200
_MAX_CODINGS = 2
_CHUNK = 64 * 1024

_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; Gainsay)",
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "gzip, deflate, br",
    "Connection": "close",
}
_POSTED = {
    "User-Agent": "Gainsay",
    "Content-Type": "application/json",
    "Accept": "*/*",
    "Connection": "close",
}
_MOVED = {301, 302, 303, 307, 308}

_FORMATS = {
    "text/html": (".html", ".htm"),
    "application/xhtml+xml": (".html", ".htm"),
    "text/plain": (".txt", ".md"),
    "text/markdown": (".md",),
    "text/x-markdown": (".md",),
    "application/pdf": (".pdf",),
    "application/x-pdf": (".pdf",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
}
"""What is read, and the endings that a file of it may have; one without takes the first."""

_MEDIA_TYPE = re.compile(r"[a-z0-9.+_-]+/[a-z0-9.+_-]+")

# Servers say these of files that they do not know: then the name decides.
_UNTOLD = {
    "",
    "application/octet-stream",
    "binary/octet-stream",
    "application/download",
    "application/force-download",
    "application/x-download",
    "application/zip",
}


@dataclass(frozen=True)
class Fetched:
    """What stood at an address.

    ``address`` is where it was found after all redirects, without fragment; ``media_type`` and ``charset`` as the
    server stated them, '' when it did not; ``filename`` ends as `extract` wants it for this content.
    """

    address: str
    media_type: str
    charset: str
    data: bytes
    filename: str


def fetch(
    address: str,
    *,
    allow: Iterable[str] = (),
    seconds: float = SECONDS,
    max_bytes: int = MAX_BYTES,
    redirects: int = REDIRECTS,
) -> Fetched:
    """What stands at a web address, as the public internet shows it to anybody; IntakeError says why not.

    Only http and https, on their own ports, and only hosts all of whose addresses are public. ``allow`` names hosts and
    networks that may be fetched nevertheless, on any port. Sends no credentials and no cookies, uses no proxy.
    """
    allowed = Allowed(allow)
    deadline = _Deadline(seconds)
    try:
        hop = parse(address.strip())
        for _ in range(redirects + 1):
            found = _get(hop, allowed, deadline, max_bytes)
            if isinstance(found, Fetched):
                return found
            hop = parse(found)
    except TimeoutError as error:
        raise deadline.missed() from error
    raise IntakeError(f"The address sends on more than {redirects} times. {SAVE}")


class _Deadline:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ends = time.monotonic() + seconds

    def left(self) -> float:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise self.missed()
        return left

    def missed(self) -> IntakeError:
        return IntakeError(
            f"The page had not come after {self.seconds:g} seconds, so it was given up. Try again later, or "
            "save the page in a browser and bring the file."
        )


def post(
    address: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    allow: Iterable[str] = (),
    seconds: float,
) -> int:
    """Send a body to an address under the same rules as ``fetch``, and give the status that it answers.

    What else it answers is not read, and nothing that it sends on to is followed. IntakeError says why it was not
    reached.
    """
    deadline = _Deadline(seconds)
    try:
        hop = parse(address.strip())
        with _asked(hop, Allowed(allow), deadline, 0, "POST", body, {**_POSTED, **headers}) as response:
            return response.status
    except TimeoutError as error:
        raise deadline.missed() from error


def _get(hop: Hop, allowed: Allowed, deadline: _Deadline, max_bytes: int) -> Fetched | str:
    """The content at this hop, or the address that it sends on to."""
    with _asked(hop, allowed, deadline, max_bytes, "GET", None, _HEADERS) as response:
        return _answer(hop, response, max_bytes)


@contextmanager
def _asked(
    hop: Hop,
    allowed: Allowed,
    deadline: _Deadline,
    max_bytes: int,
    method: str,
    body: bytes | None,
    headers: Mapping[str, str],
) -> Iterator[http.client.HTTPResponse]:
    """What answers at this hop, to be read within."""
    sock = _connected(hop, addresses_of(hop, allowed, seconds=deadline.left()), deadline)
    with closing(sock):
        if hop.scheme == "https":
            sock = _secured(sock, hop.host, deadline)
        with closing(sock):
            connection = _Connection(hop.host, hop.port)
            connection.sock = _Wire(sock, deadline, max_bytes + _HEADER_BYTES)
            try:
                connection.request(method, hop.target, body=body, headers={"Host": hop.netloc, **headers})
                with connection.getresponse() as response:
                    yield response
            except TimeoutError as error:
                raise deadline.missed() from error
            except (http.client.HTTPException, OSError, ValueError) as error:
                raise IntakeError(
                    f"“{hop.host}” broke off, or answered what is no web page. Try again later. {SAVE}"
                ) from error


def _connected(hop: Hop, addresses: list[Address], deadline: _Deadline) -> socket.socket:
    for address in dict.fromkeys(addresses):
        left = deadline.left()
        patience = min(left, _CONNECT_SECONDS) if len(addresses) > 1 else left
        try:
            return socket.create_connection((str(address), hop.port), timeout=patience)
        except OSError:
            continue
    deadline.left()
    raise IntakeError(f"“{hop.host}” does not answer. Check the address, or try again later.")


@functools.cache
def _trust() -> ssl.SSLContext:
    """The system's roots, which an operator may add to, and certifi's for a system that has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _secured(sock: socket.socket, host: str, deadline: _Deadline) -> ssl.SSLSocket:
    sock.settimeout(deadline.left())
    try:
        return _trust().wrap_socket(sock, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise IntakeError(
            f"The certificate of “{host}” cannot be trusted ({error.verify_message}), so nothing was fetched. "
            "If you know the site to be genuine, save the page in a browser and bring the file."
        ) from error
    except TimeoutError as error:
        raise deadline.missed() from error
    except (OSError, ValueError) as error:
        raise IntakeError(f"“{host}” offers no secure connection that is understood here. {SAVE}") from error


class _Wire(io.RawIOBase):
    """A connected socket as http.client uses one, with one deadline and one budget of bytes for all it reads."""

    def __init__(self, sock: socket.socket, deadline: _Deadline, most: int) -> None:
        self.sock = sock
        self.deadline = deadline
        self.left = most

    def sendall(self, data: bytes) -> None:
        self.sock.settimeout(self.deadline.left())
        self.sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        self.sock.settimeout(self.deadline.left())
        read = self.sock.recv_into(buffer)
        self.left -= read
        if self.left < 0:
            raise IntakeError(_too_big())
        return read

    def close(self) -> None:
        """Left to whoever opened the socket: http.client closes it before it has read all."""


class _Connection(http.client.HTTPConnection):
    """A connection that never makes another than the one it was given."""

    sock: Any

    def connect(self) -> None:
        raise http.client.NotConnected


def _answer(hop: Hop, response: http.client.HTTPResponse, max_bytes: int) -> Fetched | str:
    if response.status in _MOVED and (location := response.headers.get("Location")):
        return urljoin(hop.address, _as_sent(location).strip())
    if response.status != http.client.OK:
        raise IntakeError(_refusal(hop.host, response.status))
    stated = _MEDIA_TYPE.match(response.headers.get("Content-Type", "").lower())
    media_type = stated[0] if stated else ""
    filename = _filename(hop, response.headers.get_filename(), media_type)
    data = _body(response, max_bytes)
    for coding in _codings(response):
        data = _unpacked(data, coding, max_bytes)
    if not data:
        raise IntakeError(f"The page is empty. {SAVE}")
    charset = response.headers.get_content_charset() or ""
    return Fetched(hop.address, media_type, charset, data, filename)


def _as_sent(location: str) -> str:
    """A header's bytes are read as Latin-1; those of an address are UTF-8 where they are not ASCII."""
    try:
        return location.encode("latin-1").decode()
    except UnicodeError:
        return location


def _refusal(host: str, status: int) -> str:
    if status in {401, 402, 403, 407, 451}:
        return f"“{host}” shows this page only to some ({status}). {SAVE}"
    if status in {404, 410}:
        return f"“{host}” has no page at this address ({status}). Check the address."
    if status == http.client.TOO_MANY_REQUESTS:
        return f"“{host}” asks to be left alone for a while ({status}). Try again later."
    if status >= 500:
        return f"“{host}” cannot show the page now ({status}). Try again later."
    return f"“{host}” did not send the page ({status}). {SAVE}"


def _filename(hop: Hop, stated: str | None, media_type: str) -> str:
    """A name for the file, with the ending of its format; refuses a format that is not read."""
    last = unquote(urlsplit(hop.target).path).rstrip("/").rpartition("/")[2]
    name = PurePosixPath(one_line(_as_sent(stated or "") or last, 1000).replace("\\", "/")).name or hop.host
    suffix = PurePosixPath(name).suffix.lower()
    endings = _FORMATS.get(media_type, ())
    named = suffix in {".pdf", ".docx"} or (suffix in {".html", ".htm", ".txt", ".md"} and not endings)
    if named and (media_type in _UNTOLD or media_type == "text/plain"):
        endings = (suffix,)
    if not endings:
        said = (
            f"of the type {one_line(media_type, 60)}"
            if media_type
            else "of a type that its server does not state"
        )
        raise IntakeError(
            f"This is {said}; pages, plain text, PDF and DOCX are read. Bring it as one of these."
        )
    stem = name[:_MAX_NAME]
    return stem if PurePosixPath(stem).suffix.lower() in endings else stem[: _MAX_NAME - 5] + endings[0]


def _body(response: http.client.HTTPResponse, max_bytes: int) -> bytes:
    """The body as it came over the wire, whole: one that ends before its stated length is refused."""
    stated = response.length
    if stated is not None and stated > max_bytes:
        raise IntakeError(_too_big())
    pieces: list[bytes] = []
    length = 0
    while piece := response.read(_CHUNK):
        pieces.append(piece)
        length += len(piece)
        if length > max_bytes:
            raise IntakeError(_too_big())
    if stated is not None and length < stated:
        raise http.client.IncompleteRead(b"", stated - length)
    return b"".join(pieces)


def _codings(response: http.client.HTTPResponse) -> list[str]:
    """How the body was packed, the last step first."""
    stated = ",".join(response.headers.get_all("Content-Encoding", []))
    codings = [name for part in stated.split(",") if (name := part.strip().lower()) not in ("", "identity")]
    if len(codings) > _MAX_CODINGS:
        raise IntakeError(f"The page is packed {len(codings)} times over, which no honest page is. {SAVE}")
    return codings[::-1]


def _unpacked(data: bytes, coding: str, max_bytes: int) -> bytes:
    """The content of a packed body; stops as soon as it has grown past the limit."""
    try:
        if coding in ("gzip", "x-gzip"):
            unpacked, whole = _inflated(data, zlib.MAX_WBITS | 16, max_bytes)
        elif coding == "deflate":
            try:
                unpacked, whole = _inflated(data, zlib.MAX_WBITS, max_bytes)
            except zlib.error:  # the bare form, which the standard does not mean and servers send
                unpacked, whole = _inflated(data, -zlib.MAX_WBITS, max_bytes)
        elif coding == "br":
            decompressor = brotli.Decompressor()
            unpacked = decompressor.process(data, output_buffer_limit=max_bytes + 1)
            whole = decompressor.is_finished()
        else:
            raise IntakeError(
                f"The page is packed as “{one_line(coding, 20)}”, which is not read here. {SAVE}"
            )
    except (zlib.error, brotli.error) as error:
        raise IntakeError(f"The page came damaged: it cannot be unpacked. Try again later. {SAVE}") from error
    if len(unpacked) > max_bytes:
        raise IntakeError(_too_big())
    if not whole:
        raise IntakeError(f"The page broke off before its end. Try again later. {SAVE}")
    return unpacked


def _inflated(data: bytes, form: int, max_bytes: int) -> tuple[bytes, bool]:
    decompressor = zlib.decompressobj(form)
    return decompressor.decompress(data, max_bytes + 1), decompressor.eof


def _too_big() -> str:
    return (
        f"The page is larger than {MAX_BYTES // (1024 * 1024)} MB, the most that is read. Save the part that you need "
        "and bring that."
    )
