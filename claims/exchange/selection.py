"""Which links an export takes, in which order, and what of them its reader may know: the same for every format."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Q, QuerySet

from claims.actions.review import disclose
from claims.models import ClaimTopic, Link
from claims.querysets.link import LinkQuerySet
from sources.access import Access
from sources.models import Dossier
from sources.periods import parse_period

_BLOCK = 65_536


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The live links of a dossier that pass the filters; without one, the whole dossier.

    ``access`` is the reader's: what she must not know of a link in review stays out. None is an operator, who may
    know everything. ``source`` is a source's number; ``period`` is a time as written.
    """

    dossier: Dossier
    access: Access | None = None
    kind: str = ""
    state: str = ""
    topic: str = ""
    source: int | None = None
    period: str = ""

    @property
    def is_filtered(self) -> bool:
        return bool(self.kind or self.state or self.topic or self.source is not None or self.period)

    def links(self) -> LinkQuerySet:
        """By number, annotated with ``shown_state``: the state as the reader may know it."""
        links = Link.objects.live().filter(dossier=self.dossier)
        links = links.with_shown_state(self.access) if self.access else links.annotate(shown_state=F("state"))
        if self.kind:
            links = links.filter(standing=self.kind)
        if self.state:
            links = links.filter(shown_state=self.state)  # type: ignore[misc]
        if self.topic:
            under = ClaimTopic.objects.filter(dossier=self.dossier, topic__name=self.topic).values("claim")
            links = links.filter(Q(from_claim__in=under) | Q(to_claim__in=under))
        if self.source is not None:
            number = self.source
            links = links.filter(Q(from_claim__source__number=number) | Q(to_claim__source__number=number))
        if self.period:
            time = DateRange(*parse_period(self.period))
            links = links.filter(
                Q(from_claim__about_period__overlap=time) | Q(to_claim__about_period__overlap=time)
            )
        return links.order_by("number")

    def shown(self) -> LinkQuerySet:
        """Those links of the dossier whose reviews and state the reader may know."""
        links = Link.objects.filter(dossier=self.dossier)
        return links.shown_to(self.access) if self.access else links

    def disclose(self) -> None:
        """Record what this export shows its reader of others' verdicts; before it is written."""
        if self.access and self.access.person_id and self.access.can_review:
            for links in batched(self.links().only("pk").iterator(), 5_000, strict=False):
                disclose(self.access, links)


def keys_sql(links: QuerySet[Link]) -> tuple[str, tuple[Any, ...]]:
    """The primary keys of these links as a query in SQL, and its parameters."""
    try:
        sql, parameters = links.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint WHERE false", ()
    return sql, tuple(parameters)


@contextmanager
def snapshot() -> Iterator[None]:
    """One state of the database for all the queries within; a caller's own transaction is taken as it is."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def copied(sql: str, parameters: dict[str, Any] | tuple[Any, ...]) -> Iterator[bytes]:
    """The rows of a query with one text column that holds no control character: as lines, in blocks, as they come."""
    block = bytearray()
    with (
        connection.cursor() as cursor,
        # With a quote and a delimiter that stand in no line, lines come out as they are.
        cursor.copy(
            rf"COPY ({sql}) TO STDOUT (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02', ENCODING 'UTF8')",
            parameters,
        ) as copy,
    ):
        for row in copy:
            block += row
            if len(block) >= _BLOCK:
                yield bytes(block)
                block.clear()
    if block:
        yield bytes(block)


@dataclass(frozen=True)
class Format:
    """A way to write a selection: its name, what a person calls it, its file's ending, and who writes it."""

    name: str
    label: str
    ending: str
    content_type: str
    write: Callable[[Selection], Iterator[bytes]]
