"""Words in a text: pure functions, so properties are tested over generated texts."""

import time

from hypothesis import given
from hypothesis import strategies as st

from claims.quotes import (
    PLACES_LIMIT,
    Mark,
    Place,
    Segment,
    beginning_of,
    context,
    find_words,
    line_of,
    on_one_line,
    segments,
    surrounded,
)

TEXTS = st.text(alphabet=st.sampled_from("ab \n“”'é\u0301🇺🇦👩‍🔬שלום"), min_size=1, max_size=60)


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    text = draw(TEXTS)
    places = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=8))
    ordered = [(min(place), max(place)) for place in places if place[0] != place[1]]
    return text, [Mark(number, *place) for number, place in enumerate(ordered, 1)]


@given(marked_texts())
def test_segments_are_the_text_and_each_mark_its_words(given: tuple[str, list[Mark]]) -> None:
    text, marks = given
    pieces = list(segments(text, marks))
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)
    for mark in marks:
        assert (
            "".join(piece.text for piece in pieces if mark.number in piece.over)
            == text[mark.start : mark.end]
        )
        assert [mark.number in piece.opening for piece in pieces].count(True) == 1


def test_overlapping_marks_are_cut_where_one_starts_or_ends() -> None:
    assert list(segments("abcdef", [Mark(1, 0, 4), Mark(2, 2, 6)])) == [
        Segment("ab", (1,), (1,), lanes=(1,)),
        Segment("cd", (1, 2), (2,), (1,), lanes=(1, 2)),
        Segment("ef", (2,), (), (2,), lanes=(2,)),
    ]


def test_depth_ends_at_three() -> None:
    (piece,) = segments("ab", [Mark(number, 0, 2) for number in range(1, 6)])
    assert (piece.depth, piece.numbers) == (3, "1 2 3 4 5")


def test_a_long_text_with_many_marks_is_cut_in_one_pass() -> None:
    text = "word " * 200_000
    marks = [Mark(number, number * 50, number * 50 + 120) for number in range(1, 10_000)]
    started = time.process_time()
    assert sum(len(piece.text) for piece in segments(text, marks)) == len(text)
    assert time.process_time() - started < 1


@given(TEXTS, st.data())
def test_words_of_the_text_are_found_where_they_stand(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    words = text[start:end]
    places = find_words(text, words)
    assert all(text[place.start : place.end] == words.strip() for place in places)
    if words.strip():
        assert start + len(words) - len(words.lstrip()) in [place.start for place in places]


@given(TEXTS, TEXTS)
def test_what_is_found_are_the_texts_own_characters(text: str, words: str) -> None:
    for start, end in find_words(text, words):
        assert 0 <= start < end <= len(text)
        assert len(text[start:end].split()) == len(words.split())


def test_offsets_count_code_points() -> None:
    text = "👩‍🔬 said: “שלום” 🇺🇦 cafe\u0301"
    assert [text[slice(*place)] for place in find_words(text, "שלום")] == ["שלום"]
    assert find_words(text, "🇺🇦") == [Place(17, 19)]


def test_every_place_is_found() -> None:
    assert find_words("no, no and no", "no") == [Place(0, 2), Place(4, 6), Place(11, 13)]
    assert find_words("anana", "ana") == [Place(0, 3), Place(2, 5)]


def test_places_are_bounded() -> None:
    assert len(find_words("a" * 10_000, "a")) == len(find_words("a b\n" * 10_000, "a  b")) == PLACES_LIMIT


def test_white_space_may_differ() -> None:
    text = "fell sharply\n  in\u00a0March"
    assert [text[slice(*place)] for place in find_words(text, " sharply in   March ")] == [
        "sharply\n  in\u00a0March"
    ]


def test_exact_words_win_over_loose_ones() -> None:
    assert find_words("in  March and in March", "in March") == [Place(14, 22)]


def test_typography_may_differ() -> None:
    text = "“It’s a no–go …” he said; cafe\u0301, na\u00efve"
    for typed in (
        '"It\'s a no-go ..."',
        "«It‘s a no—go …»",
        "caf\u00e9",
        "nai\u0308ve",
    ):
        (place,) = find_words(text, typed)
        assert text[slice(*place)] in text
    assert [text[slice(*place)] for place in find_words(text, "caf\u00e9")] == ["cafe\u0301"]


def test_a_letter_is_no_other_letter() -> None:
    assert find_words("cafe", "caf\u00e9") == []
    assert find_words("Trade fell", "trade fell") == []


def test_nothing_is_found_of_nothing() -> None:
    assert find_words("text", "") == find_words("text", " \n ") == []


def test_signs_of_patterns_are_letters_here() -> None:
    assert find_words("a (b) [c] a.c", "(b)  [c]") == [Place(2, 9)]
    assert find_words("abc", "a.c  ") == []


def test_a_megabyte_is_searched_in_time() -> None:
    text = "the trade of the two " * 50_000
    started = time.process_time()
    assert find_words(text, "the  trade of the three") == []
    assert time.process_time() - started < 2


def test_as_much_of_the_beginning_as_stands_there_is_told() -> None:
    text = "Trade  fell sharply in March."
    assert beginning_of(text, "Trade fell sharply in April") == "Trade  fell sharply in"
    assert beginning_of(text, "Commerce fell") == ""


def test_context_is_cut_between_words() -> None:
    text = "one two three four five six seven"
    assert context(text, (14, 18), reach=9) == ("… three ", "four", " five …")
    assert context(text, (14, 18), reach=100) == ("one two three ", "four", " five six seven")
    assert context("数" * 100, (50, 51), reach=10) == ("…" + "数" * 10, "数", "数" * 10 + "…")


def test_an_ellipsis_stands_beside_its_words() -> None:
    text = "before.\n\nOne two three.\n\nAfter"
    assert context(text, (13, 16), reach=8) == ("… One ", "two", " three. …")


def test_a_piece_of_a_text_says_where_it_was_cut() -> None:
    assert surrounded("wo three ", "four", " five si", cut=(True, True)) == ("… three ", "four", " five …")
    assert surrounded("", "one", " two", cut=(False, False)) == ("", "one", " two")


def test_a_context_in_a_list_stands_on_one_line() -> None:
    assert on_one_line(context("one\n\ntwo  three\n", (5, 8))) == ("one ", "two", " three ")


def test_lines_are_counted_from_one() -> None:
    assert [line_of("a\nb\nc", at) for at in (0, 2, 4)] == [1, 2, 3]
