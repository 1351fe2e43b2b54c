"""JSON without its laxities: every object a line holds can be stored and written out again."""

import json
import re
from dataclasses import dataclass
from functools import partial
from math import isinf
from typing import Any


class BadLine(Exception):
    """The line cannot be brought in, whatever it says; ``values`` is as much as could be read of it."""

    def __init__(self, field: str, reason: str, values: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.field = field.encode(errors="replace").decode().replace("\0", "?")
        self.reason = reason
        self.values = values or {}


def parse(raw: bytes) -> dict[str, Any]:
    """The object on a line. Raises BadLine for bad UTF-8 or JSON, a repeated key, NaN, NUL, half a character."""
    try:
        text = raw.decode().rstrip()
    except UnicodeDecodeError as error:
        raise BadLine("", f"is not UTF-8 (byte {error.start + 1})") from None
    repeated: list[str] = []
    try:
        values = json.loads(
            text,
            object_pairs_hook=partial(_object, repeated),
            parse_constant=_refuse_constant,
            parse_float=_decimals,
        )
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at").lower()
        raise BadLine("", f"is no JSON, or is cut off: {what} (character {error.pos + 1})") from None
    except RecursionError:
        raise BadLine("", "is nested too deeply") from None
    except ValueError as error:  # a number of thousands of digits
        raise BadLine("", f"holds a number that cannot be read: {error}") from None
    if not isinstance(values, dict):
        raise BadLine("", "is no JSON object")
    if repeated:
        raise BadLine(repeated[0], "the key stands twice", values)
    if "\\u" in text:  # the only way to write either
        _refuse_what_no_text_holds(values)
    return values


def _object(repeated: list[str], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The pairs as an object; the keys that stand in it twice are added to ``repeated``."""
    values = dict(pairs)
    if len(values) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                repeated.append(key)
            seen.add(key)
    return values


def _refuse_constant(name: str) -> None:
    raise BadLine("", f"{name} is no JSON number")


@dataclass(frozen=True, slots=True)
class Decimals:
    """A number with a point or an exponent, as it is written: ``1.10`` is not to come out as ``1.1``."""

    written: str


def _decimals(written: str) -> Decimals:
    if isinf(float(written)):
        raise BadLine("", f"the number {written[:40]} is too large")
    return Decimals(written)


def _refuse_what_no_text_holds(values: dict[str, Any]) -> None:
    """Refuse NUL and lone surrogates in any string of the line, at any depth, keys included."""
    for key, value in values.items():
        found: list[Any] = [key, value]
        while found:
            one = found.pop()
            if isinstance(one, dict):
                found += [*one.keys(), *one.values()]
            elif isinstance(one, list):
                found += one
            elif isinstance(one, str):
                if "\0" in one:
                    raise BadLine(key, "holds a NUL character, which no text should", values)
                try:
                    one.encode()
                except UnicodeEncodeError:
                    raise BadLine(key, "holds half of a character (a lone surrogate)", values) from None


def compact(value: Any) -> str:
    """A value as JSON without spaces, non-ASCII unescaped, its numbers as they were written."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_marked)
    return _MARKED.sub(r"\1", text) if "\\u0000" in text else text


def _marked(number: Decimals) -> str:
    # json writes no number as it is told to. What stands between NULs is one: no text that was read holds any.
    return f"\0{number.written}\0"


_MARKED = re.compile(r'"\\u0000([0-9.eE+-]+)\\u0000"')


def shown(value: object) -> str:
    text = value if isinstance(value, str) else compact(value)
    return f"“{text if len(text) <= 60 else text[:59] + '…'}”"
