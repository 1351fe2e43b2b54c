"""Saying something about a record, in other words, and taking it back; following a record or no longer."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from claims.actions.revision import TooLate, keep, listed
from claims.models import Comment, Follow, Happening, Link, Mention, Revision
from claims.models.comment import TEXT_LIMIT
from claims.wording import mentions, readings
from sources.access import Access
from sources.actions.records import Stale, refuse_binned
from sources.models import Dossier, Membership, Record, Role

MENTIONED = 50
"""So many people a comment may mention."""


@dataclass(frozen=True)
class Written:
    """A comment as it was written, what takes that back, and the names after an @ that are nobody's here."""

    comment: Comment
    revision: Revision | None
    unknown: list[str]

    @property
    def said(self) -> str:
        """What was done, and who was not told."""
        what = self.revision.said if self.revision else "Nothing was changed."
        if not self.unknown:
            return what
        names = listed([f"@{name}" for name in self.unknown])
        return f"{what} Nobody here is called {names}, so nobody was told."


@transaction.atomic
def write_comment(*, access: Access, on: Record, text: str) -> Written:
    """Say something about a record.

    Refuses (ValidationError) an empty or too long text, a record in the bin, and a link that this person must still
    judge blind: she would speak, and be answered, before her verdict is in.
    """
    access.require(Role.REVIEWER)
    _lock(on)
    refuse_hidden(access, on)
    comment = Comment(
        dossier=access.dossier,
        text=as_written(text),
        by=access.person,
        at=timezone.now(),
        **{on.LETTER.label: on},
    )
    comment.save(force_insert=True)
    unknown = mention(comment)
    revision = _keep(access, comment, f"Comment on {on.cited} written.", before=None)
    return Written(comment, revision, unknown)


@transaction.atomic
def edit_comment(comment: Comment, *, access: Access, text: str, version: int) -> Written:
    """Say it in other words; the history keeps the former ones.

    Refuses (ValidationError) what another wrote and what ``write_comment`` does; Stale when it was changed in another
    window meanwhile.
    """
    current = _locked(comment)
    if not is_own(access, current):
        raise ValidationError("That comment was written by someone else: only she changes it.", code="others")
    if current.version != version:
        raise Stale(current)
    words, before = as_written(text), _state(current)
    if words == current.text:
        return Written(current, None, [])
    current.text, current.edited_at = words, timezone.now()
    current.save(update_fields=["text", "edited_at"])
    current.refresh_from_db(fields=["version"])
    unknown = mention(current)
    revision = _keep(access, current, f"Comment on {current.record.cited} changed.", before=before)
    return Written(current, revision, unknown)


@transaction.atomic
def take_back_comment(comment: Comment, *, access: Access) -> Revision:
    """Let a comment be seen no more: its author, or a lead; ValidationError for anybody else."""
    current = _locked(comment)
    if not may_take_back(access, current):
        raise ValidationError(
            "That comment was written by someone else: only she or a lead takes it back.", code="others"
        )
    before = _state(current)
    current.gone_at, current.gone_by = timezone.now(), access.person
    current.save(update_fields=["gone_at", "gone_by"])
    what = "taken back" if is_own(access, current) else "removed"
    return _keep(access, current, f"Comment on {current.record.cited} {what}.", before=before)


def undo_comment(revision: Revision) -> list[str]:
    """Bring a comment back as it was before; TooLate when its words or its place were changed since."""
    rows = Comment.objects.select_for_update(of=("self",)).filter(dossier=revision.dossier_id)
    current = rows.filter(uid=revision.after["uid"]).first()
    if current is None or _state(current) != revision.after:
        raise TooLate("The comment was changed or taken back since, so nothing was undone.")
    before = revision.before
    if not before["text"]:
        current.gone_at, current.gone_by = timezone.now(), revision.by
    else:
        current.gone_at = current.gone_by = None
        current.text = before["text"]
        current.edited_at = timezone.now() if before["edited"] else None
    current.save(update_fields=["gone_at", "gone_by", "text", "edited_at"])
    mention(current)
    return []


def is_own(access: Access, comment: Comment) -> bool:
    return comment.by_id is not None and comment.by_id == access.person_id


def may_take_back(access: Access, comment: Comment) -> bool:
    """Her own, and a lead any."""
    return access.can_lead or (access.can_review and is_own(access, comment))


def refuse_hidden(access: Access, record: Record) -> None:
    """Refuse (ValidationError) to speak of a link that this person must still judge blind."""
    if isinstance(record, Link) and Link.objects.filter(pk=record.pk).hidden_from(access).exists():
        raise ValidationError(
            f"You may still judge {record.cited}. What is said of it is hidden from you until then, and what you have "
            "to say belongs in the note of your verdict. Judge it first: your words are kept here meanwhile.",
            code="blind",
        )


