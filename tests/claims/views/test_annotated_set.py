"""Annotated sets in the browser: freezing, the page and files of a set, comparing, withdrawing."""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from claims.models import AnnotatedSet, Disclosure, Export, Link, Resolution, SetFile
from sources.models import Dossier, Membership, User
from tests.claims.exchange.files import bring_in, link, review
from tests.claims.exchange.test_freezing import stories

SignIn = Callable[..., Client]
ROOT = "/d/china-russia/sets/"
FREEZE = f"{ROOT}freeze/"
GIVEN = {"name": "Pairs", "purpose": "To learn from.", "authors": "Lea Lead", "licence": "CC-BY-4.0"}


@pytest.fixture
def filled(dossier: Dossier) -> Dossier:
    bring_in(dossier, *stories())
    return dossier


def freeze(client: Client, query: str = "", **given: Any) -> AnnotatedSet:
    answer = client.post(FREEZE + query, {**GIVEN, **given})
    assert answer.status_code == 302, answer.content.decode()
    one: AnnotatedSet = AnnotatedSet.objects.latest("number")
    assert answer.headers["Location"] == f"{ROOT}{one.number}/"
    return one


def download(client: Client, number: int = 1, chosen: str = "gainsay", **headers: str) -> bytes:
    answer = client.get(f"{ROOT}{number}/file/", {"format": chosen}, headers=headers)
    assert answer.status_code in (200, 206), answer.status_code
    return b"".join(answer)


def test_it_works(filled: Dossier, lead: Membership, viewer: Membership, sign_in: SignIn) -> None:
    client = sign_in(lead)
    page = client.get(FREEZE, {"kind": "contradicts"}).content.decode()
    assert "Freeze 6 links" in page
    assert "3 not settled" in page
    one = freeze(client, "?kind=contradicts", split="date", train="50", dev="25", test="25", seed="7")
    page = sign_in(viewer).get(f"{ROOT}1/").content.decode()
    for told in ("A-1", "version 1", "To learn from.", one.sha256, "CC-BY-4.0", one.citation, "seed 7"):
        assert told in page
    assert one.filter == [["Kind", "contradicts"]]
    assert one.address == f"http://testserver{ROOT}1/"
    file = download(sign_in(viewer))
    assert sha256(file).hexdigest() == one.sha256
    assert "Pairs" in sign_in(viewer).get(ROOT).content.decode()


def test_every_format_and_description_can_be_had(
    filled: Dossier, lead: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    one = freeze(sign_in(lead), split="random", train="34", dev="33", test="33")
    client = sign_in(viewer)
    sheet = download(client, chosen="datasheet").decode()
    assert "# Pairs, version 1" in sheet
    assert one.sha256 in sheet
    told = json.loads(download(client, chosen="croissant"))
    files = {file["@id"]: file for file in told["distribution"]}
    for name in ("gainsay", "nli"):
        content = download(client, chosen=name)
        said = files[f"china-russia-A-1-{name}.jsonl"]
        assert said["sha256"] == sha256(content).hexdigest()
        assert said["contentSize"] == f"{len(content)} B"
    fields = {field["name"] for field in told["recordSet"][0]["field"]}
    rows = [json.loads(line) for line in download(client, chosen="nli").splitlines()]
    assert all(fields == set(row) for row in rows)
    assert {row["split"] for row in rows} == {"train", "dev", "test"}
    assert set(SetFile.objects.values_list("format", flat=True)) == {
        "gainsay",
        "nli",
        "datasheet",
        "croissant",
    }


def test_a_broken_download_is_taken_up(filled: Dossier, lead: Membership, sign_in: SignIn) -> None:
    one = freeze(sign_in(lead))
    whole = download(sign_in(lead))
    assert download(sign_in(lead), Range="bytes=100-") == whole[100:]
    assert download(sign_in(lead), Range="bytes=100-", If_Range='"other"') == whole
    address = f"{ROOT}1/file/?format=gainsay"
    assert sign_in(lead).get(address, headers={"Range": f"bytes={one.size}-"}).status_code == 416


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"split": "date", "train": "50", "dev": "10", "test": "10"}, "100 per cent together"),
        ({"split": "alphabet"}, "Select a valid choice"),
    ],
)
def test_bad_input_gets_422(
    filled: Dossier, lead: Membership, sign_in: SignIn, given: dict[str, str], words: str
) -> None:
    answer = sign_in(lead).post(FREEZE, {**GIVEN, **given})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not AnnotatedSet.objects.exists()


