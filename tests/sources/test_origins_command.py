"""The ``origins`` command, as an operator calls it."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sources.actions.origin import confirm_origin, propose_origins
from sources.models import Dossier, Membership, Origin
from tests.conftest import make_source

TEXT = (
    "The foreign ministry said on Tuesday that it had not delivered weapons to either side of the conflict. "
    "A spokeswoman told reporters in the capital that the accusations were without any ground. Copy number {}."
)


def _groups(dossier: Dossier, capsys: pytest.CaptureFixture[str]) -> tuple[list[dict[str, Any]], str]:
    told = StringIO()
    call_command("origins", dossier.slug, json=True, stderr=told)
    return json.loads(capsys.readouterr().out), told.getvalue()


def test_groups_come_as_json_with_the_closing_line_apart(
    dossier: Dossier, capsys: pytest.CaptureFixture[str]
) -> None:
    for n in (1, 2):
        make_source(dossier, TEXT.format(n))
    make_source(dossier)
    groups, told = _groups(dossier, capsys)
    assert [group.keys() for group in groups] == [{"sources", "reasons", "state"}]
    assert (groups[0]["sources"], groups[0]["state"]) == (["S-1", "S-2"], "proposed")
    assert groups[0]["reasons"][0].startswith("S-1 and S-2 share")
    assert told == f"{dossier.slug}: 1 origin of 2 sources, 0 confirmed.\n"


def test_a_confirmed_origin_stays_and_names_what_is_proposed_to_join(
    dossier: Dossier, analyst: Membership, capsys: pytest.CaptureFixture[str]
) -> None:
    for n in (1, 2):
        make_source(dossier, TEXT.format(n))
    propose_origins(dossier)
    confirm_origin(Origin.objects.get(), by=analyst)
    make_source(dossier, TEXT.format(3))
    ((group,), _) = _groups(dossier, capsys)
    assert (group["sources"], group["state"]) == (["S-1", "S-2"], "confirmed")
    assert [joining["sources"] for joining in group["joining"]] == [["S-3"]]


def test_without_json_it_is_to_be_read(dossier: Dossier) -> None:
    for n in (1, 2):
        make_source(dossier, TEXT.format(n))
    told = StringIO()
    call_command("origins", dossier.slug, stdout=told)
    first, reason, closing = told.getvalue().splitlines()
    assert first == "S-1, S-2 (proposed)"
    assert reason.startswith("  S-1 and S-2 share")
    assert closing.startswith(dossier.slug)


def test_nothing_shared_and_no_such_dossier(dossier: Dossier, capsys: pytest.CaptureFixture[str]) -> None:
    assert _groups(dossier, capsys) == ([], f"{dossier.slug}: no two sources seem to share an origin.\n")
    with pytest.raises(CommandError, match="no dossier nowhere"):
        call_command("origins", "nowhere")
