"""The figures of agreement against published examples, other libraries, and what must hold of any of them."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from claims.agreement import (
    NOTHING,
    ONE_LINK,
    ONE_VERDICT,
    UNEQUAL,
    Figure,
    Tally,
    agreement,
    cohen_kappa,
    confused,
    fleiss_kappa,
    krippendorff_alpha,
    raw_agreement,
    specific_agreement,
)

EXACT = 1e-12
KINDS = ["contradicts", "supports", "neither"]


def tally_of(rows: list[list[Any]], categories: int) -> Tally:
    """From reliability data: a row a reviewer, a column a unit, None where nothing was said; categories from 0."""
    units = ([value for value in unit if value is not None] for unit in zip(*rows, strict=True))
    return Tally.of((([unit.count(c) for c in range(categories)], 1) for unit in units), categories)


def confusion_of(one: list[int], other: list[int], size: int = 3) -> Any:
    matrix = np.zeros((size, size))
    for pair, times in Counter(zip(one, other, strict=True)).items():
        matrix[pair] = times
    return matrix


def written(line: str) -> list[int | None]:
    return [None if value == "." else int(value) - 1 for value in line.split()]


def test_alpha_is_that_of_krippendorffs_own_examples() -> None:
    """Computing Krippendorff's Alpha-Reliability (2011), sections A and C: .095 and .743."""
    two = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
    assert krippendorff_alpha(tally_of(two, 2)).value == pytest.approx(0.09523809523809523, abs=EXACT)
    four = [
        written("1 2 3 3 2 1 4 1 2 . . ."),
        written("1 2 3 3 2 2 4 1 2 5 . 3"),
        written(". 3 3 3 2 3 4 2 2 5 1 ."),
        written("1 2 3 3 2 4 4 1 2 5 1 ."),
    ]
    tally = tally_of(four, 5)
    assert krippendorff_alpha(tally).value == pytest.approx(0.743421052631579, abs=EXACT)
    assert tally.used == 11, "the unit with one value is left out"
    assert fleiss_kappa(tally) == Figure(None, why=UNEQUAL)


def test_alpha_with_many_gaps_is_that_of_the_krippendorff_package() -> None:
    """Its version 0.8 gives this number on the same matrix of five reviewers and forty units."""
    filled = (np.arange(200) * 7919 % 101 % 4).reshape(5, 40)
    rows = [[None if value == 3 else int(value) for value in row] for row in filled]
    assert krippendorff_alpha(tally_of(rows, 3)).value == pytest.approx(0.5134684809775063, abs=EXACT)


def test_fleiss_is_that_of_his_method_on_the_well_known_example() -> None:
    """Ten subjects, fourteen raters, five categories: .210; statsmodels gives the same digits."""
    table = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    tally = Tally.of(((row, 1) for row in table), 5)
    assert fleiss_kappa(tally).value == pytest.approx(0.20993070442195522, abs=EXACT)
    assert raw_agreement(tally).value == pytest.approx(0.37802197802197803, abs=EXACT)


def test_cohen_is_that_of_his_textbook_example() -> None:
    """Fifty applications, two readers: 20 both yes, 15 both no, 5 and 10 apart: po .7, pe .5, kappa .4."""
    matrix = np.array([[20.0, 5.0], [10.0, 15.0]])
    assert cohen_kappa(matrix).value == pytest.approx(0.4, abs=EXACT)
    assert raw_agreement(confused(matrix)).value == pytest.approx(0.7, abs=EXACT)
    specific = [figure.value for figure in specific_agreement(confused(matrix))]
    assert specific == pytest.approx([40 / 55, 30 / 45], abs=EXACT), "2a / (2a + b + c)"


def test_the_two_readers_of_the_raw_file_agree_as_other_libraries_have_it(shared: Path) -> None:
    """Of the file itself, without us; krippendorff 0.8 and statsmodels 0.14 gave the numbers that stand here."""
    rows = [json.loads(line) for line in (shared / "gold/three-articles.jsonl").read_text().splitlines()]
    said = {(row["link"], row["reviewer"]): row["verdict"] for row in rows if row["type"] == "review"}
    links = sorted({link for link, _ in said})
    one, other = ([KINDS.index(said[link, f"reader-{n}"]) for link in links] for n in (1, 2))
    figures = agreement(tally_of([one, other], 3), dropped={}, confusion=confusion_of(one, other))
    assert figures.cohen_kappa.value == pytest.approx(cohen_kappa_score(one, other), abs=1e-9)
    assert figures.krippendorff_alpha.value == pytest.approx(0.9279764821166095, abs=1e-9)
    assert figures.fleiss_kappa.value == pytest.approx(0.9277747355679165, abs=1e-9)
    assert figures.raw_agreement.value == pytest.approx(172 / 179, abs=1e-9)
    assert figures.links_used == 179


