"""The exchange format ``gainsay/1``: everything of a dossier but the bin. Reading it is ``importing``'s business."""

# ruff: noqa: S608  the SQL is put together from this module's own constants; values are parameters

import tomllib
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from claims.exchange.importing import Refused, Report, import_file
from claims.exchange.lines import CHANGED, FORMAT, ROUND
from claims.exchange.outcomes import DUE, FORMER, RESOLUTION
from claims.exchange.selection import Format, Selection, copied, keys_sql, snapshot
from claims.exchange.strict_json import compact
from claims.exchange.ties import ALIASES, ANCHORINGS, CANONICAL, KEPT_APART, ORIGIN, RETRACTED, VERSION_OF
from sources.models import Counter, Dossier

__all__ = ["GAINSAY", "Refused", "Report", "import_file"]

_VERSION = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"]


def write(selection: Selection) -> Generator[bytes]:
    """The file in blocks, from one snapshot of the database."""
    with snapshot(
        read_only=not selection.is_filtered
    ):  # the keys of chosen links are put in a temporary table
        parts = _Parts(selection)
        yield parts.dossier_line()
        for lines in (parts.sources(), parts.speakers(), parts.claims(), parts.links(), parts.reviews()):
            yield from copied(*lines)


GAINSAY = Format(
    "gainsay",
    "Gainsay exchange file",
    "jsonl",
    "application/jsonl",
    write,
    "Everything but the bin, with the texts, to be brought back in here or elsewhere.",
)


# ---- the parts of a line in SQL, to be joined by ||


def _key(name: str, value: str) -> str:
    return f"""',"{name}":' || {value}"""


def _string(column: str) -> str:
    return f"to_json({column})::text"


def _or_null(column: str) -> str:
    return f"coalesce(to_json({column})::text, 'null')"


def _string_or_null(column: str) -> str:
    return _or_null(f"nullif({column}, '')")


def _cited(letter: str, column: str) -> str:
    return f"""'"{letter}-' || {column} || '"'"""


def _moment(column: str) -> str:
    written = f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    return f"""coalesce('"' || {written} || '"', 'null')"""


def _where(condition: str, part: str) -> str:
    return f"CASE WHEN {condition} THEN {part} ELSE '' END"


def _tail(table: str, extra: str) -> tuple[str, ...]:
    """What every line may end with; ``maker`` is whoever is named in ``by``."""
    return (
        _where(f"{table}.external_id <> ''", _key("external_id", _string(f"{table}.external_id"))),
        _where(f"{extra} <> '{{}}'", _key("extra", extra)),
        _key("by", _or_null("maker.name")),
        _key("at", _moment(f"{table}.at")),
        "'}'",
    )


def _maker(table: str) -> str:
    return f"LEFT JOIN sources_membership maker ON maker.id = {table}.by_id"


