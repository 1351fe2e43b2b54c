"""What happened in a dossier since somebody saw it last: for her first (followed, mentioned), then all the rest.

Each kind of news is one line of ``KINDS`` and a small query. What is hidden from the reader is no news to her: it is
held until she may know of it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404

from claims.actions.review import disclose
from claims.discussion import PAGES, Said, said
from claims.models import Claim, Follow, Happening, Link, Mention, Visit
from claims.querysets.news import LOOKED_AT
from sources.access import Access
from sources.models import Counter, Dossier, Record, Source, User
from sources.pages import asked_number

SHOWN = 10
"""So many of each kind are shown together; a page of one kind has more."""

PAGE = 50
COUNTED = 100
"""How far what is for somebody is counted."""

HELD = 1_000
"""So many happenings that are hidden from a person are kept for her."""


@dataclass(frozen=True)
class Horizon:
    """How far there is to see at a moment: a Visit's columns."""

    upto: int = 0
    snapshot: str = ""
    own: str = ""
    sources: int = 0
    claims: int = 0
    links: int = 0
    held: list[int] = field(default_factory=list)


type Seen = Sequence[Visit]


@dataclass(frozen=True)
class Item:
    """One piece of news: on which record, what happened, in whose words; ``key`` is its place among its kind."""

    key: int
    record: Record
    what: str
    who: str = ""
    at: datetime | None = None
    text: str = ""
    verdict: str = ""
    said: Said | None = None

    @property
    def page(self) -> str:
        return PAGES[self.record.LETTER]

    @property
    def place(self) -> str:
        """What names it in an address: the comment, else the record's number."""
        return str(self.said.comment.uid if self.said else self.record.number)


@dataclass(frozen=True)
class Kind:
    """A kind of news: which rows are new to whom, in order of ``column`` downwards, and what a line tells of each."""

    name: str
    title: str
    column: str
    rows: Callable[[Access, Seen], QuerySet[Any]]
    line: Callable[[Any], Item]


@dataclass(frozen=True)
class Group:
    kind: Kind
    items: list[Item]
    more: bool


def visits_of(access: Access, *of: str) -> list[Visit]:
    """How far this person has seen; of nobody's visits nothing."""
    if access.person_id is None:
        return []
    return list(Visit.objects.filter(person=access.person_id, of__in=of or ["page"]))


def happenings(access: Access, seen: Seen) -> Any:
    """What others did that is noted as it happens, as far as this person may know of it."""
    return _since_seen(access, seen).by_others(access).shown_to(access)


def for_person(access: Access, seen: Seen) -> Any:
    """Those of them that mention her or happened to what she follows."""
    return _since_seen(access, seen).for_person(access).by_others(access).shown_to(access)


def _since_seen(access: Access, seen: Seen) -> Any:
    return Happening.objects.filter(dossier=access.dossier).since(*seen)


def count_kept_for(access: Access) -> int:
    """``count_for``, for every page: a figure is kept for some seconds, unless she marks the news as seen meanwhile."""
    seen = visits_of(access)
    marked = "-".join(f"{visit.upto}.{visit.times}" for visit in seen)
    key = f"news-{access.person_id}-{access.role}-{marked}"
    return int(cache.get_or_set(key, partial(count_for, access, seen), settings.NEWS_KEPT))  # type: ignore[arg-type]


def count_for(access: Access, seen: Seen | None = None) -> int:
    """How many happenings are for this person, counted to a hundred."""
    if access.person_id is None:
        return 0
    seen = visits_of(access) if seen is None else seen
    if not _since_seen(access, seen).order_by().exists():  # as a rule, and asked at a fraction of the cost
        return 0
    rows = for_person(access, seen)
    return int(rows.order_by().values("pk")[:COUNTED].count())


def mentions_in(user: User, dossiers: Iterable[Dossier]) -> dict[int, int]:
    """How many new comments mention this account in each of these dossiers, by key: one query.

    Nothing of links that she must still judge; of those that she has judged since she marked the news as seen, the news
    themselves tell.
    """
    seen = Visit.objects.filter(person=OuterRef("person"), of=Visit.Of.PAGE).values("upto")[:1]
    hidden = Link.objects.filter(pk=OuterRef("comment__link"))
    rows = (
        Mention.objects.filter(person__user=user, dossier__in=list(dossiers), comment__gone_at=None)
        .exclude(comment__by=F("person"))
        .filter(comment__happenings__pk__gt=Coalesce(Subquery(seen), 0))
        .filter(
            Q(person__role="viewer") | ~Exists(hidden.hidden_from_person(OuterRef(OuterRef("person")))),
            comment__source__binned_at=None,
            comment__claim__binned_at=None,
            comment__link__binned_at=None,
        )
    )
    counted = rows.order_by().values("dossier").annotate(n=Count("comment", distinct=True))
    return dict(counted.values_list("dossier", "n"))


