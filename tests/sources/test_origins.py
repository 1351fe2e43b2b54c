"""The rule by which sources are taken together."""

import pytest

from sources.origins import Group, Shared, Text, address_of, groups, sentence


def _pairs(*shared: tuple[int, int, float]) -> dict[tuple[int, int], Shared]:
    return {(one, other): Shared(share, share, share) for one, other, share in shared}


def _members(found: list[Group]) -> list[tuple[int, ...]]:
    return [group.members for group in found]


def _texts(count: int, **of: Text) -> list[Text]:
    return [of.get(f"s{n}", Text(n, n)) for n in range(1, count + 1)]


def test_shared_wording_makes_a_group_and_says_so() -> None:
    (group,) = groups(_texts(3), _pairs((1, 3, 0.94)), [], 0.15)
    assert group == Group((1, 3), ("S-1 and S-3 share 94\N{NO-BREAK SPACE}% of their wording.",))


def test_too_little_makes_none() -> None:
    assert groups(_texts(3), _pairs((1, 3, 0.29)), [], 0.15) == []


def test_a_review_of_the_week_does_not_make_one_story_of_two() -> None:
    one_story = [(a, b, 0.9) for a in range(1, 6) for b in range(a + 1, 6)]
    other_story = [(a, b, 0.9) for a in range(6, 11) for b in range(a + 1, 11)]
    review = [(n, 11, 1.0) for n in range(1, 11)]  # all of both stories stands in it
    found = groups(_texts(11), _pairs(*one_story, *other_story, *review), [], 0.15)
    assert len(found) == 2
    assert sorted(len(group.members) for group in found) == [5, 6]


def test_a_chain_of_neighbours_is_no_group() -> None:
    chain = [(n, n + 1, 0.5) for n in range(1, 30)]
    assert max(len(group.members) for group in groups(_texts(30), _pairs(*chain), [], 0.15)) <= 4


def test_an_address_makes_a_group_without_shared_wording() -> None:
    texts = _texts(
        3,
        s1=Text(1, 1, address="a.org/x", is_canonical=True),
        s3=Text(3, 3, address="a.org/x", is_canonical=True),
    )
    (group,) = groups(texts, {}, [], 0.15)
    assert group == Group((1, 3), ("S-1 and S-3 give the same canonical address.",))


def test_a_version_is_the_voice_of_what_it_replaces() -> None:
    texts = _texts(3, s2=Text(2, 2, replaces=1))
    (group,) = groups(texts, _pairs((2, 3, 0.8)), [], 0.15)
    assert group.members == (1, 2, 3)
    assert group.reasons[0] == "S-2 is a new version of S-1."


def test_a_common_agency_strengthens_shared_wording_and_alone_groups_nothing() -> None:
    afp = frozenset({"credit AFP"})
    texts = _texts(4, **{f"s{n}": Text(n, n, credits=afp) for n in (1, 2, 3)})
    (group,) = groups(texts, _pairs((1, 2, 0.25), (3, 4, 0.25)), [], 0.15)
    assert group.members == (1, 2)
    assert group.reasons[-1] == "S-1 and S-2 credit AFP."


def test_what_was_told_apart_stays_apart_whatever_ties_it() -> None:
    texts = _texts(3, s1=Text(1, 1, address="a.org/x"), s2=Text(2, 2, address="a.org/x", replaces=1))
    pairs = _pairs((1, 2, 1.0), (1, 3, 0.9), (2, 3, 0.8))
    assert _members(groups(texts, pairs, [(1, 2)], 0.15)) == [(1, 3)]


def test_a_near_copy_is_proposed_to_join_a_confirmed_origin_which_stays() -> None:
    texts = _texts(4, s1=Text(1, 1, confirmed=7), s2=Text(2, 2, confirmed=7))
    (group,) = groups(texts, _pairs((1, 2, 0.9), (2, 3, 0.8), (3, 4, 0.9)), [], 0.15)
    assert (group.members, group.joins) == ((3, 4), 7)
    assert group.reasons[0].startswith("S-2 and S-3 share 80")


def test_two_confirmed_origins_never_become_one() -> None:
    texts = _texts(
        3, s1=Text(1, 1, confirmed=7, address="a.org/x"), s2=Text(2, 2, confirmed=8, address="a.org/x")
    )
    found = groups(texts, _pairs((1, 2, 1.0), (1, 3, 0.9), (2, 3, 0.8)), [], 0.15)
    assert [(group.members, group.joins) for group in found] == [((3,), 7)]


def test_the_order_of_what_comes_in_changes_nothing() -> None:
    pairs = _pairs((1, 2, 0.9), (2, 3, 0.5), (4, 5, 0.6), (3, 4, 0.3))
    turned = dict(reversed(pairs.items()))
    assert groups(_texts(5), pairs, [], 0.15) == groups(reversed(_texts(5)), turned, [], 0.15)


def test_sentences_name_the_one_that_stands_in_the_other() -> None:
    assert (
        sentence(7, 3, Shared(0.3, 0.97, 0.31))
        == "97\N{NO-BREAK SPACE}% of the wording of S-7 stands in S-3."
    )
    assert (
        sentence(7, 3, Shared(0.9, 0.995, 0.96))
        == "S-3 and S-7 share 96\N{NO-BREAK SPACE}% of their wording."
    )
    assert sentence(3, 7, Shared(1, 1, 1)) == "S-3 and S-7 share 100\N{NO-BREAK SPACE}% of their wording."


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.org/news/one?utm_source=x&id=3#top",
        "http://example.org/news/one/?id=3&fbclid=9",
        "HTTPS://m.Example.org:443/news/one?id=3&ref=home",
        "https://amp.example.org/news/one/amp?id=3",
    ],
)
def test_addresses_of_one_page_are_one(url: str) -> None:
    assert address_of("", url) == "example.org/news/one?id=3"


@pytest.mark.parametrize(
    "url", ["", "https://example.org/", "https://www.example.org", "mailto:a@b.c", "http://["]
)
def test_an_address_that_names_no_text_is_none(url: str) -> None:
    assert address_of("", url) == ""


def test_the_canonical_address_comes_first() -> None:
    assert address_of("https://a.org/1", "https://b.org/2") == "a.org/1"