_SOURCE = (
    """'{"type":"source"'""",
    _key("id", _cited("S", "s.number")),
    _key("title", _string("s.title")),
    _key("outlet", _string("s.outlet")),
    _key("author", _string("s.author")),
    _key("url", _string("s.url")),
    _key("published", _string_or_null("s.published")),
    _key("language", _string("s.language")),
    _key("reliability", _string("s.reliability")),
    _key("text", _string("s.text")),
    *_tail("s", "put.extra"),
)
_SPEAKER = (
    """'{"type":"speaker"'""",
    _key("name", _string("p.name")),
    _key("affiliation", _string("p.affiliation")),
    *_tail("p", "put.extra"),
)
_TOPICS = """coalesce((
    SELECT '[' || string_agg(to_json(t.name)::text, ',' ORDER BY t.name COLLATE "C") || ']'
    FROM claims_claimtopic ct JOIN claims_topic t ON t.id = ct.topic_id WHERE ct.claim_id = c.id
), '[]')"""
_CLAIM = (
    """'{"type":"claim"'""",
    _key("id", _cited("C", "c.number")),
    _key("source", _cited("S", "s.number")),
    _key("quote", _string("c.quote")),
    _key("start", "c.start"),
    _key("end", 'c."end"'),
    _key("statement", _string("c.statement")),
    _key("speaker", _or_null("p.name")),
    _key("via", _string("c.via")),
    _key("asserted", _string_or_null("c.asserted")),
    _key("about", _string_or_null("c.about")),
    _key("modality", _string("c.modality")),
    _key("credibility", _or_null("c.credibility")),
    _key("topics", _TOPICS),
    *_tail("c", "put.extra"),
)
_ADJUDICATION = (
    _key("adjudication", """'{"verdict":' || """ + _string("l.adjudication_verdict")),
    _key("note", _string("l.adjudication_note")),
    _key("by", _or_null("judge.name")),
    _key("at", _moment("l.adjudicated_at")),
    "'}'",
)
_LINK = (
    """'{"type":"link"'""",
    _key("id", _cited("L", "l.number")),
    _key("from", _cited("C", "a.number")),
    _key("to", _cited("C", "b.number")),
    _key("kind", _string("l.kind")),
    _key("rationale", _string("l.rationale")),
    _where("l.kind = 'supports'", _key("mutual", "l.mutual::text")),
    _where("l.contradiction_type <> ''", _key("contradiction_type", _string("l.contradiction_type"))),
    _where("l.strength <> ''", _key("strength", _string("l.strength"))),
    _where("l.adjudication_verdict <> ''", " || ".join(_ADJUDICATION)),
    *_tail("l", "put.extra"),
)
# What no key carries is put into the stored extra. Of what is not exported itself (BOUND) nothing is told.


def _put(table: str, *added: str) -> str:
    """A lateral join ``put``: the extra of a record with those of these keys of ours that are not null added to it."""
    return f"""CROSS JOIN LATERAL (
        SELECT CASE WHEN added = '' THEN {table}.extra WHEN {table}.extra = '{{}}' THEN '{{' || added || '}}'
            ELSE left({table}.extra, -1) || ',' || added || '}}' END
        FROM concat_ws(',', {", ".join(added)}) AS told(added)
    ) AS put(extra)"""


def _signed(table: str) -> tuple[str, ...]:
    maker = f"(SELECT name FROM sources_membership WHERE id = {table}.by_id)"
    return _key("by", _or_null(maker)), _key("at", _moment(f"{table}.at")), "'}'"


def _listed(name: str, part: tuple[str, ...], rows: str, order: str) -> str:
    """The key ``name`` with a list of objects or strings; null where there are none."""
    return f"""(SELECT '"{name}":[' || string_agg({" || ".join(part)}, ',' ORDER BY {order}) || ']' FROM {rows})"""


