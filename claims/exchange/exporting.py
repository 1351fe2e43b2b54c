"""Exports too large to be streamed while somebody waits: asked for, written by a job, kept for a week.

One that is killed begins anew, from a new snapshot: nothing of it is kept before all of it is there.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.exchange.selection import Format, Selection
from claims.exchange.set_formats import SetFormat, make_any
from claims.exchange.spool import Spooled, spooled
from claims.models import AnnotatedSet, Export, ExportChunk
from sources.access import Access
from sources.actions.queueing import queue_once

AT_ONCE = 5_000
"""Of so many links an export streams at once; of more it is a job."""

KEPT = timedelta(days=7)
TRIES = 5
_TELL = 0.5
"""So many seconds pass between two words on how far it is."""

State = Export.State
logger = logging.getLogger(__name__)


class Interrupted(Exception):
    """The worker is to end: another begins the export anew."""


@transaction.atomic
def begin_export(
    access: Access,
    chosen: Format | SetFormat,
    *,
    links: int,
    query: str = "",
    words: Sequence[tuple[str, str]] = (),
    annotated_set: AnnotatedSet | None = None,
) -> Export:
    """Have a job write it; one that this person has asked for already, and that is not done yet, is given again."""
    mine = Export.objects.of(access.dossier.pk, access.person.pk).at_work()
    same: Export | None = mine.filter(format=chosen.name, query=query, annotated_set=annotated_set).first()
    if same is not None:
        return same
    export: Export = Export.objects.create(
        dossier=access.dossier,
        by=access.person,
        annotated_set=annotated_set,
        format=chosen.name,
        query=query,
        filter=[list(one) for one in words],
        links=links,
        total=links if chosen.ending == "jsonl" and chosen.name != "gainsay" else 0,
        expires_at=timezone.now() + KEPT,
    )
    transaction.on_commit(partial(go_on_with_export, export.pk))
    return export


def go_on_with_export(key: int) -> None:
    """Queue the job of an export, unless one waits already."""
    export = Export.objects.at_work().filter(pk=key).first()
    if export:
        queue_once("claims.tasks.write_export", f"export-{export.uid}", export=key)


def exports_without_job() -> list[int]:
    """The keys of the exports that are to be written, with no job that does it (given up after too many tries)."""
    alive = ProcrastinateJob.objects.filter(
        status__in=["todo", "doing"], lock=Concat(Value("export-"), Cast(OuterRef("uid"), TextField()))
    )
    return list(Export.objects.at_work().filter(~Exists(alive)).values_list("pk", flat=True))


def write_export(
    key: int,
    *,
    chosen: Format | SetFormat | None,
    selection: Callable[[Export], Selection | None],
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Write an export in the format ``chosen``. ``selection`` says what of, as whoever asked may see it now; None when
    she may see nothing any more. Raises Interrupted once it is to ``stop``.
    """  # fmt: skip
    export = Export.objects.select_related(
        "dossier", "by", "annotated_set__dossier", "annotated_set__by__user"
    )
    one = export.filter(pk=key).at_work().first()
    if one is None:
        return
    Export.objects.filter(pk=key).update(state=State.WRITING, written=0, attempts=F("attempts") + 1)
    if one.attempts >= TRIES:
        _fail(one, "It was begun too often without coming to its end. Ask for it again, or for less of it.")
        return
    what = selection(one) if chosen else None
    if chosen is None or what is None:
        _fail(one, "Whoever asked for it may not read this dossier any more.")
        return
    what.told()
    try:
        if one.annotated_set:
            make_any(one.annotated_set, one.format, told=_Progress(key, stop))
            _finish(one, what, None)
        else:
            assert isinstance(chosen, Format)
            with closing(chosen.write(what)) as blocks, spooled(blocks, _Progress(key, stop)) as content:
                _finish(one, what, content)
    except Interrupted:
        Export.objects.filter(pk=key).update(state=State.WAITING, attempts=F("attempts") - 1)
        raise
    except Exception:
        logger.exception("export %s", one.uid)
        if one.attempts + 1 >= TRIES:
            _fail(
                one, "Something went wrong that nobody foresaw; the server's log says what. Ask for it again."
            )
            return
        raise


@transaction.atomic
def _finish(one: Export, what: Selection, content: Spooled | None) -> None:
    if not Export.objects.select_for_update(no_key=True).filter(pk=one.pk).at_work().exists():
        return  # whoever asked for it has thrown it away meanwhile
    what.told()
    ExportChunk.objects.filter(export=one).delete()
    for position, data in content.chunks() if content else ():
        ExportChunk.objects.create(export=one, position=position, data=data)
    Export.objects.filter(pk=one.pk).update(
        state=State.READY,
        size=content.size if content else 0,
        sha256=content.sha256 if content else "",
        as_reviewer=what.access.can_review if what.access else True,
        expires_at=timezone.now() + KEPT,
    )


def _fail(one: Export, why: str) -> None:
    Export.objects.filter(pk=one.pk).update(state=State.FAILED, error=why)


class _Progress:
    """Tells how many lines are written, on a connection of its own: the other is in the midst of reading."""

    def __init__(self, key: int, stop: Callable[[], bool]) -> None:
        self._key, self._stop = key, stop
        self._lines, self._told = 0, time.monotonic()

    def __call__(self, block: bytes) -> None:
        self._lines += block.count(b"\n")
        if time.monotonic() - self._told < _TELL:
            return
        if self._stop():
            raise Interrupted
        aside = connection.copy()
        try:
            with aside.cursor() as cursor:
                cursor.execute(
                    "UPDATE claims_export SET written = %s WHERE id = %s", [self._lines, self._key]
                )
        finally:
            aside.close()
        self._told = time.monotonic()


def may_fetch(one: Export, access: Access) -> bool:
    """Whether what was written for somebody may still be given to her: what a viewer may read, no reviewer may."""
    return one.as_reviewer or not access.can_review


@transaction.atomic
def discard_export(one: Export) -> None:
    """Throw it away, written or not."""
    Export.objects.filter(pk=one.pk).delete()
