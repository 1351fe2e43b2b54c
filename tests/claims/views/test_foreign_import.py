"""Bringing in what other tools wrote, by upload: look at it, then take what is good."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from claims.models import ForeignFile, Link, Review
from sources.models import Dossier, Membership, Source, User
from tests.claims.exchange.test_foreign import ROWS, lines

SignIn = Callable[..., Client]
ADDRESS = "/d/china-russia/import/foreign/"


def send(client: Client, data: bytes, format_: str = "nli", **fields: Any) -> Any:
    file = SimpleUploadedFile("set.jsonl", data)
    return client.post(ADDRESS, {"file": file, "format": format_, **fields})


def test_a_file_is_looked_at_then_comes_in(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    assert b'enctype="multipart/form-data"' in client.get(ADDRESS).content
    look = send(client, lines(*ROWS[:2]))["Location"]
    page = client.get(look).content.decode()
    assert "2 of 2 can come in" in page
    assert "in a source made of the statements" in page
    assert "only a lead brings in verdicts" in page
    assert not Source.objects.exists()
    assert b"set.jsonl" in client.get(ADDRESS).content, "it waits to be looked at again"
    answer = client.post(look, {"chosen": "1", "from_statement": "sentence1", "to_statement": "sentence2", "label": "gold_label"})  # fmt: skip  # noqa: E501
    assert answer["Location"] == "/d/china-russia/links/"
    assert "set.jsonl: 1 source, 0 speakers, 4 claims, 2 links, 0 reviews brought in." in client.get("/d/china-russia/").content.decode()  # fmt: skip  # noqa: E501
    assert Source.objects.get().by == analyst
    assert not ForeignFile.objects.exists()


def test_bad_rows_are_listed_left_out_and_given_back(
    dossier: Dossier, analyst: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    look = send(client, lines(*ROWS))["Location"]
    page = client.get(look).content.decode()
    assert "2 of 4 can come in" in page
    assert "<td>sentence2</td><td>is empty</td>" in page
    assert client.post(look).status_code == 422
    assert not Link.objects.exists(), "all or nothing, unless one says so"
    bad = client.get(f"{look}left-out/")
    assert [json.loads(line)["pairID"] for line in bad.content.splitlines()] == ["c", "d"]
    assert 'filename="china-russia-left-out.jsonl"' in bad["Content-Disposition"]
    assert client.post(look, {"leave_out": "1"}).status_code == 302
    assert Link.objects.count() == 2
    assert ForeignFile.objects.exists(), "what was left out can still be fetched"


def test_columns_are_chosen(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    look = send(client, b"x,y,z\nTrade fell.,It rose.,refutes\n", "csv")["Location"]
    assert "Nothing of the file can come in" in client.get(look).content.decode()
    chosen = {"chosen": "1", "from_statement": "x", "to_statement": "y", "label": "z"}
    assert "1 of 1 can come in" in client.get(look, chosen).content.decode()
    client.post(look, chosen)
    assert Link.objects.get().kind == "contradicts"
    again = send(client, b"x,y\na,b\n", "csv")["Location"]
    assert client.get(again, {"chosen": "1", "label": "no column"}).status_code == 422


def test_a_lead_brings_in_reviews_if_she_wants_them(
    dossier: Dossier, lead: Membership, sign_in: SignIn
) -> None:
    client = sign_in(lead)
    row = {**ROWS[0], "annotator_labels": ["contradiction"]}
    look = send(client, lines(row))["Location"]
    columns = {"chosen": "1", "from_statement": "sentence1", "to_statement": "sentence2", "label": "gold_label", "votes": "annotator_labels", "with_votes": "on"}  # fmt: skip  # noqa: E501
    assert "1 review brought in" in client.get(look).content.decode()
    assert client.post(look, columns).status_code == 302
    assert Review.objects.count() == 1


@pytest.mark.parametrize(("data", "said"), [(b"[", "cannot be read"), (b"", "The file is empty")])
def test_what_cannot_be_read_gets_422(
    dossier: Dossier, analyst: Membership, sign_in: SignIn, data: bytes, said: str
) -> None:
    answer = send(sign_in(analyst), data, "label-studio")
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ForeignFile.objects.exists()


def test_a_file_that_is_too_large_is_refused(
    dossier: Dossier, analyst: Membership, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.forms.foreign.MAX_BYTES", 100)
    assert "larger than 25 MB" in send(sign_in(analyst), b"a" * 101).content.decode()
    monkeypatch.setattr("claims.views.foreign.LIMIT", 200)
    assert "Nothing was read" in send(sign_in(analyst), b"a" * 101).content.decode()


def test_a_file_is_its_bringers_alone_and_can_be_forgotten(
    dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    look = send(client, lines(*ROWS))["Location"]
    assert sign_in(lead).get(look).status_code == 404
    assert sign_in(lead).post(f"{look}drop/").status_code == 404
    assert client.post(f"{look}drop/").status_code == 302
    assert client.get(look).status_code == 404


def test_a_forged_form_is_refused(dossier: Dossier, lead: Membership) -> None:
    client = Client(enforce_csrf_checks=True)
    assert lead.user
    client.force_login(lead.user, backend="django.contrib.auth.backends.ModelBackend")
    assert send(client, lines(*ROWS)).status_code == 403


@pytest.mark.parametrize("role", ["viewer", "reviewer"])
def test_a_role_below_analyst_gets_403(
    dossier: Dossier, role: str, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(role))
    assert client.get(ADDRESS).status_code == 403
    assert send(client, lines(*ROWS)).status_code == 403


def test_outsider_gets_404(dossier: Dossier, outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).get(ADDRESS).status_code == 404


def test_other_methods_get_405(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    assert sign_in(lead).put(ADDRESS).status_code == 405
