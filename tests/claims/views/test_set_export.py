"""Downloads of a set."""

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client

from claims.models import Disclosure
from sources.models import Dossier, Membership, User
from tests.claims.exchange.files import bring_in, claim, exported, link, review, source, whole, without_first
from tests.conftest import make_pair, make_review

SignIn = Callable[..., Client]
ADDRESS = "/d/china-russia/sets/export/"


def download(client: Client, **query: str) -> bytes:
    answer = client.get(ADDRESS, query)
    assert answer.status_code == 200
    assert answer.streaming
    return b"".join(answer)


@pytest.mark.parametrize(
    ("chosen", "ending", "kind"),
    [
        ("gainsay", "jsonl", "application/jsonl"),
        ("nli", "jsonl", "application/jsonl"),
        ("csv", "csv", "text/csv"),
    ],
)
def test_it_works(
    dossier: Dossier,
    viewer: Membership,
    analyst: Membership,
    sign_in: SignIn,
    chosen: str,
    ending: str,
    kind: str,
) -> None:
    make_pair(dossier, by=analyst)
    answer = sign_in(viewer).get(ADDRESS, {"format": chosen})
    assert answer.status_code == 200
    assert answer.streaming
    assert answer["Content-Type"] == f"{kind}; charset=utf-8"
    name = rf'attachment; filename="china-russia-{chosen}-\d{{4}}-\d\d-\d\d\.{ending}"'
    assert re.fullmatch(name, answer["Content-Disposition"])
    assert b"L-1" in b"".join(answer)


def test_without_a_filter_it_is_the_whole_dossier(
    dossier: Dossier, viewer: Membership, sign_in: SignIn
) -> None:
    bring_in(dossier, *whole(), source("alone"))
    assert without_first(download(sign_in(viewer), format="gainsay")) == without_first(exported(dossier))


def test_filters_choose(dossier: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    bring_in(
        dossier,
        source("S-1"), source("S-2"),
        claim("1", on="S-1", topics=["trade"], about="2022/2023"), claim("2", "March", on="S-1"),
        claim("3", "table", on="S-2", about="1999"),
        link("L-1"), link("L-2", "2", "3", "supports"), link("L-3", "1", "3", "neither"),
    )  # fmt: skip
    client = sign_in(viewer)

    def links(**query: str) -> list[str]:
        return [json.loads(line)["id"] for line in download(client, format="nli", **query).splitlines()]

    assert links() == ["L-1", "L-2", "L-3"]
    assert links(kind="supports") == ["L-2"]
    assert links(state="proposed") == ["L-1", "L-2", "L-3"]
    assert links(topic="trade") == ["L-1", "L-3"]
    assert links(source="S-2") == ["L-2", "L-3"]
    assert links(period="2023-06") == ["L-1", "L-3"]
    assert links(period="1990/1999", kind="neither") == ["L-3"]
    told = [
        json.loads(line).get("id")
        for line in download(client, format="gainsay", source="S-2", kind="supports").splitlines()
    ]
    assert told == [None, "S-1", "S-2", "C-2", "C-3", "L-2"]


@pytest.mark.parametrize("query", [{}, {"format": "yaml"}, {"format": "csv", "period": "soon"}])
def test_bad_input_gets_422(
    dossier: Dossier, viewer: Membership, sign_in: SignIn, query: dict[str, str]
) -> None:
    answer = sign_in(viewer).get(ADDRESS, query)
    assert answer.status_code == 422
    assert b'role="alert"' in answer.content


def test_outsider_gets_404(dossier: Dossier, outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).get(ADDRESS, {"format": "csv"}).status_code == 404


def test_other_methods_get_405(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    assert sign_in(lead).put(ADDRESS).status_code == 405


def test_nothing_of_another_dossier_comes_along(
    dossier: Dossier, viewer: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    make_pair(dossier, by=analyst)
    assert b"Elsewhere" not in download(sign_in(viewer), format="gainsay")


@pytest.mark.parametrize("role", ["reviewer", "analyst", "lead"])
def test_it_is_blind(dossier: Dossier, role: str, sign_in: SignIn, request: pytest.FixtureRequest) -> None:
    reader: Membership = request.getfixturevalue(role)
    bring_in(
        dossier, source(), claim("1"), claim("2", "March"), link("L-1"), review("L-1", "mira"),
        review("L-1", "tom", "supports", note="A telling note"),
    )  # fmt: skip
    client = sign_in(reader)
    for chosen in ("gainsay", "nli", "csv"):
        file = download(client, format=chosen)
        for trace in (b"mira", b"tom", b"telling", b"disputed"):
            assert trace not in file
        assert b"L-1" not in download(client, format=chosen, state="disputed")
    assert not Disclosure.objects.exists()


def test_a_superuser_who_is_no_member_is_blind_too(dossier: Dossier, sign_in: SignIn) -> None:
    bring_in(dossier, source(), claim("1"), claim("2", "March"), link("L-1"), review("L-1", "mira"))
    root = User.objects.create_superuser("root")
    assert b"mira" not in download(sign_in(root), format="gainsay")
    assert dossier.people.count() == 1


def test_a_reviewer_who_is_shown_others_verdicts_cannot_take_hers_back(
    dossier: Dossier, reviewer: Membership, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    shared_work, hers = make_pair(dossier, by=lead), make_pair(dossier, by=lead)
    make_review(shared_work, by=analyst)
    make_review(shared_work, by=reviewer, verdict="neither")
    make_review(hers, by=reviewer)
    assert b"analyst" in download(sign_in(reviewer), format="gainsay")
    assert list(Disclosure.objects.values_list("link", "person")) == [(shared_work.pk, reviewer.pk)]


def test_an_export_by_filter_discloses_what_it_holds_or_leaves_out(
    dossier: Dossier, reviewer: Membership, sign_in: SignIn
) -> None:
    bring_in(
        dossier, source(),
        claim("1", topics=["trade"]), claim("2", "March"), claim("3", "table"), claim("4", "nine"),
        link("L-1"), link("L-2", "1", "3"), link("L-3", "2", "4"),
        *(review(f"L-{n}", "reviewer") for n in (1, 2, 3)),
        review("L-1", "mira"), review("L-2", "mira", "neither"), review("L-3", "mira", "neither"),
    )  # fmt: skip
    client = sign_in(reviewer)
    download(client, format="csv", topic="trade", state="settled")
    assert set(Disclosure.objects.values_list("link__number", flat=True)) == {1, 2}
