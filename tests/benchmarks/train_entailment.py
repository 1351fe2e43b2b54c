"""Makes claims/suggestions/model/entailment.safetensors: the packaged sentence model, fine-tuned to judge pairs.

    OMP_NUM_THREADS=1 nice -n 19 uv run --with torch python -m tests.benchmarks.train_entailment OUTPUT

torch (2.15.0 when the file in the repository was made) stands beside the project's environment for this run only; the
processor suffices: a quarter of an hour of one core. Seeds are fixed. Two stages: pairs for entailment that people
labelled, alone; then these with debates and with the pairs that tests/benchmarks/entailment_pairs.py makes by rule.
Every setting was chosen on the held-out splits printed at the end of a stage; nothing that the benchmark tests is read.
With one thread the run repeats itself bit by bit on the same processor; elsewhere figures move by a point.
"""

import argparse
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch  # type: ignore[import-not-found]
import torch.nn.functional as F  # type: ignore[import-not-found]  # noqa: N812
from tokenizers import Tokenizer

from claims.suggestions.bert import Floats, digest, padded, read_tensors
from claims.suggestions.embedding import packaged_folder
from claims.suggestions.entailment import MAX_LENGTH
from tests.benchmarks.entailment_pairs import (
    CONTRADICTS,
    NOT_CONTRADICTS,
    NOT_SUPPORTS,
    SUPPORTS,
    Labelled,
    debated,
    held_out,
    made_by_rule,
    training_pairs,
)

SEED = 1
RANK = 16
"""Of the adapter, on all six matrices of all six layers."""
INNER = 192
"""Width of the head's inner layer."""
DROPOUT = 0.1
"""In the head alone; the adapter's rank is what keeps it from learning by heart."""
BATCH, TOKENS = 64, 4096
HEAD_RATE = 1e-3
TURNED = 0.3
"""The share of pairs read the other way round: contradiction is symmetric, and so is its absence."""
STAGES = ((2, 1e-3), (1, 8e-4))
"""Passes through the pairs and the adapter's highest learning rate, of the first stage and the second."""

LAYERS, HEADS, WIDTH = 6, 12, 384
MATRICES = {
    "attention.self.query": (WIDTH, WIDTH),
    "attention.self.key": (WIDTH, WIDTH),
    "attention.self.value": (WIDTH, WIDTH),
    "attention.output.dense": (WIDTH, WIDTH),
    "intermediate.dense": (4 * WIDTH, WIDTH),
    "output.dense": (WIDTH, 4 * WIDTH),
}
NORMS = ("attention.output.LayerNorm", "output.LayerNorm")

Tensors = dict[str, Any]


def fresh(base: Tensors) -> Tensors:
    """What is trained, by the names that claims/suggestions/entailment.py merges; at first it changes nothing."""
    made: Tensors = {}
    copied = [
        "embeddings.token_type_embeddings.weight",
        "embeddings.LayerNorm.weight",
        "embeddings.LayerNorm.bias",
    ]
    for number in range(LAYERS):
        at = f"encoder.layer.{number}."
        for name, (outputs, inputs) in MATRICES.items():
            made[f"{at}{name}.weight.down"] = torch.randn(RANK, inputs) / math.sqrt(inputs)
            made[f"{at}{name}.weight.up"] = torch.zeros(outputs, RANK)
            copied.append(f"{at}{name}.bias")
        copied += [f"{at}{norm}.{part}" for norm in NORMS for part in ("weight", "bias")]
    made |= {name: base[name].clone() for name in copied}
    for name, outputs, inputs in (("inner", INNER, 6 * WIDTH), ("outer", 3, INNER)):
        bound = 1 / math.sqrt(inputs)
        made[f"head.{name}.weight"] = torch.empty(outputs, inputs).uniform_(-bound, bound)
        made[f"head.{name}.bias"] = torch.zeros(outputs)
    for values in made.values():
        values.requires_grad_()
    return made


