"""Which web addresses may be fetched: their form, their port, and where their hosts are.

What browsers, resolvers and libraries might read differently is refused; the rest is taken apart once.
"""

import ipaddress
import queue
import re
import socket
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from sources.intake.draft import IntakeError
from sources.intake.text import one_line

PORTS = {"http": 80, "https": 443}
SAVE = "Open it in a browser, save the page and bring the file."

_MAX_ADDRESS = 2000
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))

# A part of a host that some resolvers read as a number: 127, 0177, 0x7f.
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
# Two standards for names in other scripts disagree about these letters: they may lead to another site.
_DISPUTED = re.compile("[ßς\u200c\u200d]")

# What Python's registry of 2024 lets through, or lets through in part, and no page lives at.
_NOT_THERE = [
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # between a network and its provider
        "192.88.99.0/24",  # relays of 6to4
        "168.63.129.16/32",  # a cloud's own services, seen from its machines alone
        "2001::/23",  # Teredo and other tunnels
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",  # documentation
    )
]
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

_PRIVATE = (
    "“{host}” is not on the public internet, so it was not fetched. Save the page and bring the file; or ask whoever "
    "runs this server to allow the host (GAINSAY_FETCH_ALLOW)."
)
_NO_ADDRESS = (
    "This is no web address that can be fetched{why}. Write one such as https://example.org/article."
)

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Allowed:
    """The hosts and networks that may be fetched although they are private."""

    def __init__(self, entries: Iterable[str]) -> None:
        self.hosts: set[str] = set()
        self.networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        for entry in entries:
            try:
                self.networks.append(ipaddress.ip_network(entry, strict=False))
            except ValueError:
                self.hosts.add(entry.lower().removesuffix("."))

    def has(self, host: str, address: Address) -> bool:
        return host in self.hosts or any(address in network for network in self.networks)


@dataclass(frozen=True)
class Hop:
    """An address taken apart once, so that what is checked, connected to and asked for is the same."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def address(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.target}"


def parse(address: str) -> Hop:
    """The hop that an address means; refuses what browsers, resolvers and libraries might read differently."""
    if "\\" in address or any(unicodedata.category(mark) in {"Cc", "Cs", "Zl", "Zp"} for mark in address):
        raise IntakeError(_NO_ADDRESS.format(why=": it holds a character that belongs in none"))
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise IntakeError(_NO_ADDRESS.format(why="")) from error
    if parts.scheme not in PORTS:
        what = f": it begins with {one_line(parts.scheme, 20)}:" if parts.scheme else ""
        raise IntakeError(_NO_ADDRESS.format(why=f"{what}; only http:// and https:// are" if what else ""))
    if "@" in parts.netloc:
        raise IntakeError(
            "The address holds a user name or password, which is never sent from here. Write it without, or "
            "save the page in a browser and bring the file."
        )
    host = _host(parts.hostname or "", bracketed="[" in parts.netloc)
    written = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    hop = Hop(parts.scheme, host, PORTS[parts.scheme] if port is None else port, quote(written, _PRINTABLE))
    if len(hop.address) > _MAX_ADDRESS:
        raise IntakeError(f"The address is longer than {_MAX_ADDRESS:,} characters. {SAVE}")
    return hop


def _host(written: str, *, bracketed: bool) -> str:
    """The host as it is looked up: a name in ASCII, or a numeric address in its one plain form."""
    if bracketed:
        try:
            return str(_numeric(written))
        except ValueError as error:
            raise IntakeError(_NO_ADDRESS.format(why="")) from error
    try:
        if _DISPUTED.search(written):
            raise UnicodeError
        host = written.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError as error:
        if written.isascii():
            raise IntakeError(_NO_ADDRESS.format(why="")) from error
        raise IntakeError(
            f"The host “{one_line(written, 100)}” cannot be looked up as written. Write its form in plain letters, "
            "which begins with xn-- and stands in a browser's address bar."
        ) from error
    if not _HOST.fullmatch(host):
        raise IntakeError(_NO_ADDRESS.format(why=""))
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as error:
            raise IntakeError(
                f"The host “{one_line(host, 100)}” is a number in an unusual form. Write the name of the site."
            ) from error
    return host


def _numeric(written: str) -> Address:
    """A numeric address; ValueError when it is none, or belongs to one network card alone (a zone)."""
    address = ipaddress.ip_address(written)
    if getattr(address, "scope_id", None):
        raise ValueError(written)
    return address


def look_up(host: str) -> list[str]:
    """All addresses of a name. Nothing else here asks the resolver."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


def is_public(address: Address) -> bool:
    """Whether this is the address of one machine on the public internet, in its plain form."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:  # how a network without IPv4 reaches it
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _GLOBAL_UNICAST:
            return False
    kept_apart = any(address in network for network in _NOT_THERE)
    return address.is_global and not (address.is_multicast or address.is_reserved or kept_apart)


def addresses_of(hop: Hop, allowed: Allowed, *, seconds: float) -> list[Address]:
    """All addresses of the hop's host, none of which is private; refuses a port that is not the web's."""
    try:
        addresses = [_numeric(hop.host)]
    except ValueError:
        addresses = _looked_up(hop.host, seconds)
    if not all(is_public(address) or allowed.has(hop.host, address) for address in addresses):
        raise IntakeError(_PRIVATE.format(host=hop.host))
    if hop.port not in PORTS.values() and not all(allowed.has(hop.host, address) for address in addresses):
        raise IntakeError(
            f"The address names port {hop.port}; only the web's own ports, 80 and 443, are fetched. {SAVE}"
        )
    return addresses


def _looked_up(host: str, seconds: float) -> list[Address]:
    """The addresses of a name. The resolver cannot be stopped, so it is asked in a thread that may be left behind."""
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(look_up(host))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception) or not answer:
        raise IntakeError(
            f"There is no host “{host}”, or its name cannot be looked up now. Check the address."
        )
    return [ipaddress.ip_address(found) for found in answer]
