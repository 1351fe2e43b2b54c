"""Learning from a dossier's settled verdicts: weights of its own, kept only where they judge better than the old.

What is learned is which way a linked pair pulls: a logistic regression over the same features, drawn towards the one
in force (a ridge penalty on the difference, so that few verdicts move little). Whether two claims bear on each other at
all is not learned: people link what they look for, so links teach nothing of the pairs that nobody linked. Quality is
cross-validated by claims: no claim stands on both sides of a split, so that nothing learned of a claim is tested on it.
The new judge is kept only if its log loss on held-out verdicts is lower by more than the standard error of the
difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from claims.suggestions.bert import Floats
from claims.suggestions.features import NAMES
from claims.suggestions.judge import Judge, Part, sigmoid
from claims.suggestions.records import STANCES, Stance

LEAST = 60
"""Verdicts below which nothing is learned."""

LEAST_OF_A_KIND = 12
"""Contradicts and supports needed, each."""

ROUNDS = 20
PULL = 20.0
"""How strongly weights are drawn to those in force: as many verdicts as speak for staying."""


@dataclass(frozen=True)
class Verdict:
    """One settled pair: its features with its own link left out of the paths, and what people called it."""

    a: str
    b: str
    values: Floats
    stance: Stance


@dataclass(frozen=True)
class Quality:
    """Cross-validated figures of one judge, of contradicts against supports, over the same held-out verdicts."""

    log_loss: float
    accuracy: float
    average_precision: float
    """Of contradicts."""


@dataclass(frozen=True)
class Learned:
    """What learning came to. ``judge`` is the new one if ``better``, else the one that was in force."""

    judge: Judge
    better: bool
    before: Quality
    after: Quality
    verdicts: int
    why: str
    """One sentence for the lead."""


class TooFew(ValueError):
    """There are not enough verdicts to learn from; the message says how many are needed."""


def learn(verdicts: Sequence[Verdict], in_force: Judge, version: str, seed: int = 0) -> Learned:
    """A judge learned from the verdicts, if it is better on verdicts it has not seen. Deterministic."""
    counts = {stance: sum(one.stance is stance for one in verdicts) for stance in STANCES}
    if len(verdicts) < LEAST or min(counts[STANCES[0]], counts[STANCES[1]]) < LEAST_OF_A_KIND:
        raise TooFew(
            f"{len(verdicts)} settled pairs, {counts[STANCES[0]]} of them contradicting and {counts[STANCES[1]]} "
            f"supporting: learning needs {LEAST}, and {LEAST_OF_A_KIND} of each."
        )
    sided = [one for one in verdicts if one.stance is not Stance.NEITHER]
    rows = np.stack([one.values for one in sided])
    against = np.array([one.stance is Stance.CONTRADICTS for one in sided])
    held = np.full(len(sided), np.nan, dtype=np.float32)
    for train, test in splits(sided, seed):
        held[test] = sigmoid(moved(in_force.conflict, rows[train], against[train]).log_odds(rows[test]))
    seen = ~np.isnan(held)
    before = sigmoid(in_force.conflict.log_odds(rows[seen]))
    gain = losses(before, against[seen]) - losses(held[seen], against[seen])
    better = bool(len(gain) and gain.mean() > gain.std() / np.sqrt(len(gain)))
    old, new = quality(before, against[seen]), quality(held[seen], against[seen])
    told = f"log loss {old.log_loss:.3f} before, {new.log_loss:.3f} learned, on {int(seen.sum())} held-out verdicts"
    learned = Judge(version, in_force.linked, moved(in_force.conflict, rows, against))
    return Learned(
        judge=learned if better else in_force,
        better=better,
        before=old,
        after=new,
        verdicts=len(sided),
        why=f"The learned judge is in force: {told}." if better else f"The judge stays as it was: {told}.",
    )


def splits(
    verdicts: Sequence[Verdict], seed: int = 0, rounds: int = ROUNDS
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Pairs to learn from and pairs to test on, that share no claim.

    Claims, not pairs, are dealt: a half of them, drawn anew for each split, is tested by the pairs within it, and what
    is learned comes from the pairs wholly outside; pairs that straddle serve neither. A pair is tested once at most.
    """
    keys = sorted({key for one in verdicts for key in (one.a, one.b)})
    random = np.random.default_rng(seed)
    untested = np.ones(len(verdicts), dtype=bool)
    found = []
    for _ in range(rounds):
        inside = {keys[at] for at in random.permutation(len(keys))[: len(keys) // 2].tolist()}
        ends = np.array([(one.a in inside) + (one.b in inside) for one in verdicts])
        train, test = np.flatnonzero(ends == 0), np.flatnonzero((ends == 2) & untested)
        kinds = {verdicts[at].stance for at in train.tolist()}
        if not len(test) or not {Stance.CONTRADICTS, Stance.SUPPORTS} <= kinds:
            continue
        untested[test] = False
        found.append((train, test))
    return found


def moved(part: Part, rows: Floats, yes: npt.NDArray[np.bool_]) -> Part:
    """A logistic regression whose penalty is the distance from ``part``'s weights, features scaled to unit spread."""
    if not yes.any() or yes.all():
        return part
    means, spread = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-3)
    scaled = (rows - means) / spread  # what is the same in all moves nothing, and stands in the intercept
    weights = part.weights / part.scales
    start = np.append(weights * spread, part.intercept + weights @ (means - part.means))
    sign = np.where(yes, 1.0, -1.0)

    def loss(theta: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        margin = sign * (scaled @ theta[:-1] + theta[-1])
        away = theta - start
        away[-1] *= 0.1  # how common links are is the dossier's own
        slope = -sign / (1 + np.exp(np.clip(margin, -30, 30)))
        gradient = np.append(slope @ scaled, slope.sum()) + PULL * away
        return float(np.logaddexp(0, -margin).sum() + PULL / 2 * (away @ (theta - start))), gradient

    best = minimize(loss, start.astype(np.float64), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    weights = np.where(rows.std(axis=0) > 0, best[:-1] / spread, weights)
    return Part(
        float(best[-1]),
        weights.astype(np.float32),
        means.astype(np.float32),
        np.ones(len(NAMES), np.float32),
    )


def losses(given: Floats, yes: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Minus the log of the probability given to what people said, pair by pair."""
    return np.asarray(-np.log(np.maximum(np.where(yes, given, 1 - given), 1e-6)), np.float64)


def quality(given: Floats, yes: npt.NDArray[np.bool_]) -> Quality:
    hits = yes[np.argsort(-given, kind="stable")]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return Quality(
        log_loss=float(losses(given, yes).mean()) if len(yes) else 0.0,
        accuracy=float(((given > 0.5) == yes).mean()) if len(yes) else 0.0,
        average_precision=float((precision * hits).sum() / hits.sum()) if hits.any() else 0.0,
    )
