"""Marking words in the reader: both ways of saying which words, and every refusal with nothing lost."""

import html
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from claims.actions.bin import put_in_bin
from claims.models import Claim, Speaker
from sources.models import Dossier, Membership, Role, Source, User
from tests.conftest import TEXT, entered, make_claim, make_dossier, make_member, make_source

SignIn = Callable[..., Client]
ADDRESS = "/d/china-russia/sources/1/claims/"
WORDS = "trade had never been better"


@pytest.fixture
def source(dossier: Dossier, analyst: Membership) -> Source:
    return make_source(dossier, by=analyst)


def typed(**fields: Any) -> dict[str, Any]:
    return {"words": WORDS, "statement": "Trade is at its best.", **fields}


def only_claim() -> Claim:
    return Claim.objects.select_related("source", "speaker").get()


def test_it_works(source: Source, analyst: Membership, sign_in: SignIn) -> None:
    answer = sign_in(analyst).post(
        ADDRESS,
        typed(
            start=TEXT.index(WORDS),
            speaker="  The  ministry ",
            via="Reuters",
            asserted="2023-04",
            about="2022/2023",
            modality="opinion",
            credibility="3",
            topics="trade, customs ,, trade",
        ),
    )
    assert (answer.status_code, answer["Location"]) == (302, "/d/china-russia/sources/1/#C-1")
    claim = only_claim()
    assert (claim.quote, claim.start, claim.end) == (WORDS, TEXT.index(WORDS), TEXT.index(WORDS) + len(WORDS))
    assert (claim.statement, claim.via, claim.asserted, claim.about) == (
        "Trade is at its best.", "Reuters", "2023-04", "2022/2023",
    )  # fmt: skip
    assert claim.speaker
    assert (claim.speaker.name, claim.modality, claim.credibility) == ("The ministry", "opinion", 3)
    assert [topic.name for topic in claim.topics.all()] == ["customs", "trade"]
    assert claim.by == analyst


def test_only_words_and_statement_are_needed(source: Source, analyst: Membership, sign_in: SignIn) -> None:
    sign_in(analyst).post(ADDRESS, typed())
    claim = only_claim()
    assert (claim.speaker, claim.modality, claim.credibility, claim.about) == (None, "", None, "")


def test_htmx_is_given_the_card_and_an_empty_form(
    source: Source, analyst: Membership, sign_in: SignIn
) -> None:
    answer = sign_in(analyst, htmx=True).post(ADDRESS, typed(speaker="The ministry"))
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in shown
    assert 'id="marking">' in shown, "the form is closed again"
    assert "Trade is at its best.</textarea>" not in shown
    assert '<div hx-swap-oob="beforeend:#cards">' in shown
    assert (
        f'data-claim="1" data-start="{TEXT.index(WORDS)}" data-end="{TEXT.index(WORDS) + len(WORDS)}"'
        in shown
    )
    assert "The ministry" in shown
    assert "C-1 marked." in shown
    assert 'action="/d/china-russia/claims/1/bin/?since=' in shown, "with an undo"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER])
def test_who_cannot_write_gets_403(dossier: Dossier, source: Source, role: Role, sign_in: SignIn) -> None:
    assert sign_in(make_member(dossier, "someone", role)).post(ADDRESS, typed()).status_code == 403
    assert not Claim.objects.exists()


def test_outsider_gets_404(source: Source, outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).post(ADDRESS, typed()).status_code == 404
    assert not Claim.objects.exists()


