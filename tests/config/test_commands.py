"""What our commands do with arguments that they cannot read."""

import io
import os
import sys
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command, load_command_class
from django.db.utils import ProgrammingError

from sources.models import Dossier


@pytest.mark.parametrize(
    ("app", "arguments", "reason"),
    [
        ("claims", ["demo", "--port", "web"], "invalid int value: 'web'"),
        ("claims", ["export_set"], "the following arguments are required: dossier"),
        (
            "claims",
            ["export_set", "trade", "--format", "xml"],
            "'xml' (choose from 'gainsay', 'report', 'csv'",
        ),
        ("claims", ["import_set", "trade"], "the following arguments are required: file"),
        ("sources", ["import_sources"], "the following arguments are required: dossier, path"),
        ("sources", ["serve", "here"], "unrecognized arguments: here"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_arguments_are_refused_with_1(
    app: str, arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = load_command_class(app, arguments[0])
    with pytest.raises(SystemExit) as ended:
        command.run_from_argv(["manage.py", *arguments])
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (1, "")
    assert reason in told.err


def test_help_is_no_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        load_command_class("claims", "export_set").run_from_argv(["manage.py", "export_set", "--help"])
    assert ended.value.code == 0
    assert "--format" in capsys.readouterr().out


def test_a_database_without_tables_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*args: Any, **kwargs: Any) -> None:
        raise ProgrammingError("relation does not exist") from psycopg.errors.UndefinedTable()

    monkeypatch.setattr(Dossier.objects, "filter", asked)
    monkeypatch.setattr("django.core.management.base.BaseCommand.check_migrations", lambda self: None)
    with pytest.raises(CommandError, match=r"not up to date. Run: uv run manage.py migrate"):
        call_command("suggest", "trade", stdout=io.StringIO())


@pytest.mark.django_db
def test_whoever_stops_reading_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    command = load_command_class("claims", "suggest")

    def handle(*args: Any, **options: Any) -> None:
        raise BrokenPipeError

    with open(os.devnull, "w") as somewhere:
        monkeypatch.setattr(command, "handle", handle)
        monkeypatch.setattr(sys, "stdout", somewhere)
        with pytest.raises(SystemExit) as ended:
            command.run_from_argv(["manage.py", "suggest", "trade"])
    assert ended.value.code == 1
