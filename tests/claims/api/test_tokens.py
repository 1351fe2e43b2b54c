"""Tokens of the API: hashed at rest, shown once, and none that fails tells why."""

import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from sources.models import ApiToken, Dossier, Membership, User
from tests.claims.conftest import Program, Programs
from tests.conftest import make_dossier, make_member

SignIn = Callable[..., Client]
URL = "/accounts/tokens/"


def given(**fields: object) -> dict[str, object]:
    return {"name": "A notebook", "scope": "read", "reach": "all", "days": "30", **fields}


def test_a_token_is_shown_once_and_kept_as_its_digest(viewer: Membership, sign_in: SignIn) -> None:
    client = sign_in(viewer)
    answer = client.post(URL, given())
    secret = re.search(r'value="(gainsay_[\w-]{43})"', answer.content.decode())
    assert secret
    assert "no-store" in answer.headers["Cache-Control"]
    token = ApiToken.objects.get()
    assert token.digest == sha256(secret[1].encode()).hexdigest()
    kept = " ".join(map(str, ApiToken.objects.values_list().get()))
    assert secret[1] not in kept
    page = client.get(URL)
    assertContains(page, "A notebook")
    assertNotContains(page, secret[1])
    assert Program(secret[1]).get("me")["user"] == "viewer"


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scope": "all"}, {"days": "3650"}, {"reach": "chosen"}, {"dossiers": ["else"]}]
)
def test_a_wrong_form_makes_none(wrong: dict[str, object], viewer: Membership, sign_in: SignIn) -> None:
    make_dossier("else")
    answer = sign_in(viewer).post(URL, given(**({"reach": "chosen"} if "dossiers" in wrong else {}), **wrong))
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_it_opens_the_dossiers_that_it_was_made_for(
    dossier: Dossier, viewer: Membership, program: Programs
) -> None:
    other = make_dossier("other")
    make_member(other, "viewer", "viewer")
    narrow, wide = program(viewer, dossiers=[dossier]), program(viewer)
    assert [one["slug"] for one in narrow.get("dossiers")["items"]] == ["china-russia"]
    assert [one["slug"] for one in wide.get("dossiers")["items"]] == ["china-russia", "other"]
    assert narrow.get("dossiers/china-russia")["role"] == "viewer"
    assert wide.get("dossiers/other")["role"] == "viewer"
    hidden, absent = narrow.ask("dossiers/other"), narrow.ask("dossiers/nowhere")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


def test_none_that_fails_tells_why(viewer: Membership, program: Programs, sign_in: SignIn) -> None:
    revoked, closed, works = (
        program(viewer),
        program(make_member(viewer.dossier, "gone", "viewer")),
        program(viewer),
    )
    token = ApiToken.objects.order_by("pk").first()
    assert token
    client = sign_in(viewer)
    assertRedirects(client.post(reverse("sources:token-revoke", args=[token.uid])), URL)
    User.objects.filter(username="gone").delete()
    with time_machine.travel(timezone.now() - timedelta(days=31)):
        expired = program(viewer)
    answers = [
        one.ask("dossiers")
        for one in (Program(), Program("gainsay_nothing"), Program("ä\0"), revoked, closed, expired)
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({(answer.content, answer.headers["WWW-Authenticate"]) for answer in answers}) == 1
    assert answers[0].headers["Content-Type"].startswith("application/json")
    assert works.ask("dossiers").status_code == 200
    assert program(viewer).ask("dossiers").status_code == 200


def test_a_session_signs_nobody_in(viewer: Membership, sign_in: SignIn) -> None:
    assert Program(client=sign_in(viewer)).ask("dossiers").status_code == 401


def test_somebody_elses_token_is_not_there_to_revoke(
    viewer: Membership, analyst: Membership, program: Programs, sign_in: SignIn
) -> None:
    mine = program(viewer)
    answer = sign_in(analyst).post(reverse("sources:token-revoke", args=[ApiToken.objects.get().uid]))
    assert answer.status_code == 404
    assert mine.ask("me").status_code == 200


def test_that_it_was_used_is_told_once_a_minute(viewer: Membership, program: Programs) -> None:
    mine = program(viewer)
    assert ApiToken.objects.get().used_at is None
    mine.get("me")
    first = ApiToken.objects.get().used_at
    mine.get("me")
    assert first
    assert ApiToken.objects.get().used_at == first


@pytest.mark.parametrize(
    "change", [{"scope": "import"}, {"is_for_all": True}, {"digest": "0" * 64}, {"revoked_at": None}]
)
def test_the_database_keeps_a_token_as_it_was_made(
    change: dict[str, object], dossier: Dossier, viewer: Membership, program: Programs
) -> None:
    program(viewer, dossiers=[dossier])
    ApiToken.objects.update(revoked_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.update(**change)
