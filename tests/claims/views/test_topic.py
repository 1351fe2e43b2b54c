"""Topics: counted, renamed, merged, deleted when empty, and all of it taken back."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim, ClaimTopic, Revision, Topic
from sources.models import Dossier, Membership, User
from tests.conftest import make_claim, make_source

type SignIn = Callable[..., Client]


def address(page: str, /, **query: str) -> str:
    asked = f"?{urlencode(query)}" if query else ""
    return reverse(f"claims:{page}", args=["china-russia"]) + asked


@pytest.fixture
def claims(dossier: Dossier, analyst: Membership) -> list[Claim]:
    source = make_source(dossier, by=analyst)
    return [
        make_claim(source, by=analyst, topics=names)
        for names in (["trade"], ["commerce"], ["trade", "commerce"])
    ]


def topics(claims: list[Claim]) -> list[list[str]]:
    return [sorted(claim.topics.values_list("name", flat=True)) for claim in claims]


def undo(client: Client) -> str:
    uid = Revision.objects.latest("pk").uid
    return client.post(
        reverse("claims:undo-revision", args=["china-russia", uid]), follow=True
    ).content.decode()


def test_the_list_counts_live_claims(claims: list[Claim], viewer: Membership, sign_in: SignIn) -> None:
    page = sign_in(viewer).get(address("topic-list")).content.decode()
    assert page.count("2 claims") == 2
    assert "Rename" not in page
    assert "commerce" not in sign_in(viewer).get(address("topic-list", q="tra")).content.decode()


def test_a_rename_is_taken_back(claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    assert client.post(address("topic-edit", name="trade"), {"name": " foreign  trade"}).status_code == 302
    assert topics(claims) == [["foreign trade"], ["commerce"], ["commerce", "foreign trade"]]
    undo(client)
    assert topics(claims) == [["trade"], ["commerce"], ["commerce", "trade"]]


def test_a_rename_onto_another_asks_first(claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    answer = sign_in(analyst).post(address("topic-edit", name="trade"), {"name": "commerce"})
    assert answer.status_code == 409
    assert f"{address('topic-merge')}?name=trade&amp;name=commerce" in answer.content.decode()
    assert Topic.objects.count() == 2


@pytest.mark.parametrize("name", ["", "a, b", "x" * 201])
def test_bad_names_get_422(name: str, claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    assert sign_in(analyst).post(address("topic-edit", name="trade"), {"name": name}).status_code == 422


def test_a_merge_is_shown_done_and_taken_back(
    claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    client, keys = sign_in(analyst), set(Topic.objects.values_list("pk", "name"))
    page = client.get(f"{address('topic-merge')}?name=trade&name=commerce").content.decode()
    assert "2 claims under commerce would come under trade" in page
    client.post(address("topic-merge"), {"into": "trade", "name": ["commerce", "trade"]})
    assert topics(claims) == [["trade"]] * 3
    assert [claim.version for claim in Claim.objects.order_by("pk")] == [1, 2, 2]
    undo(client)
    assert topics(claims) == [["trade"], ["commerce"], ["commerce", "trade"]]
    assert set(Topic.objects.values_list("pk", "name")) == keys


def test_a_claim_that_left_the_topic_since_is_left_and_named(
    claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    client.post(address("topic-merge"), {"into": "trade", "name": "commerce"})
    ClaimTopic.objects.filter(claim=claims[1]).delete()
    assert "left as they are: C-2" in undo(client)
    assert topics(claims) == [["trade"], [], ["commerce", "trade"]]


def test_only_an_empty_topic_is_deleted(claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    Topic.objects.create(dossier=claims[0].dossier, name="idle")
    page = client.post(address("topic-delete"), {"name": "trade"}, follow=True).content.decode()
    assert "2 claims" in page
    client.post(address("topic-delete"), {"name": "idle"})
    assert set(Topic.objects.values_list("name", flat=True)) == {"trade", "commerce"}
    undo(client)
    assert Topic.objects.filter(name="idle").exists()


def test_a_rename_changed_since_is_not_taken_back(
    claims: list[Claim], analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    client.post(address("topic-edit", name="trade"), {"name": "goods"})
    first = Revision.objects.latest("pk").uid
    sign_in(lead).post(address("topic-edit", name="goods"), {"name": "wares"})
    answer = client.post(reverse("claims:undo-revision", args=["china-russia", first]), follow=True)
    assert "It is named wares now" in answer.content.decode()
    assert Topic.objects.filter(name="wares").exists()


@pytest.mark.parametrize("page", ["topic-edit", "topic-merge"])
def test_lesser_roles_get_403(page: str, claims: list[Claim], reviewer: Membership, sign_in: SignIn) -> None:
    assert sign_in(reviewer).get(address(page, name="trade")).status_code == 403
    assert sign_in(reviewer).post(address("topic-delete"), {"name": "trade"}).status_code == 403


def test_outsider_gets_404(claims: list[Claim], outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).get(address("topic-list")).status_code == 404
