"""Which sentences look checkable: every feature by name, the sum as documented, and how it fares on people's marks."""

import json
from pathlib import Path

import pytest

from claims.checkable import ENOUGH, WEIGHTS, Scored, best, has_lexicon, scored
from claims.quotes import Mark
from claims.reading import without_claim
from sources.sentences import sentences


@pytest.mark.parametrize(
    ("feature", "language", "sentence"),
    [
        ("figure with a unit", "en", "Exports to the north grew by 4.3% in a year."),
        ("figure with a unit", "en", "The lockdowns cost nine million people their work."),
        ("figure with a unit", "fr", "Les exportations ont augmenté de 12 milliards de dollars."),
        ("figure with a unit", "ru", "Экспорт вырос на 12 млрд рублей за год."),
        ("figure with a unit", "zh", "双边贸易额去年增长到2401亿美元左右。"),
        ("figure with a unit", "ja", "輸出は去年に比べて大きく26%も増えた。"),
        ("figure", "xx", "Al xu mi 45 te ra mo."),
        ("date", "xx", "Xu mo re te 2021 pa."),
        ("date", "en", "They met again in late September of that year."),
        ("named actor", "en", "Last week the ministry of Qatar refused."),
        ("several named actors", "en", "Last week Wang Yi flew to Moscow again."),
        ("several named actors", "de", "Gestern reiste Wang Yi mit der NATO nach Osten."),
        ("quoted words", "en", "They called it a “limitless” friendship again."),
        ("reports what was said", "en", "The office said that nothing had changed."),
        ("reports what was said", "de", "Die Behörde teilte mit, dass nichts geschehen sei."),
        ("comparison or change", "en", "Trade with the north fell more than expected."),
        ("comparison or change", "ru", "Торговля с соседями заметно упала за год."),
        ("denial", "en", "The office did not send any weapons."),
        ("denial", "zh", "发言人否认向对方提供任何武器。"),
        ("forecast or intention", "en", "The office will open again next spring."),
        ("question", "en", "Did the office open again last spring?"),
        ("question", "ar", "هل فتح المكتب مرة أخرى في الربيع؟"),
        ("first-person opinion", "en", "I think that the office is far too small."),
        ("very short", "en", "Not at all."),
        ("very short", "zh", "他说。"),
        ("very long", "en", "so " * 61 + "it goes."),
        ("no full sentence", "en", "Read more about the great office of trade"),
        ("no full sentence", "en", "Follow the office at https://example.org and subscribe."),
    ],
)  # fmt: skip
def test_each_feature_is_seen(feature: str, language: str, sentence: str) -> None:
    assert feature in scored(sentence, language).features


@pytest.mark.parametrize(
    ("feature", "language", "sentence"),
    [
        ("named actor", "de", "Gestern fuhr der Minister mit dem Zug nach Osten."),
        ("named actor", "zh", "中方没有向俄罗斯提供武器和弹药。"),
        ("denial", "en", "The notary noted the note of the nordic office."),
        ("figure", "en", "They signed the treaty in 1997 on the island."),
        ("very short", "zh", "中方没有向俄罗斯提供武器和弹药。"),
        ("reports what was said", "xx", "The office said that nothing had changed."),
    ],
)
def test_and_is_not_seen_where_it_is_not(feature: str, language: str, sentence: str) -> None:
    assert feature not in scored(sentence, language).features


def test_the_score_is_the_sum_of_what_is_told() -> None:
    found = scored("Wang Yi said in 2023 that China did not send 9 tonnes of arms.", "en")
    assert found.score == sum(WEIGHTS[feature] for feature in found.features)
    assert list(found.features) == sorted(found.features, key=lambda one: (-abs(WEIGHTS[one]), one))
    assert found.reasons.startswith("figure with a unit, reports what was said, ")


def test_what_speaks_against_it_is_no_reason() -> None:
    assert scored("Did trade reach 9%?", "en").reasons == "figure with a unit, figure"


def test_the_best_are_those_with_enough_in_order() -> None:
    high, low, even = Scored(5, ()), Scored(ENOUGH - 0.5, ()), Scored(5, ())
    assert best([(1, low), (2, high), (3, even), (4, Scored(6, ()))], 2) == [(4, Scored(6, ())), (2, high)]


def test_a_language_without_a_lexicon_is_said_to_be_so() -> None:
    assert [has_lexicon(one) for one in ("en", "en-GB", "DE", "zh_CN", "ja", "ar", "")] == [True] * 4 + [
        False
    ] * 3


def test_suggestions_find_marks_of_people_better_than_chance(shared: Path) -> None:
    # People marked in these three articles what bears on one question, not all that can be checked: precision is
    # bounded. But what is suggested must be marked clearly more often than any sentence is.
    records = [json.loads(line) for line in (shared / "gold/three-articles.jsonl").read_text().splitlines()]
    rows = []
    for source in (one for one in records if one["type"] == "source"):
        marks = sorted(
            Mark(n, one["start"], one["end"])
            for n, one in enumerate(records)
            if one["type"] == "claim" and one["source"] == source["id"]
        )
        marks.sort(key=lambda mark: mark.start)
        found = list(sentences(source["text"], "en"))
        bare = set(without_claim(found, marks))
        rows += [(scored(source["text"][slice(*one)], "en").score, one not in bare) for one in found]
    marked = sum(is_marked for _, is_marked in rows)
    suggested = [is_marked for score, is_marked in rows if score >= ENOUGH]
    precision, recall, chance = sum(suggested) / len(suggested), sum(suggested) / marked, marked / len(rows)
    assert (len(rows), marked) == (206, 71)
    assert precision > 1.3 * chance
    assert recall > 0.7
    assert len(suggested) < 0.6 * len(rows)


def test_of_the_articles_neither_questions_nor_headlines_are_suggested(shared: Path) -> None:
    for path in sorted((shared / "articles").glob("*.txt")):
        text = path.read_text()
        for start, end in sentences(text, "en"):
            if scored(text[start:end], "en").score >= ENOUGH:
                assert len(text[start:end].split()) >= 5
                assert not text[start:end].endswith("?")