def logits(base: Tensors, trained: Tensors, ids: Any, mask: Any, types: Any, *, training: bool) -> Any:
    """The pass of claims/suggestions/bert.py and entailment.py again, in torch, so that it can be differentiated."""
    n, length = ids.shape

    def linear(x: Any, name: str) -> Any:
        low = F.linear(x, trained[f"{name}.weight.down"])
        return F.linear(x, base[f"{name}.weight"], trained[f"{name}.bias"]) + F.linear(
            low, trained[f"{name}.weight.up"]
        )

    def normalised(x: Any, name: str) -> Any:
        return F.layer_norm(x, (WIDTH,), trained[f"{name}.weight"], trained[f"{name}.bias"], 1e-12)

    def split(x: Any) -> Any:
        return x.float().view(n, length, HEADS, WIDTH // HEADS).transpose(1, 2)

    x = normalised(
        base["embeddings.word_embeddings.weight"][ids]
        + base["embeddings.position_embeddings.weight"][:length]
        + F.embedding(types, trained["embeddings.token_type_embeddings.weight"]),
        "embeddings.LayerNorm",
    )
    hidden_from = torch.zeros(mask.shape).masked_fill(mask == 0, -1e4)[:, None, None, :]
    for number in range(LAYERS):
        at = f"encoder.layer.{number}."
        query, key, value = (
            split(linear(x, f"{at}attention.self.{part}")) for part in ("query", "key", "value")
        )
        with torch.autocast("cpu", enabled=False):  # in bfloat16 its gradient is many times slower
            seen = F.scaled_dot_product_attention(query, key, value, attn_mask=hidden_from)
        seen = seen.transpose(1, 2).reshape(n, length, WIDTH)
        x = normalised(x + linear(seen, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
        inner = F.gelu(linear(x, f"{at}intermediate.dense"))
        x = normalised(x + linear(inner, f"{at}output.dense"), f"{at}output.LayerNorm")
    x = x.float()

    def mean(weights: Any) -> Any:
        return (x * weights[..., None]).sum(1) / weights.sum(1, keepdim=True)

    counts = mask.float()
    first, second = mean(counts * (types == 0)), mean(counts * (types == 1))
    seen = torch.cat([x[:, 0], mean(counts), first, second, (first - second).abs(), 4 * first * second], 1)
    with torch.autocast("cpu", enabled=False):
        seen = F.dropout(seen, DROPOUT, training)
        inner = torch.tanh(F.linear(seen, trained["head.inner.weight"], trained["head.inner.bias"]))
        inner = F.dropout(inner, DROPOUT, training)
        return F.linear(inner, trained["head.outer.weight"], trained["head.outer.bias"])


def loss(said: Any, labels: Any) -> Any:
    """Cross entropy; of a pair known only not to be of a kind, that of the two other kinds together."""
    logs = F.log_softmax(said.float(), dim=1)
    one = F.nll_loss(logs, labels.clamp(max=2), reduction="none")
    one = torch.where(labels == NOT_SUPPORTS, -torch.logsumexp(logs[:, [0, 2]], dim=1), one)
    return torch.where(labels == NOT_CONTRADICTS, -torch.logsumexp(logs[:, 1:], dim=1), one).mean()


def turned_round(pair: Labelled) -> Labelled:
    """The pair the other way round, with what is then known of it."""
    if pair.label == NOT_SUPPORTS:
        return pair
    return Labelled(pair.b, pair.a, CONTRADICTS if pair.label == CONTRADICTS else NOT_CONTRADICTS)


class Encoded:
    """Pairs as tokens, and batches of like length of them."""

    def __init__(self, tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]]) -> None:
        self.encoded = tokenizer.encode_batch(list(pairs))
        self.lengths = [len(one.ids) for one in self.encoded]

    def tensors(self, rows: list[int]) -> tuple[Any, Any, Any]:
        ids, mask = padded([self.encoded[row].ids for row in rows], 0)
        types, _ = padded([self.encoded[row].type_ids for row in rows], 0)
        return torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(types)

    def batches(self, rows: Sequence[int], most: int, tokens: int) -> Iterator[list[int]]:
        batch: list[int] = []
        for row in sorted(rows, key=self.lengths.__getitem__):
            if batch and (len(batch) == most or (len(batch) + 1) * self.lengths[row] > tokens):
                yield batch
                batch = []
            batch.append(row)
        if batch:
            yield batch

    def shuffled(self, seed: int) -> list[list[int]]:
        """One pass: random stretches, each cut into batches of like length, in random order."""
        mixed = random.Random(seed)
        rows = list(range(len(self.lengths)))
        mixed.shuffle(rows)
        stretch = BATCH * 50
        made = [
            batch
            for at in range(0, len(rows), stretch)
            for batch in self.batches(rows[at : at + stretch], BATCH, TOKENS)
        ]
        mixed.shuffle(made)
        return made


def train(
    base: Tensors,
    trained: Tensors,
    tokenizer: Tokenizer,
    pairs: list[Labelled],
    passes: int,
    rate: float,
    seed: int,
) -> None:
    """One stage: AdamW, a short warm-up, then a straight way down."""
    mixed = random.Random(seed)
    plan: list[tuple[Encoded, Any, list[int]]] = []
    for turn in range(passes):
        turned = [turned_round(pair) if mixed.random() < TURNED else pair for pair in pairs]
        encoded = Encoded(tokenizer, [(pair.a, pair.b) for pair in turned])
        labels = torch.tensor([pair.label for pair in turned])
        plan += [(encoded, labels, rows) for rows in encoded.shuffled(seed * 1000 + turn)]
    head = [values for name, values in trained.items() if name.startswith("head.")]
    rest = [values for name, values in trained.items() if not name.startswith("head.")]
    optimiser = torch.optim.AdamW(
        [{"params": rest, "lr": rate}, {"params": head, "lr": HEAD_RATE}],
        betas=(0.9, 0.98),
        weight_decay=0.01,
    )
    warm_up, began, losses = max(1, len(plan) * 6 // 100), time.monotonic(), []
    for step, (encoded, labels, rows) in enumerate(plan):
        share = min((step + 1) / warm_up, max(0.02, 1 - (step - warm_up) / (len(plan) - warm_up)))
        for group, highest in zip(optimiser.param_groups, (rate, HEAD_RATE), strict=True):
            group["lr"] = highest * share
        with torch.autocast("cpu", torch.bfloat16):
            said = logits(base, trained, *encoded.tensors(rows), training=True)
        wrong = loss(said, labels[rows])
        optimiser.zero_grad(set_to_none=True)
        wrong.backward()
        torch.nn.utils.clip_grad_norm_(rest + head, 1.0)
        optimiser.step()
        losses.append(wrong.item())
        if (step + 1) % 200 == 0 or step + 1 == len(plan):
            seconds = time.monotonic() - began
            print(f"{step + 1}/{len(plan)} loss {np.mean(losses[-200:]):.3f} {seconds:.0f} s", flush=True)


@torch.no_grad()  # type: ignore[untyped-decorator, unused-ignore]
def read(base: Tensors, trained: Tensors, tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]]) -> Floats:
    """Logits [n, 3] of pairs in the order given."""
    encoded = Encoded(tokenizer, pairs)
    made = np.zeros((len(pairs), 3), dtype=np.float32)
    for rows in encoded.batches(range(len(pairs)), 256, 8192):
        made[rows] = logits(base, trained, *encoded.tensors(rows), training=False).numpy()
    return made


