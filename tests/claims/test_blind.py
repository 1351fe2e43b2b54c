"""Whoever must still judge a link finds no trace of others' verdicts on it, by any address below the dossier.

The walk takes every address of the URL configuration, with every number, filter and format that its pages offer, as
each role that may review, in two worlds that differ in the reviews alone: others gave none, or several. No page may
hold a word of a review, and no page may differ.
"""

import html
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import unified_diff
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import UUID

import pyarrow.parquet
import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from claims.actions.claim import edit_claim
from claims.actions.comment import edit_comment, follow, mention
from claims.actions.link import adjudicate, withdraw_adjudication
from claims.actions.resolution import resolve
from claims.actions.review import give_verdict
from claims.exchange.freezing import Description, Split, freeze
from claims.models import Comment, Disclosure, Link, Review
from sources.models import Dossier, Membership, Role, User
from tests.claims.conftest import Programs
from tests.conftest import (
    entered,
    make_claim,
    make_dossier,
    make_link,
    make_member,
    make_source,
    make_suggested,
    make_user,
)

SignIn = Callable[..., Client]
SLUG = "china-russia"
ROOT = f"/d/{SLUG}/"

NAMES = ("Quilla Vesper", "Odo Marchetti")
WORDS = (
    *("zanzibar", "yttrium", "xylophone", "wolfram", "velociraptor", "ukulele", "trombone", "saxifrage"),
    "tarantella",
)
"""In the notes of reviews, of an adjudication, of a resolution, in comments on links in review, and nowhere else."""

# Who may review at all is the members' page's business; what she reviewed is not told there.
NAMES_PEOPLE = ("sources:members", "claims:person-join")
# The pages of one link: of a settled one they tell all.
ITS_PAGES = ("claims:link-detail", "claims:link-history")
# Figures over the settled link name those who judged it.
COUNTS_REVIEWS = ("claims:agreement", "claims:agreement-export")
# What is said of links: on them, and in the news.
TELLS_COMMENTS = ("claims:discussion", "claims:comment-history", "claims:news")
# The desk hands out what still waits, and to a lead these name or count what is disputed. No verdict stands there.
WAITING = re.compile(r"<b>\d+</b> pairs? to review")
TELLS_THE_QUEUE = ("claims:review", "claims:disputed", "claims:disputed-detail", "claims:presettle")

HIGHEST = 7
SAID = (UUID("00000000-0000-4000-8000-00000000000a"), UUID("00000000-0000-4000-8000-00000000000b"))
"""The comments on links in review."""
SETTLED = 6
MADE_OF_A_SET = ("gainsay", "nli", "datasheet", "croissant")
"""The formats of a set that are looked into; all others are made of the same frozen lines."""
SPLIT = Split(by="random", shares=(100, 0, 0), seed=1)
TEXT = " ".join(f"Sentence number {n} states something of its own." for n in range(12))


@dataclass
class World:
    """A dossier with links that others judged, or (not ``judged``) did not; and the people who have not."""

    judged: bool
    dossier: Dossier
    people: dict[str, Membership]
    links: list[Link] = field(default_factory=list)

    def review(self, link: Link, by: str, verdict: str, word: str) -> None:
        if self.judged:
            note = f"I looked it up: {word}."
            claims = Link.objects.select_related("from_claim", "to_claim").get(pk=link.pk)
            versions = (claims.from_claim.version, claims.to_claim.version)
            give_verdict(
                link=link, by=self.people[by], verdict=verdict, versions=versions, confidence=5, note=note
            )


