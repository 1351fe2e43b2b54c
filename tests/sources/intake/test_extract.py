"""From a file or pasted text to a draft: what is kept, what is refused, and what a hostile file cannot do."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.intake.extract import Draft, IntakeError, extract, paste
from sources.intake.from_docx import MAX_UNPACKED
from sources.intake.text import clean_text
from sources.intake.worker import MEMORY

ROOT = Path(__file__).resolve().parents[3]
ARTICLES = sorted((ROOT.parent / "shared" / "articles").glob("*.txt"))

no_blanks = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])).filter(
    lambda text: clean_text(text).strip() and text[0] != "\ufeff"
)


@pytest.mark.skipif(not ARTICLES, reason="the sample articles are not on this machine")
@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.name[:3])
def test_an_article_comes_out_with_not_a_character_changed(path: Path) -> None:
    data = path.read_bytes()
    draft = extract(path.name, data)
    assert draft.text.encode() == data
    assert draft.title == next(filter(str.strip, data.decode().split("\n"))).strip()[:200]
    assert (draft.language, draft.encoding, draft.warnings) == ("en", "utf-8", ())


@settings(deadline=None)  # the first example loads the model that guesses the language
@given(no_blanks)
def test_plain_text_and_pasted_text_are_kept(text: str) -> None:
    assert extract("a.TXT", text.encode()).text == clean_text(text)
    assert extract("a.md", b"\xef\xbb\xbf" + text.encode()).text == clean_text(text)
    assert paste(text).text == clean_text(text)


def test_a_guessed_encoding_is_shown() -> None:
    draft = extract("note.txt", "The café said “no” and that’s it.".encode("cp1252"))
    assert draft.text == "The café said “no” and that’s it."
    assert draft.encoding == "windows-1252"
    assert "guessed as windows-1252" in draft.warnings[0]


def test_an_encoding_can_be_chosen() -> None:
    draft = extract("note.txt", "Zażółć gęślą jaźń".encode("iso-8859-2"), encoding="iso-8859-2")
    assert (draft.text, draft.encoding, draft.warnings) == ("Zażółć gęślą jaźń", "iso-8859-2", ())


def test_pasted_text_has_title_and_language() -> None:
    draft = paste("Xi meets Putin\r\n\r\nThe presidents of both countries have met on Monday in Moscow.\r\n")
    assert draft == Draft(
        text="Xi meets Putin\n\nThe presidents of both countries have met on Monday in Moscow.\n",
        title="Xi meets Putin",
        language="en",
    )


@pytest.mark.parametrize("name", ["table.xls", "old.doc", "noending", "archive.tar.gz", "a.txt.exe", ".txt"])
def test_another_ending_is_refused_and_the_accepted_ones_named(name: str) -> None:
    with pytest.raises(IntakeError, match=r"not read here; bring it as one of \.txt, \.md, \.html, .*\.docx"):
        extract(name, b"x")


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.pdf", "a.docx"])
def test_an_empty_file_is_refused(name: str) -> None:
    with pytest.raises(IntakeError, match="The file is empty"):
        extract(name, b"")


@pytest.mark.parametrize("blank", ["", " \r\n\t \n", "\ufeff", "\u00a0\u2003\n"])
def test_a_text_of_white_space_is_refused(blank: str) -> None:
    with pytest.raises(IntakeError, match="No text found"):
        paste(blank)
    with pytest.raises(IntakeError, match=r"No text found|empty"):
        extract("a.txt", blank.encode())


def test_nul_bytes_are_refused() -> None:
    with pytest.raises(IntakeError, match="NUL character in line 1"):
        extract("a.txt", b"plain wor\0ds here")


def test_fifty_megabytes_are_refused_at_once() -> None:
    data = b"a line of text\n" * (50_000_000 // 15)
    start = time.perf_counter()
    with pytest.raises(IntakeError, match=r"more than 5,000,000 characters.*split it"):
        extract("a.txt", data)
    assert time.perf_counter() - start < 1


def test_five_million_characters_of_four_bytes_are_taken() -> None:
    text = "😀" * 4_999_999 + "\n"
    assert extract("a.txt", text.encode()).text == text
    with pytest.raises(IntakeError, match="5,000,001 characters"):
        extract("a.txt", ("é" * 5_000_001).encode())


@pytest.mark.parametrize("name", ["a.html", "a.pdf", "a.docx"])
def test_reading_ends_at_the_time_limit(name: str) -> None:
    start = time.perf_counter()
    with pytest.raises(IntakeError, match=r"longer than 0\.01 seconds and was stopped; nothing was kept"):
        extract(name, b"<p>words", seconds=0.01)
    assert time.perf_counter() - start < 1


def test_a_reader_that_dies_is_an_error_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(IntakeError, match="broke off"):
        extract("a.html", b"<p>words")


def test_the_reader_sees_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spy = tmp_path / "python"
    spy.write_text('#!/bin/sh\ncat >/dev/null\nprintf \'{"error": "%s,%s"}\' "$SECRET_KEY" "$DATABASE_URL"\n')
    spy.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(spy))
    monkeypatch.setenv("SECRET_KEY", "hush")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h/d")
    with pytest.raises(IntakeError, match=r"^,$"):
        extract("a.html", b"<p>words")


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, input="", capture_output=True, text=True, check=False
    )


def test_the_reader_has_bounded_memory() -> None:
    done = python("from sources.intake import worker; worker.limit(5); bytearray(3 << 30)")
    assert done.returncode == 1
    assert done.stderr.endswith("MemoryError\n")


def test_the_reader_bounds_itself_before_it_reads() -> None:
    done = python(
        "import resource, sys\n"
        "from sources.intake import worker\n"
        "worker.main('.html', '5')\n"
        "sys.stderr.write(f'{resource.getrlimit(resource.RLIMIT_AS)} {resource.getrlimit(resource.RLIMIT_CPU)}')"
    )
    assert done.stdout.startswith('{"error": "No text found')
    assert done.stderr.endswith(f"{(MEMORY, MEMORY)} {(6, 6)}")


def test_the_reader_has_bounded_processor_time() -> None:
    done = python("from sources.intake import worker; worker.limit(0)\nwhile True: pass")
    assert done.returncode < 0


def test_the_reader_imports_no_django_and_the_server_no_parser() -> None:
    done = python(
        "import sys, importlib, sources.intake.worker as worker\n"
        "for module in worker.READERS.values(): importlib.import_module(module)\n"
        "assert 'django' not in sys.modules"
    )
    assert done.returncode == 0, done.stderr
    done = python(
        "import sys, sources.intake.extract\n"
        "loaded = {'lxml', 'trafilatura', 'docx', 'pypdfium2', 'numpy'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    assert done.returncode == 0, done.stderr


def test_what_a_document_may_unpack_to_fits_in_memory() -> None:
    assert MAX_UNPACKED * 10 < MEMORY
