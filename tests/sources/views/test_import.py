"""The import page: paste or upload, every refusal by name, what is good waits."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import StopFutureHandlers
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone

from sources.actions.draft import MAX_BYTES
from sources.models import Dossier, Draft, Membership, Source, User
from sources.views import draft as views
from sources.views import upload as uploads
from sources.views.upload import LimitedUploads
from tests.conftest import make_source

ADDRESS = "/d/china-russia/import/"
CONFIRM = "/d/china-russia/import/sources/"

SignIn = Callable[..., Client]


@pytest.fixture
def client(sign_in: SignIn, analyst: Membership) -> Client:
    return sign_in(analyst)


def upload(client: Client, *files: tuple[str, bytes], text: str = "") -> HttpResponse:
    data = {"file": [SimpleUploadedFile(name, content) for name, content in files], "text": text}
    return client.post(ADDRESS, data)  # type: ignore[return-value]


def refused(response: HttpResponse) -> str:
    """The page of a refusal."""
    assert response.status_code == 422
    return response.content.decode()


def test_it_works(client: Client) -> None:
    page = client.get(ADDRESS)
    assert page.status_code == 200
    assert ".txt .md .html .pdf .docx" in page.content.decode()
    assert "Waiting for you" not in page.content.decode()


def test_pasted_text_waits_to_be_confirmed(client: Client, analyst: Membership) -> None:
    response = upload(client, text="\r\n  A headline\r\n\r\nWords.  \r\n")
    assert (response.status_code, response.headers["Location"]) == (302, CONFIRM)
    draft = Draft.objects.get()
    assert draft.text == "\n  A headline\n\nWords.  \n"
    assert (draft.by, draft.title, draft.filename) == (analyst, "A headline", "")
    assert "A headline" in client.get(ADDRESS).content.decode()


def test_several_files_wait_to_be_confirmed(client: Client) -> None:
    response = upload(client, ("a.txt", b"First words."), ("b.md", b"Second words."), text="Third words.")
    assert response.status_code == 302
    assert [draft.name for draft in Draft.objects.all()] == ["a.txt", "b.md", "Pasted text"]


def test_real_articles_wait_byte_for_byte(client: Client, shared: Path) -> None:
    files = sorted((shared / "articles").iterdir())
    assert upload(client, *((file.name, file.read_bytes()) for file in files)).status_code == 302
    assert [draft.text.encode() for draft in Draft.objects.all()] == [file.read_bytes() for file in files]


def test_bad_file_is_named_and_the_good_one_waits(client: Client) -> None:
    page = refused(upload(client, ("good.txt", b"Words."), ("bad.pdf", b"no pdf"), ("x.png", b"\x89PNG")))
    assert "<strong>bad.pdf</strong>: This is no PDF" in page
    assert "<strong>x.png</strong>: Files ending in “.png” are not read here" in page
    assert "good.txt" in page
    assert Draft.objects.get().filename == "good.txt"


def test_refused_text_stays_in_the_form(client: Client) -> None:
    page = refused(upload(client, ("good.txt", b"Words."), text="before\0after"))
    assert "<strong>Pasted text</strong>: There is a NUL character in line 1 (character 7" in page
    assert "before\0after" in page
    assert Draft.objects.get().filename == "good.txt"


def test_text_that_was_taken_does_not_stay_in_the_form(client: Client) -> None:
    page = refused(upload(client, ("bad.pdf", b"no pdf"), text="The pasted words themselves."))
    assert "The pasted words themselves.</textarea>" not in page
    assert Draft.objects.get().text == "The pasted words themselves."


def test_nothing_at_all_is_refused(client: Client) -> None:
    assert "Choose at least one file, name an address, or paste a text." in refused(upload(client))


@pytest.mark.parametrize("text", [" ", "\r\n\t\r\n"])
def test_empty_text_is_refused(client: Client, text: str) -> None:
    assert "No text found" in refused(upload(client, text=text))


def test_text_that_is_here_is_refused_with_the_way_to_it(client: Client, dossier: Dossier) -> None:
    make_source(dossier, "The same words.")
    page = refused(upload(client, ("again.txt", b"The same words.")))
    assert "This text is here already as <a href='/d/china-russia/sources/1/'>S-1</a>." in page
    assert not Draft.objects.exists()


def test_text_in_the_bin_is_refused_with_the_way_to_the_bin(client: Client, dossier: Dossier) -> None:
    make_source(dossier, "The same words.")
    Source.objects.update(binned_at=timezone.now())
    page = refused(upload(client, ("again.txt", b"The same words.")))
    assert "S-1, which is in <a href='/d/china-russia/bin/'>the bin</a>" in page


def test_same_file_twice_waits_once(client: Client) -> None:
    page = refused(upload(client, ("a.txt", b"The same words."), ("b.txt", b"The same words.")))
    assert "<strong>b.txt</strong>: The same text waits for your confirmation already, as “a.txt”." in page
    assert Draft.objects.count() == 1


def test_encoding_may_be_said_at_once(client: Client) -> None:
    text = "Привет, мир."
    file = SimpleUploadedFile("a.txt", text.encode("cp866"))
    assert client.post(ADDRESS, {"file": [file], "encoding": "cp866"}).status_code == 302
    assert Draft.objects.get().text == text


def test_encoding_nobody_offers_is_refused(client: Client) -> None:
    assert client.post(ADDRESS, {"text": "Words.", "encoding": "zip"}).status_code == 422


def test_name_of_a_file_runs_no_script(client: Client) -> None:
    page = refused(upload(client, ("<script>alert(1)<x.pdf", b"no pdf")))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;x.pdf" in page


class TestBadInput:
    def test_pdf_that_is_none(self, client: Client) -> None:
        assert "This is no PDF, or a damaged one." in refused(upload(client, ("a.pdf", b"%PNG")))

    def test_docx_with_a_bomb_inside(self, client: Client) -> None:
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", b"\0" * 60_000_000)
        assert "it was not opened" in refused(upload(client, ("a.docx", bomb.getvalue())))

    def test_html_page_with_scripts_gives_its_words_alone(self, client: Client) -> None:
        page = "<p>Trade fell in March.</p><script>alert('boo')</script><p onclick='x()'>It rose in <b>May</b>.</p>"
        assert upload(client, ("a.html", f"<html><body>{page}</body></html>".encode())).status_code == 302
        text = Draft.objects.get().text
        assert "Trade fell in March." in text
        assert "It rose in May." in text
        assert "alert" not in text
        assert "<" not in text

    def test_50_mb_of_text(self, client: Client) -> None:
        page = refused(upload(client, ("a.txt", b"All work and no play. " * (50 * 1024 * 1024 // 22))))
        assert "more than 5,000,000 characters, the most that a source holds; split it." in page

    def test_more_than_50_mb(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(views, "MAX_BYTES", 100_000)
        page = refused(upload(client, ("big.pdf", b"x" * 3_000_000), ("small.txt", b"Words.")))
        assert "<strong>big.pdf</strong>: The file is larger than 50 MB" in page
        assert Draft.objects.get().filename == "small.txt"

    def test_little_more_than_the_limit_reaches_the_disk(self) -> None:
        request = HttpRequest()
        handler, chunk = LimitedUploads(request), b"x" * 64 * 1024
        with pytest.raises(StopFutureHandlers):  # none of Django's opens a file of its own
            handler.new_file("file", "big.txt", "text/plain", None)
        for start in range(0, 60 * 1024 * 1024, len(chunk)):
            handler.receive_data_chunk(chunk, start)
        upload = handler.file_complete(60 * 1024 * 1024)
        assert upload.size == 60 * 1024 * 1024
        assert MAX_BYTES < sum(map(len, upload.pieces())) <= MAX_BYTES + len(chunk)

    def test_50_mb_of_pasted_text(self, client: Client) -> None:
        page = refused(upload(client, text="All work. " * (5 * 1024 * 1024)))
        assert "longer than the 5,000,000 characters that a source holds" in page
        assert not Draft.objects.exists()

    def test_pasted_text_of_one_character_too_many(self, client: Client) -> None:
        assert "The text has 5,000,001 characters" in refused(upload(client, text="x" * 5_000_001))

    def test_longest_text(self, client: Client) -> None:
        assert upload(client, ("long.txt", ("é words " * 625_000).encode())).status_code == 302
        assert Draft.objects.get().length == 5_000_000
        assert "4,979,500 characters are not shown here" in client.get(CONFIRM).content.decode()

    def test_upload_of_more_than_500_mb(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(uploads, "MAX_UPLOAD", 1_000)
        page = refused(upload(client, ("a.txt", b"Words. " * 100), ("b.txt", b"Words. " * 101)))
        assert "<strong>This upload</strong>: More than 500 MB at once." in page
        assert not Draft.objects.exists()

    def test_more_than_2000_files(self, client: Client) -> None:
        page = refused(upload(client, *((f"{n}.txt", b"Words.") for n in range(2_001))))
        assert "More than 2,000 files at once." in page

    @pytest.mark.parametrize(
        ("name", "data", "reason"),
        [
            ("nul.txt", b"some\0words", "NUL character"),
            ("empty.txt", b"", "The file is empty"),
            ("blank.txt", b" \n \n", "No text found"),
            ("empty.pdf", b"", "The file is empty"),
            ("no ending", b"Words.", "Files without an ending"),
            ("program.txt", bytes(range(256)) * 9, "not text in any known encoding"),
        ],
    )
    def test_file_that_is_no_text(self, client: Client, name: str, data: bytes, reason: str) -> None:
        assert reason in refused(upload(client, (name, data)))
        assert not Draft.objects.exists()

    @pytest.mark.parametrize("encoding", ["windows-1252", "utf-16", "utf-16-le", "utf-8-sig"])
    def test_file_in_another_encoding(self, client: Client, encoding: str) -> None:
        text = "The café’s owner – a Frenchman – said “déjà vu” and naïvely paid 5 €.\n" * 3
        assert upload(client, ("a.txt", text.encode(encoding))).status_code == 302
        assert Draft.objects.get().text == text


@pytest.mark.parametrize("role", ["reviewer", "viewer"])
def test_lesser_roles_get_403(role: str, sign_in: SignIn, request: pytest.FixtureRequest) -> None:
    client = sign_in(request.getfixturevalue(role))
    assert client.get(ADDRESS).status_code == 403
    assert upload(client, text="Words.").status_code == 403
    assert not Draft.objects.exists()


def test_lead_may(sign_in: SignIn, lead: Membership) -> None:
    assert upload(sign_in(lead), text="Words.").status_code == 302


def test_outsider_gets_404(sign_in: SignIn, outsider: User, dossier: Dossier) -> None:
    client = sign_in(outsider)
    assert client.get(ADDRESS).status_code == 404
    assert upload(client, text="Words.").status_code == 404


def test_anonymous_is_sent_to_sign_in(dossier: Dossier) -> None:
    response = upload(Client(), text="Words.")
    assert response.headers["Location"].startswith("/accounts/login/")


def test_wrong_method_gets_405(client: Client) -> None:
    assert client.put(ADDRESS).status_code == 405


def test_forged_form_gets_403(analyst: Membership) -> None:
    client = Client(enforce_csrf_checks=True)
    assert analyst.user is not None
    client.force_login(analyst.user, backend="django.contrib.auth.backends.ModelBackend")
    assert upload(client, text="Words.").status_code == 403
    assert not Draft.objects.exists()


def test_others_drafts_are_not_seen(client: Client, sign_in: SignIn, lead: Membership) -> None:
    upload(sign_in(lead), text="A secret headline")
    assert "A secret headline" not in client.get(ADDRESS).content.decode()
    assert client.get(CONFIRM).status_code == 302


@pytest.fixture
def superuser_client(sign_in: SignIn, db: None) -> Client:
    return sign_in(User.objects.create_superuser("root", password="correct horse"))


def test_superuser_who_is_no_member_may(superuser_client: Client, dossier: Dossier) -> None:
    assert superuser_client.get(ADDRESS).status_code == 200
    assert upload(superuser_client, text="Words.").status_code == 302
    assert Draft.objects.get().by.name == "root"
