"""Makes claims/suggestions/weights.json: ``python -m tests.benchmarks.train_judge``.

Trained on: the dev part of oie_nli, neg_nli (SNLI and MNLI), scifact_rte, and the train part of perspectrum; for "do they
bear on each other" also near neighbours that nobody linked. Never on what the benchmark tests. Weights of features that
these sets do not show are set by hand in BY_HAND, in log-odds a unit.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from claims.suggestions.alignment import Words, WordTable, aligned
from claims.suggestions.bert import Floats
from claims.suggestions.embedding import Embedder, FolderEmbedder, embedder
from claims.suggestions.features import NAMES, Likeness, compare
from claims.suggestions.judge import PLACE, WEIGHTS, Entailment, Judge, Part, log_odds
from claims.suggestions.reading import Reading, read
from claims.suggestions.records import ClaimView, Stance
from claims.suggestions.retrieval import best
from tests.benchmarks import corpora
from tests.benchmarks.corpora import Pair

BASE_RATE = 0.10
"""How many of the retrieved candidates bear on a claim, assumed until a dossier's verdicts tell."""

LINKED_BY = (
    "meaning",
    "meaning squared",
    "words",
    "words covered",
    "words left over",
    "length differs",
    "names shared",
    "names exchanged",
    "numbers agree",
    "years agree",
    "axes shared",
    "words answered",
    "words answered less",
)
CONFLICT_BY = (
    "opposed",
    "opposed and near",
    "agreed",
    "negation of shared",
    "negation differs",
    "negation differs and near",
    "negation in both",
    "prefix",
    "numbers differ",
    "numbers agree",
    "names exchanged",
    "swapped words",
    "swapped words alike",
    "kin where answered",
    "denied nearer",
)
JUDGED = ("judged conflict", "judged related")

BY_HAND: dict[str, dict[str, float]] = {
    "linked": {"same source": -0.5, "same origin": -0.5, "periods apart": -0.3, "periods overlap": 0.2}
    | {"plan against fact": -0.3, "paths of two": 0.0, "paths of three": 0.0},
    "conflict": {"same source": -0.7, "same origin": -0.7, "periods apart": -0.7, "years differ": -0.5}
    | {"plan against fact": -0.2, "denial against fact": 1.0, "speaker against himself": 0.3}
    | {"same speaker": -0.5, "paths of two": -3.0, "paths of three": -1.5},
}