def macro_f1(said: Floats, labels: np.ndarray) -> float:
    """The mean over the three kinds of each one's F1."""
    found = said.argmax(axis=1)
    scores = []
    for kind in range(3):
        right = ((found == kind) & (labels == kind)).sum()
        scores.append(2 * right / max(1, (found == kind).sum() + (labels == kind).sum()))
    return float(np.mean(scores))


def contradicts_or_supports(said: Floats, labels: np.ndarray) -> float:
    """Accuracy of contradicts against supports among pairs that are either."""
    either = (labels == CONTRADICTS) | (labels == SUPPORTS)
    return float(((said[:, 0] > said[:, 1]) == (labels == CONTRADICTS))[either].mean())


def report(base: Tensors, trained: Tensors, tokenizer: Tokenizer) -> None:
    """Figures on what was held out of training; settings are chosen by these."""
    for name, pairs in held_out().items():
        labels = np.array([pair.label for pair in pairs])
        said = read(base, trained, tokenizer, [(pair.a, pair.b) for pair in pairs])
        figures = {"contradicts or supports": contradicts_or_supports(said, labels)}
        if NOT_SUPPORTS in labels:
            figures = {
                "supports or not": float(((said.argmax(axis=1) == SUPPORTS) == (labels == SUPPORTS)).mean())
            }
        elif len(set(labels)) == 3:
            figures["macro F1"] = macro_f1(said, labels)
        print(name, len(pairs), {what: round(value, 3) for what, value in figures.items()}, flush=True)


