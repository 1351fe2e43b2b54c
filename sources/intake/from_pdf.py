"""PDF: the text of all pages, as it stands in the file. Scanned pages hold none."""

import re

import pypdfium2
import pypdfium2.raw

from sources.intake.draft import Draft, IntakeError
from sources.intake.text import (
    date_or_nothing,
    file_date_warning,
    one_line,
    refuse_too_long,
    tidy,
    title_or_nothing,
)

# PDFium writes a hyphen at the end of a line as U+0002 or U+FFFE; typesetters use U+2010 and the soft hyphen.
_HYPHENS = str.maketrans(dict.fromkeys("\x02\ufffe\u2010\xad", "-"))


def read(data: bytes, _encoding: str, _address: str = "") -> Draft:
    """The text of the pages, a blank line between them, with title, author and date as the file states them.

    Refuses what is no PDF, what needs a password, and a file whose pages hold no text.
    """
    document = _opened(data)
    pages: list[str] = []
    length = 0
    for number in range(len(document)):
        pages.append(tidy(_page_text(document, number).translate(_HYPHENS)))
        length += len(pages[-1])
        refuse_too_long(length)
    text = "\n\n".join(filter(None, pages))
    if not text:
        raise IntakeError("No text found: a scanned PDF needs text recognition first.")
    stated = document.get_metadata_dict()
    published = _date(stated["CreationDate"])
    return Draft(
        text,
        title=title_or_nothing(stated["Title"]),
        author=one_line(stated["Author"]),
        published=published,
        warnings=_silent_pages(pages) + file_date_warning(published),
    )


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise IntakeError(
                "This PDF is locked by a password. Save a copy without one and bring that."
            ) from error
        raise IntakeError("This is no PDF, or a damaged one. Save it again as PDF and bring that.") from error


def _page_text(document: pypdfium2.PdfDocument, number: int) -> str:
    try:
        page = document[number]
        text: str = page.get_textpage().get_text_bounded()
    except pypdfium2.PdfiumError as error:
        raise IntakeError(
            f"Page {number + 1} is damaged. Save the file again as PDF and bring that."
        ) from error
    page.close()
    return text


def _silent_pages(pages: list[str]) -> tuple[str, ...]:
    silent = pages.count("")
    if not silent:
        return ()
    return (f"{silent} of {len(pages)} pages hold no text; pages that are pictures need text recognition.",)


def _date(stated: str) -> str:
    """`2023-01-15` of a PDF date such as `D:20230115093000+01'00'`, as precise as stated; else ''."""
    found = re.match(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?", stated, re.ASCII)
    return date_or_nothing("-".join(filter(None, found.groups()))) if found else ""
