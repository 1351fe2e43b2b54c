"""Zips: what is taken, what is passed over, and what is refused before anything is unpacked."""

import io
import stat
import struct
import zipfile
from collections.abc import Mapping

import pytest

from sources.intake import archive
from sources.intake.archive import Archive, is_junk, opened
from sources.intake.draft import IntakeError

ACCEPTED = (".txt", ".html", ".csv")


def packed(members: Mapping[str, bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    file.seek(0)
    return file


def looked(file: io.BytesIO) -> Archive:
    with opened(file, ACCEPTED) as found:
        return found


def refusal(file: io.BytesIO) -> str:
    with pytest.raises(IntakeError) as refused, opened(file, ACCEPTED):
        pass
    return str(refused.value)


def test_members_are_read_in_their_order_with_their_folders() -> None:
    with opened(
        packed({"b/two.txt": b"Two.", "a.HTML": b"<p>One", "b/deep/er/x.csv": b"text\n"}), ACCEPTED
    ) as found:
        assert found.names == ["b/two.txt", "a.HTML", "b/deep/er/x.csv"]
        assert found.read("b/two.txt", 100) == b"Two."
        assert found.read("a.HTML", 100) == b"<p>One"


def test_what_is_not_read_is_counted_and_junk_is_not() -> None:
    found = looked(
        packed(
            {
                "a.txt": b"Words.",
                "logo.PNG": b"",
                "more/x.png": b"",
                "README": b"",
                "inner.zip": b"",
                "__MACOSX/._a.txt": b"",
                "._b.txt": b"",
                ".DS_Store": b"",
                "Thumbs.db": b"",
                ".git/config.txt": b"",
                "folder/": b"",
            }
        )
    )
    assert found.names == ["a.txt"]
    assert found.passed_over == {".png": 2, "": 1, ".zip": 1}


@pytest.mark.parametrize(
    ("path", "junk"),
    [("a.txt", False), ("x/._a.txt", True), ("__MACOSX/a.txt", True), (".x/a.txt", True), ("desktop.ini", True),
     ("my.folder/a.txt", False)],
)  # fmt: skip
def test_junk(path: str, junk: bool) -> None:
    assert is_junk(path) is junk


def test_two_members_of_one_name_are_both_read() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("x/a.txt", b"One.")
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("x/a.txt", b"Two.")
    with opened(file, ACCEPTED) as found:
        assert [found.read(name, 10) for name in found.names] == [b"One.", b"Two."]
        assert found.names == ["x/a.txt", "x/a (2).txt"]


@pytest.mark.parametrize(
    "name",
    [
        "../a.txt",
        "x/../../a.txt",
        "/etc/passwd.txt",
        "..\\a.txt",
        "\\windows\\a.txt",
        "C:/a.txt",
        "C:\\a.txt",
    ],
)
def test_name_that_leads_out_refuses_the_whole(name: str) -> None:
    assert "names a file outside itself" in refusal(packed({"good.txt": b"Words.", name: b"Words."}))


def test_locked_zip_is_refused() -> None:
    data = bytearray(packed({"a.txt": b"Words."}).getvalue())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1  # the flag of encryption, in the list of members
    assert "locked with a password" in refusal(io.BytesIO(bytes(data)))


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_ENTRIES", 10)
    assert "has 11 entries" in refusal(packed({f"{n}.jpg": b"" for n in range(11)}))


def test_list_of_members_of_gigabytes_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(packed({f"{n}.txt": b"Words." for n in range(200)}).getvalue())
    monkeypatch.setattr(archive, "_MOST_DIRECTORY", 5_000)

    def never(*args: object) -> None:
        raise AssertionError("the list was read")

    monkeypatch.setattr(zipfile.ZipFile, "_RealGetContents", never)
    assert "tens of thousands of entries" in refusal(io.BytesIO(bytes(data)))


def test_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 3_000_000)
    bomb = packed({f"{n}.txt": b"\0" * 1_000_000 for n in range(4)})
    assert len(bomb.getvalue()) < 10_000
    assert "unpacks to 4 MB, more than the 3 MB" in refusal(bomb)


def test_member_that_is_too_large_is_refused_by_itself() -> None:
    with opened(packed({"big.txt": b"x" * 2_000_000, "a.txt": b"Words."}), ACCEPTED) as found:
        with pytest.raises(IntakeError, match="unpacks to 2 MB, more than the 1 MB"):
            found.read("big.txt", 1_048_576)
        assert found.read("a.txt", 1_048_576) == b"Words."


def test_member_that_lies_about_its_size_gives_no_more_than_it_says() -> None:
    data = bytearray(packed({"a.txt": b"x" * 3_000_000}).getvalue())
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    with opened(io.BytesIO(bytes(data)), ACCEPTED) as found, pytest.raises(IntakeError, match="damaged"):
        found.read("a.txt", 100)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_member_that_would_be_unpacked_all_at_once_is_refused(
    method: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        made.writestr("bomb.txt", b"\0" * 1_000_000)

    def never(*args: object) -> None:
        raise AssertionError("it was unpacked")

    with opened(file, ACCEPTED) as found:
        monkeypatch.setattr(zipfile.ZipFile, "open", never)
        with pytest.raises(IntakeError, match="packed in a way that is not read here"):
            found.read("bomb.txt", 2_000_000)


def test_damaged_member_is_refused_by_itself() -> None:
    data = bytearray(packed({"a.txt": b"Words. " * 100, "b.txt": b"Other."}).getvalue())
    data[40:44] = b"\xff\xff\xff\xff"
    with opened(io.BytesIO(bytes(data)), ACCEPTED) as found:
        with pytest.raises(IntakeError, match="damaged inside the zip"):
            found.read("a.txt", 10_000)
        assert found.read("b.txt", 100) == b"Other."


def test_link_is_passed_over() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("a.txt", "Words.")
    assert looked(file).names == ["a.txt"]


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all", b"PK\x05\x06" + b"\0" * 17])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    assert "no zip, or a damaged one" in refusal(io.BytesIO(data))


def test_zip_with_nothing_to_take_is_refused() -> None:
    assert "nothing to bring in" in refusal(packed({"a.jpg": b"x"}))
    assert "nothing to bring in" in refusal(packed({}))
