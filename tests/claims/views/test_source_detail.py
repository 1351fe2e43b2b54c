"""The reader: the text to the letter, its marks and cards, for everyone who may enter."""

import html
import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.actions.bin import put_in_bin
from claims.models import Claim, Disclosure, Link
from claims.views import source as views
from sources.models import Dossier, Membership, User
from tests.conftest import (
    TEXT,
    entered,
    make_claim,
    make_dossier,
    make_link,
    make_pair,
    make_review,
    make_source,
)

SignIn = Callable[..., Client]
READER = "/d/china-russia/sources/1/"


def text_of(page: str) -> str:
    """What a browser holds as the text of the page's article."""
    (article,) = re.findall(r'<article class="reader-text"[^>]*>(.*?)</article>', page, re.DOTALL)
    return html.unescape(re.sub(r"</?(?:mark|span|div|a|svg|use)\b[^>]*>", "", article))


def test_it_works(dossier: Dossier, viewer: Membership, analyst: Membership, sign_in: SignIn) -> None:
    source = make_source(dossier, by=analyst, outlet="The Gazette", published="2023-01")
    make_claim(source, "trade had never been better", by=analyst, speaker="Officials", topics=["trade"])
    page = sign_in(viewer).get(READER)
    assert page.status_code == 200
    shown = page.content.decode()
    assert text_of(shown) == TEXT
    assert (
        '<mark class="mark depth-1 lane-1" id="C-1" data-opens="C-1 begins" data-closes="C-1 ends"'
        ' data-claims="1">trade had never been better</mark>'
    ) in shown
    for words in ("A report", "The Gazette", "2023-01", "English", "It is said that trade", "Officials"):
        assert words in shown
    assert 'href="/d/china-russia/sources/1/history/"' in shown
    assert f'href="/d/{dossier.slug}/claims/?topic=trade"' in shown


@pytest.mark.parametrize(
    "text",
    [
        "\n\nA text that begins with empty lines.\n",
        "tabs\tand  spaces \u00a0 and\u2028separators\x0c\x85",
        "<script>alert('x')</script> & <mark>no mark</mark> &amp; \"quoted\"",
        "👩‍🔬 🇺🇦 cafe\u0301 שלום עליכם مرحبا e\u0301\u0323",
        "one line",
    ],
)
def test_the_text_is_there_to_the_letter(
    dossier: Dossier, viewer: Membership, analyst: Membership, sign_in: SignIn, text: str
) -> None:
    source = make_source(dossier, text, by=analyst)
    for start, end in ((0, 3), (1, 5), (4, len(text)), (2, 3)):
        make_claim(source, text[start:end], by=analyst, statement=f"From {start} to {end}.")
    assert text_of(sign_in(viewer).get(READER).content.decode()) == text