def as_written(text: str) -> str:
    """The words as they are kept. Refuses (ValidationError) none, and more than ten thousand characters."""
    words = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not words:
        raise ValidationError({"text": "Write what you want to say."}, code="empty")
    if "\0" in words:
        raise ValidationError({"text": "Null characters are not allowed."}, code="null")
    if len(words) > TEXT_LIMIT:
        raise ValidationError(
            {"text": f"This has {len(words):,} characters; a comment has at most {TEXT_LIMIT:,}."},
            code="long",
        )
    return words


def mention(comment: Comment) -> list[str]:
    """Note which members a comment mentions, and tell those whom an edit mentions anew; what is nobody's name here."""
    had = set(Mention.objects.filter(comment=comment).values_list("person", flat=True))
    Mention.objects.filter(comment=comment).delete()
    found, unknown = _mentioned(comment, _members(comment.dossier_id))
    Mention.objects.bulk_create(found)
    if comment.edited_at and {one.person_id for one in found} - had:
        Happening.objects.create(
            kind="mention",
            comment=comment,
            at=comment.edited_at,
            dossier_id=comment.dossier_id,
            source_id=comment.source_id,
            claim_id=comment.claim_id,
            link_id=comment.link_id,
            by_id=comment.by_id,
        )
    return unknown


def note_mentions(comments: QuerySet[Comment], dossier: Dossier) -> None:
    """Note which members many new comments mention."""
    members = _members(dossier.pk)
    rows = comments.only("dossier", "text").order_by("pk").iterator()
    noted = (one for comment in rows for one in _mentioned(comment, members)[0])
    while batch := list(islice(noted, 1_000)):
        Mention.objects.bulk_create(batch)


def _members(dossier: int) -> dict[str, Membership]:
    """The members by user name, in small letters."""
    rows = Membership.objects.members().filter(dossier=dossier).select_related("user")
    return {person.user.username.lower(): person for person in rows if person.user}


def _mentioned(comment: Comment, members: Mapping[str, Membership]) -> tuple[list[Mention], list[str]]:
    found, unknown = {}, []
    for written in mentions(comment.text)[:MENTIONED]:
        name = next((name for name in readings(written) if name.lower() in members), None)
        if name is None:
            unknown.append(readings(written)[-1])
        else:
            found[name] = members[name.lower()]
    about = {"dossier_id": comment.dossier_id, "comment": comment}
    return [Mention(person=person, written=name, **about) for name, person in found.items()], unknown


@transaction.atomic
def follow(*, access: Access, record: Record, on: bool) -> None:
    """Follow a record from now on, or no longer. That stays, whatever else she does with it."""
    rows = Follow.objects.of(access, record) if access.person_id else Follow.objects.none()
    if not rows.update(on=on, at=timezone.now()):
        about = {record.LETTER.label: record}
        Follow.objects.bulk_create(
            [Follow(dossier=access.dossier, person=access.person, on=on, at=timezone.now(), **about)],
            ignore_conflicts=True,
        )


def _lock(record: Record) -> None:
    """Nobody puts the record in the bin while one writes on it. Refuses (ValidationError) one that is there."""
    rows = type(record)._default_manager.select_for_update(no_key=True, of=("self",))
    refuse_binned(rows.only("number", "binned_at", "binned_by").get(pk=record.pk))


def _locked(comment: Comment) -> Comment:
    """The comment as it stands now. Refuses (ValidationError) one that was taken back meanwhile."""
    rows = Comment.objects.select_for_update(of=("self",)).select_related("source", "claim", "link")
    current: Comment | None = rows.defer("source__text").standing().filter(pk=comment.pk).first()
    if current is None:
        raise ValidationError("That comment was taken back meanwhile.", code="gone")
    return current


def _state(comment: Comment) -> dict[str, object]:
    """What a change of a comment is undone by: its words, '' when it is gone."""
    return {
        "uid": str(comment.uid),
        "text": "" if comment.gone_at else comment.text,
        "edited": bool(comment.edited_at),
    }


def _keep(access: Access, comment: Comment, said: str, before: dict[str, object] | None) -> Revision:
    nothing = {"uid": str(comment.uid), "text": "", "edited": False}
    return keep(
        dossier=access.dossier,
        by=access.person,
        action="comment",
        said=said,
        before=before or nothing,
        after=_state(comment),
    )