def build(*, judged: bool) -> World:
    """One link judged once, one disputed, one whose adjudication was taken back, one changed since review, one bare,
    and one settled, which nobody is blind to, in both worlds.
    """  # fmt: skip
    dossier = make_dossier(SLUG, reviews_needed=2)
    people = {name: make_member(dossier, name) for name in NAMES}
    for role in ("reviewer", "analyst", "lead", "viewer"):
        people[role] = make_member(dossier, role, role)
    dossier.guidelines.create(version=1, text="Judge by the words.")
    people["onlooker"] = make_member(dossier, "onlooker", Role.VIEWER)
    people["maker"] = make_member(dossier, "maker", Role.ANALYST)
    people["judge"] = make_member(dossier, "judge", Role.LEAD)
    world = World(judged, dossier, people)
    source = make_source(dossier, TEXT, by=people["maker"], outlet="Outlet")
    claims = [
        make_claim(source, f"Sentence number {n} states", by=people["maker"], statement=f"It states {n}.")
        for n in range(HIGHEST)
    ]
    kinds = ["contradicts", "supports", "contradicts", "neither", "supports", "contradicts"]
    world.links = [
        make_link(one, other, by=people["maker"], kind=kind, rationale="As one reads it.")
        for one, other, kind in zip(claims[:-1], claims[1:], kinds, strict=True)
    ]
    once, disputed, withdrawn, changed, _bare, settled = world.links
    first, second = NAMES
    world.review(once, first, "neither", WORDS[0])
    world.review(disputed, first, "contradicts", WORDS[1])
    world.review(disputed, second, "supports", WORDS[2])
    world.review(withdrawn, first, "contradicts", WORDS[3])
    world.review(withdrawn, second, "neither", WORDS[4])
    if judged:
        settled_first = adjudicate(
            withdrawn, by=people["judge"], verdict="contradicts", note=f"It is {WORDS[5]}."
        )
        proof = {"first": f"the {WORDS[8]}", "second": "all else"}
        resolve(withdrawn, by=people["judge"], kind="scope", proof=proof, versions=(1, 1))
        withdraw_adjudication(withdrawn, given_at=settled_first.adjudicated_at)
    world.review(changed, first, "supports", WORDS[0])
    edit_claim(
        changed.from_claim,
        by=people["maker"],
        changes={"statement": "It states otherwise."},
        version=1,
        speaker="",
        topics=[],
    )
    make_suggested(
        claims[0],
        claims[2],
        by_links=True,
        via=[one.pk for one in claims[:3]],
        reasons=[["paths of two", "C-1 contradicts C-2, which supports C-3", 2.0]],
    )
    dossier.dismissals.create(one=claims[0], other=claims[3], by=people["maker"])
    for name in NAMES:
        give_verdict(link=settled, by=people[name], verdict="contradicts", versions=(1, 1))
    _freeze(dossier, people["judge"])
    for who in ("reviewer", "analyst", "lead"):
        access = entered(people[who].user, dossier)  # type: ignore[arg-type]
        for link in world.links:
            follow(access=access, record=link, on=True)
            follow(access=access, record=link.from_claim, on=True)
    if judged:
        speak(world)
    return world


def speak(world: World) -> None:
    """Whoever judged a link, and a viewer, say something about it, to those who have not too; in one case twice."""
    viewer = entered(world.people["onlooker"].user, world.dossier)  # type: ignore[arg-type]
    # A viewer only reads: what she is made to say here stands for anybody who sees the verdicts.
    speaker = replace(viewer, role=Role.REVIEWER)
    once, disputed, *_ = world.links
    for uid, link, word in zip(SAID, (once, disputed), WORDS[6:8], strict=True):
        give = Comment(
            uid=uid, dossier=world.dossier, link=link, text=f"I call it {word}, @reviewer @lead @analyst."
        )
        give.by = speaker.person
        give.save()
        mention(give)
        edit_comment(give, access=speaker, text=f"It is {word}, @maker @reviewer @lead @analyst.", version=1)


def _freeze(dossier: Dossier, lead: Membership) -> None:
    """A set of all the links, frozen by a lead who knows how each stands."""
    assert lead.user
    said = Description(name="Pairs", purpose="To see.", licence="CC0-1.0", authors="Lea", split=SPLIT)
    freeze(entered(lead.user, dossier), Link.objects.filter(dossier=dossier), said)


def routes(patterns: list[Any] | None = None, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Every address below a dossier, as (name, route)."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            namespace = f"{pattern.namespace}:" if pattern.namespace else space
            yield from routes(pattern.url_patterns, route, namespace)
        elif isinstance(pattern, URLPattern) and route.startswith("d/<slug:slug>/"):
            yield f"{space}{pattern.name}", route


FEW = ("guidelines/", "import/", "origins/", "sets/", "sources/")
"""Below these there is one numbered thing, or none."""


def addresses(route: str) -> list[str]:
    """The addresses of a route, with every letter and number there is: of further numbers two."""
    route = route.removeprefix("d/<slug:slug>/")
    found = [ROOT + route]
    choices = {
        "int": [str(n) for n in range(1, (2 if route.startswith(FEW) else HIGHEST) + 1)],
        "str": ["S", "C", "L"],
        "uuid": ["00000000-0000-4000-8000-000000000000", *map(str, SAID)],
    }
    while holes := re.findall(r"<(\w+):\w+>", found[0]):
        kind = holes[0]
        found = [re.sub(r"<\w+:\w+>", one, address, count=1) for address in found for one in choices[kind]]
        if kind == "int":
            choices["int"] = ["1", "2"]
    return found


def offered(page: str, address: str) -> Iterator[str]:
    """The addresses that a page offers by its links and by each choice of its search forms."""
    for link in re.findall(r'(?:href|hx-get)="([^"#]*)', page):
        yield urljoin(address, html.unescape(link))
    for attributes, form in re.findall(r"<form([^>]*)>(.*?)</form>", page, re.DOTALL):
        if 'method="post"' in attributes:
            continue
        action = re.search(r'action="([^"]*)"', attributes)
        to = urljoin(address, html.unescape(action[1]) if action else "").split("?")[0]
        for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
            for value in re.findall(r'<option value="([^"]*)"', options):
                yield f"{to}?{urlencode({name: html.unescape(value)})}"
        for tag in re.findall(r"<(?:input|button)([^>]*)>", form):
            name = re.search(r'name="([^"]+)"', tag)
            value = re.search(r'value="([^"]*)"', tag)
            if name and (value or "checkbox" in tag):
                yield f"{to}?{urlencode({name[1]: html.unescape(value[1]) if value else 'on'})}"


def _words(body: bytes) -> str:
    """What an answer holds, packed files unpacked."""
    if not body.startswith(b"PK\x03\x04"):
        return body.decode()
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    return "\n".join(
        str(pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist())
        if name.endswith(".parquet")
        else data.decode()
        for name, data in parts.items()
    )


TIMES = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)?|\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d|\d\d:\d\d(?::\d\d)?"
)
SECRETS = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|"x-csrftoken": "\w+"|nonce="[^"]+"|csrftoken[^>]*value="\w+"'
    r'|data-place="[^"/]+|name="upto" value="[^"]*"'
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # names made of the dossier's key
    r"|\b[0-9a-f]{64}\b"  # a digest of a file, in which the dossier's key stands
)


