"""Which happenings are news to whom."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self

from django.db import models
from django.db.models import BooleanField, Exists, Func, OuterRef, Q, TextField, Value

from claims.querysets.comment import link_hidden, on_same_record
from sources.querysets import related_rows

if TYPE_CHECKING:
    from claims.models import Happening  # noqa: F401
    from sources.access import Access

LATE = 1_000
"""Among so many happenings before the last one seen, those are looked for that were committed after it was."""

LOOKED_AT = 1_000
"""Of more new happenings than these, only mentions are looked for among the older ones."""


class Horizon(Protocol):
    """How far somebody has seen (claims.models.Visit)."""

    upto: int
    snapshot: str
    own: str
    held: list[int]


class _VisibleIn(Func):
    template = "pg_visible_in_snapshot(%(expressions)s::pg_snapshot)"
    output_field = BooleanField()


class HappeningQuerySet(models.QuerySet["Happening"]):
    def since(self, *seen: Horizon) -> Self:
        """Those that whoever has seen so far has not: later ones, earlier ones that were committed later or hidden."""
        rows = self
        for horizon in seen:
            new = Q(pk__gt=horizon.upto)
            if horizon.snapshot:
                committed = _VisibleIn("xid", Value(horizon.snapshot, output_field=TextField()))
                late = Q(~Q(committed))
                if horizon.own:
                    late &= ~Q(xid=horizon.own)
                new = Q(pk__gt=horizon.upto - LATE) & (new | late)  # a place in the index, first of all
            if horizon.held:
                new |= Q(pk__in=horizon.held)
            rows = rows.filter(new)
        return rows

    def hidden_from(self, access: "Access") -> Self:
        """Those to links that this reader must judge blind."""
        return self.filter(link_hidden(self, access)) if access.can_review else self.none()

    def shown_to(self, access: "Access") -> Self:
        """Those this reader may know of, as long as they stand."""
        rows = self.filter(~link_hidden(self, access)) if access.can_review else self
        return rows.filter(
            Q(kind__in=("comment", "mention"), comment__gone_at=None)
            | Q(kind="settled", link__state="settled"),
            source__binned_at=None,
            claim__binned_at=None,
            link__binned_at=None,
        )

    def by_others(self, access: "Access") -> Self:
        return self.filter(Q(by=None) | ~Q(by=access.person_id))

    def for_person(self, access: "Access") -> Self:
        """Those that mention this person or happened to what she follows, the latest thousand of each.

        She follows what she said she does; and what she made or commented on, unless she said that she does not. Ask it
        of rows that nothing else was asked of: new ones may be hundreds of thousands, and these few are found first.
        """
        me = access.person_id
        mentions = related_rows(related_rows(self.model, "comment").model, "mentions")
        mentioned = Q(comment__in=mentions.filter(person=me).values("comment"))
        lately = self.order_by("-pk").values("pk")[:LOOKED_AT]
        older = self.filter(mentioned).order_by("-pk").values("pk")[:LOOKED_AT]
        few: Self = self.model._default_manager.filter(pk__in=lately.union(older))  # type: ignore[assignment]
        return few.filter(mentioned | self._followed(me))

    def _followed(self, me: int | None) -> Q:
        comments = related_rows(self.model, "comment")
        follows = related_rows(related_rows(self.model, "link").model, "follows").filter(person=me)
        wanted = follows.filter(on=True)
        on_its_claims = Q(claim=OuterRef("link__from_claim")) | Q(claim=OuterRef("link__to_claim"))
        own = Q(source__by=me) | Q(claim__by=me) | Q(link__by=me)
        commented = Exists(comments.filter(on_same_record(), by=me, gone_at=None))
        return ~Q(kind="mention") & Q(
            Exists(wanted.filter(on_same_record()))
            | (Q(kind="settled") & Exists(wanted.filter(on_its_claims)))
            | ((own | Q(commented)) & ~Exists(follows.filter(on_same_record(), on=False)))
        )

    def for_list(self) -> Self:
        """With all that a line about each tells."""
        shown: Sequence[Any] = (
            "source", "claim", "link__from_claim", "link__to_claim", "comment", "by", "comment__by"
        )  # fmt: skip
        return self.select_related(*shown).defer("source__text", "source__search", "claim__search")