_ORIGIN = (
    f"""'"{ORIGIN}":{{"id":"O-' || g.number || '"'""",
    _key("name", _string("g.name")),
    _key(
        "reasons",
        """coalesce((SELECT '[' || string_agg(to_json(reason)::text, ',' ORDER BY place) || ']'
            FROM jsonb_array_elements_text(g.reasons) WITH ORDINALITY AS said(reason, place)), '[]')""",
    ),
    *_signed("g"),
)
_RETRACTED = (f"""'"{RETRACTED}":{{"reason":' || {_string("x.reason")}""", *_signed("x"))
_APART = (_cited("S", "o.number").replace("'\"", '\'{"source":"', 1), *_signed("k"))
_PUT_SOURCE = _put(
    "s",
    f"""CASE WHEN s.canonical_url <> '' THEN '"{CANONICAL}":' || {_string("s.canonical_url")} END""",
    f"""(SELECT '"{VERSION_OF}":' || {_cited("S", "o.number")} FROM sources_source o
        WHERE o.id = s.replaces_id AND (BOUND))""",
    f"""(SELECT {" || ".join(_ORIGIN)} FROM sources_origin g WHERE g.id = s.origin_id AND g.state = 'confirmed')""",
    _listed(
        KEPT_APART,
        _APART,
        """sources_keptapart k JOIN sources_source o ON o.id IN (k.one_id, k.other_id)
        WHERE s.id IN (k.one_id, k.other_id) AND o.number < s.number AND (BOUND)""",
        "o.number",
    ),
    f"""(SELECT {" || ".join(_RETRACTED)} FROM sources_retraction x WHERE x.source_id = s.id)""",
)
_PUT_SPEAKER = _put(
    "p",
    _listed(
        ALIASES, (_string("n.name"),), "claims_speakeralias n WHERE n.speaker_id = p.id", 'n.name COLLATE "C"'
    ),
)
_ANCHORING = (
    _cited("S", "o.number").replace("'\"", '\'{"source":"', 1),
    _key("to", _cited("S", "t.number")),
    _key("quote", _string("n.quote")),
    _key("start", "n.start"),
    _key("end", 'n."end"'),
    _key("method", _string("n.method")),
    _where("n.decision <> ''", _key("decision", _string("n.decision"))),
    *_signed("n"),
)
_PUT_CLAIM = _put(
    "c",
    _listed(
        ANCHORINGS,
        _ANCHORING,
        """claims_anchoring n JOIN sources_source o ON o.id = n.source_id JOIN sources_source t ON t.id = n.to_source_id
        WHERE n.claim_id = c.id AND (BOUND) AND (TO_BOUND)""",
        "t.number",
    ),
)
_GROUNDS = f"""(SELECT '[' || string_agg(CASE WHEN n.source_id IS NOT NULL
        THEN '{{"source":' || {_cited("S", "o.number")} ELSE '{{"claim":' || {_cited("C", "q.number")} END || '}}', ','
        ORDER BY n.id) || ']'
    FROM claims_ground n LEFT JOIN sources_source o ON o.id = n.source_id LEFT JOIN claims_claim q ON q.id = n.claim_id
    WHERE n.resolution_id = v.id AND (n.source_id IS NULL OR BOUND) AND (n.claim_id IS NULL OR CLAIM_BOUND))"""
_PROOF = """coalesce((SELECT '{' || string_agg(to_json(p.key)::text || ':' || to_json(p.value)::text, ','
        ORDER BY p.key COLLATE "C") || '}' FROM jsonb_each_text(v.proof) AS p), '{}')"""


def _signed_as(by: str, at: str) -> tuple[str, ...]:
    return (
        _key("by", _or_null(f"(SELECT name FROM sources_membership WHERE id = {by})")),
        _key("at", _moment(at)),
        "'}'",
    )


