"""HTML pages: the article and nothing that a reader of the page would not call its text."""

import time

import pytest

from sources.intake.extract import IntakeError, extract

LONG = (
    "The spokesman said on Monday that the agreement had been signed and would come into force within weeks, "
    "according to officials who are familiar with the matter."
)

PAGE = f"""<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Treaty signed | The Courier</title>
<meta name="author" content="Jane Doe"><meta property="og:site_name" content="The Courier">
<meta property="article:published_time" content="2023-03-21T10:00:00+01:00">
<meta property="og:title" content="Treaty signed"><link rel="canonical" href="https://courier.example/treaty">
<style>p {{ color: HIDDENSTYLE }}</style><script>var a = "HIDDENSCRIPT"</script></head>
<body><nav><a href="/">Home</a> <a href="/world">World</a></nav>
<article><h1>Treaty signed</h1><!-- HIDDENCOMMENT -->
<p>It was <b>not</b> the <a href="/x">first</a> treaty. {LONG}</p>
<script>document.write("HIDDENSCRIPT")</script>
<p>Second line<br>after a break. {LONG}</p>
<blockquote><p>“We never agreed.”</p></blockquote>
<ul><li>one <i>thing</i></li><li>another</li></ul>
<table><tr><th>Year</th><th>Sum</th></tr><tr><td>2022</td><td>5 %</td></tr></table>
<p>Wei&shy;ter e\u0301 👩‍👩‍👧 مرحبا &ldquo;שלום&rdquo; 𝔸. {LONG}</p>
</article><footer>© 2019 HIDDENFOOTER</footer></body></html>"""


def test_the_article_is_found_whole_and_clean() -> None:
    draft = extract("page.html", PAGE.encode())
    assert draft.text == (
        f"Treaty signed\n\nIt was not the first treaty. {LONG}\n\nSecond line\nafter a break. {LONG}\n\n"
        "“We never agreed.”\n\none thing\nanother\n\nYear\tSum\n2022\t5 %\n\n"
        f"Weiter e\u0301 👩‍👩‍👧 مرحبا “שלום” 𝔸. {LONG}"
    )
    assert draft.warnings == ()


def test_what_the_page_says_about_itself_is_found() -> None:
    draft = extract("page.htm", PAGE.encode())
    assert draft.title == "Treaty signed"
    assert draft.author == "Jane Doe"
    assert draft.outlet == "The Courier"
    assert draft.published == "2023-03-21"
    assert draft.url == "https://courier.example/treaty"
    assert (draft.language, draft.encoding) == ("en", "utf-8")


def test_a_date_is_not_guessed_from_the_text() -> None:
    source = f"<title>T</title><article><p>On 3 May 2021, {LONG}</p><p>{LONG}</p></article>"
    assert extract("a.html", source.encode()).published == ""


def test_the_same_page_gives_the_same_text() -> None:
    assert extract("a.html", PAGE.encode()) == extract("b.html", PAGE.encode())


def test_a_page_without_an_article_gives_its_visible_text() -> None:
    page = (
        "<html><head><title>Notice</title></head><body><nav>Menu</nav><p>He said <b>no</b>\n   to it.</p>"
        "<script>HIDDEN</script><style>HIDDEN</style><!-- HIDDEN --><noscript>HIDDEN</noscript>"
        "<template>HIDDEN</template><p hidden>HIDDEN</p><pre>as\n  written</pre>"
        "<table><tr><td>a<td>b<tr><td>c</table></body></html>"
    )
    draft = extract("a.html", page.encode())
    assert draft.text == "He said no to it.\n\nas\n  written\n\na\tb\nc"
    assert draft.title == "Notice"
    assert draft.warnings == ("No article was recognised on this page: all its text was taken.",)


def test_a_declared_charset_is_believed() -> None:
    words = "Министр заявила, что соглашение не подписано. "
    source = f'<html><head><meta charset="windows-1251"><title>Т</title><body><p>{words * 9}</p>'
    draft = extract("a.html", source.encode("windows-1251"))
    assert draft.text == (words * 9).strip()
    assert (draft.encoding, draft.language) == ("cp1251", "ru")


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ('<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1">', "cp1252"),
        ('<?xml version="1.0" encoding="windows-1252"?>', "cp1252"),
        ('<meta charset="utf-16">', "utf-8"),
        ('<meta charset="utf-8">', "cp1252"),
        ('<meta charset="zip">', "utf-8"),
        ("", "utf-16"),
        ("", "utf-16-be"),
        ("", "utf-8-sig"),
    ],
)
def test_the_charset_is_read_as_browsers_do(declared: str, encoding: str) -> None:
    words = "He said “no” at the café, it’s over, and she had heard that it cost £5."
    page = f"{declared}<html><body><p>{words}</p></body></html>"
    assert extract("a.html", page.encode(encoding)).text == words


def test_a_charset_can_be_chosen() -> None:
    page = '<meta charset="utf-8"><p>caf\xe9 cr\xe8me'.encode("cp1252")
    draft = extract("a.html", page, encoding="windows-1252")
    assert (draft.text, draft.encoding) == ("café crème", "windows-1252")
    with pytest.raises(IntakeError, match="This is not utf-8"):
        extract("a.html", page, encoding="utf-8")


@pytest.mark.parametrize(
    "source", [b"<html></html>", b"   \n", b"<!-- x -->", b"<script>x</script>", b"\0\0"]
)
def test_a_page_without_text_is_refused(source: bytes) -> None:
    with pytest.raises(IntakeError, match="No text found"):
        extract("a.html", source)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://[", "ftp://x.example/"])
def test_only_a_web_address_is_taken_as_one(address: str) -> None:
    source = f'<html><head><link rel="canonical" href="{address}"><body><p>{LONG}</p><p>{LONG}</p>'
    assert extract("a.html", source.encode()).url == ""


def test_control_characters_and_halves_do_not_get_through() -> None:
    draft = extract("a.html", b"<p>one&#0;&#12;&#xD800;&#1;\x02\x7f two &#128512;</p>")
    assert not {character for character in draft.text if character < " " and character not in "\n\t"}
    assert draft.text.startswith("one")
    assert draft.text.endswith("two 😀")


def test_a_page_is_taken_whole_or_refused() -> None:
    deep = b"<div>" * 1500 + b"<p>deep words</p>" + b"</div>" * 1500 + b"<p>after</p>"
    assert extract("a.html", deep).text == "deep words\n\nafter"
    with pytest.raises(IntakeError, match="nested too deeply"):
        extract("a.html", b"<div>" * 5000 + b"<p>deep words</p>")


def test_a_book_is_read_in_time() -> None:
    lines = [f"Line {number} of a <i>long</i> report." for number in range(20_000)]
    draft = extract("a.html", ("<title>A book</title><p>" + "<p>".join(lines)).encode())
    assert draft.text.count("\n\n") == 19_999
    assert draft.text.endswith("Line 19999 of a long report.")
    assert draft.title == "A book"


def test_entities_do_not_multiply() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE html [<!ENTITY a0 "lol">{entities}]><p>words &a9;</p>'
    start = time.perf_counter()
    assert len(extract("a.html", bomb.encode()).text) < 2000
    assert time.perf_counter() - start < 10  # multiplied, they would take the machine with them


def test_no_file_is_read_by_reference() -> None:
    page = b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>words &x; here</p>'
    assert "root:" not in extract("a.html", page).text
