"""Fetching: good pages come whole, and nothing leads into the network that this machine stands in."""

import contextlib
import gzip
import ipaddress
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import brotli
import pytest

from sources.intake import fetch as fetching
from sources.intake import hosts
from sources.intake.draft import IntakeError
from sources.intake.fetch import Fetched, fetch
from tests.website import HOST, Canary, Website, canary, moved, page

ALLOW = [HOST]  # the good website, which stands on loopback for want of a better place
LIMIT = 1_000_000

NAMES = {
    "good.example": [HOST],
    "public.example": ["93.184.215.14"],
    "private.example": ["127.0.0.1"],
    "both.example": ["93.184.215.14", "127.0.0.1"],
    "both-the-other-way.example": ["10.0.0.7", "93.184.215.14"],
    "six.example": ["::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "link-local.example": ["fe80::1%lo"],
    "metadata.example": ["169.254.169.254"],
    "unspecified.example": ["0.0.0.0"],
    "localhost": ["127.0.0.1", "::1"],
    "xn--bcher-kva.example": [HOST],
}


@pytest.fixture
def site() -> Iterator[Website]:
    with Website() as site:
        yield site


class Resolver:
    """Answers from NAMES, or whatever ``answers`` holds next for a name; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, list[list[str]]] = {}

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        if self.answers.get(host):
            return self.answers[host].pop(0)
        if host not in NAMES:
            with contextlib.suppress(OSError):  # as the system's resolver reads 0x7f.1
                return [socket.inet_ntoa(socket.inet_aton(host))]
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return NAMES[host]


@pytest.fixture(autouse=True)
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    """Names without a network."""
    resolver = Resolver()
    monkeypatch.setattr(hosts, "look_up", resolver)
    return resolver


@pytest.fixture(autouse=True)
def connections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses to which any thread of this process tried to connect."""
    made: list[str] = []
    connect = socket.socket.connect

    def noting(sock: socket.socket, address: tuple[str, int]) -> None:
        made.append(address[0])
        connect(sock, address)

    monkeypatch.setattr(socket.socket, "connect", noting)
    return made


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch) -> Iterator[Canary]:
    """A private service at the port that an address without one means: only its place speaks against it."""
    with canary() as private:
        monkeypatch.setitem(hosts.PORTS, "http", private.port)
        monkeypatch.setitem(hosts.PORTS, "https", private.port)
        yield private


# -- what must not be fetched ------------------------------------------------------------------------------------------

HOSTILE = [
    # loopback as itself
    "http://127.0.0.1/",
    "https://127.0.0.1/",
    "http://127.8.8.8/",
    "http://127.0.0.1./",
    "http://127.0.0.1:{port}/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://0.0.0.0/",
    "http://[::]/",
    # loopback in other spellings
    "http://0177.0.0.1/",
    "http://0x7f.0.0.1/",
    "http://0x7F000001/",
    "http://2130706433/",
    "http://017700000001/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0x5db8d70e/",
    "http://0135.184.215.14/",
    "http://0/",
    "http://0x0/",
    "http://127.0.0.01/",
    "http://127.0.0.1.0x/",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://١٢٧.٠.٠.١/",
    "http://%31%32%37.0.0.1/",
    "http://127.0.0.1%2f.example.org/",
    "http://localho\u017ft/",
    # IPv4 within IPv6, zones
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b:1::127.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::80ff:fffe]/",
    "http://[fe80::1%25lo]/",
    "http://[fe80::1%lo]/",
    "http://[2606:2800:21f:cb07::1%lo]/",
    "http://[v1.127]/",
    # private and reserved ranges
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://168.63.129.16/",
    "http://100.64.0.1/",
    "http://192.0.0.192/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    # names that lead there
    "http://private.example/",
    "http://both.example/",
    "http://both-the-other-way.example/",
    "http://six.example/",
    "http://mapped.example/",
    "http://link-local.example/",
    "http://metadata.example/",
    "http://unspecified.example/",
    # who is asked, and who seems to be
    "http://good.example@127.0.0.1/",
    "http://good.example:80@127.0.0.1/",
    "http://user:secret@good.example/",
    "http://good.example\\@127.0.0.1/",
    "http://127.0.0.1\\@good.example/",
    "http://127.0.0.1#@good.example/",
    "http://127.0.0.1?@good.example/",
    "http://[::1]@good.example/",
    # characters that end a line, or a name
    "http://127.0.0.1\r\nHost: good.example/",
    "http://good.example/\r\nX-Injected: yes",
    "http://good.example/a\nb",
    "http://good.example/a\tb",
    "http://good.example\x00.127.0.0.1/",
    "http://good.example/\u2028a",
    "http://good.example/\ud800",
    "http://good.exam ple/",
    "http://exa\u00admple\u2024/..",
    # other schemes, and none
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1:{port}/_GET",
    "data:text/html,<p>words",
    "javascript:alert(1)",
    "jar:http://127.0.0.1!/",
    "ws://127.0.0.1/",
    "//127.0.0.1/",
    "127.0.0.1",
    "http:127.0.0.1",
    "http:///127.0.0.1/",
    "http://",
    "http://./",
    "http://-/",
    "http://a..example/",
    "http://" + "a" * 64 + ".example/",
    "",
    "   ",
    # ports
    "http://public.example:22/",
    "http://public.example:0/",
    "http://public.example:65536/",
    "http://public.example:-80/",
    "http://public.example:8o/",
]


