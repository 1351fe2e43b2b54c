"""Many texts at once: taken in, read one by one, looked through, and brought in one by one.

Each item is a draft of its intake. It is read, and brought in, in a transaction of its own that asks first whether it
still waits: whoever is killed loses the item at hand and nothing else, and whoever goes on does none twice.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import PurePath
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Exists, Max, OuterRef, Q, Sum, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from sources.actions.draft import (
    GUESSED,
    MAX_BYTES,
    NEAR,
    TOO_BIG,
    CarryOver,
    guesses,
    is_to_be_replaced,
    near_sources,
    read_original,
    same_address,
    store,
)
from sources.actions.origin import propose_later
from sources.actions.original import bytes_of, keep_in_chunks, keep_original, write_to
from sources.actions.queueing import queue_once
from sources.actions.records import one_at_a_time
from sources.actions.source import HereAlready, same_text
from sources.copies import near_copies_among
from sources.intake import archive
from sources.intake.articles import SUFFIXES as TABLES
from sources.intake.articles import read_table
from sources.intake.draft import Draft as Extracted
from sources.intake.draft import IntakeError
from sources.intake.extract import ACCEPTED, Apart, paste
from sources.intake.fetch import Fetched
from sources.intake.web import read_address
from sources.models import Dossier, Draft, Intake, Membership
from sources.querysets import KINDS, DraftQuerySet

MOST_ITEMS = 5_000
"""So many items an intake holds, those of its zips and tables counted."""

MOST_COMPARED = 20_000_000
"""Of so many characters the texts of an intake are compared with each other: they are all in memory then, each
character of a script without spaces as a word."""

LATER = 1_000_000
"""From here on stand the zips and tables that wait: what is in them gets the next places, or they when they fail."""

BROUGHT_ALONE = (*ACCEPTED, *TABLES, archive.SUFFIX)
"""What a file may end in. In a zip, all but a zip."""

KNOWN = (*GUESSED, "canonical_url")

State = Draft.State
logger = logging.getLogger(__name__)


class NotNow(ValidationError):
    """The intake is being read or brought in, or is gone: nothing of it can be changed."""


@dataclass(frozen=True)
class File:
    """A file on its way in. ``chunks`` gives its bytes, original.CHUNK at a time, each time it is asked."""

    name: str
    size: int
    chunks: Callable[[], Iterable[bytes]]


# -- taking in ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_intake(
    *,
    dossier: Dossier,
    by: Membership,
    files: Sequence[File] = (),
    addresses: Sequence[str] = (),
    text: str = "",
    encoding: str = "",
    notes: Sequence[str] = (),
) -> Intake:
    """Keep all of it, and have a job read it. Nothing is looked into yet: what is wrong with one is told of that one.

    The items stand in this order: the text, the files, the addresses; what is in zips and tables follows.
    """
    intake = Intake.objects.create(dossier=dossier, by=by, encoding=encoding, notes=list(notes))
    items = _Items(intake)
    if text:
        items.add(text=text)
    for file in files:
        if refusal := _refusal(file):
            items.add(filename=file.name, state=State.FAILED, error=refusal)
        else:
            original = keep_in_chunks(dossier=dossier, filename=file.name, chunks=file.chunks)
            several = _suffix(file.name) in (*TABLES, archive.SUFFIX)
            (items.add_later if several else items.add)(filename=file.name, original=original)
    for address in addresses:
        items.add(address=address)
    items.save()
    _defer("sources.tasks.read_intake", intake)
    return intake


def _refusal(file: File) -> str:
    suffix = _suffix(file.name)
    if suffix not in BROUGHT_ALONE:
        ending = f"Files ending in “{suffix}”" if suffix else "Files without an ending"
        return f"{ending} are not read here; bring it as one of {', '.join(BROUGHT_ALONE)}."
    if not file.size:
        return "The file is empty. Save it again and bring it once more."
    if file.size > MAX_BYTES and suffix != archive.SUFFIX:
        return TOO_BIG
    return ""


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower()


class _Items:
    """New items of an intake, given their places in the order they come."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._last = last_place(intake)
        self._later = max(LATER, intake.drafts.aggregate(last=Max("position"))["last"] or 0)
        self._drafts: list[Draft] = []

    def add(self, **fields: Any) -> None:
        if self._last >= MOST_ITEMS:
            raise IntakeError(
                f"An intake holds at most {MOST_ITEMS:,} items; nothing more of this was taken. Bring the rest in "
                "another go."
            )
        self._last += 1
        self._add(self._last, fields)

    def add_later(self, **fields: Any) -> None:
        """Something that several items will come of."""
        self._later += 1
        self._add(self._later, fields)

    def _add(self, position: int, fields: dict[str, Any]) -> None:
        fields = {"state": State.WAITING, **fields, "filename": fields.get("filename", "")[-1000:]}
        intake = self._intake
        draft = Draft(
            dossier_id=intake.dossier_id, by_id=intake.by_id, intake=intake, position=position, **fields
        )
        self._drafts.append(draft)

    def save(self) -> None:
        Draft.objects.bulk_create(self._drafts, batch_size=200)
        self._drafts.clear()


