"""What is said about one record, as a reader may see it: the comments in their order, cited and mentioned in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from claims.actions.comment import is_own, may_take_back
from claims.models import Claim, Comment, Follow, Link, Mention
from claims.wording import citations, pieces
from sources.access import Access
from sources.models import Letter, Membership, Record, Source

SHOWN = 30
"""So many comments are shown at once, the latest; the earlier ones follow on demand."""

PEOPLE = 40
"""So many members are offered to be mentioned."""

PAGES = {"S": "claims:source-detail", "C": "claims:claim-detail", "L": "claims:link-detail"}


@dataclass(frozen=True)
class Part:
    """Some of a comment: plain words, a link to the ``page`` of the record ``number``, or a person."""

    text: str
    page: str = ""
    number: int = 0
    person: str = ""
    is_me: bool = False


@dataclass(frozen=True)
class Said:
    """A comment in parts, with what this reader may do with it."""

    comment: Comment
    parts: list[Part]
    may_edit: bool
    may_take_back: bool


@dataclass(frozen=True)
class Discussion:
    """A record with what is said about it. ``is_hidden``: this reader must judge the link first, and sees nothing."""

    access: Access
    record: Record
    is_hidden: bool
    said: Sequence[Said]
    earlier: UUID | None
    later: bool

    @cached_property
    def is_followed(self) -> bool:
        return follows(self.access, self.record)

    @cached_property
    def people(self) -> list[Membership]:
        """Whom a comment may mention: the members, by name."""
        members = Membership.objects.members().filter(dossier=self.access.dossier)
        return list(members.exclude(user=self.access.user).select_related("user").order_by("name")[:PEOPLE])


def discussion_of(access: Access, record: Record, *, before: UUID | None = None) -> Discussion:
    """The latest comments on a record, or the latest before one of them.

    Whoever calls it for a link discloses that link: comments tell of verdicts.
    """
    if isinstance(record, Link) and Link.objects.filter(pk=record.pk).hidden_from(access).exists():
        return Discussion(access, record, True, [], None, False)
    rows = Comment.objects.on(record).standing().select_related("by__user")
    if before:
        rows = rows.filter(pk__lt=Comment.objects.on(record).filter(uid=before).values("pk")[:1])
    latest = list(rows.order_by("-pk")[: SHOWN + 1])
    shown = latest[:SHOWN][::-1]
    earlier = shown[0].uid if len(latest) > SHOWN else None
    return Discussion(access, record, False, said(access, shown), earlier, bool(before))


def said(access: Access, comments: Iterable[Comment]) -> list[Said]:
    """These comments in parts. Four queries at most, whatever they cite."""
    rows = list(comments)
    known = _known(access, rows)
    mentions = _mentions(rows)
    return [
        Said(
            comment,
            _parts(access, comment, known, mentions.get(comment.pk, {})),
            may_edit=access.can_review and is_own(access, comment),
            may_take_back=may_take_back(access, comment),
        )
        for comment in rows
    ]


def follows(access: Access, record: Record) -> bool:
    """Whether this person follows the record: as she said, else because she made it or has commented on it."""
    if access.person_id is None:
        return False
    asked: bool | None = Follow.objects.of(access, record).values_list("on", flat=True).first()
    if asked is not None:
        return asked
    if record.by_id == access.person_id:
        return True
    return Comment.objects.on(record).standing().filter(by=access.person_id).exists()


def _parts(access: Access, comment: Comment, known: set[str], people: dict[str, Membership]) -> list[Part]:
    parts = []
    for piece in pieces(comment.text, known=known, people=people):
        if piece.cited:
            letter, _, number = piece.cited.partition("-")
            parts.append(Part(piece.text, page=PAGES[letter], number=int(number)))
        elif piece.mentioned:
            person = people[piece.mentioned]
            parts.append(Part(piece.text, person=person.name, is_me=person.pk == access.person_id))
        else:
            parts.append(Part(piece.text))
    return parts


def _known(access: Access, comments: Sequence[Comment]) -> set[str]:
    """Those of the numbers they cite that are in the dossier and not in the bin."""
    cited = {one for comment in comments for one in citations(comment.text)}
    known = set()
    for letter, model in ((Letter.SOURCE, Source), (Letter.CLAIM, Claim), (Letter.LINK, Link)):
        if numbers := [int(one[2:]) for one in cited if one[0] == letter]:
            rows = model._default_manager.filter(dossier=access.dossier, number__in=numbers, binned_at=None)
            known |= {f"{letter}-{number}" for number in rows.values_list("number", flat=True)}
    return known


def _mentions(comments: Sequence[Comment]) -> dict[int, dict[str, Membership]]:
    found: dict[int, dict[str, Membership]] = {}
    with_at = [comment.pk for comment in comments if "@" in comment.text]
    if with_at:
        for row in Mention.objects.filter(comment__in=with_at).select_related("person"):
            found.setdefault(row.comment_id, {})[row.written] = row.person
    return found
