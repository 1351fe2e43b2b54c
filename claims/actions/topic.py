"""Topics: made and put on claims by name, renamed, merged into one, deleted when nothing stands under them."""

from collections.abc import Collection, Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from claims.actions.revision import TooLate, keep, listed, several
from claims.models import Claim, ClaimTopic, Revision, Topic
from sources.models import Dossier, Membership

MOVED_AT_ONCE = 10_000
"""So many claims are moved by one merge at most: a person waits for it."""


class NameTaken(ValidationError):
    """There is a topic of that name: the two may be merged."""


def names_of(written: Iterable[str]) -> set[str]:
    """Names as topics have them: on one line, with single spaces, none empty."""
    return {" ".join(name.split()) for name in written} - {""}


def topics_named(dossier: Dossier, names: Iterable[str]) -> dict[str, Topic]:
    """The topics of these names, made when new, each kept from being merged away until the transaction ends."""
    wanted = sorted(names_of(names))
    for name in wanted:
        Topic(dossier=dossier, name=name).clean_fields()
    found: dict[str, Topic] = {}
    for _ in range(5):
        missing = [name for name in wanted if name not in found]
        if not missing:
            break
        Topic.objects.bulk_create(
            [Topic(dossier=dossier, name=name) for name in missing], ignore_conflicts=True
        )
        rows = Topic.objects.raw(
            "SELECT t.* FROM claims_topic t WHERE t.dossier_id = %s AND t.name = ANY (%s) ORDER BY t.id FOR KEY SHARE",
            [dossier.pk, missing],
        )
        found |= {topic.name: topic for topic in rows}
    return found


def set_topics(dossier: Dossier, wanted: Mapping[int, Collection[str]]) -> set[int]:
    """Put each claim (by key) under these topics alone; the keys of those for which that changed anything."""
    held: dict[int, set[str]] = {key: set() for key in wanted}
    rows = ClaimTopic.objects.filter(claim__in=wanted).values_list("pk", "claim_id", "topic__name")
    gone = []
    for pk, claim, name in rows:
        held[claim].add(name)
        if name not in wanted[claim]:
            gone.append((pk, claim))
    fresh = [(claim, name) for claim, names in wanted.items() for name in sorted(set(names) - held[claim])]
    topics = topics_named(dossier, {name for _, name in fresh})
    ClaimTopic.objects.bulk_create(
        [ClaimTopic(dossier=dossier, claim_id=claim, topic=topics[name]) for claim, name in fresh]
    )
    ClaimTopic.objects.filter(pk__in=[pk for pk, _ in gone]).delete()
    return {claim for claim, _ in fresh} | {claim for _, claim in gone}


@transaction.atomic
def rename_topic(*, dossier: Dossier, name: str, to: str, by: Membership) -> Revision | None:
    """Give a topic another name; NameTaken when another topic has it. No revision when it had that name."""
    topic = _locked(dossier, name)
    to = " ".join(to.split())
    if to == name:
        return None
    _rename(topic, to)
    return keep(
        dossier=dossier,
        by=by,
        action="topic-rename",
        said=f"{name} renamed {to}.",
        before={"topic": topic.pk, "name": name},
        after={"name": to},
    )


def _rename(topic: Topic, to: str) -> None:
    topic.name = to
    topic.clean_fields()
    try:
        with transaction.atomic():
            topic.save(update_fields=["name"])
    except IntegrityError:
        raise NameTaken(f"There is a topic “{to}” already.", code="taken") from None


def _locked(dossier: Dossier, name: str) -> Topic:
    topic: Topic | None = Topic.objects.select_for_update().filter(dossier=dossier, name=name).first()
    if topic is None:
        raise ValidationError(f"There is no topic “{name}” any more: look again.", code="gone")
    return topic


def undo_rename(revision: Revision) -> list[str]:
    """Give the topic its former name back, if it still has the one that was given."""
    topic = Topic.objects.select_for_update().filter(pk=revision.before["topic"]).first()
    was, now = revision.before["name"], revision.after["name"]
    if topic is None or topic.name != now:
        there = f"It is named {topic.name} now" if topic else "It is gone"
        raise TooLate(f"The topic {now} was changed again since. {there}, so nothing was taken back.")
    try:
        _rename(topic, was)
    except NameTaken:
        raise TooLate(f"There is another topic {was} now, so nothing was taken back.") from None
    return []


