"""HTML: the article of a page without menus, scripts and comments, and what the page says about itself."""

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

import trafilatura
from lxml import etree, html

from sources.intake.draft import Draft, IntakeError
from sources.intake.text import (
    as_browsers_do,
    characters_of,
    date_or_nothing,
    decode,
    decode_as,
    one_line,
    tidy,
)

_NO_TEXT = "No text found on this page. Open it in a browser, copy the text and paste it."

_DECLARED = re.compile(
    rb"""(?:<meta[^>]{0,200}?charset|<\?xml[^>]{0,200}?encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 4096
_WIDE = ("utf-16", "utf-16-le", "utf-16-be")

_MAX_ADDRESS = 2000

# Below this trafilatura gives up on the page's structure and breaks sentences at every bold word.
_SHORT = 250
# A page of more is a book and no article, and trafilatura's time grows with the square of their number.
_MANY_ELEMENTS = 30_000

# HTML's elements, and those that trafilatura makes of them.
_UNSEEN = {
    "script", "style", "noscript", "template", "iframe", "object", "svg", "math", "select", "button",
    "textarea", "audio", "video", "canvas", "nav",
}  # fmt: skip
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr",
    "list", "main", "ol", "p", "pre", "quote", "section", "summary", "table", "ul",
}  # fmt: skip
_LINES = {"br", "lb", "item", "li", "row", "tr"}
_CELLS = {"cell", "td", "th"}
_AS_WRITTEN = {"pre", "quote", "code"}


def read(data: bytes, encoding: str, address: str = "") -> Draft:
    """The article as trafilatura finds it; where it finds next to none, all text that a browser would show.

    Paragraphs stand a blank line apart; list items, table rows and line breaks begin a line; tabs part cells.
    Title, author, date, site and addresses are what the page states, a date in its address among it; the date is never
    guessed from its text. `address` is where the page was fetched: its own unless it gives another, and where a
    relative canonical address begins; without it such a one is left out.
    """
    source, used = _decoded(data, encoding)
    text = _article(_parsed(source))
    warnings = []
    if len(text) < _SHORT and (seen := rendered(_parsed(source).find("body"))):
        text = seen
        warnings.append("No article was recognised on this page: all its text was taken.")
    if not text:
        raise IntakeError(_NO_TEXT)
    tree = _parsed(source)
    stated = {"canonical_url": _canonical_address(tree, address), **_metadata(tree, address)}
    return Draft(text, encoding=used, warnings=tuple(warnings), **stated)


def _decoded(data: bytes, encoding: str) -> tuple[str, str]:
    """The page's source by the encoding named, else by byte-order mark, else as declared, else by a guess."""
    if encoding:
        return decode_as(data, encoding), encoding
    declared = _DECLARED.search(data[:_DECLARED_WITHIN])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = as_browsers_do(declared[1].decode("ascii", "replace")) or "utf-8"
        if name in _WIDE:  # a page in UTF-16 cannot say so in ASCII: one that does is UTF-8
            name = "utf-8"
        try:
            return characters_of(data, name), name
        except UnicodeDecodeError:
            pass  # a page that declares one encoding and comes in another
    return decode(data)


def _parsed(source: str) -> html.HtmlElement:
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        tree = html.document_fromstring(source.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except etree.ParserError as error:
        raise IntakeError(_NO_TEXT) from error
    if parser.error_log.filter_types([etree.ErrorTypes.ERR_RESOURCE_LIMIT]):
        # The parser goes on without what lies beyond its limit: half a page would pass for all of it.
        raise IntakeError(
            "This page is nested too deeply to be read whole. Open it in a browser, copy the text, paste it."
        )
    return tree


def _article(tree: html.HtmlElement) -> str:
    if sum(1 for _ in tree.iter()) > _MANY_ELEMENTS:
        return ""
    found = trafilatura.bare_extraction(tree, include_comments=False)
    return rendered(found.body) if isinstance(found, trafilatura.settings.Document) else ""


def _metadata(tree: html.HtmlElement, address: str) -> dict[str, str]:
    found = trafilatura.extract_metadata(tree, default_url=address or None, extensive=False)
    language = tree.get("lang", "").partition("-")[0].lower()
    return {
        "title": one_line(found.title),
        "outlet": one_line(found.sitename),
        "author": one_line(found.author),
        "url": _web_address(one_line(found.url, 2000)),
        "published": date_or_nothing(found.date or ""),
        "language": language if re.fullmatch("[a-z]{2}", language) else "",
    }


def _web_address(address: str) -> str:
    try:
        return address if urlsplit(address).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _canonical_address(tree: html.HtmlElement, address: str) -> str:
    """The address that the page gives as its own, absolute and without fragment; '' for none.

    The front page of a site is none: sites that name it on every page would make one of all their articles.
    """
    written = next(
        (
            one_line(found, _MAX_ADDRESS + 1)
            for path in (
                "//link[contains(concat(' ', translate(@rel, 'CANOIL', 'canoil'), ' '), ' canonical ')]/@href",
                "//meta[@property='og:url']/@content",
            )
            for found in tree.xpath(path)
        ),
        "",
    )
    base = next(iter(tree.xpath("//base/@href")), "")
    try:
        stated = urldefrag(urljoin(urljoin(address, base.strip()), written)).url if written else ""
        parts = urlsplit(stated)
        if not (_web_address(stated) and parts.hostname and stated.isprintable()) or " " in stated:
            return ""
        return stated if len(stated) <= _MAX_ADDRESS and (parts.path.strip("/") or parts.query) else ""
    except ValueError:
        return ""


def rendered(root: etree._Element | None) -> str:
    """The text below an element of HTML, or of trafilatura's XML, laid out as a browser would."""
    if root is None:
        return ""
    pieces: list[str] = []
    for piece in _pieces(root):
        # White space at the start of a line is the source's indentation, not the text's.
        pieces.append(piece.lstrip(" ") if not pieces or pieces[-1].endswith(("\n", "\t")) else piece)
    return tidy("".join(filter(None, pieces)))


def _pieces(root: etree._Element) -> Iterator[str]:
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        yield _boundary(element, event)
        if event == "end":
            if element is not root:
                yield _text(element.getparent(), element.tail)
        elif element.tag in _UNSEEN or element.get("hidden") is not None:
            walker.skip_subtree()
        else:
            yield _text(element, element.text)


def _boundary(element: etree._Element, event: str) -> str:
    """What stands between an element and what comes before its start or after its end."""
    if element.tag in _LINES:
        return "\n" if event == "start" else ""
    if element.tag in _CELLS:
        return "\t" if event == "start" and element.getprevious() is not None else ""
    inline_quote = element.tag == "quote" and element.getparent().tag == "p"
    return "\n\n" if element.tag in _BLOCKS and not inline_quote else ""


def _text(element: etree._Element, text: str | None) -> str:
    if not text or element.tag in _AS_WRITTEN:
        return text or ""
    return re.sub(r"[ \t\n\r\f]+", " ", text)
