"""PDF: files written here by hand, byte by byte."""

import pytest

from sources.intake.extract import IntakeError, extract

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def make_pdf(*pages: list[str], info: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF with one line of Helvetica for each string; `info` and `trailer` go into these dictionaries."""
    kids = b" ".join(b"%d 0 R" % (5 + 2 * number) for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        FONT,
        b"<< %s >>" % info,
    ]
    for number, lines in enumerate(pages):
        shown = b" ".join(b"(%s) Tj T*" % line.encode("cp1252") for line in lines)
        stream = b"BT /F1 12 Tf 14 TL 72 720 Td %s ET" % shown
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (6 + 2 * number)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R %s >>\n" % (len(objects) + 1, trailer)
    return data + b"startxref\n%d\n%%%%EOF\n" % start


def test_pages_come_out_with_their_lines() -> None:
    draft = extract("report.PDF", make_pdf(["The first line, of the café,", "the second."], ["Page two."]))
    assert draft.text == "The first line, of the café,\nthe second.\n\nPage two."
    assert draft.title == "The first line, of the café,"
    assert (draft.encoding, draft.published, draft.warnings) == ("", "", ())


def test_a_hyphen_at_the_end_of_a_line_is_a_hyphen() -> None:
    draft = extract("a.pdf", make_pdf(["Relations of China-", "Russia are well-known."]))
    assert draft.text == "Relations of China-Russia are well-known."


def test_what_the_file_says_about_itself_is_found() -> None:
    info = b"/Title (A report) /Author (Jane Doe) /CreationDate (D:20230115093000+01'00')"
    draft = extract("a.pdf", make_pdf(["Words."], info=info))
    assert (draft.title, draft.author, draft.published) == ("A report", "Jane Doe", "2023-01-15")
    assert "2023-01-15, is when the file was made" in draft.warnings[0]


@pytest.mark.parametrize(
    ("stated", "published"),
    [
        (b"D:2023", "2023"),
        (b"202301", "2023-01"),
        (b"D:20231399", ""),
        (b"D:00000101", ""),
        (b"yesterday", ""),
    ],
)
def test_a_date_is_as_precise_as_stated_and_in_the_calendar(stated: bytes, published: str) -> None:
    assert extract("a.pdf", make_pdf(["Words."], info=b"/CreationDate (%s)" % stated)).published == published


@pytest.mark.parametrize("title", [b"Microsoft Word - draft3.docx", b"untitled", b"final.indd", b"   "])
def test_a_title_that_no_person_gave_is_none(title: bytes) -> None:
    assert extract("a.pdf", make_pdf(["Heading", "Words."], info=b"/Title (%s)" % title)).title == "Heading"


def test_pages_without_text_are_named() -> None:
    draft = extract("a.pdf", make_pdf(["Words."], [], ["More."], []))
    assert draft.text == "Words.\n\nMore."
    assert draft.warnings[0].startswith("2 of 4 pages hold no text")


def test_a_scan_is_refused_with_what_it_needs() -> None:
    with pytest.raises(IntakeError, match="No text found: a scanned PDF needs text recognition"):
        extract("a.pdf", make_pdf([], []))


@pytest.mark.parametrize("data", [b"hello", b"%PDF-1.4\n", b"%PDF-1.4\n" + b"\xff" * 5000, b"PK\x03\x04"])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(IntakeError, match="This is no PDF, or a damaged one"):
        extract("a.pdf", data)


def test_a_locked_pdf_is_refused_as_locked() -> None:
    lock = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>]" % (
        b"17" * 32,
        b"2a" * 32,
    )
    with pytest.raises(IntakeError, match="locked by a password"):
        extract("a.pdf", make_pdf(["Words."], trailer=lock))


def test_a_pdf_without_its_last_lines_still_gives_its_text() -> None:
    data = make_pdf(["Words."], ["More."])
    assert extract("a.pdf", data[: data.index(b"startxref")]).text == "Words.\n\nMore."


def test_a_pdf_cut_off_before_its_text_is_refused() -> None:
    data = make_pdf(["Words."])
    with pytest.raises(IntakeError, match="PDF"):
        extract("a.pdf", data[: data.index(b"/MediaBox")])
