"""Which names may be one person's: suggested by letters alone, and not for what half the world is called."""

import pytest

from claims.names import likely_same, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("President Xi Jinping", ("xi", "jinping")),
        ("Général de Gaulle", ("general", "de", "gaulle")[1:]),
        ("The President", ("the", "president")),
        ("习近平", ("习近平",)),
        ("—", ()),
    ],
)
def test_the_words_that_say_who_it_is(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


def pairs(*names: str) -> list[tuple[str, str]]:
    return [(pair.one, pair.other) for pair in likely_same(names)]


def test_titles_case_accents_and_order_do_not_tell_people_apart() -> None:
    assert pairs("XI JINPING", "Jinping Xi", "Li Qiang") == [("Jinping Xi", "XI JINPING")]
    assert pairs("Foreign Minister Lavrov", "Lavrov") == [("Foreign Minister Lavrov", "Lavrov")]


def test_one_that_holds_all_words_of_another_may_be_the_same() -> None:
    assert pairs("Xi Jinping", "President Xi", "Li Xiaoming") == [("President Xi", "Xi Jinping")]


def test_a_word_that_many_names_have_says_nothing() -> None:
    assert pairs("China", *(f"China Office {n}" for n in "abcdefgh")) == []


def test_no_name_is_like_itself() -> None:
    assert pairs("Xi", "—", "") == []
