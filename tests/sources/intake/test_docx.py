"""DOCX: documents made with python-docx, and archives that mean harm."""

import io
import struct
import time
import tracemalloc
import zipfile
from datetime import UTC, datetime

import docx
import pytest
from docx.document import Document
from docx.oxml.parser import parse_xml

from sources.intake import from_docx
from sources.intake.extract import IntakeError, extract

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def saved(document: Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The archive with one part replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return stream.getvalue()


def with_body(xml: str) -> bytes:
    """A document with this XML in front of its body's end."""
    document = docx.Document()
    for element in parse_xml(f"<w:body {W}>{xml}</w:body>"):
        document.element.body.insert(len(document.element.body) - 1, element)
    return saved(document)


def test_paragraphs_and_tables_come_in_order() -> None:
    document = docx.Document()
    document.core_properties.title = "On the treaty"
    document.core_properties.author = "Jane Doe"
    document.core_properties.created = datetime(2023, 1, 15, 9, 30, tzinfo=UTC)
    document.add_heading("Heading", 1)
    document.add_paragraph("It was ").add_run("not").bold = True
    table = document.add_table(2, 2)
    for cell, words in zip(table._cells, ["Year", "Sum", "2022", "5 %"], strict=True):
        cell.text = words
    document.add_paragraph("")
    document.add_paragraph("After. e\u0301 👩‍👩‍👧 مرحبا “שלום” 𝔸")
    draft = extract("a.docx", saved(document))
    assert (
        draft.text == "Heading\n\nIt was not\n\nYear\tSum\n2022\t5 %\n\nAfter. e\u0301 👩‍👩‍👧 مرحبا “שלום” 𝔸"
    )
    assert (draft.title, draft.author, draft.published) == ("On the treaty", "Jane Doe", "2023-01-15")
    assert "is when the file was made" in draft.warnings[0]


def test_a_document_without_properties_takes_its_first_line_as_title() -> None:
    document = docx.Document()
    document.core_properties.title = "Word Document"
    document.add_paragraph("First line")
    assert extract("a.docx", saved(document)).title == "First line"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>", "a\tb\nc"),
        (
            "<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:t>a</w:t></w:r></w:p>",
            "a",
        ),
        (
            "<w:p><w:r><w:t>well</w:t><w:noBreakHyphen/><w:t>kn</w:t><w:softHyphen/><w:t>own</w:t></w:r></w:p>",
            "well-known",
        ),
        (
            "<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>",
            "new",
        ),
        (
            "<w:p><w:moveFrom><w:r><w:t>x</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>x</w:t></w:r></w:moveTo></w:p>",
            "x",
        ),
        ("<w:p><w:hyperlink><w:r><w:t>a link</w:t></w:r></w:hyperlink></w:p>", "a link"),
        (
            "<w:sdt><w:sdtContent><w:p><w:r><w:t>inside a control</w:t></w:r></w:p></w:sdtContent></w:sdt>",
            "inside a control",
        ),
        (
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>outer</w:t></w:r></w:p></w:tc><w:tc><w:tbl><w:tr><w:tc><w:p><w:r>"
            "<w:t>inner</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>",
            "outer\tinner",
        ),
        (
            "<w:p><w:r><w:t>host</w:t><w:pict><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent>"
            "</w:pict></w:r><w:r><w:t> goes on</w:t></w:r></w:p>",
            "host goes on\n\nbox",
        ),
    ],
    ids=["breaks", "tab stops", "hyphens", "changes", "moves", "link", "control", "nested table", "text box"],
)
def test_nothing_that_a_reader_sees_is_lost_or_doubled(xml: str, text: str) -> None:
    assert extract("a.docx", with_body(xml)).text == text


