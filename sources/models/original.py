"""The file as it came, kept in the database so that one dump is everything."""

from django.db import models

from sources.models.dossier import Dossier


class Original(models.Model):
    """A file or a fetched page as it came, in ``chunks``. Neither it nor they change once stored.

    ``address`` is where it was fetched from, '' for a file that was uploaded; ``size`` counts bytes.
    """

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="originals", db_index=False)
    filename = models.CharField(max_length=1000)
    address = models.CharField(max_length=2000, blank=True)
    media_type = models.CharField(max_length=100, default="application/octet-stream")
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "id"], name="original_of_its_dossier")]

    def __str__(self) -> str:
        return self.filename


class OriginalChunk(models.Model):
    """Some bytes of an original, in the order of ``position``."""

    original = models.ForeignKey(Original, models.CASCADE, related_name="chunks", db_index=False)
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["original", "position"], name="original_chunk_once")]

    def __str__(self) -> str:
        return f"{self.original_id}: {self.position}"
