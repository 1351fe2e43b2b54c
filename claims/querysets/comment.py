"""How comments are read, and who follows what. What is said of a link in review is hidden as its reviews are."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from sources.querysets import related_rows

if TYPE_CHECKING:
    from claims.models import Comment, Follow  # noqa: F401
    from claims.querysets.link import LinkQuerySet
    from sources.access import Access
    from sources.models import Record


def on_same_record() -> Q:
    """The same source, claim or link as the row outside."""
    return Q(source=OuterRef("source")) | Q(claim=OuterRef("claim")) | Q(link=OuterRef("link"))


def link_hidden(rows: models.QuerySet[Any], access: "Access") -> Exists:
    """Whether a row is about a link that this reader must judge blind (LinkQuerySet says which)."""
    links: LinkQuerySet = related_rows(rows.model, "link")  # type: ignore[assignment]
    return Exists(links.filter(pk=OuterRef("link")).hidden_from(access))


class CommentQuerySet(models.QuerySet["Comment"]):
    def standing(self) -> Self:
        """Those that nobody took back."""
        return self.filter(gone_at=None)

    def on(self, record: "Record") -> Self:
        return self.filter(**{record.LETTER.label: record.pk})

    def shown_to(self, access: "Access") -> Self:
        """Those this reader may know of."""
        return self.filter(~link_hidden(self, access)) if access.can_review else self


class FollowQuerySet(models.QuerySet["Follow"]):
    def of(self, access: "Access", record: "Record") -> Self:
        """What this person said of following the record: one row, or none."""
        return self.filter(person=access.person_id, **{record.LETTER.label: record.pk})
