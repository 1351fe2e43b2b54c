"""Which links an export takes, in which order, and what of them its reader may know: the same for every format."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, QuerySet

from claims.models import Link
from claims.querysets.link import LinkQuerySet
from sources.access import Access
from sources.models import Dossier

_BLOCK = 65_536


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What an export takes: ``links`` and what they rest on; without ``is_filtered`` the whole dossier.

    ``access`` is the reader's: what she must not know of a link in review stays out. None is an operator, who may
    know everything. ``told`` records what she learns of verdicts: to be called before she can read a word of the file,
    and once it is written for what was judged until then.
    """

    dossier: Dossier
    links: LinkQuerySet
    is_filtered: bool = False
    access: Access | None = None
    told: Callable[[], None] = lambda: None

    @classmethod
    def of(cls, dossier: Dossier, *, kind: str = "", state: str = "") -> Self:
        """An operator's: all live links, or those that stand as ``kind`` and are in ``state``."""
        links = Link.objects.live().filter(dossier=dossier)
        if kind:
            links = links.filter(standing=kind)
        if state:
            links = links.filter(state=state)
        return cls(dossier=dossier, links=links, is_filtered=bool(kind or state))

    def in_order(self) -> LinkQuerySet:
        """The links by number, annotated with ``shown_state``: the state as the reader may know it."""
        links = self.links
        links = links.with_shown_state(self.access) if self.access else links.annotate(shown_state=F("state"))
        return links.order_by("number")

    def shown(self) -> LinkQuerySet:
        """Those links of the dossier whose reviews and state the reader may know."""
        links = Link.objects.filter(dossier=self.dossier)
        return links.shown_to(self.access) if self.access else links


def keys_sql(links: QuerySet[Link]) -> tuple[str, tuple[Any, ...]]:
    """The primary keys of these links as a query in SQL, and its parameters."""
    sql, parameters = rows_sql(links.order_by().values("pk"))
    return sql or "SELECT NULL::bigint WHERE false", parameters


def rows_sql(rows: QuerySet[Any, Any]) -> tuple[str, tuple[Any, ...]]:
    """The query of these rows in SQL, and its parameters; "" where it can find none."""
    try:
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return "", ()
    return sql, tuple(parameters)


@contextmanager
def snapshot(*, read_only: bool = True) -> Iterator[None]:
    """One state of the database for all the queries within; a caller's own transaction is taken as it is."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            access = "READ ONLY" if read_only else "READ WRITE"
            cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, {access}")
        yield


def copied(sql: str, parameters: tuple[Any, ...]) -> Iterator[bytes]:
    """The rows of a query with one text column that holds no control character: as lines, in blocks, as they come."""
    # With a quote and a delimiter that stand in no line, lines come out as they are.
    yield from in_copy(sql, parameters, r"QUOTE E'\x01', DELIMITER E'\x02'")


def in_copy(
    sql: str, parameters: tuple[Any, ...], options: str = "", *, ending: bytes = b"\n"
) -> Iterator[bytes]:
    """The rows of a query as CSV of these options, in blocks, as they come; each line with this ending."""
    block = bytearray()
    form = ", ".join(filter(None, ("FORMAT csv", options, "ENCODING 'UTF8'")))
    with connection.cursor() as cursor:
        asked = cursor.mogrify(f"COPY ({sql}) TO STDOUT ({form})", parameters)
        with cursor.copy(asked) as copy:
            for row in copy:
                block += row[:-1]
                block += ending
                if len(block) >= _BLOCK:
                    yield bytes(block)
                    block.clear()
    if block:
        yield bytes(block)


def _nothing() -> str:
    return ""


@dataclass(frozen=True)
class Format:
    """A way to write a selection: its name, what a person calls it, its file's ending, and who writes it.

    Whoever does not read to the end closes the generator, which ends its transaction. ``purpose`` says in a line what
    it is for; ``missing`` why it cannot be written here, "" when it can. Where ``unpack`` is given, what is written is
    packed, and this lays it out in a folder, which must be new or empty.
    """

    name: str
    label: str
    ending: str
    content_type: str
    write: Callable[[Selection], Generator[bytes]]
    purpose: str = ""
    is_text: bool = True
    missing: Callable[[], str] = _nothing
    unpack: Callable[[Iterable[bytes], Path], None] | None = None
