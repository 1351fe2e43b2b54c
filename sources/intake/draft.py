"""What intake hands over (Draft) and how it refuses (IntakeError)."""

from dataclasses import dataclass


class IntakeError(Exception):
    """A text that cannot be brought in.

    The message is for the person who brought it: what is wrong, where, and what to do. It does not name the
    file, which the caller knows.
    """


@dataclass(frozen=True)
class Draft:
    """A source before anybody has looked at it.

    `text` is final: quotes count its characters. All other fields are guesses to be shown and corrected, one
    line each, '' when nothing is known. `published` is `2023`, `2023-01` or `2023-01-15`; `language` an ISO
    639-1 code; `canonical_url` the address that the page itself gives, on whatever site; `encoding` a name
    that `extract(…, encoding=…)` takes, '' where the format has none.
    `warnings` are sentences for the person who brings it in.
    """

    text: str
    title: str = ""
    outlet: str = ""
    author: str = ""
    url: str = ""
    canonical_url: str = ""
    published: str = ""
    language: str = ""
    encoding: str = ""
    warnings: tuple[str, ...] = ()
