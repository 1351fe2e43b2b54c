"""HTML: the article of a page without menus, scripts and comments, and what the page says about itself."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import trafilatura
from lxml import etree, html

from sources.intake.draft import Draft, IntakeError
from sources.intake.text import canonical, decode, decode_as, one_line, tidy

_NO_PAGE = "No text found on this page. Open it in a browser, copy the text and paste it instead."

_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_DECLARED_WITHIN = 4096

# What browsers read under these names (https://encoding.spec.whatwg.org/#names-and-labels).
_AS_BROWSERS_DO = {
    "ascii": "windows-1252",
    "iso8859-1": "windows-1252",
    "iso8859-9": "windows-1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}

_UNSEEN = {
    "head", "script", "style", "noscript", "template", "iframe", "object", "svg", "math", "select", "button",
    "textarea", "audio", "video", "canvas",
}  # fmt: skip
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "summary", "table", "tr", "ul",
}  # fmt: skip


def read(data: bytes, encoding: str) -> Draft:
    """The article as trafilatura finds it, its paragraphs a blank line apart; where it finds none, all visible text.

    Title, author, date, site and address are what the page states; the date is never guessed from its text.
    """
    source, used = _decoded(data, encoding)
    text = _article(_parsed(source))
    warnings = []
    if not text:
        text = tidy("".join(_visible(_parsed(source))))
        warnings.append("No article was recognised on this page: all its text was taken, menus included.")
    if not text:
        raise IntakeError(_NO_PAGE)
    return Draft(text, encoding=used, warnings=tuple(warnings), **_metadata(_parsed(source)))


def _decoded(data: bytes, encoding: str) -> tuple[str, str]:
    """The page's source by the encoding named, else by byte-order mark, else as declared, else by a guess."""
    if encoding:
        return decode_as(data, encoding), encoding
    declared = _DECLARED.search(data[:_DECLARED_WITHIN])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = canonical(declared[1].decode("ascii")) or "utf-8"
        name = _AS_BROWSERS_DO.get(name, name)
        try:
            return data.decode(name), name
        except UnicodeDecodeError:
            pass  # a page that declares one encoding and comes in another
    return decode(data)


def _parsed(source: str) -> html.HtmlElement:
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError as error:
        raise IntakeError(_NO_PAGE) from error


def _article(tree: html.HtmlElement) -> str:
    found = trafilatura.bare_extraction(tree, include_comments=False)
    if not isinstance(found, trafilatura.settings.Document) or not found.text:
        return ""
    # Paragraphs come a line each; list items and table rows are to stay together.
    return tidy(re.sub(r"\n(?!- |\| )", "\n\n", found.text))


def _metadata(tree: html.HtmlElement) -> dict[str, str]:
    declared_language = tree.get("lang", "").partition("-")[0].lower()
    found = trafilatura.extract_metadata(tree, extensive=False)
    address = one_line(found.url, 2000)
    return {
        "title": one_line(found.title),
        "outlet": one_line(found.sitename),
        "author": one_line(found.author),
        "url": address if urlsplit(address).scheme in {"http", "https"} else "",
        "published": found.date or "",
        "language": declared_language if re.fullmatch("[a-z]{2}", declared_language) else "",
    }


def _visible(tree: html.HtmlElement) -> Iterator[str]:
    """The text of the page as a browser would show it, piece by piece."""
    walker = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walker:
        tag = element.tag
        unseen = tag in _UNSEEN or element.get("hidden") is not None
        if tag == "br" and event == "start":
            yield "\n"
        elif tag in _BLOCKS:
            yield "\n\n"
        elif tag in {"td", "th"}:
            yield "\t"
        if event == "start" and unseen:
            walker.skip_subtree()
        elif event == "start":
            yield re.sub(r"\s+", " ", element.text or "")
        else:
            yield re.sub(r"\s+", " ", element.tail or "")
