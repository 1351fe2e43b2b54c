"""A file of another tool on its way in, which waits to be looked through and confirmed."""

import uuid

from django.db import models

from sources.models import Dossier, User


class ForeignFile(models.Model):
    """A file that another tool wrote, seen by nobody but who brought it; gone once it came in, or a week old.

    ``format`` is the reader's name; ``page`` the text of the annotated page, where one was given.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=500)
    format = models.CharField(max_length=30)
    data = models.BinaryField()
    page = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["dossier", "user"], name="foreignfile_of_user")]

    def __str__(self) -> str:
        return self.name
