"""New versions of a source: what its claims rest on is carried over, never shifted; what cannot be waits."""

from dataclasses import dataclass, field

from django.db import transaction

from claims.anchoring import reanchor
from claims.models import Anchoring, Claim
from sources.actions.records import locked
from sources.models import Membership, Source


@dataclass
class CarryReport:
    """The claims that were carried to a new version, and those whose words are not found in it."""

    source: Source
    exact: list[Claim] = field(default_factory=list)
    fuzzy: list[Claim] = field(default_factory=list)
    orphans: list[Claim] = field(default_factory=list)

    @property
    def carried(self) -> int:
        return len(self.exact) + len(self.fuzzy)

    def __str__(self) -> str:
        """What a person is told of it."""
        if not self.carried and not self.orphans:
            return "No claims rested on it."
        said = f"{self.carried} claim{'' if self.carried == 1 else 's'} carried over"
        if self.orphans:
            wait = "waits" if len(self.orphans) == 1 else "wait"
            return f"{said}; {len(self.orphans)} could not be and {wait} for you to decide."
        return f"{said}."


@transaction.atomic
def carry_over(*, source: Source, by: Membership | None) -> CarryReport:
    """Carry the claims of the source that ``source`` is the new version of (``source.replaces``) to it.

    Call it in the transaction that makes the source. Claims whose words survived move to their place in the new text
    and keep all else; the others stay with the old version as orphans. An Anchoring of each keeps where it stood.
    A claim that is in the bin is carried with the rest: restored, it stands where its words stand now.
    """
    assert source.replaces_id is not None
    old = locked(Source.objects.get(pk=source.replaces_id))
    claims = list(
        Claim.objects.filter(source=old).select_for_update(no_key=True, of=("self",)).order_by("pk")
    )
    report = CarryReport(source)
    rows = []
    for claim, found in zip(
        claims, reanchor(old.text, source.text, [(claim.start, claim.end) for claim in claims]), strict=True
    ):
        rows.append(
            Anchoring(
                dossier_id=old.dossier_id,
                claim=claim,
                source=old,
                to_source=source,
                start=claim.start,
                end=claim.end,
                quote=claim.quote,
                method=found.method,
                by=by,
            )
        )
        if found.method == "orphan":
            if not claim.is_binned:
                report.orphans.append(claim)
            continue
        claim.source, claim.start, claim.end = source, found.start, found.end
        claim.quote = source.text[found.start : found.end]
        if not claim.is_binned:
            (report.exact if found.method == "exact" else report.fuzzy).append(claim)
    Anchoring.objects.bulk_create(rows)
    moved = [claim for claim in claims if claim.source_id == source.pk]
    Claim.objects.bulk_update(moved, ["source", "start", "end", "quote"], batch_size=500)
    return report
