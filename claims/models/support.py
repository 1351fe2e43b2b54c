"""How many independent voices stand behind a claim, counted as links and origins change."""

from django.db import models

from claims.models.claim import Claim
from sources.models import Dossier


class Support(models.Model):
    """The live sources that say what a claim says: its own, and those of the live claims that support it.

    Versions of a source are one. ``origins`` counts the origins among them, each source without one as an origin of its
    own; of these, ``not_established`` are without a confirmed one. What is proposed to join a confirmed origin counts
    as that. The database keeps it; nothing else writes it.
    """

    claim = models.OneToOneField(Claim, models.DO_NOTHING, primary_key=True, related_name="support")
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    sources = models.PositiveIntegerField(default=1)
    origins = models.PositiveIntegerField(default=1)
    not_established = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["dossier", "origins", "claim"], name="support_origins")]

    def __str__(self) -> str:
        return f"support of {self.claim_id}"