def test_a_wrong_filter_or_one_that_nothing_passes_freezes_nothing(
    filled: Dossier, lead: Membership, sign_in: SignIn
) -> None:
    for query, words in (("?kind=refutes", "cannot be read"), ("?state=disputed", "nothing to freeze")):
        answer = sign_in(lead).post(FREEZE + query, GIVEN)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not AnnotatedSet.objects.exists()


def test_an_unknown_format_gets_422(filled: Dossier, lead: Membership, sign_in: SignIn) -> None:
    freeze(sign_in(lead))
    answer = sign_in(lead).get(f"{ROOT}1/file/?format=yaml")
    assert answer.status_code == 422
    assert "There is no such format" in answer.content.decode()


def test_what_the_lead_knows_of_links_in_review_does_not_show_in_what_she_freezes(
    filled: Dossier, lead: Membership, sign_in: SignIn
) -> None:
    """Membership in a set that was chosen by agreement would tell others of it."""
    bring_in(filled, review("L-1", "lead"), review("L-3", "lead"))
    for query in ("?agreement=51", "?state=settled"):
        one = freeze(sign_in(lead), query)
        assert list(one.links.values_list("number", flat=True)) == [2, 3, 4, 6], (
            "L-3 was settled by her review"
        )


def test_two_versions_compare(filled: Dossier, lead: Membership, viewer: Membership, sign_in: SignIn) -> None:
    freeze(sign_in(lead))
    bring_in(filled, link("new", "C-1", "C-4"), review("L-5", "tom"))
    Link.objects.filter(number=2).update(adjudication_verdict="neither")
    Link.objects.filter(number=1).update(binned_at="2026-01-01T00:00Z")
    two = freeze(sign_in(lead))
    assert (two.number, two.version) == (2, 2)
    page = sign_in(viewer).get(f"{ROOT}2/compare/1/").content.decode()
    told = [(n, what) for n, what in ((7, "added"), (1, "removed"), (2, "changed"), (5, "changed"))]
    for number, what in told:
        assert f'data-link="{number}" data-what="{what}"' in page
    assert page.count("data-link=") == 4
    rest = sign_in(viewer).get(f"{ROOT}2/compare/1/?after=2").content.decode()
    assert rest.count("data-link=") == 2
    assert "Both hold the same links" in sign_in(viewer).get(f"{ROOT}2/compare/2/").content.decode()


