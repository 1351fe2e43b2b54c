"""Tables of articles: columns by obvious names, every bad row by its line, no row hindered by another."""

import json

import pytest

from sources.intake import articles
from sources.intake.articles import Row, mapped, read_table
from sources.intake.draft import Draft, IntakeError


def csv(text: str, name: str = "a.csv") -> articles.Table:
    return read_table(name, text.encode())


def only(table: articles.Table) -> Draft:
    (row,) = table.rows
    assert row.draft, row.error
    return row.draft


def errors(table: articles.Table) -> dict[int, str]:
    return {row.line: row.error for row in table.rows if row.error}


def test_columns_named_as_the_fields() -> None:
    table = csv(
        "title,outlet,author,url,published,language,reliability,text\n"
        "A headline,The Paper,A. Writer,https://example.org/a,2023-01,de,B,Die Worte.\n"
    )
    assert only(table) == Draft(
        text="Die Worte.",
        title="A headline",
        outlet="The Paper",
        author="A. Writer",
        url="https://example.org/a",
        published="2023-01",
        language="de",
    )
    assert table.rows[0].reliability == "B"
    assert table.notes == []


def test_other_names_are_understood_and_told() -> None:
    table = csv(
        "Headline;Publisher;Link;Published_At;Lang;Content;ID\nH;P;https://e.org/;2023-02-03T10:00Z;en;Words.;7\n"
    )
    draft = only(table)
    assert (draft.title, draft.outlet, draft.url, draft.published) == (
        "H",
        "P",
        "https://e.org/",
        "2023-02-03",
    )
    assert table.notes == [
        "Taken: “Headline” as title, “Publisher” as outlet, “Link” as url, “Published_At” as published, “Lang” as "
        "language, “Content” as text.",
        "Not taken: “ID”.",
    ]


def test_the_field_itself_goes_before_its_synonyms() -> None:
    assert mapped(["content", "text", "source", "outlet"]) == {"outlet": "outlet", "text": "text"}
    assert mapped(["body", "CONTENT"]) == {"text": "CONTENT"}


@pytest.mark.parametrize(
    ("name", "mark"), [("a.csv", ","), ("a.csv", ";"), ("a.csv", "\t"), ("a.tsv", "\t"), ("a.csv", "|")]
)
def test_what_parts_the_columns_is_found(name: str, mark: str) -> None:
    assert only(csv(f"title{mark}text\nH{mark}Words.\n", name)).title == "H"


def test_text_keeps_its_lines_commas_and_quotation_marks() -> None:
    assert only(csv('text\n"One, ""two"".\r\n\r\nThree.\n"\n')).text == 'One, "two".\n\nThree.\n'


def test_row_is_known_by_the_line_it_begins_at() -> None:
    table = csv('title,text\nA,"One\ntwo\nthree."\nB,\n\nC,Words.\nD,Words.,more,\n')
    assert [row.line for row in table.rows] == [2, 5, 7, 8]
    assert errors(table) == {
        5: "Its text is empty.",
        8: "It has 4 cells, but the header 2: a comma or quotation mark is astray. Correct the row and bring the file "
        "once more.",
    }


def test_title_and_language_are_guessed_when_missing() -> None:
    words = "Trade between the two countries fell sharply in March, the customs office said on Friday."
    draft = only(csv(f'text\n"{words}"\n'))
    assert (draft.title, draft.language) == (words, "en")


@pytest.mark.parametrize(
    ("written", "read"),
    [("2023", "2023"), ("2023-01-15", "2023-01-15"), ("15.01.2023", "2023-01-15"), ("15 January 2023", "2023-01-15"),
     ("Jan 15, 2023", "2023-01-15"), ("2023/01/15", "2023-01-15"), ("Sun, 15 Jan 2023 10:00:00 GMT", "2023-01-15"),
     ("2023-01-15 10:00:00", "2023-01-15"), ("", "")],
)  # fmt: skip
def test_dates(written: str, read: str) -> None:
    draft = only(csv(f'date,text\n"{written}",Words.\n'))
    assert (draft.published, draft.warnings) == (read, ())