def test_language_and_direction_are_said(
    dossier: Dossier, viewer: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    for language, said in (
        ("he", 'lang="he" dir="rtl"'),
        ("en-GB", 'lang="en-GB" dir="ltr"'),
        ("", 'dir="auto"'),
    ):
        source = make_source(dossier, language=language, by=analyst)
        page = sign_in(viewer).get(f"/d/china-russia/sources/{source.number}/").content.decode()
        assert f'id="text" {said} tabindex' in page


def test_overlapping_quotes_are_cut_and_every_claim_can_be_gone_to(
    dossier: Dossier, viewer: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    source = make_source(dossier, by=analyst)
    for quote in ("fell sharply in March", "sharply in March. Officials", "fell"):
        make_claim(source, quote, by=analyst)
    page = sign_in(viewer).get(READER).content.decode()
    assert (
        '<span id="C-3"></span><mark class="mark depth-2 lane-1 lane-2" id="C-1"'
        ' data-opens="C-1, C-3 begin" data-closes="C-3 ends" data-claims="1 3">fell</mark>'
        '<mark class="mark depth-1 lane-1" data-claims="1"> </mark>'
        '<mark class="mark depth-2 lane-1 lane-2" id="C-2" data-opens="C-2 begins" data-closes="C-1 ends"'
        ' data-claims="1 2">sharply in March</mark>'
        '<mark class="mark depth-1 lane-2" data-closes="C-2 ends" data-claims="2">. Officials</mark>'
    ) in page


def test_cards_stand_in_the_order_of_the_text(
    dossier: Dossier, viewer: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    source = make_source(dossier, by=analyst)
    for quote in ("The ministry denied", "Officials said", "Officials"):
        make_claim(source, quote, by=analyst)
    page = sign_in(viewer).get(READER).content.decode()
    assert re.findall(r'data-claim="(\d+)"', page) == ["2", "3", "1"], "the longer before the shorter"


def test_of_many_claims_some_cards_are_there_and_the_others_follow(
    dossier: Dossier,
    viewer: Membership,
    analyst: Membership,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(views, "CARDS", 2)
    source = make_source(dossier, "a b c d e", by=analyst)
    for n, word in enumerate("edcba"):
        make_claim(source, word, by=analyst, statement=f"Statement {n}.")

    def cards(address: str, *, htmx: bool = True) -> tuple[list[str], list[str]]:
        page = html.unescape(sign_in(viewer, htmx=htmx).get(address).content.decode())
        assert ("<html" in page) is not htmx
        return re.findall(r'data-claim="(\d+)"', page), re.findall(r'hx-get="([^"]+from=[^"]+)"', page)

    assert cards(READER, htmx=False) == (["5", "4"], [f"{READER}?from=3&part=later"])
    assert cards(f"{READER}?from=3&part=later") == (["3", "2"], [f"{READER}?from=1&part=later"])
    assert cards(f"{READER}?from=1&part=later") == (["1"], [])
    assert cards(f"{READER}?from=3") == (
        ["3", "2"],
        [f"{READER}?from=5&part=earlier", f"{READER}?from=1&part=later"],
    )
    assert cards(f"{READER}?from=5&part=earlier") == (["5", "4"], [])
    for nothing in ("nothing", "9" * 5_000):
        assert cards(f"{READER}?from={nothing}", htmx=False)[0] == ["5", "4"]
    assert sign_in(viewer).get(READER).content.decode().count("<mark") == 5


def test_what_is_in_the_bin_is_not_marked(
    dossier: Dossier, viewer: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    claim = make_claim(make_source(dossier, by=analyst), by=analyst)
    assert analyst.user
    put_in_bin(claim, access=entered(analyst.user, dossier))
    page = sign_in(viewer).get(READER).content.decode()
    assert "<mark" not in page
    assert "Nothing is marked here yet" in page


def test_only_who_can_write_is_given_the_form(
    dossier: Dossier,
    viewer: Membership,
    reviewer: Membership,
    analyst: Membership,
    lead: Membership,
    sign_in: SignIn,
) -> None:
    make_source(dossier, by=analyst)
    for person, may in ((viewer, False), (reviewer, False), (analyst, True), (lead, True)):
        page = sign_in(person).get(READER)
        assert page.status_code == 200
        assert (f'action="{READER}claims/"' in page.content.decode()) is may


def test_only_who_may_bin_it_is_offered_the_bin(
    dossier: Dossier, viewer: Membership, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    make_source(dossier, by=lead)
    for person, may in ((viewer, False), (analyst, False), (lead, True)):
        assert (f'action="{READER}bin/"' in sign_in(person).get(READER).content.decode()) is may


def test_outsider_gets_404(dossier: Dossier, analyst: Membership, outsider: User, sign_in: SignIn) -> None:
    make_source(dossier, by=analyst)
    assert sign_in(outsider).get(READER).status_code == 404


def test_a_source_of_another_dossier_is_not_there(
    dossier: Dossier, viewer: Membership, lead: Membership, sign_in: SignIn
) -> None:
    make_source(make_dossier("elsewhere"))
    assert sign_in(viewer).get(READER).status_code == 404


def test_a_source_in_the_bin_is_not_there(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    source = make_source(dossier, by=lead)
    assert lead.user
    put_in_bin(source, access=entered(lead.user, dossier))
    assert sign_in(lead).get(READER).status_code == 404


def test_queries_do_not_grow_with_the_claims(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    source = make_source(dossier, by=analyst)
    client = sign_in(analyst)
    counts = []
    for quote in ("Trade", "Officials said", "A customs table", "The ministry", "nine per cent"):
        make_claim(source, quote, by=analyst, speaker=f"Speaker of {quote}", topics=[quote, "trade"])
        with CaptureQueriesContext(connection) as queries:
            client.get(READER)
        counts.append(len(queries))
    assert len(set(counts[1:])) == 1


def test_tallies_count_how_claims_stand(
    dossier: Dossier, viewer: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    link = make_pair(dossier, by=analyst)
    other = make_claim(make_source(dossier, by=analyst), by=analyst)
    make_link(link.from_claim, other, by=analyst, kind="supports")
    page = sign_in(viewer).get(READER).content.decode()
    assert 'data-kind="contradicts" data-count="1"' in page
    assert 'data-kind="supports" data-count="1"' in page


def test_tallies_do_not_tell_a_blind_reviewer_what_others_judged(
    dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership, sign_in: SignIn
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=lead, verdict="supports")
    page = sign_in(reviewer).get(READER).content.decode()
    assert re.findall(r'class="tally" data-kind="(\w+)" data-count="(\d+)"', page) == [("contradicts", "1")]


def test_whoever_sees_the_tally_of_what_she_judged_cannot_take_it_back(
    dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership, sign_in: SignIn
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=reviewer)
    sign_in(reviewer).get(READER)
    assert not Disclosure.objects.exists(), "proposed: the tally tells what was proposed"
    make_review(link, by=lead)
    sign_in(reviewer).get(READER)
    assert [one.person_id for one in Disclosure.objects.all()] == [reviewer.pk]


# ── Filters ──────────────────────────────────────────────────────────────────────────────────────────────────


def counts(page: str) -> dict[str, str]:
    """What the filters offer, and how many marks each leaves."""
    bar = page[page.index('id="bar"') : page.index('class="reader"')]
    return dict(re.findall(r">([^<>]+) <span class=\"count\">(\d+)</span>", html.unescape(bar)))


def marked(page: str) -> list[str]:
    """The claims whose marks are shown."""
    return sorted(set(" ".join(re.findall(r'data-claims="([^"]+)"', page)).split()), key=int)


def settle(link: Link, verdict: str) -> None:
    for name in ("Rita", "Rolf"):
        by = Membership.objects.get_or_create(dossier=link.dossier, name=name)[0]
        make_review(link, by=by, verdict=verdict)


@pytest.fixture
def four(dossier: Dossier, analyst: Membership, lead: Membership) -> list[Link]:
    """Four claims of one source: C-1 against C-2 (settled), C-2 supported by C-3 (proposed), C-4 without a link."""
    source = make_source(dossier, by=analyst)
    said = [
        make_claim(source, quote, by=analyst, speaker=speaker, topics=topics)
        for quote, speaker, topics in (
            ("Trade between the two countries fell", "Officials", ["trade"]),
            ("trade had never been better", "Officials", ["trade", "mood"]),
            ("a rise of nine per cent", "", ["trade"]),
            ("denied any change", "The ministry", []),
        )
    ]
    against = make_link(said[0], said[1], by=analyst)
    support = make_link(said[2], said[1], by=analyst, kind="supports")
    settle(against, "contradicts")
    return [against, support]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", "1234"),
        ("show=unlinked", "4"),
        ("show=linked", "123"),
        ("show=contradicted", "12"),
        ("show=supported", "23"),
        ("show=settled", "12"),
        ("show=proposed", "23"),
        ("show=disputed", ""),
        ("topic=mood", "2"),
        ("speaker=Officials&show=linked", "12"),
        ("topic=nothing", ""),
        ("show=nonsense", "1234"),
        ("topic=%00", ""),
    ],
)
def test_marks_are_shown_by_how_their_claims_stand(
    four: list[Link], viewer: Membership, sign_in: SignIn, query: str, shown: str
) -> None:
    page = sign_in(viewer).get(f"{READER}?{query}").content.decode()
    assert "".join(marked(page)) == shown
    assert text_of(page) == TEXT
    assert re.findall(r'data-claim="(\d+)"', page) == list(shown), "the cards are those of the marks"
    assert ("marks are shown." in page) is (query != "" and "nonsense" not in query)
    told = counts(page)
    assert [told[name] for name in ("all marks", "unlinked", "linked", "contradicted", "supported")] == [
        *"41322"
    ]
    assert {"trade": "3", "mood": "1", "Officials": "2", "The ministry": "1"}.items() <= told.items()


def test_htmx_is_given_the_text_its_cards_and_the_filters(
    four: list[Link], viewer: Membership, sign_in: SignIn
) -> None:
    page = sign_in(viewer, htmx=True).get(f"{READER}?show=contradicted").content.decode()
    assert "<html" not in page
    assert page.lstrip().startswith('<article class="reader-text" id="text"')
    assert re.findall(r'id="(\w+)"[^>]* hx-swap-oob="true"', page) == ["bar", "suggested", "cards"]
    assert f'data-from="{READER}?show=contradicted&amp;from="' in page


def test_the_states_of_links_are_told_when_they_are_asked_for(
    four: list[Link], viewer: Membership, sign_in: SignIn
) -> None:
    assert "disputed" not in counts(sign_in(viewer).get(READER).content.decode())
    told = counts(sign_in(viewer).get(f"{READER}?states=1").content.decode())
    assert [told[state] for state in ("proposed", "disputed", "settled")] == [*"202"]


def test_whoever_must_judge_a_link_blind_filters_it_as_in_review(
    four: list[Link], reviewer: Membership, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    make_review(four[1], by=lead, verdict="neither")
    page = sign_in(reviewer).get(f"{READER}?show=in-review").content.decode()
    told = counts(page)
    assert marked(page) == ["2", "3"]
    assert [told[state] for state in ("proposed", "in review", "disputed", "settled")] == [*"0202"]
    assert [one.link_id for one in Disclosure.objects.all()] == [four[0].pk], (
        "the settled one alone was shown"
    )


def test_what_the_filters_tell_of_what_she_judged_is_recorded_when_it_is_told(
    dossier: Dossier, reviewer: Membership, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    dossier.reviews_needed = 3
    dossier.save()
    link = make_pair(dossier, by=analyst)
    make_review(link, by=reviewer)
    make_review(link, by=lead)
    sign_in(reviewer).get(READER)
    assert not Disclosure.objects.exists(), "its kind alone was told"
    sign_in(reviewer).get(f"{READER}?states=1")
    assert [one.person_id for one in Disclosure.objects.all()] == [reviewer.pk]


# ── Contradictions within the source ─────────────────────────────────────────────────────────────────────────


def test_claims_of_one_text_that_contradict_each_other_lead_to_each_other(
    four: list[Link], viewer: Membership, sign_in: SignIn
) -> None:
    page = sign_in(viewer).get(READER).content.decode()
    signs = re.findall(
        r'<a class="against" href="([^"]+)" data-from="(\d)" data-to="(\d)" aria-label="([^"]+)"', page
    )
    assert signs == [
        ("#C-2", "1", "2", "C-1 contradicts C-2: to its words"),
        ("#C-1", "2", "1", "C-2 contradicts C-1: to its words"),
    ]
    assert '<a class="num" href="#C-2" data-from="1" data-to="2">C-2</a> in this text' in page
    filtered = sign_in(viewer).get(f"{READER}?topic=mood").content.decode()
    assert '<a class="against" href="?#C-1"' in filtered, "its mark is not on this page"


def test_a_contradiction_with_another_source_or_one_settled_as_neither_has_no_sign(
    dossier: Dossier,
    four: list[Link],
    viewer: Membership,
    analyst: Membership,
    lead: Membership,
    sign_in: SignIn,
) -> None:
    other = make_claim(make_source(dossier, by=analyst), by=analyst)
    make_link(four[1].from_claim, other, by=analyst)
    never = make_link(four[1].from_claim, Claim.objects.get(number=4), by=analyst)
    settle(never, "neither")
    page = sign_in(viewer).get(READER).content.decode()
    assert set(re.findall(r'class="against" href="([^"]+)"', page)) == {"#C-1", "#C-2"}


# ── Sentences ────────────────────────────────────────────────────────────────────────────────────────────────


def test_sentences_without_a_claim_are_counted_and_shown(
    dossier: Dossier, four: list[Link], viewer: Membership, sign_in: SignIn
) -> None:
    page = sign_in(viewer).get(READER).content.decode()
    assert "4 of 4 sentences have a claim" in page
    assert 'class="sentence"' not in page
    source = make_source(dossier, "One fell. 😀 Two rose.\n\nThree? Four.", by=viewer)
    make_claim(source, "rose", by=viewer)
    there = f"/d/china-russia/sources/{source.number}/"
    page = sign_in(viewer).get(f"{there}?bare=1").content.decode()
    assert "1 of 4 sentences have a claim" in page
    assert 'data-sentences="0,9 1+11 2,6 1,5"' in page
    assert re.findall(r'<span class="sentence" id="s-(\d+)">([^<]+)</span>', page) == [
        ("0", "One fell."),
        ("23", "Three?"),
        ("30", "Four."),
    ]
    assert text_of(page) == source.text


def test_sentences_are_suggested_when_asked_with_their_reasons(
    dossier: Dossier, analyst: Membership, sign_in: SignIn
) -> None:
    source = make_source(dossier, by=analyst)
    make_claim(source, "denied any change", by=analyst)
    client = sign_in(analyst)
    assert "is-suggested" not in client.get(READER).content.decode()
    page = html.unescape(client.get(f"{READER}?suggest=1").content.decode())
    reasons = "figure with a unit, comparison or change, reports what was said"
    at = TEXT.index("A customs")
    assert (
        f'<span class="sentence is-suggested" id="s-{at}" data-opens="Suggested: {reasons}" title="{reasons}">'
        in page
    )
    assert f'<a href="#s-{at}" dir="auto">A customs table shows a rise of nine per cent.</a>' in page
    assert "The ministry denied any change of policy.</a>" not in page, "it has a claim"
    assert text_of(page) == TEXT


def test_a_language_whose_words_are_not_known_is_said_to_be_so(
    dossier: Dossier, viewer: Membership, sign_in: SignIn
) -> None:
    make_source(dossier, "輸出は去年に比べて26%も増えた。", by=viewer, language="ja")
    page = sign_in(viewer).get(f"{READER}?suggest=1").content.decode()
    assert "The words of Japanese are not known here" in page
    make_source(dossier, by=viewer)
    page = sign_in(viewer).get("/d/china-russia/sources/2/?suggest=1").content.decode()
    assert "are not known here" not in page


def test_a_long_text_is_cut_into_blocks_and_stays_to_the_letter(
    dossier: Dossier, viewer: Membership, analyst: Membership, sign_in: SignIn
) -> None:
    text = "\n\n".join(f"Paragraph {n} 😀 " + "of many words " * 40 for n in range(30)) + "x" * 40_000
    source = make_source(dossier, text, by=analyst)
    make_claim(source, text[500:9_000].strip(), by=analyst)
    page = sign_in(viewer).get(READER).content.decode()
    assert text_of(page) == text
    assert page.count('<div class="block">') > 10
    assert page.count('id="C-1"') == 1


def test_queries_do_not_grow_with_the_links(
    dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    source = make_source(dossier, by=analyst)
    made = [make_claim(source, quote, by=analyst) for quote in ("Trade", "Officials", "customs", "ministry")]
    client = sign_in(lead)
    found = []
    for one, other in pairwise(made):
        make_link(one, other, by=analyst)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{READER}?states=1&suggest=1&bare=1")
        found.append(len(queries))
    assert len(set(found)) == 1
