"""Plain text: bytes to characters, the few changes a text may see, its title and its language."""

import codecs
import functools
import importlib
import re
from typing import Protocol

import chardet

from sources.intake.draft import IntakeError
from sources.periods import NotATime, parse_date

MAX_CHARACTERS = 5_000_000
MAX_TITLE = 200
MARK = "\ufeff"
"""A byte-order mark, as a character."""

# Longest first: the UTF-32 mark begins with the UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LOST = "\ufffd"
"""What stands for a character that could not be read."""

_BEYOND_ASCII = bytes(range(0x80, 0x100))
_ASTRAY_IN = (
    5  # among so many characters beyond ASCII one may be lost; in other encodings next to all would be
)

_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")

# Python counts these among its text encodings, but no file comes in them and some are slow on hostile input.
_NO_FILE_ENCODINGS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}

# What browsers read under these names (https://encoding.spec.whatwg.org/#names-and-labels).
_AS_BROWSERS_DO = {
    "ascii": "windows-1252",
    "iso8859-1": "windows-1252",
    "iso8859-9": "windows-1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}

_GUESS_BYTES = 200_000
_GUESS_LEAD = 1_000
_TRUST_WIDE = 0.5
_TRUST_GUESS = 0.1  # below it chardet names rare encodings for texts that are windows-1252

_LANGUAGE_CHARACTERS = 10_000
_TRUST_LANGUAGE = 0.5
_NO_LANGUAGE = "zxx"  # what figures and the like are taken for

_NO_TEXT = re.compile("[\x00-\x06\x0e-\x19]")  # a bell, an end of file and an escape occur in old texts
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85]")

# What word processors write where nobody gave a title.
_NO_TITLE = re.compile(
    r"microsoft \w+ - .*|untitled.*|(word )?document ?\d*|.*\.(docx?|indd|odt|pdf|rtf|tex)", re.IGNORECASE
)


class _Identifier(Protocol):
    def classify(self, text: str, /) -> tuple[str, float]: ...


def unix_lines(text: str) -> str:
    """The text with `\\n` line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def as_kept(text: str) -> str:
    """A text as every way in keeps it: with `\\n` line ends, and without the byte-order marks before it."""
    return unix_lines(text.lstrip(MARK))


def clean_text(text: str) -> str:
    """The text with `\\n` line ends and without leading byte-order marks; nothing else is changed.

    Cleaning twice changes nothing. Refuses NUL, lone surrogates and more than 5,000,000 characters.
    """
    text = as_kept(text)
    refuse_too_long(len(text))
    if (at := text.find("\0")) >= 0:
        raise IntakeError(
            f"There is a NUL character {_where(text, at)}: this is not plain text, or its encoding was "
            "misread. Save it as UTF-8 text, or choose its encoding."
        )
    if found := _SURROGATE.search(text):
        raise IntakeError(
            f"There is half a character (U+{ord(found[0]):04X}) {_where(text, found.start())}: the text was "
            "damaged before it came here. Save it again as UTF-8."
        )
    return text


def refuse_too_long(characters: int) -> None:
    """Refuse more characters than a source may have."""
    if characters > MAX_CHARACTERS:
        raise IntakeError(
            f"The text has {characters:,} characters; a source holds at most {MAX_CHARACTERS:,}; split it."
        )


def refuse_empty(text: str) -> None:
    """Refuse a text of nothing but white space."""
    if not text or text.isspace():
        raise IntakeError("No text found. What is only a picture of text needs text recognition (OCR) first.")


def tidy(text: str) -> str:
    """Text that a format's reader made, ready to be stored.

    Unlike clean_text this is for text that has no form of its own: control characters (form feeds too), soft
    hyphens, lone surrogates and white space at the ends of lines go, and of blank lines at most one is left.
    """
    text = _LINE_ENDS.sub("\n", text.replace("\ufeff", ""))
    text = _UNWANTED.sub("", text)
    text = "\n".join(map(str.rstrip, text.split("\n")))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def one_line(value: object, limit: int = MAX_TITLE) -> str:
    """A value from a file's metadata as one line of at most `limit` characters; '' for None."""
    return " ".join(tidy("" if value is None else str(value)).split())[:limit]


def title_or_nothing(stated: str) -> str:
    """A title from a file's properties, or '' when a program put it there and not a person."""
    title = one_line(stated)
    return "" if _NO_TITLE.fullmatch(title) else title


def date_or_nothing(written: str) -> str:
    """A date as written when the calendar has it, else ''."""
    try:
        parse_date(written)
    except NotATime:
        return ""
    return written


def file_date_warning(published: str) -> tuple[str, ...]:
    """What to say about a date that is only the file's own; nothing when there is none."""
    if not published:
        return ()
    return (f"The date, {published}, is when the file was made; the text may be of another day: check it.",)


