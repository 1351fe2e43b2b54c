"""Exports of 100,000 links, beside COPY of the same query: ``uv run python -m tests.benchmarks.exporting``.

Prints a table of all formats, and exits 1 when ``gainsay``, ``nli`` or ``csv`` is slower than a third of its COPY, or
an exporting process takes 200 MB. Each export runs in a process of its own, whose peak memory the system tells; what is
exported stands in ``tests.benchmarks.exports``, which can be imported only when there is a database.
"""  # fmt: skip

import importlib
import os
import shutil
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

import django

from config.database import embedded, ensure_started


def arguments() -> Namespace:
    parser = ArgumentParser(
        prog="python -m tests.benchmarks.exporting", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the database here, and use it again"
    )
    parser.add_argument("--links", type=int, default=100_000, help="how many links (default: 100,000)")
    parser.add_argument("--only", default="", metavar="FORMATS", help="only these formats, by comma")
    parser.add_argument("--write", default="", help="export in this format alone, and tell of it")
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
        return int(importlib.import_module("tests.benchmarks.exports").run(given, folder))
    finally:
        server = embedded()
        assert server is not None
        if not given.write:
            server.stop()
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
