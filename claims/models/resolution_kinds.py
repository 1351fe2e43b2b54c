"""The kinds of resolution: each says its name, what proof it asks for, how that is checked and how it reads.

A new kind is one entry in ``_ALL`` (and the migration that Django makes of it). Values and pure functions alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from claims.models.claim import Modality
from sources.periods import NotATime, parse_period

PROOF_LIMIT = 2_000
"""Characters of one piece of proof."""


class Sort(StrEnum):
    """How a piece of proof is written."""

    LINE = "line"
    WORDS = "words"
    TIME = "time"
    FIGURES = "figures"
    MODE = "mode"
    SIDE = "side"


FIRST, SECOND = "first", "second"


@dataclass(frozen=True)
class Ask:
    """One piece of proof; ``label`` may name the two claims as {a} and {b}."""

    name: str
    label: str
    sort: Sort = Sort.LINE
    help: str = ""


@dataclass(frozen=True)
class ResolutionKind:
    """``says`` is the sentence it reads as: of the two claims' numbers {a} and {b}, and what was given as proof.

    ``differ`` names two pieces of proof that must not say the same. ``decided`` asks for a source or claim that it
    rests on beside the two claims.
    """

    key: str
    label: str
    means: str
    asks: tuple[Ask, ...]
    says: str
    differ: tuple[str, str] | None = None
    decided: bool = False

    def problems(self, proof: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with a proof, by the name of its piece ('' where it is the whole)."""
        wrong = dict.fromkeys(proof.keys() - {ask.name for ask in self.asks}, "is not asked for here")
        for ask in self.asks:
            value = proof.get(ask.name, "")
            if not value.strip():
                wrong[ask.name] = "Say it: the proof needs it."
            elif len(value) > PROOF_LIMIT:
                wrong[ask.name] = f"At most {PROOF_LIMIT:,} characters."
            elif reason := _CHECKS.get(ask.sort, _anything)(value):
                wrong[ask.name] = reason
        if self.differ and not wrong:
            one, other = (proof[name].strip().casefold() for name in self.differ)
            if one == other:
                wrong[self.differ[1]] = "Both are the same: that explains nothing."
        return wrong

    def sentence(self, proof: Mapping[str, str], a: str, b: str) -> str:
        """How it reads, of claims cited as ``a`` and ``b``."""
        said = {ask.name: _said(ask.sort, proof.get(ask.name, "").strip(), a, b) for ask in self.asks}
        return self.says.format(a=a, b=b, **said)


def _said(sort: Sort, value: str, a: str, b: str) -> str:
    """A piece of proof as it stands within a sentence."""
    if sort is Sort.SIDE:
        return b if value == SECOND else a
    if sort is Sort.TIME:
        first, slash, last = value.partition("/")
        if not slash:
            return value
        return (
            f"{first} and after"
            if last == ".."
            else f"the time until {last}"
            if first == ".."
            else f"{first} to {last}"
        )
    return value.removesuffix(".")


def _anything(value: str) -> str:
    return ""


def _time(value: str) -> str:
    try:
        parse_period(value)
    except NotATime as error:
        return str(error)
    return ""


def _figures(value: str) -> str:
    return "" if any(sign.isdigit() for sign in value) else "Give the figures: 244, or 240–250 billion."


def _mode(value: str) -> str:
    return "" if value in Modality.values else f"One of {', '.join(Modality.values)}."


def _side(value: str) -> str:
    return "" if value in (FIRST, SECOND) else "Say which of the two."


_CHECKS: Mapping[Sort, Callable[[str], str]] = {
    Sort.TIME: _time,
    Sort.FIGURES: _figures,
    Sort.MODE: _mode,
    Sort.SIDE: _side,
}


def _both(what: str, sort: Sort = Sort.LINE, help: str = "") -> tuple[Ask, Ask]:  # noqa: A002
    """The same asked of each side."""
    return Ask(FIRST, f"{what} {{a}}", sort, help), Ask(SECOND, f"{what} {{b}}", sort, help)


_PAIR = (FIRST, SECOND)
_WHICH = Ask("side", "Which of the two", Sort.SIDE)
_WHEN = _both("Time of", Sort.TIME, "2023, 2023-01-15 or 2022-02/2023-01.")
_WHY = Ask("why", "Why it cannot hold", Sort.WORDS)

_ALL = (
    ResolutionKind(
        "time",
        "by time",
        "Each is true of its own time.",
        _WHEN,
        "{a} speaks of {first}, {b} of {second}.",
        _PAIR,
    ),
    ResolutionKind(
        "scope",
        "by scope",
        "Each speaks of something else.",
        _both("Scope of"),
        "{a} speaks of {first}; {b} of {second}.",
        _PAIR,
    ),
    ResolutionKind(
        "definition",
        "by definition",
        "One word, two meanings.",
        (Ask("term", "The word"), *_both("Its meaning in")),
        "By “{term}” {a} means {first}; {b} means {second}.",
        _PAIR,
    ),
    ResolutionKind(
        "attribution",
        "by attribution",
        "One of them was said by somebody else.",
        (_WHICH, Ask("said_by", "Who really said it"), Ask("shown", "What shows it", Sort.WORDS)),
        "{side} was really said by {said_by}: {shown}.",
    ),
    ResolutionKind(
        "modality",
        "by modality",
        "One is fact, the other forecast, opinion, intention.",
        _both("Mode of", Sort.MODE),
        "{a} is {first}, {b} is {second}.",
        _PAIR,
    ),
    ResolutionKind(
        "spread",
        "estimate spread",
        "Two estimates of one thing, as far apart as estimates are.",
        _both("Estimate of", Sort.FIGURES, "A figure or a range: 240–250 billion."),
        "Two estimates of one thing: {a} gives {first}, {b} gives {second}.",
        _PAIR,
    ),
    ResolutionKind(
        "translation",
        "translation",
        "The original says something else.",
        (
            _WHICH,
            Ask("original", "The original wording", Sort.WORDS),
            Ask("translation", "As it was translated", Sort.WORDS),
            Ask("better", "As it should read", Sort.WORDS),
        ),
        "{side} rests on a translation: “{original}” became “{translation}”, and should read “{better}”.",
        ("translation", "better"),
    ),
    ResolutionKind(
        "source-error",
        "source error",
        "A source slipped: a figure, a name, a date.",
        (
            _WHICH,
            Ask("error", "What is wrong in its source", Sort.WORDS),
            Ask("right", "What is right", Sort.WORDS),
        ),
        "The source of {side} is in error: {error}. Right is: {right}.",
        ("error", "right"),
        decided=True,
    ),
    ResolutionKind(
        "refuted",
        "one side refuted",
        "What is known now shows one of them to be wrong.",
        (_WHICH, _WHY),
        "{side} is refuted: {why}.",
        decided=True,
    ),
    ResolutionKind(
        "both-wrong",
        "both wrong",
        "Neither is true.",
        (Ask("right", "What is true instead", Sort.WORDS),),
        "Both {a} and {b} are wrong; what is true: {right}.",
        decided=True,
    ),
    ResolutionKind(
        "genuine",
        "genuine: it stands",
        "They contradict each other, and no explanation holds.",
        (Ask("tried", "What was looked into, and why it does not explain it", Sort.WORDS),),
        "{a} and {b} contradict each other, and that stands: {tried}.",
    ),
)
KINDS: Mapping[str, ResolutionKind] = {kind.key: kind for kind in _ALL}
