"""The list of claims: every filter, its pages, what a blind reviewer may learn from it."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.actions.bin import put_in_bin
from claims.actions.speaker import speaker_named
from claims.filters import claim as filters
from claims.models import Claim, Disclosure, SpeakerAlias
from sources.models import Dossier, Membership, User
from tests.conftest import (
    entered,
    make_claim,
    make_dossier,
    make_link,
    make_pair,
    make_review,
    make_source,
)

SignIn = Callable[..., Client]
LIST = "/d/china-russia/claims/"


def numbers(client: Client, **query: Any) -> list[int]:
    """The claims that the list shows, in its order."""
    answer = client.get(LIST, query)
    assert answer.status_code == 200, answer.content.decode()
    return [int(number) for number in re.findall(r'row-claim" data-claim="(\d+)"', answer.content.decode())]


@pytest.fixture
def claims(dossier: Dossier, analyst: Membership) -> list[Claim]:
    """Four claims of two sources that differ in every way; C-1 contradicts C-2, C-1 supports C-3."""
    one = make_source(dossier, by=analyst, outlet="The Gazette")
    other = make_source(
        dossier,
        "Der Handel wächst, sagt die Ministerin. Sie lügt.",
        by=analyst,
        outlet="Die Zeit",
        language="de",
    )
    made = [
        make_claim(
            one, "fell sharply", by=analyst, statement="Trade collapsed.", speaker="Wang Yi", topics=["trade"],
            modality="fact", about="2022", asserted="2023-04",
        ),
        make_claim(
            one, "never been better", by=analyst, statement="Trade is at its best.", speaker="Officials",
            topics=["trade", "praise"], modality="opinion", about="2022-02/2023-01", asserted="2023",
        ),
        make_claim(
            other, "Handel wächst", by=analyst, statement="Commerce is growing.", speaker="Wang Yi",
            modality="fact", about="2024/..",
        ),
        make_claim(other, "Sie lügt", by=analyst, statement="The minister lies.", modality="denial"),
    ]  # fmt: skip
    make_link(made[0], made[1], by=analyst)
    make_link(made[0], made[2], by=analyst, kind="supports")
    return made


def test_it_works(claims: list[Claim], viewer: Membership, sign_in: SignIn) -> None:
    page = sign_in(viewer).get(LIST)
    shown = page.content.decode()
    assert page.status_code == 200
    for words in (
        "Trade collapsed.",
        "Wang Yi",
        "asserted 2023-04",
        "about 2022",
        "The Gazette",
        "S-2",
        "4 claims",
    ):
        assert words in shown
    assert numbers(sign_in(viewer)) == [4, 3, 2, 1]


def test_one_form_asks_for_all(claims: list[Claim], viewer: Membership, sign_in: SignIn) -> None:
    """The search stands outside the form with the other filters, and is sent with it."""
    page = sign_in(viewer).get(LIST).content.decode()
    (form,) = re.findall(r'<form[^>]*id="filter".*?</form>', page, re.DOTALL)
    outside = re.findall(r'<(?:input|select)[^>]*form="filter"[^>]*>', page)
    sent = re.findall(r'<(?:input|select)[^>]*name="(\w+)"', form + "".join(outside))
    assert set(sent) == set(filters.ClaimFilter.base_filters)


FOUND: list[tuple[dict[str, str], set[int]]] = [
    ({"q": "trade"}, {1, 2}),
    ({"q": "collapse"}, {1}),
    ({"q": "trade -collapsed"}, {2}),
    ({"q": "Handel"}, {3}),
    ({"q": "handels"}, {3}),
    ({"q": "lugt"}, {4}),
    ({"q": "pelargonium"}, set()),
    ({"q": "…"}, set()),
    ({"q": "trade", "speaker": "Wang Yi"}, {1}),
    ({"source": "1"}, {1, 2}),
    ({"source": "S-2"}, {3, 4}),
    ({"source": "s-99"}, set()),
    ({"speaker": "Wang Yi"}, {1, 3}),
    ({"speaker": "wang"}, {1, 3}),
    ({"speaker": "nobody"}, set()),
    ({"outlet": "Die Zeit"}, {3, 4}),
    ({"outlet": "gazette"}, {1, 2}),
    ({"topic": "trade"}, {1, 2}),
    ({"topic": "praise"}, {2}),
    ({"topic": "war"}, set()),
    ({"modality": "fact"}, {1, 3}),
    ({"modality": "intention"}, set()),
    ({"about": "2022-12"}, {1, 2}),
    ({"about": "2023"}, {2}),
    ({"about": "2030"}, {3}),
    ({"about": "../2021"}, set()),
    ({"asserted": "2023-04-05"}, {1, 2}),
    ({"asserted": "2023-05/.."}, {2}),
    ({"linked": "yes"}, {1, 2, 3}),
    ({"linked": "no"}, {4}),
    ({"contradicted": "yes"}, {1, 2}),
    ({"contradicted": "no"}, {3, 4}),
    ({"contradicted": "no", "linked": "yes"}, {3}),
    ({"contradicted": "yes", "linked": "no"}, set()),
    (
        {"speaker": "Wang Yi", "modality": "fact", "contradicted": "yes", "topic": "trade", "about": "2022"},
        {1},
    ),
    ({"unknown": "parameter"}, {1, 2, 3, 4}),
]


@pytest.mark.parametrize("few", [filters.FEW, 0])
def test_each_filter(
    claims: list[Claim], viewer: Membership, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Both ways: few matches are found at once, many by walking the list."""
    monkeypatch.setattr(filters, "FEW", few)
    client = sign_in(viewer)
    for query, found in FOUND:
        shown = numbers(client, **query)
        assert set(shown) == found, query
        assert "q" in query or shown == sorted(found, reverse=True), query