def test_a_withdrawn_set_says_why_and_hands_out_nothing(
    filled: Dossier, lead: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    leading, reading = sign_in(lead), sign_in(viewer)
    one = freeze(leading)
    assert leading.post(f"{ROOT}1/withdraw/", {"reason": " "}).status_code == 422
    leading.post(f"{ROOT}1/withdraw/", {"reason": "The wrong filter."})
    gone = reading.get(f"{ROOT}1/")
    assert gone.status_code == 410
    assert "The wrong filter." in gone.content.decode()
    assert one.sha256 not in gone.content.decode()
    assert reading.get(f"{ROOT}1/file/?format=gainsay").status_code == 410
    assert f"{ROOT}1/" not in reading.get(ROOT).content.decode()
    assert sha256(download(leading)).hexdigest() == one.sha256, "its content stays"
    assert freeze(leading).number == 2
    leading.post(f"{ROOT}1/reinstate/")
    assert sha256(download(reading)).hexdigest() == one.sha256


def test_links_that_came_back_to_review_are_told_to_nobody_who_must_judge_them(
    filled: Dossier, lead: Membership, reviewer: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    one = freeze(sign_in(lead))
    client = sign_in(reviewer)
    assert sha256(download(client)).hexdigest() == one.sha256, "while they are settled everybody may know"
    assert Disclosure.objects.filter(person=reviewer).count() == 3
    newcomer = Membership.objects.create(
        dossier=filled, user=User.objects.create_user("new"), name="new", role="reviewer"
    )
    Dossier.objects.update(reviews_needed=3)
    client = sign_in(newcomer)
    page = client.get(f"{ROOT}1/").content.decode()
    assert "You may still judge 3 links of it" in page
    assert "data-label" not in page
    for address in (
        f"{ROOT}1/file/?format=gainsay",
        f"{ROOT}1/file/?format=croissant",
        f"{ROOT}1/compare/1/",
    ):
        assert client.get(address).status_code == 302
    assert sha256(download(sign_in(viewer))).hexdigest() == one.sha256
    assert not Disclosure.objects.filter(person=newcomer).exists()
    client.post(f"{ROOT}1/open/")
    assert Disclosure.objects.filter(person=newcomer).count() == 3
    assert sha256(download(client)).hexdigest() == one.sha256
    assert not Link.objects.filter(number__in=[2, 4, 6]).to_review(newcomer.pk).exists()


def test_a_large_set_is_made_in_other_formats_by_a_job(
    filled: Dossier, lead: Membership, viewer: Membership, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.views.annotated_set.AT_ONCE", 3)
    freeze(sign_in(lead))
    client = sign_in(viewer)
    assert client.get(f"{ROOT}1/file/?format=nli").status_code == 409
    answer = client.post(f"{ROOT}1/file/?format=nli")
    export = Export.objects.get()
    assert answer.headers["Location"] == f"{ROOT}exports/{export.uid}/"
    assert download(client), "what was frozen is there at once"


def test_links_are_chosen_as_they_stood_on_a_former_day(
    dossier: Dossier, viewer: Membership, sign_in: SignIn
) -> None:
    """The history's clock is the database's, so that only what was before all days and what is since can be told."""
    bring_in(dossier, *stories())
    client = sign_in(viewer)

    def found(**query: str) -> int:
        page = client.get(ROOT, query).content.decode()
        return page.count("data-link=")

    before, today = {"as_of": "2001-01-01"}, {"as_of": "2999-01-01"}
    assert found(**before) == 0
    assert found(**today) == 6
    assert found(**today, state="settled") == 3
    assert found(**today, state="disputed") == 1
    assert found(**today, kind="contradicts") == 6
    Link.objects.filter(number=2).update(adjudication_verdict="neither")
    assert found(**today, kind="neither", state="settled") == 1
    assert client.get(ROOT, {"as_of": "soon"}).status_code == 422


def test_links_are_chosen_by_their_resolution(filled: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    link = Link.objects.get(number=4)
    filled_in = {"first": "1", "second": "2"}
    Resolution.objects.create(dossier=filled, link=link, kind="time", proof=filled_in, at="2026-01-01T00:00Z")
    client = sign_in(viewer)
    for resolution, numbers in (("unresolved", {2, 6}), ("resolved", {4}), ("time", {4}), ("scope", set())):
        page = client.get(ROOT, {"resolution": resolution}).content.decode()
        assert set(map(int, re.findall(r'data-link="(\d+)"', page))) == numbers, resolution


@pytest.mark.parametrize("role", ["viewer", "reviewer", "analyst"])
def test_only_a_lead_freezes_and_withdraws(
    filled: Dossier, role: str, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(role))
    assert client.get(FREEZE).status_code == 403
    assert client.post(FREEZE, GIVEN).status_code == 403
    assert "freeze/" not in client.get(ROOT).content.decode()


def test_outsider_gets_404_and_wrong_methods_405(
    filled: Dossier, lead: Membership, outsider: User, sign_in: SignIn
) -> None:
    freeze(sign_in(lead))
    for address in ("freeze/", "1/", "1/file/?format=nli", "1/compare/1/"):
        assert sign_in(outsider).get(ROOT + address).status_code == 404
    for address in ("1/withdraw/", "1/reinstate/", "1/open/"):
        assert sign_in(lead).get(ROOT + address).status_code == 405
