"""Where quotes of an old text stand in a new version of it. Pure functions; offsets count code points, end exclusive."""

from collections.abc import Sequence
from dataclasses import dataclass
from os.path import commonprefix
from typing import Literal

from claims.quotes import Place

Method = Literal["exact", "fuzzy", "orphan"]


@dataclass(frozen=True)
class Anchored:
    """What became of one place: where its words stand now; an orphan's nearest place is for a person to judge."""

    method: Method
    start: int = 0
    end: int = 0
    candidate: Place | None = None


def reanchor(old_text: str, new_text: str, places: Sequence[tuple[int, int]]) -> list[Anchored]:
    """What became of each place (start, end) of the old text in the new one, in the order given."""
    before = len(commonprefix([old_text, new_text]))
    most = min(len(old_text), len(new_text)) - before
    after = len(commonprefix([old_text[::-1][:most], new_text[::-1][:most]]))
    shift = len(new_text) - len(old_text)
    found = []
    for start, end in places:
        if end <= before:
            found.append(Anchored("exact", start, end))
        elif start >= len(old_text) - after:
            found.append(Anchored("exact", start + shift, end + shift))
        else:
            found.append(Anchored("orphan"))
    return found
