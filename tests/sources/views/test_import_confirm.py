"""The last look before a text is stored for good: correct, read again, leave out, keep, confirm, undo."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from claims.actions.bin import restore
from claims.actions.version import create_version
from sources.actions.draft import draft_file, draft_pasted
from sources.models import Dossier, Draft, Membership, Source, User
from tests.conftest import entered, make_claim, make_source

IMPORT = "/d/china-russia/import/"
ADDRESS = "/d/china-russia/import/sources/"
UNDROP = "/d/china-russia/import/sources/undrop/"

SignIn = Callable[..., Client]


@pytest.fixture
def client(sign_in: SignIn, analyst: Membership) -> Client:
    return sign_in(analyst)


@pytest.fixture
def one(dossier: Dossier, analyst: Membership) -> Draft:
    return draft_pasted(dossier=dossier, by=analyst, text="A headline\n\nThe words of the first.\n")


@pytest.fixture
def other(dossier: Dossier, analyst: Membership) -> Draft:
    return draft_file(dossier=dossier, by=analyst, name="other.txt", data="Übrigens: né à Łódź.".encode())


def fields(*drafts: Draft, **changed: str) -> dict[str, object]:
    """The form as it stands on the page, all drafts' fields ``changed`` alike."""
    posted: dict[str, object] = {"draft": [draft.pk for draft in drafts]}
    for draft in drafts:
        names = ("title", "outlet", "author", "url", "published", "language", "reliability", "encoding")
        for name in names:
            posted[f"draft-{draft.pk}-{name}"] = changed.get(name, getattr(draft, name))
    return posted


def post(
    client: Client, *drafts: Draft, button: str = "", on: Draft | None = None, **changed: str
) -> HttpResponse:
    pressed = {button: on.pk if on else ""} if button else {}
    return client.post(ADDRESS, {**fields(*drafts, **changed), **pressed})  # type: ignore[return-value]


def text_of(response: object) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()


def test_it_shows_what_was_read(client: Client, one: Draft, other: Draft) -> None:
    page = text_of(client.get(ADDRESS))
    assert "Look through 2 texts" in page
    assert "A headline\n\nThe words of the first.\n</div>" in page
    assert 'value="A headline"' in page
    assert f'name="draft-{other.pk}-encoding"' in page
    assert f'name="draft-{one.pk}-encoding"' not in page
    assert '<option value="utf-8" selected>' in page


def test_nothing_to_confirm_leads_to_the_import_page(client: Client) -> None:
    response = client.get(ADDRESS)
    assert (response.status_code, response.headers["Location"]) == (302, IMPORT)


def test_confirming_stores_the_source(client: Client, one: Draft, analyst: Membership) -> None:
    response = post(
        client,
        one,
        title="My title",
        outlet="The Paper",
        author="A. N. Other",
        url="https://example.org/a",
        published="2023-02",
        language="de",
        reliability="B",
    )
    assert (response.status_code, response.headers["Location"]) == (302, "/d/china-russia/sources/1/")
    source = Source.objects.get()
    assert source.text == "A headline\n\nThe words of the first.\n"
    assert (source.title, source.outlet, source.author) == ("My title", "The Paper", "A. N. Other")
    assert (source.url, source.published, source.language) == ("https://example.org/a", "2023-02", "de")
    assert (source.reliability, source.config, source.by) == ("B", "german", analyst)
    assert not Draft.objects.exists()


def test_real_articles_come_in_byte_for_byte(
    client: Client, shared: Path, dossier: Dossier, analyst: Membership
) -> None:
    files = sorted((shared / "articles").iterdir())
    with_files = [file.open("rb") for file in files]
    client.post(IMPORT, {"file": with_files, "text": ""})
    for file in with_files:
        file.close()
    assert post(client, *Draft.objects.all()).status_code == 302
    texts = Source.objects.order_by("number").values_list("text", flat=True)
    assert [text.encode() for text in texts] == [file.read_bytes() for file in files]


def test_confirmed_source_can_be_undone(client: Client, one: Draft) -> None:
    reader = text_of(client.get(post(client, one).headers["Location"]))
    assert "S-1 brought in." in reader
    [undo] = re.findall(r'action="(/d/china-russia/sources/1/bin/\?since=[^"]+)"', reader)
    client.post(undo)
    assert Source.objects.get().is_binned


