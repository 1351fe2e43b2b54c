"""Comments on a source, a claim, a link, and following them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from claims.actions.comment import write_comment
from claims.models import Claim, Comment, Mention
from sources.models import Dossier, Membership, Source
from tests.conftest import entered, make_claim, make_source

SignIn = Callable[..., Client]
ROOT = "/d/china-russia/"


@pytest.fixture
def source(dossier: Dossier, analyst: Membership) -> Source:
    return make_source(dossier, by=analyst)


@pytest.fixture
def claim(source: Source, analyst: Membership) -> Claim:
    return make_claim(source, by=analyst)


def say(on: Any, by: Membership, text: str = "I doubt it.") -> Comment:
    assert by.user
    return write_comment(access=entered(by.user, on.dossier), on=on, text=text).comment


def test_it_works(claim: Claim, reviewer: Membership, lead: Membership, sign_in: SignIn) -> None:
    client = sign_in(reviewer)
    text = "See S-1 and L-99.\nWhat do you think, @lead? And @nobody."
    answer = client.post(f"{ROOT}discussion/C-1/", {"text": text, "next": f"{ROOT}claims/1/"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[0][0] == f"{ROOT}claims/1/#discussion"
    assert "Comment on C-1 written. Nobody here is called @nobody, so nobody was told." in page
    assert f'See <a class="num" href="{ROOT}sources/1/">S-1</a> and L-99.\nWhat do you think, ' in page
    assert '<span class="mention" title="@lead">@lead</span>? And @nobody.' in page
    assert Mention.objects.get().person == lead
    assert Comment.objects.get().text == text