@pytest.mark.parametrize(
    "written", ["03/04/2023", "yesterday", "2023-02-30", "0001-01-01", "1 Jan 99999999999 10:00:00 +0000"]
)
def test_date_that_may_be_two_is_left_out_and_told(written: str) -> None:
    draft = only(csv(f'date,text\n"{written}",Words.\n'))
    assert draft.published == ""
    assert f"It is not clear which day “{written[:40]}” is" in draft.warnings[0]


@pytest.mark.parametrize(
    ("written", "read"), [("en", "en"), ("German", "de"), ("en_GB", "en-GB"), ("ZH", "ZH")]
)
def test_languages(written: str, read: str) -> None:
    assert only(csv(f"language,text\n{written},Words.\n")).language == read


def test_what_cannot_stand_is_left_out_and_told() -> None:
    table = csv(f"title,language,reliability,text\n{'x' * 1001},Klingon,G,Words.\n")
    draft = only(table)
    assert (len(draft.title), table.rows[0].reliability) == (1000, "")
    assert len(draft.warnings) == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "empty"), ("title,date\nA,2023\n", "No column holds the text"), ("text\n", "no article"),
     ("text\nA\0B\n", "NUL")],
)  # fmt: skip
def test_file_that_is_no_table_is_refused(text: str, reason: str) -> None:
    with pytest.raises(IntakeError, match=reason):
        csv(text)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles, "MOST_ROWS", 3)
    assert len(csv("text\na\nb\nc\n").rows) == 3
    with pytest.raises(IntakeError, match="more than 3 articles"):
        csv("text\na\nb\nc\nd\n")
    with pytest.raises(IntakeError, match="more than 3 articles"):
        csv('{"text":"a"}\n' * 4, "a.jsonl")


def test_encoding_may_be_said() -> None:
    assert only(read_table("a.csv", "text\nпривет\n".encode("cp866"), encoding="cp866")).text == "привет"


def test_json_lines() -> None:
    lines = [
        {"headline": "H", "source": {"id": 1, "name": "Reuters"}, "authors": ["A", "B"], "content": "Words."}
    ]
    table = csv("\n".join(map(json.dumps, lines)), "a.jsonl")
    draft = only(table)
    assert (draft.title, draft.outlet, draft.author, draft.text) == ("H", "Reuters", "A, B", "Words.")


def test_bad_lines_of_json_are_told_one_by_one() -> None:
    table = csv(
        '{"text":"One."}\n\nnot json\n[1]\n{"title":"no text"}\n{"text":null}\n{"text":"\\ud800"}\n',
        "a.jsonl",
    )
    assert [row.draft is not None for row in table.rows] == [True, False, False, False, False, False]
    found = errors(table)
    assert list(found) == [3, 4, 5, 6, 7]
    assert "no JSON: " in found[3]
    assert "no JSON object" in found[4]
    assert "Its keys: title." in found[5]
    assert "half a character" in found[7]


def test_array_of_articles_is_read_too() -> None:
    table = csv('[{"text": "One."},\n {"body": "Two."}, 3]', "a.json")
    assert table.unit == "article"
    assert [row.draft.text if row.draft else row.error for row in table.rows] == [
        "One.",
        "Two.",
        "This is no JSON object.",
    ]


def test_exchange_file_is_sent_where_it_belongs() -> None:
    with pytest.raises(IntakeError, match="Import an exchange file"):
        csv('{"type":"dossier","format":"gainsay/1"}\n', "a.jsonl")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"text":' + "[" * 100_000, '{"text":' + "9" * 5000 + "}"])
def test_hostile_json_ends_in_a_refusal(text: str) -> None:
    try:
        table = csv(text, "a.jsonl")
    except IntakeError:
        return
    assert all(isinstance(row, Row) and row.error for row in table.rows)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.json", b"[" + b"[]," * 3_000_000 + b"[]]", "lists and objects"),
        ("a.csv", b"," * 100_000 + b"\ntext", "more than 1,000 columns"),
        (
            "a.jsonl",
            b"{" + b",".join(b'"%d":1' % n for n in range(2_000)) + b"}\n",
            "more than 1,000 columns",
        ),
    ],
)
def test_what_would_fill_the_memory_is_refused(name: str, data: bytes, said: str) -> None:
    with pytest.raises(IntakeError, match=said):
        read_table(name, data)
