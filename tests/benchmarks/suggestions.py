"""How well suggestions find contradictions: ``python -m tests.benchmarks.suggestions [NAME…]``.

Prints, for each public set, BM25 and the packaged sentence model alone beside what ships, on the same pool. The judge
is trained as claims/suggestions/weights.json says, on none of what is tested here; perspectrum is tested on its dev and
test claims against the whole pool. Vectors are computed once and cached (see corpora.py): the first run takes minutes
longer.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score

from claims.suggestions.bert import Floats
from claims.suggestions.embedding import FolderEmbedder, embedder, unit
from claims.suggestions.entailment import entailment
from claims.suggestions.features import CROWD_SHARE
from claims.suggestions.judge import PLACE, Entailment, default_judge
from claims.suggestions.records import PROPOSED, STANCES, LinkView, Stance
from claims.suggestions.retrieval import AllAgainstAll, asked, best, crowds
from claims.suggestions.suggesting import Dossier, best_first
from claims.suggestions.words import Bm25, content_words, rarities
from tests.benchmarks import corpora
from tests.benchmarks.corpora import Pair, Pool
from tests.benchmarks.train_judge import Bench

type Row = tuple[str, dict[str, float]]

RANKED = 60
"""Candidates of a query that the judge orders."""

READ = 15
"""Of these, candidates that the entailment judge reads."""

HALVES = 10
"""Random halves of the gold links that are taken as known, for the mean over them."""


class Tested:
    """What the benchmark runs on: the model, the judge and, where there is one, the entailment judge."""

    def __init__(self, entailment: Entailment | None) -> None:
        found = embedder()
        if not isinstance(found, FolderEmbedder):
            sys.exit("The packaged sentence model is not installed.")
        self.engine = found
        self.entailment = entailment
        self.bench = Bench(found, entailment)
        self.judge = default_judge(entailment is not None)


class Remembering:
    """An entailment judge that reads no pair twice."""

    def __init__(self, judge: Entailment) -> None:
        self.version = judge.version
        self._judge = judge
        self._known: dict[tuple[str, str], Floats] = {}

    def once(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._known]
        self._known.update(zip(new, self._judge.once(new), strict=True))
        return np.stack([self._known[pair] for pair in pairs])


# ---------------------------------------------------------------- ranking


def ranked_figures(scores: Floats, pool: Pool) -> dict[str, float]:
    """R@10 and R@50 (share of a query's relevant texts found, mean over queries) and MRR (of its first)."""
    ten = fifty = reciprocal = 0.0
    for row, (_, relevant) in zip(scores, pool.queries, strict=True):
        order = np.argsort(-row, kind="stable").tolist()
        ten += len(relevant.intersection(order[:10])) / len(relevant)
        fifty += len(relevant.intersection(order[:50])) / len(relevant)
        reciprocal += 1 / (1 + next(at for at, one in enumerate(order) if one in relevant))
    n = len(pool.queries)
    return {"R@10": ten / n, "R@50": fifty / n, "MRR": reciprocal / n}


def ranking(tested: Tested, pool: Pool) -> list[Row]:
    """BM25, the sentence model alone, then our steps one upon the other."""
    queries = [text for text, _ in pool.queries]
    bench = tested.bench
    bench.take(queries)
    bench.take(pool.texts)
    bench.deny(queries)
    ours = np.stack([bench.vectors[text] for text in queries])
    theirs = np.stack([bench.vectors[text] for text in pool.texts])
    denied = np.stack([bench.denied[text] for text in queries])
    crowd = crowds(AllAgainstAll(theirs), theirs)
    bench.crowd = dict(zip(pool.texts, crowd.tolist(), strict=True))
    bench.rarity = rarities([content_words(text) for text in pool.texts])
    meaning: Floats = ours @ theirs.T
    first: Floats = asked(ours, denied) @ theirs.T - np.float32(CROWD_SHARE) * crowd
    rows: list[Row] = [
        ("BM25", ranked_figures(Bm25(pool.texts, k1=0.9, b=0.4).scores(queries), pool)),
        ("sentence model alone", ranked_figures(meaning, pool)),
        ("ours, retrieved: meaning, denial, crowd", ranked_figures(first, pool)),
    ]
    judged = first - 1000
    for at, (query, found) in enumerate(zip(queries, best(first, RANKED), strict=True)):
        pairs = [(query, pool.texts[one]) for one in found.tolist()]
        features = bench.rows(pairs, together=False)
        against = tested.judge.probabilities(features)[:, 0]
        if bench.entailment is not None:
            read = np.argsort(-against, kind="stable")[:READ]
            features[read, PLACE["judged conflict"]] = bench.read_together([pairs[one] for one in read])
            against = tested.judge.probabilities(features)[:, 0]
        judged[at, found] = against
    rows.append(("ours, judged: P(contradicts)", ranked_figures(judged, pool)))
    return rows


# ---------------------------------------------------------------- pairs


def pairs_judged(tested: Tested, pairs: Sequence[Pair]) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Probabilities and labels, as places in STANCES."""
    tested.bench.crowd, tested.bench.rarity = {}, {}
    tested.bench.take(text for pair in pairs for text in pair[:2])
    rows = tested.bench.rows([(pair.a, pair.b) for pair in pairs])
    return tested.judge.probabilities(rows), np.array([STANCES.index(pair.stance) for pair in pairs])


def fever(tested: Tested) -> list[Row]:
    pairs = corpora.fever_symmetric()
    probabilities, labels = pairs_judged(tested, pairs)
    against = probabilities[:, 0] > probabilities[:, 1]
    negated = tested.bench.negation_differs([(pair.a, pair.b) for pair in pairs])
    return [
        ("one side has a negation", {"accuracy": float((negated == (labels == 0)).mean())}),
        ("ours", {"accuracy": float((against == (labels == 0)).mean())}),
    ]


def oie(tested: Tested) -> list[Row]:
    probabilities, labels = pairs_judged(tested, corpora.oie_nli("testin"))
    commonest = np.full(len(labels), np.bincount(labels).argmax())
    return [
        ("always the commonest", {"macro F1": f1_score(labels, commonest, average="macro", zero_division=0)}),
        ("ours", {"macro F1": f1_score(labels, probabilities.argmax(axis=1), average="macro")}),
    ]


# ---------------------------------------------------------------- gold


def gold(tested: Tested) -> list[Row]:
    """Nothing of this set was trained on. Its figures were looked at while a dozen forms of path evidence, the mean of
    statement and quote and the sets that teach which way a pair pulls were compared, so they flatter a little."""
    found = corpora.gold()
    bench = tested.bench
    statements = [claim.statement for claim in found.claims]
    quotes = [claim.quote for claim in found.claims]
    bench.take(statements)
    bench.take(quotes)
    bench.deny(statements)
    stated: Floats = np.stack([bench.vectors[text] for text in statements])
    vectors = unit(stated + np.stack([bench.vectors[text] for text in quotes]))  # as claim_vectors makes them
    denied = np.stack([bench.denied[text] for text in statements])
    against = {frozenset((link.a, link.b)) for link in found.links if link.stance is Stance.CONTRADICTS}
    keys = [claim.key for claim in found.claims]
    words = Bm25(statements, k1=0.9, b=0.4).scores(statements)
    reader = Remembering(tested.entailment) if tested.entailment else None

    def dossier(links: Sequence[LinkView] = ()) -> Dossier:
        return Dossier(
            found.claims, links, vectors=vectors, denied=denied, judge=tested.judge, entailment=reader
        )

    rows: list[Row] = [
        ("BM25", gold_figures(by_scores(words + words.T, keys), against)),
        ("sentence model alone", gold_figures(by_scores(stated @ stated.T, keys), against)),
        ("ours, no link known", gold_figures(contradicting(dossier()), against)),
    ]
    for state, weight in (("settled", 1.0), ("proposed", PROPOSED)):
        halves: list[float] = []
        for seed in range(HALVES):
            order = np.random.default_rng(seed).permutation(len(found.links)).tolist()
            known = [replace(found.links[at], weight=weight) for at in order[: len(order) // 2]]
            hidden = against - {frozenset((link.a, link.b)) for link in known}
            halves.append(average_precision(contradicting(dossier(known)), hidden))
        figures = {"AP": float(np.mean(halves)), "±": float(np.std(halves))}
        rows.append((f"ours, half of the links known, {state}", figures))
    sided = [link for link in found.links if link.stance in STANCES[:2]]
    unlinked = dossier()
    right = [unlinked.stance(link.a, link.b) is link.stance for link in sided]
    commonest = float(np.mean([link.stance is Stance.SUPPORTS for link in sided]))
    rows.append(("always supports", {"accuracy": commonest}))
    rows.append(("ours, contradicts against supports", {"accuracy": float(np.mean(right))}))
    return rows


def by_scores(scores: Floats, keys: Sequence[str]) -> list[frozenset[str]]:
    """All pairs, by a symmetric matrix of scores, best first."""
    rows, columns = np.triu_indices(len(keys), 1)
    order = np.argsort(-scores[rows, columns], kind="stable")
    return [frozenset((keys[rows[at]], keys[columns[at]])) for at in order.tolist()]


def contradicting(dossier: Dossier) -> list[frozenset[str]]:
    """What ``suggest --json`` prints as contradicts, best first."""
    made = best_first(dossier.suggest())
    return [frozenset((one.a, one.b)) for one in made if one.stance is Stance.CONTRADICTS]


def gold_figures(pairs: Sequence[frozenset[str]], against: set[frozenset[str]]) -> dict[str, float]:
    """AP over all pairs (what is not printed counts as not found), R@10 a claim, hits among the first 50."""
    shares: list[float] = []
    for key in sorted({key for pair in against for key in pair}):
        own = {pair for pair in against if key in pair}
        shares.append(len(own & set([pair for pair in pairs if key in pair][:10])) / len(own))
    return {
        "AP": average_precision(pairs, against),
        "R@10": float(np.mean(shares)),
        "of first 50": float(sum(pair in against for pair in pairs[:50])),
    }


def average_precision(pairs: Sequence[frozenset[str]], relevant: set[frozenset[str]]) -> float:
    hits, total = 0, 0.0
    for rank, pair in enumerate(pairs, start=1):
        if pair in relevant:
            hits += 1
            total += hits / rank
    return total / len(relevant)


# ---------------------------------------------------------------- the table

SETS: dict[str, Callable[[Tested], list[Row]]] = {
    "gold": gold,
    "fever_symmetric dev": fever,
    "oie_nli test": oie,
    "fool_me_twice dev": lambda tested: ranking(tested, corpora.fool_me_twice()),
    "perspectrum dev and test": lambda tested: ranking(tested, corpora.perspectrum(["dev", "test"])[0]),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(SETS)}; by first letters; all when none")
    parser.add_argument("--no-entailment", action="store_true", help="features alone")
    options = parser.parse_args()
    if not corpora.DATA.is_dir():
        sys.exit(f"{corpora.DATA} is not there: nothing to measure on.")
    tested = Tested(None if options.no_entailment else entailment())
    print(f"judge: {tested.judge.version}; sentence model: {tested.engine.name} {tested.engine.version}")
    for name, measure in SETS.items():
        if options.names and not any(name.startswith(one) for one in options.names):
            continue
        started = time.monotonic()
        rows = measure(tested)
        print(f"\n{name}  ({time.monotonic() - started:.0f} s)")
        for label, figures in rows:
            told = "  ".join(f"{figure} {value:.3f}" for figure, value in figures.items())
            print(f"  {label:42} {told}", flush=True)


if __name__ == "__main__":
    main()
