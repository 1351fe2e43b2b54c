"""What is said about records goes out with them and comes back; in whose name, and what of it stays hidden."""

import json

import pytest

from claims.actions.comment import edit_comment, take_back_comment, write_comment
from claims.exchange.gainsay import GAINSAY, Refused
from claims.exchange.selection import Selection
from claims.models import Comment, Mention
from sources.models import Dossier, Membership
from tests.claims.exchange.files import bring_in, claim, exported, lines_of, link, source, without_first
from tests.claims.exchange.test_round_trip import there_and_back
from tests.conftest import entered, make_pair, make_review


def test_comments_go_out_and_back_as_the_same_bytes(
    dossier: Dossier, analyst: Membership, lead: Membership, viewer: Membership
) -> None:
    pair = make_pair(dossier, by=analyst)
    make_review(pair, by=lead)
    assert lead.user
    access = entered(lead.user, dossier)
    for record in (pair.from_claim.source, pair.from_claim, pair):
        comment = write_comment(
            access=access, on=record, text="Says “who”?\n\n@viewer — see S-1 \\ and C-2."
        ).comment
    edit_comment(comment, access=access, text="In other words, @viewer.", version=1)
    gone = write_comment(access=access, on=pair, text="A slip.").comment
    take_back_comment(gone, access=access)
    write_comment(access=access, on=pair, text="And another.")
    file = exported(dossier)
    said = {
        line["id"]: line["extra"]["comments"]
        for line in lines_of(file)[1:]
        if "comments" in line.get("extra", {})
    }
    assert [one["text"] for one in said["L-1"]] == ["In other words, @viewer.", "And another."]
    assert list(said["L-1"][0]) == ["text", "by", "at", "edited"]
    assert said.keys() == {"S-1", "C-1", "L-1"}
    assert without_first(there_and_back(file)) == without_first(file)
    again = Dossier.objects.get(slug="again-1")
    bring_in(again, file)
    assert Comment.objects.filter(dossier=again).count() == 4
    assert not Mention.objects.filter(dossier=again).exists(), "nobody there is called so"


def test_comments_in_a_file_mention_members(dossier: Dossier, viewer: Membership) -> None:
    said = [{"text": "@Viewer, @viewer. and @nobody", "by": "mira", "at": None}]
    bring_in(dossier, source(extra={"comments": said, "mine": 1}))
    assert [(one.written, one.person) for one in Mention.objects.order_by("pk")] == [
        ("Viewer", viewer), ("viewer", viewer)
    ]  # fmt: skip
    line = lines_of(exported(dossier))[1]
    assert line["extra"] == {"mine": 1, "comments": said}
    assert Comment.objects.get().by.is_imported  # type: ignore[union-attr]


def test_only_a_lead_speaks_in_a_members_name_or_about_links(
    dossier: Dossier, analyst: Membership, reviewer: Membership
) -> None:
    theirs = [{"text": "So it is.", "by": "reviewer"}]
    own = [{"text": "So it is."}]
    with pytest.raises(Refused) as refused:
        bring_in(dossier, source(comments=theirs), by=analyst, as_lead=False)
    assert "only a lead brings in what “reviewer” made" in str(refused.value)
    two = [claim("1"), claim("2", "trade had never been better")]
    with pytest.raises(Refused) as refused:
        bring_in(dossier, source(), *two, link(comments=own), by=analyst, as_lead=False)
    assert "only a lead brings in what is said about links" in str(refused.value)
    bring_in(dossier, source(comments=own), by=analyst, as_lead=False)
    assert Comment.objects.get().by == analyst
    with pytest.raises(Refused) as refused:
        bring_in(dossier, source("b", "Other.", comments=[{"text": "", "at": "noon", "mood": 1}]))
    assert {problem.field for problem in refused.value.problems} == {
        "comments.text", "comments.at", "comments.mood"
    }  # fmt: skip


def test_what_is_hidden_from_a_reviewer_stays_out_of_her_export(
    dossier: Dossier, analyst: Membership, reviewer: Membership, viewer: Membership
) -> None:
    pair = make_pair(dossier, by=analyst)
    make_review(pair, by=analyst)
    assert analyst.user
    write_comment(access=entered(analyst.user, dossier), on=pair, text="I judged it.")

    def read_by(person: Membership) -> str:
        assert person.user
        access = entered(person.user, dossier)
        chosen = Selection(dossier=dossier, links=Selection.of(dossier).links, access=access)
        return b"".join(GAINSAY.write(chosen)).decode()

    assert json.dumps("I judged it.") in read_by(viewer)
    assert "I judged it." not in read_by(reviewer)
