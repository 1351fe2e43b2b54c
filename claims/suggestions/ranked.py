"""Suggestions put in order outside memory: a dossier of 100,000 claims has millions of them."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Self

import orjson

from claims.suggestions.records import Reason, Stance, Suggestion

_KEEP = """
INSERT INTO found VALUES (?, ?, ?, ?, ?) ON CONFLICT (a, b, stance)
DO UPDATE SET score = excluded.score, body = excluded.body WHERE excluded.score > score
"""


class Ranked:
    """What ``best_first`` makes of suggestions, in a temporary file that goes with it: add, then read.

    A pair is kept once a kind, with its higher score; they come best first. Memory is a few MB however many there are.
    """

    def __init__(self) -> None:
        self._file = sqlite3.connect(
            "", isolation_level=None
        )  # a file without a name, in the folder for such
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute("PRAGMA temp_store = FILE")  # sorts there too
        self._file.execute(
            "CREATE TABLE found (a TEXT, b TEXT, stance TEXT, score REAL, body BLOB, PRIMARY KEY (a, b, stance))"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._file.close()

    def add(self, made: Iterable[Suggestion]) -> None:
        self._file.execute("BEGIN")
        self._file.executemany(
            _KEEP, ((one.a, one.b, one.stance.value, float(one.score), _written(one)) for one in made)
        )
        self._file.execute("COMMIT")

    def __len__(self) -> int:
        [[count]] = self._file.execute("SELECT count(*) FROM found")
        return int(count)

    def __iter__(self) -> Iterator[Suggestion]:
        rows = self._file.execute(
            "SELECT a, b, stance, score, body FROM found ORDER BY score DESC, a, b, stance"
        )
        with closing(rows):
            for a, b, stance, score, body in rows:
                yield replace(_read(body), a=a, b=b, stance=Stance(stance), score=score)


def _written(one: Suggestion) -> bytes:
    reasons = [[reason.feature, reason.sentence, float(reason.weight)] for reason in one.reasons]
    return zlib.compress(orjson.dumps([reasons, one.over_time, list(one.probabilities), one.method]), 1)


def _read(body: bytes) -> Suggestion:
    """All but the pair, its kind and its score."""
    reasons, over_time, (first, second, third), method = orjson.loads(zlib.decompress(body))
    return Suggestion(
        a="",
        b="",
        stance=Stance.CONTRADICTS,
        score=0.0,
        reasons=tuple(Reason(*reason) for reason in reasons),
        over_time=over_time,
        probabilities=(first, second, third),
        method=method,
    )