def test_the_list_is_long_enough() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 40


@pytest.mark.parametrize("address", HOSTILE)
def test_hostile_address_is_refused_without_a_connection(
    address: str, private: Canary, connections: list[str]
) -> None:
    with pytest.raises(IntakeError) as refused:
        fetch(address.replace("{port}", str(private.port)), allow=ALLOW, seconds=5)
    assert connections == []
    assert private.reached() == 0
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("address", ["http://127.0.0.1/", "http://[::1]/", "http://private.example/"])
def test_the_private_service_would_be_reached_if_it_were_allowed(address: str, private: Canary) -> None:
    with pytest.raises(IntakeError, match="had not come"):
        fetch(address, allow=["127.0.0.0/8", "::1"], seconds=0.3)
    assert private.reached() == 1


REDIRECTS = [
    "http://127.0.0.1/",
    "http://127.0.0.1:{port}/",
    "//127.0.0.1/",
    "\\\\127.0.0.1\\",
    "/\\127.0.0.1",
    "http:\\\\127.0.0.1",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://0177.1/",
    "http://2130706433/",
    "http://localhost/",
    "http://private.example/",
    "http://both.example/",
    "http://good.example@127.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "file:///etc/passwd",
    "FILE:/etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
    "ftp://127.0.0.1/",
    "data:text/html,<p>words</p>",
    "javascript:alert(1)",
    "http://public.example:22/",
    "http://127.0.0.1/\x01",
]


@pytest.mark.parametrize("target", REDIRECTS)
def test_redirect_is_checked_as_the_first_address(
    target: str, site: Website, private: Canary, connections: list[str]
) -> None:
    site.answers["/a"] = moved(target.replace("{port}", str(private.port)))
    with pytest.raises(IntakeError):
        fetch(site.at("/a"), allow=ALLOW, seconds=5)
    assert connections == [HOST]
    assert private.reached() == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("first", ["/a", "/b"])
def test_redirect_of_every_kind_and_at_every_step_is_checked(
    status: int, first: str, site: Website, private: Canary, connections: list[str]
) -> None:
    site.answers["/b"] = moved("a", status)
    site.answers["/a"] = moved("http://private.example/", status)
    with pytest.raises(IntakeError, match=r"“private\.example” is not on the public internet"):
        fetch(site.at(first), allow=ALLOW, seconds=5)
    assert set(connections) == {HOST}
    assert private.reached() == 0


def test_redirects_in_a_circle_end(site: Website) -> None:
    site.answers["/a"] = moved("/b")
    site.answers["/b"] = moved("/a")
    with pytest.raises(IntakeError, match="sends on more than 5 times"):
        fetch(site.at("/a"), allow=ALLOW)
    assert len(site.asked) == 6