def last_place(intake: Intake) -> int:
    """The place of the last item that has one for good."""
    return intake.drafts.filter(position__lt=LATER).aggregate(last=Max("position"))["last"] or 0


def _defer(task: str, intake: Intake) -> None:
    """Queue a job for this intake, unless one waits already. Two for one intake never run at once."""
    lock = f"intake-{intake.uid}"
    queue_once(task, lock, waiting=f"{task} {lock}", intake=intake.pk)


def go_on_later(intake_id: int) -> None:
    """Queue the job anew that the state of the intake asks for: whoever did some of it lets others have a turn."""
    intake = Intake.objects.filter(pk=intake_id).first()
    task = {
        Intake.State.READING: "sources.tasks.read_intake",
        Intake.State.STORING: "claims.tasks.store_intake",
    }
    if intake and intake.state in task:
        _defer(task[Intake.State(intake.state)], intake)


def without_job() -> list[int]:
    """The keys of the intakes that are at work, with no job that is: it was given up after too many tries."""
    alive = ProcrastinateJob.objects.filter(
        status__in=["todo", "doing"], lock=Concat(Value("intake-"), Cast(OuterRef("uid"), TextField()))
    )
    return list(Intake.objects.at_work().filter(~Exists(alive)).values_list("pk", flat=True))


def a_worker_is_there() -> bool:
    """Whether a worker said lately that it is alive."""
    latest = settings.PROCRASTINATE_WORKER_DEFAULTS["stalled_worker_timeout"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - %s * interval '1 second')",
            [latest],
        )
        (found,) = cursor.fetchone() or (False,)
    return bool(found)


# -- reading -----------------------------------------------------------------------------------------------------------


def read_items(intake_id: int, *, apart: Apart, enough: Callable[[], bool]) -> bool:
    """Read what waits in an intake, item by item, until there is no more or it is ``enough``; whether all is read."""
    while (draft := _next(intake_id, State.WAITING)) is not None:
        _guarded(draft, partial(_read_item, draft, apart=apart), to_do=State.WAITING)
        if enough():
            return False
    _finish_reading(intake_id)
    return True


def _next(intake_id: int, state: Draft.State) -> Draft | None:
    items = Draft.objects.filter(intake=intake_id, state=state, dropped_at=None).defer("text")
    return items.select_related("dossier", "by", "intake", "original").order_by("position").first()


def _guarded(draft: Draft, act: Callable[[], None], *, to_do: Draft.State) -> None:
    """Do something with one item; what fails for a reason that nobody foresaw says so, and the others go on."""
    try:
        act()
    except (
        OperationalError,
        InterfaceError,
    ):  # the database is away, not the item at fault: the job is run again
        raise
    except Exception:
        logger.exception("item %s of intake %s", draft.position, draft.intake_id)
        _settle(
            draft,
            to_do=to_do,
            state=State.FAILED,
            error="Something went wrong here that is not the text's fault; it is in the log. Nothing of it is lost: "
            "try it again, and tell whoever runs Gainsay when it stays so.",
        )


def _lock_intake(draft: Draft) -> Intake:
    """The intake of an item, as it stands now, until the transaction ends: its items are settled in turn.

    Such a transaction need not wait for the disk: should the power fail, the item waits as before, and is done again.
    """
    assert draft.intake
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    return Intake.objects.select_for_update(no_key=True).get(pk=draft.intake.pk)


