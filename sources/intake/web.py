"""From a web address to a draft source."""

import dataclasses
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings

from sources.intake.draft import Draft, IntakeError
from sources.intake.extract import Apart, extract
from sources.intake.fetch import Fetched, fetch
from sources.intake.text import stated_encoding

__all__ = ["Draft", "Fetched", "IntakeError", "Page", "read_address"]


@dataclasses.dataclass(frozen=True)
class Page:
    """What stood at a web address, and the draft of it."""

    fetched: Fetched
    draft: Draft


def read_address(address: str, *, allow: Iterable[str] | None = None, apart: Apart | None = None) -> Page:
    """Fetch a web address and read what stands there; IntakeError says why not. Takes up to a minute.

    The draft's ``url`` is the address where it was found; its outlet the host when the page names none. ``allow`` are
    the hosts and networks that may be fetched although private, the operator's (GAINSAY_FETCH_ALLOW) unless given;
    ``apart`` as for `extract`.
    """
    fetched = fetch(address, allow=settings.FETCH_ALLOW if allow is None else allow)
    return Page(fetched, draft_of(fetched, apart=apart))


def draft_of(fetched: Fetched, *, apart: Apart | None = None) -> Draft:
    """The draft of what was fetched, as `extract`; a file's own byte-order mark goes before the server's charset."""
    encoding = stated_encoding(fetched.data, fetched.charset)
    draft = extract(fetched.filename, fetched.data, encoding=encoding, address=fetched.address, apart=apart)
    return dataclasses.replace(draft, url=fetched.address, outlet=draft.outlet or _site(fetched.address))


def _site(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")
