"""Saved filters: shared in the dossier, kept to what their list filters by, replaced only when asked."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Revision, SavedFilter
from sources.models import Dossier, Membership, User
from tests.conftest import make_claim, make_member, make_pair, make_source

type SignIn = Callable[..., Client]
ALL = "/d/china-russia/filters/"
SAVE, RENAME, DELETE = (f"{ALL}{what}/" for what in ("save", "rename", "delete"))


def sent(**changes: str) -> dict[str, str]:
    return {"list": "claims", "name": "Denials", "query": "modality=denial&before=7&q=&odd=1", **changes}


def test_saving_is_taken_back_unless_it_was_changed_since(
    dossier: Dossier, reviewer: Membership, sign_in: SignIn
) -> None:
    client = sign_in(reviewer)
    for query in ("modality=denial", "modality=fact"):
        client.post(SAVE, sent(query=query, replace="Denials"))
    made, replaced = Revision.objects.order_by("pk")
    undo = [reverse("claims:undo-revision", args=[dossier.slug, one.uid]) for one in (made, replaced)]
    assert "changed or made anew since" in client.post(undo[0], follow=True).content.decode()
    client.post(undo[1])
    assert SavedFilter.objects.get().query == "modality=denial"
    client.post(undo[0])
    assert not SavedFilter.objects.exists()


@pytest.fixture
def saved(dossier: Dossier, reviewer: Membership, sign_in: SignIn) -> SavedFilter:
    answer = sign_in(reviewer).post(SAVE, sent())
    assert answer["Location"] == "/d/china-russia/claims/?modality=denial"
    return SavedFilter.objects.get()


@pytest.mark.parametrize("of", ["claims", "links", "sources"])
def test_every_list_saves_and_offers(
    of: str, dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    make_pair(dossier, by=analyst)
    query = {"claims": "topic=trade", "links": "topic=trade", "sources": "outlet=TASS"}[of]
    client = sign_in(analyst)
    shown = client.get(f"/d/china-russia/{of}/?{query}").content.decode()
    assert f'action="{SAVE}"' in shown
    assert f'name="query" value="{query}"' in shown
    assert client.post(SAVE, {"list": of, "name": "Mine", "query": query}).status_code == 302
    others = sign_in(viewer).get(f"/d/china-russia/{of}/").content.decode()
    assert f'href="?{query}"' in others
    assert f'action="{SAVE}"' not in others


def test_a_name_that_is_there_is_asked_about(
    saved: SavedFilter, reviewer: Membership, lead: Membership, sign_in: SignIn
) -> None:
    other = make_member(saved.dossier, "other", "reviewer")
    for person, may in ((reviewer, True), (lead, True), (other, False)):
        answer = sign_in(person).post(SAVE, sent(query="modality=fact"))
        assert answer.status_code == 409
        assert ("Replace it" in answer.content.decode()) is may
    assert sign_in(other).post(SAVE, sent(query="modality=fact", replace="Denials")).status_code == 422
    assert SavedFilter.objects.get().query == "modality=denial"
    assert sign_in(reviewer).post(SAVE, sent(query="modality=fact", replace="Denials")).status_code == 302
    assert SavedFilter.objects.get().query == "modality=fact"


@pytest.mark.parametrize(
    "changes",
    [
        {"query": ""},
        {"query": "odd=1"},
        {"query": "about=soon"},
        {"list": "people"},
        {"name": " "},
        {"name": "x" * 101},
    ],
)
def test_bad_input_gets_422(
    changes: dict[str, str], dossier: Dossier, analyst: Membership, sign_in: SignIn
) -> None:
    assert sign_in(analyst).post(SAVE, sent(**changes)).status_code == 422
    assert not SavedFilter.objects.exists()


def test_renamed_deleted_and_each_taken_back(
    saved: SavedFilter, reviewer: Membership, sign_in: SignIn
) -> None:
    client = sign_in(reviewer)

    def undo() -> None:
        uid = Revision.objects.latest("pk").uid
        client.post(reverse("claims:undo-revision", args=["china-russia", uid]))

    client.post(RENAME, {"list": "claims", "name": "Denials", "to": "What was denied"})
    assert SavedFilter.objects.get().name == "What was denied"
    undo()
    assert SavedFilter.objects.get().name == "Denials"
    client.post(DELETE, {"list": "claims", "name": "Denials"})
    assert not SavedFilter.objects.exists()
    undo()
    assert SavedFilter.objects.values_list("name", "query", "by").get() == (
        "Denials",
        "modality=denial",
        reviewer.pk,
    )


def test_another_reviewer_changes_nothing(saved: SavedFilter, sign_in: SignIn) -> None:
    client = sign_in(make_member(saved.dossier, "other", "reviewer"))
    assert client.post(RENAME, {"list": "claims", "name": "Denials", "to": "Mine"}).status_code == 422
    assert client.post(DELETE, {"list": "claims", "name": "Denials"}).status_code == 422
    assert SavedFilter.objects.get().name == "Denials"
    assert "Rename" not in client.get(ALL).content.decode().split("<main")[1]


def test_a_viewer_opens_and_saves_none(
    saved: SavedFilter, viewer: Membership, outsider: User, sign_in: SignIn
) -> None:
    assert "Denials" in sign_in(viewer).get(ALL).content.decode()
    assert sign_in(viewer).post(SAVE, sent()).status_code == 403
    assert sign_in(outsider).get(ALL).status_code == 404


def test_a_list_may_be_empty_and_still_offers_them(
    saved: SavedFilter, viewer: Membership, sign_in: SignIn
) -> None:
    make_claim(make_source(saved.dossier, by=viewer), by=viewer)
    assert 'href="?modality=denial"' in sign_in(viewer).get("/d/china-russia/claims/").content.decode()
