"""Which sentences look like checkable claims, and why. Pure: a sentence and its language in, a score with reasons out.

The score is a plain sum: each feature that a sentence shows adds its weight once, whatever else it shows; what adds up
to ``ENOUGH`` is suggested. Nothing is learnt and nothing is hidden: a suggestion is told with its features.

    score = Σ WEIGHTS[feature]    over the features found

The features are those that Hassan, Arslan, Li and Tremayne found to tell check-worthy sentences from others
("Toward Automated Fact-Checking: Detecting Check-worthy Factual Claims by ClaimBuster", KDD 2017: figures, verbs of
the past, who is named, length), written as rules that can be shown. Their data and their model are not used. Figures,
dates in digits, names by their capitals, quotation marks, length, questions and crumbs of navigation are seen in any
language; verbs, negations, months and opinions only where ``LEXICONS`` has the language.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from claims.lexicons import LEXICONS, Lexicon, alternatives

WEIGHTS = {
    "figure with a unit": 2.0,
    "figure": 1.0,
    "date": 1.0,
    "named actor": 1.0,
    "several named actors": 1.5,
    "quoted words": 0.5,
    "reports what was said": 1.5,
    "comparison or change": 1.5,
    "denial": 1.0,
    "forecast or intention": 0.5,
    "question": -3.0,
    "first-person opinion": -2.0,
    "very short": -3.0,
    "very long": -0.5,
    "no full sentence": -3.0,
}
ENOUGH = 2.5
"""From this score on a sentence is suggested."""


class Scored(NamedTuple):
    """A sentence's score and the features that made it, the heaviest first."""

    score: float
    features: tuple[str, ...]

    @property
    def reasons(self) -> str:
        """What spoke for it."""
        return ", ".join(feature for feature in self.features if WEIGHTS[feature] > 0)


def has_lexicon(language: str) -> bool:
    """Whether verbs, negations, months and opinions of this language are known."""
    return _base(language) in LEXICONS


def scored(sentence: str, language: str = "") -> Scored:
    """How checkable a sentence looks."""
    found = sorted(set(_features(sentence, _base(language))), key=lambda one: (-abs(WEIGHTS[one]), one))
    return Scored(sum(WEIGHTS[feature] for feature in found), tuple(found))


def best(candidates: Iterable[tuple[int, Scored]], limit: int) -> list[tuple[int, Scored]]:
    """Of sentences (their place, their score) those to suggest: at most ``limit``, the best first."""
    enough = [(place, one) for place, one in candidates if one.score >= ENOUGH]
    return sorted(enough, key=lambda one: (-one[1].score, one[0]))[:limit]


def _base(language: str) -> str:
    return language.lower().replace("_", "-").partition("-")[0]


# Letters of scripts that put no space between words: their length is counted in characters.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u0e00-\u0eff]")
_NUMBER = r"(?<![\w.,])[+−-]?\d{1,3}(?:[ \u00a0\u202f.,’']\d{3})*(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_SIGN = r"%|‰|٪|％|°|\$|€|£|¥|₽|₴|₹|₩|元|円|亿|億|万|萬|千|人|吨|トン|年|月|日|名|家|个|倍|度|歳"
_UNIT = re.compile(
    rf"[$€£¥₽₴₹₩]\s?\d|\d[\d.,\u00a0\u202f]*\s?(?:{_SIGN}|(?:km|kg|km²|m²|GW|MW|kWh|TWh|mm|cm|bn|mn|m|t|ha)\b)"
)
_FIGURE = re.compile(r"\d")
_YEAR = re.compile(
    r"(?<!\d)(?:1[5-9]\d\d|20\d\d)(?!\d)|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d\d|\d{1,2}月\d{1,2}日|\d{4}年"
)
_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"[“”„«»「」『』\"]")
_QUESTION = re.compile(r"[?？؟;]['\"”»」』）)]*\Z")
_ENDED = re.compile(r"[.!?…。！？؟।۔．]['\"”’»」』）)\]]*\Z")
_CRUMB = re.compile(r"https?://|www\.|[©|→»›]\s|\s[|→›]\s|@\w+|\A\W*\d*\W*\Z")


def _features(sentence: str, base: str) -> Iterator[str]:
    words = sentence.split()
    unspaced = len(_UNSPACED.findall(sentence))
    lexicon = LEXICONS.get(base)
    if unspaced >= 10 or (len(words) >= 5 and not unspaced):
        if unspaced > 150 or len(words) > 60:
            yield "very long"
    else:
        yield "very short"
    if _QUESTION.search(sentence):
        yield "question"
    if _CRUMB.search(sentence) or not _ENDED.search(sentence):
        yield "no full sentence"
    yield from _figures(sentence, lexicon)
    yield from _names(words, base)
    if _QUOTED.search(sentence):
        yield "quoted words"
    if lexicon:
        yield from (feature for feature, pattern in _patterns(base) if pattern.search(sentence))


def _figures(sentence: str, lexicon: Lexicon | None) -> Iterator[str]:
    if _UNIT.search(sentence) or (lexicon and _with_units(lexicon).search(sentence)):
        yield "figure with a unit"
    dated = _YEAR.sub("", sentence)
    if dated != sentence:
        yield "date"
    if _FIGURE.search(dated):
        yield "figure"


def _names(words: list[str], base: str) -> Iterator[str]:
    """Names by their capitals: in a script that has none, none are seen; in German, where any noun has one, only
    capitals in a row and acronyms tell."""  # fmt: skip
    first = [found[0] if (found := _WORD.search(word)) else "" for word in words]
    capitals = [len(word) > 1 and word[0].isupper() for word in first]
    acronyms = {word for word in first if len(word) > 1 and word.isalpha() and word.isupper()}
    capitals[:1] = [False]
    # A run of capitals is one name.
    runs = [n for n, is_one in enumerate(capitals) if is_one and not capitals[n - 1]]
    if base == "de":
        runs = [n for n in runs if capitals[n + 1 : n + 2] == [True]]
    names = len(runs) + len(acronyms - {first[n] for n in runs})
    if names:
        yield "several named actors" if names > 1 else "named actor"


@lru_cache
def _with_units(lexicon: Lexicon) -> re.Pattern[str]:
    numbers, units = alternatives(lexicon.numbers), alternatives(lexicon.units)
    gap, end = (r"\s?", "") if lexicon.unspaced else (r"[\s-]+", r"\b")
    return re.compile(rf"(?:{_NUMBER}|(?<!\w)(?:{numbers})){gap}(?:{units}){end}", re.IGNORECASE)


@lru_cache
def _patterns(base: str) -> list[tuple[str, re.Pattern[str]]]:
    lexicon = LEXICONS[base]
    edge = "" if lexicon.unspaced else r"\b"
    kinds = {
        "reports what was said": lexicon.reporting,
        "comparison or change": lexicon.change,
        "denial": lexicon.negation,
        "forecast or intention": lexicon.modality,
        "first-person opinion": lexicon.opinion,
        "date": lexicon.dates,
    }
    return [
        (name, re.compile(f"{edge}(?:{alternatives(words)}){edge}", re.IGNORECASE))
        for name, words in kinds.items()
    ]
