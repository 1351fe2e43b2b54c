"""W3C Web Annotations and Hypothesis: an annotation with a quote is a claim, one that links two is a link."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from claims.exchange.foreign.records import (
    Given,
    Joined,
    Judged,
    NotRead,
    Parsed,
    Reader,
    Record,
    Said,
    Where,
    kind_of,
)
from claims.exchange.foreign.table import REASON, json_of
from claims.exchange.web_annotation import PREFIX
from sources.intake.text import tidy

Json = Any
_NO_TEXT = ("script", "style", "noscript", "template", "head")
_INLINE = frozenset(
    "a abbr b bdi bdo cite code em i kbd mark q s samp small span strong sub sup time u var wbr ins del font".split()
)
MADE = "The file has no texts: each source is made of the quotes that rest on it, with their context."


def text_of_page(page: str) -> str:
    """The words of a page: of HTML those that it shows, a line a block; plain text as it is."""
    if not page.lstrip().startswith("<"):
        return page
    words = _Words()
    words.feed(page)
    words.close()
    return tidy("".join(words.found))


class _Words(HTMLParser):
    """The text of a page, with a line end where a block begins or ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in _NO_TEXT
        if tag not in _INLINE:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in _NO_TEXT and self.hidden > 0
        if tag not in _INLINE:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.found.append(" ".join(f".{data}.".split())[1:-1])


def _all(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _selectors(target: Json) -> Iterator[dict[str, Any]]:
    """The selectors of a target, those that refine others too."""
    waiting = _all(target.get("selector")) if isinstance(target, dict) else []
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, dict):
            yield one
            waiting += _all(one.get("refinedBy")) + _all(one.get("items"))


def _quote(target: Json) -> tuple[str, str, str, int | None]:
    """The words that a target names, what stands before and after them, and where they begin."""
    exact = before = after = ""
    start = None
    for one in _selectors(target):
        if one.get("type") == "TextQuoteSelector" and isinstance(one.get("exact"), str):
            exact, before, after = one["exact"], _string(one.get("prefix")), _string(one.get("suffix"))
        elif one.get("type") == "TextPositionSelector" and isinstance(one.get("start"), int):
            start = one["start"]
    return exact, before, after, start


def _string(value: Json) -> str:
    """A text, whether it stands alone or as a language's value."""
    if isinstance(value, dict):
        value = value.get("@value") or value.get("value") or value.get("name")
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def _where(address: str, given: Given, page: str, **known: str) -> Where:
    if page:
        # One text: whatever the annotations call the page, it is this one.
        return Where(
            "page", known.get("title") or given.name, url=address if "://" in address else "", text=page
        )
    url = known.pop("url", "") or (address if address.startswith(("http://", "https://")) else "")
    return Where(address or given.name, known.pop("title", "") or address or given.name, url=url, **known)


# ---- W3C


def read_web_annotations(data: bytes, given: Given) -> Parsed:
    """A collection, a page of one, a list, or one annotation alone."""
    found = list(_annotations(json_of(data)))
    if not found:
        raise NotRead("The file holds no annotation.")
    page, notes = text_of_page(given.page), set[str]()
    records = []
    for place, one in enumerate(found, 1):
        record = Record(place, f"annotation {place}", one)
        records.append(record)
        if not isinstance(one, dict):
            record.wrong("", "is no annotation")
            continue
        record.label = _string(one.get(f"{PREFIX}number")) or _string(one.get("id")) or record.label
        targets = _all(one.get("target"))
        if not _quote(targets[0] if targets else None)[0] and _is_link(one):
            _link(record, one)
        else:
            _claim(record, one, targets, given, page)
    _by_number(records)
    if not page:
        notes.add(MADE)
    notes.add(
        "Not carried over: who annotated, how annotations look, and parts of pictures, films and pages."
    )
    return Parsed(records, sorted(notes))


def _annotations(value: Json) -> Iterator[Json]:
    for one in _all(value):
        if isinstance(one, dict) and isinstance(one.get("first"), dict):
            yield from _annotations(one["first"])
        elif isinstance(one, dict) and "items" in one:
            yield from _all(one["items"])
        elif isinstance(one, dict) and "@graph" in one:
            yield from _all(one["@graph"])
        else:
            yield one