@transaction.atomic
def _settle(draft: Draft, *, to_do: Draft.State, **fields: Any) -> bool:
    """Write what became of an item, if it still waits for just that; whether it did."""
    current = Draft.objects.select_for_update().filter(pk=draft.pk, state=to_do).defer("text").first()
    if current is None:
        return False
    if current.position and current.position > LATER and current.intake:
        fields = {**fields, "position": last_place(current.intake) + 1}
    for name, value in fields.items():
        setattr(current, name, value)
    current.save(update_fields=list(fields))
    return True


def _read_item(draft: Draft, *, apart: Apart) -> None:
    try:
        if draft.original and not draft.length and _suffix(draft.filename) == archive.SUFFIX:
            _unpack(draft)
        elif draft.original and not draft.length and _suffix(draft.filename) in TABLES:
            _unfold(draft)
        else:
            fields = _fields_of(draft, apart=apart)
            fetched: Fetched | None = fields.pop("fetched", None)
            with transaction.atomic():
                _lock_intake(draft)  # its items are looked at in turn: each sees its twins
                if (
                    fetched
                ):  # kept with the item that it is of: what nothing came from may be removed at any time
                    fields["original"] = keep_original(
                        dossier=draft.dossier,
                        filename=fetched.filename,
                        data=fetched.data,
                        address=fetched.address,
                        media_type=fetched.media_type,
                    )
                for name, value in fields.items():
                    setattr(draft, name, value)
                _settle(draft, to_do=State.WAITING, **fields, **_found(draft))
    except IntakeError as error:
        _settle(draft, to_do=State.WAITING, state=State.FAILED, error=str(error))
    except ValidationError as error:
        _settle(draft, to_do=State.WAITING, state=State.FAILED, error=" ".join(error.messages))


def _fields_of(draft: Draft, *, apart: Apart) -> dict[str, Any]:
    """What an item holds: of pasted text and of a row the text is there, a file is read, an address is fetched.

    What was ``fetched`` comes with the rest, to be kept.
    """
    assert draft.intake
    if draft.original and not draft.length:
        encoding = draft.encoding or draft.intake.encoding or None
        return _extracted(read_original(draft, encoding=encoding, apart=apart), draft)
    if draft.address and not draft.length:
        # Whoever fetches is a guest there: one of us at a time.
        with one_at_a_time("fetching", urlsplit(draft.address).hostname or ""):
            page = read_address(draft.address, apart=apart)
        return {**_extracted(page.draft, draft), "fetched": page.fetched}
    if not draft.filename and not draft.title:
        return _extracted(paste(draft.text), draft)
    return {}


def _extracted(extracted: Extracted, draft: Draft) -> dict[str, Any]:
    """The fields of a draft, as they were read. What stands there stays: a person wrote it before she tried again."""
    found = guesses(extracted)
    unset = {name: value for name, value in found.items() if name not in KNOWN or not getattr(draft, name)}
    return {**unset, "text": extracted.text}


def _found(draft: Draft) -> dict[str, Any]:
    """What is here of a text already: itself, its address, much of its wording."""
    nothing: dict[str, Any] = {"error": "", "source": None, "replaces": None, "near": []}
    if there := same_text(draft.dossier, draft.text):
        return {**nothing, "state": State.HERE, "source": there}
    twin = _twin(draft)
    if twin:
        near = [{"item": twin.position, "share": 1.0}]
        return {**nothing, "state": State.HERE, "near": near}
    same = same_address(draft)
    if same and is_to_be_replaced(draft, same):
        same = None
    return {**nothing, "state": State.READ, "near": near_sources(draft), "replaces": same}


def _twin(draft: Draft) -> Draft | None:
    """The item of the same intake that has this text."""
    items = Draft.objects.filter(intake=draft.intake_id, state=State.READ, dropped_at=None)
    return items.filter(length=len(draft.text), text=draft.text).exclude(pk=draft.pk).defer("text").first()


