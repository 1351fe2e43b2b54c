"""DOCX: paragraphs, tables, text boxes and notes, in order; not headers, footers and comments."""

import io
import zipfile
import zlib
from collections.abc import Iterator

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml import etree

from sources.intake.draft import Draft, IntakeError
from sources.intake.text import (
    date_or_nothing,
    file_date_warning,
    one_line,
    refuse_too_long,
    tidy,
    title_or_nothing,
)

MAX_UNPACKED = 200_000_000
MAX_RATIO = 200
MAX_PARTS = 5_000
_RATIO_COUNTS_FROM = 10_000_000
_CHUNK = 1 << 20

_NO_DOCX = "This is no DOCX file, or a damaged one. Save it again as DOCX and bring that."
_OLD_WORD = b"\xd0\xcf\x11\xe0"  # the container of .doc, and of a DOCX that is locked

_PARAGRAPH, _TABLE, _TEXT_BOX = qn("w:p"), qn("w:tbl"), qn("w:txbxContent")
_TEXT = {qn("w:t"), qn("m:t")}
_CHARACTERS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
# Properties (where w:tab is a tab stop), what tracked changes took away, and the second copy of a drawing.
_LEFT_OUT = {
    qn("w:pPr"),
    qn("w:rPr"),
    qn("w:del"),
    qn("w:moveFrom"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
_NOTES = ("/footnotes", "/endnotes")


def read(data: bytes, _encoding: str, _address: str = "") -> Draft:
    """Paragraphs a blank line apart; a table's row on a line, tabs between its cells; notes at the end.

    Refuses what is no DOCX and an archive that unpacks to more than a document would.
    """
    _refuse_bomb(data)
    try:
        document = docx.Document(io.BytesIO(data))
        notes = [
            parse_xml(relation.target_part.blob)
            for relation in document.part.rels.values()
            if not relation.is_external and relation.reltype.endswith(_NOTES)
        ]
    except (PackageNotFoundError, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise IntakeError(_NO_DOCX) from error
    blocks: list[str] = []
    length = 0
    for root in (document.element.body, *notes):
        for block in _blocks(root):
            blocks.append(tidy(block))
            length += len(blocks[-1])
            refuse_too_long(length)
    properties = document.core_properties
    published = date_or_nothing(properties.created.date().isoformat() if properties.created else "")
    return Draft(
        "\n\n".join(filter(None, blocks)),
        title=title_or_nothing(properties.title),
        author=one_line(properties.author),
        published=published,
        warnings=file_date_warning(published),
    )


def _blocks(container: etree._Element) -> Iterator[str]:
    """The paragraphs and tables below an element, also inside content controls and the like."""
    for element in _nearest(container, _PARAGRAPH, _TABLE):
        if element.tag == _TABLE:
            yield "\n".join(_row(row) for row in _nearest(element, qn("w:tr")))
        else:
            yield "".join(_pieces(element))
            for box in _nearest(element, _TEXT_BOX):
                yield from _blocks(box)


def _row(row: etree._Element) -> str:
    return "\t".join("\n".join(filter(None, _blocks(cell))) for cell in _nearest(row, qn("w:tc")))


def _nearest(element: etree._Element, *tags: str) -> Iterator[etree._Element]:
    """The descendants of these kinds that lie in no other of them, in order."""
    for child in element:
        if child.tag in tags:
            yield child
        elif child.tag not in _LEFT_OUT:
            yield from _nearest(child, *tags)


def _pieces(element: etree._Element) -> Iterator[str]:
    for child in element:
        if child.tag in _TEXT:
            yield child.text or ""
        elif child.tag in _CHARACTERS:
            yield _CHARACTERS[child.tag]
        elif child.tag not in _LEFT_OUT and child.tag != _TEXT_BOX:
            yield from _pieces(child)


def _refuse_bomb(data: bytes) -> None:
    """Refuse what is no archive, and one that would unpack to far more than it is.

    The archive's own list is asked first; then each part is unpacked in pieces to nowhere, so that a list
    that lies is found out before any part is held in memory.
    """
    if data.startswith(_OLD_WORD):
        raise IntakeError(
            "This is a Word file of the old kind (.doc), or one locked by a password. "
            "Save it as DOCX without a password and bring that."
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        bomb = unpacked > _RATIO_COUNTS_FROM and unpacked > MAX_RATIO * len(data)
        if bomb or unpacked > MAX_UNPACKED or len(parts) > MAX_PARTS:
            raise IntakeError(
                f"This file would unpack from {len(data):,} to {unpacked:,} bytes in {len(parts):,} parts, "
                "far more than a document does; it was not opened. Copy its text into a new document and "
                "bring that."
            )
        for part in parts:
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise IntakeError(_NO_DOCX)
            with archive.open(part) as stream:
                while stream.read(_CHUNK):
                    pass
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, RuntimeError) as error:
        raise IntakeError(_NO_DOCX) from error
