"""The list of sources: rows, filters, pages, and what it does not read."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.models import Claim
from sources.models import Dossier, Membership, Source, User
from tests.conftest import make_claim, make_dossier, make_source

ADDRESS = "/d/china-russia/sources/"

SignIn = Callable[..., Client]


@pytest.fixture
def client(sign_in: SignIn, viewer: Membership) -> Client:
    return sign_in(viewer)


@pytest.fixture
def sources(dossier: Dossier) -> list[Source]:
    made: list[dict[str, Any]] = [
        {
            "title": "Trade falls",
            "outlet": "Reuters",
            "author": "A. Smith",
            "published": "2022",
            "language": "en",
        },
        {
            "title": "Gas flows",
            "outlet": "TASS",
            "author": "B. Ivanov",
            "published": "2023-01",
            "language": "ru",
        },
        {"title": "Summit held", "outlet": "Le Monde", "author": "C. Dupré", "published": "2023-02-10"},
        {"title": "", "url": "https://example.org/nameless", "reliability": "F"},
    ]
    made[0] |= {"reliability": "A"}
    made[2] |= {"language": "fr", "reliability": "B"}
    made[3] |= {"language": ""}
    texts = ["Grain and oil.", "Трубопроводы и газ.", "Les présidents se rencontrent à Moscou.", "12 34"]
    return [make_source(dossier, text, **fields) for text, fields in zip(texts, made, strict=True)]


def page_of(response: object) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()


def numbers(client: Client, **asked: str) -> list[int]:
    """The numbers listed, as the page has them."""
    response = client.get(ADDRESS, asked)
    assert response.status_code == 200
    return [source.number for source, _ in response.context["rows"]]


def test_it_works(client: Client, sources: list[Source], analyst: Membership) -> None:
    make_claim(sources[0], "Grain", by=analyst)
    make_claim(sources[0], "oil", by=analyst)
    binned = make_claim(sources[0], "and", by=analyst)
    Claim.objects.filter(pk=binned.pk).update(binned_at=timezone.now())
    page = page_of(client.get(ADDRESS))
    for words in (
        "S-1",
        "Trade falls",
        "Reuters",
        "A. Smith",
        "2022",
        "English",
        "14 characters",
        "2 claims",
    ):
        assert words in page
    assert "https://example.org/nameless" in page
    assert "Bring in" not in page
    assert numbers(client) == [4, 3, 2, 1]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "trade"}, [1]),
        ({"q": "oil"}, [1]),
        ({"q": "presidents"}, [3]),  # found without its accent, in the language of its text
        ({"q": "трубопровод"}, [2]),
        ({"q": "Dupre"}, [3]),
        ({"q": "reuters -grain"}, [1]),
        ({"q": "nowhere"}, []),
        ({"q": "!!"}, []),
        ({"outlet": "reut"}, [1]),
        ({"author": "ivanov"}, [2]),
        ({"since": "2023"}, [3, 2]),
        ({"until": "2022-06"}, [1]),
        ({"since": "2022-12-31", "until": "2023-01-01"}, [2, 1]),
        ({"since": "2023-02-11"}, []),
        ({"language": "ru"}, [2]),
        ({"language": "none"}, [4]),
        ({"language": "xx"}, []),
        ({"reliability": "B"}, [3]),
        ({"reliability": "none"}, [2]),
        ({"outlet": "%"}, []),
        ({"language": "en", "reliability": "A", "since": "2022", "q": "grain"}, [1]),
        ({"before": "3"}, [2, 1]),
        ({"unheard": "of"}, [4, 3, 2, 1]),
    ],
)
def test_filters(client: Client, sources: list[Source], asked: dict[str, str], found: list[int]) -> None:
    assert numbers(client, **asked) == found


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"since": "March"}, "“March” is no date"),
        ({"until": "2023-02-30"}, "is not in the calendar"),
        ({"since": "2023", "until": "2022"}, "ends before it starts"),
        ({"reliability": "Z"}, "not one of the available choices"),
        ({"q": "a\0b"}, "Null characters are not allowed"),
        ({"language": "\0"}, "not one of the available choices"),
    ],
)
def test_wrong_filter_gets_422(
    client: Client, sources: list[Source], asked: dict[str, str], reason: str
) -> None:
    response = client.get(ADDRESS, asked)
    assert response.status_code == 422
    assert reason in page_of(response)


def test_wrong_filter_by_htmx_shows_the_whole_page(
    sign_in: SignIn, viewer: Membership, sources: list[Source]
) -> None:
    response = sign_in(viewer, htmx=True).get(ADDRESS, {"since": "March"})
    assert response.headers["HX-Redirect"] == f"{ADDRESS}?since=March"


def test_filters_that_are_on_can_be_taken_off_one_by_one(client: Client, sources: list[Source]) -> None:
    page = page_of(client.get(ADDRESS, {"outlet": "reuters", "language": "en", "before": "9"}))
    assert f'href="{ADDRESS}?language=en"' in page
    assert f'href="{ADDRESS}?outlet=reuters"' in page
    assert "language: English" in page.replace("Language", "language")


def test_page_and_fragment(sign_in: SignIn, viewer: Membership, sources: list[Source]) -> None:
    fragment = page_of(sign_in(viewer, htmx=True).get(ADDRESS))
    assert fragment.strip().startswith('<div id="rows">')
    assert "Trade falls" in fragment
    response = sign_in(viewer).get(ADDRESS)
    assert "<!doctype html>" in page_of(response)
    assert "HX-Request" in response.headers["Vary"]


def test_search_field_stands_outside_its_form_and_belongs_to_it(
    client: Client, sources: list[Source]
) -> None:
    page = page_of(client.get(ADDRESS))
    assert '<form class="stack" id="filter" method="get"' in page
    assert re.search(r'<input type="search" name="q"[^>]* form="filter"', page)


def test_address_names_only_the_filters_that_are_on(
    sign_in: SignIn, viewer: Membership, sources: list[Source]
) -> None:
    response = sign_in(viewer, htmx=True).get(ADDRESS, {"q": "", "outlet": "reuters", "since": ""})
    assert response.headers["HX-Push-Url"] == f"{ADDRESS}?outlet=reuters"
    assert sign_in(viewer, htmx=True).get(ADDRESS, {"q": ""}).headers["HX-Push-Url"] == ADDRESS


def test_pages_run_by_number_and_keep_the_filters(client: Client, dossier: Dossier) -> None:
    for n in range(51):
        make_source(dossier, f"Text {n}.", outlet="Reuters")
    page = page_of(client.get(ADDRESS, {"outlet": "reuters"}))
    assert "51 sources" in page
    assert f'href="{ADDRESS}?outlet=reuters&amp;before=2" rel="next"' in page
    assert numbers(client, outlet="reuters", before="2") == [1]
    second = page_of(client.get(ADDRESS, {"outlet": "reuters", "before": "2"}))
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second


@pytest.mark.parametrize("before", ["x", "-1", "9999999999", "1.5"])
def test_page_that_cannot_be_is_not_found(client: Client, before: str) -> None:
    assert client.get(ADDRESS, {"before": before}).status_code == 404


def test_binned_and_foreign_sources_are_not_listed(client: Client, sources: list[Source]) -> None:
    make_source(make_dossier("other"), "Foreign words.", title="Foreign")
    Source.objects.filter(pk=sources[0].pk).update(binned_at=timezone.now())
    assert numbers(client) == [4, 3, 2]
    assert numbers(client, q="foreign") == []
    assert numbers(client, q="trade") == []


def test_empty_dossier_says_what_to_do(client: Client, sign_in: SignIn, analyst: Membership) -> None:
    assert "The analysts of this dossier have brought in none so far." in page_of(client.get(ADDRESS))
    page = page_of(sign_in(analyst).get(ADDRESS))
    assert "Paste or upload the first article" in page
    assert 'href="/d/china-russia/import/"' in page


def test_nothing_found_says_so(client: Client, sources: list[Source]) -> None:
    assert "No source fits" in page_of(client.get(ADDRESS, {"q": "nowhere"}))


def test_title_runs_no_script(client: Client, dossier: Dossier) -> None:
    make_source(dossier, title="<script>alert(1)</script>")
    assert "<script>alert" not in page_of(client.get(ADDRESS))


def test_outsider_gets_404(sign_in: SignIn, outsider: User, dossier: Dossier) -> None:
    assert sign_in(outsider).get(ADDRESS).status_code == 404


def test_anonymous_is_sent_to_sign_in(dossier: Dossier) -> None:
    assert Client().get(ADDRESS).headers["Location"].startswith("/accounts/login/")


def test_wrong_method_gets_405(client: Client, dossier: Dossier) -> None:
    assert client.post(ADDRESS).status_code == 405


def test_no_text_is_read_and_queries_do_not_grow(
    client: Client, dossier: Dossier, analyst: Membership
) -> None:
    counts = []
    for rows in (2, 20):
        for n in range(rows):
            make_claim(make_source(dossier, f"Text {rows} {n}."), "Text", by=analyst)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(ADDRESS, {"q": "text"})
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert not [query["sql"] for query in queries if '"sources_source"."text",' in query["sql"]]
