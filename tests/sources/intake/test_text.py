"""Bytes to characters, the few changes a text may see, title and language."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.intake.draft import IntakeError
from sources.intake.extract import extract
from sources.intake.text import (
    MAX_CHARACTERS,
    canonical,
    clean_text,
    decode,
    decode_as,
    guess_language,
    stated_encoding,
    title_of,
)

ENGLISH = "The minister said “no” — the café deal, she added, would cost £5 million and it’s over.\n"
RUSSIAN = "Министр заявила, что соглашение не подписано, и добавила, что переговоры окончены.\n"
CHINESE = "中国外交部发言人表示，双方将继续合作，不接受任何外来压力。\n"

GIF = b"GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(texts)
def test_cleaning_changes_line_ends_and_leading_marks_alone(text: str) -> None:
    assert clean_text(text) == re.sub("\r\n?", "\n", re.sub("^\ufeff+", "", text))


@given(texts)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


def test_cleaning_keeps_spaces_marks_and_every_script() -> None:
    kept = "  a \t\n\n\n b\u00a0\u200b\ufeffc\x0c e\u0301 👩‍👩‍👧 مرحبا \u202eשלום\u202c 𝔸 \n "
    assert clean_text(kept) == kept


def test_nul_is_refused_with_its_place() -> None:
    with pytest.raises(IntakeError, match=r"NUL character in line 2 \(character 6 of the text\).*encoding"):
        clean_text("one\r\nt\0o")


@pytest.mark.parametrize("text", [ENGLISH, "Trade fell in March. " * 9, "some words "])
def test_stray_nul_makes_no_utf_16(text: str) -> None:
    damaged = text[:5] + "\0" + text[5:]
    for data in (damaged.encode(), f"{damaged}x".encode()):
        assert decode(data) == (data.decode(), "utf-8")


def test_half_a_character_is_refused_with_its_place() -> None:
    with pytest.raises(IntakeError, match=r"U\+D83D.* in line 1 \(character 3"):
        clean_text("ab\ud83d")


def test_the_limit_counts_characters_of_the_stored_text() -> None:
    assert len(clean_text("\ufeff" + "é\r\n" * (MAX_CHARACTERS // 2))) == MAX_CHARACTERS
    with pytest.raises(IntakeError, match=r"5,000,001 characters.*split it"):
        clean_text("x" * (MAX_CHARACTERS + 1))


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"\xff\xfe\0\0", "utf-32-le"),
        (b"\0\0\xfe\xff", "utf-32-be"),
    ],
)
@given(text=texts.filter(lambda text: text[:1] != "\ufeff"))
def test_a_byte_order_mark_decides(mark: bytes, encoding: str, text: str) -> None:
    assert decode(mark + text.encode(encoding)) == (text, encoding)


@given(texts.filter(lambda text: text[:1] != "\ufeff"))
def test_utf_8_comes_out_as_it_went_in(text: str) -> None:
    assert decode(text.encode()) == (text, "utf-8")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ENGLISH, "windows-1252"),
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "koi8-r"),
        (CHINESE, "gb18030"),
        ("日本の外務省は発表した。合意は署名されていない。\n", "cp932"),
        *[
            (text, f"utf-{bits}-{end}e")
            for text in (ENGLISH, RUSSIAN, CHINESE)
            for bits in (16, 32)
            for end in "lb"
        ],
    ],
)
def test_an_encoding_without_a_mark_is_found(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize("text", ["caf\xe9", "He said “no”.", "It’s over.", "plain, then one \xe9"])
def test_a_few_foreign_bytes_are_read_as_windows_1252(text: str) -> None:
    assert decode(text.encode("cp1252")) == (text, "windows-1252")


@pytest.mark.parametrize("text", [RUSSIAN, CHINESE, "Le café était fermé, dit-on, l’été."])
def test_utf_8_with_a_byte_astray_is_still_utf_8(text: str) -> None:
    data = text.encode()
    cut = data.rindex(text[-3:].encode())
    assert decode(data[:cut] + b"\xff" + data[cut:]) == (text[:-3] + "\ufffd" + text[-3:], "utf-8")
    assert decode_as(data + b"\xe2\x80", "UTF-8") == text + "\ufffd"
    assert stated_encoding(data + b"\xff", "utf-8") == "utf-8"


def test_what_was_damaged_is_said() -> None:
    draft = extract("a.txt", CHINESE.encode() + b"\xe2")
    assert draft.text.endswith("\ufffd")
    told = "Characters that were damaged before the text came here, and stand in it as “\ufffd”: 1."
    assert draft.warnings == (told,)
    assert extract("a.txt", CHINESE.encode()).warnings == ()


def test_a_long_ascii_beginning_does_not_hide_the_encoding() -> None:
    text = "Plain words of an article.\n" * 20_000 + RUSSIAN * 20
    assert decode(text.encode("windows-1251")) == (text, "windows-1251")


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", GIF, bytes(range(256)) * 40],
    ids=["png", "gif", "every byte"],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(IntakeError, match="not text in any known encoding"):
        decode(data)


def test_a_mark_that_lies_is_refused() -> None:
    with pytest.raises(IntakeError, match="This is not utf-8: byte number 2 does not fit"):
        decode(b"\xef\xbb\xbfa\xff")


def test_an_encoding_chosen_is_used_and_checked() -> None:
    assert decode_as(ENGLISH.encode("cp1252"), "Windows-1252") == ENGLISH
    with pytest.raises(IntakeError, match="This is not utf-8: byte number 19"):
        decode_as(ENGLISH.encode("cp1252"), "utf8")
    with pytest.raises(IntakeError, match="“nonsense” is no encoding known here"):
        decode_as(b"x", "nonsense")


@pytest.mark.parametrize(
    "name", ["", "zip", "hex", "rot13", "idna", "unicode_escape", "undefined", "a\0b", "é" * 999]
)
def test_what_is_no_encoding_of_files_has_no_name(name: str) -> None:
    assert canonical(name) is None


@pytest.mark.parametrize(
    ("name", "known"), [(" UTF8 ", "utf-8"), ("utf_16", "utf-16"), ("latin1", "iso8859-1")]
)
def test_an_encoding_has_one_name(name: str, known: str) -> None:
    assert canonical(name) == known


def test_the_title_is_the_first_line_that_is_not_empty() -> None:
    assert title_of(" \n\n\t\n  Xi meets Putin \nand so on") == "Xi meets Putin"
    assert title_of("One line") == "One line"
    assert title_of(" \n ") == ""
    assert title_of("é" * 300 + "\nnext") == "é" * 200


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (RUSSIAN, "ru"),
        (CHINESE, "zh"),
        ("", ""),
        ("123 456,78 %", ""),
        ("Ok", ""),
        ("???", ""),
    ],
)
def test_the_language_is_guessed_or_left_open(text: str, language: str) -> None:
    assert guess_language(text) == language


def test_a_long_text_costs_no_more_to_guess() -> None:
    guess_language("loaded")
    long = ENGLISH * 50_000
    start = time.process_time()
    assert guess_language(long) == "en"
    assert time.process_time() - start < 0.5
