"""The production server and a worker."""

from argparse import ArgumentParser
from typing import Any

from config.commands import OperatorCommand
from config.database import embedded
from config.serving import prepare_database, prepare_static, refuse_taken_port, serve


class Command(OperatorCommand):
    requires_system_checks = []  # they ask the database before it is up to date
    help = "Serves the application, with a job worker beside it, until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="the address to listen on (default: loopback)"
        )
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_taken_port(options["host"], options["port"])
        prepare_database(may_migrate=embedded() is not None)
        prepare_static()
        serve(options["host"], options["port"])
        self.stdout.write("Stopped.")
