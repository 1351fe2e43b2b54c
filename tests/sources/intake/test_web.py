"""From an address to a draft: what a page says, and what its server says of it."""

import codecs
from collections.abc import Iterator
from typing import Any

import pytest

from sources.intake.draft import IntakeError
from sources.intake.readers import Readers
from sources.intake.web import read_address
from tests.sources.intake.test_pdf import make_pdf
from tests.website import HOST, Website, moved, page

LONG = (
    "The spokesman said on Monday that the agreement had been signed and would come into force within weeks, "
    "according to officials who are familiar with the matter. "
)


@pytest.fixture
def site(settings: Any) -> Iterator[Website]:
    settings.FETCH_ALLOW = [HOST]
    with Website() as site:
        yield site


@pytest.fixture(scope="module")
def apart() -> Iterator[Readers]:
    """One process that reads all pages: starting one takes longer than a test may."""
    with Readers() as apart:
        yield apart


def test_page_becomes_a_draft(site: Website) -> None:
    article = f"""<!DOCTYPE html><html lang="en-GB"><head><title>Treaty signed | The Courier</title>
        <meta name="author" content="Jane Doe"><meta property="og:site_name" content="The Courier">
        <meta property="og:title" content="Treaty signed">
        <meta property="article:published_time" content="2023-03-21T10:00:00+01:00">
        <link rel="canonical" href="https://agency.example/treaty#top"></head>
        <body><nav>Menu</nav><article><h1>Treaty signed</h1><p>{LONG}</p><p>{LONG}</p></article></body></html>"""
    site.answers["/short"] = moved("/treaty?id=1")
    site.answers["/treaty?id=1"] = page(article)
    found = read_address(site.at("/short#comments"))
    assert found.fetched.data == article.encode()
    assert found.draft.text == f"Treaty signed\n\n{LONG.strip()}\n\n{LONG.strip()}"
    assert (found.draft.title, found.draft.author) == ("Treaty signed", "Jane Doe")
    assert (found.draft.outlet, found.draft.published) == ("The Courier", "2023-03-21")
    assert (found.draft.language, found.draft.encoding) == ("en", "utf-8")
    assert found.draft.url == found.fetched.address == site.at("/treaty?id=1")
    assert found.draft.canonical_url == "https://agency.example/treaty"


def test_outlet_is_the_host_where_the_page_names_none(site: Website) -> None:
    site.answers["/a.txt"] = page(LONG, kind="text/plain")
    assert read_address(site.at("/a.txt")).draft.outlet == HOST


def test_date_in_the_address_is_the_pages(site: Website) -> None:
    site.answers["/2023/03/21/treaty"] = page(f"<title>Treaty</title><p>{LONG}</p><p>{LONG}</p>")
    assert read_address(site.at("/2023/03/21/treaty")).draft.published == "2023-03-21"


@pytest.mark.parametrize(
    ("head", "canonical"),
    [
        ('<link rel="canonical" href="/x/story?a=b#c">', "{site}/x/story?a=b"),
        ('<link rel="canonical" href="story">', "{site}/x/story"),
        ('<link rel=" Alternate CANONICAL " href="//other.example/story">', "http://other.example/story"),
        ('<base href="/y/"><link rel="canonical" href="story">', "{site}/y/story"),
        ('<base href="http://[">', ""),
        ('<meta property="og:url" content="https://other.example/story">', "https://other.example/story"),
        (
            '<meta property="og:url" content="https://b.example/b"><link rel="canonical" href="/a">',
            "{site}/a",
        ),
        ('<link rel="canonical" href="/">', ""),
        ('<link rel="canonical" href="https://other.example">', ""),
        ('<link rel="canonical" href="https://other.example/?p=12">', "https://other.example/?p=12"),
        ('<link rel="canonical" href="javascript:alert(1)">', ""),
        ('<link rel="canonical" href="file:///etc/passwd">', ""),
        ('<link rel="canonical" href="http://[">', ""),
        ('<link rel="canonical" href="https:///story">', ""),
        ('<link rel="canonical" href="https://other.example/a b">', ""),
        (f'<link rel="canonical" href="/{"a" * 2000}">', ""),
        ('<link rel="canonical" href="">', ""),
        ('<link rel="canonical">', ""),
        ("", ""),
    ],
)
def test_canonical_address_is_what_the_page_gives(
    head: str, canonical: str, site: Website, apart: Readers
) -> None:
    site.answers["/x/1?utm=2"] = page(
        f"<html><head>{head}</head><body><p>Words of the page.</p></body></html>"
    )
    draft = read_address(site.at("/x/1?utm=2"), apart=apart).draft
    assert draft.canonical_url == canonical.replace("{site}", site.at(""))
    assert draft.url == site.at("/x/1?utm=2")


