"""The whole history of a record: who, when, before and after; what a blind reader must not know is not in it."""

from collections.abc import Callable

import pytest
from django.test import Client

from claims.actions.claim import edit_claim
from claims.actions.link import edit_link
from claims.actions.speaker import merge_speakers
from claims.actions.version import create_version, place_orphan
from claims.models import Anchoring, Claim
from sources.models import Dossier, Membership, User
from tests.conftest import TEXT, make_claim, make_pair, make_review, make_source

type SignIn = Callable[..., Client]


def main(client: Client, address: str) -> str:
    page = client.get(f"/d/china-russia/{address}").content.decode()
    return page[page.index("<main") : page.index("</main>")]


def test_a_claims_tells_every_change_with_words_before_and_after(
    dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    link = make_pair(dossier, by=analyst)
    client = sign_in(analyst)
    claim = link.from_claim
    sent = {
        "words": claim.quote,
        "start": claim.start,
        "statement": "It is said that trade rose.",
        "version": 1,
        "speaker": "Xi",
        "topics": "trade",
    }
    client.post("/d/china-russia/claims/1/edit/", sent)
    make_claim(claim.source, by=analyst, speaker="Xi Jinping")
    merge_speakers(dossier=dossier, into="Xi Jinping", others=["Xi"], by=analyst)
    version = make_source(dossier, by=analyst)
    place = {"start": claim.start, "end": claim.end, "quote": claim.quote}
    Anchoring.objects.create(
        dossier=dossier,
        claim=claim,
        source=claim.source,
        to_source=version,
        method="orphan",
        by=analyst,
        **place,
    )
    page = main(sign_in(viewer), "claims/1/history/")
    assert "stated" in page
    assert "rose</ins>" in page
    assert "put under “trade”" in page
    assert "after: </span>Xi<ins> Jinping</ins>" in page
    assert "linked with C-2, proposed as" in page
    assert ">L-1</a>" in page
    assert "not found on the way from S-1 to S-3" in page
    assert page.count("<span>analyst</span>") >= 3


def test_what_was_carried_is_told_once(
    dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    first = make_source(dossier, by=analyst)
    for words in ("had never been better", "a rise of nine per cent"):
        make_claim(first, words, by=analyst)
    text = TEXT.replace("never been", "never\nbeen").replace("nine per cent", "ten per cent")
    second, _ = create_version(source=first, by=analyst, text=text)
    orphan = Anchoring.objects.get(method="orphan")
    start = second.text.index("a rise")
    place_orphan(orphan, start=start, end=start + len("a rise of ten per cent"), by=analyst)
    client = sign_in(viewer)
    carried, placed = (main(client, f"claims/{number}/history/") for number in (1, 2))
    assert "carried from S-1 to S-2" in carried
    assert "placed by hand" in placed
    for page in (carried, placed):
        assert page.count("<dt>quote</dt>") == 1
        assert "<dt>source</dt>" not in page
        assert "edited" not in page
    create_version(source=second, by=analyst, text=f"Anew. {text}")
    assert "edited" not in main(client, "claims/1/history/")


def test_it_is_leafed(dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn) -> None:
    claim = make_claim(make_source(dossier, by=analyst), by=analyst)
    for n in range(40):
        current = Claim.objects.get(pk=claim.pk)
        edit_claim(
            current,
            by=analyst,
            changes={"via": f"Agency {n}"},
            version=current.version,
            speaker="",
            topics=[],
        )
    client = sign_in(viewer)
    assert "The whole history" in main(client, "claims/1/")
    first, second = (main(client, f"claims/1/history/?page={n}") for n in (1, 2))
    assert (first.count("edited"), second.count("edited")) == (30, 10)
    assert "?page=2" in first
    assert "stated" in second
    for page in ("0", "x", "101", "9999"):
        assert client.get(f"/d/china-russia/claims/1/history/?page={page}").status_code == 404


def test_a_sources(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    make_source(dossier, by=analyst)
    client = sign_in(analyst)
    client.post(
        "/d/china-russia/sources/1/edit/", {"title": "Another report", "language": "en", "version": 1}
    )
    page = main(client, "sources/1/history/")
    assert "brought in" in page
    assert "Another report" in page.replace("<ins>", "").replace("</ins>", "")


def test_a_links_has_no_trace_of_reviews_for_a_blind_reader(
    dossier: Dossier,
    analyst: Membership,
    reviewer: Membership,
    lead: Membership,
    viewer: Membership,
    sign_in: SignIn,
) -> None:
    link = make_pair(dossier, by=analyst)
    edit_link(link, changes={"rationale": "Since it is so."}, version=1)
    unjudged = main(sign_in(reviewer), "links/1/history/")
    make_review(link, by=lead, note="A telling note.")
    assert main(sign_in(reviewer), "links/1/history/") == unjudged
    assert "A telling note." in main(sign_in(viewer), "links/1/history/")


@pytest.mark.parametrize("of", ["claims", "links", "sources"])
def test_outsider_gets_404(
    of: str, dossier: Dossier, analyst: Membership, outsider: User, sign_in: SignIn
) -> None:
    make_pair(dossier, by=analyst)
    assert sign_in(outsider).get(f"/d/china-russia/{of}/1/history/").status_code == 404
    assert sign_in(analyst).get(f"/d/china-russia/{of}/99/history/").status_code == 404
