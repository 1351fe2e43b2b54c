"""How many queries each page takes: pinned in query_counts.json, and never more for more rows.

To pin new counts, run this file with ``PIN_QUERY_COUNTS=1`` and read what changed in the diff.
"""

import json
import os
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims.models import (
    Claim,
    ClaimTopic,
    Comment,
    Dismissal,
    Due,
    Guideline,
    Link,
    Resolution,
    Review,
    Speaker,
    Topic,
)
from sources.models import Dossier, Membership, Origin, Role, Source
from tests.conftest import TEXT, make_dossier, make_member, make_suggested

PINNED = Path(__file__).with_name("query_counts.json")
FEW, MANY = 3, 61
"""Rows of each kind: a few, and more than one page. The last link of each is settled, as every odd one."""

SignIn = Callable[..., Client]


class Asked(NamedTuple):
    """A page as one of the people asks for it. ``number`` is a record's; the highest stands in every dossier made."""

    url: str
    person: Role = Role.REVIEWER
    numbered: bool = False
    query: str = ""
    letter: str = ""

    @property
    def name(self) -> str:
        return f"{self.url}{self.query} as {self.person}"

    def address(self, slug: str, number: int) -> str:
        letter = [self.letter] if self.letter else []
        return reverse(self.url, args=[slug, *letter, *([number] if self.numbered else [])]) + self.query


PAGES = [
    Asked("claims:front"),
    Asked("claims:front", Role.VIEWER),
    Asked("claims:claim-list"),
    Asked("claims:claim-list", Role.ANALYST, query="?q=trade"),
    Asked("claims:claim-facets", query="?q=trade"),
    Asked("claims:claim-detail", numbered=True),
    Asked("claims:claim-detail", Role.ANALYST, numbered=True),
    Asked("claims:link-list"),
    Asked("claims:link-list", Role.VIEWER),
    Asked("claims:link-list", query="?topic=trade&speaker=A+minister"),
    Asked("claims:link-list", query="?state=settled"),
    Asked("claims:link-detail", numbered=True),
    Asked("claims:contradiction-list"),
    Asked("claims:contradiction-list", query="?as_of=2100-01-01"),
    Asked("claims:source-detail", numbered=True),
    Asked("claims:source-detail", Role.ANALYST, numbered=True),
    Asked("sources:origin-list"),
    Asked("sources:source-origin", numbered=True),
    Asked("sources:source-list"),
    Asked("sources:source-list", query="?q=trade"),
    Asked("claims:pair", Role.ANALYST, query="?q=tra"),
    Asked("claims:suggestion-list", Role.ANALYST),
    Asked("claims:suggestion-list", Role.LEAD, query="?show=dismissed"),
    Asked("claims:review"),
    Asked("claims:review-mine"),
    Asked("claims:review-mine", query="?show=given"),
    Asked("claims:agreement", Role.LEAD),
    Asked("claims:disputed", Role.LEAD),
    Asked("claims:presettle", Role.LEAD, query="?rule=majority&least=2&share=60"),
    Asked("claims:guidelines"),
    Asked("claims:set-list"),
    Asked("claims:speaker-list", Role.ANALYST),
    Asked("claims:speaker-detail", Role.ANALYST, query="?name=A+minister"),
    Asked("claims:speaker-merge", Role.ANALYST, query="?name=A+minister&name=Minister+2"),
    Asked("claims:topic-list", Role.ANALYST),
    Asked("claims:claim-bulk", Role.ANALYST, query="?all=1&topic=trade"),
    Asked("claims:claim-history", numbered=True),
    Asked("claims:link-history", numbered=True),
    Asked("claims:discussion", numbered=True, letter="C"),
    Asked("claims:news"),
    Asked("claims:news", Role.VIEWER, query="?only=claims"),
    Asked("claims:undo-list", Role.ANALYST),
    Asked("claims:saved-filter-list"),
    Asked("claims:bin", Role.LEAD),
    Asked("sources:members", Role.LEAD),
    Asked("sources:home"),
]


