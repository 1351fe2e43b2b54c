"""Asks for each page of the large dossier, alternating with an empty page of the same server, and judges the times.

The empty page is the pairing desk with nothing on it: signed in, through the dossier's door, and no row of anything.
A page passes when the median of its times is at most 4 × the empty page's (asked for between its own requests, so that
both see the same machine) plus 10 ms; counts that follow in a request of their own, when theirs is under 150 ms.
"""

import random
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median, quantiles
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from claims.filters.claim import ClaimFilter
from claims.filters.contradiction import ContradictionFilter
from claims.filters.link import LinkFilter
from config.serving import prepare_database, prepare_static
from sources.filters import SourceFilter
from sources.models import Dossier, User
from tests.benchmarks.client import Answer, Server, Visitor, form_of, serving
from tests.benchmarks.generate import (
    BOOK,
    CLAIMS,
    COMMON,
    HUB,
    LINKS,
    PASSWORD,
    RARE,
    SLUG,
    SOURCES,
    UNLINKED,
    generate,
    words,
)

WARM_UP = 5
FACTOR, SLACK, COUNTS = 4, 0.010, 0.150
SLOW_QUERY = 5.0
"""Milliseconds from which ``--explain`` shows a query's plan."""

MIDDLE, RARER = (words()[rank - 1] for rank in (1_000, 30_000))

Numbers = Callable[[random.Random], int]


@dataclass(frozen=True)
class Page:
    """What is asked for: the address ``url`` below the dossier, with a number where it names a record."""

    name: str
    url: str
    query: dict[str, str] = field(default_factory=dict)
    number: int | Numbers | None = None
    person: str = "newcomer"
    htmx: bool = False
    counts: bool = False
    """Whether it is a request that only counts, which may take 150 ms."""

    def address(self, choose: random.Random) -> str:
        number = self.number(choose) if callable(self.number) else self.number
        at = reverse(self.url, args=[SLUG, *([] if number is None else [number])])
        return f"{at}?{urlencode(self.query)}" if self.query else at

    def limit(self, empty: float) -> float:
        return COUNTS if self.counts else FACTOR * empty + SLACK


def _filters(url: str, what: str, values: dict[str, tuple[str, ...]]) -> Iterator[Page]:
    for name, given in values.items():
        for value in given:
            yield Page(f"{what}, {name}: {value}", url, {name: value})


