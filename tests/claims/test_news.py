"""What is new to whom: what others did, for her first; nothing lost by marking, nothing told too early."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.actions.comment import edit_comment, follow, take_back_comment, write_comment
from claims.actions.visit import mark_seen
from claims.digest import send_digest, send_digests
from claims.models import Claim, Comment, Happening, Link, Visit
from claims.news import (
    KINDS,
    count_for,
    count_kept_for,
    group_of,
    happenings,
    horizon_of,
    news_for,
    visits_of,
)
from claims.tasks import send_daily_mail
from sources.actions.member import remove_member
from sources.models import Dossier, Membership, Record, Source, User
from tests.conftest import (
    entered,
    make_claim,
    make_dossier,
    make_link,
    make_member,
    make_pair,
    make_review,
    make_source,
)

SignIn = Callable[..., Client]
NEWS = "/d/china-russia/news/"
DAY = date(2026, 3, 1)


def inside(person: Membership) -> Any:
    assert person.user
    return entered(person.user, person.dossier)


def say(by: Membership, on: Record, text: str = "I doubt it.") -> Comment:
    return write_comment(access=inside(by), on=on, text=text).comment


def told(person: Membership) -> tuple[list[str], dict[str, list[str]]]:
    """What is for this person, and the rest by kind: the records cited."""
    access = inside(person)
    mine, _, groups = news_for(access, visits_of(access))
    return [item.record.cited for item in mine], {
        group.kind.name: [item.record.cited for item in group.items] for group in groups
    }


def look(person: Membership) -> None:
    access = inside(person)
    mark_seen(access=access, horizon=horizon_of(access, visits_of(access)))


@pytest.fixture
def link(dossier: Dossier, analyst: Membership) -> Link:
    return make_pair(dossier, by=analyst)


class TestWhatIsNew:
    def test_what_others_did_by_kind_and_nothing_of_her_own(
        self, link: Link, analyst: Membership, viewer: Membership, reviewer: Membership
    ) -> None:
        say(reviewer, link.from_claim)
        new = make_source(link.dossier, "It rose.", by=analyst, replaces=link.to_claim.source)
        assert told(viewer) == (
            [],
            {"comments": ["C-1"], "versions": ["S-3"], "sources": ["S-2", "S-1"],
             "claims": ["C-2", "C-1"], "links": ["L-1"]},
        )  # fmt: skip
        assert told(analyst) == (["C-1"], {}), "she made all else, and so follows it"
        look(viewer)
        assert told(viewer) == ([], {})
        make_claim(new, "It rose", by=analyst)
        assert told(viewer) == ([], {"claims": ["C-3"]})

    def test_mentioned_and_followed_come_first(
        self, link: Link, viewer: Membership, reviewer: Membership, analyst: Membership
    ) -> None:
        look(viewer)
        say(reviewer, link.from_claim, "Look at this, @viewer.")
        say(reviewer, link.from_claim.source)
        assert told(viewer) == (["C-1"], {"comments": ["S-1"]})
        assert count_for(inside(viewer)) == 1
        follow(access=inside(viewer), record=link.from_claim.source, on=True)
        assert told(viewer)[0] == ["S-1", "C-1"]
        make_claim(link.from_claim.source, by=analyst)
        other = make_claim(link.from_claim.source, "Officials said", by=analyst)
        follow(access=inside(viewer), record=link.from_claim, on=True)
        make_link(link.from_claim, other, by=analyst)
        assert told(viewer)[0] == ["S-1", "C-1", "C-4", "C-3", "L-2"]

    def test_who_made_or_commented_follows_until_she_says_no(
        self, link: Link, analyst: Membership, reviewer: Membership, lead: Membership
    ) -> None:
        claim = link.from_claim
        say(reviewer, claim)
        look(reviewer)
        look(analyst)
        say(lead, claim)
        assert (told(analyst)[0], told(reviewer)[0]) == (["C-1"], ["C-1"])
        for person in (analyst, reviewer):
            follow(access=inside(person), record=claim, on=False)
        say(reviewer, claim, "Still.")
        assert told(reviewer) == ([], {"comments": ["C-1"]})
        assert told(analyst)[0] == []

    def test_what_is_taken_back_or_binned_is_no_news(
        self, link: Link, viewer: Membership, reviewer: Membership, lead: Membership
    ) -> None:
        look(viewer)
        comment = say(reviewer, link.from_claim)
        say(reviewer, link.to_claim)
        take_back_comment(comment, access=inside(lead))
        Claim.objects.filter(pk=link.to_claim_id).update(binned_at="2026-01-01T00:00Z")
        assert told(viewer) == ([], {})

    def test_an_edit_tells_whom_it_mentions_anew_and_nobody_else(
        self, link: Link, viewer: Membership, reviewer: Membership, lead: Membership
    ) -> None:
        comment = say(reviewer, link.from_claim, "Hm, @lead.")
        look(viewer)
        look(lead)
        edit_comment(comment, access=inside(reviewer), text="Hm, @lead and @viewer.", version=1)
        assert told(viewer)[0] == ["C-1"]
        assert "comments" not in told(lead)[1]
        assert Happening.objects.filter(kind="mention").count() == 1

    def test_a_link_is_news_when_it_settles(
        self, link: Link, viewer: Membership, reviewer: Membership, lead: Membership, analyst: Membership
    ) -> None:
        for person in (viewer, lead, analyst):
            look(person)
        make_review(link, by=reviewer)
        assert told(viewer) == ([], {})
        make_review(link, by=lead)
        assert told(viewer) == ([], {"settled": ["L-1"]})
        assert told(analyst)[0] == ["L-1"], "she proposed it"
        assert told(lead) == ([], {}), "she settled it herself"


class TestBlind:
    def test_what_is_said_of_a_link_is_news_once_one_has_judged_it_though_all_was_marked_as_seen(
        self, link: Link, reviewer: Membership, lead: Membership, viewer: Membership
    ) -> None:
        make_review(link, by=lead)
        say(lead, link, "It contradicts, @reviewer.")
        assert told(viewer)[1]["comments"] == ["L-1"]
        assert told(reviewer)[0] == []
        assert count_for(inside(reviewer)) == 0
        assert "comments" not in told(reviewer)[1]
        look(reviewer)
        say(lead, link, "Really.")
        look(reviewer)
        assert told(reviewer) == ([], {})
        make_review(link, by=reviewer)
        assert told(reviewer) == (["L-1"], {"comments": ["L-1"]})
        assert count_for(inside(reviewer)) == 1
        look(reviewer)
        assert told(reviewer) == ([], {})

    def test_mail_tells_nothing_of_it_either(
        self, link: Link, reviewer: Membership, lead: Membership, analyst: Membership
    ) -> None:
        make_review(link, by=lead)
        say(lead, link, "Zanzibar, @reviewer.")
        wants_mail(reviewer)
        send_digests(DAY)
        assert "Zanzibar" not in str(mail.outbox[0].body)
        make_review(link, by=reviewer)
        send_digests(date(2026, 3, 2))
        assert "Zanzibar" in str(mail.outbox[1].body)


class TestHome:
    def test_it_counts_what_mentions_her_and_nothing_that_is_hidden(
        self, link: Link, reviewer: Membership, lead: Membership, sign_in: SignIn
    ) -> None:
        def shown() -> str:
            return sign_in(reviewer).get("/").content.decode()

        make_review(link, by=lead)
        say(lead, link, "@reviewer, it contradicts.")
        assert "new mention" not in shown()
        say(lead, link.from_claim, "@reviewer")
        assert "1 new mention of you" in shown()
        make_review(link, by=reviewer)
        assert "2 new mentions of you" in shown()
        look(reviewer)
        assert "new mention" not in shown()


class TestMarking:
    def test_it_marks_what_the_page_told_and_is_undone(
        self, link: Link, viewer: Membership, reviewer: Membership, sign_in: SignIn
    ) -> None:
        client = sign_in(viewer)
        say(reviewer, link.from_claim, "@viewer: look.")
        page = client.get(NEWS)
        assert '>1<span class="sr-only"> for you</span>' in page.content.decode()
        say(reviewer, link.to_claim, "Later.")
        marked = client.post(f"{NEWS}seen/", {"upto": page.context["upto"]}, follow=True)
        assert "All that was new is marked as seen." in marked.content.decode()
        assert told(viewer) == ([], {"comments": ["C-2"]})
        old = page.context["upto"]
        client.post(f"{NEWS}seen/", {"upto": marked.context["upto"]})
        client.post(f"{NEWS}seen/", {"upto": old})
        assert told(viewer) == ([], {}), "an older page takes nothing back"
        again = client.post(f"{NEWS}unseen/1/", follow=True)
        assert "You have marked more as seen since" in again.content.decode()
        client.post(f"{NEWS}unseen/3/")
        assert told(viewer) == ([], {})
        client.post(f"{NEWS}seen/", {"upto": client.get(NEWS).context["upto"]})
        say(reviewer, link.to_claim, "Latest.")
        client.post(f"{NEWS}seen/", {"upto": client.get(NEWS).context["upto"]})
        client.post(f"{NEWS}unseen/5/")
        assert told(viewer) == ([], {"comments": ["C-2"]})

    def test_another_persons_page_or_none_marks_nothing(
        self, link: Link, viewer: Membership, reviewer: Membership, sign_in: SignIn
    ) -> None:
        theirs = sign_in(reviewer).get(NEWS).context["upto"]
        for upto in (theirs, "", "forged"):
            answer = sign_in(viewer).post(f"{NEWS}seen/", {"upto": upto}, follow=True)
            assert "Nothing was marked" in answer.content.decode()
        assert not Visit.objects.exists()

    def test_a_kind_is_leafed_through_and_no_other_is_there(
        self, dossier: Dossier, analyst: Membership, viewer: Membership, sign_in: SignIn
    ) -> None:
        for n in range(3):
            make_source(dossier, f"Text {n}.", by=analyst)
        sources = next(kind for kind in KINDS if kind.name == "sources")
        page = group_of(inside(viewer), sources, [], limit=2)
        assert ([item.record.number for item in page.items], page.more) == ([3, 2], True)
        rest = group_of(inside(viewer), sources, [], limit=2, before=page.items[-1].place)
        assert ([item.record.number for item in rest.items], rest.more) == ([1], False)
        client = sign_in(viewer)
        assert client.get(NEWS, {"only": "sources", "before": "2"}).status_code == 200
        assert client.get(NEWS, {"only": "secrets"}).status_code == 404
        assert client.get(NEWS, {"only": "sources", "before": "x"}).status_code == 404
        claim = make_claim(make_source(dossier, by=analyst), by=analyst)
        comments = [say(analyst, claim, f"Number {n}.") for n in range(3)]
        older = client.get(NEWS, {"only": "comments", "before": str(comments[1].uid)}).content.decode()
        assert [f"Number {n}." in older for n in range(3)] == [True, False, False]
        for wrong in ("1", "00000000-0000-4000-8000-000000000000"):
            assert client.get(NEWS, {"only": "comments", "before": wrong}).status_code == 404
        assert client.get(NEWS, {"only": "settled", "before": "9"}).status_code == 404


@contextmanager
def elsewhere() -> Iterator[psycopg.Connection]:
    parameters = connection.get_connection_params()
    with psycopg.connect(
        **{key: parameters[key] for key in ("host", "port", "dbname", "user") if key in parameters}
    ) as other:
        yield other


@pytest.mark.django_db(transaction=True)
def test_what_commits_after_one_has_marked_is_new_though_it_began_before() -> None:
    dossier = make_dossier()
    analyst = make_member(dossier, "analyst", "analyst")
    viewer = make_member(dossier, "viewer", "viewer")
    claim = make_claim(make_source(dossier, by=analyst), by=analyst)
    say(analyst, claim, "First.")
    insert = (
        "INSERT INTO claims_comment (uid, dossier_id, claim_id, text, version, by_id, at) "
        "VALUES (gen_random_uuid(), %s, %s, 'Slow.', 1, %s, now())"
    )
    with elsewhere() as other:
        other.execute(insert, [dossier.pk, claim.pk, analyst.pk])
        say(analyst, claim, "Quick.")
        look(viewer)
        other.commit()
    access = inside(viewer)
    new = happenings(access, visits_of(access))
    assert list(new.values_list("comment__text", flat=True)) == ["Slow."]
    look(viewer)
    assert not happenings(access, visits_of(access)).exists()


def wants_mail(person: Membership, **fields: Any) -> None:
    User.objects.filter(pk=person.user_id).update(
        digest=True, email=f"{person.name}@example.org", digest_from="http://testserver:8000", **fields
    )


class TestDailyMail:
    def test_it_goes_once_a_day_to_whoever_asked_and_has_news(
        self, link: Link, viewer: Membership, reviewer: Membership
    ) -> None:
        wants_mail(viewer)
        comment = say(reviewer, link.from_claim, "Look & see “this”, @viewer.")
        send_daily_mail(timestamp=1_772_341_500)
        assert send_digests(DAY) == 0, "a job that ran twice sends once"
        (sent,) = mail.outbox
        assert (sent.to, sent.subject) == (["viewer@example.org"], "News of China and Russia: 1 for you")
        body = str(sent.body)
        assert "* C-1, reviewer: comment\n  Look & see “this”, @viewer.\n" in body
        assert "http://testserver:8000/d/china-russia/claims/1/#discussion" in body
        assert "New sources: 2" in body
        assert "http://testserver:8000/accounts/digest/stop/" in body
        assert send_digests(date(2026, 3, 2)) == 0, "what was mailed is not mailed again"
        take_back_comment(comment, access=inside(reviewer))
        say(reviewer, link.from_claim, "Now.")
        look(viewer)
        assert send_digests(date(2026, 3, 2)) == 0, "nor what was seen on the page"
        say(reviewer, link.from_claim, "And now.")
        assert send_digests(date(2026, 3, 2)) == 1
        assert "And now." in str(mail.outbox[1].body)

    def test_nobody_is_mailed_who_may_not_or_would_not(
        self, link: Link, viewer: Membership, reviewer: Membership, lead: Membership, analyst: Membership
    ) -> None:
        say(reviewer, link.from_claim, "@viewer, @lead, @analyst")
        wants_mail(viewer)
        remove_member(viewer, access=inside(lead))
        wants_mail(lead, is_active=False)
        wants_mail(analyst)
        User.objects.filter(pk=analyst.user_id).update(email="")
        assert send_digests(DAY) == 0
        assert mail.outbox == []

    def test_what_the_server_refuses_goes_the_next_hour_and_stops_no_other(
        self, link: Link, viewer: Membership, reviewer: Membership, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wants_mail(viewer)
        wants_mail(reviewer)
        send = EmailBackend.send_messages

        def refuse(self: EmailBackend, messages: Any) -> Any:
            if messages[0].to == ["viewer@example.org"]:
                raise OSError("no route")
            return send(self, messages)

        monkeypatch.setattr(EmailBackend, "send_messages", refuse)
        assert send_digests(DAY) == 1
        monkeypatch.undo()
        assert send_digests(DAY) == 1
        assert sorted(sent.to[0] for sent in mail.outbox) == ["reviewer@example.org", "viewer@example.org"]

    def test_of_two_workers_one_sends_it(self, link: Link, viewer: Membership) -> None:
        wants_mail(viewer)
        assert viewer.user_id
        assert (send_digest(viewer.user_id, DAY), send_digest(viewer.user_id, DAY)) == (True, False)

    def test_it_is_asked_for_and_stopped_on_pages(self, viewer: Membership, sign_in: SignIn) -> None:
        client = sign_in(viewer)
        given = {"first_name": "", "last_name": "", "email": "", "digest": "on"}
        refused = client.post("/accounts/profile/", given)
        assert refused.status_code == 422
        assert "Give an e-mail address too" in refused.content.decode()
        User.objects.filter(pk=viewer.user_id).update(email="v@example.org")
        client.post("/accounts/profile/", {**given, "email": "v@example.org"})
        user = User.objects.get(pk=viewer.user_id)
        assert (user.digest, user.digest_from) == (True, "http://testserver")
        assert "Send me no more of it" in client.get("/accounts/digest/stop/").content.decode()
        client.post("/accounts/digest/stop/")
        assert not User.objects.get(pk=viewer.user_id).digest


def test_a_source_without_text_is_enough(dossier: Dossier, analyst: Membership, viewer: Membership) -> None:
    source = make_source(dossier, by=analyst)
    say(analyst, Source.objects.without_text().get(pk=source.pk), "Of a text.")
    assert told(viewer)[1]["comments"] == ["S-1"]


def test_the_figure_on_every_page_is_kept_until_she_marks_the_news_as_seen(
    link: Link, viewer: Membership, reviewer: Membership, settings: LazySettings
) -> None:
    settings.NEWS_KEPT = 20.0
    look(viewer)
    say(reviewer, link.from_claim, "Look at this, @viewer.")
    assert count_kept_for(inside(viewer)) == 1
    say(reviewer, link.from_claim, "And at this, @viewer.")
    with CaptureQueriesContext(connection) as asked:
        assert count_kept_for(inside(viewer)) == 1
    assert not any("claims_mention" in query["sql"] for query in asked)
    look(viewer)
    assert count_kept_for(inside(viewer)) == 0