# ---- the kinds


def _comments(access: Access, seen: Seen) -> QuerySet[Any]:
    return happenings(access, seen).filter(kind="comment").for_list()  # type: ignore[no-any-return]


def _settled(access: Access, seen: Seen) -> QuerySet[Any]:
    return happenings(access, seen).filter(kind="settled").for_list()  # type: ignore[no-any-return]


def _sources(access: Access, seen: Seen) -> QuerySet[Any]:
    rows = Source.objects.live().filter(dossier=access.dossier, replaces=None)
    return _since(rows, "sources", access, seen).select_related("by").defer("text", "search")


def _versions(access: Access, seen: Seen) -> QuerySet[Any]:
    rows = Source.objects.live().filter(dossier=access.dossier).exclude(replaces=None)
    since = _since(rows, "sources", access, seen).select_related("by", "replaces")
    return since.defer("text", "search", "replaces__text", "replaces__search")


def _claims(access: Access, seen: Seen) -> QuerySet[Any]:
    rows = Claim.objects.live().filter(dossier=access.dossier)
    return _since(rows, "claims", access, seen).select_related("by").defer("search")


def _links(access: Access, seen: Seen) -> QuerySet[Any]:
    rows = Link.objects.live().filter(dossier=access.dossier)
    return _since(rows, "links", access, seen).select_related("by", "from_claim", "to_claim")


def _since(rows: Any, column: str, access: Access, seen: Seen) -> QuerySet[Any]:
    """Those of higher numbers than there were, which others made. Numbers are given in the order of commits."""
    last = max((getattr(visit, column) for visit in seen), default=0)
    lately = rows.filter(number__gt=last).order_by("-number").values("pk")[:LOOKED_AT]
    return rows.filter(Q(by=None) | ~Q(by=access.person_id), pk__in=lately)  # type: ignore[no-any-return]


def _of_happening(row: Happening) -> Item:
    record = row.source or row.claim or row.link
    assert record is not None
    who = row.by.name if row.by else ""
    if row.kind == "settled":
        assert row.link
        text = f"{row.link.from_claim.statement} / {row.link.to_claim.statement}"
        return Item(row.pk, record, "settled as", "", row.at, text, verdict=row.link.verdict)
    return Item(row.pk, record, "comment", who, row.at)


def _of_record(what: str, words: Callable[[Any], str]) -> Callable[[Any], Item]:
    def line(row: Any) -> Item:
        return Item(row.number, row, what, row.by.name if row.by else "", row.at, words(row))

    return line


def _of_version(row: Source) -> Item:
    assert row.replaces
    who = row.by.name if row.by else ""
    return Item(row.number, row, f"new version of {row.replaces.cited}", who, row.at, row.heading)


def _of_link(row: Link) -> Item:
    text = f"{row.from_claim.statement} / {row.to_claim.statement}"
    who = row.by.name if row.by else ""
    return Item(row.number, row, "proposed as", who, row.at, text, verdict=row.kind)


KINDS = (
    Kind("comments", "Comments", "pk", _comments, _of_happening),
    Kind("settled", "Settled links", "pk", _settled, _of_happening),
    Kind("versions", "New versions of sources", "number", _versions, _of_version),
    Kind("sources", "New sources", "number", _sources, _of_record("", lambda row: row.heading)),
    Kind("claims", "New claims", "number", _claims, _of_record("", lambda row: row.statement)),
    Kind("links", "New links", "number", _links, _of_link),
)


# ---- what is followed


def _followed(access: Access, name: str, column: str = "") -> Q:
    """That the row's record ``column`` is one this person follows: said so, or hers unless she said otherwise."""
    at = column or "pk"
    follows = Follow.objects.filter(person=access.person_id, **{name: OuterRef(at)})
    own = Q(**{f"{column}__by" if column else "by": access.person_id})
    return Q(Exists(follows.filter(on=True)) | (own & ~Exists(follows.filter(on=False))))


