#!/usr/bin/env python
"""Django's command line, with the embedded database started when a command needs one."""

import os
import signal
import sys

from django.core.management import execute_from_command_line

from config.database import ensure_started


def main() -> None:
    """Run a command. A SIGTERM ends it as Ctrl-C does, so that the database is stopped too."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    ensure_started(sys.argv[1:])
    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
