"""Makes claims/suggestions/weights.json: ``python -m tests.benchmarks.train_judge``.

Whether two claims conflict is learned from labelled pairs: oie_nli's dev part, neg_nli (SNLI and MNLI) and scifact_rte,
each set and each kind counting alike. Beside the entailment judge only what its own training left out is taken, with a
hundred of perspectrum's train claims: on pairs that it has seen it is surer than it will be. Whether two claims bear on
each other at all is learned from the nearest perspectives of perspectrum's train claims, of which people linked some
and left others. Never from what the benchmark tests. A feature with a plain sense (``SENSE``) may be found to say
nothing, but not the contrary. Weights of features that these sets do not show are set by hand in BY_HAND, in log-odds
a unit.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from claims.suggestions.alignment import Words, WordTable, aligned
from claims.suggestions.bert import Floats
from claims.suggestions.embedding import Embedder, FolderEmbedder, embedder
from claims.suggestions.entailment import entailment
from claims.suggestions.features import CROWD_SHARE, NAMES, Likeness, compare
from claims.suggestions.judge import PLACE, WEIGHTS, Entailment, Judge, Part, log_odds
from claims.suggestions.reading import Reading, read
from claims.suggestions.records import STANCES, ClaimView, Stance
from claims.suggestions.retrieval import AllAgainstAll, asked, best, crowds
from claims.suggestions.words import content_words, rarities
from tests.benchmarks import corpora
from tests.benchmarks.corpora import Pair
from tests.benchmarks.entailment_pairs import held_out

BASE_RATE = 0.10
"""How many of the retrieved candidates bear on a claim, assumed until a dossier's verdicts tell."""

LINKED_BY = ("nearness", "words", "words covered")
CONFLICT_BY = (
    "opposed",
    "agreed",
    "negation of shared",
    "negation differs and near",
    "negation in both",
    "prefix",
    "names exchanged",
    "swapped words",
    "swapped words alike",
)
JUDGED = ("judged conflict",)

SENSE = dict.fromkeys(("agreed", "negation in both"), -1.0) | dict.fromkeys(
    (
        "opposed",
        "negation of shared",
        "negation differs and near",
        "prefix",
        "swapped words",
        "swapped words alike",
        *JUDGED,
    ),
    1.0,
)
"""Which way a feature can only pull: 1 towards conflict."""

MOST = 700
"""Labelled pairs taken of a set: fifteen weights need no more, and each is read and embedded."""

RIDGE = 3.3
"""Of the weights of features at unit spread, beside the losses of all pairs."""

BY_HAND: dict[str, dict[str, float]] = {
    "linked": {
        "same source": -0.5,
        "same origin": -0.5,
        "periods apart": -0.3,
        "periods overlap": 0.2,
        "plan against fact": -0.3,
        "paths at all": 6.0,
        "kin at all": 1.0,
    },
    "conflict": {
        "same source": -0.7,
        "same origin": -0.7,
        "periods apart": -0.7,
        "years differ": -0.5,
        "plan against fact": -0.2,
        "denial against fact": 1.0,
        "same speaker": -0.5,
        "speaker against himself": 0.3,
        "denied nearer": 4.0,
        "numbers differ": 0.5,
        "numbers agree": -0.3,
        "paths of two": -4.5,
        "paths of three": -2.0,
        "kin of the linked": -2.0,
    },
}
"""Log-odds a unit, by reason and not by trial. One path of two steps through a claim with two links is 0.53 squashed:
it takes a pair that bears on another one time in thirty to even odds, and its sign to ten to one. Sources seldom
contradict themselves, nor speakers; what differs in time is more often change than conflict. The labelled sets hardly
hold two numbers of one unit. What is like a linked claim counts less than half of what a link says."""


