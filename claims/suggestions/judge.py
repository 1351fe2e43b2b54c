"""Contradicts, supports or neither, with probabilities that add up, from features that a person can be shown.

Two questions, each a logistic regression over the features: do these two bear on each other at all (``linked``), and
if so, do they pull apart (``conflict``)? P(contradicts) = P(linked) · P(conflict). Split so, a pair's closeness and its
opposition never trade places, and every feature's share of the log-odds can be told.

The weights stand in weights.json with a card of what they were trained on; those of features that no public data
shows (same source, periods, who speaks, paths) are set by hand, and replaced when a dossier's verdicts suffice.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from claims.suggestions.bert import Floats
from claims.suggestions.features import NAMES, Facts
from claims.suggestions.records import Reason, Stance

WEIGHTS = Path(__file__).parent / "weights.json"
PLACE = {name: at for at, name in enumerate(NAMES)}


class Entailment(Protocol):
    """A judge of pairs of texts that reads them together. Slow: asked for the best candidates alone."""

    @property
    def version(self) -> str: ...

    def once(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """[n, 1, 3] probabilities in the order of STANCES (contradicts, supports, neither), each pair read once."""


@dataclass(frozen=True)
class Part:
    """One logistic regression: intercept + Σ weight · (value − mean) / scale, over all NAMES."""

    intercept: float
    weights: Floats
    means: Floats
    scales: Floats

    def shares(self, rows: Floats) -> Floats:
        """[n, features]: what each feature adds to the log-odds; what cannot be told (not a number) adds nothing."""
        made: Floats = ((rows - self.means) / self.scales * self.weights).astype(np.float32)
        return np.nan_to_num(made, copy=False, nan=0.0)

    def log_odds(self, rows: Floats) -> Floats:
        made: Floats = self.shares(rows).sum(axis=1) + np.float32(self.intercept)
        return made

    def without(self, names: Collection[str]) -> Self:
        """The same, for pairs of which these features cannot be known: they move nothing, not even off the mean."""
        weights = self.weights.copy()
        weights[[PLACE[name] for name in names]] = 0
        return replace(self, weights=weights)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Features that were not known when it was stored weigh nothing; those not known now are passed over."""
        weights, means, scales = (np.zeros(len(NAMES), np.float32) for _ in range(3))
        scales += 1
        for name, (weight, mean, scale) in stored["features"].items():
            if name in PLACE:
                weights[PLACE[name]], means[PLACE[name]], scales[PLACE[name]] = weight, mean, scale
        return cls(float(stored["intercept"]), weights, means, scales)

    def to_json(self) -> dict[str, Any]:
        return {
            "intercept": round(self.intercept, 5),
            "features": {
                name: [round(float(one), 5) for one in (self.weights[at], self.means[at], self.scales[at])]
                for name, at in PLACE.items()
                if self.weights[at]
            },
        }


@dataclass(frozen=True)
class Judge:
    """Both parts, with the name under which their judgements are stored."""

    version: str
    linked: Part
    conflict: Part

    def without(self, names: Collection[str]) -> Self:
        """The same judge where these features cannot be known."""
        return replace(self, linked=self.linked.without(names), conflict=self.conflict.without(names))

    def probabilities(self, rows: Floats) -> Floats:
        """[n, 3] in the order of STANCES."""
        linked = sigmoid(self.linked.log_odds(rows))
        conflict = sigmoid(self.conflict.log_odds(rows))
        made: Floats = np.stack([linked * conflict, linked * (1 - conflict), 1 - linked], axis=1)
        return made.astype(np.float32)

    def reasons(self, facts: Facts, stance: Stance, most: int = 4) -> list[Reason]:
        """What speaks most for the stance, then the one thing that speaks most against it.

        Features that are told by one sentence are one reason, and their weights are added.
        """
        row = facts.values()[None, :]
        shares = self.linked.shares(row)[0]
        apart = self.conflict.shares(row)[0]
        shares = shares + apart if stance is Stance.CONTRADICTS else shares - apart
        if stance is Stance.NEITHER:
            shares = -self.linked.shares(row)[0]
        told: dict[str, Reason] = {}
        for name, share in zip(NAMES, shares, strict=True):
            sentence = facts.sentence(name)
            if not sentence or not share:
                continue
            before = told.get(sentence)
            total = float(share) + (before.weight if before else 0.0)
            told[sentence] = Reason(before.feature if before else name, sentence, round(total, 2))
        ranked = sorted(told.values(), key=lambda reason: -reason.weight)
        best = [reason for reason in ranked if reason.weight >= 0.05][:most]
        against = [reason for reason in ranked[-1:] if reason.weight <= -0.2]
        return best + against

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(stored["version"], Part.from_json(stored["linked"]), Part.from_json(stored["conflict"]))

    def to_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "linked": self.linked.to_json(),
            "conflict": self.conflict.to_json(),
        }


@cache
def default_judge(with_entailment: bool = False) -> Judge:
    """The judge that ships: with the weights for an entailment judge beside the features, or without."""
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Judge.from_json(stored["with entailment" if with_entailment else "features alone"])


def log_odds(read: Floats) -> Floats:
    """An entailment judge's readings [n, orders, 3] as one number a pair: the log-odds of conflict against agreement.

    A contradiction reads as one in either order and is averaged; following one way suffices, so the surer way counts.
    """
    floor = np.float32(1e-2)
    against, along = read[:, :, 0].mean(axis=1), read[:, :, 1].max(axis=1)
    return np.asarray(np.log(against + floor) - np.log(along + floor), np.float32)


def sigmoid(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))), np.float32)