def test_name_is_looked_up_once_and_that_answer_connected_to(
    site: Website, resolver: Resolver, private: Canary, connections: list[str]
) -> None:
    site.answers["/a"] = page()
    resolver.answers["rebinding.example"] = [[HOST], ["127.0.0.1"], ["127.0.0.1"]]
    fetch(site.at("/a", host="rebinding.example"), allow=[HOST])
    assert resolver.asked == ["rebinding.example"]
    assert connections == [HOST]
    assert private.reached() == 0


def test_name_that_has_become_private_is_refused_at_the_next_step(
    site: Website, resolver: Resolver, private: Canary, connections: list[str]
) -> None:
    site.answers["/a"] = moved("/b")
    resolver.answers["rebinding.example"] = [[HOST], ["127.0.0.1"]]
    with pytest.raises(IntakeError, match=r"“rebinding\.example” is not on the public internet"):
        fetch(site.at("/a", host="rebinding.example"), allow=[HOST])
    assert connections == [HOST]
    assert private.reached() == 0


def test_a_refusal_does_not_tell_where_a_name_leads() -> None:
    with pytest.raises(IntakeError) as refused:
        fetch("http://both-the-other-way.example/")
    assert "10.0.0.7" not in str(refused.value)


@pytest.mark.parametrize("port", [21, 8080, 5432])
def test_a_public_host_is_fetched_on_the_webs_ports_alone(port: int, connections: list[str]) -> None:
    with pytest.raises(IntakeError, match=f"names port {port}; only the web's own ports, 80 and 443"):
        fetch(f"http://public.example:{port}/")
    assert connections == []


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::8.8.8.8", "192.31.196.1"]
)
def test_public_address_is_public(address: str) -> None:
    assert hosts.is_public(ipaddress.ip_address(address))


# -- who is allowed nevertheless ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "allow", ["good.example", "Good.Example.", "127.0.0.2", "127.0.0.0/8", "127.0.0.1/8"]
)
def test_allowed_host_or_network_may_be_private_and_on_any_port(allow: str, site: Website) -> None:
    site.answers["/a"] = page()
    assert fetch(site.at("/a", host="good.example"), allow=[allow]).data == b"<p>Words of the page."


@pytest.mark.parametrize("allow", ["example", "other.example", "ood.example", "10.0.0.0/8", "::/0"])
def test_another_host_is_not_allowed_by_it(allow: str, site: Website, connections: list[str]) -> None:
    with pytest.raises(IntakeError, match="is not on the public internet"):
        fetch(site.at("/a", host="good.example"), allow=[allow])
    assert connections == []


def test_allowed_name_does_not_allow_its_address_by_number(site: Website) -> None:
    with pytest.raises(IntakeError, match="is not on the public internet"):
        fetch(site.at("/a"), allow=["good.example"])


# -- limits ------------------------------------------------------------------------------------------------------------


def drip(before: bytes, endless: bytes) -> Callable[[socket.socket], None]:
    """Sends a little every now and then, until whoever asked hangs up."""

    def answer(sock: socket.socket) -> None:
        sock.sendall(before)
        sock.settimeout(0.02)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            sock.sendall(endless)
            with contextlib.suppress(TimeoutError):
                if not sock.recv(1):
                    return

    return answer


