"""Bringing an exchange file in by upload."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from claims.models import Claim, Link, Review
from sources.models import Dossier, Membership, Source, User
from tests.claims.exchange.files import Line, as_bytes, claim, dossier_line, link, review, source, whole

SignIn = Callable[..., Client]
ADDRESS = "/d/china-russia/import/set/"


def send(client: Client, *lines: Line | str | bytes, **fields: Any) -> HttpResponse:
    file = SimpleUploadedFile("set.jsonl", as_bytes(*lines))
    answer: HttpResponse = client.post(ADDRESS, {"file": file, **fields}, follow=False)  # type: ignore[assignment]
    return answer


def test_it_works(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    client = sign_in(lead)
    assert b'enctype="multipart/form-data"' in client.get(ADDRESS).content
    answer = send(client, *whole())
    assert (answer.status_code, answer["Location"]) == (302, "/d/china-russia/")
    assert (Claim.objects.count(), Review.objects.count()) == (2, 1)
    page = client.get(answer["Location"]).content.decode()
    assert "set.jsonl: 1 source, 1 speaker, 2 claims, 1 link, 1 review brought in." in page
    page = client.get(send(client, *whole())["Location"]).content.decode()
    assert "6 skipped because they are here already" in page


def test_a_large_file_comes_from_the_disk(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    text = "a" * 4_000_000
    assert send(sign_in(lead), source(text=text)).status_code == 302
    assert Source.objects.get().text == text


def test_whoever_sends_it_signs_it_and_stands_in_the_history(
    dossier: Dossier, analyst: Membership, sign_in: SignIn
) -> None:
    send(sign_in(analyst), source())
    made = Source.objects.get()
    assert made.by == analyst
    assert [event.pgh_context["user"] for event in made.events.all()] == [analyst.user_id]  # type: ignore[attr-defined]


def test_bad_lines_are_listed(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    answer = send(sign_in(lead), source(), claim(on="<b>"), "{")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was brought in from set.jsonl" in page
    assert (
        '<td class="figure">2</td><td>1</td><td>source</td><td>there is no source “&lt;b&gt;” in the file</td>'
        in page
    )
    assert '<td class="figure">3</td>' in page
    assert not Source.objects.exists()


def test_of_many_bad_lines_the_others_are_counted(
    dossier: Dossier, lead: Membership, sign_in: SignIn
) -> None:
    page = send(sign_in(lead), *["{"] * 201).content.decode()
    assert page.count('<td class="figure">') == 200
    assert "And 1 more bad line." in page


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (review(), "only a lead brings in verdicts"),
        (link(adjudication={"verdict": "neither"}), "only a lead brings in verdicts"),
        (source("b", by="lead"), "only a lead brings in what “lead” made"),
    ],
    ids=["review", "adjudication", "name"],
)
def test_an_analyst_brings_in_nothing_in_a_colleagues_name(
    dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn, line: Line, reason: str
) -> None:
    lines = [source(), claim("1"), claim("2", "March"), *([] if line["type"] == "link" else [link()]), line]
    answer = send(sign_in(analyst), *lines)
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert not Link.objects.exists()


def test_a_lead_brings_in_colleagues_verdicts(
    dossier: Dossier, lead: Membership, reviewer: Membership, sign_in: SignIn
) -> None:
    lines = [source(), claim("1"), claim("2", "March"), link(), review(reviewer="reviewer")]
    assert send(sign_in(lead), *lines).status_code == 302
    assert Review.objects.get().reviewer == reviewer


def test_a_superuser_passes_as_lead_and_becomes_a_person_only_by_success(
    dossier: Dossier, sign_in: SignIn
) -> None:
    client = sign_in(User.objects.create_superuser("root"))
    assert send(client, "{").status_code == 422
    assert not dossier.people.exists()
    assert send(client, source()).status_code == 302
    assert str(Source.objects.select_related("by").get().by) == "root"


def test_only_checking_brings_nothing_in(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    answer = send(sign_in(lead), *whole(), dry_run="on")
    assert answer.status_code == 200
    assert "set.jsonl is in order" in answer.content.decode()
    assert not Source.objects.exists()
    dossier.refresh_from_db()
    assert dossier.name == "China and Russia"


def test_an_analyst_changes_no_settings_by_a_file(
    dossier: Dossier, analyst: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    answer = send(client, dossier_line(question="Mine?"), source())
    dossier.refresh_from_db()
    assert dossier.question != "Mine?"
    assert "only a lead changes them" in client.get(answer["Location"]).content.decode()


def test_no_file_and_an_empty_one_get_422(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    missing = client.post(ADDRESS, {})
    assert missing.status_code == 422
    assert b"Choose a file first" in missing.content
    empty = send(client, b"")
    assert empty.status_code == 422
    assert b"The file is empty" in empty.content


def test_a_file_that_is_too_large_is_refused_unread(
    dossier: Dossier, analyst: Membership, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.views.exchange.MAX_UPLOAD", 1_000)
    answer = send(sign_in(analyst), source(text="a" * 2_000))
    assert answer.status_code == 422
    assert b"larger than 200 MB" in answer.content
    assert not Source.objects.exists()


def test_a_forged_form_is_refused(dossier: Dossier, lead: Membership) -> None:
    client = Client(enforce_csrf_checks=True)
    assert lead.user
    client.force_login(lead.user, backend="django.contrib.auth.backends.ModelBackend")
    assert send(client, source()).status_code == 403
    assert not Source.objects.exists()


@pytest.mark.parametrize("role", ["viewer", "reviewer"])
def test_a_role_below_analyst_gets_403(
    dossier: Dossier, role: str, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(role))
    assert client.get(ADDRESS).status_code == 403
    assert send(client, source()).status_code == 403


def test_outsider_gets_404(dossier: Dossier, outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).get(ADDRESS).status_code == 404
    assert send(sign_in(outsider), source()).status_code == 404


def test_other_methods_get_405(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    assert sign_in(lead).put(ADDRESS).status_code == 405