_RESOLUTION = (
    """'{"kind":' || """ + _string("v.kind"),
    _key("proof", _PROOF),
    _where("v.note <> ''", _key("note", _string("v.note"))),
    f"""coalesce(',"rests_on":' || {_GROUNDS}, '')""",
    _where(
        "v.reopened_at IS NOT NULL",
        " || ".join(
            (
                _key("reopened", """'{"cause":' || """ + _string("v.cause")),
                _key("reason", _string("v.reason")),
                *_signed_as("v.reopened_by_id", "v.reopened_at"),
            )
        ),
    ),
    *_signed("v"),
)
_DUE = (
    """'{"day":"' || d.day || '"'""",
    _key("expectation", _string("d.expectation")),
    _where(
        "d.follows_id IS NOT NULL",
        _key(
            "follows",
            "(SELECT count(*) FROM claims_due e WHERE e.link_id = d.link_id AND e.id <= d.follows_id)",
        ),
    ),
    _where(
        "d.outcome <> ''",
        " || ".join(
            (
                _key("decided", """'{"outcome":' || """ + _string("d.outcome")),
                _where("d.note <> ''", _key("note", _string("d.note"))),
                *_signed_as("d.decided_by_id", "d.decided_at"),
            )
        ),
    ),
    *_signed("d"),
)
# Not told where it would tell of reviews that the reader may not know.
_PUT_LINK = _put(
    "l",
    f"""CASE WHEN l.changed AND (SHOWN) THEN '"{CHANGED}":true' END""",
    f"""CASE WHEN l.round > 1 AND (SHOWN) THEN '"{ROUND}":' || l.round END""",
    f"""(SELECT '"{RESOLUTION}":' || {" || ".join(_RESOLUTION)} FROM claims_resolution v
        WHERE v.link_id = l.id AND v.reopened_at IS NULL AND (SHOWN))""",
    _listed(
        FORMER,
        _RESOLUTION,
        "claims_resolution v WHERE v.link_id = l.id AND v.reopened_at IS NOT NULL AND (SHOWN)",
        "v.id",
    ),
    _listed(DUE, _DUE, "claims_due d WHERE d.link_id = l.id", "d.id"),
)
_REVIEW = (
    """'{"type":"review"'""",
    _key("link", _cited("L", "l.number")),
    _key("reviewer", _string("reviewer.name")),
    _key("verdict", _string("r.verdict")),
    _where("r.confidence IS NOT NULL", _key("confidence", "r.confidence")),
    _where("r.note <> ''", _key("note", _string("r.note"))),
    *_tail("r", "r.extra"),
)


def _select(parts: tuple[str, ...], rows: str) -> str:
    return f"SELECT {' || '.join(parts)} {rows}"


Query = tuple[str, tuple[Any, ...]]


