"""How links stood on a former day, from the history: which there were, what was proposed and said of them."""

import re
from datetime import date
from typing import Any

from django.db.models.expressions import RawSQL

from claims.as_of import end_of

# The last event of a record before a moment says how it was then; a link's state follows from those as it does today.
_THEN = """
WITH link AS MATERIALIZED (
    SELECT DISTINCT ON (e.pgh_obj_id) e.pgh_obj_id AS id, e.pgh_label, e.kind, e.adjudication_verdict, e.binned_at
    FROM claims_linkevent e WHERE e.dossier_id = %(dossier)s AND e.pgh_created_at < %(moment)s
    ORDER BY e.pgh_obj_id, e.pgh_id DESC
), review AS (
    SELECT DISTINCT ON (e.pgh_obj_id) e.link_id, e.pgh_label, e.verdict
    FROM claims_reviewevent e WHERE e.dossier_id = %(dossier)s AND e.pgh_created_at < %(moment)s
    ORDER BY e.pgh_obj_id, e.pgh_id DESC
), given AS (
    SELECT link_id, count(*) AS n, count(DISTINCT verdict) AS kinds, min(verdict) AS agreed
    FROM review WHERE pgh_label <> 'delete' GROUP BY link_id
), needed AS (
    SELECT e.reviews_needed AS n FROM sources_dossierevent e
    WHERE e.pgh_obj_id = %(dossier)s AND e.pgh_created_at < %(moment)s ORDER BY e.pgh_id DESC LIMIT 1
), stood AS (
    SELECT link.id, link.kind, CASE
        WHEN link.adjudication_verdict <> '' THEN 'settled'
        WHEN coalesce(given.n, 0) < needed.n THEN 'proposed'
        WHEN given.kinds = 1 THEN 'settled' ELSE 'disputed' END AS state,
        coalesce(nullif(link.adjudication_verdict, ''), given.agreed) AS verdict
    FROM link CROSS JOIN needed LEFT JOIN given ON given.link_id = link.id
    WHERE link.pgh_label <> 'delete' AND link.binned_at IS NULL
)
SELECT id FROM stood
"""

_NAMED = re.compile(r"%\((\w+)\)s")


def links_then(dossier: int, day: date, *, kind: str = "", state: str = "", blind: bool = False) -> RawSQL:
    """The keys of the links that there were at the end of a day (UTC), and that stood as ``kind`` then, in ``state``.

    ``blind``: of what was proposed alone, as whoever must judge them may know it.
    """  # fmt: skip
    parts: list[str] = []
    given: dict[str, Any] = {"dossier": dossier, "moment": end_of(day)}
    if kind:
        stood = "kind" if blind else "CASE WHEN state = 'settled' THEN verdict ELSE kind END"
        parts.append(f"{stood} = %(kind)s")
        given["kind"] = kind
    if state:
        parts.append("state = %(state)s")
        given["state"] = state
    sql = _THEN + (f"WHERE {' AND '.join(parts)}" if parts else "")
    # A part of a larger query has its parameters by place.
    return RawSQL(_NAMED.sub("%s", sql), [given[name] for name in _NAMED.findall(sql)])  # noqa: S611  our own words
