"""Argdown: the claims as statements, each with its links below it, for argument maps.

A statement stands on one line, so that of white space only words' gaps are left; where that changes it, the data
element behind it has it as it was.
"""

import json
import re
from collections.abc import Generator, Iterator
from typing import Any

from claims.exchange.pairs import Pair, Side, claims, in_blocks, pairs
from claims.exchange.selection import Format, Selection, snapshot
from claims.models import Kind

RELATIONS = {Kind.CONTRADICTS: "><", Kind.SUPPORTS: "+>"}
BACK = "+"

# What ends a data element, a comment or the front matter, and what YAML takes for a line's end or not at all.
_NOT_IN_YAML = re.compile("[{}=<>*/\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SPECIAL = re.compile(r"[\\@#*_\[\]<>{}]|[.:](?=\S)|/(?=[/*])|=(?==)")


def write(selection: Selection) -> Generator[bytes]:
    """First every statement with its data, then the links by number, each under the statement that it comes from."""
    with snapshot():
        yield from in_blocks(_document(selection))


ARGDOWN = Format(
    "argdown",
    "Argdown",
    "argdown",
    "text/plain",
    write,
    "A plain text that people read, and that argument maps are drawn from.",
)


def _document(selection: Selection) -> Iterator[str]:
    yield f"===\ntitle: {in_yaml(selection.dossier.name)}\n===\n"
    for side in claims(selection):
        yield f"\n[{side.cited}]: {escaped(side.statement)} {{{_data(side)}}}\n"
    for pair in pairs(selection):
        yield f"\n{_link(pair)}\n"


def escaped(text: str) -> str:
    """The text on one line, so that Argdown reads every character of it as that character."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def in_yaml(value: str) -> str:
    """A text between quotation marks, with nothing that ends a data element or the front matter."""
    return _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _data(side: Side) -> str:
    told: dict[str, Any] = {
        "quote": side.quote,
        "source": side.source.cited,
        "title": side.source.title,
        "outlet": side.source.outlet,
        "url": side.source.url,
        "speaker": side.speaker,
        "via": side.via,
        "asserted": side.asserted,
        "about": side.about,
    }
    if escaped(side.statement) != _SPECIAL.sub(r"\\\g<0>", side.statement):
        told["statement"] = side.statement
    return ", ".join(f"{key}: {in_yaml(value)}" for key, value in told.items() if value)


def _link(pair: Pair) -> str:
    """The relation under its claim, with a comment that names the link; of two that do neither the comment alone."""
    told = f"// {pair.cited} {pair.kind} {pair.state}"
    if pair.kind == Kind.NEITHER:
        return f"{told} {pair.one.cited} {pair.other.cited}"
    lines = [told, f"[{pair.one.cited}]", f"  {RELATIONS[Kind(pair.kind)]} [{pair.other.cited}]"]
    if pair.is_mutual:
        lines.append(f"  {BACK} [{pair.other.cited}]")
    return "\n".join(lines)
