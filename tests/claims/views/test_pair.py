"""The pairing desk: what it finds, what it saves, what it refuses, and two people at it at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from claims.actions.bin import put_in_bin
from claims.actions.link import AlreadyLinked, create_link
from claims.models import Claim, Link
from sources.models import Dossier, Membership, User
from tests.around import insert_by_sql, run
from tests.claims.test_guards import link_of
from tests.conftest import entered, make_claim, make_dossier, make_link, make_member, make_review, make_source

SignIn = Callable[..., Client]


@pytest.fixture
def claims(dossier: Dossier, analyst: Membership) -> list[Claim]:
    source = make_source(dossier, by=analyst)
    return [
        make_claim(source, "fell sharply in March", by=analyst, statement="Trade fell in March."),
        make_claim(source, "trade had never been better", by=analyst, statement="Trade was at its best."),
        make_claim(source, "rise of nine per cent", by=analyst, statement="Customs recorded a rise."),
    ]


def _desk(first: int | None = None, second: int | None = None, words: str = "", *, name: str = "pair") -> str:
    given = {"from": first, "to": second, "q": words}
    query = "&".join(f"{key}={value}" for key, value in given.items() if value)
    return f"{reverse(f'claims:{name}', args=['china-russia'])}?{query}"


def _find(client: Client, words: str, first: int | None = None) -> str:
    response = client.get(_desk(first, words=words, name="pair-search"), headers={"HX-Request": "true"})
    assert response.status_code == 200
    return response.content.decode()


class TestTheDesk:
    def test_it_works(self, analyst: Membership, claims: list[Claim], sign_in: SignIn) -> None:
        page = sign_in(analyst).get(_desk(1, 2)).content.decode()
        assert claims[0].statement in page
        assert claims[1].quote in page
        assert 'value="contradicts"' in page

    def test_with_one_claim_it_asks_for_the_other(
        self, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        page = sign_in(analyst).get(_desk(1)).content.decode()
        assert "Words of the other claim" in page
        assert 'value="contradicts"' not in page

    def test_without_an_address_it_holds_what_the_tray_holds(
        self, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        for number in (3, 1):
            client.post(reverse("claims:tray-put", args=["china-russia"]), {"number": number})
        page = client.get(_desk()).content.decode()
        assert page.index(claims[2].quote) < page.index(claims[0].quote)
        assert f'action="{_desk(3, 1)}"'.replace("&", "&amp;") in page

    def test_a_claim_is_not_paired_with_itself(
        self, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        page = sign_in(analyst).get(_desk(1, 1)).content.decode()
        assert 'value="contradicts"' not in page

    @pytest.mark.parametrize("query", ["from=99", "from=one", "to=-1", "from=1&to=99"])
    def test_a_claim_that_is_not_here_gets_404(
        self, query: str, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        response = sign_in(analyst).get(f"{reverse('claims:pair', args=['china-russia'])}?{query}")
        assert response.status_code == 404

    def test_a_claim_of_another_dossier_gets_404(
        self, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        other = make_dossier("other")
        member = make_member(other, "analyst", "analyst")
        source = make_source(other, by=member)
        for _ in range(4):
            claim = make_claim(source, by=member)
        assert sign_in(analyst).get(_desk(claim.number)).status_code == 404


class TestSearch:
    def test_it_finds_by_the_beginning_of_a_word(
        self, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        found = _find(sign_in(analyst), "cust", 1)
        assert claims[2].statement in found
        assert claims[1].statement not in found
        assert "<html" not in found

    def test_it_leaves_out_the_claim_itself_and_what_is_binned(
        self, dossier: Dossier, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        assert analyst.user
        assert claims[1].statement in _find(client, "trade", 1)
        put_in_bin(claims[1], access=entered(analyst.user, dossier))
        found = _find(client, "trade", 1)
        assert claims[0].statement not in found
        assert claims[1].statement not in found

    def test_statements_come_before_quotes(
        self, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        found = _find(sign_in(analyst), "rise")
        assert claims[2].statement in found

    def test_it_marks_what_is_linked_already(
        self, dossier: Dossier, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        make_link(claims[1], claims[0], by=analyst, kind="supports")
        found = _find(sign_in(analyst), "trade", 1)
        assert "linked already" in found
        assert "L-1" in found
        assert "linked already" not in _find(sign_in(analyst), "customs", 1)

    def test_it_gives_twenty_at_most_in_few_queries(
        self,
        dossier: Dossier,
        analyst: Membership,
        claims: list[Claim],
        sign_in: SignIn,
        django_assert_max_num_queries: Callable[..., object],
    ) -> None:
        source = make_source(dossier, by=analyst)
        for _ in range(25):
            make_claim(source, by=analyst)
        client = sign_in(analyst)
        with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
            found = _find(client, "trade", 1)
        assert found.count("row-claim") == 20

    @pytest.mark.parametrize("words", ["", "t", "  ", "'", "!&|", "it's & (", "\\", "%00", "<q>"])
    def test_odd_words_find_nothing_and_break_nothing(
        self, words: str, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        assert "row-claim" not in _find(sign_in(analyst), words)

    def test_another_dossier_is_not_searched(
        self, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        other = make_dossier("other")
        member = make_member(other, "someone", "analyst")
        make_claim(make_source(other, by=member), by=member, statement="Secret trade.")
        assert "Secret" not in _find(sign_in(analyst), "trade")

    def test_without_htmx_the_desk_answers(
        self, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        response = sign_in(analyst).get(_desk(1, words="customs", name="pair-search"), follow=True)
        assert response.redirect_chain == [(_desk(1, words="customs"), 302)]
        assert claims[2].statement in response.content.decode()


class TestSaving:
    def test_one_key_is_enough(self, analyst: Membership, claims: list[Claim], sign_in: SignIn) -> None:
        response = sign_in(analyst).post(_desk(2, 1), {"kind": "contradicts"}, follow=True)
        link = Link.objects.get()
        assert (link.from_claim, link.to_claim, link.kind) == (claims[1], claims[0], "contradicts")
        assert (link.by, link.rationale, link.strength) == (analyst, "", "")
        assert response.redirect_chain == [(_desk(2), 302)]
        page = response.content.decode()
        assert "L-1 proposed: C-2 contradicts C-1." in page
        assert reverse("claims:link-bin", args=["china-russia", 1]) in page

    def test_everything_that_is_optional_is_kept(
        self, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        given = {"contradiction_type": "numeric", "strength": "weak", "rationale": "Nine against none."}
        client.post(_desk(1, 2), {"kind": "contradicts", **given})
        client.post(_desk(1, 3), {"kind": "supports", "mutual": "on"})
        first, second = Link.objects.order_by("number")
        assert (first.contradiction_type, first.strength, first.rationale) == tuple(given.values())
        assert second.mutual

    def test_the_words_searched_for_stay(
        self, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        response = sign_in(analyst).post(_desk(1, 2, "trade"), {"kind": "neither"})
        assert response["Location"] == _desk(1, words="trade")

    def test_the_pair_leaves_the_tray(
        self, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        for number in (1, 2):
            client.post(reverse("claims:tray-put", args=["china-russia"]), {"number": number})
        client.post(_desk(1, 2), {"kind": "contradicts"})
        assert (
            'data-slot="'
            not in client.get(reverse("claims:link-list", args=["china-russia"])).content.decode()
        )

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({}, "Say how they stand"),
            ({"kind": "confuses"}, "not one of the available choices"),
            ({"kind": "contradicts", "mutual": "on"}, "Only support can be mutual"),
            ({"kind": "supports", "contradiction_type": "numeric"}, "Only a contradiction has"),
            ({"kind": "contradicts", "strength": "enormous"}, "not one of the available choices"),
            ({"kind": "contradicts", "rationale": "a\0b"}, "Null characters"),
        ],
    )
    def test_bad_input_gets_422_and_keeps_what_was_typed(
        self, given: dict[str, str], said: str, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        response = sign_in(analyst).post(_desk(1, 2), {"rationale": "What I wrote.", **given})
        page = response.content.decode()
        assert response.status_code == 422
        assert said in page
        assert "rationale" in given or "What I wrote." in page
        assert not Link.objects.exists()

    def test_half_a_pair_gets_422(self, analyst: Membership, claims: list[Claim], sign_in: SignIn) -> None:
        assert sign_in(analyst).post(_desk(1), {"kind": "contradicts"}).status_code == 422
        assert not Link.objects.exists()

    def test_a_linked_pair_shows_its_link(
        self, analyst: Membership, lead: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        make_link(claims[0], claims[1], by=lead, kind="supports")
        client = sign_in(analyst)
        assert "Linked already" in client.get(_desk(2, 1)).content.decode()
        response = client.post(_desk(2, 1), {"kind": "contradicts", "rationale": "What I wrote."})
        page = response.content.decode()
        assert response.status_code == 422
        assert reverse("claims:link-detail", args=["china-russia", 1]) in page
        assert "What I wrote." in page
        assert Link.objects.count() == 1

    def test_a_claim_binned_meanwhile_is_refused_and_what_was_typed_kept(
        self, dossier: Dossier, analyst: Membership, lead: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        assert lead.user
        put_in_bin(claims[1], access=entered(lead.user, dossier))
        response = sign_in(analyst).post(_desk(1, 2), {"kind": "contradicts", "rationale": "What I wrote."})
        page = response.content.decode()
        assert response.status_code == 422
        assert "C-2 was put in the bin by lead" in page
        assert "What I wrote." in page

    def test_undo_bins_the_link_and_comes_back_to_the_pair(
        self, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        page = client.post(_desk(1, 2), {"kind": "contradicts"}, follow=True).content.decode()
        undo = page.split('action="' + reverse("claims:link-bin", args=["china-russia", 1]))[1].split('"')[0]
        address = reverse("claims:link-bin", args=["china-russia", 1]) + undo.replace("&amp;", "&")
        response = client.post(address)
        assert response["Location"] == _desk(1, 2)
        assert Link.objects.get().is_binned

    def test_a_binned_link_comes_back_as_it_is_said_now(
        self, dossier: Dossier, analyst: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        link = make_link(claims[0], claims[1], by=analyst, rationale="Old.")
        assert analyst.user
        put_in_bin(link, access=entered(analyst.user, dossier))
        client = sign_in(analyst)
        assert "L-1 of these two is in the bin" in client.get(_desk(2, 1)).content.decode()
        client.post(_desk(2, 1), {"kind": "supports", "rationale": "New."})
        link.refresh_from_db()
        assert (link.is_binned, link.kind, link.rationale) == (False, "supports", "New.")
        assert (link.from_claim, link.to_claim) == (claims[1], claims[0])

    def test_the_binned_link_of_someone_else_stays_there(
        self, dossier: Dossier, analyst: Membership, lead: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        assert lead.user
        link = make_link(claims[0], claims[1], by=lead)
        put_in_bin(link, access=entered(lead.user, dossier))
        response = sign_in(analyst).post(_desk(1, 2), {"kind": "supports"})
        assert response.status_code == 422
        assert "ask a lead" in response.content.decode()
        link.refresh_from_db()
        assert link.is_binned

    def test_a_binned_link_that_was_judged_keeps_its_kind(
        self, dossier: Dossier, analyst: Membership, reviewer: Membership, lead: Membership,
        claims: list[Claim], sign_in: SignIn,
    ) -> None:  # fmt: skip
        link = make_link(claims[0], claims[1], by=lead)
        make_review(link, by=reviewer)
        assert lead.user
        put_in_bin(link, access=entered(lead.user, dossier))
        response = sign_in(lead).post(_desk(1, 2), {"kind": "supports"})
        assert response.status_code == 422
        link.refresh_from_db()
        assert (link.is_binned, link.kind) == (True, "contradicts")


@pytest.mark.parametrize("name", ["pair", "pair-search"])
class TestTheDoor:
    def test_lesser_roles_get_403(
        self, name: str, dossier: Dossier, reviewer: Membership, viewer: Membership, sign_in: SignIn
    ) -> None:
        for person in (reviewer, viewer):
            assert sign_in(person).get(reverse(f"claims:{name}", args=[dossier.slug])).status_code == 403

    def test_outsider_gets_404(self, name: str, dossier: Dossier, outsider: User, sign_in: SignIn) -> None:
        assert sign_in(outsider).get(reverse(f"claims:{name}", args=[dossier.slug])).status_code == 404


def test_outsider_cannot_pair(dossier: Dossier, outsider: User, claims: list[Claim], sign_in: SignIn) -> None:
    assert sign_in(outsider).post(_desk(1, 2), {"kind": "contradicts"}).status_code == 404
    assert not Link.objects.exists()


def test_pair_search_is_for_reading(dossier: Dossier, analyst: Membership, sign_in: SignIn) -> None:
    assert sign_in(analyst).post(_desk(name="pair-search")).status_code == 405


def _at_once(*jobs: Callable[[], object]) -> list[object]:
    """What each job answered, or raised; each on a connection of its own, all started together."""
    together = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        try:
            together.wait(10)
            return job()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.mark.usefixtures("transactional_db")
class TestTwoAtOnce:
    def test_the_same_pair_linked_twice_is_one_link_and_a_word_about_it(
        self, dossier: Dossier, analyst: Membership, lead: Membership, claims: list[Claim], sign_in: SignIn
    ) -> None:
        def save(client: Client, address: str, kind: str) -> Callable[[], object]:
            return lambda: client.post(address, {"kind": kind, "rationale": f"I say it {kind}."})

        answers = _at_once(
            save(sign_in(analyst), _desk(1, 2), "contradicts"), save(sign_in(lead), _desk(2, 1), "supports")
        )
        statuses = sorted(answer.status_code for answer in answers)  # type: ignore[attr-defined]
        assert statuses == [302, 422]
        link = Link.objects.get()
        late = next(answer for answer in answers if answer.status_code == 422)  # type: ignore[attr-defined]
        page = late.content.decode()  # type: ignore[attr-defined]
        assert "Linked already" in page
        assert reverse("claims:link-detail", args=[dossier.slug, link.number]) in page
        assert "You wrote: “I say it" in page

    def test_a_writer_without_our_locks_is_noticed_too(
        self, dossier: Dossier, analyst: Membership, claims: list[Claim]
    ) -> None:
        """SQL and COPY lock no claims: the database itself refuses the second, and the action names the first."""
        written, go_on = threading.Event(), threading.Event()

        def by_sql() -> None:
            with transaction.atomic():
                # The counter first, as an import does.
                run("SELECT FROM sources_counter WHERE dossier_id = %s FOR UPDATE", dossier.pk)
                insert_by_sql(link_of(claims[1], claims[0], kind="neither"))
                written.set()
                go_on.wait(10)

        def by_action() -> Link:
            written.wait(10)
            threading.Timer(0.3, go_on.set).start()
            return create_link(from_claim=claims[0], to_claim=claims[1], by=analyst, kind="contradicts")

        _, refused = _at_once(by_sql, by_action)
        assert isinstance(refused, AlreadyLinked)
        assert refused.link == Link.objects.get()
