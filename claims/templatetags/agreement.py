"""How figures of agreement are written and drawn. Drawings are SVG in percent of their width, so that they fit any
page, and stand beside the numbers that they draw: to a reader of the page's text they say nothing more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from claims.agreement import Agreement, Figure
from claims.survey import Pair, Part

register = template.Library()

LOWEST = (0.0, -0.5, -1.0)
"""A scale ends at 1 and begins at the first of these that no figure goes below."""
TENTATIVE, RELIABLE = 0.667, 0.8
"""Krippendorff's (2004): below the one no conclusions, between them tentative ones."""


@register.filter
def written(figure: Figure) -> str:
    """ "0.93"; a dash where there is no value."""
    return "–" if figure.value is None else f"{figure.value:.2f}".replace("-", "−")


@register.filter
def interval(figure: Figure) -> str:
    """ "0.87 to 0.97"; why there is none."""
    if figure.low is None or figure.high is None:
        return figure.why
    return f"{figure.low:.2f} to {figure.high:.2f}".replace("-", "−")


@register.simple_tag
def scale_of(parts: Sequence[Part | Pair] | Agreement) -> float:
    """Where the scale of all these figures begins."""
    found = [parts] if isinstance(parts, Agreement) else [part.figures for part in parts]
    figures = [
        figure for one in found for figure in (one.krippendorff_alpha, one.cohen_kappa, one.fleiss_kappa)
    ]
    ends = [end for figure in figures for end in (figure.value, figure.low) if end is not None]
    return next((lowest for lowest in LOWEST if all(end >= lowest for end in ends)), LOWEST[-1])


@register.simple_tag
def drawn(figure: Figure, lowest: float, beside: Figure | None = None) -> SafeString:
    """A figure as a dot on its scale, with its interval; ``beside`` it another as a hollow square."""
    return format_html(
        '<svg class="drawn" aria-hidden="true" focusable="false">{}{}{}</svg>',
        _marks(lowest),
        _dot(figure, lowest),
        _square(beside, lowest),
    )


@register.simple_tag
def axis(lowest: float) -> SafeString:
    """The head of a column of drawings: where its scale begins, nought and one."""
    at = sorted({lowest, 0.0, 0.5, 1.0})
    ticks = format_html_join(
        "",
        '<text x="{}" y="11" class="{}">{}</text>',
        ((_at(n, lowest), _anchor(n, lowest), f"{n:g}".replace("-", "−")) for n in at),
    )
    return format_html('<svg class="drawn axis" aria-hidden="true" focusable="false">{}</svg>', ticks)


def _marks(lowest: float) -> SafeString:
    lines = [
        (_at(n, lowest), name)
        for n, name in ((0.0, "nought"), (TENTATIVE, "mark-line"), (RELIABLE, "mark-line"))
    ]
    return format_html(
        '<line class="base" x1="0%" x2="100%" y1="10" y2="10"/>{}',
        format_html_join("", '<line class="{1}" x1="{0}" x2="{0}" y1="2" y2="18"/>', lines),
    )


def _dot(figure: Figure, lowest: float) -> SafeString:
    if figure.value is None:
        return SafeString("")
    whisker = SafeString("")
    if figure.low is not None and figure.high is not None:
        low, high = _at(figure.low, lowest), _at(figure.high, lowest)
        ends = format_html_join(
            "", '<line class="whisker" x1="{0}" x2="{0}" y1="6" y2="14"/>', ((low,), (high,))
        )
        whisker = format_html('<line class="whisker" x1="{}" x2="{}" y1="10" y2="10"/>{}', low, high, ends)
    return format_html('{}<circle class="dot" cx="{}" cy="10" r="4.5"/>', whisker, _at(figure.value, lowest))


def _square(figure: Figure | None, lowest: float) -> SafeString:
    if figure is None or figure.value is None:
        return SafeString("")
    return format_html(
        '<svg class="drawn-at" x="{}" y="10"><rect class="square" x="-4" y="-4" width="8" height="8"/></svg>',
        _at(figure.value, lowest),
    )


def _at(value: float, lowest: float) -> str:
    """How far along the scale, in percent."""
    return f"{min(1, max(0, (value - lowest) / (1 - lowest))) * 100:.2f}%"


def _anchor(value: float, lowest: float) -> str:
    return "at-start" if value == lowest else "at-end" if value == 1 else "at-middle"


# ---- over time

CHART = 180
"""How high a chart over time is."""


@dataclass(frozen=True)
class Point:
    """A piece of time on the chart: where it stands, its name where there is room for it, its figure's place."""

    name: str
    x: str
    y: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Chart:
    points: list[Point]
    lines: list[tuple[Point, Point]]
    grid: list[tuple[float, str]]
    said: str
    height: int = CHART


@register.simple_tag
def chart_over_time(parts: Sequence[Part], lowest: float) -> Chart:
    """Krippendorff's alpha of each piece of time, from left to right; where there is none the line breaks."""
    dated = [part for part in parts if part.name[:1].isdigit()]
    named = max(1, -(-len(dated) // 6))
    points = []
    for n, part in enumerate(dated):
        figure = part.figures.krippendorff_alpha
        x = f"{(n + 0.5) / len(dated) * 100:.2f}%"
        ends = [_up(end, lowest) for end in (figure.value, figure.low, figure.high)]
        points.append(Point("" if n % named else part.name, x, *ends))
    lines = [(one, other) for one, other in pairwise(points) if one.y is not None and other.y is not None]
    grid = [(_up(n, lowest) or 0.0, f"{n:g}".replace("-", "−")) for n in sorted({lowest, 0.0, 0.5, 1.0})]
    return Chart(points, lines, grid, _said(dated))


def _up(value: float | None, lowest: float) -> float | None:
    """How far down the chart a value stands, in its own units; its top and bottom are kept free."""
    if value is None:
        return None
    return round(CHART - 24 - (min(1, max(lowest, value)) - lowest) / (1 - lowest) * (CHART - 36), 2)


def _said(parts: Sequence[Part]) -> str:
    """What the chart shows, in a sentence."""
    known = [part for part in parts if part.figures.krippendorff_alpha.value is not None]
    if not known:
        return "Krippendorff's alpha over time: none could be computed."
    first, last = known[0], known[-1]
    return (
        f"Krippendorff's alpha over time: {written(first.figures.krippendorff_alpha)} in {first.name}, "
        f"{written(last.figures.krippendorff_alpha)} in {last.name}. The table has every number."
    )
