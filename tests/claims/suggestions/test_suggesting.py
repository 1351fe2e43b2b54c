"""Suggestions over small dossiers, without a sentence model unless the test says so."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from claims.suggestions.bert import Floats
from claims.suggestions.features import NAMES
from claims.suggestions.judge import PLACE, Judge, default_judge
from claims.suggestions.learning import TooFew, Verdict, learn, splits
from claims.suggestions.ranked import Ranked
from claims.suggestions.records import ClaimView, LinkView, Stance
from claims.suggestions.suggesting import Dossier, best_first
from claims.suggestions.words import Bm25, stem

CLAIMS = [
    ClaimView("C-1", "Trade between Freedonia and Sylvania rose in 2022.", source="S-1"),
    ClaimView("C-2", "Trade between Freedonia and Sylvania fell in 2022.", source="S-2"),
    ClaimView("C-3", "Freedonia and Sylvania signed a treaty on trade in 2022.", source="S-3"),
    ClaimView("C-4", "The opera season opened with a new production.", source="S-4"),
    ClaimView("C-5", "Trade between Freedonia and Sylvania fell in 2019.", source="S-5"),
]


def test_the_opposed_pair_comes_first_and_says_why() -> None:
    made = best_first(Dossier(CLAIMS).suggest())
    best = [one for one in made if one.stance is Stance.CONTRADICTS and not one.over_time]
    assert {best[0].a, best[0].b} == {"C-1", "C-2"}
    assert any("“rose”" in reason.sentence for reason in best[0].reasons)


def test_in_a_file_they_rank_as_in_memory() -> None:
    made = list(Dossier(CLAIMS).suggest())
    again = [replace(one, score=one.score + 0.001, method="another") for one in made[::3]]
    with Ranked() as ranked:
        ranked.add([*again, *made])
        ranked.add(made)
        assert list(ranked) == best_first([*again, *made])
        assert len(ranked) == len(best_first(made))
        assert {one.method for one in ranked} == {made[0].method, "another"}


def test_another_year_may_be_a_change_over_time() -> None:
    found = {(one.a, one.b): one for one in Dossier(CLAIMS).suggest() if one.stance is Stance.CONTRADICTS}
    assert found["C-1", "C-5"].over_time
    assert found["C-1", "C-5"].score < found["C-1", "C-2"].score


def test_linked_and_dismissed_pairs_are_left_out() -> None:
    links = [LinkView("C-2", "C-1", Stance.CONTRADICTS)]
    made = Dossier(CLAIMS, links, skip=[frozenset(("C-3", "C-1"))]).suggest()
    assert not {("C-1", "C-2"), ("C-1", "C-3")} & {(one.a, one.b) for one in made}


def test_what_links_imply_is_found_where_no_word_is_shared() -> None:
    links = [LinkView("C-4", "C-1", Stance.CONTRADICTS), LinkView("C-1", "C-3", Stance.SUPPORTS)]
    found = {(one.a, one.b, one.stance): one for one in Dossier(CLAIMS, links).suggest()}
    implied = found["C-3", "C-4", Stance.CONTRADICTS]
    assert implied.score > found["C-3", "C-4", Stance.SUPPORTS].score
    assert any("C-1" in reason.sentence for reason in implied.reasons)


def test_probabilities_add_up_and_scores_are_theirs() -> None:
    for one in Dossier(CLAIMS).suggest():
        assert sum(one.probabilities) == pytest.approx(1, abs=1e-3)
        assert one.score == one.probabilities[0 if one.stance is Stance.CONTRADICTS else 1]
        assert one.method == "features 2"


def test_a_claim_gives_no_more_than_asked() -> None:
    many = [ClaimView(f"C-{n}", f"Trade with Sylvania rose by {n} percent.") for n in range(40)]
    made = list(Dossier(many).suggest(0, 1, per_claim=7))
    assert [sum(one.stance is stance for one in made) for stance in Stance] == [7, 7, 0]


def test_blocks_change_nothing() -> None:
    dossier = Dossier(CLAIMS)
    assert list(dossier.suggest(block=2)) == list(dossier.suggest())
    assert [*dossier.suggest(0, 3), *dossier.suggest(3)] == list(dossier.suggest())


class Counting:
    """An entailment judge that says neither of all pairs, and counts them."""

    version = "counting"

    def __init__(self) -> None:
        self.read: list[tuple[str, str]] = []

    def once(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        self.read += pairs
        return np.tile(np.array([0.2, 0.2, 0.6], np.float32), (len(pairs), 1, 1))


def test_a_pair_is_read_together_once_from_whichever_side_it_is_met() -> None:
    counting = Counting()
    made = list(Dossier(CLAIMS, entailment=counting).suggest(block=2))
    assert len(made) == 5 * 4 * 2
    assert len(counting.read) == len({frozenset(pair) for pair in counting.read}) == 10


def test_in_a_small_dossier_every_pair_is_judged_whether_it_shares_a_word_or_not() -> None:
    found = {frozenset((one.a, one.b)) for one in Dossier(CLAIMS).suggest()}
    assert len(found) == 10


def test_features_that_cannot_be_known_move_nothing() -> None:
    judge = default_judge()
    rows = np.zeros((1, len(NAMES)), np.float32)
    shares = judge.without({"nearness"}).linked.shares(rows)[0]
    assert shares[PLACE["nearness"]] == 0 != judge.linked.shares(rows)[0][PLACE["nearness"]]


def test_a_dossier_may_be_empty_or_hold_one_claim() -> None:
    assert list(Dossier([]).suggest()) == []
    assert list(Dossier(CLAIMS[:1]).suggest()) == []


def test_a_judge_comes_back_as_it_was_stored() -> None:
    judge = default_judge()
    rows = np.random.default_rng(0).normal(size=(9, len(NAMES))).astype(np.float32)
    again = Judge.from_json(judge.to_json())
    assert np.allclose(judge.probabilities(rows), again.probabilities(rows), atol=1e-3)


def verdicts(n: int, seed: int = 0) -> list[Verdict]:
    """Verdicts of a dossier in which only the exchange of names tells."""
    random = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        against = bool(random.random() < 0.5)
        values = np.zeros(len(NAMES), np.float32)
        values[PLACE["names exchanged"]] = float(against)
        a, b = random.choice(40, 2, replace=False)
        made.append(Verdict(f"C-{a}", f"C-{b}", values, Stance.CONTRADICTS if against else Stance.SUPPORTS))
    return made


def test_learning_keeps_what_is_better_on_held_out_verdicts() -> None:
    learned = learn(verdicts(200), default_judge(), "own 1")
    assert learned.better
    assert learned.judge.version == "own 1"
    assert learned.after.accuracy > learned.before.accuracy


def test_learning_keeps_the_old_judge_where_verdicts_are_noise() -> None:
    random = np.random.default_rng(1)
    noise = [
        Verdict(one.a, one.b, one.values, Stance.CONTRADICTS if random.random() < 0.5 else Stance.SUPPORTS)
        for one in verdicts(120)
    ]
    learned = learn(noise, default_judge(), "own 1")
    assert not learned.better
    assert learned.judge is default_judge()


def test_too_few_verdicts_are_refused_in_words() -> None:
    with pytest.raises(TooFew, match="learning needs 60"):
        learn(verdicts(20), default_judge(), "own 1")


def test_no_claim_stands_on_both_sides_of_a_split() -> None:
    given = verdicts(150)
    found = splits(given)
    assert found
    for train, test in found:
        ends = [{key for at in side.tolist() for key in (given[at].a, given[at].b)} for side in (train, test)]
        assert not ends[0] & ends[1]


def test_words_of_one_family_meet() -> None:
    for one, other in [("rises", "rising"), ("denied", "denies"), ("stopped", "stop"), ("parties", "party")]:
        assert stem(one) == stem(other)
    assert stem("evening") != stem("even")


def test_bm25_prefers_the_rare_word() -> None:
    pool = Bm25(["the cat sat", "the dog sat", "the cat and the dog"])
    assert pool.scores(["dog sat"])[0].argmax() == 1


def test_the_engine_touches_no_table() -> None:
    folder = Path(__file__).resolve().parents[3] / "claims" / "suggestions"
    for module in folder.glob("*.py"):
        assert "django" not in module.read_text(encoding="utf-8").lower(), module.name
