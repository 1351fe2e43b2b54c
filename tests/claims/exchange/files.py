"""Exchange files for tests: lines with what is required, more where a test gives it."""

import json
from io import BytesIO
from typing import Any

from claims.exchange.gainsay import GAINSAY
from claims.exchange.importing import Report, import_file
from claims.exchange.selection import Selection
from sources.models import Dossier, Membership

Line = dict[str, Any]
TEXT = "Trade fell in March. Officials said that trade had never been better. A table shows a rise of nine per cent."


def dossier_line(**more: Any) -> Line:
    return {"type": "dossier", "format": "gainsay/1", "slug": "elsewhere", "name": "Elsewhere", **more}


def source(identity: str = "a", text: str = TEXT, **more: Any) -> Line:
    return {"type": "source", "id": identity, "text": text, **more}


def claim(
    identity: str = "1", quote: str = "Trade fell", *, on: str = "a", text: str = TEXT, **more: Any
) -> Line:
    start = text.index(quote)
    return {
        "type": "claim", "id": identity, "source": on, "quote": quote, "start": start, "end": start + len(quote),
        "statement": f"It is said: {quote}.", **more,
    }  # fmt: skip


def link(identity: str = "x", a: str = "1", b: str = "2", kind: str = "contradicts", **more: Any) -> Line:
    return {"type": "link", "id": identity, "from": a, "to": b, "kind": kind, **more}


def review(on: str = "x", reviewer: str = "mira", verdict: str = "contradicts", **more: Any) -> Line:
    return {"type": "review", "link": on, "reviewer": reviewer, "verdict": verdict, **more}


def speaker(name: str = "The ministry", **more: Any) -> Line:
    return {"type": "speaker", "name": name, **more}


def whole() -> list[Line]:
    """A small file in which every type stands, in an order of its own."""
    return [
        review(),
        link(strength="strong", contradiction_type="temporal", rationale="Not both."),
        claim(
            "2", "trade had never been better", speaker="The ministry", about="2022/2023", topics=["trade"]
        ),
        claim("1", asserted="2023-04", credibility=2, modality="fact"),
        speaker(affiliation="the government"),
        source(title="A report", published="2023-04-02", language="en", reliability="B"),
        dossier_line(question="What of trade?", language="en", reviews_needed=1),
    ]


def as_bytes(*lines: Line | str | bytes) -> bytes:
    """The lines as a file; text and bytes are taken as they are."""
    return b"".join(
        line if isinstance(line, bytes)
        else f"{line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)}\n".encode()
        for line in lines
    )  # fmt: skip


def bring_in(
    dossier: Dossier, *lines: Line | str | bytes, by: Membership | None = None, **how: Any
) -> Report:
    return import_file(dossier, BytesIO(as_bytes(*lines)), by=by, **{"as_lead": True, **how})


def exported(dossier: Dossier) -> bytes:
    return b"".join(GAINSAY.write(Selection.of(dossier)))


def lines_of(file: bytes) -> list[Line]:
    return [json.loads(line) for line in file.splitlines()]


def without_first(file: bytes) -> bytes:
    return file.split(b"\n", 1)[1]