def flood(before: bytes, endless: bytes) -> Callable[[socket.socket], None]:
    def answer(sock: socket.socket) -> None:
        sock.sendall(before)
        for _ in range(200_000_000 // len(endless)):
            sock.sendall(endless)

    return answer


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    ("before", "endless"),
    [
        (b"", b""),
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),
        (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
        (OK + b"\r\n", b"a"),
        (OK + b"Content-Length: 1000\r\n\r\n", b"a"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
    ],
)
def test_slow_drip_ends_with_the_time(before: bytes, endless: bytes, site: Website) -> None:
    site.answers["/a"] = drip(before, endless)
    start = time.monotonic()
    with pytest.raises(IntakeError, match=r"had not come after 0\.3 seconds"):
        fetch(site.at("/a"), allow=ALLOW, seconds=0.3)
    assert 0.25 < time.monotonic() - start < 10


def test_time_runs_over_all_redirects(site: Website) -> None:
    def slowly(sock: socket.socket) -> None:
        time.sleep(0.2)
        sock.sendall(moved("/a"))

    site.answers["/a"] = slowly
    start = time.monotonic()
    with pytest.raises(IntakeError, match="had not come"):
        fetch(site.at("/a"), allow=ALLOW, seconds=0.5, redirects=100)
    assert time.monotonic() - start < 10


def test_slow_resolver_ends_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def never(_host: str) -> list[str]:
        answered.wait(20)
        return []

    monkeypatch.setattr(hosts, "look_up", never)
    start = time.monotonic()
    with pytest.raises(IntakeError, match="had not come"):
        fetch("http://good.example/", seconds=0.3)
    assert time.monotonic() - start < 10
    answered.set()


def test_secure_connection_that_is_never_made_ends_with_the_time() -> None:
    with canary() as silent, pytest.raises(IntakeError, match="had not come"):
        fetch(f"https://127.0.0.1:{silent.port}/", allow=["127.0.0.1"], seconds=0.3)


@pytest.mark.parametrize(
    ("before", "endless"),
    [
        (OK + b"\r\n", b"a" * 65536),
        (OK + b"Content-Length: 2000000\r\n\r\n", b"a" * 65536),
        (OK + b"Content-Length: 999999999999999999\r\n\r\n", b"a" * 65536),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"a" * 65536 + b"\r\n"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFF\r\n", b"a" * 65536),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: a\r\n" * 4000),
    ],
)
def test_endless_answer_ends_at_the_limit(before: bytes, endless: bytes, site: Website) -> None:
    site.answers["/a"] = flood(before, endless)
    tracemalloc.start()
    with pytest.raises(IntakeError, match="larger than 50 MB"):
        fetch(site.at("/a"), allow=ALLOW, max_bytes=LIMIT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * LIMIT


@pytest.mark.parametrize(
    ("before", "endless"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 1000),
        (b"HTTP/1.1 200 OK\r\nX-A: ", b"a" * 65536),
        (b"", b"a" * 65536),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 65536),
    ],
)
def test_endless_headers_are_refused(before: bytes, endless: bytes, site: Website) -> None:
    site.answers["/a"] = flood(before, endless)
    with pytest.raises(IntakeError, match="broke off, or answered what is no web page"):
        fetch(site.at("/a"), allow=ALLOW, max_bytes=LIMIT)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


ZEROS = b"\0" * 30_000_000


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(ZEROS)),
        ("x-gzip", gzip.compress(ZEROS)),
        ("deflate", zlib.compress(ZEROS)),
        ("deflate", raw_deflate(ZEROS)),
        ("br", brotli.compress(ZEROS, quality=4)),
        ("gzip, gzip", gzip.compress(gzip.compress(ZEROS))),
        ("br, gzip", gzip.compress(brotli.compress(ZEROS, quality=4))),
    ],
    ids=["gzip", "x-gzip", "deflate", "raw deflate", "br", "gzip twice", "br and gzip"],
)
def test_bomb_is_refused_and_never_held(coding: str, packed: bytes, site: Website) -> None:
    assert len(packed) < LIMIT
    site.answers["/a"] = page(packed, Content_Encoding=coding)
    tracemalloc.start()
    with pytest.raises(IntakeError, match="larger than 50 MB"):
        fetch(site.at("/a"), allow=ALLOW, max_bytes=LIMIT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * LIMIT


@pytest.mark.parametrize(
    ("coding", "packed", "reason"),
    [
        ("gzip, gzip, gzip", gzip.compress(gzip.compress(gzip.compress(b"words"))), "packed 3 times over"),
        ("zstd", b"words", "packed as “zstd”, which is not read here"),
        ("gzip", b"words", "cannot be unpacked"),
        ("deflate", b"words", "cannot be unpacked"),
        ("br", b"words of no sense at all", "cannot be unpacked"),
        ("gzip", gzip.compress(b"words " * 1000)[:-20], "broke off before its end"),
        ("br", brotli.compress(os.urandom(1000))[:-20], "broke off before its end"),
        ("gzip", b"", "broke off before its end"),
    ],
    ids=["thrice", "zstd", "gzip", "deflate", "br", "gzip broken off", "br broken off", "empty"],
)
def test_what_cannot_be_unpacked_is_refused(coding: str, packed: bytes, reason: str, site: Website) -> None:
    site.answers["/a"] = page(packed, Content_Encoding=coding)
    with pytest.raises(IntakeError, match=reason):
        fetch(site.at("/a"), allow=ALLOW)


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 100\r\n\r\nonly some of it",
        OK + b"Transfer-Encoding: chunked\r\n\r\n10\r\nonly some",
        OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nsome\r\n",
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
        b"words alone",
        b"",
    ],
)
def test_answer_that_breaks_off_is_refused(answer: bytes, site: Website) -> None:
    site.answers["/a"] = answer
    with pytest.raises(IntakeError, match="broke off, or answered what is no web page"):
        fetch(site.at("/a"), allow=ALLOW)