def test_a_match_in_the_statement_ranks_above_one_in_the_quote(
    dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    source = make_source(dossier, by=analyst)
    make_claim(source, "nine per cent", by=analyst, statement="Customs report a rise.")
    make_claim(source, "A customs table", by=analyst, statement="There is a table.")
    assert numbers(sign_in(viewer), q="customs") == [1, 2]


def test_what_follows_from_reviews_counts(
    claims: list[Claim],
    analyst: Membership,
    reviewer: Membership,
    lead: Membership,
    viewer: Membership,
    sign_in: SignIn,
) -> None:
    """Settled as something else, a proposed contradiction contradicts no more."""
    link = claims[0].links_from.get(number=1)
    for person in (reviewer, lead):
        make_review(link, by=person, verdict="neither")
    assert numbers(sign_in(viewer), contradicted="yes") == []
    assert numbers(sign_in(viewer), linked="yes") == [3, 2, 1]


def test_the_bin_is_another_place(
    claims: list[Claim], lead: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    assert lead.user
    put_in_bin(claims[0], access=entered(lead.user, lead.dossier))
    assert numbers(sign_in(viewer)) == [4, 3, 2]
    assert numbers(sign_in(viewer), linked="yes") == []
    assert numbers(sign_in(viewer), contradicted="no") == [4, 3, 2]


def test_bad_input_gets_422_and_is_named(claims: list[Claim], viewer: Membership, sign_in: SignIn) -> None:
    client = sign_in(viewer)
    for query, said in (
        ({"about": "2023-13"}, "“2023-13” is not in the calendar."),
        ({"asserted": "last week"}, "“last week” is no date"),
        ({"source": "the first"}, "“the first” is no source"),
        ({"source": "99999999999"}, "is no source"),
        ({"modality": "rumour"}, "Select a valid choice"),
        ({"linked": "maybe"}, "Select a valid choice"),
        ({"q": "a\0b"}, "Null characters are not allowed"),
    ):
        answer = client.get(LIST, {**query, "speaker": "Wang Yi"})
        shown = html.unescape(answer.content.decode())
        assert answer.status_code == 422
        assert said in shown
        assert "Trade collapsed." in shown, "the rest of the filter holds"
        assert "The minister lies." not in shown


def test_a_page_that_is_none_gets_404(claims: list[Claim], viewer: Membership, sign_in: SignIn) -> None:
    client = sign_in(viewer)
    for before in ("x", "-1", "1" * 30, "½"):
        assert client.get(LIST, {"before": before}).status_code == 404


def test_outsider_gets_404_and_post_405(
    claims: list[Claim], outsider: User, viewer: Membership, sign_in: SignIn
) -> None:
    assert sign_in(outsider).get(LIST).status_code == 404
    assert sign_in(viewer).post(LIST).status_code == 405


def test_claims_of_another_dossier_are_not_there(
    claims: list[Claim], viewer: Membership, sign_in: SignIn
) -> None:
    elsewhere = make_dossier("elsewhere")
    from_elsewhere = make_source(elsewhere, outlet="The Gazette")
    member = elsewhere.people.create(name="someone")
    make_claim(from_elsewhere, by=member, speaker="Wang Yi", topics=["trade"], statement="Elsewhere trade.")
    for query in (
        {},
        {"speaker": "Wang Yi"},
        {"topic": "trade"},
        {"outlet": "The Gazette"},
        {"q": "elsewhere"},
    ):
        assert "Elsewhere trade." not in sign_in(viewer).get(LIST, query).content.decode()


def test_an_empty_list_says_what_to_do(
    dossier: Dossier, viewer: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    assert "No claims yet" in sign_in(viewer).get(LIST).content.decode()
    assert f'href="/d/{dossier.slug}/sources/"' in sign_in(analyst).get(LIST).content.decode()
    assert "No claim fits" in sign_in(viewer).get(LIST, {"topic": "war"}).content.decode()


@pytest.fixture
def many(dossier: Dossier, analyst: Membership) -> None:
    """120 claims of one speaker, none linked."""
    text = " ".join(f"word{n} stands here." for n in range(120))
    source = make_source(dossier, text, by=analyst)
    speaker = speaker_named(dossier, "Wang Yi", by=analyst)
    Claim.objects.bulk_create(
        Claim(
            dossier=dossier, source=source, number=n + 1, quote=f"word{n} ", start=(at := text.index(f"word{n} ")),
            end=at + len(f"word{n} "), statement=f"Statement {n} stands.", speaker=speaker, config="english",
        )
        for n in range(120)
    )  # fmt: skip


@pytest.mark.parametrize("few", [filters.FEW, 5])
def test_pages_follow_each_other_without_gap(
    many: None, viewer: Membership, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(filters, "FEW", few)
    client = sign_in(viewer)
    for query in ("", "speaker=Wang+Yi", "linked=no", "q=stands"):
        address, back, seen, pages = f"{LIST}?{query}", "", [], 0
        while address:
            page = html.unescape(client.get(address).content.decode())
            seen += re.findall(r'row-claim" data-claim="(\d+)"', page)
            onward = re.search(r'href="([^"]+)" rel="next"', page)
            backward = re.search(r'href="([^"]+)" rel="prev"', page)
            assert bool(backward) is (pages > 0)
            back = backward.group(1) if backward else ""
            address = onward.group(1) if onward else ""
            pages += 1
        assert pages == 3
        assert sorted(map(int, seen)) == list(range(1, 121)), "each claim stands on one page"
        again = client.get(back).content.decode()
        assert re.findall(r'row-claim" data-claim="(\d+)"', again) == seen[50:100]


def test_a_page_after_a_claim_that_is_gone_goes_on_below_it(
    many: None, viewer: Membership, lead: Membership, sign_in: SignIn
) -> None:
    assert lead.user
    put_in_bin(Claim.objects.get(number=70), access=entered(lead.user, lead.dossier))
    assert numbers(sign_in(viewer), before=70)[0] == 69
    assert numbers(sign_in(viewer), before=70, speaker="Wang Yi")[0] == 69


def test_a_speaker_is_found_by_another_name(
    dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    source = make_source(dossier, by=analyst)
    make_claim(source, by=analyst, speaker="Foreign Ministry of Wang")
    claim = make_claim(source, by=analyst, speaker="Wang Yi")
    assert claim.speaker
    SpeakerAlias.objects.create(dossier=dossier, speaker=claim.speaker, name="Foreign Minister")
    assert numbers(sign_in(viewer), speaker="Foreign Minister") == [claim.number]
    assert numbers(sign_in(viewer), speaker="Foreign Minist") == [1], "no name: those that hold the letters"


def test_queries_do_not_grow_with_the_rows(many: None, viewer: Membership, sign_in: SignIn) -> None:
    client = sign_in(viewer)
    counts = []
    for query in ({"q": "word7"}, {"q": "stands"}):
        client.get(LIST, query)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST, query)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_the_list_does_not_tell_a_blind_reviewer_what_others_judged(
    dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership, sign_in: SignIn
) -> None:
    link = make_pair(dossier, by=analyst)
    client = sign_in(reviewer)
    before = [numbers(client, contradicted=answer) for answer in ("yes", "no")]
    page = client.get(LIST).content.decode()
    make_review(link, by=lead, verdict="supports")
    assert [numbers(client, contradicted=answer) for answer in ("yes", "no")] == before
    tallies = re.compile(r'class="tally"[^>]*>')
    assert tallies.findall(client.get(LIST).content.decode()) == tallies.findall(page)


@pytest.mark.parametrize("query", [{}, {"contradicted": "yes"}, {"contradicted": "no"}])
def test_what_the_list_tells_of_a_link_she_judged_is_recorded(
    dossier: Dossier,
    analyst: Membership,
    reviewer: Membership,
    lead: Membership,
    sign_in: SignIn,
    query: dict[str, str],
) -> None:
    """Also by what it leaves out: between two contradicted claims, one that is missing is not."""
    links = [make_pair(dossier, by=analyst) for _ in range(3)]
    make_review(links[1], by=reviewer, verdict="contradicts")
    client = sign_in(reviewer)
    client.get(LIST, query)
    assert not Disclosure.objects.exists()
    make_review(links[1], by=lead, verdict="contradicts")
    client.get(LIST, query)
    told = [] if query == {"contradicted": "no"} else [links[1].pk]
    assert [one.link_id for one in Disclosure.objects.filter(person=reviewer)] == told


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?origins=2", [2]),
        ("?origins=2&speaker=Wang+Yi", []),
        ("?speaker=Wang+Yi", []),
        ("?sort=origins&speaker=Wang+Yi", []),
        ("facets/?origins=2", [2]),
        ("facets/?sort=origins", []),
        ("bulk/?all=1&origins=2", [2]),
        ("bulk/?all=1&origins=2&speaker=Wang+Yi", []),
        ("bulk/?all=1", []),
    ],
)
def test_what_a_list_by_origins_leaves_out_is_recorded_and_no_more(
    dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn, query: str, told: list[int]
) -> None:
    """C-2 and C-6 have two origins. C-4 has not, since L-2 was judged: missing between the two it tells so."""
    links = [make_pair(dossier, by=analyst, kind="supports") for _ in range(3)]
    wang = speaker_named(dossier, "Wang Yi", by=analyst)
    Claim.objects.filter(number__in=(2, 6)).update(speaker=wang)
    for person in (analyst, lead):
        make_review(links[1], by=person, verdict="neither")
    sign_in(analyst).get(f"{LIST}{query}")
    assert list(Disclosure.objects.filter(person=analyst).values_list("link__number", flat=True)) == told


def test_every_field_of_a_claim_can_be_asked_for_or_is_named() -> None:
    asked = set(filters.ClaimFilter.base_filters) | {"topics", "from", "links_to"}
    named = {name for names in filters.ClaimFilter.NOT_FILTERED for name in names.split()}
    fields = {field.name for field in Claim._meta.get_fields() if not field.auto_created or field.concrete}
    assert fields - asked - named == {"id"}
    assert named <= fields
