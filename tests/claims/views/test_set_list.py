"""The page of sets: what an export would hold."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.actions.bin import put_in_bin
from claims.models import Disclosure
from sources.models import Dossier, Membership, User
from tests.claims.exchange.files import bring_in, claim, link, review, source
from tests.conftest import entered, make_pair, make_review

SignIn = Callable[..., Client]
ADDRESS = "/d/china-russia/sets/"
DOWNLOAD = "/d/china-russia/sets/export/"


def test_it_works(dossier: Dossier, viewer: Membership, analyst: Membership, sign_in: SignIn) -> None:
    make_pair(dossier, by=analyst)
    make_pair(dossier, by=analyst, kind="neither")
    answer = sign_in(viewer).get(ADDRESS)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "The whole dossier" in page
    assert "2 links" in page
    assert 'data-link="1"' in page
    for name in ("gainsay", "nli", "csv"):
        assert f'href="{DOWNLOAD}?format={name}"' in page


def test_filters_choose_and_stay_in_the_downloads(
    dossier: Dossier, viewer: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    make_pair(dossier, by=analyst)
    make_pair(dossier, by=analyst, kind="neither")
    page = sign_in(viewer).get(ADDRESS, {"kind": "neither"}).content.decode()
    assert "1 link<" in page
    assert 'data-link="2"' in page
    assert 'data-link="1"' not in page
    assert f'href="{DOWNLOAD}?kind=neither&amp;format=csv"' in page


def test_a_fragment_for_htmx_and_a_page_without(
    dossier: Dossier, viewer: Membership, sign_in: SignIn
) -> None:
    assert b"<html" in sign_in(viewer).get(ADDRESS).content
    fragment = sign_in(viewer, htmx=True).get(ADDRESS).content
    assert fragment.strip().startswith(b"<section")


def test_ten_links_are_shown_and_all_counted(dossier: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    claims = [claim(str(n), "March") for n in range(1, 13)]
    bring_in(dossier, source(), *claims, *(link(str(n), "1", str(n)) for n in range(2, 13)))
    page = sign_in(viewer).get(ADDRESS).content.decode()
    assert page.count("data-link=") == 10
    assert "The first 10 of 11" in page


def test_counts_are_bounded(
    dossier: Dossier,
    viewer: Membership,
    analyst: Membership,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("claims.views.exchange.COUNTED", 1)
    make_pair(dossier, by=analyst)
    make_pair(dossier, by=analyst)
    assert "1+ links" in sign_in(viewer).get(ADDRESS).content.decode()


def test_the_queries_do_not_grow_with_the_links(
    dossier: Dossier, reviewer: Membership, analyst: Membership, sign_in: SignIn,
    django_assert_max_num_queries: Callable[..., object],
) -> None:  # fmt: skip
    claims = [claim(str(n), "March") for n in range(1, 40)]
    bring_in(dossier, source(), *claims, *(link(str(n), "1", str(n)) for n in range(2, 40)))
    client = sign_in(reviewer)
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        client.get(ADDRESS, {"kind": "contradicts", "topic": "trade"})


def test_an_empty_dossier_can_be_taken_out(dossier: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    page = sign_in(viewer).get(ADDRESS).content.decode()
    assert "No links yet" in page
    assert "?format=gainsay" in page


def test_nothing_fits(dossier: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    page = sign_in(viewer).get(ADDRESS, {"topic": "nowhere"}).content.decode()
    assert "No link fits" in page
    assert "format=" not in page


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("query", [{"kind": "refutes"}, {"period": "soon"}, {"source": "C-1"}])
def test_a_wrong_filter_gets_422(
    dossier: Dossier, viewer: Membership, sign_in: SignIn, query: dict[str, str], htmx: bool
) -> None:
    answer = sign_in(viewer, htmx=htmx).get(ADDRESS, query)
    assert answer.status_code == 422
    assert b"These filters cannot be read" in answer.content
    assert b"format=" not in answer.content


def test_outsider_gets_404(dossier: Dossier, outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).get(ADDRESS).status_code == 404


def test_a_stranger_is_asked_to_sign_in(dossier: Dossier) -> None:
    assert Client().get(ADDRESS).status_code == 302


def test_only_analysts_are_offered_the_import(
    dossier: Dossier, reviewer: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    assert b"import/set/" not in sign_in(reviewer).get(ADDRESS).content
    assert b"import/set/" in sign_in(analyst).get(ADDRESS).content


def test_other_methods_get_405(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    assert sign_in(lead).post(ADDRESS).status_code == 405


def test_the_bin_is_left_out(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    made = make_pair(dossier, by=lead)
    put_in_bin(made, access=entered(lead.user, dossier))  # type: ignore[arg-type]
    assert b"data-link" not in sign_in(lead).get(ADDRESS).content


def test_it_is_blind(dossier: Dossier, reviewer: Membership, analyst: Membership, sign_in: SignIn) -> None:
    make_review(make_pair(dossier, by=analyst), by=analyst)
    client = sign_in(reviewer)
    page = client.get(ADDRESS).content.decode()
    assert 'data-state="in-review"' in page
    assert 'data-state="proposed"' not in page
    assert "data-link" not in client.get(ADDRESS, {"state": "proposed"}).content.decode()
    assert "data-link" in client.get(ADDRESS, {"state": "in review"}).content.decode()


def test_what_is_shown_of_others_verdicts_is_recorded(
    dossier: Dossier, reviewer: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    """On the page by the state it shows, with a filter by state also by what it leaves out."""
    bring_in(
        dossier,
        source(), claim("1"), claim("2", "March"), claim("3", "table"),
        link("L-1"), link("L-2", "1", "3"),
        review("L-1", "reviewer"), review("L-1", "mira", "neither"),
        review("L-2", "reviewer"),
    )  # fmt: skip
    client = sign_in(reviewer)
    client.get(ADDRESS, {"topic": "nowhere"})
    assert not Disclosure.objects.exists()
    client.get(ADDRESS, {"state": "settled"})
    assert Disclosure.objects.get().link.number == 1


def test_a_visit_records_what_a_filter_tells_of_the_first_links_only(
    dossier: Dossier,
    reviewer: Membership,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many she has judged, none of them is read; a download records all."""
    monkeypatch.setattr("claims.views.exchange.TOLD", 2)
    numbers = range(1, 5)
    bring_in(
        dossier,
        source(), claim("0"), *(claim(str(n), "March") for n in numbers),
        *(link(f"L-{n}", "0", str(n)) for n in numbers),
        *(review(f"L-{n}", who, "neither") for n in numbers for who in ("reviewer", "mira")),
    )  # fmt: skip
    client = sign_in(reviewer)
    with CaptureQueriesContext(connection) as queries:
        client.get(ADDRESS, {"kind": "contradicts"})
    assert set(Disclosure.objects.values_list("link__number", flat=True)) == {1, 2}
    reads = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert not any("claims_review" in sql and "LIMIT" not in sql for sql in reads)
    b"".join(client.get(DOWNLOAD, {"kind": "contradicts", "format": "nli"}))
    assert set(Disclosure.objects.values_list("link__number", flat=True)) == set(numbers)
