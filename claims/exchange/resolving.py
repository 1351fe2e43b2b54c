"""What the staged lines are and refer to, in the file and in the dossier. What is wrong with them: ``checking``."""

# ruff: noqa: S608  tables and columns are named by this module's own constants; values are parameters

from dataclasses import dataclass
from typing import Any

from django.db.backends.utils import CursorWrapper

from claims.exchange.problems import Problem, Problems
from claims.exchange.staging import RECORDS


@dataclass
class Resolver:
    """Finds what the staged lines are and refer to, in the dossier and in the file. Methods in the order of use."""

    cursor: CursorWrapper
    dossier: int
    scope: str
    is_own: bool
    problems: Problems

    def run(self, sql: str, **parameters: Any) -> int:
        self.cursor.execute(sql, {"dossier": self.dossier, "scope": self.scope, **parameters})
        count: int = self.cursor.rowcount
        return count

    def report(self, field: str, sql: str, **parameters: Any) -> None:
        """Add a problem for each row (line, id, reason) of a query."""
        self.run(sql, **parameters)
        while rows := self.cursor.fetchmany(1_000):
            for line, identity, reason in rows:
                self.problems.add(Problem(line, identity or "", field, reason))

    # ---- what is here already

    def find_repeats(self) -> None:
        """An id is unique in its type within the file."""
        for name in ("source", "speaker", "claim", "link", "review"):
            field = {"speaker": "name", "review": "reviewer"}.get(name, "id")
            self.report(
                field,
                f"""
                WITH repeated AS (
                    SELECT line, min(line) OVER (PARTITION BY id) AS first FROM staged_{name} WHERE id <> ''
                )
                UPDATE staged_{name} s SET bad = true, fate = 'twice' FROM repeated r
                WHERE s.line = r.line AND r.first < r.line
                RETURNING s.line, s.label, format('stands on line %%s already', r.first)
                """,
            )

    def recognise_records(self) -> None:
        """Lines that came in before, and in a file of this dossier's own the records of the same numbers."""
        for name, (table, letter) in RECORDS.items():
            self._remember(name)
            if self.is_own:
                self.run(
                    f"""
                    UPDATE staged_{name} s SET fate = CASE WHEN f.id IS NULL THEN 'gone' ELSE 'own' END, key = f.id
                    FROM (
                        SELECT o.line, r.id FROM staged_{name} o
                        JOIN sources_counter c ON c.dossier_id = %(dossier)s AND c.letter = '{letter}'
                        LEFT JOIN {table} r ON r.dossier_id = c.dossier_id AND r.number = o.cited
                        WHERE o.fate IS NULL AND NOT o.bad AND o.cited <= c.last
                    ) f WHERE f.line = s.line
                    """
                )
            self._give_keys(name, table)

    def _remember(self, name: str) -> None:
        self.run(
            f"""
            UPDATE staged_{name} s
            SET fate = CASE WHEN i.digest = s.digest THEN 'remembered' ELSE 'changed' END, key = i.record_id
            FROM claims_importedline i
            WHERE i.dossier_id = %(dossier)s AND i.scope = %(scope)s AND i.type = '{name}' AND i.line_id = s.id
            AND s.fate IS NULL AND NOT s.bad
            """
        )
        self.report(
            "id",
            f"""
            SELECT line, label, 'came in before and read differently then; what is here stays. '
                'Leave the line out, or give it another id'
            FROM staged_{name} WHERE fate = 'changed' ORDER BY line
            """,
        )

    def _give_keys(self, name: str, table: str) -> None:
        self.run(
            f"""
            UPDATE staged_{name} SET key = nextval(pg_get_serial_sequence('{table}', 'id'))
            WHERE fate IS NULL AND NOT bad
            """
        )

    def recognise_speakers(self) -> None:
        self.run(
            """
            UPDATE staged_speaker s SET fate = 'here', key = t.id FROM (
                SELECT name, id FROM claims_speaker WHERE dossier_id = %(dossier)s
                UNION ALL SELECT name, speaker_id FROM claims_speakeralias WHERE dossier_id = %(dossier)s
            ) t WHERE t.name = s.id AND s.fate IS NULL AND NOT s.bad
            """
        )

    def resolve_references(self) -> None:
        self._resolve("source", "version_of", "version_key", "source")
        self._resolve("apart", "source", "source_key", "source")
        self._resolve("apart", "other", "other_key", "source")
        self._resolve("anchoring", "claim", "claim_key", "claim")
        self._resolve("anchoring", "source", "source_key", "source")
        self._resolve("anchoring", "to_source", "to_source_key", "source")
        self._resolve("ground", "source", "source_key", "source")
        self._resolve("ground", "claim", "claim_key", "claim")
        self._resolve("claim", "source", "source_key", "source")
        self._resolve("link", "from_id", "from_key", "claim")
        self._resolve("link", "to_id", "to_key", "claim")
        self._resolve("review", "link", "link_key", "link")

    def _resolve(self, name: str, column: str, key: str, target: str) -> None:
        """Fill ``key`` with what ``column`` names: a line of the file, one that came in before, an own number."""
        table, letter = RECORDS[target]
        self.run(
            f"""
            UPDATE staged_{name} s SET {key} = t.key FROM staged_{target} t
            WHERE t.id = s.{column} AND t.fate IS DISTINCT FROM 'twice'
            """
        )
        self.run(
            f"""
            UPDATE staged_{name} s SET {key} = i.record_id FROM claims_importedline i
            WHERE s.{key} IS NULL AND i.dossier_id = %(dossier)s AND i.scope = %(scope)s AND i.type = '{target}'
            AND i.line_id = s.{column} AND NOT EXISTS (SELECT FROM staged_{target} t WHERE t.id = s.{column})
            """
        )
        if self.is_own:
            self.run(
                f"""
                UPDATE staged_{name} s SET {key} = r.id FROM {table} r
                WHERE s.{key} IS NULL AND r.dossier_id = %(dossier)s AND r.number =
                    CASE WHEN s.{column} ~ '^{letter}-[1-9][0-9]{{0,9}}$' THEN substr(s.{column}, 3)::bigint END
                AND NOT EXISTS (SELECT FROM staged_{target} t WHERE t.id = s.{column})
                """
            )

    def recognise_reviews(self) -> None:
        """A review is known by link and reviewer, here or by a line that came in before."""
        self.run(
            """
            UPDATE staged_review s SET reviewer_key = p.key FROM staged_person p WHERE p.index = s.reviewer
            """
        )
        self.run(
            """
            UPDATE staged_review s SET fate = 'here', key = r.id FROM claims_review r
            WHERE r.link_id = s.link_key AND r.reviewer_id = s.reviewer_key AND s.fate IS NULL AND NOT s.bad
            """
        )
        self._remember("review")
        if self.is_own:  # what was taken back, sent back or deleted here does not return by an older file
            self.run(
                """
                UPDATE staged_review s SET fate = 'gone' WHERE s.fate IS NULL AND NOT s.bad AND (
                    EXISTS (SELECT FROM staged_link l WHERE l.id = s.link AND l.fate = 'gone')
                    OR (s.link_key, s.reviewer_key) IN (
                        SELECT e.link_id, e.reviewer_id FROM claims_reviewevent e WHERE e.dossier_id = %(dossier)s
                    )
                )
                """
            )
        self._give_keys("review", "claims_review")

    # ---- locks

    def lock_what_is_built_on(self) -> None:
        """Keep what new lines refer to from being edited or binned until the transaction ends; parents first."""
        for target, users in (
            ("source", [("claim", "source_key"), ("source", "version_key")]),
            ("claim", [("link", "from_key"), ("link", "to_key")]),
            ("link", [("review", "link_key")]),
        ):
            referred = " UNION ".join(
                f"SELECT {key} FROM staged_{name} WHERE fate IS NULL AND NOT bad" for name, key in users
            )
            strength = "FOR NO KEY UPDATE" if target == "link" else "FOR SHARE"
            self.run(
                f"SELECT FROM {RECORDS[target][0]} WHERE dossier_id = %(dossier)s AND id IN ({referred}) "
                f"ORDER BY id {strength}"
            )
