"""How fast suggestions are: one new claim, and the whole dossier, at 1,000, 10,000 and 100,000 claims.

``uv run python -m tests.benchmarks.suggesting_speed [--sizes 1000,10000,100000] [--sample 512] [--read]`` makes a
dossier of each size in a database of its own (generate.py's, by COPY), fills the table of vectors, prints a table:

- ``new claim``: what a person waits for under a claim just saved, embedding and writing included (median, p95), and
  how long processors worked for it, here and in the database's process (median): what is left on a busy machine;
- ``per claim``: the search of the whole, measured over ``--sample`` claims in blocks spread over the dossier, and what
  that comes to for all of it. A sample is what it says: with fewer claims than that all are searched;
- ``memory``: the most the searching process held, and how much it held before it searched.

Vectors are random projections of the claims' words unless ``--model`` is given: embedding 100,000 claims takes an hour
and is the same at any size; what it takes for one claim is in the figure of a new claim all the same. With ``--read``
the entailment judge reads the best candidates of each claim too, as the background job does. ``--keep`` keeps the
databases for another run; ``--profile`` tells where the time of new claims goes.
"""

import argparse
import cProfile
import os
import pstats
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

SIZES = "1000,10000,100000"
NEW_CLAIMS = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--sample", type=int, default=512)
    parser.add_argument("--read", action="store_true")
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the databases below it, use them again"
    )
    parser.add_argument(
        "--step", choices=("make", "measure"), help="of one size, in this process (used by itself)"
    )
    given = parser.parse_args()
    if given.step:
        _one(given)
        return
    print(
        "| claims | new claim, median; p95; worked | per claim; worked | the whole | memory; before | load |"
    )
    print("|---|---|---|---|---|---|", flush=True)
    for size in given.sizes.split(","):
        folder = Path(tempfile.mkdtemp(prefix="gainsay-speed-")) if given.keep is None else given.keep / size
        known = folder.exists() and given.keep is not None
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        try:
            for step in ("measure",) if known else ("make", "measure"):
                again = [sys.executable, "-m", "tests.benchmarks.suggesting_speed", *sys.argv[1:]]
                subprocess.run(
                    [*again, "--sizes", size, "--step", step],
                    env={**os.environ, "GAINSAY_DATA": str(folder.absolute())},
                    check=True,
                )
        finally:
            if given.keep is None:
                shutil.rmtree(folder, ignore_errors=True)


def _one(given: argparse.Namespace) -> None:
    """Make a size, or measure it: each in a process of its own, so that memory is that of the search."""
    from config.collecting import collect_seldom  # noqa: PLC0415
    from config.database import embedded, ensure_started  # noqa: PLC0415  the settings read the environment first

    size = int(given.sizes)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    ensure_started(durable=False)
    import django  # noqa: PLC0415

    django.setup()
    try:
        collect_seldom()  # as a server does
        if given.step == "make":
            _make(size, model=given.model)
        else:
            _Run(size, given.sample, read=given.read, profile=given.profile).report()
    finally:
        server = embedded()
        if server:
            server.stop()


def _make(size: int, *, model: bool) -> None:
    """The dossier and the table of its vectors, crowds excluded. The index is made once all are there."""
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    import numpy as np  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from claims import embeddings, proposing  # noqa: PLC0415
    from claims.models import Claim  # noqa: PLC0415
    from tests.benchmarks import generate  # noqa: PLC0415

    generate.CLAIMS, generate.LINKS, generate.SOURCES = size, size * 2, size // 20
    generate.HUB, generate.HUB_LINKS = size // 2 + 1, min(generate.HUB_LINKS, size // 100)
    generate.JUDGED = generate.WAITING = generate.BEGUN = 0  # no link has a review: suggestions read none
    generate.FEW_JUDGED = 0
    _say(f"{size:,} claims: made")
    dossier = generate.generate()
    engine = proposing.Basis.of(dossier, in_haste=True).engine
    assert engine is not None
    rows = list(
        Claim.objects.live().filter(dossier=dossier).order_by("pk").values_list("pk", "statement", "quote")
    )
    for at in range(0, len(rows), 1_000):
        block = rows[at : at + 1_000]
        if model:
            embeddings.fill(dossier, engine, claims=[key for key, *_ in block])
        else:
            vectors = _projected([statement for _, statement, _ in block], engine.dimensions)
            embeddings._keep(dossier, engine, block, vectors, np.roll(vectors, 1, axis=1))
        _say(f"{size:,} claims: {at + len(block):,} vectors")
    embeddings.make_index(engine.dimensions)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE claims_embedding")


