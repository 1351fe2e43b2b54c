"""A dossier of 100,000 claims and 200,000 links, the same every time, brought in through COPY. It measures nothing.

What makes it hard is meant: words are as unevenly common as in a language (Zipf), claims are numbered in the order of
their sources (so that a rare filter's matches lie together, far from the first page), one person has judged 50,000
links, the lowest numbers first, and 20,000 of them wait for a second reviewer; another has judged 2,000.
"""

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from claims.models import Claim, ClaimTopic, Disclosure, Kind, Lease, Link, Review, Skip, Speaker, Topic
from sources.actions.dossier import create_dossier
from sources.bulk import MANY, many_rows
from sources.languages import config_for
from sources.models import Dossier, Membership, Role, Source, User

SLUG = "benchmark"
PASSWORD = "measured, not guessed"
"""Of every account here: the database lives as long as the measurement."""
SEED = 20261122

CLAIMS = 100_000
LINKS = 200_000
SOURCES = 5_000
CLAIMS_A_SOURCE = 20
BOOK = 2_500
"""The number of the one long source: 500 marked quotes in some 200,000 characters."""
BOOK_CLAIMS = 500
HUB = 50_001
"""The number of the claim with exactly 50 links."""
HUB_LINKS = 50
UNLINKED = 3
"""Claims whose number ends in this have no link."""
JUDGED = 50_000
"""How many links the reviewer has judged, …"""
WAITING = 20_000
"""… and how many of those nobody else has."""
BEGUN = 100_000
"""Links above this number have no review."""
FEW_JUDGED = 2_000
"""How many the newcomer has judged: the last that have reviews."""

OUTLETS = 150
SPEAKERS = 3_000
TOPICS = 200

WORDS = 30_000
FUNCTION = (
    "the of and to in a that is was for on as with by at from it be are has have not but which their they"
)
CONTENT = (
    "trade ministry border officials exports president growth sanctions agreement pipeline troops energy customs "
    "summit policy currency minister region economy security partnership imports gas technology report bank rail "
    "investment oil company market war alliance treaty visit statement military percent supply demand price quarter "
    "year government foreign defence delegation forum corridor port grain timber satellite exercise strategic"
)
SYLLABLES = (
    "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo yu zan bre cli dra flo gri ple sto tru vin"
)
RARE = "pelargonium"
"""A word that stands in three statements, those of the claims 40, 41 and 42."""
COMMON = "trade"


def words() -> list[str]:
    """The vocabulary, the most common word first."""
    choose, syllables = random.Random(SEED), SYLLABLES.split()
    known = [*FUNCTION.split(), *CONTENT.split()]
    made: dict[str, None] = {}
    while len(known) + len(made) < WORDS:
        made["".join(choose.choices(syllables, k=choose.choice((2, 3, 3, 4))))] = None
    return [*known, *made]


def generate() -> Dossier:
    """Make the people and the dossier; the caller's database has none of that name."""
    with transaction.atomic():
        people = _people()
        dossier = create_dossier(
            slug=SLUG,
            name="The benchmark",
            question="Is it fast?",
            language="en",
            leads=[people.pop(Role.LEAD)],
        )
        members = {Role.LEAD.value: Membership.objects.get(dossier=dossier)}
        for name, user in people.items():
            role = name if name in Role.values else Role.REVIEWER
            members[name] = Membership.objects.create(dossier=dossier, user=user, name=name, role=role)
        _Filling(dossier, members).fill()
    for table in ("sources_source", "sources_sourcepiece", *connection.introspection.table_names()):
        if table.startswith(("sources_", "claims_")):
            with connection.cursor() as cursor:
                cursor.execute(f'VACUUM ANALYZE "{table}"')
    return dossier


def _people() -> dict[str, User]:
    return {
        name: User.objects.create_user(name, password=PASSWORD)
        for name in (
            Role.LEAD.value,
            Role.ANALYST.value,
            Role.REVIEWER.value,
            Role.VIEWER.value,
            "second",
            "newcomer",
        )
    }


@dataclass
class _Quote:
    source: int
    start: int
    text: str


