"""In which order pairs are handed out; what a session of reviewing tells of itself. Nothing here asks the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import md5

from sources.models import ReviewOrder

PLACES: dict[str, str] = {
    ReviewOrder.OLDEST: "number",
    ReviewOrder.CONTRADICTION: "place_likely",
    ReviewOrder.UNCERTAIN: "place_uncertain",
    ReviewOrder.RANDOM: "place_random",
}
"""The column that a queue runs along, from its lowest value up; each has an index of what is still proposed."""

RANKED = frozenset({ReviewOrder.CONTRADICTION, ReviewOrder.UNCERTAIN})
"""Orders in which a new pair may come before all others: a new session begins at their head."""

PAUSE = timedelta(minutes=30)
"""Without a verdict for so long, the next one begins a new session."""


def start_of(order: str, dossier: int, person: int) -> int:
    """Where this person's queue begins: at random each somewhere else, and the same one always at the same place."""
    if order != ReviewOrder.RANDOM:
        return 0
    return int(md5(f"{dossier}:{person}".encode(), usedforsecurity=False).hexdigest()[:8], 16) << 31


@dataclass(frozen=True)
class Session:
    """How many verdicts without a pause, and how long one took; None where there is too little to say."""

    given: int
    pace: timedelta | None

    @property
    def seconds(self) -> int | None:
        return round(self.pace.total_seconds()) if self.pace else None

    def time_for(self, left: int) -> int | None:
        """In how many minutes so many are done at this pace."""
        return max(1, round(left * self.pace.total_seconds() / 60)) if self.pace and left else None


def session_of(given: Sequence[datetime], now: datetime) -> Session:
    """The session that goes on ``now``, of the times at which verdicts were given, the latest first."""
    count, last = 0, now
    for at in given:
        if last - at > PAUSE:
            break
        count, last = count + 1, at
    return Session(count, (given[0] - last) / (count - 1) if count > 2 else None)