def decode(data: bytes) -> tuple[str, str]:
    """The characters of `data`, without a byte-order mark, and the encoding they were read in.

    A byte-order mark decides; then strict UTF-8; anything else is a guess, to be shown to whoever brings it
    in. Refuses what no encoding fits.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return decode_as(data.removeprefix(mark), name), name
    if b"\0" in data:  # UTF-16 is valid UTF-8 as far as it is ASCII, so it is asked about first
        guess = chardet.detect(data[:_GUESS_BYTES], include_encodings=_WIDE, no_match_encoding=_WIDE[0])
        wide = guess["encoding"] or _WIDE[0]
        # A stray NUL makes no UTF-16. Every second byte NUL does, however little chardet has to go by.
        known = guess["encoding"] is not None and guess["confidence"] >= _TRUST_WIDE
        if (known or data.count(0) * 4 >= len(data)) and (text := _try(data, wide)) is not None:
            return text, wide.lower()
    try:
        return characters_of(data, "utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        first_foreign = error.start
    for name in _guesses(data, first_foreign):
        if (text := _try(data, name)) is not None:
            return text, name
    raise IntakeError(
        f"This is not text in any known encoding (the first doubtful byte is number {first_foreign + 1:,}). "
        "Save it as UTF-8 text, or give the file the ending of its kind."
    )


def decode_as(data: bytes, encoding: str) -> str:
    """The characters of `data` in the encoding named; refuses an unknown name, and bytes that do not fit."""
    name = canonical(encoding)
    if name is None:
        raise IntakeError(
            f"“{one_line(encoding, 40)}” is no encoding known here. Choose another, such as utf-8."
        )
    try:
        return characters_of(data, name)
    except UnicodeDecodeError as error:
        raise IntakeError(
            f"This is not {name}: byte number {error.start + 1:,} does not fit it. Choose another encoding."
        ) from error


def characters_of(data: bytes, encoding: str) -> str:
    """The characters of `data`; UnicodeDecodeError when it is not in this encoding.

    UTF-8 with a few bytes astray, as where a page was cut in the middle of a character, is still UTF-8: what they
    stood for is lost and becomes U+FFFD. As another encoding all other letters would be misread.
    """
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise
        text = data.decode(encoding, "replace")
        beyond_ascii = len(text) - len(data.translate(None, delete=_BEYOND_ASCII))
        if beyond_ascii <= _ASTRAY_IN * text.count(LOST):
            raise
        return text


def canonical(encoding: str) -> str | None:
    """Python's name of a text encoding, or None when there is none of that name."""
    try:
        name = codecs.lookup(encoding.strip()).name
    except (LookupError, ValueError):
        return None
    try:
        b"a".decode(name)
    except UnicodeError:
        pass  # it takes more bytes than one
    except LookupError:
        return None  # a codec, such as zip, that makes no text
    return None if name in _NO_FILE_ENCODINGS else name


def as_browsers_do(encoding: str) -> str | None:
    """Python's name of what browsers read where a page or its server states this encoding; None when unknown."""
    name = canonical(encoding)
    return name and _AS_BROWSERS_DO.get(name, name)


def stated_encoding(data: bytes, stated: str) -> str:
    """What to read the data in, going by what its server stated: '' when that is nothing, unknown or wrong.

    A byte-order mark is the file's own word and goes first.
    """
    name = as_browsers_do(stated) if stated else None
    if name is None or any(data.startswith(mark) for mark, _ in _MARKS):
        return ""
    return name if _try(data, name) is not None else ""


def _try(data: bytes, encoding: str) -> str | None:
    """The text in an encoding that was guessed; None when the bytes do not fit or make no text."""
    try:
        text = characters_of(data, encoding)
    except (UnicodeDecodeError, LookupError):
        return None
    return None if _NO_TEXT.search(text) else text


def _guesses(data: bytes, first_foreign: int) -> list[str]:
    """Encodings to try on bytes that are not UTF-8, the likeliest first."""
    # A long text that is ASCII for pages must not be judged by these pages.
    start = max(0, first_foreign - _GUESS_LEAD) & ~3
    guess = chardet.detect(
        data[start : start + _GUESS_BYTES],
        encoding_era=chardet.EncodingEra.MODERN_WEB,
        prefer_superset=True,
    )
    if guess["encoding"] is None:  # it looks like a picture, an archive, a program
        return []
    if guess["confidence"] < _TRUST_GUESS:
        return ["windows-1252", guess["encoding"].lower()]
    return [guess["encoding"].lower(), "windows-1252"]


def _where(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"in line {line:,} (character {at + 1:,} of the text)"


def title_of(text: str) -> str:
    """The first line that is not empty, cut at 200 characters; '' when there is none."""
    text = text.lstrip()
    return text[: text.find("\n") if "\n" in text else None].rstrip()[:MAX_TITLE]


def guess_language(text: str) -> str:
    """The ISO 639-1 code of the language the text begins in, or '' when that is not clear."""
    language, probability = _identifier().classify(text[:_LANGUAGE_CHARACTERS])
    return language if language != _NO_LANGUAGE and probability >= _TRUST_LANGUAGE else ""


@functools.cache
def _identifier() -> _Identifier:
    # Loaded when first asked for: it brings numpy and takes half a second, which no other command should pay.
    langid = importlib.import_module("py3langid.langid")
    loaded = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    loaded.set_languages([code for code in loaded.labels if len(code) == 2 or code == _NO_LANGUAGE])
    identifier: _Identifier = loaded
    return identifier