FOLLOWED: tuple[tuple[Kind, Callable[[Access], Q]], ...] = (
    (KINDS[2], lambda access: _followed(access, "source", "replaces")),
    (KINDS[4], lambda access: _followed(access, "source", "source")),
    (
        KINDS[5],
        lambda access: _followed(access, "claim", "from_claim") | _followed(access, "claim", "to_claim"),
    ),
)
"""The new records that are for whoever follows what they build on."""


# ---- pages


def news_for(access: Access, seen: Seen) -> tuple[list[Item], bool, list[Group]]:
    """What is for this person, whether there is more of that, and the rest by kind; what it tells is disclosed."""
    mine: list[Item] = []
    told: set[tuple[str, int]] = set()
    more = False
    if access.person_id is not None:
        # In two steps: in one, the database would walk all that is new, in order, for the few that are for her.
        keys = sorted(for_person(access, seen).order_by().values_list("pk", flat=True), reverse=True)
        rows = list(Happening.objects.filter(pk__in=keys[: SHOWN + 1]).for_list().order_by("-pk"))
        more = len(rows) > SHOWN
        mine += _with_words(access, [_of_happening(row) for row in rows[:SHOWN]], rows)
        told |= {("happening", item.key) for item in mine}
        for kind, followed in FOLLOWED:
            found = list(kind.rows(access, seen).filter(followed(access)).order_by("-number")[: SHOWN + 1])
            more = more or len(found) > SHOWN
            mine += [kind.line(row) for row in found[:SHOWN]]
            told |= {(kind.name, row.number) for row in found[:SHOWN]}
    groups = []
    for kind in KINDS:
        group = group_of(access, kind, seen, limit=SHOWN)
        name = "happening" if kind.column == "pk" else kind.name
        if rest := [item for item in group.items if (name, item.key) not in told]:
            groups.append(Group(kind, rest, group.more))
    return mine, more, groups


def group_of(access: Access, kind: Kind, seen: Seen, *, limit: int, before: str = "") -> Group:
    """The latest of a kind, or those before the place ``before``; the links it tells of are disclosed.

    Http404 for what is no place of this kind.
    """
    rows = kind.rows(access, seen)
    if before:
        rows = rows.filter(**{f"{kind.column}__lt": _found(access, kind, before)})
    found = list(rows.order_by(f"-{kind.column}")[: limit + 1])
    items = _with_words(access, [kind.line(row) for row in found[:limit]], found)
    return Group(kind, items, len(found) > limit)


def _found(access: Access, kind: Kind, place: str) -> int:
    """Where in a list what an address names stands."""
    if kind.column == "number":
        return asked_number(place)
    rows = Happening.objects.filter(dossier=access.dossier).shown_to(access).order_by("-pk")
    try:
        named = rows.filter(kind="comment", comment__uid=UUID(place)) if kind.name == "comments" else None
    except ValueError:
        raise Http404(f"“{place[:40]}” is no comment.") from None
    if named is None:
        named = rows.filter(kind="settled", link__number=asked_number(place))
    key: int | None = named.values_list("pk", flat=True).first()
    if key is None:
        raise Http404(f"“{place[:40]}” is no place in the news.")
    return key


def _with_words(access: Access, items: list[Item], rows: Sequence[Any]) -> list[Item]:
    """The same with what the comments say; the links that settled or are spoken of are recorded as shown."""
    happened = [row for row in rows[: len(items)] if isinstance(row, Happening)]
    disclose(access, [row.link for row in happened if row.link])
    comments = {row.pk: row.comment for row in happened if row.comment}
    words = dict(zip(comments, said(access, comments.values()), strict=True))
    return [
        Item(**{**item.__dict__, "said": words[item.key]}) if item.key in words else item for item in items
    ]


def horizon_of(access: Access, seen: Seen) -> Horizon:
    """How far there is to see now. Ask before what is shown is read: what comes between is shown again, not lost."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT max(id) FROM claims_happening WHERE dossier_id = %s), 0), "
            "pg_current_snapshot()::text, coalesce(pg_current_xact_id_if_assigned()::text, '')",
            [access.dossier.pk],
        )
        upto, snapshot, own = cursor.fetchone()
    last = dict(Counter.objects.filter(dossier=access.dossier).values_list("letter", "last"))
    new = Happening.objects.filter(dossier=access.dossier, pk__lte=upto).since(*seen)
    held = new.by_others(access).hidden_from(access).order_by("-pk").values_list("pk", flat=True)
    return Horizon(
        upto=upto,
        snapshot=snapshot,
        own=own,
        sources=last.get("S", 0),
        claims=last.get("C", 0),
        links=last.get("L", 0),
        held=list(held[:HELD]),
    )
