"""The reader: the text to the letter, its marks and cards, for everyone who may enter."""

import html
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.actions.bin import put_in_bin
from claims.models import Disclosure
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
    return html.unescape(re.sub(r"</?(?:mark|span|div)\b[^>]*>", "", article))


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
