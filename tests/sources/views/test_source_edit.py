"""Correcting what is known of a source."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from claims.models import Claim
from sources.models import Dossier, Membership, Source, User
from tests.conftest import make_claim, make_dossier, make_source

ADDRESS = "/d/china-russia/sources/1/edit/"

SignIn = Callable[..., Client]


@pytest.fixture
def client(sign_in: SignIn, analyst: Membership) -> Client:
    return sign_in(analyst)


@pytest.fixture
def source(dossier: Dossier) -> Source:
    made = make_source(
        dossier, title="As it was", outlet="Reuters", url="https://example.org/a", published="2023"
    )
    made.refresh_from_db()
    return made


def fields(source: Source, **changed: object) -> dict[str, object]:
    names = ("title", "outlet", "author", "url", "published", "language", "reliability", "version")
    return {name: getattr(source, name) for name in names} | changed


def page_of(response: object) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()


def test_it_works(client: Client, source: Source) -> None:
    page = page_of(client.get(ADDRESS))
    assert 'value="As it was"' in page
    assert '<option value="en" selected>English</option>' in page
    response = client.post(
        ADDRESS,
        fields(
            source, title="As it is", author="A. Smith", published="2023-02", language="de", reliability="C"
        ),
    )
    assert (response.status_code, response.headers["Location"]) == (302, "/d/china-russia/sources/1/")
    text = source.text
    source.refresh_from_db()
    assert (source.title, source.author, source.published) == ("As it is", "A. Smith", "2023-02")
    assert (source.language, source.config, source.reliability) == ("de", "german", "C")
    assert (source.text, source.version) == (text, 2)


@pytest.mark.parametrize(("language", "config"), [("", "german"), ("en", "english")])
def test_its_claims_are_searched_in_its_new_language_unless_the_dossier_has_one(
    client: Client, source: Source, analyst: Membership, language: str, config: str
) -> None:
    Dossier.objects.update(language=language)
    source = Source.objects.get()
    make_claim(source, by=analyst)
    other = make_claim(make_source(source.dossier, language="fr"), by=analyst)
    client.post(ADDRESS, fields(source, language="de"))
    assert [(claim.config, claim.version) for claim in Claim.objects.filter(source=source)] == [(config, 1)]
    assert Claim.objects.get(pk=other.pk).config == other.config


def test_text_cannot_be_changed(client: Client, source: Source) -> None:
    client.post(ADDRESS, fields(source, title="New", text="Other words."))
    assert Source.objects.get().text == source.text


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("url", "javascript:alert(1)", "begins with http:// or https://"),
        ("url", " JavaScript:alert(1)", "begins with http:// or https://"),
        ("url", "data:text/html,x", "begins with http:// or https://"),
        ("url", "//example.org", "begins with http:// or https://"),
        ("url", "https://", "begins with http:// or https://"),
        ("url", "http://[::1", "begins with http:// or https://"),
        ("published", "yesterday", "“yesterday” is no date"),
        ("language", "xx", "not one of the available choices"),
        ("reliability", "G", "not one of the available choices"),
        ("outlet", "x" * 501, "at most 500 characters"),
    ],
)
def test_wrong_field_gets_422(client: Client, source: Source, field: str, value: str, reason: str) -> None:
    response = client.post(ADDRESS, fields(source, **{field: value}))
    assert response.status_code == 422
    assert reason in page_of(response)
    assert Source.objects.get().version == 1


def test_form_without_its_version_changes_nothing(client: Client, source: Source) -> None:
    assert client.post(ADDRESS, fields(source, title="New", version="")).status_code == 422
    assert Source.objects.get().version == 1


def test_imported_address_of_another_kind_stays_and_is_no_link(client: Client, source: Source) -> None:
    Source.objects.update(url="doi:10.1000/182", language="zh-Hant")
    source.refresh_from_db()
    assert source.link == ""
    assert '<option value="zh-Hant" selected>Chinese (Hant)</option>' in page_of(client.get(ADDRESS))
    assert client.post(ADDRESS, fields(source, title="New")).status_code == 302
    source.refresh_from_db()
    assert (source.title, source.url, source.language) == ("New", "doi:10.1000/182", "zh-Hant")


def test_web_address_is_a_link(source: Source) -> None:
    assert source.link == "https://example.org/a"


def test_stale_edit_shows_both(client: Client, source: Source) -> None:
    client.post(ADDRESS, fields(source, title="Theirs", language="de"))
    response = client.post(ADDRESS, fields(source, title="Mine", outlet="TASS"))
    assert response.status_code == 409
    page = page_of(response)
    assert "was changed by someone else" in page
    assert "<ins>Mine</ins>" in page
    assert "<dd>Theirs</dd>" in page
    assert "<ins>English</ins>" in page
    assert "<dd>German</dd>" in page
    assert 'value="Mine"' in page
    assert 'name="version" value="2"' in page
    source.refresh_from_db()
    assert source.title == "Theirs"
    assert client.post(ADDRESS, fields(source, title="Mine", outlet="TASS")).status_code == 302
    source.refresh_from_db()
    assert (source.title, source.outlet) == ("Mine", "TASS")


@pytest.mark.parametrize("role", ["reviewer", "viewer"])
def test_lesser_roles_get_403(
    role: str, sign_in: SignIn, source: Source, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(role))
    assert client.get(ADDRESS).status_code == 403
    assert client.post(ADDRESS, fields(source)).status_code == 403


def test_outsider_gets_404(sign_in: SignIn, outsider: User, source: Source) -> None:
    assert sign_in(outsider).get(ADDRESS).status_code == 404


def test_binned_absent_and_foreign_sources_are_not_found(client: Client, source: Source) -> None:
    make_source(make_dossier("other"))
    assert client.get("/d/other/sources/1/edit/").status_code == 404
    assert client.get("/d/china-russia/sources/99/edit/").status_code == 404
    Source.objects.filter(pk=source.pk).update(binned_at=timezone.now())
    assert client.get(ADDRESS).status_code == 404


def test_wrong_method_gets_405(client: Client, source: Source) -> None:
    assert client.put(ADDRESS).status_code == 405