def test_notes_stand_at_the_end() -> None:
    data = with_body("<w:p><w:r><w:t>Main text</w:t><w:footnoteReference w:id='1'/></w:r></w:p>")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        relations = archive.read("word/_rels/document.xml.rels").decode()
        types = archive.read("[Content_Types].xml").decode()
    data = with_part(
        data,
        "word/_rels/document.xml.rels",
        relations.replace(
            "</Relationships>",
            f'<Relationship Id="rId99" Type="{kind}" Target="footnotes.xml"/></Relationships>',
        ).encode(),
    )
    part = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    data = with_part(
        data,
        "[Content_Types].xml",
        types.replace(
            "</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{part}"/></Types>'
        ).encode(),
    )
    note = "<w:footnote w:id='1'><w:p><w:r><w:t>See Reuters.</w:t></w:r></w:p></w:footnote>"
    notes = f"<w:footnotes {W}>{note}</w:footnotes>"
    assert (
        extract("a.docx", with_part(data, "word/footnotes.xml", notes.encode())).text
        == "Main text\n\nSee Reuters."
    )


def test_a_document_without_text_is_refused() -> None:
    with pytest.raises(IntakeError, match="No text found"):
        extract("a.docx", saved(docx.Document()))


def zip_of(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"PK\x03\x04rest",
        zip_of("readme.txt", b"x"),
        zip_of("[Content_Types].xml", b"<no"),
        saved(docx.Document())[:-900],
    ],
    ids=["no archive", "broken archive", "another archive", "broken xml", "truncated"],
)
def test_what_is_no_docx_is_refused(data: bytes) -> None:
    with pytest.raises(IntakeError, match="This is no DOCX file, or a damaged one"):
        extract("a.docx", data)


def test_a_locked_or_old_word_file_is_refused_as_such() -> None:
    with pytest.raises(IntakeError, match=r"of the old kind.*or one locked by a password"):
        extract("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))


@pytest.fixture(scope="module")
def bomb() -> bytes:
    return with_part(saved(docx.Document()), "word/document.xml", b" " * 60_000_000)


def test_a_bomb_is_refused_before_it_is_opened(bomb: bytes) -> None:
    assert len(bomb) < 200_000
    start = time.process_time()
    with pytest.raises(IntakeError, match=r"would unpack from .* to 60,\d+,\d+ bytes"):
        extract("a.docx", bomb)
    assert time.process_time() - start < 1


def test_a_bomb_that_lies_about_its_size_is_refused_without_being_held(bomb: bytes) -> None:
    true, told = struct.pack("<L", 60_000_000), struct.pack("<L", 1000)
    assert bomb.count(true) == 2  # once in the part's own header, once in the archive's list
    lying = bomb.replace(true, told)
    start = time.process_time()
    with pytest.raises(IntakeError, match="This is no DOCX file, or a damaged one"):
        extract("a.docx", lying)
    assert time.process_time() - start < 1
    tracemalloc.start()
    with pytest.raises(IntakeError):
        from_docx.read(lying, "")
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def bombed(where: str) -> bytes:
    """A document whose entity `a9` is a billion times `lol`, used at `where`."""
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    xml = (
        f'<!DOCTYPE w:document [<!ENTITY a0 "lol">{entities}]>'
        f"<w:document {W}><w:body><w:p><w:r>{where}</w:r></w:p><w:sectPr/></w:body></w:document>"
    )
    return with_part(saved(docx.Document()), "word/document.xml", xml.encode())


@pytest.mark.parametrize("where", ["<w:t>words &a9;</w:t>", '<w:t w:x="&a9;">words</w:t>'])
def test_entities_do_not_multiply(where: str) -> None:
    start = time.process_time()
    with pytest.raises(IntakeError, match="or a damaged one"):
        extract("a.docx", bombed(where))
    assert time.process_time() - start < 1


def test_no_file_is_read_by_reference() -> None:
    xml = (
        '<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        f"<w:document {W}><w:body><w:p><w:r><w:t>words &x;</w:t></w:r></w:p></w:body></w:document>"
    )
    data = with_part(saved(docx.Document()), "word/document.xml", xml.encode())
    assert extract("a.docx", data).text == "words"
