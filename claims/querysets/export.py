"""How exports are read: hers alone, at work, past their time."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models.functions import Now

if TYPE_CHECKING:
    from claims.models import Export  # noqa: F401  named in quotes alone

AT_WORK = ("waiting", "writing")


class ExportQuerySet(models.QuerySet["Export"]):
    def of(self, dossier_id: int, person_id: int | None) -> Self:
        """Those of this person in the dossier that have not expired: nobody else's."""
        return self.filter(dossier=dossier_id, by=person_id, expires_at__gt=Now())

    def at_work(self) -> Self:
        return self.filter(state__in=AT_WORK)

    def expired(self) -> Self:
        return self.filter(expires_at__lte=Now())