# -- what is fetched ---------------------------------------------------------------------------------------------------


def test_a_page_comes_as_it_stands_there(site: Website) -> None:
    site.answers["/2023/treaty.html?page=2"] = page("<p>Wörter", kind="Text/HTML; Charset=UTF-8")
    found = fetch(f" {site.at('/2023/treaty.html?page=2#end')} \n", allow=ALLOW)
    assert found == Fetched(
        address=site.at("/2023/treaty.html?page=2"),
        media_type="text/html",
        charset="utf-8",
        data="<p>Wörter".encode(),
        filename="treaty.html",
    )


def test_nothing_is_sent_that_tells_who_asks(site: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.answers["/a"] = b"HTTP/1.1 302 Moved\r\nSet-Cookie: a=b\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"
    site.answers["/b"] = page()
    fetch(site.at("/a", host="good.example"), allow=ALLOW)
    for head, path in zip(site.asked, ("/a", "/b"), strict=True):
        first, *rest = head.strip().split("\r\n")
        assert first == f"GET {path} HTTP/1.1"
        sent = dict(line.split(": ", 1) for line in rest)
        assert sent.pop("Host") == f"good.example:{site.port}"
        assert set(sent) == {"User-Agent", "Accept", "Accept-Encoding", "Connection"}


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("br", brotli.compress),
        ("identity", bytes),
        ("", bytes),
        ("gzip, identity", gzip.compress),
    ],
)
def test_packed_pages_are_unpacked(coding: str, pack: Callable[[bytes], bytes], site: Website) -> None:
    site.answers["/a"] = page(pack(b"<p>words"), Content_Encoding=coding)
    assert fetch(site.at("/a"), allow=ALLOW).data == b"<p>words"


def test_chunks_are_joined(site: Website) -> None:
    site.answers["/a"] = (
        OK + b"Transfer-Encoding: chunked\r\n\r\n4;x=y\r\n<p>w\r\n4\r\nords\r\n0\r\nX-T: 1\r\n\r\n"
    )
    assert fetch(site.at("/a"), allow=ALLOW).data == b"<p>words"


def test_a_page_as_large_as_the_limit_is_taken(site: Website) -> None:
    site.answers["/a"] = page(b"a" * LIMIT)
    site.answers["/b"] = page(gzip.compress(b"a" * LIMIT), Content_Encoding="gzip")
    for path in ("/a", "/b"):
        assert len(fetch(site.at(path), allow=ALLOW, max_bytes=LIMIT).data) == LIMIT


def test_a_page_of_one_byte_more_is_refused(site: Website) -> None:
    site.answers["/stated"] = page(b"a" * (LIMIT + 1))
    site.answers["/unstated"] = OK + b"\r\n" + b"a" * (LIMIT + 1)
    for path in ("/stated", "/unstated"):
        with pytest.raises(IntakeError, match="larger than 50 MB"):
            fetch(site.at(path), allow=ALLOW, max_bytes=LIMIT)


