"""How the claims of a list divide by topic, speaker, outlet and modality. One query, bounded."""

from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection

from claims.querysets.claim import ClaimQuerySet

SHOWN = 8
"""So many values of a facet are shown, the commonest first."""

# Grouped by keys first: only the names of what is shown are looked up.
_COUNTS = """
WITH found (claim, source, speaker, modality) AS MATERIALIZED ({found}),
outlets AS (
    SELECT s.outlet, sum(f.n)::bigint AS n
    FROM (SELECT source, count(*) AS n FROM found GROUP BY source) f JOIN sources_source s ON s.id = f.source
    WHERE s.outlet <> '' GROUP BY s.outlet ORDER BY n DESC, s.outlet LIMIT {shown}
),
speakers AS (
    SELECT speaker, count(*) AS n FROM found WHERE speaker IS NOT NULL
    GROUP BY speaker ORDER BY n DESC, speaker LIMIT {shown}
),
topics AS (
    SELECT t.topic_id, count(*) AS n FROM found f JOIN claims_claimtopic t ON t.claim_id = f.claim
    GROUP BY t.topic_id ORDER BY n DESC, t.topic_id LIMIT {shown}
)
SELECT 'total', '', count(*) FROM found
UNION ALL SELECT 'topic', t.name, c.n FROM topics c JOIN claims_topic t ON t.id = c.topic_id
UNION ALL SELECT 'speaker', s.name, c.n FROM speakers c JOIN claims_speaker s ON s.id = c.speaker
UNION ALL SELECT 'outlet', outlet, n FROM outlets
UNION ALL SELECT 'modality', modality, count(*) FROM found WHERE modality <> '' GROUP BY modality
ORDER BY 3 DESC, 2
"""


@dataclass(frozen=True)
class Facets:
    """The claims counted, and for each facet its commonest values with how many of them have it."""

    total: int
    counts: dict[str, list[tuple[str, int]]]


def facets_of(claims: ClaimQuerySet, limit: int) -> Facets:
    """The facets of these claims, or of ``limit`` of them when they are more."""
    rows = claims.order_by().values_list("pk", "source_id", "speaker_id", "modality")[:limit]
    counts: dict[str, list[tuple[str, int]]] = {"topic": [], "speaker": [], "outlet": [], "modality": []}
    total = 0
    try:
        found, parameters = rows.query.sql_with_params()
    except EmptyResultSet:  # what is asked for cannot be, so Django asks nothing
        return Facets(total, counts)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS.format(found=found, shown=SHOWN), parameters)
        for facet, value, count in cursor.fetchall():
            if facet == "total":
                total = count
            else:
                counts[facet].append((value, count))
    return Facets(total, counts)
