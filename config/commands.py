"""What our commands share."""

import sys
from collections.abc import Sequence

from django.core.management.base import BaseCommand

_MISUSED = 2  # argparse's exit status


class OperatorCommand(BaseCommand):
    """A command that refuses arguments as it refuses all else: the reason on standard error, exit 1."""

    def run_from_argv(self, argv: Sequence[str]) -> None:
        try:
            super().run_from_argv(list(argv))
        except SystemExit as ended:
            sys.exit(1 if ended.code == _MISUSED else ended.code)
