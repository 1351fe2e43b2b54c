"""All figures of a survey as one table, a figure a row: CSV for spreadsheets, which can run no formula in it."""

from collections.abc import Iterator

from claims.agreement import Agreement, Figure
from claims.exchange.table import as_csv, harmless
from claims.querysets.agreement import VERDICTS
from claims.survey import Survey

COLUMNS = ("part", "of", "links", "figure", "value", "low", "high", "why_none")
FIGURES = ("krippendorff_alpha", "fleiss_kappa", "cohen_kappa", "raw_agreement")


def write(survey: Survey) -> bytes:
    """The whole file. ``part`` says of what a row is (all, kind, topic, …), ``of`` of which."""
    return as_csv([list(COLUMNS), *_rows(survey)])


def _rows(survey: Survey) -> Iterator[list[str]]:
    overall = survey.overall
    yield from _figures("all", "", overall)
    for why, links in overall.dropped.items():
        yield ["left out", why, str(links), "", "", "", "", ""]
    for verdict, figure in survey.by_verdict:
        yield _row("verdict", verdict, overall.links_used, "specific_agreement", figure)
    for part, found in (
        ("kind", survey.by_kind),
        ("topic", survey.by_topic),
        (survey.step, survey.over_time),
    ):
        for one in found:
            yield from _figures(part, one.name, one.figures)
    if survey.nameless:
        why = "of the reviewers: disputed, their names are masked"
        yield ["left out", why, str(survey.nameless), "", "", "", "", ""]
    for pair in survey.by_pair:
        named = f"{pair.one} / {pair.other}"
        yield from _figures("reviewers", named, pair.figures)
        for said, cells in zip(VERDICTS, pair.confusion, strict=True):
            for answered, links in zip(VERDICTS, cells, strict=True):
                cell = f"{said} / {answered}"
                yield ["reviewers", harmless(named), str(int(links)), harmless(cell), "", "", "", ""]


def _figures(part: str, of: str, found: Agreement) -> Iterator[list[str]]:
    for name in FIGURES:
        yield _row(part, of, found.links_used, name, getattr(found, name))


def _row(part: str, of: str, links: int, name: str, figure: Figure) -> list[str]:
    # Numbers are ours: a minus before a digit is a number to a spreadsheet, and is to stay one.
    numbers = ("" if number is None else repr(number) for number in (figure.value, figure.low, figure.high))
    return [part, harmless(of), str(links), name, *numbers, figure.why]
