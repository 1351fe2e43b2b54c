"""What links imply of pairs that have none."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.suggestions.paths import Paths
from claims.suggestions.records import LinkView, Stance

KEYS = ["A", "B", "C", "D", "E", "F"]
ROWS = {key: row for row, key in enumerate(KEYS)}


def graph(*links: tuple[str, str, Stance]) -> Paths:
    return Paths([LinkView(*link) for link in links], ROWS)


def test_who_supports_my_opponent_contradicts_me() -> None:
    paths = graph(("A", "B", Stance.CONTRADICTS), ("B", "C", Stance.SUPPORTS))
    assert paths.between(0, 2).two < 0
    assert paths.told(0, 2, -1, KEYS) == "A contradicts B, which supports C"


def test_my_opponents_opponent_is_with_me() -> None:
    assert graph(("A", "B", Stance.CONTRADICTS), ("B", "C", Stance.CONTRADICTS)).between(0, 2).two > 0


def test_three_steps_count_and_neither_implies_nothing() -> None:
    chain = graph(("A", "B", Stance.SUPPORTS), ("B", "C", Stance.CONTRADICTS), ("C", "D", Stance.SUPPORTS))
    assert chain.between(0, 3).three < 0
    assert not graph(("A", "B", Stance.NEITHER), ("B", "C", Stance.SUPPORTS)).between(0, 2).total


def test_a_pairs_own_link_is_not_evidence_for_itself() -> None:
    paths = graph(("A", "B", Stance.CONTRADICTS), ("A", "C", Stance.SUPPORTS))
    assert paths.between(0, 1).total == 0


def test_a_hub_says_less() -> None:
    few = graph(("A", "B", Stance.SUPPORTS), ("B", "C", Stance.SUPPORTS))
    many = graph(*[(key, "B", Stance.SUPPORTS) for key in "ACDEF"])
    assert 0 < many.between(0, 2).two < few.between(0, 2).two


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from([0, 1])), max_size=9))
@settings(max_examples=60, deadline=None)
def test_blocks_agree_with_walks_for_pairs_without_a_link(found: set[tuple[int, int, int]]) -> None:
    kinds = [Stance.SUPPORTS, Stance.CONTRADICTS]
    known = {(min(a, b), max(a, b)): kinds[kind] for a, b, kind in sorted(found) if a != b}
    paths = Paths([LinkView(KEYS[a], KEYS[b], kind) for (a, b), kind in known.items()], ROWS)
    two, three = paths.block(0, 6)
    for a in range(6):
        for b in range(a + 1, 6):
            if (a, b) not in known:
                implied = paths.between(a, b)
                assert np.isclose(two.toarray()[a, b], implied.two, atol=1e-6)
                assert np.isclose(three.toarray()[a, b], implied.three, atol=1e-6)


NEAR = np.array([[1, 0], [0.98, 0.199], [0, 1], [0, 1], [0.6, 0.8], [-1, 0]], np.float32)
"""A and B say nearly the same; C and D do."""


def test_what_is_like_a_linked_claim_stands_as_it_does() -> None:
    paths = graph(("B", "C", Stance.CONTRADICTS))
    [kin] = paths.kindred(0, [2], NEAR, KEYS)
    assert kin.pull == -kin.at_all < 0
    assert kin.told == "B, which is near to A, contradicts C"
    assert paths.kindred(2, [0], NEAR, KEYS) == [kin]


def test_neither_the_pairs_own_link_nor_what_is_far_off_is_kin() -> None:
    assert graph(("A", "C", Stance.SUPPORTS)).kindred(0, [2], NEAR, KEYS)[0].at_all == 0
    assert graph(("F", "C", Stance.SUPPORTS)).kindred(0, [2], NEAR, KEYS)[0].at_all == 0


def test_kin_that_pull_both_ways_leave_no_sign() -> None:
    paths = graph(("A", "D", Stance.SUPPORTS), ("B", "C", Stance.CONTRADICTS))
    [kin] = paths.kindred(0, [2], NEAR, KEYS)
    assert abs(kin.pull) < kin.at_all