def test_several_confirmed_are_undone_together(
    client: Client, one: Draft, other: Draft, dossier: Dossier
) -> None:
    make_source(dossier, "Of before.")
    reader = text_of(client.get(post(client, one, other).headers["Location"]))
    assert "2 sources brought in, S-2 to S-3." in reader
    undo = "/d/china-russia/import/2-3/undo/"
    assert f'action="{undo}"' in reader
    page = text_of(client.post(undo, follow=True))
    assert "2 sources put in the bin." in page
    assert list(Source.objects.live().values_list("number", flat=True)) == [1]


def test_undo_spares_what_others_brought_in(client: Client, lead: Membership, dossier: Dossier) -> None:
    make_source(dossier, "By the lead.", by=lead)
    client.post("/d/china-russia/import/1-1/undo/")
    assert not Source.objects.get().is_binned


def test_undo_is_refused_while_others_work_rests_on_one(
    client: Client, one: Draft, other: Draft, lead: Membership
) -> None:
    post(client, one, other)
    make_claim(Source.objects.get(number=2), "né à Łódź", by=lead)
    assert client.post("/d/china-russia/import/1-2/undo/").status_code == 403
    assert Source.objects.live().count() == 2


def test_undo_by_a_lead_is_refused_while_others_work_rests_on_one(
    dossier: Dossier, lead: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    for number in (1, 2):
        make_source(dossier, f"Number {number} was né à Łódź.", by=lead)
    make_claim(Source.objects.get(number=2), "né à Łódź", by=analyst)
    page = text_of(sign_in(lead).post("/d/china-russia/import/1-2/undo/", follow=True))
    assert "Others have worked on S-2 since" in page
    assert Source.objects.live().count() == 2


def test_undo_takes_a_version_back_before_what_it_replaced(
    dossier: Dossier, analyst: Membership, lead: Membership, client: Client
) -> None:
    source = make_source(dossier, "The first.", by=analyst)
    second, _ = create_version(source=source, by=analyst, text="The second.")
    client.post("/d/china-russia/import/1-2/undo/")
    assert not Source.objects.live().exists()
    restore(source, access=entered(analyst.user, dossier))  # type: ignore[arg-type]
    restore(second, access=entered(analyst.user, dossier))  # type: ignore[arg-type]
    create_version(source=second, by=lead, text="The third.")
    page = text_of(client.post("/d/china-russia/import/1-2/undo/", follow=True))
    assert "S-3 is the new version of S-2" in page
    assert Source.objects.live().count() == 3


def test_second_click_tells_what_happened(client: Client, one: Draft) -> None:
    form = fields(one)
    client.post(ADDRESS, form)
    page = text_of(client.post(ADDRESS, form, follow=True))
    assert "These texts were brought in or left out already." in page
    assert Source.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("published", "March", "“March” is no date"),
        ("published", "2023-02-30", "is not in the calendar"),
        ("url", "javascript:alert(1)", "begins with http:// or https://"),
        ("url", "https:// evil", "begins with http:// or https://"),
        ("language", "xx", "not one of the available choices"),
        ("reliability", "Z", "not one of the available choices"),
        ("title", "x" * 1001, "at most 1000 characters"),
        ("author", "x\0", "Null characters are not allowed"),
    ],
)
def test_wrong_field_confirms_nothing(
    client: Client, one: Draft, field: str, value: str, reason: str
) -> None:
    response: HttpResponse = client.post(ADDRESS, {**fields(one), f"draft-{one.pk}-{field}": value})  # type: ignore[assignment]
    assert response.status_code == 422
    assert reason in text_of(response)
    assert not Source.objects.exists()
    assert Draft.objects.exists()


def test_text_that_came_in_meanwhile_is_refused_and_nothing_comes_in(
    client: Client, one: Draft, other: Draft, dossier: Dossier
) -> None:
    make_source(dossier, other.text)
    response = post(client, one, other, outlet="The Paper")
    assert response.status_code == 422
    assert "This text is here already as <a href='/d/china-russia/sources/1/'>S-1</a>" in text_of(response)
    assert 'value="The Paper"' in text_of(response)
    assert Source.objects.count() == 1


def test_keeping_for_later_keeps_what_was_written(client: Client, one: Draft) -> None:
    response = post(client, one, button="keep", outlet="The Paper")
    assert response.headers["Location"] == IMPORT
    assert not Source.objects.exists()
    assert 'value="The Paper"' in text_of(client.get(ADDRESS))


def test_leaving_one_out_keeps_what_was_written_of_the_others(
    client: Client, one: Draft, other: Draft
) -> None:
    page = text_of(
        client.post(ADDRESS, {**fields(one, other, outlet="The Paper"), "drop": other.pk}, follow=True)
    )
    assert "Left out: other.txt." in page
    assert 'value="The Paper"' in page
    assert f"draft-{other.pk}" not in page
    assert not Source.objects.exists()


