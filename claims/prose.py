"""A text that people write in paragraphs, headings and lists, cut into these. Its words stay plain text."""

from typing import NamedTuple


class Block(NamedTuple):
    """``kind`` is "heading", "list" or "paragraph"; of a list each line is an item, of the others all are one text."""

    kind: str
    lines: list[str]


def blocks(text: str) -> list[Block]:
    """Blocks stand apart by empty lines; a line that begins with # is a heading, one with - or * an item."""
    found: list[Block] = []
    is_open = False
    for written in text.splitlines():
        line = written.strip()
        if not line:
            is_open = False
            continue
        kind = "heading" if line.startswith("#") else "list" if line[:2] in ("- ", "* ") else "paragraph"
        words = (
            line.lstrip("#").strip() if kind == "heading" else line[2:].strip() if kind == "list" else line
        )
        if is_open and kind != "heading" and found[-1].kind == kind:
            found[-1].lines.append(words)
        else:
            found.append(Block(kind, [words]))
        is_open = True
    return found
