"""DOCX: the paragraphs and tables of the main text, in order."""

import io
import zipfile
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml import etree

from sources.intake.draft import Draft, IntakeError
from sources.intake.text import one_line, refuse_too_long, tidy

MAX_UNPACKED = 200_000_000
MAX_RATIO = 200
MAX_PARTS = 5_000
_RATIO_COUNTS_FROM = 10_000_000

_NO_DOCX = "This is no DOCX file, or a damaged one. Save it again as DOCX and bring that."


def read(data: bytes, encoding: str) -> Draft:
    """Paragraphs a blank line apart, the rows of a table on lines of their own with tabs between the cells.

    Refuses what is no DOCX and an archive that unpacks to more than a document would.
    """
    _refuse_bomb(data)
    try:
        document = docx.Document(io.BytesIO(data))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise IntakeError(_NO_DOCX) from error
    blocks: list[str] = []
    length = 0
    for block in _blocks(document):
        blocks.append(tidy(block))
        length += len(blocks[-1])
        refuse_too_long(length)
    properties = document.core_properties
    published = properties.created.date().isoformat() if properties.created else ""
    warnings = ["The date is the day the file was made, not always the day of publication: check it."]
    return Draft(
        "\n\n".join(filter(None, blocks)),
        title=one_line(properties.title),
        author=one_line(properties.author),
        published=published,
        warnings=tuple(warnings if published else ()),
    )


def _blocks(document: Document) -> Iterator[str]:
    for block in document.iter_inner_content():
        if block._element.tag == qn("w:p"):
            yield block.text
        else:
            yield "\n".join("\t".join(cell.text for cell in row.cells) for row in block.rows)


def _refuse_bomb(data: bytes) -> None:
    """Refuse an archive that would unpack to far more than it is; reads nothing but its list of parts."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise IntakeError(_NO_DOCX) from error
    unpacked = sum(part.file_size for part in parts)
    ratio = unpacked / len(data)
    if (
        len(parts) > MAX_PARTS
        or unpacked > MAX_UNPACKED
        or (unpacked > _RATIO_COUNTS_FROM and ratio > MAX_RATIO)
    ):
        raise IntakeError(
            f"This file would unpack from {len(data):,} to {unpacked:,} bytes, far more than a text document does; "
            "it was not opened. Copy its text into a new document and bring that."
        )
