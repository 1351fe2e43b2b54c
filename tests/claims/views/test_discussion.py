"""Comments on a source, a claim, a link: read, written, changed, taken back; following a record."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from claims.actions.bin import delete_for_good, put_in_bin
from claims.actions.comment import write_comment
from claims.actions.person import join_imported
from claims.discussion import SHOWN, follows
from claims.models import Claim, Comment, Follow, Link, Mention
from claims.wording import pieces
from sources.models import Dossier, Membership, Role, Source
from tests.conftest import entered, make_claim, make_dossier, make_member, make_pair, make_review, make_source

SignIn = Callable[..., Client]
ROOT = "/d/china-russia/"
HERE = f"{ROOT}discussion/C-1/"


@pytest.fixture
def source(dossier: Dossier, analyst: Membership) -> Source:
    return make_source(dossier, by=analyst)


@pytest.fixture
def claim(source: Source, analyst: Membership) -> Claim:
    return make_claim(source, by=analyst)


def say(by: Membership, on: Any, text: str = "I doubt it.") -> Comment:
    assert by.user
    return write_comment(access=entered(by.user, on.dossier), on=on, text=text).comment


def address(comment: Comment, name: str) -> str:
    return reverse(f"claims:comment-{name}", args=["china-russia", comment.uid])


def test_it_works(claim: Claim, reviewer: Membership, lead: Membership, sign_in: SignIn) -> None:
    client = sign_in(reviewer)
    text = "See S-1 and L-99.\nWhat do you think, @lead? And @nobody."
    answer = client.post(HERE, {"text": text, "next": f"{ROOT}claims/1/"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[0][0] == f"{ROOT}claims/1/#discussion"
    assert "Comment on C-1 written. Nobody here is called @nobody, so nobody was told." in page
    assert f'See <a class="num" href="{ROOT}sources/1/">S-1</a> and L-99.\nWhat do you think, ' in page
    assert '<span class="mention" title="@lead">@lead</span>? And @nobody.' in page
    assert Mention.objects.get().person == lead
    assert Comment.objects.get().text == text


def test_htmx_swaps_the_list_in_place(claim: Claim, reviewer: Membership, sign_in: SignIn) -> None:
    client = sign_in(reviewer, htmx=True)
    page = client.post(HERE, {"text": "<b>Bold</b> & plain"}).content.decode()
    assert page.lstrip().startswith('<section class="section discussion" id="discussion"')
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; plain" in page
    assert "Comment on C-1 written." in page
    refused = client.post(HERE, {"text": "  "})
    assert refused.status_code == 422
    assert 'id="discussion"' in refused.content.decode()


@pytest.mark.parametrize(
    ("text", "why"), [("", "This field is required"), ("x" * 10_001, "10000"), ("a\0b", "Null")]
)
def test_a_bad_text_is_refused_with_the_reason(
    claim: Claim, reviewer: Membership, sign_in: SignIn, text: str, why: str
) -> None:
    answer = sign_in(reviewer).post(HERE, {"text": text})
    assert (answer.status_code, Comment.objects.count()) == (422, 0)
    assert why in answer.content.decode()


def test_a_viewer_reads_and_follows_and_does_not_write(
    claim: Claim, viewer: Membership, reviewer: Membership, sign_in: SignIn
) -> None:
    say(reviewer, claim)
    client = sign_in(viewer)
    page = client.get(HERE).content.decode()
    assert "I doubt it." in page
    assert "<textarea" not in page
    assert client.post(HERE, {"text": "Me too."}).status_code == 403
    told = client.post(f"{HERE}follow/", {"on": "1"}, follow=True)
    assert "You follow C-1." in told.content.decode()
    assert "Unfollow C-1" in sign_in(viewer, htmx=True).get(HERE).content.decode()
    client.post(f"{HERE}follow/", {"on": "0"})
    assert Follow.objects.get().on is False


def test_what_is_in_the_bin_is_not_spoken_of(claim: Claim, lead: Membership, sign_in: SignIn) -> None:
    comment = say(lead, claim)
    assert lead.user
    put_in_bin(claim, access=entered(lead.user, claim.dossier))
    client = sign_in(lead)
    for where in (HERE, address(comment, "history"), address(comment, "edit"), f"{ROOT}discussion/X-1/"):
        assert client.get(where).status_code == 404
    delete_for_good(claim)
    assert not Comment.objects.exists()


class TestBlind:
    def test_a_link_one_must_judge_is_neither_read_nor_spoken_of(
        self, dossier: Dossier, analyst: Membership, lead: Membership, reviewer: Membership, sign_in: SignIn
    ) -> None:
        link = make_pair(dossier, by=analyst)
        make_review(link, by=lead)
        comment = say(lead, link, "It contradicts.")
        client = sign_in(reviewer)
        at = f"{ROOT}discussion/L-1/"
        assert "It contradicts." not in client.get(at).content.decode()
        for name in ("history", "edit"):
            assert client.get(address(comment, name)).status_code == 404
        refused = client.post(at, {"text": "My view."})
        assert refused.status_code == 422
        page = refused.content.decode()
        assert "You may still judge L-1" in page
        assert "My view." in page, "her words are kept"
        make_review(link, by=reviewer)
        assert "It contradicts." in client.get(at).content.decode()
        assert client.post(at, {"text": "My view."}).status_code == 302

    def test_whoever_reads_comments_on_a_link_does_not_judge_it_later(
        self, dossier: Dossier, analyst: Membership, lead: Membership, reviewer: Membership, sign_in: SignIn
    ) -> None:
        link = make_pair(dossier, by=analyst)
        for person in (lead, analyst):
            make_review(link, by=person)
        say(lead, link)
        sign_in(reviewer).get(f"{ROOT}discussion/L-1/")
        assert link.disclosures.filter(person=reviewer).exists()


class TestChanging:
    def test_the_author_changes_it_and_its_former_words_stay(
        self, claim: Claim, reviewer: Membership, viewer: Membership, sign_in: SignIn
    ) -> None:
        comment = say(reviewer, claim, "I doubt it.")
        client = sign_in(reviewer)
        assert "I doubt it." in client.get(address(comment, "edit")).content.decode()
        answer = client.post(
            address(comment, "edit"), {"text": "I do not doubt it.", "version": 1}, follow=True
        )
        page = answer.content.decode()
        assert "Comment on C-1 changed." in page
        assert ">edited<" in page
        past = sign_in(viewer).get(address(comment, "history")).content.decode()
        assert "<ins>do not </ins>" in past
        stale = client.post(address(comment, "edit"), {"text": "No.", "version": 1})
        assert stale.status_code == 409
        assert "It reads now:" in stale.content.decode()
        assert client.post(address(comment, "edit"), {"text": "", "version": 2}).status_code == 422
        client.post(reverse("claims:undo-revision", args=["china-russia", answer_uid(reviewer)]))
        comment.refresh_from_db()
        assert (comment.text, comment.edited_at) == ("I doubt it.", None)

    def test_she_takes_it_back_and_brings_it_again(
        self, claim: Claim, reviewer: Membership, sign_in: SignIn
    ) -> None:
        comment = say(reviewer, claim)
        client = sign_in(reviewer)
        client.post(address(comment, "take-back"))
        assert "I doubt it." not in client.get(HERE).content.decode()
        assert client.post(address(comment, "take-back")).status_code == 404
        client.post(reverse("claims:undo-revision", args=["china-russia", answer_uid(reviewer)]))
        assert "I doubt it." in client.get(HERE).content.decode()

    def test_another_may_not_and_a_lead_may_remove_it(
        self, claim: Claim, reviewer: Membership, analyst: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        comment = say(reviewer, claim)
        for name in ("edit", "take-back"):
            answer = sign_in(analyst).post(address(comment, name), {"text": "So.", "version": 1}, follow=True)
            assert "written by someone else" in answer.content.decode()
        sign_in(lead).post(address(comment, "edit"), {"text": "So.", "version": 1})
        comment.refresh_from_db()
        assert (comment.text, comment.gone_at) == ("I doubt it.", None)
        told = sign_in(lead).post(address(comment, "take-back"), follow=True)
        assert "Comment on C-1 removed." in told.content.decode()
        comment.refresh_from_db()
        assert comment.gone_by == lead


def answer_uid(person: Membership) -> Any:
    """What this person did last."""
    return person.dossier.revisions.filter(by=person).order_by("-pk").values_list("uid", flat=True)[0]


def test_many_are_shown_from_the_latest_on(claim: Claim, reviewer: Membership, sign_in: SignIn) -> None:
    rows = [
        Comment(dossier=claim.dossier, claim=claim, text=f"Word {n}.", by=reviewer) for n in range(SHOWN + 5)
    ]
    Comment.objects.bulk_create(rows)
    client = sign_in(reviewer)
    page = client.get(HERE).content.decode()
    assert ("Word 4." in page, "Word 5." in page) == (False, True)
    earlier = client.get(HERE, {"before": str(rows[5].uid)}).content.decode()
    assert ("Word 4." in earlier, "Word 5." in earlier) == (True, False)
    assert client.get(HERE, {"before": "nothing"}).status_code == 404


def test_a_joined_person_keeps_what_she_said(claim: Claim, reviewer: Membership, lead: Membership) -> None:
    mira = make_member(claim.dossier, "Mira")
    Comment.objects.create(dossier=claim.dossier, claim=claim, text="So.", by=mira)
    assert lead.user
    join_imported(mira, to=reviewer, access=entered(lead.user, claim.dossier))
    assert Comment.objects.get().by == reviewer
    assert follows(entered(reviewer.user, claim.dossier), claim)  # type: ignore[arg-type]


def refused(sql: str, *parameters: Any) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def test_the_database_itself_holds_what_a_comment_is(claim: Claim, reviewer: Membership) -> None:
    say(reviewer, claim)
    other = make_dossier("other")
    foreign = make_claim(
        make_source(other, by=make_member(other, "ann", Role.ANALYST)), by=other.people.get()
    )
    insert = (
        "INSERT INTO claims_comment (uid, dossier_id, source_id, claim_id, text, version, by_id) "
        "VALUES (gen_random_uuid(), %s, %s, %s, %s, 1, %s)"
    )
    own = (claim.dossier_id, None, claim.pk, "Words.", reviewer.pk)
    for place, wrong in (
        (1, claim.source_id),
        (2, None),
        (2, foreign.pk),
        (3, ""),
        (4, other.people.get().pk),
    ):
        refused(insert, *own[:place], wrong, *own[place + 1 :])
    refused("UPDATE claims_comment SET claim_id = NULL, source_id = %s", claim.source_id)
    refused("TRUNCATE claims_comment CASCADE")
    refused("UPDATE claims_commentevent SET text = 'otherwise'")
    refused(
        "INSERT INTO claims_mention (dossier_id, comment_id, person_id, written) "
        "SELECT %s, id, %s, 'x' FROM claims_comment",
        claim.dossier_id,
        other.people.get().pk,
    )


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("S-1, C-12.", ["S-1", ", C-12."]),
        ("(S-1)", ["(", "S-1", ")"]),
        ("XS-1 S-1x S-1-2 S-01", ["XS-1 S-1x S-1-2 S-01"]),
        ("@ann.", ["@ann", "."]),
        ("mail ann@ann or a@b", ["mail ann@ann or a@b"]),
        ("@ann, @bob", ["@ann", ", @bob"]),
    ],
)
def test_a_text_is_cut_at_what_it_refers_to(text: str, cut: list[str]) -> None:
    found = list(pieces(text, known={"S-1"}, people={"ann"}))
    assert [piece.text for piece in found] == cut
    assert "".join(piece.text for piece in found) == text


def test_wrong_methods_are_refused(claim: Claim, reviewer: Membership, sign_in: SignIn) -> None:
    comment = say(reviewer, claim)
    client = sign_in(reviewer)
    for where in (f"{HERE}follow/", address(comment, "take-back"), f"{ROOT}news/seen/"):
        assert client.get(where).status_code == 405
    for where in (address(comment, "history"), f"{ROOT}news/"):
        assert client.post(where).status_code == 405


def test_a_link_is_spoken_of_by_whoever_settled_it(
    dossier: Dossier, analyst: Membership, lead: Membership
) -> None:
    link = make_pair(dossier, by=analyst)
    make_review(link, by=lead)
    say(lead, link)
    assert Link.objects.filter(comments__by=lead).get() == link
