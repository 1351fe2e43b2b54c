"""How the reader writes a text with its marks."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from claims.quotes import Segment

register = template.Library()

LANES = 4
"""So many marks over the same words have a line of their own; further ones share the last."""
SIGNS = 5
"""So many of the claims that one contradicts in the same text have a sign at its words; its card names them all."""


@register.simple_tag
def marked(
    pieces: Iterable[Segment],
    against: Mapping[int, Sequence[int]] | None = None,
    suggested: Mapping[int, str] | None = None,
    shown: Collection[int] | None = None,
) -> SafeString:
    """The text as HTML, to the letter: a mark around each piece that claims rest on, an id where each of them starts,
    a sign where one ends that contradicts another (``against``), which is linked within the page if it is ``shown``.

    Pieces of sentences are written as such; ``suggested`` gives the reasons of some, by where they start. Written here,
    since a template's loop over a book's thousand pieces takes longer than all else.
    """
    written = _written(pieces, against or {}, suggested or {}, shown)
    return mark_safe("".join(written))  # noqa: S308  every piece is escaped below


def _written(
    pieces: Iterable[Segment],
    against: Mapping[int, Sequence[int]],
    suggested: Mapping[int, str],
    shown: Collection[int] | None,
) -> Iterator[str]:
    at, in_block = 0, False
    for piece in pieces:
        if piece.opens_block:
            yield '</div><div class="block">' if in_block else '<div class="block">'
            in_block = True
        if piece.over:
            yield from _mark(piece)
            for number in piece.closing:
                yield from _signs(number, against.get(number, ()), shown)
        elif piece.sentence is not None:
            yield _sentence(piece, at, suggested.get(piece.sentence))
        else:
            yield escape(piece.text)
        at += len(piece.text)
    if in_block:
        yield "</div>"


def _mark(piece: Segment) -> Iterator[str]:
    first, *others = piece.opening or [0]
    for number in others:
        yield f'<span id="C-{number}"></span>'
    lanes = " ".join(f"lane-{lane}" for lane in sorted({min(lane, LANES) for lane in piece.lanes}))
    yield f'<mark class="mark depth-{piece.depth} {lanes}"'
    if first:
        yield f' id="C-{first}" data-opens="{_named(piece.opening, "begin")}"'
    if piece.closing:
        yield f' data-closes="{_named(piece.closing, "end")}"'
    yield f' data-claims="{piece.numbers}">{escape(piece.text)}</mark>'


def _named(numbers: Sequence[int], verb: str) -> str:
    """What a screen reader says where claims begin or end."""
    return f"{', '.join(f'C-{number}' for number in numbers)} {verb}{'' if len(numbers) > 1 else 's'}"


def _signs(number: int, others: Sequence[int], shown: Collection[int] | None) -> Iterator[str]:
    for other in others[:SIGNS]:
        to = f"#C-{other}" if shown is None or other in shown else f"?#C-{other}"
        said = f"C-{number} contradicts C-{other}: to its words"
        yield (
            f'<a class="against" href="{to}" data-from="{number}" data-to="{other}" aria-label="{said}" title="{said}">'
            '<svg class="sign" aria-hidden="true"><use href="#sign-contradicts"/></svg></a>'
        )


def _sentence(piece: Segment, at: int, reasons: str | None) -> str:
    opens = "" if piece.sentence != at else f' id="s-{at}"'
    if reasons is None:
        return f'<span class="sentence"{opens}>{escape(piece.text)}</span>'
    if opens:
        opens += f' data-opens="Suggested: {escape(reasons)}"'
    return f'<span class="sentence is-suggested"{opens} title="{escape(reasons)}">{escape(piece.text)}</span>'
