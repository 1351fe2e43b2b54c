"""Keeping a foreign file until whoever brought it has looked it through."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from claims.models import ForeignFile
from sources.models import Dossier, User

KEPT = timedelta(days=7)


@transaction.atomic
def keep_foreign_file(
    *, dossier: Dossier, by: User, name: str, format_: str, data: bytes, page: str = ""
) -> ForeignFile:
    """Keep these bytes for a week, for this person alone. What nobody came back to in that time goes."""
    ForeignFile.objects.filter(at__lt=timezone.now() - KEPT).delete()
    return ForeignFile.objects.create(
        dossier=dossier, user=by, name=name[-500:], format=format_, data=data, page=page
    )


def drop_foreign_file(file: ForeignFile) -> None:
    """It came in, or is not wanted."""
    file.delete()
