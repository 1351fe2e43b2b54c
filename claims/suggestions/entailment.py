"""How likely one sentence contradicts, supports or leaves open another: the packaged sentence model, fine-tuned.

A low-rank adapter (Hu et al. 2021, LoRA, arXiv:2106.09685) and a three-way head, kept in model/, turn the packaged
model into a cross-encoder: both sentences are read together, so that a single exchanged word can tell. English. What
it was trained on and how good it is stands in model/README.md; tests/benchmarks/train_entailment.py makes it. The
forward pass is that of bert.py; nothing here retrieves candidates or weighs other evidence.
"""

import copy
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from claims.suggestions.bert import Bert, Floats, UnusableModel, Whole, digest, padded, read_tensors
from claims.suggestions.embedding import PACKAGED_SHA256, packaged_folder

KINDS = ("contradicts", "supports", "neither")
"""What the columns of a judgement stand for."""

ADAPTER = Path(__file__).parent / "model" / "entailment.safetensors"
ADAPTER_SHA256 = "18fad20537ce4807aee7b0f0225ec3fdb4db84d87d0a1339f67861dfecbc842d"
"""Of the adapter file, checked at load: figures in the card are of this file alone."""

MAX_LENGTH = 128
"""Tokens of a pair, its three marks included. A longer pair loses words from the end of its longer side, until both are
even; then from both."""

_TOKENS = 1024
"""Tokens of a batch, padding included: what stays within a core's cache."""


class Entailment:
    """The judge, loaded. Calls may come from several threads: nothing is changed after loading."""

    def __init__(self, base: Bert, adapter: Path = ADAPTER, sha256: str = ADAPTER_SHA256) -> None:
        """Merges the adapter into a copy of the base's weights; the base itself stays as it is.

        Refuses an adapter whose SHA-256 is not the one given, and one that does not fit the base.
        """
        found = digest(adapter) if adapter.is_file() else "of nothing"
        if found != sha256:
            raise UnusableModel(f"{adapter} is not what it was: SHA-256 {found}, not {sha256}.")
        trained = read_tensors(adapter)
        self._bert = copy.copy(base)
        self._bert.tensors = merged(base.tensors, trained)
        self._tokenizer = type(base.tokenizer).from_str(base.tokenizer.to_str())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_LENGTH, strategy="longest_first")
        self._inner = trained["head.inner.weight"].T, trained["head.inner.bias"]
        self._outer = trained["head.outer.weight"].T, trained["head.outer.bias"]
        self._temperature = float(trained["temperature"][0])
        self._version = f"entailment {sha256[:12]}"

    @property
    def version(self) -> str:
        """What a suggestion keeps as the judge that it came from."""
        return self._version

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """How likely each pair (a, b) is of each of KINDS: [n, 3], float32, every row adding up to one.

        Contradiction is symmetric: it comes out the same for (b, a). Support is not: it is that of b by a.
        """
        return self.both_ways(pairs)[:, 0]

    def both_ways(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Judgements of (a, b) and of (b, a): [n, 2, 3], at the cost of ``judge``.

        Either order is read once. Contradiction is the mean of both readings; what it leaves is shared between
        supports and neither as the reading in that order shares it.
        """
        if not pairs:
            return np.zeros((0, 2, 3), dtype=np.float32)
        turned = [(b, a) for a, b in pairs]
        read = _softmax(self._logits([*pairs, *turned]) / np.float32(self._temperature))
        made = np.stack((read[: len(pairs)], read[len(pairs) :]), axis=1)
        contradicts = made[:, :, :1].mean(axis=1, keepdims=True)
        rest = made[:, :, 1:] / np.maximum(made[:, :, 1:].sum(axis=2, keepdims=True), np.float32(1e-12))
        both: Floats = np.concatenate(
            (np.broadcast_to(contradicts, (len(pairs), 2, 1)), rest * (1 - contradicts)), axis=2
        )
        return both

    def once(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Judgements of pairs read in one order alone, the longer text first: [n, 1, 3], at half the cost.

        What says more can entail what says less; on labelled pairs in that order it is as good as both ways (see the
        card). Comes out the same for (b, a).
        """
        if not pairs:
            return np.zeros((0, 1, 3), dtype=np.float32)
        ordered = [sorted(pair, key=lambda text: (-len(text), text)) for pair in pairs]
        logits = self._logits([(first, second) for first, second in ordered])
        return _softmax(logits / np.float32(self._temperature))[:, None, :]

    def _logits(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """What the head says of each pair in the order given, [n, 3], before it becomes a probability."""
        encoded = self._tokenizer.encode_batch(list(pairs))
        logits = np.zeros((len(pairs), 3), dtype=np.float32)
        order = sorted(range(len(encoded)), key=lambda row: len(encoded[row].ids))
        start = 0
        while start < len(order):
            stop = start + 1
            while stop < len(order) and (stop + 1 - start) * len(encoded[order[stop]].ids) <= _TOKENS:
                stop += 1
            rows = order[start:stop]
            ids, mask = padded([encoded[row].ids for row in rows], self._bert.padding)
            types, _ = padded([encoded[row].type_ids for row in rows], 0)
            hidden = self._bert.hidden(ids, mask, types)
            inner = np.tanh(pooled(hidden, mask, types) @ self._inner[0] + self._inner[1])
            logits[rows] = inner @ self._outer[0] + self._outer[1]
            start = stop
        return logits


@cache
def entailment() -> Entailment | None:
    """The judge, loaded once a process; None where the packaged sentence model or the adapter is not installed.

    The adapter fits that model alone, so a model of the user's own (``GAINSAY_MODEL``) changes nothing here.
    """
    folder = packaged_folder()
    if folder is None or not ADAPTER.is_file():
        return None
    weights = folder / "model.safetensors"
    if digest(weights) != PACKAGED_SHA256:
        raise UnusableModel(f"{weights} is not the model that the adapter was made for.")
    return Entailment(Bert(folder, MAX_LENGTH))


def merged(base: dict[str, Floats], trained: dict[str, Floats]) -> dict[str, Floats]:
    """The base's tensors with the adapter's: NAME.up @ NAME.down is added to NAME, NAME itself takes its place."""
    made = dict(base)
    for name, values in trained.items():
        if name.startswith("head.") or name == "temperature":
            continue
        target = name.removesuffix(".down").removesuffix(".up")
        if target not in base:
            raise UnusableModel(f"The adapter changes {target}, which the model does not have.")
        if name.endswith(".down"):
            continue
        change = values @ trained[f"{target}.down"] if name.endswith(".up") else values
        if change.shape != base[target].shape:
            raise UnusableModel(f"The adapter's {target} is of another shape than the model's.")
        made[target] = base[target] + change if name.endswith(".up") else change
    return made


def pooled(hidden: Floats, mask: Whole, types: Whole) -> Floats:
    """What the head sees of a pair: first token, mean of all, of either side, their difference and product."""
    counts = mask.astype(np.float32)
    first_side = _mean(hidden, counts * (types == 0))
    second_side = _mean(hidden, counts * (types == 1))
    return np.concatenate(
        (
            hidden[:, 0],
            _mean(hidden, counts),
            first_side,
            second_side,
            np.abs(first_side - second_side),
            np.float32(4) * first_side * second_side,
        ),
        axis=1,
    )


def _mean(hidden: Floats, weights: Floats) -> Floats:
    made: Floats = np.einsum("nld,nl->nd", hidden, weights)
    made /= weights.sum(axis=1, keepdims=True)
    return made


def _softmax(logits: Floats) -> Floats:
    raised: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
    raised /= raised.sum(axis=1, keepdims=True)
    return raised