@transaction.atomic
def merge_topics(*, dossier: Dossier, into: str, others: Collection[str], by: Membership) -> Revision:
    """Put all that stands under the others under ``into``, and delete them.

    Refuses (ValidationError) a name that is no topic here (any more), and more claims than are moved at once.
    """
    names = set(others) - {into}
    rows = {one.name: one for one in Topic.objects.filter(dossier=dossier, name__in={into, *names})}
    if gone := sorted({into, *names} - rows.keys()):
        raise ValidationError(f"There is no topic {listed(gone)} any more: look again.", code="gone")
    if not names:
        raise ValidationError("Choose at least two topics to merge.", code="few")
    keys = {rows[name].pk for name in names}
    _lock_claims(keys)  # claims before topics, as an edit of a claim does
    held = Topic.objects.select_for_update().filter(pk__in=[*keys, rows[into].pk]).order_by("pk")
    if {one.name for one in held} != {into, *names}:
        raise ValidationError("Somebody else changed these topics just now: look again.", code="changed")
    under = _lock_claims(keys)
    target = rows[into]
    moved = {claim for claims in under.values() for claim in claims}
    had = set(ClaimTopic.objects.filter(topic=target, claim__in=moved).values_list("claim_id", flat=True))
    ClaimTopic.objects.bulk_create(
        [ClaimTopic(dossier=dossier, claim_id=claim, topic=target) for claim in sorted(moved - had)]
    )
    ClaimTopic.objects.filter(topic__in=keys).delete()
    Topic.objects.filter(pk__in=keys).delete()
    _touch(moved)
    before = {
        "topics": [
            {"name": name, "pk": rows[name].pk, "claims": under.get(rows[name].pk, [])}
            for name in sorted(names)
        ],
        "had": sorted(had),
        "into": target.pk,
    }
    return keep(
        dossier=dossier,
        by=by,
        action="topic-merge",
        said=f"{listed(sorted(names))} merged into {into}: {several(len(moved), 'claim')} moved.",
        before=before,
        after={"name": into},
    )


def _lock_claims(topics: Collection[int]) -> dict[int, list[int]]:
    """The claims under these topics, in the bin too, locked against edits: keys by topic."""
    pairs = list(
        ClaimTopic.objects.filter(topic__in=topics)
        .order_by("claim")
        .values_list("topic_id", "claim_id")[: MOVED_AT_ONCE + 1]
    )
    if len(pairs) > MOVED_AT_ONCE:
        raise ValidationError(
            f"More than {MOVED_AT_ONCE:,} claims would move. Merge into the topic that has the most instead.",
            code="many",
        )
    claims = {claim for _, claim in pairs}
    list(Claim.objects.select_for_update(no_key=True).filter(pk__in=claims).order_by("pk").values_list("pk"))
    found: dict[int, list[int]] = {}
    for topic, claim in pairs:
        found.setdefault(topic, []).append(claim)
    return found


def _touch(claims: Collection[int]) -> None:
    """Raise the version of claims whose topics changed: a form that is open on one is stale."""
    Claim.objects.filter(pk__in=claims).update(version=F("version") + 1)


def undo_merge(revision: Revision) -> list[str]:
    """Bring the merged topics back over their claims. A claim that left the topic since stays as it is; it is named."""
    before = revision.before
    mine = {key for row in before["topics"] for key in row["claims"]}
    claims = Claim.objects.select_for_update(no_key=True).filter(pk__in=mine).order_by("pk")
    numbers = dict(claims.values_list("pk", "number"))
    target = Topic.objects.select_for_update().filter(pk=before["into"]).first()
    if target is None:
        raise TooLate(
            f"There is no topic {revision.after['name']} any more: if it was merged, take that back first."
        )
    under = set(ClaimTopic.objects.filter(topic=target, claim__in=mine).values_list("claim_id", flat=True))
    for row in before["topics"]:
        topic = _again(revision.dossier, row["pk"], row["name"])
        back = [key for key in row["claims"] if key in under]
        ClaimTopic.objects.bulk_create(
            [ClaimTopic(dossier=revision.dossier, claim_id=key, topic=topic) for key in back],
            ignore_conflicts=True,
        )
    ClaimTopic.objects.filter(topic=target, claim__in=under - set(before["had"])).delete()
    _touch(under)
    return [f"C-{numbers[key]}" for key in sorted(mine & numbers.keys() - under, key=numbers.__getitem__)]


def _again(dossier: Dossier, key: int, name: str) -> Topic:
    """A topic that was deleted, under its old key; or the one that has its name now."""
    Topic.objects.bulk_create([Topic(pk=key, dossier=dossier, name=name)], ignore_conflicts=True)
    return Topic.objects.get(dossier=dossier, name=name)


@transaction.atomic
def delete_topic(*, dossier: Dossier, name: str, by: Membership) -> Revision:
    """Delete a topic under which nothing stands, not even in the bin (else ValidationError)."""
    topic = _locked(dossier, name)
    if held := ClaimTopic.objects.filter(topic=topic)[: MOVED_AT_ONCE + 1].count():
        raise ValidationError(
            f"{several(held, 'claim')} (the bin's too) stand under {name}: merge it into another topic instead.",
            code="held",
        )
    key = topic.pk
    topic.delete()
    return keep(
        dossier=dossier,
        by=by,
        action="topic-delete",
        said=f"The empty topic {name} deleted.",
        before={"topic": key, "name": name},
    )


def undo_delete(revision: Revision) -> list[str]:
    """Make the topic again; TooLate when somebody has."""
    name = revision.before["name"]
    if Topic.objects.filter(dossier=revision.dossier, name=name).exists():
        raise TooLate(f"There is a topic {name} again already, so nothing was changed.")
    _again(revision.dossier, revision.before["topic"], name)
    return []