def test_wrong_field_of_the_one_left_out_does_not_hinder(client: Client, one: Draft, other: Draft) -> None:
    posted = {**fields(one, other), f"draft-{other.pk}-published": "March", "drop": other.pk}
    assert client.post(ADDRESS, posted).status_code == 302


def test_leaving_out_can_be_undone(client: Client, one: Draft) -> None:
    page = text_of(client.post(ADDRESS, {**fields(one), "drop": one.pk}, follow=True))
    assert f'action="{UNDROP}"' in page
    assert "Pasted text waits again." in text_of(client.post(UNDROP, follow=True))
    assert "A headline" in text_of(client.get(ADDRESS))


def test_leaving_out_what_is_gone_confirms_nothing(client: Client, one: Draft) -> None:
    assert client.post(ADDRESS, {**fields(one), "drop": "999"}).status_code == 302
    assert not Source.objects.exists()


def test_undrop_without_anything_left_out_says_so(client: Client) -> None:
    assert "Nothing was left out." in text_of(client.post(UNDROP, follow=True))


def test_reading_again_changes_the_text(client: Client, other: Draft) -> None:
    response = post(client, other, button="again", on=other, encoding="mac-roman", outlet="The Paper")
    assert response.headers["Location"] == f"{ADDRESS}#draft-{other.pk}"
    other.refresh_from_db()
    assert other.text.startswith("√úbrigens")
    assert (other.outlet, other.encoding) == ("The Paper", "mac-roman")


def test_reading_again_in_what_does_not_fit_says_so(client: Client, other: Draft) -> None:
    response = post(client, other, button="again", on=other, encoding="windows-1252")
    assert response.status_code == 422
    assert "Choose another encoding" in text_of(response)
    other.refresh_from_db()
    assert other.encoding == "utf-8"


def test_page_holds_a_bounded_number_of_texts(client: Client, dossier: Dossier, analyst: Membership) -> None:
    for n in range(26):
        draft_pasted(dossier=dossier, by=analyst, text=f"Text {n}.")
    page = text_of(client.get(ADDRESS))
    assert page.count('name="draft"') == 25
    assert "More wait" in page
    post(client, *Draft.objects.all()[:25])
    assert Source.objects.count() == 25
    assert "Text 25." in text_of(client.get(ADDRESS))


def test_text_runs_as_its_language_does(client: Client, dossier: Dossier, analyst: Membership) -> None:
    draft_pasted(
        dossier=dossier, by=analyst, text="قالت الوزارة إن التجارة بين البلدين ارتفعت في شهر مارس الماضي."
    )
    assert 'lang="ar" dir="rtl"' in text_of(client.get(ADDRESS))


def test_text_runs_no_script(client: Client, dossier: Dossier, analyst: Membership) -> None:
    draft_pasted(dossier=dossier, by=analyst, text="<script>alert(1)</script>")
    assert "<script>alert" not in text_of(client.get(ADDRESS))


def test_others_drafts_are_out_of_reach(sign_in: SignIn, lead: Membership, one: Draft) -> None:
    client = sign_in(lead)
    for button in ("drop", "again", "keep", ""):
        post(client, one, button=button, on=one if button else None, outlet="Mine now")
    one.refresh_from_db()
    assert (one.outlet, one.dropped_at) == ("", None)
    assert not Source.objects.exists()


@pytest.mark.parametrize("address", [ADDRESS, UNDROP, "/d/china-russia/import/1-1/undo/"])
def test_lesser_roles_get_403_and_outsiders_404(
    address: str, sign_in: SignIn, reviewer: Membership, viewer: Membership, outsider: User
) -> None:
    for person, status in ((reviewer, 403), (viewer, 403), (outsider, 404)):
        assert sign_in(person).post(address).status_code == status


@pytest.mark.parametrize("address", [UNDROP, "/d/china-russia/import/1-1/undo/"])
def test_undo_by_get_gets_405(address: str, client: Client) -> None:
    assert client.get(address).status_code == 405


def test_page_reads_no_whole_text(
    client: Client, one: Draft, other: Draft, django_assert_max_num_queries: Callable[..., object]
) -> None:
    with django_assert_max_num_queries(7) as captured:  # type: ignore[attr-defined]
        client.get(ADDRESS)
    drafts = [query["sql"] for query in captured.captured_queries if "sources_draft" in query["sql"]]
    assert len(drafts) == 1
    whole = re.sub(r'(LEFT|RIGHT)\("sources_draft"."text"', "", drafts[0])
    assert '"sources_draft"."text"' not in whole
    assert '"sources_draft"."original"' not in whole
