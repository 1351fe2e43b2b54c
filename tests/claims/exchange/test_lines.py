"""What a single line may hold, without a database."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from claims.exchange.fields import Reading
from claims.exchange.lines import DEPTH_LIMIT, EXTRA_LIMIT, Line, cited_number, read_line
from claims.exchange.problems import Problem
from claims.exchange.strict_json import BadLine
from sources.models import Letter
from tests.claims.exchange.files import claim, dossier_line, link, review, source, speaker

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def read(line: dict[str, Any] | str | bytes, *, may_bring_verdicts: bool = True) -> Line:
    raw = line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
    return read_line(raw, Reading(now=NOW, may_bring_verdicts=may_bring_verdicts))


def test_a_line_with_what_is_required_is_read() -> None:
    for line in (dossier_line(), source(), speaker(), claim(), link(), review()):
        assert read(line).problems == []


def test_what_is_absent_reads_as_empty() -> None:
    row = read(claim()).row
    assert (row["speaker"], row["via"], row["asserted"], row["about"], row["modality"]) == (
        "",
        "",
        "",
        "",
        "",
    )
    assert (row["credibility"], row["topics"], row["extra"], row["external_id"]) == (None, [], "{}", "")


def test_null_reads_as_empty_where_a_key_may_be_absent() -> None:
    row = read(source(title=None, published=None, reliability=None, language=None)).row
    assert (row["title"], row["published"], row["reliability"], row["config"]) == ("", "", "", "simple")


def test_topics_come_out_sorted_and_once() -> None:
    assert read(claim(topics=["ж", "b", "a", "b"])).row["topics"] == ["a", "b", "ж"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"type":"speaker","name":"\xff"}', "not UTF-8"),
        ('{"type":"speaker","name":"A', "cut off"),
        ("[1,2]", "no JSON object"),
        ('"source"', "no JSON object"),
        ('{"type":"speaker","name":"A","extra":{"a":NaN}}', "NaN is no JSON number"),
        ('{"type":"speaker","name":"A","a":Infinity}', "Infinity is no JSON number"),
        ('{"type":"speaker","name":"A","a":1e999}', "too large"),
        ('{"type":"speaker","name":"A","a":' + "9" * 5000 + "}", "cannot be read"),
        ('{"type":"speaker","name":"A","name":"A"}', "the key stands twice"),
        ('{"type":"speaker","name":"A","extra":{"a":{"b":1,"b":2}}}', "the key stands twice"),
        ('{"type":"speaker","name":"A\\u0000B"}', "NUL"),
        ('{"type":"speaker","name":"A","extra":{"a":["b\\u0000"]}}', "NUL"),
        ('{"type":"speaker","name":"A","extra":{"a\\u0000":1}}', "NUL"),
        ('{"type":"speaker","name":"A","\\u0000":1}', "NUL"),
        ('{"type":"speaker","name":"\\ud83d"}', "half of a character"),
        ('{"\\ud83d":1,"\\ud83d":2}', "the key stands twice"),
        ('{"type":"speaker","name":"A","extra":[{"\\udc00":1}]}', "half of a character"),
        ('{"type":"speaker","name":"A","a":' + "[" * 200_000 + "]" * 200_000 + "}", "nested too deeply"),
        ('{"type":"resolution","id":"1"}', "is none of"),
        ('{"type":3}', "is none of"),
        ('{"id":"1"}', "is missing"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_a_line_that_cannot_be_read(line: str | bytes, reason: str) -> None:
    """Whether it can be named or not: it is bad for this one reason, and nothing of it comes in."""
    try:
        [(field, told)] = read(line).problems
    except BadLine as error:
        field, told = error.field, error.reason
    assert reason in told
    assert str(Problem(1, "", field, told)).encode()


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert read('{"type":"speaker","name":"\\ud83d\\ude00"}').id == "😀"


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (dossier_line(format="gainsay/2"), "format", "not known here"),
        (dossier_line(name=""), "name", "is empty"),
        (dossier_line(reviews_needed=0), "reviews_needed", "from 1 to 5"),
        (dossier_line(reviews_needed=True), "reviews_needed", "no whole number"),
        (dossier_line(last={"S": -1}), "last.S", "no whole number"),
        (dossier_line(last=[1]), "last", "no object"),
        ({"type": "source", "text": "a"}, "id", "required"),
        (source(""), "id", "is empty"),
        ({**source(), "id": 7}, "id", "no text"),
        ({"type": "source", "id": "a"}, "text", "required"),
        (source(text=""), "text", "is empty"),
        (source(text="\ufeff"), "text", "is empty"),
        (source(text="a" * 5_000_001), "text", "5,000,001 characters"),
        (source(title="t" * 1_001), "title", "at most 1,000"),
        (source(published="2023-13"), "published", "not in the calendar"),
        (source(published="2023/2024"), "published", "no date"),
        (source(published="0999"), "published", "before the year 1000"),
        (source(published=2023), "published", "no text"),
        (source(reliability="G"), "reliability", "is none of A, B"),
        (source(external_id="e" * 501), "external_id", "at most 500"),
        (source(extra="no"), "extra", "no object"),
        (source(extra={"origin": 1}, origin=2), "origin", "both in the line and in its extra"),
        (source(note="n" * (EXTRA_LIMIT + 1)), "extra", "at most 65,536"),
        (source(by=""), "by", "is empty"),
        (source(by=1), "by", "no text"),
        (source(by="b" * 151), "by", "at most 150"),
        (source(at="yesterday"), "at", "no moment"),
        (source(at="2023-02-30T10:00:00Z"), "at", "no moment"),
        (source(at="2023-W05-1"), "at", "no moment"),
        ({"type": "speaker"}, "name", "required"),
        (speaker(""), "name", "is empty"),
        (speaker("n" * 501), "name", "at most 500"),
        ({**claim(), "source": None}, "source", "required"),
        ({**claim(), "quote": ""}, "quote", "is empty"),
        ({**claim(), "end": 9}, "quote", "from start to end there are 9"),
        ({**claim(), "start": -1}, "start", "no whole number"),
        ({**claim(), "start": 0.0}, "start", "no whole number"),
        ({**claim(), "start": False}, "start", "no whole number"),
        (claim(statement=""), "statement", "is empty"),
        (claim(about="2023-02/2023-01"), "about", "ends before it starts"),
        (claim(about="../.."), "about", "says nothing"),
        (claim(asserted="2023-02-29"), "asserted", "not in the calendar"),
        (claim(modality="rumour"), "modality", "is none of"),
        (claim(credibility=7), "credibility", "from 1 to 6"),
        (claim(credibility="2"), "credibility", "no whole number"),
        (claim(topics="trade"), "topics", "no list"),
        (claim(topics=["trade", ""]), "topics", "no topic"),
        (claim(topics=[1]), "topics", "no list"),
        (claim(topics=["t" * 201]), "topics", "between 1 and 200"),
        (link(kind="refutes"), "kind", "is none of contradicts"),
        ({"type": "link", "id": "x", "from": "1", "to": "2"}, "kind", "required"),
        (link(a="1", b="1"), "to", "cannot be linked to itself"),
        (link(mutual=True), "mutual", "only support"),
        (link(mutual="yes"), "mutual", "neither true nor false"),
        (link(kind="supports", contradiction_type="numeric"), "contradiction_type", "only a contradiction"),
        (link(contradiction_type="sarcasm"), "contradiction_type", "is none of"),
        (link(strength="medium"), "strength", "is none of"),
        (link(adjudication={}), "adjudication.verdict", "required"),
        (link(adjudication="supports"), "adjudication", "no object"),
        (link(adjudication={"verdict": "supports", "at": "now"}), "adjudication.at", "no moment"),
        (link(extra={"changed_since_review": "yes"}), "changed_since_review", "neither true nor false"),
        (link(extra={"review_round": 0}), "review_round", "no whole number"),
        (link(extra={"review_round": 1_001}), "review_round", "from 1 to 1000"),
        (review(verdict="maybe"), "verdict", "is none of"),
        (review(confidence=6), "confidence", "from 1 to 5"),
        ({**review(), "reviewer": None}, "reviewer", "required"),
        ({"type": "review", "link": "x", "verdict": "neither"}, "reviewer", "required"),
        ({"type": "review", "reviewer": "mira", "verdict": "neither"}, "link", "required"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_wrong_value_is_named(line: dict[str, Any], field: str, reason: str) -> None:
    problems = read(line).problems
    assert [name for name, _ in problems] == [field]
    assert reason in problems[0][1]


def test_all_that_is_wrong_with_a_line_is_told() -> None:
    wrong = read(source(published="never", reliability="Z", by=3)).problems
    assert [field for field, _ in wrong] == ["published", "reliability", "by"]


def test_a_problem_reads_as_a_sentence() -> None:
    assert str(Problem(12, "C-4", "quote", "is empty")) == "line 12, C-4, quote: is empty"
    assert str(Problem(3, "", "", "is no JSON")) == "line 3: is no JSON"


def test_extra_of_exactly_the_limit_is_kept() -> None:
    room = EXTRA_LIMIT - len('{"note":""}')
    assert read(source(note="n" * room)).problems == []
    assert read(source(note="n" * (room + 1))).problems


def test_extra_is_nested_only_so_deep() -> None:
    value: list[Any] = []
    for _ in range(DEPTH_LIMIT - 2):
        value = [value]
    assert read(source(extra={"deep": value})).problems == []
    assert read(source(extra={"deep": [value]})).problems == [("extra", "is nested deeper than 100 levels")]


def test_unknown_keys_and_extra_become_one_object_in_their_order() -> None:
    row = read(source(origin="wire", extra={"z": 1, "a": 1.5}, stars=[True])).row
    assert row["extra"] == '{"origin":"wire","stars":[true],"z":1,"a":1.5}'


def test_numbers_of_unknown_keys_stay_as_they_were_written() -> None:
    extra = '{"a":1.10,"b":[1E2,-0.0,1e+05],"c":{"d":0.12345678901234567890123},"e":12345678901234567890}'
    assert read(f'{{"type":"speaker","name":"A","extra":{extra}}}').row["extra"] == extra
    text = '{"a":"1.10","b":"\\\\u00001.10\\\\u0000","c":1.10}'
    assert read(f'{{"type":"speaker","name":"A","extra":{text}}}').row["extra"] == text
    assert read('{"type":"speaker","name":1.50}').problems == [("name", "“1.50” is no text")]


def test_unknown_keys_within_known_objects_are_kept_too() -> None:
    assert read(dossier_line(last={"S": 3, "A": 2})).row["extra"] == '{"last":{"A":2}}'
    row = read(link(adjudication={"verdict": "neither", "because": "x"})).row
    assert row["extra"] == '{"adjudication":{"because":"x"}}'


def test_what_an_export_says_of_a_file_is_not_kept() -> None:
    row = read(dossier_line(exported="2026-01-31T09:30:00Z", generator="gainsay 1", counts={"claims": 3})).row
    assert row["extra"] == "{}"


def test_marks_that_no_key_carries_are_read_from_extra() -> None:
    row = read(link(extra={"changed_since_review": True, "review_round": 3, "mine": 1})).row
    assert (row["changed"], row["round"], row["extra"]) == (True, 3, '{"mine":1}')


def test_a_former_external_id_is_not_lost_under_another_number() -> None:
    assert read(source(external_id="old")).row["moved_extra"] == '{"external_id":"old"}'
    again = read(source(external_id="newer", extra={"external_id": "old"})).row
    assert again["moved_extra"] == '{"external_id":["newer","old"]}'
    assert again["extra"] == '{"external_id":"old"}'


def test_absent_makers_are_whoever_brings_the_file_in_and_null_stays() -> None:
    absent = read(source()).row
    assert (absent["by"], absent["at"]) == (0, NOW)
    null = read(source(by=None, at=None)).row
    assert (null["by"], null["at"]) == (None, None)


def test_a_review_without_maker_is_its_reviewers() -> None:
    row = read(review()).row
    assert row["by"] == row["reviewer"] == 1
    assert read(review(by="clerk")).row["by"] == 2


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-31T09:30:00.123456Z", datetime(2026, 1, 31, 9, 30, 0, 123456, UTC)),
        ("2026-01-31T09:30Z", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("2026-01-31T11:30:00+02:00", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("2026-01-31 09:30:00", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
    ],
)
def test_moments_are_read_in_any_zone(written: str, moment: datetime) -> None:
    assert read(source(at=written)).row["at"] == moment


def test_line_ends_and_a_byte_order_mark_are_the_only_changes_to_a_text() -> None:
    row = read(source(text="\ufeffa\r\nb\rc\n\t\u2028 \ufeff ")).row
    assert row["text"] == "a\nb\nc\n\t\u2028 \ufeff "


def test_verdicts_are_a_leads() -> None:
    told = [("verdict", "only a lead brings in verdicts")]
    assert read(review(), may_bring_verdicts=False).problems == told
    adjudicated = read(link(adjudication={"verdict": "neither"}), may_bring_verdicts=False)
    assert adjudicated.problems == [("adjudication", "only a lead brings in verdicts")]


@pytest.mark.parametrize("where", ["line", "extra"])
def test_what_reviews_left_on_a_link_is_a_leads(where: str) -> None:
    def told(**marks: Any) -> list[str]:
        line = link(**marks) if where == "line" else link(extra=marks)
        return [f"{field}: {reason}" for field, reason in read(line, may_bring_verdicts=False).problems]

    assert told(review_round=2) == ["review_round: only a lead brings in verdicts"]
    assert told(changed_since_review=True) == ["changed_since_review: only a lead brings in verdicts"]
    assert told(changed_since_review=False, review_round=1) == []


@pytest.mark.parametrize(
    ("identity", "number"),
    [("C-12", 12), ("C-012", None), ("C-0", None), ("S-12", None), ("c-12", None), ("C-12 ", None),
     ("C-999999999", 999999999), ("C-1000000000", None), ("C-١٢", None)],
)  # fmt: skip
def test_only_a_number_as_it_is_cited_is_one(identity: str, number: int | None) -> None:
    assert cited_number(identity, Letter.CLAIM) == number