def temperature(said: Floats, labels: np.ndarray) -> float:
    """What logits are divided by so that probabilities are as often right as they say (Guo et al. 2017)."""

    def cost(candidate: float) -> float:
        scaled = said / candidate
        logs = (
            scaled
            - np.log(np.exp(scaled - scaled.max(1, keepdims=True)).sum(1, keepdims=True))
            - scaled.max(1, keepdims=True)
        )
        return float(-logs[np.arange(len(labels)), labels].mean())

    return min((0.5 * 1.02**step for step in range(120)), key=cost)


def write(path: Path, trained: Tensors, heat: float, notes: dict[str, str]) -> None:
    """A safetensors file: float16, names in order, so that the same weights are the same bytes."""
    arrays = {name: values.detach().numpy().astype("<f2") for name, values in sorted(trained.items())}
    arrays["temperature"] = np.array([heat], dtype="<f2")
    header: dict[str, Any] = {"__metadata__": notes}
    at = 0
    for name, values in arrays.items():
        header[name] = {"dtype": "F16", "shape": list(values.shape), "data_offsets": [at, at + values.nbytes]}
        at += values.nbytes
    head = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    head += b" " * (-len(head) % 8)
    path.write_bytes(
        len(head).to_bytes(8, "little") + head + b"".join(values.tobytes() for values in arrays.values())
    )


def main() -> None:
    """Trains, reports, writes, and prints the hash to put into claims/suggestions/entailment.py."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument(
        "--keep", type=Path, help="a folder for what each stage left, taken up again from there"
    )
    arguments = parser.parse_args()
    output: Path = arguments.output
    keep: Path | None = arguments.keep
    torch.set_num_threads(1)  # two wait for each other on a busy machine
    torch.manual_seed(SEED)
    folder = packaged_folder()
    if folder is None:
        raise SystemExit("The packaged sentence model is not installed.")
    tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_LENGTH, strategy="longest_first")
    base = {
        name: torch.from_numpy(values) for name, values in read_tensors(folder / "model.safetensors").items()
    }
    trained = fresh(base)
    labelled = training_pairs()
    for stage, (passes, rate) in enumerate(STAGES, start=1):
        kept = keep / f"stage-{stage}.pt" if keep else None
        if kept and kept.is_file():
            trained = torch.load(kept)
            continue
        pairs = labelled if stage == 1 else labelled + made_by_rule(labelled, folder, SEED) + debated()[0]
        print(f"stage {stage}: {len(pairs)} pairs, {passes} passes", flush=True)
        train(base, trained, tokenizer, pairs, passes, rate, SEED + stage)
        if kept:
            torch.save(trained, kept)
        report(base, trained, tokenizer)
    development = [pair for pair in held_out()["oie_nli dev"] if pair.label != NOT_SUPPORTS]
    heat = temperature(
        read(base, trained, tokenizer, [(pair.a, pair.b) for pair in development]),
        np.array([pair.label for pair in development]),
    )
    notes = {"base": "sentence-transformers/all-MiniLM-L6-v2", "licence": "Apache-2.0", "card": "README.md"}
    write(output, trained, heat, notes)
    print(f"temperature {heat:.2f}; {output}: {output.stat().st_size} bytes, SHA-256 {digest(output)}")


if __name__ == "__main__":
    main()
