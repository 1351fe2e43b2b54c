"""Written times: what Python refuses the database refuses, and both derive the same range."""

from datetime import date

import pytest
from django.db import DataError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.periods import NotATime, parse_date, parse_period

digits = st.integers(0, 9999).map(lambda year: f"{year:04}")
written_date = st.one_of(
    digits,
    st.tuples(digits, st.integers(0, 13)).map(lambda parts: f"{parts[0]}-{parts[1]:02}"),
    st.dates().map(str),
    st.tuples(digits, st.integers(1, 12), st.integers(27, 32)).map(lambda p: f"{p[0]}-{p[1]:02}-{p[2]:02}"),
    st.sampled_from(["", "..", "2023-1", "２０２３", "2023-01-01T00", " 2023", "9999-12-31", "1000", "0999"]),
)
written = st.one_of(written_date, st.tuples(written_date, written_date).map("/".join), st.text(max_size=12))


def in_database(period: str) -> tuple[date | None, date | None] | None:
    """The range that the database derives, None where it refuses."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT lower(gainsay_period(%s)), upper(gainsay_period(%s))", [period, period])
            row: tuple[date | None, date | None] = cursor.fetchone()
            return row
    except DataError:
        return None


@pytest.mark.django_db
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written.filter(lambda period: period and "\0" not in period and period.isprintable()))
def test_python_and_the_database_read_the_same_times(period: str) -> None:
    try:
        here: tuple[date | None, date | None] | None = parse_period(period)
    except NotATime:
        here = None
    if here is not None and "9999" in period:
        return  # the day after the year 9999 is no Python date
    assert in_database(period) == here


@pytest.mark.parametrize(
    ("period", "range_"),
    [
        ("2023", (date(2023, 1, 1), date(2024, 1, 1))),
        ("2023-12", (date(2023, 12, 1), date(2024, 1, 1))),
        ("2024-02-29", (date(2024, 2, 29), date(2024, 3, 1))),
        ("2022-02/2023-01", (date(2022, 2, 1), date(2023, 2, 1))),
        ("2023-01/..", (date(2023, 1, 1), None)),
        ("../2022-02", (None, date(2022, 3, 1))),
        ("2023-01-15/2023-01", (date(2023, 1, 15), date(2023, 2, 1))),
    ],
)
def test_a_period_is_read(period: str, range_: tuple[date | None, date | None]) -> None:
    assert parse_period(period) == range_


@pytest.mark.parametrize(
    "period", ["2023/2022", "../..", "2023-02-30", "0999", "2023-13", "spring", "2023//", "2023/"]
)
def test_what_is_no_time_is_refused(period: str) -> None:
    with pytest.raises(NotATime):
        parse_period(period)


def test_a_date_is_no_interval() -> None:
    with pytest.raises(NotATime):
        parse_date("2022/2023")
