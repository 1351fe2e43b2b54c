"""What one claim says, read once: its words and their negation, the ends of axes it stands at, numbers, years, mode.

A pair's features are computed from two readings, so that the work of reading is done once a claim and not once a pair.
English has a lexicon; any other language is read for words, numbers and years alone, and says so (``has_lexicon``).
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from claims.suggestions.lexicon import (
    AXIS_OF,
    CLAUSE_ENDS,
    HEDGES,
    LONGEST_ENTRY,
    MONTHS,
    NEGATORS,
    NUMBER_WORDS,
    PLANS,
    SCALES,
    TURNERS,
)
from claims.suggestions.records import ClaimView
from claims.suggestions.words import STOP, plain_words, stem
from sources.periods import NotATime, parse_period

_TOKEN = re.compile(
    r"[$€£¥]?\d[\d,]*(?:\.\d+)?(?:st|nd|rd|th)?%?|[^\W\d_]+(?:[’'-][^\W\d_]+)*|[.;:!?,]|[$€£¥]", re.UNICODE
)
_NUMBER = re.compile(r"([$€£¥]?)(\d[\d,]*(?:\.\d+)?)(st|nd|rd|th)?(%?)")
_SCOPE = 7
"""Words that a negation reaches at most, within its clause."""

CURRENCIES = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "usd": "dollar", "eur": "euro"}
_DIVIDERS = frozenset(
    """a an the this that these those its his her their our my your of to in on at by for from with against into over
    about as""".split()
)
ABOUT = frozenset("about around roughly approximately nearly almost some circa estimated".split())
ABOVE = frozenset("over above exceeding exceeds exceeded".split())
BELOW = frozenset("under below".split())

_HELPERS = frozenset("will would can could must might even back pass".split())
"""Words that mostly help others, whatever end they stand at when they stand for themselves."""

type Span = tuple[date | None, date | None]


class Quantity(NamedTuple):
    """A number with what it counts. ``bound`` is ``=``, ``~``, ``>`` or ``<``."""

    value: float
    unit: str
    bound: str
    written: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One claim, read. Stems are in the order of the text; ``turned`` says which of them stand under a negation."""

    claim: ClaimView
    has_lexicon: bool
    stems: tuple[str, ...]
    words: tuple[str, ...]
    """In small letters, each beside its stem."""
    written: tuple[str, ...]
    """As they stand in the text."""
    turned: tuple[bool, ...]
    content: dict[str, bool]
    """Stem of each word that tells what the claim is about → whether it stands under a negation."""
    axes: dict[int, tuple[float, str]]
    """Axis → the end it stands at (−1 … +1, negation counted) and the word that put it there."""
    negations: int
    quantities: tuple[Quantity, ...]
    years: frozenset[int]
    names: frozenset[str]
    plan: bool
    hedge: bool
    about: Span | None
    asserted: Span | None


def read(claim: ClaimView) -> Reading:
    """Everything that a pair's features need of one claim; linear in its length."""
    english = claim.language.lower().split("-")[0] in ("en", "")
    tokens = _TOKEN.findall(claim.statement)
    lower = [token.lower().replace("’", "'") for token in tokens]
    if english:
        lower, tokens = _undone(lower, tokens)
    quantities, years, taken = _numbers(lower)
    if english:
        stems = [stem(word) for word in lower]
        turned, negations = _turned(lower, stems)
        axes = _axes(lower, stems, turned)
        content = {
            one: under
            for at, (one, word, under) in enumerate(zip(stems, lower, turned, strict=True))
            if word not in STOP and word not in NEGATORS and (word[0].isalpha() or at in taken)
        }
    else:
        stems, turned, negations, axes = lower, [False] * len(lower), 0, {}
        content = dict.fromkeys(plain_words(claim.statement), False)
    names = {
        one
        for at, (token, one) in enumerate(zip(tokens, stems, strict=True))
        if token[0].isupper() and lower[at] not in STOP and lower[at] not in MONTHS and _inside(tokens, at)
    }
    marks = set(lower)
    return Reading(
        claim=claim,
        has_lexicon=english,
        stems=tuple(stems),
        words=tuple(lower),
        written=tuple(tokens),
        turned=tuple(turned),
        content=content,
        axes=axes,
        negations=negations,
        quantities=tuple(quantities),
        years=frozenset(years),
        names=frozenset(names),
        plan=claim.modality in ("intention", "forecast") or (not claim.modality and bool(marks & PLANS)),
        hedge=bool(marks & HEDGES),
        about=_span(claim.about),
        asserted=_span(claim.asserted),
    )


@lru_cache(maxsize=50_000)
def _span(written: str) -> Span | None:
    try:
        return parse_period(written) if written else None
    except NotATime:
        return None


