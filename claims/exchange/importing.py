"""Bringing in a ``gainsay/1`` file: all of it in one transaction, or nothing."""

# ruff: noqa: S608  tables and columns are named by this module's own constants; values are parameters

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from claims.actions.comment import note_mentions
from claims.exchange.checking import Checker
from claims.exchange.fields import IMPORTER, Reading
from claims.exchange.lines import LINE_LIMIT, read_line
from claims.exchange.loading import FILLED, LOAD, REMEMBER
from claims.exchange.problems import Problem, Problems
from claims.exchange.staging import RECORDS, Staging
from claims.exchange.strict_json import BadLine
from claims.models import Comment, Guideline
from sources.bulk import many_rows
from sources.languages import config_for
from sources.models import Counter, Dossier, Membership

_MANY = 1_000
KEPT_LIMIT = 900_000_000
"""The highest number that is kept; addresses take nine digits, and a file must not use them up."""

TYPES = ("source", "speaker", "claim", "link", "review")
_TITLES = {
    "source": "sources",
    "speaker": "speakers",
    "claim": "claims",
    "link": "links",
    "review": "reviews",
}


class Refused(Exception):
    """The file has bad lines; nothing was brought in."""

    def __init__(self, problems: Problems) -> None:
        self.problems = list(problems)
        self.more = problems.more
        super().__init__("\n".join(self.described()))

    def described(self) -> Iterator[str]:
        yield from map(str, self.problems)
        if self.more:
            yield f"and {self.more:,} more bad line{'s' if self.more > 1 else ''}"


@dataclass
class Report:
    """What an import did: how many of each type came in, were here already, or had been deleted here."""

    brought: dict[str, int] = field(default_factory=dict)
    here: int = 0
    gone: int = 0
    dossier_line: str = "absent"

    def __str__(self) -> str:
        counted = [_count(self.brought.get(name, 0), name) for name in TYPES]
        parts = [f"{', '.join(counted)} brought in"]
        if self.here:
            parts.append(f"{self.here:,} skipped because they are here already")
        if self.gone:
            parts.append(f"{self.gone:,} skipped because they were deleted here")
        if self.dossier_line in _DOSSIER_LINES:
            parts.append(_DOSSIER_LINES[self.dossier_line])
        return "; ".join(parts)


_DOSSIER_LINES = {
    "unchanged": "the dossier has records, so the file's dossier line changed nothing",
    "numbers": "name, question, language and reviews needed stay as they are: only a lead changes them",
}


def _count(number: int, name: str) -> str:
    return f"{number:,} {name if number == 1 else _TITLES[name]}"


