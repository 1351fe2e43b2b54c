"""A worker that looks two claims at a time and reads no pairs together: ``python -m tests.claims.searching BLOCKS``.

It hangs while it writes the block after so many: whoever kills it kills it in the middle of one.
"""

import os
import sys
import time
from typing import Any


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django  # noqa: PLC0415  the settings come first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from claims import proposing  # noqa: PLC0415
    from claims.actions import suggestion  # noqa: PLC0415

    left, write = int(sys.argv[1]), suggestion.keep

    def keep(*given: Any, **named: Any) -> None:
        nonlocal left
        write(*given, **named)
        if not left:
            time.sleep(600)
        left -= 1

    vars(proposing)["entailment"] = lambda: None
    vars(suggestion).update(PIECE=2, keep=keep)
    call_command("procrastinate", "worker")


if __name__ == "__main__":
    main()