def pages() -> list[Page]:
    """Every page that is measured, most of them as a reviewer who has judged 2,000 links; some as one of 50,000."""
    claims, links, sources = "claims:claim-list", "claims:link-list", "sources:source-list"
    some_claim: Numbers = lambda choose: 10 * choose.randint(1, CLAIMS // 10 - 1) + UNLINKED + 1  # noqa: E731
    some_link: Numbers = lambda choose: 500 * choose.randint(0, LINKS // 500 - 1) + choose.randint(8, 500)  # noqa: E731
    some_source: Numbers = lambda choose: choose.randint(BOOK + 1, SOURCES - 100)  # noqa: E731
    return [
        Page("front page", "claims:front"),
        Page("front page, as a viewer", "claims:front", person="viewer"),
        Page("claims, first page", claims),
        Page("claims, first page, as an analyst", claims, person="analyst"),
        Page("claims, first page, after 50,000 verdicts", claims, person="reviewer"),
        Page("claims, deep page", claims, {"before": "3000"}),
        *_filters(claims, "claims", CLAIM_FILTERS),
        Page(f"claims, q: {COMMON}, deep page", claims, {"q": COMMON, "before": "3000"}),
        Page(f"claims, q: {COMMON}, and a topic", claims, {"q": COMMON, "topic": "topic 3"}),
        Page("claims, counts", "claims:claim-facets", counts=True, htmx=True),
        Page(f"claims, counts, q: {COMMON}", "claims:claim-facets", {"q": COMMON}, counts=True, htmx=True),
        Page("a claim", "claims:claim-detail", number=some_claim),
        Page("a claim with 50 links", "claims:claim-detail", number=HUB),
        Page("links, first page", links),
        Page("links, first page, as a viewer", links, person="viewer"),
        Page("links, first page, after 50,000 verdicts", links, person="reviewer"),
        Page("links, deep page", links, {"before": "30000"}),
        *_filters(links, "links", LINK_FILTERS),
        Page("links, state: proposed, kind: neither", links, {"state": "proposed", "kind": "neither"}),
        Page("a link", "claims:link-detail", number=some_link),
        *(
            Page(f"contradictions, {name}", "claims:contradiction-list", query)
            for name, query in CONTRADICTIONS.items()
        ),
        *_filters("claims:contradiction-list", "contradictions", CONTRADICTION_FILTERS),
        Page("reader", "claims:source-detail", number=some_source),
        Page("reader, as an analyst", "claims:source-detail", number=some_source, person="analyst"),
        Page("reader, a book with 500 claims", "claims:source-detail", number=BOOK),
        Page("sources, first page", sources),
        Page("sources, deep page", sources, {"before": "500"}),
        *_filters(sources, "sources", SOURCE_FILTERS),
        Page("pairing desk", "claims:pair", person="analyst"),
        *(
            Page(f"pairing, typed: {typed}", "claims:pair-search", {"q": typed}, person="analyst", htmx=True)
            for typed in (
                COMMON[0],
                COMMON[:2],
                COMMON[:3],
                "ministry",
                f"{COMMON} mi",
                f"{MIDDLE} {COMMON[:3]}",
            )
        ),
        Page(
            "pairing, typed: tra, beside a hub",
            "claims:pair-search",
            {"q": "tra", "from": str(HUB)},
            person="analyst",
            htmx=True,
        ),
        Page("review", "claims:review"),
        Page("review, after 50,000 verdicts", "claims:review", person="reviewer"),
        Page("disputed", "claims:disputed", person="lead"),
        Page("sets", "claims:set-list"),
        Page("bin", "claims:bin", person="lead"),
        Page("members", "sources:members", person="lead"),
    ]


TEXTS = (COMMON, MIDDLE, RARER, RARE, f"{COMMON} {MIDDLE}", "nowhere")
CLAIM_FILTERS: dict[str, tuple[str, ...]] = {
    "q": TEXTS,
    "source": ("2", str(BOOK), str(SOURCES - 100)),
    "speaker": ("Speaker 1", "Rare Speaker"),
    "outlet": ("Outlet 1", "Rare Outlet"),
    "topic": ("topic 1", "topic 50", "rare topic"),
    "modality": ("fact", "intention"),
    "about": ("2020", "1950", "2012/.."),
    "asserted": ("2012-03", "2020/.."),
    "linked": ("yes", "no"),
    "contradicted": ("yes", "no"),
}
LINK_FILTERS: dict[str, tuple[str, ...]] = {
    "kind": ("contradicts", "supports", "neither"),
    "state": ("proposed", "disputed", "settled", "in review"),
    "type": ("numeric", "temporal"),
    "strength": ("weak",),
    "topic": ("topic 1", "topic 50", "rare topic"),
    "source": ("2", str(BOOK), str(SOURCES - 100)),
    "speaker": ("Speaker 1", "Rare Speaker"),
    "period": ("2020", "1950", "2012/.."),
    "changed": ("on",),
}
TODAY = str(timezone.now().date())
CONTRADICTIONS: dict[str, dict[str, str]] = {
    "first page": {},
    "deep page": {"before": "True~20000"},
    "deep page by age": {"sort": "age", "before": "True~-1600000000000000~20000"},
    "as of today": {"as_of": TODAY},
    "as of today, deep page": {"as_of": TODAY, "before": "20000"},
}
CONTRADICTION_FILTERS: dict[str, tuple[str, ...]] = {
    "q": TEXTS,
    "status": ("unresolved", "open", "reopened", "resolved", "due"),
    "kind": ("time", "genuine"),
    "strength": ("weak",),
    "origins": ("2", "10"),
    "topic": ("topic 1", "topic 50", "rare topic"),
    "speaker": ("Speaker 1", "Rare Speaker"),
    "source": ("2", str(BOOK), str(SOURCES - 100)),
    "sort": ("age", "activity", "origins"),
    "as_of": ("2000-01-01", TODAY),
}
SOURCE_FILTERS: dict[str, tuple[str, ...]] = {
    "q": TEXTS,
    "outlet": ("Outlet 1", "Rare Outlet"),
    "author": ("Author 300",),
    "since": ("2020-05",),
    "until": ("2012-01",),
    "language": ("en", "zh"),
    "reliability": ("A",),
}


def unmeasured() -> list[str]:
    """The filters of the lists that no page here asks with."""
    lists = (
        (ClaimFilter, CLAIM_FILTERS),
        (LinkFilter, LINK_FILTERS),
        (ContradictionFilter, CONTRADICTION_FILTERS),
        (SourceFilter, SOURCE_FILTERS),
    )
    return [
        f"{filters.__name__}.{name}"
        for filters, measured in lists
        for name in filters.base_filters
        if name not in measured
    ]


def run(given: Namespace) -> int:
    prepare_database(may_migrate=True)
    prepare_static()
    if not Dossier.objects.filter(slug=SLUG).exists():
        print(f"Making a dossier of {CLAIMS:,} claims and {LINKS:,} links …", flush=True)
        generate()
    chosen, missing = [], []
    for page in pages():
        if given.only in page.name:
            try:
                page.address(random.Random(0))
            except NoReverseMatch:
                missing.append(page)
            else:
                chosen.append(page)
    if given.explain:
        for page in chosen:
            _explain(page)
        return 0
    connection.close()
    with serving() as server:
        failed = _Bench(server, given.requests).measure(chosen, given.only)
    for page in missing:
        print(f"not measured, there is no such address: {page.name} ({page.url})")
    for name in unmeasured():
        print(f"not measured, no page asks with this filter: {name}")
    return 1 if failed or missing or unmeasured() else 0


@dataclass
class Times:
    """The answers to one page's requests, and to those for the empty page between them."""

    page: list[float] = field(default_factory=list)
    empty: list[float] = field(default_factory=list)

    def row(self, limit: float) -> str:
        figures = [median(self.page), _p95(self.page), median(self.empty), limit]
        return "".join(f"{1000 * figure:9.1f}" for figure in figures)


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1]


class _Bench:
    """One run: visitors signed in on one server, and a line of the table for each thing measured."""

    WIDTH = 44

    def __init__(self, server: Server, requests: int) -> None:
        self.server = server
        self.requests = requests
        self.empty = reverse("claims:pair", args=[SLUG])
        self.choose = random.Random(1)
        self.visitors: dict[str, Visitor] = {}
        self.failed = 0

    def measure(self, chosen: list[Page], only: str) -> int:
        """How many things broke their limit."""
        print(
            f"Milliseconds of {self.requests} requests each, alternating with the empty page, {self.empty}. "
            f"The profile page, which is outside any dossier: {1000 * self.profile():.1f}."
        )
        print(f"{'':{self.WIDTH}}{'p50':>9}{'p95':>9}{'empty':>9}{'limit':>9}{'queries':>9}{'kB':>7}")
        for page in chosen:
            self.page(page)
        for name, measure in {"verdict": self.verdict, "export": self.exports}.items():
            if only in name:
                measure()
        return self.failed

    def visitor(self, name: str) -> Visitor:
        if name not in self.visitors:
            self.visitors[name] = Visitor(self.server.port)
            self.visitors[name].sign_in(name, PASSWORD)
        self.visitors[name].connect()
        return self.visitors[name]

    def profile(self) -> float:
        visitor = self.visitor("analyst")
        return median(visitor.get(reverse("profile")).seconds for _ in range(WARM_UP + self.requests))

    def page(self, page: Page) -> None:
        visitor = self.visitor(page.person)

        def ask() -> Answer:
            return visitor.get(page.address(self.choose), htmx=page.htmx)

        if (first := ask()).status != 200:
            self.failed += 1
            print(f"{page.name[: self.WIDTH - 1]:{self.WIDTH}} answers {first.status}", flush=True)
            return
        times, last = self.alternate(ask)
        self.line(page.name, times, page.limit(median(times.empty)), queries_of(page), last)

    def verdict(self) -> None:
        """A verdict as the desk sends it: recorded, with the next pair in the answer."""
        for person, name in {"newcomer": "a verdict", "reviewer": "a verdict, after 50,000"}.items():
            visitor, desk = self.visitor(person), reverse("claims:review", args=[SLUG])
            shown = visitor.get(desk)

            def judge(visitor: Visitor = visitor, desk: str = desk) -> Answer:
                nonlocal shown
                form = form_of(shown, desk)
                shown = visitor.post(desk, {**form, "verdict": "supports"}, htmx=True)
                return shown

            times, last = self.alternate(judge)
            self.line(f"{name}, with the next pair", times, FACTOR * median(times.empty) + SLACK, None, last)

    def exports(self) -> None:
        """Everything, written by the worker, then fetched; nothing else is asked but how far it is."""
        idle, visitor = self.server.peak_memory(), self.visitor("viewer")
        for name in ("gainsay", "nli", "csv"):
            address = f"{reverse('claims:set-export', args=[SLUG])}?{urlencode({'format': name})}"
            form = form_of(visitor.get(reverse("claims:set-list", args=[SLUG])), address)
            since = time.perf_counter()
            page = visitor.post(address, form).headers["Location"]
            while b"data-at-work" in visitor.get(page).body:
                time.sleep(0.1)
            seconds = time.perf_counter() - since
            file = visitor.stream(f"{page}file/")
            if file.status != 200:
                raise SystemExit(f"The export {name} answers {file.status}.")
            peak = self.server.peak_memory()
            grown = f", {(peak - idle) / 1e6:.0f} MB more memory than before" if idle and peak else ""
            print(
                f"export, {name}: {int(file.body):,} lines written in {seconds:.1f} s, {LINKS / seconds:,.0f} links/s, "
                f"fetched in {file.seconds:.1f} s{grown}",
                flush=True,
            )

    def alternate(self, ask: Callable[[], Answer]) -> tuple[Times, Answer]:
        times, analyst = Times(), self.visitor("analyst")
        for n in range(-WARM_UP, self.requests):
            empty, asked = analyst.get(self.empty), ask()
            for answer in (empty, asked):
                if answer.status not in (200, 302):
                    raise SystemExit(f"An answer of {answer.status}: {answer.body[:500].decode()}")
            if n >= 0:
                times.empty.append(empty.seconds)
                times.page.append(asked.seconds)
        return times, asked

    def line(self, name: str, times: Times, limit: float, queries: int | None, last: Answer) -> None:
        broken = median(times.page) > limit
        self.failed += broken
        print(
            f"{name[: self.WIDTH - 1]:{self.WIDTH}}{times.row(limit)}{queries or '':>9}"
            f"{len(last.body) / 1000:7.0f}{'  over the limit' if broken else ''}",
            flush=True,
        )


def queries_of(page: Page) -> int:
    return len(_captured(page))


def _captured(page: Page) -> list[dict[str, str]]:
    client = Client(SERVER_NAME="localhost", headers={"HX-Request": "true"} if page.htmx else {})
    client.force_login(
        User.objects.get(username=page.person), backend="django.contrib.auth.backends.ModelBackend"
    )
    address = page.address(random.Random(0))
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return captured.captured_queries


def _explain(page: Page) -> None:
    """The page's queries with their times, and the plans of the slow ones."""
    queries = _captured(page)
    total = sum(float(query["time"]) for query in queries)
    print(f"\n{page.name}: {len(queries)} queries, {1000 * total:.1f} ms")
    for query in queries:
        milliseconds = 1000 * float(query["time"])
        print(f"{milliseconds:8.1f}  {query['sql'][:160]}")
        if milliseconds >= SLOW_QUERY and query["sql"].startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {query['sql']}")
                print("\n".join(f"          {line}" for (line,) in cursor.fetchall()))