def test_a_source_of_another_dossier_gets_404(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    make_source(make_dossier("elsewhere"))
    assert sign_in(analyst).post(ADDRESS, typed()).status_code == 404


def test_get_gets_405(source: Source, analyst: Membership, sign_in: SignIn) -> None:
    assert sign_in(analyst).get(ADDRESS).status_code == 405


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"words": ""}, "Which words?"),
        ({"words": " \n "}, "Which words?"),
        ({"statement": ""}, "State what the words claim."),
        ({"about": "2023-13"}, "“2023-13” is not in the calendar."),
        ({"about": "2023/2022"}, "ends before it starts"),
        ({"asserted": "last week"}, "“last week” is no date"),
        ({"modality": "rumour"}, "Select a valid choice"),
        ({"credibility": "7"}, "Select a valid choice"),
        ({"speaker": "x" * 501}, "at most 500 characters"),
        ({"topics": "x" * 201}, "at most 200 characters"),
        ({"via": "a\0b"}, "Null characters are not allowed"),
        ({"words": "a\0b"}, "Null characters are not allowed"),
        ({"start": "-1"}, ""),
    ],
)
def test_bad_input_gets_422_and_is_kept(
    source: Source, analyst: Membership, sign_in: SignIn, fields: dict[str, str], said: str, htmx: bool
) -> None:
    sent = typed(speaker="The ministry of trade", **fields) if "speaker" not in fields else typed(**fields)
    answer = sign_in(analyst, htmx=htmx).post(ADDRESS, sent)
    shown = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert said in shown
    assert ("<html" in shown) is not htmx
    assert ('id="text"' in shown) is not htmx
    assert sent["statement"] in shown
    assert sent["speaker"] in shown
    assert not Claim.objects.exists()
    assert not Speaker.objects.exists()


def test_words_that_are_not_there_are_refused(source: Source, analyst: Membership, sign_in: SignIn) -> None:
    answer = sign_in(analyst).post(ADDRESS, typed(words="trade had never been worse"))
    shown = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "These words do not stand in S-1. They do as far as “trade had never been”." in shown
    assert not Claim.objects.exists()


