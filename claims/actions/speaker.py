"""Speakers: known by a name or another one, edited, merged into one."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple, Self

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from claims.actions.revision import TooLate, keep, listed, several
from claims.models import Claim, Revision, Speaker, SpeakerAlias
from sources.actions.records import Stale
from sources.models import Dossier, Membership

MOVED_AT_ONCE = 10_000
"""So many claims are moved by one merge at most: a person waits for it."""

ALIASES_LIMIT = 100


class Known(NamedTuple):
    """What is known of a speaker, as an editor saw it."""

    name: str
    affiliation: str
    aliases: tuple[str, ...]

    @classmethod
    def of(cls, speaker: Speaker) -> Self:
        names = SpeakerAlias.objects.filter(speaker=speaker).order_by("name").values_list("name", flat=True)
        return cls(speaker.name, speaker.affiliation, tuple(names))


def tidy(name: str) -> str:
    """A name on one line, with single spaces."""
    return " ".join(name.split())


def speaker_named(dossier: Dossier, name: str, *, by: Membership | None) -> Speaker | None:
    """The speaker who goes by this name, made when new; None for no name.

    She is kept from being merged away until the transaction ends.
    """
    name = tidy(name)
    if not name:
        return None
    speaker = Speaker(dossier=dossier, name=name, by=by, at=timezone.now())
    speaker.clean_fields()
    for _ in range(5):
        if known := _going_by(dossier, name):
            return known
        try:
            with transaction.atomic():
                Speaker.objects.bulk_create([speaker], ignore_conflicts=True)
        except IntegrityError:
            continue  # it became another's alias at this moment
    raise ValidationError(f"“{name}” is being changed by someone else just now: try again.", code="busy")


def _going_by(dossier: Dossier, name: str) -> Speaker | None:
    """Whoever has this name or alias, her row held against deletion alone: many may hold it at once."""
    rows = Speaker.objects.raw(
        """
        SELECT s.* FROM claims_speaker s WHERE s.dossier_id = %(dossier)s AND (s.name = %(name)s OR s.id = (
            SELECT a.speaker_id FROM claims_speakeralias a WHERE a.dossier_id = %(dossier)s AND a.name = %(name)s
        )) FOR KEY SHARE OF s
        """,
        {"dossier": dossier.pk, "name": name},
    )
    return next(iter(rows), None)


@transaction.atomic
def edit_speaker(
    key: int,
    *,
    dossier: Dossier,
    by: Membership,
    name: str,
    affiliation: str,
    aliases: Iterable[str],
    seen: Known,
) -> tuple[Speaker, Revision | None]:
    """Change what is known of a speaker; Stale when someone did since ``seen``.

    Refuses (ValidationError) a name that another speaker goes by. No revision when nothing changed.
    """
    current = Speaker.objects.select_for_update().get(dossier=dossier, pk=key)
    was = Known.of(current)
    if was != seen:
        raise Stale(current)
    wanted = sorted({tidy(alias) for alias in aliases} - {"", tidy(name)})
    if len(wanted) > ALIASES_LIMIT:
        raise ValidationError({"aliases": f"At most {ALIASES_LIMIT} other names."}, code="many")
    known = Known(tidy(name), tidy(affiliation), tuple(wanted))
    if known == was:
        return current, None
    _write(current, known)
    revision = keep(
        dossier=dossier,
        by=by,
        action="speaker-edit",
        said=f"{known.name} saved.",
        before={"speaker": current.pk, "known": was},
        after={"known": known},
    )
    return current, revision


def _write(speaker: Speaker, known: Known) -> None:
    """Make this known of the speaker, whose row is locked."""
    held = set(SpeakerAlias.objects.filter(speaker=speaker).values_list("name", flat=True))
    # Names may change places with aliases: what goes, goes first.
    SpeakerAlias.objects.filter(speaker=speaker, name__in=held - set(known.aliases)).delete()
    taken = _taken(speaker.dossier_id, {known.name, *known.aliases}, but=speaker.pk)
    if known.name in taken:
        raise ValidationError({"name": _goes_by(taken, known.name)}, code="taken")
    for alias in known.aliases:
        if alias in taken:
            raise ValidationError({"aliases": _goes_by(taken, alias)}, code="taken")
    speaker.name, speaker.affiliation = known.name, known.affiliation
    speaker.full_clean()
    fresh = [
        SpeakerAlias(dossier_id=speaker.dossier_id, speaker=speaker, name=alias)
        for alias in known.aliases
        if alias not in held
    ]
    for one in fresh:
        one.clean_fields()
    try:
        with transaction.atomic():
            speaker.save(update_fields=["name", "affiliation"])
            SpeakerAlias.objects.bulk_create(fresh)
    except IntegrityError:
        raise ValidationError(
            "Somebody else gave one of these names to a speaker just now: look again.", code="taken"
        ) from None


def _goes_by(taken: dict[str, str], name: str) -> str:
    who = taken[name]
    if who == name:
        return f"There is a speaker “{name}” already: merge the two instead."
    return f"“{who}” goes by the name “{name}” already: merge the two, or take it from her first."


def _taken(dossier_id: int, names: Collection[str], *, but: int = 0) -> dict[str, str]:
    """Which of these names somebody goes by, and who; ``but`` the speaker of this key."""
    speakers = Speaker.objects.filter(dossier=dossier_id, name__in=names).exclude(pk=but)
    aliases = SpeakerAlias.objects.filter(dossier=dossier_id, name__in=names).exclude(speaker=but)
    return {
        **{name: name for name in speakers.values_list("name", flat=True)},
        **dict(aliases.values_list("name", "speaker__name")),
    }


def undo_edit(revision: Revision) -> list[str]:
    """Make known again what was, if it still is as that edit left it (else TooLate)."""
    then, now = (
        Known(name, affiliation, tuple(aliases)) for name, affiliation, aliases in _both(revision, "known")
    )
    speaker = Speaker.objects.select_for_update().filter(pk=revision.before["speaker"]).first()
    if speaker is None:
        raise TooLate(f"{now.name} is no speaker of this dossier any more, so nothing was changed.")
    if Known.of(speaker) != now:
        raise TooLate(
            f"{speaker.name} was changed again since, so nothing was taken back. Before your edit: "
            f"{then.name}; {then.affiliation or 'no affiliation'}; {listed(list(then.aliases)) or 'no other names'}."
        )
    try:
        _write(speaker, then)
    except ValidationError as error:
        raise TooLate(" ".join(error.messages)) from None
    return []


@transaction.atomic
def merge_speakers(*, dossier: Dossier, into: str, others: Collection[str], by: Membership) -> Revision:
    """Make one speaker of several: the others' claims move to ``into``, their names and aliases become its aliases.

    It keeps its affiliation, or takes the first that another has. Refuses (ValidationError) a name that is no speaker
    here (any more), and more claims than are moved at once.
    """
    names = set(others) - {into}
    rows = {one.name: one for one in Speaker.objects.filter(dossier=dossier, name__in={into, *names})}
    if gone := sorted({into, *names} - rows.keys()):
        raise ValidationError(f"{listed(gone)} is no speaker here any more: look again.", code="gone")
    if not names:
        raise ValidationError("Choose at least two speakers to merge.", code="few")
    keys = {rows[name].pk for name in names}
    # Claims are locked before speakers, as an edit of a claim does. Whoever comes between the two is met by the second.
    _lock_claims(keys)
    held = {
        one.pk: one
        for one in Speaker.objects.select_for_update().filter(pk__in=[*keys, rows[into].pk]).order_by("pk")
    }
    if {one.name for one in held.values()} != {into, *names}:
        raise ValidationError("Somebody else changed these speakers just now: look again.", code="changed")
    moved = _lock_claims(keys)
    target, gone_ones = held[rows[into].pk], sorted((held[key] for key in keys), key=lambda one: one.name)
    aliases: dict[int, list[str]] = {}
    for key, alias in SpeakerAlias.objects.filter(speaker__in=keys).values_list("speaker_id", "name"):
        aliases.setdefault(key, []).append(alias)
    before = {
        "into": target.pk,
        "affiliation": target.affiliation,
        "speakers": [_row(one, aliases.get(one.pk, []), moved.get(one.pk, [])) for one in gone_ones],
    }
    Claim.objects.filter(speaker__in=keys).update(speaker=target)
    SpeakerAlias.objects.filter(speaker__in=keys).update(speaker=target)
    Speaker.objects.filter(pk__in=keys).delete()
    SpeakerAlias.objects.bulk_create(
        [SpeakerAlias(dossier=dossier, speaker=target, name=one.name) for one in gone_ones]
    )
    if not target.affiliation and (
        found := next((one.affiliation for one in gone_ones if one.affiliation), "")
    ):
        target.affiliation = found
        target.save(update_fields=["affiliation"])
    count = sum(map(len, moved.values()))
    return keep(
        dossier=dossier,
        by=by,
        action="speaker-merge",
        said=f"{listed([one.name for one in gone_ones])} merged into {into}: {several(count, 'claim')} moved.",
        before=before,
        after={"affiliation": target.affiliation, "name": target.name},
    )


def _lock_claims(keys: Collection[int]) -> dict[int, list[int]]:
    """The claims of these speakers, in the bin too, locked against edits: keys by speaker."""
    rows = Claim.objects.select_for_update(no_key=True).filter(speaker__in=keys).order_by("pk")
    found: dict[int, list[int]] = {}
    pairs = list(rows.values_list("pk", "speaker_id")[: MOVED_AT_ONCE + 1])
    if len(pairs) > MOVED_AT_ONCE:
        raise ValidationError(
            f"More than {MOVED_AT_ONCE:,} claims would move. Merge into the speaker who has the most instead.",
            code="many",
        )
    for claim, speaker in pairs:
        assert speaker is not None
        found.setdefault(speaker, []).append(claim)
    return found


def _row(speaker: Speaker, aliases: list[str], claims: list[int]) -> dict[str, Any]:
    return {
        "pk": speaker.pk,
        "name": speaker.name,
        "affiliation": speaker.affiliation,
        "external_id": speaker.external_id,
        "extra": speaker.extra,
        "by": speaker.by_id,
        "at": speaker.at.isoformat() if speaker.at else None,
        "aliases": sorted(aliases),
        "claims": claims,
    }


def undo_merge(revision: Revision) -> list[str]:
    """Bring the merged speakers back with their claims. What was changed since is left as it is; it is named."""
    before, left = revision.before, []
    mine = {key for row in before["speakers"] for key in row["claims"]}
    at = dict(
        Claim.objects.select_for_update(no_key=True)
        .filter(pk__in=mine)
        .order_by("pk")
        .values_list("pk", "speaker_id")
    )
    target = Speaker.objects.select_for_update().filter(pk=before["into"]).first()
    if target is None:
        raise TooLate(
            f"{revision.after['name']} is no speaker of this dossier any more: if it was merged, take that back first."
        )
    for row in before["speakers"]:
        if not _bring_back(row, target):
            left.append(f"{row['name']} (somebody else goes by that name now)")
            continue
        back = [key for key in row["claims"] if at.get(key) == target.pk]
        Claim.objects.filter(pk__in=back).update(speaker=row["pk"])
        theirs = Claim.objects.filter(pk__in=set(row["claims"]) - set(back)).order_by("number")
        left += [f"C-{number}" for number in theirs.values_list("number", flat=True)]
    if target.affiliation == revision.after["affiliation"] != before["affiliation"]:
        target.affiliation = before["affiliation"]
        target.save(update_fields=["affiliation"])
    return left


def _bring_back(row: dict[str, Any], target: Speaker) -> bool:
    """Make a merged speaker again, under its old key, with the aliases that are still the target's."""
    name, dossier = row["name"], target.dossier_id
    SpeakerAlias.objects.filter(speaker=target, name=name).delete()
    if _taken(dossier, [name]):
        return False
    fields = {key: row[key] for key in ("pk", "name", "affiliation", "external_id", "extra", "at")}
    Speaker.objects.bulk_create([Speaker(dossier_id=dossier, by_id=row["by"], **fields)])
    SpeakerAlias.objects.filter(speaker=target, name__in=row["aliases"]).update(speaker=row["pk"])
    return True


def _both(revision: Revision, name: str) -> tuple[Any, Any]:
    return revision.before[name], revision.after[name]
