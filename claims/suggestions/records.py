"""What the engine is fed and what it gives back: plain values, so that nothing here knows a table.

The application turns rows into these, block by block, and stores what comes out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Stance(StrEnum):
    """How two claims stand; the values are those of a link's kind."""

    CONTRADICTS = "contradicts"
    SUPPORTS = "supports"
    NEITHER = "neither"


STANCES = (Stance.CONTRADICTS, Stance.SUPPORTS, Stance.NEITHER)
"""The order of probabilities wherever three stand in a row."""


@dataclass(frozen=True, slots=True)
class ClaimView:
    """One claim, as far as the engine looks at it. Empty means not stated, never a value of its own."""

    key: str
    """What names it: unique within one run; ``C-12`` or a primary key as text."""
    statement: str
    quote: str = ""
    source: str = ""
    origin: str = ""
    """The independent voice behind its source; two claims of one origin are not two witnesses."""
    speaker: str = ""
    via: str = ""
    asserted: str = ""
    """When it was said, as written: ``2023``, ``2023-01``, ``2023-01-15``."""
    about: str = ""
    """The time it speaks of, as written: ``2022-02/2023-01`` and the like."""
    modality: str = ""
    language: str = "en"


PROPOSED = 0.7
"""The weight of a link that nobody settled yet: what is left of its sign where it is right in 17 cases of 20."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """How two claims are known to stand. Give the verdict where there is one, else the kind."""

    a: str
    b: str
    stance: Stance
    weight: float = 1.0
    """How sure it is: 1 for settled, PROPOSED for merely proposed or disputed."""


class Reason(NamedTuple):
    """Why a pair is proposed: one sentence, and how far it moved the judgement towards what is proposed.

    ``weight`` is in log-odds: positive speaks for the proposal, negative against it.
    """

    feature: str
    sentence: str
    weight: float

    def __str__(self) -> str:
        return f"{self.sentence} ({self.weight:+.2f})"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One proposed pair. ``score`` is how likely it is that a person would call it ``stance``."""

    a: str
    b: str
    stance: Stance
    score: float
    reasons: Sequence[Reason] = ()
    over_time: bool = False
    """The two speak of different times, which may explain the difference: shown apart from conflicts."""
    probabilities: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """In the order of STANCES."""
    method: str = field(default="", compare=False)
    """Engine and version, to be kept with the suggestion."""