def _fill(slug: str, rows: int) -> tuple[Dossier, dict[Role, Membership]]:
    """A dossier with ``rows`` of each record, as many links at the last claim, and people in every role."""
    dossier = make_dossier(slug)
    people = {role: make_member(dossier, role.value, role) for role in Role}
    made: dict[str, Any] = {"dossier": dossier, "by": people[Role.ANALYST], "at": timezone.now()}
    numbers = range(1, rows + 1)
    speakers = Speaker.objects.bulk_create(
        [Speaker(name=f"Minister {n}" if n > 1 else "A minister", **made) for n in numbers]
    )
    topics = Topic.objects.bulk_create(
        [Topic(dossier=dossier, name=f"topic {n}" if n > 1 else "trade") for n in numbers]
    )
    sources = Source.objects.bulk_create(
        [
            Source(number=n, title=f"Report {n}", outlet=f"Outlet {n}", text=f"{n} {TEXT}", **made)
            for n in numbers
        ]
    )
    origins = Origin.objects.bulk_create([Origin(dossier=dossier, number=n) for n in numbers])
    for source, origin in zip(sources, origins, strict=True):
        source.origin = origin
    Source.objects.bulk_update(sources, ["origin"])
    # All quotes stand in the last source, so that its reader has as many rows.
    quote, text = "trade had never been better", sources[-1].text
    place = {
        "source": sources[-1],
        "quote": quote,
        "start": text.index(quote),
        "end": text.index(quote) + len(quote),
    }
    claims = Claim.objects.bulk_create(
        [
            Claim(
                number=n,
                statement=f"Trade has grown {n}.",
                speaker=speaker,
                config="english",
                **place,
                **made,
            )
            for n, speaker in enumerate([*speakers, None], 1)
        ]
    )
    ClaimTopic.objects.bulk_create(
        [
            ClaimTopic(dossier=dossier, claim=claim, topic=topic)
            for claim, topic in zip(claims, topics, strict=False)
        ]
    )
    dossier.guidelines.bulk_create(
        [Guideline(dossier=dossier, version=n, text=f"Version {n}.") for n in numbers]
    )
    *others, hub, last = claims
    links = Link.objects.bulk_create(
        [
            Link(number=n, from_claim=hub, to_claim=other, kind="contradicts", **made)
            for n, other in enumerate([*others, last], 1)
        ]
    )
    _review(links, people)
    for one, other in pairwise(others):
        make_suggested(one, other)
    Dismissal.objects.bulk_create(
        [Dismissal(dossier=dossier, one=one, other=hub, by=people[Role.LEAD]) for one in others]
    )
    _resolve(links)
    Comment.objects.bulk_create(
        [Comment(claim=claims[-3], text=f"See S-{n}, C-{n} and L-{n}.", **made) for n in numbers]
    )
    return dossier, people


def _review(links: list[Link], people: dict[Role, Membership]) -> None:
    """Every odd link is settled or disputed, by the analyst and the lead; the reviewer has judged none."""
    agreed = {Role.ANALYST: "contradicts", Role.LEAD: "contradicts"}
    apart = {Role.ANALYST: "contradicts", Role.LEAD: "supports"}
    given = {"from_version": 1, "to_version": 1, "at": timezone.now()}
    Review.objects.bulk_create(
        [
            Review(
                dossier=link.dossier,
                link=link,
                reviewer=people[role],
                by=people[role],
                verdict=verdict,
                **given,
            )
            for link in links[::2]
            for role, verdict in (apart if link.number % 4 == 1 and link != links[-1] else agreed).items()
        ]
    )


def _resolve(links: list[Link]) -> None:
    """The settled ones are resolved, but for the last; the second of all is due, and each was once."""
    made = {"dossier": links[0].dossier, "at": timezone.now()}
    settled = Link.objects.filter(pk__in=[link.pk for link in links], state="settled").order_by("pk")
    Resolution.objects.bulk_create(
        [
            Resolution(link=link, kind="time", proof={"first": "1", "second": "2"}, **made)
            for link in list(settled)[:-1]
        ]
    )
    Due.objects.bulk_create(
        [
            Due(link=link, day="2026-01-01", expectation="It ends.", outcome=outcome, **made)
            for link in links
            for outcome in ("", "kept")
        ]
    )


def _counts(slug: str, rows: int, sign_in: SignIn) -> Iterator[tuple[str, int]]:
    _, people = _fill(slug, rows)
    clients = {role: sign_in(people[role]) for role in Role}
    for page in PAGES:
        address = page.address(slug, rows) if page.url != "sources:home" else reverse(page.url)
        clients[page.person].get(address)  # what a first visit alone takes is not counted
        with CaptureQueriesContext(connection) as captured:
            answer = clients[page.person].get(address)
            b"".join(answer)
        assert answer.status_code == 200, f"{address} answers {answer.status_code}"
        yield page.name, len(captured)


@pytest.mark.django_db
def test_queries_are_as_many_as_pinned_and_do_not_grow_with_the_rows(sign_in: SignIn) -> None:
    few, many = (dict(_counts(f"with-{rows}", rows, sign_in)) for rows in (FEW, MANY))
    if os.environ.get("PIN_QUERY_COUNTS"):
        PINNED.write_text(json.dumps(many, indent=2) + "\n")
    more = {name: many[name] - few[name] for name in many if many[name] != few[name]}
    assert set(more.values()) <= {1}, f"past one page a list may count its rows, and nothing more: {more}"
    assert many == json.loads(PINNED.read_text()), (
        "run this file with PIN_QUERY_COUNTS=1 and look at the diff"
    )
