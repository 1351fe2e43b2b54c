"""Changing many claims at once: what would change, changing it, and taking it back."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from claims.actions.revision import keep, several
from claims.actions.speaker import speaker_named, tidy
from claims.actions.topic import set_topics
from claims.models import Claim, ClaimTopic, Credibility, Revision, Speaker
from sources.models import Dossier, Membership

AT_ONCE = 1_000
"""So many claims are changed at once at most."""

FIELDS = {
    "speaker": "speaker",
    "asserted": "asserted",
    "about": "about",
    "modality": "modality",
    "credibility": "credibility",
}
"""What can be set for many claims, and how it is called. The speaker is a name."""

JUDGED = ("asserted", "about")
"""Of these, what reviews rest on: a link judged by them is marked when they change."""


@dataclass(frozen=True)
class Wanted:
    """What to change: the fields to set (empty values too), the topics to add and to take away."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.fields or self.add or self.remove)


@dataclass(frozen=True)
class Changed:
    """A claim, and what would change of it: the field, its value before and after, in words."""

    claim: Claim
    changes: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Outcome:
    """What was done; the claims that were left as they are because someone changed or binned them meanwhile."""

    revision: Revision | None
    changed: int
    left: list[str]


def what_would_change(claims: Iterable[Claim], wanted: Wanted) -> list[Changed]:
    """Of each claim (with its speaker; two queries more), what would change; only those of which something would."""
    rows = list(claims)
    topics = _topics_of([claim.pk for claim in rows])
    fields = {**wanted.fields, **_speaker_meant(rows, wanted)}
    found = []
    for claim in rows:
        changes = [
            (FIELDS[name], _said(name, now), _said(name, value))
            for name, value in fields.items()
            if (now := _value(claim, name)) != value
        ]
        held = topics[claim.pk]
        if (after := _topics_after(held, wanted)) != held:
            changes.append(("topics", ", ".join(sorted(held)) or "none", ", ".join(sorted(after)) or "none"))
        if changes:
            found.append(Changed(claim, changes))
    return found


def _speaker_meant(claims: list[Claim], wanted: Wanted) -> dict[str, str]:
    """The speaker by her own name where an alias was given: the preview says whose the claims will be."""
    name = wanted.fields.get("speaker")
    if not name or not claims:
        return {}
    meant = Speaker.objects.filter(dossier=claims[0].dossier_id, aliases__name=name).values_list(
        "name", flat=True
    )
    one = meant.first()
    return {"speaker": one} if one else {}


def _value(claim: Claim, name: str) -> Any:
    if name == "speaker":
        return claim.speaker.name if claim.speaker else ""
    return getattr(claim, name)


def _said(name: str, value: Any) -> str:
    if name == "credibility" and value is not None:
        return str(Credibility(value).label)
    return "none" if value in ("", None) else str(value)


def _topics_of(keys: Collection[int]) -> dict[int, set[str]]:
    held: dict[int, set[str]] = {key: set() for key in keys}
    for claim, name in ClaimTopic.objects.filter(claim__in=keys).values_list("claim_id", "topic__name"):
        held[claim].add(name)
    return held


def _topics_after(held: set[str], wanted: Wanted) -> set[str]:
    return (held - wanted.remove) | wanted.add


@transaction.atomic
def edit_many(*, dossier: Dossier, by: Membership, versions: Mapping[int, int], wanted: Wanted) -> Outcome:
    """Change the claims of these numbers as ``wanted``; all, less those that are not in the version that was shown.

    About fifteen statements, however many claims. Refuses (ValidationError) a value that no claim may have, and more
    claims than ``AT_ONCE``.
    """
    if len(versions) > AT_ONCE:
        raise ValidationError(f"At most {AT_ONCE:,} claims are changed at once.", code="many")
    fields = {name: _right(name, value) for name, value in wanted.fields.items()}
    rows = Claim.objects.select_for_update(no_key=True, of=("self",)).select_related("speaker")
    rows = rows.filter(dossier=dossier, number__in=versions).order_by("pk")
    claims = list(rows.defer("search", "asserted_period", "about_period", "extra"))
    ours = [one for one in claims if one.version == versions[one.number] and not one.is_binned]
    left = sorted(versions.keys() - {one.number for one in ours})
    if "speaker" in fields:
        fields["speaker"] = speaker_named(dossier, fields["speaker"], by=by)
    topics = _topics_of([one.pk for one in ours])
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for claim in ours:
        was, now = {}, {}
        for name, value in fields.items():
            if (held := getattr(claim, name)) != value:
                was[name], now[name] = _kept(held), _kept(value)
        then = _topics_after(topics[claim.pk], wanted)
        if then != topics[claim.pk]:
            was["topics"], now["topics"] = sorted(topics[claim.pk]), sorted(then)
        if now:
            before[str(claim.pk)], after[str(claim.pk)] = was, now
    _write(dossier, after, fields)
    revision = None
    if after:
        said = f"{several(len(after), 'claim')} changed: {_in_words(wanted, fields)}."
        revision = keep(dossier=dossier, by=by, action="bulk", said=said, before=before, after=after)
    return Outcome(revision, len(after), [f"C-{number}" for number in left])


