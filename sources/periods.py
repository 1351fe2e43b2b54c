"""Written times: dates of any precision and intervals of them. The database's ``gainsay_period`` reads the same."""

import re
from datetime import date, timedelta

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_OPEN = ".."


class NotATime(ValueError):
    """What was written is no time; its message says what would be."""


def parse_date(written: str) -> tuple[date, date | None]:
    """The first day of ``2023``, ``2023-01`` or ``2023-01-15``, and the day after its last (None past year 9999).

    Only real calendar dates from the year 1000.
    """
    match = _DATE.fullmatch(written)
    if not match:
        raise NotATime(f"“{written}” is no date: write 2023, 2023-01 or 2023-01-15.")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        first = date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        raise NotATime(f"“{written}” is not in the calendar.") from None
    if year < 1000:
        raise NotATime(f"“{written}” is before the year 1000.")
    try:
        if day:
            return first, first + timedelta(days=1)
        if month:
            return first, date(year + month // 12, month % 12 + 1, 1)
        return first, date(year + 1, 1, 1)
    except (OverflowError, ValueError):
        return first, None


def parse_period(written: str) -> tuple[date | None, date | None]:
    """The first day of a date or interval, and the day after its last; None where it is open.

    Refuses an interval that ends before it starts, or that is open on both sides.
    """
    first, slash, last = written.partition("/")
    if not slash:
        return parse_date(written)
    if first == last == _OPEN:
        raise NotATime(f"“{written}” says nothing: give a start or an end.")
    start = None if first == _OPEN else parse_date(first)[0]
    end = None if last == _OPEN else parse_date(last)[1]
    if start and end and end <= start:
        raise NotATime(f"“{written}” ends before it starts.")
    return start, end
