"""How the reader writes a text with its marks."""

from collections.abc import Iterable, Iterator
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from claims.quotes import Segment

register = template.Library()


@register.simple_tag
def marked(pieces: Iterable[Segment]) -> SafeString:
    """The text as HTML, to the letter: a mark around each piece that claims rest on, an id where each of them starts.

    Written here, since a template's loop over a book's thousand pieces takes longer than all else.
    """
    return mark_safe("".join(_written(pieces)))  # noqa: S308  every piece is escaped below


def _written(pieces: Iterable[Segment]) -> Iterator[str]:
    for piece in pieces:
        if not piece.over:
            yield escape(piece.text)
            continue
        first, *others = piece.opening or [0]
        for number in others:
            yield f'<span id="C-{number}"></span>'
        anchor = f' id="C-{first}"' if first else ""
        yield f'<mark class="mark depth-{piece.depth}"{anchor} data-claims="{piece.numbers}">'
        yield f"{escape(piece.text)}</mark>"
