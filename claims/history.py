"""What happened to a claim, to a link and to the words it rests on, read from the history that the database keeps."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from claims.models import Claim, Link, Review, Speaker
from sources.differences import Piece, differences
from sources.models import Membership, User

KEPT_IN_VIEW = 30


@dataclass(frozen=True)
class Change:
    """One field before and after, in words."""

    label: str
    before: str
    after: str


@dataclass
class Entry:
    """Who did what when. ``who`` is '' when the history does not say; ``written`` is when the database was told."""

    written: datetime
    what: str
    who: str = ""
    note: str = ""
    changes: list[Change] = field(default_factory=list)
    kind: str = ""
    account: int | None = None
    said: datetime | None = None

    @property
    def at(self) -> datetime:
        """When it was done: what came in from a file may say so itself."""
        return self.said or self.written

    @property
    def is_brought_in(self) -> bool:
        return self.written - self.at > timedelta(minutes=1)


FIELDS = {
    "kind": "kind",
    "contradiction_type": "type",
    "strength": "strength",
    "mutual": "mutual",
    "rationale": "rationale",
    "from_claim_id": "first claim",
    "to_claim_id": "second claim",
}


def history_of(link: Link, *, shown: bool) -> list[Entry]:
    """The last changes of a link, the latest first, at most 30.

    Without ``shown`` (the reader must judge it blind) there is no trace of reviews, adjudication, rounds or words that
    changed since review.
    """
    events = list(
        _events("Link").filter(pgh_obj=link.pk).select_related("by").order_by("-pgh_id")[: KEPT_IN_VIEW + 1]
    )
    numbers = {link.from_claim_id: link.from_claim.cited, link.to_claim_id: link.to_claim.cited}
    entries = [
        entry
        for event, earlier in pairwise([*events, None])
        for entry in _of_link(event, earlier, numbers, shown=shown)
    ]
    if shown:
        reviews = _events("Review").filter(link=link.pk).select_related("reviewer").order_by("-pgh_id")
        entries += [entry for review in reviews[:KEPT_IN_VIEW] for entry in _of_review(review)]
    entries.sort(key=lambda entry: (entry.at, entry.what != "proposed"), reverse=True)
    entries = entries[:KEPT_IN_VIEW]
    _name(entries, link)
    return entries


CLAIM_FIELDS = {
    "statement": "statement",
    "quote": "quote",
    "via": "via",
    "asserted": "asserted",
    "about": "about",
    "modality": "modality",
    "credibility": "credibility",
}


def history_of_claim(claim: Claim) -> list[Entry]:
    """The last changes of a claim and of its topics, the latest first, at most 30. Nothing of its links or reviews."""
    events = list(
        _events("Claim").filter(pgh_obj=claim.pk).select_related("by").order_by("-pgh_id")[: KEPT_IN_VIEW + 1]
    )
    spoken = {event.speaker_id for event in events} - {None}
    speakers = dict(Speaker.objects.filter(pk__in=spoken).values_list("pk", "name"))
    entries = [
        entry for event, earlier in pairwise([*events, None]) for entry in _of_claim(event, earlier, speakers)
    ]
    topics = _events("ClaimTopic").filter(claim=claim.pk).select_related("topic").order_by("-pgh_id")
    for event in topics[:KEPT_IN_VIEW]:
        what = "put under" if event.pgh_label == "insert" else "taken from under"
        name = event.topic.name if event.topic else "a topic that is gone"
        entries.append(Entry(event.pgh_created_at, f"{what} “{name}”", account=_account(event)))
    entries.sort(key=lambda entry: entry.written, reverse=True)
    entries = entries[:KEPT_IN_VIEW]
    _name(entries, claim)
    return entries


def _of_claim(event: Any, earlier: Any, speakers: dict[int, str]) -> Iterable[Entry]:
    def entry(what: str, **more: Any) -> Entry:
        return Entry(event.pgh_created_at, what, account=_account(event), **more)

    if event.pgh_label == "insert":
        yield entry("stated", who=event.by.name if event.by else "", said=event.at)
        return
    if earlier is None:
        return
    changes = [
        Change(label, _words(earlier, name, {}), _words(event, name, {}))
        for name, label in CLAIM_FIELDS.items()
        if getattr(earlier, name) != getattr(event, name)
    ]
    if earlier.speaker_id != event.speaker_id:
        changes.append(
            Change(
                "speaker", speakers.get(earlier.speaker_id, "none"), speakers.get(event.speaker_id, "none")
            )
        )
    if changes:
        yield entry("edited", changes=changes)
    if (earlier.binned_at is None) != (event.binned_at is None):
        yield entry("restored" if event.binned_at is None else "put in the bin")


def _of_link(event: Any, earlier: Any, numbers: dict[int, str], *, shown: bool) -> Iterable[Entry]:
    def entry(what: str, **more: Any) -> Entry:
        return Entry(event.pgh_created_at, what, account=_account(event), **more)

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
        account=_account(event),
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


def _events(model: str) -> QuerySet[Any]:
    events: QuerySet[Any] = apps.get_model("claims", f"{model}Event")._default_manager.all()
    return events


def _words(event: Any, name: str, numbers: dict[int, str]) -> str:
    value = getattr(event, name)
    if name.endswith("_claim_id"):
        return numbers[value]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) or "none"


def _account(event: Any) -> int | None:
    return (event.pgh_context or {}).get("user")


def _name(entries: list[Entry], record: Claim | Link) -> None:
    """Name those who are known by their account alone: as a person of the dossier, else as the account is called."""
    accounts = {entry.account for entry in entries if entry.account and not entry.who}
    names = {user.pk: user.username for user in User.objects.filter(pk__in=accounts).only("username")}
    for person in Membership.objects.filter(dossier=record.dossier_id, user__in=accounts):
        names[person.user_id] = person.name
    for entry in entries:
        if not entry.who and entry.account:
            entry.who = names.get(entry.account, "")