def _bodies(one: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each text of an annotation's body with its purpose."""
    if isinstance(one.get("bodyValue"), str):
        yield one["bodyValue"], ""
    for body in _all(one.get("body")):
        for inner in _all(body.get("items")) if isinstance(body, dict) and "items" in body else [body]:
            if isinstance(inner, dict) and isinstance(inner.get("value"), str):
                yield inner["value"], str(inner.get("purpose", ""))


def _claim(record: Record, one: dict[str, Any], targets: list[Json], given: Given, page: str) -> None:
    target = targets[0] if targets else None
    exact, before, after, start = _quote(target)
    if not exact or not isinstance(target, dict):
        record.wrong("target.selector", "names no words of a text: it has no TextQuoteSelector")
        return
    if len(targets) > 1:
        record.wrong("target", "names several places; a claim rests on one quote")
        return
    texts = list(_bodies(one))
    statement = (
        next((text for text, purpose in texts if purpose not in ("tagging", "classifying")), "") or exact
    )
    topics = [text for text, purpose in texts if purpose == "tagging"]
    source = target.get("source")
    address = _string(source.get("id")) if isinstance(source, dict) else _string(source)
    about = source if isinstance(source, dict) else {}
    known = {
        name: _string(about.get(f"{PREFIX}{name}")) for name in ("title", "outlet", "author", "published")
    }
    known["language"] = _string(about.get("language"))
    known["url"] = _string(about.get(f"{PREFIX}url")) or _string(about.get("via"))
    where = _where(_string(about.get(f"{PREFIX}number")) or address, given, page, **known)
    own = {name: _string(one.get(f"{PREFIX}{name}")) for name in _OWN}
    credibility = one.get(f"{PREFIX}credibility")
    record.claims = [
        Said(
            _string(one.get("id")) or record.label, statement, where, exact, start, before, after, topics=topics,
            credibility=credibility if isinstance(credibility, int) else None,
            names={"quote": "target.selector", "statement": "body"}, **own,
        )
    ]  # fmt: skip


_OWN = ("speaker", "affiliation", "via", "asserted", "about", "modality")


def _is_link(one: dict[str, Any]) -> bool:
    return one.get("motivation") == "linking" or len(_all(one.get("target"))) > 1


def _named(value: Json) -> str:
    if isinstance(value, dict):
        return _string(value.get("id")) or _named(value.get("source"))
    return _string(value)


def _link(record: Record, one: dict[str, Any]) -> None:
    ends = [_named(target) for target in _all(one.get("target"))]
    if len(ends) == 1:  # the other way to link: the body is what the target is linked to
        ends = [_named(body) for body in _all(one.get("body")) if _named(body)][:1] + ends
    if first := _string(one.get(f"{PREFIX}from")):
        ends = [first, _string(one.get(f"{PREFIX}to"))]
    if len(ends) != 2 or not all(ends):
        record.wrong("target", "a link needs two annotations, and no more")
        return
    texts = list(_bodies(one))
    kinds = [(kind, purpose) for text, purpose in texts if (kind := kind_of(text)) and purpose in _SAY_KIND]
    if not kinds:
        record.wrong("body", "does not say how the two stand: contradicts, supports or neither")
        return
    joined = Joined(record.label, ends[0], ends[1], kinds[0][0], mutual=one.get(f"{PREFIX}mutual") is True)
    joined.type, joined.strength = (_string(one.get(f"{PREFIX}{name}")) for name in ("type", "strength"))
    joined.rationale = next((text for text, purpose in texts if purpose in ("commenting", "describing")), "")
    joined.names = {"from": "target", "to": "target"}
    for vote in _all(one.get(f"{PREFIX}reviews")):
        kind = kind_of(vote.get(f"{PREFIX}verdict")) if isinstance(vote, dict) else None
        if kind:
            sure = vote.get(f"{PREFIX}confidence")
            name, note = (_string(vote.get(f"{PREFIX}{key}")) for key in ("reviewer", "note"))
            joined.votes.append(Judged(name, kind, sure if isinstance(sure, int) else None, note))
    record.links = [joined]


_SAY_KIND = ("classifying", "tagging", "identifying", "")


def _by_number(records: list[Record]) -> None:
    """Claims that the file gives a number are known by it, and links name them so."""
    numbers = {one.claims[0].key: one.label for one in records if one.claims}
    for record in records:
        for said in record.claims:
            said.key = numbers[said.key]
        for joined in record.links:
            joined.one, joined.other = (
                numbers.get(joined.one, joined.one),
                numbers.get(joined.other, joined.other),
            )


def left_out_annotations(left_out: list[tuple[Record, str]], data: bytes) -> bytes:
    """A page of the annotations that were left out, the reason in each."""
    items = [
        {**record.raw, f"{PREFIX}{REASON}": reason} if isinstance(record.raw, dict) else record.raw
        for record, reason in left_out
    ]
    page = {"@context": "http://www.w3.org/ns/anno.jsonld", "type": "AnnotationPage", "items": items}
    return json.dumps(page, ensure_ascii=False, indent=1).encode(errors="replace") + b"\n"


# ---- Hypothesis


def read_hypothesis(data: bytes, given: Given) -> Parsed:
    """What Hypothesis's search answers, or its rows alone; with the page's text, else made of the quotes."""
    value = json_of(data)
    rows = value.get("rows", value.get("annotations")) if isinstance(value, dict) else value
    if not isinstance(rows, list):
        raise NotRead("The file has no rows: take what Hypothesis answers to a search, or its JSON export.")
    page = text_of_page(given.page)
    records = []
    for place, row in enumerate(rows, 1):
        record = Record(place, f"annotation {place}", row)
        records.append(record)
        if isinstance(row, dict):
            record.label = _string(row.get("id")) or record.label
            _row(record, row, given, page)
        else:
            record.wrong("", "is no annotation")
    notes = [] if page else [MADE]
    notes.append(
        "Not carried over: who annotated and for whom; replies and notes on whole pages rest on no quote."
    )
    return Parsed(records, notes)


def _row(record: Record, row: dict[str, Any], given: Given, page: str) -> None:
    targets = _all(row.get("target"))
    exact, before, after, start = _quote(targets[0] if targets else None)
    if row.get("references"):
        record.wrong("references", "is a reply to another annotation")
    elif not exact:
        record.wrong("target.selector", "names no words: it is a note on the whole page")
    if record.reasons:
        return
    target = targets[0]
    document = row.get("document")
    title = _string(document.get("title")) if isinstance(document, dict) else ""
    where = _where(_string(row.get("uri")) or _string(target.get("source")), given, page, title=title)
    tags = [tag for tag in _all(row.get("tags")) if isinstance(tag, str) and tag]
    record.claims = [
        Said(
            record.label, _string(row.get("text")).strip() or exact, where, exact, start, before, after, topics=tags,
            names={"quote": "target.selector", "statement": "text", "topics": "tags"},
        )
    ]  # fmt: skip


def left_out_rows(left_out: list[tuple[Record, str]], data: bytes) -> bytes:
    """The rows that were left out, as a search would answer, the reason in each."""
    rows = [
        {**record.raw, REASON: reason} if isinstance(record.raw, dict) else record.raw
        for record, reason in left_out
    ]
    return (
        json.dumps({"total": len(rows), "rows": rows}, ensure_ascii=False, indent=1).encode(errors="replace")
        + b"\n"
    )


WEB_ANNOTATIONS = Reader(
    "webannotation",
    "Web Annotation (W3C)",
    "jsonld",
    "application/ld+json",
    "Annotations with a quote become claims, those that link two become links.",
    read_web_annotations,
    left_out_annotations,
    takes_page=True,
)
HYPOTHESIS = Reader(
    "hypothesis",
    "Hypothesis annotations",
    "json",
    "application/json",
    "Highlights with their comments, as Hypothesis exports them, found again in the page’s text.",
    read_hypothesis,
    left_out_rows,
    takes_page=True,
)