RUSSIAN = "Министр заявила, что соглашение не подписано. " * 9
FRENCH = "Le café était fermé, dit-on. L’été s’achève. " * 9


@pytest.mark.parametrize(
    ("kind", "data", "text", "encoding"),
    [
        ("text/html; charset=windows-1251", RUSSIAN.encode("cp1251"), RUSSIAN, "cp1251"),
        ("text/plain; charset=koi8-r", RUSSIAN.encode("koi8-r"), RUSSIAN, "koi8-r"),
        ("text/plain; charset=iso-8859-1", FRENCH.encode("cp1252"), FRENCH, "windows-1252"),
        ("text/html; charset=UTF-16", RUSSIAN.encode("utf-16-le"), RUSSIAN, "utf-16"),
        # the header goes before the page's own word
        (
            'text/html; charset="windows-1251"',
            b'<meta charset="iso-8859-1">' + RUSSIAN.encode("cp1251"),
            RUSSIAN,
            "cp1251",
        ),
        # a byte-order mark goes before the header
        ("text/html; charset=windows-1251", codecs.BOM_UTF8 + RUSSIAN.encode(), RUSSIAN, "utf-8"),
        (
            "text/plain; charset=utf-8",
            codecs.BOM_UTF16_BE + RUSSIAN.encode("utf-16-be"),
            RUSSIAN,
            "utf-16-be",
        ),
        # a header that is wrong, unknown or empty leaves it to the page, then to a guess
        (
            "text/html; charset=utf-8",
            b'<meta charset="windows-1251">' + RUSSIAN.encode("cp1251"),
            RUSSIAN,
            "cp1251",
        ),
        (
            "text/html; charset=nonsense",
            b"<meta charset=koi8-r>" + RUSSIAN.encode("koi8-r"),
            RUSSIAN,
            "koi8-r",
        ),
        ("text/html; charset=zip", RUSSIAN.encode(), RUSSIAN, "utf-8"),
        ("text/plain; charset=", RUSSIAN.encode(), RUSSIAN, "utf-8"),
        ("text/plain", RUSSIAN.encode("cp1251"), RUSSIAN, "windows-1251"),
    ],
)
def test_characters_are_read_as_the_server_says(
    kind: str, data: bytes, text: str, encoding: str, site: Website, apart: Readers
) -> None:
    site.answers["/a"] = page(data, kind=kind)
    draft = read_address(site.at("/a"), apart=apart).draft
    assert draft.text.strip() == text.strip()
    assert draft.encoding == encoding


def test_pdf_is_read(site: Website) -> None:
    site.answers["/report"] = page(make_pdf(["Words of a report"]), kind="application/pdf")
    assert read_address(site.at("/report")).draft.text == "Words of a report"


def test_page_that_is_not_what_its_server_says_is_refused(site: Website) -> None:
    site.answers["/report"] = page("<p>Sign in first.", kind="application/pdf")
    with pytest.raises(IntakeError, match="This is no PDF"):
        read_address(site.at("/report"))


def test_the_operators_list_counts_unless_another_is_given(site: Website, settings: Any) -> None:
    site.answers["/a"] = page()
    settings.FETCH_ALLOW = []
    with pytest.raises(IntakeError, match="is not on the public internet"):
        read_address(site.at("/a"))
    assert read_address(site.at("/a"), allow=[HOST]).draft.text == "Words of the page."


def test_many_are_read_by_one_process(site: Website) -> None:
    for number in range(3):
        site.answers[f"/{number}"] = page(f"<link rel=canonical href=/c/{number}><p>Page number {number}.")
    with Readers() as apart:
        drafts = [read_address(site.at(f"/{number}"), apart=apart).draft for number in range(3)]
    assert [draft.text for draft in drafts] == [f"Page number {number}." for number in range(3)]
    assert [draft.canonical_url for draft in drafts] == [site.at(f"/c/{number}") for number in range(3)]
