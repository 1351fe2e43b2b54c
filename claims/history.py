"""What happened to a source, a claim, a link and to the words it rests on, from the history that the database keeps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from claims.models import Anchoring, Claim, Link, Review
from sources.differences import Piece, differences
from sources.models import Membership, Record, Source, User

PAGE = 30
"""How many changes a page of a history shows."""

PAGES = 100
"""How far back a history is leafed through."""


@dataclass(frozen=True)
class Change:
    """One field before and after, in words; ``pieces`` are both cut where their words differ."""

    label: str
    before: str
    after: str

    @property
    def pieces(self) -> tuple[list[Piece], list[Piece]]:
        return differences(self.before, self.after)


@dataclass
class Entry:
    """Who did what when. ``who`` is '' when the history does not say; ``written`` is when the database was told.

    ``link`` is the number of a live link that it tells of; ``way`` the versions between which a claim went.
    """

    written: datetime
    what: str
    who: str = ""
    note: str = ""
    changes: list[Change] = field(default_factory=list)
    kind: str = ""
    account: int | None = None
    said: datetime | None = None
    link: int | None = None
    way: tuple[int, int] | None = None

    @property
    def at(self) -> datetime:
        """When it was done: what came in from a file may say so itself."""
        return self.said or self.written

    @property
    def is_brought_in(self) -> bool:
        return self.written - self.at > timedelta(minutes=1)


@dataclass(frozen=True)
class History:
    """A page of a history, the latest first; ``later`` and ``earlier`` are the numbers of the pages beside it, or 0."""

    entries: list[Entry]
    later: int
    earlier: int

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)


def reach(page: int) -> int:
    """How many events of a kind are read for a page: some tell nothing by themselves."""
    return 2 * page * PAGE + 2


def _page(entries: list[Entry], page: int, record: Record) -> History:
    start = (page - 1) * PAGE
    shown = entries[start : start + PAGE]
    _name(shown, record)
    is_more = len(entries) > start + PAGE and page < PAGES
    return History(shown, later=page - 1, earlier=page + 1 if is_more else 0)


FIELDS = {
    "kind": "kind",
    "contradiction_type": "type",
    "strength": "strength",
    "mutual": "mutual",
    "rationale": "rationale",
    "from_claim_id": "first claim",
    "to_claim_id": "second claim",
}


def history_of(link: Link, *, shown: bool, page: int = 1, also: Iterable[Entry] = ()) -> History:
    """The changes of a link, the latest first, thirty a page.

    ``also`` are entries of what became of it. Without ``shown`` (she must judge it blind) there is no trace of reviews,
    adjudication, rounds or words that changed since review.
    """
    events = list(
        _events("Link").filter(pgh_obj=link.pk).select_related("by").order_by("-pgh_id")[: reach(page)]
    )
    numbers = {link.from_claim_id: link.from_claim.cited, link.to_claim_id: link.to_claim.cited}
    entries = [
        entry
        for event, earlier in pairwise([*events, None])
        for entry in _of_link(event, earlier, numbers, shown=shown)
    ]
    if shown:
        reviews = _events("Review").filter(link=link.pk).select_related("reviewer").order_by("-pgh_id")
        entries += [entry for review in reviews[: reach(page)] for entry in _of_review(review)]
    entries += also
    entries.sort(key=lambda entry: (entry.what != "proposed", entry.at), reverse=True)
    return _page(entries, page, link)


SOURCE_FIELDS = {
    "title": "title",
    "outlet": "outlet",
    "author": "author",
    "url": "web address",
    "canonical_url": "canonical web address",
    "published": "published",
    "language": "language",
    "reliability": "reliability",
}


def history_of_source(source: Source, *, page: int = 1) -> History:
    """The changes of what is known of a source, the latest first, thirty a page. Its text never changes."""
    rows = _events("Source", "sources").filter(pgh_obj=source.pk).select_related("by").order_by("-pgh_id")
    entries = [
        entry
        for event, earlier in pairwise([*rows[: reach(page)], None])
        for entry in _of_record(event, earlier, SOURCE_FIELDS, "brought in")
    ]
    return _page(entries, page, source)


CLAIM_FIELDS = {
    "statement": "statement",
    "quote": "quote",
    "via": "via",
    "asserted": "asserted",
    "about": "about",
    "modality": "modality",
    "credibility": "credibility",
}


def history_of_claim(claim: Claim, *, page: int = 1) -> History:
    """The changes of a claim, its topics, its place in the versions of its source and its links, the latest first.

    Thirty a page. Of its links only that they were proposed, and binned: nothing of reviews.
    """
    limit = reach(page)
    events = list(_events("Claim").filter(pgh_obj=claim.pk).select_related("by").order_by("-pgh_id")[:limit])
    names = {
        "speaker": names_held("Speaker", {event.speaker_id for event in events}),
        "source": {
            key: f"S-{number}"
            for key, number in Source.objects.filter(
                pk__in={event.source_id for event in events}
            ).values_list("pk", "number")
        },
    }
    entries = [
        entry for event, earlier in pairwise([*events, None]) for entry in _of_claim(event, earlier, names)
    ]
    carried = _of_anchorings(claim, limit)
    entries = [*_told_once(entries, carried), *carried, *_of_topics(claim, limit), *_of_links(claim, limit)]
    entries.sort(key=lambda entry: (entry.what != "stated", entry.at), reverse=True)
    return _page(entries, page, claim)


def names_held(model: str, keys: Iterable[int | None]) -> dict[int, str]:
    """The names of speakers or topics by key, the last one of those that were merged or deleted since."""
    wanted = set(keys) - {None}
    rows = apps.get_model("claims", model)._default_manager.filter(pk__in=wanted)
    names: dict[int, str] = dict(rows.values_list("pk", "name"))
    if gone := wanted - names.keys():
        events = _events(model).filter(pgh_obj__in=gone).order_by("pgh_id")
        names |= dict(events.values_list("pgh_obj", "name"))
    return names


def _of_topics(claim: Claim, limit: int) -> list[Entry]:
    events = list(_events("ClaimTopic").filter(claim=claim.pk).order_by("-pgh_id")[:limit])
    names = names_held("Topic", {event.topic_id for event in events})
    return [
        Entry(
            event.pgh_created_at,
            f"{'put under' if event.pgh_label == 'insert' else 'taken from under'} “{names.get(event.topic_id, '…')}”",
            account=account_of(event),
        )
        for event in events
        if event.pgh_label != "update"
    ]


def _of_anchorings(claim: Claim, limit: int) -> list[Entry]:
    """How its words were carried from one version of its source to the next, and what was decided of them."""
    keys = list(claim.anchorings.values_list("pk", flat=True)[:limit])
    events = _events("Anchoring").filter(pgh_obj__in=keys).select_related("by", "source", "to_source")
    events = events.defer("source__text", "to_source__text").order_by("-pgh_id")
    entries = []
    for event in events[:limit]:
        there = f"{event.source.cited} to {event.to_source.cited}" if event.source and event.to_source else ""
        if event.pgh_label == "insert" and event.method == "orphan":
            what = f"not found on the way from {there}"
        elif event.pgh_label == "insert":
            what = f"carried from {there}: {Anchoring.Method(event.method).label}"
        elif event.decision:
            what = f"decided on the way from {there}: {Anchoring.Decision(event.decision).label}"
        else:
            continue
        who = event.by.name if event.by and event.pgh_label == "insert" else ""
        way = (event.source_id, event.to_source_id)
        entries.append(Entry(event.pgh_created_at, what, who, account=account_of(event), way=way))
    return entries


def _told_once(edits: Iterable[Entry], carried: Iterable[Entry]) -> Iterator[Entry]:
    """The edits, less those by which a claim was carried: what else they changed is told where that is told."""
    ways = {(entry.written, entry.way): entry for entry in carried}
    for edit in edits:
        if edit.way and (telling := ways.get((edit.written, edit.way))):
            telling.changes += [change for change in edit.changes if change.label != "source"]
        else:
            yield edit


def _of_links(claim: Claim, limit: int) -> list[Entry]:
    rows = Link.objects.of_claim(claim.pk).select_related("by", "binned_by", "from_claim", "to_claim")
    shown = ("number", "kind", "at", "by", "binned_at", "binned_by", "from_claim__number", "to_claim__number")
    entries = []
    for link in rows.only(*shown, "from_claim", "to_claim").order_by("-number")[:limit]:
        other = link.to_claim if link.from_claim_id == claim.pk else link.from_claim
        if link.at:
            entries.append(
                Entry(
                    link.at,
                    f"linked with {other.cited}{f' as {link.cited}' if link.binned_at else ''}, proposed as",
                    link.by.name if link.by else "",
                    kind=link.kind,
                    link=None if link.binned_at else link.number,
                )
            )
        if link.binned_at and link.binned_at != claim.binned_at:
            who = link.binned_by.name if link.binned_by else ""
            entries.append(Entry(link.binned_at, f"{link.cited} with {other.cited} put in the bin", who))
    return entries


def _of_record(event: Any, earlier: Any, fields: dict[str, str], made: str) -> Iterable[Entry]:
    """What a change of a record tells by its fields and its place in the bin."""

    def entry(what: str, **more: Any) -> Entry:
        return Entry(event.pgh_created_at, what, account=account_of(event), **more)

    if event.pgh_label == "insert":
        yield entry(made, who=event.by.name if event.by else "", said=event.at)
        return
    if earlier is None:
        return  # The change before the oldest one read: what it changed is not known here.
    if changes := _changes(event, earlier, fields):
        yield entry("edited", changes=changes)
    if (earlier.binned_at is None) != (event.binned_at is None):
        yield entry("restored" if event.binned_at is None else "put in the bin")


def _changes(event: Any, earlier: Any, fields: dict[str, str]) -> list[Change]:
    return [
        Change(label, _words(earlier, name, {}), _words(event, name, {}))
        for name, label in fields.items()
        if getattr(earlier, name) != getattr(event, name)
    ]


def _of_claim(event: Any, earlier: Any, names: dict[str, dict[int, str]]) -> Iterable[Entry]:
    entries = list(_of_record(event, earlier, CLAIM_FIELDS, "stated"))
    if earlier is not None and event.pgh_label != "insert":
        changes = [
            Change(label, names[label].get(before, "none"), names[label].get(after, "none"))
            for label in ("speaker", "source")
            if (before := getattr(earlier, f"{label}_id")) != (after := getattr(event, f"{label}_id"))
        ]
        if event.start != earlier.start and (event.quote, event.source_id) == (
            earlier.quote,
            earlier.source_id,
        ):
            changes.append(
                Change("place", f"character {earlier.start + 1:,}", f"character {event.start + 1:,}")
            )
        if changes and not any(entry.changes for entry in entries):
            entries.insert(0, Entry(event.pgh_created_at, "edited", account=account_of(event)))
        for entry in entries[:1]:
            entry.changes.extend(changes)
            if event.source_id != earlier.source_id:
                entry.way = (earlier.source_id, event.source_id)
    return entries


def _of_link(event: Any, earlier: Any, numbers: dict[int, str], *, shown: bool) -> Iterable[Entry]:
    def entry(what: str, **more: Any) -> Entry:
        return Entry(event.pgh_created_at, what, account=account_of(event), **more)

    if event.pgh_label == "insert":
        who = event.by.name if event.by else ""
        yield entry("proposed", kind=event.kind, who=who, said=event.at)
        return
    if earlier is None:
        return  # The change before the oldest one read: what it changed is not known here.
    changes = [
        Change(label, _words(earlier, name, numbers), _words(event, name, numbers))
        for name, label in FIELDS.items()
        if getattr(earlier, name) != getattr(event, name)
    ]
    if changes:
        yield entry("edited", changes=changes)
    if (earlier.binned_at is None) != (event.binned_at is None):
        yield entry("restored" if event.binned_at is None else "put in the bin")
    if not shown:
        return
    if event.round != earlier.round:
        yield entry("sent back to review, since the words had changed")
    elif event.changed != earlier.changed:
        yield entry(
            "words changed after review" if event.changed else "change of words confirmed as editorial"
        )
    if (event.adjudication_verdict, event.adjudication_note) != (
        earlier.adjudication_verdict,
        earlier.adjudication_note,
    ):
        verdict = event.adjudication_verdict
        yield entry(
            "adjudicated as" if verdict else "adjudication withdrawn",
            kind=verdict or earlier.adjudication_verdict,
            note=event.adjudication_note,
        )


def _of_review(event: Any) -> Iterable[Entry]:
    said = None
    if event.pgh_label == "insert":
        what, who, said = "judged", event.reviewer.name, event.at
    elif event.pgh_label == "delete":
        what, who = f"verdict of {event.reviewer.name} taken back:", ""
    else:
        what, who = f"review of {event.reviewer.name} edited:", ""
    yield Entry(
        event.pgh_created_at,
        what,
        who,
        note=event.note,
        kind=event.verdict,
        account=account_of(event),
        said=said,
    )


@dataclass(frozen=True)
class ChangedWords:
    """A field of a claim as it was judged and as it stands now, in pieces."""

    claim: Claim
    label: str
    before: list[Piece]
    after: list[Piece]


def words_changed(link: Link, reviews: Iterable[Review]) -> list[ChangedWords]:
    """What differs in the claims of a link between the words judged first and the words as they stand."""
    given = list(reviews)
    found = []
    for claim, versions in (
        (link.from_claim, [review.from_version for review in given]),
        (link.to_claim, [review.to_version for review in given]),
    ):
        events = _events("Claim").filter(pgh_obj=claim.pk).order_by("-pgh_id")
        if versions:
            judged = events.filter(version=min(versions)).first()
        else:
            judged = events.filter(pgh_created_at__lte=link.adjudicated_at).first()
        for name in ("statement", "quote", "asserted", "about"):
            before, after = getattr(judged, name, None), getattr(claim, name)
            if before is not None and before != after:
                found.append(ChangedWords(claim, name, *differences(before, after)))
    return found


def _events(model: str, app: str = "claims") -> QuerySet[Any]:
    events: QuerySet[Any] = apps.get_model(app, f"{model}Event")._default_manager.all()
    return events


def _words(event: Any, name: str, numbers: dict[int, str]) -> str:
    value = getattr(event, name)
    if name.endswith("_claim_id"):
        return numbers[value]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value in ("", None) else str(value)


def account_of(event: Any) -> int | None:
    return (event.pgh_context or {}).get("user")


def _name(entries: list[Entry], record: Record) -> None:
    """Name those who are known by their account alone: as a person of the dossier, else as the account is called."""
    accounts = {entry.account for entry in entries if entry.account and not entry.who}
    names = {user.pk: user.username for user in User.objects.filter(pk__in=accounts).only("username")}
    for person in Membership.objects.filter(dossier=record.dossier_id, user__in=accounts):
        names[person.user_id] = person.name
    for entry in entries:
        if not entry.who and entry.account:
            entry.who = names.get(entry.account, "")


@dataclass(frozen=True)
class Edit:
    """One edit of a record: whose account made it; what the record had before: fields, speaker and topics by name."""

    account: int | None
    fields: dict[str, Any]
    speaker: str = ""
    topics: tuple[str, ...] = ()


EDITED: dict[type[Record], tuple[str, ...]] = {
    Source: ("title", "outlet", "author", "url", "published", "language", "reliability"),
    Claim: ("start", "end", *CLAIM_FIELDS),
    Link: ("contradiction_type", "strength", "mutual", "rationale"),
}
"""What an edit of each may change."""


def edit_that_made(record: Record, version: int) -> Edit | None:
    """The edit by which the record got to this version; None when none did, or its words moved to another source.

    The topics are right while nobody has edited the claim since.
    """
    model = type(record)
    events = _events(model.__name__, model._meta.app_label).filter(pgh_obj=record.pk)
    made = events.filter(version=version).order_by("pgh_id").first()
    before = events.filter(pgh_id__lt=made.pgh_id).order_by("-pgh_id").first() if made else None
    if made is None or before is None or before.version != version - 1:
        return None
    fields = {name: getattr(before, name) for name in EDITED[model]}
    if not isinstance(record, Claim):
        return Edit(account_of(made), fields)
    if before.source_id != made.source_id:
        return None
    speaker = names_held("Speaker", [before.speaker_id]).get(before.speaker_id, "")
    return Edit(account_of(made), fields, speaker, _topics_before(record, made))


def _topics_before(claim: Claim, made: Any) -> tuple[str, ...]:
    """The topics that a claim had before the request that made this event."""
    topics = set(claim.topics.values_list("name", flat=True))
    if made.pgh_context_id:
        events = list(_events("ClaimTopic").filter(claim=claim.pk, pgh_context_id=made.pgh_context_id))
        names = names_held("Topic", {event.topic_id for event in events})
        topics -= {names[event.topic_id] for event in events if event.pgh_label == "insert"}
        topics |= {names[event.topic_id] for event in events if event.pgh_label == "delete"}
    return tuple(sorted(topics))
