"""What differs between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from claims.differences import LIMIT, differences


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


def test_very_long_texts_differ_as_a_whole() -> None:
    long = "word " * LIMIT
    assert _own(long, "word") == [long]


@given(st.text(), st.text())
def test_the_pieces_together_are_the_texts(one: str, other: str) -> None:
    before, after = differences(one, other)
    assert "".join(piece.text for piece in before) == one
    assert "".join(piece.text for piece in after) == other
    assert [piece.text for piece in before if not piece.is_own] == [
        piece.text for piece in after if not piece.is_own
    ]
