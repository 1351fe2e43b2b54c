"""Origins on their pages: proposed, confirmed, joined, split, named, taken back; two sources side by side."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from sources.actions.origin import propose_origins
from sources.models import Dossier, Membership, Origin, Regrouping, Source, User
from tests.conftest import make_claim, make_source

pytestmark = pytest.mark.django_db

SignIn = Callable[..., Client]

STORY = (
    "PARIS (AFP) – The foreign ministry said on Tuesday that it had not delivered weapons to either side of the "
    "conflict. A spokeswoman told reporters in the capital that the accusations were without any ground, and that "
    "her government kept its own controls on the export of goods that can be used by armies."
)


@pytest.fixture
def copies(dossier: Dossier, analyst: Membership) -> list[Source]:
    made = [
        make_source(dossier, f"{STORY} Copy number {n}.", by=analyst, title=f"Report {n}") for n in range(3)
    ]
    make_source(dossier, by=analyst, title="Another thing")
    propose_origins(dossier)
    return made


def _at(dossier: Dossier, name: str = "origin-list", *args: object) -> str:
    return reverse(f"sources:{name}", args=[dossier.slug, *args])


def _states(dossier: Dossier) -> dict[str, str]:
    rows = Source.objects.filter(dossier=dossier, origin__isnull=False).select_related("origin")
    return {source.cited: source.origin.state for source in rows if source.origin}


def test_proposals_stand_with_sources_reasons_and_what_is_not_established(
    dossier: Dossier, viewer: Membership, copies: list[Source], sign_in: SignIn
) -> None:
    page = sign_in(viewer).get(_at(dossier))
    for said in ("Report 0", "Report 2", "share", "credits AFP", "1 origin proposed", "1 source"):
        assert said in page.text
    assert "Confirm" not in page.text


def test_an_analyst_confirms_and_takes_it_back(
    dossier: Dossier, analyst: Membership, copies: list[Source], sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    response = client.post(_at(dossier, "origin-confirm", 1), follow=True)
    assert set(_states(dossier).values()) == {"confirmed"}
    (message,) = response.context["messages"]
    assert message.message == "S-1, S-2 and S-3 confirmed as one origin."
    assert "confirmed by" in client.get(_at(dossier) + "?state=confirmed").text
    client.post(message.extra_tags)
    assert set(_states(dossier).values()) == {"proposed"}


def test_only_what_was_seen_is_confirmed(
    dossier: Dossier, analyst: Membership, copies: list[Source], sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    assert 'name="seen" value="1 2 3 "' in client.get(_at(dossier)).text
    response = client.post(_at(dossier, "origin-confirm", 1), {"seen": "1 2"})
    assert response.status_code == 422
    assert "it is S-1, S-2 and S-3 now" in response.text
    assert set(_states(dossier).values()) == {"proposed"}
    client.post(_at(dossier, "origin-confirm", 1), {"seen": "1 2 3"})
    assert set(_states(dossier).values()) == {"confirmed"}


def test_what_the_machine_proposes_anew_stands_in_nobodys_way(
    dossier: Dossier, analyst: Membership, copies: list[Source], sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    client.post(_at(dossier, "origin-split", 2), {"from": "2"})
    make_source(dossier, f"{STORY} A fourth copy.", by=analyst)
    propose_origins(dossier)
    regrouping = Regrouping.objects.get()
    assert client.post(_at(dossier, "origin-undo", regrouping.uid)).status_code == 302
    propose_origins(dossier)
    assert set(_states(dossier)) == {"S-1", "S-2", "S-3", "S-5"}
    client.post(_at(dossier, "origin-split", 2), {"from": "2"})
    client.post(_at(dossier, "origin-confirm", Source.objects.get(number=1).origin.number))  # type: ignore[union-attr]
    split = Regrouping.objects.filter(undone_at=None).order_by("pk").first()
    assert split
    assert client.post(_at(dossier, "origin-undo", split.uid)).status_code == 422


def test_a_source_is_split_off_and_another_stands_on_its_own(
    dossier: Dossier, analyst: Membership, copies: list[Source], sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    response = client.post(_at(dossier, "origin-split", 2), {"from": "2"})
    assert response["Location"] == _at(dossier, "source-origin", 2)
    assert set(_states(dossier)) == {"S-1", "S-3"}
    client.post(_at(dossier, "origin-alone", 4))
    assert _states(dossier)["S-4"] == "confirmed"


def test_sources_are_joined_by_their_numbers(
    dossier: Dossier, analyst: Membership, copies: list[Source], sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    client.post(_at(dossier, "origin-join"), {"sources": "s-1, 4", "name": "The ministry"})
    assert _states(dossier) == {"S-1": "confirmed", "S-4": "confirmed", "S-2": "proposed", "S-3": "proposed"}
    assert "The ministry" in client.get(_at(dossier) + "?state=confirmed").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "two sources or more"),
        ("S-1", "between two"),
        ("S-1 S-99", "has no S-99"),
        ("S-1, C-2", "no number of a"),
    ],
)
def test_what_cannot_be_joined_is_said(
    dossier: Dossier, analyst: Membership, copies: list[Source], sign_in: SignIn, typed: str, said: str
) -> None:
    response = sign_in(analyst).post(_at(dossier, "origin-join"), {"sources": typed})
    assert response.status_code == 422
    assert said in response.text


def test_an_origin_is_named(
    dossier: Dossier, analyst: Membership, copies: list[Source], sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    client.post(_at(dossier, "origin-name", 1), {"name": "AFP on Tuesday"})
    assert Origin.objects.get().name == "AFP on Tuesday"
    assert client.post(_at(dossier, "origin-name", 1), {"name": "x" * 501}).status_code == 422


def test_what_was_regrouped_meanwhile_is_refused_in_words(
    dossier: Dossier, analyst: Membership, copies: list[Source], sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    client.post(_at(dossier, "origin-confirm", 1))
    response = client.post(_at(dossier, "origin-confirm", 1))
    assert response.status_code == 422
    assert "confirmed already" in response.text


def test_the_page_of_a_source_tells_its_origin_what_it_resembles_and_hints(
    dossier: Dossier, analyst: Membership, viewer: Membership, copies: list[Source], sign_in: SignIn
) -> None:
    make_source(dossier, "LYON (AFP) – Quite another thing happened.")
    make_claim(copies[0], "A spokeswoman told reporters", by=analyst, via="Le Monde")
    propose_origins(dossier)
    page = sign_in(viewer).get(_at(dossier, "source-origin", 1)).text
    for said in ("credits AFP", "S-5", "share", "came via Le Monde", "no other source does"):
        assert said in page
    assert "not established" in sign_in(viewer).get(_at(dossier, "source-origin", 4)).text


def test_two_sources_stand_side_by_side(
    dossier: Dossier, viewer: Membership, copies: list[Source], sign_in: SignIn
) -> None:
    page = sign_in(viewer).get(_at(dossier, "source-compare", 1, 2)).text
    assert "<del>0</del>" in page
    assert "<ins>1</ins>" in page
    assert "They are in one origin" in page
    assert "They share no passages" in sign_in(viewer).get(_at(dossier, "source-compare", 1, 4)).text


def test_a_viewer_changes_nothing_and_an_outsider_sees_nothing(
    dossier: Dossier, viewer: Membership, outsider: User, copies: list[Source], sign_in: SignIn
) -> None:
    assert sign_in(viewer).post(_at(dossier, "origin-confirm", 1)).status_code == 403
    client = Client()
    client.force_login(outsider)
    assert client.get(_at(dossier)).status_code == 404
    assert client.get(_at(dossier, "source-compare", 1, 2)).status_code == 404


def test_an_empty_dossier_and_one_without_proposals_say_so(
    dossier: Dossier, viewer: Membership, sign_in: SignIn
) -> None:
    client = sign_in(viewer)
    assert "No sources yet" in client.get(_at(dossier)).text
    make_source(dossier)
    assert "Nothing to decide" in client.get(_at(dossier)).text


def test_an_analyst_asks_to_look_again(
    dossier: Dossier,
    analyst: Membership,
    sign_in: SignIn,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    response = sign_in(analyst).post(_at(dossier, "origin-propose"))
    assert response.status_code == 302


def test_what_was_done_stands_among_what_one_did_lately(
    dossier: Dossier, analyst: Membership, lead: Membership, copies: list[Source], sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    client.post(_at(dossier, "origin-confirm", 1))
    undo = _at(dossier, "origin-undo", Regrouping.objects.get().uid)
    lately = reverse("claims:undo-list", args=[dossier.slug])
    assert f'action="{undo}"' in client.get(lately).text
    refused = sign_in(lead).post(undo)
    assert (refused.status_code, "done by someone else" in refused.text) == (422, True)
    assert set(_states(dossier).values()) == {"confirmed"}
    client.post(undo)
    assert set(_states(dossier).values()) == {"proposed"}
    assert f'action="{undo}"' not in client.get(lately).text
