"""What each page costs on a dossier of 100,000 claims and 200,000 links: ``uv run python -m tests.benchmarks.pages``.

Prints a table, and exits 1 when a page breaks its limit. This module makes the ground (a database of its own); what is
measured stands in ``tests.benchmarks.measure``, which can be imported only when that is there.
"""

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
        prog="python -m tests.benchmarks.pages", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="keep the database here, and use it again when it is there",
    )
    parser.add_argument("--only", default="", metavar="WORDS", help="only the pages whose name holds this")
    parser.add_argument(
        "--requests", type=int, default=30, help="how often each page is asked for (default: 30)"
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="instead of measuring, show each page's queries and the slow ones' plans",
    )
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
        return int(importlib.import_module("tests.benchmarks.measure").run(given))
    finally:
        server = embedded()
        assert server is not None
        server.stop()
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
