"""What one did lately: kept from page to page, taken back by her alone, never over somebody else's work."""

import re
from collections.abc import Callable
from typing import ClassVar

import pytest
from django.test import Client

from claims.actions.bin import put_in_bin, restore
from claims.actions.claim import edit_claim
from claims.actions.revision import KEPT, keep
from claims.models import Claim, Link, Revision, Speaker, Topic
from claims.views.bin import unmake_address
from sources.models import Dossier, Membership, Role, Source, User
from tests.conftest import entered, make_claim, make_link, make_pair, make_review, make_source

type SignIn = Callable[..., Client]
LATELY = "/d/china-russia/undo/"
EDIT = "/d/china-russia/claims/1/edit/"


@pytest.fixture
def claim(dossier: Dossier, analyst: Membership) -> Claim:
    return make_claim(
        make_source(dossier, by=analyst),
        by=analyst,
        speaker="A minister",
        topics=["trade", "energy"],
        about="2022",
    )


def fields(claim: Claim, **changes: object) -> dict[str, object]:
    return {
        "words": claim.quote,
        "start": claim.start,
        "statement": claim.statement,
        "version": claim.version,
        "about": claim.about,
        **changes,
    }


def offered(client: Client) -> list[str]:
    """The addresses that the page of what was done lately offers, the latest first."""
    page = client.get(LATELY).content.decode()
    rows = page[page.index("<main") : page.index("</main>")]
    return [address.replace("&amp;", "&") for address in re.findall(r'action="([^"]+)"', rows)]