class _Run:
    def __init__(self, size: int, sample: int, *, read: bool, profile: bool) -> None:
        from claims import embeddings, proposing  # noqa: PLC0415
        from claims.models import Claim  # noqa: PLC0415
        from sources.models import Dossier  # noqa: PLC0415
        from tests.benchmarks.generate import SLUG  # noqa: PLC0415

        self.size, self.sample, self.profile = size, sample, profile
        self.dossier = Dossier.objects.get(slug=SLUG)
        self.embeddings, self.proposing = embeddings, proposing
        self.basis = proposing.Basis.of(self.dossier, in_haste=not read)
        live = Claim.objects.live().filter(dossier=self.dossier).order_by("pk")
        self.keys = list(live.values_list("pk", flat=True))

    def report(self) -> None:
        new = self._new()
        before = _memory("VmRSS")
        _forget_peak()
        assert self.basis.engine is not None
        spread = max(1, len(self.keys) // max(1, min(self.sample, len(self.keys))))
        block = self.proposing.PIECE
        chosen = [self.keys[at : at + block] for at in range(0, len(self.keys), block * spread)]
        searching = self.proposing.PieceByPiece(self.basis)
        started, worked = time.perf_counter(), _worked()
        counted = 0
        for at, keys in enumerate(chosen):
            self.embeddings.crowd(self.dossier, self.basis.engine, keys)
            searching.judged(keys)
            counted += len(keys)
            _say(f"{self.size:,} claims: block {at + 1} of {len(chosen)}")
        each = (time.perf_counter() - started) / max(1, counted)
        working = (_worked() - worked) / max(1, counted)
        whole = each * len(self.keys)
        how = "" if counted == len(self.keys) else f", from a sample of {counted:,}"
        waits, works = zip(*new, strict=True)
        waited = f"{_ms(statistics.median(waits))}; {_ms(_p95(waits))}; {_ms(statistics.median(works))}"
        took = f"{_ms(each)}; {_ms(working)} | {whole / 60:.1f} min{how}"
        held = f"{_memory('VmHWM'):.0f} MB; {before:.0f} MB"
        print(f"\r| {self.size:,} | {waited} | {took} | {held} | {os.getloadavg()[0]:.1f} |", flush=True)

    def _new(self) -> list[tuple[float, float]]:
        """How long the suggestions of claims just saved took, and how long processors worked."""
        claims = self._new_claims()
        if not self.profile:
            return _each(claims, self._look)
        with cProfile.Profile() as profile:
            took = _each(claims, self._look)
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
        return took

    def _new_claims(self) -> list[Any]:
        """Claims that a person just saved, with the words of others turned a little."""
        from claims.actions.claim import create_claim  # noqa: PLC0415
        from claims.models import Claim  # noqa: PLC0415

        step = max(1, len(self.keys) // NEW_CLAIMS)
        made = []
        for old in Claim.objects.filter(pk__in=self.keys[::step][: NEW_CLAIMS + 2]).select_related(
            "source", "by"
        ):
            assert old.by
            words = old.statement.split()
            made.append(
                create_claim(
                    source=old.source,
                    by=old.by,
                    start=old.start,
                    end=old.end,
                    quote=old.quote,
                    statement=" ".join(["No", *words[1:]]),
                )
            )
        return made

    def _look(self, claim: Any) -> None:
        from claims.actions.suggestion import look_at  # noqa: PLC0415

        look_at(claim)


def _each(records: Sequence[Any], act: Callable[[Any], None], warm: int = 2) -> list[tuple[float, float]]:
    """How long the act took for each, and how long processors worked; the first few, which fill caches, not counted."""
    took = []
    for record in records:
        started, worked = time.perf_counter(), _worked()
        act(record)
        took.append((time.perf_counter() - started, _worked() - worked))
    return took[warm:]


def _worked() -> float:
    """Seconds of processors used so far by this process, and by the database's for it where that runs here."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [process] = cursor.fetchone()
    used = time.process_time()
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _projected(texts: Sequence[str], dimensions: int) -> Any:
    """Vectors of unit length in which texts of the same words lie near: sums of a random direction for each word."""
    import numpy as np  # noqa: PLC0415

    from claims.suggestions.words import content_words  # noqa: PLC0415

    made = np.zeros((len(texts), dimensions), np.float32)
    for row, text in enumerate(texts):
        for word in content_words(text):
            made[row] += _direction(word, dimensions)
    return made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)


@lru_cache(maxsize=50_000)
def _direction(word: str, dimensions: int) -> Any:
    import numpy as np  # noqa: PLC0415

    return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(dimensions, dtype=np.float32)


def _p95(took: Sequence[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)]


def _memory(which: str) -> float:
    """In MB, what the system says of this process; 0 where it has no /proc."""
    status = Path("/proc/self/status")
    found = re.search(rf"{which}:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0


def _forget_peak() -> None:
    """Let the peak of memory be counted from here on."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _say(words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{words:<60}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