def _right(name: str, value: Any) -> Any:
    """The value as a claim holds it; a ValidationError for one that no claim may have."""
    if name == "speaker":
        return tidy(value)
    model_field = Claim._meta.get_field(name)
    try:
        return model_field.clean(value, None) if value not in ("", None) else value  # type: ignore[union-attr]
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from None


def _kept(value: Any) -> Any:
    """A value as the revision keeps it: of a speaker key and name, for either may be gone when it is taken back."""
    return [value.pk, value.name] if isinstance(value, Speaker) else value


def _write(dossier: Dossier, after: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    """One statement for the fields of all, and few for their topics."""
    touched = [int(key) for key, now in after.items() if now.keys() - {"topics"}]
    if touched:
        Claim.objects.filter(pk__in=touched).update(**fields)
    if sorted_out := {int(key): now["topics"] for key, now in after.items() if "topics" in now}:
        set_topics(dossier, sorted_out)
        # Their version rises with the fields; where topics alone changed, it is raised here: an open form is stale.
        Claim.objects.filter(pk__in=sorted_out.keys() - set(touched)).update(version=F("version") + 1)


def _in_words(wanted: Wanted, fields: Mapping[str, Any]) -> str:
    parts = [f"{FIELDS[name]} {_said(name, value)}" for name, value in fields.items()]
    parts += [f"under {', '.join(sorted(wanted.add))}"] if wanted.add else []
    parts += [f"no longer under {', '.join(sorted(wanted.remove))}"] if wanted.remove else []
    return "; ".join(parts)


def undo_many(revision: Revision) -> list[str]:
    """Give each claim its own former values back. One whose values were changed since is left as it is; it is named."""
    before, after, dossier = revision.before, revision.after, revision.dossier
    rows = Claim.objects.select_for_update(no_key=True, of=("self",)).select_related("speaker")
    claims = list(
        rows.filter(dossier=dossier, pk__in=before)
        .order_by("pk")
        .defer("search", "asserted_period", "about_period")
    )
    topics = _topics_of([one.pk for one in claims])
    back: list[Claim] = []
    left: list[Claim] = []
    for claim in claims:
        now = {name: getattr(claim, name) for name in after[str(claim.pk)].keys() - {"topics"}}
        held = {name: _kept(value)[0] if isinstance(value, Speaker) else value for name, value in now.items()}
        held["topics"] = sorted(topics[claim.pk])
        expected = after[str(claim.pk)]
        same = all(
            held[name] == (value[0] if name == "speaker" and value else value)
            for name, value in expected.items()
        )
        (back if same and not claim.is_binned else left).append(claim)
    speakers = _speakers_again(dossier, before)
    fields = {name for claim in back for name in before[str(claim.pk)]} - {"topics"}
    restored = []
    for claim in back:
        was = before[str(claim.pk)]
        for name in was.keys() - {"topics"}:
            setattr(claim, name, speakers.get(tuple(was[name] or ())) if name == "speaker" else was[name])
        if was.keys() - {"topics"}:
            restored.append(claim)
    if restored:
        Claim.objects.bulk_update(restored, sorted(fields), batch_size=500)
    sorted_out = {one.pk: before[str(one.pk)]["topics"] for one in back if "topics" in before[str(one.pk)]}
    if sorted_out:
        set_topics(dossier, sorted_out)
        alone = sorted_out.keys() - {one.pk for one in restored}
        Claim.objects.filter(pk__in=alone).update(version=F("version") + 1)
    return [one.cited for one in sorted(left, key=lambda one: one.number)]


def _speakers_again(dossier: Dossier, before: Mapping[str, Any]) -> dict[tuple[Any, ...], Speaker]:
    """The speakers that claims had, by key and name: whoever has the key, else whoever goes by the name now."""
    wanted = {tuple(was["speaker"]) for was in before.values() if was.get("speaker")}
    held = Speaker.objects.filter(dossier=dossier).in_bulk([key for key, _ in wanted])
    found = {}
    for key, name in wanted:
        one = held.get(key) or speaker_named(dossier, name, by=None)
        assert one is not None
        found[key, name] = one
    return found