def test_a_page_that_says_it_is_too_large_is_not_waited_for(site: Website) -> None:
    site.answers["/a"] = drip(OK + b"Content-Length: 1000001\r\n\r\n", b"a")
    with pytest.raises(IntakeError, match="larger than 50 MB"):
        fetch(site.at("/a"), allow=ALLOW, max_bytes=LIMIT, seconds=0.3)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(status: int, site: Website) -> None:
    site.answers["/a/b"] = moved("../c?d=e#f", status)
    site.answers["/c?d=e"] = moved(f"//good.example:{site.port}/g h/ü", status)
    site.answers["/g%20h/%C3%BC"] = page()
    found = fetch(site.at("/a/b"), allow=ALLOW)
    assert found.address == site.at("/g%20h/%C3%BC", host="good.example")


def test_name_in_another_script_is_looked_up_in_plain_letters(site: Website, resolver: Resolver) -> None:
    site.answers["/%C3%A4?q=%C3%BC"] = page()
    found = fetch(site.at("/ä?q=ü", host="Bücher.example"), allow=ALLOW)
    assert resolver.asked == ["xn--bcher-kva.example"]
    assert found.address == site.at("/%C3%A4?q=%C3%BC", host="xn--bcher-kva.example")


@pytest.mark.parametrize("host", ["faß.example", "ΐς.example", "a\u200db.example"])
def test_name_that_two_standards_read_differently_is_refused(host: str, resolver: Resolver) -> None:
    with pytest.raises(IntakeError, match="Write its form in plain letters"):
        fetch(f"http://{host}/")
    assert resolver.asked == []


def test_next_address_is_tried_when_one_does_not_answer(site: Website, resolver: Resolver) -> None:
    site.answers["/a"] = page()
    resolver.answers["two.example"] = [["127.0.0.3", HOST]]
    assert fetch(site.at("/a", host="two.example"), allow=["127.0.0.0/8"]).data


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("204 No Content", "did not send the page .204."),
        ("304 Not Modified", "did not send the page .304."),
        ("302 Found", "did not send the page .302."),
        ("401 Unauthorized", "shows this page only to some .401.. Open it in a browser"),
        ("403 Forbidden", "shows this page only to some .403."),
        ("404 Not Found", "has no page at this address .404.. Check the address"),
        ("410 Gone", "has no page at this address"),
        ("418 Teapot", "did not send the page .418."),
        ("429 Too Many Requests", "asks to be left alone for a while"),
        ("500 Internal Server Error", "cannot show the page now .500.. Try again later"),
        ("503 Service Unavailable", "cannot show the page now"),
    ],
)
def test_refusal_of_the_site_is_passed_on(status: str, reason: str, site: Website) -> None:
    site.answers["/a"] = page(b"", status=status)
    with pytest.raises(IntakeError, match=f"“{HOST}” {reason}"):
        fetch(site.at("/a"), allow=ALLOW)


def test_empty_page_is_refused(site: Website) -> None:
    site.answers["/a"] = page(b"")
    with pytest.raises(IntakeError, match="The page is empty"):
        fetch(site.at("/a"), allow=ALLOW)


