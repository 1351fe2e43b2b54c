"""How fast suggestions are: one new claim, and the whole dossier, at 1,000, 10,000 and 100,000 claims.

``uv run python -m tests.benchmarks.suggesting_speed [--sizes 1000,10000,100000] [--sample 512] [--read]`` makes a
dossier of each size in a database of its own (generate.py's, by COPY), fills the table of vectors, prints a table:

- ``new claim``: what a person waits for under a claim just saved, embedding and writing included (median, p95);
- ``per claim``: the search of the whole, measured over ``--sample`` claims in blocks spread over the dossier, and what
  that comes to for all of it. A sample is what it says: with fewer claims than that all are searched;
- ``memory``: the most this process held.

Vectors are random projections of the claims' words unless ``--model`` is given: embedding 100,000 claims takes an hour
and is the same at any size; what it takes for one claim is in the figure of a new claim all the same. With ``--read``
the entailment judge reads the best candidates of each claim too, as the background job does.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from typing import Any

SIZES = "1000,10000,100000"
NEW_CLAIMS = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--sample", type=int, default=512)
    parser.add_argument("--read", action="store_true")
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--one", type=int, help="measure one size here (used by itself)")
    given = parser.parse_args()
    if given.one:
        _measure(given.one, given.sample, read=given.read, model=given.model)
        return
    print("| claims | new claim, median; p95 | per claim in the whole | the whole | memory |")
    print("|---|---|---|---|---|")
    for size in given.sizes.split(","):
        folder = tempfile.mkdtemp(prefix="gainsay-speed-")
        os.chmod(folder, 0o755)
        environment = {**os.environ, "GAINSAY_DATA": folder}
        again = [
            *(sys.executable, "-m", "tests.benchmarks.suggesting_speed", "--one", size),
            *("--sample", str(given.sample)),
            *(["--read"] if given.read else []),
            *(["--model"] if given.model else []),
        ]
        try:
            subprocess.run(again, env=environment, check=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _measure(size: int, sample: int, *, read: bool, model: bool) -> None:
    from config.database import embedded, ensure_started  # noqa: PLC0415  the settings read the environment first

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    ensure_started(durable=False)
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    from tests.benchmarks import generate  # noqa: PLC0415

    generate.CLAIMS, generate.LINKS, generate.SOURCES = size, size * 2, size // 20
    generate.HUB, generate.HUB_LINKS = size // 2 + 1, min(generate.HUB_LINKS, size // 100)
    generate.JUDGED, generate.WAITING, generate.BEGUN = size // 2, size // 5, size
    _Run(size, sample, read=read, model=model).report()
    server = embedded()
    if server:
        server.stop()


class _Run:
    def __init__(self, size: int, sample: int, *, read: bool, model: bool) -> None:
        from claims import embeddings, proposing  # noqa: PLC0415
        from tests.benchmarks.generate import generate  # noqa: PLC0415

        self.size, self.sample, self.read = size, sample, read
        _say(f"{size:,} claims: made")
        self.dossier = generate()
        self.embeddings, self.proposing = embeddings, proposing
        basis = proposing.Basis.of(self.dossier, in_haste=not read)
        assert basis.engine is not None
        self.basis = basis
        self.fill(model)

    def fill(self, model: bool) -> None:
        """The table of vectors, crowds included. The index is made once all are there."""
        import numpy as np  # noqa: PLC0415

        from claims.models import Claim  # noqa: PLC0415

        assert self.basis.engine is not None
        rows = list(
            Claim.objects.live().filter(dossier=self.dossier).order_by("pk").values_list("pk", "statement")
        )
        for at in range(0, len(rows), 1_000):
            block = rows[at : at + 1_000]
            statements = [statement for _, statement in block]
            if model:
                self.embeddings.fill(self.dossier, self.basis.engine, claims=[key for key, _ in block])
            else:
                vectors = _projected(statements, self.basis.engine.dimensions)
                self.embeddings._keep(
                    self.dossier, self.basis.engine, block, vectors, np.roll(vectors, 1, axis=1)
                )
            _say(f"{self.size:,} claims: {at + len(block):,} vectors")
        self.embeddings.make_index(self.basis.engine.dimensions)
        from django.db import connection  # noqa: PLC0415

        with connection.cursor() as cursor:
            cursor.execute("ANALYZE claims_embedding")
        self.keys = [key for key, _ in rows]

    def report(self) -> None:
        new = _each(self._new_claims(), self._look)
        spread = max(1, len(self.keys) // max(1, min(self.sample, len(self.keys))))
        block = self.proposing.PIECE
        chosen = [self.keys[at : at + block] for at in range(0, len(self.keys), block * spread)]
        searching = self.proposing.PieceByPiece(self.basis)
        started = time.perf_counter()
        counted = 0
        for at, keys in enumerate(chosen):
            self.embeddings.crowd(self.dossier, self.basis.engine, keys)
            searching.judged(keys)
            counted += len(keys)
            _say(f"{self.size:,} claims: block {at + 1} of {len(chosen)}")
        each = (time.perf_counter() - started) / max(1, counted)
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        whole = each * len(self.keys)
        how = "" if counted == len(self.keys) else f", from a sample of {counted:,}"
        waited = f"{statistics.median(new) * 1000:.0f} ms; {_p95(new) * 1000:.0f} ms"
        took = f"{each * 1000:.1f} ms | {whole / 60:.1f} min{how}"
        print(f"\r| {self.size:,} | {waited} | {took} | {held:.0f} MB |", flush=True)

    def _new_claims(self) -> list[Any]:
        """Claims that a person just saved, with the words of others turned a little."""
        from claims.actions.claim import create_claim  # noqa: PLC0415
        from claims.models import Claim  # noqa: PLC0415

        step = max(1, len(self.keys) // NEW_CLAIMS)
        made = []
        for old in Claim.objects.filter(pk__in=self.keys[::step][: NEW_CLAIMS + 2]).select_related(
            "source", "by"
        ):
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


def _each(records: Sequence[Any], act: Callable[[Any], None], warm: int = 2) -> list[float]:
    """How long the act took for each; the first few, which fill caches, are not counted."""
    took = []
    for record in records:
        started = time.perf_counter()
        act(record)
        took.append(time.perf_counter() - started)
    return took[warm:]


def _projected(texts: Sequence[str], dimensions: int) -> Any:
    """Vectors of unit length in which texts of the same words lie near: sums of a random direction for each word."""
    import numpy as np  # noqa: PLC0415

    from claims.suggestions.words import content_words  # noqa: PLC0415

    made = np.zeros((len(texts), dimensions), np.float32)
    for row, text in enumerate(texts):
        for word in content_words(text):
            made[row] += np.random.default_rng(zlib.crc32(word.encode())).standard_normal(dimensions)
    return made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)


def _p95(took: Sequence[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)]


def _say(words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{words:<60}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
