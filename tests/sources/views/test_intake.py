"""Many texts at once: begun on the import page, read by a job, reported item by item, brought in, taken back."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.actions.bin import delete_for_good
from claims.actions.intake import store_intake_items
from sources.actions import draft as draft_actions
from sources.actions import intake as actions
from sources.actions.intake import read_items
from sources.intake.draft import Draft as Extracted
from sources.intake.draft import IntakeError
from sources.intake.fetch import Fetched
from sources.intake.readers import Readers
from sources.intake.web import Page
from sources.models import Dossier, Draft, Intake, Membership, Original, Source, User
from sources.tasks import clear_what_expired
from tests.conftest import make_claim, make_source

IMPORT = "/d/china-russia/import/"
WORDS = (
    "Trade between the two countries fell sharply in March, the customs office said on Friday. Exports of cars and "
    "machines fell by a third, and imports of oil by a tenth. Analysts had expected a small rise after the new year. "
    "A spokesman for the ministry said that the figures would be looked at closely in the coming weeks. "
)
KINDS = ["wheat", "steel", "cotton", "copper", "timber", "sugar"]
SIX = [
    (f"{n}.txt", f"Of {kind} {kind}s {kind}men say {kind}y words of its own.".encode())
    for n, kind in enumerate(KINDS)
]

SignIn = Callable[..., Client]


@pytest.fixture
def client(sign_in: SignIn, analyst: Membership) -> Client:
    return sign_in(analyst)


def upload(client: Client, *files: tuple[str, bytes], **data: object) -> HttpResponse:
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(IMPORT, {"file": uploads, "text": "", **data})  # type: ignore[return-value]


def begun(response: Any) -> Intake:
    """The intake that an upload led to."""
    assert response.status_code == 302, response.content.decode()
    intake = Intake.objects.get()
    assert response.headers["Location"] == address(intake)
    return intake


def address(intake: Intake, rest: str = "") -> str:
    return f"{IMPORT}{intake.uid}/{rest}"


def read(intake: Intake) -> list[Draft]:
    """Read it as its job does; its items."""
    with Readers() as apart:
        assert read_items(intake.pk, apart=apart, enough=lambda: False)
    intake.refresh_from_db()
    return list(Draft.objects.filter(intake=intake).order_by("position"))


def store(client: Client, intake: Intake) -> list[Draft]:
    """Confirm it, and bring it in as its job does; its items."""
    assert client.post(address(intake, "store/")).status_code == 302
    assert store_intake_items(intake.pk, enough=lambda: False)
    intake.refresh_from_db()
    return list(Draft.objects.filter(intake=intake).order_by("position"))


def page_of(client: Client, intake: Intake, query: str = "") -> str:
    response = client.get(address(intake) + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return file.getvalue()


class TestBeginning:
    def test_many_files_become_an_intake_and_a_job(self, client: Client, analyst: Membership) -> None:
        intake = begun(upload(client, *SIX))
        assert (intake.by, intake.state) == (analyst, "reading")
        assert [item.filename for item in intake.drafts.order_by("position")] == [name for name, _ in SIX]
        job = ProcrastinateJob.objects.get()
        assert (job.task_name, job.lock) == ("sources.tasks.read_intake", f"intake-{intake.uid}")
        page = page_of(client, intake)
        assert "Being read" in page
        assert '<progress max="6" value="0"' in page
        assert "Nothing is at work on it at the moment" in page

    def test_a_few_plain_files_are_read_at_once(self, client: Client) -> None:
        assert upload(client, *SIX[:5]).headers["Location"] == "/d/china-russia/import/sources/"
        assert not Intake.objects.exists()

    def test_original_is_kept_to_the_byte(self, client: Client) -> None:
        data = bytes(range(256)) * 3_000
        intake = begun(upload(client, *SIX, ("big.pdf", data)))
        original = Original.objects.get(filename="big.pdf")
        assert (original.size, original.chunks.count()) == (len(data), 3)
        assert b"".join(bytes(chunk.data) for chunk in original.chunks.all()) == data
        assert "is no PDF" in read(intake)[6].error

    def test_folder_is_sorted_and_what_is_not_read_passed_over(self, client: Client) -> None:
        names = ["z.txt", "a.txt", "logo.png", ".DS_Store"]
        files = [SimpleUploadedFile(name, f"Words of {name}".encode()) for name in names]
        paths = json.dumps(["x/z.txt", "x/b/a.txt", "x/logo.png", "x/.DS_Store"])
        intake = begun(
            client.post(IMPORT, {"folder": [*files, SimpleUploadedFile("t.csv", b"text\nA\n")], "paths": ""})
        )
        assert [item.filename for item in intake.drafts.order_by("position")] == ["a.txt", "z.txt", "t.csv"]
        assert intake.notes == ["2 files were passed over in the folder: nothing is read of such files."]
        Intake.objects.all().delete()
        files = [SimpleUploadedFile(name, b"Words of " + name.encode()) for name in names]
        more = [SimpleUploadedFile(f"{n}.txt", b"Number %d" % n) for n in range(5)]
        paths = json.dumps(
            ["x/z.txt", "x/b/a.txt", "x/logo.png", "x/.DS_Store", *(f"x/{n}.txt" for n in range(5))]
        )
        intake = begun(client.post(IMPORT, {"folder": [*files, *more], "paths": paths}))
        taken = [item.filename for item in intake.drafts.order_by("position")]
        assert taken == ["x/0.txt", "x/1.txt", "x/2.txt", "x/3.txt", "x/4.txt", "x/b/a.txt", "x/z.txt"]

    def test_folder_of_nothing_to_read_says_so(self, client: Client) -> None:
        response = client.post(IMPORT, {"folder": [SimpleUploadedFile("a.png", b"x")]})
        assert response.status_code == 422
        assert "There is no file in it that ends in" in response.content.decode()

    def test_web_addresses_one_a_line(self, client: Client) -> None:
        lines = "https://example.org/a\r\n\r\n  example.org/b \r\nhttps://example.org/a\r\n"
        intake = begun(client.post(IMPORT, {"addresses": lines}))
        found = [item.address for item in intake.drafts.order_by("position")]
        assert found == ["https://example.org/a", "https://example.org/b"]

    def test_what_is_no_address_is_told_by_line_and_nothing_begins(self, client: Client) -> None:
        response = client.post(IMPORT, {"addresses": "https://example.org/a\nftp://example.org/\nwords here"})
        assert response.status_code == 422
        page = response.content.decode()
        assert "Line 2, “ftp://example.org/”, is no web address" in page
        assert "Line 3, “words here”, is no web address" in page
        assert "https://example.org/a" in page
        assert not Intake.objects.exists()

    def test_files_that_cannot_be_read_fail_by_themselves(self, client: Client) -> None:
        intake = begun(upload(client, *SIX, ("x.png", b"\x89PNG"), ("empty.txt", b"")))
        items = read(intake)
        assert [item.state for item in items] == ["read"] * 6 + ["failed"] * 2
        assert "Files ending in “.png” are not read here" in items[6].error
        assert "The file is empty" in items[7].error

    def test_file_over_the_limit_fails_by_itself(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(actions, "MAX_BYTES", 1_000)
        intake = begun(upload(client, *SIX, ("big.txt", b"x" * 1_001)))
        item = read(intake)[6]
        assert "larger than 50 MB" in item.error
        assert item.original is None


class TestReading:
    def test_what_was_read_waits_for_the_person(self, client: Client) -> None:
        intake = begun(upload(client, *SIX))
        items = read(intake)
        assert (intake.state, items[0].text, items[0].title) == (
            "ready",
            SIX[0][1].decode(),
            SIX[0][1].decode(),
        )
        page = page_of(client, intake)
        assert "6 of 6 can be brought in" in page
        assert "Bring in 6 sources" in page

    def test_text_that_is_here_is_told_with_the_way_to_it(self, client: Client, dossier: Dossier) -> None:
        make_source(dossier, SIX[2][1].decode())
        intake = begun(upload(client, *SIX))
        item = read(intake)[2]
        assert (item.state, item.source and item.source.number) == ("here", 1)
        assert 'Here already as <a class="num" href="/d/china-russia/sources/1/">S-1</a>' in page_of(
            client, intake
        )

    def test_text_that_comes_twice_is_told_with_its_twin(self, client: Client) -> None:
        intake = begun(upload(client, *SIX, ("again.txt", SIX[3][1])))
        item = read(intake)[6]
        assert (item.state, item.near) == ("here", [{"item": 4, "share": 1.0}])
        assert f'The same text as <a href="{address(intake, "4/")}">item 4</a>' in page_of(client, intake)

    def test_near_copies_of_a_source_and_of_each_other_are_told(
        self, client: Client, dossier: Dossier
    ) -> None:
        make_source(dossier, WORDS * 2 + "The end.")
        other = WORDS.replace("Trade", "Grain").replace("customs", "harbour").replace("cars", "wheat") * 2
        intake = begun(
            upload(
                client,
                *SIX,
                ("near.txt", (WORDS * 2 + "Another end.").encode()),
                ("one.txt", "".join(reversed(other)).encode()),
                ("two.txt", ("".join(reversed(other)) + " And more.").encode()),
            )
        )
        items = read(intake)
        assert items[6].near[0]["source"] == 1
        assert items[7].near == []
        assert items[8].near[0]["item"] == 8
        page = page_of(client, intake, "?show=near")
        assert "% of its wording with" in page
        assert address(intake, "7/compare/S-1/") in page
        assert address(intake, "9/compare/I-8/") in page
        for rest in ("7/compare/S-1/", "9/compare/I-8/"):
            page = client.get(address(intake, rest)).content.decode()
            assert "<ins>" in page
            assert "characters are the same" in page

    def test_zip_is_unpacked_into_items(self, client: Client) -> None:
        archive = zipped(
            {"x/a.txt": b"Words of a.", "b.html": b"<p>" + WORDS.encode() * 5, "c.jpg": b"", "d.txt": b""}
        )
        intake = begun(upload(client, ("all.zip", archive)))
        items = read(intake)
        assert [(item.filename, item.state) for item in items] == [
            ("x/a.txt", "read"),
            ("b.html", "read"),
            ("d.txt", "failed"),
        ]
        assert intake.notes == ["all.zip: 1 file (.jpg) in it passed over: nothing is read of such files."]
        assert set(Original.objects.values_list("filename", flat=True)) == {"x/a.txt", "b.html"}

    def test_bad_zip_fails_and_the_others_are_read(self, client: Client) -> None:
        intake = begun(upload(client, ("bad.zip", b"no zip"), ("a.txt", b"Words of a.")))
        items = read(intake)
        assert [(item.filename, item.state) for item in items] == [("a.txt", "read"), ("bad.zip", "failed")]
        assert "no zip, or a damaged one" in items[1].error

    def test_table_is_unfolded_into_items(self, client: Client) -> None:
        table = "headline,date,body,id\nA,2023-01,Words of A.,1\nB,2023-02,,2\nC,soon,Words of C.,3\n"
        intake = begun(upload(client, ("all.csv", table.encode())))
        items = read(intake)
        assert [(item.filename, item.title, item.published, item.state) for item in items] == [
            ("all.csv, line 2", "A", "2023-01", "read"),
            ("all.csv, line 3", "", "", "failed"),
            ("all.csv, line 4", "C", "", "read"),
        ]
        assert "all.csv: Taken: “headline” as title, “date” as published, “body” as text." in intake.notes
        original = Original.objects.get()
        assert original.filename == "all.csv"
        assert {item.original_id for item in items} == {original.pk, None}

    def test_zips_and_tables_come_after_all_else_and_leave_no_gap(self, client: Client) -> None:
        inner = zipped({"in.txt": b"Words in the zip.", "in.csv": b"text\nWords in its table.\n"})
        intake = begun(
            upload(
                client,
                ("one.csv", b"text\nOne word.\nTwo words.\n"),
                ("bad.zip", b"no zip"),
                ("two.zip", inner),
                ("a.txt", b"Words of a."),
                addresses="http://10.0.0.1/",
            )
        )
        assert [(item.position, item.name) for item in read(intake)] == [
            (1, "a.txt"),
            (2, "http://10.0.0.1/"),
            (3, "one.csv, line 2"),
            (4, "one.csv, line 3"),
            (5, "bad.zip"),
            (6, "in.txt"),
            (7, "in.csv, line 2"),
        ]

    def test_too_many_items_are_refused_and_nothing_of_the_zip_stays(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(actions, "MOST_ITEMS", 3)
        intake = begun(upload(client, ("all.zip", zipped({f"{n}.txt": b"Words %d" % n for n in range(4)}))))
        (item,) = read(intake)
        assert "at most 3 items" in item.error
        assert Original.objects.count() == 1

    def test_address_is_fetched_and_its_page_kept(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fetched(wanted: str, **_how: object) -> Page:
            with connection.cursor() as cursor:  # one at a time a host
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
                )
                assert cursor.fetchone() == (1,)
            if "gone" in wanted:
                raise IntakeError("There is nothing at this address (404).")
            page = Fetched(wanted, "text/html", "utf-8", b"<p>Words", "a.html")
            return Page(
                page, Extracted("Words of the page.", "A title", url=wanted, canonical_url="https://e.org/c")
            )

        monkeypatch.setattr(actions, "read_address", fetched)
        intake = begun(client.post(IMPORT, {"addresses": "https://e.org/a\nhttps://e.org/gone"}))
        items = read(intake)
        assert (items[0].text, items[0].canonical_url) == ("Words of the page.", "https://e.org/c")
        assert items[0].original
        assert (items[0].original.address, items[0].original.media_type) == ("https://e.org/a", "text/html")
        assert items[1].error == "There is nothing at this address (404)."
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            )
            assert cursor.fetchone() == (0,)

    def test_what_nobody_foresaw_is_one_items_fault(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        kept = draft_actions.read_file

        def read_file(name: str, *args: Any, **kwargs: Any) -> Extracted:
            if name == "2.txt":
                raise RuntimeError("a bug")
            return kept(name, *args, **kwargs)

        monkeypatch.setattr(draft_actions, "read_file", read_file)
        intake = begun(upload(client, *SIX))
        assert [item.state for item in read(intake)] == ["read", "read", "failed", "read", "read", "read"]
        assert "a bug" in caplog.text
        monkeypatch.setattr(draft_actions, "read_file", kept)
        client.post(address(intake, "retry/"))
        assert {item.state for item in read(intake)} == {"read"}


class TestLookingThrough:
    @pytest.fixture
    def intake(self, client: Client) -> Intake:
        intake = begun(upload(client, *SIX, ("bad.pdf", b"no pdf")))
        read(intake)
        return intake

    def test_item_is_corrected(self, client: Client, intake: Intake) -> None:
        item = intake.drafts.get(position=2)
        form = client.get(address(intake, "2/")).content.decode()
        assert "Of steel steels steelmen say steely words of its own." in form
        fields = {
            "title": "My title",
            "outlet": "Paper",
            "published": "2023",
            "language": "de",
            "encoding": "utf-8",
        }
        response = client.post(
            address(intake, "2/"), {f"draft-{item.pk}-{name}": v for name, v in fields.items()}
        )
        assert response.headers["Location"] == f"{address(intake)}#item-2"
        item.refresh_from_db()
        assert (item.title, item.outlet, item.published, item.language) == ("My title", "Paper", "2023", "de")

    def test_bad_correction_is_refused(self, client: Client, intake: Intake) -> None:
        item = intake.drafts.get(position=2)
        response = client.post(address(intake, "2/"), {f"draft-{item.pk}-published": "soon"})
        assert response.status_code == 422

    def test_items_are_left_out_and_taken_up(self, client: Client, intake: Intake) -> None:
        response = client.post(address(intake, "leave-out/"), {"item": 3})
        assert "5 of 7 can be brought in" in page_of(client, intake)
        assert "Left out" in page_of(client, intake)
        client.post(address(intake, "take-up/"), {"item": 3})
        assert "6 of 7 can be brought in" in page_of(client, intake)
        assert response.status_code == 302

    def test_leaving_out_is_undone_by_what_it_offers(self, client: Client, intake: Intake) -> None:
        client.post(address(intake, "leave-out/"), {"item": 1})
        client.get(address(intake))
        client.post(address(intake, "leave-out/"), {"kind": "new"})
        page = client.get(address(intake)).content.decode()
        undo = re.findall(r'action="([^"]*/take-up/\?at=[^"]*)"', page)[-1]
        client.post(undo)
        assert Draft.objects.filter(intake=intake).to_bring_in().count() == 5

    def test_report_is_narrowed_and_paged(
        self, client: Client, intake: Intake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert page_of(client, intake, "?show=failed").count("data-kind-of-item") == 1
        monkeypatch.setattr("sources.views.intake.ROWS", 3)
        page = page_of(client, intake, "?page=2")
        assert page.count("data-kind-of-item") == 3
        assert "4–6 of 7" in page
        assert 'href="?page=3"' in page

    def test_more_items_take_no_more_queries(self, client: Client, intake: Intake) -> None:
        def queries() -> int:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert client.get(address(intake)).status_code == 200
            return len(asked)

        few = queries()
        shown = intake.drafts.get(position=1)
        Draft.objects.bulk_create(
            Draft(
                dossier=shown.dossier,
                by=shown.by,
                intake=intake,
                position=number,
                text=f"Words {number}.",
                near=[{"item": 2, "share": 0.9}],
            )
            for number in range(10, 45)
        )
        assert queries() == few + 1  # what they are near to

    def test_fragment_is_swapped_in(self, intake: Intake, sign_in: SignIn, analyst: Membership) -> None:
        answer = sign_in(analyst, htmx=True).get(address(intake)).content.decode()
        assert "<h1" not in answer
        assert 'id="intake"' in answer

    def test_intake_at_work_is_not_changed(self, client: Client, intake: Intake) -> None:
        Intake.objects.update(state="storing")
        for rest in ("leave-out/", "take-up/", "retry/", "discard/", "store/"):
            assert (
                client.post(address(intake, rest), {"item": 1} if rest != "store/" else {}).status_code == 302
            )
        item = intake.drafts.get(position=1)
        assert client.post(address(intake, "1/"), {f"draft-{item.pk}-title": "Changed"}).status_code == 422
        item.refresh_from_db()
        assert (item.dropped_at, item.title) == (
            None,
            "Of wheat wheats wheatmen say wheaty words of its own.",
        )
        assert Intake.objects.exists()

    def test_discarded_intake_is_gone(self, client: Client, intake: Intake) -> None:
        client.post(address(intake, "discard/"))
        assert not Intake.objects.exists()
        assert not Draft.objects.exists()

    @pytest.mark.parametrize("rest", ["99/", "99/compare/S-1/", "1/compare/S-99/", "1/compare/X-1/"])
    def test_what_is_not_there_is_404(self, client: Client, intake: Intake, rest: str) -> None:
        assert client.get(address(intake, rest)).status_code == 404

    def test_nobody_else_sees_it(
        self,
        intake: Intake,
        sign_in: SignIn,
        lead: Membership,
        viewer: Membership,
        outsider: User,
        dossier: Dossier,
    ) -> None:
        other = Membership.objects.create(
            dossier=dossier, user=User.objects.create_user("other"), name="other", role="analyst"
        )
        for person, status in ((lead, 404), (other, 404), (outsider, 404), (viewer, 403)):
            client = sign_in(person)
            for rest in ("", "1/", "1/compare/I-2/"):
                assert client.get(address(intake, rest)).status_code == status, (person, rest)
            for rest in ("store/", "leave-out/", "retry/", "discard/", "bin/", "restore/"):
                assert client.post(address(intake, rest)).status_code == status, (person, rest)
        assert str(intake.uid) not in sign_in(lead).get(IMPORT).content.decode()
        assert Draft.objects.filter(intake=intake).to_bring_in().count() == 6

    def test_none_of_that_number_is_404(self, client: Client, intake: Intake) -> None:
        assert client.get(f"{IMPORT}{uuid4()}/").status_code == 404


class TestBringingIn:
    def test_all_is_brought_in_in_its_order(self, client: Client, analyst: Membership) -> None:
        intake = begun(upload(client, *SIX, ("bad.pdf", b"no pdf")))
        read(intake)
        items = store(client, intake)
        assert intake.state == "done"
        sources = list(Source.objects.order_by("number"))
        assert [source.text for source in sources] == [data.decode() for _, data in SIX]
        assert [item.source for item in items[:6]] == sources
        assert {source.by for source in sources} == {analyst}
        assert sources[0].original
        assert sources[0].original.filename == "0.txt"
        page = page_of(client, intake)
        assert "6 of 7 brought in" in page
        assert 'Brought in as <a class="num" href="/d/china-russia/sources/1/">S-1</a>' in page
        assert ProcrastinateJob.objects.filter(task_name="sources.tasks.propose_origins").exists() is False

    def test_second_confirmation_does_nothing(self, client: Client) -> None:
        intake = begun(upload(client, *SIX))
        read(intake)
        store(client, intake)
        assert client.post(address(intake, "store/")).status_code == 302
        intake.refresh_from_db()
        assert (intake.state, Source.objects.count()) == ("done", 6)

    def test_text_that_came_meanwhile_is_here_already(self, client: Client, dossier: Dossier) -> None:
        intake = begun(upload(client, *SIX))
        read(intake)
        make_source(dossier, SIX[0][1].decode())
        items = store(client, intake)
        assert [item.state for item in items] == ["here", *["stored"] * 5]
        assert Source.objects.count() == 6

    def test_what_was_left_out_waits_and_may_come_after_all(self, client: Client) -> None:
        intake = begun(upload(client, *SIX))
        read(intake)
        client.post(address(intake, "leave-out/"), {"item": 3})
        store(client, intake)
        assert Source.objects.count() == 5
        client.post(address(intake, "take-up/"), {"item": 3})
        assert "Bring in 1 source" in page_of(client, intake)
        store(client, intake)
        assert Source.objects.count() == 6

    def test_all_is_taken_back_and_restored(self, client: Client, analyst: Membership) -> None:
        intake = begun(upload(client, *SIX))
        read(intake)
        store(client, intake)
        source = Source.objects.get(number=2)
        claim = make_claim(source, "words of its own", by=analyst)
        client.post(address(intake, "bin/"))
        assert not Source.objects.live().exists()
        claim.refresh_from_db()
        assert claim.is_binned
        assert "Restore 6 from the bin" in page_of(client, intake)
        client.post(address(intake, "restore/"))
        assert Source.objects.live().count() == 6
        claim.refresh_from_db()
        assert not claim.is_binned

    def test_undo_restores_what_was_taken_back_and_no_more(self, client: Client) -> None:
        intake = begun(upload(client, *SIX))
        read(intake)
        store(client, intake)
        client.post("/d/china-russia/sources/3/bin/")
        page = client.post(address(intake, "bin/"), follow=True).content.decode()
        (undo,) = re.findall(rf'action="({address(intake, "restore/")}[^"]*since[^"]*)"', page)[:1]
        client.post(undo.replace("&amp;", "&"))
        assert list(Source.objects.binned().values_list("number", flat=True)) == [3]

    def test_source_and_its_version_go_and_come_back_together(
        self, client: Client, dossier: Dossier, analyst: Membership
    ) -> None:
        table = b"url,text\nhttps://e.org/a,The first words.\nhttps://e.org/a,Quite other words.\n"
        intake = begun(upload(client, ("all.csv", table)))
        read(intake)
        client.post(address(intake, "leave-out/"), {"item": 2})
        store(client, intake)
        Draft.objects.filter(position=2).update(replaces=Source.objects.get(), dropped_at=None)
        store(client, intake)
        assert Source.objects.get(number=2).replaces == Source.objects.get(number=1)
        client.post(address(intake, "bin/"))
        assert not Source.objects.live().exists()
        client.post(address(intake, "restore/"))
        assert Source.objects.live().count() == 2

    def test_origins_are_looked_for_anew(
        self, client: Client, dossier: Dossier, django_capture_on_commit_callbacks: Any
    ) -> None:
        def are_looked_for(doing: str) -> bool:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_events; DELETE FROM procrastinate_jobs")
            with django_capture_on_commit_callbacks(execute=True):
                client.post(doing)
            return ProcrastinateJob.objects.filter(task_name="sources.tasks.propose_origins").exists()

        intake = begun(upload(client, *SIX))
        read(intake)
        store(client, intake)
        assert are_looked_for("/d/china-russia/sources/3/bin/")
        assert are_looked_for("/d/china-russia/bin/S-3/restore/")
        assert are_looked_for(address(intake, "bin/"))
        assert are_looked_for(address(intake, "restore/"))

    def test_others_work_keeps_all_from_being_taken_back(self, client: Client, lead: Membership) -> None:
        intake = begun(upload(client, *SIX))
        read(intake)
        store(client, intake)
        make_claim(Source.objects.get(number=2), "words of its own", by=lead)
        assert client.post(address(intake, "bin/")).status_code == 403
        assert Source.objects.live().count() == 6

    def test_new_version_carries_the_claims_of_the_old(
        self, client: Client, dossier: Dossier, analyst: Membership
    ) -> None:
        old = make_source(dossier, "Old beginning. " + WORDS, by=analyst, url="https://e.org/a")
        claim = make_claim(old, "Exports of cars and machines fell by a third", by=analyst)
        table = f'title,url,text\nA,https://e.org/a,"New beginning, longer. {WORDS}"\nB,https://e.org/b,Words of B.\n'
        intake = begun(upload(client, ("all.csv", table.encode())))
        items = read(intake)
        assert (items[0].replaces, items[1].replaces) == (old, None)
        assert "A new version of" in page_of(client, intake, "?show=version")
        store(client, intake)
        new = Source.objects.get(number=2)
        assert new.replaces == old
        claim.refresh_from_db()
        assert claim.source == new
        assert new.text[claim.start : claim.end] == claim.quote

    def test_person_may_make_it_a_source_of_its_own(self, client: Client, dossier: Dossier) -> None:
        make_source(dossier, "The words of before.", url="https://e.org/a")
        intake = begun(upload(client, ("all.csv", b"url,text\nhttps://e.org/a,Quite other words.\n")))
        (item,) = read(intake)
        response = client.post(
            address(intake, "1/"),
            {f"draft-{item.pk}-replaces": "", f"draft-{item.pk}-url": "https://e.org/a"},
        )
        assert response.status_code == 302, response.content.decode()
        store(client, intake)
        assert Source.objects.get(number=2).replaces is None

    def test_person_may_make_a_near_copy_a_new_version(self, client: Client, dossier: Dossier) -> None:
        old = make_source(dossier, WORDS * 2 + "The end.")
        intake = begun(upload(client, *SIX, ("near.txt", (WORDS * 2 + "Another end.").encode())))
        item = read(intake)[6]
        assert "a new version of S-1" in client.get(address(intake, "7/")).content.decode()
        client.post(
            address(intake, "7/"),
            {f"draft-{item.pk}-replaces": "1", f"draft-{item.pk}-encoding": "utf-8"},
        )
        store(client, intake)
        assert Source.objects.get(replaces=old).text == WORDS * 2 + "Another end."

    def test_two_items_do_not_replace_one_source(self, client: Client, dossier: Dossier) -> None:
        make_source(dossier, "The words of before.", url="https://e.org/a")
        table = b"url,text\nhttps://e.org/a,One set of words.\nhttps://e.org/a,Another set of words.\n"
        intake = begun(upload(client, ("all.csv", table)))
        assert [item.replaces_id is not None for item in read(intake)] == [True, False]

    def test_version_whose_source_went_to_the_bin_fails_and_may_be_tried_again(
        self, client: Client, dossier: Dossier
    ) -> None:
        make_source(dossier, "The words of before.", url="https://e.org/a")
        intake = begun(upload(client, ("all.csv", b"url,text\nhttps://e.org/a,Quite other words.\n")))
        read(intake)
        Source.objects.update(binned_at=timezone.now())
        (item,) = store(client, intake)
        assert (item.state, "is in the bin" in item.error) == ("failed", True)
        client.post(address(intake, "retry/"), {"item": 1})
        read(intake)
        (item,) = store(client, intake)
        assert (item.state, item.error, item.source and item.source.replaces) == ("stored", "", None)


def test_import_page_lists_my_intakes(client: Client) -> None:
    intake = begun(upload(client, *SIX))
    read(intake)
    page = " ".join(client.get(IMPORT).content.decode().split())
    assert address(intake) in page
    assert "6 wait for you to confirm" in page


def test_intake_goes_after_a_week_with_its_files(client: Client) -> None:
    intake = begun(upload(client, *SIX))
    read(intake)
    client.post(address(intake, "leave-out/"), {"item": 1})
    store(client, intake)
    clear_what_expired(0)
    assert Intake.objects.exists()
    Intake.objects.update(changed_at=timezone.now() - timedelta(days=8))
    clear_what_expired(0)
    assert not Intake.objects.exists()
    assert (Original.objects.count(), Source.objects.count()) == (5, 5)


def test_intake_that_was_confirmed_is_kept_until_a_worker_comes(client: Client) -> None:
    intake = begun(upload(client, *SIX))
    read(intake)
    client.post(address(intake, "store/"))
    Intake.objects.update(changed_at=timezone.now() - timedelta(days=8))
    clear_what_expired(0)
    assert Intake.objects.get().drafts.count() == 6


def test_intake_is_kept_for_a_week_from_the_last_touch(client: Client) -> None:
    intake = begun(upload(client, *SIX))
    read(intake)
    Intake.objects.update(changed_at=timezone.now() - timedelta(days=8))
    client.post(address(intake, "leave-out/"), {"item": 1})
    clear_what_expired(0)
    assert Intake.objects.exists()


def test_more_than_an_intake_holds_is_refused_and_kept_on_the_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_ITEMS", 2)
    response = upload(client, *SIX[:2], addresses="https://e.org/a\nhttps://e.org/b")
    assert response.status_code == 422
    page = response.content.decode()
    assert "An intake holds at most 2 items" in page
    assert "https://e.org/a\nhttps://e.org/b" in page
    assert not Intake.objects.exists()


class TestDeletedForGood:
    """What waits for one person stays when another deletes the source that it speaks of."""

    def test_version_to_be_becomes_a_source_of_its_own(
        self, client: Client, dossier: Dossier, lead: Membership
    ) -> None:
        old = make_source(dossier, "The words of before.", by=lead, url="https://e.org/a")
        intake = begun(upload(client, ("all.csv", b"url,text\nhttps://e.org/a,Quite other words.\n")))
        (item,) = read(intake)
        assert item.replaces == old
        Source.objects.update(binned_at=timezone.now())
        old.refresh_from_db()
        delete_for_good(old)
        (item,) = store(client, intake)
        assert (item.state, item.source and item.source.text) == ("stored", "Quite other words.")

    def test_report_tells_of_what_is_gone(self, client: Client, dossier: Dossier) -> None:
        there = make_source(dossier, SIX[0][1].decode())
        intake = begun(upload(client, *SIX))
        read(intake)
        assert "Here already as" in page_of(client, intake)
        items = store(client, intake)
        Source.objects.update(binned_at=timezone.now())
        for source in Source.objects.filter(pk__in=[there.pk, items[1].source_id]):
            delete_for_good(source)
        page = page_of(client, intake)
        assert page.count("deleted for good since") == 2
        client.post(address(intake, "retry/"), {"item": 1})
        assert read(intake)[0].state == "read"


def test_page_that_was_fetched_is_read_again_in_another_encoding(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = f"<html><body><p>{WORDS * 2}</p><p>Łódź</p></body></html>".encode("iso-8859-2")
    fetched = Fetched("https://e.org/a", "text/html", "", data, "a.html")
    page = Page(fetched, Extracted("Wrong.", url="https://e.org/a", encoding="windows-1252"))
    monkeypatch.setattr(actions, "read_address", lambda *args, **kwargs: page)
    intake = begun(client.post(IMPORT, {"text": "", "addresses": "https://e.org/a"}))
    (item,) = read(intake)
    again = {f"draft-{item.pk}-url": item.url, f"draft-{item.pk}-encoding": "iso-8859-2", "again": "1"}
    response = client.post(address(intake, "1/"), again)
    assert response.status_code == 302, response.content.decode()
    item.refresh_from_db()
    assert "Łódź" in item.text
    assert (item.encoding, item.url) == ("iso-8859-2", "https://e.org/a")


def test_row_of_a_table_has_no_encoding_of_its_own(client: Client) -> None:
    intake = begun(upload(client, ("all.csv", b"title,text\nA,Some words.\n")))
    read(intake)
    response = client.post(address(intake, "1/"), {"again": "1"})
    assert response.status_code == 422
    assert "no encoding that could be another" in response.content.decode()


def test_address_of_a_whole_site_makes_no_version(client: Client, dossier: Dossier) -> None:
    make_source(dossier, "The words of before.", url="https://e.org/")
    intake = begun(upload(client, ("all.csv", b"url,text\nhttps://e.org/,Quite other words.\n")))
    (item,) = read(intake)
    assert item.replaces is None
