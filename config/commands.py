"""What our commands share."""

import os
import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.utils import ProgrammingError
from psycopg.errors import UndefinedColumn, UndefinedTable

_MISUSED = 2  # argparse's exit status


class OperatorCommand(BaseCommand):
    """A command that refuses arguments, and a database without its tables, as it refuses all else: the reason on
    standard error, exit 1. So does whoever stops reading what it writes.
    """  # fmt: skip

    def run_from_argv(self, argv: Sequence[str]) -> None:
        try:
            super().run_from_argv(list(argv))
        except SystemExit as ended:
            sys.exit(1 if ended.code == _MISUSED else ended.code)
        except BrokenPipeError:
            # What is still to be flushed goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except ProgrammingError as error:
            if isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
                raise CommandError("The database is not up to date. Run: uv run manage.py migrate") from None
            raise
