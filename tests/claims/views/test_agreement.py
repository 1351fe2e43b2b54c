"""The page of agreement figures, its table, and what a lead who must still judge may learn from them: nothing."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from claims.actions.review import undo_verdict
from claims.models import Disclosure, Link, Review, Topic
from sources.models import Dossier, Membership, User
from tests.conftest import entered, make_member, make_pair, make_review, make_user

SignIn = Callable[..., Client]
PAGE = "/d/china-russia/review/agreement/"
EXPORT = f"{PAGE}export/"


@pytest.fixture
def judged(dossier: Dossier, analyst: Membership, reviewer: Membership) -> list[Link]:
    """Four settled or disputed links by two reviewers: agreed, agreed, apart, and one with one review of two."""
    Dossier.objects.update(reviews_needed=2)
    other = make_member(dossier, "=other")
    kinds = ("contradicts", "supports", "contradicts", "neither")
    links = [make_pair(dossier, by=analyst, kind=kind) for kind in kinds]
    said = [
        ("contradicts", "contradicts"),
        ("supports", "supports"),
        ("contradicts", "neither"),
        ("neither",),
    ]
    for link, verdicts in zip(links, said, strict=True):
        for person, verdict in zip((reviewer, other), verdicts, strict=False):
            make_review(link, by=person, verdict=verdict)
    return links


def figures(client: Client, query: str = "") -> Any:
    return client.get(PAGE + query).context["survey"]


def test_it_works(judged: list[Link], lead: Membership, sign_in: SignIn) -> None:
    page = sign_in(lead).get(PAGE)
    assert page.status_code == 200
    survey = page.context["survey"]
    assert survey.overall.links_used == 2
    assert survey.overall.dropped == {"you have yet to review them": 2}
    assert [part.figures.links_used for part in survey.by_kind] == [1, 1, 0]
    assert [(pair.one, pair.other, pair.figures.links_used) for pair in survey.by_pair] == [
        ("=other", "reviewer", 2)
    ]
    assert "Krippendorff" in page.content.decode()
    assert 'style="' not in page.content.decode()


def test_a_lead_who_has_judged_sees_more_and_forfeits_her_undo(
    judged: list[Link], lead: Membership, sign_in: SignIn
) -> None:
    apart = judged[2]
    Disclosure.objects.create(dossier=apart.dossier, link=apart, person=lead, round=1)
    make_review(judged[3], by=lead, verdict="neither")
    client = sign_in(lead)
    overall = figures(client).overall
    assert overall.links_used == 4
    assert overall.raw_agreement.value == pytest.approx(3 / 4)
    with pytest.raises(Exception, match="only adjudication changes it"):
        undo_verdict(link=judged[3], by=lead)


def test_what_a_blind_lead_sees_does_not_depend_on_hidden_reviews(
    judged: list[Link], lead: Membership, sign_in: SignIn
) -> None:
    client = sign_in(lead)
    queries = ["", "?kind=neither", "?kind=contradicts&unchanged=on", "?period=2020", "?step=week"]
    before = [figures(client, query).overall for query in queries]
    shown = list(Disclosure.objects.filter(person=lead).values_list("link", flat=True))
    assert sorted(shown) == sorted(link.pk for link in judged[:2])
    Review.objects.filter(link__in=judged[2:]).delete()
    assert [figures(client, query).overall for query in queries] == before


def test_what_is_counted_at_once_is_what_is_shown_one_by_one(
    judged: list[Link], lead: Membership, reviewer: Membership, viewer: Membership
) -> None:
    dossier = lead.dossier
    Disclosure.objects.create(dossier=dossier, link=judged[3], person=lead, round=2)
    Disclosure.objects.create(dossier=dossier, link=judged[2], person=lead, round=1)
    superuser = make_user("root", is_superuser=True)
    people = [person.user for person in (lead, reviewer, viewer)]
    for user in (*people, superuser):
        assert user is not None
        links, access = Link.objects.live(), entered(user, dossier)
        assert set(links.all_shown_to(access)) == set(links.shown_to(access))


def test_filters_narrow_it_and_what_cannot_be_read_is_said(
    judged: list[Link], lead: Membership, sign_in: SignIn
) -> None:
    client = sign_in(lead)
    topic = Topic.objects.create(dossier=lead.dossier, name="trade")
    judged[0].from_claim.topics.add(topic, through_defaults={"dossier": lead.dossier})
    assert figures(client, "?topic=trade").overall.links_used == 1
    assert [part.name for part in figures(client).by_topic] == ["trade"]
    assert 'id="topics-head"' in client.get(f"{PAGE}?topics=1").content.decode()
    later = sign_in(lead, htmx=True).get(PAGE)
    assert [part.name for part in later.context["survey"].by_topic] == ["trade"]
    assert "<h1>" not in later.content.decode()
    assert figures(client, "?topic=none").overall.links_used == 0
    assert figures(client, "?kind=supports").overall.links_used == 1
    this_year = f"?period={timezone.now():%Y}"
    assert figures(client, this_year).overall.links_used == 2
    assert figures(client, "?period=2001").overall.dropped["judged outside the period"] == 2
    wrong = client.get(f"{PAGE}?period=someday&kind=supports")
    assert wrong.status_code == 422
    assert wrong.context["survey"].overall.links_used == 1
    assert client.get(f"{EXPORT}?period=someday").status_code == 422


def test_links_whose_words_changed_can_be_left_out(
    judged: list[Link], lead: Membership, sign_in: SignIn
) -> None:
    Link.objects.filter(pk=judged[0].pk).update(changed=True)
    overall = figures(sign_in(lead), "?unchanged=on").overall
    assert overall.links_used == 1
    assert overall.dropped["their words changed since review"] == 1


def test_the_table_holds_every_figure_and_no_formula(
    judged: list[Link], lead: Membership, sign_in: SignIn
) -> None:
    answer = sign_in(lead).get(EXPORT)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    found = {(row["part"], row["of"], row["figure"]): row for row in rows}
    assert found["all", "", "raw_agreement"]["value"] == "1.0"
    assert found["kind", "neither", "krippendorff_alpha"]["why_none"] == "no link has two verdicts"
    assert found["left out", "you have yet to review them", ""]["links"] == "2"
    assert found["reviewers", "'=other / reviewer", "contradicts / contradicts"]["links"] == "1"
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())


def test_without_two_reviews_the_page_says_what_to_do(
    dossier: Dossier, lead: Membership, sign_in: SignIn
) -> None:
    assert "Nothing to compare yet" in sign_in(lead).get(PAGE).content.decode()


@pytest.mark.parametrize("address", [PAGE, EXPORT])
def test_only_leads_enter(
    address: str, dossier: Dossier, analyst: Membership, reviewer: Membership, outsider: User, sign_in: SignIn
) -> None:
    assert sign_in(analyst).get(address).status_code == 403
    assert sign_in(reviewer).get(address).status_code == 403
    assert sign_in(outsider).get(address).status_code == 404
    assert sign_in(analyst).post(address).status_code == 405