@pytest.mark.parametrize("measure", [krippendorff_alpha, fleiss_kappa, raw_agreement])
def test_without_two_verdicts_on_a_link_there_is_a_reason_instead(measure: Any) -> None:
    assert measure(Tally.of([])) == Figure(None, why=NOTHING)
    assert measure(Tally.of([((1, 0, 0), 5), ((0, 0, 0), 2)])) == Figure(None, why=NOTHING)


def test_one_verdict_throughout_is_no_agreement_beyond_chance() -> None:
    same = Tally.of([((2, 0, 0), 8)])
    assert krippendorff_alpha(same) == fleiss_kappa(same) == Figure(None, why=ONE_VERDICT)
    assert cohen_kappa(np.diag([8.0, 0, 0])) == Figure(None, why=ONE_VERDICT)
    assert cohen_kappa(np.zeros((3, 3))) == Figure(None, why=NOTHING)
    assert raw_agreement(same) == Figure(1.0, 1.0, 1.0)
    assert [figure.value for figure in specific_agreement(same)] == [1.0, None, None]


def test_one_link_has_a_value_and_no_interval() -> None:
    figure = krippendorff_alpha(Tally.of([((1, 1, 0), 1)]))
    assert (figure.value, figure.low, figure.why) == (0.0, None, ONE_LINK)


def width(figure: Figure) -> float:
    assert figure.low is not None
    assert figure.high is not None
    return figure.high - figure.low


def test_an_interval_is_the_same_every_time_and_narrows_with_more_links() -> None:
    rows = [((2, 0, 0), 30), ((0, 2, 0), 20), ((1, 1, 0), 6), ((0, 1, 1), 3)]
    few, again = krippendorff_alpha(Tally.of(rows)), krippendorff_alpha(Tally.of(reversed(rows)))
    many = krippendorff_alpha(Tally.of([(pattern, 100_000 * links) for pattern, links in rows]))
    assert few == again
    assert [few.low, few.value, few.high] == sorted([few.low, few.value, few.high])  # type: ignore[type-var]
    assert width(many) < width(few) / 100


def test_an_interval_covers_what_drawing_single_links_gives() -> None:
    """The draw over patterns is the draw of links: both ends within what a thousand draws scatter."""
    verdicts = [(2, 0, 0)] * 30 + [(0, 2, 0)] * 20 + [(1, 1, 0)] * 6 + [(0, 1, 1)] * 3
    random = np.random.default_rng(1)
    drawn = [
        krippendorff_alpha_plain([verdicts[n] for n in random.integers(0, len(verdicts), len(verdicts))])
        for _ in range(600)
    ]
    figure = krippendorff_alpha(Tally.of((row, 1) for row in verdicts))
    assert (figure.low, figure.high) == pytest.approx(tuple(np.percentile(drawn, [2.5, 97.5])), abs=0.04)


def krippendorff_alpha_plain(units: Sequence[tuple[int, ...]]) -> float:
    """By the coincidence matrix, value by value, as Krippendorff writes it down."""
    size = len(units[0])
    coincidences = np.zeros((size, size))
    for unit in units:
        values = [c for c in range(size) for _ in range(unit[c])]
        for i, one in enumerate(values):
            for j, other in enumerate(values):
                if i != j:
                    coincidences[one, other] += 1 / (len(values) - 1)
    marginals = coincidences.sum(axis=0)
    n = marginals.sum()
    apart = coincidences.sum() - coincidences.trace()
    by_chance = n * n - (marginals**2).sum()
    return 1 - (n - 1) * float(apart) / float(by_chance) if by_chance else math.nan


UNITS = st.lists(st.tuples(*[st.integers(0, 4)] * 3), max_size=25)


@given(UNITS)
@settings(max_examples=60, deadline=None)
def test_any_verdicts_give_a_number_or_a_reason(units: list[tuple[int, int, int]]) -> None:
    tally = Tally.of((unit, 1) for unit in units)
    judged = [unit for unit in units if sum(unit) > 1]
    assert tally.used == len(judged)
    measures = [
        krippendorff_alpha(tally),
        fleiss_kappa(tally),
        raw_agreement(tally),
        *specific_agreement(tally),
    ]
    for figure in measures:
        assert figure.value is None or (math.isfinite(figure.value) and figure.value <= 1 + EXACT)
        assert (figure.value is not None) or figure.why
        if figure.low is not None and figure.high is not None:
            assert figure.low <= figure.high
    alpha = krippendorff_alpha(tally)
    if judged and not math.isnan(plain := krippendorff_alpha_plain(judged)):
        assert alpha.value == pytest.approx(plain, abs=1e-9)
    else:
        assert alpha.value is None


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=30))
@settings(max_examples=40, deadline=None)
def test_two_reviewers_agree_as_scikit_learn_has_it(pairs: list[tuple[int, int]]) -> None:
    one, other = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    figure = cohen_kappa(confusion_of(one, other))
    if len({*one, *other}) == 1:
        assert figure == Figure(None, why=ONE_VERDICT)
    else:
        assert figure.value == pytest.approx(cohen_kappa_score(one, other, labels=[0, 1, 2]), abs=EXACT)
