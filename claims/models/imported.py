"""What was brought in from files."""

from django.db import models

from sources.models import Dossier


class ImportedLine(models.Model):
    """A line of an exchange file that this dossier has taken in: bringing it in again changes nothing.

    ``scope`` is the file's (its dossier's uid, else its slug); ``line_id`` the line's own id there; ``digest`` the
    SHA-256 of the line. ``record_id`` is the key of what it became, null when that was there already under a name.
    """

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    scope = models.CharField(max_length=200)
    type = models.CharField(max_length=10)
    line_id = models.TextField()
    digest = models.BinaryField(max_length=32)
    record_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "scope", "type", "line_id"], name="imported_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.line_id} of {self.scope}"