class TestLately:
    def test_what_was_done_is_kept_and_taken_back_later(
        self, dossier: Dossier, analyst: Membership, sign_in: SignIn
    ) -> None:
        link = make_pair(dossier, by=analyst)
        client = sign_in(analyst)
        client.post("/d/china-russia/claims/1/bin/")
        client.get("/d/china-russia/claims/")
        client.get("/d/china-russia/links/")
        [address] = offered(client)
        assert "claims/1" not in client.get(LATELY).content.decode().split("<main")[1].split("</main>")[0]
        client.post(address)
        assert not Claim.objects.binned().exists()
        assert not Link.objects.get(pk=link.pk).is_binned
        [again] = offered(client)  # what took it back can be taken back too
        client.post(again)
        assert Claim.objects.binned().count() == 1

    def test_each_sees_her_own_alone(
        self, claim: Claim, analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        sign_in(analyst).post(EDIT, fields(claim, statement="Better."))
        assert len(offered(sign_in(analyst))) == 1
        assert offered(sign_in(lead)) == []

    def test_the_last_fifty_are_kept(self, dossier: Dossier, analyst: Membership, lead: Membership) -> None:
        keep(dossier=dossier, by=lead, said="The lead's.", undo="/x/")
        for n in range(KEPT + 3):
            keep(dossier=dossier, by=analyst, said=f"Done {n}.", undo=f"/x/{n}/")
        kept = Revision.objects.filter(by=analyst).order_by("pk").values_list("said", flat=True)
        assert (kept[0], len(kept)) == ("Done 3.", KEPT)
        assert Revision.objects.filter(by=lead).count() == 1

    def test_a_viewer_gets_403_and_an_outsider_404(
        self, dossier: Dossier, viewer: Membership, outsider: User, sign_in: SignIn
    ) -> None:
        assert sign_in(viewer).get(LATELY).status_code == 403
        assert sign_in(outsider).get(LATELY).status_code == 404

    def test_every_page_leads_there_by_the_key(
        self, dossier: Dossier, reviewer: Membership, sign_in: SignIn
    ) -> None:
        page = sign_in(reviewer).get("/d/china-russia/claims/").content.decode()
        assert f'href="{LATELY}" data-key="u"' in page


class TestTheBin:
    def test_what_another_binned_again_is_not_restored(
        self, claim: Claim, analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        client.post("/d/china-russia/claims/1/bin/")
        [address] = offered(client)
        assert lead.user
        access = entered(lead.user, claim.dossier)
        restore(claim, access=access)
        put_in_bin(claim, access=access)
        assert "put in the bin again since" in client.post(address, follow=True).content.decode()
        assert Claim.objects.get(pk=claim.pk).is_binned


class TestWhatWasMade:
    MARK: ClassVar[dict[str, str]] = {"words": "A customs table", "statement": "It is so."}

    def test_beside_the_text_is_kept_too(self, claim: Claim, analyst: Membership, sign_in: SignIn) -> None:
        client = sign_in(analyst)
        client.post("/d/china-russia/sources/1/claims/", self.MARK, headers={"HX-Request": "true"})
        [undo] = offered(client)
        client.post(undo)
        assert Claim.objects.get(number=2).is_binned

    def test_edited_beside_the_text_is_kept_too(
        self, claim: Claim, analyst: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        answer = client.post(
            "/d/china-russia/claims/1/edit/here/",
            fields(claim, statement="Better."),
            headers={"HX-Request": "true"},
        )
        assert 'action="/d/china-russia/undo/C-1/2/"' in answer.content.decode()
        assert offered(client) == ["/d/china-russia/undo/C-1/2/"]

    def test_by_a_lead_stays_when_others_have_built_on_it(
        self, claim: Claim, analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(lead)
        client.post("/d/china-russia/sources/1/claims/", self.MARK)
        [undo] = offered(client)
        link = make_link(claim, Claim.objects.get(number=2), by=analyst)
        page = client.post(undo, follow=True).content.decode()
        assert "Others have worked on C-2 since" in page
        assert not Link.objects.get(pk=link.pk).is_binned
        client.post("/d/china-russia/claims/2/bin/")
        assert Link.objects.get(pk=link.pk).is_binned, "the bin itself takes all"

    def test_by_a_lead_stays_when_it_was_judged_but_tells_nothing_of_it_while_she_is_blind(
        self, claim: Claim, reviewer: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        other = make_claim(claim.source, by=lead)
        links = [make_link(claim, one, by=lead) for one in (other, make_claim(claim.source, by=lead))]
        client = sign_in(lead)
        for link in links:
            make_review(link, by=reviewer)
        make_review(links[0], by=lead)
        for link in links:
            client.post(unmake_address(link))
        assert [Link.objects.get(pk=link.pk).is_binned for link in links] == [False, True]

    def test_is_taken_back_once_also_by_the_bin_itself(
        self, claim: Claim, analyst: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        client.post("/d/china-russia/sources/1/claims/", self.MARK)
        client.post("/d/china-russia/claims/2/bin/")
        assert [address.split("?")[0] for address in offered(client)] == ["/d/china-russia/bin/C-2/restore/"]


class TestWhoMay:
    def test_whoever_is_no_analyst_any_more_takes_no_analysts_work_back(
        self, claim: Claim, analyst: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        bulk = {"claims": "1:1", "modality": "denial", "do": "save"}
        client.post("/d/china-russia/claims/bulk/", bulk)
        [undo] = offered(client)
        Membership.objects.filter(pk=analyst.pk).update(role=Role.REVIEWER)
        assert client.post(undo).status_code == 403
        assert Claim.objects.get(pk=claim.pk).modality == "denial"


class TestAnEdit:
    def test_of_a_claim_is_taken_back_and_done_again(
        self, claim: Claim, analyst: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        client.post(
            EDIT,
            fields(
                claim, statement="Better.", speaker="Another", topics="trade, gas", about="2023", via="TASS"
            ),
        )
        [undo] = offered(client)
        assert undo == "/d/china-russia/undo/C-1/2/"
        answer = client.post(undo, follow=True)
        assert "as it was before your edit" in answer.content.decode()
        back = Claim.objects.get(pk=claim.pk)
        assert (back.statement, back.about, back.via) == (claim.statement, "2022", "")
        assert (back.speaker_id, sorted(back.topics.values_list("name", flat=True))) == (
            claim.speaker_id,
            ["energy", "trade"],
        )
        client.post(offered(client)[0])
        again = Claim.objects.get(pk=claim.pk)
        assert (again.statement, sorted(again.topics.values_list("name", flat=True))) == (
            "Better.",
            ["gas", "trade"],
        )

    def test_of_topics_alone(self, claim: Claim, analyst: Membership, sign_in: SignIn) -> None:
        client = sign_in(analyst)
        client.post(EDIT, fields(claim, speaker="A minister", topics="gas"))
        Topic.objects.filter(name="energy").delete()
        client.post(offered(client)[0])
        assert sorted(claim.topics.values_list("name", flat=True)) == ["energy", "trade"]

    def test_under_a_speaker_who_is_gone_goes_to_the_name(
        self, claim: Claim, analyst: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        client.post(EDIT, fields(claim, speaker="Another"))
        Speaker.objects.filter(name="A minister").delete()
        client.post("/d/china-russia/undo/C-1/2/")
        found = Claim.objects.get(pk=claim.pk).speaker
        assert found
        assert found.name == "A minister"

    def test_changed_since_shows_both_and_changes_nothing(
        self, claim: Claim, analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        client.post(EDIT, fields(claim, statement="Hers."))
        current = Claim.objects.get(pk=claim.pk)
        edit_claim(
            current, by=lead, changes={"statement": "The lead's."}, version=2, speaker="", topics=["trade"]
        )
        answer = client.post(offered(client)[0])
        page = answer.content.decode()
        assert answer.status_code == 409
        assert claim.statement in page
        assert "The lead&#x27;s." in page
        assert Claim.objects.get(pk=claim.pk).statement == "The lead's."

    def test_of_somebody_else_is_hers_to_take_back(
        self, claim: Claim, analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        sign_in(analyst).post(EDIT, fields(claim, statement="Hers."))
        page = sign_in(lead).post("/d/china-russia/undo/C-1/2/", follow=True).content.decode()
        assert "made by someone else" in page
        assert Claim.objects.get(pk=claim.pk).statement == "Hers."

    def test_of_what_is_in_the_bin_says_so(
        self, claim: Claim, analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        client.post(EDIT, fields(claim, statement="Hers."))
        [undo] = offered(client)
        sign_in(lead).post("/d/china-russia/claims/1/bin/")
        assert "C-1 was put in the bin by lead" in client.post(undo, follow=True).content.decode()

    @pytest.mark.parametrize("where", ["C-1/1", "C-1/9", "X-1/1", "S-9/2", "L-1/2"])
    def test_that_never_was_gets_404(
        self, where: str, claim: Claim, analyst: Membership, sign_in: SignIn
    ) -> None:
        assert sign_in(analyst).post(f"/d/china-russia/undo/{where}/").status_code == 404

    def test_of_a_source(self, claim: Claim, analyst: Membership, sign_in: SignIn) -> None:
        client = sign_in(analyst)
        client.post("/d/china-russia/sources/1/edit/", {"title": "Another", "outlet": "TASS", "version": 1})
        client.post(offered(client)[0])
        source = Source.objects.get(pk=claim.source_id)
        assert (source.title, source.outlet, source.language) == ("A report", "", "en")

    def test_of_a_link(self, claim: Claim, analyst: Membership, sign_in: SignIn) -> None:
        other = make_claim(claim.source, by=analyst)
        link = make_link(claim, other, by=analyst, rationale="Since it is so.")
        client = sign_in(analyst)
        client.post("/d/china-russia/links/1/edit/", {"rationale": "", "strength": "weak", "version": 1})
        client.post(offered(client)[0])
        link.refresh_from_db()
        assert (link.rationale, link.strength) == ("Since it is so.", "")

    def test_that_changed_nothing_is_not_kept(
        self, claim: Claim, analyst: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        client.post(EDIT, fields(claim, speaker="A minister", topics="trade, energy"))
        assert offered(client) == []
