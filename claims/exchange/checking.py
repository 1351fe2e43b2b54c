"""What is wrong with the staged lines, beside each other and in the dossier: all of it is found before any comes in."""

# ruff: noqa: S608  tables and columns are named by this module's own constants; values are parameters

from django.db import connection

from claims.exchange.problems import Problem
from claims.exchange.resolving import Resolver
from claims.exchange.staging import RECORDS, TIES, Staging
from sources.intake.text import MARK, unix_lines

_INLINE = 100_000
"""Texts up to this many characters stream along with their claims; longer ones are fetched one by one."""


class Checker(Resolver):
    """Adds a problem for everything that cannot stand, once the lines are resolved."""

    def check_references(self) -> None:
        self._check_reference("claim", "source", "source_key", "source", "source")
        self._check_reference("link", "from_id", "from_key", "claim", "from")
        self._check_reference("link", "to_id", "to_key", "claim", "to")
        self._check_reference("review", "link", "link_key", "link", "link")
        self.report(
            "speaker",
            """
            SELECT c.line, c.label,
                format('there is no speaker line “%%s” in the file, nor that speaker here', c.speaker)
            FROM staged_claim c WHERE c.fate IS NULL AND NOT c.bad AND c.speaker <> ''
            AND NOT EXISTS (SELECT FROM staged_speaker s WHERE s.id = c.speaker)
            AND NOT EXISTS (SELECT FROM claims_speaker s WHERE s.dossier_id = %(dossier)s AND s.name = c.speaker)
            AND NOT EXISTS (SELECT FROM claims_speakeralias s WHERE s.dossier_id = %(dossier)s AND s.name = c.speaker)
            ORDER BY c.line
            """,
        )
        self._check_tie("source", "version_of", "version_key", "source", "version_of")
        self._check_tie("apart", "other", "other_key", "source", "kept_apart.source")
        self._check_tie("anchoring", "source", "source_key", "source", "anchorings.source")
        self._check_tie("anchoring", "to_source", "to_source_key", "source", "anchorings.to")
        self._check_tie("ground", "source", "source_key", "source", "resolution.rests_on")
        self._check_tie("ground", "claim", "claim_key", "claim", "resolution.rests_on")

    def _check_tie(self, name: str, column: str, key: str, target: str, field: str) -> None:
        """What hangs on a new line refers to what comes with the file or is here, and not in the bin."""
        table, letter = RECORDS[target]
        self.report(
            field,
            f"""
            SELECT s.line, s.label, CASE
                WHEN r.id IS NULL THEN format('there is no {target} “%%s” in the file', s.{column})
                ELSE format('“%%s” is {letter}-%%s here, which is in the bin: restore it first', s.{column}, r.number)
            END
            FROM staged_{name} s JOIN staged_{TIES.get(name, name)} o ON o.line = s.line
            LEFT JOIN staged_{target} t ON t.id = s.{column} AND t.fate IS DISTINCT FROM 'twice'
            LEFT JOIN {table} r ON r.id = s.{key}
            WHERE o.fate IS NULL AND NOT o.bad AND s.{column} <> '' AND NOT coalesce(t.bad, false)
            AND (t.line IS NULL OR t.fate <> 'changed') AND (r.id IS NULL OR r.binned_at IS NOT NULL) ORDER BY s.line
            """,
        )

    def _check_reference(self, name: str, column: str, key: str, target: str, field: str) -> None:
        """A new line refers to what comes with the file or is here, and not in the bin."""
        table, letter = RECORDS[target]
        self.report(
            field,
            f"""
            WITH doubtful AS MATERIALIZED (
                SELECT s.line, s.label, s.{column} AS id, s.{key} AS key, t.fate FROM staged_{name} s
                LEFT JOIN staged_{target} t ON t.id = s.{column} AND t.fate IS DISTINCT FROM 'twice'
                WHERE s.fate IS NULL AND NOT s.bad AND (t.line IS NULL OR t.fate IS NOT NULL)
                AND NOT coalesce(t.bad, false) AND t.fate IS DISTINCT FROM 'changed'
            )
            SELECT d.line, d.label, CASE
                WHEN d.fate = 'gone' OR (d.key IS NOT NULL AND r.id IS NULL)
                    THEN format('“%%s” was deleted here for good', d.id)
                WHEN r.id IS NULL THEN format('there is no {target} “%%s” in the file', d.id)
                ELSE format('“%%s” is {letter}-%%s here, which is in the bin: restore it first', d.id, r.number)
            END
            FROM doubtful d LEFT JOIN {table} r ON r.id = d.key
            WHERE r.id IS NULL OR r.binned_at IS NOT NULL ORDER BY d.line
            """,
        )

    def check_versions(self) -> None:
        """A source has one newer version at most, and no version of itself comes before it."""
        self.report(
            "version_of",
            """
            SELECT line, label, format(
                '“%%s” has a newer version already, “%%s” on line %%s', version_of, first, first_line)
            FROM (
                SELECT s.*, first_value(label) OVER one AS first, first_value(line) OVER one AS first_line
                FROM staged_source s WHERE s.fate IS NULL AND NOT s.bad AND s.version_key IS NOT NULL
                WINDOW one AS (PARTITION BY version_key ORDER BY line)
            ) versions WHERE first_line < line
            UNION ALL
            SELECT s.line, s.label, format('“%%s” has a newer version here already: S-%%s', s.version_of, r.number)
            FROM staged_source s JOIN sources_source r ON r.replaces_id = s.version_key AND r.binned_at IS NULL
            WHERE s.fate IS NULL AND NOT s.bad ORDER BY 1
            """,
        )
        self.run("SELECT key, version_key, line, label FROM staged_source WHERE fate IS NULL AND NOT bad")
        former = {key: (version, line, label) for key, version, line, label in self.cursor.fetchall()}
        safe: set[int] = set()
        for key in former:
            walked: dict[int, None] = {}
            at: int | None = key
            while at is not None and at in former and at not in safe and at not in walked:
                walked[at] = None
                at = former[at][0]
            if at is not None and at in walked:
                _, line, label = former[at]
                self.problems.add(Problem(line, label, "version_of", "its versions run in a circle"))
            safe |= walked.keys()

    def check_aliases(self) -> None:
        """A name is one speaker's."""
        self.report(
            "aliases",
            """
            SELECT a.line, a.label, format('“%%s” is another speaker already', a.name)
            FROM staged_alias a JOIN staged_speaker s ON s.line = a.line AND s.fate IS NULL AND NOT s.bad
            WHERE EXISTS (SELECT FROM staged_speaker o WHERE o.id = a.name)
            OR EXISTS (SELECT FROM staged_alias o WHERE o.name = a.name AND o.line < a.line)
            OR EXISTS (SELECT FROM claims_speaker o WHERE o.dossier_id = %(dossier)s AND o.name = a.name)
            OR EXISTS (SELECT FROM claims_speakeralias o WHERE o.dossier_id = %(dossier)s AND o.name = a.name)
            ORDER BY a.line
            """,
        )

    def check_anchorings(self) -> None:
        """Once for a claim and a version; the quote stands in the former version's text, as that is kept."""
        self.report(
            "anchorings",
            """
            WITH anchored AS (
                SELECT a.* FROM staged_anchoring a
                JOIN staged_claim c ON c.line = a.line AND c.fate IS NULL AND NOT c.bad
            )
            SELECT line, label, format('it was carried to “%%s” twice', min(to_source))
            FROM anchored GROUP BY line, label, to_source_key HAVING count(*) > 1
            UNION ALL
            SELECT a.line, a.label, format(
                'its quote does not stand in “%%s” from %%s to %%s', a.source, a.start, a."end")
            FROM anchored a LEFT JOIN staged_source f ON f.key = a.source_key AND f.fate IS NULL AND NOT f.bad
            LEFT JOIN sources_source r ON r.id = a.source_key
            WHERE coalesce(f.length, r.length) IS NOT NULL AND (
                a."end" <= a.start OR char_length(a.quote) <> a."end" - a.start
                OR substr(coalesce(f.text, r.text), a.start + 1, a."end" - a.start) IS DISTINCT FROM a.quote
            ) ORDER BY 1
            """,
        )

    def check_pairs(self) -> None:
        """One link for two claims, whichever way round it is written."""
        self.report(
            "to",
            """
            SELECT s.line, s.label, 'a claim cannot be linked to itself: both ids are the same claim here'
            FROM staged_link s WHERE s.fate IS NULL AND NOT s.bad AND s.from_key = s.to_key ORDER BY s.line
            """,
        )
        self.report(
            "to",
            """
            SELECT s.line, s.label, format(
                '“%%s” and “%%s” are linked here already, as L-%%s%%s', s.from_id, s.to_id, l.number,
                CASE WHEN l.binned_at IS NOT NULL THEN ', which is in the bin' END)
            FROM staged_link s JOIN claims_link l
            ON least(l.from_claim_id, l.to_claim_id) = least(s.from_key, s.to_key)
            AND greatest(l.from_claim_id, l.to_claim_id) = greatest(s.from_key, s.to_key)
            WHERE s.fate IS NULL AND NOT s.bad AND s.from_key IS NOT NULL AND s.to_key IS NOT NULL ORDER BY s.line
            """,
        )
        self.report(
            "to",
            """
            SELECT line, label, format('“%%s” and “%%s” are linked on line %%s already, as “%%s”',
                from_id, to_id, first_line, first_label)
            FROM (
                SELECT s.*, first_value(line) OVER pair AS first_line, first_value(label) OVER pair AS first_label
                FROM staged_link s
                WHERE s.fate IS NULL AND NOT s.bad AND s.from_key IS NOT NULL AND s.to_key IS NOT NULL
                WINDOW pair AS (PARTITION BY least(from_key, to_key), greatest(from_key, to_key) ORDER BY line)
            ) paired WHERE first_line < line ORDER BY line
            """,
        )

    def check_reviews(self) -> None:
        self.report(
            "reviewer",
            """
            SELECT line, label, format('this reviewer judges the link on line %%s already', first) FROM (
                SELECT line, label, min(line) OVER (PARTITION BY link_key, reviewer_key) AS first
                FROM staged_review WHERE fate IS NULL AND NOT bad
                AND link_key IS NOT NULL AND reviewer_key IS NOT NULL
            ) given WHERE first < line ORDER BY line
            """,
        )
        self.report(
            "reviewer",
            """
            SELECT s.line, s.label, 'this reviewer was shown the verdicts of others on this link, '
                'so hers would not be blind'
            FROM staged_review s JOIN claims_link l ON l.id = s.link_key
            JOIN claims_disclosure d ON d.link_id = l.id AND d.person_id = s.reviewer_key AND d.round = l.round
            WHERE s.fate IS NULL AND NOT s.bad ORDER BY s.line
            """,
        )

    def check_resolutions(self, *, needed: int) -> None:
        """What is resolved is a settled contradiction: by its adjudication, or by as many reviews as are needed."""
        self.report(
            "resolution",
            """
            SELECT s.line, s.label, 'the link is no settled contradiction: there is nothing to resolve'
            FROM staged_resolution s JOIN staged_link o ON o.line = s.line AND o.fate IS NULL AND NOT o.bad
            LEFT JOIN (
                SELECT r.link_key, count(*) >= %(needed)s AND bool_and(r.verdict = 'contradicts') AS settled
                FROM staged_review r WHERE r.link_key IN (
                    SELECT l.key FROM staged_resolution t JOIN staged_link l ON l.line = t.line
                ) GROUP BY r.link_key
            ) given ON given.link_key = o.key
            WHERE s.reopened_at IS NULL AND NOT CASE WHEN o.adjudication_verdict <> ''
                THEN o.adjudication_verdict = 'contradicts' ELSE coalesce(given.settled, false) END
            ORDER BY s.line
            """,
            needed=needed,
        )

    def check_names(self) -> None:
        """Whoever is no lead makes nothing in the name of another member."""
        for name in ("source", "speaker", "claim", "link", *TIES):  # verdicts are refused as such
            self.report(
                "by",
                f"""
                SELECT s.line, s.label, format('only a lead brings in what “%%s” made, who is a member here', p.name)
                FROM staged_{name} s JOIN staged_person p ON p.index = s.by
                JOIN staged_{TIES.get(name, name)} o ON o.line = s.line
                WHERE p.foreign_member AND o.fate IS NULL AND NOT o.bad ORDER BY s.line
                """,
            )

    def check_quotes(self) -> None:
        """A quote stands in its source's text at its place. One stream: each source, then the claims on it."""
        self.run("CREATE INDEX ON staged_source (key)")
        stream = """
            SELECT key, 0 AS line, NULL AS label, CASE WHEN length <= %(inline)s THEN text END AS words,
                CASE WHEN length <= %(inline)s THEN raw_text END AS raw, length > %(inline)s AS apart,
                NULL::integer AS start, NULL::integer AS "end"
            FROM staged_source WHERE fate IS NULL AND NOT bad
            UNION ALL
            SELECT id, 0, NULL, CASE WHEN length <= %(inline)s THEN text END, NULL, length > %(inline)s, NULL, NULL
            FROM sources_source WHERE dossier_id = %(dossier)s
            AND id IN (SELECT source_key FROM staged_claim WHERE fate IS NULL AND NOT bad)
            UNION ALL
            SELECT source_key, line, label, quote, NULL, false, start, "end" FROM staged_claim
            WHERE fate IS NULL AND NOT bad AND source_key IS NOT NULL
            ORDER BY 1, 2
        """
        moved = Staging(self.cursor)
        assert connection.connection is not None
        with connection.connection.cursor(name="staged_quotes") as rows:
            rows.itersize = 100
            rows.execute(stream, {"dossier": self.dossier, "inline": _INLINE})
            held: int | None = None
            text, text_in_file = "", None
            for key, line, label, words, raw, apart, start, end in rows:
                if line == 0:
                    held, (text, text_in_file) = key, self._text(key) if apart else (words, raw)
                elif key == held:  # else its source is not here, which is reported as such
                    place = _place(text, text_in_file, words, start, end)
                    if place is None:
                        reason = _where_it_is(text, words, start, end)
                        self.problems.add(Problem(line, label, "quote", reason))
                    elif place != (start, end) or text[start:end] != words:
                        row = {"line": line, "quote": text[slice(*place)], "start": place[0], "end": place[1]}
                        moved.put("moved_quote", row, len(words))
        moved.flush()
        self.run(
            """
            UPDATE staged_claim c SET quote = m.quote, start = m.start, "end" = m."end"
            FROM staged_moved_quote m WHERE m.line = c.line
            """
        )

    def _text(self, key: int) -> tuple[str, str | None]:
        """A source's text as it is kept and, where that differs, as the file has it."""
        self.run(
            """
            SELECT text, raw_text FROM staged_source WHERE key = %(key)s AND fate IS NULL
            UNION ALL SELECT text, NULL FROM sources_source WHERE id = %(key)s
            """,
            key=key,
        )
        text, raw = self.cursor.fetchone()
        return text, raw


def _place(text: str, raw: str | None, quote: str, start: int, end: int) -> tuple[int, int] | None:
    """Where a quote stands in the text as it is kept; None when it does not stand at its place.

    The file's own text may have other line ends or byte-order marks, and then positions are counted in that, or in
    the text as it is kept: in whichever the quote is found.
    """
    if end - start != len(quote):
        return None
    if raw is not None and raw[start:end] == quote:
        marks = len(raw) - len(raw.lstrip(MARK))
        place = _place_in_kept(raw, start, marks), _place_in_kept(raw, end, marks)
        if place[0] < place[1] and text[slice(*place)] == unix_lines(quote[max(0, marks - start) :]):
            return place
    return (start, end) if text[start:end] == quote else None


def _place_in_kept(raw: str, place: int, marks: int) -> int:
    return place - raw.count("\r\n", 0, place) - min(place, marks)


def _where_it_is(text: str, quote: str, start: int, end: int) -> str:
    there = text[start:end]
    found = text.find(quote)
    shown = there if len(there) <= 60 else there[:59] + "…"
    hint = f"it stands at {found}" if found >= 0 else "it does not stand in the text at all"
    return f"does not stand from {start} to {end}, where the text reads “{shown}”; {hint}"