def _undone(lower: list[str], tokens: list[str]) -> tuple[list[str], list[str]]:
    """ "doesn't" as "does" and "n't"; words joined by a hyphen apart."""
    words: list[str] = []
    written: list[str] = []
    for word, token in zip(lower, tokens, strict=True):
        if word.endswith("n't") and len(word) > 3:
            parts, shown = [word[:-3], "n't"], [token[:-3], token[-3:]]
        elif word == "cannot":
            parts, shown = ["can", "not"], [token[:3], token[3:]]
        elif "-" in word:
            parts, shown = word.split("-"), token.split("-")
        else:
            parts, shown = [word.removesuffix("'s")], [token.removesuffix("'s").removesuffix("’s")]
        for part, one in zip(parts, shown, strict=False):
            if part:
                words.append(part)
                written.append(one)
    return words, written


def _turned(lower: list[str], stems: list[str]) -> tuple[list[bool], int]:
    """Which words stand under an odd number of negations, and how many negations there are.

    A negator, or a verb that turns round what it governs, reaches the next two words of content, but not past the end
    of its clause, nor past an article or a preposition that follows the first of them: "has not abandoned its alliance"
    turns "abandoned" and leaves "alliance". After the scope rules of NegEx (Chapman et al. 2001, J. Biomed. Inform.
    34), with a shorter reach.
    """
    count = [0] * len(lower)
    negations = 0
    for at, word in enumerate(lower):
        if word not in NEGATORS and stems[at] not in TURNERS:
            continue
        if word in ("not", "no") and lower[at + 1 : at + 2] in (["only"], ["."], [","]):
            continue
        if (
            word not in NEGATORS and count[at] % 2
        ):  # "did not refuse to": whoever does not refuse turns nothing
            continue
        negations += 1
        reached = 0
        for further in range(at + 1, min(len(lower), at + 1 + _SCOPE)):
            if lower[further] in CLAUSE_ENDS or (reached and lower[further] in _DIVIDERS):
                break
            count[further] += 1
            reached += lower[further] not in STOP
            if reached == 2:
                break
    return [one % 2 == 1 for one in count], negations


def _axes(lower: list[str], stems: list[str], turned: list[bool]) -> dict[int, tuple[float, str]]:
    """For each axis the claim stands on, the mean end of its words, negation counted, and its last word."""
    sums: dict[int, list[float]] = {}
    shown: dict[int, str] = {}
    at = 0
    while at < len(stems):
        step = 1
        for size in range(min(LONGEST_ENTRY, len(stems) - at), 0, -1):
            if size == 1 and lower[at] in _HELPERS:
                break
            places = AXIS_OF.get(tuple(stems[at : at + size]))
            if places:
                for axis, end in places:
                    sums.setdefault(axis, []).append(-end if turned[at] else end)
                    word = " ".join(lower[at : at + size])
                    shown[axis] = f"not {word}" if turned[at] else word
                step = size
                break
        at += step
    return {axis: (sum(ends) / len(ends), shown[axis]) for axis, ends in sums.items() if sum(ends)}


def _numbers(lower: list[str]) -> tuple[list[Quantity], set[int], set[int]]:
    """Quantities, years, and where in the text quantities stand. Days of a month and ordinals are no quantities."""
    found: list[Quantity] = []
    years: set[int] = set()
    taken: set[int] = set()
    for at, word in enumerate(lower):
        before = lower[at - 1] if at else ""
        after = lower[at + 1] if at + 1 < len(lower) else ""
        match = _NUMBER.fullmatch(word)
        if not match and not (word in NUMBER_WORDS and word != "one"):
            continue
        if not match:
            value, currency, percent = float(NUMBER_WORDS[word]), "", ""
        else:
            currency, digits, ordinal, percent = match.groups()
            try:
                value = float(digits.replace(",", ""))
            except ValueError:
                continue
            plain = len(digits) == 4 and not currency and not percent and digits.isdigit()
            if plain and 1000 <= value <= 2100 and after not in SCALES:
                years.add(int(value))
                continue
            if ordinal or before in MONTHS or after in MONTHS:
                continue
        next_at = at + 1
        while next_at < len(lower) and lower[next_at] in SCALES:
            value *= SCALES[lower[next_at]]
            next_at += 1
        unit = "%" if percent else CURRENCIES.get(currency, "")
        if not unit and next_at < len(lower):
            noun = lower[next_at]
            if noun in ("percent", "%") or lower[next_at : next_at + 2] == ["per", "cent"]:
                unit = "%"
            elif noun[0].isalpha() and noun not in STOP:
                unit = CURRENCIES.get(noun, stem(noun))
        found.append(Quantity(value, unit, _bound(lower, at), " ".join(lower[at:next_at])))
        taken.add(at)
    return found, years, taken


def _bound(lower: list[str], at: int) -> str:
    two = lower[max(0, at - 2) : at]
    if (
        two in (["more", "than"], ["greater", "than"], ["at", "least"])
        or two[-1:] == ["over"]
        or set(two[-1:]) & ABOVE
    ):
        return ">"
    if two in (["less", "than"], ["fewer", "than"], ["at", "most"], ["up", "to"]) or set(two[-1:]) & BELOW:
        return "<"
    return "~" if set(two[-1:]) & ABOUT else "="


def _inside(tokens: list[str], at: int) -> bool:
    """Whether a capital here tells of a name: not merely of a sentence's start."""
    if at and tokens[at - 1] not in ".!?":
        return True
    return at + 1 < len(tokens) and tokens[at + 1][:1].isupper()
