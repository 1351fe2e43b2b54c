"""Many people review at once, over HTTP, against the real server; some vanish, and the server is killed. What is lost?

``uv run python -m tests.benchmarks.reviewing`` lets 32 people drain 5,000 links with two reviews each. One in ten
clients vanishes mid-review: it sends a verdict and hangs up, or hangs up holding a pair. Once, when half is done, the
server and all its workers are killed (SIGKILL) and started anew. At the end there must be 10,000 reviews, none double,
and every verdict that was acknowledged. An empty page of the same server is asked for all the while: the p95 of taking
and deciding may be ten times its p50. Exits 1 where it does not hold.
"""

import importlib
import os
import shutil
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import django

from config.database import embedded, ensure_started

FACTOR = 10


def arguments() -> Namespace:
    parser = ArgumentParser(
        prog="python -m tests.benchmarks.reviewing", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--people", type=int, default=32)
    parser.add_argument("--links", type=int, default=5_000)
    parser.add_argument("--reviews", type=int, default=2)
    parser.add_argument("--order", default="oldest", help="oldest, contradiction, uncertain or random")
    parser.add_argument("--think", type=float, default=0.0, help="seconds between two verdicts of a person")
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="keep the database here, and use it again when it is there",
    )
    parser.add_argument("--no-kill", action="store_true", help="leave the server alone")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="gainsay-benchmark-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # the embedded server may run as another account
    for name in ("DATABASE_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "HTTPS"):
        os.environ.pop(name, None)
    os.environ |= {"GAINSAY_DATA": str(folder.absolute()), "DJANGO_SETTINGS_MODULE": "config.settings"}
    ensure_started()
    try:
        django.setup()
        return _run(given, importlib.import_module("tests.benchmarks.drain"))
    finally:
        server = embedded()
        assert server is not None
        server.stop()
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)


def _run(given: Namespace, drain: Any) -> int:
    run = drain.Run(
        given.people,
        given.links,
        given.reviews,
        given.order,
        kill=not given.no_kill,
        think=given.think,
    )
    serving = importlib.import_module("config.serving")
    serving.prepare_database(may_migrate=True)
    serving.prepare_static()
    drain.prepare(run)
    with importlib.import_module("tests.benchmarks.client").serving() as server:
        seconds = drain.drain(run, server)
    wrong = drain.judge(run)
    times = drain.report(run, seconds)
    print("\n".join(wrong) or f"{run.needed:,} reviews, none double, none lost.")
    return int(bool(wrong) or times > FACTOR)


if __name__ == "__main__":
    sys.exit(main())
