"""How far reviewers agree beyond chance: pure functions over counted verdicts. No database, no records.

Links with the same verdicts are interchangeable, so everything here works on *patterns*: how often each verdict was
given on a link, and how many links have that pattern. A dossier of a million links has a few dozen of them, and drawing
links anew for an interval is one multinomial draw over patterns.

Where a figure is not defined (nothing was judged twice, every verdict is the same) its value is None with the reason.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

type Numbers = npt.NDArray[np.float64]
type Statistic = Callable[[Numbers], Numbers]
"""Of how many links have each pattern, a row a sample, the figure of each sample; NaN where it is not defined."""

SEED = 20_04_11
RESAMPLES = 1_000
"""So many times the links are drawn anew for an interval: enough for two digits of its ends."""
LEVEL = 95
"""An interval holds the middle 95 % of what the samples give."""

NOTHING = "no link has two verdicts"
ONE_VERDICT = "every verdict is the same, so chance alone would agree as well"
UNEQUAL = "the links have different numbers of verdicts"
NOT_TWO = "there are not exactly two reviewers"
ONE_LINK = "an interval takes at least two links"
TOO_UNEVEN = "nearly all verdicts are the same: most samples of the links leave it undefined"


@dataclass(frozen=True)
class Figure:
    """One figure with the ends of its interval. ``why`` says why there is no value, or no interval to it."""

    value: float | None
    low: float | None = None
    high: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Tally:
    """Counted verdicts: ``verdicts`` (patterns, categories) on a link, ``links`` (patterns) that have each pattern.

    Every pattern holds at least two verdicts.
    """

    verdicts: Numbers
    links: Numbers

    @classmethod
    def of(cls, patterns: Iterable[tuple[Sequence[int], int]], categories: int = 3) -> "Tally":
        """From (verdicts on a link by category, how many such links) in any order, repeats too.

        Patterns of fewer than two verdicts are left out: nobody can agree there.
        """
        found = Counter[tuple[int, ...]]()
        for verdicts, links in patterns:
            if sum(verdicts) > 1 and links:
                found[tuple(verdicts)] += links
        # In order, so that the same links give the same interval, however they came.
        rows = sorted(found.items())
        return cls(
            np.array([pattern for pattern, _ in rows], dtype=np.float64).reshape(-1, categories),
            np.array([links for _, links in rows], dtype=np.float64),
        )

    @property
    def used(self) -> int:
        """How many links there are."""
        return int(self.links.sum())


def krippendorff_alpha(tally: Tally) -> Figure:
    """Krippendorff's alpha for nominal data: 1 − Do / De, any number of reviewers, verdicts may be missing.

    Do is how much of the coincidences lies off their diagonal, where every link's verdicts are paired with each other
    and each pair weighs 1 / (m − 1), m the link's verdicts; De is what the same n verdicts would give paired at random
    without putting back: (n² − Σ n_c²) / (n − 1). (Krippendorff, Content Analysis, 2nd ed. 2004, ch. 11; worked
    through in his Computing Krippendorff's Alpha-Reliability, 2011.)
    """
    per_link = _agreeing(tally) / (_given(tally) - 1)[:, None]

    def alpha(links: Numbers) -> Numbers:
        by_category = links @ tally.verdicts
        n = by_category.sum(axis=1)
        observed = n - (links @ per_link).sum(axis=1)
        expected = (n**2 - (by_category**2).sum(axis=1)) / (n - 1)
        return _one_minus(observed, expected)

    return _figure(alpha, tally.links, ONE_VERDICT)


def fleiss_kappa(tally: Tally) -> Figure:
    """Fleiss' kappa: (P − Pe) / (1 − Pe), for links that all have the same number of verdicts; else None.

    P is the mean of the links' agreeing pairs (``raw_agreement``), Pe = Σ p_c², p_c the share of category c in all
    verdicts. (Fleiss, Measuring nominal scale agreement among many raters, Psychological Bulletin 76, 1971.)
    """
    if len(set(_given(tally).tolist())) > 1:
        return Figure(None, why=UNEQUAL)
    agreeing = _share_agreeing(tally)

    def kappa(links: Numbers) -> Numbers:
        by_category = links @ tally.verdicts
        shares = by_category / by_category.sum(axis=1, keepdims=True)
        by_chance = (shares**2).sum(axis=1)
        return _one_minus(1 - (links @ agreeing) / links.sum(axis=1), 1 - by_chance)

    return _figure(kappa, tally.links, ONE_VERDICT)


def raw_agreement(tally: Tally) -> Figure:
    """The share of agreeing pairs of verdicts on a link, in the mean over the links: of two reviewers how often they
    agree. Not corrected for chance. (Fleiss' P, 1971.)
    """  # fmt: skip
    agreeing = _share_agreeing(tally)
    return _figure(lambda links: (links @ agreeing) / links.sum(axis=1), tally.links, NOTHING)


def specific_agreement(tally: Tally) -> list[Figure]:
    """For each category: when one reviewer gives it, how often does another on the same link?

    Σ n (n − 1) / (m − 1) over Σ n, n being how often the category was given on a link of m verdicts; of two reviewers
    the proportion of specific agreement 2a / (2a + b + c). (Spitzer & Fleiss 1974; Cicchetti & Feinstein 1990.)
    """
    per_link = _agreeing(tally) / (_given(tally) - 1)[:, None]

    def specific(category: int) -> Statistic:
        return lambda links: _share(links @ per_link[:, category], links @ tally.verdicts[:, category])

    never = "nobody gave it"
    return [_figure(specific(category), tally.links, never) for category in range(tally.verdicts.shape[1])]


def cohen_kappa(confusion: Numbers) -> Figure:
    """Cohen's kappa of two reviewers: (po − pe) / (1 − pe).

    ``confusion`` counts the links by what the one (rows) and the other (columns) said; po is the share on its diagonal,
    pe = Σ p_c· p_·c, what two that gave each category as often would agree on by chance. (Cohen, A coefficient of
    agreement for nominal scales, Educational and Psychological Measurement 20, 1960.)
    """
    size = confusion.shape[0]

    def kappa(links: Numbers) -> Numbers:
        tables = links.reshape(-1, size, size)
        n = links.sum(axis=1)
        observed = tables.trace(axis1=1, axis2=2) / n
        by_chance = (tables.sum(axis=2) * tables.sum(axis=1)).sum(axis=1) / n**2
        return _one_minus(1 - observed, 1 - by_chance)

    return _figure(kappa, confusion.astype(np.float64).ravel(), ONE_VERDICT)


def confused(confusion: Numbers) -> Tally:
    """The links of a confusion matrix as patterns of two verdicts."""
    size = confusion.shape[0]
    one = np.eye(size, dtype=int)
    return Tally.of(
        (
            (tuple(one[row] + one[column]), int(confusion[row, column]))
            for row, column in np.ndindex(size, size)
        ),
        size,
    )


@dataclass(frozen=True)
class Agreement:
    """The figures of some links: how many of them were used, and how many were left out for which reason."""

    links_used: int
    dropped: dict[str, int] = field(default_factory=dict)
    krippendorff_alpha: Figure = Figure(None, why=NOTHING)
    fleiss_kappa: Figure = Figure(None, why=NOTHING)
    cohen_kappa: Figure = Figure(None, why=NOT_TWO)
    raw_agreement: Figure = Figure(None, why=NOTHING)

    @property
    def links_dropped(self) -> int:
        return sum(self.dropped.values())


def agreement(tally: Tally, *, dropped: dict[str, int], confusion: Numbers | None = None) -> Agreement:
    """All of it at once. ``confusion`` is that of the two reviewers, where exactly two judged the links."""
    return Agreement(
        links_used=tally.used,
        dropped=dropped,
        krippendorff_alpha=krippendorff_alpha(tally),
        fleiss_kappa=fleiss_kappa(tally),
        cohen_kappa=Figure(None, why=NOT_TWO) if confusion is None else cohen_kappa(confusion),
        raw_agreement=raw_agreement(tally),
    )


def _given(tally: Tally) -> Numbers:
    """How many verdicts a link of each pattern has."""
    given: Numbers = tally.verdicts.sum(axis=1)
    return given


def _agreeing(tally: Tally) -> Numbers:
    """For each pattern and category, the ordered pairs of verdicts that are both of it."""
    return tally.verdicts * (tally.verdicts - 1)


def _share_agreeing(tally: Tally) -> Numbers:
    given = _given(tally)
    share: Numbers = _agreeing(tally).sum(axis=1) / (given * (given - 1))
    return share


def _share(part: Numbers, whole: Numbers) -> Numbers:
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 0)


def _one_minus(observed: Numbers, expected: Numbers) -> Numbers:
    """1 − observed / expected disagreement; NaN where none is expected."""
    # What should be nothing may come out as a rounding error.
    settled = np.where(expected > 1e-12, expected, 0.0)
    return 1 - _share(observed, settled)


def _figure(statistic: Statistic, links: Numbers, undefined: str) -> Figure:
    """The statistic of these links, and its interval: percentiles of the links drawn anew, from a fixed seed."""
    n = int(links.sum())
    if not n:
        return Figure(None, why=NOTHING)
    value = float(statistic(links[None, :])[0])
    if np.isnan(value):
        return Figure(None, why=undefined)
    if n == 1:
        return Figure(value, why=ONE_LINK)
    drawn = np.random.default_rng(SEED).multinomial(n, links / n, size=RESAMPLES)
    samples = statistic(drawn.astype(np.float64))
    samples = samples[~np.isnan(samples)]
    if samples.size < RESAMPLES / 2:
        return Figure(value, why=TOO_UNEVEN)
    rest = (100 - LEVEL) / 2
    low, high = np.percentile(samples, [rest, 100 - rest])
    return Figure(value, float(low), float(high))
