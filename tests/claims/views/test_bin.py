"""The bin: what went, how it comes back, and how it goes for good."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from claims.actions.bin import put_in_bin
from claims.models import Claim, Link, Review
from sources.models import Counter, Dossier, Membership, Record, Source, User
from tests.conftest import (
    entered,
    make_claim,
    make_dossier,
    make_link,
    make_member,
    make_pair,
    make_review,
    make_source,
    make_user,
)

SignIn = Callable[..., Client]
URL = "/d/china-russia/bin/"
SOURCES = "/d/china-russia/sources/"


def bin_it(record: Record, by: Membership) -> None:
    assert by.user
    put_in_bin(record, access=entered(by.user, record.dossier))


def cited(response: object) -> list[str]:
    return [row.record.cited for row in response.context["rows"]]  # type: ignore[attr-defined]


def is_binned(record: Record) -> bool:
    record.refresh_from_db(fields=["binned_at"])
    return record.is_binned


def test_it_works(dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn) -> None:
    link = make_pair(dossier, by=analyst)
    other = make_pair(dossier, by=analyst)
    third = make_pair(dossier, by=analyst)
    bin_it(link.from_claim.source, analyst)
    bin_it(other.from_claim, lead)
    bin_it(third, analyst)
    response = sign_in(lead).get(URL)
    # What went with something else is not listed by itself.
    assert [(row.record.cited, row.company) for row in response.context["rows"]] == [
        ("L-3", ""),
        ("C-3", "1 link"),
        ("S-1", "1 claim and 1 link"),
    ]
    assertContains(response, "binned by lead")


def test_an_analyst_sees_her_own_and_a_lead_all(
    dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    bin_it(make_source(dossier, by=analyst), lead)
    bin_it(make_source(dossier, by=lead), lead)
    assert cited(sign_in(analyst).get(URL)) == ["S-1"]
    assert cited(sign_in(lead).get(URL)) == ["S-2", "S-1"]
    assert cited(sign_in(make_user("root", is_superuser=True)).get(URL)) == ["S-2", "S-1"]


def test_an_empty_bin_says_what_it_is_for(lead: Membership, sign_in: SignIn) -> None:
    assertContains(sign_in(lead).get(URL), "The bin is empty")


def test_pages_follow_one_another(
    dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.views.bin.PAGE", 2)
    pairs = [make_pair(dossier, by=analyst) for _ in range(3)]
    bin_it(pairs[0].from_claim.source, lead)
    bin_it(pairs[1].from_claim, lead)
    bin_it(pairs[2], lead)
    moment = make_source(dossier, by=analyst)
    bin_it(moment, lead)
    moment.refresh_from_db()
    # Two more of the very same moment as the last.
    alone = [make_claim(make_source(dossier, by=lead), by=lead) for _ in range(2)]
    Claim.objects.filter(pk__in=[one.pk for one in alone]).update(binned_at=moment.binned_at)
    client = sign_in(lead)
    seen: list[str] = []
    address = URL
    while True:
        response = client.get(address)
        seen += cited(response)
        if not response.context["next"]:
            break
        address = response.context["next"]
    assert seen == ["S-7", "C-8", "C-7", "L-3", "C-3", "S-1"]


@pytest.mark.parametrize(
    "before", ["nonsense", "2026-01-01T00:00:00,S-1", "9999-99-99T00:00Z,S-1", "a%00,L-x"]
)
def test_a_page_from_nowhere_is_the_first(
    before: str, dossier: Dossier, lead: Membership, sign_in: SignIn
) -> None:
    bin_it(make_source(dossier, by=lead), lead)
    assert cited(sign_in(lead).get(f"{URL}?before={before}")) == ["S-1"]


def test_queries_do_not_grow(
    dossier: Dossier,
    analyst: Membership,
    lead: Membership,
    sign_in: SignIn,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for _ in range(5):
        bin_it(make_pair(dossier, by=analyst).from_claim, lead)
        bin_it(make_pair(dossier, by=analyst), lead)
        bin_it(make_source(dossier, by=analyst), lead)
    client = sign_in(lead)
    client.get(URL)
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        assert len(cited(client.get(URL))) == 15


@pytest.mark.parametrize("role", ["viewer", "reviewer"])
def test_only_analysts_and_leads(role: str, dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    source = make_source(dossier, by=analyst)
    client = sign_in(make_member(dossier, "someone", role))
    refused = client.post(f"{SOURCES}1/bin/")
    assert refused.status_code == 403
    assert 'href="/d/china-russia/">To the dossier' in refused.content.decode()
    assert not is_binned(source)
    bin_it(source, analyst)
    assert client.get(URL).status_code == 403
    assert client.post(f"{URL}S-1/restore/").status_code == 403
    assert client.post(f"{URL}S-1/delete/").status_code == 403
    assert is_binned(source)


def test_outsider_gets_404(dossier: Dossier, analyst: Membership, outsider: User, sign_in: SignIn) -> None:
    bin_it(make_source(dossier, by=analyst), analyst)
    client = sign_in(outsider)
    assert client.get(URL).status_code == 404
    for act in ("restore", "delete"):
        assert client.post(f"{URL}S-1/{act}/").status_code == 404
    assert client.post(f"{SOURCES}1/bin/").status_code == 404


@pytest.mark.parametrize("number", ["S-99", "X-1", "C-1", "S-0", "s-1"])
@pytest.mark.parametrize("act", ["restore", "delete"])
def test_what_is_not_cited_so_here_is_404(
    number: str, act: str, dossier: Dossier, lead: Membership, sign_in: SignIn
) -> None:
    make_claim(make_source(make_dossier("other")), by=make_member(Dossier.objects.get(slug="other"), "x"))
    assert sign_in(lead).post(f"{URL}{number}/{act}/").status_code == 404


def test_wrong_methods(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    bin_it(make_source(dossier, by=lead), lead)
    client = sign_in(lead)
    assert client.post(URL).status_code == 405
    assert client.get(f"{URL}S-1/restore/").status_code == 405
    assert client.get(f"{SOURCES}1/bin/").status_code == 405


# Binning a source


def test_a_source_is_binned_with_its_claims_and_the_undo_brings_all_back(
    dossier: Dossier, analyst: Membership, sign_in: SignIn
) -> None:
    link = make_pair(dossier, by=analyst)
    client = sign_in(analyst)
    response = client.post(f"{SOURCES}1/bin/", follow=True)
    assertRedirects(response, SOURCES)
    assertContains(response, "Source S-1 put in the bin")
    assertContains(response, f'action="{URL}S-1/restore/?since=')
    assert is_binned(link.from_claim.source)
    assert is_binned(link.from_claim)
    assert is_binned(link)
    assert not is_binned(link.to_claim)
    back = client.post(f"{URL}S-1/restore/", headers={"Referer": f"http://testserver{SOURCES}?q=a"})
    assertRedirects(back, f"{SOURCES}?q=a")
    assert not Link.objects.binned().exists()
    assert not Claim.objects.binned().exists()
    assert not Source.objects.binned().exists()


def test_the_undo_button_is_a_form_that_the_guard_against_foreign_forms_accepts(
    dossier: Dossier, analyst: Membership
) -> None:
    make_source(dossier, by=analyst)
    client = Client(enforce_csrf_checks=True)
    assert analyst.user
    client.force_login(analyst.user, backend="django.contrib.auth.backends.ModelBackend")

    def token(page: object) -> str:
        return str(page.context["csrf_token"])  # type: ignore[attr-defined]

    assert client.post(f"{SOURCES}1/bin/").status_code == 403
    page = client.get(SOURCES)
    page = client.post(f"{SOURCES}1/bin/", {"csrfmiddlewaretoken": token(page)}, follow=True)
    restored = client.post(f"{URL}S-1/restore/", {"csrfmiddlewaretoken": token(page)})
    assert restored.status_code == 302
    assert not Source.objects.binned().exists()


def test_what_others_work_rests_on_stays_an_analysts(
    dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership, sign_in: SignIn
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=reviewer)
    make_review(link, by=lead)
    assertContains(sign_in(analyst).post(f"{SOURCES}1/bin/"), "ask a lead", status_code=403)
    assert not is_binned(link)
    assert sign_in(lead).post(f"{SOURCES}1/bin/").status_code == 302
    assert is_binned(link)


def test_binning_twice_says_so(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    make_source(dossier, by=lead)
    client = sign_in(lead)
    client.post(f"{SOURCES}1/bin/", follow=True)
    assertContains(client.post(f"{SOURCES}1/bin/", follow=True), "in the bin already")


# Restoring


@pytest.mark.parametrize("there", ["https://elsewhere.example/", "//elsewhere.example", ""])
def test_restoring_returns_to_this_house_alone(
    there: str, dossier: Dossier, lead: Membership, sign_in: SignIn
) -> None:
    client = sign_in(lead)
    for asked in ({"data": {"next": there}}, {"headers": {"Referer": there}}):
        source = make_source(dossier, by=lead)
        bin_it(source, lead)
        response = client.post(f"{URL}{source.cited}/restore/", **asked)  # type: ignore[arg-type]
        assertRedirects(response, URL)
        assert not is_binned(source)


def test_restoring_returns_where_the_form_says(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    bin_it(make_source(dossier, by=lead), lead)
    response = sign_in(lead).post(f"{URL}S-1/restore/", {"next": f"{SOURCES}1/"})
    assert response.headers["Location"] == f"{SOURCES}1/"


def test_what_rests_on_something_binned_waits_for_it(
    dossier: Dossier, lead: Membership, sign_in: SignIn
) -> None:
    claim = make_claim(make_source(dossier, by=lead), by=lead)
    bin_it(claim, lead)
    bin_it(claim.source, lead)
    client = sign_in(lead)
    assert cited(client.get(URL)) == ["S-1", "C-1"]
    assertContains(client.post(f"{URL}C-1/restore/", follow=True), "restore S-1 first")
    assert is_binned(claim)
    client.post(f"{URL}S-1/restore/")
    assert is_binned(claim)  # it went by itself, before
    client.post(f"{URL}C-1/restore/")
    assert not is_binned(claim)


def test_a_link_comes_back_with_whichever_of_its_claims_comes_last(
    dossier: Dossier, lead: Membership, sign_in: SignIn
) -> None:
    client = sign_in(lead)
    for order in ((0, 1), (1, 0)):
        link = make_pair(dossier, by=lead)
        sides = [link.from_claim, link.to_claim]
        for claim in sides:
            bin_it(claim, lead)
        client.post(f"{URL}{sides[order[0]].cited}/restore/")
        assert is_binned(link)
        assert link.cited not in cited(client.get(URL))
        client.post(f"{URL}{sides[order[1]].cited}/restore/")
        assert not is_binned(link)


def test_a_link_that_went_before_stays(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    link = make_pair(dossier, by=lead)
    bin_it(link, lead)
    bin_it(link.from_claim, lead)
    sign_in(lead).post(f"{URL}C-1/restore/")
    assert is_binned(link)
    assert not is_binned(link.from_claim)


def test_an_analyst_restores_what_she_made_and_nothing_else(
    dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    hers, other = make_source(dossier, by=analyst), make_source(dossier, by=lead)
    for source in (hers, other):
        bin_it(source, lead)
    client = sign_in(analyst)
    assert client.post(f"{URL}S-1/restore/").status_code == 302
    assert client.post(f"{URL}S-2/restore/").status_code == 403
    assert (is_binned(hers), is_binned(other)) == (False, True)


def test_restoring_twice_says_so(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    make_source(dossier, by=lead)
    assertContains(sign_in(lead).post(f"{URL}S-1/restore/", follow=True), "S-1 is not in the bin.")


# Deleting for good


def test_deleting_for_good_asks_then_takes_all_and_keeps_the_numbers(
    dossier: Dossier, lead: Membership, reviewer: Membership, sign_in: SignIn
) -> None:
    link = make_pair(dossier, by=lead)
    make_review(link, by=reviewer)
    make_link(link.to_claim, make_claim(link.to_claim.source, "sharply in March", by=lead), by=lead)
    source = link.from_claim.source
    bin_it(source, lead)
    client = sign_in(lead)
    page = client.get(f"{URL}S-1/delete/")
    assertContains(page, "1 claim and 1 link that rest on it go with it")
    assertNotContains(page, "1 review")
    assert is_binned(source)
    assertRedirects(client.post(f"{URL}S-1/delete/"), URL)
    assert sorted(Source.objects.values_list("number", flat=True)) == [2]
    assert sorted(Claim.objects.values_list("number", flat=True)) == [2, 3]
    assert sorted(Link.objects.values_list("number", flat=True)) == [2]
    assert not Review.objects.exists()
    assert dict(Counter.objects.values_list("letter", "last")) == {"S": 2, "C": 3, "L": 2}
    assert make_source(dossier, by=lead).number == 3


@pytest.mark.parametrize("kind", ["C", "L"])
def test_a_claim_or_a_link_may_go_alone(
    kind: str, dossier: Dossier, lead: Membership, sign_in: SignIn
) -> None:
    link = make_pair(dossier, by=lead)
    record: Record = link if kind == "L" else link.from_claim
    bin_it(record, lead)
    client = sign_in(lead)
    assert client.get(f"{URL}{record.cited}/delete/").status_code == 200
    client.post(f"{URL}{record.cited}/delete/")
    assert not Link.objects.exists()
    assert Claim.objects.count() == (2 if kind == "L" else 1)


def test_only_leads_delete_for_good(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    source = make_source(dossier, by=analyst)
    bin_it(source, analyst)
    client = sign_in(analyst)
    assert client.get(f"{URL}S-1/delete/").status_code == 403
    assert client.post(f"{URL}S-1/delete/").status_code == 403
    assert is_binned(source)
    assertNotContains(client.get(URL), "for good</a>")


def test_only_what_is_in_the_bin_is_deleted(dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
    make_source(dossier, by=lead)
    client = sign_in(lead)
    assert client.get(f"{URL}S-1/delete/").status_code == 404
    assertContains(client.post(f"{URL}S-1/delete/", follow=True), "S-1 is not in the bin.")
    assert Source.objects.exists()


def test_it_is_searched_by_words_by_number_and_by_kind(
    dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    pair = make_pair(dossier, by=analyst)
    bin_it(make_source(dossier, by=analyst, title="Pipelines"), lead)
    bin_it(pair.from_claim, lead)
    client = sign_in(lead)
    assert cited(client.get(f"{URL}?q=pipe")) == ["S-3"]
    assert cited(client.get(f"{URL}?q=fell+sharply")) == ["C-1"]
    assert cited(client.get(f"{URL}?q=c-1")) == ["C-1"]
    assert cited(client.get(f"{URL}?of=S")) == ["S-3"]
    assertContains(client.get(f"{URL}?q=nothing+such"), "Nothing in the bin fits")
    assertContains(client.get(f"{URL}?of=C"), "with 1 link")


class TestSeveral:
    ADDRESS = f"{URL}restore/"

    def test_they_are_restored_together_whatever_their_order(
        self, dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        pair = make_pair(dossier, by=analyst)
        bin_it(pair, lead)
        bin_it(pair.from_claim, lead)
        bin_it(pair.from_claim.source, lead)
        page = sign_in(lead).post(self.ADDRESS, {"record": ["L-1", "C-1", "S-1"]}, follow=True)
        assertContains(page, "S-1, C-1 and L-1 restored.")
        assert not Link.objects.get(pk=pair.pk).is_binned

    def test_all_or_none(
        self, dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        pair, alone = make_pair(dossier, by=analyst), make_source(dossier, by=analyst)
        bin_it(pair.from_claim, lead)
        bin_it(pair.from_claim.source, lead)
        bin_it(alone, lead)
        page = sign_in(lead).post(self.ADDRESS, {"record": ["S-3", "C-1"]}, follow=True)
        assertContains(page, "Nothing was restored")
        assert Source.objects.get(pk=alone.pk).is_binned

    def test_none_chosen_says_so(self, dossier: Dossier, lead: Membership, sign_in: SignIn) -> None:
        assertContains(sign_in(lead).post(self.ADDRESS, follow=True), "Nothing was chosen")

    def test_what_others_made_stays(
        self, dossier: Dossier, analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        hers = make_source(dossier, by=lead)
        bin_it(hers, lead)
        assert sign_in(analyst).post(self.ADDRESS, {"record": "S-1"}).status_code == 403
        assert Source.objects.get(pk=hers.pk).is_binned