@transaction.atomic
def _unpack(draft: Draft) -> None:
    """Put in the place of a zip what is in it."""
    if not _still_waits(draft):
        return
    assert draft.intake
    assert draft.original
    packed = draft.original
    Draft.objects.filter(pk=draft.pk).delete()
    items = _Items(draft.intake)
    with TemporaryFile() as file:
        write_to(file, packed)
        with archive.opened(file, (*ACCEPTED, *TABLES)) as opened:
            for name in opened.names:
                try:
                    data = opened.read(name, MAX_BYTES)
                except IntakeError as error:
                    items.add(filename=name, state=State.FAILED, error=str(error))
                    continue
                if not data:
                    items.add(
                        filename=name,
                        state=State.FAILED,
                        error="The file is empty. Save it again and bring it once more.",
                    )
                    continue
                original = keep_original(dossier=draft.dossier, filename=name, data=data)
                (items.add_later if _suffix(name) in TABLES else items.add)(filename=name, original=original)
            passed_over = opened.passed_over
        items.save()
    if passed_over:
        _note(draft, f"{_endings(passed_over)} in it passed over: nothing is read of such files.")
    packed.chunks.all().delete()
    packed.delete()


def _endings(passed_over: Mapping[str, int]) -> str:
    """ "3 files (.jpg, .png)" """
    count = sum(passed_over.values())
    named = sorted(suffix or "without an ending" for suffix in passed_over)
    listed = ", ".join(named[:8]) + (" and others" if len(named) > 8 else "")
    return f"1 file ({listed})" if count == 1 else f"{count:,} files ({listed})"


@transaction.atomic
def _unfold(draft: Draft) -> None:
    """Put in the place of a table the articles in it."""
    if not _still_waits(draft):
        return
    assert draft.intake
    assert draft.original
    table = read_table(draft.filename, bytes_of(draft.original), encoding=draft.intake.encoding or None)
    Draft.objects.filter(pk=draft.pk).delete()
    items = _Items(draft.intake)
    for row in table.rows:
        name = f"{draft.filename[-900:]}, {table.unit} {row.line:,}"
        if row.draft is None:
            items.add(filename=name, state=State.FAILED, error=row.error)
        else:
            known = {name: getattr(row.draft, name) for name in (*GUESSED, "text")}
            items.add(
                filename=name,
                original=draft.original,
                reliability=row.reliability,
                warnings=list(row.draft.warnings),
                **known,
            )
    items.save()
    for note in table.notes:
        _note(draft, note)


def _still_waits(draft: Draft) -> bool:
    """Lock its intake, so that places are given once, and look whether the item waits still."""
    _lock_intake(draft)
    return Draft.objects.select_for_update().filter(pk=draft.pk, state=State.WAITING).exists()


def _note(draft: Draft, words: str) -> None:
    intake = _lock_intake(draft)
    intake.notes = [*intake.notes, f"{draft.filename}: {words}"]
    intake.save(update_fields=["notes", "changed_at"])


@transaction.atomic
def _finish_reading(intake_id: int) -> None:
    """All is read: say which items are near copies of each other, and let the person look."""
    intake = Intake.objects.select_for_update(no_key=True).filter(pk=intake_id).first()
    if intake is None or intake.state != Intake.State.READING:
        return
    if _next(intake_id, State.WAITING) is None:
        if not _compare_items(intake) and TOO_MUCH not in intake.notes:
            intake.notes = [*intake.notes, TOO_MUCH]
        intake.state = Intake.State.READY
        intake.save(update_fields=["state", "notes", "changed_at"])


TOO_MUCH = (
    "These are too many texts to compare with each other here. Once they are brought in, their origins show which are "
    "near copies."
)


def _compare_items(intake: Intake) -> bool:
    """Note with each item the earlier ones that it is a near copy of; False when there is too much to compare."""
    items = Draft.objects.filter(intake=intake, state=State.READ).order_by("position")
    if (items.aggregate(all=Sum("length"))["all"] or 0) > MOST_COMPARED:
        return False
    drafts = list(items.only("pk", "position", "near", "text"))
    nearest: dict[int, list[dict[str, Any]]] = {}
    for one, other, like in near_copies_among([draft.text for draft in drafts]):
        share = round(max(like.of_first, like.of_second), 3)
        nearest.setdefault(other, []).append({"item": drafts[one].position, "share": share})
    changed = []
    for place, draft in enumerate(drafts):
        sources = [near for near in draft.near if "source" in near]
        among = sorted(nearest.get(place, []), key=lambda near: -near["share"])[:NEAR]
        if [*sources, *among] != draft.near:
            draft.near = [*sources, *among]
            changed.append(draft)
    Draft.objects.bulk_update(changed, ["near"], batch_size=500)
    return True


# -- looking through ---------------------------------------------------------------------------------------------------


