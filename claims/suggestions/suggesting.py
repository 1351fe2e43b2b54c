"""Suggestions for a whole dossier, block by block, or for one new claim: retrieval, then judgement.

Time grows with claims × candidates (and with what the injected index takes: n·log n with HNSW); memory is what the
claims' readings and vectors take, plus one block. Nothing is kept between blocks, so a run may stop after any and start
again at ``first``.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy import sparse

from claims.suggestions.alignment import Words as AlignedWords
from claims.suggestions.alignment import WordTable, aligned
from claims.suggestions.bert import Floats, Whole
from claims.suggestions.features import OF_VECTORS, Facts, Likeness, compare
from claims.suggestions.judge import Entailment, Judge, default_judge, log_odds
from claims.suggestions.learning import Verdict
from claims.suggestions.paths import Paths, squashed
from claims.suggestions.reading import Reading, read
from claims.suggestions.records import STANCES, ClaimView, LinkView, Stance, Suggestion
from claims.suggestions.retrieval import (
    MEANING_WEIGHT,
    WORDS_WEIGHT,
    AllAgainstAll,
    Nearest,
    Words,
    WordsInMemory,
    asked,
    crowds,
    fused,
    uncrowded,
)
from claims.suggestions.words import content_words, rarities

PER_CLAIM = 20
DEPTH = 100
READ_TOGETHER = 15
"""Candidates of a claim that an entailment judge reads: it costs 10 to 25 ms a pair."""
READ_AT_ONCE = 32
"""Claims whose pairs are read together in batches of like length."""
BLOCK = 256
COUNTED = 5_000
"""Claims whose words are counted to tell which are rare."""


class _LookedAt(NamedTuple):
    """A claim, its candidates, what was seen of each, and the places of those that are read together."""

    row: int
    others: Sequence[int]
    facts: list[Facts]
    chosen: list[int]


@dataclass
class Dossier:
    """What is known of a dossier's claims while its suggestions are computed. Rows are places in ``claims``."""

    claims: Sequence[ClaimView]
    links: Sequence[LinkView] = ()
    skip: Collection[frozenset[str]] = ()
    """Pairs that are linked or dismissed: never proposed again. Links are skipped by themselves."""
    vectors: Floats | None = None
    """[claims, dimensions] of unit length, zeros where one is missing; None without a sentence model."""
    denied: Floats | None = None
    """Vectors of the claims' denials, from ``denial.denied_vectors``; None to do without."""
    table: WordTable | None = None
    """For features of aligned words, which the judge that ships does without."""
    index: Nearest | None = None
    words: Words | None = None
    judge: Judge | None = None
    entailment: Entailment | None = None
    crowd: Floats | None = None
    rarity: Mapping[str, float] | None = None
    """How rare each stem is among the claims (``rarities``); counted from a sample when absent."""
    rows: dict[str, int] = field(init=False)
    paths: Paths = field(init=False)

    def __post_init__(self) -> None:
        self._keys = [claim.key for claim in self.claims]
        self.rows = {claim.key: row for row, claim in enumerate(self.claims)}
        if len(self.rows) != len(self.claims):
            raise ValueError("Two claims have one key.")
        self.paths = Paths(self.links, self.rows)
        if self.vectors is not None:
            self.index = self.index or AllAgainstAll(self.vectors)
            self.crowd = crowds(self.index, self.vectors) if self.crowd is None else self.crowd
        self.words = self.words or WordsInMemory([claim.statement for claim in self.claims])
        self.judge = self.judge or default_judge(self.entailment is not None)
        if self.vectors is None:
            self.judge = self.judge.without(OF_VECTORS)
        if self.rarity is None:
            step = len(self.claims) // COUNTED + 1
            self.rarity = rarities([content_words(claim.statement) for claim in self.claims[::step]])
        taken = [(link.a, link.b) for link in self.links] + [
            (min(pair), max(pair)) for pair in self.skip if len(pair) == 2
        ]
        self._taken: dict[int, set[int]] = {}
        for a, b in taken:
            if a in self.rows and b in self.rows:
                self._taken.setdefault(self.rows[a], set()).add(self.rows[b])
                self._taken.setdefault(self.rows[b], set()).add(self.rows[a])
        self._readings: dict[int, Reading] = {}
        self._words: dict[int, AlignedWords] = {}
        self._conflicts: dict[tuple[int, int], float] = {}
        """What the entailment judge said of pairs; a pair is met from both its sides."""

    def suggest(
        self, first: int = 0, last: int | None = None, per_claim: int = PER_CLAIM, block: int = BLOCK
    ) -> Iterator[Suggestion]:
        """For each claim from ``first`` to before ``last``, its best contradicts and its best supports, best first.

        A pair may come twice, once from each side: keep the higher score (``best_first`` does).
        """
        last = len(self.claims) if last is None else last
        for start in range(first, last, block):
            rows = range(start, min(start + block, last))
            found = list(zip(rows, self.candidates(rows), strict=True))
            for at in range(0, len(found), READ_AT_ONCE):
                looked = [self._looked_at(row, others) for row, others in found[at : at + READ_AT_ONCE]]
                self._read_together(looked)
                for one in looked:
                    yield from self._judged(one, per_claim)
            self._forget()

    def candidates(self, rows: range, depth: int = DEPTH) -> list[list[int]]:
        """For each claim of the block, rows worth judging, best first."""
        statements = [self.claims[row].statement for row in rows]
        assert self.words is not None
        by_words = self.words.search(statements, depth)
        by_meaning: Whole | None = None
        if self.vectors is not None and self.index is not None and self.crowd is not None:
            some = slice(rows.start, rows.stop)
            query = asked(self.vectors[some], None if self.denied is None else self.denied[some])
            near, likeness = self.index.nearest(query, depth + 1)
            by_meaning, _ = uncrowded(near, likeness, self.crowd)
        reached = self._reached(rows, depth // 2)
        found: list[list[int]] = []
        for place, row in enumerate(rows):
            lists = [(WORDS_WEIGHT, by_words[place])]
            if by_meaning is not None:
                lists.append((MEANING_WEIGHT, by_meaning[place]))
            taken = self._taken.get(row, set())
            beyond = [one for one in reached[place] if one not in taken and one != row]
            near_by = [one for one in fused(lists, row, depth + len(taken)) if one not in taken]
            if (
                len(self.claims) <= depth
            ):  # few enough to judge all, in the order of likeness as far as there is one
                near_by += [one for one in range(len(self.claims)) if one != row and one not in taken]
            found.append(list(dict.fromkeys(beyond + near_by))[:depth])
        return found

    def _reached(self, rows: range, most: int) -> list[list[int]]:
        """Claims that paths lead to, those with the strongest sign first."""
        if not self.paths:
            return [[] for _ in rows]
        two, three = self.paths.block(rows.start, rows.stop)
        both: sparse.csr_matrix = (two + 0.5 * three).tocsr()
        found = []
        for place in range(len(rows)):
            span = slice(both.indptr[place], both.indptr[place + 1])
            columns, strengths = both.indices[span], np.abs(both.data[span])
            order = np.lexsort((columns, -strengths))[:most]
            found.append([int(columns[at]) for at in order if strengths[at] > 0])
        return found

    def facts(self, row: int, others: Sequence[int]) -> list[Facts]:
        """What is seen of one claim beside each of the others, paths included, entailment not."""
        ours = self._reading(row)
        meaning = denied = None
        read = np.ones(len(others), bool)
        if self.vectors is not None:
            near = self.vectors[list(others)]
            read = near.any(axis=1) & self.vectors[row].any()
            meaning = near @ self.vectors[row]
            if self.denied is not None:
                denied = (near @ self.denied[row] + self.denied[list(others)] @ self.vectors[row]) / 2
        made = []
        for at, other in enumerate(others):
            likeness = Likeness(
                None if meaning is None or not read[at] else float(meaning[at]),
                None if denied is None or not read[at] else float(denied[at]),
                aligned(self._table_words(row), self._table_words(other)) if self.table else None,
                0.0 if self.crowd is None else float(self.crowd[row] + self.crowd[other]) / 2,
            )
            made.append(compare(ours, self._reading(other), likeness, self.rarity))
            if not read[at]:
                made[-1].unknown(OF_VECTORS)
        if self.paths:
            for other, facts in zip(others, made, strict=True):
                implied = self.paths.between(row, other)
                if implied.two or implied.three:
                    two, three = squashed(np.array(implied, dtype=np.float32))
                    told = self.paths.told(row, other, implied.total, self._keys)
                    facts.implied(float(two), float(three), told)
            if self.vectors is not None:
                kin = self.paths.kindred(row, others, self.vectors, self._keys)
                for one, facts in zip(kin, made, strict=True):
                    pull, at_all = squashed(np.array(one[:2], dtype=np.float32))
                    facts.kindred(float(pull), float(at_all), one.told)
        return made

    def judged(self, row: int, others: Sequence[int], per_claim: int = PER_CLAIM) -> list[Suggestion]:
        """A claim's best contradicts and best supports among its candidates, with their reasons."""
        looked = self._looked_at(row, others)
        self._read_together([looked])
        return self._judged(looked, per_claim)

    def _looked_at(self, row: int, others: Sequence[int]) -> _LookedAt:
        """A claim and its candidates, and which of these an entailment judge should read: the likeliest."""
        assert self.judge is not None
        facts = self.facts(row, others) if others else []
        chosen: list[int] = []
        if self.entailment is not None and facts:
            probabilities = self.judge.probabilities(np.stack([one.values() for one in facts]))
            chosen = np.argsort(probabilities[:, 2], kind="stable")[:READ_TOGETHER].tolist()
        return _LookedAt(row, others, facts, chosen)

    def _judged(self, looked: _LookedAt, per_claim: int) -> list[Suggestion]:
        if not looked.facts:
            return []
        assert self.judge is not None
        row, others, facts, _ = looked
        probabilities = self.judge.probabilities(np.stack([one.values() for one in facts]))
        made: list[Suggestion] = []
        for place in (0, 1):
            order = np.argsort(-probabilities[:, place], kind="stable")[:per_claim]
            made += [
                self._suggestion(row, others[at], facts[at], probabilities[at], STANCES[place])
                for at in order.tolist()
            ]
        return made

    def verdicts(self) -> list[Verdict]:
        """What learning needs of the dossier's links: give settled ones. A link's own sign is not among its paths."""
        made = []
        for link in self.links:
            if link.a in self.rows and link.b in self.rows:
                facts = self._complete(self.rows[link.a], self.rows[link.b])
                if not np.isnan(facts.values()).any():
                    made.append(Verdict(link.a, link.b, facts.values(), link.stance))
        return made

    def _complete(self, row: int, other: int) -> Facts:
        facts = self.facts(row, [other])
        if self.entailment is not None:
            self._read_together([_LookedAt(row, [other], facts, [0])])
        return facts[0]

    def stance(self, a: str, b: str) -> Stance:
        """Which of contradicts and supports a pair would rather be, linked or not."""
        assert self.judge is not None
        facts = self._complete(self.rows[a], self.rows[b])
        against, along, _ = self.judge.probabilities(facts.values()[None])[0]
        return Stance.CONTRADICTS if against > along else Stance.SUPPORTS

    def _read_together(self, looked: Sequence[_LookedAt]) -> None:
        """Lets the entailment judge read what was chosen for it, each pair once."""
        if self.entailment is None:
            return
        wanted = {
            (min(row, others[at]), max(row, others[at])) for row, others, _, chosen in looked for at in chosen
        }
        new = sorted(wanted - self._conflicts.keys())
        statements = [(self.claims[a].statement, self.claims[b].statement) for a, b in new]
        if new:
            conflicts = log_odds(self.entailment.once(statements)).tolist()
            self._conflicts.update(zip(new, conflicts, strict=True))
        for row, others, facts, chosen in looked:
            for at in chosen:
                facts[at].judged(self._conflicts[min(row, others[at]), max(row, others[at])])

    def _suggestion(
        self, row: int, other: int, facts: Facts, probabilities: Floats, stance: Stance
    ) -> Suggestion:
        assert self.judge is not None
        a, b = sorted((row, other))
        first, second, third = (round(float(one), 4) for one in probabilities)
        return Suggestion(
            a=self.claims[a].key,
            b=self.claims[b].key,
            stance=stance,
            score=first if stance is Stance.CONTRADICTS else second,
            reasons=tuple(self.judge.reasons(facts, stance)),
            over_time=stance is Stance.CONTRADICTS and facts.over_time,
            probabilities=(first, second, third),
            method=self.judge.version,
        )

    def _reading(self, row: int) -> Reading:
        if row not in self._readings:
            self._readings[row] = read(self.claims[row])
        return self._readings[row]

    def _table_words(self, row: int) -> AlignedWords:
        assert self.table is not None
        if row not in self._words:
            self._words[row] = self.table.words(self.claims[row].statement)
        return self._words[row]

    def _forget(self) -> None:
        """Keeps what was read of claims within bounds."""
        if len(self._readings) > 50_000:
            self._readings.clear()
        if len(self._words) > 5_000:
            self._words.clear()
        if len(self._conflicts) > 500_000:
            self._conflicts.clear()


def best_first(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """Each pair once a kind, with its higher score, best first."""
    kept: dict[tuple[str, str, Stance], Suggestion] = {}
    for one in suggestions:
        key = (one.a, one.b, one.stance)
        if key not in kept or kept[key].score < one.score:
            kept[key] = one
    return sorted(kept.values(), key=lambda one: (-one.score, one.a, one.b, one.stance))
