"""Reviewers who drain a dossier over HTTP, some of whom vanish; the server killed meanwhile; what is there at the end.

``tests.benchmarks.reviewing`` makes the ground and prints the figures; a small run of it is among the tests.
"""

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import accumulate
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.urls import reverse

from claims.models import Claim, Link, Review
from claims.models.link import Kind
from sources.actions.dossier import create_dossier, free_slug
from sources.models import Dossier, Membership, ReviewOrder, Role, Source, User
from tests.benchmarks.client import Answer, Server, Visitor, form_of

PASSWORD = "a password for figures"
VANISHING = 0.1
"""So many of the clients vanish mid-review; each other one goes after ``STAY`` verdicts."""

STAY = 30
AWAY = 75.0
"""Seconds that whoever vanished stays away at most: longer than she holds a pair."""


@dataclass
class Run:
    """What all the reviewers share: what was acknowledged, how long it took, when to stop."""

    people: int
    links: int
    reviews: int
    order: str = ReviewOrder.OLDEST.value
    kill: bool = True
    think: float = 0.0
    """Seconds between two verdicts of a person, on the average; without, the server is driven as hard as it goes."""

    away: float = AWAY

    slug: str = "reviewing"

    acknowledged: dict[tuple[str, int], str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    empty: list[float] = field(default_factory=list)
    vanished: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    down: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def needed(self) -> int:
        return self.links * self.reviews


def prepare(run: Run) -> Dossier:
    """The people, and a dossier of so many pairs over a few sources."""
    run.slug = free_slug("reviewing")
    lead = User.objects.create_user(f"{run.slug}-lead", password=PASSWORD)
    dossier = create_dossier(
        slug=run.slug,
        name="Reviewing",
        language="en",
        reviews_needed=run.reviews,
        leads=[lead],
        review_order=run.order,
        lease_minutes=1,
    )
    users = User.objects.bulk_create(
        [User(username=f"{run.slug}-{n}", password=lead.password) for n in range(run.people)]
    )
    Membership.objects.bulk_create(
        [Membership(dossier=dossier, user=user, name=user.username, role=Role.REVIEWER) for user in users]
    )
    _fill(dossier, run.links)
    return dossier


def _fill(dossier: Dossier, links: int) -> None:
    """So many links between claims of sources of a hundred sentences each."""
    sentences = [f"Sentence {n} of the source states that trade changed by {n} per cent." for n in range(100)]
    text = " ".join(sentences)
    sources = Source.objects.bulk_create(
        Source(
            dossier=dossier,
            number=n,
            title=f"Source {n}",
            language="en",
            config="english",
            text=f"{text} {n}",
        )
        for n in range(1, -(-2 * links // 100) + 1)
    )
    starts = list(accumulate((len(sentence) + 1 for sentence in sentences), initial=0))
    claims = Claim.objects.bulk_create(
        Claim(
            dossier=dossier,
            number=n + 1,
            source=sources[n // 100],
            quote=sentences[n % 100],
            start=starts[n % 100],
            end=starts[n % 100] + len(sentences[n % 100]),
            statement=sentences[n % 100],
            config="english",
        )
        for n in range(2 * links)
    )
    Link.objects.bulk_create(
        Link(
            dossier=dossier,
            number=n + 1,
            from_claim=claims[n],
            to_claim=claims[links + n],
            kind="contradicts",
        )
        for n in range(links)
    )
    with connection.cursor() as cursor:
        for table in ("claims_link", "claims_claim", "claims_review", "claims_lease", "sources_source"):
            cursor.execute(f"ANALYZE {table}")


def sign_in(user: User, port: int) -> Visitor:
    """A visitor with a session of this account: passwords are not what is measured."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return Visitor(port, cookies={name: one.value for name, one in client.cookies.items()})


class Reviewer(threading.Thread):
    """One person: takes a pair, decides, goes on; now and then a client of hers vanishes."""

    def __init__(self, run: Run, server: Server, user: User, seed: int) -> None:
        super().__init__(daemon=True)
        self.all, self.server, self.who = run, server, user.username
        self.choose = random.Random(seed)
        self.desk = reverse("claims:review", args=[run.slug])
        self.cookies = sign_in(user, server.port).cookies

    def run(self) -> None:
        while not self.all.done.is_set():
            vanishes = self.choose.random() < VANISHING
            stay = self.choose.randint(1, STAY // 2) if vanishes else STAY
            visitor = Visitor(self.server.port, cookies=dict(self.cookies))
            try:
                page = self._review(visitor, stay)
                if vanishes and page:
                    self._vanish(visitor, page)
            except (OSError, HTTPException):
                self.all.done.wait(0.3)  # the server was killed, or is not back yet
            finally:
                visitor.connection.close()

    def _review(self, visitor: Visitor, stay: int) -> Answer | None:
        """Judge so many pairs; the page that stands then, if a pair is on it."""
        page = visitor.get(self.desk)
        while stay and not self.all.done.is_set():
            if b'id="verdict"' not in page.body:
                self.all.done.wait(0.5)
                page = visitor.get(self.desk)
                continue
            stay -= 1
            page = self._decide(visitor, page)
        return page if b'id="verdict"' in page.body else None

    def _decide(self, visitor: Visitor, page: Answer) -> Answer:
        """Judge the pair on the page; the next one."""
        form = form_of(page, self.desk)
        said = self.choose.choice(Kind.values)
        answer = visitor.post(self.desk, {**form, "verdict": said}, htmx=True)
        with self.all.lock:
            if answer.status == 200:
                self.all.acknowledged[self.who, int(form["number"])] = said
                self.all.seconds.append(answer.seconds)
            else:
                self.all.refused[answer.status] += 1
        if self.all.think:
            self.all.done.wait(self.choose.expovariate(1 / self.all.think))
        return answer if answer.status == 200 else visitor.get(self.desk)

    def _vanish(self, visitor: Visitor, page: Answer) -> None:
        """Send a verdict and hang up without listening, or hang up holding the pair; come again later."""
        with self.all.lock:
            self.all.vanished += 1
        if self.choose.random() < 0.5:
            fields = {**form_of(page, self.desk), "verdict": self.choose.choice(Kind.values)}
            headers = {
                "Cookie": "; ".join(f"{name}={value}" for name, value in visitor.cookies.items()),
                "Content-Type": "application/x-www-form-urlencoded",
                "HX-Request": "true",
            }
            visitor.connection.request("POST", self.desk, urlencode(fields), headers)
        visitor.connection.close()
        self.all.done.wait(self.choose.uniform(0, self.all.away))


class Bystander(threading.Thread):
    """Asks for an empty page now and then, as somebody who only looks."""

    def __init__(self, run: Run, server: Server) -> None:
        super().__init__(daemon=True)
        self.all = run
        self.visitor = sign_in(User.objects.get(username=f"{run.slug}-lead"), server.port)

    def run(self) -> None:
        address = reverse("claims:pair", args=[self.all.slug])
        while not self.all.done.is_set():
            try:
                self.all.empty.append(self.visitor.get(address).seconds)
            except (OSError, HTTPException):
                self.visitor.connection.close()
                self.all.done.wait(0.3)
            self.all.done.wait(0.05)
        self.visitor.connection.close()


@contextlib.contextmanager
def killed_once(run: Run, server: Server) -> Iterator[None]:
    """While the block runs, the server and all that belongs to it is killed when half is done, and started anew."""

    def kill() -> None:
        while run.kill and not run.done.wait(0.05):
            if len(run.acknowledged) >= run.needed // 2:
                _kill_and_start(server)
                return

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    yield
    killer.join(60)


def _kill_and_start(server: Server) -> None:
    command = Path(f"/proc/{server.process.pid}/cmdline").read_bytes().decode().split("\0")[:-1]
    family = _descendants(server.process.pid)
    for process in (server.process.pid, *family):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    server.process.wait()
    server.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    server.wait()


def _descendants(process: int) -> list[int]:
    found = []
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, children.read_text().split()):
                found += [child, *_descendants(child)]
    return found


def drain(run: Run, server: Server) -> float:
    """Let them all review until nothing is left, or nothing moves for two minutes; how many seconds it took."""
    people = User.objects.filter(memberships__dossier__slug=run.slug, memberships__role=Role.REVIEWER)
    reviewers = [Reviewer(run, server, user, n) for n, user in enumerate(people.order_by("pk"))]
    threads = [*reviewers, Bystander(run, server)]
    begun = time.monotonic()
    with killed_once(run, server):
        for thread in threads:
            thread.start()
        count, since = -1, begun
        while not run.done.wait(0.2):
            there = Review.objects.filter(dossier__slug=run.slug).count()
            if there != count:
                count, since = there, time.monotonic()
            if there >= run.needed or time.monotonic() - since > 150:
                run.done.set()
    for thread in threads:
        thread.join(60)
    return time.monotonic() - begun


def judge(run: Run) -> list[str]:
    """What is wrong with what the database holds at the end."""
    kept = {
        (name, number): verdict
        for name, number, verdict in Review.objects.filter(dossier__slug=run.slug).values_list(
            "reviewer__name", "link__number", "verdict"
        )
    }
    wrong = []
    if (total := Review.objects.filter(dossier__slug=run.slug).count()) != run.needed:
        wrong.append(f"{total:,} reviews instead of {run.needed:,}")
    if len(kept) != total:
        wrong.append(f"{total - len(kept)} double")
    if lost := [key for key, said in run.acknowledged.items() if kept.get(key) != said]:
        wrong.append(f"{len(lost)} acknowledged and lost: {lost[:5]}")
    each = Counter(number for _, number in kept)
    if more := [number for number, count in each.items() if count != run.reviews]:
        wrong.append(f"{len(more)} links have not {run.reviews} reviews: {more[:5]}")
    if Link.objects.filter(dossier__slug=run.slug, state="proposed").exists():
        wrong.append("some links are still in review")
    return wrong


def report(run: Run, seconds: float) -> float:
    """Print the figures; how many times the empty page's p50 the p95 of taking and deciding is."""
    p50, p95 = median(run.seconds), quantiles(run.seconds, n=20)[-1]
    empty = median(run.empty)
    print(
        f"{len(run.acknowledged):,} verdicts acknowledged to {run.people} people in {seconds:.0f} s; "
        f"clients that vanished: {run.vanished}; refused: {dict(run.refused) or 'none'}; load {os.getloadavg()[0]:.1f}"
    )
    print(
        f"take and decide: p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms; "
        f"an empty page: p50 {1000 * empty:.0f} ms; {p95 / empty:.1f} times"
    )
    return p95 / empty
