"""A quote is carried when its very words survived, to its own place; changed or doubtful words never are."""

import random
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.anchoring import Anchored, reanchor
from claims.quotes import Place
from tests.claims.edits import FRESH, WORDS, Case, make_case
from tests.conftest import TEXT


def carried(old: str, new: str, quote: str, nth: int = 0) -> str | None:
    """What the nth of these words rests on in the new text, with the first letters after it; None for an orphan."""
    found = anchored(old, new, quote, nth)
    return None if found.method == "orphan" else new[found.start : found.end]


def anchored(old: str, new: str, quote: str, nth: int = 0) -> Anchored:
    at = -1
    for _ in range(nth + 1):
        at = old.index(quote, at + 1)
    [found] = reanchor(old, new, [(at, at + len(quote))])
    return found


def wrong(case: Case) -> list[str]:
    """The quotes of a case that were taken elsewhere than to their own words."""
    found = []
    outcomes = reanchor(case.old, case.new, case.quotes)
    for place, truth, got in zip(case.quotes, case.truth, outcomes, strict=True):
        quote = case.old[slice(*place)]
        if got.method == "orphan":
            continue
        if truth is None:
            found.append(f"taken: {quote!r} to {case.new[got.start : got.end]!r}")
        elif (got.start, got.end) != truth:
            found.append(f"shifted: {quote!r} to {(got.start, got.end)}, not {truth}")
        elif (got.method == "exact") != (case.new[got.start : got.end] == quote):
            found.append(f"{got.method}: {quote!r} as {case.new[got.start : got.end]!r}")
    return found


@settings(max_examples=1_000, deadline=None, derandomize=True)
@given(st.integers(min_value=10_000))
def test_no_quote_is_ever_taken_to_other_words(seed: int) -> None:
    assert wrong(make_case(seed, quotes=8)) == []


@pytest.mark.parametrize("decoys", [False, True])
def test_quotes_whose_words_survived_are_carried(decoys: bool) -> None:
    survived = left = 0
    for seed in range(120):
        case = make_case(seed, decoys=decoys)
        outcomes = reanchor(case.old, case.new, case.quotes)
        for truth, company, got in zip(case.truth, case.company, outcomes, strict=True):
            # Where the words around it are gone too, it may be for a person to judge.
            if truth and company >= 0.5:
                survived += 1
                left += got.method == "orphan"
    assert survived > 2_400
    assert left / survived <= 0.001


def test_a_changed_figure_is_an_orphan_whose_place_is_offered() -> None:
    new = TEXT.replace("nine per cent", "ten per cent")
    found = anchored(TEXT, new, "a rise of nine per cent")
    assert found.method == "orphan"
    assert found.candidate is not None
    assert new[slice(*found.candidate)] == "a rise of ten per cent"
    assert carried(TEXT, new, "A customs table shows") == "A customs table shows"


@pytest.mark.parametrize(
    ("before", "after", "quote"),
    [
        ("a rise of 9 per cent", "a rise of 9.5 per cent", "a rise of 9"),
        ("they can go home now", "they can't go home now", "they can"),
        ("it is unlikely to end", "it is likely to end", "likely to end"),
        ("the café was closed today", "the cafe was closed today", "the café was closed"),
        ("he was never there", "he was there", "was never there"),
        ("क कि बात", "क की बात", "कि"),
    ],
)
def test_other_words_are_not_these(before: str, after: str, quote: str) -> None:
    assert anchored(before, after, quote).method == "orphan"


def test_the_same_words_set_otherwise_are_found() -> None:
    old = "He said: “It’s fine” – really… The café was open."
    new = unicodedata.normalize("NFD", 'He said: "It\'s fine" - really...\nThe\u00a0café was open.')
    found = anchored(old, new, "“It’s fine” – really… The café")
    assert found.method == "fuzzy"
    assert new[found.start : found.end] == unicodedata.normalize(
        "NFD", '"It\'s fine" - really...\nThe\u00a0café'
    )


def test_a_quote_deleted_here_is_not_taken_from_elsewhere() -> None:
    one = "In Moscow the minister said that trade had never been better, and left for Kazan."
    other = "In Beijing a spokesman was heard to say that trade had never been better at any time."
    both, alone = f"{one}\n{other}", f"In Moscow the minister left for Kazan.\n{other}"
    quote = "trade had never been better"
    assert carried(both, alone, quote) is None
    assert anchored(both, alone, quote, nth=1).start == alone.index(quote)
    assert carried(one, f"In Moscow the minister left for Kazan.\n{other}", quote) is None


def test_a_passage_that_moved_takes_its_quotes_along() -> None:
    paragraphs = [" ".join(WORDS[at : at + 40]) for at in range(0, 200, 40)]
    old = "\n\n".join(paragraphs)
    new = "\n\n".join([*paragraphs[1:], paragraphs[0]])
    for quote in (" ".join(WORDS[10:14]), " ".join(WORDS[:4]), paragraphs[0]):
        found = anchored(old, new, quote)
        assert (found.method, found.start) == ("exact", new.index(quote))


def test_a_paragraph_that_stands_twice_now_keeps_its_quotes_in_its_place() -> None:
    paragraphs = [" ".join(WORDS[at : at + 40]) for at in range(0, 160, 40)]
    old = "\n\n".join(paragraphs)
    quote = " ".join(WORDS[50:55])
    late = "\n\n".join([*paragraphs, paragraphs[1]])
    early = "\n\n".join([paragraphs[1], *paragraphs])
    assert anchored(old, late, quote).start == late.index(quote)
    assert anchored(old, early, quote).start == early.rindex(quote)


