"""A dossier of many links, what each format's export of it costs, and what COPY of the same query does."""

import json
import random
import resource
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path
from typing import Any

from django.db import connection

from claims.exchange import gainsay, nli, table
from claims.exchange.importing import import_file
from claims.exchange.pairs import pairs
from claims.exchange.registry import FORMATS
from claims.exchange.selection import Selection, snapshot
from claims.models import Link
from config.serving import prepare_database
from sources.actions.dossier import create_dossier
from sources.models import Dossier

SLUG = "exports"
SEED = 20261129
HELD = ("gainsay", "nli", "csv")
"""Those that must reach a third of COPY."""

SHARE, MEMORY = 3, 200
QUOTES = 20
SENTENCE = "Officials said in report {n} that exports rose by {m} per cent, against what had been forecast."


def run(given: Namespace, folder: Path) -> int:
    if given.write:
        print(json.dumps(_export(given.write)))
        return 0
    prepare_database(may_migrate=True)
    if not Dossier.objects.filter(slug=SLUG).exists():
        _generate(given.links)
    chosen = given.only.split(",") if given.only else list(FORMATS)
    wrong = []
    print(f"{'format':<14}{'links/s':>10}{'COPY':>10}{'share':>8}{'MB':>8}{'peak MB':>9}")
    for name in chosen:
        copied = _copy(name)
        told = _in_a_process_of_its_own(name, folder)
        rate, copy_rate = told["links"] / told["seconds"], told["links"] / copied
        peak = told["peak"] / 1024
        size = told["bytes"] / 1e6
        row = f"{name:<14}{rate:>10,.0f}{copy_rate:>10,.0f}{rate / copy_rate:>8.2f}{size:>8.1f}{peak:>9.0f}"
        print(row, flush=True)
        if (name in HELD and rate * SHARE < copy_rate) or peak > MEMORY:
            wrong.append(name)
    if wrong:
        print(f"Too slow, or too much memory: {', '.join(wrong)}.")
    return 1 if wrong else 0


def _in_a_process_of_its_own(name: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.exporting", "--keep", str(folder), "--write", name]
    told: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return told


def _selection() -> Selection:
    return Selection.of(Dossier.objects.get(slug=SLUG))


def _export(name: str) -> dict[str, Any]:
    """Write it and throw it away; the bytes, the seconds, and the peak of this process in kilobytes."""
    selection, size = _selection(), 0
    begun = time.perf_counter()
    for block in FORMATS[name].write(selection):
        size += len(block)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    links = Link.objects.filter(dossier=selection.dossier).count()
    return {"bytes": size, "seconds": seconds, "peak": peak, "links": links}


def _copy(name: str) -> float:
    """The seconds that COPY TO STDOUT takes of the rows that this format is written from, thrown away as they come."""
    with snapshot():
        queries = list(_queries(name, _selection()))
        begun = time.perf_counter()
        for sql, parameters in queries:
            with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT", parameters) as rows:
                for _ in rows:
                    pass
        return time.perf_counter() - begun


def _queries(name: str, selection: Selection) -> Iterator[tuple[str, tuple[Any, ...]]]:
    if name == "gainsay":
        parts = gainsay._Parts(selection)
        yield from (parts.sources(), parts.speakers(), parts.claims(), parts.links(), parts.reviews())
        return
    read = {"nli": nli.rows, "hf": nli.rows, "csv": table.rows, "xlsx": table.rows}.get(name)
    with _Asked() as asked:
        next(read(selection)) if read else next(pairs(selection, votes=True))
        if read is table.rows:
            rows = table.rows(selection)
            next(rows), next(rows)
    yield asked.sql[-1], asked.parameters[-1]


class _Asked:
    """The queries that are asked meanwhile, with their parameters."""

    def __init__(self) -> None:
        self.sql: list[str] = []
        self.parameters: list[tuple[Any, ...]] = []

    def _note(self, execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        self.sql.append(sql)
        self.parameters.append(tuple(parameters or ()))
        return execute(sql, parameters, many, context)

    def __enter__(self) -> "_Asked":
        self.wrapper = connection.execute_wrapper(self._note)
        self.wrapper.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.wrapper.__exit__(None, None, None)


class _File(RawIOBase):
    """Lines as a file that is read line by line."""

    def __init__(self, lines: Iterator[dict[str, Any]]) -> None:
        self.lines = lines

    def readline(self, size: int | None = -1, /) -> bytes:
        line = next(self.lines, None)
        return b"" if line is None else json.dumps(line).encode() + b"\n"


def _generate(links: int) -> None:
    print(f"A dossier of {links:,} links is made …", flush=True)
    dossier = create_dossier(slug=SLUG, name="Exports", leads=[])
    import_file(dossier, _File(_lines(links)), by=None, as_lead=True)  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _lines(links: int) -> Iterator[dict[str, Any]]:
    """As many claims as a fifth of the links, five links each, a review a link."""
    choose, claims = random.Random(SEED), max(20, links // 5)
    yield {"type": "dossier", "format": "gainsay/1", "slug": SLUG, "name": "Exports", "reviews_needed": 2}
    for n in range(50):
        yield {"type": "speaker", "name": f"Speaker {n}", "affiliation": "the ministry"}
    for source in range(-(-claims // QUOTES)):
        quotes = [SENTENCE.format(n=source, m=m) for m in range(QUOTES)]
        text = " ".join(quotes)
        told = {"title": f"Report {source}", "outlet": f"Outlet {source % 70}", "published": "2023-04-02"}
        yield {"type": "source", "id": f"S-{source + 1}", "text": text, **told}
        start = 0
        for m, quote in enumerate(quotes):
            number = source * QUOTES + m + 1
            if number <= claims:
                yield {
                    "type": "claim", "id": f"C-{number}", "source": f"S-{source + 1}", "quote": quote, "start": start,
                    "end": start + len(quote), "statement": f"Exports rose by {m} per cent, says report {source}.",
                    "speaker": f"Speaker {number % 50}", "via": "a customs table", "asserted": "2023-04",
                }  # fmt: skip
            start += len(quote) + 1
    kinds = ("contradicts", "supports", "neither")
    for n in range(links):
        one, step = n % claims, 1 + n // claims
        other = (one + step * 7) % claims
        kind = choose.choice(kinds)
        ends = {"from": f"C-{one + 1}", "to": f"C-{other + 1}"}
        yield {"type": "link", "id": f"L-{n + 1}", **ends, "kind": kind, "rationale": "Both cannot be so."}
        yield {"type": "review", "link": f"L-{n + 1}", "reviewer": "mira", "verdict": kind, "confidence": 4}
