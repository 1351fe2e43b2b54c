"""The command that brings files in: all or none, nothing twice, every refusal named."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from procrastinate.contrib.django.models import ProcrastinateJob

from sources.actions.original import bytes_of
from sources.models import Counter, Dossier, Membership, Original, Source
from tests.conftest import make_dossier, make_source, make_user
from tests.website import HOST, Website, moved, page

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> str:
    """The command's standard output."""
    out = io.StringIO()
    call_command("import_sources", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.txt").write_text("\n\n  Second headline\nThe text of the second, in English.\n")
    (tmp_path / "a.md").write_text("# First headline\n\nThe text of the first, in English.\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / ".hidden.txt").write_text("Not meant.")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "c.html").write_text(
        "<html><head><title>Third</title><script>alert(1)</script></head><body><p>Words of the third.</p></body></html>"
    )
    return tmp_path


def texts() -> list[str]:
    return list(Source.objects.order_by("number").values_list("text", flat=True))


def test_real_articles_come_in_byte_for_byte(dossier: Dossier, shared: Path) -> None:
    out = run("china-russia", shared / "articles")
    files = sorted((shared / "articles").iterdir())
    assert [text.encode() for text in texts()] == [file.read_bytes() for file in files]
    assert len(files) == 5
    source = Source.objects.get(number=1)
    assert source.title == "Why China may move away from Russia"
    assert (source.language, source.config, source.by) == ("en", "english", None)
    assert out == "5 sources brought into china-russia: S-1 to S-5.\n"


def test_folder_means_every_such_file_in_it_by_name(dossier: Dossier, folder: Path) -> None:
    run("china-russia", folder)
    titles = Source.objects.order_by("number").values_list("title", flat=True)
    assert list(titles) == ["# First headline", "Second headline", "Third"]
    assert texts()[1] == "\n\n  Second headline\nThe text of the second, in English.\n"
    assert "alert" not in texts()[2]


def test_files_come_in_the_order_named(dossier: Dossier, folder: Path) -> None:
    run("china-russia", folder / "b.txt", folder / "a.md")
    assert Source.objects.get(number=1).title == "Second headline"


def test_title_is_cut_and_the_text_is_not(dossier: Dossier, tmp_path: Path) -> None:
    line = "word " * 80
    (tmp_path / "long.txt").write_text(line + "\nThe rest.")
    run("china-russia", tmp_path / "long.txt")
    source = Source.objects.get()
    assert source.title == line[:200]
    assert source.text == line + "\nThe rest."


def test_second_time_skips_and_names_what_is_here(dossier: Dossier, folder: Path) -> None:
    run("china-russia", folder)
    out = run("china-russia", folder)
    assert Source.objects.count() == 3
    assert f"{folder / 'a.md'}: skipped. This text is here already as S-1." in out
    assert out.endswith("No source brought into china-russia; 3 skipped, here already.\n")
    assert Counter.objects.get(dossier=dossier, letter="S").last == 3


def test_same_text_twice_in_a_run_comes_in_once(dossier: Dossier, folder: Path) -> None:
    out = run("china-russia", folder / "a.md", folder / "a.md")
    assert Source.objects.count() == 1
    assert "1 source brought into china-russia: S-1; 1 skipped, here already." in out


def test_one_bad_file_refuses_all(dossier: Dossier, folder: Path) -> None:
    (folder / "bad.pdf").write_bytes(b"no pdf")
    (folder / "empty.txt").write_text("  \n")
    with pytest.raises(CommandError) as refused:
        run("china-russia", folder)
    assert not Source.objects.exists()
    told = str(refused.value)
    assert told.startswith("Nothing was brought into china-russia. 2 cannot be read:")
    assert f"{folder / 'bad.pdf'}: This is no PDF" in told
    assert f"{folder / 'empty.txt'}: No text found" in told


def test_keep_going_takes_the_good_and_lists_the_bad(
    dossier: Dossier, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.pdf").write_bytes(b"no pdf")
    with pytest.raises(CommandError, match=r"1 cannot be read:\n.*bad\.pdf: This is no PDF") as refused:
        call_command("import_sources", "china-russia", str(folder), "--keep-going")
    assert refused.value.returncode == 1
    assert Source.objects.count() == 3
    assert capsys.readouterr().out == "3 sources brought into china-russia: S-1 to S-3.\n"


@pytest.fixture
def site(settings: Any) -> Iterator[Website]:
    """A website that may be fetched."""
    settings.FETCH_ALLOW = [HOST]
    with Website() as site:
        site.answers["/old"] = moved("/2023/treaty")
        site.answers["/2023/treaty"] = page(ARTICLE)
        site.answers["/note.txt"] = page("The text of a note, in English.", kind="text/plain")
        yield site


ARTICLE = """<html lang="en"><head><title>Treaty signed</title><meta name="author" content="Jane Doe">
<meta property="og:site_name" content="The Courier"><link rel="canonical" href="/treaty">
<meta property="article:published_time" content="2023-03-21"></head>
<body><p>The treaty was signed on Monday, officials said.</p></body></html>"""


def test_web_address_is_fetched(dossier: Dossier, site: Website) -> None:
    out = run("china-russia", site.at("/old"))
    source = Source.objects.get()
    assert source.text == "The treaty was signed on Monday, officials said."
    assert (source.title, source.author, source.outlet) == ("Treaty signed", "Jane Doe", "The Courier")
    assert (source.published, source.language) == ("2023-03-21", "en")
    assert (source.url, source.canonical_url) == (site.at("/2023/treaty"), site.at("/treaty"))
    assert source.original is not None
    assert bytes_of(source.original) == ARTICLE.encode()
    assert (source.original.filename, source.original.media_type) == ("treaty.html", "text/html")
    assert source.original.address == site.at("/2023/treaty")
    assert out == "1 source brought into china-russia: S-1.\n"


def test_addresses_and_files_come_in_the_order_named(dossier: Dossier, folder: Path, site: Website) -> None:
    run("china-russia", site.at("/note.txt"), folder / "a.md", site.at("/old").replace("http:", "HTTP:"))
    titles = Source.objects.order_by("number").values_list("title", flat=True)
    assert list(titles) == ["The text of a note, in English.", "# First headline", "Treaty signed"]


def test_address_that_cannot_be_fetched_refuses_all(dossier: Dossier, folder: Path, site: Website) -> None:
    with pytest.raises(CommandError) as refused:
        run("china-russia", folder, site.at("/old"), site.at("/gone"), "http://127.0.0.1/private")
    assert not Source.objects.exists()
    assert not Original.objects.exists()
    told = str(refused.value)
    assert told.startswith("Nothing was brought into china-russia. 2 cannot be read:")
    assert f"{site.at('/gone')}: “{HOST}” has no page at this address (404)." in told
    assert "http://127.0.0.1/private: “127.0.0.1” is not on the public internet" in told


def test_good_addresses_come_in_without_the_bad(
    dossier: Dossier, site: Website, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="1 cannot be read"):
        call_command("import_sources", "china-russia", site.at("/gone"), site.at("/old"), "--keep-going")
    assert capsys.readouterr().out == "1 source brought into china-russia: S-1.\n"


def test_page_that_is_here_already_is_skipped_and_not_kept_twice(dossier: Dossier, site: Website) -> None:
    run("china-russia", site.at("/old"))
    out = run("china-russia", site.at("/2023/treaty"))
    assert f"{site.at('/2023/treaty')}: skipped. This text is here already as S-1." in out
    assert Source.objects.count() == Original.objects.count() == 1


def test_original_of_each_file_is_kept(dossier: Dossier, folder: Path) -> None:
    run("china-russia", folder)
    for source, path in zip(Source.objects.order_by("number"), ["a.md", "b.txt", "more/c.html"], strict=True):
        assert source.original is not None
        assert source.original.filename == Path(path).name
        assert bytes_of(source.original) == (folder / path).read_bytes()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("absent.txt", "there is no such file"),
        ("picture.png", "are not read here"),
        ("nothing", "this folder holds no"),
    ],
)
def test_path_that_means_nothing_is_refused(dossier: Dossier, folder: Path, name: str, reason: str) -> None:
    (folder / "nothing").mkdir()
    with pytest.raises(CommandError, match=reason):
        run("china-russia", folder / name)


