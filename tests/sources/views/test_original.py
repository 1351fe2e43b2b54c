"""The file as it came: to the byte, in pieces, under a safe name, as a download and never as a page."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from claims.actions.bin import delete_for_good, put_in_bin
from sources.actions.original import CHUNK, bytes_of, keep_original, remove_unused_originals
from sources.models import Dossier, Draft, Membership, Original, OriginalChunk, Source, User
from sources.views.original import safe_name
from tests.conftest import entered, make_dossier, make_source

ADDRESS = "/d/china-russia/sources/1/original/"
DATA = bytes(range(256)) * 2_500  # two pieces and some

SignIn = Callable[..., Client]


@pytest.fixture
def original(dossier: Dossier) -> Original:
    return keep_original(dossier=dossier, filename="x/Bericht №1.html", data=DATA, media_type="text/html")


@pytest.fixture
def source(dossier: Dossier, analyst: Membership, original: Original) -> Source:
    return make_source(dossier, by=analyst, original=original)


def test_it_comes_to_the_byte_and_in_pieces(source: Source, sign_in: SignIn, viewer: Membership) -> None:
    response = sign_in(viewer).get(ADDRESS)
    pieces = [bytes(piece) for piece in response.streaming_content]  # type: ignore[attr-defined]
    assert b"".join(pieces) == DATA
    assert max(map(len, pieces)) == CHUNK
    assert response.headers["Content-Length"] == str(len(DATA))


def test_it_is_a_download_and_no_page(source: Source, sign_in: SignIn, viewer: Membership) -> None:
    headers = sign_in(viewer).get(ADDRESS).headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("a.txt", "a.txt"),
        ("x/y/a.txt", "a.txt"),
        ("..\\..\\a.txt", "a.txt"),
        ('a"b\r\nSet-Cookie: c.txt', "a_b_Set-Cookie_ c.txt"),
        ("evil\u202etxt.exe", "evil_txt.exe"),
        ("..", "original"),
        ("", "original"),
        ("报告.html", "报告.html"),
        ("x" * 400 + ".html", "x" * 145 + ".html"),
    ],
)
def test_name_is_safe(filename: str, name: str) -> None:
    assert safe_name(Original(filename=filename)) == name


def test_odd_name_stays_one_header(dossier: Dossier, sign_in: SignIn, viewer: Membership) -> None:
    kept = keep_original(dossier=dossier, filename="a\r\nX-Evil: 1; é.txt", data=b"x")
    make_source(dossier, original=kept)
    headers = sign_in(viewer).get(ADDRESS).headers
    assert "X-Evil" not in headers
    assert "filename*=utf-8''a_X-Evil_%201%3B%20%C3%A9.txt" in headers["Content-Disposition"]


def test_file_of_no_bytes(dossier: Dossier, sign_in: SignIn, viewer: Membership) -> None:
    make_source(dossier, original=keep_original(dossier=dossier, filename="a.txt", data=b""))
    response = sign_in(viewer).get(ADDRESS)
    assert b"".join(response.streaming_content) == b""  # type: ignore[attr-defined]
    assert response.headers["Content-Length"] == "0"


def test_head_sends_no_bytes(source: Source, sign_in: SignIn, viewer: Membership) -> None:
    response = sign_in(viewer).head(ADDRESS)
    assert (response.status_code, response.headers["Content-Length"]) == (200, str(len(DATA)))


def test_pasted_text_has_none(dossier: Dossier, sign_in: SignIn, viewer: Membership) -> None:
    make_source(dossier)
    assert sign_in(viewer).get(ADDRESS).status_code == 404
    assert ADDRESS not in sign_in(viewer).get("/d/china-russia/sources/1/").content.decode()


def test_reader_and_edit_page_lead_to_it(source: Source, sign_in: SignIn, analyst: Membership) -> None:
    client = sign_in(analyst)
    for page in ("/d/china-russia/sources/1/", "/d/china-russia/sources/1/edit/"):
        assert f'href="{ADDRESS}"' in client.get(page).content.decode()


def test_binned_source_gives_none(source: Source, sign_in: SignIn, viewer: Membership) -> None:
    Source.objects.update(binned_at=timezone.now())
    assert sign_in(viewer).get(ADDRESS).status_code == 404


def test_outsider_gets_404(source: Source, sign_in: SignIn, outsider: User) -> None:
    assert sign_in(outsider).get(ADDRESS).status_code == 404


def test_wrong_method_gets_405(source: Source, sign_in: SignIn, viewer: Membership) -> None:
    assert sign_in(viewer).post(ADDRESS).status_code == 405


def test_original_never_changes(original: Original) -> None:
    for rows, change in ((Original.objects, {"filename": "x"}), (OriginalChunk.objects, {"data": b"x"})):
        with pytest.raises(IntegrityError, match="stays as it came"), transaction.atomic():
            rows.update(**change)
    assert bytes_of(original) == DATA


def test_original_of_nothing_is_removed(source: Source, analyst: Membership, dossier: Dossier) -> None:
    drafted = keep_original(dossier=dossier, filename="draft.txt", data=b"x")
    draft = Draft.objects.create(dossier=dossier, by=analyst, text="Words.", original=drafted)
    keep_original(dossier=dossier, filename="nobody's.txt", data=b"x")
    elsewhere = keep_original(dossier=make_dossier("other"), filename="elsewhere.txt", data=b"x")
    assert remove_unused_originals(dossier) == 1
    assert Original.objects.filter(pk=elsewhere.pk).exists()
    draft.delete()
    assert remove_unused_originals() == 2
    assert Original.objects.get() == source.original


def test_original_goes_with_a_source_deleted_for_good(
    source: Source, analyst: Membership, dossier: Dossier
) -> None:
    assert analyst.user
    put_in_bin(source, access=entered(analyst.user, dossier))
    assert Original.objects.exists()
    delete_for_good(source)
    assert not Original.objects.exists()
    assert not OriginalChunk.objects.exists()