class _Filling:
    """The rows, made in the order of their numbers; the key of a row is its number plus what was there before."""

    def __init__(self, dossier: Dossier, members: dict[str, Membership]) -> None:
        self.dossier = dossier
        self.members = members
        self.choose = random.Random(SEED)
        self.vocabulary = words()
        self.weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(self.vocabulary))))
        self.begin = datetime(2024, 1, 1, tzinfo=UTC)
        numbered: tuple[type[models.Model], ...] = (Source, Claim, Link, Speaker, Topic)
        self.offset = {model: _last_key(model) for model in numbered}
        self.quotes: list[_Quote] = []

    def fill(self) -> None:
        for model, columns, rows in (
            (Speaker, "name affiliation", self.speakers()),
            (Topic, "name", self.topics()),
            (
                Source,
                "number title outlet author published language reliability text config by at",
                self.sources(),
            ),
            (
                Claim,
                "number source quote start end statement speaker via asserted about modality credibility config by "
                "at binned_at",
                self.claims(),
            ),
            (ClaimTopic, "claim topic", self.claim_topics()),
            (
                Link,
                "number from_claim to_claim kind mutual contradiction_type strength rationale "
                "adjudication_verdict adjudicated_by adjudicated_at by at binned_at",
                self.links(),
            ),
            (Review, "link reviewer verdict confidence note from_version to_version by at", self.reviews()),
            (Disclosure, "link person round at", self.disclosures()),
            (Skip, "link person at", self.skips()),
            (Lease, "link person expires_at", self.leases()),
        ):
            self.copy(model, columns.split(), rows)
        # Some words change after review, as they do.
        Claim.objects.filter(dossier=self.dossier, number__range=(9_900, 10_000)).update(
            statement=models.functions.Concat("statement", models.Value(" Indeed."))
        )

    def copy(self, model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """COPY into the model's table; columns that ``names`` leaves out get the model's defaults."""
        fields = {field.name: field for field in model._meta.concrete_fields}
        given = [fields[name] for name in names]
        rest = [
            field
            for field in fields.values()
            if field not in given and not field.generated and field.name not in ("id", "dossier")
        ]
        constant = [field.get_default() for field in rest]
        key = "" if model not in self.offset else "id, "
        columns = ", ".join(f'"{field.column}"' for field in (fields["dossier"], *given, *rest))
        table = model._meta.db_table
        with many_rows(MANY), connection.cursor() as cursor:
            with cursor.copy(f"COPY {table} ({key}{columns}) FROM STDIN") as copy:
                for n, row in enumerate(rows, self.offset.get(model, 0) + 1):
                    copy.write_row([*([n] if key else []), self.dossier.pk, *row, *constant])
            cursor.execute(
                f"ANALYZE {table}, claims_support, claims_contradiction"
            )  # triggers of the next join them
            if key:
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                )

    def speakers(self) -> Iterator[Sequence[Any]]:
        for n in range(1, SPEAKERS):
            yield f"Speaker {n}", f"Affiliation {n % 40}"
        yield "Rare Speaker", "Nobody's"

    def topics(self) -> Iterator[Sequence[Any]]:
        for n in range(1, TOPICS):
            yield (f"topic {n}",)
        yield ("rare topic",)

    def sentence(self) -> str:
        length = self.choose.randint(9, 26)
        chosen = self.choose.choices(self.vocabulary, cum_weights=self.weights, k=length)
        return " ".join([chosen[0].capitalize(), *chosen[1:]]) + "."

    def sources(self) -> Iterator[Sequence[Any]]:
        choose = self.choose
        claims_left = CLAIMS
        for number in range(1, SOURCES + 1):
            quotes = min(claims_left, BOOK_CLAIMS if number == BOOK else CLAIMS_A_SOURCE)
            claims_left -= quotes
            text = self.text(number, quotes, sentences=1_900 if number == BOOK else 45)
            year, month, day = choose.randint(2012, 2026), choose.randint(1, 12), choose.randint(1, 28)
            language = choose.choices(("en", "de", "ru", "zh"), (90, 5, 3, 2))[0]
            yield (
                number,
                " ".join(choose.choices(self.vocabulary, cum_weights=self.weights, k=8)).capitalize(),
                "Rare Outlet" if number == 2 else f"Outlet {_zipf(choose, OUTLETS)}",
                f"Author {_zipf(choose, 400)}",
                choose.choice((f"{year}", f"{year}-{month:02}", f"{year}-{month:02}-{day:02}")),
                language,
                choose.choice("ABCDEF"),
                text,
                config_for(language),
                self.members["analyst"].pk,
                self.begin + timedelta(minutes=number),
            )

    def text(self, source: int, quotes: int, *, sentences: int) -> str:
        """A text in paragraphs; the sentences that claims rest on are noted."""
        marked = set(self.choose.sample(range(sentences), quotes))
        parts, at = [], 0
        for n in range(sentences):
            sentence = self.sentence()
            if n in marked:
                self.quotes.append(_Quote(source, at, sentence))
            gap = "\n\n" if n % 5 == 4 else " "
            parts.append(sentence + gap)
            at += len(sentence) + len(gap)
        return "".join(parts).rstrip()

    def claims(self) -> Iterator[Sequence[Any]]:
        choose = self.choose
        for number, quote in enumerate(self.quotes, 1):
            half = quote.text.rstrip(".").split()[: choose.randint(6, 12)]
            year = choose.randint(2012, 2026)
            speaker = SPEAKERS if number in (5, 77) else _zipf(choose, SPEAKERS - 1)
            yield (
                number,
                self.offset[Source] + quote.source,
                quote.text,
                quote.start,
                quote.start + len(quote.text),
                " ".join([*half, *([RARE] if number in (40, 41, 42) else [])]) + ".",
                None if choose.random() < 0.2 else self.offset[Speaker] + speaker,
                choose.choice(("", "", "", "a spokesman")),
                choose.choice(("", f"{year}", f"{year}-{choose.randint(1, 12):02}")),
                "1950"
                if number == 60
                else choose.choice(("", f"{year}", f"{year}-06", f"{year - 1}-03/{year}-02")),
                choose.choices(
                    ("fact", "opinion", "forecast", "denial", "intention", ""), (600, 200, 100, 89, 1, 10)
                )[0],
                choose.choice((None, 1, 2, 3, 4, 5, 6)),
                "english",
                self.members["analyst"].pk,
                self.begin + timedelta(minutes=5 * number),
                timezone.now() if number % 400 == UNLINKED else None,
            )

    def claim_topics(self) -> Iterator[Sequence[Any]]:
        for number in range(1, CLAIMS + 1):
            under = {_zipf(self.choose, TOPICS - 1) for _ in range(self.choose.choice((0, 1, 1, 2, 3)))}
            if number in (8, 9):
                under.add(TOPICS)
            for topic in under:
                yield self.offset[Claim] + number, self.offset[Topic] + topic

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Pairs of claims by number, mostly of claims that came near each other; each once, whichever way round."""
        choose, seen = self.choose, set[tuple[int, int]]()
        hub = iter(
            choose.sample([n for n in range(1, CLAIMS + 1) if n % 10 != UNLINKED and n != HUB], HUB_LINKS)
        )
        every = LINKS // HUB_LINKS
        while len(seen) < LINKS:
            if len(seen) % every == every - 1:
                one, other = HUB, next(hub)
            else:
                one = choose.randint(1, CLAIMS)
                other = (
                    one + choose.randint(-2_000, 2_000)
                    if choose.random() < 0.8
                    else choose.randint(1, CLAIMS)
                )
                if HUB in (one, other) or not 1 <= other <= CLAIMS:
                    continue
                if one == other or UNLINKED in (one % 10, other % 10):
                    continue
            pair = (min(one, other), max(one, other))
            if pair not in seen:
                seen.add(pair)
                yield one, other

    def links(self) -> Iterator[Sequence[Any]]:
        choose = self.choose
        for number, (one, other) in enumerate(self.pairs(), 1):
            kind = choose.choices(Kind.values, (45, 45, 10))[0]
            contradicts = kind == Kind.CONTRADICTS
            settled = number <= BEGUN and choose.random() < 0.02
            when = self.begin + timedelta(minutes=2 * number)
            yield (
                number,
                self.offset[Claim] + one,
                self.offset[Claim] + other,
                kind,
                kind == Kind.SUPPORTS and choose.random() < 0.3,
                choose.choice(("negation", "numeric", "temporal", "scope", "")) if contradicts else "",
                choose.choice(("strong", "weak", "")),
                self.sentence() if choose.random() < 0.5 else "",
                kind if settled else "",
                self.members["lead"].pk if settled else None,
                when if settled else None,
                self.members["analyst"].pk,
                when,
                timezone.now() if number % 500 == 7 else None,
            )

    def reviews(self) -> Iterator[Sequence[Any]]:
        choose = self.choose
        for number in range(1, BEGUN + 1):
            if number <= JUDGED:
                alone = number <= WAITING
                reviewers = ["reviewer"] if alone else ["reviewer", choose.choice(("second", "analyst"))]
            elif number > BEGUN - FEW_JUDGED:
                reviewers = ["newcomer", "analyst"][: choose.randint(1, 2)]
            else:
                reviewers = choose.choice(([], ["second"], ["second", "analyst"], ["analyst", "lead"]))
            agreed = choose.choice(Kind.values)
            for name in reviewers:
                person = self.members[name].pk
                verdict = agreed if choose.random() < 0.93 else choose.choice(Kind.values)
                yield (
                    self.offset[Link] + number,
                    person,
                    verdict,
                    choose.choice((None, 1, 2, 3, 4, 5)),
                    self.sentence() if choose.random() < 0.1 else "",
                    1,
                    1,
                    person,
                    self.begin + timedelta(minutes=2 * LINKS + number),
                )

    def disclosures(self) -> Iterator[Sequence[Any]]:
        """Half of what the reviewer judged with another she was shown since, on lists and pages."""
        for number in range(WAITING + 1, JUDGED, 2):
            yield self.offset[Link] + number, self.members["reviewer"].pk, 1, timezone.now()

    def skips(self) -> Iterator[Sequence[Any]]:
        for number in range(BEGUN + 1, BEGUN + 200):
            yield self.offset[Link] + number, self.members["reviewer"].pk, timezone.now()

    def leases(self) -> Iterator[Sequence[Any]]:
        for n, name in enumerate(("analyst", "lead", "second")):
            yield (
                self.offset[Link] + BEGUN + 300 + n,
                self.members[name].pk,
                timezone.now() + timedelta(hours=8),
            )


def _zipf(choose: random.Random, n: int) -> int:
    """A number from 1 to ``n``, the low ones far more often."""
    return min(n, int((n + 1) ** choose.random()))


def _last_key(model: type[models.Model]) -> int:
    last: int | None = model._default_manager.aggregate(last=models.Max("pk"))["last"]
    return last or 0
