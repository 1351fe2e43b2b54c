"""``suggest``: what is printed, and what is left out."""

import json
import socket
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from claims.actions.bin import put_in_bin
from claims.models import Claim
from sources.models import Dossier, Membership
from tests.conftest import entered, make_claim, make_link, make_source

QUOTES = (
    "Trade between the two countries fell sharply in March",
    "trade had never been better",
    "A customs table shows a rise of nine per cent",
    "The ministry denied any change of policy",
)


@pytest.fixture
def claims(dossier: Dossier, analyst: Membership) -> list[Claim]:
    return [
        make_claim(make_source(dossier, by=analyst), quote, by=analyst, statement=f"{quote}.")
        for quote in QUOTES
    ]


def suggested(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    call_command("suggest", "china-russia", "--json", stderr=StringIO())
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_it_works(claims: list[Claim], capsys: pytest.CaptureFixture[str]) -> None:
    found = suggested(capsys)
    pairs = {(one["a"], one["b"], one["kind"]) for one in found}
    assert len(pairs) == len(found) == 2 * 6  # every pair once a kind
    assert {kind for _, _, kind in pairs} == {"contradicts", "supports"}
    scores = [one["score"] for one in found]
    assert scores == sorted(scores, reverse=True)  # type: ignore[type-var]
    assert all(isinstance(one["reasons"], list) and one["reasons"] for one in found[:3])
    assert found == suggested(capsys)


def test_what_is_linked_is_left_out_in_the_bin_too(
    claims: list[Claim], analyst: Membership, lead: Membership, capsys: pytest.CaptureFixture[str]
) -> None:
    make_link(claims[0], claims[1], by=analyst)
    assert lead.user
    put_in_bin(make_link(claims[2], claims[3], by=analyst), access=entered(lead.user, lead.dossier))
    pairs = {(one["a"], one["b"]) for one in suggested(capsys)}
    assert pairs.isdisjoint({("C-1", "C-2"), ("C-3", "C-4")})
    assert len(pairs) == 4


def test_a_claim_in_the_bin_is_no_candidate(
    claims: list[Claim], lead: Membership, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lead.user
    put_in_bin(claims[3], access=entered(lead.user, lead.dossier))
    assert all("C-4" not in (one["a"], one["b"]) for one in suggested(capsys))


def test_words_for_a_person(claims: list[Claim], capsys: pytest.CaptureFixture[str]) -> None:
    told = StringIO()
    call_command("suggest", "china-russia", "--limit", "1", stdout=told)
    lines = capsys.readouterr().out.splitlines()
    assert 0 < len(lines) <= 8
    assert " may " in lines[0]
    assert "suggestions for 4 claims." in told.getvalue()


def test_a_dossier_without_claims(dossier: Dossier, capsys: pytest.CaptureFixture[str]) -> None:
    assert suggested(capsys) == []


@pytest.mark.django_db
def test_what_cannot_be_done_is_refused(dossier: Dossier) -> None:
    with pytest.raises(CommandError, match="There is no dossier nowhere"):
        call_command("suggest", "nowhere")
    with pytest.raises(CommandError, match="a number from 1"):
        call_command("suggest", "china-russia", "--limit", "0")


def test_a_server_that_does_not_answer_leaves_words_alone_and_is_told(
    claims: list[Claim], settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    settings.MODEL = f"http://127.0.0.1:{port}/v1#some-model"
    told = StringIO()
    call_command("suggest", "china-russia", "--json", stderr=told)
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(found) == 2 * 6
    assert f"http://127.0.0.1:{port}/v1/embeddings does not answer" in told.getvalue()
    assert "words alone" in told.getvalue()