def told(body: str) -> str:
    """What a page tells: without times, tokens, how many pairs wait, and the dossier’s key in an export."""
    body = re.sub(r'"(uid|exported|generator)":"[^"]*"', "", WAITING.sub("", body))
    return TIMES.sub("T", SECRETS.sub("", body))


TELLING_EXPORT = re.compile(r"/sets/export/\?(.*&)?format=(gainsay|nli)\b")


@dataclass
class Walk:
    """All that one person finds: the pages by address, and the name of the route of each."""

    pages: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def take(self, client: Client, *, choices: bool) -> None:
        named = {address: name for name, route in routes() for address in addresses(route)}
        waiting = list(named)
        only_posted: set[str] = set()
        while waiting:
            address = waiting.pop(0)
            path = urlsplit(address).path
            if address in self.pages or named[path] in only_posted:
                continue
            answer = client.get(address)
            if answer.status_code == 405:
                only_posted.add(named[path])
                continue
            page = self._keep(address, named[path], answer)
            if answer.status_code != 200 or "text/html" not in answer.headers["Content-Type"]:
                continue
            chosen = "?" in address
            if not chosen:
                fragment = client.get(address, headers={"HX-Request": "true"})
                self._keep(f"{address} (htmx)", named[path], fragment)
            for to in offered(page, address) if choices else ():
                name = named.get(urlsplit(to).path)
                # One choice at a time: of what chosen pages offer, the exports that tell of reviews alone are followed.
                if name == "claims:set-file" and not to.endswith(MADE_OF_A_SET):
                    continue
                if name and "?" in to and (not chosen or TELLING_EXPORT.search(to)):
                    waiting.append(to)

    def _keep(self, address: str, name: str, answer: Any) -> str:
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        page = f"{answer.status_code} {answer.headers.get('Location', '')}\n{_words(body)}"
        self.pages[address], self.names[address] = page, name
        return page

    def holding(self, words: tuple[str, ...]) -> dict[str, list[str]]:
        """Which of these words stand on which pages."""
        return {
            address: held
            for address, page in self.pages.items()
            if (held := [word for word in words if word in page])
        }

    def comparable(self) -> dict[str, str]:
        """What each page tells, but for those that tell the queue."""
        return {
            address: told(page)
            for address, page in self.pages.items()
            if self.names[address] not in TELLS_THE_QUEUE
        }


def walk(world: World, who: str, sign_in: SignIn, *, choices: bool = False) -> Walk:
    """Every address as this person finds it; with ``choices`` every filter and format that the pages offer too."""
    person: Membership | User = (
        world.people[who] if who in world.people else make_user(who, is_superuser=True)
    )
    taken = Walk()
    taken.take(sign_in(person), choices=choices)
    return taken


ASKED = (
    *("", "/sources", "/sources/1", "/claims", "/links", "/sets", "/sets/1"),
    *(f"/{what}/{n}" for what in ("claims", "links") for n in range(1, HIGHEST + 1)),
    *(f"/links?{name}={value}" for name, values in (
        ("state", ("proposed", "disputed", "settled")),
        ("kind", ("contradicts", "supports", "neither")),
    ) for value in values),
    *(f"/export?format={name}" for name in ("gainsay", "nli", "csv", "web-annotation", "stix")),
    *(f"/sets/1/file?format={name}" for name in MADE_OF_A_SET),
)  # fmt: skip
"""What a program asks about a dossier."""


