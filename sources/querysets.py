"""How dossiers, people and sources are read. Nothing here writes, and nothing knows a request."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import md5
from itertools import count
from typing import TYPE_CHECKING, Any, Self

from django.db import connections, models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Greatest, Least, Left, Right
from django.db.models.lookups import IsNull

from sources.search import Search

if TYPE_CHECKING:
    from sources.models import Dossier, Draft, Intake, Membership, Origin, Source, User  # noqa: F401

OFFERED_FROM = 1_000
FEW = 500
"""So many matches are found at once and put in order; of more the list is walked from the highest number down."""


def related_rows(model: type[models.Model], relation: str) -> "models.QuerySet[Any]":
    """All rows at the other end of a relation: how a queryset reaches a model that it cannot import."""
    related = model._meta.get_field(relation).related_model
    assert isinstance(related, type)
    return related._default_manager.all()


@contextmanager
def _by_index(using: str) -> Iterator[None]:
    """Let the database look into its indexes before it reads a table through.

    By itself it would read every search vector of the sources for all but the rarest words: those of long texts are
    kept outside their rows, which it takes to cost nothing.
    """
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan = on")


class DossierQuerySet(models.QuerySet["Dossier"]):
    def open_to(self, user: "User") -> Self:
        """The dossiers that this account may enter: those it has a role in; all of them for a superuser."""
        if user.is_superuser:
            return self
        return self.filter(people__user=user, people__role__gt="")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def members(self) -> Self:
        """Those who may enter."""
        return self.exclude(role="").filter(user__is_active=True)

    def person_for(self, dossier: "Dossier", user: "User") -> "Membership":
        """This account as a person of the dossier, made without a role when she is none yet."""
        person = self.filter(dossier=dossier, user=user).first()
        taken = set() if person else set(self.filter(dossier=dossier).values_list("name", flat=True))
        names = (user.username if n == 1 else f"{user.username} ({n})" for n in count(1))
        return person or self.create(
            dossier=dossier, user=user, name=next(n for n in names if n not in taken)
        )

    def imported(self) -> Self:
        """Those who came with a file and have no account."""
        return self.filter(user__isnull=True)


class RecordQuerySet[Model: models.Model](models.QuerySet[Model]):
    """What every numbered record of a dossier can be asked."""

    def live(self) -> Self:
        """Those that are not in the bin."""
        return self.filter(binned_at__isnull=True)

    def binned(self) -> Self:
        return self.filter(binned_at__isnull=False)

    def before(self, number: int | None) -> Self:
        """The next page of a list that runs from the highest number down: what comes after ``number``."""
        return self if number is None else self.filter(number__lt=number)


class SourceQuerySet(RecordQuerySet["Source"]):
    def without_text(self) -> Self:
        """For lists: all but the text, which may be megabytes."""
        return self.defer("text")

    def for_list(self) -> Self:
        """With all that a row of a list shows; a field that was not fetched raises."""
        return (
            self.select_related("retraction").defer("text", "search", "extra").fetch_mode(models.FETCH_RAISE)
        )

    def newest(self) -> Self:
        """Those that no live source is the new version of."""
        return self.filter(
            ~Exists(self.model._default_manager.filter(replaces=OuterRef("pk"), binned_at=None))
        )

    def with_text(self, text: str) -> Self:
        """Those with exactly this text."""
        return self.filter(text_md5=md5(text.encode(), usedforsecurity=False).hexdigest(), text=text)

    def matching(self, words: str, configs: Sequence[str]) -> Self:
        """Those whose title, outlet, author or text match ``words`` (as a web search reads them). Asks at once."""
        search = Search(words, configs)
        if search.is_empty:
            return self.none()
        pieces = related_rows(self.model, "pieces").filter(search.condition())
        # A few are found first, by the two indexes: a list in order of number would else be walked to its end for a
        # rare word. Of many, some are near: each source is looked at, until a page is full.
        headings = self.model._default_manager.filter(search.condition()).values_list("pk", flat=True)
        with _by_index(self.db):
            found = [*headings.order_by()[: FEW + 1], *pieces.values_list("source_id", flat=True)[: FEW + 1]]
        if len(found) <= FEW:
            return self.filter(pk__in=set(found))
        piece = Subquery(pieces.filter(source=OuterRef("pk")).values("pk")[:1])
        return self.filter(search.condition() | Q(IsNull(piece, False)))

    def configs(self) -> list[str]:
        """The text-search configurations they have."""
        return list(self.order_by().values_list("config", flat=True).distinct())

    def languages(self) -> list[str]:
        """The languages of the newest thousand of them: what a list of any length can offer at once."""
        newest = self.order_by("-number").values("pk")[:OFFERED_FROM]
        found = self.model._default_manager.filter(pk__in=newest).order_by()
        return list(found.values_list("language", flat=True).distinct())

    def claim_counts(self, sources: Iterable["Source"]) -> dict[int, int]:
        """How many live claims rest on each of these sources, by key; none where there are none."""
        keys = [source.pk for source in sources]
        claims = related_rows(self.model, "claims").filter(source__in=keys, binned_at=None)
        return dict(claims.order_by().values_list("source_id").annotate(models.Count("pk")))


_READ = Q(state="read")
_KEPT = _READ & Q(dropped_at=None)

KINDS = {
    "waiting": Q(state="waiting"),
    "new": _KEPT & Q(replaces=None, near=[]),
    "version": _KEPT & Q(replaces__isnull=False),
    "near": _KEPT & Q(replaces=None) & ~Q(near=[]),
    "here": Q(state="here"),
    "failed": Q(state="failed"),
    "out": _READ & ~Q(dropped_at=None),
    "stored": Q(state="stored"),
}
"""What an item of an intake may be: each is of one kind."""


class IntakeQuerySet(models.QuerySet["Intake"]):
    def at_work(self) -> Self:
        """Those that a job is to go on with."""
        return self.filter(state__in=["reading", "storing"])

    def idle(self) -> Self:
        return self.exclude(state__in=["reading", "storing"])

    def with_counts(self) -> Self:
        """With how many items each has: ``items``, and of them ``left`` (to be looked at) and ``stored``."""
        items = {
            "items": models.Count("drafts"),
            "left": models.Count("drafts", filter=Q(drafts__state="read", drafts__dropped_at=None)),
            "failed": models.Count("drafts", filter=Q(drafts__state="failed")),
            "stored": models.Count("drafts", filter=Q(drafts__state="stored")),
        }
        return self.annotate(**items).order_by("-pk")


class OriginQuerySet(RecordQuerySet["Origin"]):
    def of(self, dossier: "Dossier") -> Self:
        """Those of the dossier that have live sources, with how many: ``count``."""
        live = related_rows(self.model, "sources").filter(origin=OuterRef("pk"), binned_at=None).order_by()
        counted = live.annotate(n=models.Func("pk", function="count")).values("n")
        return (
            self.filter(models.Exists(live), dossier=dossier)
            .select_related("by", "joins")
            .annotate(count=Subquery(counted, output_field=models.IntegerField()))
        )


class DraftQuerySet(models.QuerySet["Draft"]):
    def of(self, dossier: "Dossier", person_id: int | None) -> Self:
        """This person's in the dossier, without what may be megabytes."""
        return self.filter(dossier=dossier, by=person_id).defer("text")

    def waiting(self) -> Self:
        """Those brought by themselves that were not left out, the oldest first."""
        return self.filter(intake=None, dropped_at=None).order_by("pk")

    def dropped(self) -> Self:
        """Those brought by themselves that were left out, the last one first."""
        return self.filter(intake=None).exclude(dropped_at=None).order_by("-dropped_at", "-pk")

    def to_bring_in(self) -> Self:
        """Those of an intake that become sources when it is confirmed."""
        return self.filter(state="read", dropped_at=None)

    def counts(self) -> dict[str, int]:
        """How many there are, and of each kind; one query."""
        kinds = {name: models.Count("pk", filter=condition) for name, condition in KINDS.items()}
        return self.order_by().aggregate(all=models.Count("pk"), **kinds)

    def with_look(self, first: int, last: int) -> Self:
        """With ``head`` and ``tail`` of the text, this many characters each, and how many are ``unseen`` between."""
        rest = F("length") - first
        return self.annotate(
            head=Left("text", first),
            tail=Right("text", Greatest(0, Least(rest, last))),
            unseen=Greatest(0, rest - last),
        )
