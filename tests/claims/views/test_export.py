"""Exports that a job writes: asked for, written, fetched by whoever asked and by nobody else."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from django.test import Client
from django.utils import timezone

from claims.exchange.exporting import Interrupted, exports_without_job, go_on_with_export, write_export
from claims.exchange.registry import FORMATS
from claims.exchange.selection import Selection
from claims.models import Disclosure, Export, ExportChunk
from claims.tasks import clear_exports, selection_of
from sources.models import Dossier, Membership, User
from tests.claims.exchange.files import bring_in, review
from tests.claims.exchange.test_freezing import stories

SignIn = Callable[..., Client]
ROOT = "/d/china-russia/sets/"


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.views.exchange.AT_ONCE", 3)
    monkeypatch.setattr("claims.views.exchange.COUNTED", 3)
    monkeypatch.setattr("claims.exchange.exporting._TELL", 0)


@pytest.fixture
def filled(dossier: Dossier) -> Dossier:
    bring_in(dossier, *stories())
    return dossier


def ask(client: Client, query: str = "?format=nli") -> Export:
    answer = client.post(f"{ROOT}export/{query}")
    export: Export = Export.objects.latest("pk")
    assert answer.headers["Location"] == f"{ROOT}exports/{export.uid}/"
    return export


def write(export: Export) -> Export:
    write_export(export.pk, chosen=FORMATS[export.format], selection=selection_of)
    export.refresh_from_db()
    return export


def fetch(client: Client, export: Export) -> bytes:
    answer = client.get(f"{ROOT}exports/{export.uid}/file/")
    assert answer.status_code == 200
    return b"".join(answer)


def streamed(dossier: Dossier, name: str = "nli") -> bytes:
    return b"".join(FORMATS[name].write(Selection.of(dossier)))


def test_it_works(filled: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    client = sign_in(viewer)
    page = client.get(ROOT).content.decode()
    assert f'<form method="post" action="{ROOT}export/?format=nli">' in page
    asked = client.get(f"{ROOT}export/", {"format": "nli"})
    assert "not streamed while you wait" in asked.content.decode()
    assert not Export.objects.exists(), "asking takes a POST"
    export = ask(client)
    assert (export.links, export.state) == (6, "waiting")
    assert "Waiting for its turn" in client.get(f"{ROOT}exports/{export.uid}/").content.decode()
    assert client.get(f"{ROOT}exports/{export.uid}/file/").status_code == 404
    assert ask(client) == export, "asked for twice it is one"
    write(export)
    assert fetch(client, export) == streamed(filled)
    assert export.sha256 == sha256(streamed(filled)).hexdigest()
    assert export.sha256 in client.get(f"{ROOT}exports/{export.uid}/").content.decode()
    assert "ready" in client.get(ROOT).content.decode()


def test_its_filters_are_kept(filled: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    export = write(ask(sign_in(viewer), "?format=nli&state=settled"))
    assert export.filter == [["State", "settled"]]
    assert fetch(sign_in(viewer), export).count(b"\n") == 3


def test_nobody_else_sees_it(
    filled: Dossier, viewer: Membership, lead: Membership, outsider: User, sign_in: SignIn
) -> None:
    export = write(ask(sign_in(viewer)))
    for other in (lead, outsider):
        for address in ("", "file/"):
            assert sign_in(other).get(f"{ROOT}exports/{export.uid}/{address}").status_code == 404
        assert sign_in(other).post(f"{ROOT}exports/{export.uid}/discard/").status_code == 404
    Membership.objects.filter(pk=viewer.pk).update(role="")
    assert sign_in(viewer).get(f"{ROOT}exports/{export.uid}/file/").status_code == 404


def test_it_is_blind_and_records_what_it_tells(
    filled: Dossier, reviewer: Membership, sign_in: SignIn
) -> None:
    bring_in(filled, review("L-2", "reviewer"))
    export = write(ask(sign_in(reviewer), "?format=gainsay"))
    content = fetch(sign_in(reviewer), export)
    for number in (1, 3, 5):
        assert f"zanzibar {number}".encode() not in content
    assert b"zanzibar 2" in content
    assert set(Disclosure.objects.values_list("link__number", flat=True)) == {2, 4, 6}


def test_what_was_written_for_a_viewer_is_not_given_to_her_as_a_reviewer(
    filled: Dossier, viewer: Membership, sign_in: SignIn
) -> None:
    export = write(ask(sign_in(viewer), "?format=gainsay"))
    assert b"zanzibar 1" in fetch(sign_in(viewer), export)
    Membership.objects.filter(pk=viewer.pk).update(role="reviewer")
    client = sign_in(viewer)
    assert client.get(f"{ROOT}exports/{export.uid}/file/").status_code == 403
    assert "Ask for the export again" in client.get(f"{ROOT}exports/{export.uid}/").content.decode()


def test_whoever_left_gets_nothing_written(filled: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    export = ask(sign_in(viewer))
    Membership.objects.filter(pk=viewer.pk).update(role="")
    assert write(export).state == "failed"
    assert not ExportChunk.objects.exists()


def test_it_expires(filled: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    export = write(ask(sign_in(viewer)))
    Export.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert sign_in(viewer).get(f"{ROOT}exports/{export.uid}/").status_code == 404
    clear_exports.func(0)
    assert not Export.objects.exists()
    assert not ExportChunk.objects.exists()


def test_it_can_be_thrown_away(filled: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    export = ask(sign_in(viewer))
    sign_in(viewer).post(f"{ROOT}exports/{export.uid}/discard/")
    write_export(export.pk, chosen=FORMATS["nli"], selection=selection_of)
    assert not Export.objects.exists()


def test_one_that_was_interrupted_begins_anew(
    filled: Dossier, viewer: Membership, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.exchange.exporting._TELL", 0)
    export = ask(sign_in(viewer))
    with pytest.raises(Interrupted):
        write_export(export.pk, chosen=FORMATS["nli"], selection=selection_of, stop=lambda: True)
    export.refresh_from_db()
    assert (export.state, export.attempts) == ("waiting", 0)
    assert not ExportChunk.objects.exists()
    assert write(export).state == "ready"


def test_one_without_a_job_is_taken_up(filled: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    export = ask(sign_in(viewer))
    assert exports_without_job() == [export.pk], "the job is queued once the request is through"
    go_on_with_export(export.pk)
    assert exports_without_job() == []


def test_one_that_fails_again_and_again_says_so(filled: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    export = ask(sign_in(viewer))
    Export.objects.update(attempts=5)
    assert write(export).state == "failed"
    assert "begun too often" in sign_in(viewer).get(f"{ROOT}exports/{export.uid}/").content.decode()
