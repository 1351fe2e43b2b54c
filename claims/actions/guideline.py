"""Writing the guidelines of a dossier: each time a new version, none ever changed."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from claims.models import Guideline
from sources.actions.records import Stale
from sources.models import Dossier, Membership


@transaction.atomic
def write_guidelines(*, dossier: Dossier, by: Membership, text: str, version: int) -> Guideline:
    """The next version after ``version`` (0: the first), in force from now on.

    Stale when someone else wrote one meanwhile; the version that stands where nothing would change. Refuses
    (ValidationError) an empty text.
    """
    # One writes at a time; verdicts do not wait for it.
    Dossier.objects.select_for_update(no_key=True).get(pk=dossier.pk)
    current = Guideline.objects.filter(dossier=dossier).first()
    if (current.version if current else 0) != version:
        raise Stale(current or Guideline(dossier=dossier, version=0))
    if not text.strip():
        raise ValidationError({"text": "Write by what reviewers are to judge."}, code="empty")
    if current and current.text == text:
        return current
    written = Guideline(dossier=dossier, version=version + 1, text=text, by=by, at=timezone.now())
    written.full_clean()
    written.save(force_insert=True)
    return written
