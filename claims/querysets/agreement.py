"""What reviewers said of links, counted by the database: a row for each way in which links were judged, however many
links were judged so. ``claims.agreement`` turns the counts into figures.

Whose reviews a reader may know is decided before: pass ``LinkQuerySet.shown_to`` of her.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connection

from claims.agreement import Agreement, Numbers, Tally, agreement

if TYPE_CHECKING:
    from claims.querysets.link import LinkQuerySet

VERDICTS = ("contradicts", "supports", "neither")
"""In the order of every tally and confusion matrix here."""

NO_REVIEW = "nobody has reviewed them"
ONE_REVIEW = "only one review"
ELSEWHEN = "judged outside the period"
TO_REVIEW = "you have yet to review them"
CHANGED = "their words changed since review"

type Pattern = tuple[tuple[int, ...], int]


@dataclass(frozen=True, kw_only=True)
class Period:
    """The days in which the second verdict on a link came, ``until`` exclusive; open where None."""

    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return bool(self.since or self.until)


ALWAYS = Period()

# The second verdict on a link is when two people could first agree on it.
_UNITS = """
WITH unit AS MATERIALIZED (
    SELECT r.link_id AS link, {verdicts}, count(*) AS given,
        ((array_agg(r.at ORDER BY r.at, r.reviewer_id))[2] AT TIME ZONE 'UTC')::date AS day
    FROM claims_review r WHERE r.link_id IN ({links}) GROUP BY r.link_id
), used AS (
    SELECT *, {inside} AS inside FROM unit WHERE given > 1
)
""".replace(
    "{verdicts}", ", ".join(f"count(*) FILTER (WHERE r.verdict = '{kind}') AS {kind}" for kind in VERDICTS)
)
_PATTERN = ", ".join(f"u.{kind}" for kind in VERDICTS)

_KINDS = f"""
SELECT l.kind, to_char(date_trunc(%s, u.day), %s), u.inside, {_PATTERN}, count(*)
FROM used u JOIN claims_link l ON l.id = u.link GROUP BY 1, 2, 3, 4, 5, 6
UNION ALL SELECT NULL, NULL, NULL, 0, 0, 0, count(*) FROM unit WHERE given = 1
"""  # noqa: S608  nothing but our own words
_TOPICS = f"""
SELECT t.name, c.contradicts, c.supports, c.neither, c.n FROM (
    SELECT s.topic_id, {_PATTERN}, count(*) AS n
    FROM (
        SELECT l.id AS link, c.topic_id FROM used u JOIN claims_link l ON l.id = u.link
        JOIN claims_claimtopic c ON c.claim_id = l.from_claim_id WHERE u.inside
        UNION
        SELECT l.id, c.topic_id FROM used u JOIN claims_link l ON l.id = u.link
        JOIN claims_claimtopic c ON c.claim_id = l.to_claim_id WHERE u.inside
    ) s JOIN used u ON u.link = s.link GROUP BY 1, 2, 3, 4
) c JOIN claims_topic t ON t.id = c.topic_id
"""  # noqa: S608
_PAIRS = """
SELECT a.reviewer_id, b.reviewer_id, a.verdict, b.verdict, count(*)
FROM used u
JOIN claims_review a ON a.link_id = u.link
JOIN claims_review b ON b.link_id = u.link AND b.reviewer_id > a.reviewer_id
WHERE u.inside GROUP BY 1, 2, 3, 4
"""
STEPS = {"month": "YYYY-MM", "week": 'IYYY-"W"IW'}
"""How figures over time are cut, and how a piece is written."""


@dataclass
class Counts:
    """What was counted of some links. Patterns as ``Tally.of`` takes them."""

    by_kind: dict[str, list[Pattern]] = field(default_factory=lambda: defaultdict(list))
    over_time: dict[str, list[Pattern]] = field(default_factory=lambda: defaultdict(list))
    pairs: dict[tuple[int, int], Numbers] = field(default_factory=dict)
    """By the keys of two people, the confusion matrix: rows the one's verdicts, columns the other's."""
    topics: dict[str, list[Pattern]] = field(default_factory=lambda: defaultdict(list))
    one_review: int = 0
    elsewhen: int = 0

    @property
    def all(self) -> Tally:
        return Tally.of(pattern for patterns in self.by_kind.values() for pattern in patterns)


def agreement_of(links: "LinkQuerySet", *, without: dict[str, int] | None = None) -> Agreement:
    """The figures of these links and how many of them have no two reviews; three queries, nothing is read link by link.

    ``without`` are links that the caller left out before, by the reason: they are counted as dropped too.
    """
    counts = Counts()
    count_kinds(links, counts)
    count_pairs(links, counts)
    return summed_up(counts, total=links.order_by().count(), without=without)


def summed_up(counts: Counts, *, total: int, without: dict[str, int] | None = None) -> Agreement:
    """The figures of what was counted of ``total`` links. Needs kinds and pairs."""
    tally = counts.all
    none = total - tally.used - counts.one_review - counts.elsewhen
    dropped = {
        **(without or {}),
        NO_REVIEW: none,
        ONE_REVIEW: counts.one_review,
        ELSEWHEN: counts.elsewhen,
    }
    confusion = next(iter(counts.pairs.values())) if len(counts.pairs) == 1 else None
    return agreement(tally, dropped={why: n for why, n in dropped.items() if n}, confusion=confusion)


def count_kinds(
    links: "LinkQuerySet", counts: Counts, *, period: Period = ALWAYS, step: str = "month"
) -> None:
    """How links of each kind (as proposed) were judged, and when; how many have one review alone."""
    for kind, piece, inside, *verdicts, n in _rows(links, _KINDS, period, (step, STEPS[step])):
        if kind is None:
            counts.one_review += n
        elif not inside:
            counts.elsewhen += n
        else:
            counts.by_kind[kind].append((tuple(verdicts), n))
            counts.over_time[piece or ""].append((tuple(verdicts), n))


def count_topics(links: "LinkQuerySet", counts: Counts, *, period: Period = ALWAYS) -> None:
    """How the links of each topic were judged; a link is of a topic when one of its claims is."""
    for name, *verdicts, n in _rows(links, _TOPICS, period):
        counts.topics[name].append((tuple(verdicts), n))


def count_pairs(links: "LinkQuerySet", counts: Counts, *, period: Period = ALWAYS) -> None:
    """What every two reviewers said of the links that both judged."""
    for one, other, said, answered, n in _rows(links, _PAIRS, period):
        matrix = counts.pairs.setdefault((one, other), np.zeros((len(VERDICTS),) * 2))
        matrix[VERDICTS.index(said), VERDICTS.index(answered)] = n


def _rows(links: "LinkQuerySet", query: str, period: Period, parameters: Iterable[Any] = ()) -> Iterator[Any]:
    try:
        keys, given = links.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return
    bounds = (period.since, period.until)
    inside = "coalesce(day >= %s AND day < %s, false)" if period else "true"
    ends = (bounds[0] or date.min, bounds[1] or date.max) if period else ()
    with connection.cursor() as cursor:
        cursor.execute(_UNITS.format(links=keys, inside=inside) + query, [*given, *ends, *parameters])
        yield from cursor.fetchall()
