"""Rules by which verdicts settle a link without a lead looking at each. Pure functions of how many said what."""

from collections.abc import Mapping
from dataclasses import dataclass

UNANIMOUS, MAJORITY = "unanimous", "majority"


@dataclass(frozen=True)
class Rule:
    """``least`` verdicts must be there; of a majority, ``share`` per cent of all must agree."""

    name: str
    least: int
    share: int = 100

    def verdict(self, tally: Mapping[str, int]) -> str:
        """What it settles a link as with so many of each verdict; '' where it settles nothing, as after a tie."""
        given = sum(tally.values())
        most = max(tally.values(), default=0)
        leading = [verdict for verdict, count in tally.items() if count == most]
        share = 100 if self.name == UNANIMOUS else self.share
        if given < self.least or len(leading) != 1 or most * 100 < share * given:
            return ""
        return leading[0]

    def __str__(self) -> str:
        if self.name == UNANIMOUS:
            return f"all of at least {self.least} verdicts agree"
        return f"at least {self.share} % of at least {self.least} verdicts agree"