@dataclass(kw_only=True)
class _Import:
    """One import, step by step."""

    dossier: Dossier
    by: Membership | None
    as_lead: bool
    is_new: bool
    problems: Problems
    reading: Reading
    cursor: CursorWrapper
    line: dict[str, Any] | None = None
    line_number: int = 0
    is_empty: bool = False
    brings_guidelines: bool = False
    report: Report = field(default_factory=Report)

    # ---- reading

    def stage(self, file: BinaryIO, progress: Callable[[int], object]) -> Staging:
        staging = Staging(self.cursor)
        staging.create()
        number = 0
        while raw := file.readline(LINE_LIMIT + 1):
            number += 1
            size = len(raw)
            if size > LINE_LIMIT:
                self.problems.add(Problem(number, "", "", f"is longer than {LINE_LIMIT:,} bytes"))
                while (more := file.readline(LINE_LIMIT)) and not more.endswith(b"\n"):
                    pass
                continue
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if raw.strip():
                self._stage_line(staging, number, raw)
            progress(size)
        staging.flush()
        return staging

    def _stage_line(self, staging: Staging, number: int, raw: bytes) -> None:
        try:
            line = read_line(raw, self.reading)
        except BadLine as error:
            self.problems.add(Problem(number, "", error.field, error.reason))
            return
        for key, reason in line.problems:
            self.problems.add(Problem(number, line.id, key, reason))
        if line.type != "dossier":
            staging.add(number, line, len(raw))
        elif self.line is not None:
            self.problems.add(
                Problem(number, "", "type", f"line {self.line_number} is the dossier line already")
            )
        else:
            self.line, self.line_number = line.row, number

    # ---- resolving and checking

    def resolve(self) -> Checker:
        """Lock, recognise what is here, refer, and check; leaves every problem in ``problems``."""
        Dossier.objects.select_for_update(no_key=True).get(pk=self.dossier.pk)
        line = self.line or {}
        uid = str(self.dossier.uid)
        resolver = Checker(
            cursor=self.cursor,
            dossier=self.dossier.pk,
            scope=line.get("uid") or line.get("slug") or "",
            is_own=line.get("uid") == uid,
            problems=self.problems,
        )
        resolver.find_repeats()
        self._resolve_people(resolver)
        resolver.recognise_records()
        resolver.recognise_speakers()
        resolver.resolve_references()
        resolver.recognise_reviews()
        resolver.lock_what_is_built_on()
        counters = self._lock_counters()
        self.is_empty = not any(counters.values()) and not self.dossier.speakers.exists()
        resolver.check_references()
        resolver.check_versions()
        resolver.check_aliases()
        resolver.check_pairs()
        resolver.check_reviews()
        resolver.check_quotes()
        resolver.check_anchorings()
        brings = (self.line or {}).get("reviews_needed") if self.is_empty and self.as_lead else None
        resolver.check_resolutions(needed=brings or self.dossier.reviews_needed)
        if not self.as_lead:
            resolver.check_names()
            self._check_dossier_names()
        self._number(resolver, counters)
        return resolver

    def _lock_counters(self) -> dict[str, int]:
        rows = Counter.objects.select_for_update(no_key=True).filter(dossier=self.dossier).order_by("pk")
        return {row.letter: row.last for row in rows}

    def _resolve_people(self, resolver: Checker) -> None:
        """Who the names are: members by user name, then people who came with a file before; new ones have no key.

        In a file of this dossier's own the name that a person has here comes first.
        """
        with self.cursor.copy("COPY staged_person (index, name) FROM STDIN") as copy:
            for name, index in self.reading.people.indexes.items():
                copy.write_row((index, name))
        by_name, by_account = "m.name = p.name", "u.username = p.name AND m.role <> ''"
        for matches in (by_name, by_account) if resolver.is_own else (by_account, by_name):
            resolver.run(
                f"""
                UPDATE staged_person p SET key = m.id
                FROM sources_membership m LEFT JOIN sources_user u ON u.id = m.user_id
                WHERE m.dossier_id = %(dossier)s AND p.key IS NULL AND {matches}
                """
            )
        resolver.run(
            """
            UPDATE staged_person p SET foreign_member = true FROM sources_membership m
            WHERE m.id = p.key AND m.user_id IS NOT NULL AND m.id IS DISTINCT FROM %(by)s
            """,
            by=self.by.pk if self.by else None,
        )
        resolver.run(
            "INSERT INTO staged_person (index, name, key) VALUES (%(index)s, '', %(by)s)",
            index=IMPORTER,
            by=self.by.pk if self.by else None,
        )

    def _check_dossier_names(self) -> None:
        if self.line is None or not self.line.get("by"):
            return
        self.cursor.execute(
            "SELECT name FROM staged_person WHERE index = %s AND foreign_member", [self.line["by"]]
        )
        if found := self.cursor.fetchone():
            reason = f"only a lead brings in what “{found[0]}” made, who is a member here"
            self.problems.add(Problem(self.line_number, "", "by", reason))

    def _number(self, resolver: Checker, counters: dict[str, int]) -> None:
        """Into an empty dossier cited numbers are kept; all other records get the next ones, in the file's order."""
        last = self.line["last"] if self.line and self.is_empty else {}
        for name, (_, letter) in RECORDS.items():
            new = f"FROM staged_{name} WHERE fate IS NULL AND NOT bad"
            if self.is_empty:
                resolver.run(f"UPDATE staged_{name} SET number = cited WHERE fate IS NULL AND NOT bad")
            self.cursor.execute(f"SELECT coalesce(max(number), 0) {new}")
            (highest,) = self.cursor.fetchone()
            given = last.get(letter, 0)
            if max(highest, given) > KEPT_LIMIT:
                self._refuse_too_high(resolver, name, letter if given > KEPT_LIMIT else "")
                continue
            floor = max(highest, given, counters[letter])
            resolver.run(
                f"""
                UPDATE staged_{name} s SET number = n.number
                FROM (SELECT line, %(floor)s + row_number() OVER (ORDER BY line) AS number {new} AND number IS NULL) n
                WHERE n.line = s.line
                """,
                floor=floor,
            )

    def _refuse_too_high(self, resolver: Checker, name: str, letter: str) -> None:
        """Numbers so high that they would leave none for the records to come."""
        reason = f"is above {KEPT_LIMIT:,}, the highest number that is kept: it would leave too few to come"
        if letter:
            self.problems.add(Problem(self.line_number, "", f"last.{letter}", reason))
        resolver.report(
            "id",
            f"SELECT line, label, %(reason)s FROM staged_{name} "
            "WHERE fate IS NULL AND NOT bad AND number > %(limit)s ORDER BY line",
            reason=reason,
            limit=KEPT_LIMIT,
        )

    # ---- loading

    def load(self, resolver: Checker) -> Report:
        self._make_people(resolver)
        self._settle_dossier(resolver)
        said = Comment.objects.filter(dossier=self.dossier)
        last = said.order_by("-pk").values_list("pk", flat=True).first() or 0
        config = config_for(self.dossier.language) if self.dossier.language else ""
        with many_rows(self.line_number):
            for name, sql in LOAD:
                same = self.brings_guidelines or resolver.is_own
                count = resolver.run(sql, config=config, is_empty=self.is_empty, same_guidelines=same)
                if name:
                    self.report.brought[name] = count
        note_mentions(said.filter(pk__gt=last, text__contains="@"), self.dossier)
        resolver.run(REMEMBER)
        self._raise_counters()
        if sum(self.report.brought.values()) > _MANY:
            # Until the planner knows of so many new rows, it would read them in the slowest of ways.
            resolver.run(f"ANALYZE {', '.join(FILLED)}")
        for name in TYPES:
            self.cursor.execute(
                f"SELECT count(*) FILTER (WHERE fate <> 'gone'), count(*) FILTER (WHERE fate = 'gone') "
                f"FROM staged_{name}"
            )
            here, gone = self.cursor.fetchone()
            self.report.here += here
            self.report.gone += gone
        return self.report

    def _make_people(self, resolver: Checker) -> None:
        """The people whom new lines name and nobody knows here."""
        resolver.run(
            """
            INSERT INTO sources_membership (dossier_id, user_id, name, role, at)
            SELECT %(dossier)s, NULL, p.name, '', %(now)s FROM staged_person p WHERE p.key IS NULL AND p.index <> 0
            AND p.index IN (
                SELECT by FROM staged_source WHERE fate IS NULL
                UNION SELECT by FROM staged_speaker WHERE fate IS NULL
                UNION SELECT by FROM staged_claim WHERE fate IS NULL
                UNION SELECT by FROM staged_link WHERE fate IS NULL
                UNION SELECT adjudicated_by FROM staged_link WHERE fate IS NULL
                UNION SELECT by FROM staged_review WHERE fate IS NULL
                UNION SELECT reviewer FROM staged_review WHERE fate IS NULL
                UNION SELECT t.by FROM staged_origin t JOIN staged_source o USING (line) WHERE o.fate IS NULL
                UNION SELECT t.by FROM staged_apart t JOIN staged_source o USING (line) WHERE o.fate IS NULL
                UNION SELECT t.by FROM staged_anchoring t JOIN staged_claim o USING (line) WHERE o.fate IS NULL
                UNION SELECT t.by FROM staged_dismissed t JOIN staged_claim o USING (line) WHERE o.fate IS NULL
                UNION SELECT unnest(%(of_dossier)s::integer[])
                UNION SELECT t.by FROM staged_retraction t JOIN staged_source o USING (line) WHERE o.fate IS NULL
                UNION SELECT unnest(ARRAY[t.by, t.reopened_by])
                    FROM staged_resolution t JOIN staged_link o USING (line) WHERE o.fate IS NULL
                UNION SELECT unnest(ARRAY[t.by, t.decided_by])
                    FROM staged_due t JOIN staged_link o USING (line) WHERE o.fate IS NULL
                UNION SELECT t.by FROM staged_said_source t JOIN staged_source o USING (line) WHERE o.fate IS NULL
                UNION SELECT t.by FROM staged_said_claim t JOIN staged_claim o USING (line) WHERE o.fate IS NULL
                UNION SELECT t.by FROM staged_said_link t JOIN staged_link o USING (line) WHERE o.fate IS NULL
            ) ORDER BY p.name COLLATE "C"
            ON CONFLICT DO NOTHING
            """,
            now=self.reading.now,
            of_dossier=self._people_of_dossier(),
        )
        resolver.run(
            """
            UPDATE staged_person p SET key = m.id FROM sources_membership m
            WHERE p.key IS NULL AND p.index <> 0 AND m.dossier_id = %(dossier)s AND m.name = p.name
            """
        )
        resolver.run(
            """
            UPDATE staged_review s SET reviewer_key = p.key FROM staged_person p
            WHERE p.index = s.reviewer AND s.reviewer_key IS NULL
            """
        )

    def _people_of_dossier(self) -> list[int]:
        """Whom the dossier line names, where it counts: who made the dossier, and who wrote its guidelines."""
        if not (self.line and self.is_empty and self.as_lead):
            return []
        named = [self.line["by"], *(one["by"] for one in self.line["guidelines"])]
        return [index for index in named if index is not None]

    def _settle_dossier(self, resolver: Checker) -> None:
        """What the dossier line brings into an empty dossier."""
        if self.line is None:
            return
        if not self.is_empty:
            self.report.dossier_line = "unchanged"
            return
        changes: dict[str, Any] = {}
        if self.as_lead:
            changes = {key: self.line[key] for key in self.line["given"] if self.line[key] is not None}
            if self.line["extra"] != "{}":
                changes["extra"] = self.line["extra"]
            changes |= self.line["reviewing"]
            changes |= self._maker()
            self._bring_guidelines(self.line["guidelines"])
        if changes:
            Dossier.objects.filter(pk=self.dossier.pk).update(**changes)
            self.dossier.refresh_from_db()
        self.report.dossier_line = "brought" if self.as_lead else "numbers"

    def _bring_guidelines(self, written: list[dict[str, Any]]) -> None:
        """The guidelines of the file, where the dossier has none of its own."""
        if not written or Guideline.objects.filter(dossier=self.dossier).exists():
            return
        self.cursor.execute("SELECT index, key FROM staged_person")
        people = dict(self.cursor.fetchall())
        Guideline.objects.bulk_create(
            Guideline(
                dossier=self.dossier, version=n, text=one["text"], by_id=people.get(one["by"]), at=one["at"]
            )
            for n, one in enumerate(written, 1)
        )
        self.brings_guidelines = True

    def _maker(self) -> dict[str, Any]:
        """Who made the dossier, and when: of one that was here before only what the line says."""
        assert self.line is not None
        maker: dict[str, Any] = {}
        if self.is_new or "by" in self.line["people_given"]:
            self.cursor.execute("SELECT key FROM staged_person WHERE index = %s", [self.line["by"]])
            found = self.cursor.fetchone()
            maker["by"] = found[0] if found else None
        if self.is_new or "at" in self.line["people_given"]:
            maker["at"] = self.line["at"]
        return maker

    def _raise_counters(self) -> None:
        """The numbers that the file's dossier has given and no record has any more are not given again."""
        if self.line is None or not self.is_empty:
            return
        for letter, last in self.line["last"].items():
            Counter.objects.filter(dossier=self.dossier, letter=letter, last__lt=last).update(last=last)


@transaction.atomic
def import_file(
    dossier: Dossier,
    file: BinaryIO,
    *,
    by: Membership | None,
    as_lead: bool,
    is_new: bool = False,
    dry_run: bool = False,
    progress: Callable[[int], object] = lambda size: None,
) -> Report:
    """Bring in an exchange file, all or nothing; Refused lists the bad lines.

    ``by`` signs what the file does not sign. Without ``as_lead`` the file brings no verdicts, nothing in the name of
    another member, and no settings. ``is_new`` says that the dossier was made for this file. ``progress`` is told the
    bytes of each line read.
    """
    problems = Problems()
    with connection.cursor() as cursor:
        one = _Import(
            dossier=dossier,
            by=by,
            as_lead=as_lead,
            is_new=is_new,
            problems=problems,
            reading=Reading(now=timezone.now(), may_bring_verdicts=as_lead),
            cursor=cursor,
        )
        staging = one.stage(file, progress)
        staging.analyze()
        resolver = one.resolve()
        if problems:
            raise Refused(problems)
        report = one.load(resolver)
        staging.drop()
    if dry_run:
        transaction.set_rollback(True)
    return report
