"""How speakers and topics are read: by name, with how many claims each has."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, Func, OuterRef, Q

from sources.querysets import related_rows

if TYPE_CHECKING:
    from claims.models import Speaker, Topic  # noqa: F401

COUNTED = 1_000
"""So many claims of a speaker or a topic are counted at most."""


class NamedQuerySet[Model: models.Model](models.QuerySet[Model]):
    """Rows that are known by their name in a dossier, in the order of names."""

    def after(self, name: str) -> Self:
        """The next page of a list by name."""
        return self.filter(name__gt=name) if name else self

    def _with_count(self, keys: "models.QuerySet[Any]") -> Self:
        """Annotated with ``claims_count``: how many ``keys`` there are, as far as they are counted."""
        few = ArraySubquery(keys[: COUNTED + 1])
        return self.annotate(
            claims_count=Func(few, function="cardinality", output_field=models.IntegerField())
        )


class SpeakerQuerySet(NamedQuerySet["Speaker"]):
    def with_counts(self) -> Self:
        """Annotated with ``claims_count``, of live claims."""
        claims = related_rows(self.model, "claims").filter(speaker=OuterRef("pk"), binned_at=None).order_by()
        return self._with_count(claims.values("pk"))

    def like(self, words: str) -> Self:
        """Those whose name, affiliation or another name has these letters in it."""
        if not words:
            return self
        aliases = related_rows(self.model, "aliases").filter(speaker=OuterRef("pk"), name__icontains=words)
        return self.filter(
            Q(name__icontains=words) | Q(affiliation__icontains=words) | Q(Exists(aliases.order_by()))
        )

    def going_by(self, name: str) -> Self:
        """Whoever has this name, or it as another one."""
        return self.filter(Q(name=name) | Q(aliases__name=name)).distinct()


class TopicQuerySet(NamedQuerySet["Topic"]):
    def with_counts(self) -> Self:
        """Annotated with ``claims_count``, of live claims; ``is_held``: whether any stands under it, the bin's too."""
        through: Any = self.model._meta.get_field("claims").through
        under = through._default_manager.filter(topic=OuterRef("pk")).order_by()
        live = under.filter(claim__binned_at=None)
        return self._with_count(live.values("pk")).annotate(is_held=Exists(under))

    def like(self, words: str) -> Self:
        return self.filter(name__icontains=words) if words else self