class Bench:
    """Rows of features for pairs of plain texts, with vectors from the cache."""

    def __init__(self, engine: Embedder, entailment: Entailment | None = None) -> None:
        self.engine = engine
        self.entailment = entailment
        self.vectors: dict[str, Floats] = {}
        self.denied: dict[str, Floats] = {}
        self.crowd: dict[str, float] = {}
        self.rarity: dict[str, float] = {}
        assert isinstance(engine, FolderEmbedder)
        self.table = WordTable(engine.bert)
        self._readings: dict[str, Reading] = {}
        self._words: dict[str, Words] = {}

    def take(self, texts: Iterable[str]) -> None:
        """Makes vectors ready for a set of texts."""
        self.vectors |= corpora.vectors(self.engine, texts)

    def deny(self, texts: Iterable[str]) -> None:
        """Makes the vectors of their denials ready."""
        self.denied |= corpora.vectors(self.engine, texts, denied=True)

    def rows(self, pairs: Sequence[tuple[str, str]], together: bool = True) -> Floats:
        """[n, features]; what an entailment judge says is among them when there is one and ``together``."""
        facts = [compare(self._read(a), self._read(b), self._likeness(a, b), self.rarity) for a, b in pairs]
        if self.entailment is not None and together and pairs:
            for one, conflict in zip(facts, self.read_together(pairs).tolist(), strict=True):
                one.judged(conflict)
        return np.stack([one.values() for one in facts])

    def read_together(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """What the entailment judge says, in log-odds of conflict."""
        assert self.entailment is not None
        return log_odds(self.entailment.once(pairs))

    def negation_differs(self, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.bool_]:
        """The naive rule: exactly one side has a negation."""
        return np.array([bool(self._read(a).negations) != bool(self._read(b).negations) for a, b in pairs])

    def _likeness(self, a: str, b: str) -> Likeness:
        ours, theirs = self.vectors[a], self.vectors[b]
        known = [self.denied[one] @ other for one, other in ((a, theirs), (b, ours)) if one in self.denied]
        denied = float(np.mean(known)) if known else None
        words = aligned(self._of_table(a), self._of_table(b))
        return Likeness(float(ours @ theirs), denied, words, self.crowd.get(b, self.crowd.get(a, 0.0)))

    def _read(self, text: str) -> Reading:
        if text not in self._readings:
            self._readings[text] = read(ClaimView(text, text))
        return self._readings[text]

    def _of_table(self, text: str) -> Words:
        if text not in self._words:
            self._words[text] = self.table.words(text)
        return self._words[text]


class Candidates(NamedTuple):
    """The nearest texts of a query: rows of features, and which of them people linked to it."""

    rows: Floats
    linked: npt.NDArray[np.bool_]


def candidates(bench: Bench, claims: int = 300, among: int = 60) -> Candidates:
    """The nearest perspectives of some train claims of perspectrum, as retrieval would bring them to the judge."""
    pool, pairs = corpora.perspectrum(["train"])
    _, every = corpora.perspectrum(["train", "dev", "test"])
    bench.take(pool.texts)
    bench.take(pair.a for pair in every)
    bench.deny(sorted({pair.a for pair in pairs})[:claims])
    vectors = np.stack([bench.vectors[text] for text in pool.texts])
    crowd = crowds(AllAgainstAll(vectors), vectors)
    bench.crowd |= dict(zip(pool.texts, crowd.tolist(), strict=True))
    bench.rarity = rarities([content_words(text) for text in pool.texts])
    known = {pair[:2] for pair in pairs}
    found: list[tuple[str, str]] = []
    for text in sorted({pair.a for pair in pairs})[:claims]:
        query = asked(bench.vectors[text][None], bench.denied[text][None])
        likeness: Floats = query @ vectors.T - np.float32(CROWD_SHARE) * crowd
        found += [(text, pool.texts[row]) for row in best(likeness, among)[0].tolist()]
    return Candidates(bench.rows(found, together=False), np.array([pair in known for pair in found]))


def fitted(
    rows: Floats,
    yes: npt.NDArray[np.bool_],
    counts: Floats,
    by: Sequence[str],
    hand: Mapping[str, float],
    shift: float = 0.0,
) -> Part:
    """A part learned on some of the features, each row counting as told, with the weights set by hand added."""
    columns = [PLACE[name] for name in by]
    means, scales = np.zeros(len(NAMES), np.float32), np.ones(len(NAMES), np.float32)
    means[columns] = np.average(rows[:, columns], axis=0, weights=counts)
    scales[columns] = np.maximum(rows[:, columns].std(axis=0), 1e-3)
    means[[PLACE[name] for name in JUDGED]] = 0  # so that a pair that was not read is moved neither way
    scaled = ((rows[:, columns] - means[columns]) / scales[columns]).astype(np.float64)
    sign = np.where(yes, 1.0, -1.0)

    def loss(theta: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        margin = sign * (scaled @ theta[:-1] + theta[-1])
        slope = -sign * counts / (1 + np.exp(np.clip(margin, -30, 30)))
        away = np.append(RIDGE * theta[:-1], 0.0)
        return (
            float(counts @ np.logaddexp(0, -margin) + theta @ away / 2),
            np.append(slope @ scaled, slope.sum()) + away,
        )

    senses = [SENSE.get(name, 0) for name in by]
    bounds = [(0 if sense > 0 else None, 0 if sense < 0 else None) for sense in senses]
    start = np.zeros(len(columns) + 1)
    learned = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    weights = np.zeros(len(NAMES), np.float32)
    weights[columns] = learned[:-1]
    for name, weight in hand.items():
        weights[PLACE[name]] = weight
    return Part(float(learned[-1]) + shift, weights, means, scales)


def train(bench: Bench, near: Candidates, sets: Mapping[str, Sequence[Pair]], version: str) -> Judge:
    """Both parts: from candidates whether a pair is linked, from labelled pairs which way."""
    alike = np.ones(len(near.rows), np.float32)
    shift = float(np.log(BASE_RATE / (1 - BASE_RATE)) - np.log(near.linked.mean() / (1 - near.linked.mean())))
    linked = fitted(near.rows, near.linked, alike, LINKED_BY, BY_HAND["linked"], shift)
    bench.rarity = {}
    pairs = [pair for part in sets.values() for pair in part]
    rows = bench.rows([(pair.a, pair.b) for pair in pairs])
    against = np.array([pair.stance is Stance.CONTRADICTS for pair in pairs])
    counts = np.concatenate([_alike(part) for part in sets.values()])
    counts *= len(pairs) / counts.sum()
    by = (*CONFLICT_BY, *(JUDGED if bench.entailment is not None else ()))
    return Judge(version, linked, fitted(rows, against, counts.astype(np.float32), by, BY_HAND["conflict"]))


def _alike(pairs: Sequence[Pair]) -> Floats:
    """What each pair counts, so that a set's contradictions weigh as much as its supports, and any set as any other."""
    against = np.array([pair.stance is Stance.CONTRADICTS for pair in pairs])
    return np.asarray(np.where(against, 1 / against.sum(), 1 / (~against).sum()), np.float32)


def training_sets(bench: Bench) -> dict[str, list[Pair]]:
    """Pairs labelled as contradicting or supporting, with vectors made ready."""
    sets = {
        "oie_nli dev": corpora.oie_nli("devin"),
        "neg_nli": corpora.neg_nli(),
        "scifact_rte": corpora.scifact("train") + corpora.scifact("dev"),
    }
    return {name: _sided(bench, pairs) for name, pairs in sets.items()}


def unread_sets(bench: Bench) -> dict[str, list[Pair]]:
    """The like, of what was held out when the entailment judge was trained."""
    parts = held_out()
    negated = [*parts["neg_nli SNLI held out"], *parts["neg_nli MNLI held out"]]
    sets = {
        "oie_nli dev": parts["oie_nli dev"],
        "neg_nli held out": negated,
        "scifact_rte dev": parts["scifact_rte dev"],
        "perspectrum train, held out": parts["perspectrum train, held out"],
    }
    made = {}
    for name, labelled in sets.items():
        pairs = [Pair(one.a, one.b, STANCES[one.label]) for one in labelled if one.label < len(STANCES)]
        made[name] = _sided(bench, pairs)
    return made


def _sided(bench: Bench, pairs: Sequence[Pair]) -> list[Pair]:
    sided = [pair for pair in pairs if pair.stance is not Stance.NEITHER]
    sided = sided[:: len(sided) // MOST + 1]
    bench.take(text for pair in sided for text in pair[:2])
    return sided


def main() -> None:
    engine = embedder()
    assert engine is not None, "The packaged sentence model is not installed."
    bench = Bench(engine)
    near, sets = candidates(bench), training_sets(bench)
    card: dict[str, Any] = {
        "made by": "python -m tests.benchmarks.train_judge",
        "linked trained on": {"perspectrum train, nearest perspectives": len(near.rows)},
        "conflict trained on": {name: len(pairs) for name, pairs in sets.items()},
        "base rate": BASE_RATE,
        "set by hand": BY_HAND,
        "sentence model": f"{engine.name} {engine.version}",
    }
    stored: dict[str, Any] = {
        "card": card,
        "features alone": train(bench, near, sets, "features 2").to_json(),
    }
    bench.entailment = entailment()
    if bench.entailment is not None:
        sets = unread_sets(bench)
        card["with entailment, conflict trained on"] = {name: len(pairs) for name, pairs in sets.items()}
        stored["with entailment"] = train(bench, near, sets, "features and entailment 2").to_json()
    WEIGHTS.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"Wrote {WEIGHTS.name}: {WEIGHTS.stat().st_size} bytes.")


if __name__ == "__main__":
    main()
