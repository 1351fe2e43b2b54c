"""What differs between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from sources.differences import LIMIT, differences


def _own(text: str, other: str) -> list[str]:
    return [piece.text for piece in differences(text, other)[0] if piece.is_own]


def test_the_words_that_differ_are_named() -> None:
    before, after = differences("Trade fell in March.", "Trade rose in March.")
    assert [(piece.text, piece.is_own) for piece in before] == [
        ("Trade ", False),
        ("fell", True),
        (" in March.", False),
    ]
    assert [(piece.text, piece.is_own) for piece in after] == [
        ("Trade ", False),
        ("rose", True),
        (" in March.", False),
    ]


def test_the_same_text_has_nothing_of_its_own() -> None:
    assert _own("Same.", "Same.") == []
    assert differences("", "") == ([], [])


def test_long_texts_are_held_together_by_what_they_share() -> None:
    words = [f"w{n % 97}-{n % 89}" for n in range(20_000)]
    edited = [*words[:5_000], "new", "words", *words[5_010:15_000], *words[15_001:]]
    before, after = differences(" ".join(words), " ".join(edited))
    assert [piece.text for piece in after if piece.is_own] == ["new words"]
    assert sum(len(piece.text.split()) for piece in before if piece.is_own) == 11


def test_a_long_gap_that_nothing_holds_together_differs_as_a_whole() -> None:
    one, other = "a " * LIMIT, "b " * LIMIT
    assert [piece.text.split() for piece in differences(one, other)[0] if piece.is_own] == [["a"] * LIMIT]


@given(st.text(), st.text())
def test_the_pieces_together_are_the_texts(one: str, other: str) -> None:
    before, after = differences(one, other)
    assert "".join(piece.text for piece in before) == one
    assert "".join(piece.text for piece in after) == other
    assert [piece.text for piece in before if not piece.is_own] == [
        piece.text for piece in after if not piece.is_own
    ]
