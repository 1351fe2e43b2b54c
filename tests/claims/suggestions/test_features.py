"""What is seen of a pair, and what is not."""

import pytest

from claims.suggestions.features import NAMES, Facts, Likeness, compare, overlap
from claims.suggestions.reading import read
from claims.suggestions.records import ClaimView


def pair(
    first: str,
    second: str,
    meaning: float | None = None,
    a: dict[str, str] | None = None,
    b: dict[str, str] | None = None,
) -> Facts:
    one = ClaimView("a", first, **(a or {}))
    other = ClaimView("b", second, **(b or {}))
    return compare(read(one), read(other), Likeness(meaning))


def test_opposed_verbs_are_told_in_words() -> None:
    facts = pair("Exports rose last year.", "Exports fell last year.")
    assert facts.numbers["opposed"] == 1
    assert facts.sentence("opposed") == "one says “rose”, the other “fell”"


def test_a_negated_verb_stands_at_the_other_end() -> None:
    assert pair("Exports did not rise.", "Exports fell.").numbers["opposed"] == 0
    assert pair("Exports did not rise.", "Exports grew.").numbers["opposed"] == 1


def test_a_double_negation_turns_twice() -> None:
    assert read(ClaimView("a", "She did not refuse to help.")).content["help"] is False


def test_negation_leaves_what_follows_a_preposition() -> None:
    content = read(ClaimView("a", "He has not abandoned his alliance with them.")).content
    assert content["abandon"] is True
    assert content["allianc"] is False


def test_not_only_is_no_negation() -> None:
    assert read(ClaimView("a", "It is not only cheap.")).negations == 0


def test_one_sided_negation_of_a_shared_word() -> None:
    facts = pair("The firm supplied weapons.", "The firm has not supplied weapons.")
    assert facts.numbers["negation of shared"] > 0
    assert "not suppl" in facts.sentence("negation of shared")


def test_words_made_opposite_by_a_prefix() -> None:
    assert pair("The vote was constitutional.", "The vote was unconstitutional.").numbers["prefix"] == 1


@pytest.mark.parametrize(
    ("a", "b", "differ"),
    [
        ("Trade was 190 billion dollars.", "Trade was $240bn.", 1),
        ("Trade was $190 billion.", "Trade was 190 billion dollars.", 0),
        ("Trade was about $190 billion.", "Trade was $200 billion.", 0),
        ("More than 50 people died.", "70 people died.", 0),
        ("More than 50 people died.", "30 people died.", 1),
        ("Prices rose by 3%.", "Prices rose by 5 percent.", 1),
        ("It lasted 3 days.", "It cost 5 dollars.", 0),
        ("On 4 February they met.", "On 7 February they met.", 0),
    ],
)
def test_numbers_of_one_unit_within_tolerance(a: str, b: str, differ: int) -> None:
    assert pair(a, b).numbers["numbers differ"] == differ


def test_different_years_may_explain_different_numbers() -> None:
    facts = pair("Trade was $190bn in 2022.", "Trade was $240bn in 2023.")
    assert facts.over_time
    assert facts.sentence("years differ") == "they speak of different years: 2022 and 2023"
    assert facts.numbers["numbers differ"] == 0
    same_year = pair("Trade was $190bn in 2022.", "Trade was $240bn in 2022.")
    assert same_year.numbers["numbers differ"] == 1
    assert not same_year.over_time


def test_periods_that_do_not_meet_are_over_time() -> None:
    facts = pair("A.", "B.", a={"about": "2020/2021"}, b={"about": "2022-03"})
    assert facts.over_time
    assert "2020/2021" in facts.sentence("periods apart")


def test_a_period_that_is_not_stated_overlaps_nothing() -> None:
    assert not overlap(None, None)
    facts = pair("A.", "B.", a={"about": "2020"})
    assert not facts.over_time
    assert facts.numbers["periods overlap"] == facts.numbers["periods apart"] == 0


def test_names_are_told_as_they_are_written() -> None:
    facts = pair("Yesterday Xi met the envoy.", "Beijing says Xi’s envoy met nobody.")
    assert facts.sentence("names shared") == "both name Xi"
    assert "Xi" in facts.sentence("words")


def test_little_that_is_shared_is_told_as_little() -> None:
    facts = pair(
        "Russia gains much from what its grain exports earn abroad.",
        "Ministers in Russia plan ever higher fees for foreign students.",
    )
    assert facts.sentence("words") == "they share little beside Russia"


def test_a_plan_is_not_a_fact() -> None:
    facts = pair("X.", "Y.", a={"modality": "intention"}, b={"modality": "fact"})
    assert facts.numbers["plan against fact"] == 1


def test_a_plan_is_known_by_its_words_where_no_modality_is_stated() -> None:
    facts = pair("The firm will build a plant.", "The firm built a plant.")
    assert facts.numbers["plan against fact"] == 1
    assert (
        facts.sentence("plan against fact")
        == "one tells of what is planned or foreseen, the other of what is"
    )


def test_who_speaks_is_told() -> None:
    smith = {"speaker": "Smith"}
    facts = pair("Prices rose.", "Prices fell.", a=smith, b=smith)
    assert facts.sentence("same speaker") == "Smith speaks in both"
    assert facts.numbers["speaker against himself"] == 1
    assert pair("Prices rose.", "Prices fell.", a=smith).numbers["same speaker"] == 0


def test_one_origin_in_two_sources() -> None:
    one, other = {"source": "S-1", "origin": "AP"}, {"source": "S-2", "origin": "AP"}
    assert pair("X.", "Y.", a=one, b=other).numbers["same origin"] == 1


def test_another_language_has_no_lexicon_and_does_not_guess() -> None:
    german = {"language": "de"}
    facts = pair("Der Handel stieg 2022 um 3%.", "Der Handel fiel 2021 nicht.", a=german, b=german)
    assert not facts.a.has_lexicon
    assert facts.numbers.get("opposed", 0) == facts.numbers.get("negation differs", 0) == 0
    assert facts.numbers["years differ"] == 1
    assert facts.numbers["words"] > 0


@pytest.mark.parametrize("text", ["", " ", "…", "東京は首都です", "a" * 5000, "\x00", "1,2,3,,", "n't"])
def test_any_text_can_be_read(text: str) -> None:
    values = pair(text, "Tokyo is the capital.", 0.3).values()
    assert values.shape == (len(NAMES),)


def test_features_are_symmetric() -> None:
    a, b = "Prices rose by 3% in 2022, said Smith.", "Prices did not rise in 2021."
    assert (pair(a, b, 0.4).values() == pair(b, a, 0.4).values()).all()
