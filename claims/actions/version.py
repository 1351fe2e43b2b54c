"""New versions of a source: what its claims rest on is carried over, never shifted; what cannot be waits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from claims.anchoring import Anchored, reanchor
from claims.models import Anchoring, Claim
from sources.actions.draft import (
    GUESSED,
    choose_replaced,
    confirm_drafts,
    draft_file,
    draft_pasted,
    edit_draft,
)
from sources.actions.records import locked, next_number, refuse_binned
from sources.actions.source import bring_in_source
from sources.models import Draft, Letter, Membership, Source

INHERITED = (
    "title",
    "outlet",
    "author",
    "url",
    "canonical_url",
    "published",
    "language",
    "reliability",
)
"""What is known of a source holds of its new version too, unless it is said otherwise."""

PLACE = ("source", "start", "end", "quote")


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
def create_version(*, source: Source, by: Membership, text: str, **fields: Any) -> tuple[Source, CarryReport]:
    """A new version of ``source``, with what is known of it unless ``fields`` say otherwise, and what was carried over.

    Refuses (ValidationError) a text that is here already (HereAlready), a source in the bin or replaced already.
    """
    next_number(
        source.dossier, Letter.SOURCE
    )  # as whoever brings in a source: the counter first, then the source
    old = locked(source)
    refuse_binned(old)
    known = {name: getattr(old, name) for name in INHERITED}
    new = bring_in_source(dossier=old.dossier, by=by, text=text, replaces=old, **known | fields)
    return new, carry_over(source=new, by=by)


@transaction.atomic
def carry_over(*, source: Source, by: Membership | None) -> CarryReport:
    """Carry the claims of the source that ``source`` is the new version of (``source.replaces``) to it.

    Call it in the transaction that makes the source. Claims whose words survived move to their place in the new text
    and keep all else; the others stay with the old version as orphans. An Anchoring of each keeps where it stood.
    A claim that is in the bin is carried with the rest: restored, it stands where its words stand now. The new version
    is of the old one's origin: it is the same voice.
    """
    assert source.replaces_id is not None
    # The source before its claims, as whoever marks or bins: a claim made meanwhile is either here or waits.
    old = locked(Source.objects.get(pk=source.replaces_id))
    refuse_binned(old)
    if old.origin_id and not source.origin_id:
        source.origin_id = old.origin_id
        source.save(update_fields=["origin"])
    return _carry(_claims_of(old), old, source, by=by)


@transaction.atomic
def draft_version(
    *, source: Source, by: Membership, text: str = "", name: str = "", data: bytes = b"", encoding: str = ""
) -> Draft:
    """A draft of a new version of ``source``, of pasted text or of a file of this ``name``, with what is known of it.

    Refuses as draft_file does (IntakeError, HereAlready), and a second one beside another that waits (ValidationError).
    """
    refuse_binned(source)
    if newer := newer_version(source):
        raise ValidationError(f"{newer.cited} is the new version of {source.cited} already.", code="replaced")
    if name:
        draft = draft_file(dossier=source.dossier, by=by, name=name, data=data, encoding=encoding or None)
    else:
        draft = draft_pasted(dossier=source.dossier, by=by, text=text)
    choose_replaced(draft, source)
    known = {field: getattr(source, field) for field in (*GUESSED, "reliability")}
    # When it was published is the one thing that is likely to be another.
    known["published"] = draft.published or known["published"]
    edit_draft(draft, changes={field: value for field, value in known.items() if value})
    return draft


def confirm_version(draft: Draft, *, by: Membership) -> CarryReport | None:
    """Make a draft the new version that it is to be; None when that was done already. Refuses as confirm_drafts."""
    reports: list[CarryReport] = []
    confirm_drafts([draft], by=by, carry_over=lambda source: reports.append(carry_over(source=source, by=by)))
    return reports[0] if reports else None


def preview(old: Source, text: str) -> list[tuple[Claim, Anchored]]:
    """What would become of each live claim of a source if this were its new text, in the order of the old one."""
    claims = list(Claim.objects.live().filter(source=old).order_by("start", "end", "number"))
    return list(zip(claims, _anchored(claims, old.text, text), strict=True))


@transaction.atomic
def carry_on(claim: Claim, *, by: Membership | None) -> Claim:
    """Carry a claim that was just marked in an old version on, as far as its words stand in the newer ones.

    Where they do not, the claim is left with the version that has them, by decision of whoever marked it.
    """
    while newer := newer_version(claim.source_id):
        old = locked(claim.source)
        report = _carry([claim], old, newer, by=by, decision=Anchoring.Decision.KEPT)
        if report.orphans:
            break
    return claim


def newer_version(source: int | Source) -> Source | None:
    """The live version that replaces this source."""
    return Source.objects.live().without_text().filter(replaces=source).first()


def _claims_of(source: Source) -> list[Claim]:
    """All claims that stand in a source, their rows locked."""
    claims = Claim.objects.filter(source=source).select_for_update(no_key=True, of=("self",))
    return list(claims.order_by("pk"))


def _anchored(claims: Sequence[Claim], old: str, new: str) -> list[Anchored]:
    return reanchor(old, new, [(claim.start, claim.end) for claim in claims])


def _carry(
    claims: Sequence[Claim],
    old: Source,
    new: Source,
    *,
    by: Membership | None,
    decision: str = "",
) -> CarryReport:
    """Move these claims of ``old`` to ``new`` where their words survived; ``decision``: what is decided on orphans."""
    report, rows, moved = CarryReport(new), [], []
    for claim, found in zip(claims, _anchored(claims, old.text, new.text), strict=True):
        is_orphan = found.method == "orphan"
        rows.append(
            Anchoring(
                dossier_id=old.dossier_id,
                claim=claim,
                source=old,
                to_source=new,
                start=claim.start,
                end=claim.end,
                quote=claim.quote,
                method=found.method,
                decision=decision if is_orphan else "",
                by=by,
            )
        )
        if not is_orphan:
            _set_place(claim, new, found.start, found.end)
            moved.append(claim)
        if not claim.is_binned:
            kinds = {"exact": report.exact, "fuzzy": report.fuzzy, "orphan": report.orphans}
            kinds[found.method].append(claim)
    Anchoring.objects.bulk_create(rows, batch_size=1_000)
    _save_places(moved)
    return report


def _set_place(claim: Claim, source: Source, start: int, end: int) -> None:
    claim.source, claim.start, claim.end, claim.quote = source, start, end, source.text[start:end]


def _save_places(claims: Sequence[Claim]) -> None:
    Claim.objects.bulk_update(claims, PLACE, batch_size=1_000)


# What a person decides of an orphan.


@transaction.atomic
def place_orphan(anchoring: Anchoring, *, start: int, end: int, by: Membership) -> Claim:
    """Rest an orphan on these words of the version that it could not be carried to, and of those after it.

    Other words mark its reviewed links as changed since review (the database does). Refuses (ValidationError) what was
    decided or carried meanwhile, and a place without words.
    """
    new = locked(anchoring.to_source)
    refuse_binned(new)
    current, claim = _orphan(anchoring)
    if not 0 <= start < end <= new.length or not new.text[start:end].strip():
        raise ValidationError({"words": f"There are no words at that place in {new.cited}."}, code="place")
    _set_place(claim, new, start, end)
    _save_places([claim])
    _decide(current, Anchoring.Decision.PLACED, by)
    claim.refresh_from_db(fields=["version"])
    return carry_on(claim, by=by)


@transaction.atomic
def keep_orphan(anchoring: Anchoring, *, by: Membership) -> Anchoring:
    """Leave an orphan with the old version for good: its words were taken out."""
    current, _ = _orphan(anchoring)
    if current.decision:
        raise ValidationError(f"{current.claim.cited} stays there already.", code="decided")
    return _decide(current, Anchoring.Decision.KEPT, by)


@transaction.atomic
def undo_decision(anchoring: Anchoring, *, by: Membership, version: int) -> Anchoring:
    """Let an orphan wait again; one that was placed goes back to the words it had.

    ``version``: that of the claim when it was placed. Refuses (ValidationError) when it was edited since, and what
    another decided.
    """
    current, claim = _locked(anchoring)
    if not current.decision:
        raise ValidationError(f"{claim.cited} waits already.", code="undecided")
    if current.by_id != by.pk:
        raise ValidationError(
            f"What becomes of {claim.cited} was decided by someone else: only she takes it back.",
            code="others",
        )
    if current.decision == Anchoring.Decision.PLACED:
        if claim.version != version:
            raise ValidationError(
                f"{claim.cited} was changed since it was placed, so it stays where it is. Edit it to move it.",
                code="changed",
            )
        Anchoring.objects.filter(claim=claim, pk__gt=current.pk).delete()
        claim.source, claim.start, claim.end, claim.quote = (
            current.source,
            current.start,
            current.end,
            current.quote,
        )
        _save_places([claim])
    return _decide(current, "", by)


def _locked(anchoring: Anchoring) -> tuple[Anchoring, Claim]:
    """The anchoring and its claim as they stand now, locked: the claim first, as whoever edits it does."""
    claim = locked(anchoring.claim)
    refuse_binned(claim)
    rows = Anchoring.objects.select_for_update(no_key=True, of=("self",))
    current = rows.select_related("source", "to_source", "claim").filter(pk=anchoring.pk).first()
    if current is None or current.to_source.is_binned:
        raise ValidationError(f"The version that {claim.cited} was to be carried to is gone.", code="gone")
    return current, claim


def _orphan(anchoring: Anchoring) -> tuple[Anchoring, Claim]:
    current, claim = _locked(anchoring)
    if current.method != Anchoring.Method.ORPHAN or claim.source_id != current.source_id:
        now = Source.objects.get(pk=claim.source_id)
        raise ValidationError(f"{claim.cited} was placed meanwhile: it stands in {now.cited}.", code="placed")
    return current, claim


def _decide(anchoring: Anchoring, decision: str, by: Membership) -> Anchoring:
    anchoring.decision, anchoring.by = decision, by
    anchoring.save(update_fields=["decision", "by"])
    return anchoring


# When a version goes into the bin, and comes back.


def carry_back(source: Source) -> None:
    """Take the claims that were carried to a version back to where they stood, before it goes into the bin.

    Their anchorings stay, for its return. Lock the old version, then this one, first.
    """
    if source.replaces_id is None:
        return
    rows = Anchoring.objects.filter(to_source=source).select_related("source")
    before = {row.claim_id: row for row in rows}
    back = [claim for claim in _claims_of(source) if claim.pk in before]
    for claim in back:
        row = before[claim.pk]
        claim.source, claim.start, claim.end, claim.quote = row.source, row.start, row.end, row.quote
    _save_places(back)


def carry_again(source: Source, *, by: Membership | None) -> None:
    """Carry to a version that comes back from the bin what went back when it went there, each to where it stood in it.

    Claims that were made or moved in the old version since are carried as to a new version.
    """
    if source.replaces_id is None:
        return
    old = Source.objects.get(pk=source.replaces_id)
    rows = {row.claim_id: row for row in Anchoring.objects.filter(to_source=source)}
    claims = _claims_of(old)
    as_it_was = {
        claim.pk
        for claim in claims
        if (row := rows.get(claim.pk))
        and (row.source_id, row.start, row.end) == (old.pk, claim.start, claim.end)
    }
    stood = _last_places(as_it_was, source)
    again = []
    for claim in claims:
        if claim.pk in as_it_was and not _waits(rows[claim.pk]) and claim.pk in stood:
            _set_place(claim, source, *stood[claim.pk])
            again.append(claim)
    _save_places(again)
    Anchoring.objects.filter(to_source=source).exclude(claim__in=as_it_was).delete()
    _carry([claim for claim in claims if claim.pk not in as_it_was], old, source, by=by)


def _waits(row: Anchoring) -> bool:
    return row.method == Anchoring.Method.ORPHAN and row.decision != Anchoring.Decision.PLACED


def _last_places(claims: Iterable[int], source: Source) -> dict[int, tuple[int, int]]:
    """Where these claims last stood in a source, as the history has it."""
    events = apps.get_model("claims", "ClaimEvent")._default_manager.filter(pgh_obj__in=claims, source=source)
    rows = events.order_by(F("pgh_id").asc()).values_list("pgh_obj_id", "start", "end")
    return {claim: (start, end) for claim, start, end in rows}
