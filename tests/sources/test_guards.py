"""What the database holds of accounts, dossiers and sources, whoever writes and however."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F, ForeignKey, Model, Value
from django.db.models.functions import Concat
from django.test import Client

from sources.models import Counter, Dossier, Letter, Membership, Role, Source, User
from tests.around import (
    FOREIGN_KEY,
    RESTRICT,
    UNIQUE,
    Insert,
    Update,
    empty,
    every_insert,
    every_update,
    refused,
    run,
)
from tests.conftest import make_dossier, make_member, make_pair, make_source, make_user

TEXT_STAYS = "the text of a source never changes"


def source_of(dossier: Dossier, number: int, **fields: Any) -> Source:
    return Source(**{"dossier": dossier, "number": number, "text": "A text.", "config": "simple", **fields})


# 2. A source's text never changes once stored.


@every_update
def test_the_text_of_a_source_never_changes(dossier: Dossier, update: Update) -> None:
    source = make_source(dossier)
    for text in ("Another text.", source.text + " ", source.text.upper(), ""):
        with refused(TEXT_STAYS):
            update(source, text=text)


def test_nor_by_save_nor_by_an_expression_nor_by_an_upsert(dossier: Dossier) -> None:
    source = make_source(dossier)
    kept = source.text
    with refused(TEXT_STAYS):
        Source.objects.update(text=Concat("text", Value(".")))
    with refused(TEXT_STAYS):
        Source.objects.bulk_create(
            [source_of(dossier, source.number, pk=source.pk)],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["text"],
        )
    with refused(TEXT_STAYS):
        run(
            "MERGE INTO sources_source s USING (SELECT 1) one ON s.id = %s WHEN MATCHED THEN UPDATE SET text = 'x'",
            source.pk,
        )
    source.text = "Another text."
    with refused(TEXT_STAYS):
        source.save()
    assert Source.objects.get().text == kept


def test_what_is_known_of_a_source_may_change_and_counts_a_version(dossier: Dossier) -> None:
    source = make_source(dossier)
    Source.objects.update(title="A better title", version=40)
    source.refresh_from_db()
    assert (source.title, source.version) == ("A better title", 2)


# 6. A number is given once per dossier, also after a deletion.


@every_insert
def test_a_number_given_is_refused_also_after_its_record_is_gone(dossier: Dossier, insert: Insert) -> None:
    one, other = make_source(dossier), make_source(dossier)
    with refused("S-2 was given before|source_number_once", UNIQUE):
        insert(source_of(dossier, other.number))
    run("DELETE FROM sources_sourcepiece")
    run("DELETE FROM sources_source")
    for number in (one.number, other.number):
        with refused(f"the number S-{number} was given before", UNIQUE):
            insert(source_of(dossier, number))
    insert(source_of(dossier, 3))
    assert make_source(dossier).number == 4


@every_insert
def test_a_number_above_the_last_is_taken_and_raises_it(dossier: Dossier, insert: Insert) -> None:
    other = make_dossier("other")
    insert(source_of(dossier, 9), source_of(dossier, 7), source_of(other, 2))
    last = Counter.objects.filter(letter=Letter.SOURCE)
    assert [last.get(dossier=one).last for one in (dossier, other)] == [9, 2]
    with refused("S-8 was given before", UNIQUE):
        insert(source_of(dossier, 8), source_of(dossier, 10))
    assert make_source(dossier).number == 10
    assert make_source(other).number == 3


@every_insert
def test_one_number_twice_in_one_statement_is_refused(dossier: Dossier, insert: Insert) -> None:
    with refused("source_number_once", UNIQUE):
        insert(source_of(dossier, 1), source_of(dossier, 1))
    assert not Source.objects.exists()


@every_insert
def test_numbers_start_at_one(dossier: Dossier, insert: Insert) -> None:
    for number in (0, -1):
        with refused("source_number_from_1|source_number_check"):
            insert(source_of(dossier, number))


@every_update
def test_a_record_keeps_its_number_and_its_dossier(dossier: Dossier, update: Update) -> None:
    source, other = make_source(dossier), make_dossier("other")
    changes: list[dict[str, Any]] = [{"number": 7}, {"dossier": other}, {"dossier": other, "number": 7}]
    for values in changes:
        with refused("a number is given once, in one dossier"):
            update(source, **values)
        source.refresh_from_db()


@every_update
def test_a_counter_only_rises(dossier: Dossier, update: Update) -> None:
    make_source(dossier)
    counter = Counter.objects.get(dossier=dossier, letter=Letter.SOURCE)
    with refused("a counter only rises"):
        update(counter, last=0)
    with refused("a counter only rises"):
        update(counter, letter="X")


def test_counters_are_neither_deleted_nor_emptied_nor_made_anew(dossier: Dossier) -> None:
    with refused("a dossier keeps its counters"):
        Counter.objects.all().delete()
    with refused("a dossier keeps its counters"):
        run("DELETE FROM sources_counter")
    with refused("a dossier keeps its counters"):
        empty("sources_counter")
    with refused("counter_once_a_letter", UNIQUE):
        run("INSERT INTO sources_counter (dossier_id, letter, last) VALUES (%s, 'S', 0)", dossier.pk)


# 7. Deleting a person closes the account and keeps the name and all they made.


def delete_by_sql(user: User, administrator: Client) -> None:
    run("DELETE FROM sources_user WHERE id = %s", user.pk)


def delete_by_instance(user: User, administrator: Client) -> None:
    user.delete()


def delete_by_queryset(user: User, administrator: Client) -> None:
    User.objects.filter(pk=user.pk).delete()


def delete_by_admin(user: User, administrator: Client) -> None:
    sent = {"action": "close_accounts", "_selected_action": [str(user.pk)]}
    assert administrator.post("/admin/sources/user/", sent).status_code == 302


@pytest.mark.parametrize(
    "delete",
    [delete_by_sql, delete_by_instance, delete_by_queryset, delete_by_admin],
)
def test_deleting_a_person_closes_the_account_and_keeps_what_she_made(
    dossier: Dossier, analyst: Membership, delete: Any, sign_in: Any
) -> None:
    link = make_pair(dossier, by=analyst)
    user = analyst.user
    assert user
    User.objects.filter(pk=user.pk).update(
        email="a@example.org", first_name="Ana", is_staff=True, is_superuser=True
    )
    client = sign_in(analyst)
    assert client.get("/accounts/password/").status_code == 200
    delete(user, sign_in(make_user("root", is_superuser=True, is_staff=True)))
    user = User.objects.get(pk=user.pk)
    assert (user.username, user.first_name) == ("analyst", "Ana")
    assert (user.is_active, user.is_staff, user.is_superuser, user.email) == (False, False, False, "")
    assert not user.has_usable_password()
    assert not user.check_password("correct horse")
    assert client.get("/accounts/password/").status_code == 302, "whoever was signed in is out"
    analyst.refresh_from_db()
    link.refresh_from_db()
    assert (analyst.name, link.by, link.from_claim.by) == ("analyst", analyst, analyst)


def test_many_people_are_closed_by_one_statement_and_none_by_truncate(dossier: Dossier) -> None:
    people = [make_user(name) for name in ("one", "two")]
    run("DELETE FROM sources_user")
    assert not User.objects.filter(pk__in=[one.pk for one in people], is_active=True).exists()
    with refused("an account is closed, never removed"):
        empty("sources_user")


def test_whoever_made_something_stays_a_person_of_the_dossier(dossier: Dossier, analyst: Membership) -> None:
    source = make_source(dossier, by=analyst)
    with refused("sources_source_by_id_in_dossier", RESTRICT):
        run("DELETE FROM sources_membership WHERE id = %s", analyst.pk)
    source.refresh_from_db()
    assert source.by == analyst


@every_insert
def test_a_name_is_one_persons_and_an_account_one_member(
    dossier: Dossier, analyst: Membership, insert: Insert
) -> None:
    with refused("person_once_a_name", UNIQUE):
        insert(Membership(dossier=dossier, name="analyst"))
    with refused("member_once_a_dossier", UNIQUE):
        insert(Membership(dossier=dossier, name="other", user=analyst.user, role=Role.VIEWER))
    with refused("membership_role_needs_an_account"):
        insert(Membership(dossier=dossier, name="other", role=Role.LEAD))
    with refused("membership_role_known"):
        insert(Membership(dossier=dossier, name="other", user=make_user("new"), role="owner"))


# 3. A record's relations stay within its dossier.

LOOSE = {
    # Not records of the dossier: what they name is checked where it is used.
    ("sources_invitation", "by_id"),
    ("sources_invitation", "used_by_id"),
    ("sources_draft", "by_id"),
    ("claims_suggestionrun", "by_id"),
}


def tables_with_a_dossier() -> list[type[Model]]:
    return [
        model
        for label in ("sources", "claims")
        for model in apps.get_app_config(label).get_models()
        if not hasattr(model, "pgh_tracked_model")
        and any(field.name == "dossier" for field in model._meta.concrete_fields)
    ]


@pytest.mark.django_db
def test_every_relation_between_records_is_a_key_within_the_dossier() -> None:
    """Walks the models: a relation added later needs its composite key, or a reason to be loose."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.conrelid::regclass::text, a.attname
            FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2]
            JOIN pg_attribute d ON d.attrelid = c.conrelid AND d.attnum = c.conkey[1]
            JOIN pg_attribute td ON td.attrelid = c.confrelid AND td.attnum = c.confkey[1]
            WHERE c.contype = 'f' AND cardinality(c.conkey) = 2
            AND d.attname = 'dossier_id' AND td.attname = 'dossier_id'
            """
        )
        held = set(cursor.fetchall())
    models = tables_with_a_dossier()
    wanted = {
        (model._meta.db_table, field.column)
        for model in models
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model in models
    }
    assert len(wanted) > 20
    assert wanted - held - LOOSE == set()


@every_insert
def test_a_source_is_signed_by_a_person_of_its_own_dossier(dossier: Dossier, insert: Insert) -> None:
    stranger = make_member(make_dossier("other"), "stranger")
    with refused("sources_source_by_id_in_dossier", FOREIGN_KEY):
        insert(source_of(dossier, 1, by=stranger))
    with refused("sources_source_binned_by_id_in_dossier", FOREIGN_KEY):
        insert(source_of(dossier, 1, binned_by=stranger))


def test_a_dossier_is_made_by_a_person_of_its_own(dossier: Dossier) -> None:
    stranger = make_member(make_dossier("other"), "stranger")
    with refused("dossier_by_its_own_person", FOREIGN_KEY):
        Dossier.objects.filter(pk=dossier.pk).update(by=stranger)


# What else a dossier and a source must be.


@every_update
def test_between_one_and_five_reviews_are_needed(dossier: Dossier, update: Update) -> None:
    for needed in (0, 6, 40):
        with refused("dossier_reviews_needed_1_to_5"):
            update(dossier, reviews_needed=needed)


@every_insert
def test_a_slug_is_an_address(db: None, insert: Insert) -> None:
    for slug in ("new", "New", "a b", "-a", "a--b", "", "ä"):
        with refused("dossier_slug_is_an_address"):
            insert(Dossier(slug=slug, name="A name"))


@every_insert
def test_a_text_is_neither_empty_nor_endless(dossier: Dossier, insert: Insert) -> None:
    for text in ("", "x" * 5_000_001):
        with refused("source_text_length"):
            insert(source_of(dossier, 1, text=text))


@every_insert
def test_a_published_time_is_a_real_date(dossier: Dossier, insert: Insert) -> None:
    for published in ("2023-13", "2023-02-30", "0999", "soon", "2023-1", "2023-01-01T00:00"):
        with refused("is no date|out of range|value too long", "22007|22008|22001"):
            insert(source_of(dossier, 1, published=published))


def test_the_period_is_the_databases_alone(dossier: Dossier) -> None:
    source = make_source(dossier, published="2023-02")
    with refused("can only be updated to DEFAULT", "428C9"):
        run("UPDATE sources_source SET period = '[2020-01-01,2021-01-01)' WHERE id = %s", source.pk)
    Source.objects.update(published=F("published"))
    source.refresh_from_db()
    assert str(source.period.lower) == "2023-02-01"


def test_tables_cannot_be_emptied_past_the_history(dossier: Dossier) -> None:
    for table in ("dossier", "membership", "source"):
        with refused("its rows would go without a trace in the history"):
            empty(f"sources_{table}")