def test_too_big_file_is_refused_without_reading_it(dossier: Dossier, tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    with pytest.raises(CommandError, match="larger than 50 MB"):
        run("china-russia", tmp_path / "big.txt")


def test_bomb_is_refused(dossier: Dossier, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * 60_000_000)
    with pytest.raises(CommandError, match="it was not opened"):
        run("china-russia", tmp_path / "bomb.docx")


def test_unknown_dossier_is_refused(folder: Path) -> None:
    with pytest.raises(CommandError, match="There is no dossier nowhere"):
        run("nowhere", folder)


def test_create_makes_the_dossier_for_the_superusers(folder: Path) -> None:
    root = make_user("root", is_superuser=True)
    out = run("fresh", folder, "--create")
    dossier = Dossier.objects.get(slug="fresh")
    assert dossier.name == "fresh"
    assert [(person.user, person.role) for person in dossier.people.all()] == [(root, "lead")]
    assert out.endswith("S-1 to S-3; the dossier is new, led by root.\n")


def test_create_makes_the_dossier_for_the_lead_named(folder: Path) -> None:
    make_user("root", is_superuser=True)
    ana = make_user("ana")
    run("fresh", folder, "--create", "--lead", "ana")
    assert Membership.objects.get(dossier__slug="fresh").user == ana


def test_create_without_anybody_says_so(folder: Path) -> None:
    assert "led by nobody yet" in run("fresh", folder, "--create")


def test_create_into_a_dossier_that_is_there_adds_to_it(dossier: Dossier, folder: Path) -> None:
    run("china-russia", folder, "--create")
    assert Dossier.objects.count() == 1


def test_refused_import_makes_no_dossier(folder: Path) -> None:
    (folder / "bad.pdf").write_bytes(b"no pdf")
    with pytest.raises(CommandError):
        run("fresh", folder, "--create")
    with pytest.raises(CommandError):
        run("fresh", folder / "bad.pdf", "--create", "--keep-going")
    assert not Dossier.objects.exists()


@pytest.mark.parametrize("slug", ["new", "Ärger", "a b", ""])
def test_slug_that_can_be_no_address_is_refused(folder: Path, slug: str) -> None:
    with pytest.raises(CommandError, match="No dossier can be called"):
        run(slug, folder, "--create")


def test_unknown_lead_is_refused(folder: Path) -> None:
    with pytest.raises(CommandError, match="no account ana"):
        run("fresh", folder, "--create", "--lead", "ana")


def test_same_text_in_another_dossier_is_no_hindrance(dossier: Dossier, folder: Path) -> None:
    make_source(make_dossier("other"), (folder / "a.md").read_text())
    run("china-russia", folder / "a.md")
    assert Source.objects.filter(dossier=dossier).count() == 1


def test_worker_is_to_look_for_their_origins(
    folder: Path, dossier: Dossier, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run(dossier.slug, folder)
    assert ProcrastinateJob.objects.filter(queueing_lock=f"origins of {dossier.pk}").exists()