def test_words_that_stand_twice_are_asked_about(source: Source, analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    answer = client.post(ADDRESS, typed(words="trade"))
    assert Claim.objects.count() == 1, "“trade” and “Trade” differ"
    answer = client.post(ADDRESS, typed(words="said", statement="Once."))
    assert Claim.objects.count() == 2
    answer = client.post(ADDRESS, typed(words="he"))
    shown = html.unescape(answer.content.decode())
    places = [at for at in range(len(TEXT)) if TEXT.startswith("he", at)]
    assert answer.status_code == 422
    assert f"These words stand {len(places)} times in S-1. Choose the place you mean." in shown
    for place in places:
        assert f'name="place" value="{place}"' in shown
    answer = client.post(ADDRESS, typed(words="he", place=places[1]))
    assert answer.status_code == 302
    assert Claim.objects.filter(start=places[1], end=places[1] + 2).exists()


def test_a_place_that_is_none_is_asked_about_again(
    source: Source, analyst: Membership, sign_in: SignIn
) -> None:
    assert sign_in(analyst).post(ADDRESS, typed(words="he", place=0)).status_code == 422
    assert sign_in(analyst).post(ADDRESS, typed(words="he", place=10**30, start=10**30)).status_code == 422


def test_words_selected_where_they_stand_a_second_time_are_not_asked_about(
    source: Source, analyst: Membership, sign_in: SignIn
) -> None:
    at = TEXT.rindex("he")
    sign_in(analyst).post(ADDRESS, typed(words="he", start=at))
    assert only_claim().start == at


def test_very_many_places_are_not_all_listed(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    make_source(dossier, "again and " * 500, by=analyst)
    answer = sign_in(analyst).post(ADDRESS, typed(words="again"))
    assert answer.status_code == 422
    assert "stand more than 12 times in S-1" in answer.content.decode()
    assert answer.content.decode().count('name="place"') == 12


@pytest.mark.parametrize(
    ("text", "words", "quote"),
    [
        ("👩‍🔬 said: “שלום עליכם” 🇺🇦", "שלום עליכם", "שלום עליכם"),
        ("👩‍🔬 said: “שלום עליכם” 🇺🇦", "👩‍🔬 said", "👩‍🔬 said"),
        ("🇺🇦🇺🇦 won", "won", "won"),
        ("a cafe\u0301 in Paris", "caf\u00e9 in", "cafe\u0301 in"),
        ("a caf\u00e9 in Paris", "cafe\u0301 in", "caf\u00e9 in"),
        ("قال: «السلام عليكم»", "«السلام  عليكم»", "«السلام عليكم»"),
        ("it’s a “no–go”", 'it\'s a "no-go"', "it’s a “no–go”"),
        ("one\n\ntwo\tthree", "one two three", "one\n\ntwo\tthree"),
        ("one\ntwo", "one\r\ntwo", "one\ntwo"),
    ],
)
def test_a_quote_is_the_sources_own_characters(
    dossier: Dossier, analyst: Membership, sign_in: SignIn, text: str, words: str, quote: str
) -> None:
    """Typed, and selected at the place that the browser counted in code points."""
    make_source(dossier, text, by=analyst)
    by_both_ways: list[dict[str, Any]] = [{"words": words}, {"words": quote, "start": text.index(quote)}]
    for number, sent in enumerate(by_both_ways, 1):
        answer = sign_in(analyst).post(ADDRESS, typed(statement=f"The {number}th.", **sent))
        assert answer.status_code == 302
        claim = Claim.objects.select_related("source").get(number=number)
        assert (claim.quote, claim.start) == (quote, text.index(quote))
        assert claim.source.text[claim.start : claim.end] == quote


def test_the_same_said_twice_makes_one_claim(source: Source, analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    assert [client.post(ADDRESS, typed()).status_code for _ in range(2)] == [302, 422]
    assert only_claim().number == 1


def test_a_source_in_the_bin_takes_no_claim_and_says_who_put_it_there(
    dossier: Dossier, source: Source, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    assert lead.user
    put_in_bin(source, access=entered(lead.user, dossier))
    for htmx in (True, False):
        answer = sign_in(analyst, htmx=htmx).post(ADDRESS, typed(topics="trade, customs"))
        shown = html.unescape(answer.content.decode())
        assert answer.status_code == 422
        assert "S-1 was put in the bin by lead" in shown
        for kept in (WORDS, "Trade is at its best.", "trade, customs"):
            assert kept in shown
    assert not Claim.objects.exists()


def test_a_source_that_is_being_binned_while_someone_marks_it(
    transactional_db: None, sign_in: SignIn
) -> None:
    """The mark waits for the bin, and is refused: two connections."""
    dossier = make_dossier()
    lead, analyst = make_member(dossier, "lead", Role.LEAD), make_member(dossier, "analyst", Role.ANALYST)
    source = make_source(dossier, by=analyst)
    assert lead.user
    client = sign_in(analyst)
    answers: list[Any] = []

    def mark() -> None:
        try:
            answers.append(client.post(ADDRESS, typed()))
        finally:
            connection.close()

    with transaction.atomic():
        put_in_bin(source, access=entered(lead.user, dossier))
        other = Thread(target=mark)
        other.start()
        other.join(timeout=1)
        assert other.is_alive(), "it waits for the bin to be done"
    other.join(timeout=10)
    (answer,) = answers
    assert answer.status_code == 422
    assert "S-1 was put in the bin by lead" in answer.content.decode()
    assert not Claim.objects.exists()


def test_two_clicks_at_once_make_one_claim(transactional_db: None, sign_in: SignIn) -> None:
    dossier = make_dossier()
    analyst = make_member(dossier, "analyst", Role.ANALYST)
    make_source(dossier, by=analyst)
    codes: list[int] = []
    clients = [sign_in(analyst), sign_in(analyst)]

    def click(client: Client) -> None:
        try:
            codes.append(client.post(ADDRESS, typed()).status_code)
        finally:
            connection.close()

    threads = [Thread(target=click, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert sorted(codes) == [302, 422]
    assert Claim.objects.count() == 1


def test_names_are_offered(dossier: Dossier, source: Source, analyst: Membership, sign_in: SignIn) -> None:
    make_claim(source, by=analyst, speaker="Wang Yi", topics=["customs", "war"])
    client = sign_in(analyst)
    assert client.get("/d/china-russia/claims/names/?of=speakers&like=wang").json() == ["Wang Yi"]
    assert client.get("/d/china-russia/claims/names/?of=topics&like=u").json() == ["customs"]
    assert client.get("/d/china-russia/claims/names/?of=topics").json() == ["customs", "war"]
    assert client.get("/d/china-russia/claims/names/?of=topics&like=%00u").json() == ["customs"]
    page = client.get("/d/china-russia/sources/1/").content.decode()
    assert '<datalist id="speakers" data-names="/d/china-russia/claims/names/?of=speakers">' in page
