"""A report to read and to print: the pairs side by side with their quotes, then the sources that they cite.

One HTML file that needs nothing beside it and runs nothing.
"""

from collections.abc import Generator, Iterator
from html import escape
from pathlib import Path

from django.db.models import Count
from django.utils import timezone

from claims.exchange.pairs import Pair, Side, Text, Vote, in_blocks, pairs, sources
from claims.exchange.selection import Format, Selection, snapshot
from claims.models import Kind, Link
from sources.models import Dossier
from sources.validators import is_web_address

_CSS = Path(__file__).with_suffix(".css").read_text()

_SIGNS = {
    "contradicts": '<path d="M3 5l7.5 7L3 19M21 5l-7.5 7 7.5 7"/>',
    "supports": '<path d="M2.5 9h11M2.5 15h11M13 3.5l8.5 8.5-8.5 8.5"/>',
    "mutual": '<path d="M8 9.5h8M8 14.5h8M8.5 4L1.5 12l7 8M15.5 4l7 8-7 8"/>',
    "neither": '<circle cx="12" cy="12" r="4.5"/><path d="M1.5 12h3M19.5 12h3"/>',
}


def write(selection: Selection) -> Generator[bytes]:
    """The page in blocks; every link stands under its number, and every source that is cited at the end."""
    with snapshot():
        yield from in_blocks(_page(selection))


REPORT = Format(
    "report",
    "Report to read and print",
    "html",
    "text/html",
    write,
    "Pairs side by side with their citations, on paper or as PDF (print it from a browser).",
)


def _page(selection: Selection) -> Iterator[str]:
    dossier = selection.dossier
    language = escape(dossier.language or "en")
    yield (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(dossier.name)}</title>\n<style>\n{_CSS}</style>\n"
        f'<svg width="0" height="0" style="position:absolute" aria-hidden="true">'
    )
    yield from (
        f'<symbol id="sign-{name}" viewBox="0 0 24 24">{drawn}</symbol>' for name, drawn in _SIGNS.items()
    )
    yield f'</svg>\n<header lang="{language}">\n{_head(dossier, selection)}</header>\n'
    any_pair = False
    for pair in pairs(selection, votes=True):
        any_pair = True
        yield _pair(pair)
    if not any_pair:
        yield '<p class="more">There is no link in this selection.</p>\n'
        return
    yield '<section class="sources">\n<h2>Sources</h2>\n<ol>\n'
    for text, numbers, _at in sources(selection):
        if numbers:
            yield _source(text)
    yield "</ol>\n</section>\n"


def _head(dossier: Dossier, selection: Selection) -> str:
    rows = Link.objects.filter(pk__in=selection.links.order_by().values("pk")).order_by()
    counted = dict(rows.values_list("standing").annotate(n=Count("pk")))
    kinds = ", ".join(f"{counted[kind]:,} {kind}" for kind in Kind.values if kind in counted)
    total = sum(counted.values())
    links = f"{total:,} link{'' if total == 1 else 's'}{f': {kinds}' if kinds else ''}"
    asked = f'<p class="question" dir="auto">{escape(dossier.question)}</p>\n' if dossier.question else ""
    return (
        f'<p class="eyebrow">Who says what, and who says the opposite</p>\n'
        f'<h1 dir="auto">{escape(dossier.name)}</h1>\n{asked}'
        f'<p class="told">{links}. As of {timezone.now():%Y-%m-%d}.</p>\n'
    )


def _pair(pair: Pair) -> str:
    sign = "mutual" if pair.is_mutual else pair.kind
    more = [pair.state, pair.type, pair.strength, "each supports the other" if pair.is_mutual else ""]
    told = "".join(f'<span class="more">{escape(one)}</span>' for one in more if one)
    because = f'<p class="because" dir="auto">{escape(pair.rationale)}</p>\n' if pair.rationale else ""
    votes = "".join(map(_vote, pair.votes)) + (_decision(pair.decision) if pair.decision else "")
    return (
        f'<article class="pair" id="{pair.cited}" data-kind="{pair.kind}">\n'
        f'<div class="pair-head"><h2>{pair.cited}</h2><span class="kind">'
        f'<svg aria-hidden="true"><use href="#sign-{sign}"/></svg>{pair.kind}</span>{told}</div>\n'
        f'<div class="sides">\n{_side(pair.one)}{_side(pair.other)}</div>\n{because}'
        f"{f'<ul class="votes">{votes}</ul>{chr(10)}' if votes else ''}</article>\n"
    )


def _side(side: Side) -> str:
    text = side.source
    said = [
        escape(side.speaker),
        f"via {escape(side.via)}" if side.via else "",
        f'<span class="when">asserted {side.asserted}</span>' if side.asserted else "",
        f'<span class="when">about {side.about}</span>' if side.about else "",
    ]
    told = " · ".join(filter(None, said))
    language = f' lang="{escape(text.language)}"' if text.language else ""
    published = f', <span class="when">{text.published}</span>' if text.published else ""
    cited = f"{escape(text.outlet or text.heading)}{published}"
    return (
        f'<div class="side"><p class="statement" dir="auto"><span class="number">{side.cited}</span>'
        f"{escape(side.statement)}</p>\n"
        f'<blockquote dir="auto"{language}>{escape(side.quote)}</blockquote>\n'
        f"{f'<span class="said">{told}</span>' if told else ''}"
        f'<cite><a href="#{text.cited}">{text.cited}</a> {cited}</cite></div>\n'
    )


def _vote(vote: Vote) -> str:
    sure = f", confidence {vote.confidence}" if vote.confidence is not None else ""
    note = f": {escape(vote.note)}" if vote.note else ""
    return f"<li>{escape(vote.reviewer)} judged <b>{vote.verdict}</b>{sure}{note}</li>"


def _decision(vote: Vote) -> str:
    by = f" by {escape(vote.reviewer)}" if vote.reviewer else ""
    note = f": {escape(vote.note)}" if vote.note else ""
    return f"<li>Settled{by} as <b>{vote.verdict}</b>{note}</li>"


def _source(text: Text) -> str:
    parts = [text.author, text.outlet, text.published]
    told = ", ".join(escape(one) for one in parts if one)
    address = escape(text.url)
    if is_web_address(text.url):
        address = f'<a href="{address}" rel="noreferrer noopener">{address}</a>'
    return (
        f'<li id="{text.cited}"><span class="number">{text.cited}</span><span dir="auto">'
        f"<i>{escape(text.heading)}</i>{f'. {told}' if told else ''}{f'. {address}' if text.url else ''}</span></li>\n"
    )