def test_of_what_stood_twice_and_stands_once_nobody_can_tell_which_is_left() -> None:
    old = "It began so. They came home. It rained. They came home. It ended so."
    new = "It began so. They came home. It ended so."
    assert carried(old, new, "They came home") is None
    assert carried(old, new, "They came home", nth=1) is None
    lines = old.replace(". ", ".\n")
    assert carried(lines, new.replace(". ", ".\n"), "It began so") == "It began so"


def test_repeated_words_are_told_apart_by_what_stands_around_them() -> None:
    rows = [
        f"In {word} the ministry declined to comment on {other}."
        for word, other in zip(WORDS, FRESH, strict=True)
    ]
    old = " ".join(rows[:40])
    new = " ".join([rows[50], *rows[:10], *rows[12:30], rows[51], *rows[30:40]])
    quote = "the ministry declined to comment"
    at = -1
    for number in range(40):
        at = old.index(quote, at + 1)
        [found] = reanchor(old, new, [(at, at + len(quote))])
        if number in (10, 11):
            assert found.method == "orphan", number
        else:
            assert new[found.start : found.end] == quote
            assert new[: found.start].endswith(f"In {WORDS[number]} "), number


def test_quotes_at_the_edges_overlapping_and_of_everything() -> None:
    new = f"Correction. {TEXT} Ends."
    places = [(0, 5), (0, len(TEXT)), (len(TEXT) - 7, len(TEXT)), (3, 20), (10, 30), (12, 13)]
    for (start, end), found in zip(places, reanchor(TEXT, new, places), strict=True):
        assert (found.method, found.start, found.end) == ("exact", start + 12, end + 12)


def test_white_space_alone_is_nobodys_words() -> None:
    assert reanchor("one  two", "one two", [(3, 5)])[0].method == "orphan"
    assert reanchor("same", "same", [(0, 4), (2, 3)]) == [Anchored("exact", 0, 4), Anchored("exact", 2, 3)]
    assert reanchor(TEXT, "别的", [(0, 5)]) == [Anchored("orphan")]
    assert reanchor(TEXT, " ", []) == []


@pytest.mark.parametrize(
    ("old", "quote", "new"),
    [
        (
            "中国没有向俄罗斯提供致命武器。外交部发言人否认了这一说法。贸易额上升。",
            "否认了这一说法",
            "据报道，中国没有向俄罗斯提供任何武器。外交部发言人否认了这一说法。贸易额下降。",
        ),
        (
            "政府は昨日、輸出の停止を発表した。詳細は不明である。",
            "輸出の停止を発表した",
            "日本政府は昨日、輸出の停止を発表した。詳細は後日。",
        ),
        (
            "قال الوزير إن التجارة لم تتوقف قط. ونفى المتحدث ذلك.",
            "التجارة لم تتوقف قط",
            "قال الوزير أمس إن التجارة لم تتوقف قط. ونفى المتحدث ذلك بشدة.",
        ),
        (
            "He wrote 👩‍👩‍👧 and left 🇨🇳 for good.",
            "👩‍👩‍👧 and left 🇨🇳",
            "Then he wrote 👩‍👩‍👧 and left 🇨🇳 for good.",
        ),
        ("𝔘nder 𐍈 the old 𐍈 sign they met", "𐍈 sign", "😀 𝔘nder 𐍈 the old 𐍈 sign they met"),
    ],
    ids=["Chinese", "Japanese", "Arabic", "emoji", "astral"],
)
def test_scripts(old: str, quote: str, new: str) -> None:
    assert carried(old, new, quote) == quote
    assert anchored(old, new, quote).method == "exact"
    assert anchored(old, new, quote).start == new.index(quote)


def test_lines_broken_elsewhere_are_the_same_words() -> None:
    chance = random.Random(4)
    words = [chance.choice(WORDS) for _ in range(600)]
    wide, narrow = (
        "\n".join(" ".join(words[at : at + step]) for at in range(0, 600, step)) for step in (14, 9)
    )
    for first in range(0, 580, 7):
        quote = " ".join(words[first : first + 12])
        start = len(" ".join(words[:first])) + bool(first)
        [found] = reanchor(wide, narrow, [(start, start + len(quote))])
        assert found.method != "orphan", quote
        assert narrow[found.start : found.end].split() == quote.split()


def test_a_candidate_lies_within_the_new_text() -> None:
    for seed in range(40):
        case = make_case(seed)
        for found in reanchor(case.old, case.new, case.quotes):
            if found.candidate:
                assert isinstance(found.candidate, Place)
                assert 0 <= found.candidate.start < found.candidate.end <= len(case.new)


def test_two_thousand_quotes_in_a_megabyte() -> None:
    chance = random.Random(1)
    lines = [" ".join(chance.choice(WORDS) for _ in range(60)) + "." for _ in range(2_600)]
    old = "\n".join(lines)
    for _ in range(30):
        at = chance.randrange(len(lines))
        words = lines[at].split()
        words[chance.randrange(60)] = chance.choice(FRESH)
        lines[at] = " ".join(words)
    lines.insert(2_000, lines.pop(100))
    starts = [chance.randrange(len(old) - 200) for _ in range(2_000)]
    begun = time.process_time()
    found = reanchor(old, "\n".join(lines), [(start, start + chance.randint(20, 150)) for start in starts])
    assert len(old) > 900_000
    assert time.process_time() - begun < 5
    assert sum(one.method != "orphan" for one in found) > 1_950