class _Parts:
    """The queries of one export, each with its parameters; every one takes the same records."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        dossier = selection.dossier.pk
        if selection.is_filtered:
            _keep_keys("chosen_link", *keys_sql(selection.links))
            sides = "unnest(ARRAY[from_claim_id, to_claim_id]) FROM claims_link JOIN chosen_link USING (id)"
            _keep_keys("chosen_claim", f"SELECT DISTINCT {sides}", ())
            used = "FROM claims_claim c JOIN chosen_claim USING (id)"
            self.link: Query = "l.id IN (SELECT id FROM chosen_link)", ()
            self.claim: Query = "c.id IN (SELECT id FROM chosen_claim)", ()
            self.source: Query = f"s.id IN (SELECT c.source_id {used})", ()
            self.bound = f"o.id IN (SELECT c.source_id {used})"
            self.claim_bound = "q.id IN (SELECT id FROM chosen_claim)"
            self.speaker: Query = f"p.id IN (SELECT c.speaker_id {used})", ()
        else:
            self.link = "l.dossier_id = %s AND l.binned_at IS NULL", (dossier,)
            self.claim = "c.dossier_id = %s AND c.binned_at IS NULL", (dossier,)
            self.source = "s.dossier_id = %s AND s.binned_at IS NULL", (dossier,)
            self.speaker = "p.dossier_id = %s", (dossier,)
            self.bound = "o.binned_at IS NULL"
            self.claim_bound = "q.binned_at IS NULL"
        self.shown: Query = ("true", ())
        if selection.access:
            keys, values = keys_sql(selection.shown())
            self.shown = f"l.id IN ({keys})", values

    def dossier_line(self) -> bytes:
        """The first line. Read again, so that it is of the same snapshot as the others."""
        dossier = Dossier.objects.select_related("by").get(pk=self.selection.dossier.pk)
        last = dict(Counter.objects.filter(dossier=dossier).values_list("letter", "last"))
        line = {
            "type": "dossier",
            "format": FORMAT,
            "slug": dossier.slug,
            "name": dossier.name,
            "question": dossier.question,
            "language": dossier.language,
            "reviews_needed": dossier.reviews_needed,
            "last": {letter: last.get(letter, 0) for letter in "SCL"},
            "uid": str(dossier.uid),
            "exported": _written(timezone.now()),
            "generator": f"gainsay {_VERSION}",
            "counts": self._counts(),
        }
        extra = "" if dossier.extra == "{}" else f',"extra":{dossier.extra}'
        maker = {"by": dossier.by.name if dossier.by else None, "at": dossier.at and _written(dossier.at)}
        return f"{compact(line)[:-1]}{extra},{compact(maker)[1:]}\n".encode()

    def _counts(self) -> dict[str, int]:
        review, values = self._review()
        counted = {
            "sources": (f"sources_source s WHERE {self.source[0]}", self.source[1]),
            "speakers": (f"claims_speaker p WHERE {self.speaker[0]}", self.speaker[1]),
            "claims": (f"claims_claim c WHERE {self.claim[0]}", self.claim[1]),
            "links": (f"claims_link l WHERE {self.link[0]}", self.link[1]),
            "reviews": (f"claims_review r JOIN claims_link l ON l.id = r.link_id WHERE {review}", values),
        }
        columns = ", ".join(f"(SELECT count(*) FROM {rows})" for rows, _ in counted.values())
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns}", [value for _, part in counted.values() for value in part])
            return dict(zip(counted, cursor.fetchone(), strict=True))

    def sources(self) -> Query:
        where, values = self.source
        put = _PUT_SOURCE.replace("BOUND", self.bound)
        rows = f"FROM sources_source s {put} {_maker('s')} WHERE {where} ORDER BY s.number"
        return _select(_SOURCE, rows), values

    def speakers(self) -> Query:
        where, values = self.speaker
        rows = f"""FROM claims_speaker p {_PUT_SPEAKER} {_maker("p")} WHERE {where} ORDER BY p.name COLLATE "C" """
        return _select(_SPEAKER, rows), values

    def claims(self) -> Query:
        where, values = self.claim
        put = _PUT_CLAIM.replace("TO_BOUND", self.bound.replace("o.", "t.")).replace("BOUND", self.bound)
        rows = f"""
            FROM claims_claim c JOIN sources_source s ON s.id = c.source_id {put}
            LEFT JOIN claims_speaker p ON p.id = c.speaker_id {_maker("c")} WHERE {where} ORDER BY c.number
        """
        return _select(_CLAIM, rows), values

    def links(self) -> Query:
        where, values = self.link
        shown, shown_values = self.shown
        put = _PUT_LINK.replace("CLAIM_BOUND", self.claim_bound).replace("BOUND", self.bound)
        rows = f"""
            FROM claims_link l
            JOIN claims_claim a ON a.id = l.from_claim_id JOIN claims_claim b ON b.id = l.to_claim_id
            {put.replace("SHOWN", shown)}
            LEFT JOIN sources_membership judge ON judge.id = l.adjudicated_by_id {_maker("l")}
            WHERE {where} ORDER BY l.number
        """
        return _select(_LINK, rows), (*shown_values * _PUT_LINK.count("SHOWN"), *values)

    def reviews(self) -> Query:
        where, values = self._review()
        rows = f"""
            FROM claims_review r JOIN claims_link l ON l.id = r.link_id
            JOIN sources_membership reviewer ON reviewer.id = r.reviewer_id {_maker("r")}
            WHERE {where} ORDER BY l.number, reviewer.name COLLATE "C"
        """
        return _select(_REVIEW, rows), values

    def _review(self) -> Query:
        (link, values), (shown, shown_values) = self.link, self.shown
        return f"{link} AND {shown}", (*values, *shown_values)


def _keep_keys(table: str, keys: str, values: tuple[Any, ...]) -> None:
    """The keys that a query finds, in a temporary table of the transaction, so that they are looked for once."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        cursor.execute(f"CREATE TEMPORARY TABLE {table} (id) ON COMMIT DROP AS {keys}", values)
        cursor.execute(f"ANALYZE {table}")


def _written(moment: datetime) -> str:
    # Not strftime: it writes the year 999 with three digits.
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
