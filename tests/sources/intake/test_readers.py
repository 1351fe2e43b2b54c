"""Reading many files by one process: the same as one by one, under the same limits, whatever dies."""

import time
from collections.abc import Iterator

import pytest

from sources.intake.draft import IntakeError
from sources.intake.extract import extract
from sources.intake.readers import Readers

PAGE = "<html><head><title>A headline</title></head><body><article>{}</article></body></html>"
WORDS = "<p>Trade between the two countries fell sharply in March, the customs office said.</p>" * 10


@pytest.fixture
def apart() -> Iterator[Readers]:
    with Readers() as readers:
        yield readers


def test_a_page_reads_as_by_itself(apart: Readers) -> None:
    data = PAGE.format(WORDS).encode()
    assert extract("a.html", data, apart=apart) == extract("a.html", data)


def test_many_pages_start_one_process(apart: Readers) -> None:
    extract("a.html", PAGE.format(WORDS).encode(), apart=apart)
    process = apart._process
    for number in range(20):
        assert (
            f"Number {number}."
            in extract("a.html", PAGE.format(f"{WORDS}<p>Number {number}.</p>").encode(), apart=apart).text
        )
    assert apart._process is process


def test_refusals_are_the_same(apart: Readers) -> None:
    with pytest.raises(IntakeError, match="no PDF"):
        extract("a.pdf", b"no pdf", apart=apart)
    with pytest.raises(IntakeError, match=r"DOCX|docx|Word"):
        extract("a.docx", b"no docx", apart=apart)
    assert extract("a.html", PAGE.format(WORDS).encode(), apart=apart).title == "A headline"


def test_file_that_takes_too_long_is_stopped_and_the_next_is_read(apart: Readers) -> None:
    extract("a.html", PAGE.format(WORDS).encode(), apart=apart)
    began = time.monotonic()
    with pytest.raises(IntakeError, match=r"took longer than 0\.01 seconds"):
        extract("a.html", PAGE.format(WORDS * 2000).encode(), seconds=0.01, apart=apart)
    assert time.monotonic() - began < 10
    assert extract("a.html", PAGE.format(WORDS).encode(), apart=apart).title == "A headline"


def test_process_that_was_killed_is_started_anew(apart: Readers) -> None:
    data = PAGE.format(WORDS).encode()
    extract("a.html", data, apart=apart)
    assert apart._process
    apart._process.kill()
    apart._process.wait()
    assert extract("a.html", data, apart=apart).title == "A headline"


def test_process_ends_with_its_reader() -> None:
    with Readers() as readers:
        extract("a.html", PAGE.format(WORDS).encode(), apart=readers)
        process = readers._process
        assert process
    assert process.poll() is not None