def answers(world: World, who: str, program: Programs) -> dict[str, str]:
    """What this person's program is told, by what it asks."""
    asking = program(world.people[who])
    found = {}
    for asked in ASKED:
        answer = asking.ask(f"dossiers/{SLUG}{asked}")
        body = answer.text_of if answer.streaming else answer.content.decode()  # type: ignore[attr-defined]
        found[asked] = f"{answer.status_code}\n{body}"
    return found


@pytest.fixture
def frozen(time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 3, 1, 12, 0, tzinfo=UTC), tick=False)


def seen_by(who: str, sign_in: SignIn, *, judged: bool, choices: bool = False) -> Walk:
    """What this person finds in the one world or the other; nothing of it stays."""
    with transaction.atomic():
        found = walk(build(judged=judged), who, sign_in, choices=choices)
        assert Review.objects.count() == (8 if judged else 2)
        shown = Disclosure.objects.exclude(link__number=SETTLED)
        assert not shown.exists(), "what is hidden is not recorded as shown"
        transaction.set_rollback(True)
    return found


def assert_no_trace(found: Walk) -> None:
    assert len(found.pages) > 60
    assert found.holding(WORDS) == {}
    names = {address: found.names[address] for address in found.holding(NAMES)}
    # The reviews of the settled link are anybody's to see.
    its_routes = {*NAMES_PEOPLE, *ITS_PAGES, *COUNTS_REVIEWS, "claims:set-export", "claims:set-file"}
    assert set(names.values()) <= its_routes
    assert all(f"/links/{SETTLED}/" in address for address, name in names.items() if name in ITS_PAGES)


def test_no_page_differs_by_what_others_said(db: None, frozen: None, sign_in: SignIn) -> None:
    unjudged = seen_by("reviewer", sign_in, judged=False, choices=True).comparable()
    found = seen_by("reviewer", sign_in, judged=True, choices=True)
    assert_no_trace(found)
    judged = found.comparable()
    assert unjudged.keys() == judged.keys(), "other addresses are offered"
    differing = {address: page for address, page in judged.items() if page != unjudged[address]}
    assert not differing, "\n".join(
        line
        for address, page in differing.items()
        for line in [address, *unified_diff(unjudged[address].split("\n"), page.split("\n"), n=0)][:30]
    )


def test_no_answer_to_a_program_differs_by_what_others_said(
    db: None, frozen: None, program: Programs
) -> None:
    told_of: list[dict[str, str]] = []
    for judged in (False, True):
        with transaction.atomic():
            told_of.append(answers(build(judged=judged), "reviewer", program))
            transaction.set_rollback(True)
    unjudged, found = told_of
    assert sum(answer.startswith("200") for answer in found.values()) >= len(ASKED) - 2
    assert [asked for asked, answer in found.items() if any(word in answer for word in WORDS)] == []
    assert {asked: told(answer) for asked, answer in found.items()} == {
        asked: told(answer) for asked, answer in unjudged.items()
    }


def test_a_lead_who_has_not_judged_finds_no_word_of_a_review(db: None, sign_in: SignIn) -> None:
    assert_no_trace(seen_by("lead", sign_in, judged=True))


def test_the_walk_finds_what_a_viewer_may_see(db: None, sign_in: SignIn) -> None:
    found = walk(build(judged=True), "viewer", sign_in)
    words = found.holding(WORDS)
    assert {word for held in words.values() for word in held} >= {*WORDS[:5], *WORDS[6:8]}
    assert {found.names[address] for address in words} == {*ITS_PAGES, *TELLS_COMMENTS}


def test_whoever_has_judged_sees_the_verdicts_on_that_link_and_on_no_other(db: None, sign_in: SignIn) -> None:
    world = build(judged=True)
    Dossier.objects.update(reviews_needed=4)
    once = world.links[0]
    world.review(once, "reviewer", "supports", "tungsten")
    found = walk(world, "reviewer", sign_in)
    page = found.pages[f"{ROOT}links/{once.number}/"]
    assert WORDS[0] in page
    assert NAMES[0] in page
    hidden = (*WORDS[1:6], WORDS[7])
    assert found.holding(hidden) == {}
    assert {found.names[address] for address in found.holding(WORDS[6:7])} >= set(TELLS_COMMENTS)
    assert all(address.startswith(f"{ROOT}links/{once.number}/") for address in found.holding(WORDS[:1]))
    export = sign_in(world.people["reviewer"]).get(f"{ROOT}sets/export/", {"format": "gainsay"})
    lines = b"".join(export.streaming_content).decode()  # type: ignore[attr-defined]
    assert lines.count(WORDS[0]) == 1, "the same word on another link stays hidden"
    assert [word in lines for word in hidden] == [False] * 6