def open_intake(intake: Intake) -> Intake:
    """The intake, locked, when it may be changed: not while a job is at it (NotNow). It is kept for a week from now."""
    current = Intake.objects.select_for_update(no_key=True).filter(pk=intake.pk).first()
    if current is None:
        raise NotNow("This intake is gone.", code="gone")
    if current.is_at_work:
        raise NotNow(f"This intake is {current.get_state_display()}: wait until that is done.", code="busy")
    current.save(update_fields=["changed_at"])
    return current


@transaction.atomic
def leave_out(intake: Intake, items: DraftQuerySet) -> datetime | None:
    """Leave out those of these items that would be brought in; the moment that they have in common, None for none."""
    now = timezone.now()
    to_bring_in = items.to_bring_in().filter(intake=open_intake(intake))
    return now if to_bring_in.update(dropped_at=now) else None


@transaction.atomic
def take_up(intake: Intake, items: DraftQuerySet) -> int:
    """Let those of these items that were left out be brought in after all; how many."""
    out = items.filter(KINDS["out"], intake=open_intake(intake))
    return out.update(dropped_at=None)


@transaction.atomic
def read_again(intake: Intake, items: DraftQuerySet) -> int:
    """Let items that failed, or were here already, be read and looked up once more; how many.

    One that was refused only when it was brought in has its text still, and what was written over the guesses stays.
    """
    current = open_intake(intake)
    again = items.filter(
        Q(text__gt="") | Q(original__isnull=False) | Q(address__gt=""),
        intake=current,
        state__in=[State.FAILED, State.HERE],
    )
    count = again.update(state=State.WAITING, error="", source=None, dropped_at=None)
    if count:
        current.state = Intake.State.READING
        current.save(update_fields=["state", "changed_at"])
        _defer("sources.tasks.read_intake", current)
    return count


# -- bringing in -------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_storing(intake: Intake) -> int:
    """The person has confirmed: have a job bring in all that can be; how many that is."""
    current = open_intake(intake)
    count = Draft.objects.filter(intake=current).to_bring_in().count()
    if count:
        current.state = Intake.State.STORING
        current.save(update_fields=["state", "changed_at"])
        _defer("claims.tasks.store_intake", current)
    return count


def store_items(intake_id: int, *, carry_over: CarryOver, enough: Callable[[], bool]) -> bool:
    """Bring in the items of a confirmed intake one by one, in their order; whether that was all of them.

    ``carry_over`` is called with each source that replaces another, in the transaction that makes it.
    """
    while (draft := _next(intake_id, State.READ)) is not None:
        if not Intake.objects.filter(pk=intake_id, state=Intake.State.STORING).exists():
            return True
        _guarded(draft, partial(_store_item, draft, carry_over=carry_over), to_do=State.READ)
        if enough():
            return False
    return _finish_storing(intake_id)


def _store_item(draft: Draft, *, carry_over: CarryOver) -> None:
    try:
        with transaction.atomic():
            intake = _lock_intake(draft)
            drafts = Draft.objects.select_for_update(of=("self",)).select_related(
                "dossier", "original", "replaces"
            )
            waits = drafts.filter(pk=draft.pk, state=State.READ, dropped_at=None).first()
            if waits is None or intake.state != Intake.State.STORING:
                return
            source = store(waits, by=draft.by, carry_over=carry_over)
            _settle(
                draft, to_do=State.READ, state=State.STORED, source=source, text="", near=[], replaces=None
            )
    except HereAlready as error:
        _settle(draft, to_do=State.READ, state=State.HERE, source=error.source, near=[], replaces=None)
    except ValidationError as error:
        _settle(draft, to_do=State.READ, state=State.FAILED, error=" ".join(error.messages))


@transaction.atomic
def _finish_storing(intake_id: int) -> bool:
    """All that could be brought in was: keep the report, and have the origins looked for."""
    intake = Intake.objects.select_for_update(no_key=True).filter(pk=intake_id).first()
    if intake is None or intake.state != Intake.State.STORING:
        return True
    if _next(intake_id, State.READ) is not None:
        return False
    intake.state = Intake.State.DONE
    intake.save(update_fields=["state", "changed_at"])
    propose_later(intake.dossier)
    return True


@transaction.atomic
def discard_intake(intake: Intake) -> None:
    """Throw an intake away with all its items; what was brought in of it stays."""
    open_intake(intake).delete()