class Bench:
    """Rows of features for pairs of plain texts, with vectors from the cache."""

    def __init__(self, engine: Embedder, entailment: Entailment | None = None) -> None:
        self.engine = engine
        self.entailment = entailment
        self.vectors: dict[str, Floats] = {}
        self.denied: dict[str, Floats] = {}
        assert isinstance(engine, FolderEmbedder)
        self.table = WordTable(engine.bert)
        self._readings: dict[str, Reading] = {}
        self._words: dict[str, Words] = {}

    def take(self, texts: Iterable[str], denied: bool = True) -> None:
        """Makes vectors ready for a set of texts."""
        every = set(texts)
        self.vectors |= corpora.vectors(self.engine, every)
        if denied:
            self.denied |= corpora.vectors(self.engine, every, denied=True)

    def rows(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """[n, features]; what an entailment judge says is among them when there is one."""
        facts = [compare(self._read(a), self._read(b), self._likeness(a, b)) for a, b in pairs]
        if self.entailment is not None and pairs:
            there = self.entailment.judge(list(pairs))
            back = self.entailment.judge([(b, a) for a, b in pairs])
            for one, conflict, related in zip(facts, *log_odds([there, back]), strict=True):
                one.judged(float(conflict), float(related))
        return np.stack([one.values() for one in facts])

    def _likeness(self, a: str, b: str) -> Likeness:
        ours, theirs = self.vectors[a], self.vectors[b]
        denied = None
        if a in self.denied and b in self.denied:
            denied = float(ours @ self.denied[b] + theirs @ self.denied[a]) / 2
        return Likeness(float(ours @ theirs), denied, aligned(self._of_table(a), self._of_table(b)))

    def _read(self, text: str) -> Reading:
        if text not in self._readings:
            self._readings[text] = read(ClaimView(text, text))
        return self._readings[text]

    def _of_table(self, text: str) -> Words:
        if text not in self._words:
            self._words[text] = self.table.words(text)
        return self._words[text]


def near_but_unlinked(
    pairs: Sequence[Pair], vectors: Mapping[str, Floats], each: int = 1, among: int = 20, seed: int = 0
) -> list[Pair]:
    """For each text, some of its nearest neighbours that it is not paired with: taken to be neither."""
    random = np.random.default_rng(seed)
    texts = sorted({text for pair in pairs for text in pair[:2]})
    known = {frozenset(pair[:2]) for pair in pairs}
    matrix = np.stack([vectors[text] for text in texts])
    found: list[Pair] = []
    for at in range(0, len(texts), 512):
        likeness: Floats = matrix[at : at + 512] @ matrix.T
        for place, near in enumerate(best(likeness, among + 1).tolist()):
            text = texts[at + place]
            for row in random.permutation(near)[:each].tolist():
                if texts[row] != text and frozenset((text, texts[row])) not in known:
                    found.append(Pair(text, texts[row], Stance.NEITHER))
    return found


def fitted(
    rows: Floats, yes: npt.NDArray[np.bool_], by: Sequence[str], hand: Mapping[str, float], shift: float = 0.0
) -> Part:
    """A part learned on some of the features, with the weights set by hand added."""
    columns = [PLACE[name] for name in by]
    means, scales = np.zeros(len(NAMES), np.float32), np.ones(len(NAMES), np.float32)
    means[columns] = rows[:, columns].mean(axis=0)
    scales[columns] = np.maximum(rows[:, columns].std(axis=0), 1e-3)
    scaled = (rows[:, columns] - means[columns]) / scales[columns]
    learned = LogisticRegression(C=0.3, solver="newton-cholesky", max_iter=200).fit(scaled, yes)
    weights = np.zeros(len(NAMES), np.float32)
    weights[columns] = learned.coef_[0]
    for name, weight in hand.items():
        weights[PLACE[name]] = weight
    return Part(float(learned.intercept_[0]) + shift, weights, means, scales)


def train(bench: Bench, sets: Mapping[str, Sequence[Pair]], version: str) -> Judge:
    """Both parts, from sets of labelled pairs; ``near…`` sets count only for whether a pair is linked."""
    judged = JUDGED if bench.entailment is not None else ()
    pairs = [pair for part in sets.values() for pair in part]
    rows = bench.rows([(pair.a, pair.b) for pair in pairs])
    stances = np.array([pair.stance.value for pair in pairs])
    # a neutral pair of an NLI set shares one scene: it bears on its premise, and teaches nothing of what does not
    near = np.concatenate([np.full(len(part), name.startswith("near")) for name, part in sets.items()])
    links = near | (stances != Stance.NEITHER.value)
    yes = stances[links] != Stance.NEITHER.value
    shift = float(np.log(BASE_RATE / (1 - BASE_RATE)) - np.log(yes.mean() / (1 - yes.mean())))
    linked = fitted(rows[links], yes, (*LINKED_BY, *judged), BY_HAND["linked"], shift)
    sided = stances != Stance.NEITHER.value
    against = stances[sided] == Stance.CONTRADICTS.value
    conflict = fitted(rows[sided], against, (*CONFLICT_BY, *judged[:1]), BY_HAND["conflict"])
    return Judge(version, linked, conflict)


def training_sets(bench: Bench) -> dict[str, list[Pair]]:
    """What the judge is trained on, with vectors made ready."""
    sets = {
        "oie_nli dev": corpora.oie_nli("devin"),
        "neg_nli": corpora.neg_nli(),
        "scifact_rte": corpora.scifact("train") + corpora.scifact("dev"),
    }
    near: dict[str, list[Pair]] = {}
    for name, pairs in sets.items():
        bench.take(text for pair in pairs for text in pair[:2])
        near[f"near {name}"] = near_but_unlinked(pairs, bench.vectors)
    return sets | near


def main() -> None:
    engine = embedder()
    assert engine is not None, "The packaged sentence model is not installed."
    bench = Bench(engine)
    sets = training_sets(bench)
    stored: dict[str, Any] = {
        "card": {
            "made by": "python -m tests.benchmarks.train_judge",
            "trained on": {name: len(pairs) for name, pairs in sets.items()},
            "base rate": BASE_RATE,
            "set by hand": BY_HAND,
            "sentence model": f"{engine.name} {engine.version}",
        },
        "features alone": train(bench, sets, "features 1").to_json(),
    }
    WEIGHTS.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"Wrote {WEIGHTS.name}: {WEIGHTS.stat().st_size} bytes.")


if __name__ == "__main__":
    main()
