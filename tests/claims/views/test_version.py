"""A new version from the browser: brought, looked through, confirmed, taken back; and the pages that tell of it."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from claims.actions.version import create_version
from claims.models import Anchoring, Claim, Disclosure
from sources.models import Dossier, Draft, Membership, Source, User
from tests.conftest import TEXT, make_claim, make_link, make_member, make_review, make_source

SignIn = Callable[..., Client]
OLD, NEW = "/d/china-russia/sources/1/", "/d/china-russia/sources/2/"
CREATE, CONFIRM = f"{OLD}version/", f"{OLD}version/confirm/"
KEPT, FIGURE = "trade had never been better", "a rise of nine per cent"
REVISED = "Correction of 3 May. " + TEXT.replace("nine per cent", "ten per cent")


@pytest.fixture
def source(dossier: Dossier, analyst: Membership) -> Source:
    return make_source(dossier, by=analyst, outlet="Xinhua", published="2024-05-01")


@pytest.fixture
def claims(source: Source, analyst: Membership) -> list[Claim]:
    return [make_claim(source, words, by=analyst) for words in (KEPT, FIGURE)]


@pytest.fixture
def new(source: Source, claims: list[Claim], analyst: Membership) -> Source:
    return create_version(source=source, by=analyst, text=REVISED)[0]


def test_it_works(claims: list[Claim], analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    assertContains(client.get(CREATE), "The new text")
    assertRedirects(client.post(CREATE, {"text": REVISED}), CONFIRM, fetch_redirect_response=False)
    page = client.get(CONFIRM)
    assertContains(page, "1 of 2 claims would be carried over. 1 could not be")
    assertContains(page, "<del>nine</del>", html=True)
    assertContains(page, "<ins>ten</ins>", html=True)
    assertContains(page, 'value="Xinhua"')
    assert not Anchoring.objects.exists()
    draft = Draft.objects.get()
    prefix = f"draft-{draft.pk}-"
    typed = {
        f"{prefix}{name}": value for name, value in {"title": "Corrected", "published": "2024-05-03"}.items()
    }
    answer = client.post(CONFIRM, typed, follow=True)
    assert answer.redirect_chain[-1][0] == "/d/china-russia/orphans/?version=2"
    assertContains(answer, "S-2 is the new version of S-1. 1 claim carried over; 1 could not be")
    assertContains(answer, f'action="{NEW}version/undo/"')
    made = Source.objects.get(number=2)
    assert (made.title, made.published, made.replaces_id) == ("Corrected", "2024-05-03", claims[0].source_id)
    assert not Draft.objects.exists()
    assertRedirects(client.post(CONFIRM, typed), OLD, fetch_redirect_response=False)


def test_a_file_will_do(source: Source, analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    client.post(CREATE, {"file": SimpleUploadedFile("new.txt", REVISED.encode())})
    assertContains(client.get(CONFIRM), "No claims rest on S-1 yet")
    draft = Draft.objects.get()
    client.post(CONFIRM, {f"draft-{draft.pk}-title": "A report", f"draft-{draft.pk}-encoding": "utf-8"})
    made = Source.objects.get(number=2)
    assert made.text == REVISED
    assert made.original is not None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Paste the new text, or choose one file."),
        ({"text": TEXT}, "This text is here already"),
        ({"text": "a\0b"}, "NUL"),
    ],
    ids=["nothing", "the same", "no text"],
)
def test_bad_input_is_refused(
    source: Source, analyst: Membership, sign_in: SignIn, data: dict[str, str], said: str
) -> None:
    assertContains(sign_in(analyst).post(CREATE, data), said, status_code=422)
    assert not Draft.objects.exists()


def test_left_out_and_taken_up_again(source: Source, analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    client.post(CREATE, {"text": REVISED})
    assertContains(client.get(CREATE), "waits for you")
    answer = client.post(CONFIRM, {"drop": "1"}, follow=True)
    assertContains(answer, "The new text was left out.")
    assertRedirects(client.get(CONFIRM), OLD, fetch_redirect_response=False)
    client.post(reverse("sources:import-undrop", args=["china-russia"]))
    assert Draft.objects.waiting().exists()


def test_nobody_confirms_another_persons_draft(
    source: Source, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    sign_in(analyst).post(CREATE, {"text": REVISED})
    assertRedirects(sign_in(lead).post(CONFIRM), OLD, fetch_redirect_response=False)
    assert Source.objects.count() == 1


def test_two_confirm_at_once_and_the_second_is_told(
    source: Source, analyst: Membership, lead: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    client.post(CREATE, {"text": REVISED})
    create_version(source=source, by=lead, text="Another. " + REVISED)
    answer = client.post(CONFIRM, {f"draft-{Draft.objects.get().pk}-title": "Mine"})
    assertContains(answer, "This source has a newer version already.", status_code=422)
    assert Draft.objects.get().title == "Mine"


def test_a_replaced_source_gets_no_second(new: Source, analyst: Membership, sign_in: SignIn) -> None:
    client = sign_in(analyst)
    assertContains(client.get(CREATE), "S-2 is the new version of S-1 already")
    assertContains(client.post(CREATE, {"text": "More."}), "S-2 is the new version", status_code=422)


def test_roles(
    source: Source, viewer: Membership, reviewer: Membership, outsider: User, sign_in: SignIn
) -> None:
    for address in (CREATE, CONFIRM, "/d/china-russia/orphans/"):
        for person in (viewer, reviewer):
            assert sign_in(person).get(address).status_code == 403
        assert sign_in(outsider).get(address).status_code == 404


def test_the_undo_takes_it_back(
    new: Source, claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    answer = client.post(f"{NEW}version/undo/", follow=True)
    assert answer.redirect_chain[-1][0] == OLD
    assertContains(answer, "S-2 put in the bin; its claims are back in S-1.")
    assert Claim.objects.filter(source=claims[0].source_id).count() == 2
    client.post("/d/china-russia/bin/S-2/restore/")
    assert Claim.objects.get(pk=claims[0].pk).source_id == new.pk


def test_the_undo_says_why_not(new: Source, analyst: Membership, sign_in: SignIn) -> None:
    make_claim(new, "Correction of 3 May", by=analyst)
    client = sign_in(analyst)
    assertContains(client.post(f"{NEW}version/undo/", follow=True), "A claim was made in S-2 since.")
    assertContains(client.post(f"{OLD}version/undo/", follow=True), "is no new version")


# What pages tell of versions.


def test_the_old_version_stays_readable_with_its_marks(
    new: Source, claims: list[Claim], viewer: Membership, sign_in: SignIn
) -> None:
    page = sign_in(viewer).get(OLD)
    assertContains(page, "is the newest version of this text")
    assertContains(page, f'data-claims="{claims[0].number}"')
    assertContains(page, f'data-claims="{claims[1].number}"')
    assertContains(page, f'stands in <a class="num" href="{NEW}#C-1">S-2</a> now')
    assertContains(page, "1 orphan")
    assertNotContains(page, "Decide on")
    page = sign_in(viewer).get(NEW)
    assertNotContains(page, "is the newest version of this text")
    assertContains(page, "/d/china-russia/sources/1/compare/2/")


def test_a_source_without_versions_says_nothing_of_them(
    source: Source, viewer: Membership, sign_in: SignIn
) -> None:
    assertNotContains(sign_in(viewer).get(OLD), "Versions of this source")


def test_marking_an_old_version_leads_to_the_newest(
    new: Source, analyst: Membership, sign_in: SignIn
) -> None:
    typed = {"words": "The ministry denied", "statement": "It was denied."}
    answer = sign_in(analyst).post(f"{OLD}claims/", typed, follow=True)
    assert answer.redirect_chain[-1][0] == f"{NEW}#C-3"
    assertContains(answer, "S-2, the newer version, has its words too: it rests there.")
    answer = sign_in(analyst, htmx=True).post(f"{OLD}claims/", {**typed, "statement": "Again."})
    assert answer["HX-Redirect"] == f"{NEW}#C-4"


def test_a_second_click_in_an_old_version_makes_no_second_claim(
    new: Source, analyst: Membership, sign_in: SignIn
) -> None:
    typed = {"words": "The ministry denied", "statement": "It was denied."}
    for _ in range(2):
        answer = sign_in(analyst).post(f"{OLD}claims/", typed)
    assert answer.status_code == 422
    assertContains(answer, "C-3 states this of these words already", status_code=422)
    assert not Claim.objects.filter(number=4).exists()


def test_a_claims_page_tells_where_it_stood(
    new: Source, claims: list[Claim], analyst: Membership, sign_in: SignIn
) -> None:
    client = sign_in(analyst)
    page = client.get("/d/china-russia/claims/1/")
    assertContains(
        page, f'Stood in <a class="num" href="{OLD}#C-1">S-1</a> at character {claims[0].start + 1}'
    )
    assertContains(page, "word for word")
    assertContains(client.get("/d/china-russia/claims/2/"), "no longer has its words")


def test_lists_show_the_newest_versions_unless_asked(
    new: Source, viewer: Membership, sign_in: SignIn
) -> None:
    client, row = sign_in(viewer), f'<a class="num" href="{OLD}">S-1</a>'
    assertNotContains(client.get("/d/china-russia/sources/"), row)
    assertContains(client.get("/d/china-russia/sources/?versions=all"), row)


def test_the_front_page_counts_orphans_for_those_who_decide(
    new: Source, analyst: Membership, viewer: Membership, sign_in: SignIn
) -> None:
    assertContains(sign_in(analyst).get("/d/china-russia/"), "/d/china-russia/orphans/")
    assertNotContains(sign_in(viewer).get("/d/china-russia/"), "/d/china-russia/orphans/")


def test_tallies_beside_an_old_version_are_recorded_as_shown(
    dossier: Dossier, source: Source, analyst: Membership, reviewer: Membership, sign_in: SignIn
) -> None:
    claim = make_claim(source, KEPT, by=analyst)
    link = make_link(
        claim, make_claim(make_source(dossier, "Other words.", by=analyst), "Other", by=analyst), by=analyst
    )
    for name in ("mira", "tomas"):
        make_review(link, by=make_member(dossier, name, "reviewer"))
    create_version(source=source, by=analyst, text=REVISED)
    link.refresh_from_db()
    assert link.state == "settled"
    sign_in(reviewer).get(OLD)
    assert Disclosure.objects.filter(link=link, person=reviewer).exists()
