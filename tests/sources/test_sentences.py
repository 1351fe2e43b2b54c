"""Sentences of texts in many scripts: where they stand, in code points, and that none is lost or goes over a line."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.sentences import WINDOW, Sentence, sentences

# Wide white space and dots beside each other, quotation marks, letters of two units, accents, joiners, four scripts.
ODD = "aA.!?。！？؟「」“”«»()\"' \u00a0\u3000\u2028\x85😀𠮷é\u0301\u200bשא5\nMrDr§\x00\ufeff"


def split(text: str, language: str) -> list[str]:
    return [text[slice(*one)] for one in sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "Hi 😀 there. Mr. X of the U.S. office said so.\n\nYes? “No.” He left.",
         ["Hi 😀 there.", "Mr. X of the U.S. office said so.", "Yes?", "“No.”", "He left."]),
        ("de", "Am 3. März sagte Dr. Merkel etwas. Ja.", ["Am 3. März sagte Dr. Merkel etwas.", "Ja."]),
        ("fr", "Il a dit « Oui. » Puis il est parti.", ["Il a dit « Oui. »", "Puis il est parti."]),
        ("ru", "Он сказал: «Да». Торговля выросла.", ["Он сказал: «Да».", "Торговля выросла."]),
        ("zh", "他说。“你好。”𠮷野家开了！是吗？", ["他说。", "“你好。”", "𠮷野家开了！", "是吗？"]),
        ("ja", "彼は言った。「元気です。」はい。", ["彼は言った。", "「元気です。」", "はい。"]),
        ("ar", "مرحبا. كيف حالك؟ نعم.", ["مرحبا.", "كيف حالك؟", "نعم."]),
        ("tlh", "One. Two.", ["One.", "Two."]),
        ("", "One. Two.", ["One.", "Two."]),
        ("en", "A headline\n\n* * *\n\nOne line\nand another.", ["A headline", "One line", "and another."]),
        ("en", "", []),
    ],
)  # fmt: skip
def test_sentences_stand_where_they_are(language: str, text: str, found: list[str]) -> None:
    assert split(text, language) == found


@given(st.text(alphabet=ODD, max_size=60), st.sampled_from(["en", "de-AT", "zh", "ar", "ru", "ja", "xx", ""]))
def test_whatever_the_text_they_follow_each_other_and_leave_out_no_letter(text: str, language: str) -> None:
    at = 0
    for start, end in sentences(text, language):
        assert at <= start < end <= len(text)
        assert "\n" not in text[start:end]
        assert text[start:end] == text[start:end].strip()
        assert not any(map(str.isalnum, text[at:start]))
        at = end
    assert not any(map(str.isalnum, text[at:]))


def test_of_a_line_longer_than_what_is_looked_at_no_sentence_is_cut() -> None:
    sentence = "Trade fell sharply 📉 in March, said Mr. Smith."
    found = split(" ".join([sentence] * 100), "en")
    assert len(sentence) * 100 > 4 * WINDOW
    assert found == [sentence] * 100


def test_a_sentence_longer_than_what_is_looked_at_is_cut() -> None:
    text = "x" * (WINDOW * 2 + 1)
    assert list(sentences(text)) == [
        Sentence(0, WINDOW),
        Sentence(WINDOW, 2 * WINDOW),
        Sentence(2 * WINDOW, 2 * WINDOW + 1),
    ]


@pytest.mark.parametrize(
    "text", ["Trade fell. It rose.\n" * 25_000, "他说贸易下降了百分之九。" * 40_000, "a." * 250_000]
)
def test_half_a_million_characters_take_less_than_seconds(text: str) -> None:
    began = time.process_time()
    assert sum(1 for _ in sentences(text, "zh")) > 100
    assert time.process_time() - began < 4, "their time would grow with the square of a line's length"
