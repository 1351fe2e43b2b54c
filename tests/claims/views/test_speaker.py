"""Speakers: listed, found by any name, edited, merged into one, and all of it taken back."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from claims.actions.claim import create_claim, edit_claim
from claims.actions.speaker import merge_speakers, speaker_named
from claims.models import Claim, Revision, Speaker, SpeakerAlias
from sources.models import Dossier, Membership, User
from tests.claims.test_two_at_once import while_open
from tests.conftest import make_claim, make_dossier, make_member, make_source

type SignIn = Callable[..., Client]


def address(page: str, /, **query: str) -> str:
    asked = f"?{urlencode(query)}" if query else ""
    return reverse(f"claims:{page}", args=["china-russia"]) + asked


@pytest.fixture
def three(dossier: Dossier, analyst: Membership) -> list[Claim]:
    """A claim each of Xi Jinping, President Xi (with an affiliation) and Xi."""
    source = make_source(dossier, by=analyst)
    claims = [make_claim(source, by=analyst, speaker=name) for name in ("Xi Jinping", "President Xi", "Xi")]
    Speaker.objects.filter(name="President Xi").update(affiliation="People's Republic of China")
    return claims


def speakers_of(claims: list[Claim]) -> list[str]:
    found = dict(Claim.objects.values_list("pk", "speaker__name"))
    return [found[claim.pk] for claim in claims]


def merge(client: Client, into: str, *names: str) -> str:
    """Merge, and the address that takes it back."""
    answer = client.post(address("speaker-merge"), {"into": into, "name": names})
    assert answer.status_code == 302, answer.content.decode()
    return reverse("claims:undo-revision", args=["china-russia", Revision.objects.latest("pk").uid])


def test_the_list_says_how_many_claims_each_has(
    three: list[Claim], viewer: Membership, sign_in: SignIn
) -> None:
    page = sign_in(viewer).get(address("speaker-list")).content.decode()
    assert page.index("President Xi") < page.index("Xi Jinping")
    assert page.count("1 claim") == 3
    assert "Merge" not in page
    found = sign_in(viewer).get(address("speaker-list", q="republic")).content.decode()
    assert "President Xi" in found
    assert "Xi Jinping" not in found


def test_the_list_is_leafed_by_name(dossier: Dossier, viewer: Membership, sign_in: SignIn) -> None:
    Speaker.objects.bulk_create([Speaker(dossier=dossier, name=f"Minister {n:03}") for n in range(120)])
    answer = sign_in(viewer).get(address("speaker-list"))
    answer = sign_in(viewer).get(address("speaker-list") + answer.context["next"])
    assert [row.name for row in answer.context["rows"]] == [f"Minister {n:03}" for n in range(50, 100)]


def test_a_speaker_is_found_by_another_name(three: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    merge(client, "Xi Jinping", "President Xi")
    answer = client.get(address("speaker-detail", name="President Xi"))
    assert answer["Location"] == address("speaker-detail", name="Xi Jinping")
    page = client.get(answer["Location"]).content.decode()
    assert "President Xi" in page
    assert page.count('data-claim="') == 2
    assert client.get(address("speaker-detail", name="Nobody")).status_code == 404


@pytest.mark.parametrize("name", ["speaker-edit", "speaker-merge", "speaker-alike"])
def test_lesser_roles_get_403(name: str, three: list[Claim], reviewer: Membership, sign_in: SignIn) -> None:
    assert sign_in(reviewer).get(address(name, name="Xi")).status_code == 403


def test_outsider_gets_404(three: list[Claim], outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).get(address("speaker-list")).status_code == 404


class TestMerging:
    def test_it_is_shown_first(self, three: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
        page = sign_in(analyst).get(f"{address('speaker-merge')}?name=Xi&name=Xi+Jinping&name=President+Xi")
        assert "2 claims would move to Xi Jinping" in page.content.decode()
        assert Speaker.objects.count() == 3

    def test_claims_move_and_names_become_aliases(
        self, three: list[Claim], analyst: Membership, sign_in: SignIn
    ) -> None:
        merge(sign_in(analyst), "Xi Jinping", "President Xi", "Xi")
        [speaker] = Speaker.objects.all()
        assert (speaker.name, speaker.affiliation) == ("Xi Jinping", "People's Republic of China")
        assert [alias.name for alias in speaker.aliases.all()] == ["President Xi", "Xi"]
        assert speakers_of(three) == ["Xi Jinping"] * 3
        assert Claim.objects.get(pk=three[1].pk).version == 2

    def test_a_claim_made_under_an_alias_is_the_speakers(
        self, three: list[Claim], analyst: Membership, sign_in: SignIn
    ) -> None:
        merge(sign_in(analyst), "Xi Jinping", "President Xi", "Xi")
        claim = make_claim(three[0].source, by=analyst, speaker=" President  Xi ")
        assert claim.speaker
        assert claim.speaker.name == "Xi Jinping"
        assert Speaker.objects.count() == 1

    def test_undo_brings_back_all_as_it_was(
        self, three: list[Claim], analyst: Membership, sign_in: SignIn
    ) -> None:
        assert three[1].speaker
        SpeakerAlias.objects.create(dossier=three[0].dossier, speaker=three[1].speaker, name="The president")
        before = list(Speaker.objects.order_by("name").values())
        client = sign_in(analyst)
        undo = merge(client, "Xi Jinping", "President Xi", "Xi")
        assert client.post(undo).status_code == 302
        assert list(Speaker.objects.order_by("name").values()) == before
        assert speakers_of(three) == ["Xi Jinping", "President Xi", "Xi"]
        assert list(SpeakerAlias.objects.values_list("name", "speaker__name")) == [
            ("The president", "President Xi")
        ]

    def test_undo_after_later_edits_leaves_what_was_changed_and_names_it(
        self, three: list[Claim], analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        undo = merge(client, "Xi Jinping", "President Xi", "Xi")
        for claim, name in ((three[1], "Li Qiang"), (three[2], "Xi Jinping")):
            current = Claim.objects.get(pk=claim.pk)
            edit_claim(
                current, by=lead, changes={"via": "TASS"}, version=current.version, speaker=name, topics=[]
            )
        page = client.post(undo, follow=True).content.decode()
        assert "left as they are: C-2" in page
        assert speakers_of(three) == ["Xi Jinping", "Li Qiang", "Xi"]
        assert Claim.objects.get(pk=three[2].pk).via == "TASS"

    def test_undo_says_so_when_the_speaker_was_merged_on(
        self, three: list[Claim], analyst: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        first = merge(client, "President Xi", "Xi")
        second = merge(client, "Xi Jinping", "President Xi")
        assert "take that back first" in client.post(first, follow=True).content.decode()
        assert speakers_of(three) == ["Xi Jinping"] * 3
        client.post(second)
        client.post(first)
        assert speakers_of(three) == ["Xi Jinping", "President Xi", "Xi"]

    def test_nobody_else_takes_it_back_and_nobody_twice(
        self, three: list[Claim], analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        undo = merge(sign_in(analyst), "Xi Jinping", "Xi")
        assert "done by someone else" in sign_in(lead).post(undo, follow=True).content.decode()
        assert Speaker.objects.count() == 2
        sign_in(analyst).post(undo)
        assert "taken back already" in sign_in(analyst).post(undo, follow=True).content.decode()

    @pytest.mark.parametrize(
        "sent",
        [{"into": "Xi", "name": ["Nobody"]}, {"into": "Xi", "name": ["Xi"]}, {"into": "", "name": ["Xi"]}],
    )
    def test_what_cannot_be_merged_is_refused(
        self, sent: dict[str, object], three: list[Claim], analyst: Membership, sign_in: SignIn
    ) -> None:
        assert sign_in(analyst).post(address("speaker-merge"), sent).status_code == 422
        assert Speaker.objects.count() == 3


class TestEditing:
    def sent(self, client: Client, who: str, /, **changes: str) -> dict[str, str]:
        form = client.get(address("speaker-edit", name=who)).context["form"]
        return {**form.initial, **changes}

    def test_it_works_and_is_taken_back(
        self, three: list[Claim], analyst: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        sent = self.sent(client, "Xi Jinping", name="Xi  Jin Ping", aliases="Xi Jinping\nChairman Xi\n")
        assert client.post(address("speaker-edit", name="Xi Jinping"), sent).status_code == 302
        speaker = Speaker.objects.get(name="Xi Jin Ping")
        assert [alias.name for alias in speaker.aliases.all()] == ["Chairman Xi", "Xi Jinping"]
        client.post(reverse("claims:undo-revision", args=["china-russia", Revision.objects.latest("pk").uid]))
        speaker.refresh_from_db()
        assert (speaker.name, speaker.aliases.count()) == ("Xi Jinping", 0)

    def test_a_second_editor_sees_both_and_is_asked(
        self, three: list[Claim], analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        client, other = sign_in(analyst), sign_in(lead)
        mine = self.sent(client, "Xi", affiliation="Beijing")
        other.post(
            address("speaker-edit", name="Xi"), self.sent(other, "Xi", name="Xi J.", affiliation="China")
        )
        answer = client.post(address("speaker-edit", name="Xi"), mine)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "Beijing" in page
        assert "China" in page
        assert Speaker.objects.get(name="Xi J.").affiliation == "China"
        again = {**mine, "seen": answer.context["form"]["seen"].value()}
        assert client.post(address("speaker-edit", name="Xi J."), again).status_code == 302
        assert Speaker.objects.get(name="Xi").affiliation == "Beijing"

    def test_one_merged_away_meanwhile_is_said_to_be(
        self, three: list[Claim], analyst: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        sent = self.sent(client, "Xi", affiliation="Beijing")
        merge(client, "Xi Jinping", "Xi")
        answer = client.post(address("speaker-edit", name="Xi"), sent)
        assert answer.status_code == 409
        assert "merged into Xi Jinping" in answer.content.decode()

    @pytest.mark.parametrize("changes", [{"name": "Xi"}, {"aliases": "Xi"}, {"name": ""}, {"seen": "forged"}])
    def test_bad_input_gets_422(
        self, changes: dict[str, str], three: list[Claim], analyst: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(analyst)
        sent = self.sent(client, "Xi Jinping", **changes)
        assert client.post(address("speaker-edit", name="Xi Jinping"), sent).status_code == 422
        assert Speaker.objects.filter(name="Xi Jinping").exists()
        assert not SpeakerAlias.objects.exists()


def test_the_database_keeps_names_and_aliases_apart(three: list[Claim]) -> None:
    speaker, dossier = three[0].speaker, three[0].dossier
    assert speaker
    with pytest.raises(IntegrityError, match="both a speaker and another name"), transaction.atomic():
        SpeakerAlias.objects.create(dossier=dossier, speaker=speaker, name="Xi")
    SpeakerAlias.objects.create(dossier=dossier, speaker=speaker, name="Chairman")
    with pytest.raises(IntegrityError, match="both a speaker and another name"), transaction.atomic():
        Speaker.objects.create(dossier=dossier, name="Chairman")
    with pytest.raises(IntegrityError, match="both a speaker and another name"), transaction.atomic():
        Speaker.objects.filter(name="Xi").update(name="Chairman")


def test_likely_ones_are_offered(three: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    page = sign_in(analyst).get(address("speaker-alike")).content.decode()
    assert "President Xi" in page
    assert "Xi is in both" in page
    other = sign_in(analyst).get(address("speaker-detail", name="Xi Jinping")).content.decode()
    assert "Perhaps the same" in other


@pytest.mark.django_db(transaction=True)
def test_a_claim_typed_under_a_name_that_is_merged_away_at_that_moment_is_the_targets() -> None:

    dossier = make_dossier()
    by = make_member(dossier, "one", "analyst")
    source = make_source(dossier, by=by)
    for name in ("Xi Jinping", "Xi"):
        make_claim(source, by=by, speaker=name)
    quote = "trade had never been better"
    start = source.text.index(quote)
    _, made = while_open(
        lambda: merge_speakers(dossier=dossier, into="Xi Jinping", others=["Xi"], by=by),
        lambda: create_claim(
            source=source,
            by=by,
            start=start,
            end=start + len(quote),
            quote=quote,
            speaker="Xi",
            statement="New.",
        ),
    )
    assert made.speaker.name == "Xi Jinping"
    assert not Claim.objects.exclude(speaker__name="Xi Jinping").exists()
    again = while_open(
        lambda: SpeakerAlias.objects.create(dossier=dossier, speaker=made.speaker, name="Chairman"),
        lambda: speaker_named(dossier, "Chairman", by=by),
    )[1]
    assert again == made.speaker