def test_unknown_host_and_silent_host_are_told_apart(site: Website) -> None:
    with pytest.raises(IntakeError, match=r"There is no host “nowhere\.example”"):
        fetch("http://nowhere.example/")
    with canary() as gone:
        port = gone.port
    with pytest.raises(IntakeError, match=r"“127\.0\.0\.1” does not answer"):
        fetch(f"http://127.0.0.1:{port}/", allow=["127.0.0.1"])


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("path", "kind", "disposition", "filename"),
    [
        ("/", "text/html", None, f"{HOST}.html"),
        ("/a/b", "application/xhtml+xml", None, "b.html"),
        ("/a.php", "text/html", None, "a.php.html"),
        ("/a.htm", "text/html, text/html", None, "a.htm"),
        ("/a.pdf", "text/html", None, "a.pdf.html"),
        ("/a.txt", "text/plain", None, "a.txt"),
        ("/README.md", "text/plain", None, "README.md"),
        ("/readme", "text/markdown", None, "readme.md"),
        ("/a.html", "text/plain", None, "a.html.txt"),
        ("/a.pdf", "text/plain", None, "a.pdf"),
        ("/a", "application/pdf", None, "a.pdf"),
        ("/A.PDF", "application/octet-stream", None, "A.PDF"),
        ("/a", "binary/octet-stream", 'attachment; filename="b.docx"', "b.docx"),
        ("/a", DOCX, "attachment; filename*=UTF-8''%C3%BCber.docx", "über.docx"),
        ("/a", "application/pdf", 'attachment; filename="../../etc/passwd"', "passwd.pdf"),
        ("/a", "application/pdf", 'attachment; filename="..\\\\x.pdf"', "x.pdf"),
        ("/a", "application/pdf", 'attachment; filename=""', "a.pdf"),
        ("/%2e%2e/", "text/html", None, "...html"),
        ("/a.md", None, None, "a.md"),
        ("/" + "a" * 400 + ".pdf", "application/pdf", None, "a" * 195 + ".pdf"),
    ],
)
def test_the_file_is_named_by_what_it_is(
    path: str, kind: str | None, disposition: str | None, filename: str, site: Website
) -> None:
    headers = {"Content_Disposition": disposition} if disposition else {}
    site.answers[path] = page("words", kind=kind, **headers)
    assert fetch(site.at(path), allow=ALLOW).filename == filename


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("/a.png", "image/png", "of the type image/png"),
        ("/a.pdf", "video/mp4", "of the type video/mp4"),
        ("/a.exe", "application/octet-stream", "of the type application/octet-stream"),
        ("/a", "application/json", "of the type application/json"),
        ("/a", None, "of a type that its server does not state"),
        ("/a", "nonsense", "of a type that its server does not state"),
    ],
)
def test_other_types_are_refused_before_they_come(
    path: str, kind: str | None, said: str, site: Website
) -> None:
    head = b"HTTP/1.1 200 OK\r\n" + (f"Content-Type: {kind}\r\n".encode() if kind else b"")
    site.answers[path] = flood(head + b"\r\n", b"a" * 65536)
    with pytest.raises(IntakeError, match=f"This is {said}; pages, plain text, PDF and DOCX are read"):
        fetch(site.at(path), allow=ALLOW, max_bytes=LIMIT)


# -- secure connections ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of good.example, signed by itself, and its key."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=good.example"),
            *("-addext", "subjectAltName=DNS:good.example"),
            *("-addext", "keyUsage=critical,digitalSignature,keyCertSign"),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


@pytest.fixture
def secure(certificate: tuple[Path, Path]) -> Iterator[Website]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    fetching._trust.cache_clear()
    with Website(context) as site:
        site.answers["/a"] = page()
        yield site
    fetching._trust.cache_clear()


def test_certificate_that_the_system_trusts_is_trusted(
    secure: Website, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    found = fetch(secure.at("/a", host="good.example"), allow=ALLOW)
    assert found.address == secure.at("/a", host="good.example")
    assert found.data == b"<p>Words of the page."


def test_certificate_of_another_host_is_refused(
    secure: Website, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    for host in ("xn--bcher-kva.example", HOST):
        with pytest.raises(
            IntakeError, match=f"certificate of “{host}” cannot be trusted .*(match|valid for)"
        ):
            fetch(secure.at("/a", host=host), allow=ALLOW)
    assert secure.asked == []


def test_certificate_that_nobody_trusts_is_refused(secure: Website) -> None:
    with pytest.raises(
        IntakeError, match=r"cannot be trusted \(self-signed certificate\), so nothing was fetched"
    ):
        fetch(secure.at("/a", host="good.example"), allow=ALLOW)
    assert secure.asked == []


def test_plain_server_asked_for_a_secure_page_is_refused(site: Website) -> None:
    with pytest.raises(IntakeError, match="offers no secure connection"):
        fetch(site.at("/a").replace("http:", "https:"), allow=ALLOW)
