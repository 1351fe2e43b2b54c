"""Every change of a record is kept: who, when, before, after; whoever writes and however. History only grows."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pghistory
import pgtrigger
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from claims.actions.claim import edit_claim
from claims.models import (
    Anchoring,
    AnnotatedSet,
    Claim,
    ClaimTopic,
    Comment,
    Contradiction,
    Dismissal,
    Due,
    Ground,
    Kind,
    Link,
    Resolution,
    Review,
    Speaker,
    SpeakerAlias,
    Topic,
)
from sources.models import Dossier, KeptApart, Membership, Origin, Retraction, Source
from tests.around import (
    Insert,
    Update,
    empty,
    every_insert,
    every_update,
    insert_by_copy,
    key_of,
    refused,
    run,
)
from tests.claims.test_guards import claim_of, link_of, review_of
from tests.conftest import make_claim, make_link, make_member, make_pair, make_review, make_source
from tests.sources.test_guards import source_of

TRACKED: dict[type[Model], type[Model]] = {
    events.pgh_tracked_model: events for events in apps.get_models() if hasattr(events, "pgh_tracked_model")
}
# Not records: counters and search pieces are worked out, the others say where someone is in her work.
UNTRACKED = {
    "Counter",
    "Regrouping",
    "Resemblance",
    "SourcePiece",
    "User",
    "Invitation",
    "Draft",
    "Disclosure",
    "Lease",
    "Skip",
    "ImportedLine",
    "Intake",
    "Original",
    "OriginalChunk",
    "Fingerprint",
    "Support",
    "SavedFilter",
    "Revision",
    # What the machine proposes, and learned.
    "Suggested", "LookedAt", "SuggestionRun", "LearnedJudge",
    # Written once, and refused every change: their own history.
    "Guideline", "SetLink", "SetFile", "SetChunk",
    # What somebody saw, follows, takes out or brings in; what programs may do, and were told.
    "Mention", "Follow", "Visit", "Happening", "Export", "ExportChunk", "ForeignFile", "ApiToken", "Webhook",
    "Delivery",
}  # fmt: skip
CHANGES: dict[type[Model], dict[str, Any]] = {
    Dossier: {"question": "Another question?"},
    Membership: {"name": "renamed"},
    Source: {"title": "Another title"},
    Speaker: {"affiliation": "A ministry"},
    Topic: {"name": "trade and tariffs"},
    Claim: {"statement": "Another statement."},
    ClaimTopic: {"topic": None},
    Link: {"rationale": "For another reason."},
    Review: {"note": "Another note."},
    Origin: {"name": "An agency"},
    KeptApart: {"at": datetime(2026, 1, 1, tzinfo=UTC)},
    SpeakerAlias: {"name": "The minister"},
    Anchoring: {"decision": "kept"},
    Retraction: {"reason": "For another reason."},
    Resolution: {"note": "Another note."},
    Ground: {"version": 7},
    Due: {"expectation": "Another expectation."},
    Comment: {"text": "Another word."},
    Dismissal: {"at": datetime(2026, 1, 1, tzinfo=UTC)},
}
# Kept by the database alone, and so is its history: see test_as_of.
WORKED_OUT = {Contradiction}
# Written only with all that it holds, and never changed: see exchange/test_freezing.
FROZEN = {AnnotatedSet}
every_table = pytest.mark.parametrize("model", CHANGES, ids=lambda model: model.__name__.lower())


def resolution_of(link: Link, **fields: Any) -> Resolution:
    """A resolution of the link, which is settled for it."""
    Link.objects.filter(pk=link.pk).update(adjudication_verdict=Kind.CONTRADICTS)
    proof = {"first": "2023", "second": "2024"}
    return Resolution(dossier=link.dossier, link=link, kind="time", proof=proof, **fields)


def ground_of(source: Source, link: Link) -> Ground:
    resolution = resolution_of(link)
    resolution.save()
    return Ground(dossier=link.dossier, resolution=resolution, source=source)


def anchoring_of(claim: Claim, **fields: Any) -> Anchoring:
    place = {"source": claim.source, "start": claim.start, "end": claim.end, "quote": claim.quote}
    version = make_source(claim.dossier)
    return Anchoring(
        dossier=claim.dossier, claim=claim, to_source=version, method="orphan", **place, **fields
    )


def dismissal_of(one: Claim, other: Claim, **fields: Any) -> Dismissal:
    return Dismissal(dossier=one.dossier, one=one, other=other, at=timezone.now(), **fields)


Build = Callable[[type[Model]], Model]


@pytest.fixture
def build(dossier: Dossier, analyst: Membership) -> Build:
    """A function that makes a new row of a table, not yet written, with what it rests on."""

    def claims(*words: str) -> list[Claim]:
        source = make_source(dossier, by=analyst)
        return [make_claim(source, one, by=analyst) for one in words]

    def topic(name: str) -> Topic:
        return Topic.objects.create(dossier=dossier, name=name)

    made: dict[type[Model], Callable[[], Model]] = {
        Dossier: lambda: Dossier(slug="another", name="Another", question="Which?"),
        Membership: lambda: Membership(dossier=dossier, name="imported"),
        Source: lambda: source_of(dossier, 40, title="A title", by=analyst, at=timezone.now()),
        Speaker: lambda: Speaker(dossier=dossier, name="A speaker", by=analyst),
        Topic: lambda: Topic(dossier=dossier, name="trade"),
        Claim: lambda: claim_of(
            make_source(dossier, by=analyst), 0, 5, by=analyst, about="2023/2024", credibility=3
        ),
        ClaimTopic: lambda: ClaimTopic(dossier=dossier, claim=claims("Officials")[0], topic=topic("energy")),
        Link: lambda: link_of(
            *claims("Officials", "The ministry"), kind=Kind.SUPPORTS, mutual=True, by=analyst
        ),
        Origin: lambda: Origin(dossier=dossier, number=1, name="A paper", by=analyst),
        KeptApart: lambda: KeptApart(
            dossier=dossier, one=make_source(dossier), other=make_source(dossier), by=analyst
        ),
        SpeakerAlias: lambda: SpeakerAlias(
            dossier=dossier, speaker=Speaker.objects.create(dossier=dossier, name="A speaker"), name="Another"
        ),
        Anchoring: lambda: anchoring_of(claims("Officials")[0], by=analyst),
        Retraction: lambda: Retraction(
            dossier=dossier, source=make_source(dossier), reason="Made up.", by=analyst
        ),
        Resolution: lambda: resolution_of(make_pair(dossier, by=analyst), by=analyst),
        Ground: lambda: ground_of(make_source(dossier), make_pair(dossier, by=analyst)),
        Due: lambda: Due(
            dossier=dossier,
            link=make_pair(dossier, by=analyst),
            day="2026-06-30",
            expectation="It ends.",
            by=analyst,
        ),
        Comment: lambda: Comment(dossier=dossier, source=make_source(dossier), text="A word.", by=analyst),
        Dismissal: lambda: dismissal_of(*claims("Officials", "The ministry"), by=analyst),
        Review: lambda: review_of(
            make_link(*claims("Officials", "The ministry"), by=analyst), analyst, "neither", note="A note."
        ),
    }
    return lambda model: made[model]()


def kept_of(model: type[Model]) -> list[Any]:
    """What the history has of the latest row of a table, in its order."""
    events = TRACKED[model]
    latest = events._default_manager.order_by("-pgh_obj_id").values_list("pgh_obj_id", flat=True).first()
    return list(events._default_manager.filter(pgh_obj_id=latest).order_by("pgh_id"))


def values_of(row: Model, model: type[Model]) -> dict[str, Any]:
    """The values of a row, or of what the history has of it, in the columns that history keeps."""
    names = {field.attname for field in model._meta.concrete_fields}
    kept = {field.attname for field in TRACKED[model]._meta.concrete_fields}
    return {name: getattr(row, name) for name in names & kept}


def changed(build: Build, model: type[Model]) -> dict[str, Any]:
    values = dict(CHANGES[model])
    if model is ClaimTopic:
        dossier = Dossier.objects.get(slug="china-russia")
        values["topic"] = Topic.objects.create(dossier=dossier, name="another")
    return values


def test_every_record_is_tracked() -> None:
    models = {model for label in ("sources", "claims") for model in apps.get_app_config(label).get_models()}
    assert set(TRACKED) == set(CHANGES) | WORKED_OUT | FROZEN
    assert {model.__name__ for model in models - set(TRACKED) - set(TRACKED.values())} == UNTRACKED


@every_table
def test_history_keeps_all_that_can_change(model: type[Model]) -> None:
    kept = {field.attname for field in TRACKED[model]._meta.concrete_fields}
    given = {field.attname for field in model._meta.concrete_fields if not field.generated}
    unchanging_or_worked_out: dict[type[Model], set[str]] = {
        Source: {"text"},
        Link: {"state", "verdict"},
    }
    assert given - kept == unchanging_or_worked_out.get(model, set())


@every_insert
@every_table
def test_what_was_written_is_kept(build: Build, model: type[Model], insert: Insert) -> None:
    before = timezone.now() - timedelta(minutes=1)
    insert(build(model))
    [event] = kept_of(model)
    row = model._default_manager.get(pk=event.pgh_obj_id)
    assert event.pgh_label == "insert"
    assert values_of(event, model) == values_of(row, model)
    assert before < event.pgh_created_at < timezone.now()
    assert event.pgh_context is None


@every_update
@every_table
def test_what_was_changed_is_kept_before_and_after(build: Build, model: type[Model], update: Update) -> None:
    insert_by_copy(build(model))
    row = model._default_manager.get(pk=kept_of(model)[0].pgh_obj_id)
    before = values_of(row, model)
    update(row, **changed(build, model))
    row.refresh_from_db()
    first, second = kept_of(model)
    assert second.pgh_label == "update"
    assert values_of(first, model) == before
    assert values_of(second, model) == values_of(row, model) != before
    update(row, **{name: getattr(row, name) for name in CHANGES[model]})
    assert len(kept_of(model)) == 2, "writing what is there is no change"


def delete_by_instance(row: Model) -> None:
    row.delete()


def delete_by_queryset(row: Model) -> None:
    type(row)._default_manager.filter(pk=row.pk).delete()


def delete_by_sql(row: Model) -> None:
    # What the database itself wrote beside the row goes with it.
    run("DELETE FROM sources_sourcepiece WHERE source_id = %s", row.pk if isinstance(row, Source) else None)
    run("DELETE FROM claims_happening WHERE comment_id = %s", row.pk if isinstance(row, Comment) else None)
    run(f"DELETE FROM {row._meta.db_table} WHERE {key_of(row)} = %s", row.pk)
    run(
        "DELETE FROM sources_counter c WHERE NOT EXISTS (SELECT FROM sources_dossier d WHERE d.id = c.dossier_id)"
    )


@pytest.mark.parametrize("delete", [delete_by_instance, delete_by_queryset, delete_by_sql])
@every_table
def test_what_was_deleted_is_kept(build: Build, model: type[Model], delete: Callable[[Model], None]) -> None:
    insert_by_copy(build(model))
    row = model._default_manager.get(pk=kept_of(model)[0].pgh_obj_id)
    before = values_of(row, model)
    if model is Dossier and delete is not delete_by_sql:
        with refused("a dossier keeps its counters"):
            delete(row)
        return
    delete(row)
    event = kept_of(model)[-1]
    assert event.pgh_label == "delete"
    assert values_of(event, model) == before


@every_insert
def test_many_rows_of_one_statement_are_kept_each(dossier: Dossier, insert: Insert) -> None:
    insert(*(Topic(dossier=dossier, name=f"topic {n}") for n in range(50)))
    run("UPDATE claims_topic SET name = 'a ' || name WHERE name < 'topic 3'")
    run("DELETE FROM claims_topic")
    labels = TRACKED[Topic]._default_manager.values_list("pgh_label", flat=True)
    assert [list(labels).count(label) for label in ("insert", "update", "delete")] == [50, 23, 50]


@every_insert
def test_who_is_kept_where_the_writer_says(dossier: Dossier, analyst: Membership, insert: Insert) -> None:
    assert analyst.user
    with transaction.atomic(), pghistory.context(user=analyst.user.pk):
        run("SET LOCAL application_name = 'gainsay'")  # COPY alone does not carry the context
        insert(Topic(dossier=dossier, name="trade"))
        run("UPDATE claims_topic SET name = 'tariffs'")
        run("DELETE FROM claims_topic")
    assert [event.pgh_context for event in kept_of(Topic)] == [{"user": analyst.user.pk}] * 3


def test_whoever_is_signed_in_is_kept(
    dossier: Dossier, analyst: Membership, reviewer: Membership, sign_in: Callable[..., Client]
) -> None:
    link = make_pair(dossier, by=analyst)
    sent = {"number": link.number, "versions": "1-1", "verdict": "neither"}
    sign_in(reviewer).post("/d/china-russia/review/", sent)
    [event] = kept_of(Review)
    assert reviewer.user
    assert event.pgh_context == {"user": reviewer.user.pk}
    assert (event.reviewer_id, event.verdict) == (reviewer.pk, "neither")


def test_an_edit_through_the_action_is_one_entry(dossier: Dossier, analyst: Membership) -> None:
    claim = make_claim(make_source(dossier), by=analyst)
    edit_claim(claim, by=analyst, changes={"statement": "New."}, version=1, speaker="", topics=[])
    first, second = kept_of(Claim)
    assert (first.statement, second.statement) == (claim.statement, "New.")
    assert (first.version, second.version) == (1, 2)


def test_reviews_leave_no_trace_in_the_history_of_their_link(dossier: Dossier, analyst: Membership) -> None:
    link = make_pair(dossier, by=analyst)
    for name in ("mira", "tomas"):
        make_review(link, by=make_member(dossier, name))
    link.refresh_from_db()
    assert link.state == "settled"
    assert len(kept_of(Link)) == 1


def test_a_long_text_is_not_copied_into_the_history(dossier: Dossier) -> None:
    make_source(dossier, "Unmistakable words. " * 1000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(e)::text FROM sources_sourceevent e")
        assert "Unmistakable" not in json.dumps(cursor.fetchall())


@every_table
def test_history_refuses_to_be_changed_or_deleted_or_emptied(build: Build, model: type[Model]) -> None:
    insert_by_copy(build(model))
    events = TRACKED[model]
    table, stays = events._meta.db_table, "history stays as it was written"
    rows = events._default_manager.all()
    attempts: list[Callable[[], Any]] = [
        lambda: run(f"UPDATE {table} SET pgh_context = NULL"),
        lambda: run(f"DELETE FROM {table}"),
        lambda: run(f"DELETE FROM {table} WHERE false"),
        lambda: empty(table),
        lambda: rows.update(pgh_label="update"),
        lambda: rows.delete(),
        lambda: kept_of(model)[0].delete(),
        lambda: events._default_manager.bulk_update(kept_of(model), ["pgh_label"]),
    ]
    for attempt in attempts:
        with refused(stays):
            attempt()
    assert rows.exists()


def ignoring_in_python(table: str) -> Iterator[None]:
    with pgtrigger.ignore():
        yield


def ignoring_by_setting(table: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(tgname, ',') FROM pg_trigger WHERE tgrelid = %s::regclass", [table])
        [every] = cursor.fetchone()
    run("SELECT set_config('pgtrigger.ignore', %s, false)", "{" + every + "}")
    yield
    run("SELECT set_config('pgtrigger.ignore', '', false)")


@pytest.mark.parametrize("ignoring", [ignoring_in_python, ignoring_by_setting])
@every_table
def test_nothing_passes_by_the_history(
    build: Build, model: type[Model], ignoring: Callable[[str], Iterator[None]]
) -> None:
    row = build(model)
    for _ in ignoring(model._meta.db_table):
        insert_by_copy(row)
        written = model._default_manager.get(pk=kept_of(model)[0].pgh_obj_id)
        for name, value in changed(build, model).items():
            setattr(written, name, value)
        written.save()
        if model is not Dossier:
            written.delete()
    labels = [event.pgh_label for event in kept_of(model)]
    assert labels == ["insert", "update", *(["delete"] if model is not Dossier else [])]


@every_table
def test_a_row_keeps_its_key(build: Build, model: type[Model]) -> None:
    insert_by_copy(build(model))
    with refused("a row keeps its key"):
        key = model._meta.pk.column
        run(f"UPDATE {model._meta.db_table} SET {key} = {key} + 1000000")


def test_the_application_cannot_switch_its_guards_off(db: None) -> None:
    with refused("permission denied", "42501"):
        run("SET session_replication_role = replica")
